"""A register keeps what can be used and says of the rest why not; what is wholly good reads as in a check."""

import geopandas
import numpy as np
import pytest
import shapely

from geo.errors import InputError
from geo.sites.read import read_register, read_sites
from geo.sites.site import Unusable

BOXES = [shapely.box(112.8 + at, 36.35, 112.801 + at, 36.351) for at in (0.0, 0.002, 0.004)]
BOW = shapely.Polygon([(112.8, 36.35), (112.81, 36.36), (112.81, 36.35), (112.8, 36.36)])


def gis(path, shapes, epsg=4490):
    frame = geopandas.GeoDataFrame(
        {"名称": [f"地块{at}" for at in range(len(shapes))], "行业代码": "C26"},
        geometry=shapes,
        crs="EPSG:4490",
    )
    frame.to_crs(epsg).to_file(path, **({"encoding": "gbk"} if path.suffix == ".shp" else {}))
    return path


def text(path, words):
    path.write_text(words, encoding="utf-8")
    return path


GOOD = {
    "a.gpkg": lambda path: gis(path, BOXES),
    "a.shp": lambda path: gis(path, BOXES, 4526),
    "a.geojson": lambda path: gis(path, BOXES),
    "a.wkt": lambda path: text(path, "\n".join(shape.wkt for shape in BOXES)),
    "a.csv": lambda path: text(path, "企业名称,经度,纬度,行业代码\n甲,112.8,36.35,C26\n乙,112.81,36.36,C30\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_a_register_without_faults_is_read_as_in_a_check(tmp_path, name):
    path = GOOD[name](tmp_path / name)
    register, check = read_register(path), read_sites(path)
    assert [site.name for site in register] == [site.name for site in check]
    for one, other in zip(register, check, strict=True):
        assert shapely.equals_exact(one.geometry, other.geometry, tolerance=0)
        assert (one.crs, one.attributes, one.accuracy_m) == (other.crs, other.attributes, other.accuracy_m)  # fmt: skip


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.geojson"])
def test_what_cannot_be_used_stands_in_its_place_and_the_others_are_the_same(tmp_path, name):
    path = gis(tmp_path / name, [BOXES[0], None, BOW, BOXES[1]])
    found = read_register(path)
    assert [isinstance(one, Unusable) for one in found] == [False, True, True, False]
    assert [one.name for one in found] == ["地块0", "地块1", "地块2", "地块3"]
    assert "没有几何" in found[1].why
    assert found[1].attributes["行业代码"] == "C26"
    assert "相交" in found[2].why
    whole = read_register(gis(tmp_path / f"b{path.suffix}", [BOXES[0], BOXES[1]]))
    for one, other in zip((found[0], found[3]), whole, strict=True):
        assert shapely.equals_exact(one.geometry, other.geometry, tolerance=0)
    with pytest.raises(InputError, match="没有几何"):
        read_sites(path)


def test_a_point_far_off_in_size_spoils_its_own_plot_and_not_the_reading_of_the_rest(tmp_path):
    rows = "".join(
        f"地块{plot},J{at},{4021000 + plot * 100 + north},{38392000 + east}\n"
        for plot in range(3)
        for at, (north, east) in enumerate([(0, 0), (50, 0), (50, 50), (0, 50)], 1)
    )
    path = text(tmp_path / "a.csv", "地块名称,点号,X,Y\n" + rows)
    good = read_register(path)
    path.write_text(path.read_text("utf-8").replace("地块1,J3,4021150", "地块1,J3,40211"), "utf-8")
    found = read_register(path)
    assert [isinstance(one, Unusable) for one in found] == [False, True, False]
    assert "文件第 8 行" in found[1].why
    assert "不在同一量级" in found[1].why
    for at in (0, 2):
        assert shapely.equals_exact(found[at].geometry, good[at].geometry, tolerance=0)


def test_a_file_with_nothing_usable_tells_of_every_footprint_and_one_with_nothing_is_refused(
    tmp_path,
):
    found = read_register(gis(tmp_path / "a.geojson", [None, None]))
    assert [isinstance(one, Unusable) for one in found] == [True, True]
    with pytest.raises(InputError, match="没有找到任何坐标"):
        read_register(text(tmp_path / "b.geojson", '{"type": "FeatureCollection", "features": []}'))


def test_a_number_that_is_none_does_not_decide_where_the_others_lie(tmp_path):
    path = gis(tmp_path / "a.gpkg", [BOXES[0], shapely.Point(np.inf, 36.35), BOXES[1]])
    found = read_register(path)
    assert [isinstance(one, Unusable) for one in found] == [False, True, False]
    assert "有限" in found[1].why or "空" in found[1].why or "没有几何" in found[1].why


def test_a_named_row_without_coordinates_is_told_by_every_footprint_that_is_checked(tmp_path):
    path = tmp_path / "two.csv"
    path.write_text(
        "地块名称,点号,X,Y\n甲,1,4020000.0,38410000.0\n甲,2,4020000.0,38410200.0\n甲,3,4020200.0,38410200.0\n"
        "乙,,,\n",
        encoding="utf-8",
    )
    (site,) = read_sites(path, crs="EPSG:4526")
    assert site.name == "甲"
    assert site.repairs == ("文件第 5 行「乙」没有坐标，没有读入，也没有核查",)
