"""Distances of many sites at once, held against every vertex and edge there is."""

import importlib
import math

import numpy as np
import pytest
import shapely
from geographiclib.geodesic import Geodesic
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import GeometryError
from geo.space import boundary_gaps
from geo.space import distance_tree as module
from geo.space.boundary_chunks import EDGES, chunks_of
from geo.space.distance_tree import DistanceTree
from geo.space.geodesic_foot import feet_on
from geo.space.measure import nearest
from geo.space.overlay import overlay

GEODESIC = Geodesic(6378137, 1 / 298.257222101)


def gap(a, b):
    return GEODESIC.Inverse(a[1], a[0], b[1], b[0])["s12"]


def blob(rng, centre, radius, corners):
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    reach = radius * rng.uniform(0.5, 1.0, corners)
    return shapely.Polygon(centre + np.c_[reach * np.cos(angles), reach * np.sin(angles)])


def edges_of(shape):
    rings = [
        shapely.get_coordinates(ring)
        for part in shapely.get_parts(shape)
        for ring in ([part] if shapely.get_type_id(part) < 3 else shapely.get_rings(part))
    ]
    return np.concatenate(
        [np.stack([r[:-1], r[1:]], 1) if len(r) > 1 else np.stack([r, r], 1) for r in rings]
    )


def brute(a, b):
    """The shortest of all ways from a vertex of one to a geodesic edge of the other."""
    best = math.inf
    for one, other in ((a, b), (b, a)):
        points, edges = shapely.get_coordinates(one), edges_of(other)
        i, j = (part.ravel() for part in np.indices((len(points), len(edges))))
        best = min(best, feet_on(points[i], edges[j, 0], edges[j, 1])[1].min())
    return best


def layer(rng, count, corners):
    centres = rng.uniform([111.0, 36.0], [111.6, 36.5], (count, 2))
    return np.array([blob(rng, c, rng.uniform(0.002, 0.05), corners) for c in centres], object)


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from([3, 20, 90]), st.sampled_from([4, 40]))
def test_every_feature_within_reach_is_found_at_the_distance_that_all_edges_give(
    seed, many, corners
):
    rng = np.random.default_rng(seed)
    zones, sites = layer(rng, 12, many), layer(rng, 5, corners)
    reach = float(rng.choice([500.0, 5_000.0, 30_000.0]))
    ways = DistanceTree(zones).within(sites, reach)
    found = {(s, f): d for s, f, d in zip(ways.site, ways.feature, ways.distance_m, strict=True)}
    for s, site in enumerate(sites):
        for f, zone in enumerate(zones):
            expected = 0.0 if shapely.intersects(site, zone) else brute(site, zone)
            if expected > reach + 1e-6:
                assert (s, f) not in found
            elif expected < reach - 1e-6:
                assert found[s, f] == pytest.approx(expected, rel=1e-9, abs=1e-7)
    order = np.lexsort((ways.distance_m, ways.site))
    assert np.array_equal(order, np.arange(len(ways)))


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 1.5, 30.0]))
def test_the_nearest_is_the_first_of_all_however_far(seed, away):
    rng = np.random.default_rng(seed)
    zones = layer(rng, 8, 50)
    sites = shapely.transform(layer(rng, 6, 9), lambda p: p + np.array([away, away / 10]))
    tree = DistanceTree(zones)
    first = tree.nearest(sites)
    assert first.site.tolist() == list(range(len(sites)))
    for s, f, d in zip(first.site, first.feature, first.distance_m, strict=True):
        meets = shapely.intersects(sites[s], zones)
        expected = 0.0 if meets.any() else min(brute(sites[s], zone) for zone in zones)
        assert d == pytest.approx(expected, rel=1e-9, abs=1e-7)
        assert bool(meets[f]) == (d == 0)
    within = tree.within(sites, 50_000.0)
    assert set(within.site) == set(first.site[first.distance_m <= 50_000.0])


def crowd(rng, zones, count=150):
    """Sites of all kinds around zones, some with a vertex or an edge on one."""
    made = list(layer(rng, count, 7))
    made += list(shapely.points(rng.uniform([111.0, 36.0], [111.6, 36.5], (count, 2))))
    for line in rng.uniform([111.0, 36.0], [111.6, 36.5], (count, 1, 2)):
        made.append(shapely.LineString(line + np.cumsum(rng.normal(0, 0.003, (40, 2)), axis=0)))
    for zone in zones:
        corner = np.array(zone.exterior.coords[0])
        made += [shapely.LineString([corner, corner + 0.01]), zone.exterior, shapely.Point(corner)]
    return np.array(made, dtype=object)


