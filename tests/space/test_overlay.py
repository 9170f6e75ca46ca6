"""Sites against zones, compared with shapely one pair at a time."""

from fractions import Fraction

import numpy as np
import pytest
import shapely
from geographiclib.geodesic import Geodesic
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import GeometryError, UsageError
from geo.space import overlay_geos as module
from geo.space.measure import area_m2, length_m
from geo.space.overlay import INSIDE, OVERLAPS, TOUCHES, overlay

ZONE = shapely.box(112.0, 36.0, 112.1, 36.1)


def blobs(rng, count, size, corners=9):
    """Random valid polygons in a square degree; every fifth one has a hole."""
    made = []
    for index in range(count):
        angles = np.linspace(0, 2 * np.pi, corners, endpoint=False) + rng.uniform(
            0, 3 / corners, corners
        )
        radii = size * rng.uniform(0.3, 1, corners)
        ring = (
            rng.uniform([112, 36], [113, 37])
            + radii[:, None] * np.c_[np.cos(angles), np.sin(angles)]
        )
        polygon = shapely.Polygon(ring)
        if index % 5 == 0:
            polygon = polygon.difference(polygon.centroid.buffer(size / 8, 2))
        made.append(polygon)
    return np.array(made, dtype=object)


def naive(sites, zones):
    """The same by the book: every pair, plain shapely."""
    rows = {}
    for i, site in enumerate(sites):
        for j, zone in enumerate(zones):
            if site.intersects(zone):
                shared = site.intersection(zone)
                relation = INSIDE if zone.covers(site) else OVERLAPS if shared.area > 0 else TOUCHES
                rows[i, j] = (relation, float(area_m2(shared)))
    return rows


@given(st.integers(0, 10_000), st.integers(1, 3))
def test_pairs_are_those_of_plain_shapely(seed, threads):
    rng = np.random.default_rng(seed)
    sites, zones = blobs(rng, 25, 0.08), blobs(rng, 12, 0.35, 15)
    zones[0] = shapely.MultiPolygon([zones[1], shapely.box(120, 36, 121, 37)])
    pairs, expected = overlay(sites, zones, threads=threads), naive(sites, zones)
    assert list(zip(pairs.site.tolist(), pairs.zone.tolist(), strict=True)) == sorted(expected)
    for row, key in enumerate(sorted(expected)):
        relation, area = expected[key]
        assert pairs.relation[row] == relation
        assert pairs.overlap_m2[row] == pytest.approx(area, rel=1e-9, abs=1e-6)
    assert (pairs.share <= 1).all()
    assert (pairs.share[pairs.relation == INSIDE] == 1).all()


def test_many_pairs_by_threads_equal_one_thread():
    rng = np.random.default_rng(3)
    sites, zones = blobs(rng, 1500, 0.02), blobs(rng, 60, 0.2, 60)
    one, many = overlay(sites, zones, threads=1), overlay(sites, zones, threads=4)
    assert len(one) > module._FEW
    for field in ("site", "zone", "relation", "overlap_m2", "share"):
        assert np.array_equal(getattr(one, field), getattr(many, field), equal_nan=True)


def test_the_four_ways_to_lie():
    inside = shapely.box(112.02, 36.02, 112.03, 36.03)
    half = shapely.box(112.09, 36.0, 112.11, 36.02)
    edge, corner = shapely.box(112.1, 36.0, 112.2, 36.1), shapely.box(112.1, 36.1, 112.2, 36.2)
    pairs = overlay([inside, half, edge, corner, shapely.box(115, 36, 116, 37)], [ZONE])
    assert pairs.site.tolist() == [0, 1, 2, 3]
    assert pairs.relation_names.tolist() == ["inside", "overlaps", "touches", "touches"]
    assert pairs.overlap_m2[0] == pytest.approx(float(area_m2(inside)))
    assert pairs.overlap_m2[2:].tolist() == [0, 0]
    assert pairs.share.tolist() == pytest.approx([1, 0.5, 0, 0], abs=1e-6)
    assert np.isnan(pairs.length_m).all()


def test_a_site_equal_to_its_zone_or_filling_a_hole():
    ring = ZONE.difference(shapely.box(112.04, 36.04, 112.06, 36.06))
    pairs = overlay([ZONE, shapely.box(112.04, 36.04, 112.06, 36.06)], [ZONE, ring])
    named = dict(
        zip(
            zip(pairs.site.tolist(), pairs.zone.tolist(), strict=True),
            pairs.relation_names,
            strict=True,
        )
    )
    assert named == {(0, 0): "inside", (0, 1): "overlaps", (1, 0): "inside", (1, 1): "touches"}


def test_a_sliver_is_kept():
    sliver = shapely.box(112.1 - 1e-9, 36.0, 112.2, 36.1)  # 0.09 mm wide, 11 km long
    pairs = overlay([sliver], [ZONE])
    assert pairs.relation_names.tolist() == ["overlaps"]
    assert pairs.overlap_m2[0] == pytest.approx(9e-5 * 11_097, rel=0.01)


def test_a_line_has_a_length_inside():
    through = shapely.LineString([(112.05, 35.95), (112.05, 36.05)])
    border = shapely.LineString([(112.0, 36.0), (112.0, 36.1)])
    within = shapely.LineString([(112.02, 36.02), (112.03, 36.03)])
    pairs = overlay([through, border, within], [ZONE])
    assert pairs.relation_names.tolist() == ["overlaps", "touches", "inside"]
    assert pairs.length_m.tolist() == pytest.approx(
        [
            float(length_m(shapely.LineString([(112.05, 36.0), (112.05, 36.05)]))),
            0,
            float(length_m(within)),
        ]
    )
    assert pairs.share.tolist() == pytest.approx([0.5, 0, 1], abs=1e-4)
    assert np.isnan(pairs.overlap_m2).all()


