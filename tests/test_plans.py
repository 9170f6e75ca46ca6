"""The five plans of the reference workspace: counts, sums, places, and faith to the documents."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from geo.spec import where as w
from geo.store.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.spec.plans import Plan, Task, TaskRow
    from geo.store.store import LocatedTask, Store

ROOT: Final = Path(__file__).parents[1]
TEXTS: Final = ROOT.parent / "shared" / "plans"
PLANS: Final = ("tunliu", "jiaocheng", "shangdang", "linfen", "yungang")

#: A form that names something printed in the plan.
NAMING: Final = (
    w.District, w.Township, w.Place, w.Section, w.Reservoir, w.WaterSource, w.River, w.Basin,
    w.Confluence, w.Upstream, w.Downstream,
)  # fmt: skip
#: Reasons which say that the plan itself names nothing: a list not given, a class not drawn.
NAMES_NOTHING: Final = re.compile("未(列|具名|划定|界定|给出|公布|定义)|名称未写|条件")
#: A generic `{layer: …}` of a layer that holds nothing in this plan's territory; not a name.
OUTSIDE: Final = "位于规划辖区之外"
#: Names put together from what is printed: the plan drops 乡 or 高速, or speaks of several at once,
#: or a page break cuts the cell.
PIECED: Final = {
    "西交口乡": "西交口",
    "太德乡": "太德塬",
    "霍州城区": "霍州市环城",
    "长临高速": "长临、临吉高速",
    "龙子祠泉域重点保护区": "龙子祠泉、郭庄泉、霍泉等泉域重点保护区",
    "郭庄泉域重点保护区": "龙子祠泉、郭庄泉、霍泉等泉域重点保护区",
    "霍泉域重点保护区": "龙子祠泉、郭庄泉、霍泉等泉域重点保护区",
    "余吾镇集中式饮用水水源": "余吾镇、吾元镇等10个乡镇级集中",
    "吾元镇集中式饮用水水源": "余吾镇、吾元镇等10个乡镇级集中",
    "王庄煤矿": "王庄、常村、古城、郭庄等煤矿",
    "常村煤矿": "王庄、常村、古城、郭庄等煤矿",
    "屯绛水库断面": "省控屯峰水库水质",
    "放射源辐射事故年发生率": "放射源辐射事故年",
}


@pytest.fixture(scope="module")
def store() -> Store:
    return open_store(ROOT)


def projects(plan: Plan) -> list[TaskRow]:
    """The rows that count: sub-projects belong to their parent."""
    return [t.row for t in plan.tasks if t.row.kind == "project" and not t.row.parent]


def money(plan: Plan, heading: str) -> float:
    return sum(r.investment_wan or 0 for r in projects(plan) if f" > {heading}" in r.heading)


# -- counts and sums, by reading the documents -----------------------------------------------------


def test_tunliu_has_21_projects_and_20_indicators(store):
    plan = store.spec.plans["tunliu"]
    assert len(projects(plan)) == 21
    assert [i.no for i in plan.indicators] == [str(n) for n in range(1, 21)]
    per_box = {r.heading.split(" > ")[-1]: 0 for r in projects(plan)}
    for row in projects(plan):
        per_box[row.heading.split(" > ")[-1]] += 1
    assert list(per_box.values()) == [5, 8, 2, 3, 3]


def test_jiaocheng_has_30_projects_and_19_indicator_rows_with_18_numbers(store):
    plan = store.spec.plans["jiaocheng"]
    assert len(projects(plan)) == 30
    assert len(plan.indicators) == 19
    assert {i.no for i in plan.indicators} == {str(n) for n in range(1, 19)}


def test_jiaocheng_projects_cost_155804_95_wan_and_the_plan_prints_no_total(store):
    plan = store.spec.plans["jiaocheng"]
    parts = {
        "大气环境质量改善": 53675.0,
        "水环境质量改善": 43900.0,
        "土壤环境保护": 400.0,
        "农村环境治理": 2216.0,
        "固体废物利用与处置": 12371.0,
        "生态保护与修复": 41242.95,
        "生态环境监管能力建设": 2000.0,
    }
    assert {name: round(money(plan, name), 2) for name in parts} == parts
    assert sum(parts.values()) == pytest.approx(155804.95)
    assert "155804.95" in plan.head.note
    assert "未印合计" in plan.head.note


def test_shangdang_has_69_projects_and_20_indicators_and_prints_no_money(store):
    plan = store.spec.plans["shangdang"]
    assert len(projects(plan)) == 69
    assert [i.no for i in plan.indicators] == [str(n) for n in range(1, 21)]
    assert not any(r.investment_wan for r in projects(plan))


def test_linfen_has_23_box_items_with_named_parts_under_them_and_23_indicators(store):
    plan = store.spec.plans["linfen"]
    assert len(projects(plan)) == 23
    assert [i.no for i in plan.indicators] == [str(n) for n in range(1, 24)]
    parts = [t.row for t in plan.tasks if t.row.kind == "project" and t.row.parent]
    assert len(parts) == 47
    assert {r.parent for r in parts} <= {r.id for r in projects(plan)}


def test_yungang_has_19_projects_and_25_indicators(store):
    plan = store.spec.plans["yungang"]
    assert len(projects(plan)) == 19
    assert [i.no for i in plan.indicators] == [str(n) for n in range(1, 26)]


def test_yungang_sums_differ_from_the_printed_subtotals_and_the_notes_say_so(store):
    plan = store.spec.plans["yungang"]
    notes = {r.id: r.note for r in projects(plan)}
    assert money(plan, "(一)大气环境质量改善工程表") == 400 + 120 + 1060 + 174000 == 175580
    assert "印174580万元" in notes["P01"]
    assert "175580" in notes["P01"]
    assert money(plan, "(二)水环境质量改善工程表") == pytest.approx(618290.97)
    assert "印603291万元" in notes["P13"]
    assert "61.829097亿元" in notes["P13"]
    assert money(plan, "(三)生态保护与修复工程表") == 3480
    assert "相符" in notes["P19"]


def test_sub_projects_never_carry_money_of_their_own_beside_their_parent(store):
    for plan in store.spec.plans.values():
        rows = {t.row.id: t.row for t in plan.tasks}
        for row in rows.values():
            assert not (row.parent and row.investment_wan and rows[row.parent].investment_wan)


# -- places ----------------------------------------------------------------------------------------


def forms(form: w.Form) -> Iterator[w.Form]:
    yield form
    for part in w.inner(form):
        yield from forms(part)


def names_something(task: Task, known: frozenset[str]) -> bool:
    """Tell whether a row contains a proper name.

    It does when its title or summary holds a name of the gazetteer (three characters or more, so
    that 高山 in 高山绿化 is no section), when its ``where`` uses a form that names something, or
    when it is unlocated for another reason than that the plan names nothing itself.
    """
    words = task.row.title + getattr(task.row, "summary", "")
    if any(name in words for name in known):
        return True
    for form in forms(task.where):
        if isinstance(form, NAMING):
            return True
        if isinstance(form, w.Unlocated) and not NAMES_NOTHING.search(form.unlocated):
            return True
    return False


def named_rows(store: Store, plan: str) -> list[LocatedTask]:
    known = frozenset(name for name in store.names.index if len(name) >= 3)
    return [t for t in store.tasks(plan) if names_something(t.task, known)]


@pytest.mark.parametrize("plan", PLANS)
def test_at_least_85_percent_of_what_has_a_proper_name_is_located(store, plan):
    rows = named_rows(store, plan)
    located = [t for t in rows if t.located.geometry is not None]
    assert len(rows) > 50
    assert len(located) >= 0.85 * len(rows), f"{len(located)} of {len(rows)}"


@pytest.mark.parametrize("plan", PLANS)
def test_what_is_not_located_says_why(store, plan):
    for task in (*store.tasks(plan), *store.controls(plan)):
        if task.located.geometry is None:
            told = (*task.located.needs, *task.located.reasons, *task.located.unresolved)
            assert told, task.task.row.id


@pytest.mark.parametrize("plan", PLANS)
def test_every_name_in_a_where_resolves(store, plan):
    open_ = {
        f"{t.task.row.id}: {complaint}"
        for t in (*store.tasks(plan), *store.controls(plan))
        for complaint in t.located.unresolved
        if not complaint.startswith(OUTSIDE)
    }
    assert open_ == set()


@pytest.mark.parametrize("plan", PLANS)
def test_points_of_other_counties_do_not_slip_in_through_an_unfiltered_layer(store, plan):
    """Named points are not clipped, so a layer of points must be filtered to be about one plan."""
    points = {"places", "sections", "water_sources"}
    for task in (*store.spec.plans[plan].tasks, *store.spec.plans[plan].controls):
        for form in forms(task.where):
            if isinstance(form, w.LayerForm) and form.layer in points:
                assert {"plan", "adcode"} & set(form.filter), task.row.id


def test_coking_and_chemical_works_without_an_address_share_an_area_not_a_false_point(store):
    rows = {t.task.row.id: t for t in (*store.tasks("jiaocheng"), *store.controls("jiaocheng"))}
    for row in ("P01", "P02", "P23", "M019", "M020", "M021", "M133", "M134", "C16"):
        assert rows[row].located.geometry.geom_type in {"Polygon", "MultiPolygon"}
        assert rows[row].located.authority == "schematic"
        assert "未写厂址" in rows[row].task.row.note


def test_ids_are_safe_from_excel_and_unique_across_a_plan(store):
    for plan in store.spec.plans.values():
        ids = [t.row.id for t in (*plan.tasks, *plan.controls)]
        assert len(ids) == len(set(ids))
        assert all(re.fullmatch(r"[PMC]\d{2,3}[a-z]?", i) for i in ids)


# -- against the documents, where they are at hand -------------------------------------------------

needs_texts = pytest.mark.skipif(
    not TEXTS.is_dir(), reason="the plans' texts (../shared/plans) are not here"
)


def squeezed(text: str) -> str:
    """Without the white space and the marks of sub- and superscripts that a PDF leaves anywhere."""
    return re.sub(r"\s|</?su[bp]>|[_{}$]", "", text)


def text_of(plan: str) -> str:
    return squeezed((TEXTS / f"{plan}.txt").read_text(encoding="utf-8"))


def names_in(form: w.Form) -> Iterator[str]:
    for part in forms(form):
        if isinstance(part, w.Named):
            yield from getattr(part, part.named_by[0])
        if isinstance(part, w.River):
            yield from (name for name in (part.from_, part.to) if name)
        if isinstance(part, w.Upstream | w.Downstream):
            yield getattr(part, part.named_by[0])


def spellings(store: Store, name: str) -> set[str]:
    """A name with the other spellings of the features it stands for."""
    found = {name}
    for candidate in store.names.index.get(name, ()):
        row = store.layer(candidate.layer).frame.iloc[candidate.row]
        found |= {row["name"], *str(row["aliases"] or "").split(";")}
    return {squeezed(spelling) for spelling in found if spelling}


@needs_texts
@pytest.mark.parametrize("plan", PLANS)
def test_project_titles_and_all_headings_stand_in_the_text(store, plan):
    text = text_of(plan)
    spec = store.spec.plans[plan]
    titles = [t.row.title for t in spec.tasks if t.row.kind == "project"]
    assert [title for title in titles if squeezed(title) not in text] == []
    headings = {h for t in (*spec.tasks, *spec.controls) for h in t.row.heading.split(" > ")}
    assert {heading for heading in headings if squeezed(heading) not in text} == set()


@needs_texts
@pytest.mark.parametrize("plan", PLANS)
def test_names_in_a_where_stand_in_the_text(store, plan):
    text = text_of(plan)
    spec = store.spec.plans[plan]
    names = {name for t in (*spec.tasks, *spec.controls) for name in names_in(t.where)}
    strange = {
        name
        for name in names
        if not any(spelling in text for spelling in spellings(store, name))
        and squeezed(PIECED.get(name, "\0")) not in text
    }
    assert strange == set()


@needs_texts
@pytest.mark.parametrize("plan", PLANS)
def test_indicators_stand_in_the_text(store, plan):
    text = text_of(plan)
    names = [i.name for i in store.spec.plans[plan].indicators]
    assert [n for n in names if squeezed(PIECED.get(n, n)) not in text] == []


@needs_texts
@pytest.mark.parametrize("plan", PLANS)
def test_no_sentence_of_the_plan_is_copied(store, plan):
    """No run of 25 characters of a summary, a note or a measure's title stands in the text."""
    text = text_of(plan)
    spec = store.spec.plans[plan]
    ours = [
        (t.row.id, part)
        for t in (*spec.tasks, *spec.controls)
        for part in (
            getattr(t.row, "summary", ""), t.row.note, "" if t.kind == "project" else t.row.title,
        )
    ]  # fmt: skip
    copied = {
        (row, run)
        for row, part in ours
        for at in range(max(0, len(squeezed(part)) - 24))
        if (run := squeezed(part)[at : at + 25]) in text
    }
    assert copied == set()
