"""Coordinate systems: what is used, what is asked, what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Transformer
from shapely import Polygon, box

from geo.errors import HongxianError, InputError
from geo.sites.claims import Claims, claims_in, override
from geo.sites.forensics import read_crs
from geo.sites.read import point_site, read_sites
from geo.space.datum import Datum, Helmert7
from geo.space.gcj import wgs84_to_bd09, wgs84_to_gcj02
from geo.space.measure import area_m2, distance_m
from geo.store.boundaries import published

PARCEL = [(112.875, 36.305), (112.88, 36.305), (112.88, 36.31), (112.875, 36.31)]
COUNTY = box(112.5, 36.1, 113.2, 36.6)
SHANXI = box(110.3, 34.6, 114.6, 40.7)


def plane(epsg, corners=PARCEL):
    way = Transformer.from_crs(4490, epsg, always_xy=True)
    return [way.transform(*corner) for corner in corners]


def csv(write, pairs, *, head="点号,X,Y", title=""):
    """A table with north before east."""
    lines = [*([title] if title else []), head]
    lines += [f"J{i},{north!r},{east!r}" for i, (east, north) in enumerate(pairs, 1)]
    return write("拐点.csv", "\n".join(lines))


def test_the_prefix_names_the_zone(write):
    (site,) = read_sites(csv(write, plane(4526)))
    assert site.crs.given == "EPSG:4526"
    assert "横坐标带号 38" in site.crs.how
    assert "文件未写明坐标基准" in site.crs.suspicions[0]


def test_six_digits_without_a_zone_are_asked_about_with_places(write):
    with pytest.raises(InputError) as caught:
        read_sites(csv(write, plane(4547)))
    words = str(caught.value)
    assert "EPSG:4546" in words
    assert "109.8775°E 36.3" in words
    assert "EPSG:4547" in words
    assert "112.8775°E 36.3075°N，山西省长治市" in words
    assert "请向提供单位核实后用 --crs 指明" in words


def test_the_workspace_decides_between_zones(write):
    (site,) = read_sites(csv(write, plane(4547)), plausible=COUNTY)
    assert site.crs.given == "EPSG:4547"
    assert "其余读法都不在工作区各县及其周边" in site.crs.how


def test_a_workspace_that_spans_both_zones_does_not_decide(write):
    corners = [(113.9, 36.305), (113.91, 36.305), (113.91, 36.31)]
    with pytest.raises(InputError, match=r"有 2 种读法.*EPSG:4546.*110.9.*EPSG:4547.*113.9"):
        read_sites(csv(write, plane(4547, corners)), plausible=SHANXI)


def test_the_user_decides_between_zones(write):
    (site,) = read_sites(csv(write, plane(4547)), crs="EPSG:4547")
    assert site.geometry.hausdorff_distance(Polygon(PARCEL)) < 1e-9
    assert site.crs.how.startswith("用户指定")


def test_a_header_zone_that_leads_far_away_is_asked_about(write):
    path = csv(write, plane(4547), title="2000国家大地坐标系 带号37")
    with pytest.raises(InputError, match=r"有 2 种读法.*EPSG:4546.*EPSG:4547"):
        read_sites(path, plausible=COUNTY)
    (site,) = read_sites(path, plausible=COUNTY, crs="EPSG:4547")
    assert "与文件自己的坐标系说明" not in "".join(site.crs.suspicions)


def test_a_site_far_from_the_workspace_is_kept_with_a_suspicion(write):
    (site,) = read_sites(csv(write, plane(4526)), plausible=box(118, 36, 119, 37))
    assert any(
        "工作区各县以外约 460 km（112.8775°E 36.3075°N，山西省" in words
        for words in site.crs.suspicions
    )


def test_a_parcel_across_the_zone_boundary_is_one_parcel_in_either_zone(write):
    corners = [(112.49, 37.8), (112.51, 37.8), (112.51, 37.82), (112.49, 37.82)]
    areas = []
    for epsg in (4525, 4526):
        (site,) = read_sites(csv(write, plane(epsg, corners)))
        assert site.crs.given == f"EPSG:{epsg}"
        areas.append(float(area_m2(site.geometry)))
    assert areas[0] == pytest.approx(areas[1], rel=1e-9)


def test_a_prj_against_the_prefix_is_refused(corpus, tmp_path):
    path = corpus.gis(tmp_path, "ESRI Shapefile", "a.shp", epsg=4526)
    other = tmp_path / "other"
    other.mkdir()
    wrong = corpus.gis(other, "ESRI Shapefile", "a.shp", epsg=4525)
    path.with_suffix(".prj").write_bytes(wrong.with_suffix(".prj").read_bytes())
    with pytest.raises(InputError, match=r"\.prj 文件写明中央经线 111°，横坐标却以 38 开头"):
        read_sites(path)


def test_a_prj_of_the_same_meridian_without_prefix_is_understood(corpus, tmp_path):
    path = corpus.gis(tmp_path, "ESRI Shapefile", "a.shp", epsg=4526)
    other = tmp_path / "other"
    other.mkdir()
    wrong = corpus.gis(other, "ESRI Shapefile", "a.shp", epsg=4547)
    path.with_suffix(".prj").write_bytes(wrong.with_suffix(".prj").read_bytes())
    (site,) = read_sites(path)
    assert site.crs.given == "EPSG:4526"
    assert site.geometry.hausdorff_distance(corpus.TRUTH) < 1e-9


def test_degrees_called_a_plane_and_a_plane_called_degrees_are_refused(corpus, tmp_path, write):
    with pytest.raises(InputError, match="为经纬度，数值却是带带号的高斯–克吕格坐标"):
        read_sites(csv(write, plane(4526)), crs="EPSG:4490")
    with pytest.raises(InputError, match="为高斯–克吕格平面坐标，数值却是经纬度"):
        read_sites(csv(write, PARCEL, head="点号,纬度(°),经度(°)"), crs="EPSG:4526")


@pytest.mark.parametrize(
    ("title", "given", "twin"),
    [("1980西安坐标系", "EPSG:2362", 4526), ("1954年北京坐标系", "EPSG:2414", 4526)],
)
def test_old_datums_without_parameters_carry_no_verdict(write, title, given, twin):
    (site,) = read_sites(csv(write, plane(twin), title=title))
    assert site.crs.given == given
    assert not site.crs.certain
    # Told once: the check adds both.
    assert (site.crs.accuracy_m, site.accuracy_m) == (100.0, 0.0)
    assert "未提供七参数，位置误差约 100 m，不能出具结论" in site.crs.how


def test_old_datums_with_parameters_are_moved_by_them(write):
    helmert = Helmert7(
        dx=100, dy=0, dz=0, rx=0, ry=0, rz=0, scale_ppm=0, convention="position_vector"
    )
    path = csv(write, plane(4526), title="西安80坐标系")
    (blind,), (moved,) = read_sites(path), read_sites(path, helmert=helmert)
    assert moved.crs.certain
    assert moved.accuracy_m == 0.0
    assert "按用户提供的七参数转换" in moved.crs.how
    shift = distance_m(blind.geometry.centroid, moved.geometry.centroid)
    assert 80 < float(shift) < 120


def test_old_degrees_without_parameters_are_marked_too(write):
    (site,) = read_sites(
        csv(write, [(b, a) for a, b in PARCEL], head="点号,经度(°),纬度(°)"), crs="西安80"
    )
    assert site.crs.given == "EPSG:4610"
    assert not site.crs.certain


def test_an_old_datum_in_the_file_name_is_heard(corpus, tmp_path):
    path = corpus.gis(tmp_path, "ESRI Shapefile", "地块(西安80).shp", epsg=4526, crs=False)
    (site,) = read_sites(path)
    assert site.crs.given == "EPSG:2362"
    assert not site.crs.certain
    assert site.crs.how.startswith("文件名写明 西安80")


def test_two_datums_in_one_heading_are_a_question(write):
    path = csv(write, plane(4526), title="西安80坐标转换为CGCS2000坐标成果")
    with pytest.raises(InputError, match="表头中同时出现 CGCS2000、西安80"):
        read_sites(path)
    (site,) = read_sites(path, crs="CGCS2000")
    assert site.crs.certain


def test_a_custom_meridian_is_a_local_projection(write):
    title = "2000国家大地坐标系 中央子午线112°30′"
    with pytest.raises(InputError, match=r"中央经线 112\.5° 不是国家"):
        read_sites(csv(write, plane(4547), title=title))


@pytest.mark.parametrize(("name", "shift"), [("GCJ-02", wgs84_to_gcj02), ("BD-09", wgs84_to_bd09)])
def test_shifted_degrees_are_shifted_back_when_the_user_says_so(write, name, shift):
    lon, lat = shift(*np.array(PARCEL).T)
    pairs = list(zip(lon.tolist(), lat.tolist(), strict=True))
    (site,) = read_sites(csv(write, pairs, head="点号,纬度(°),经度(°)"), crs=name)
    assert site.geometry.hausdorff_distance(Polygon(PARCEL)) < 1e-8
    assert (site.crs.accuracy_m, site.accuracy_m) == (10.0, 0.0)


def test_ovital_kml_that_does_not_say_its_system_is_asked_about(corpus, tmp_path):
    path = corpus.kml(tmp_path, "地块.ovkml")
    with pytest.raises(
        InputError, match=r"文件来自奥维，可能已加偏；坐标有 2 种读法.*EPSG:4326.*GCJ-02"
    ):
        read_sites(path, plausible=corpus.COUNTY)
    (site,) = read_sites(path, crs="EPSG:4490")
    assert site.geometry.hausdorff_distance(corpus.TRUTH) < 1e-9


def test_an_ovkmz_is_asked_about_too(corpus, tmp_path):
    with pytest.raises(InputError, match="文件来自奥维"):
        read_sites(corpus.kmz(tmp_path).rename(tmp_path / "地块.ovkmz"))


def test_the_marks_of_ovital_are_seen_under_another_suffix(corpus, tmp_path):
    with pytest.raises(InputError, match="文件来自奥维"):
        read_sites(corpus.kml(tmp_path, extra="<OvAttr></OvAttr>"))


def test_tables_from_ovital_are_asked_about_but_its_shapefiles_are_not(corpus, tmp_path, write):
    body = "名称,经度(°),纬度(°)\n厂址,112.876123,36.305871"
    path = tmp_path / "奥维导出.csv"
    path.write_text(body)
    with pytest.raises(InputError, match="文件来自奥维"):
        read_sites(path)
    with pytest.raises(InputError, match="文件来自奥维"):
        read_sites(write("a.csv", "奥维互动地图导出\n" + body))
    (site,) = read_sites(write("a.csv", "奥维互动地图导出（CGCS2000）\n" + body))
    assert site.crs.given == "EPSG:4490"
    assert (
        read_sites(corpus.gis(tmp_path, "ESRI Shapefile", "奥维.shp"))[0].crs.given == "EPSG:4490"
    )


def test_an_ovital_type_nobody_knows_is_asked_about(corpus, tmp_path):
    with pytest.raises(InputError, match="文件来自奥维"):
        read_sites(corpus.kml(tmp_path, coord_type="Mars"))


def test_a_parcel_across_a_county_line_is_near_either_county(write):
    counties = published()
    x, y = shapely.get_coordinates(counties.area("140405"))[0]
    path = write("a.wkt", box(x - 0.001, y - 0.001, x + 0.001, y + 0.001).wkt)
    for code in ("140405", *(counties.touching(shapely.Point(x, y))["adcode"])):
        (site,) = read_sites(path, plausible=counties.area(code))
        assert not any("工作区" in words for words in site.crs.suspicions)


def test_decimals_that_could_be_degrees_minutes_seconds_are_asked_about(write):
    body = "J1,112.5230,36.1845\nJ2,112.5310,36.1845\nJ3,112.5310,36.1920"
    with pytest.raises(InputError, match=r"有 2 种读法.*112.527.*度.分秒.*112.88.*十进制度"):
        read_sites(write("a.csv", "点号,经度,纬度\n" + body), plausible=COUNTY)
    (decimal,) = read_sites(write("b.csv", "点号,经度(十进制度),纬度(十进制度)\n" + body))
    (packed,) = read_sites(write("c.csv", "点号,经度(度.分秒),纬度(度.分秒)\n" + body))
    assert decimal.geometry.bounds[0] == pytest.approx(112.523)
    assert packed.geometry.bounds[0] == pytest.approx(112 + 52 / 60 + 30 / 3600)


def test_decimals_with_impossible_minutes_are_degrees(write):
    (site,) = read_sites(
        write(
            "a.csv", "点号,经度,纬度\nJ1,112.8730,36.1845\nJ2,112.8810,36.1845\nJ3,112.8810,36.1920"
        )
    )
    assert site.geometry.bounds[0] == pytest.approx(112.873)


@pytest.mark.parametrize(
    "pairs",
    [
        [(139.7, 35.6), (139.8, 35.6), (139.8, 35.7)],
        [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)],
        [(100.0, 200.0), (150.0, 200.0), (150.0, 260.0)],
        [(12_565_000.0, 4_343_000.0), (12_566_000.0, 4_343_000.0), (12_566_000.0, 4_344_000.0)],
    ],
)
def test_numbers_outside_china_are_refused(write, pairs):
    with pytest.raises(InputError):
        read_sites(
            write("a.wkt", "POLYGON((" + ",".join(f"{a} {b}" for a, b in [*pairs, pairs[0]]) + "))")
        )


def test_web_mercator_is_read_when_it_is_said(write):
    way = Transformer.from_crs(4326, 3857, always_xy=True)
    pairs = [way.transform(*corner) for corner in [*PARCEL, PARCEL[0]]]
    text = "POLYGON((" + ",".join(f"{a!r} {b!r}" for a, b in pairs) + "))"
    (site,) = read_sites(write("a.wkt", text), crs="EPSG:3857")
    assert site.geometry.hausdorff_distance(Polygon(PARCEL)) < 1e-9


def test_a_named_system_that_leads_outside_china_is_refused(write):
    with pytest.raises(InputError, match="位置都不在中国境内或离中央经线过远"):
        read_sites(csv(write, plane(4526)), crs="EPSG:32601")


@pytest.mark.parametrize("crs", ["EPSG:0", "EPSG:4978", "火星", "", "NAD27"])
def test_an_unknown_or_unreachable_system_is_refused(write, crs):
    with pytest.raises(HongxianError):
        read_sites(csv(write, [(b, a) for a, b in PARCEL], head="点号,经度(°),纬度(°)"), crs=crs)


def test_coarse_degrees_add_their_rounding_to_the_accuracy(write):
    body = (
        "点号,经度,纬度\nJ1,112°52′30″,36°18′20″\nJ2,112°52′50″,36°18′20″\nJ3,112°52′50″,36°18′40″"
    )
    (site,) = read_sites(write("a.csv", body), accuracy_m=5.0)
    assert site.accuracy_m == pytest.approx(5.0 + 111_320 / 3600 / 2)
    assert "坐标末位一个单位约合 31 m，位置误差按其一半计" in site.crs.suspicions


def test_a_point_is_a_site_and_so_is_the_circle_around_it():
    point = point_site(112.88, 36.31, name="厂址", accuracy_m=20)
    assert (point.name, point.accuracy_m, point.source.format) == ("厂址", 20, "point")
    circle = point_site(112.88, 36.31, radius_m=500)
    assert float(area_m2(circle.geometry)) == pytest.approx(np.pi * 500**2, rel=1e-3)


def test_a_point_may_be_given_in_any_system():
    east, north = plane(4547, [(112.88, 36.31)])[0]
    assert (
        point_site(east, north, crs="EPSG:4547").geometry.distance(shapely.Point(112.88, 36.31))
        < 1e-9
    )
    swapped = point_site(36.31, 112.88)
    assert swapped.geometry.equals(shapely.Point(112.88, 36.31))
    assert "对调" in swapped.crs.how


@pytest.mark.parametrize(
    ("lon", "lat", "radius"),
    [(0, 0, None), (float("nan"), 36, None), (112, 36, -5), (112, 36, float("inf"))],
)
def test_an_impossible_point_is_refused(lon, lat, radius):
    with pytest.raises(InputError):
        point_site(lon, lat, radius_m=radius)


@pytest.mark.parametrize(
    ("text", "datum", "width", "zone", "meridian"),
    [
        ("2000国家大地坐标系，高斯投影3度带，中央子午线114°", Datum.CGCS2000, 3, None, 114.0),
        ("CGCS2000 3 Degree GK", Datum.CGCS2000, None, None, None),
        ("西安八零", None, None, None, None),
        ("80坐标系 38度带", Datum.XIAN80, None, 38, None),
        ("1954年北京坐标系六度分带第19带", Datum.BEIJING54, 6, 19, None),
        ("本项目位于第99号带", None, None, None, None),
    ],
)
def test_the_words_of_headings_are_understood(text, datum, width, zone, meridian):
    said = claims_in(text, by="表头")
    assert (said.datum, said.width, said.zone, said.meridian) == (datum, width, zone, meridian)


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("太原城市独立坐标系", True),
        ("地方坐标系", True),
        ("施工坐标系", True),
        ("本工程坐标系采用CGCS2000", False),
    ],
)
def test_local_systems_are_told_from_national_ones_in_a_sentence(text, local):
    assert bool(claims_in(text, by="表头").local) is local


def test_what_the_user_names_is_understood():
    assert override("epsg:4547").crs == "EPSG:4547"
    assert override("2000国家大地坐标系").datum is Datum.CGCS2000
    assert override("bd09").cipher == "BD-09"


def test_the_reading_does_not_depend_on_the_order_of_points():
    points = np.array(plane(4547))
    for order in ([0, 1, 2, 3], [3, 1, 0, 2]):
        found = read_crs(points[order], Claims(), shown=Path("a"), plausible=COUNTY)
        assert found.crs.given == "EPSG:4547"
