"""The compiled kernel against GEOS pair by pair, and against exact fractions where they can be had."""

import importlib.util
from fractions import Fraction

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo.space import overlay as route
from geo.space.measure import area_m2
from geo.space.overlay import INSIDE, OVERLAPS, TOUCHES, overlay, overlay_geos

pa = pytest.importorskip("pyarrow")
pytest.importorskip("numba", reason="the extra fast is not installed")

from geo.errors import GeometryError  # noqa: E402
from geo.space.kernel import route as module  # noqa: E402
from geo.space.kernel.exact import side  # noqa: E402
from geo.space.kernel.judge import judge_open, warm  # noqa: E402
from geo.space.kernel.route import overlay_wkb  # noqa: E402

ZONE = shapely.box(112.0, 36.0, 112.1, 36.1)


def wkb(shapes):
    return pa.array(shapely.to_wkb(np.asarray(shapes, dtype=object)), type=pa.large_binary())


def assert_same_as_geos(sites, zones):
    """Same pairs, same relations, areas to 1e-9 or 1e-6 m²; nothing may have been left to GEOS."""
    sites, zones = np.asarray(sites, dtype=object), np.asarray(zones, dtype=object)
    ours = overlay_wkb(wkb(sites), wkb(zones), threads=2)
    theirs = overlay_geos(sites, zones, workers=1)
    assert np.array_equal(ours.site, theirs.site)
    assert np.array_equal(ours.zone, theirs.zone)
    assert np.array_equal(ours.relation, theirs.relation)
    np.testing.assert_allclose(ours.overlap_m2, theirs.overlap_m2, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(ours.share, theirs.share, rtol=1e-8, atol=1e-12)
    return ours


@pytest.fixture(autouse=True)
def nothing_is_left_to_geos(monkeypatch, request):
    if "by_geos" not in request.node.name:

        def refuse(*_):
            pytest.fail("a pair was left to GEOS")

        monkeypatch.setattr(module, "_settled", refuse)


def blobs(rng, count, size, corners=9):
    """Valid star polygons in a square degree; every fifth has a hole, every seventh two parts."""
    made = []
    for index in range(count):
        angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
        angles += rng.uniform(0, 3 / corners, corners)
        spokes = np.c_[np.cos(angles), np.sin(angles)] * size * rng.uniform(0.3, 1, (corners, 1))
        polygon = shapely.Polygon(rng.uniform([112, 36], [113, 37]) + spokes)
        if index % 5 == 0:
            polygon = polygon.difference(polygon.centroid.buffer(size / 8, 2))
        if index % 7 == 0:
            beside = shapely.transform(polygon, lambda points: np.add(points, [3 * size, 0]))
            polygon = shapely.union_all([polygon, beside])
        made.append(polygon)
    return np.array(made, dtype=object)


def snapped(shapes, grid=2.0**-8):
    """The same on a coarse grid, so that vertices and edges coincide by the dozen."""
    rounded = shapely.set_precision(shapes, grid)
    plain = shapely.from_wkb(shapely.to_wkb(rounded[~shapely.is_empty(rounded)]))
    return plain[np.isin(shapely.get_type_id(plain), (3, 6))]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_random_polygons_agree_with_geos(seed):
    rng = np.random.default_rng(seed)
    assert_same_as_geos(blobs(rng, 60, 0.06), blobs(rng, 15, 0.3, 40))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_polygons_on_a_common_grid_agree_with_geos(seed):
    rng = np.random.default_rng(seed)
    assert_same_as_geos(snapped(blobs(rng, 80, 0.03)), snapped(blobs(rng, 30, 0.12, 25)))


cells = st.integers(0, 4)
corner = st.tuples(cells, cells)


@settings(max_examples=150, deadline=None)
@given(st.lists(corner, min_size=3, max_size=7), st.lists(corner, min_size=3, max_size=7))
@example([(0, 0), (4, 0), (4, 4), (0, 4)], [(0, 0), (2, 2), (4, 4), (0, 4)])
def test_any_two_polygons_on_five_by_five_places_agree_with_geos(one, other):
    shapes = [shapely.Polygon(112 + np.array(places) / 256) for places in (one, other)]
    shapes = [shapely.transform(shape, lambda p: p - [0, 76]) for shape in shapes]
    for shape in shapes:
        if not shape.is_valid or shape.area == 0:
            return
    pairs = assert_same_as_geos(shapes[:1], shapes[1:])
    plane = float(shapely.intersection(*shapes).area)
    assert (plane > 0) == (len(pairs) == 1 and pairs.relation[0] != TOUCHES)


def test_a_coverage_with_its_neighbours_stays_in_the_kernel():
    west, south = np.meshgrid(112 + np.arange(20) * 0.01, 36 + np.arange(20) * 0.01)
    cells_ = shapely.box(west, south, west + 0.01, south + 0.01).ravel()
    pairs = assert_same_as_geos(cells_, cells_)
    assert (pairs.relation == INSIDE).sum() == 400  # every cell in itself


def test_pieces_cut_from_a_zone_share_its_edges():
    rng = np.random.default_rng(3)
    zones = blobs(rng, 20, 0.2, 60)
    corners = shapely.get_coordinates(zones)[::9]
    boxes = shapely.box(*(corners - 0.005).T, *(corners + 0.006).T)
    box, zone = shapely.STRtree(zones).query(boxes, predicate="intersects")
    pieces = [
        shapely.intersection(boxes[box], zones[zone]),
        shapely.difference(boxes[box], zones[zone]),
    ]
    pieces = shapely.get_parts(np.concatenate(pieces))
    pieces = pieces[(shapely.get_type_id(pieces) == 3) & (shapely.area(pieces) > 1e-11)]
    assert len(pieces) > 500
    assert_same_as_geos(pieces, zones)


def test_the_ways_to_lie_with_contact():
    ring = ZONE.difference(shapely.box(112.04, 36.04, 112.06, 36.06))
    named = {
        "equal": (ZONE, ZONE, INSIDE),
        "fills the hole": (shapely.box(112.04, 36.04, 112.06, 36.06), ring, TOUCHES),
        "covers the hole": (ZONE, ring, OVERLAPS),
        "corner": (shapely.box(112.1, 36.1, 112.2, 36.2), ZONE, TOUCHES),
        "part of an edge": (shapely.box(112.1, 36.02, 112.2, 36.05), ZONE, TOUCHES),
        "from within an edge": (shapely.box(112.05, 36.02, 112.1, 36.05), ZONE, INSIDE),
        "chord": (shapely.Polygon([(112, 36), (112.1, 36.1), (112, 36.1)]), ZONE, INSIDE),
        "zone within": (shapely.box(111.8, 35.8, 112.3, 36.3), ZONE, OVERLAPS),
    }
    for site, zone, relation in named.values():
        pairs = assert_same_as_geos([site], [zone])
        assert pairs.relation.tolist() == [relation]


def test_an_island_in_a_hole_counts():
    island = shapely.box(112.045, 36.045, 112.055, 36.055)
    zone = shapely.union_all([ZONE.difference(shapely.box(112.04, 36.04, 112.06, 36.06)), island])
    pairs = assert_same_as_geos([island, ZONE, island.buffer(0.001)], [zone])
    assert pairs.relation.tolist() == [INSIDE, OVERLAPS, OVERLAPS]


def test_a_sliver_of_a_tenth_of_a_millimetre_is_found():
    pairs = assert_same_as_geos([shapely.box(112.1 - 1e-9, 36.0, 112.2, 36.1)], [ZONE])
    assert pairs.relation.tolist() == [OVERLAPS]


def test_a_zone_of_a_hundred_thousand_vertices():
    angle = np.linspace(0, 2 * np.pi, 100_000, endpoint=False)
    radius = 0.2 + 0.01 * np.sin(40 * angle) + 1e-4 * np.sin(9_000 * angle)
    zone = shapely.Polygon(np.c_[112.5 + radius * np.cos(angle), 36.5 + radius * np.sin(angle)])
    shifted = shapely.transform(zone, lambda points: np.add(points, [0.1, 0.05]))
    assert_same_as_geos([shifted, *blobs(np.random.default_rng(1), 50, 0.05)], [zone])


def test_points_inside_on_and_outside():
    rng = np.random.default_rng(5)
    zones = np.r_[blobs(rng, 10, 0.3, 30), ZONE]
    corners = shapely.get_coordinates(zones)
    points = shapely.points(
        np.r_[corners, rng.uniform([112, 36], [113, 37], (500, 2)), [[112.05, 36.1]]]
    )
    ours = overlay_wkb(wkb(points), wkb(zones))
    theirs = overlay_geos(points, zones, workers=1)
    assert np.array_equal(ours.site, theirs.site)
    assert np.array_equal(ours.zone, theirs.zone)
    assert np.array_equal(ours.relation, theirs.relation)
    assert np.isnan(ours.overlap_m2).all()


def test_missing_and_empty_polygons_meet_nothing():
    pairs = overlay_wkb(wkb([None, shapely.Polygon(), ZONE]), wkb([ZONE, None]))
    assert pairs.site.tolist() == [2]
    assert len(overlay_wkb(wkb([]), wkb([ZONE]))) == len(overlay_wkb(wkb([ZONE]), wkb([]))) == 0


def test_mixtures_and_lines_as_zones_are_not_taken():
    line = shapely.LineString([(112, 36), (113, 37)])
    assert overlay_wkb(wkb([line, ZONE]), wkb([ZONE])) is None
    assert overlay_wkb(wkb([ZONE, line]), wkb([ZONE])) is None
    assert overlay_wkb(wkb([ZONE]), wkb([line])) is None


def test_a_coordinate_that_is_no_number_is_refused():
    with pytest.raises(GeometryError, match="非有限"):
        overlay_wkb(
            pa.array([ZONE.wkb.replace(np.float64(36.1).tobytes(), b"\xff" * 8)]), wkb([ZONE])
        )


def test_edges_too_long_for_the_series_are_settled_by_geos():
    wide = shapely.box(110, 36, 113, 38)
    pairs = overlay_wkb(wkb([wide, ZONE]), wkb([shapely.box(112, 35, 114, 39), ZONE]))
    expected = overlay_geos(
        np.array([wide, ZONE]), np.array([shapely.box(112, 35, 114, 39), ZONE]), workers=1
    )
    assert pairs.site.tolist() == expected.site.tolist()
    assert pairs.relation.tolist() == expected.relation.tolist()
    assert pairs.overlap_m2.tolist() == pytest.approx(expected.overlap_m2.tolist(), rel=1e-9)


@given(st.lists(st.floats(112, 112.001), min_size=6, max_size=6))
@example([112.0, 112.1, 112.2, 112.3, 112.1, 112.2])
def test_the_side_of_a_point_has_the_sign_of_exact_fractions(numbers):
    ax, ay, bx, by, x, y = (Fraction(number) for number in numbers)
    exact = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
    found = side(*numbers)
    assert (found > 0, found < 0) == (exact > 0, exact < 0)
    if exact:
        assert found == pytest.approx(float(exact), rel=1e-9, abs=1e-300)


def test_overlay_asks_the_kernel_for_thousands_and_geos_for_few(monkeypatch):
    asked = []
    taken = module.overlay_taken
    monkeypatch.setattr(
        module, "overlay_taken", lambda a, *_, **k: asked.append(len(a.source)) or taken(a, *_, **k)
    )
    sites = [shapely.box(112.01, 36.01, 112.02, 36.02)]
    assert len(overlay(sites * 10, [ZONE])) == 10
    assert len(overlay(sites * route.KERNEL_FROM, [ZONE])) == route.KERNEL_FROM
    assert asked == [route.KERNEL_FROM]


def test_without_numba_it_says_so_and_answers_all_the_same(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    told = []
    sites = [shapely.box(112.01, 36.01, 112.02, 36.02)] * route.KERNEL_FROM
    assert (overlay(sites, [ZONE], announce=told.append).relation == INSIDE).all()
    assert told == [route.WITHOUT_KERNEL]


def test_both_routes_are_one_answer():
    rng = np.random.default_rng(8)
    sites, zones = blobs(rng, route.KERNEL_FROM, 0.01), blobs(rng, 20, 0.2, 40)
    fast, slow = overlay(sites, zones), overlay_geos(sites, zones, workers=1)
    assert np.array_equal(fast.relation, slow.relation)
    assert float(area_m2(sites[fast.site[0]])) >= fast.overlap_m2[0] - 1e-6
    np.testing.assert_allclose(fast.overlap_m2, slow.overlap_m2, rtol=1e-9, atol=1e-6)


def test_wkb_as_it_lies_in_a_file_gives_what_geometries_give():
    rng = np.random.default_rng(5)
    sites, zones = blobs(rng, 40, 0.02), blobs(rng, 10, 0.2, 40)
    mixed = [shapely.LineString([(112, 36), (112.5, 36.3)]), shapely.Point(112.5, 36.5)]
    for shapes_of in (sites, mixed):
        wkb = [pa.array(shapely.to_wkb(shapes)) for shapes in (shapes_of, zones)]
        found, expected = route.overlay_arrow(*wkb), overlay(shapes_of, zones)
        assert found.site.tolist() == expected.site.tolist()
        assert found.zone.tolist() == expected.zone.tolist()
        assert found.share == pytest.approx(expected.share, rel=1e-9, nan_ok=True)


def test_a_second_process_compiles_exactly_the_judging_that_a_job_needs():

    overlay_wkb(wkb([shapely.box(112.09, 36, 112.11, 36.02)]), wkb([ZONE]))
    used = list(judge_open.signatures)
    warm()
    assert len(used) == 1
    assert judge_open.signatures == used
