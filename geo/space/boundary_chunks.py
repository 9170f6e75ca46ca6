"""Boundaries in short pieces on a conformal plane: what a search for the nearest works with.

A boundary of 60 000 edges has one box, which says little about where it runs; pieces of 32 edges have
boxes that do. The plane is the ellipsoidal Mercator in radians (Snyder 1987, USGS PP 1395, eq. 7-7): one
plane for any layer, true to direction, with a scale that depends on latitude alone, so that bounds on
distances are bounds on one cosine.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import shapely

from geo.errors import GeometryError
from geo.space.ellipsoid import E2, SEMI_MAJOR_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Index: TypeAlias = NDArray[np.intp]
    Objects: TypeAlias = NDArray[np.object_]

EDGES: Final = 32
_E: Final = float(np.sqrt(E2))
_ROUNDING: Final = 1e-13  # of Mercator coordinates, radians: a micrometre
_POLE: Final = 89.9


@dataclass(frozen=True, eq=False)
class Chunks:
    """Boundaries of an array of geometries in pieces of at most `EDGES` edges.

    Args:
        points: Vertices lon/lat, (n, 2); the end of a piece is there again as the start of the next.
        flat: The same on the Mercator plane, radians.
        start: First vertex of every piece, and the end of the last.
        owner: Position of the geometry each piece belongs to, ascending.
        box: Its box on the plane, widened so that its geodesic edges are inside.
        bow: How far its geodesic edges stray from the straight ones of the plane, radians.
        steepest: Largest absolute latitude, radians.
    """

    points: Floats
    flat: Floats
    start: Index
    owner: Index
    box: Floats
    bow: Floats
    steepest: Floats

    def __len__(self) -> int:
        """Count the pieces."""
        return len(self.owner)

    @cached_property
    def lines(self) -> Objects:
        """The pieces as geometries of the plane, for GEOS."""
        return _lines(self.flat, self.start)


def mercator(points: Floats) -> Floats:
    """Carry lon/lat degrees (n, 2) to the Mercator plane, radians.

    >>> mercator(np.array([[180.0, 0.0]])).round(6).tolist()
    [[3.141593, 0.0]]
    """
    lat = np.radians(points[:, 1])
    north = np.arcsinh(np.tan(lat)) - _E * np.arctanh(_E * np.sin(lat))
    return np.column_stack([np.radians(points[:, 0]), north])


def latitude(north: Floats) -> Floats:
    """Give the latitude, radians, of a northing of the plane, to 2e-9 (Snyder 1987, eq. 3-5 and 7-13).

    >>> latitude(mercator(np.array([[0.0, 36.0]]))[:, 1]).round(9).tolist()
    [0.628318531]
    """
    conformal = np.arctan(np.sinh(north))
    second = E2 / 2 + 5 * E2**2 / 24 + E2**3 / 12
    fourth = 7 * E2**2 / 48 + 29 * E2**3 / 240
    moved: Floats = conformal + second * np.sin(2 * conformal) + fourth * np.sin(4 * conformal)
    moved += 7 * E2**3 / 120 * np.sin(6 * conformal)
    return moved


def metres_per_radian(lat: Floats) -> Floats:
    """Give the scale of the plane at a latitude (radians): the radius of the parallel, metres.

    >>> metres_per_radian(np.array([0.0])).tolist()
    [6378137.0]
    """
    scale: Floats = SEMI_MAJOR_M * np.cos(lat) / np.sqrt(1 - E2 * np.sin(lat) ** 2)
    return scale


def chunks_of(shapes: Objects) -> Chunks:
    """Cut the boundaries of geometries into pieces; missing and empty ones have none.

    Args:
        shapes: Geometries of any kind, lon/lat.

    Raises:
        GeometryError: A coordinate is not finite, or at a pole.

    >>> held = chunks_of(np.array([shapely.box(0, 0, 1, 1), None, shapely.Point(2, 2)]))
    >>> held.owner.tolist(), np.diff(held.start).tolist()
    ([0, 2], [5, 1])
    """
    chains, owner = _chains(shapes)
    vertices, chain = shapely.get_coordinates(chains, return_index=True)
    if not (np.abs(vertices[:, 1]) <= _POLE).all() or not np.isfinite(vertices).all():
        raise GeometryError("坐标中有非有限数或位于极点，无法量距 — 请检查文件中的坐标")
    first = np.searchsorted(chain, np.arange(len(chains)))
    count = np.bincount(chain, minlength=len(chains))
    rows, start, of_chain = _cut(first, count)
    points = vertices[rows]
    flat = mercator(points)
    bow, steepest, box = _extent(points, flat, start)
    return Chunks(points, flat, start, owner[of_chain], box, bow, steepest)


def _chains(shapes: Objects) -> tuple[Objects, Index]:
    """List rings, lines and points with the geometry each comes from."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    while (shapely.get_type_id(parts) > 3).any():  # noqa: PLR2004 (multi-types and collections)
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    polygons = shapely.get_type_id(parts) == 3  # noqa: PLR2004 (polygon)
    rings, of = shapely.get_rings(parts[polygons], return_index=True)
    chains = np.concatenate([rings, parts[~polygons]])
    owners = np.concatenate([owner[polygons][of], owner[~polygons]])
    order = np.argsort(owners, kind="stable")
    order = order[~shapely.is_empty(chains[order])]
    return chains[order], owners[order]


