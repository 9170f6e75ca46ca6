"""Every form of ``where``, with answers worked out by hand on a river of straight lines."""

import math
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import Affine

from geo.space.crs import transform, transformer
from geo.space.measure import area_m2, length_m
from geo.spec.where import parse_where
from geo.store.store import open_store
from tests.store.worlds import ADCODE, LAYER, PLANE, add_controls, degrees, metres, river_world


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return river_world(tmp_path_factory.mktemp("world"))


def locate(world, text, territory=None):
    return world.locator.locate(parse_where(text, shown=Path("where")), territory=territory)


LENGTHS = [
    ("{river: 长河}", 10_000),
    ("{river: 常河}", 10_000),
    ("{river: 长河, from: 甲村, to: 乙村}", 4_000),
    ("{river: 长河, from: 乙村, to: 甲村}", 4_000),
    ("{river: 长河, from: 乙村}", 5_000),
    ("{river: 长河, to: 乙村}", 5_000),
    ("{river: 长河, part: 源头}", 1_000),
    ("{river: 长河, part: 上游}", 10_000 / 3),
    ("{river: 长河, part: 中游}", 10_000 / 3),
    ("{river: 长河, part: 下游}", 10_000 / 3),
    ("{river: 长河, tributaries: true}", 15_000),
    ("{river: [北溪, 南溪]}", 5_000),
    ("{upstream_of: 下桥}", 6_000 + 2_000),
    ("{upstream_of: 下桥, within: 2.5 km}", 2_500 + 500),
    ("{upstream_of: 下桥, within: 1 公里}", 1_000),
    ("{downstream_of: 下桥}", 4_000),
    ("{downstream_of: 下桥, within: 3 km}", 3_000),
    ("{minus: [{river: 长河}, {river: 长河, to: 乙村}]}", 5_000),
    ("{any: [{river: 北溪}, {river: 南溪}]}", 5_000),
    ("{all: [{river: 长河}, {buffer: 500 m, of: {place: 乙村}}]}", 2 * math.sqrt(500**2 - 40**2)),
]


@pytest.mark.parametrize(("text", "expected_m"), LENGTHS)
def test_a_form_of_lines_has_the_length_worked_out_by_hand(world, text, expected_m):
    found = locate(world, text)
    assert found.complete, found
    assert float(length_m(found.geometry)) == pytest.approx(expected_m, rel=2e-3)


