"""Ellipsoidal areas against 40-digit geodesics.

The reference is Karney 2013, *Algorithms for geodesics*, J. Geodesy 87 (auxiliary sphere, area by eq. 58 on),
with the integrals done by quadrature in mpmath instead of series: it shares nothing with geo.space. Its
figures are kept below; where mpmath is installed they are computed afresh.
"""

import importlib.util
from itertools import pairwise

import numpy as np
import pytest
import shapely
from geographiclib.geodesic import Geodesic

from geo.space.measure import area_m2, area_trapezoid_m2

HAVE_MPMATH = importlib.util.find_spec("mpmath") is not None

# Ring (lon, lat; doubles taken exactly) and its area in m².
RINGS = {
    "a plot of 10 m": (
        [(112.5, 36.3), (112.5001, 36.3), (112.5001, 36.3001), (112.5, 36.3001)],
        99.669379321524346091,
    ),
    "a plant of 300 m": (
        [(112.5, 36.3), (112.5033, 36.3005), (112.5031, 36.3029), (112.4999, 36.3027)],
        83122.701421449290654,
    ),
    "a field of 1 km far south": (
        [(109.5, 18.3), (109.51, 18.301), (109.509, 18.31)],
        532439.06069945801506,
    ),
    "a triangle of 10 km far north": (
        [(122.0, 53.3), (122.15, 53.31), (122.05, 53.39)],
        48210501.907108483462,
    ),
    "a square of 50 km": (
        [(112.0, 36.0), (112.555, 36.0), (112.555, 36.45), (112.0, 36.45)],
        2491586631.1884215057,
    ),
    "a sliver 50 km long": (
        [(112.0, 36.0), (112.555, 36.0), (112.2775, 36.0001)],
        613464.36303150077884,
    ),
    "a sliver 50 km long aslant": (
        [(112.0, 36.0), (112.4, 36.32), (112.2, 36.16001)],
        967034.63548708257283,
    ),
    "the bulge of 50 km": (
        [
            (112.0, 36.0),
            (112.555, 36.0),
            (112.49950000000001, 36.0),
            (112.444, 36.0),
            (112.38850000000001, 36.0),
            (112.33300000000001, 36.0),
            (112.2775, 36.0),
            (112.22200000000001, 36.0),
            (112.16650000000001, 36.0),
            (112.111, 36.0),
            (112.05550000000001, 36.0),
        ],
        1176235.4894011040951,
    ),
    "a box of 1 by 1 degrees": (
        [(112.0, 36.0), (113.0, 36.0), (113.0, 37.0), (112.0, 37.0)],
        9941629403.1972788699,
    ),
}


def ellipsoid(mp):
    """Semi-major axis in metres and flattening of CGCS2000."""
    return mp.mpf(6378137), 1 / mp.mpf("298.257222101")


def edge_area(mp, lon1, lat1, lon2, lat2):
    """Area in m² between a geodesic edge and the equator, positive eastward in the north."""
    lon1, lat1, lon2, lat2 = (mp.mpf(value) for value in (lon1, lat1, lon2, lat2))
    if lon1 == lon2:
        return mp.mpf(0)
    if lon2 < lon1:
        return -edge_area(mp, lon2, lat2, lon1, lat1)
    a, f = ellipsoid(mp)
    beta1, beta2 = (mp.atan((1 - f) * mp.tan(mp.radians(lat))) for lat in (lat1, lat2))
    target = mp.radians(lon2 - lon1)
    omega = target
    start = mp.atan2(
        mp.cos(beta2) * mp.sin(omega),
        mp.cos(beta1) * mp.sin(beta2) - mp.sin(beta1) * mp.cos(beta2) * mp.cos(omega),
    )

    def miss(azimuth):
        return _follow(mp, beta1, beta2, azimuth, target)[0] - target

    azimuth = mp.findroot(miss, (start, start + mp.mpf("1e-6")), tol=mp.mpf(10) ** -60)
    _, alpha1, alpha2, alpha0, sigma1, sigma2 = _follow(mp, beta1, beta2, azimuth, target)
    e2 = f * (2 - f)
    b2 = (a * (1 - f)) ** 2
    c2 = a * a / 2 + b2 / 2 * mp.atanh(mp.sqrt(e2)) / mp.sqrt(e2)
    ep2 = e2 / (1 - e2)
    k2 = ep2 * mp.cos(alpha0) ** 2

    def t(x):
        return x + mp.sqrt(1 / x + 1) * mp.asinh(mp.sqrt(x))

    def integrand(sigma):
        x = k2 * mp.sin(sigma) ** 2
        return (t(ep2) - t(x)) / (ep2 - x) * mp.sin(sigma) / 2

    rest = -mp.quad(integrand, [sigma1, sigma2])
    return c2 * (alpha2 - alpha1) + e2 * a * a * mp.cos(alpha0) * mp.sin(alpha0) * rest


