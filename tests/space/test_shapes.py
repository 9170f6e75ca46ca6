"""Buffers, repairs, cells, circles."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.errors import GeometryError
from geo.space import shapes
from geo.space.measure import area_m2, distance_m, length_m

GEOD = Geod(ellps="GRS80")
KM_50 = 100_000 + math.pi * 2500  # a straight kilometre widened by 50 m


def straight_km(lon, lat, azimuth):
    x, y, _ = GEOD.fwd(lon, lat, azimuth, 1000)
    return shapely.LineString([(lon, lat), (x, y)])


@pytest.mark.parametrize("azimuth", [0, 45, 90, 200])
@pytest.mark.parametrize(
    "place", [(112.499, 36.3), (112.501, 36.3), (112.999, 18.2), (122.4, 53.4)]
)
def test_a_straight_kilometre_widened_by_fifty_metres(place, azimuth):
    strip = shapes.buffer_m(straight_km(*place, azimuth), 50)
    assert float(area_m2(strip)) == pytest.approx(KM_50, rel=1e-3)


def test_every_corner_of_a_buffer_is_at_its_distance():
    line = straight_km(112.5, 36.3, 60)
    corners = shapely.points(shapely.get_coordinates(shapes.buffer_m(line, 50)))
    # The strip follows the straight lon/lat edge, which lies 1.4 cm off the geodesic of 1 km.
    assert [distance_m(corner, line) for corner in corners] == pytest.approx(
        [50] * len(corners), abs=0.02
    )


def test_a_river_across_two_zones_is_widened_piece_by_piece():
    river = shapely.LineString([(110.2, 35.5), (112.5, 36.3), (114.7, 36.0)])
    strip = shapes.buffer_m(river, 50)
    along = float(length_m(shapely.segmentize(river, 0.01)))
    assert strip.geom_type == "Polygon"
    assert float(area_m2(strip)) == pytest.approx(100 * along + math.pi * 2500, rel=1e-4)


def test_outside_leaves_the_body_out():
    lake = shapely.box(112.2, 36.2, 112.21, 36.21)
    shore = shapes.buffer_m(lake, 100, outside=True)
    assert shore.intersection(lake).area == pytest.approx(0, abs=1e-12)
    both = float(area_m2(shapes.buffer_m(lake, 100)))
    assert float(area_m2(shore) + area_m2(lake)) == pytest.approx(both, rel=1e-9)


def test_arrays_keep_their_shape_and_order():
    given_ = np.array(
        [shapely.Point(112.5, 36), None, shapely.Polygon(), shapely.Point(118, 40, 99)],
        dtype=object,
    )
    widened = shapes.buffer_m(given_, [100, 1, 1, 200])
    assert widened[1] is None
    assert widened[2].is_empty
    # A disc of 128 corners is 0.04 % short.
    assert area_m2(widened[[0, 3]]).tolist() == pytest.approx([31_416, 125_664], rel=6e-4)
    assert not widened[3].has_z
    assert given_[3].has_z


@pytest.mark.parametrize("distance", [0, -5, math.nan, math.inf])
def test_a_buffer_without_a_width_is_refused(distance):
    with pytest.raises(GeometryError, match="大于零"):
        shapes.buffer_m(shapely.Point(112, 36), distance)


def test_a_buffer_of_broken_coordinates_is_refused():
    with pytest.raises(GeometryError):
        shapes.buffer_m(shapely.LineString([(112, 36), (math.inf, 36)]), 10)


@given(st.floats(5, 5000), st.floats(1.05, 3), st.floats(0, 360))
def test_a_wider_buffer_holds_the_narrower_one(distance, factor, azimuth):
    line = straight_km(112.99, 36.3, azimuth)
    narrow, wide = shapes.buffer_m(line, distance), shapes.buffer_m(line, distance * factor)
    assert wide.covers(narrow)
    assert narrow.covers(line)


@pytest.mark.parametrize(
    ("broken", "area", "words"),
    [
        ("POLYGON((0 0,1 1,1 0,0 1,0 0))", 0.5, "边界自相交"),
        ("MULTIPOLYGON(((0 0,2 0,2 2,0 2,0 0)),((1 1,3 1,3 3,1 3,1 1)))", 7, "边界自相交"),
        ("POLYGON((0 0,9 0,9 9,0 9,0 0),(20 20,21 20,21 21,20 20))", 81.5, "独立部件"),
        (
            "POLYGON((0 0,9 0,9 9,0 9,0 0),(1 1,8 1,8 8,1 8,1 1),(2 2,3 2,3 3,2 3,2 2))",
            32,
            "内环互相嵌套",
        ),
        ("MULTIPOLYGON(((0 0,9 0,9 9,0 9,0 0)),((1 1,2 1,2 2,1 2,1 1)))", 81, "部件互相重叠或嵌套"),
        ("POLYGON((0 0,9 0,9 9,0 9,0 0),(4 0,9 5,5 9,0 4,4 0))", 41, "切断"),
        ("POLYGON((0 0,5 0,5 5,5 0,9 0,9 9,0 9,0 0))", 81, "边界自相交"),
    ],
)
def test_a_broken_polygon_is_mended_and_told(broken, area, words):
    fixed, told = shapes.repair(shapely.from_wkt(broken))
    assert shapely.is_valid(fixed)
    assert fixed.area == pytest.approx(area)
    assert words in told[0]


def test_what_collapses_on_the_way_is_told():
    flat_part = "MULTIPOLYGON(((0 0,2 0,2 2,0 2,0 0)),((5 5,6 6,7 7,5 5)))"
    mixed = "GEOMETRYCOLLECTION(POLYGON((0 0,1 1,1 0,0 1,0 0)),POINT(5 5))"
    for wkt in (flat_part, mixed):
        fixed, told = shapes.repair(shapely.from_wkt(wkt))
        assert fixed.geom_type in ("Polygon", "MultiPolygon")
        assert told[1] == "舍去零面积或零长度部分"


def test_what_is_valid_stays_as_it_is():
    for geometry in (shapely.box(0, 0, 1, 1), shapely.Point(1, 2, 3), shapely.Polygon()):
        fixed, told = shapes.repair(geometry)
        assert told == ()
        assert fixed.equals(geometry)
        assert not fixed.has_z


@pytest.mark.parametrize(
    ("hopeless", "says"),
    [
        (None, "缺失"),
        (shapely.from_wkt("LINESTRING(0 0,0 0)"), "没有剩余"),
        (shapely.from_wkt("POLYGON((0 0,1 1,2 2,0 0))"), "没有剩余"),
        (shapely.from_wkt("POINT(1 inf)"), "非有限数"),
    ],
)
def test_the_hopeless_is_refused(hopeless, says):
    with pytest.raises(GeometryError, match=says):
        shapes.repair(hopeless)


def test_a_line_is_mended_as_a_line():
    fixed, told = shapes.repair(shapely.from_wkt("MULTILINESTRING((0 0,0 0),(1 1,2 2))"))
    assert fixed.length == pytest.approx(math.sqrt(2))
    assert told[0] == "环或线的点数不足"


def test_polygons_are_picked_out():
    box = shapely.box(0, 0, 1, 1)
    nested = shapely.GeometryCollection(
        [shapely.GeometryCollection([box]), shapely.MultiPolygon([shapely.box(5, 5, 6, 6)])]
    )
    assert len(shapes.polygons_of(nested).geoms) == 2
    assert shapes.polygons_of(shapely.LineString([(0, 0), (1, 1)])).is_empty


def test_multi_types_hold_one_or_many():
    assert shapes.as_multi(shapely.box(0, 0, 1, 1)).geom_type == "MultiPolygon"
    assert len(shapes.as_multi(shapely.MultiPoint([(0, 0), (1, 1)])).geoms) == 2
    assert shapes.as_multi(shapely.Polygon()).geom_type == "MultiPolygon"
    with pytest.raises(GeometryError, match="按类型拆分"):
        shapes.as_multi(shapely.GeometryCollection())


COUNTY = shapely.box(112, 36, 113, 37)


@given(
    st.lists(
        st.tuples(st.integers(1, 999), st.integers(1, 999)), min_size=1, max_size=15, unique=True
    )
)
def test_cells_share_out_the_whole_area_each_to_its_own_point(spots):
    points = shapely.points([(112 + x / 1000, 36 + y / 1000) for x, y in spots])
    cells = shapes.thiessen(points, COUNTY)
    assert len(cells) == len(points)
    assert area_m2(cells).sum() == pytest.approx(float(area_m2(COUNTY)), rel=1e-4)
    for cell, point in zip(cells, points, strict=True):
        assert cell.buffer(1e-9).covers(point)


def test_a_cell_is_bounded_half_way():
    cells = shapes.thiessen(shapely.points([(112.2, 36.5), (112.8, 36.5)]), COUNTY)
    border = shapely.Point(112.5, 36.9)
    assert [cell.distance(border) < 1e-6 for cell in cells] == [True, True]


def test_a_point_too_far_off_gets_nothing():
    cells = shapes.thiessen(shapely.points([(112.5, 36.5), (120, 36.5)]), COUNTY)
    assert cells[1].is_empty


@pytest.mark.parametrize(
    ("points", "clip", "says"),
    [
        ([], COUNTY, "至少要一个点"),
        ([shapely.Point()], COUNTY, "空点"),
        ([shapely.Point(112.5, 36.5)] * 2, COUNTY, "重合"),
        ([shapely.Point(112.5, 36.5)], shapely.box(110, 36, 114, 37), "跨 4.0°"),
    ],
)
def test_cells_that_cannot_be_drawn_are_refused(points, clip, says):
    with pytest.raises(GeometryError, match=says):
        shapes.thiessen(points, clip)


def test_every_corner_of_a_circle_is_on_it():
    circle = shapes.circle_m(112.5, 36.3, 750.0)
    lon, lat = shapely.get_coordinates(circle).T
    _, _, radius = GEOD.inv(np.full_like(lon, 112.5), np.full_like(lat, 36.3), lon, lat)
    assert radius == pytest.approx(np.full_like(lon, 750.0), abs=1e-6)
    assert circle.exterior.is_ccw
    assert float(area_m2(circle)) == pytest.approx(math.pi * 750**2, rel=5e-4)


@pytest.mark.parametrize(
    ("lon", "lat", "radius"), [(36, 112, 10), (math.nan, 36, 1), (112, 36, 0), (112, 36, math.inf)]
)
def test_a_circle_without_a_place_or_size_is_refused(lon, lat, radius):
    with pytest.raises(GeometryError, match="圆心"):
        shapes.circle_m(lon, lat, radius)


def test_heights_are_dropped():
    assert not shapes.flatten_z(shapely.LineString([(0, 0, 5), (1, 1, 6)])).has_z


def test_rounding_keeps_polygons_valid_and_numbers_short():
    thin = shapely.Polygon([(0, 0), (1, 1e-12), (1, 1), (0.5, 1e-12), (0, 1)])
    short = shapes.rounded(thin, decimals=9)
    assert shapely.is_valid(short)
    assert shapes.rounded(shapely.Point(112.1, 36.2), decimals=3).wkt == "POINT (112.1 36.2)"
