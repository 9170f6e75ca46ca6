"""Local planes in metres."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import GeometryError
from geo.space.crs import transform
from geo.space.plane import Plane, local_plane, plane_at


def test_the_plane_of_a_zone_is_gauss_kruger():
    point = shapely.Point(113.2, 36.4)
    ours, official = Plane(114.0, 0.0).forward(point), transform(point, 4490, 4547)
    assert (ours.x + 500_000, ours.y) == pytest.approx((official.x, official.y), abs=1e-6)


def test_numbers_of_numpy_make_the_same_plane():
    # repr(np.float64(112.5)) is no number for PROJ.
    plane = Plane(np.float64(112.5), np.float64(36.0))
    assert plane.forward(shapely.Point(112.5, 36.0)).distance(shapely.Point(0, 0)) < 1e-6


def test_grid_north_leans_east_of_true_north_east_of_the_meridian():
    plane, lon, lat = Plane(111.0, 0.0), 112.5, 36.0
    here, north = (
        shapely.get_coordinates(plane.forward(shapely.Point(lon, y)))[0] for y in (lat, lat + 1e-4)
    )
    true_north = math.degrees(math.atan2(*(north - here)))  # clockwise from grid north
    assert plane.convergence_deg(lon, lat) == pytest.approx(-true_north, abs=1e-4)
    assert plane.convergence_deg(111.0, lat) == pytest.approx(0, abs=1e-9)


def test_scale_grows_with_the_square_of_the_distance():
    assert Plane(112.0, 36.0).scale(112.0, 36.0) == pytest.approx(1, abs=1e-9)
    assert Plane(112.0, 36.0).scale(113.5, 36.0) == pytest.approx(1 + 2.246e-4, abs=2e-6)


def test_a_plane_is_centred_on_what_is_measured():
    assert local_plane(shapely.LineString([(112.1, 36.2), (112.3, 36.4)])) == Plane(112.2, 36.3)
    assert local_plane(np.array([shapely.Point(112, 36), shapely.Point(113, 37)])) == Plane(
        112.5, 36.5
    )
    assert plane_at(112.123, 36.0) == plane_at(112.119, 36.0)


@pytest.mark.parametrize(
    ("geometry", "says"),
    [
        (shapely.Point(), "为空"),
        (shapely.box(110, 36, 113.1, 37), "跨 3.1°"),
        (shapely.box(38_500_000, 4_000_000, 38_500_100, 4_000_100), "经纬度范围"),
        (shapely.Point(math.inf, 36), "不是有限数"),
    ],
)
def test_what_no_plane_can_hold_is_refused(geometry, says):
    with pytest.raises(GeometryError, match=says):
        local_plane(geometry)


def test_a_place_the_plane_cannot_hold_is_refused():
    with pytest.raises(GeometryError, match="无法换算"):
        Plane(112.0, 36.0).forward(shapely.Point(math.nan, 36.0))


def test_nothing_goes_nowhere():
    assert Plane(112.0, 36.0).forward(shapely.Polygon()).is_empty


@given(st.floats(-1.5, 1.5), st.floats(-5, 5))
def test_there_and_back_is_the_same_place(dx, dy):
    plane, point = Plane(112.5, 36.0), shapely.Point(112.5 + dx, 36 + dy)
    assert plane.inverse(plane.forward(point)).distance(point) < 1e-11
