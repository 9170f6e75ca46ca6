"""How far to move: answers that can be worked out on squared paper."""

from __future__ import annotations

import math

import pytest
import shapely

from geo.spec.vocabulary import Outcome

from .conftest import footprint, place, square


def test_a_plot_leaves_a_zone_by_its_overlap_to_the_nearest_side(full_town, plot):
    full_town.layer("ecological_redline", square(60, -500, 1_100))
    move = full_town.check(plot).move
    assert move.distance_m == 41  # 40 m of overlap and a hair, rounded up to whole metres
    assert move.direction_zh == "西侧"
    assert move.bearing_deg == pytest.approx(270, abs=1)
    assert move.layers == ("ecological_redline",)


def test_the_accuracy_of_both_is_kept_clear_of(full_town, plot):
    full_town.layer("ecological_redline", square(60, -500, 1_100), accuracy_m=10)
    move = full_town.check(footprint(plot, accuracy_m=5.0)).move
    assert (move.distance_m, move.margin_m) == (pytest.approx(55, abs=1), 15.0)


def test_where_it_ends_the_same_check_finds_no_conflict(full_town, plot):
    full_town.layer("ecological_redline", square(60, -500, 1_100), accuracy_m=10)
    move = full_town.check(plot).move
    angle = math.radians(move.bearing_deg)
    east, north = move.distance_m * math.sin(angle), move.distance_m * math.cos(angle)
    assert full_town.check(square(east, north, 100)).verdict is Outcome.CLEAR


def test_the_way_out_of_a_corner_is_the_shorter_one(full_town, plot):
    full_town.layer("ecological_redline", square(40, 70, 1_000))
    move = full_town.check(plot).move
    assert (move.distance_m, move.direction_zh) == (31, "南侧")


def test_a_slanted_edge_is_left_square_to_it(full_town, plot):
    half = place(shapely.Polygon([(-300, 400), (400, -300), (1_000, 1_000)]))
    full_town.layer("ecological_redline", half)  # all that lies beyond x + y = 100
    move = full_town.check(plot).move
    assert move.distance_m == pytest.approx(100 / math.sqrt(2), abs=1.1)
    assert move.direction_zh == "西南侧"
    assert move.bearing_deg == pytest.approx(225, abs=1)


def test_it_does_not_move_into_another_prohibiting_zone(full_town, plot):
    full_town.layer("ecological_redline", square(60, -500, 1_100))
    full_town.layer("basic_farmland", square(-1_141, -500, 1_100))  # one metre short of free
    move = full_town.check(plot).move
    assert move.distance_m > 400
    assert move.direction_zh in ("南侧", "北侧")


def test_without_a_conflict_there_is_nothing_to_move_from(full_town, plot):
    assert full_town.check(plot).move is None


def test_from_doubtful_conflicts_nobody_is_sent_away(full_town, plot):
    full_town.layer("standin", square(60, 0, 100), kind="ecological_redline", authority="schematic")
    assert full_town.check(plot).move is None
    del full_town.layers["standin"]
    (full_town.root / "layers" / "standin.yml").unlink()
    full_town.layer("ecological_redline", square(60, 0, 100), valid_until="2020")
    assert full_town.check(plot).move is None


def test_beyond_two_kilometres_no_move_is_proposed(full_town, plot):
    full_town.layer("ecological_redline", square(-3_000, -3_000, 6_100))
    result = full_town.check(plot)
    assert (result.verdict, result.move) == (Outcome.PROHIBITED, None)


def test_nobody_is_sent_onto_ground_the_layer_does_not_cover(full_town, plot):
    full_town.layer("ecological_redline", square(60, -500, 1_100), coverage="data/area.geojson")
    full_town.features["area"] = [(square(-20, -5_000, 10_000), {})]
    move = full_town.check(plot).move
    assert move.distance_m > 400


def test_moves_away_from_internal_layers_are_rounded_up_to_ten_metres(full_town, plot):
    full_town.layer("ecological_redline", square(62, -500, 1_100), sensitivity="internal")
    move = full_town.check(plot).move
    assert (move.distance_m, move.bearing_deg) == (40, 270)
