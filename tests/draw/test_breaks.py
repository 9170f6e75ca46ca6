"""Natural breaks are the best there are: every way of parting a few numbers is tried."""

from itertools import combinations

import numpy as np
import pytest

from geo.draw.layers.breaks import upper_bounds


def squares(values, bounds):
    of = np.searchsorted(bounds, values, side="left")
    held = [values[of == at] for at in range(len(bounds))]
    return sum(((part - part.mean()) ** 2).sum() for part in held if len(part))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("k", [2, 3, 5])
def test_no_other_parting_of_the_numbers_has_fewer_squares_within(seed, k):
    values = np.random.default_rng(seed).integers(0, 40, 11).astype(float) ** 2
    points = np.unique(values)
    every = [
        squares(values, [*ends, points[-1]]) for ends in combinations(points[:-1], min(k, len(points)) - 1)
    ]  # fmt: skip
    found = upper_bounds(values, "natural", k)
    assert len(found) == min(k, len(points))
    assert squares(values, found) == pytest.approx(min(every))


def test_breaks_of_amounts_in_yuan_are_those_in_ten_thousand():
    wan = np.array([12.0, 13.0, 14.0, 900.0, 901.0, 5000.0, 5001.0])
    assert upper_bounds(wan * 1e8 + 1, "natural", 3).tolist() == [
        1.4e9 + 1,
        9.01e10 + 1,
        5.001e11 + 1,
    ]


def test_many_numbers_are_parted_where_their_heaps_are():
    heaps = [
        np.random.default_rng(at).normal(centre, 1, 4000) for at, centre in enumerate((0, 50, 200))
    ]
    bounds = upper_bounds(np.concatenate(heaps), "natural", 3)
    assert bounds.tolist() == [heap.max() for heap in heaps]


@pytest.mark.parametrize("scheme", ["quantiles", "natural", "equal"])
def test_fewer_numbers_than_classes_are_a_class_each_at_most(scheme):
    assert upper_bounds(np.array([7.0, 7.0]), scheme, 5).tolist() == [7.0]
    assert len(upper_bounds(np.array([1.0, 2.0]), scheme, 5)) <= 2