AREAS = [
    # A straight 10 km line widened by 50 m: 2·50·10 000 + π·50².
    ("{buffer: 50 m, of: {river: 长河}}", 1_000_000 + math.pi * 2500),
    ("{buffer: 50米, of: {river: 北溪}}", 200_000 + math.pi * 2500),
    ("{buffer: [30 m, 50 m], of: {river: 北溪}}", 200_000 + math.pi * 2500),
    ("{buffer: 100 m, of: {reservoir: 圆湖}}", 160_000 + 4 * 400 * 100 + math.pi * 100**2),
    ("{buffer: 100 m, of: {reservoir: 圆湖}, outside: true}", 4 * 400 * 100 + math.pi * 100**2),
    ("{around: {river: 北溪}}", 2 * 200 * 2000 + math.pi * 200**2),
    ("{around: {place: 甲村}}", math.pi * 300**2),
    ("{buffer: 1 km, of: {section: 下桥}}", math.pi * 1000**2),
    ("{reservoir: 圆湖}", 160_000),
    ("{layer: farmland}", 5 * 250_000),
    ("{layer: farmland, filter: {名称不在: x}}", None),
    ("{layer: farmland, filter: {name: 田2}}", 250_000),
    ("{layer: farmland, filter: {name: [田2, 田4]}}", 500_000),
    ("{layer: farmland, filter: {等级: {min: 2, max: 4}}}", 500_000),
    ("{touching: {buffer: 150 m, of: {river: 长河, from: 甲村, to: 乙村}}, of: {layer: farmland}}", 5 * 250_000),
    ("{touching: {buffer: 150 m, of: {river: 北溪}}, of: {layer: farmland}}", 250_000),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected_m2"), [row for row in AREAS if row[1]])
def test_a_form_of_areas_has_the_area_worked_out_by_hand(world, text, expected_m2):
    found = locate(world, text)
    assert found.complete, found
    assert float(area_m2(found.geometry)) == pytest.approx(expected_m2, rel=1e-3)


def test_a_fifty_metre_buffer_of_a_one_kilometre_line_is_right_to_a_tenth_of_a_percent(world):
    found = locate(world, "{buffer: 50 m, of: {river: 长河, part: 源头}}")
    assert float(area_m2(found.geometry)) == pytest.approx(100_000 + math.pi * 2500, rel=1e-3)


def test_of_two_widths_the_narrow_one_is_kept_for_drawing(world):
    found = locate(world, "{buffer: [30 m, 50 m], of: {river: 北溪}}")
    assert float(area_m2(found.inner)) == pytest.approx(120_000 + math.pi * 900, rel=1e-3)


@pytest.mark.parametrize(("side", "sign"), [("左岸", 1), ("右岸", -1)])
def test_banks_are_told_looking_downstream(world, side, sign):
    bank = metres(locate(world, f"{{river: 长河, part: 下游, side: {side}}}").geometry)
    assert sign * shapely.centroid(bank).y > 40


def test_a_mouth_is_where_the_tributary_ends_in_either_order(world):
    for text in ("{confluence: [北溪, 长河]}", "{confluence: [长河, 北溪]}"):
        point = metres(locate(world, text).geometry)
        assert (point.x, point.y) == pytest.approx((4000, 0), abs=0.01)


def test_a_basin_without_dem_is_a_corridor_that_says_so(world):
    found = locate(world, "{basin: 北溪}")
    assert found.authority == "schematic"
    assert "走廊示意流域" in found.remarks[0]
    assert float(area_m2(found.geometry)) == pytest.approx(
        2 * 3000 * 2000 + math.pi * 3000**2, rel=1e-3
    )


def test_a_ridge_without_dem_is_the_distance_and_says_so(world):
    found = locate(world, "{ridge_or: 1 km, of: {river: 北溪}}")
    assert found.authority == "schematic"
    assert "未判读山脊线" in found.remarks[0]


@pytest.mark.parametrize(
    ("text", "layer"),
    [
        ("{layer: no_coal_zone}", "no_coal_zone"),
        ("{slope: [15, 25], of: everywhere}", "dem"),
        ("{elevation: {below: 600}, of: everywhere}", "dem"),
        ("{township: 余吾镇}", "townships"),
        ("{water_source: 席店, zone: 一级}", "water_source_zones"),
        ("{buffer: 50 m, of: {layer: no_coal_zone}}", "no_coal_zone"),
    ],
)
def test_what_needs_a_layer_nobody_supplied_says_which(world, text, layer):
    found = locate(world, text)
    assert (found.geometry, found.needs, found.standing) == (None, (layer,), "needs_layer")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{place: 丙村}", "没有“丙村”"),
        ("{place: 同名}", "可指 2 处"),
        ("{river: 长江}", "没有“长江”"),
        ("{river: 长河, from: 外镇}", "外镇"),
        ("{confluence: [北溪, 南溪]}", "互不汇入"),
        ("{district: 不存在县}", "没有“不存在县”"),
        ("{layer: farmland, filter: {坡度: 3}}", "没有字段 坡度"),
        ("{layer: farmland, filter: {name: 田9}}", "没有符合条件"),
        ("{all: [{place: 甲村}, {place: 乙村}]}", "没有共同的范围"),
    ],
)
def test_a_name_nobody_knows_or_that_means_two_things_is_told(world, text, words):
    found = locate(world, text)
    assert found.standing == "unresolved"
    assert any(words in complaint for complaint in found.unresolved), found.unresolved


def test_kind_or_in_narrow_an_ambiguous_name(world):
    assert metres(locate(world, "{place: 同名, kind: mine}").geometry).x == pytest.approx(
        9000, abs=0.1
    )


def test_part_of_a_list_that_is_not_found_leaves_the_rest_partly_located(world):
    found = locate(world, "{place: [甲村, 丙村]}")
    assert found.standing == "partly"
    assert "丙村" in found.unresolved[0]


def test_an_unlocated_row_keeps_its_reason(world):
    found = locate(world, "{unlocated: 只写企业名称，未写厂址}")
    assert (found.standing, found.reasons) == ("unlocated", ("只写企业名称，未写厂址",))


def test_a_minus_whose_second_part_is_missing_keeps_the_first_and_says_so(world):
    found = locate(world, "{minus: [{river: 长河}, {layer: no_coal_zone}]}")
    assert found.standing == "partly"
    assert found.needs == ("no_coal_zone",)


