"""The closed language of places: every form and modifier of the language, and its limits."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import WorkspaceError
from geo.spec import where as w
from geo.spec.forms import Form, Named
from geo.spec.where import inner, parse_where

SHOWN = Path("plans/a/tasks.csv")
EVERYWHERE = w.Everywhere()
RIVER = w.River(river=("绛河",))


def where(text: str) -> Form:
    return parse_where(text, shown=SHOWN)


def complaints(text: str, *, at: tuple[int, int] = (1, 1)) -> list[str]:
    with pytest.raises(WorkspaceError) as caught:
        parse_where(text, shown=SHOWN, at=at)
    return [str(problem) for problem in caught.value.problems]


FORMS = {
    "everywhere": EVERYWHERE,
    "{everywhere: true}": EVERYWHERE,
    "{district: 屯留区}": w.District(district=("屯留区",)),
    "{district: 140405}": w.District(district=("140405",)),
    "{township: [余吾镇, 吾元镇]}": w.Township(township=("余吾镇", "吾元镇")),
    "{place: 席店}": w.Place(place=("席店",)),
    "{place: 山西金虎水泥有限责任公司（西社）}": w.Place(place=("山西金虎水泥有限责任公司（西社）",)),
    "{section: 司徒桥}": w.Section(section=("司徒桥",)),
    "{reservoir: 屯绛水库}": w.Reservoir(reservoir=("屯绛水库",)),
    "{water_source: 席店}": w.WaterSource(water_source=("席店",)),
    "{water_source: 席店, zone: 一级}": w.WaterSource(water_source=("席店",), zone="一级"),
    "{water_source: 席店, zone: 二级}": w.WaterSource(water_source=("席店",), zone="二级"),
    "{water_source: 席店, zone: 准保护区}": w.WaterSource(water_source=("席店",), zone="准保护区"),
    "{river: 绛河}": RIVER,
    "{river: [绛河, 岚水河]}": w.River(river=("绛河", "岚水河")),
    "{river: 绛河, from: 南宋渡村, to: 绛河大桥}": w.River(river=("绛河",), from_="南宋渡村", to="绛河大桥"),
    "{river: 绛河, from: 南宋渡村}": w.River(river=("绛河",), from_="南宋渡村"),
    "{river: 绛河, to: 绛河大桥}": w.River(river=("绛河",), to="绛河大桥"),
    **{f"{{river: 绛河, part: {part}}}": w.River(river=("绛河",), part=part)
       for part in ("源头", "上游", "中游", "下游")},
    "{river: [绛河, 岚水河], part: 源头}": w.River(river=("绛河", "岚水河"), part="源头"),
    "{river: 绛河, tributaries: true}": w.River(river=("绛河",), tributaries=True),
    "{river: 绛河, tributaries: false}": RIVER,
    "{river: 绛河, side: 左岸}": w.River(river=("绛河",), side="左岸"),
    "{river: 绛河, side: 右岸}": w.River(river=("绛河",), side="右岸"),
    "{river: 绛河, kind: 河流, in: 屯留区}": w.River(river=("绛河",), kind="河流", in_="屯留区"),
    "{river: 绛河, beyond: true}": w.River(river=("绛河",), beyond=True),
    "{basin: 磁窑河}": w.Basin(basin=("磁窑河",)),
    "{confluence: [洪安涧河, 汾河]}": w.Confluence(confluence=("洪安涧河", "汾河")),
    "{upstream_of: 司徒桥, within: 10 km}": w.Upstream(upstream_of="司徒桥", within=10_000.0),
    "{upstream_of: 司徒桥}": w.Upstream(upstream_of="司徒桥"),
    "{downstream_of: 司徒桥, within: 500 米}": w.Downstream(downstream_of="司徒桥", within=500.0),
    "{layer: roads}": w.LayerForm(layer="roads"),
    "{layer: roads, filter: {kind: 国道}}": w.LayerForm(layer="roads", filter={"kind": "国道"}),
    "{layer: roads, filter: {kind: [国道, 省道]}}":
        w.LayerForm(layer="roads", filter={"kind": ("国道", "省道")}),
    "{layer: roads, filter: {width: {min: 7.5, max: 30}, year: {min: 2020}}}":
        w.LayerForm(layer="roads", filter={"width": w.Interval(min=7.5, max=30),
                                           "year": w.Interval(min=2020)}),
    "{buffer: 50 m, of: {river: 绛河}}": w.Buffer(buffer=(50.0,), of=RIVER),
    "{buffer: [30 m, 50 m], of: {river: 绛河}}": w.Buffer(buffer=(30.0, 50.0), of=RIVER),
    "{buffer: 50 m, of: {river: 绛河}, outside: true}":
        w.Buffer(buffer=(50.0,), of=RIVER, outside=True),
    "{around: {river: 绛河}}": w.Around(around=RIVER),
    "{ridge_or: 1 km, of: {river: 绛河}}": w.RidgeOr(ridge_or=1000.0, of=RIVER),
    "{slope: [15, 25], of: everywhere}": w.Slope(slope=(15, 25), of=EVERYWHERE),
    "{slope: [0, 90], of: everywhere}": w.Slope(slope=(0, 90), of=EVERYWHERE),
    "{elevation: {below: 600}, of: everywhere}":
        w.Elevation(elevation=w.Heights(below=600), of=EVERYWHERE),
    "{elevation: {above: 600, below: 900.5}, of: everywhere}":
        w.Elevation(elevation=w.Heights(above=600, below=900.5), of=EVERYWHERE),
    "{touching: {river: 绛河}, of: {layer: villages}}":
        w.Touching(touching=RIVER, of=w.LayerForm(layer="villages")),
    "{all: [everywhere, {river: 绛河}]}": w.All(all=(EVERYWHERE, RIVER)),
    "{any: [everywhere, {river: 绛河}]}": w.Any_(any=(EVERYWHERE, RIVER)),
    "{minus: [everywhere, {river: 绛河}]}": w.Minus(minus=(EVERYWHERE, RIVER)),
    "{unlocated: 规划只写企业名称}": w.Unlocated(unlocated="规划只写企业名称"),
}  # fmt: skip


@pytest.mark.parametrize("text", FORMS)
def test_every_form_of_the_language_is_read(text):
    assert where(text) == FORMS[text]


def test_every_form_is_among_those_read_above():
    assert {type(form) for form in FORMS.values()} == set(w.FORMS)


@pytest.mark.parametrize("text", FORMS)
def test_every_form_may_lie_inside_another_and_reach_beyond_the_territory(text):
    whole = where(f"{{any: [{text}], beyond: true}}")
    assert (whole.beyond, inner(whole)) == (True, (FORMS[text],))


@pytest.mark.parametrize("form", [f for f in w.FORMS if issubclass(f, Named)])
def test_every_form_that_names_something_can_be_narrowed(form):
    (key,) = form.named_by
    names = "[甲, 乙]" if form is w.Confluence else "甲"
    narrowed = where(f"{{{key}: {names}, kind: 村, in: 屯留区}}")
    assert (narrowed.kind, narrowed.in_) == ("村", "屯留区")


@pytest.mark.parametrize(
    "key",
    ["district", "township", "place", "section", "reservoir", "water_source", "river", "basin"],
)
def test_names_are_one_or_a_list_and_keep_their_order(key):
    assert getattr(where(f"{{{key}: [乙, 甲]}}"), key) == ("乙", "甲")
    assert getattr(where(f"{{{key}: 甲}}"), key) == ("甲",)


@pytest.mark.parametrize("names", ["", "[]", "~", "''", "[甲, '']"])
def test_a_name_is_never_empty(names):
    told = "没有写名称 — 请写出名称，或改用 {unlocated: 理由}"
    assert complaints(f"{{place: {names}}}") == [f"plans/a/tasks.csv:1:9: {told}"]


@pytest.mark.parametrize("key", ["upstream_of", "downstream_of", "layer"])
def test_a_single_name_is_never_empty(key):
    assert len(complaints(f"{{{key}: ''}}")) == 1


def test_plain_forms_hold_no_others():
    assert inner(RIVER) == inner(EVERYWHERE) == ()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("{buffer: 1 m, of: {river: 绛河}}", (RIVER,)),
        ("{ridge_or: 1 m, of: {river: 绛河}}", (RIVER,)),
        ("{slope: [1, 2], of: {river: 绛河}}", (RIVER,)),
        ("{elevation: {above: 1}, of: {river: 绛河}}", (RIVER,)),
        ("{around: {river: 绛河}}", (RIVER,)),
        ("{touching: everywhere, of: {river: 绛河}}", (EVERYWHERE, RIVER)),
        ("{all: [everywhere, {river: 绛河}]}", (EVERYWHERE, RIVER)),
        ("{any: [everywhere, {river: 绛河}]}", (EVERYWHERE, RIVER)),
        ("{minus: [everywhere, {river: 绛河}]}", (EVERYWHERE, RIVER)),
    ],
)
def test_inner_lists_what_a_form_holds_in_writing_order(text, parts):
    assert inner(where(text)) == parts


@pytest.mark.parametrize(
    ("length", "metres"),
    [
        ("50 m", 50),
        ("50m", 50),
        ("50米", 50),
        ("1.5 km", 1500),
        ("3 公里", 3000),
        ("３公里", 3000),
        ("500 km", 500_000),
    ],
)
def test_lengths_carry_their_unit(length, metres):
    assert where(f"{{buffer: {length}, of: everywhere}}").buffer == (metres,)


@pytest.mark.parametrize(
    "length", ["50", "50 里", "-50 m", "0 m", "500.1 km", "[]", "", "{}", "[50 m, 20]"]
)
def test_a_length_without_unit_or_out_of_range_is_refused_once(length):
    (line,) = complaints(f"{{buffer: {length}, of: everywhere}}")
    assert line.startswith("plans/a/tasks.csv:1:1")


def test_full_width_punctuation_is_read_as_its_half_width_twin():
    full = "｛any： ［｛river：绛河，part：上游｝，｛place： ［席店，崔邵］｝］，beyond：true｝"
    half = "{any: [{river: 绛河, part: 上游}, {place: [席店, 崔邵]}], beyond: true}"
    assert where(full) == where(half)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{unlocated: 规划只写企业名称，未写厂址}", "规划只写企业名称，未写厂址"),
        ("｛unlocated：规划只写“临汾”，未写县区：厂址不详｝", "规划只写“临汾”，未写县区：厂址不详"),
        ("{unlocated： 甲，乙，丙［注］}", "甲，乙，丙［注］"),
        ('{unlocated: "甲，乙: 丙"}', "甲，乙: 丙"),
        ("{unlocated: '甲，乙'， beyond: true}", "甲，乙"),
        ("unlocated: 甲，乙", "甲，乙"),
    ],
)  # fmt: skip
def test_a_reason_keeps_its_own_punctuation(text, reason):
    assert where(text).unlocated == reason


def test_a_reason_inside_another_form_ends_at_its_brace():
    form = where("{any: [{unlocated: 甲，乙}，{place: 席店}]}")
    assert form == w.Any_(any=(w.Unlocated(unlocated="甲，乙"), w.Place(place=("席店",))))


@pytest.mark.parametrize("quote", ['"', "'"])
def test_quoted_names_keep_their_punctuation(quote):
    form = where(f"{{place： [{quote}甲，乙{quote}，丙]}}")
    assert form.place == ("甲，乙", "丙")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{river： 绛河， prat： 上游}", "1:13"),
        ("{river：绛河，prat：上游}", "1:11"),
        ("{any： [\n  {place： 席店}， {river： 绛河， prat： 上游}]}", "2:28"),
    ],
)
def test_columns_are_those_of_the_text_as_typed(text, place):
    assert complaints(text) == [f"plans/a/tasks.csv:{place}: 未知的键 prat — 是否想写 part？"]


def test_columns_count_from_where_the_text_stands():
    told = "未知的键 prat — 是否想写 part？"
    assert complaints("{river： 绛河， prat： 上游}", at=(9, 5)) == [
        f"plans/a/tasks.csv:9:17: {told}"
    ]
    assert complaints("{river： 绛河，\nprat： 上游}", at=(9, 5)) == [
        f"plans/a/tasks.csv:10:1: {told}"
    ]


def test_a_syntax_error_is_told_where_it_was_typed():
    (line,) = complaints("{river： 绛河， from： 甲 to： 乙}")
    assert line.startswith("plans/a/tasks.csv:1:23: YAML 语法错误（")


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_an_empty_cell_asks_for_a_place_or_a_reason(text):
    assert complaints(text, at=(4, 7)) == [
        "plans/a/tasks.csv:4:7: where 是空的 — 写地点，或写 {unlocated: 理由}"
    ]


def test_an_unknown_key_deep_inside_is_told_at_its_place_with_its_forms_words():
    text = "{minus: [everywhere, {any: [{buffer: 1 m, of: {river: 绛河, trib: true}}]}]}"
    (line,) = complaints(text)
    assert line.startswith(f"plans/a/tasks.csv:1:{text.index('trib') + 1}: 未知的键 trib — ")
    assert "tributaries" in line


def test_everywhere_takes_nothing_but_true():
    assert complaints("{everywhere: 屯留区}") == [
        "plans/a/tasks.csv:1:14: everywhere 不带内容 — 请只写 everywhere，或 {everywhere: true}"
    ]


def test_forms_already_read_are_taken_as_they_are():
    assert w.Any_(any=(RIVER, EVERYWHERE)).any == (RIVER, EVERYWHERE)


WORDS = st.sampled_from(
    [*w.FORM_KEYS, "of", "in", "kind", "filter", "min", "席店", "50 m", "{", "}", "[", "]", ": ", ", ",
     "：", "，", "｛", "｝", "'", '"', "\n", " ", "- ", "true", "15", "~", "&a", "*a", "!t"]
)  # fmt: skip


@given(st.text(alphabet=st.characters()) | st.lists(WORDS, max_size=25).map("".join))
def test_any_text_is_a_place_or_refused(text):
    try:
        form, problems = where(text), ()
    except WorkspaceError as error:
        form, problems = None, error.problems
    assert isinstance(form, Form) or problems
    assert all(p.line >= 1 and p.column >= 1 and p.message for p in problems)


LEAVES = st.sampled_from(["everywhere", {"place": "席店"}, {"river": "绛河", "part": "上游"}])


def wrap(inside: st.SearchStrategy) -> st.SearchStrategy:
    return st.one_of(
        st.lists(inside, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        st.lists(inside, min_size=2, max_size=2).map(lambda parts: {"minus": parts}),
        inside.map(lambda part: {"buffer": "50 m", "of": part}),
        inside.map(lambda part: {"around": part}),
    )


def written(form: object) -> str:
    if isinstance(form, dict):
        return "{" + ", ".join(f"{key}: {written(part)}" for key, part in form.items()) + "}"
    if isinstance(form, list):
        return "[" + ", ".join(map(written, form)) + "]"
    return str(form)


@given(st.recursive(LEAVES, wrap, max_leaves=8))
def test_what_is_well_formed_is_read_at_any_depth_and_width(form):
    text = written(form)
    full = text.replace(", ", "，").replace(": ", "：").replace("{", "｛").replace("]", "］")
    assert where(text) == where(full)
