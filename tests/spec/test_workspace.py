"""A workspace as one whole: found by its marker, all its problems told, names that must exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.errors import WorkspaceError
from geo.spec.rules import national_files
from geo.spec.vocabulary import REQUIRED_KINDS
from geo.spec.where import parse_where
from geo.spec.workspace import Marker, find_root, layers_named, read_workspace

MARKER = "title: 某县工作区\njurisdictions: '140405'\n"
LAW = """
title: 某条例
issuer: 某机关
level: local
effective_from: 2018-01-01
verified: false
source: 某网站
clauses:
  - id: a1
    clause: 第一条
    zones: [wetland]
    summary: 摘要
    default: notice
    otherwise: notice
    examples: [{zone: wetland, as_at: 2020-01-01, expect: notice}]
"""
PLAN = 'title: 某规划\nadcode: "140405"\nperiod: [2021, 2025]\nsource: 某规划\n'


def workspace(root: Path, files: dict[str, str], *, marker: str | None = MARKER) -> Path:
    for name, text in (
        files.items() if marker is None else {"workspace.yml": marker, **files}.items()
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def complaints(root: Path) -> list[str]:
    return [str(problem) for problem in read_workspace(root)[1]]


def test_the_marker_is_found_from_any_folder_below(tmp_path):
    root = workspace(tmp_path, {"plans/a/plan.yml": PLAN})
    assert find_root(root / "plans" / "a") == find_root(root) == root.resolve()


def test_without_a_marker_the_way_out_is_told(tmp_path):
    with pytest.raises(WorkspaceError) as caught:
        find_root(tmp_path)
    assert str(caught.value) == (
        f"workspace.yml: 从 {tmp_path.name} 向上都没有找到 workspace.yml"
        " — 请进入工作区文件夹，或用 --workspace 指定，或用 hongxian init 新建"
    )


def test_a_marker_alone_is_a_workspace(tmp_path):
    spec, problems = read_workspace(workspace(tmp_path, {}))
    assert problems == []
    assert (spec.marker.title, spec.layers, spec.plans, spec.maps) == ("某县工作区", {}, {}, {})
    assert len(spec.rules) == len(list(national_files()))


def test_files_are_known_by_their_names(tmp_path):
    root = workspace(
        tmp_path,
        {
            "layers/红线.yml": "title: 红线\n",
            "rules/某条例.yml": LAW,
            "plans/a/plan.yml": PLAN,
            "plans/a/tasks.csv": "id,kind,heading,title,where\nP1,project,甲,甲,{layer: 红线}\n",
            "maps/overview.yml": "title: 某图\nplan: a\nlayers: [红线, {tasks: a}]\n",
        },
    )
    spec, problems = read_workspace(root)
    assert problems == []
    assert (list(spec.layers), list(spec.plans), list(spec.maps)) == (["红线"], ["a"], ["overview"])
    assert "某条例" in spec.rules
    assert spec.sources[Path("layers/红线.yml")].keys == {("title",): (1, 1)}


def test_problems_of_all_folders_are_told_at_once_in_order(tmp_path):
    root = workspace(
        tmp_path,
        {
            "layers/b.yml": "titel: 甲\n",
            "layers/a.yml": "title: 甲\ntitle: 乙\n",
            "rules/某条例.yml": LAW.replace("level: local", "level: locel"),
            "maps/m.yml": "title: 某图\nlayers: []\n",
            "plans/p/plan.yml": PLAN.replace("140405", "屯留"),
        },
    )
    assert complaints(root) == [
        "layers/a.yml:2:1: 键 title 写了两次 — 请删去其中一个",
        "layers/b.yml:1:1: 未知的键 titel — 是否想写 title？",
        "layers/b.yml:1:1: 缺少键 title — 请补上 title: …",
        "maps/m.yml:2:9: 这里的内容项数不够 — 请补全",
        "plans/p/plan.yml:2:9: 屯留 不是 6 位行政区划代码 — 例如 140405",
        "rules/某条例.yml:4:8: 不认识的取值 “locel” — 是否想写 local？",
    ]


def test_a_bad_marker_gives_no_workspace_but_the_other_problems_too(tmp_path):
    root = workspace(tmp_path, {"layers/a.yml": "titel: 甲\n"}, marker="title: 甲\n")
    spec, problems = read_workspace(root)
    assert spec is None
    assert [str(p.file) for p in problems] == ["layers/a.yml", "layers/a.yml", "workspace.yml"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a.yaml", "后缀是 .yaml — 请改名为 .yml"),
        ("a.YML", "后缀是 .YML — 请改名为 .yml"),
        ("a b.yml", "文件名只能用文字、数字、下划线和连字符 — 文件名就是编号，请改名"),
        ("_a.yml", "文件名只能用文字、数字、下划线和连字符 — 文件名就是编号，请改名"),
    ],
)
def test_file_names_that_cannot_be_ids_are_told(tmp_path, name, told):
    root = workspace(tmp_path, {f"layers/{name}": "title: 甲\n"})
    assert complaints(root) == [f"layers/{name}: {told}"]


def test_other_files_are_left_alone(tmp_path):
    files = {
        "layers/README.md": "甲",
        "layers/a.yml.bak": "甲",
        "plans/README.md": "甲",
        "plans/.cache/x": "甲",
    }
    assert complaints(workspace(tmp_path, files)) == []


def test_an_offices_rule_of_the_same_name_overrides_the_packages(tmp_path, monkeypatch):
    shipped = tmp_path / "shipped"
    files = {"某条例.yml": LAW, "另一条例.yml": LAW.replace("某条例", "另一条例")}
    workspace(shipped, files, marker=None)
    monkeypatch.setattr(
        "geo.spec.workspace.national_files", lambda: iter(sorted(shipped.iterdir()))
    )
    own = LAW.replace("某条例", "某条例（本地）")
    spec, problems = read_workspace(workspace(tmp_path / "office", {"rules/某条例.yml": own}))
    assert problems == []
    assert {name: law.title for name, law in spec.rules.items()} == {
        "某条例": "某条例（本地）",
        "另一条例": "另一条例",
    }
    assert spec.overridden_rules == ("某条例",)


def test_a_broken_law_of_the_package_is_told_by_its_name(tmp_path, monkeypatch):
    shipped = workspace(tmp_path / "shipped", {"某条例.yml": "title: 甲: 乙"}, marker=None)
    monkeypatch.setattr("geo.spec.workspace.national_files", lambda: iter(shipped.iterdir()))
    (line,) = complaints(workspace(tmp_path / "office", {}))
    assert line.startswith("某条例.yml:1:9: YAML 语法错误")


LAYERS = {"layers/rivers.yml": "title: 河流\n", "layers/roads.yml": "title: 道路\n"}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("layers: [river]", "2:10: 没有名为 river 的图层 — 是否想写 rivers？"),
        ("layers:\n  - rivers\n  - layer: raods", "4:12: 没有名为 raods 的图层 — 是否想写 roads？"),
        ("layers: [{terrain: dem}]", "2:20: 没有名为 dem 的图层 — 可用：rivers、roads"),
        ("layers: [{tasks: b}]", "2:18: 没有名为 b 的规划 — 可用：a"),
        ("plan: b\nlayers: [rivers]", "2:7: 没有名为 b 的规划 — 可用：a"),
        ("extent: {layer: river}\nlayers: [rivers]", "2:9: 没有名为 river 的图层 — 是否想写 rivers？"),
        ("series: {over: towns}\nlayers: [rivers]", "2:16: 没有名为 towns 的图层 — 可用：rivers、roads"),
        ("layers:\n  - where: {around: {layer: rods}}\n    title: 甲\n    style: river",
         "3:12: 没有名为 rods 的图层 — 是否想写 roads？"),
    ],
)  # fmt: skip
def test_a_map_names_only_layers_and_plans_that_there_are(tmp_path, written, told):
    files = {**LAYERS, "plans/a/plan.yml": PLAN, "maps/m.yml": f"title: 某图\n{written}\n"}
    assert complaints(workspace(tmp_path, files)) == [f"maps/m.yml:{told}"]


def test_a_place_of_a_plan_names_only_layers_that_there_are(tmp_path):
    rows = "id,kind,heading,title,where\nP1,project,甲,甲,{around: {layer: river}}\n"
    controls = "id,heading,title,where,activities,strength\nC1,甲,甲,{layer: red},*,禁止\n"
    files = {
        **LAYERS,
        "plans/a/plan.yml": PLAN,
        "plans/a/tasks.csv": rows,
        "plans/a/controls.csv": controls,
    }
    assert complaints(workspace(tmp_path, files)) == [
        "plans/a/controls.csv:2:4: C1 的 where 用到不存在的图层 red — 可用：rivers、roads",
        "plans/a/tasks.csv:2:5: P1 的 where 用到不存在的图层 river — 是否想写 rivers？",
    ]


def test_without_any_layer_the_way_to_declare_one_is_told(tmp_path):
    rows = "id,kind,heading,title,where\nP1,project,甲,甲,{layer: red}\n"
    files = {"plans/a/plan.yml": PLAN, "plans/a/tasks.csv": rows}
    (line,) = complaints(workspace(tmp_path, files))
    assert line.endswith(" — 请在 layers/ 中声明")


def test_a_layer_or_plan_with_a_fault_of_its_own_is_not_also_called_missing(tmp_path):
    files = {
        "layers/rivers.yml": "titel: 河流\n",
        "plans/a/plan.yml": "titel: 甲\n",
        "maps/m.yml": "title: 某图\nplan: a\nlayers: [rivers, {tasks: a}]\n",
    }
    assert not any("没有名为" in line for line in complaints(workspace(tmp_path, files)))


def test_layers_are_named_at_any_depth():
    form = parse_where(
        "{minus: [{layer: a}, {any: [{around: {layer: b}}, everywhere]}]}", shown=Path("t")
    )
    assert list(layers_named(form)) == ["a", "b"]


def test_required_kinds_are_the_packages_plus_own_minus_waived():
    marker = Marker.model_validate(
        {
            "title": "甲", "jurisdictions": "140405", "required": ["spring_core", "nature_core"],
            "waivers": [{"kind": "basic_farmland", "waived": "由自然资源局复函"}],
        }
    )  # fmt: skip
    assert marker.required_kinds == (
        *(k for k in REQUIRED_KINDS if k != "basic_farmland"),
        "spring_core",
    )


def test_a_map_of_several_plans_becomes_one_map_per_plan(tmp_path):
    files = {
        **LAYERS,
        "plans/a/plan.yml": PLAN,
        "plans/b/plan.yml": PLAN.replace("140405", "140400"),
        "maps/water.yml": (
            "title: 水系图\nplans: [a, b]\nlayers:\n  - rivers\n"
            "  - {layer: rivers, title: 县里才画, level: county}\n  - {tasks: 本规划}\n"
        ),
    }
    spec, problems = read_workspace(workspace(tmp_path, files))
    assert problems == []
    assert list(spec.maps) == ["a_water", "b_water"]
    assert [spec.maps[n].plan for n in spec.maps] == ["a", "b"]
    assert [len(spec.maps[n].layers) for n in spec.maps] == [3, 2]
    assert spec.maps["b_water"].layers[-1].tasks == "b"
    assert spec.map_file("a_water").as_posix() == "maps/water.yml"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("plans: [a, 甲]\nlayers: [rivers]", "没有名为 甲 的规划"),
        ("plan: a\nplans: [a]\nlayers: [rivers]", "plan 与 plans 不能同时写"),
        ("layers: [{tasks: 本规划}]", "tasks: 本规划 只用在写了 plans 的地图里"),
        ("layers: [{tally: a, over: 无}]", "没有名为 无 的图层"),
    ],
)
def test_faults_of_maps_of_several_plans_are_told(tmp_path, written, told):
    files = {**LAYERS, "plans/a/plan.yml": PLAN, "maps/m.yml": f"title: 某图\n{written}\n"}
    assert any(told in c for c in complaints(workspace(tmp_path, files)))


def test_two_files_cannot_make_a_map_of_one_name(tmp_path):
    files = {
        **LAYERS,
        "plans/a/plan.yml": PLAN,
        "maps/a_m.yml": "title: 某图\nlayers: [rivers]\n",
        "maps/m.yml": "title: 某图\nplans: a\nlayers: [rivers]\n",
    }
    assert any("已有同名地图" in c for c in complaints(workspace(tmp_path, files)))
