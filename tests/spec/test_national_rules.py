"""The laws that ship, and the workspace's provincial ones: every example answered, every mark as it was read."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from geo.check.law import Place, bindings, run_examples
from geo.check.project import project_of
from geo.check.reading import Binding, read_clause
from geo.check.reasons import rule_sentence
from geo.findings import RuleHit
from geo.spec.activities import read_activities, shipped_activities
from geo.spec.closed import load
from geo.spec.marked import parse_yaml
from geo.spec.rules import Law, national_files
from geo.spec.wording import FORBIDDEN

ROOT = Path(__file__).parents[2]
TEXTS = {item.name: item.read_text(encoding="utf-8") for item in national_files()}
TEXTS |= {p.name: p.read_text(encoding="utf-8") for p in sorted((ROOT / "rules").glob("*.yml"))}


def law(name: str) -> Law:
    found, problems = load(parse_yaml(TEXTS[name], shown=Path(name)), Law)
    assert found, problems
    return found


LAWS = {name.removesuffix(".yml"): law(name) for name in TEXTS}


@pytest.mark.parametrize("name", TEXTS)
def test_every_law_answers_its_own_examples(name):
    source = parse_yaml(TEXTS[name], shown=Path(name))
    for table in (
        shipped_activities(),
        read_activities(ROOT / "data/activities.csv", shown=Path("a"))[0],
    ):
        assert (
            run_examples(name.removesuffix(".yml"), law(name), activities=table, source=source)
            == []
        )


@pytest.mark.parametrize("name", TEXTS)
def test_no_law_is_told_in_words_that_are_never_printed(name):
    assert not [word for word in FORBIDDEN if word in TEXTS[name]]


@pytest.mark.parametrize("name", TEXTS)
def test_what_nobody_has_read_in_print_never_prohibits(name):
    for clause in law(name).clauses:
        if not law(name).is_verified(clause):
            assert all(e.expect is None or e.expect.value != "prohibited" for e in clause.examples)


def test_the_marks_are_those_of_the_domain_notes():
    assert {name: one.verified for name, one in LAWS.items()} == {
        "redline_2022": True, "water_pollution_2017": True, "land_administration_2019": True,
        "wetland_2021": True, "yellow_river_2022": True, "groundwater_2021": True, "shanxi_fenhe": True,
        "nature_reserve_1994": False, "nature_reserve_2026": False, "environmental_code_2026": False,
        "shanxi_spring_domains": False,
    }  # fmt: skip


def test_only_these_clauses_and_branches_of_laws_read_in_print_were_not_read_themselves():
    open_ = [
        (name, clause.id, at)
        for name, one in sorted(LAWS.items()) if one.verified
        for clause in one.clauses
        for at, marked in enumerate((clause, *clause.branches))
        if marked.verified is False
    ]  # fmt: skip
    assert open_ == [
        ("land_administration_2019", "basic_farmland", 2),
        *(("redline_2022", "limited_activities", at) for at in range(7, 11)),
        ("shanxi_fenhe", "basin", 0),
    ]


def test_no_mark_of_a_clause_claims_more_than_its_law():
    for one in LAWS.values():
        parts = [part for clause in one.clauses for part in (clause, *clause.branches)]
        assert one.verified or not any(part.verified for part in parts)


@pytest.mark.parametrize("name", LAWS)
def test_a_clause_nobody_has_read_says_so_wherever_it_is_cited(name):
    one = LAWS[name]
    project = project_of(shipped_activities())
    for clause in one.clauses:
        reading = read_clause(Binding(name, one, clause), project)
        hit = RuleHit(
            "", one.title, clause.clause, reading.verified("official"), reading.outcome("official")
        )
        for told in (hit.cited, rule_sentence(hit)):
            assert ("条款待核实" in told or "（待核实）" in told) is not one.is_verified(clause)


def test_no_summary_has_a_space_where_its_line_was_folded():
    for one in LAWS.values():
        assert not [c.summary for c in one.clauses if "； " in c.summary or "， " in c.summary]


def test_of_the_ten_limited_activities_six_were_read_and_four_were_not():
    branches = LAWS["redline_2022"].clauses[0].branches[:10]
    assert [b.when.split("类")[0] for b in branches] == [f"第{n}" for n in range(1, 11)]
    assert [b.verified is not False for b in branches] == [True] * 6 + [False] * 4
    assert all("待核实" in b.when for b in branches[6:])
    assert all("省级人民政府认定意见" in b.documents[0] for b in branches)


@pytest.mark.parametrize("kind", ["water_source_1", "water_source_2", "water_source_quasi"])
def test_every_day_exactly_one_instrument_rules_the_water_sources(kind):
    day = date(2018, 1, 1)
    while day < date(2030, 1, 1):
        found = {b.law_id for b in bindings(LAWS, kind, day=day, place=Place())}
        expected = "water_pollution_2017" if day <= date(2026, 8, 14) else "environmental_code_2026"
        assert found == {expected}, day
        day += timedelta(days=1 if abs((day - date(2026, 8, 14)).days) < 3 else 30)


def test_the_code_says_the_same_as_the_law_it_replaces_and_claims_no_article():
    old, new = LAWS["water_pollution_2017"], LAWS["environmental_code_2026"]
    assert old.successor in LAWS
    for before, after in zip(old.clauses, new.clauses, strict=True):
        assert (before.id, before.zones, before.default, before.otherwise, before.branches) == (
            after.id, after.zones, after.default, after.otherwise, after.branches,
        )  # fmt: skip
        assert after.clause == "待核实"
        assert "待核实" in after.summary


def test_no_law_that_the_code_replaced_is_cited_after_it_took_effect():
    for name, one in LAWS.items():
        if any(old in one.title for old in ("环境保护法", "环境影响评价法", "水污染防治法")):
            assert one.effective_to == date(2026, 8, 14), name


def test_river_law_names_its_basin_and_no_distance():
    assert LAWS["yellow_river_2022"].basins == ("黄河",)
    assert LAWS["shanxi_fenhe"].basins == ("汾河",)
    assert LAWS["shanxi_fenhe"].areas == LAWS["shanxi_spring_domains"].areas == ("14",)
    for name in ("yellow_river_2022.yml", "shanxi_fenhe.yml"):
        assert "公里" not in TEXTS[name]
        assert "1 km" not in TEXTS[name]


def test_a_spring_domain_conditions_and_only_its_core_forbids_mining():
    for name in ("groundwater_2021", "shanxi_spring_domains"):
        for clause in LAWS[name].clauses:
            assert clause.default == "restricted"
    core = LAWS["shanxi_spring_domains"].clauses[1]
    assert core.zones == ("spring_core",)
    assert core.branches[0].outcome == "prohibited"
