"""Area between a geodesic edge and a parallel on the CGCS2000 ellipsoid, for whole arrays of edges.

The authalic cylinder has the plane coordinates λ (longitude) and Y(φ), the area between equator and
parallel per radian in units of a². With s = sin φ, e² the squared eccentricity and w = 1 − e²s²:

    dY/ds = (1 − e²) / w²
    Y     = (1 − e²)/2 · [ s/w + artanh(e s)/e ]        (Snyder 1987, USGS PP 1395, eq. 3-12)

The straight chord of an edge in that plane leaves a trapezoid, `chord`. The geodesic bulges off the
chord towards the pole. In isometric latitude ψ it obeys ψ″ = −s (1 + ψ′²) (from Clairaut's relation:
the metric is r²(dλ² + dψ²) and d ln r/dψ = −s). Expanding ∫Y dλ about the middle gives `bulge`, with
h = Δλ/2, k = Δs/2, s the mean of the two sines, r² = (1 − s²)/w, n = (1 − e²) k / ((1 − s²) w):

    B₃ = 2/3  r² s h (h² + 3 n²)
    B₅ = 2/15 r² s h (d₀ h⁴ + d₁ h² n² + d₂ n⁴)      d₀, d₁, d₂ polynomials in s² and e²
    B₇ = 2/315 r² s h (c₀ h⁶ + c₁ h⁴ n² + c₂ h² n⁴ + c₃ n⁶)        to first order in e²

B₃ is the second-order term; B₅ and B₇ serve edges above about 500 m. The series was derived with a
computer algebra system and is tested against 40-digit geodesics (tests/space/reference.py).
Double precision keeps relative accuracy because every sine is a difference from the ring's first.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

SEMI_MAJOR_M = 6378137.0  # CGCS2000, GB 22021-2008
INVERSE_FLATTENING = 298.257222101
E2 = (2 - 1 / INVERSE_FLATTENING) / INVERSE_FLATTENING
_E = math.sqrt(E2)
_F = 1 - E2
_A2 = SEMI_MAJOR_M**2
# Half length of an edge on the unit Mercator plane: above the first, B₅ and B₇ are added (250 m);
# above the second (some 70 km) the series no longer holds 1e-9 and the caller must go another way.
_LONG = 4e-5
TOO_LONG = 0.007
# artanh(z)/z = 1 + z²/3 + z⁴/5 + …; |z| < 0.16, so ten terms leave less than 1e-17.
_ARTANH = tuple(1 / (2 * power + 1) for power in range(10))
_POWERS = np.arange(1, 10)
_NOTHING = 1e-18


def sine_difference(lat: Floats, origin: Floats, sine: Floats, cosine: Floats) -> Floats:
    """Give sin(lat) − sin(origin) to full relative accuracy.

    Args:
        lat: Latitudes in degrees.
        origin: Others, within 180° of them.
        sine: Sine of `origin`; it and its cosine are the caller's, who has few origins and many latitudes.
        cosine: Cosine of `origin`.

    >>> north, thirty = np.array([30.0, 90.0]), np.array([30.0, 30.0])
    >>> sine_difference(north, thirty, np.full(2, 0.5), np.full(2, 0.75**0.5)).round(12).tolist()
    [0.0, 0.5]
    """
    half = lat - origin
    half *= math.pi / 360
    s = np.sin(half, out=half)
    # 2 sin(half) cos(origin + half), the cosine by its addition theorem
    middle = s * s
    np.subtract(1.0, middle, out=middle)
    np.sqrt(middle, out=middle)
    middle *= cosine
    middle -= sine * s
    middle *= s
    middle *= 2
    return middle


def authalic_from(u: Floats, s0: Floats) -> Floats:
    """Give Y(s0 + u) − Y(s0), the zone between two parallels per radian, in units of a².

    >>> zone = authalic_from(np.array([1.0]), np.array([0.0]))  # half of the Earth
    >>> round(float(zone[0]) * 4 * np.pi * _A2 / 1e12, 3)  # 510.066 million km²
    510.066
    """
    s = s0 + u
    mixed = E2 * s0 * s
    straight = (1 + mixed) / ((1 - E2 * s * s) * (1 - E2 * s0 * s0))
    ratio = 1 / (1 - mixed)
    z2 = E2 * (u * ratio) ** 2
    # Near the ring's first parallel a few terms say all that a double can hold.
    used = 1 + int(np.count_nonzero(z2.max(initial=0.0) ** _POWERS > _NOTHING))
    series = np.full_like(z2, _ARTANH[used - 1])
    for coefficient in reversed(_ARTANH[: used - 1]):
        series *= z2
        series += coefficient
    return 0.5 * _F * u * (straight + ratio * series)


def edges_m2(lon: Floats, u: Floats, s0: Floats, *, geodesic: bool) -> Floats:
    """Give the area between each edge of a chain of vertices and the parallel of `s0`, in m².

    Args:
        lon: Longitudes in degrees, n of them.
        u: Sine of each latitude minus `s0`.
        s0: Sine of the parallel each vertex is measured from, the same for the ends of an edge.
        geodesic: Follow the geodesic; else the chord of the authalic cylinder.

    Returns:
        n − 1 areas, positive eastward above the parallel; NaN where an edge is beyond `TOO_LONG`.

    >>> quarter, zero = np.array([0.0, 90.0]), np.zeros(2)
    >>> edges_m2(quarter, zero, zero, geodesic=False).tolist()
    [0.0]
    """
    areas, far = short_edges_m2(lon, u, s0, geodesic=geodesic)
    areas[far] += long_edges_m2(lon[far], u[far], lon[far + 1], u[far + 1], s0[far])
    return areas


def short_edges_m2(
    lon: Floats, u: Floats, s0: Floats, *, geodesic: bool
) -> tuple[Floats, NDArray[np.intp]]:
    """Do as `edges_m2` without B₅ and B₇; give the edges too that `long_edges_m2` must be added to.

    Apart, because few edges are long: a caller who works in runs adds theirs once, at the end.
    """
    h = lon[1:] - lon[:-1]
    h *= math.pi / 360
    y = authalic_from(u, s0)
    areas = y[1:] + y[:-1]
    areas *= h
    far = np.zeros(0, dtype=np.intp)
    if geodesic:
        s = u[1:] + u[:-1]
        s *= 0.5
        s += s0[1:]
        k = u[1:] - u[:-1]
        k *= 0.5
        h2, n2, common = _terms(h, k, s)
        far = np.flatnonzero(~(h2 + n2 <= _LONG**2))
        n2 *= 3
        n2 += h2
        n2 *= common
        n2 *= 2 / 3
        areas += n2
    areas *= _A2
    return areas, far


def long_edges_m2(x0: Floats, u0: Floats, x1: Floats, u1: Floats, s0: Floats) -> Floats:
    """Give B₅ and B₇ of edges in m²; NaN beyond `TOO_LONG`.

    Args:
        x0: Longitudes of the first ends, degrees.
        u0: Sines of their latitudes minus `s0`.
        x1: The same of the second ends.
        u1: And their sines.
        s0: Sine of the parallel.
    """
    s = s0 + 0.5 * (u0 + u1)
    h2, n2, common = _terms((x1 - x0) * (math.pi / 360), 0.5 * (u1 - u0), s)
    more = np.asarray(common * _higher(h2, n2, s * s) * _A2, dtype=float)
    more[~(h2 + n2 <= TOO_LONG**2)] = np.nan
    return more


def _terms(h: Floats, k: Floats, s: Floats) -> tuple[Floats, Floats, Floats]:
    """Give h², n² and the common factor r² s h of the bulge."""
    s2 = s * s
    outer = 1 - s2
    s2 *= -E2
    s2 += 1
    s2 *= outer
    inverse = np.divide(1.0, s2, out=s2)  # 1 / ((1 − s²) w)
    n2 = k * inverse
    n2 *= _F
    n2 *= n2
    outer *= outer
    outer *= inverse  # r²
    outer *= s
    outer *= h
    return h * h, n2, outer


def _higher(h2: Floats, n2: Floats, s2: Floats) -> Floats:
    """Give B₅ and B₇ without their common factor r² s h."""
    d0 = (2 - (3 + E2) * s2 + 2 * E2 * s2**2) / _F
    d1 = 5 - 15 * s2 + E2 * (3 - 16 * s2 + 33 * s2**2)
    d1 = (d1 + E2**2 * s2 * (7 - 9 * s2 - 8 * s2**2)) / _F**2
    d2 = 15 + E2 * (29 - 58 * s2 - s2**2) + E2**2 * s2 * (46 - 107 * s2 + 76 * s2**2)
    d2 = d2 / _F**2
    fifth = (d0 * h2 + d1 * n2) * h2 + d2 * n2 * n2
    c0 = 17 - 60 * s2 + 45 * s2**2 + E2 * (34 - 164 * s2 + 226 * s2**2 - 96 * s2**3)
    c1 = 42 - 315 * s2 + 315 * s2**2 + E2 * (132 - 1215 * s2 + 2118 * s2**2 - 1035 * s2**3)
    c2 = 105 - 630 * s2 + 315 * s2**2 + E2 * (461 - 3343 * s2 + 4463 * s2**2 - 1581 * s2**3)
    c3 = 315 + 315 * s2 + E2 * (1857 - 6 * s2 - 1779 * s2**2 - 72 * s2**3)
    seventh = ((c0 * h2 + c1 * n2) * h2 + c2 * n2 * n2) * h2 + c3 * n2**3
    return np.asarray(fifth * (2 / 15) + seventh * (2 / 315), dtype=float)
