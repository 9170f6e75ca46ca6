"""Areas, lengths and directions."""

import math
import time

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import CrsError, GeometryError
from geo.space import measure
from geo.space.ellipsoid import TOO_LONG, edges_m2

SQUARE = shapely.box(112.0, 36.0, 112.01, 36.01)
HOLE = shapely.box(112.004, 36.004, 112.006, 36.006)
HOLED = SQUARE.difference(HOLE)


@st.composite
def stars(draw):
    """Star-shaped polygons of 100 m to 20 km somewhere in China."""
    lon, lat = draw(st.floats(80, 130)), draw(st.floats(18, 53))
    count = draw(st.integers(3, 24))
    size = 10 ** draw(st.floats(-3, -0.7))
    radii = np.array(draw(st.lists(st.floats(0.2, 1), min_size=count, max_size=count)))
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return shapely.Polygon(
        np.c_[lon + size * radii * np.cos(angles), lat + size * radii * np.sin(angles)]
    )


def test_a_hole_is_taken_out():
    assert float(measure.area_m2(HOLED)) == pytest.approx(
        float(measure.area_m2(SQUARE) - measure.area_m2(HOLE)), abs=1e-6
    )


def test_parts_and_collections_are_added_up():
    far = shapely.box(113, 37, 113.01, 37.01)
    both = shapely.MultiPolygon([HOLED, far])
    nested = shapely.GeometryCollection(
        [both, shapely.Point(0, 0), shapely.LineString([(0, 0), (1, 1)])]
    )
    one = float(measure.area_m2(HOLED) + measure.area_m2(far))
    assert measure.area_m2([both, nested]).tolist() == pytest.approx([one, one])
    assert float(measure.perimeter_m(nested)) == pytest.approx(
        float(measure.perimeter_m(HOLED) + measure.perimeter_m(far))
    )


def test_the_shape_of_the_input_is_kept():
    grid = np.array([[SQUARE, None], [shapely.Polygon(), shapely.Point(1, 1)]], dtype=object)
    areas = measure.area_m2(grid)
    assert areas.shape == (2, 2)
    assert np.isnan(areas[0, 1])
    assert areas[1].tolist() == [0, 0]
    assert measure.area_m2(SQUARE).shape == ()
    assert measure.area_m2([]).tolist() == measure.length_m([]).tolist() == []


def test_missing_is_not_zero():
    for function in (
        measure.area_m2,
        measure.area_trapezoid_m2,
        measure.length_m,
        measure.perimeter_m,
    ):
        assert math.isnan(function([None])[0])


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_coordinates_that_are_no_numbers_are_refused(bad):
    with np.errstate(invalid="ignore"):
        polygon = shapely.Polygon([(112, 36), (113, 36), (113, bad)])
        line = shapely.LineString([(112, 36), (bad, 36)])
    with pytest.raises(GeometryError, match="非有限数"):
        measure.area_m2(polygon)
    with pytest.raises(GeometryError, match="非有限数"):
        measure.length_m(line)


def test_many_polygons_give_the_same_as_one_by_one():
    # More vertices than fit one run of the cache, so that runs are cut inside rings.
    rng = np.random.default_rng(8)
    rings = []
    for count in (5, 40_000, 7, 3, 20_000):
        angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
        radius = 0.01 * (1 + 0.1 * rng.random(count))
        centre = rng.uniform([110, 35], [114, 40])
        rings.append(
            shapely.Polygon(centre + radius[:, None] * np.c_[np.cos(angles), np.sin(angles)])
        )
    together = measure.area_m2(rings)
    assert together.tolist() == [float(measure.area_m2(ring)) for ring in rings]


@given(stars(), st.integers(0, 23))
def test_area_does_not_depend_on_start_or_direction(polygon, start):
    ring = np.array(polygon.exterior.coords)[:-1]
    whole = float(measure.area_m2(polygon))
    turned = shapely.Polygon(np.roll(ring, start, axis=0)[::-1])
    assert float(measure.area_m2(turned)) == pytest.approx(whole, rel=1e-12, abs=1e-6)


