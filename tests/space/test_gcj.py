"""The shifted coordinates of web maps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import CrsError
from geo.space import gcj

METRES_PER_DEGREE = 111_320


def test_the_forward_formula_gives_the_published_example():
    # The example in the README of github.com/wandergis/coordtransform.
    lon, lat = gcj.wgs84_to_gcj02([116.404], [39.915])
    assert (lon[0], lat[0]) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-12)
    lon, lat = gcj.gcj02_to_bd09([116.404], [39.915])
    assert (lon[0], lat[0]) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-12)


def test_the_shift_around_shanxi_is_half_a_kilometre():
    lon, lat = (
        axis.ravel() for axis in np.meshgrid(np.linspace(110.5, 114.3), np.linspace(34.7, 40.6))
    )
    x, y = gcj.wgs84_to_gcj02(lon, lat)
    shift = np.hypot((x - lon) * np.cos(np.radians(lat)), y - lat) * METRES_PER_DEGREE
    assert shift.min() > 470
    assert shift.max() < 660


def test_outside_china_nothing_is_shifted():
    assert gcj.wgs84_to_gcj02([2.35, 151.2], [48.85, -33.9])[0].tolist() == [2.35, 151.2]


@given(
    st.lists(st.tuples(st.floats(80, 134), st.floats(18, 53)), min_size=1, max_size=20),
    st.sampled_from(["GCJ-02", "BD-09"]),
)
def test_there_and_back_is_within_a_millimetre(places, cipher):
    lon, lat = np.array(places).T
    forward = gcj.wgs84_to_gcj02 if cipher == "GCJ-02" else gcj.wgs84_to_bd09
    x, y = gcj.decipher(cipher)(*forward(lon, lat))
    assert np.abs(x - lon).max() * METRES_PER_DEGREE < 1e-3
    assert np.abs(y - lat).max() * METRES_PER_DEGREE < 1e-3


def test_nothing_in_nothing_out():
    x, y = gcj.decipher("GCJ-02")(np.zeros(0), np.zeros(0))
    assert len(x) == len(y) == 0


def test_a_position_that_does_not_settle_is_refused():
    # Just inside the western edge of the box: what was shifted there came from both sides of it.
    with pytest.raises(CrsError, match="不收敛"):
        gcj.decipher("GCJ-02")(np.array([72.0041]), np.array([30.0]))
