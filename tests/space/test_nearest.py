"""The shortest way between two geometries."""

import math

import numpy as np
import pytest
import shapely
from geographiclib.geodesic import Geodesic
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from geo.errors import GeometryError
from geo.space.measure import bearing_deg, direction_zh, distance_m, nearest

GEODESIC = Geodesic(6378137, 1 / 298.257222101)


def inverse(a, b):
    return GEODESIC.Inverse(a[1], a[0], b[1], b[0])


@pytest.mark.parametrize(
    ("bearing", "words"),
    [
        (0, "北侧"),
        (22.4, "北侧"),
        (22.5, "东北侧"),
        (90, "东侧"),
        (225, "西南侧"),
        (359, "北侧"),
        (-45, "西北侧"),
    ],
)
def test_eight_directions_change_half_way(bearing, words):
    assert direction_zh(bearing) == words


def test_sixteen_directions_are_named_as_for_wind():
    names = [direction_zh(step * 22.5, points=16) for step in range(16)]
    assert len(set(names)) == 16
    assert names[:4] == ["北侧", "北东北侧", "东北侧", "东东北侧"]
    assert names[8:12] == ["南侧", "南西南侧", "西南侧", "西西南侧"]


@pytest.mark.parametrize(("bearing", "points"), [(math.nan, 8), (10.0, 4)])
def test_other_directions_are_refused(bearing, points):
    with pytest.raises(GeometryError):
        direction_zh(bearing, points=points)


def test_a_bearing_needs_two_different_points():
    assert bearing_deg(shapely.Point(112, 36), shapely.Point(112, 35)) == 180
    for other in (shapely.Point(112, 36), shapely.Point()):
        with pytest.raises(GeometryError, match="没有方位"):
            bearing_deg(shapely.Point(112, 36), other)


@pytest.mark.parametrize(
    "other",
    [
        shapely.box(112.005, 36.005, 112.1, 36.1),
        shapely.Point(112.005, 36.005),
        shapely.Point(112.01, 36),
    ],
)
def test_what_meets_is_at_distance_zero_without_direction(other):
    way = nearest(shapely.box(112, 36, 112.01, 36.01), other)
    assert (way.distance_m, way.bearing_deg, way.direction_zh) == (0, None, None)
    assert way.from_point.equals(way.to_point)


@pytest.mark.parametrize("bad", [None, shapely.Point(), shapely.Point(math.inf, 1)])
def test_nothing_has_no_distance(bad):
    with pytest.raises(GeometryError):
        nearest(shapely.Point(112, 36), bad)


@given(*(st.tuples(st.floats(110, 114), st.floats(34, 40)) for _ in range(2)))
def test_two_points_are_as_far_apart_as_geographiclib_says(a, b):
    if math.dist(a, b) < 1e-7:
        return
    way = nearest(shapely.Point(a), shapely.Point(b))
    line = inverse(a, b)
    assert way.distance_m == pytest.approx(line["s12"], rel=1e-9, abs=1e-6)
    assert math.cos(math.radians(way.bearing_deg - line["azi1"])) == pytest.approx(1, abs=1e-9)


def brute(a, b):
    """Shortest distance between two geodesic edges that do not cross: an end of one is a foot."""
    return min(foot_distance(end, edge) for ends, edge in ((a, b), (b, a)) for end in ends)


def foot_distance(point, edge):
    """Distance of a point from a geodesic edge, by minimising GeographicLib's distance."""
    line = inverse(*edge)

    def gap(along):
        there = GEODESIC.Direct(edge[0][1], edge[0][0], line["azi1"], along)
        return inverse(point, (there["lon2"], there["lat2"]))["s12"]

    found = minimize_scalar(gap, bounds=(0, line["s12"]), method="bounded", options={"xatol": 1e-6})
    return min(found.fun, gap(0), gap(line["s12"]))


