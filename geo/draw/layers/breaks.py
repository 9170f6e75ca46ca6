"""Upper bounds of classes of a number: equal counts, equal steps, or the natural breaks of Fisher and Jenks.

Three schemes of mapclassify, written here: that library compiles its own of natural breaks whenever it is imported
(five seconds of every map with classes), and counts squares in 32 bits, which amounts of money exceed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]


def upper_bounds(values: Numbers, scheme: str, k: int) -> Numbers:
    """Return the upper bounds of at most ``k`` classes, ``lower < value <= upper``, growing; the last is the largest.

    >>> upper_bounds(np.array([1.0, 2.0, 3.0, 10.0, 11.0, 12.0]), "natural", 2)
    array([ 3., 12.])
    >>> upper_bounds(np.array([0.0, 1.0, 8.0]), "equal", 2)
    array([4., 8.])
    >>> upper_bounds(np.array([1.0, 2.0, 3.0, 90.0]), "quantiles", 2)
    array([ 2.5, 90. ])

    Args:
        values: Finite numbers in any order, at least one.
        scheme: ``quantiles`` (as many values in each), ``equal`` (as wide each), ``natural`` (as alike as can be within).
        k: How many classes.
    """
    return np.unique(_SCHEMES[scheme](values, min(k, len(np.unique(values)))))


def _quantiles(values: Numbers, k: int) -> Numbers:
    return np.asarray(np.quantile(values, np.arange(1, k + 1) / k), dtype=float)


def _equal(values: Numbers, k: int) -> Numbers:
    return np.asarray(np.linspace(values.min(), values.max(), k + 1)[1:], dtype=float)


def _natural(values: Numbers, k: int) -> Numbers:
    """Make the squares within the classes the least (Fisher 1958, JASA 53: 789-798; Jenks 1977).

    The best parting of the first ``n`` values into ``j`` classes is the best of those that put a last class behind
    the best parting of fewer values into ``j - 1``. Equal values are one point with a weight.
    """
    points, counts = np.unique(values, return_counts=True)
    # About their mean, so that squares of large numbers do not swallow their differences.
    at = points - values.mean()
    weight, total, square = (
        np.concatenate(([0.0], np.cumsum(part))) for part in (counts, counts * at, counts * at**2)
    )

    def within(start: NDArray[np.int64], end: int) -> Numbers:
        """Squares about the mean of the points from each start (included) to the end (not included)."""
        gap = total[end] - total[start]
        return np.asarray(square[end] - square[start] - gap**2 / (weight[end] - weight[start]))

    size = len(points)
    cost = np.array([np.inf, *(within(np.array([0]), end)[0] for end in range(1, size + 1))])
    cuts = []
    for classes in range(2, k + 1):
        cost, first = _with_one_more(cost, within, classes, size)
        cuts.append(first)
    ends = [size]
    for first in reversed(cuts):
        ends.append(int(first[ends[-1]]))
    return np.asarray(points[np.array(ends[::-1]) - 1])


def _with_one_more(
    cost: Numbers, within: Callable[[NDArray[np.int64], int], Numbers], classes: int, size: int
) -> tuple[Numbers, NDArray[np.int64]]:
    """Part every first ``n`` points into one class more; return what each costs, and where its last class begins.

    The last class begins no earlier the more points there are (the cost is a Monge array), so each half of the
    points has only a part of the beginnings to try.
    """
    best = np.full(size + 1, np.inf)
    first = np.zeros(size + 1, dtype=np.int64)
    waiting = [(classes, size, classes - 1, size - 1)]
    while waiting:
        low, high, earliest, latest = waiting.pop()
        if low > high:
            continue
        middle = (low + high) // 2
        starts = np.arange(earliest, min(latest, middle - 1) + 1)
        tried = cost[starts] + within(starts, middle)
        chosen = int(np.argmin(tried))
        best[middle], first[middle] = tried[chosen], starts[chosen]
        waiting += [
            (low, middle - 1, earliest, int(first[middle])),
            (middle + 1, high, int(first[middle]), latest),
        ]
    return best, first


_SCHEMES: Final = {"quantiles": _quantiles, "equal": _equal, "natural": _natural}
