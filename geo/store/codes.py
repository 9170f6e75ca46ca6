"""Cells of a land-cover raster as codes: read, counted, measured on the ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from rasterio.windows import Window

from geo.errors import InputError
from geo.store.heights import inside
from geo.store.land_cover import LARGEST_CODE
from geo.store.raster import tiles_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.space.grid import Grid, Tile
    from geo.store.raster import Raster

    Codes: TypeAlias = NDArray[np.int32]

#: A cell whose class nobody knows.
NO_CODE: Final = -1
_SIDE: Final = 1024


def read_codes(source: Any, band: int, tile: Tile, grid: Grid) -> Codes:
    """Read a tile of codes; declared nodata, masked cells and what lies outside are :data:`NO_CODE`.

    Args:
        source: The raster, open.
        band: Number of the band, from 1.
        tile: Which cells; it may reach outside the grid.
        grid: All cells of the raster.

    Raises:
        InputError: A value is no whole number from 0 to 9000.
    """
    answer = np.full((tile.rows, tile.columns), NO_CODE, dtype=np.int32)
    there = tile.clipped(grid)
    if there.cells == 0:
        return answer
    window = Window(there.column, there.row, there.columns, there.rows)
    read = source.read(band, window=window, masked=True)
    known = ~np.ma.getmaskarray(read)
    values = np.asarray(read.data)
    if values.dtype.kind == "f":
        known &= np.isfinite(values)
    said = values[known]
    if said.size and (
        said.min() < 0 or said.max() > LARGEST_CODE or (said != np.floor(said)).any()
    ):
        odd = said[(said < 0) | (said > LARGEST_CODE) | (said != np.floor(said))][0]
        raise InputError(
            f"像元取值 {odd:g} 不是地类编码 — 编码应为 0–{LARGEST_CODE} 的整数，请确认这是土地覆盖分类结果"
        )
    part = np.full(values.shape, NO_CODE, dtype=np.int32)
    part[known] = said
    row, column = there.row - tile.row, there.column - tile.column
    answer[row : row + there.rows, column : column + there.columns] = part
    return answer


def code_counts(raster: Raster, part: Tile) -> dict[int, int]:
    """Count the cells of each code in a part of a raster; unknown cells are not counted.

    Raises:
        InputError: The file cannot be read, or holds something else than codes.
    """
    total = np.zeros(LARGEST_CODE + 1, dtype=np.int64)
    with raster.opened() as source:
        for tile in raster.grid.part(part).tiles(_SIDE):
            there = type(tile)(
                part.row + tile.row, part.column + tile.column, tile.rows, tile.columns
            )
            codes = read_codes(source, raster.band, there, raster.grid)
            total += np.bincount(codes[codes != NO_CODE], minlength=LARGEST_CODE + 1)
    return {int(code): int(total[code]) for code in np.flatnonzero(total)}


def class_areas_m2(raster: Raster, place: Geometry) -> dict[int, float]:
    """Measure the ground of each code in a place, m²: cells whose centres lie inside, by their true size.

    The unknown ground stands under :data:`NO_CODE`, ground outside the raster nowhere.

    Args:
        raster: The codes.
        place: Areas, EPSG:4490.

    Raises:
        InputError: The file cannot be read, or holds something else than codes.
    """
    there = raster.grid.in_cells(place)
    total = np.zeros(LARGEST_CODE + 2)
    with raster.opened() as source:
        for tile in tiles_of(raster, there):
            here = inside(there, tile, touched=False)
            if here.any():
                codes = read_codes(source, raster.band, tile, raster.grid)
                wide, tall = raster.grid.part(tile).cell_sizes_m()
                ground = np.broadcast_to((wide * tall)[:, None], codes.shape)
                total += np.bincount(
                    codes[here] + 1, weights=ground[here], minlength=LARGEST_CODE + 2
                )
    return {int(at) - 1: float(total[at]) for at in np.flatnonzero(total)}