@pytest.mark.parametrize("length_deg", [0.001, 0.05, 0.5])
@pytest.mark.parametrize("gap_deg", [0.0003, 0.02, 0.3])
def test_edges_are_as_far_apart_as_the_shortest_geodesic(length_deg, gap_deg):
    rng = np.random.default_rng(round(1e6 * length_deg + 1e3 * gap_deg))
    for _ in range(3):
        turn, tilt = rng.uniform(0, 2 * np.pi), rng.uniform(-0.2, 0.2)
        along, across = (
            np.array([np.cos(turn), np.sin(turn)]),
            np.array([-np.sin(turn), np.cos(turn)]),
        )
        start = rng.uniform([111, 35], [114, 40])
        a = [tuple(start), tuple(start + length_deg * along)]
        b_start = start + across * gap_deg + along * length_deg * rng.uniform(-0.3, 0.8)
        b = [tuple(b_start), tuple(b_start + length_deg * (along + tilt * across))]
        if shapely.LineString(a).crosses(shapely.LineString(b)):
            continue
        expected = brute(a, b)
        way = nearest(shapely.LineString(a), shapely.LineString(b))
        assert way.distance_m == pytest.approx(expected, rel=1e-9, abs=1e-7)


def test_the_point_beside_a_long_edge_sees_the_geodesic():
    # An east–west edge of 50 km bulges 34 m poleward of the parallel: L² tan φ / 8 R.
    edge = shapely.LineString([(112.0, 36.0), (112.555, 36.0)])
    here = shapely.Point(112.2775, 36.01)
    to_parallel = inverse((here.x, here.y), (here.x, 36.0))["s12"]
    bulge = 50_040**2 * math.tan(math.radians(36)) / (8 * 6_386_000)
    assert distance_m(here, edge) == pytest.approx(to_parallel - bulge, abs=0.05)


def test_the_nearest_of_many_is_found_across_a_wide_layer():
    # The layer spans 8° of longitude; the nearest part lies away from its middle.
    parts = [shapely.box(x, 36.0, x + 0.01, 36.01) for x in np.arange(108, 116, 0.25)]
    site = shapely.box(114.18, 36.003, 114.19, 36.004)
    way = nearest(site, shapely.MultiPolygon(parts))
    expected = inverse((114.19, 36.004), (114.25, 36.004))["s12"]
    assert way.distance_m == pytest.approx(expected, rel=1e-5)
    assert way.direction_zh == "东侧"
    assert way.to_point.x == pytest.approx(114.25)


def test_the_scale_of_the_plane_does_not_choose():
    # 10 003 m to the north is fewer degrees than 10 000 m to the east 2.5° away, where the plane of the
    # first stretches lengths by 6e-4.
    north = GEODESIC.Direct(36.0, 112.0, 0, 10_003)
    east = GEODESIC.Direct(36.0, 114.5, 90, 10_000)
    way = nearest(
        shapely.MultiPoint([(112.0, 36.0), (114.5, 36.0)]),
        shapely.MultiPoint([(p["lon2"], p["lat2"]) for p in (north, east)]),
    )
    assert way.distance_m == pytest.approx(10_000, abs=1e-3)
    assert way.direction_zh == "东侧"


def test_a_hole_keeps_a_site_at_a_distance():
    ring = shapely.box(112, 36, 112.1, 36.1).difference(shapely.box(112.02, 36.02, 112.08, 36.08))
    way = nearest(shapely.Point(112.03, 36.05), ring)
    assert way.distance_m == pytest.approx(
        inverse((112.03, 36.05), (112.02, 36.05))["s12"], abs=1e-3
    )
    assert way.direction_zh == "西侧"


def test_collections_and_points_mix():
    mixed = shapely.GeometryCollection(
        [
            shapely.MultiPoint([(112.5, 36), (112.02, 36)]),
            shapely.LineString([(113, 36), (114, 36)]),
        ]
    )
    way = nearest(shapely.Point(112, 36), mixed)
    assert way.to_point.x == pytest.approx(112.02)


@given(st.integers(0, 10_000))
def test_the_way_back_is_as_long_and_ends_where_it_began(seed):
    rng = np.random.default_rng(seed)
    blobs = []
    for _ in range(2):
        angles = np.sort(rng.uniform(0, 2 * np.pi, 9))
        centre = rng.uniform([112, 36], [112.2, 36.2])
        blobs.append(shapely.Polygon(centre + 0.01 * np.c_[np.cos(angles), np.sin(angles)]))
    there, back = nearest(*blobs), nearest(*blobs[::-1])
    assert there.distance_m == pytest.approx(back.distance_m, rel=1e-7, abs=1e-5)
    if there.distance_m > 1:
        assert there.from_point.distance(back.to_point) < 1e-4
        assert shapely.distance(blobs[0], there.from_point) < 1e-6  # geodesic against chord
