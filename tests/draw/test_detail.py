"""An enlargement in a corner of a map: where it stands, what it shows, what is labelled where."""

from pathlib import Path

import pytest
import shapely

from geo.draw.lint import lint
from geo.draw.sheet.arrange import arrange
from geo.draw.sheet.crowd import crowd
from geo.draw.sheet.paper import draw_arranged
from geo.spec.closed import load
from geo.spec.maps import MapSpec
from geo.spec.marked import parse_yaml
from tests.draw.draw_world import scene_of

#: Around 东镇 at (6000, 3000) metres of (112.80, 36.30).
EAST = {"bbox": [112.84, 36.31, 112.90, 36.345], "title": "东镇局部放大"}
TASKS = {"tasks": "试"}


def sheet(store, **own):
    return arrange(scene_of(store, "districts", "rivers", "sections", "places", TASKS, **own))


@pytest.fixture(scope="module")
def enlarged(store):
    return sheet(store, enlarge=EAST)


def box(frame):
    return shapely.box(frame.x, frame.y, frame.right, frame.top)


def texts(placement):
    """List the words and numbers of labels."""
    placed = placement.placed
    return {t for p in placed for t in (p.request.text, *(n for n, _ in p.request.badges))}


def test_it_is_larger_than_the_map_and_says_its_own_scale(enlarged):
    place = enlarged.detail.place
    times = enlarged.scene.denominator / place.scene.denominator
    assert 1.5 <= times <= 4.0
    assert place.scene.layout.map.h == pytest.approx(place.zone.h * times)
    said = {text for text, _ in draw_arranged(enlarged).said}
    scale = f"1:{place.scene.denominator:,}".replace(",", " ")
    assert f"东镇局部放大　{scale}" in said


def test_a_kilometre_in_it_is_as_long_as_its_scale_says(enlarged):
    scene = enlarged.detail.place.scene
    x, y = (scene.window[0] + scene.window[2]) / 2, scene.window[1] + 100.0
    line = scene.to_mm(shapely.LineString([(x, y), (x + 1000.0, y)]))
    assert line.length == pytest.approx(1e6 / scene.denominator)


def test_it_hides_neither_the_territory_nor_a_feature_nor_the_furniture(enlarged):
    ground = box(enlarged.detail.place.frame)
    assert not ground.intersects(enlarged.scene.to_mm(enlarged.scene.base.territory))
    for item in enlarged.layers:
        if item.layer.group != "水系":
            assert not shapely.intersects(item.geometry, ground).any()
    assert box(enlarged.scene.layout.map).contains(ground)
    labels = shapely.box(*enlarged.placement.boxes().T)
    assert not shapely.intersects(labels, ground.buffer(-0.01)).any()


def test_what_lies_in_the_part_is_labelled_in_it_and_not_on_the_map(enlarged, store):
    main, larger = texts(enlarged.placement), texts(enlarged.detail.arranged.placement)
    every = texts(sheet(store).placement)
    assert "东镇" in larger - main
    assert "西镇" in main - larger
    assert every <= main | larger
    assert enlarged.placement.overlaps() == 0
    assert enlarged.detail.arranged.placement.overlaps() == 0


def test_no_label_stands_across_the_line_around_the_part(enlarged):
    ring = box(enlarged.detail.place.zone).exterior
    assert not shapely.intersects(shapely.box(*enlarged.placement.boxes().T), ring).any()


def test_without_room_it_is_left_out_and_told(store):
    whole = {"bbox": [112.5, 36.0, 113.1, 36.5]}
    scene = scene_of(store, "districts", "rivers", enlarge=whole)
    assert arrange(scene).detail is None
    told = [fault for fault in lint(scene) if "局部放大图没有画" in fault.message]
    assert [fault.key for fault in told] == [("enlarge",)]


def test_a_sheet_that_does_not_crowd_is_not_told_to_enlarge(store):
    assert crowd(sheet(store)) is None


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("{title: 无处}", "enlarge 应写 around"),
        ("{around: {place: 东镇}, bbox: [1, 2, 3, 4]}", "enlarge 应写 around"),
        ("{bbox: [113, 36, 112, 37]}", "西小于东"),
        ("{box: [1, 2, 3, 4]}", "box"),
    ],
)
def test_a_part_that_cannot_be_is_refused_at_its_line(written, says):
    text = f"title: 图\nlayers: [rivers]\nenlarge: {written}\n"
    value, problems = load(parse_yaml(text, shown=Path("m.yml")), MapSpec)
    assert value is None
    assert [p.line for p in problems] == [3]
    assert says in str(problems[0])
