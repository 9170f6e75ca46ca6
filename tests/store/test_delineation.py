"""划分建议范围 from HJ 338's distances, with areas worked out by hand; refused where the table does not hold."""

import math

import pytest
import shapely

from geo.errors import UsageError
from geo.space.measure import area_m2
from geo.spec.delineation import hj338
from geo.store.delineation import delineate
from geo.store.store import open_store
from tests.store.worlds import add_layer, degrees, river_world

SOURCES = [
    ({"name": "河口水厂", "medium": "河流", "status": "在用"}, shapely.Point(6000, 0)),
    ({"name": "圆湖水厂", "medium": "水库", "status": "在用"}, shapely.Point(2000, 0)),
    ({"name": "浅井", "medium": "地下水", "status": "在用"}, shapely.Point(0, 3000)),
    ({"name": "深井", "medium": "承压水", "status": "在用"}, shapely.Point(0, 3000)),
    ({"name": "大泉", "medium": "岩溶泉", "status": "在用"}, shapely.Point(0, 3000)),
    ({"name": "旧井", "medium": "地下水", "status": "关闭"}, shapely.Point(0, 3000)),
    ({"name": "无名", "medium": "", "status": "在用"}, shapely.Point(0, 3000)),
]


@pytest.fixture
def world(tmp_path):
    river_world(tmp_path)
    add_layer(tmp_path, "water_sources", SOURCES, accuracy=5)
    return open_store(tmp_path)


def hectares(zone):
    return float(area_m2(zone.geometry)) / 1e4


def test_a_river_intake_is_drawn_from_its_reach_and_its_banks(world):
    first, second = delineate(world, "河口水厂")
    # 1 100 m of river, 50 m to each side and round ends; then 3 300 m and 1 000 m, without the first.
    # The longer reach starts at x = 3 000 and takes in the last 1 000 m of 北溪, whose mouth is at 4 000.
    assert hectares(first) == pytest.approx((1100 * 100 + math.pi * 50**2) / 1e4, rel=2e-3)
    assert hectares(second) > (3300 * 2000 + math.pi * 1000**2) / 1e4 - hectares(first)
    assert (first.level, second.level) == ("一级", "二级")


def test_a_small_reservoir_is_taken_whole_and_a_medium_one_by_radius(world):
    small, _ = delineate(world, "圆湖水厂", size="small")
    shore = 4 * 400 * 200 + math.pi * 200**2
    assert hectares(small) == pytest.approx((160_000 + shore) / 1e4, rel=2e-3)
    medium, rest = delineate(world, "圆湖水厂", size="medium")
    assert hectares(medium) <= hectares(small)
    land = 400**2 + 4 * 400 * 2000 + math.pi * 2000**2
    assert hectares(medium) + hectares(rest) == pytest.approx(land / 1e4, rel=2e-3)


def test_a_well_in_medium_sand_is_two_circles_of_the_larger_radii(world):
    first, second = delineate(world, "浅井", aquifer="中砂")
    assert hectares(first) == pytest.approx(math.pi * 100**2 / 1e4, rel=2e-3)
    assert hectares(second) == pytest.approx(math.pi * (1000**2 - 100**2) / 1e4, rel=2e-3)


def test_a_suggestion_is_derived_unverified_and_never_called_a_protection_zone(world):
    for zone in delineate(world, "浅井", aquifer="粗砂"):
        assert (zone.title, zone.authority, zone.verified) == ("划分建议范围", "derived", False)
        assert "待核实" in zone.basis


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("深井", {}, "承压水"),
        ("大泉", {}, "岩溶"),
        ("旧井", {}, "关闭"),
        ("浅井", {}, "--aquifer"),
        ("圆湖水厂", {}, "--size"),
        ("无名", {}, "未填"),
        ("没有", {}, "没有“没有”"),
    ],
)
def test_what_the_table_does_not_hold_for_is_refused(world, name, options, words):
    with pytest.raises(UsageError, match=words):
        delineate(world, name, **options)


def test_an_approved_polygon_replaces_the_suggestion(tmp_path):
    river_world(tmp_path)
    add_layer(tmp_path, "water_sources", SOURCES, accuracy=5)
    zone = "zone: {field: 级别, values: {一级: water_source_1}}\n"
    square = shapely.box(0, 3000, 100, 3100)
    add_layer(
        tmp_path, "water_source_zones", [({"name": "浅井", "级别": "一级"}, square)], extra=zone
    )
    (found,) = delineate(open_store(tmp_path), "浅井")
    assert (found.title, found.verified, found.level) == ("批准的保护区范围", True, "一级")
    assert found.geometry.equals_exact(degrees(square), 1e-9)


def test_the_table_is_marked_as_read_by_nobody():
    assert hj338().verified is False
    assert hj338().well["卵石"].second_m == (5000, 10_000)
