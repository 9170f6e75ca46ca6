"""The boundaries of many shapes cut into short pieces, so that what is near a site is found without the rest.

Pieces stand in the ellipsoidal Mercator projection, which is conformal: over some kilometres its distances are
true but for one factor. What is found there is a choice of candidates, never a figure: every bound is widened by
`SLACK` and by how far an edge may bow (`bow_m`), and who asks measures the candidates exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import shapely

from geo.space.ellipsoid import INVERSE_FLATTENING, SEMI_MAJOR_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Index: TypeAlias = NDArray[np.intp]
    Objects: TypeAlias = NDArray[np.object_]

EDGES: Final = 32
"""Edges of a piece."""
SLACK: Final = 2e-3
"""Relative: Mercator's factor changes by less over 80 km, as do the scale of a local plane and the ellipsoid's."""
_E: Final = float(np.sqrt((2.0 - 1.0 / INVERSE_FLATTENING) / INVERSE_FLATTENING))
_BOW: Final = 0.5 / SEMI_MAJOR_M
_HAIR_M: Final = 0.01


def mercator(points: Floats) -> Floats:
    """Carry (n, 2) lon, lat to the ellipsoidal Mercator, metres on the equator.

    Source: Snyder 1987, *Map Projections: A Working Manual*, USGS PP 1395, eq. 7-7.

    >>> mercator(np.array([[0.0, 0.0], [180.0, 45.0]])).round().tolist()
    [[0.0, 0.0], [20037508.0, 5591296.0]]
    """
    sine = np.sin(np.radians(points[:, 1]))
    y = np.arctanh(sine) - _E * np.arctanh(_E * sine)
    return SEMI_MAJOR_M * np.column_stack([np.radians(points[:, 0]), y])


def stretch(lat: Floats) -> Floats:
    """Tell how many metres of the Mercator stand for one metre at a latitude.

    >>> stretch(np.array([0.0, 60.0])).round(3).tolist()
    [1.0, 1.995]
    """
    sine = np.sin(np.radians(lat))
    return np.asarray(np.sqrt(1.0 - (_E * sine) ** 2) / np.cos(np.radians(lat)))


@dataclass(frozen=True, eq=False)
class Spots:
    """Sites in the Mercator, with what a distance asks of them.

    Attributes:
        shapes: The sites.
        stretch: Mercator metres for one metre, the largest within the site.
        bow_m: How far its edges may lie from where another model of an edge has them.
    """

    shapes: Objects
    stretch: Floats
    bow_m: Floats

    def __getitem__(self, rows: Index) -> Spots:
        """Take some of them."""
        return Spots(self.shapes[rows], self.stretch[rows], self.bow_m[rows])


def spots_of(sites: Objects) -> Spots:
    """Carry sites (EPSG:4490) to the Mercator."""
    bounds = shapely.bounds(sites)
    highest = np.maximum(np.abs(bounds[:, 1]), np.abs(bounds[:, 3]))
    points, owner = shapely.get_coordinates(sites, return_index=True)
    longest = np.zeros(len(sites))
    same = owner[1:] == owner[:-1]
    np.maximum.at(longest, owner[1:][same], np.abs(np.diff(points, axis=0)).max(axis=1)[same])
    return Spots(shapely.transform(sites, mercator), stretch(highest), _bow(longest))


def _bow(edge_deg: Floats) -> Floats:
    """Bound how far two models of an edge part: the versed sine of its arc, twice over for any latitude of China."""
    return np.asarray(_BOW * (edge_deg * 112_000.0) ** 2 + _HAIR_M)


@dataclass(frozen=True, eq=False)
class Pieces:
    """Boundaries of shapes in short pieces, with a tree over them.

    Attributes:
        shapes: Pieces, lon/lat: lines of at most `EDGES` edges, and points.
        owner: The row of the shape each is of, ascending.
        bow_m: The most any edge of them may bow.
    """

    shapes: Objects
    owner: Index
    bow_m: float
    _flat: Objects
    _tree: shapely.STRtree

    def near(self, spots: Spots, reach_m: Floats) -> tuple[Index, Index]:
        """Find the (spot, piece) pairs that may lie within a reach of each other; none nearer is left out."""
        wide = (reach_m * (1 + SLACK) + spots.bow_m + self.bow_m) * spots.stretch * (1 + SLACK)
        spot, piece = self._tree.query(spots.shapes, predicate="dwithin", distance=wide)
        order = np.lexsort((piece, spot))
        return spot[order], piece[order]

    def nearest_m(self, spots: Spots, *, most_m: float) -> Floats:
        """Give about how far the nearest piece is from each spot, infinite beyond about ``most_m``."""
        found = np.full(len(spots.shapes), np.inf)
        if not len(spots.shapes) or not len(self.shapes):
            return found
        wide = (most_m + self.bow_m + float(spots.bow_m.max())) * float(spots.stretch.max()) * 1.01
        (spot, _), away = self._tree.query_nearest(
            spots.shapes, max_distance=wide, return_distance=True, all_matches=False
        )
        # The nearer to the equator, the more a Mercator metre is worth.
        found[spot] = away / spots.stretch[spot]
        return found

    def distance_m(self, spots: Spots, spot: Index, piece: Index) -> Floats:
        """Give about how far aligned spots and pieces are from each other."""
        away = shapely.distance(spots.shapes[spot], self._flat[piece])
        return np.asarray(away / spots.stretch[spot])

    def about_m(self, spots: Spots, spot: int, shape: shapely.Geometry) -> float:
        """Give about how far a lon/lat shape is from a spot."""
        away = shapely.distance(spots.shapes[spot], shapely.transform(shape, mercator))
        return float(away / spots.stretch[spot])

    def joined(self, pieces: Index) -> shapely.Geometry:
        """Join some pieces of one shape into one geometry, lon/lat, edges as they were."""
        own = self.shapes[pieces]
        dots = shapely.get_type_id(own) == 0
        if dots.all():
            return shapely.multipoints(own)
        return shapely.multilinestrings(own[~dots])


def pieces_of(shapes: Objects) -> Pieces:
    """Cut the boundaries of shapes (EPSG:4490; points, lines, polygons, also multi-types) into pieces.

    >>> zone = shapely.box(112, 36, 112.01, 36.01)
    >>> cut = pieces_of(np.array([zone, shapely.Point(113, 36)], dtype=object))
    >>> cut.owner.tolist()
    [0, 1]
    >>> away = cut.nearest_m(spots_of(np.array([shapely.Point(112.02, 36.005)])), most_m=5e3)
    >>> bool(abs(away[0] - 902) < 2)
    True
    """
    parts, whose = shapely.get_parts(shapes, return_index=True)
    kind = shapely.get_type_id(parts)
    area, dot = kind == 3, kind == 0  # noqa: PLR2004 (polygon)
    rings, ring_part = shapely.get_rings(parts[area], return_index=True)
    chains = np.concatenate([rings, parts[~area & ~dot]])
    owner = np.concatenate([whose[area][ring_part], whose[~area & ~dot]])
    cut, chain, longest = _cut(chains)
    every = np.concatenate([cut, parts[dot]])
    owners = np.concatenate([owner[chain], whose[dot]])
    order = np.argsort(owners, kind="stable")
    every, owners = every[order], owners[order]
    flat = shapely.transform(every, mercator)
    bow = float(_bow(np.array([longest]))[0])
    return Pieces(every, owners.astype(np.intp), bow, flat, shapely.STRtree(flat))


def _cut(chains: Objects) -> tuple[Objects, Index, float]:
    """Cut chains into lines of at most `EDGES` edges; give them, whose they are, and the longest edge in degrees."""
    points, owner = shapely.get_coordinates(chains, return_index=True)
    if not len(points):
        return np.zeros(0, dtype=object), np.zeros(0, dtype=np.intp), 0.0
    counts = np.bincount(owner, minlength=len(chains))
    starts = np.cumsum(counts) - counts
    runs = np.maximum(1, -(-(counts - 1) // EDGES))
    chain = np.repeat(np.arange(len(chains)), runs)
    number = np.arange(len(chain)) - np.repeat(np.cumsum(runs) - runs, runs)
    first = starts[chain] + number * EDGES
    size = np.minimum(EDGES + 1, starts[chain] + counts[chain] - first)
    piece = np.repeat(np.arange(len(chain)), size)
    at = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size) + np.repeat(first, size)
    same = owner[1:] == owner[:-1]
    edges = np.abs(np.diff(points, axis=0)).max(axis=1)[same]
    return shapely.linestrings(points[at], indices=piece), chain, float(edges.max(initial=0.0))
