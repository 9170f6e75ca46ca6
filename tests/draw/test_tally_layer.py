"""Tasks summed by area: counted in each they touch, money only where it lies in one."""

import csv

import pandas as pd
import pytest
import shapely
from pydantic import ValidationError

from geo.draw.layers.classing import classify
from geo.draw.layers.tally import from_tally
from geo.draw.symbols.presets import preset_for
from geo.spec.maps import DrawTally
from geo.spec.style import Graduated, Style
from geo.store.store import open_store
from tests.draw.draw_world import make_store, scene_of
from tests.store.worlds import add_layer

HALVES = (
    ({"name": "西半"}, shapely.box(-12000, -8000, 0, 9000)),
    ({"name": "东半"}, shapely.box(0, -8000, 12000, 9000)),
    ({"name": "远处"}, shapely.box(13000, -8000, 14000, 9000)),
)


def world(tmp_path, *, without=()):
    """Give every task another amount: 1, 2, 4, … so that each sum tells what it is made of."""
    make_store(tmp_path)
    add_layer(tmp_path, "halves", HALVES)
    path = tmp_path / "plans" / "试" / "tasks.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for at, row in enumerate(rows):
        row["investment_wan"] = "" if row["id"] in without else 2**at
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return open_store(tmp_path)


def tally(store, **more):
    return from_tally(DrawTally(tally="试", over="halves", **more), store).layer


def test_an_area_whose_tasks_have_no_amount_is_unknown_not_nought(tmp_path):
    # East holds 东镇 twice, and the river that lies in both: no amount is known there.
    store = world(tmp_path, without=("P04", "P05"))
    layer = tally(store, value="investment")
    assert dict(zip(layer.names, layer.labels, strict=True)) == {
        "西半": "西半\n1", "东半": "东半\n无数据", "远处": "远处\n0",
    }  # fmt: skip
    assert [layer.classes[at].title for at in layer.class_of] == ["1 万元", "无数据", "0 万元"]
    assert layer.notes[-1] == "有 2 项规划未载投资额，未计入；1 地没有可计入的投资额，标“无数据”"
    assert tally(store, value="investment", draw="circles").names == ("西半",)


def test_nothing_is_a_class_of_its_own_and_empty_on_the_map(tmp_path):
    layer = tally(world(tmp_path))
    assert [c.title for c in layer.classes] == ["0 项", "2 项", "3 项"]
    assert [c.ink.fill == "#ffffff" for c in layer.classes] == [True, False, False]
    assert layer.class_of.tolist() == [1, 2, 0]


def values(layer):
    return {label.split("\n")[0]: float(label.split("\n")[1]) for label in layer.labels}


def test_a_task_counts_in_every_area_it_touches_and_nowhere_else(tmp_path):
    # West: the lake (P01) and the river (P06). East: 东镇 twice (P04, P05) and the river.
    layer = tally(world(tmp_path))
    assert values(layer) == {"西半": 2, "东半": 3, "远处": 0}
    assert layer.notes[0] == "各县重点工程项目数量中有 1 项涉及几处，在所涉各地分别计入"
    assert "2 项适用于全域" in layer.notes[1]
    assert "1 项未能定位" in layer.notes[2]


def test_money_of_a_task_in_two_areas_is_told_not_shared_out(tmp_path):
    # P01 1, P04 8, P05 16, P06 32 in both halves.
    layer = tally(world(tmp_path), value="investment")
    assert values(layer) == {"西半": 1, "东半": 24, "远处": 0}
    assert "其投资 32 万元未分摊" in layer.notes[0]


def test_circles_grow_with_the_number_and_nothing_is_no_circle(tmp_path):
    layer = tally(world(tmp_path), value="investment", draw="circles")
    sizes = [layer.classes[at].ink.size for at in layer.class_of]
    assert layer.names == ("西半", "东半")
    assert sizes[1] > sizes[0]
    assert set(shapely.get_dimensions(layer.geometry)) == {0}


def test_whole_numbers_make_classes_that_do_not_share_a_bound():
    frame = pd.DataFrame({"v": [1, 2, 3, 8, 9, 20, 21]})
    style = Style(graduated=Graduated(field="v", k=3, unit="项"))
    titles = [c.title for c in classify(frame, style, preset_for("x"), title="数").classes]
    assert titles == ["1–3 项", "4–9 项", "10–21 项"]


def test_what_cannot_be_counted_is_skipped_with_its_reason(tmp_path):
    store = world(tmp_path)
    none = from_tally(DrawTally(tally="试", over="halves", domain=("声",)), store)
    gone = from_tally(DrawTally(tally="试", over="ecological_redline"), store)
    assert none.skipped[0].reason == "没有可统计的条目"
    assert gone.skipped[0].detail == "layers/ecological_redline.yml"


def test_a_sheet_shows_the_tally_and_says_that_it_is_counted_from_the_plan(tmp_path):
    scene = scene_of(world(tmp_path), {"tally": "试", "over": "halves"})
    assert "据《试验规划》统计" in scene.credits[0]


def test_more_sizes_than_eyes_tell_apart_are_refused():
    with pytest.raises(ValidationError, match="大小难以区分"):
        DrawTally(tally="试", draw="circles", k=7)
    with pytest.raises(ValidationError, match="大小难以区分"):
        Graduated(field="v", scheme="given", breaks=tuple(range(6)), sized=True)
    assert Graduated(field="v", k=7).k == 7
