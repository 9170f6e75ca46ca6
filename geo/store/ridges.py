"""From a river or a reservoir up to the first ridge, or a distance where the land is flat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from scipy import ndimage

from geo.errors import UsageError
from geo.space.grid import Tile
from geo.space.plane import local_plane
from geo.space.relief import Crests, first_crest
from geo.space.shapes import repair
from geo.space.transects import Transects, evened, swept, transects_around
from geo.store.heights import read_coarse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.space.plane import Plane
    from geo.store.raster import Raster

    Floats: TypeAlias = NDArray[np.float64]

SEARCH_FACTOR: Final = 5.0
"""A ridge is looked for as far as this many times the distance."""
RISE_M: Final = 30.0
"""Least rise to a ridge and least fall behind it: a choice of this tool, not of any law. Lower, and the
noise of common elevation models (a few metres) and terraces in loess turn into ridges."""
_STEPS: Final = 50  # points of a profile within the distance, at most
_COARSE: Final = 5.0  # cells within the distance below which the raster is too coarse
_LARGEST_CELLS: Final = 1_000_000
_POINTS_AT_ONCE: Final = 500_000


@dataclass(frozen=True, eq=False)
class RidgeTrace:
    """An area up to the first ridge, and how far it can be trusted.

    Args:
        geometry: The area, EPSG:4490, the shape itself included.
        to_ridge: Share of the transects that end on a ridge.
        flat: Share that met none within the search and end at the distance.
        unknown: Share that ran into unknown heights before any ridge; they end at the distance as well.
        search_m: How far ridges were looked for, metres.
        remarks: What a planner must know, in Chinese.
    """

    geometry: Geometry
    to_ridge: float
    flat: float
    unknown: float
    search_m: float
    remarks: tuple[str, ...]


def ridge_area(raster: Raster, of: Geometry, *, distance_m: float) -> Geometry:
    """Outline the ground from a shape to the first ridge; `trace_ridges` says how well it is known.

    Args:
        raster: The heights.
        of: River, water body or point, EPSG:4490, at most 3° of longitude wide.
        distance_m: The distance where there is no ridge, metres.

    Raises:
        UsageError: The distance is not positive.
        GeometryError: The shape is empty or too wide.
        InputError: The file cannot be read.
    """
    return trace_ridges(raster, of, distance_m=distance_m).geometry


def trace_ridges(
    raster: Raster, of: Geometry, *, distance_m: float, rise_m: float = RISE_M
) -> RidgeTrace:
    """Go out from a shape along transects, each up to its first ridge.

    Transects leave the shape squarely, on both sides of a line and outside a polygon, a cell apart
    (at least 1/50 of the distance). Each follows the heights for `SEARCH_FACTOR` × the distance. Its
    first ridge is the highest point at least ``rise_m`` above the lowest ground before it that is
    followed by a fall of ``rise_m`` (`geo.space.relief.first_crest`); the ridge may lie nearer or
    farther than the distance. Without a ridge, the transect ends at the distance. A transect that runs
    up a side valley goes too far: each takes the median length of its neighbours along one distance of
    the shape (`geo.space.transects.evened`). The answer is all ground swept by any transect, so that of
    several rivers holds that of each.

    Limits: a ridge is placed to one cell, and its bends shorter than the distance are evened out; on a
    plateau it is the plateau's highest point along the transect; a slope that still climbs at the end
    of the search counts as having no ridge; where the choice of ridge changes the outline jumps. This
    is a proposal for drawing, not a delineated boundary.

    Args:
        raster: The heights.
        of: River, water body or point, EPSG:4490, at most 3° of longitude wide.
        distance_m: The distance where there is no ridge, metres.
        rise_m: Least rise and fall of a ridge, metres.

    Raises:
        UsageError: The distance or the rise is not positive.
        GeometryError: The shape is empty or too wide.
        InputError: The file cannot be read.
    """
    if not (distance_m > 0 and rise_m > 0):
        raise UsageError(f"距离 {distance_m:g} m、起伏 {rise_m:g} m 应大于 0 — 请检查 ridge_or")
    plane = local_plane(of)
    shape = plane.forward(of)
    step_m = max(raster.resolution_m, distance_m / _STEPS)
    count = max(int(SEARCH_FACTOR * distance_m / step_m), 1)
    steps_m: Floats = step_m * np.arange(count + 1, dtype=float)
    transects = transects_around(shape, spacing_m=step_m)
    crests = _crests(raster, transects, plane, steps_m, rise_m)
    met = ~np.isnan(crests.distance_m)
    single_m = np.where(met, crests.distance_m, distance_m)
    lengths_m = evened(transects, single_m, along_m=distance_m)
    area, _ = repair(plane.inverse(swept(transects, shape, lengths_m)))
    unknown, to_ridge = float(crests.unknown.mean()), float(met.mean())
    remarks = _remarks(raster, distance_m, unknown)
    return RidgeTrace(
        area, to_ridge, 1 - to_ridge - unknown, unknown, float(steps_m[-1]), tuple(remarks)
    )


def _remarks(raster: Raster, distance_m: float, unknown: float) -> Iterator[str]:
    if unknown:
        yield f"{unknown:.0%} 的剖面因高程数据缺失未能判读山脊，按 {distance_m:g} m 处理"
    if raster.resolution_m * _COARSE > distance_m:
        yield f"高程数据分辨率约 {raster.resolution_m:.0f} m，对 {distance_m:g} m 的范围过粗，山脊位置仅供参考"


def _crests(
    raster: Raster, transects: Transects, plane: Plane, steps_m: Floats, rise_m: float
) -> Crests:
    """Follow the transects, some at a time."""
    step_m = float(steps_m[1] - steps_m[0])
    found = [
        first_crest(
            _profiles(raster, some.points(steps_m), plane, step_m),
            step_m=step_m, rise_m=rise_m, fall_m=rise_m,
        )
        for some in transects.chunks(max(_POINTS_AT_ONCE // len(steps_m), 1))
    ]  # fmt: skip
    return Crests(
        np.concatenate([some.distance_m for some in found]),
        np.concatenate([some.unknown for some in found]),
    )


def _profiles(raster: Raster, points: NDArray[np.float64], plane: Plane, step_m: float) -> Floats:
    """Read the heights at points (n, k, 2) in metres of a plane, bilinear between cells."""
    flat = plane.to_degrees(points.reshape(-1, 2))
    columns, rows = raster.grid.cells_at(flat[:, 0], flat[:, 1])
    shape = points.shape[:2]
    factor = max(int(step_m / raster.resolution_m), 1)
    heights = np.full(shape, np.nan)
    with raster.opened() as source:
        _sample(
            source, raster, np.stack([rows.reshape(shape), columns.reshape(shape)]), factor, heights
        )
    return heights


def _sample(source: Any, raster: Raster, at: Floats, factor: int, heights: Floats) -> None:
    """Fill in the heights of some profiles; halve their number while they span too many cells."""
    low = np.floor(at.min(axis=(1, 2)) / factor).astype(int) - 1
    high = np.ceil(at.max(axis=(1, 2)) / factor).astype(int) + 1
    rows, columns = (high - low).tolist()
    if rows * columns > _LARGEST_CELLS and len(heights) > 1:
        half = len(heights) // 2
        _sample(source, raster, at[:, :half], factor, heights[:half])
        _sample(source, raster, at[:, half:], factor, heights[half:])
        return
    tile = Tile(int(low[0]) * factor, int(low[1]) * factor, rows * factor, columns * factor)
    cells = read_coarse(source, raster.band, tile, raster.grid, factor=factor)
    # The height of a cell is that of its centre, half a cell from its corner.
    index = at / factor - low[:, None, None] - 0.5
    heights[:] = ndimage.map_coordinates(cells, index, order=1, mode="constant", cval=np.nan)
