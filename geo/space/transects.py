"""Transects: straight lines that leave a shape squarely, and the ground they sweep over."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import shapely

from geo.errors import GeometryError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely import Geometry

    Floats: TypeAlias = NDArray[np.float64]

FAN_DEG: Final = 5.0
"""Largest angle between neighbouring transects at a corner or the end of a line."""
ALIKE_DEG: Final = 30.0
"""Transects whose directions differ by more do not speak for each other."""
_POINTS_AT_ONCE: Final = 500_000
_GRAIN_M: Final = 0.01  # finer than any ridge; keeps slivers out of the union


@dataclass(frozen=True, eq=False)
class Transects:
    """Rays in a plane, in order around a shape.

    Args:
        origins: Where each starts, (n, 2) metres east and north.
        directions: Unit vectors, (n, 2).
        parts: Number of the part of the shape each belongs to, ascending.
        spacing_m: Distance between neighbouring origins, at most.
    """

    origins: Floats
    directions: Floats
    parts: NDArray[np.intp]
    spacing_m: float

    def __len__(self) -> int:
        """Count the transects."""
        return len(self.origins)

    def chunks(self, count: int) -> Iterator[Transects]:
        """Yield them in order, at most ``count`` at a time."""
        for first in range(0, len(self), count):
            some = slice(first, first + count)
            yield Transects(
                self.origins[some], self.directions[some], self.parts[some], self.spacing_m
            )

    def points(self, distances_m: Floats) -> Floats:
        """Place points along all transects: (n, k, 2) for k distances."""
        at: Floats = (
            self.origins[:, None, :] + self.directions[:, None, :] * distances_m[None, :, None]
        )
        return at


def transects_around(geometry: Geometry, *, spacing_m: float) -> Transects:
    """Lay transects around a shape: on both sides of a line, outside a polygon, about a point.

    They leave each edge squarely; at corners that turn outwards, and around the ends of lines, they fan
    out by `FAN_DEG`. Holes are not entered.

    Args:
        geometry: Points, lines, polygons or a mixture, in metres.
        spacing_m: Largest distance between neighbouring origins.

    Raises:
        GeometryError: The geometry is empty.

    >>> around = transects_around(shapely.LineString([(0, 0), (10, 0)]), spacing_m=10)
    >>> around.directions[0].round(6).tolist()  # from the left of its start, around to the right
    [0.0, 1.0]
    >>> len(transects_around(shapely.Point(0, 0), spacing_m=10))  # all around, closing
    73
    """
    rays: list[tuple[float, float, float, int]] = []
    for part, ring in enumerate(_rings(geometry)):
        rays += [(*ray, part) for ray in _rays(ring, spacing_m)]
    if not rays:
        raise GeometryError("没有可以向外量测的几何 — 请检查该要素是否为空")
    table = np.array(rays)
    directions = np.column_stack([np.cos(table[:, 2]), np.sin(table[:, 2])])
    return Transects(table[:, :2], directions, table[:, 3].astype(np.intp), spacing_m)


def _rings(geometry: Geometry) -> Iterator[Floats]:
    """Walk each part with the outside on the right; a line is walked there and back."""
    for part in shapely.get_parts(geometry):
        if part.is_empty:
            continue
        if part.geom_type == "Polygon":
            yield shapely.get_coordinates(shapely.orient_polygons(part, exterior_cw=False).exterior)
        elif part.geom_type in ("LineString", "LinearRing"):
            there = shapely.get_coordinates(part)
            yield np.concatenate([there, there[-2::-1]])
        elif part.geom_type == "Point":
            yield shapely.get_coordinates(part)
        else:
            yield from _rings(part)


def _rays(ring: Floats, spacing_m: float) -> Iterator[tuple[float, float, float]]:
    """Yield x, y and bearing (radians, anticlockwise from east) around one closed ring."""
    if len(ring) > 1:
        ring = shapely.get_coordinates(shapely.segmentize(shapely.LineString(ring), spacing_m))
        ring = ring[np.append(True, np.any(np.diff(ring, axis=0) != 0, axis=1))]
    if len(ring) == 1:
        yield from _fan(ring[0, 0], ring[0, 1], 0.0, math.tau)
        return
    step = np.diff(ring, axis=0)
    square = np.arctan2(step[:, 1], step[:, 0]) - math.pi / 2
    for (x, y), before, after in zip(ring[:-1], np.roll(square, 1), square, strict=True):
        turn = (after - before + math.pi) % math.tau - math.pi
        # Half turns at the ends of lines come out as −π or +π by rounding; they turn outwards.
        turn = math.pi if math.isclose(turn, -math.pi) else turn
        if turn > 0:
            yield from _fan(x, y, before, turn)
        else:
            yield x, y, before
            if turn < 0:
                yield x, y, after
    yield (*ring[-1], square[-1])


def _fan(x: float, y: float, first: float, turn: float) -> Iterator[tuple[float, float, float]]:
    """Yield bearings from one to another, both included."""
    count = max(math.ceil(turn / math.radians(FAN_DEG)), 1)
    for at in range(count + 1):
        yield x, y, first + turn * at / count


def evened(transects: Transects, lengths_m: Floats, *, along_m: float) -> Floats:
    """Give each transect the median length of neighbours that look the same way.

    Those are the transects of its part within half of ``along_m`` on each side (counted by
    spacings) whose directions differ by at most `ALIKE_DEG`.

    Args:
        transects: In order around a shape.
        lengths_m: Length of each.
        along_m: Distance along the shape, metres.

    >>> around = transects_around(shapely.LineString([(0, 0), (100, 0)]), spacing_m=10)
    >>> lone = np.where(np.arange(len(around)) == 40, 90.0, 10.0)  # one strays up a side valley
    >>> evened(around, lone, along_m=50).max()
    np.float64(10.0)
    """
    even = np.empty_like(lengths_m)
    for part in np.unique(transects.parts):
        here = np.flatnonzero(transects.parts == part)
        reach_to = min(int(along_m / 2 / transects.spacing_m), (len(here) - 1) // 2)
        around = np.arange(-reach_to, reach_to + 1)
        for some in np.array_split(here, len(here) * len(around) // _POINTS_AT_ONCE + 1):
            near = here[(some[:, None] - here[0] + around) % len(here)]
            cosine = np.einsum("ijk,ik->ij", transects.directions[near], transects.directions[some])
            alike = cosine >= math.cos(math.radians(ALIKE_DEG)) - 1e-9
            even[some] = np.nanmedian(np.where(alike, lengths_m[near], np.nan), axis=1)
    return even


def swept(transects: Transects, geometry: Geometry, lengths_m: Floats) -> Geometry:
    """Join the shape and the ground between its transects into an area.

    Args:
        transects: Of that shape.
        geometry: The shape, in the same metres; its body is included.
        lengths_m: Length of each transect.

    >>> line = shapely.LineString([(0, 0), (100, 0)])
    >>> around = transects_around(line, spacing_m=10)
    >>> area = swept(around, line, np.full(len(around), 10.0))
    >>> abs(area.area - line.buffer(10).area) < 1  # of 2314 m²
    True
    """
    tips = transects.origins + transects.directions * lengths_m[:, None]
    same = transects.parts[1:] == transects.parts[:-1]
    corners = np.stack([transects.origins[:-1], tips[:-1], tips[1:], transects.origins[1:]], axis=1)
    pieces = shapely.convex_hull(shapely.multipoints(corners[same]))
    areas = pieces[shapely.get_dimensions(pieces) == 2]  # noqa: PLR2004 - straight neighbours
    solid = [part for part in shapely.get_parts(geometry) if part.area > 0]
    return shapely.union_all([*areas, *solid], grid_size=_GRAIN_M)
