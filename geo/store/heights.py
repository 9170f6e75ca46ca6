"""Cells of a raster as arrays: heights in metres, unknown ones NaN, a rectangle at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from rasterio.features import geometry_mask
from rasterio.transform import Affine
from rasterio.windows import Window

from geo.space.grid import Tile

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.space.grid import Grid

    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]

#: Heights of land lie between −430 m (Dead Sea) and 8 849 m. What is far outside is a filler such as
#: −32768 or −9999 that the file forgot to declare, and so unknown. Metres.
LOWEST_M: Final = -1_000.0
HIGHEST_M: Final = 9_000.0
_STRIP_CELLS: Final = 1_000_000


def read_heights(source: Any, band: int, tile: Tile, grid: Grid, *, halo: int = 0) -> Floats:
    """Read a tile and ``halo`` cells around it.

    Declared nodata, masked cells, NaN and impossible heights are NaN, and so is what lies outside the
    grid. A declared scale and offset are applied.

    Args:
        source: The raster, open.
        band: Number of the band, from 1.
        tile: Which cells; it may reach outside the grid.
        grid: All cells of the raster.
        halo: Number of cells to add on each side.
    """
    wide = Tile(
        tile.row - halo, tile.column - halo, tile.rows + 2 * halo, tile.columns + 2 * halo
    )  # fmt: skip
    there = wide.clipped(grid)
    answer = np.full((wide.rows, wide.columns), np.nan)
    if there.cells == 0:
        return answer
    window = Window(there.column, there.row, there.columns, there.rows)
    read = source.read(band, window=window, masked=True)
    heights = read.astype(np.float64).filled(np.nan)
    heights = heights * source.scales[band - 1] + source.offsets[band - 1]
    heights[(heights < LOWEST_M) | (heights > HIGHEST_M)] = np.nan
    row, column = there.row - wide.row, there.column - wide.column
    answer[row : row + there.rows, column : column + there.columns] = heights
    return answer


def read_coarse(source: Any, band: int, tile: Tile, grid: Grid, *, factor: int) -> Floats:
    """Read a tile as means of ``factor`` × ``factor`` known cells, a strip at a time.

    A mean is unknown only when all its cells are.

    Args:
        source: The raster, open.
        band: Number of the band, from 1.
        tile: Which cells, before they are joined.
        grid: All cells of the raster.
        factor: How many cells become one, in each direction.
    """
    if factor == 1:
        return read_heights(source, band, tile, grid)
    columns = -(-tile.columns // factor)
    per_strip = max(_STRIP_CELLS // (columns * factor * factor), 1) * factor
    strips = []
    for row in range(0, tile.rows, per_strip):
        rows = -(-min(per_strip, tile.rows - row) // factor) * factor
        strip = Tile(tile.row + row, tile.column, rows, columns * factor)
        fine = read_heights(source, band, strip, grid)
        cells = fine.reshape(rows // factor, factor, columns, factor)
        count = (~np.isnan(cells)).sum(axis=(1, 3))
        total = np.nansum(cells, axis=(1, 3))
        strips.append(np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0))
    return np.concatenate(strips)


def inside(place: Geometry, tile: Tile, *, touched: bool) -> Flags:
    """Mark the cells of a tile that lie inside a place, given in positions of the grid.

    Args:
        place: Any geometry in cells.
        tile: Which cells.
        touched: Mark every cell the place touches, not only those whose centre lies inside.
    """
    if place.is_empty:
        return np.zeros((tile.rows, tile.columns), dtype=bool)
    move = Affine.translation(tile.column, tile.row)
    marked: Flags = geometry_mask(
        [place], (tile.rows, tile.columns), move, all_touched=touched, invert=True
    )
    return marked
