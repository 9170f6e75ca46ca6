"""Areas of geodesic polygons to 40 digits, by a route that shares nothing with geo.space.

Karney 2013, *Algorithms for geodesics*, J. Geodesy 87, eqs. 8, 15, 23, 58–63, with the integrals done by
quadrature in mpmath instead of series. Every function takes the mpmath module, so that nothing is
imported where it is absent.
"""


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
        cos2 = sign * mp.sqrt(mp.cos(alpha1) ** 2 * mp.cos(beta1) ** 2
                              + (mp.cos(beta2) ** 2 - mp.cos(beta1) ** 2)) / mp.cos(beta2)
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
    edges = zip(points, points[1:], strict=False)
    return abs(mp.fsum(edge_area(mp, *start, *stop) for start, stop in edges if start != stop))
