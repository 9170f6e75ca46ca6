from __future__ import annotations

import itertools
import subprocess
import sys

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import Affine

from geo.errors import UsageError
from geo.space.crs import transform
from geo.space.measure import area_m2
from geo.space.relief import slope_deg
from geo.store.raster import coverage
from geo.store.terrain import elevation_area, slope_area

EAST, NORTH = 37_500_000.0, 4_000_000.0


def on_plane(west, south, east, north):
    """A rectangle in metres from the upper left corner of the models, in degrees."""
    box = shapely.box(EAST + west, NORTH - south, EAST + east, NORTH - north)
    return transform(shapely.segmentize(box, 50), 4525, 4490)


def rising_east(degrees, shape=(40, 40), cell=10.0):
    return np.tile(np.arange(shape[1]) * cell * np.tan(np.radians(degrees)), (shape[0], 1))


@pytest.mark.parametrize("degrees", [0.5, 5, 20, 60])
@pytest.mark.parametrize("turned", [False, True])
def test_a_tilted_plane_has_its_angle_everywhere(dem, degrees, turned):
    heights = rising_east(degrees)
    raster = dem(heights.T if turned else heights)
    within = on_plane(100, 300, 300, 100)  # 4 ha
    near = slope_area(raster, within, lower_deg=degrees - 0.01, upper_deg=degrees + 0.01)
    assert float(area_m2(near)[()]) == pytest.approx(40_000, rel=1e-6)
    assert slope_area(raster, within, lower_deg=degrees + 0.01, upper_deg=90).is_empty


@pytest.mark.parametrize("turned", [False, True])
def test_a_tilted_plane_in_degrees_has_its_angle_too(dem, turned):
    cell = 0.001
    # At 60° N a thousandth of a degree is 55.80 m of the parallel and 111.41 m of the meridian (GRS80).
    metres = 111.412 if turned else 55.800
    heights = rising_east(30, cell=metres, shape=(20, 20))
    grid = Affine(cell, 0, 112, 0, -cell, 60.01)
    raster = dem(heights.T if turned else heights, crs="EPSG:4326", transform=grid)
    within = shapely.box(112.005, 59.995, 112.015, 60.005)
    near = slope_area(raster, within, lower_deg=29.98, upper_deg=30.02)
    assert near.symmetric_difference(within).area == pytest.approx(0, abs=1e-12)


def test_a_cone_is_steep_all_around_and_flat_nowhere_but_at_its_top(dem):
    across = np.arange(101) - 50
    radius = np.hypot(*np.meshgrid(across, across)) * 10
    raster = dem(1000 - radius * np.tan(np.radians(25)))
    within = on_plane(10, 1000, 1000, 10)
    steep = slope_area(raster, within, lower_deg=24, upper_deg=26)
    gentle = slope_area(raster, within, lower_deg=0, upper_deg=15)
    top = transform(shapely.Point(EAST + 505, NORTH - 505), 4525, 4490)
    assert gentle.covers(top)
    assert float(area_m2(gentle)[()]) == pytest.approx(100, rel=1e-3)  # the one cell of the top
    assert steep.geom_type == "MultiPolygon"
    assert not steep.covers(top)


def test_classes_that_meet_share_no_ground_and_leave_none_out(dem):
    noise = np.random.default_rng(3).normal(0, 4, (60, 60))
    raster = dem(noise)
    within = on_plane(10, 590, 590, 10)
    bounds = [0, 5, 15, 25, 90]
    classes = [
        slope_area(raster, within, lower_deg=low, upper_deg=high)
        for low, high in itertools.pairwise(bounds)
    ]
    assert all(part.is_valid for part in classes)
    areas = [float(area_m2(part)[()]) for part in classes]
    assert sum(areas) == pytest.approx(580 * 580, rel=1e-6)
    assert shapely.union_all(classes).area == pytest.approx(within.area, rel=1e-6)


def test_unknown_ground_is_never_flat(dem):
    heights = np.zeros((30, 30))
    heights[10, 10] = -9999
    raster = dem(heights, nodata=-9999)
    flat = slope_area(raster, on_plane(50, 250, 250, 50), lower_deg=0, upper_deg=5)
    hole = on_plane(90, 120, 120, 90)  # the unknown cell and its eight neighbours
    assert float(area_m2(flat)[()]) == pytest.approx(40_000 - 900, rel=1e-6)
    assert flat.intersection(hole).area == pytest.approx(0, abs=1e-14)


def test_the_rim_of_the_model_has_no_slope(dem):
    flat = slope_area(
        dem(np.zeros((10, 10))), on_plane(-50, 150, 150, -50), lower_deg=0, upper_deg=5
    )
    assert float(area_m2(flat)[()]) == pytest.approx(80 * 80, rel=1e-6)


def test_a_place_the_model_does_not_cover_has_no_answer_and_coverage_says_so(dem):
    raster, away = dem(np.zeros((10, 10))), on_plane(500, 600, 600, 500)
    assert slope_area(raster, away, lower_deg=0, upper_deg=90).is_empty
    assert elevation_area(raster, away, below_m=600).is_empty
    assert coverage(raster, away) == 0.0


def test_an_empty_place_has_no_ground(dem):
    assert elevation_area(dem(np.zeros((10, 10))), shapely.Polygon(), below_m=600).is_empty


