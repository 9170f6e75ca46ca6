"""Metres along a line."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import GeometryError
from geo.space.chainage import chain, cut, inside_intervals, locate, reach
from geo.space.measure import length_m

RIVER = shapely.LineString([(112.0, 36.5), (112.2, 36.4), (112.2, 36.2), (112.5, 36.0)])
GAPPED = shapely.MultiLineString([[(112.0, 36.0), (112.1, 36.0)], [(112.3, 36.0), (112.4, 36.0)]])
TENTH = float(length_m(shapely.LineString([(112.0, 36.0), (112.1, 36.0)])))


def test_chainage_ends_at_the_length():
    assert chain(RIVER).length_m == pytest.approx(float(length_m(RIVER)))
    assert chain(GAPPED).length_m == pytest.approx(2 * TENTH)


def test_a_vertex_that_repeats_counts_nothing():
    stuttering = shapely.LineString([(112, 36), (112, 36), (112.1, 36), (112.1, 36)])
    assert chain(stuttering).length_m == pytest.approx(TENTH)


@pytest.mark.parametrize(
    "bad",
    [
        shapely.Point(1, 1),
        shapely.LineString(),
        shapely.from_wkt("LINESTRING(1 1,1 1)"),
        shapely.from_wkt("LINESTRING(1 1,1 inf)"),
        None,
    ],
)
def test_only_a_line_with_length_has_chainage(bad):
    with pytest.raises(GeometryError):
        chain(bad)


def test_a_point_beside_the_line_is_taken_to_its_nearest_place():
    beside = shapely.Point(112.21, 36.3)
    chainage, offset = locate(RIVER, beside)
    upper = shapely.LineString([(112.0, 36.5), (112.2, 36.4), (112.2, 36.3)])
    assert chainage == pytest.approx(float(length_m(upper)), abs=1)
    assert offset == pytest.approx(897.7, abs=1)  # 0.01° of longitude at 36.3°
    assert locate(RIVER, shapely.Point(111, 37))[0] == 0
    assert locate(GAPPED, shapely.Point(112.31, 36))[0] == pytest.approx(TENTH * 1.1)


@pytest.mark.parametrize(
    "bad", [shapely.Point(), shapely.Point(math.inf, 1), shapely.MultiPoint([(0, 0), (1, 1)])]
)
def test_what_is_no_point_has_no_place(bad):
    with pytest.raises(GeometryError, match="有效的点"):
        locate(RIVER, bad)


@given(st.floats(0, 1))
def test_a_place_on_the_line_is_found_again(share):
    edges = chain(RIVER)
    chainage, offset = locate(RIVER, shapely.Point(edges.position(share * edges.length_m)))
    assert chainage == pytest.approx(share * edges.length_m, abs=0.01)
    assert offset < 0.01


@given(st.floats(0, 0.9), st.floats(0.05, 1))
def test_pieces_have_the_length_asked_for(low, span):
    whole = chain(RIVER).length_m
    high = min(low + span, 1)
    piece = cut(RIVER, low * whole, high * whole)
    # Within an edge chainage is shared out evenly in degrees: right to 1e-3 of a long edge.
    assert float(length_m(piece)) == pytest.approx((high - low) * whole, rel=5e-3)


def test_the_whole_line_is_its_own_piece():
    assert cut(RIVER, -5, 1e9).equals_exact(RIVER, 1e-12)
    assert cut(GAPPED, 0, 1e9).equals_exact(GAPPED, 1e-12)


def test_a_piece_over_a_gap_has_two_parts():
    piece = cut(GAPPED, TENTH * 0.5, TENTH * 1.5)
    assert [round(float(x), 6) for part in piece.geoms for x in part.xy[0]] == [
        112.05,
        112.1,
        112.3,
        112.35,
    ]


def test_a_piece_that_ends_at_a_vertex_has_no_double_point():
    edges = chain(RIVER)
    piece = cut(RIVER, 0, edges.at_m[2])
    assert piece.equals_exact(shapely.LineString(RIVER.coords[:3]), 1e-12)
    rest = cut(RIVER, edges.at_m[2], edges.length_m)
    assert rest.equals_exact(shapely.LineString(RIVER.coords[2:]), 1e-12)


@pytest.mark.parametrize(("low", "high"), [(5, 5), (10, 5), (1e9, 2e9), (-9, -5)])
def test_nothing_between_is_refused(low, high):
    with pytest.raises(GeometryError, match="之间没有线段"):
        cut(RIVER, low, high)


def test_a_reach_runs_downstream_whatever_the_order():
    a, b = shapely.Point(112.2, 36.35), shapely.Point(112.2, 36.25)
    assert reach(RIVER, a, b).equals(reach(RIVER, b, a))
    assert reach(RIVER, b, a).coords[0] == pytest.approx((112.2, 36.35))


def test_a_reach_needs_places_near_the_river():
    near, far = shapely.Point(112.2, 36.35), shapely.Point(112.9, 36.35)
    with pytest.raises(GeometryError, match="河段止点离线"):
        reach(RIVER, near, far)
    with pytest.raises(GeometryError, match="之间没有线段"):
        reach(RIVER, near, near)


ROAD = shapely.LineString([(112.0, 36.0), (112.5, 36.0), (113.0, 36.0)])


def test_a_road_enters_and_leaves():
    zone = shapely.box(112.1, 35, 112.2, 37).union(shapely.box(112.45, 35, 112.7, 37))
    spans = inside_intervals(ROAD, zone)
    assert np.ravel(spans) == pytest.approx(np.array([1, 2, 4.5, 7]) * TENTH, abs=2)


def test_a_hole_interrupts_and_a_vertex_does_not():
    zone = shapely.box(112.1, 35, 112.9, 37).difference(shapely.box(112.3, 35.9, 112.4, 36.1))
    spans = inside_intervals(ROAD, zone)
    assert len(spans) == 2
    assert spans[1][1] - spans[1][0] == pytest.approx(5 * TENTH, abs=2)


def test_touching_a_corner_is_no_interval_but_the_border_is():
    assert inside_intervals(ROAD, shapely.Polygon([(112.2, 36), (112.1, 37), (112.3, 37)])) == []
    border = inside_intervals(ROAD, shapely.box(112.1, 36, 112.2, 37))
    assert np.ravel(border) == pytest.approx(np.array([1, 2]) * TENTH, abs=1)


def test_chainage_runs_on_over_parts():
    spans = inside_intervals(GAPPED, shapely.box(112.05, 35, 112.35, 37))
    assert np.ravel(spans) == pytest.approx([0.5 * TENTH, 1.5 * TENTH], abs=1)


def test_a_road_that_comes_back_over_itself_is_counted_both_ways():
    back = shapely.LineString([(112.0, 36.0), (112.1, 36.0), (112.0, 36.0)])
    spans = inside_intervals(back, shapely.box(111.9, 35, 112.05, 37))
    assert np.ravel(spans) == pytest.approx(np.array([0, 0.5, 1.5, 2]) * TENTH, abs=1)


@given(st.integers(0, 10_000))
def test_intervals_add_up_to_the_length_inside(seed):
    rng = np.random.default_rng(seed)
    angles = np.sort(rng.uniform(0, 2 * np.pi, 8))
    zone = shapely.Polygon([112.2, 36.3] + 0.1 * np.c_[np.cos(angles), np.sin(angles)])
    spans = inside_intervals(RIVER, zone)
    inside = float(length_m(RIVER.intersection(zone)))
    assert sum(high - low for low, high in spans) == pytest.approx(inside, rel=2e-3, abs=1)
    assert all(low < high for low, high in spans)
