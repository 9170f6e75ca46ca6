"""How exact areas, distances and overlaps are: the worst of many random figures, by size.

References, none of which shares code with geo.space: GeographicLib in doubles (good to some 1e-4 m² itself), convex polygons
cut in exact fractions (Sutherland and Hodgman 1974), and with ``--digits`` Karney's integrals in 40 digits, which need mpmath
and take a second of processor time for each edge.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import shapely
from geographiclib.geodesic import Geodesic

from geo.space.measure import area_m2, distance_m
from geo.space.overlay import overlay

ELLIPSOID = Geodesic(6378137.0, 1 / 298.257222101)
SIZES_M = (10, 100, 1_000, 10_000, 50_000, 200_000, 2_000_000)


def star(rng, size_m):
    """A star-shaped ring of 3 to 11 corners somewhere in China; the longest edges are about its size."""
    lon, lat = rng.uniform(85, 125), rng.uniform(20, 48)
    angles = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 12)))
    radius = size_m / 2 * rng.uniform(0.3, 1, len(angles)) / 111_000
    east = radius * np.cos(angles) / np.cos(np.radians(lat))
    return np.c_[lon + east, lat + radius * np.sin(angles)].tolist()


def by_geographiclib(ring):
    """Signed area of a ring, m²."""
    polygon = ELLIPSOID.Polygon()
    for lon, lat in ring:
        polygon.AddPoint(lat, lon)
    return polygon.Compute()[2]


def by_forty_digits(ring):
    """Area of a ring as the tests' reference works it out."""
    import mpmath  # noqa: PLC0415 - only asked for with --digits

    if "area_reference" not in sys.modules:
        path = Path(__file__).parent.parent / "tests" / "space" / "test_area_reference.py"
        spec = importlib.util.spec_from_file_location("area_reference", path)
        sys.modules["area_reference"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["area_reference"])
    with mpmath.workdps(40):
        return float(sys.modules["area_reference"].polygon_area(mpmath, list(map(tuple, ring))))


def areas(reference, count, sizes):
    """Print by size the worst difference, absolute, relative, and as a share of what is promised."""
    rng = np.random.default_rng(20261129)
    for size in sizes:
        absolute = relative = share = 0.0
        for _ in range(count):
            ring = star(rng, size)
            true = abs(reference(ring))
            off = abs(float(area_m2(shapely.Polygon(ring))) - true)
            absolute, relative = max(absolute, off), max(relative, off / true)
            share = max(share, off / max(1e-9 * true, 1e-5))
        print(
            f"  {size:>9} m  {absolute:10.2e} m²  {relative:8.1e}  {share:8.3f} of the promise",
            flush=True,
        )


def distances(count):
    """Print the worst difference of distances between points."""
    rng = np.random.default_rng(1)
    absolute = relative = 0.0
    for _ in range(count):
        lat, lon = rng.uniform(20, 48), rng.uniform(85, 125)
        away = 10 ** rng.uniform(-5, 0.3)
        there = (lon + away * rng.uniform(-1, 1), lat + away * rng.uniform(-1, 1))
        true = ELLIPSOID.Inverse(lat, lon, there[1], there[0])["s12"]
        off = abs(float(distance_m(shapely.Point(lon, lat), shapely.Point(there))) - true)
        absolute, relative = max(absolute, off), max(relative, off / true)
    print(f"distances of {count} pairs, to 200 km: {absolute:.1e} m, {relative:.1e} relative")


def convex(rng, size_deg):
    """A convex ring, counter-clockwise, near 112.5°E 36.3°N."""
    points = rng.uniform([112.5, 36.3], [112.5 + size_deg, 36.3 + size_deg], (9, 2))
    hull = shapely.orient_polygons(shapely.convex_hull(shapely.multipoints(points)))
    return shapely.get_coordinates(hull)[:-1].tolist()


def clipped(subject, clip):
    """Cut a convex ring by another in exact fractions."""
    ring = [(Fraction(x), Fraction(y)) for x, y in subject]
    edges = [(Fraction(x), Fraction(y)) for x, y in clip]
    for (ax, ay), (bx, by) in zip(edges, [*edges[1:], edges[0]], strict=True):
        side = [(bx - ax) * (y - ay) - (by - ay) * (x - ax) for x, y in ring]
        kept = []
        for at, (point, here) in enumerate(zip(ring, side, strict=True)):
            before, there = ring[at - 1], side[at - 1]
            if (here >= 0) != (there >= 0):
                share = there / (there - here)
                kept.append(tuple(p + share * (q - p) for p, q in zip(before, point, strict=True)))
            if here >= 0:
                kept.append(point)
        ring = kept
    return [(float(x), float(y)) for x, y in ring]


def overlaps(count):
    """Print by size the worst difference of overlapping areas."""
    rng = np.random.default_rng(2)
    for size in (0.002, 0.01, 0.05, 0.2, 0.5):
        worst, compared = 0.0, 0
        for _ in range(count):
            site, zone = convex(rng, size), convex(rng, size)
            common = clipped(site, zone)
            true = by_geographiclib(common) if len(common) > 2 else 0.0
            if true < 1.0:
                continue
            found = overlay([shapely.Polygon(site)], np.array([shapely.Polygon(zone)]))
            worst = max(worst, abs(float(found.overlap_m2[0]) - true) / true)
            compared += 1
        print(f"  within {size:>5}° ({size * 111:6.1f} km)  {compared} pairs  {worst:.1e} relative")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--digits", type=int, default=0, metavar="N", help="N polygons a size in 40 digits"
    )
    asked = parser.parse_args()
    if asked.digits:
        print(f"areas, {asked.digits} random polygons a size, against 40 digits:")
        areas(by_forty_digits, asked.digits, SIZES_M[:-2])
    print("areas, 1 000 random polygons a size, against GeographicLib in doubles:")
    areas(by_geographiclib, 1_000, SIZES_M)
    distances(10_000)
    print("overlaps against exact clipping and GeographicLib:")
    overlaps(500)


if __name__ == "__main__":
    main()