def _cut(first: Index, count: Index) -> tuple[Index, Index, Index]:
    """Give the vertices of all pieces in order, where each begins, and the chain it is from."""
    pieces = np.maximum(-(-(count - 1) // EDGES), 1)
    of_chain = np.repeat(np.arange(len(count)), pieces)
    number = np.arange(len(of_chain)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    begin = first[of_chain] + EDGES * number
    size = np.minimum(EDGES + 1, first[of_chain] + count[of_chain] - begin)
    start = np.concatenate([[0], np.cumsum(size)])
    rows = np.arange(start[-1]) + np.repeat(begin - start[:-1], size)
    return rows, start, of_chain


def _extent(points: Floats, flat: Floats, start: Index) -> tuple[Floats, Floats, Floats]:
    """Give bow, largest latitude and widened box of every piece.

    On this plane a geodesic has the curvature sin φ · |sin of its heading from north| (from ψ″ = −s (1 + ψ′²), see
    `geo.space.ellipsoid`), so an edge of length l leaves its chord by l² sin φ / 8 at most.
    """
    if len(start) == 1:
        return np.zeros(0), np.zeros(0), np.zeros((0, 4))
    steps = np.hypot(*np.diff(flat, axis=0, append=flat[-1:]).T)
    steps[start[1:] - 1] = 0.0
    steepest = np.radians(np.maximum.reduceat(np.abs(points[:, 1]), start[:-1]))
    longest = np.maximum.reduceat(steps, start[:-1])
    bow = 0.15 * longest**2 + _ROUNDING  # a little more than sin φ / 8 ever is
    low = np.minimum.reduceat(flat, start[:-1]) - bow[:, None]
    high = np.maximum.reduceat(flat, start[:-1]) + bow[:, None]
    return bow, steepest, np.hstack([low, high])


def _lines(flat: Floats, start: Index) -> Objects:
    """Make a line of every piece, a point of one without length (GEOS misses such lines)."""
    size = np.diff(start)
    lines = np.empty(len(size), dtype=object)
    long = size > 1
    which = np.repeat(long, size)
    lines[long] = shapely.linestrings(
        flat[which], indices=np.repeat(np.arange(np.count_nonzero(long)), size[long])
    )
    dots = ~long
    if dots.any():
        lines[dots] = shapely.points(flat[start[:-1][dots]])
    flatless = np.flatnonzero(long)[shapely.length(lines[long]) == 0]
    lines[flatless] = shapely.points(flat[start[flatless]])
    return lines