def _follow(mp, beta1, beta2, alpha1, target):
    """Longitude difference, and where the geodesic from beta1 with azimuth alpha1 meets beta2."""
    _, f = ellipsoid(mp)
    alpha0 = mp.asin(mp.sin(alpha1) * mp.cos(beta1))
    best = None
    for sign in (1, -1):  # the parallel may be met twice: take the branch nearer the longitude
        sin2 = mp.sin(alpha0) / mp.cos(beta2)
        cos2 = (
            sign
            * mp.sqrt(
                mp.cos(alpha1) ** 2 * mp.cos(beta1) ** 2 + (mp.cos(beta2) ** 2 - mp.cos(beta1) ** 2)
            )
            / mp.cos(beta2)
        )
        alpha2 = mp.atan2(sin2, cos2)
        sigma1 = mp.atan2(mp.sin(beta1), mp.cos(alpha1) * mp.cos(beta1))
        sigma2 = mp.atan2(mp.sin(beta2), cos2 * mp.cos(beta2))
        omega1 = mp.atan2(mp.sin(alpha0) * mp.sin(sigma1), mp.cos(sigma1))
        omega2 = mp.atan2(mp.sin(alpha0) * mp.sin(sigma2), mp.cos(sigma2))
        k2 = f * (2 - f) / (1 - f) ** 2 * mp.cos(alpha0) ** 2
        third = mp.quad(
            lambda s, k2=k2: (2 - f) / (1 + (1 - f) * mp.sqrt(1 + k2 * mp.sin(s) ** 2)),
            [sigma1, sigma2],
        )
        lon = omega2 - omega1 - f * mp.sin(alpha0) * third
        if best is None or abs(lon - target) < abs(best[0] - target):
            best = (lon, alpha1, alpha2, alpha0, sigma1, sigma2)
    return best


def polygon_area(mp, ring):
    """Area in m² of a closed or open ring of (lon, lat) doubles, taken exactly."""
    points = [*ring, ring[0]]
    edges = pairwise(points)
    return abs(mp.fsum(edge_area(mp, *start, *stop) for start, stop in edges if start != stop))


def allowed(reference):
    """The promise: 1e-9 of the area or 1e-5 m², whichever is larger."""
    return max(1e-9 * reference, 1e-5)


@pytest.mark.parametrize("name", RINGS)
def test_an_area_keeps_the_promise(name):
    ring, reference = RINGS[name]
    assert float(area_m2(shapely.Polygon(ring))) == pytest.approx(
        reference, rel=0, abs=allowed(reference)
    )


@pytest.mark.parametrize("name", RINGS)
def test_start_direction_and_closing_do_not_matter(name):
    ring, reference = RINGS[name]
    for turned in (ring[::-1], ring[2:] + ring[:2], [*ring, ring[0]]):
        assert float(area_m2(shapely.Polygon(turned))) == pytest.approx(
            reference, rel=0, abs=allowed(reference)
        )


@pytest.mark.skipif(not HAVE_MPMATH, reason="mpmath computes the reference afresh")
@pytest.mark.parametrize("name", ["a plant of 300 m", "a sliver 50 km long aslant"])
def test_the_kept_reference_is_what_mpmath_gives(name):
    import mpmath as mp  # noqa: PLC0415

    with mp.workdps(40):
        ring, reference = RINGS[name]
        assert float(polygon_area(mp, ring)) == pytest.approx(reference, rel=1e-15)


def geographiclib_area(ring):
    """Area by GeographicLib in double precision, which is itself good to about 1e-4 m²."""
    polygon = Geodesic(6378137, 1 / 298.257222101).Polygon()
    for lon, lat in ring:
        polygon.AddPoint(lat, lon)
    return abs(polygon.Compute()[2])


@pytest.mark.parametrize("size_m", [100, 1_000, 10_000, 50_000, 200_000, 2_000_000])
def test_random_polygons_agree_with_geographiclib(size_m):
    rng = np.random.default_rng(size_m)
    for _ in range(20):
        lon, lat = rng.uniform(85, 125), rng.uniform(20, 48)
        angles = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 12)))
        radius = size_m / 2 * rng.uniform(0.3, 1, len(angles)) / 111_000
        ring = np.c_[
            lon + radius * np.cos(angles) / np.cos(np.radians(lat)), lat + radius * np.sin(angles)
        ]
        reference = geographiclib_area(ring)
        assert float(area_m2(shapely.Polygon(ring))) == pytest.approx(reference, rel=1e-9, abs=5e-4)


def test_the_trapezoid_of_a_graticule_box_is_the_closed_formula():
    # Between two parallels the zone's area is known exactly: Snyder 1987, eq. 3-12.
    def zone(lat):
        s, e = np.sin(np.radians(lat)), np.sqrt(2 / 298.257222101 - 298.257222101**-2)
        return (1 - e * e) * (s / (1 - e * e * s * s) + np.arctanh(e * s) / e) / 2

    expected = 6378137.0**2 * np.radians(1) * (zone(37) - zone(36))
    assert float(area_trapezoid_m2(shapely.box(112, 36, 113, 37))) == pytest.approx(
        expected, rel=1e-12
    )


def test_one_kilometre_of_parallel_makes_nine_and_a_half_square_metres():
    # L³ tan φ / 12 R with L = 1 km, φ = 36°: 10⁹ · 0.7265 / (12 · 6 386 000) = 9.48 m².
    lons = np.linspace(112, 112 + 1 / 90.163, 101)  # 1 km of parallel in one edge and in a hundred
    bulge = shapely.Polygon(
        np.r_[np.c_[lons[[0, -1]], [36, 36]], np.c_[lons, np.full(101, 36.0)][-2:0:-1]]
    )
    assert float(area_trapezoid_m2(bulge)) == pytest.approx(0, abs=1e-6)
    assert float(area_m2(bulge)) == pytest.approx(9.48, abs=0.01)
