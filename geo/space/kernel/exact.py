"""On which side of a line a point lies, exactly: the only judgement the kernel's topology rests on.

Floating point first; where its error bound leaves the value open (Shewchuk 1997, *Adaptive precision
floating-point arithmetic and fast robust geometric predicates*), the two products are expanded
without error (Dekker 1971, Knuth) and subtracted exactly. That needs coordinate differences without
rounding, which Sterbenz's lemma grants for numbers within a factor of two of each other, so all over
China but across some long north–south spans: there the answer is "unknown" and GEOS decides.
"""

from __future__ import annotations

from math import nan
from typing import Final

from geo.space.kernel.compile import compiled, inner

# The rounding of the plain formula is below (3 + 16·2⁻⁵³)·2⁻⁵³ of its terms. Ten million times that
# also keeps the value good: where two nearly parallel edges cross is a ratio of such values.
BOUND: Final = 1e7 * (3.0 + 16.0 * 2.0**-53) * 2.0**-53
_SPLITTER: Final = 2.0**27 + 1.0


@inner
def difference_tail(a: float, b: float, d: float) -> float:
    """Give what was lost when ``d = a - b`` was rounded."""
    around = a - d
    return (a - (d + around)) + (around - b)


@inner
def product_tail(a: float, b: float, p: float) -> float:
    """Give what was lost when ``p = a * b`` was rounded."""
    big = _SPLITTER * a
    a_high = big - (big - a)
    a_low = a - a_high
    big = _SPLITTER * b
    b_high = big - (big - b)
    b_low = b - b_high
    return a_low * b_low - (((p - a_high * b_high) - a_low * b_high) - a_high * b_low)


@compiled
def side(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> float:
    """Give twice the area of a, b, (x, y): positive left of ab, 0.0 on it exactly, NaN unknown.

    The sign is exact, the value good to 1e-9.

    >>> side(0.0, 0.0, 1.0, 1.0, 0.0, 1.0), side(0.1, 0.1, 0.3, 0.3, 0.2, 0.2) == 0.0
    (1.0, True)
    """
    dx, dy, px, py = bx - ax, by - ay, x - ax, y - ay
    left, right = dx * py, dy * px
    det = left - right
    if abs(det) > BOUND * (abs(left) + abs(right)):
        return det
    return _exact_side(ax, ay, bx, by, x, y)


@inner
def _exact_side(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> float:
    """Do as `side` where rounding would count."""
    dx, dy, px, py = bx - ax, by - ay, x - ax, y - ay
    lost = abs(difference_tail(bx, ax, dx)) + abs(difference_tail(by, ay, dy))
    lost += abs(difference_tail(x, ax, px)) + abs(difference_tail(y, ay, py))
    if lost != 0.0:
        return nan
    left, right = dx * py, dy * px
    left_tail, right_tail = product_tail(dx, py, left), product_tail(dy, px, right)
    lead = left - right  # exact by Sterbenz: the products are all but equal
    tail = right_tail - left_tail
    tail_of_tail = difference_tail(right_tail, left_tail, tail)
    if lead != tail:
        return lead - tail
    return -tail_of_tail


@inner
def along(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> float:
    """Give where a point of the line ab lies on it: exactly 0 at a and 1 at b."""
    dx, dy = bx - ax, by - ay
    if abs(dx) >= abs(dy):
        return (x - ax) / dx
    return (y - ay) / dy
