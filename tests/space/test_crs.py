"""No transformation is ever guessed."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from geo.errors import CrsError
from geo.space import crs
from geo.space.datum import Datum, Helmert7, datum_of
from geo.space.zones import ZONE_BY_EPSG

OLD = [4610, 4214, *(code for code, zone in ZONE_BY_EPSG.items() if zone.datum.classical)]
ESRI_XIAN = (
    'PROJCS["Xian_1980_3_Degree_GK_Zone_38",GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",'
    'SPHEROID["Xian_1980",6378140.0,298.257]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
    'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",38500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",114.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
ESRI_2000 = (
    'GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]]'
)


def seven(**changes):
    """Seven parameters that do nothing, unless changed."""
    nothing = dict.fromkeys(("dx", "dy", "dz", "rx", "ry", "rz", "scale_ppm"), 0.0)
    return Helmert7(**{**nothing, "convention": "coordinate_frame", **changes})


@pytest.mark.parametrize("code", OLD)
def test_an_old_datum_needs_seven_parameters(code):
    with pytest.raises(CrsError, match="七参数"):
        crs.transformer(code, 4490)
    with pytest.raises(CrsError, match="七参数"):
        crs.transformer(4326, code)


@pytest.mark.parametrize("name", ["西安80", "北京54", "Xian 80", "beijing54", ESRI_XIAN])
def test_an_old_datum_is_known_under_its_other_names(name):
    with pytest.raises(CrsError, match="七参数"):
        crs.to_working(shapely.Point(112, 36), name)


def test_parameters_hidden_in_a_file_are_not_trusted():
    zeros = CRS.from_wkt(
        ESRI_XIAN.replace("298.257]]", "298.257],TOWGS84[0,0,0,0,0,0,0]]").replace("D_Xian", "Xian")
    )
    assert zeros.is_bound
    with pytest.raises(CrsError, match="七参数"):
        crs.transformer(zeros, 4490)
    with pytest.raises(CrsError, match="近似转换"):
        crs.transformer("+proj=tmerc +lon_0=114 +ellps=krass +towgs84=0,0,0", 4490)


@pytest.mark.parametrize(
    "source",
    [4326, "OGC:CRS84", 4979, 9057, "WGS84", 4480, "国家2000", ESRI_2000, "EPSG:4490+5773"],
)
def test_degrees_of_modern_datums_stay_as_they_are(source):
    point = crs.to_working(shapely.Point(112.5, 36.3, 900), source)
    assert (point.x, point.y, point.has_z) == (112.5, 36.3, False)


def test_planes_on_wgs84_reach_cgcs2000_through_the_allowed_null_step():
    east, north = crs.transformer(4326, 32649)([112.5], [36.3])
    back = crs.to_working(shapely.Point(east[0], north[0]), 32649)
    assert back.distance(shapely.Point(112.5, 36.3)) < 1e-11
    mercator = crs.to_working(shapely.Point(112.5 * 20037508.342789244 / 180, 0), 3857)
    assert mercator.distance(shapely.Point(112.5, 0)) < 1e-11


def test_the_meridian_of_a_zone_has_its_false_easting():
    east, north = crs.transformer(4490, 4526)([114.0, 114.0], [0.0, 36.0])
    assert east.tolist() == pytest.approx([38_500_000, 38_500_000])
    assert north[0] == pytest.approx(0)
    assert (
        3_985_000 < north[1] < 3_986_000
    )  # 10 002 km of quarter meridian × 36/90, less the flattening


def test_zones_of_one_old_datum_need_no_parameters():
    point = crs.transform(shapely.Point(38_500_000, 4_000_000), 2362, 2383)
    assert (point.x, point.y) == pytest.approx((500_000, 4_000_000))


def test_two_old_datums_are_not_chained():
    with pytest.raises(CrsError, match="分别转换"):
        crs.transformer(4610, 4214, helmert=seven())


def test_a_shift_of_one_hundred_metres_along_x_moves_a_point_on_the_meridian_of_greenwich():
    # At 0°E 0°N the X axis points up: +100 m lifts the point and leaves lon, lat alone; at 90°E it moves it west.
    shift = seven(dx=100.0)
    up = crs.to_working(shapely.Point(0, 0), 4610, helmert=shift)
    assert (up.x, up.y) == pytest.approx((0, 0), abs=1e-12)
    west = crs.to_working(shapely.Point(90, 0), 4610, helmert=shift)
    assert west.x == pytest.approx(90 - math.degrees(100 / 6378140), abs=1e-9)


def test_the_two_rotation_conventions_turn_opposite_ways():
    # 1″ about Z turns the equator by 30.9 m: eastward for a position vector, westward for a frame.
    turned = [
        crs.to_working(shapely.Point(112, 0), 4610, helmert=seven(rz=1.0, convention=convention)).x
        for convention in ("position_vector", "coordinate_frame")
    ]
    assert turned == pytest.approx([112 + 1 / 3600, 112 - 1 / 3600], abs=1e-9)


def test_parameters_work_backwards_and_through_planes():
    shift = seven(dx=24.0, dy=-123.0, dz=-94.0, rx=0.1, ry=0.2, rz=-0.1, scale_ppm=1.1)
    there = crs.transform(shapely.Point(38_400_000, 4_000_000), 2362, 4526, helmert=shift)
    back = crs.transform(there, 4526, 2362, helmert=shift)
    assert back.distance(shapely.Point(38_400_000, 4_000_000)) < 1e-3  # height is not carried along
    assert 10 < there.distance(shapely.Point(38_400_000, 4_000_000)) < 300


def test_the_parameters_never_show():
    secret = seven(dx=123.456)
    way = crs.transformer(4610, 4490, helmert=secret)
    for shown in (repr(secret), str(secret), repr(way), str(vars(way))):
        assert "123" not in shown


@pytest.mark.parametrize("change", [{"dx": math.nan}, {"convention": "bursa"}])
def test_bad_parameters_are_refused_without_showing_them(change):
    with pytest.raises(CrsError, match="七参数") as caught:
        seven(dy=123.456, **change)
    assert "123" not in str(caught.value)


@pytest.mark.parametrize(
    "odd",
    [
        ESRI_2000.replace("6378137.0", "6378245.0"),  # a name that contradicts its ellipsoid
        ESRI_2000.replace('"Greenwich",0.0', '"Ferro",-17.6666667'),
        ESRI_2000.replace('"Degree",0.0174532925199433', '"Grad",0.01570796326794897'),
        4555,  # New Beijing
    ],
)
def test_an_odd_datum_is_not_taken_for_a_known_one(odd):
    assert datum_of(CRS.from_user_input(odd)) is Datum.UNKNOWN


def test_a_foreign_datum_goes_only_by_a_transformation_on_record():
    hong_kong = crs.to_working(shapely.Point(114.17, 22.3), 4611)  # Hong Kong 1980, registered
    assert 1e-4 < hong_kong.distance(shapely.Point(114.17, 22.3)) < 1e-2
    back = crs.transform(hong_kong, 4490, 4611)
    assert back.distance(shapely.Point(114.17, 22.3)) < 1e-8
    assert crs.transform(shapely.Point(836694, 819069), 2326, 4611).x == pytest.approx(
        114.1785, abs=1e-3
    )
    with pytest.raises(CrsError, match="近似转换"):
        crs.transformer(4555, 4490)
    with pytest.raises(CrsError, match="没有可靠的转换"):
        crs.transformer(4555, 4610)


@pytest.mark.parametrize("bad", ["EPSG:1", "地方坐标系", "", "EPSG:5773", "EPSG:4479"])
def test_what_is_no_horizontal_system_is_refused(bad):
    with pytest.raises(CrsError):
        crs.parse_crs(bad)


def test_coordinates_without_an_image_are_counted():
    with pytest.raises(CrsError, match="2 个坐标中有 1 个"):
        crs.transformer(4526, 4490)([38_500_000, math.inf], [4_000_000, 0])


def test_arrays_of_geometries_are_moved_at_once_and_left_alone():
    given_ = np.array([shapely.Point(114, 0), None, shapely.Point()], dtype=object)
    moved = crs.transform(given_, 4490, 4526)
    assert moved[0].x == pytest.approx(38_500_000)
    assert moved[1] is None
    assert moved[2].is_empty
    assert given_[0].x == 114


def test_systems_are_named_in_chinese():
    names = [crs.describe(value) for value in (4526, 4547, 2362, 4502, 4490, 4610, 4326, 3857)]
    assert names == [
        "CGCS2000 3度带 38带（中央经线114°E）",
        "CGCS2000 3度带（中央经线114°E，无带号）",
        "西安80 3度带 38带（中央经线114°E）",
        "CGCS2000 6度带（中央经线75°E，无带号）",
        "CGCS2000 经纬度",
        "西安80 经纬度",
        "WGS 84 经纬度",
        "WGS 84 / Pseudo-Mercator",
    ]


def test_shifted_web_maps_come_in_but_do_not_go_out():
    inside = crs.to_working(shapely.Point(112.506, 36.3), "gcj02")
    assert 400 < inside.distance(shapely.Point(112.506, 36.3)) * 1e5 < 800
    assert repr(crs.transformer("BD09", 4490)) == "<Transformation BD-09 → CGCS2000 经纬度>"
    with pytest.raises(CrsError, match="只由它转出"):
        crs.transformer(4490, "GCJ-02")


@given(st.floats(110, 114.6), st.floats(34, 41), st.sampled_from([4525, 4547, 4508, 32649]))
def test_there_and_back_is_the_same_place(lon, lat, code):
    there = crs.transform(shapely.Point(lon, lat), 4490, code)
    back = crs.transform(there, code, 4490)
    assert (back.x, back.y) == pytest.approx((lon, lat), abs=1e-10)


def test_proj_does_not_show_the_parameters_it_refuses():
    with pytest.raises(CrsError, match="七参数无法使用") as caught:
        crs.transformer(4610, 4490, helmert=seven(dx=123.456, scale_ppm=-1e7))
    assert "123" not in str(caught.value)
    assert caught.value.__suppress_context__
