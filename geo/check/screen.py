"""How one footprint lies to the features of one layer: overlaps, near misses, and how sure either is.

Overlaps are taken on straight lon/lat edges and measured on the ellipsoid, as everywhere here. Whether accuracy could
turn a hit or a miss over is judged in a local plane.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.space.measure import nearest
from geo.space.overlay import Pairs, overlay
from geo.space.plane import Plane, local_plane

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.spec.vocabulary import Relation

NEAREST: Final = 50
"""Of features that are merely near, so many are listed per layer, the nearest first."""

_METRES_PER_DEGREE: Final = 110_500.0  # a little less than any degree of latitude
_AREA, _LINE = 2, 1


@dataclass(frozen=True, eq=False)
class Lie:
    """How a footprint lies to the feature in row ``row``; figures as in `geo.findings.Finding`."""

    row: int
    relation: Relation
    distance_m: float | None = None
    overlap: Geometry | None = None
    overlap_m2: float | None = None
    share: float | None = None
    length_m: float | None = None
    chainage_m: tuple[tuple[float, float], ...] = ()
    bearing_deg: float | None = None
    direction_zh: str | None = None
    within_accuracy: bool = False

    @property
    def hit(self) -> bool:
        """Tell whether the footprint lies in the feature, wholly or in part."""
        return self.relation in ("inside", "overlaps")


@dataclass(frozen=True, eq=False)
class Footprint:
    """A footprint with what comparisons need of it, worked out once and when first asked for."""

    geometry: Geometry
    accuracy_m: float

    @cached_property
    def plane(self) -> Plane:
        """The local plane."""
        return local_plane(self.geometry)

    @cached_property
    def flat(self) -> Geometry:
        """The footprint in it, metres."""
        return self.plane.forward(self.geometry)

    @property
    def dimension(self) -> int:
        """2 for areas, 1 for lines, 0 for points."""
        return int(shapely.get_dimensions(self.geometry))


def footprint(geometry: Geometry, *, accuracy_m: float) -> Footprint:
    """Prepare a footprint (EPSG:4490) for screening.

    Raises:
        GeometryError: Empty, not finite, or wider than one plane measures well.

    >>> footprint(shapely.Point(112.5, 36.0), accuracy_m=0.0).dimension
    0
    """
    local_plane(geometry)  # refuses what cannot be measured
    return Footprint(geometry, accuracy_m)


def screen(site: Footprint, features: GeoDataFrame, *, near_m: float) -> list[Lie]:
    """Hold a footprint against features (EPSG:4490, column ``accuracy_m``), hits first.

    Features farther than ``near_m`` are left out, unless the accuracy of both reaches as far.

    >>> import geopandas
    >>> zones = [shapely.box(112.0, 36.0, 112.1, 36.1), shapely.box(113.0, 36.0, 113.1, 36.1)]
    >>> frame = geopandas.GeoDataFrame({"accuracy_m": [0.0, 0.0]}, geometry=zones, crs="EPSG:4490")
    >>> site = footprint(shapely.box(112.09, 36.0, 112.11, 36.1), accuracy_m=0.0)
    >>> [(lie.row, lie.relation, round(lie.share, 6)) for lie in screen(site, frame, near_m=1_000.0)]
    [(0, 'overlaps', 0.5)]
    >>> screen(site, frame.iloc[:0], near_m=1_000.0)
    []
    """
    if features.empty:
        return []
    worst_m = site.accuracy_m + float(features["accuracy_m"].max())
    rows = _candidates(site, features, reach_m=max(near_m, worst_m))
    if not len(rows):
        return []
    shapes = np.asarray(features.geometry.array, dtype=object)
    accuracy = features["accuracy_m"].to_numpy(dtype=float) + site.accuracy_m
    pairs = overlay([site.geometry], shapes[rows], threads=1, keep_shapes=True, chainage=True)
    meeting = rows[pairs.zone]
    lies = [
        lie_of_pair(site, pairs, at, row=int(row), zone=shapes[row], accuracy=float(accuracy[row]))
        for at, row in enumerate(meeting)
    ]
    beside = np.setdiff1d(rows, meeting)
    apart = _apart(site, beside, shapes, accuracy, near_m=near_m)
    return [*sorted(lies, key=lambda lie: not lie.hit), *apart]


def _candidates(site: Footprint, features: GeoDataFrame, *, reach_m: float) -> NDArray[np.intp]:
    west, south, east, north = shapely.bounds(site.geometry)
    dy = reach_m / _METRES_PER_DEGREE
    dx = dy / max(math.cos(math.radians(max(abs(south - dy), abs(north + dy)))), 0.01)
    around = shapely.box(west - dx, south - dy, east + dx, north + dy)
    return np.sort(features.sindex.query(around))


def lie_of_pair(
    site: Footprint, pairs: Pairs, at: int, *, row: int, zone: Geometry, accuracy: float,
    sure: bool = False,
) -> Lie:  # fmt: skip
    """Describe a footprint and a feature that meet; ``at`` is their place among the pairs.

    ``sure`` spares asking whether accuracy could undo the hit, where it is known that it cannot.
    """
    relation: Any = str(pairs.relation_names[at])
    if relation == "touches":
        return Lie(row, "touches", distance_m=0.0, within_accuracy=True)
    line = site.dimension == _LINE
    return Lie(
        row, relation, overlap=None if pairs.shapes is None else pairs.shapes[at],
        overlap_m2=_measured(pairs.overlap_m2[at]), share=_measured(pairs.share[at]),
        length_m=_measured(pairs.length_m[at]) if line else None,
        chainage_m=() if pairs.spans is None else pairs.spans.of(at),
        within_accuracy=not sure and _unsure(site, zone, accuracy),
    )  # fmt: skip


def _measured(value: float) -> float | None:
    """Turn "no such figure" into ``None``."""
    return None if math.isnan(value) else float(value)


def _unsure(site: Footprint, zone: Geometry, accuracy: float) -> bool:
    """Tell whether a hit could vanish if footprint or zone lay up to ``accuracy`` metres elsewhere.

    It cannot when some of the overlap is deeper than that in the zone, or in the footprint.
    """
    if accuracy <= 0:
        return False
    if shapely.get_dimensions(zone) < _AREA:
        return True
    near = site.plane.forward(_around(site, zone, accuracy))
    if shapely.intersects(shapely.buffer(near, -accuracy), site.flat):
        return False
    core = shapely.buffer(site.flat, -accuracy)
    return not (site.dimension == _AREA and shapely.intersects(core, near))


def _around(site: Footprint, zone: Geometry, margin_m: float) -> Geometry:
    """Cut a feature down to the footprint's surroundings, wide enough not to change what is near."""
    west, south, east, north = shapely.bounds(site.geometry)
    dy = 2.0 * (margin_m + 1.0) / _METRES_PER_DEGREE
    dx = dy / max(math.cos(math.radians(max(abs(south), abs(north)))), 0.01)
    box = shapely.box(west - dx, south - dy, east + dx, north + dy)
    return shapely.intersection(zone, box)


def _apart(
    site: Footprint,
    rows: NDArray[np.intp],
    shapes: NDArray[Any],
    accuracy: NDArray[Any],
    *,
    near_m: float,
) -> list[Lie]:
    """Describe features beside the footprint, nearest first; those within accuracy are never left out."""
    roughly = shapely.distance(site.plane.forward(shapes[rows]), site.flat)
    order = np.argsort(roughly, kind="stable")
    lies: list[Lie] = []
    for row, distance in zip(rows[order], roughly[order], strict=True):
        within = bool(distance <= accuracy[row])
        if within or (distance <= near_m and len(lies) < NEAREST):
            lies.append(_near(site, int(row), shapes[row], within=within, near_m=near_m))
    return lies


def _near(site: Footprint, row: int, zone: Geometry, *, within: bool, near_m: float) -> Lie:
    way = nearest(site.geometry, zone)
    return Lie(
        row, "near", distance_m=way.distance_m if way.distance_m <= near_m else None,
        bearing_deg=way.bearing_deg, direction_zh=way.direction_zh, within_accuracy=within,
    )  # fmt: skip
