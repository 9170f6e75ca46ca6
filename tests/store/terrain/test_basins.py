from __future__ import annotations

import numpy as np
import pytest
import shapely
from rasterio.transform import Affine

from geo.errors import GeometryError, InputError, UsageError
from geo.space.crs import transform
from geo.store import basins
from geo.store.basins import basin_area, trace_basin

EAST, NORTH = 37_500_000.0, 4_000_000.0
GRID = Affine(30, 0, EAST, 0, -30, NORTH)  # 30 m cells: 100 of them are 3 km


def degrees(geometry):
    return transform(geometry, 4525, 4490)


def metres(geometry):
    return transform(geometry, 4490, 4525)


def line(*points):
    """A line by metres east and south of the upper left corner."""
    return degrees(shapely.LineString([(EAST + x, NORTH - y) for x, y in points]))


def two_valleys():
    """Two valleys that run south, 1.2 km apart, with ridges at 300, 1500 and 2700 m from the west.

    A gentle fall to the south brings the water down; outside the outer ridges it runs away.
    """
    east = (np.arange(100) + 0.5) * 30
    away = np.minimum(np.abs(east - 900), np.abs(east - 2100))  # from the nearer valley
    south = (np.arange(100) + 0.5) * 30
    return (away / 5)[None, :] - (south / 500)[:, None] + 1000 + _outer(east)


def _outer(east):
    """Turn the ground beyond the outer ridges down."""
    return np.where(east < 300, (east - 300) / 2.5, np.where(east > 2700, (2700 - east) / 2.5, 0))


WEST_RIVER = line((900, 600), (900, 2400))
EAST_RIVER = line((2100, 600), (2100, 2400))


def test_a_valley_drains_to_its_river_and_its_neighbour_does_not(dem):
    area = metres(basin_area(dem(two_valleys(), transform=GRID), WEST_RIVER, within_km=5))
    west, south, east, north = area.bounds
    assert (west - EAST, east - EAST) == pytest.approx((300, 1500), abs=45)
    assert NORTH - south == pytest.approx(2400, abs=45)  # nothing below the end of the line …
    assert NORTH - north < 60  # … and everything above its beginning


def test_a_creek_that_ends_just_short_of_the_main_river_does_not_take_it(dem):
    raster = dem(two_valleys(), transform=GRID)
    creek = line((1600, 1500), (2070, 1500))  # the main river runs in the next cell
    area = metres(basin_area(raster, creek, within_km=5))
    assert not area.covers(shapely.Point(EAST + 2100, NORTH - 900))


def test_a_pit_fills_and_flows_over(dem):
    heights = two_valleys()
    heights[30:34, 22:26] -= 80  # a sinkhole on the side of the western valley
    area = metres(basin_area(dem(heights, transform=GRID), WEST_RIVER, within_km=5))
    pit = shapely.Point(EAST + 24 * 30, NORTH - 32 * 30)
    assert area.covers(pit.buffer(40))


def test_a_flat_drains_somewhere_and_not_to_nobody(dem):
    heights = two_valleys()
    heights[40:60, 20:40] = heights[40:60, 20:40].max()
    area = metres(basin_area(dem(heights, transform=GRID), WEST_RIVER, within_km=5))
    flat = shapely.box(EAST + 650, NORTH - 1750, EAST + 1150, NORTH - 1250)
    assert area.covers(flat)


def test_a_tributary_drawn_into_the_main_river_takes_it_all_unless_the_main_river_is_given(dem):
    main, creek = EAST_RIVER, line((1600, 1500), (2100, 1500))
    raster = dem(two_valleys(), transform=GRID)
    greedy = metres(basin_area(raster, creek, within_km=5))
    honest = metres(trace_basin(raster, creek, within_km=5, others=main).geometry)
    upstream = shapely.Point(EAST + 2100, NORTH - 900)
    assert greedy.covers(upstream)
    assert not honest.covers(upstream)
    assert honest.covers(shapely.Point(EAST + 1800, NORTH - 1490))


def test_no_other_rivers_change_nothing(dem):
    raster = dem(two_valleys(), transform=GRID)
    alone = basin_area(raster, WEST_RIVER, within_km=5)
    assert basin_area(raster, WEST_RIVER, within_km=5, others=shapely.LineString()).equals(alone)


