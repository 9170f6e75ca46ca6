from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import Affine

from geo.errors import CrsError, GeometryError, InputError
from geo.space.crs import transform
from geo.store.raster import coverage, open_raster

EAST, NORTH = 37_500_000.0, 4_000_000.0


def on_plane(west, south, east, north):
    """A rectangle in cells of 10 m from the upper left corner of the models, in degrees."""
    box = shapely.box(EAST + west, NORTH - south, EAST + east, NORTH - north)
    return transform(shapely.segmentize(box, 50), 4525, 4490)


def test_it_tells_cells_position_and_resolution_without_reading_heights(dem):
    raster = dem(np.zeros((20, 30)), nodata=-9999)
    assert (raster.grid.rows, raster.grid.columns) == (20, 30)
    assert (raster.grid.crs, raster.grid.left, raster.grid.top) == ("EPSG:4525", EAST, NORTH)
    assert raster.nodata == -9999
    assert raster.resolution_m == pytest.approx(10, abs=1e-4)


def test_the_resolution_of_a_model_in_degrees_is_in_metres(dem):
    raster = dem(np.zeros((4, 4)), crs="EPSG:4326", transform=Affine(0.001, 0, 112, 0, -0.001, 36))
    assert raster.resolution_m == pytest.approx(
        110.96, abs=0.01
    )  # a thousandth of a degree of meridian


def test_the_true_cell_of_a_mercator_model_is_smaller_than_it_says(dem):
    raster = dem(
        np.zeros((4, 4)), crs="EPSG:3857", transform=Affine(100, 0, 12_468_000, 0, -100, 4_300_000)
    )
    assert raster.resolution_m == pytest.approx(100 * np.cos(np.radians(36)), rel=0.01)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "dem.tif: 栅格文件不存在"),
        (b"", "dem.tif: 不是 GeoTIFF、COG 或 VRT 栅格"),
        (b"\x89HDF\r\n", "dem.tif: 不是 GeoTIFF、COG 或 VRT 栅格"),
        (b"II*\0broken", "dem.tif: 栅格读取失败"),
    ],
)
def test_what_is_no_raster_is_refused_by_name(tmp_path, content, message):
    path = tmp_path / "dem.tif"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        open_raster(path, shown=Path("dem.tif"))


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"crs": None}, "没有坐标系 — 请在原软件中定义坐标系"),
        ({"transform": Affine.identity()}, "没有地理定位"),
        ({"transform": Affine(10, 1, EAST, 0, -10, NORTH)}, "行列不是正北朝上"),
        ({"transform": Affine(10, 0, EAST, 0, 10, NORTH)}, "行列不是正北朝上"),
        ({"dtype": "complex64"}, "数值类型是 complex64"),
    ],
)
def test_a_raster_that_cannot_serve_says_why(write_dem, settings, message):
    path = write_dem(np.ones((3, 3)), **settings)
    with pytest.raises(InputError, match=message):
        open_raster(path, shown=Path("dem.tif"))


def test_all_problems_of_a_raster_are_told_at_once(write_dem):
    path = write_dem(np.ones((3, 3)), crs=None, transform=Affine(10, 1, 0, 0, -10, 0))
    with pytest.raises(InputError) as caught:
        open_raster(path, shown=Path("dem.tif"), band=2)
    assert len(str(caught.value).splitlines()) == 3


def test_heights_in_feet_are_refused(write_dem):
    path = write_dem(np.ones((3, 3)))
    with rasterio.open(path, "r+") as file:
        file.units = ("ft",)
    with pytest.raises(InputError, match="高程单位是英尺"):
        open_raster(path, shown=Path("dem.tif"))


def test_an_unknown_band_is_refused(write_dem):
    with pytest.raises(InputError, match="没有第 2 波段（共 1 个）"):
        open_raster(write_dem(np.ones((3, 3))), shown=Path("dem.tif"), band=2)


