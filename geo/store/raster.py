"""A raster of heights: opened once to be trusted, described without its cells."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import rasterio
import shapely
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from geo.errors import CrsError, GeometryError, InputError
from geo.space.crs import WORKING, parse_crs, transformer
from geo.space.grid import Grid, Tile
from geo.store.heights import inside, read_heights
from geo.store.mosaic import check_companions, check_mosaic, is_mosaic, is_tiff

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shapely import Geometry

#: GDAL's own cache of blocks, megabytes; its default is a share of the machine's memory.
_CACHE_MB: Final = 64
_SIDE: Final = 1024
#: Cells that GDAL has to unpack at once; a file with larger blocks could ask for any memory.
_BLOCK_CELLS: Final = 100_000_000
_FEET: Final = ("ft", "foot", "feet", "us-ft", "us survey foot")


@dataclass(frozen=True)
class Raster:
    """One band of a raster file whose values are heights in metres.

    Args:
        path: The file.
        shown: The file as the planner knows it, for messages.
        driver: GDAL's name of the format.
        band: Number of the band, from 1.
        grid: Its cells and coordinate system.
        nodata: The value that stands for "unknown", if the file declares one.
        resolution_m: The longer side of the middle cell on the ground, metres.
    """

    path: Path
    shown: Path
    driver: str
    band: int
    grid: Grid
    nodata: float | None
    resolution_m: float

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """Open the file for reading, with GDAL's cache kept small.

        Raises:
            InputError: It cannot be opened or read (any more).
        """
        with _reading(self.path, self.driver, self.shown) as source:
            yield source


def open_raster(path: Path, *, shown: Path, band: int = 1, crs: str | None = None) -> Raster:
    """Look at a GeoTIFF, COG or VRT and make sure that its heights can be used.

    The content decides what a file is, not its suffix. A VRT must be a plain mosaic of TIFFs that lie
    beside or below it.

    Args:
        path: The file.
        shown: The file as the planner knows it, for messages.
        band: Number of the band, from 1.
        crs: The coordinate system of a file that does not say; one that says otherwise is refused.

    Raises:
        InputError: Missing, no such raster, a VRT that reaches elsewhere, no coordinate system or
            position, no such band, no numbers, not in metres, or not north-up.
        CrsError: The coordinate system is unknown, or only reachable by a silent approximation.
    """
    name = shown.as_posix()
    if not path.is_file():
        raise InputError(f"{name}: 栅格文件不存在 — 请检查 source 的路径")
    driver = _driver(path, name)
    with _reading(path, driver, shown) as source:
        _must_serve(source, name, band, crs)
        grid = _grid(source, name, crs)
        nodata = source.nodatavals[band - 1]
    resolution_m = _resolution_m(grid, name)
    return Raster(path, shown, driver, band, grid, nodata, resolution_m)


def coverage(raster: Raster, within: Geometry) -> float:
    """Tell which share of a place has known heights (or codes of land cover), 0 to 1.

    Counted in cells of the raster: those whose centres lie inside an area, those that a line or a
    point (or an area smaller than a cell) touches. 1.0 is exact: not one cell is missing.

    Args:
        raster: The heights.
        within: The place, EPSG:4490.

    Raises:
        GeometryError: The place is empty.
        InputError: The file cannot be read.
    """
    if within.is_empty:
        raise GeometryError("范围为空，无法计算高程数据的覆盖率 — 请检查该范围")
    place = raster.grid.in_cells(within)
    frame = shapely.box(0, 0, raster.grid.columns, raster.grid.rows)
    reached = shapely.intersection(place, frame)
    if shapely.get_dimensions(reached) < shapely.get_dimensions(place):  # nothing, or a bare touch
        return 0.0
    # Rounded, since a place whose edge is the edge of the raster comes out short by 1e-14.
    on_frame = round(_size(reached) / _size(place), 9)
    known, cells = _count(raster, reached, touched=place.area == 0)
    if cells == 0:
        known, cells = _count(raster, reached, touched=True)
    return on_frame * known / cells if cells else 0.0


def _size(geometry: Geometry) -> float:
    """Measure areas by area, lines by length, points by number."""
    return float(geometry.area or geometry.length or shapely.get_num_coordinates(geometry))


def _count(raster: Raster, place: Geometry, *, touched: bool) -> tuple[int, int]:
    """Count the known cells and all cells of a place, given in positions of the grid."""
    known = cells = 0
    with raster.opened() as source:
        for tile in tiles_of(raster, place):
            here = inside(place, tile, touched=touched)
            if here.any():
                heights = read_heights(source, raster.band, tile, raster.grid)
                cells += int(here.sum())
                known += int((here & ~np.isnan(heights)).sum())
    return known, cells


def tiles_of(raster: Raster, place: Geometry) -> Iterator[Tile]:
    """Yield the tiles of a raster that meet a place, given in positions of its grid."""
    shapely.prepare(place)
    for tile in raster.grid.tiles(_SIDE):
        right, bottom = tile.column + tile.columns, tile.row + tile.rows
        if place.intersects(shapely.box(tile.column, tile.row, right, bottom)):
            yield tile


def _driver(path: Path, name: str) -> str:
    """Decide by content what to open a file as."""
    check_companions(path, name=name)
    if is_tiff(path):
        return "GTiff"
    if is_mosaic(path):
        check_mosaic(path, name=name)
        return "VRT"
    raise InputError(f"{name}: 不是 GeoTIFF、COG 或 VRT 栅格 — 请另存为 GeoTIFF")


@contextmanager
def _reading(path: Path, driver: str, shown: Path) -> Iterator[Any]:
    options = {"GDAL_CACHEMAX": _CACHE_MB, "GDAL_VRT_ENABLE_PYTHON": "NO"}
    try:
        with rasterio.Env(**options):
            with warnings.catch_warnings():  # a missing position is told in our own words
                warnings.simplefilter("ignore", NotGeoreferencedWarning)
                source = rasterio.open(path, driver=driver)
            with source:
                yield source
    except RasterioError as error:
        reason = str(error).splitlines()[0][:120]
        hint = "文件可能损坏或不完整，请重新导出"
        raise InputError(f"{shown.as_posix()}: 栅格读取失败（{reason}） — {hint}") from error


def _must_serve(source: Any, name: str, band: int, crs: str | None) -> None:
    """List everything that keeps a file from being read as heights."""
    step = source.transform
    found = []
    if source.crs is None and crs is None:
        found.append("没有坐标系 — 请在原软件中定义坐标系后重新导出")
    elif source.crs is not None and crs is not None and not _same(source.crs.to_wkt(), crs):
        found.append(f"文件自带的坐标系与 {crs} 不一致 — 请核实后改正其一")
    if step.is_identity or not (step.b == step.d == 0 and step.a > 0 > step.e):
        found.append("没有地理定位，或行列不是正北朝上 — 请用 gdalwarp 重采样为正北朝上的 GeoTIFF")
    if not 1 <= band <= source.count:
        found.append(f"没有第 {band} 波段（共 {source.count} 个） — 请检查 band")
    elif np.dtype(source.dtypes[band - 1]).kind not in "iuf":
        found.append(f"第 {band} 波段的数值类型是 {source.dtypes[band - 1]} — 高程应为整数或小数")
    elif str(source.units[band - 1] or "").strip().lower() in _FEET:
        found.append("高程单位是英尺 — 请换算为米后重新导出")
    if source.count and max(rows * columns for rows, columns in source.block_shapes) > _BLOCK_CELLS:
        found.append("没有分块（一块超过 1 亿像元） — 请用 gdal_translate -co TILED=YES 重新导出")
    if found:
        raise InputError("\n".join(f"{name}: {problem}" for problem in found))


def _same(own: str, said: str) -> bool:
    return parse_crs(own).to_2d().equals(parse_crs(said).to_2d(), ignore_axis_order=True)


def _grid(source: Any, name: str, said: str | None) -> Grid:
    step, crs = source.transform, source.crs.to_wkt() if source.crs else str(said)
    try:
        transformer(crs, WORKING)
        parsed = parse_crs(crs)
    except CrsError as error:
        raise CrsError(f"{name}: {error}") from error
    code = parsed.to_epsg()
    known = f"EPSG:{code}" if code else parsed.to_wkt()
    return Grid(known, step.c, step.f, step.a, -step.e, source.height, source.width)


def _resolution_m(grid: Grid, name: str) -> float:
    """Measure the middle cell; a position off the Earth shows here."""
    middle = Tile(grid.rows // 2, grid.columns // 2, 1, 1)
    try:
        width, height = grid.part(middle).cell_sizes_m()
    except CrsError as error:
        raise CrsError(f"{name}: {error}") from error
    return float(max(width[0], height[0]))
