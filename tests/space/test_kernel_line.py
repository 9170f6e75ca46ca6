"""Lines in the kernel against GEOS: same pairs, same relations, same lengths, same chainage."""

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

pytest.importorskip("numba")
pa = pytest.importorskip("pyarrow")

from geo.space.kernel import route as module  # noqa: E402
from geo.space.kernel.line_pieces import overlay_lines, pieces_of  # noqa: E402
from geo.space.kernel.route import overlay_wkb, zones_held  # noqa: E402
from geo.space.kernel.wkb import chains_of  # noqa: E402
from geo.space.measure import length_m  # noqa: E402
from geo.space.overlay import INSIDE, OVERLAPS, TOUCHES, overlay_geos  # noqa: E402

ZONE = shapely.box(112.0, 36.0, 112.1, 36.1)


@pytest.fixture(autouse=True)
def nothing_is_left_to_geos(monkeypatch, request):
    if "by_geos" not in request.node.name:

        def refuse(*_):
            pytest.fail("a pair was left to GEOS")

        monkeypatch.setattr(module, "_settled", refuse)


def wkb(shapes):
    return pa.array(shapely.to_wkb(np.asarray(shapes, dtype=object)), type=pa.large_binary())


def assert_same_as_geos(lines, zones):
    lines, zones = np.asarray(lines, dtype=object), np.asarray(zones, dtype=object)
    ours = overlay_wkb(wkb(lines), wkb(zones), threads=2, chainage=True)
    theirs = overlay_geos(lines, zones, workers=1, chainage=True)
    assert np.array_equal(ours.site, theirs.site)
    assert np.array_equal(ours.zone, theirs.zone)
    assert np.array_equal(ours.relation, theirs.relation)
    np.testing.assert_allclose(ours.length_m, theirs.length_m, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(ours.share, theirs.share, rtol=1e-8, atol=1e-12)
    assert np.isnan(ours.overlap_m2).all()
    assert np.array_equal(ours.spans.pair, theirs.spans.pair)
    for side in ("from_m", "to_m"):
        np.testing.assert_allclose(
            getattr(ours.spans, side), getattr(theirs.spans, side), rtol=1e-9, atol=1e-6
        )
    return ours


def walks(rng, count, steps=50, step=0.01, turn=0.5):
    """Wandering lines in a square degree that often cross themselves; every fifth has two parts."""
    made = []
    while len(made) < count:
        heading = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, turn, steps))
        path = np.cumsum(step * np.c_[np.cos(heading), np.sin(heading)], axis=0)
        line = shapely.LineString(rng.uniform([112, 36], [113, 37]) + path)
        if len(made) % 5 == 0:
            beside = shapely.transform(line, lambda p: np.add(p, [0.4, 0.0]))
            line = shapely.MultiLineString([line, beside])
        made.append(line)
    return np.array(made, dtype=object)


def stars(rng, count, size, corners=40):
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    spokes = np.c_[np.cos(angles), np.sin(angles)]
    centres = rng.uniform([112, 36], [113, 37], (count, 1, 2))
    made = shapely.polygons(centres + spokes * size * rng.uniform(0.3, 1, (count, corners, 1)))
    return shapely.difference(made, shapely.buffer(shapely.centroid(made), size / 8, quad_segs=2))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_random_lines_agree_with_geos(seed):
    rng = np.random.default_rng(seed)
    assert_same_as_geos(walks(rng, 40), stars(rng, 15, 0.3))


cells = st.integers(0, 4)
corner = st.tuples(cells, cells)


@settings(max_examples=200, deadline=None)
@given(st.lists(corner, min_size=2, max_size=5), st.lists(corner, min_size=3, max_size=7))
@example([(0, 0), (4, 0)], [(0, 0), (4, 0), (4, 4), (0, 4)])  # along the border
@example([(0, 0), (4, 4)], [(0, 0), (4, 0), (4, 4), (0, 4)])  # from corner to corner
@example([(0, 4), (4, 4), (4, 0)], [(0, 0), (4, 0), (0, 4)])  # touches two corners
@example([(1, 0), (3, 0), (3, 2)], [(0, 0), (4, 0), (4, 4), (0, 4)])  # along, then in
@example([(2, 0), (1, 1)], [(0, 0), (1, 0), (1, 2)])  # ends on an edge
@example([(0, 2), (4, 2), (0, 2)], [(1, 0), (3, 0), (3, 4), (1, 4)])  # there and back
def test_any_line_and_polygon_on_five_by_five_places_agree_with_geos(line, ring):
    path, zone = shapely.LineString(np.array(line)), shapely.Polygon(ring)
    if path.length == 0 or not zone.is_valid or zone.area == 0:
        return
    placed = [shapely.transform(shape, lambda p: p / 256 + [112, 36]) for shape in (path, zone)]
    assert_same_as_geos(placed[:1], placed[1:])