def test_the_worst_accuracy_and_the_weakest_authority_win(world):
    found = locate(world, "{any: [{river: 长河}, {place: 甲村}]}")
    assert (found.authority, found.accuracy_m) == ("schematic", 100.0)
    assert locate(world, "{river: 长河}").authority == "official"


def test_areas_and_lines_are_clipped_to_the_territory_and_points_are_not(world):
    half = world.boundaries.area(ADCODE) & shapely.box(112.80, 36, 112.80 + 5000 / 89_800, 37)
    line = locate(world, "{river: 长河}", half)
    assert float(length_m(line.geometry)) == pytest.approx(5000, rel=5e-3)
    whole = locate(world, "{river: 长河, beyond: true}", half)
    assert float(length_m(whole.geometry)) == pytest.approx(10_000, rel=2e-3)
    assert locate(world, "{section: 下桥}", half).complete


def test_what_vanishes_when_clipped_is_told_not_dropped(world):
    far = shapely.box(112.0, 36.0, 112.1, 36.1)
    found = locate(world, "{reservoir: 圆湖}", far)
    assert found.standing == "unresolved"
    assert "裁剪后为空" in found.unresolved[0]


def test_everywhere_is_the_territory(world):
    county = world.boundaries.area(ADCODE)
    assert locate(world, "everywhere", county).geometry.equals(county)


def test_a_plans_controls_are_located_with_its_territory(tmp_path):
    river_world(tmp_path)
    add_controls(tmp_path, [("C01", "{river: 长河}"), ("C02", "{layer: no_coal_zone}")])
    first, second = open_store(tmp_path).controls()
    assert (first.located.standing, second.located.standing) == ("located", "needs_layer")


@pytest.fixture(scope="module")
def valley(tmp_path_factory):
    """The river world with a DEM: a valley along 北溪 whose sides rise 1:10 away from it."""
    root = tmp_path_factory.mktemp("valley")
    river_world(root)
    # A Gauss-Krüger grid turned slightly against the made-up world, so heights are asked per cell.
    cell, corner = 50.0, transform(degrees(shapely.Point(-7000, 6000)), "EPSG:4490", "EPSG:4547")
    east = corner.x + (np.arange(460) + 0.5) * cell
    north = corner.y - (np.arange(260) + 0.5) * cell
    lon, lat = transformer("EPSG:4547", "EPSG:4490")(*(g.ravel() for g in np.meshgrid(east, north)))
    x = PLANE.to_metres(np.column_stack([lon, lat]))[:, 0].reshape(260, 460)
    heights = (500 + np.abs(x - 4000) * 0.1).astype("float32")
    with rasterio.open(
        root / "data" / "dem.tif", "w", driver="GTiff", height=260, width=460, count=1, dtype="float32",
        crs="EPSG:4547", transform=Affine(cell, 0, corner.x, 0, -cell, corner.y), nodata=-9999,
    ) as tif:  # fmt: skip
        tif.write(heights, 1)
    text = LAYER.format(
        title="高程", source="{raster: data/dem.tif}", authority="official", accuracy=5
    )
    (root / "layers" / "dem.yml").write_text(text.replace("crs: EPSG:4490\n", ""), encoding="utf-8")
    return open_store(root)


def test_slope_starts_working_when_the_dem_is_supplied(valley):
    steep = locate(valley, "{slope: [5, 6], of: {reservoir: 圆湖}}")
    flat = locate(valley, "{slope: [0, 5], of: {reservoir: 圆湖}}")
    # atan(0.1) = 5.71°.
    assert float(area_m2(steep.geometry)) == pytest.approx(160_000, rel=1e-3)
    assert flat.standing == "unresolved"
    assert steep.authority == "derived"


def test_elevation_starts_working_when_the_dem_is_supplied(valley):
    low = locate(
        valley, "{elevation: {below: 600}, of: {buffer: 3 km, of: {confluence: [北溪, 长河]}}}"
    )
    # Below 600 m lies what is within 1 000 m of x = 4 000: of a circle of 3 km, a strip 2 km wide.
    strip = 2 * (1000 * math.sqrt(9 - 1) * 1000 + 9e6 * math.asin(1 / 3))
    assert float(area_m2(low.geometry)) == pytest.approx(strip, rel=0.03)


def test_a_ridge_on_open_slopes_is_the_distance_on_each_side(valley):
    found = locate(valley, "{ridge_or: 400 m, of: {river: 北溪}}")
    assert found.complete
    assert not any("没有高程数据" in remark for remark in found.remarks)
