from __future__ import annotations

import numpy as np
import pytest
import shapely
from rasterio.transform import Affine

from geo.errors import GeometryError, UsageError
from geo.space import transects
from geo.space.crs import transform
from geo.store import ridges
from geo.store.ridges import ridge_area, trace_ridges

EAST, NORTH = 37_500_000.0, 4_000_000.0
GRID = Affine(20, 0, EAST, 0, -20, NORTH)  # 20 m cells: 300 of them are 6 km


def degrees(geometry):
    return transform(geometry, 4525, 4490)


def metres(geometry):
    return transform(geometry, 4490, 4525)


def line(*points):
    """A line by metres east and south of the upper left corner."""
    return degrees(shapely.LineString([(EAST + x, NORTH - y) for x, y in points]))


def valley(ridge_m, height_m=100.0, size=300):
    """A straight valley from north to south in the middle, with ridges on both sides."""
    across = np.abs((np.arange(size) + 0.5) * 20 - size * 10)
    profile = height_m * np.where(across <= ridge_m, across, 2 * ridge_m - across) / ridge_m
    return np.tile(profile, (size, 1))


RIVER = line(
    (3000, 2600), (3000, 3400)
)  # its ends are 2.6 km from the edge, farther than the search


def half_width_m(area, south=3000):
    """West and east of the river, measured along a row."""
    row = shapely.LineString([(EAST, NORTH - south), (EAST + 6000, NORTH - south)])
    west, _, east, _ = metres(area).intersection(row).bounds
    return EAST + 3000 - west, east - EAST - 3000


@pytest.mark.parametrize("ridge_m", [400, 600, 1200])
def test_a_valley_is_taken_up_to_its_ridges_nearer_or_farther_than_the_distance(dem, ridge_m):
    trace = trace_ridges(dem(valley(ridge_m), transform=GRID), RIVER, distance_m=500)
    assert half_width_m(trace.geometry) == pytest.approx((ridge_m, ridge_m), abs=1)
    assert (trace.unknown, trace.remarks) == (0, ())
    assert trace.to_ridge > 0.8  # all but the fans at the ends that look along the valley


def test_on_the_plain_it_is_the_distance(dem):
    trace = trace_ridges(dem(np.zeros((300, 300)), transform=GRID), RIVER, distance_m=500)
    whole = metres(trace.geometry)
    assert (trace.to_ridge, trace.flat, trace.unknown) == (0, 1, 0)
    assert half_width_m(trace.geometry) == pytest.approx((500, 500), abs=0.1)
    assert whole.area == pytest.approx(800 * 1000 + np.pi * 500**2, rel=0.001)


def test_each_side_is_judged_by_itself(dem):
    heights = valley(800)
    heights[:, :150] = 0
    area = ridge_area(dem(heights, transform=GRID), RIVER, distance_m=500)
    assert half_width_m(area) == pytest.approx((500, 800), abs=20)


def test_a_bump_lower_than_a_ridge_is_passed_over(dem):
    heights = valley(1000)
    bump = np.abs(np.abs((np.arange(300) + 0.5) * 20 - 3000) - 300) < 60
    heights[:, bump] += 20
    area = ridge_area(dem(heights, transform=GRID), RIVER, distance_m=500)
    assert half_width_m(area) == pytest.approx((1000, 1000), abs=20)


def test_a_rise_below_the_threshold_is_plain_and_the_threshold_can_be_chosen(dem):
    raster = dem(valley(300, height_m=20), transform=GRID)
    assert half_width_m(ridge_area(raster, RIVER, distance_m=500)) == pytest.approx(
        (500, 500), abs=1
    )
    lower = trace_ridges(raster, RIVER, distance_m=500, rise_m=10).geometry
    assert half_width_m(lower) == pytest.approx((300, 300), abs=20)


def test_a_ridge_beyond_the_search_does_not_count(dem):
    raster = dem(valley(2700, height_m=900), transform=GRID)
    area = ridge_area(raster, RIVER, distance_m=500)  # looks as far as 2.5 km
    assert half_width_m(area) == pytest.approx((500, 500), abs=1)


def test_a_slope_that_only_climbs_has_no_ridge(dem):
    heights = np.tile(np.abs(np.arange(300) - 150.0) * 5, (300, 1))
    area = ridge_area(dem(heights, transform=GRID), RIVER, distance_m=400)
    assert half_width_m(area) == pytest.approx((400, 400), abs=1)


def test_unknown_ground_before_a_ridge_is_told_and_not_taken_for_plain(dem):
    heights = valley(800)
    heights[:, :140] = np.nan
    trace = trace_ridges(dem(heights, transform=GRID), RIVER, distance_m=500)
    assert half_width_m(trace.geometry) == pytest.approx((500, 800), abs=20)
    assert 0.4 < trace.unknown < 0.6
    assert trace.to_ridge + trace.flat + trace.unknown == pytest.approx(1)
    assert "因高程数据缺失未能判读山脊，按 500 m 处理" in trace.remarks[0]


def test_a_model_that_does_not_cover_the_river_leaves_everything_unknown(dem):
    trace = trace_ridges(dem(valley(800, size=20), transform=GRID), RIVER, distance_m=500)
    assert trace.unknown == 1.0
    assert trace.remarks[0].startswith("100% 的剖面")


