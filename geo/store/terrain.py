"""Ground that is steep or high enough: slope and elevation classes of a place."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from geo.errors import UsageError
from geo.space.grid import Tile
from geo.space.relief import slope_deg
from geo.store.basins import basin_area
from geo.store.heights import inside, read_heights
from geo.store.outlines import Outlines, clipped
from geo.store.raster import tiles_of
from geo.store.ridges import ridge_area

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.store.raster import Raster

    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]
    Judge: TypeAlias = Callable[[Floats, Tile], Flags]

__all__ = ["basin_area", "elevation_area", "ridge_area", "slope_area"]


def slope_area(raster: Raster, within: Geometry, *, lower_deg: float, upper_deg: float) -> Geometry:
    """Outline the cells whose slope s lies in a class: ``lower_deg`` ≤ s < ``upper_deg``.

    Horn's slope over metres measured on the ellipsoid (`geo.space.relief.slope_deg`,
    `geo.space.grid.Grid.cell_sizes_m`). Cells at the rim of the raster and beside unknown heights have
    no slope and are in no class: ask `geo.store.raster.coverage` before calling nothing found "none".
    Slopes come out too gentle from a coarse raster.

    Args:
        raster: The heights.
        within: The place, EPSG:4490.
        lower_deg: Lower bound in degrees, included.
        upper_deg: Upper bound in degrees, excluded.

    Returns:
        Areas, or stretches of a line, EPSG:4490; an empty polygon when no cell qualifies.

    Raises:
        UsageError: The bounds are not 0 ≤ lower < upper ≤ 90.
        InputError: The file cannot be read.
    """
    if not 0 <= lower_deg < upper_deg <= 90:  # noqa: PLR2004
        raise UsageError(
            f"坡度范围 [{lower_deg:g}, {upper_deg:g}) 不成立 — 应为 0 ≤ 下限 < 上限 ≤ 90 度"
        )

    def judge(heights: Floats, tile: Tile) -> Flags:
        width_m, height_m = raster.grid.part(tile).cell_sizes_m()
        slope = slope_deg(heights, width_m=width_m, height_m=height_m)
        return (slope >= lower_deg) & (slope < upper_deg)

    return _area(raster, within, judge, halo=1)


def elevation_area(
    raster: Raster, within: Geometry, *, above_m: float | None = None, below_m: float | None = None
) -> Geometry:
    """Outline the cells whose height z lies in a class: ``above_m`` ≤ z < ``below_m``.

    Unknown cells are in no class: ask `geo.store.raster.coverage` before calling nothing found "none".

    Args:
        raster: The heights.
        within: The place, EPSG:4490.
        above_m: Lower bound in metres, included; ``None`` for no bound.
        below_m: Upper bound in metres, excluded; ``None`` for no bound.

    Returns:
        Areas, or stretches of a line, EPSG:4490; an empty polygon when no cell qualifies.

    Raises:
        UsageError: There is no bound, or the lower is not below the upper.
        InputError: The file cannot be read.
    """
    lowest = -math.inf if above_m is None else above_m
    highest = math.inf if below_m is None else below_m
    if not lowest < highest or lowest == -highest == -math.inf:
        raise UsageError("高程范围不成立 — 至少给出上限或下限之一，且下限小于上限")

    def judge(heights: Floats, tile: Tile) -> Flags:  # noqa: ARG001 - heights say it all
        return (heights >= lowest) & (heights < highest)

    return _area(raster, within, judge, halo=0)


def _area(raster: Raster, within: Geometry, judge: Judge, *, halo: int) -> Geometry:
    """Judge the cells of a place tile by tile, and outline those that pass."""
    place = raster.grid.in_cells(within)
    near = place.buffer(1)
    outlines = Outlines()
    with raster.opened() as source:
        for tile in tiles_of(raster, near):
            heights = read_heights(source, raster.band, tile, raster.grid, halo=halo)
            outlines.add(judge(heights, tile) & inside(near, tile, touched=True), tile)
    return clipped(outlines.placed(raster.grid), within)
