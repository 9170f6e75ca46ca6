"""Lengths of edges against GeographicLib, for every length and direction and all latitudes of China."""

import numpy as np
import pytest

from geo.space.edge_lengths import edge_lengths_m, steps_m
from geo.space.geodesic_foot import GEOD


def edges(length, count=2000, seed=8):
    random = np.random.default_rng(seed)
    lon, lat = random.uniform(73, 136, count), random.uniform(3, 54, count)
    to_lon, to_lat, _ = GEOD.fwd(lon, lat, random.uniform(0, 360, count), np.full(count, length))
    return np.column_stack([lon, lat]), np.column_stack([to_lon, to_lat])


@pytest.mark.parametrize("length", [0.01, 1, 30, 1e3, 1e4, 2.9e4, 3.1e4, 1e6])
def test_an_edge_of_any_length_and_direction_is_as_long_as_geographiclib_says(length):
    begin, end = edges(length)
    theirs = GEOD.inv(begin[:, 0], begin[:, 1], end[:, 0], end[:, 1])[2]
    np.testing.assert_allclose(edge_lengths_m(begin, end), theirs, rtol=1e-12, atol=1e-8)


def test_rounding_of_short_edges_does_not_add_up():
    begin, end = edges(5.0, count=100_000)
    assert edge_lengths_m(begin, end).sum() == pytest.approx(500_000.0, abs=1e-5)


def test_an_edge_without_length_has_none_and_one_of_nowhere_is_unknown():
    here = np.array([[112.0, 36.0], [np.nan, 36.0]])
    assert edge_lengths_m(here, here).tolist() == [0.0, pytest.approx(np.nan, nan_ok=True)]


def test_no_edges_have_no_lengths():
    assert edge_lengths_m(np.empty((0, 2)), np.empty((0, 2))).shape == (0,)


def test_steps_along_many_points_are_the_very_lengths_of_their_edges():
    points = np.random.default_rng(4).uniform([73, 3], [136, 54], (20_000, 2))
    points[5_000:] = points[5_000] + np.cumsum(np.full((15_000, 2), 1e-5), axis=0)
    assert steps_m(points).tolist() == edge_lengths_m(points[:-1], points[1:]).tolist()
    assert steps_m(points[:1]).tolist() == steps_m(points[:0]).tolist() == []