@settings(max_examples=10)
@given(st.integers(0, 10**6), st.sampled_from([True, False]))
def test_compiled_loops_give_the_very_figures_of_geos_and_numpy(seed, told):
    pytest.importorskip("numba")
    importlib.import_module("geo.space.kernel.compile").make_ready()
    rng = np.random.default_rng(seed)
    zones = layer(rng, 20, 70)
    sites = crowd(rng, zones)
    meeting = None if told else (np.zeros(0, dtype=np.intp),) * 2  # crossing boundaries too
    tree = DistanceTree(zones)
    for ask in (tree.nearest, lambda s, **k: tree.within(s, 4_000.0, **k)):
        with pytest.MonkeyPatch.context() as patch:
            plain = ask(sites, meeting=meeting)
            patch.setattr(module, "COMPILED_FROM", 1)
            patch.setattr(boundary_gaps.shapely, "shortest_line", None)  # GEOS is not asked
            fast = ask(sites, meeting=meeting)
        for column in ("site", "feature", "distance_m", "from_point", "to_point", "bearing_deg"):
            np.testing.assert_array_equal(getattr(plain, column), getattr(fast, column), column)


@given(st.integers(0, 10**6))
def test_one_at_a_time_gives_the_very_same_figures(seed):
    rng = np.random.default_rng(seed)
    zones, sites = layer(rng, 6, 45), layer(rng, 4, 12)
    ways = DistanceTree(zones).within(sites, 20_000.0)
    for row in range(len(ways)):
        alone = nearest(sites[ways.site[row]], zones[ways.feature[row]])
        assert alone.distance_m == ways.distance_m[row]
        if alone.distance_m > 0:
            assert alone.bearing_deg == ways.bearing_deg[row]
            assert shapely.get_coordinates(alone.from_point)[0].tolist() == list(
                ways.from_point[row]
            )


def test_ends_lie_on_the_two_and_the_bearing_leads_from_one_to_the_other():
    site, zone = shapely.box(112, 36, 112.01, 36.01), shapely.box(112, 36.02, 112.03, 36.03)
    way = DistanceTree([zone]).nearest([site])
    (start,), (stop,) = way.from_point, way.to_point
    assert way.distance_m[0] == pytest.approx(gap(start, stop), rel=1e-9)
    assert shapely.distance(site, shapely.Point(start)) < 1e-9
    assert shapely.distance(zone, shapely.Point(stop)) < 1e-7  # geodesic against chord
    assert way.bearing_deg[0] == pytest.approx(0.0, abs=1e-6) or way.bearing_deg[0] > 359.9


def test_what_overlay_found_spares_the_search_and_changes_nothing():
    rng = np.random.default_rng(7)
    zones, sites = layer(rng, 20, 60), layer(rng, 30, 8)
    pairs = overlay(sites, zones)
    tree = DistanceTree(zones)
    for ask in (tree.nearest, lambda s, **k: tree.within(s, 3_000.0, **k)):
        own, given_ = ask(sites), ask(sites, meeting=(pairs.site, pairs.zone), threads=1)
        assert np.array_equal(own.distance_m, given_.distance_m)
        assert np.array_equal(own.feature, given_.feature)


def test_a_site_deep_inside_is_at_distance_zero_and_one_in_a_hole_is_not():
    zone = shapely.Polygon(
        shapely.box(112, 36, 113, 37).exterior.coords,
        [shapely.box(112.4, 36.4, 112.6, 36.6).exterior.coords],
    )
    sites = [shapely.Point(112.1, 36.1), shapely.Point(112.41, 36.5)]
    ways = DistanceTree([zone]).nearest(sites)
    assert ways.distance_m[0] == 0
    assert np.isnan(ways.bearing_deg[0])
    assert ways.distance_m[1] == pytest.approx(gap((112.41, 36.5), (112.4, 36.5)), rel=1e-6)


def test_nothing_near_gives_no_row_and_missing_ones_none_either():
    tree = DistanceTree([shapely.box(112, 36, 113, 37), None, shapely.Polygon()])
    assert len(tree.within([shapely.Point(120, 36), None, shapely.Point()], 1_000.0)) == 0
    assert tree.nearest([None, shapely.Point(120, 36)]).site.tolist() == [1]
    assert len(tree.nearest([shapely.Point(120, 36)], reach_m=100_000.0)) == 0
    assert len(DistanceTree([]).within([shapely.Point(120, 36)], 1.0)) == 0


@pytest.mark.parametrize("reach", [-1.0, math.nan, math.inf])
def test_a_reach_that_is_no_distance_is_refused(reach):
    with pytest.raises(GeometryError, match="10000 km"):
        DistanceTree([shapely.Point(112, 36)]).within([shapely.Point(112, 36)], reach)


def test_coordinates_that_are_not_finite_are_refused():
    with pytest.raises(GeometryError, match="非有限数"):
        DistanceTree([shapely.Point(math.inf, 1)])


def test_pieces_are_short_and_leave_no_edge_out():
    ring = shapely.Point(112, 36).buffer(0.1, quad_segs=50)  # 200 edges
    held = chunks_of(np.array([ring, shapely.LineString([(0, 0), (1, 1)])]))
    assert np.diff(held.start).max() == EDGES + 1
    assert (np.diff(held.start) - 1).sum() == 200 + 1
    assert held.owner.tolist() == [0] * 7 + [1]
