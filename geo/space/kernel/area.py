"""The area under one geodesic edge: the formulas of `geo.space.ellipsoid`, one number at a time.

Kept apart from the arrays there because the kernel meets edges singly, between crossings.
"""

from __future__ import annotations

import math
from math import nan
from typing import TYPE_CHECKING, Final

from geo.space.ellipsoid import E2, SEMI_MAJOR_M, TOO_LONG
from geo.space.kernel.compile import compiled, inner

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Floats = NDArray[np.float64]

_F: Final = 1 - E2
_A2: Final = SEMI_MAJOR_M**2
_HALF_DEGREE: Final = math.pi / 360
_LONG2: Final = 4e-5**2  # as in geo.space.ellipsoid
_TOO_LONG2: Final = TOO_LONG**2


@inner
def sine_from(lat: float, origin: float) -> float:
    """Give sin(lat) − sin(origin) to full relative accuracy; degrees in."""
    half = (lat - origin) * _HALF_DEGREE
    return 2.0 * math.sin(half) * math.cos(origin * (2.0 * _HALF_DEGREE) + half)


@inner
def cylinder_from(u: float, s0: float) -> float:
    """Give Y(s0 + u) − Y(s0) in units of a² (`geo.space.ellipsoid.authalic_from`)."""
    s = s0 + u
    mixed = E2 * s0 * s
    straight = (1.0 + mixed) / ((1.0 - E2 * s * s) * (1.0 - E2 * s0 * s0))
    ratio = 1.0 / (1.0 - mixed)
    z2 = E2 * (u * ratio) * (u * ratio)
    series = 1.0 + z2 * (1 / 3 + z2 * (1 / 5 + z2 * (1 / 7)))
    if z2 > 1e-5:  # noqa: PLR2004 - beyond, the next term counts: 1e-20/9
        power = z2 * z2 * z2 * z2
        for term in range(4, 10):
            series += power / (2 * term + 1)
            power *= z2
    return 0.5 * _F * u * (straight + ratio * series)


@inner
def edge_area(x0: float, u0: float, x1: float, u1: float, s0: float) -> float:
    """Give the m² between a geodesic edge and the parallel of sine `s0`; NaN for an edge too long.

    Args:
        x0: Longitude of the first end, degrees.
        u0: Sine of its latitude minus `s0`.
        x1: Longitude of the second end.
        u1: Sine of its latitude minus `s0`.
        s0: Sine of the parallel.
    """
    h = (x1 - x0) * _HALF_DEGREE
    if h == 0.0:
        return 0.0
    chord = h * (cylinder_from(u0, s0) + cylinder_from(u1, s0))
    return (chord + _bulge(h, 0.5 * (u1 - u0), s0 + 0.5 * (u0 + u1))) * _A2


@inner
def _bulge(h: float, k: float, s: float) -> float:
    """Give the area between chord and geodesic, units of a²."""
    s2 = s * s
    cw = (1 - s2) * (1 - E2 * s2)
    r2 = (1 - s2) * (1 - s2) / cw
    h2 = h * h
    n2 = (_F * k / cw) * (_F * k / cw)
    common = r2 * s * h
    total = common * (2 / 3) * (h2 + 3 * n2)
    if h2 + n2 <= _LONG2:
        return total
    if h2 + n2 <= _TOO_LONG2:
        return total + common * _higher(h2, n2, s2)
    return nan


@inner
def _higher(h2: float, n2: float, s2: float) -> float:
    """Give the next two terms of the series (B₅, B₇ of `geo.space.ellipsoid`)."""
    d0 = (2 - (3 + E2) * s2 + 2 * E2 * s2 * s2) / _F
    d1 = 5 - 15 * s2 + E2 * (3 - 16 * s2 + 33 * s2 * s2)
    d1 = (d1 + E2 * E2 * s2 * (7 - 9 * s2 - 8 * s2 * s2)) / (_F * _F)
    d2 = 15 + E2 * (29 - 58 * s2 - s2 * s2) + E2 * E2 * s2 * (46 - 107 * s2 + 76 * s2 * s2)
    d2 = d2 / (_F * _F)
    fifth = (d0 * h2 + d1 * n2) * h2 + d2 * n2 * n2
    s4, s6 = s2 * s2, s2 * s2 * s2
    c0 = 17 - 60 * s2 + 45 * s4 + E2 * (34 - 164 * s2 + 226 * s4 - 96 * s6)
    c1 = 42 - 315 * s2 + 315 * s4 + E2 * (132 - 1215 * s2 + 2118 * s4 - 1035 * s6)
    c2 = 105 - 630 * s2 + 315 * s4 + E2 * (461 - 3343 * s2 + 4463 * s4 - 1581 * s6)
    c3 = 315 + 315 * s2 + E2 * (1857 - 6 * s2 - 1779 * s4 - 72 * s6)
    seventh = ((c0 * h2 + c1 * n2) * h2 + c2 * n2 * n2) * h2 + c3 * n2 * n2 * n2
    return fifth * (2 / 15) + seventh * (2 / 315)


@inner
def ring_area(xy: Floats, start: int, stop: int) -> float:
    """Give the m² inside the ring of vertices start … stop − 1 (closed), without sign."""
    origin = xy[start, 1]
    s0 = math.sin(origin * (2.0 * _HALF_DEGREE))
    total = 0.0
    u0 = y0 = 0.0
    for v in range(start + 1, stop):
        u1 = sine_from(xy[v, 1], origin)
        y1 = cylinder_from(u1, s0)
        h = (xy[v, 0] - xy[v - 1, 0]) * _HALF_DEGREE
        total += h * (y0 + y1) + _bulge(h, 0.5 * (u1 - u0), s0 + 0.5 * (u0 + u1))
        u0, y0 = u1, y1
    return abs(total) * _A2


@compiled
def measure(
    xy: Floats, start: Counts, first: Counts, turn: Floats, which: Counts, areas: Floats
) -> None:
    """Measure polygons: shells less holes, m²; NaN where an edge is too long."""
    for k in range(len(which)):
        total = 0.0
        for r in range(first[which[k]], first[which[k] + 1]):
            flat, s = 0.0, start[r]
            for v in range(s + 1, start[r + 1] - 1):
                flat += (xy[v, 0] - xy[s, 0]) * (xy[v + 1, 1] - xy[s, 1])
                flat -= (xy[v + 1, 0] - xy[s, 0]) * (xy[v, 1] - xy[s, 1])
            shell = (flat > 0) == (turn[r] > 0)
            total += ring_area(xy, s, start[r + 1]) if shell else -ring_area(xy, s, start[r + 1])
        areas[k] = total