def test_a_point_is_inside_or_on_the_border():
    points = [
        shapely.Point(112.05, 36.05),
        shapely.Point(112.1, 36.05),
        shapely.Point(112.2, 36.05),
    ]
    some = shapely.MultiPoint([(112.05, 36.05), (115, 36)])
    pairs = overlay([*points, some], [ZONE])
    assert pairs.site.tolist() == [0, 1, 3]
    assert pairs.relation_names.tolist() == ["inside", "touches", "overlaps"]
    assert np.isnan(pairs.share).all()
    assert np.isnan(pairs.overlap_m2).all()
    assert np.isnan(pairs.length_m).all()


def test_a_site_crossed_by_a_line_has_its_length_but_no_share():
    river = shapely.LineString([(112.05, 35.9), (112.05, 36.2)])
    pairs = overlay([ZONE], [river], keep_shapes=True)
    assert pairs.relation_names.tolist() == ["overlaps"]
    assert pairs.length_m[0] == pytest.approx(float(length_m(pairs.shapes[0])))
    assert np.isnan(pairs.share[0])


def test_shapes_are_given_when_asked_for():
    half = shapely.box(112.09, 36.0, 112.11, 36.02)
    pairs = overlay([half], [ZONE], keep_shapes=True)
    assert pairs.shapes[0].equals(shapely.box(112.09, 36.0, 112.1, 36.02))
    assert overlay([half], [ZONE]).shapes is None


def test_missing_and_empty_meet_nothing():
    assert len(overlay([None, shapely.Polygon(), ZONE], [None, shapely.Polygon()])) == 0
    assert len(overlay([], [ZONE])) == len(overlay([ZONE], [])) == 0
    assert overlay([None, ZONE], [shapely.Polygon(), ZONE]).site.tolist() == [1]


def test_what_was_given_is_left_as_it_was():
    zone, ready = shapely.box(112, 36, 113, 37), shapely.box(112, 36, 113, 37)
    shapely.prepare(ready)
    overlay([ZONE], [zone, ready])
    assert shapely.is_prepared([zone, ready]).tolist() == [False, True]


def test_collections_and_bad_thread_counts_are_refused():
    with pytest.raises(GeometryError, match="2 个地块中有 1 个是混合几何集合"):
        overlay([ZONE, shapely.GeometryCollection([ZONE])], [ZONE])
    with pytest.raises(UsageError, match="线程数 0"):
        overlay([ZONE], [ZONE], threads=0)


def test_a_broken_zone_is_told_not_measured():
    bowtie = shapely.Polygon([(112, 36), (112.1, 36.1), (112.1, 36), (112, 36.1)])
    site = shapely.Polygon([(112.04, 36.02), (112.06, 36.02), (112.06, 36.09), (112.04, 36.09)])
    with pytest.raises(GeometryError, match="先修复"):
        overlay([site], [bowtie])


def clipped(subject, clip):
    """Cut a convex ring by another in exact fractions (Sutherland and Hodgman 1974); both counter-clockwise."""
    ring = [(Fraction(x), Fraction(y)) for x, y in subject]
    edges = [(Fraction(x), Fraction(y)) for x, y in clip]
    for (ax, ay), (bx, by) in zip(edges, [*edges[1:], edges[0]], strict=True):
        side = [(bx - ax) * (y - ay) - (by - ay) * (x - ax) for x, y in ring]
        kept = []
        for at, (point, here) in enumerate(zip(ring, side, strict=True)):
            before, there = ring[at - 1], side[at - 1]
            if (here >= 0) != (there >= 0):
                t = there / (there - here)
                kept.append(tuple(p + t * (q - p) for p, q in zip(before, point, strict=True)))
            if here >= 0:
                kept.append(point)
        ring = kept
    return [(float(x), float(y)) for x, y in ring]


def convex(rng, size):
    """A convex ring of three to nine corners around 112.5, 36.3, counter-clockwise."""
    points = rng.uniform([112.5, 36.3], [112.5 + size, 36.3 + size], (9, 2))
    hull = shapely.convex_hull(shapely.multipoints(points))
    return shapely.get_coordinates(shapely.orient_polygons(hull))[:-1].tolist()


def by_geographiclib(ring):
    polygon = Geodesic(6378137.0, 1 / 298.257222101).Polygon()
    for lon, lat in ring:
        polygon.AddPoint(lat, lon)
    return polygon.Compute()[2]


@pytest.mark.parametrize("size", [0.002, 0.05, 0.5])
def test_overlaps_agree_with_exact_clipping_and_geographiclib(size):
    rng = np.random.default_rng(7)
    compared = 0
    for _ in range(200):
        site, zone = convex(rng, size), convex(rng, size)
        common = clipped(site, zone)
        if len(common) < 3:
            continue
        (found,) = overlay([shapely.Polygon(site)], np.array([shapely.Polygon(zone)])).overlap_m2
        expected = by_geographiclib(common)
        if expected > 1.0:
            assert found == pytest.approx(expected, rel=1e-6, abs=1e-2)
            compared += 1
    assert compared > 150
