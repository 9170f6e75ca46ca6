"""A layer's data become a table with a state; no fault passes as emptiness."""

from datetime import date

import geopandas
import pytest
import shapely
from shapely import Point, Polygon, box

from geo.space.crs import transform
from geo.space.measure import area_m2
from geo.spec.layers import Layer
from geo.store.boundaries import published
from geo.store.derived import township_cells
from geo.store.layers import load_layer

TUNLIU = "140405"
WORTH = {
    "authority": "official", "provider": "某局", "licence": "内部", "as_of": "2024-06", "accuracy_m": "1",
}  # fmt: skip
SQUARE = box(112.8, 36.3, 112.9, 36.4)


def layer(**keys):
    return Layer.model_validate({"title": "红线", **WORTH, **keys})


def load(folder, spec):
    return load_layer("redline", spec, root=folder, boundaries=published(), jurisdictions=(TUNLIU,))


def written(folder, geometry, *, crs="EPSG:4490", name="a.gpkg", **columns):
    frame = geopandas.GeoDataFrame(
        {"名称": ["甲"] * len(geometry), **columns}, geometry=geometry, crs=crs
    )
    frame.to_file(folder / name)
    return name


def test_a_declared_layer_without_source_has_no_data(tmp_path):
    table = load(tmp_path, Layer(title="红线"))
    assert (table.state, len(table.frame)) == ("no_data", 0)


def test_a_plane_layer_arrives_in_degrees(tmp_path):
    plane = transform(SQUARE, "EPSG:4490", "EPSG:4526")
    table = load(
        tmp_path, layer(source=written(tmp_path, [plane], crs="EPSG:4526"), coverage=[TUNLIU])
    )
    assert table.state == "ok"
    assert shapely.hausdorff_distance(table.frame.geometry.iloc[0], SQUARE) < 1e-8


def test_declared_fields_take_their_standard_names(tmp_path):
    table = load(tmp_path, layer(source=written(tmp_path, [SQUARE]), fields={"name": "名称"}))
    assert table.frame["name"].iloc[0] == "甲"
    assert table.frame["accuracy_m"].iloc[0] == 1.0


def test_a_declared_field_that_is_not_there_is_told_with_those_that_are(tmp_path):
    table = load(tmp_path, layer(source=written(tmp_path, [SQUARE]), fields={"name": "名字"}))
    assert table.state == "unreadable"
    assert "缺少字段 名字" in table.reason
    assert "现有字段：名称" in table.reason


def test_zone_kinds_come_from_a_field_and_unknown_values_are_counted(tmp_path):
    source = written(tmp_path, [SQUARE, SQUARE], 级别=["一级", "三级"])
    zone = {"field": "级别", "values": {"一级": "water_source_1"}}
    table = load(tmp_path, layer(source=source, zone=zone))
    assert list(table.frame["zone_kind"].astype(object).where(table.frame["zone_kind"].notna(), None)) == [
        "water_source_1", None,
    ]  # fmt: skip
    assert any("1 个要素的 级别 取值 三级" in remark for remark in table.remarks)


def test_broken_geometry_is_repaired_and_counted(tmp_path):
    bow = Polygon([(112.8, 36.3), (112.9, 36.4), (112.9, 36.3), (112.8, 36.4)])
    table = load(tmp_path, layer(source=written(tmp_path, [bow])))
    assert table.frame.geometry.is_valid.all()
    assert any("修复了 1 个要素的几何" in remark for remark in table.remarks)


def test_features_without_geometry_are_counted_not_dropped_silently(tmp_path):
    table = load(tmp_path, layer(source=written(tmp_path, [SQUARE, None])))
    assert len(table.frame) == 1
    assert any("1 个要素没有坐标" in remark for remark in table.remarks)


def test_a_layer_without_crs_is_unreadable_until_one_is_declared(tmp_path):
    geopandas.GeoDataFrame({"名称": ["甲"]}, geometry=[SQUARE], crs=4490).to_file(
        tmp_path / "b.shp"
    )
    (tmp_path / "b.prj").unlink()
    assert "没有坐标系" in load(tmp_path, layer(source="b.shp")).reason
    assert load(tmp_path, layer(source="b.shp", crs="EPSG:4490")).state == "ok"


def test_a_declared_crs_that_contradicts_the_file_is_refused(tmp_path):
    table = load(tmp_path, layer(source=written(tmp_path, [SQUARE]), crs="EPSG:4526"))
    assert (table.state, "不一致" in table.reason) == ("unreadable", True)


def test_an_empty_layer_has_no_data(tmp_path):
    table = load(tmp_path, layer(source=written(tmp_path, []), coverage=[TUNLIU]))
    assert (table.state, table.reason) == ("no_data", "图层文件中没有任何要素")


def test_a_layer_that_lies_outside_its_coverage_is_unreadable(tmp_path):
    far = box(102.8, 36.3, 102.9, 36.4)
    table = load(tmp_path, layer(source=written(tmp_path, [far]), coverage=[TUNLIU]))
    assert table.state == "unreadable"
    assert "覆盖范围" in table.reason


def test_xian_80_is_never_read_as_if_it_were_cgcs2000(tmp_path):
    frame = geopandas.GeoDataFrame({"名称": ["甲"]}, geometry=[SQUARE], crs="EPSG:4610")
    frame.to_file(tmp_path / "x.gpkg")
    table = load(tmp_path, layer(source="x.gpkg"))
    assert table.state == "unreadable"
    assert "七参数" in table.reason


@pytest.mark.parametrize("path", ["../a.gpkg", "/etc/passwd", "C:/x.gpkg"])
def test_a_path_outside_the_workspace_is_not_read(tmp_path, path):
    if path.startswith(".."):
        with pytest.raises(ValueError, match="不能含有"):
            layer(source=path)
        return
    assert load(tmp_path, layer(source=path)).state == "unreadable"


def test_data_past_their_age_are_stale_on_that_day_and_not_before(tmp_path):
    table = load(tmp_path, layer(source=written(tmp_path, [SQUARE]), max_age="2 年"))
    assert table.state_at(date(2026, 6, 30)) == "ok"
    assert table.state_at(date(2026, 7, 2)) == "stale"


def test_the_two_districts_are_within_half_a_percent_of_their_plans():
    for code, planned_km2 in (("140214", 737.81), ("140404", 482.28)):
        area_km2 = float(area_m2(published().area(code))) / 1e6
        assert area_km2 == pytest.approx(planned_km2, rel=0.005)


def test_townships_share_a_county_out_among_their_seats(tmp_path):
    seats = geopandas.GeoDataFrame(
        {"name": ["东", "西"], "kind": "township", "adcode": TUNLIU, "accuracy_m": 100.0, "source": "手工"},
        geometry=[Point(112.9, 36.3), Point(112.6, 36.3)], crs="EPSG:4490",
    )  # fmt: skip
    seats.to_file(tmp_path / "s.gpkg")
    table = load(tmp_path, layer(source="s.gpkg"))
    spec = Layer.model_validate({"title": "乡镇", **WORTH, "source": {"derived": "townships"}})
    cells = township_cells("townships", spec, seats=table, boundaries=published())
    county = published().area(TUNLIU)
    assert cells.spec.authority == "schematic"
    assert shapely.area(shapely.union_all(cells.frame.geometry)) == pytest.approx(
        shapely.area(county), rel=1e-7
    )
    assert shapely.intersects(cells.frame.set_index("name").geometry["东"], Point(112.9, 36.3))
