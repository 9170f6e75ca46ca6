"""Geodesic lengths of many edges: in closed form where they are short, which nearly all are.

An edge is measured by its chord c through the ellipsoid (a difference of cartesian coordinates, exact but for rounding) and
bent back onto it. On a circle of curvature κ the arc is 2/κ · asin(κc/2), so with x = (κc)²

    s = c · (1 + x/24 + 3x²/640 + …)

κ is the curvature of the normal section in the edge's direction at its middle (Euler's theorem, with the radii M and N
of meridian and prime vertical; e.g. Torge & Müller 2012, Geodesy, §4.1.3). A geodesic differs from that arc in the
fourth power of s/a. Against GeographicLib (tests/space/test_edge_lengths.py) it is off by 4 nm for every length up to 30 km:
that is the rounding of coordinates of six million metres, not the series.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from geo.space.ellipsoid import E2, SEMI_MAJOR_M
from geo.space.geodesic_foot import GEOD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

#: Longer edges go to GeographicLib, metres.
_SHORT_M: Final = 30_000.0
_CHUNK: Final = 8_192  # points whose intermediate arrays stay in the processor's cache


def edge_lengths_m(begin: Floats, end: Floats) -> Floats:
    """Measure edges.

    Args:
        begin: Lon, lat of each edge's first vertex (n, 2), CGCS2000 degrees.
        end: Of its second.

    Returns:
        Metres (n,), to 1e-8 m or 1e-12; NaN where a coordinate is not finite.

    >>> metres = edge_lengths_m(np.array([[112.0, 36.0]]), np.array([[112.0, 36.001]]))
    >>> float(metres[0].round(3))
    110.959
    """
    a, b = np.radians(begin), np.radians(end)
    return _bent(_cartesian(a) - _cartesian(b), a, b, begin, end)


def steps_m(points: Floats) -> Floats:
    """Measure from every point to the next, in half the time that its ends apart would take.

    Args:
        points: Lon, lat (n, 2), CGCS2000 degrees.

    Returns:
        Metres (n − 1,), the very figures of `edge_lengths_m`.

    >>> steps_m(np.array([[112.0, 36.0], [112.0, 36.001], [112.0, 36.001]])).round(3).tolist()
    [110.959, 0.0]
    """
    steps = np.empty(max(len(points) - 1, 0))
    for first in range(0, len(steps), _CHUNK):
        some = points[first : first + _CHUNK + 1]
        at = np.radians(some)
        place = _cartesian(at)
        steps[first : first + _CHUNK] = _bent(
            place[:, :-1] - place[:, 1:], at[:-1], at[1:], some[:-1], some[1:]
        )
    return steps


def _bent(chord: Floats, a: Floats, b: Floats, begin: Floats, end: Floats) -> Floats:
    """Bend chords (3, n) back onto the ellipsoid; their ends in radians and degrees."""
    squared = (chord**2).sum(axis=0)
    curvature = _curvature(a, b)
    x = squared * curvature**2
    length = np.asarray(np.sqrt(squared) * (1.0 + x / 24.0 * (1.0 + x * (9.0 / 80.0))))
    if (far := length > _SHORT_M).any():
        length[far] = GEOD.inv(begin[far, 0], begin[far, 1], end[far, 0], end[far, 1])[2]
    return length


def _cartesian(at: Floats) -> Floats:
    """Earth-centred coordinates of points on the ellipsoid (3, n), metres."""
    sine, cosine = np.sin(at[:, 1]), np.cos(at[:, 1])
    normal = SEMI_MAJOR_M / np.sqrt(1.0 - E2 * sine * sine)
    flat = normal * cosine
    return np.stack([flat * np.cos(at[:, 0]), flat * np.sin(at[:, 0]), normal * (1.0 - E2) * sine])


def _curvature(a: Floats, b: Floats) -> Floats:
    """Curvature of the normal section along each edge at its middle, per metre; 0 for an edge without length."""
    sine2 = np.sin((a[:, 1] + b[:, 1]) / 2.0) ** 2
    w = 1.0 - E2 * sine2
    normal = SEMI_MAJOR_M / np.sqrt(w)
    meridian = normal * (1.0 - E2) / w
    north = (meridian * (b[:, 1] - a[:, 1])) ** 2
    east = normal**2 * (1.0 - sine2) * (b[:, 0] - a[:, 0]) ** 2
    both = north + east
    return np.divide(
        north / meridian + east / normal, both, out=np.zeros_like(both), where=both > 0
    )
