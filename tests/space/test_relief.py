from __future__ import annotations

import numpy as np
import pytest

from geo.space.relief import first_crest, slope_deg


def test_the_slope_is_that_of_the_fall_line_whichever_way_it_runs():
    row, column = np.mgrid[:5, :5].astype(float)
    for turn in np.radians(np.arange(0, 360, 15)):
        tilted = np.tan(np.radians(12)) * 30 * (column * np.cos(turn) + row * np.sin(turn))
        assert slope_deg(tilted, width_m=30, height_m=30) == pytest.approx(np.full((3, 3), 12.0))


def test_width_and_height_of_a_cell_count_separately_and_by_row():
    east = np.tile(np.arange(4.0), (4, 1))  # 1 m per cell
    slope = slope_deg(east, width_m=np.array([1.0, 2.0]), height_m=np.array([7.0, 7.0]))
    assert slope[:, 0] == pytest.approx([45, np.degrees(np.arctan(0.5))])


def test_horn_weights_the_middle_neighbours_twice():
    # Only the eastern neighbour stands 8 m up: (2 × 8 − 0) / (8 × 1) = 2 m per metre.
    lone = np.zeros((3, 3))
    lone[1, 2] = 8
    assert slope_deg(lone, width_m=1, height_m=1) == pytest.approx(np.degrees(np.arctan([[2.0]])))


@pytest.mark.parametrize("where", [(0, 0), (0, 1), (1, 1), (2, 2)])
def test_any_unknown_neighbour_makes_the_slope_unknown(where):
    flat = np.zeros((3, 3))
    flat[where] = np.nan
    assert np.isnan(slope_deg(flat, width_m=1, height_m=1)).all()


@pytest.mark.parametrize(
    ("profile", "at"),
    [
        ([0, 40, 0], 1),
        ([0, 40, 20, 0], 1),  # the fall may take several steps
        ([0, 29, 0], None),  # too low
        ([0, 40, 11], None),  # falls 29 only
        ([0, 40, 20, 60, 20], 3),  # a bump on the way up
        ([0, 20, -20, 10, -20], 3),  # measured from the lowest ground on the way
        ([50, 20, -20, -21], None),  # only down
        ([0, 40, 40, 0], 1),  # the near edge of a flat top
        ([0, 100, 200], None),  # still climbing
        ([0, 40, 0, 90, 0], 1),  # the first, not the highest
        ([0, 40, np.nan], None),
        ([np.nan, 0, 40, 0], None),
    ],
)
def test_the_first_ridge_of_a_profile(profile, at):
    crests = first_crest(np.array([profile], dtype=float), step_m=100, rise_m=30, fall_m=30)
    expected = np.nan if at is None else at * 100
    assert crests.distance_m[0] == pytest.approx(expected, nan_ok=True)
    assert crests.unknown[0] == bool(np.isnan(profile).any())


def test_unknown_ground_behind_the_first_ridge_does_not_matter():
    crests = first_crest(np.array([[0.0, 40, 0, np.nan]]), step_m=100, rise_m=30, fall_m=30)
    assert (crests.distance_m[0], crests.unknown[0]) == (100, False)
