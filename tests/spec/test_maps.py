"""Maps: what may be drawn, and the short forms of a layer, a label and a style."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from geo.spec.closed import load
from geo.spec.maps import DrawLayer, DrawTasks, DrawTerrain, DrawWhere, MapSpec, Page
from geo.spec.marked import parse_yaml
from geo.spec.style import Graduated, Label, Style
from geo.spec.where import Everywhere, Interval


def drawn(item: object) -> object:
    return MapSpec.model_validate({"title": "某图", "layers": [item]}).layers[0]


def test_a_map_of_one_word_has_sensible_defaults():
    spec = MapSpec.model_validate({"title": "某图", "layers": ["rivers"]})
    assert (spec.page, spec.edition, spec.extent, spec.series) == (Page(), "internal", None, None)
    assert (spec.page.size, spec.page.grid) == ("A4", "graticule")


@pytest.mark.parametrize(
    ("written", "item"),
    [
        ("rivers", DrawLayer(layer="rivers")),
        (
            {"layer": "rivers", "style": "river"},
            DrawLayer(layer="rivers", style=Style(preset="river")),
        ),
        ({"layer": "rivers", "label": "MC"}, DrawLayer(layer="rivers", label=Label(field="MC"))),
        ({"layer": "rivers", "label": "none"}, DrawLayer(layer="rivers", label="none")),
        (
            {"layer": "rivers", "filter": {"order": {"max": "3"}}},
            DrawLayer(layer="rivers", filter={"order": Interval(max=3)}),
        ),
        ({"tasks": "tunliu", "kind": "control"}, DrawTasks(tasks="tunliu", kind=("control",))),
        ({"terrain": "dem", "style": "shade"}, DrawTerrain(terrain="dem", style="shade")),
        (
            {"where": "everywhere", "title": "全区", "style": {}},
            DrawWhere(where=Everywhere(), title="全区", style=Style()),
        ),
        (DrawLayer(layer="rivers"), DrawLayer(layer="rivers")),
    ],
)
def test_every_kind_of_drawing_is_told_by_its_key(written, item):
    assert drawn(written) == item


def test_none_is_no_label_and_never_a_field_called_none():
    assert drawn({"layer": "rivers", "label": "none"}).label == "none"
    assert drawn({"layer": "rivers"}).label is None


@pytest.mark.parametrize(
    "fault",
    ["label: {feild: a}", "label: [a]", "filter: {a: {mni: 1}}", "filter: {a: [b, [c]]}"],
)
def test_a_fault_in_a_label_or_a_filter_is_told_once(fault):
    text = f"title: 某图\nlayers: [{{layer: rivers, {fault}}}]"
    assert len(load(parse_yaml(text, shown=Path("m.yml")), MapSpec)[1]) == 1


def test_a_public_map_carries_its_approval():
    public = {"title": "某图", "layers": ["rivers"], "edition": "public"}
    assert MapSpec.model_validate({**public, "approval": "晋S（2026）001号"}).edition == "public"
    with pytest.raises(ValidationError, match="公开版必须有审图号"):
        MapSpec.model_validate(public)


@pytest.mark.parametrize("colour", ["#1F78B4", "none"])
def test_colours_are_hex_in_lower_case_or_none(colour):
    assert Style(fill=colour).fill == colour.lower()


@pytest.mark.parametrize("colour", ["blue", "#fff", "1f78b4", "#1f78b4ff", "rgb(0,0,0)"])
def test_other_colours_are_refused(colour):
    with pytest.raises(ValidationError, match="不是颜色"):
        Style(fill=colour)


def test_breaks_rise_and_are_needed_when_they_are_to_be_given():
    assert Graduated(field="a", scheme="given", breaks=(1, 2)).breaks == (1, 2)
    for breaks, words in (
        ((), "scheme: given 需要 breaks"),
        ((2, 1), "从小到大"),
        ((1, 1), "从小到大"),
    ):
        with pytest.raises(ValidationError, match=words):
            Graduated(field="a", scheme="given", breaks=breaks)


def test_a_style_is_classed_in_one_way():
    assert Style(by="级别", classes={"一级": {"fill": "#ff0000"}}).classes["一级"].fill == "#ff0000"
    with pytest.raises(ValidationError, match="写了 classes 却没有 by"):
        Style(classes={"一级": {}})
    with pytest.raises(ValidationError, match="by 与 graduated 不能同时写"):
        Style(by="级别", graduated=Graduated(field="a"))