def test_a_model_on_xian80_is_refused_rather_than_laid_100_m_off(write_dem):
    path = write_dem(np.ones((3, 3)), crs="EPSG:2361")
    with pytest.raises(CrsError, match=r"dem\.tif: 从西安80到CGCS2000需要七参数"):
        open_raster(path, shown=Path("dem.tif"))


def test_a_model_placed_off_the_earth_is_refused(write_dem):
    path = write_dem(np.ones((3, 3)), transform=Affine(10, 0, 1e12, 0, -10, 1e12))
    with pytest.raises(CrsError, match=r"dem\.tif: .*请检查坐标系"):
        open_raster(path, shown=Path("dem.tif"))


def test_a_place_inside_the_model_is_wholly_covered(dem):
    assert coverage(dem(np.ones((20, 20))), on_plane(50, 150, 150, 50)) == 1.0


def test_a_place_that_ends_where_the_model_ends_is_wholly_covered(dem):
    assert coverage(dem(np.ones((20, 20))), on_plane(0, 200, 200, 0)) == 1.0


def test_a_place_outside_the_model_is_not_covered(dem):
    assert coverage(dem(np.ones((20, 20))), on_plane(500, 600, 600, 500)) == 0.0


def test_a_place_that_only_touches_the_model_is_not_covered(dem):
    raster = dem(np.ones((10, 10)), crs="EPSG:4490", transform=Affine(0.5, 0, 112, 0, -0.5, 40))
    assert coverage(raster, shapely.box(117, 36, 118, 37)) == 0.0


def test_a_place_half_outside_the_model_is_half_covered(dem):
    half_east = on_plane(100, 150, 300, 50)  # 100 m on the model, 100 m beyond
    assert coverage(dem(np.ones((20, 20))), half_east) == pytest.approx(0.5, abs=1e-6)


def test_unknown_cells_are_not_covered(dem):
    heights = np.ones((20, 20))
    heights[:10] = -9999
    assert coverage(dem(heights, nodata=-9999), on_plane(0, 200, 200, 0)) == pytest.approx(0.5)


def test_a_filler_nobody_declared_is_unknown_and_not_a_deep_hole(dem):
    heights = np.ones((20, 20))
    heights[:, :5] = -32768
    assert coverage(dem(heights, dtype="int16"), on_plane(0, 200, 200, 0)) == pytest.approx(0.75)


def test_a_line_counts_the_cells_it_touches(dem):
    heights = np.ones((10, 10))
    heights[5, 5:] = np.nan
    line = transform(
        shapely.LineString([(EAST + 1, NORTH - 55), (EAST + 99, NORTH - 55)]), 4525, 4490
    )
    assert coverage(dem(heights), line) == pytest.approx(0.5)


def test_a_place_smaller_than_a_cell_is_judged_by_that_cell(dem):
    tiny = on_plane(11, 14, 14, 11)
    assert coverage(dem(np.ones((5, 5))), tiny) == 1.0
    assert coverage(dem(np.full((5, 5), np.nan)), tiny) == 0.0


def test_a_place_between_cell_centres_is_judged_by_the_cells_it_touches(dem):
    strip = on_plane(6, 88, 9, 12)  # 3 m wide: no centre lies in it
    heights = np.ones((10, 10))
    heights[5:, 0] = np.nan
    assert coverage(dem(heights), strip) == pytest.approx(0.5, abs=0.01)


def test_an_empty_place_has_no_coverage_to_tell(dem):
    with pytest.raises(GeometryError, match="范围为空"):
        coverage(dem(np.ones((5, 5))), shapely.Polygon())


def test_a_file_cut_short_after_opening_is_an_input_error(dem):
    raster = dem(np.ones((400, 400)))
    raster.path.write_bytes(raster.path.read_bytes()[:2000])
    with pytest.raises(InputError, match=r"dem\.tif: 栅格读取失败"):
        coverage(raster, on_plane(0, 4000, 4000, 0))
