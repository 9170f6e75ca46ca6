"""A raster written as a cloud-optimised GeoTIFF: tiled, compressed, with overviews, one band."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import rasterio
from rasterio.shutil import copy
from rasterio.transform import Affine
from rasterio.windows import Window

from geo.errors import InputError
from geo.space.grid import Tile
from geo.store.codes import NO_CODE, read_codes
from geo.store.heights import read_heights

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from geo.store.raster import Raster

_SIDE: Final = 1024
_BLOCK: Final = 512
_UNKNOWN_M: Final = -32768


def write_heights(raster: Raster, path: Path, *, part: Tile) -> None:
    """Write heights as they stand, neither resampled nor moved to another system.

    Whole metres stay 16-bit, others 32-bit; what is unknown is −32768, declared. Overviews are means.

    Args:
        raster: The heights.
        path: Where; its folder holds a temporary file meanwhile.
        part: Which cells.

    Raises:
        InputError: The file cannot be read or written.
    """
    with raster.opened() as source:
        band = raster.band - 1
        plain = source.scales[band] == 1 and source.offsets[band] == 0
        whole = np.dtype(source.dtypes[band]).kind in "iu" and plain

        def cells(tile: Tile) -> NDArray[Any]:
            heights = read_heights(source, raster.band, tile, raster.grid)
            return np.where(np.isnan(heights), _UNKNOWN_M, heights)

        dtype = "int16" if whole else "float32"
        _write(
            raster,
            path,
            part=part,
            dtype=dtype,
            nodata=_UNKNOWN_M,
            cells=cells,
            overviews="AVERAGE",
        )


def write_codes(raster: Raster, path: Path, *, part: Tile, unknown: frozenset[int]) -> None:
    """Write land-cover codes as they stand; overviews hold the commonest code.

    Args:
        raster: The codes.
        path: Where; its folder holds a temporary file meanwhile.
        part: Which cells.
        unknown: Codes that say nothing; they become undeclared ground (nodata 65535).

    Raises:
        InputError: The file cannot be read or written, or holds something else than codes.
    """
    silent = np.array(sorted({NO_CODE, *unknown}))
    nothing = int(np.iinfo(np.uint16).max)
    with raster.opened() as source:

        def cells(tile: Tile) -> NDArray[Any]:
            codes = read_codes(source, raster.band, tile, raster.grid)
            return np.where(np.isin(codes, silent), nothing, codes)

        _write(
            raster, path, part=part, dtype="uint16", nodata=nothing, cells=cells, overviews="MODE"
        )


def _write(
    raster: Raster, path: Path, *, part: Tile, dtype: str, nodata: int,
    cells: Callable[[Tile], NDArray[Any]], overviews: str,
) -> None:  # fmt: skip
    """Write tile by tile beside the goal, then let GDAL lay it out."""
    grid = raster.grid.part(part)
    plain = path.with_name(f"plain_{path.name}")
    profile = {
        "driver": "GTiff", "width": grid.columns, "height": grid.rows, "count": 1, "dtype": dtype,
        "crs": grid.crs, "nodata": nodata, "tiled": True, "blockxsize": _BLOCK, "blockysize": _BLOCK,
        "compress": "deflate", "zlevel": 1, "BIGTIFF": "IF_SAFER",
        "transform": Affine(grid.step_x, 0.0, grid.left, 0.0, -grid.step_y, grid.top),
    }  # fmt: skip
    try:
        with rasterio.open(plain, "w", **profile) as out:
            for tile in grid.tiles(_SIDE):
                there = Tile(
                    part.row + tile.row, part.column + tile.column, tile.rows, tile.columns
                )
                window = Window(tile.column, tile.row, tile.columns, tile.rows)
                out.write(cells(there).astype(dtype), 1, window=window)
        copy(
            plain, path, driver="COG", COMPRESS="DEFLATE", PREDICTOR="YES", BLOCKSIZE=_BLOCK,
            OVERVIEW_RESAMPLING=overviews, BIGTIFF="IF_SAFER",
        )  # fmt: skip
    except (rasterio.errors.RasterioError, OSError) as error:
        reason = str(error).splitlines()[0][:120]
        raise InputError(
            f"{raster.shown.as_posix()}: 转换失败（{reason}） — 请检查文件与磁盘空间"
        ) from error
    finally:
        plain.unlink(missing_ok=True)
