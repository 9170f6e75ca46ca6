"""Banks and corridors."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import GeometryError
from geo.space.lines import corridor, side_buffer
from geo.space.measure import area_m2, length_m
from geo.space.shapes import buffer_m

SOUTHWARD = shapely.LineString([(112.5, 36.1), (112.5, 36.0)])


def test_the_left_bank_of_a_river_to_the_south_is_east():
    left, right = (side_buffer(SOUTHWARD, 500, side=side) for side in ("左岸", "右岸"))
    assert left.bounds[0] == pytest.approx(112.5)
    assert right.bounds[2] == pytest.approx(112.5)
    along = float(length_m(SOUTHWARD))
    assert area_m2([left, right]).tolist() == pytest.approx([500 * along] * 2, rel=1e-3)


@given(st.integers(0, 5000), st.floats(50, 2000))
def test_the_two_banks_share_out_the_strip(seed, width):
    rng = np.random.default_rng(seed)
    bends = np.c_[112 + 0.02 * np.arange(8) + rng.uniform(0, 0.01, 8), 36 + rng.uniform(0, 0.04, 8)]
    river = shapely.LineString(bends)
    left, right = (side_buffer(river, width, side=side) for side in ("左岸", "右岸"))
    round_ended = buffer_m(river, width)
    assert float(area_m2(left.intersection(right))) == pytest.approx(0, abs=1)
    both, whole = float(area_m2(left.union(right))), float(area_m2(round_ended))
    assert whole - math.pi * width**2 * 1.01 <= both <= whole * 1.001
    # A step to the left of the middle of the first edge is on the left bank.
    middle, ahead = bends[:2].mean(axis=0), np.diff(bends[:2], axis=0)[0]
    step = 1e-5 * np.array([-ahead[1], ahead[0]]) / np.hypot(*ahead)
    assert left.covers(shapely.Point(middle + step)) or width > 1000
    assert right.covers(shapely.Point(middle - step)) or width > 1000


def test_a_river_of_two_parts_has_banks_on_both():
    parts = shapely.MultiLineString([[(112, 36), (112.1, 36)], [(112.2, 36), (112.3, 36)]])
    assert len(side_buffer(parts, 100, side="左岸").geoms) == 2


@pytest.mark.parametrize(
    ("line", "width", "side", "says"),
    [
        (SOUTHWARD, 100, "北岸", "左岸或右岸"),
        (SOUTHWARD, 0, "左岸", "大于零"),
        (SOUTHWARD, math.nan, "左岸", "大于零"),
        (shapely.Point(1, 1), 100, "左岸", "线要素"),
        (shapely.LineString([(110, 36), (114, 36)]), 100, "左岸", "跨 4.0°"),
    ],
)
def test_a_bank_that_cannot_be_drawn_is_refused(line, width, side, says):
    with pytest.raises(GeometryError, match=says):
        side_buffer(line, width, side=side)


def test_a_corridor_joins_the_strips_of_all_lines():
    crossing = shapely.LineString([(112.45, 36.05), (112.55, 36.05)])
    one = corridor([SOUTHWARD, crossing], 100)
    assert one.geom_type == "Polygon"
    assert one.equals(shapely.union(buffer_m(SOUTHWARD, 100), buffer_m(crossing, 100)))
    assert corridor(SOUTHWARD, 100).equals(buffer_m(SOUTHWARD, 100))
