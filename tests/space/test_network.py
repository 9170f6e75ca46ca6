"""Rivers that flow into one another.

甲 runs east along 36°N from 112.0 to 113.0 (about 90 km); 乙 joins it at 112.5 from the north (33 km);
丙 joins 乙 half way, at 36.15, from the east; 丁 joins 甲 at 112.8 from the south.
"""

import numpy as np
import pytest
import shapely

from geo.errors import GeometryError
from geo.space.lines import Network
from geo.space.measure import length_m


def line(*points):
    return shapely.LineString(points)


LINES = {
    "甲": line(*[(x, 36.0) for x in np.linspace(112, 113, 11)]),
    "乙": line((112.5, 36.3), (112.5, 36.15), (112.5, 36.0)),
    "丙": line((112.6, 36.15), (112.5, 36.15)),
    "丁": line((112.8, 35.9), (112.8, 36.0)),
}
RIVERS = Network(list(LINES), list(LINES.values()), ["海河", "甲", "乙", "甲"], [1, 2, 3, 2])
KM = 1000.0


def metres(*points):
    return float(length_m(line(*points)))


def test_tributaries_are_named_from_the_source_down():
    assert RIVERS.tributaries("甲") == ("乙", "丙", "丁")
    assert RIVERS.tributaries("乙") == ("丙",)
    assert len(RIVERS.with_tributaries("甲").geoms) == 4


def test_a_mouth_is_found_in_either_order():
    assert RIVERS.mouth("甲", "乙").equals(shapely.Point(112.5, 36.0))
    assert RIVERS.mouth("乙", "甲").equals(shapely.Point(112.5, 36.0))
    with pytest.raises(GeometryError, match="互不汇入"):
        RIVERS.mouth("甲", "丙")


def test_everything_above_a_place_takes_in_tributaries():
    up = RIVERS.upstream_of(shapely.Point(112.7, 36.001))
    expected = metres((112, 36), (112.7, 36)) + float(length_m(LINES["乙"]) + length_m(LINES["丙"]))
    assert float(length_m(up)) == pytest.approx(expected, rel=1e-4)
    assert not up.intersects(LINES["丁"])


def test_what_is_left_of_the_distance_goes_up_each_tributary():
    # From 112.6: 9.0 km to the mouth of 乙, 16.6 km up to 丙, and 3.4 km of 丙.
    up = RIVERS.upstream_of(shapely.Point(112.6, 36), within_m=29 * KM)
    first, second = metres((112.5, 36), (112.6, 36)), metres((112.5, 36), (112.5, 36.15))
    expected = 29 * KM + (29 * KM - first) + (29 * KM - first - second)
    assert float(length_m(up)) == pytest.approx(expected, abs=60)
    assert float(length_m(up.intersection(LINES["丙"].buffer(1e-9)))) == pytest.approx(
        29 * KM - first - second, abs=60
    )


def test_pieces_are_digitised_downstream():
    for piece in RIVERS.upstream_of(shapely.Point(112.7, 36), within_m=40 * KM).geoms:
        start, end = piece.coords[0], piece.coords[-1]
        assert (start[1], -start[0]) > (end[1], -end[0]) or start[0] > end[0]


def test_a_budget_that_ends_before_a_mouth_takes_no_tributary():
    up = RIVERS.upstream_of(shapely.Point(112.6, 36), within_m=5 * KM)
    assert len(up.geoms) == 1
    assert float(length_m(up)) == pytest.approx(5 * KM, abs=10)


def test_the_named_river_is_meant_even_when_another_is_nearer():
    mouth = shapely.Point(112.501, 36.0001)
    up = RIVERS.upstream_of(mouth, river="乙", within_m=5 * KM)
    assert len(up.geoms) == 1
    assert up.bounds[0] == up.bounds[2] == 112.5


def test_the_way_down_goes_on_into_the_river_below():
    down = RIVERS.downstream_of(shapely.Point(112.55, 36.15))
    expected = (
        metres((112.55, 36.15), (112.5, 36.15))
        + metres((112.5, 36.15), (112.5, 36))
        + metres((112.5, 36), (113, 36))
    )
    assert float(length_m(down)) == pytest.approx(expected, rel=1e-4)
    assert len(down.geoms) == 3
    short = RIVERS.downstream_of(shapely.Point(112.55, 36.15), within_m=6 * KM)
    assert float(length_m(short)) == pytest.approx(6 * KM, abs=10)


def test_at_the_source_nothing_is_upstream_and_at_the_end_nothing_downstream():
    assert RIVERS.upstream_of(shapely.Point(112.6, 36.15)).is_empty
    assert RIVERS.downstream_of(shapely.Point(113.0, 36.0)).is_empty


def test_a_place_far_from_every_river_is_refused():
    with pytest.raises(GeometryError, match="超过允许的 2000 m"):
        RIVERS.upstream_of(shapely.Point(112.3, 36.2))
    assert not RIVERS.upstream_of(shapely.Point(112.3, 36.02), snap_m=3 * KM).is_empty


@pytest.mark.parametrize(
    ("part", "low", "high"),
    [
        ("源头", 112.0, 112.1),
        ("上游", 112.0, 112 + 1 / 3),
        ("中游", 112 + 1 / 3, 112 + 2 / 3),
        ("下游", 112 + 2 / 3, 113.0),
    ],
)
def test_parts_are_thirds_and_the_source_a_tenth(part, low, high):
    bounds = RIVERS.part("甲", part).bounds
    assert (bounds[0], bounds[2]) == pytest.approx((low, high), abs=1e-5)


def test_unknown_rivers_and_parts_are_named():
    with pytest.raises(GeometryError, match="没有「戊」"):
        RIVERS.line("戊")
    with pytest.raises(GeometryError, match="源头、上游、中游、下游"):
        RIVERS.part("甲", "河口")
    with pytest.raises(GeometryError, match="没有河流"):
        Network([], [], []).upstream_of(shapely.Point(112, 36))


def test_all_faults_of_the_table_are_told_at_once():
    with pytest.raises(GeometryError) as caught:
        Network(
            ["甲", "甲", "乙", "丙", "丁", "戊"],
            [
                LINES["甲"],
                LINES["乙"],
                None,
                shapely.MultiLineString([[(0, 0), (1, 1)], [(5, 5), (6, 6)]]),
                LINES["丁"],
                LINES["丙"],
            ],
            [None, None, None, "", "戊", "丁"],
        )
    told = str(caught.value)
    for words in (
        "「甲」出现 2 次",
        "「乙」没有线",
        "「丙」的线首尾不相接",
        "「丁」沿 flows_into",
        "「戊」沿",
    ):
        assert words in told


def test_columns_of_different_length_are_refused():
    with pytest.raises(GeometryError, match="个数不一致"):
        Network(["甲"], [], [None])


def test_parts_that_join_up_are_one_river_and_heights_are_dropped():
    parts = shapely.MultiLineString(
        [[(112, 36, 9), (112.1, 36, 8)], [(112.1, 36, 8), (112.2, 36, 7)]]
    )
    joined = Network(["甲"], [parts], [None]).line("甲")
    assert joined.geom_type == "LineString"
    assert not joined.has_z


def test_a_mouth_far_from_the_river_below_is_doubted():
    off = line((112.5, 36.3), (112.5, 36.05))
    (doubt,) = Network(["甲", "乙"], [LINES["甲"], off], [None, "甲"]).doubts()
    assert "「乙」的终点距「甲」5548 m" in doubt
    assert RIVERS.doubts() == ()