def test_a_river_drawn_beside_its_valley_needs_its_accuracy(dem):
    beside = line((1050, 600), (1050, 2400))  # 150 m east of the valley floor
    raster = dem(two_valleys(), transform=GRID)
    far_side = shapely.Point(EAST + 600, NORTH - 1200)
    assert not metres(trace_basin(raster, beside, within_km=5).geometry).covers(far_side)
    wide = trace_basin(raster, beside, within_km=5, accuracy_m=200)
    assert metres(wide.geometry).covers(far_side)


def test_in_degrees_the_answer_is_the_same(dem):
    grid = Affine(0.0003, 0, 112, 0, -0.0003, 36)
    raster = dem(two_valleys(), crs="EPSG:4326", transform=grid)
    river = shapely.LineString([(112.009, 35.994), (112.009, 35.976)])  # as many cells as above
    west, _, east, _ = basin_area(raster, river, within_km=5).bounds
    assert (west, east) == pytest.approx((112.003, 112.015), abs=0.00045)


def test_a_basin_cut_off_by_the_edge_of_the_model_says_so(dem):
    trace = trace_basin(dem(two_valleys(), transform=GRID), WEST_RIVER, within_km=5)
    assert not trace.complete  # the valley begins at the northern edge
    assert "流域触及搜索范围或高程数据的边缘，可能不完整" in trace.remarks


def test_a_basin_closed_by_ridges_is_complete(dem):
    heights = two_valleys()
    heights[:8] = 1100 + np.arange(8)[:, None] * 10  # a ridge across the north that falls outwards
    river = line((900, 600), (900, 2400))
    trace = trace_basin(dem(heights, transform=GRID), river, within_km=5)
    assert trace.complete
    assert trace.remarks == ()
    assert trace.cell_m == pytest.approx(30, abs=0.01)


def test_beside_unknown_ground_a_basin_is_not_complete(dem):
    heights = two_valleys()
    heights[:8] = 1100 + np.arange(8)[:, None] * 10
    heights[40, 25] = np.nan
    trace = trace_basin(dem(heights, transform=GRID), WEST_RIVER, within_km=5)
    assert not trace.complete


def test_a_search_too_narrow_is_not_complete(dem):
    trace = trace_basin(dem(two_valleys(), transform=GRID), WEST_RIVER, within_km=0.3)
    west, _, east, _ = metres(trace.geometry).bounds
    assert not trace.complete
    assert east - west < 2 * 300 + 90


def test_a_fine_model_is_joined_to_coarser_cells_with_a_remark(dem, monkeypatch):
    monkeypatch.setattr(basins, "LARGEST_CELLS", 3_000)
    trace = trace_basin(dem(two_valleys(), transform=GRID), WEST_RIVER, within_km=5)
    west, _, east, _ = metres(trace.geometry).bounds
    assert trace.cell_m == pytest.approx(60, abs=0.01)
    assert "高程数据由约 30 m 合并为约 60 m 像元后推求流域" in trace.remarks
    assert (west - EAST, east - EAST) == pytest.approx((300, 1500), abs=90)


def test_a_search_too_large_is_refused_with_advice(dem, monkeypatch):
    monkeypatch.setattr(basins, "LARGEST_CELLS", 10)
    with pytest.raises(
        InputError, match=r"dem\.tif: 流域搜索范围有 0 百万个像元，超过上限 — 请缩小范围"
    ):
        basin_area(dem(two_valleys(), transform=GRID), WEST_RIVER, within_km=5)


def test_a_river_partly_beyond_the_model_is_remarked(dem):
    long = line((900, 600), (900, 5000))
    trace = trace_basin(dem(two_valleys(), transform=GRID), long, within_km=1)
    assert "河流有一部分在高程数据之外，其流域未计入" in trace.remarks


@pytest.mark.parametrize("far_m", [4_500, 90_000])
def test_a_river_the_model_does_not_hold_is_an_input_error(dem, far_m):
    away = line((far_m, 600), (far_m, 2400))
    with pytest.raises(InputError, match="高程数据没有覆盖该河流"):
        basin_area(dem(two_valleys(), transform=GRID), away, within_km=5)


def test_no_line_and_no_distance_are_refused(dem):
    raster = dem(two_valleys(), transform=GRID)
    with pytest.raises(GeometryError, match="没有河流线"):
        basin_area(raster, shapely.LineString())
    with pytest.raises(UsageError, match="应大于 0"):
        basin_area(raster, WEST_RIVER, within_km=0)
    with pytest.raises(UsageError, match="应不小于 0"):
        trace_basin(raster, WEST_RIVER, accuracy_m=-1)