def test_a_line_over_itself_counts_every_metre_walked_and_tells_every_time_it_comes_by():
    there_and_back = shapely.LineString([(111.95, 36.05), (112.05, 36.05), (111.95, 36.05)])
    pairs = assert_same_as_geos([there_and_back], [ZONE])
    half = float(length_m(shapely.LineString([(112.0, 36.05), (112.05, 36.05)])))
    assert pairs.length_m[0] == pytest.approx(2 * half, rel=1e-9)
    assert pairs.share[0] == pytest.approx(0.5, rel=1e-6)
    assert np.ravel(pairs.spans.of(0)) == pytest.approx([half, 3 * half], rel=1e-6)


def test_spans_run_on_from_piece_to_piece_but_not_over_a_gap():
    first = shapely.LineString(np.c_[np.linspace(111.95, 112.05, 200), np.full(200, 36.05)])
    second = shapely.LineString([(112.06, 36.05), (112.08, 36.05), (112.2, 36.05)])
    pairs = assert_same_as_geos([shapely.MultiLineString([first, second])], [ZONE])
    ends = np.array([0.05, 0.1, 0.1, 0.14]) * length_m(first) / 0.1
    assert np.ravel(pairs.spans.of(0)) == pytest.approx(ends, abs=0.01)


def test_a_line_along_the_border_and_one_through_corners_have_the_spans_of_geos():
    zone = shapely.Polygon([(112, 36), (112.1, 36), (112.2, 36.1), (112.1, 36.2), (112, 36.2)])
    lines = [
        [(111.9, 36), (112.05, 36), (112.15, 36)],  # along the border from outside and on
        [(111.9, 36.1), (112.3, 36.1)],  # out through a corner
        [(112.1, 35.9), (112.1, 36.3)],  # in and out through corners
        [(112.2, 36), (112.2, 36.3)],  # touches a corner
        [(112.1, 36), (112.2, 36.1), (112.1, 36.2), (112.05, 36.1)],  # border, then inside
    ]
    pairs = assert_same_as_geos([shapely.LineString(line) for line in lines], [zone])
    assert [len(pairs.spans.of(at)) for at in range(len(pairs))] == [0, 1, 1, 0, 1]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_lines_in_pieces_of_any_size_give_the_same(seed):
    rng = np.random.default_rng(seed)
    lines, zones = chains_of(wkb(walks(rng, 12))), zones_held(wkb(stars(rng, 8, 0.3)))
    found = [
        overlay_lines(
            zones.zones, pieces_of(lines, edges=edges), lambda work: [work(np.arange(8))],
            workers=1, chainage=True,
        )
        for edges in (1, 7, 1000)
    ]  # fmt: skip
    for other in found[1:]:
        assert np.array_equal(found[0].relation, other.relation)
        np.testing.assert_allclose(found[0].length_m, other.length_m, atol=1e-6)
        np.testing.assert_allclose(found[0].spans.to_m, other.spans.to_m, atol=1e-6)


def test_a_line_inside_is_its_own_length_and_one_on_the_border_has_none():
    lines = [
        shapely.LineString([(112.02, 36.02), (112.05, 36.05), (112.08, 36.02)]),
        shapely.LineString([(112.0, 36.02), (112.0, 36.08)]),
        shapely.LineString([(112.05, 36.05), (112.15, 36.05)]),
        shapely.LineString([(112.2, 36.0), (112.3, 36.0)]),
    ]
    pairs = assert_same_as_geos(lines, [ZONE])
    assert pairs.relation.tolist() == [INSIDE, TOUCHES, OVERLAPS]
    assert pairs.length_m[0] == pytest.approx(length_m(lines[0]), rel=1e-11)
    assert pairs.length_m[1] == 0
    assert pairs.share[2] == pytest.approx(0.5, rel=1e-6)


def test_a_line_without_length_is_settled_by_geos():
    dot = shapely.LineString([(112.1, 36.05), (112.1, 36.05)])
    ours = overlay_wkb(wkb([dot]), wkb([ZONE]), threads=1, chainage=True)
    theirs = overlay_geos(np.array([dot]), np.array([ZONE]), workers=1, chainage=True)
    assert ours.relation.tolist() == theirs.relation.tolist()
    assert len(ours.spans.pair) == len(theirs.spans.pair) == 0


def test_missing_and_empty_lines_meet_nothing():
    lines = [None, shapely.LineString(), shapely.LineString([(112.05, 36.05), (112.06, 36.05)])]
    assert overlay_wkb(wkb(lines), wkb([ZONE, None]), threads=1).site.tolist() == [2]


def test_what_is_compiled_for_lines_is_kept_though_its_module_is_imported_last():
    from geo.space.kernel.compile import make_ready  # noqa: PLC0415
    from geo.space.kernel.line import trace  # noqa: PLC0415

    make_ready()
    assert trace.stats.cache_path
