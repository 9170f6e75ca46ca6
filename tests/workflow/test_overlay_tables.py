"""The overlay as a Python user calls it: labels, coordinate systems, and rows that cannot be judged."""

import geopandas
import pandas as pd
import pytest
import shapely

import geo
from geo.errors import CrsError, GeometryError, InputError, UsageError
from geo.space.measure import area_m2

ZONE = geopandas.GeoDataFrame(
    {"name": ["红线"]}, geometry=[shapely.box(112, 36, 112.1, 36.1)], index=["R1"], crs=4490
)


def lots(*shapes, labels=None, crs=4490):
    return geopandas.GeoSeries(list(shapes), index=labels or range(len(shapes)), crs=crs)


def test_pairs_carry_the_labels_of_both_tables():
    found = geo.overlay(
        lots(
            shapely.box(112.02, 36.02, 112.03, 36.03),
            shapely.box(113, 36, 114, 37),
            shapely.box(112.1, 36, 112.2, 36.1),
            labels=["里", "远", "邻"],
        ),
        ZONE,
    )
    assert found[["site", "zone", "relation"]].to_numpy().tolist() == [
        ["里", "R1", "inside"],
        ["邻", "R1", "touches"],
    ]
    assert found["overlap_m2"][0] == pytest.approx(
        area_m2(shapely.box(112.02, 36.02, 112.03, 36.03)), rel=1e-12
    )


def test_metres_of_a_plane_are_counted_on_the_ellipsoid():
    # On the central meridian of a 3° zone the scale is 1: 100 m by 100 m are a hectare there.
    lot = lots(shapely.box(38_500_000, 4_000_000, 38_500_100, 4_000_100), crs=4526)
    (row,) = geo.overlay(lot, lot.to_crs(4490)).itertuples()
    assert row.relation == "inside"
    assert row.share == 1.0
    assert row.overlap_m2 == pytest.approx(10_000, rel=1e-6)


def test_a_row_without_geometry_is_unknown_and_not_left_out():
    found = geo.overlay(lots(None, shapely.Polygon(), labels=["无", "空"]), ZONE)
    assert found["relation"].tolist() == ["unknown", "unknown"]
    assert found["site"].tolist() == ["无", "空"]
    assert found["zone"].isna().all()
    zones = lots(shapely.box(112, 36, 112.1, 36.1), None, labels=["有", "缺"])
    found = geo.overlay(lots(shapely.Point(112.05, 36.05)), zones)
    assert found["relation"].tolist() == ["inside", "unknown"]
    assert found["zone"].tolist() == ["有", "缺"]


def test_a_table_that_does_not_say_its_system_is_refused():
    with pytest.raises(CrsError, match="sites: 没有说明坐标系"):
        geo.overlay(lots(shapely.Point(112, 36), crs=None), ZONE)
    with pytest.raises(CrsError, match="七参数"):
        geo.overlay(lots(shapely.Point(112, 36), crs=4610), ZONE)


def test_invalid_shapes_are_named_and_not_mended():
    bow = shapely.Polygon([(112, 36), (112.1, 36.1), (112.1, 36), (112, 36.1)])
    with pytest.raises(GeometryError, match="1 行无法叠加：蝴蝶结（几何无效"):
        geo.overlay(lots(shapely.Point(112, 36).buffer(0.1), bow, labels=["好", "蝴蝶结"]), ZONE)


@pytest.mark.parametrize("name", ["a.parquet", "a.gpkg", "a.geojson"])
def test_a_file_gives_what_its_table_gives(tmp_path, name):
    sites = geopandas.GeoDataFrame(
        geometry=lots(shapely.box(112.05, 36, 112.2, 36.1), shapely.Point(112, 36).buffer(0.01))
    )
    path = tmp_path / name
    sites.to_parquet(path) if name.endswith("parquet") else sites.to_file(path)
    pd.testing.assert_frame_equal(geo.overlay(path, ZONE), geo.overlay(sites, ZONE))


def test_what_is_no_table_is_told(tmp_path):
    with pytest.raises(UsageError, match="zones: 不是 GeoDataFrame"):
        geo.overlay(ZONE, 5)
    with pytest.raises(InputError, match="文件不存在"):
        geo.overlay(tmp_path / "a.gpkg", ZONE)


def test_many_rows_by_the_kernel_tell_what_few_do():
    cells = [shapely.box(112 + i / 1000, 36 + j / 1000, 112 + (i + 1) / 1000, 36 + (j + 1) / 1000)
             for i in range(-5, 45) for j in range(-5, 45)]  # fmt: skip
    many = lots(*cells)
    found = geo.overlay(many, ZONE)
    few = pd.concat([geo.overlay(many.iloc[:1250], ZONE), geo.overlay(many.iloc[1250:], ZONE)])
    pd.testing.assert_frame_equal(found, few.reset_index(drop=True), rtol=1e-9)
    # 45 by 45 cells lie inside; of the rest one row and one column touch, and their corner.
    assert found["relation"].value_counts().to_dict() == {"inside": 45 * 45, "touches": 2 * 45 + 1}


@pytest.mark.parametrize(
    "shape", [shapely.box(38_500_000, 4_000_000, 38_500_100, 4_000_100), shapely.Point(36.05, 112.05)],
    ids=["metres", "latitude first"],
)  # fmt: skip
def test_coordinates_that_are_no_degrees_are_refused_and_do_not_meet_nothing(shape):
    with pytest.raises(GeometryError, match="甲（坐标超出经纬度范围）"):
        geo.overlay(lots(shape, labels=["甲"]), ZONE)
    with pytest.raises(GeometryError, match="zones: 1 行"):
        geo.overlay(ZONE, lots(shape))


def test_a_table_without_geometry_and_no_threads_are_told():
    with pytest.raises(UsageError, match="没有几何列"):
        geo.overlay(geopandas.GeoDataFrame({"a": [1]}), ZONE)
    with pytest.raises(UsageError, match="线程数 0"):
        geo.overlay(ZONE, ZONE, threads=0)
