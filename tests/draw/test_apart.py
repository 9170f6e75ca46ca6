from dataclasses import replace

import numpy as np
import pytest
import shapely

from geo.draw.label.requests import OnPage
from geo.draw.sheet.apart import set_apart
from geo.draw.sheet.arrange import arrange
from geo.draw.sheet.pen import symbol_boxes
from tests.draw.draw_world import scene_of


@pytest.fixture(scope="module")
def kinds(store):
    """Return the layers of towns and of sections, as the made-up workspace draws them."""
    layers = {x.id: x for x in scene_of(store, "places", "sections").layers}
    return layers["places"], layers["sections"]


def on_page(layer, *places):
    rows = [0] * len(places)
    layer = replace(
        layer, class_of=layer.class_of[rows], names=tuple("甲" * len(rows)), labels=("",) * len(rows)
    )  # fmt: skip
    return OnPage(layer, np.array([shapely.Point(p) for p in places], dtype=object))


def boxes(item):
    ink = item.layer.classes[int(item.layer.class_of[0])].ink
    return [shapely.box(*b) for b in symbol_boxes([(g.x, g.y) for g in item.geometry], ink)]


def test_a_symbol_on_a_section_gives_way_and_hides_it_no_more(kinds):
    towns, sections = kinds
    layers, moved = set_apart([on_page(towns, (50, 50)), on_page(sections, (50.2, 50))])
    assert [place for place, _ in moved] == [(50.0, 50.0)]
    assert layers[1].geometry[0].equals(shapely.Point(50.2, 50))
    (town,), (section,) = boxes(layers[0]), boxes(layers[1])
    assert not town.intersects(section)
    # Beside it, no further: half of either symbol and a hair.
    assert town.distance(section) < 0.2


def test_symbols_apart_and_those_of_one_layer_stay(kinds):
    towns, sections = kinds
    given = [on_page(towns, (50, 50), (50.1, 50)), on_page(sections, (80, 50))]
    layers, moved = set_apart(given)
    assert moved == ()
    assert all(a is b for a, b in zip(layers, given, strict=True))


def test_a_symbol_moves_onto_no_third(kinds):
    towns, sections = kinds
    around = [(54.5, 50), (45.5, 50), (50, 54.5)]
    layers, moved = set_apart(
        [on_page(sections, (50, 50), *around), on_page(towns, (50, 50))]
    )  # fmt: skip
    assert len(moved) == 1
    (town,) = boxes(layers[1])
    assert not any(town.intersects(section) for section in boxes(layers[0]))


def test_where_there_is_no_room_a_symbol_stays(kinds):
    towns, sections = kinds
    crowd = [(x, y) for x in range(40, 61, 2) for y in range(40, 61, 2)]
    _, moved = set_apart([on_page(sections, *crowd), on_page(towns, (50, 50))])
    assert moved == ()


def test_the_sheet_shows_where_a_moved_symbol_belongs(store):
    scene = scene_of(store, "places", "sections")
    places = next(layer for layer in scene.layers if layer.id == "places")
    bridge = next(layer for layer in scene.layers if layer.id == "sections").geometry[0]
    onto = replace(places, geometry=np.array([bridge] * len(places.names), dtype=object))
    scene = replace(scene, layers=tuple(onto if x is places else x for x in scene.layers))
    arranged = arrange(scene)
    assert len(arranged.moved) >= 1
    true = scene.to_mm(scene.plane.geometry(bridge))
    assert arranged.moved[0][0] == pytest.approx((true.x, true.y))
