from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.space.drainage import basin, fill, steepest


def rim(shape):
    edge = np.ones(shape, dtype=bool)
    edge[1:-1, 1:-1] = False
    return edge


def filled_slowly(heights, outlets):
    """The lowest level at which water can leave: plain relaxation (Planchon, Darboux 2001)."""
    level = np.where(outlets, heights, np.inf)
    while True:
        padded = np.pad(level, 1, constant_values=np.inf)
        around = [
            padded[r : r + level.shape[0], c : c + level.shape[1]]
            for r in range(3)
            for c in range(3)
        ]
        lower = np.maximum(heights, np.min(around, axis=0))
        if np.array_equal(lower, level):
            return level
        level = lower


HEIGHTS = arrays(np.int8, (7, 9), elements=st.integers(0, 9)).map(lambda z: z.astype(float))


@given(HEIGHTS)
@settings(max_examples=60, deadline=None)
def test_the_flood_fills_to_the_lowest_way_out(heights):
    level, _ = fill(heights, rim(heights.shape))
    assert np.array_equal(level, filled_slowly(heights, rim(heights.shape)))


@given(HEIGHTS)
@settings(max_examples=60, deadline=None)
def test_all_water_ends_at_an_outlet_and_never_runs_in_circles(heights):
    outlets = rim(heights.shape)
    target = steepest(*fill(heights, outlets), width_m=30, height_m=30)
    at = np.arange(heights.size)
    for _ in range(heights.size):
        at = np.where(outlets.ravel()[at], at, target[at])
    assert outlets.ravel()[at].all()


def test_a_walled_pit_nobody_reaches_keeps_its_height_and_its_water():
    heights = np.full((5, 5), np.nan)
    heights[2, 2] = 5.0
    level, parent = fill(heights, np.zeros((5, 5), dtype=bool))
    assert level[2, 2] == 5.0
    assert np.array_equal(parent, np.arange(25))


def test_water_takes_the_steepest_way_not_the_lowest_neighbour():
    # The diagonal falls 12 m over 14.1 m, the side 9 m over 10 m: the side is steeper.
    level = np.array([[20.0, 11.0], [99.0, 8.0]])
    assert steepest(level, np.arange(4), width_m=10, height_m=10)[0] == 1
    # On cells 20 m wide it is 12 m over 22.4 m against 9 m over 20 m.
    assert steepest(level, np.arange(4), width_m=20, height_m=10)[0] == 3


def v_valley(rows=9, columns=11):
    """A valley along the middle column that falls to the south."""
    row, column = np.mgrid[:rows, :columns].astype(float)
    return 10 * np.abs(column - columns // 2) - row + 100


def drained(heights, river, others=None, ends=None):
    none = np.zeros_like(river)
    others, ends = (none if marked is None else marked for marked in (others, ends))
    return basin(heights, river, others=others, ends=ends, width_m=30, height_m=30)


def test_a_valley_drains_to_the_cells_of_its_river_from_upstream_only():
    river = np.zeros((9, 11), dtype=bool)
    river[5, 5] = True  # a gauge half-way down
    found = drained(v_valley(), river, ends=river)
    assert found[2:6, 5].all()
    assert not found[6:, 5].any()
    assert not (found & rim(found.shape)).any()  # what reaches the edge is lost


def test_cut_in_to_its_end_a_river_would_draw_water_back_up():
    river = np.zeros((9, 11), dtype=bool)
    river[5, 5] = True
    assert drained(v_valley(), river)[6, 5]


def test_cells_of_another_river_belong_to_it():
    river = np.zeros((9, 11), dtype=bool)
    river[2:7, 5] = True
    other = np.zeros_like(river)
    other[6, 5] = True
    found = drained(v_valley(), river, others=other)
    assert found[5, 5]
    assert not found[6, 5]


def test_a_river_drawn_on_the_slope_is_cut_in_and_catches_what_comes_down():
    river = np.zeros((9, 11), dtype=bool)
    river[1:8, 3] = True  # two cells west of the valley floor
    found = drained(v_valley(), river)
    assert found[4, 1:4].all()  # the slope above it
    assert not found[4, 5]  # the valley floor runs past


def test_unknown_ground_is_in_no_basin_and_lets_water_out():
    heights = v_valley()
    heights[3, 5] = np.nan
    river = np.zeros((9, 11), dtype=bool)
    river[6, 5] = True
    found = drained(heights, river, ends=river)
    assert not found[3, 5]
    assert not found[2, 5]
    assert found[5, 5]


def test_a_river_without_known_heights_has_no_basin():
    river = np.ones((4, 4), dtype=bool)
    nothing = drained(np.full((4, 4), np.nan), river)
    assert not nothing.any()


@pytest.mark.fuzz
def test_two_million_cells_take_seconds():
    rough = np.random.default_rng(1).normal(0, 10, (1414, 1414)).cumsum(axis=0)
    river = np.zeros(rough.shape, dtype=bool)
    river[200:1200, 700] = True
    started = time.process_time()
    drained(rough, river)
    assert time.process_time() - started < 40
