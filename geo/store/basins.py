"""The drainage area of a river, from heights."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import shapely
from scipy import ndimage

from geo.errors import GeometryError, InputError, UsageError
from geo.space.drainage import basin
from geo.space.grid import Tile
from geo.space.shapes import buffer_m
from geo.store.heights import inside, read_coarse
from geo.store.outlines import Outlines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.space.grid import Grid
    from geo.store.raster import Raster

    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]

WITHIN_KM: Final = 20.0
"""How far from the river its basin is looked for, kilometres, unless the caller says."""
LARGEST_CELLS: Final = 2_000_000
"""Cells the flood takes at once (5–10 s); a finer raster is joined to coarser cells."""
MOST_JOINED: Final = 20
"""Cells that may become one, in each direction; beyond, the area is refused."""


@dataclass(frozen=True, eq=False)
class BasinTrace:
    """A drainage area, and how far it can be trusted.

    Args:
        geometry: The area, EPSG:4490.
        cell_m: Longer side of the cells it was worked out on, metres.
        complete: False when it reaches the edge of the search or unknown heights: more may drain in.
        remarks: What a planner must know, in Chinese.
    """

    geometry: Geometry
    cell_m: float
    complete: bool
    remarks: tuple[str, ...]


def basin_area(
    raster: Raster, lines: Geometry, *, within_km: float = WITHIN_KM, others: Geometry | None = None
) -> Geometry:
    """Outline the drainage area of a river; `trace_basin` says how well it is known.

    Args:
        raster: The heights.
        lines: The river with its tributaries, EPSG:4490.
        within_km: How far around the river to look, kilometres.
        others: Rivers whose water is not this river's, above all the one it flows into, EPSG:4490.

    Raises:
        UsageError: The distance is not positive.
        GeometryError: There is no line.
        InputError: The raster does not hold the river, the area is too large for it, or the file
            cannot be read.
    """
    return trace_basin(raster, lines, within_km=within_km, others=others).geometry


def trace_basin(
    raster: Raster, lines: Geometry, *, within_km: float = WITHIN_KM,
    others: Geometry | None = None, accuracy_m: float = 0.0,
) -> BasinTrace:  # fmt: skip
    """Find all cells whose water reaches a river (`geo.space.drainage.basin`: fill, burn, D8).

    The mouth is the trap: a line drawn down to the middle of the main river collects all that comes
    down the main river too. Give the main river as one of the ``others``: the cells they share are
    the others'. A line drawn beside its valley misses water that passes it on the far side: give its
    ``accuracy_m``, and everything so near is taken as the river.

    Args:
        raster: The heights.
        lines: The river with its tributaries, EPSG:4490.
        within_km: How far around the river to look, kilometres.
        others: Rivers whose water is not this river's, EPSG:4490.
        accuracy_m: Half-width given to all rivers, metres.

    Raises:
        UsageError: A distance is not positive (``accuracy_m``: negative).
        GeometryError: There is no line.
        InputError: The raster does not hold the river, the area is too large for it, or the file
            cannot be read.
    """
    if not (within_km > 0 and accuracy_m >= 0):
        raise UsageError(f"流域搜索范围 {within_km:g} km 应大于 0，河流精度应不小于 0 — 请检查")
    if lines.is_empty:
        raise GeometryError("没有河流线，无法推求流域 — 请检查河流图层")
    tile, grid, factor = _search(raster, lines, within_km)
    frame = Tile(0, 0, grid.rows, grid.columns)
    with raster.opened() as source:
        heights = read_coarse(source, raster.band, tile, raster.grid, factor=factor)
    river = _cells(lines, grid, frame, accuracy_m)
    foreign = np.zeros_like(river) if others is None else _cells(others, grid, frame, accuracy_m)
    if not (river & ~foreign & ~np.isnan(heights)).any():
        raise InputError(f"{raster.shown.as_posix()}: 高程数据没有覆盖该河流 — 请补充数据")
    width_m, height_m = grid.cell_sizes_m()
    found = basin(
        heights, river, others=foreign, ends=_ends(lines, grid, frame),
        width_m=width_m, height_m=height_m,
    )  # fmt: skip
    outlines = Outlines()
    outlines.add(found, frame)
    cell_m = float(max(width_m.max(), height_m.max()))
    complete = not _reaches_unknown(found, heights)
    remarks = tuple(_remarks(raster, lines, cell_m, factor, complete=complete))
    return BasinTrace(shapely.multipolygons(outlines.placed(grid)), cell_m, complete, remarks)


def _search(raster: Raster, lines: Geometry, within_km: float) -> tuple[Tile, Grid, int]:
    """Choose the cells to look at, and how many of them become one."""
    name = raster.shown.as_posix()
    far = buffer_m(shapely.convex_hull(lines), within_km * 1000)
    left, top, right, bottom = raster.grid.in_cells(far).bounds
    row, column = math.floor(top), math.floor(left)
    tile = Tile(row, column, math.ceil(bottom) - row, math.ceil(right) - column).clipped(
        raster.grid
    )
    if tile.cells == 0:
        raise InputError(f"{name}: 高程数据没有覆盖该河流 — 请补充数据")
    factor = math.ceil(math.sqrt(tile.cells / LARGEST_CELLS))
    if factor > MOST_JOINED:
        raise InputError(
            f"{name}: 流域搜索范围有 {tile.cells / 1e6:.0f} 百万个像元，超过上限 — "
            "请缩小范围，或改用更粗的高程数据"
        )
    return tile, raster.grid.part(tile).coarser(factor), factor


def _cells(lines: Geometry, grid: Grid, frame: Tile, accuracy_m: float) -> Flags:
    """Mark the cells of rivers; touching cells share sides, so that nothing slips through."""
    wide = buffer_m(lines, accuracy_m) if accuracy_m > 0 else lines
    return inside(grid.in_cells(wide), frame, touched=True)


def _ends(lines: Geometry, grid: Grid, frame: Tile) -> Flags:
    """Mark the cells at and next to the ends of all lines."""
    parts = shapely.get_parts(grid.in_cells(lines))
    ends = np.concatenate([shapely.get_point(parts, 0), shapely.get_point(parts, -1)])
    return inside(shapely.union_all(shapely.buffer(ends, 1)), frame, touched=True)


def _reaches_unknown(found: Flags, heights: Floats) -> bool:
    """Tell whether marked cells come within a cell of the edge or of unknown heights."""
    known = ~np.isnan(heights)
    safe = ndimage.binary_erosion(known, np.ones((3, 3)), iterations=2)
    return bool((found & ~safe).any())


def _remarks(
    raster: Raster, lines: Geometry, cell_m: float, factor: int, *, complete: bool
) -> Iterator[str]:
    if factor > 1:
        yield f"高程数据由约 {raster.resolution_m:.0f} m 合并为约 {cell_m:.0f} m 像元后推求流域"
    if not complete:
        yield "流域触及搜索范围或高程数据的边缘，可能不完整"
    frame = shapely.box(0, 0, raster.grid.columns, raster.grid.rows)
    if not frame.covers(raster.grid.in_cells(lines)):
        yield "河流有一部分在高程数据之外，其流域未计入"