@given(stars(), st.floats(0.2, 0.8))
def test_pieces_of_a_cut_polygon_add_up_within_the_documented_tolerance(polygon, share):
    west, south, east, north = polygon.bounds
    knife = south + share * (north - south)
    low = polygon.intersection(shapely.box(west, south, east, knife))
    high = polygon.intersection(shapely.box(west, knife, east, north))
    whole, parts = float(measure.area_m2(polygon)), measure.area_m2([low, high]).sum()
    # Each cut edge leaves L³ tan φ / 12 R; the cut itself is shared and cancels.
    longest = max(east - west, north - south) * 111_000
    assert parts == pytest.approx(whole, abs=6 * longest**3 * 1.4 / (12 * 6.36e6) + 1e-5)


def test_cutting_along_an_existing_diagonal_loses_nothing():
    # The cut is one geodesic edge of both pieces.
    a, b, c, d = (112.0, 36.0), (112.3, 36.05), (112.35, 36.4), (112.05, 36.3)
    whole = float(measure.area_m2(shapely.Polygon([a, b, c, d])))
    pieces = measure.area_m2([shapely.Polygon([a, b, c]), shapely.Polygon([a, c, d])])
    assert pieces.sum() == pytest.approx(whole, rel=1e-12)


def test_an_edge_beyond_the_series_is_not_measured_by_it():
    lon = np.array([112.0, 112.0 + 2 * np.degrees(TOO_LONG) * 1.01])
    sine = np.sin(np.radians([36.0, 36.0]))
    assert np.isnan(edges_m2(lon, np.zeros(2), sine, geodesic=True)[0])
    assert not np.isnan(edges_m2(lon, np.zeros(2), sine, geodesic=False)[0])


def test_an_area_costs_less_than_a_microsecond_per_vertex():
    # The promise is 100 ns on a quiet machine (docs/performance.md); here only a gross slip shows.
    angles = np.linspace(0, 2 * np.pi, 200_000, endpoint=False)
    big = shapely.Polygon(np.c_[112 + np.cos(angles), 36 + np.sin(angles)])
    best = min(_seconds(big) for _ in range(3))
    assert best / 200_000 < 1e-6


def _seconds(polygon):
    start = time.perf_counter()
    measure.area_m2(polygon)
    return time.perf_counter() - start


def test_plane_area_is_larger_away_from_the_meridian():
    # Scale 1 + x²/2R² along both axes: at 1.5° and 36° x = 135 km, so 2 · 2.25e-4 of the area.
    edge = shapely.box(112.5, 36.0, 112.501, 36.001)
    ratio = float(measure.plane_area_m2(edge, epsg=4547) / measure.area_m2(edge))
    assert ratio - 1 == pytest.approx(4.5e-4, rel=0.01)
    assert float(measure.plane_area_m2(SQUARE, epsg=4526)) == pytest.approx(
        float(measure.plane_area_m2(SQUARE, epsg=4547))
    )


def test_plane_area_needs_a_plane_that_can_be_reached():
    with pytest.raises(GeometryError, match="经纬度坐标系"):
        measure.plane_area_m2(SQUARE, epsg=4490)
    with pytest.raises(CrsError, match="七参数"):
        measure.plane_area_m2(SQUARE, epsg=2362)


def test_a_degree_of_meridian_and_of_parallel_have_their_textbook_lengths():
    # a (1 − e²) / w³ᐟ² and a cos φ / w¹ᐟ² times π/180, at 36.5° and 36°.
    meridian = shapely.LineString([(112, 36), (112, 37)])
    parallel = shapely.LineString(np.c_[np.linspace(112, 113, 1001), np.full(1001, 36.0)])
    assert measure.length_m([meridian, parallel]).tolist() == pytest.approx(
        [110_968.3, 90_163.7], abs=0.2
    )


def test_only_lines_have_length_and_only_polygons_perimeter():
    ring = shapely.LinearRing(SQUARE.exterior.coords)
    assert measure.length_m([SQUARE, shapely.Point(1, 1)]).tolist() == [0, 0]
    assert measure.perimeter_m([ring, shapely.Point(1, 1)]).tolist() == [0, 0]
    assert float(measure.length_m(ring)) == float(measure.perimeter_m(SQUARE))
    assert float(measure.perimeter_m(HOLED)) == pytest.approx(
        float(measure.perimeter_m(SQUARE) + measure.perimeter_m(HOLE))
    )
