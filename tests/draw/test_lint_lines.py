"""Every rule of the map linter, each with a fault planted in a sheet of one map file: what is told, and where.

A rule added to ``geo.draw.lint`` without a case here fails the last test.
"""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

import geo.draw.lint as linter
from geo.draw.layers.drawn import Skipped
from geo.draw.lint import problems
from geo.draw.scene import compose
from geo.draw.sheet.arrange import arrange
from geo.draw.sheet.paper import draw_arranged
from geo.spec.maps import MapSpec
from geo.spec.marked import parse_yaml
from tests.draw.draw_world import DAY, LINTED

FILE = Path("maps/试验图.yml")
MAP = "# 断面图\n" + LINTED + "enlarge: {bbox: [112.78, 36.28, 112.82, 36.31]}\n"
SOURCE = parse_yaml(MAP, shown=FILE)


@pytest.fixture(scope="module")
def arranged(store):
    return arrange(compose("m", MapSpec.model_validate(SOURCE.value), store, as_at=DAY))


def at_layer(scene, name, **changes):
    layers = tuple(replace(x, **changes) if x.id == name else x for x in scene.layers)
    return replace(scene, layers=layers)


def legend(scene, **changes):
    fitted = replace(scene.layout.fitted, **changes)
    return replace(scene, layout=replace(scene.layout, fitted=fitted))


def crowded(arranged, **changes):
    """Return the sheet with one label set twice, or as changed."""
    label = arranged.placement.placed[0]
    placed = (*arranged.placement.placed, replace(label, **changes))
    return replace(arranged, placement=replace(arranged.placement, placed=placed))


def tied(arranged):
    """Return the sheet without its enlargement, six numbers standing for names at one place."""
    label = arranged.placement.placed[0]
    placed = tuple(replace(label, number=n) for n in range(1, 7))
    return replace(
        arranged, scene=replace(arranged.scene, enlarged=None), detail=None,
        placement=replace(arranged.placement, placed=placed),
    )  # fmt: skip


def numbered(arranged):
    many = (arranged.placement.placed[0].request,) * 13
    return replace(arranged, placement=replace(arranged.placement, numbered=many))


def of_scene(change):
    return lambda arranged: replace(arranged, scene=change(arranged.scene))


def unread(scene):
    return replace(scene, skipped=(Skipped("土地", "读取失败", "layers/land.yml:2"),))


#: Rule: how the fault is planted, what is told, the line and column of the map's file.
CASES = {
    "missing glyph": (of_scene(lambda s: replace(s, title="𣒍村")), "字体缺少的字：“𣒍”", (2, 1)),
    "title": (of_scene(lambda s: replace(s, title=" ")), "图上没有图名", (2, 1)),
    "审图号 notice": ("内部使用，未经审图", "图上没有“内部使用，未经审图”", (2, 1)),
    "schematic notice": ("示意数据，不作为审批依据", "图上没有“示意数据，不作为审批依据”", (2, 1)),
    "legend": (of_scene(lambda s: legend(s, rows=())), "图上没有图例", (6, 1)),
    "scale": ("比例尺", "图上没有比例尺", (5, 3)),
    "office": (of_scene(lambda s: replace(s, unit="")), "图签没有制图单位", (2, 1)),
    "credits": (of_scene(lambda s: at_layer(s, "rivers", credit="")), "图层“rivers”没有资料来源", (15, 5)),
    "dates": (of_scene(lambda s: at_layer(s, "rivers", as_of="")), "图层“rivers”没有数据日期", (15, 5)),
    "unreadable layer": (of_scene(unread), "图层“土地”读取失败，没有画上", (6, 1)),
    "label overlap": (crowded, "处注记相互压盖", (4, 1)),
    "number on a label": (lambda a: crowded(a, forced=True), "有 1 个编号压盖其他注记", (2, 1)),
    "too many numbers": (numbered, "有 13 个名称放不下，改用编号", (2, 1)),
    "enlargement without room": (lambda a: replace(a, detail=None), "局部放大图没有画", (16, 1)),
    "crowd": (tied, "有一处 6 条注记挤得拉了引线或改为编号", (6, 1)),
    "unlabelled section": (lambda a: a, "监测断面没有注名", (9, 5)),
    "small letters": (of_scene(lambda s: legend(s, size_pt=4.6)), "图例字号只有 4.6 磅", (4, 1)),
    "contrast": (lambda a: a, "文字颜色 #dddddd 太浅", (8, 5)),
    "colour-blind": (lambda a: a, "色盲读者难以区分", (11, 5)),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_every_rule_tells_the_file_and_the_line_of_the_map(arranged, rule, monkeypatch):
    plant, words, (line, column) = CASES[rule]
    if isinstance(plant, str):
        # The furniture always writes it: the fault is that it was not written.
        pen = draw_arranged(arranged)
        monkeypatch.setattr(pen, "said", [said for said in pen.said if plant not in said[0]])
        monkeypatch.setattr(linter, "draw_arranged", lambda _: pen)
        changed = arranged
    else:
        changed = plant(arranged)
    monkeypatch.setattr(linter, "arrange", lambda _: changed)
    told = [p for p in problems(changed.scene, shown=FILE, source=SOURCE) if words in p.message]
    assert len(told) == 1, [p.message for p in told]
    assert str(told[0]).startswith(f"maps/试验图.yml:{line}:{column}: ")
    assert told[0].hint


def test_no_rule_is_without_a_case():
    tree = ast.parse(Path(linter.__file__).read_text(encoding="utf-8"))
    calls = [
        n
        for n in ast.walk(tree)
        if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "Fault"
    ]
    assert len(calls) == len(CASES)