def test_a_model_too_coarse_for_the_distance_is_remarked(dem):
    trace = trace_ridges(dem(valley(400), transform=GRID), RIVER, distance_m=60)
    assert "对 60 m 的范围过粗" in trace.remarks[0]


def test_a_distance_far_below_a_cell_is_still_the_distance(dem):
    area = ridge_area(dem(valley(400), transform=GRID), RIVER, distance_m=3)
    assert half_width_m(area) == pytest.approx((3, 3), abs=0.05)


def test_a_side_valley_does_not_lead_the_outline_astray(dem):
    heights = valley(600)
    heights[148:152, 180:] = np.minimum(heights[148:152, 180:], 0)  # 80 m wide, into the plain
    area = ridge_area(dem(heights, transform=GRID), RIVER, distance_m=400)
    assert half_width_m(area) == pytest.approx((600, 600), abs=20)


def test_a_spring_in_a_valley_is_judged_by_direction(dem):
    spring = degrees(shapely.Point(EAST + 3000, NORTH - 3000))
    area = metres(ridge_area(dem(valley(200), transform=GRID), spring, distance_m=500))
    west, south, east, north = area.bounds
    assert (east - west) / 2 == pytest.approx(200, rel=0.25)
    assert (north - south) / 2 == pytest.approx(500, rel=0.02)


def test_around_a_reservoir_the_body_is_included_and_the_rim_is_a_crater(dem):
    across = (np.arange(300) + 0.5) * 20 - 3000
    radius = np.hypot(*np.meshgrid(across, across))
    crater = np.where(radius <= 1000, radius, 2000 - radius) / 10
    lake = shapely.Point(EAST + 3000, NORTH - 3000).buffer(200)
    island = shapely.Point(EAST + 3000, NORTH - 3000).buffer(50)
    area = ridge_area(dem(crater, transform=GRID), degrees(lake - island), distance_m=500)
    assert metres(area).area == pytest.approx(np.pi * 1000**2, rel=0.03)
    assert metres(area).buffer(1).covers(lake - island)


def test_a_point_looks_all_around(dem):
    spring = degrees(shapely.Point(EAST + 3000, NORTH - 3000))
    area = ridge_area(dem(np.zeros((300, 300)), transform=GRID), spring, distance_m=500)
    assert metres(area).area == pytest.approx(np.pi * 500**2, rel=0.005)


def test_two_rivers_share_the_ridge_between_them(dem):
    both = shapely.union_all([line((2600, 2000), (2600, 4000)), line((3400, 2000), (3400, 4000))])
    across = (np.arange(300) + 0.5) * 20 - 3000
    heights = np.tile(
        np.where(np.abs(across) < 400, 400 - np.abs(across), np.abs(across) - 400) / 4, (300, 1)
    )
    area = metres(ridge_area(dem(heights, transform=GRID), degrees(metres(both)), distance_m=500))
    between = shapely.box(EAST + 2600, NORTH - 3800, EAST + 3400, NORTH - 2200)
    assert area.intersection(between).area / between.area > 0.98


def test_the_area_of_two_rivers_holds_that_of_each(dem):
    main, creek = line((2000, 3000), (4000, 3000)), line((2800, 2000), (2800, 2600))
    heights = np.zeros((300, 300))
    heights[90:140, 147:150] = 80  # a wall beside the creek
    raster = dem(heights, transform=GRID)
    both = ridge_area(raster, shapely.union_all([main, creek]), distance_m=600)
    for river in (main, creek):
        alone = ridge_area(raster, river, distance_m=600)
        assert alone.difference(both).area / alone.area < 1e-4


def test_a_winding_river_on_the_plain_gives_its_buffer(dem):
    x = np.arange(1000, 5000, 50.0)
    bent = shapely.LineString(np.column_stack([EAST + x, NORTH - 3000 - 300 * np.sin(x / 250)]))
    area = metres(
        ridge_area(dem(np.zeros((300, 300)), transform=GRID), degrees(bent), distance_m=300)
    )
    assert area.symmetric_difference(bent.buffer(300)).area / bent.buffer(300).area < 0.01


def test_a_fine_model_is_read_in_pieces_with_the_same_answer(dem, monkeypatch):
    raster = dem(valley(600), transform=GRID)
    whole = ridge_area(raster, RIVER, distance_m=500)
    monkeypatch.setattr(ridges, "_LARGEST_CELLS", 5_000)
    monkeypatch.setattr(ridges, "_POINTS_AT_ONCE", 1_000)
    monkeypatch.setattr(transects, "_POINTS_AT_ONCE", 1_000)
    assert ridge_area(raster, RIVER, distance_m=500).equals(whole)


def test_a_much_finer_model_than_needed_is_averaged(dem):
    trace = trace_ridges(dem(valley(2000, height_m=400), transform=GRID), RIVER, distance_m=2500)
    assert half_width_m(trace.geometry) == pytest.approx((2000, 2000), abs=50)  # steps of 50 m


@pytest.mark.parametrize(("distance", "rise"), [(0, 30), (500, 0), (float("nan"), 30)])
def test_distances_that_are_not_positive_are_refused(dem, distance, rise):
    with pytest.raises(UsageError, match="应大于 0"):
        trace_ridges(dem(np.zeros((5, 5))), RIVER, distance_m=distance, rise_m=rise)


def test_an_empty_shape_is_refused(dem):
    with pytest.raises(GeometryError):
        ridge_area(dem(np.zeros((5, 5))), shapely.LineString(), distance_m=500)