def test_the_lower_slope_is_included_and_the_upper_is_not(dem):
    raster = dem(rising_east(20, shape=(3, 3)))  # one cell that has a slope
    heights = np.float32(rising_east(20, shape=(3, 3))).astype(float)
    width_m, height_m = raster.grid.cell_sizes_m()
    (exact,) = slope_deg(heights, width_m=width_m[1:2], height_m=height_m[1:2])[0].tolist()
    within = on_plane(0, 30, 30, 0)
    assert not slope_area(raster, within, lower_deg=exact, upper_deg=90).is_empty
    assert slope_area(raster, within, lower_deg=0, upper_deg=exact).is_empty


def test_the_lower_height_is_included_and_the_upper_is_not(dem):
    raster = dem(np.repeat([[500.0], [600.0], [700.0]], 3, axis=1))
    within = on_plane(0, 30, 30, 0)

    def rows(**bounds):
        return round(float(area_m2(elevation_area(raster, within, **bounds))[()]) / 300)

    assert (rows(below_m=600), rows(above_m=600), rows(above_m=500, below_m=600.5)) == (1, 2, 2)


def test_unknown_heights_are_neither_above_nor_below(dem):
    raster = dem(np.array([[500, np.nan], [700, 700]]))
    within = on_plane(0, 20, 20, 0)
    both = [
        elevation_area(raster, within, below_m=600),
        elevation_area(raster, within, above_m=600),
    ]
    assert [round(float(area_m2(part)[()])) for part in both] == [100, 200]


def test_a_declared_scale_and_offset_are_applied(dem):
    raster = dem(np.full((5, 5), 50), dtype="int16")
    with rasterio.open(raster.path, "r+") as file:
        file.scales, file.offsets = (10.0,), (100.0,)
    assert not elevation_area(raster, on_plane(0, 50, 50, 0), above_m=600, below_m=601).is_empty


def test_the_place_cuts_through_cells(dem):
    within = on_plane(15, 27, 38, 12)
    area = elevation_area(dem(np.zeros((10, 10))), within, below_m=600)
    assert area.symmetric_difference(within).area == pytest.approx(0, abs=1e-13)


def test_along_a_river_the_answer_is_stretches_of_it(dem):
    heights = np.zeros((10, 10))
    heights[:, 5:] = 800
    line = transform(
        shapely.LineString([(EAST + 10, NORTH - 55), (EAST + 90, NORTH - 55)]), 4525, 4490
    )
    high = elevation_area(dem(heights), line, above_m=600)
    assert high.length / line.length == pytest.approx(0.5, abs=1e-6)


def test_tiles_leave_no_seams(dem):
    heights = np.full((1030, 1100), 500.0)  # four tiles of at most 1024 cells a side
    area = elevation_area(dem(heights), on_plane(10_100, 10_270, 10_900, 10_000), below_m=600)
    assert shapely.get_num_geometries(area) == 1
    assert float(area_m2(area)[()]) == pytest.approx(800 * 270, rel=1e-5)


def test_a_long_straight_edge_of_the_plane_stays_on_its_cells(dem):
    raster = dem(np.zeros((100, 2000)), transform=Affine(30, 0, EAST + 120_000, 0, -30, NORTH))
    far = transform(shapely.Point(EAST + 150_000, NORTH - 1500).buffer(40_000), 4525, 4490)
    corner = transform(shapely.Point(EAST + 150_000, NORTH), 4525, 4490)
    area = elevation_area(raster, far, below_m=600)
    off_m = area.distance(corner) * 111_000 + area.boundary.distance(corner) * 111_000
    assert off_m < 1


@pytest.mark.parametrize(("lower", "upper"), [(15, 15), (-1, 5), (0, 91)])
def test_impossible_slope_classes_are_refused(dem, lower, upper):
    with pytest.raises(UsageError, match="坡度范围"):
        slope_area(dem(np.zeros((3, 3))), on_plane(0, 30, 30, 0), lower_deg=lower, upper_deg=upper)


@pytest.mark.parametrize("bounds", [{}, {"above_m": 600, "below_m": 600}])
def test_impossible_height_classes_are_refused(dem, bounds):
    with pytest.raises(UsageError, match="高程范围"):
        elevation_area(dem(np.zeros((3, 3))), on_plane(0, 30, 30, 0), **bounds)


MEASURE = """
import resource, sys
from pathlib import Path
import shapely
from geo.space.crs import transform
from geo.store.raster import open_raster
from geo.store.terrain import slope_area

def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

raster = open_raster(Path(sys.argv[1]), shown=Path("dem.tif"))
east, south = 37_500_000 + raster.grid.columns * 10, 4_000_000 - raster.grid.rows * 10
within = transform(shapely.box(37_500_000, south, east, 4_000_000), 4525, 4490)
before = peak_mb()
area = slope_area(raster, within, lower_deg=15, upper_deg=90)
assert not area.is_empty
print(peak_mb() - before)
"""


def grows_mb(write_dem, side):
    """How much memory the slopes of a square model take at most, in a process of their own."""
    row = ((np.arange(side) % 400) * 2.0).astype("float32")
    path = write_dem(np.broadcast_to(row, (side, side)), tiled=True)
    run = [sys.executable, "-c", MEASURE, str(path)]
    return float(subprocess.run(run, check=True, capture_output=True, text=True).stdout)


def test_memory_does_not_grow_with_the_raster(write_dem):
    assert grows_mb(write_dem, 4000) < 250  # one array of it is 128 MB, and slope takes several


@pytest.mark.fuzz
def test_a_hundred_million_cells_fit_in_the_same_memory(write_dem):
    assert grows_mb(write_dem, 10_000) < 250  # one array of it is 800 MB
