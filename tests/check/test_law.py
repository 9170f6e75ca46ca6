"""Which clause binds where and when, and what it says about a project."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from geo.check.law import Place, bindings, run_examples
from geo.check.project import project_of
from geo.check.reading import read_clause
from geo.errors import UsageError
from geo.spec.activities import shipped_activities
from geo.spec.closed import load
from geo.spec.marked import parse_yaml
from geo.spec.rules import Law
from geo.spec.vocabulary import Outcome

from .conftest import DAY, square

TABLE = shipped_activities()
LAW = {
    "title": "某条例", "issuer": "某人大", "level": "local", "effective_from": date(2020, 1, 1),
    "verified": True, "source": "公布文本",
}  # fmt: skip


def law(**clause):
    """Make a law with one clause about water_source_2."""
    default = {
        "id": "a", "clause": "第一条", "zones": ["water_source_2"], "summary": "某规定",
        "default": "restricted", "otherwise": "notice", "branches": [],
        "examples": [{"zone": "water_source_2", "as_at": date(2026, 1, 1), "expect": "restricted"}],
    }  # fmt: skip
    head = {key: clause.pop(key) for key in ("basins", "areas", "effective_to") if key in clause}
    return Law.model_validate({**LAW, **head, "clauses": [{**default, **clause}]})


def read(one, **project):
    binding = next(bindings({"x": one}, "water_source_2", day=DAY, place=Place()))
    return read_clause(binding, project_of(TABLE, **project))


def branch(outcome, *activities, **more):
    return {"activities": list(activities), "outcome": outcome, "when": "某情形", **more}


# -- dates ----------------------------------------------------------------------------------------


def test_a_water_source_hit_cites_another_law_from_15_august_2026(full_town, plot):
    full_town.layer("water_source_1", square(60, 0, 100))
    last = full_town.check(plot, as_at=date(2026, 8, 14))
    first = full_town.check(plot, as_at=date(2026, 8, 15))
    old, new = last.findings[0].rules[0], first.findings[0].rules[0]
    assert (old.law, old.clause, old.verified) == (
        "中华人民共和国水污染防治法（2017年修正）", "第六十五条", True,
    )  # fmt: skip
    assert (new.law, new.clause, new.verified) == ("中华人民共和国生态环境法典", "待核实", False)
    assert (last.verdict, first.verdict) == (Outcome.PROHIBITED, Outcome.SUSPECTED)
    assert not any("水污染防治法（2017" in rule.law for f in first.findings for rule in f.rules)


def test_a_nature_reserve_hit_cites_another_regulation_from_15_march_2026(full_town, plot):
    full_town.layer("nature_core", square(60, 0, 100))
    cited = [
        full_town.check(plot, as_at=day).findings[0].rules[0].law
        for day in (date(2026, 3, 14), date(2026, 3, 15))
    ]
    assert "1994" in cited[0]
    assert "830" in cited[1]


def test_an_old_zone_after_its_law_has_ended_is_not_passed_over(full_town, plot):
    full_town.layer("nature_buffer", square(60, 0, 100))
    assert full_town.check(plot, as_at=date(2026, 3, 14)).verdict is Outcome.SUSPECTED
    later = full_town.check(plot, as_at=date(2026, 3, 15))
    assert later.verdict is Outcome.UNDETERMINED
    assert "未收录核查日适用的条款" in later.findings[0].note


def test_a_law_binds_on_its_first_and_on_its_last_day_only():
    one = law(effective_to=date(2026, 1, 31))
    days = [date(2019, 12, 31), date(2020, 1, 1), date(2026, 1, 31), date(2026, 2, 1)]
    bound = [any(bindings({"x": one}, "water_source_2", day=d, place=Place())) for d in days]
    assert bound == [False, True, True, False]


# -- basins and areas -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("basins", "laws"),
    [
        ({"海河": ["140405"]}, []),
        ({"黄河": ["140405"]}, ["中华人民共和国黄河保护法"]),
        ({"黄河": ["140400"]}, ["中华人民共和国黄河保护法"]),
    ],
)
def test_the_yellow_river_law_applies_in_its_basin_only(full_town, plot, basins, laws):
    full_town.marker["basins"] = basins
    full_town.layer("river_shoreline", square(60, 0, 100))
    found = full_town.check(plot, activities=["chemical"]).findings[0]
    assert [rule.law for rule in found.rules] == laws
    assert found.outcome is (Outcome.PROHIBITED if laws else Outcome.UNDETERMINED)


def test_in_a_county_of_no_declared_basin_a_basins_law_may_apply(full_town, plot):
    full_town.marker["basins"] = {}
    full_town.layer("river_shoreline", square(60, 0, 100))
    found = full_town.check(plot, activities=["chemical"]).findings[0]
    assert found.outcome is Outcome.SUSPECTED
    assert "是否适用须核实" in found.rules[0].note


def test_a_law_of_another_province_does_not_apply():
    one = law(areas=["61"])
    place = Place(adcodes=("140405",))
    assert not list(bindings({"x": one}, "water_source_2", day=DAY, place=place))
    assert list(bindings({"x": law(areas=["14"])}, "water_source_2", day=DAY, place=place))


# -- projects -------------------------------------------------------------------------------------


def test_nothing_told_gives_the_default_and_every_branch_as_a_condition():
    reading = read(law(branches=[branch("prohibited", "mining"), branch("notice", "research")]))
    assert reading.outcome("official") is Outcome.RESTRICTED
    assert reading.conditions == ("某情形：属禁止情形", "某情形：须注意")
    assert reading.may_prohibit


def test_a_named_activity_takes_its_branch_and_another_the_otherwise():
    one = law(branches=[branch("prohibited", "mining")])
    assert read(one, activities=["开矿"]).outcome("official") is Outcome.PROHIBITED
    assert read(one, activities=["research"]).outcome("official") is Outcome.NOTICE


def test_of_several_activities_the_weightiest_counts():
    one = law(branches=[branch("prohibited", "mining")])
    assert read(one, activities=["research", "mining"]).outcome("official") is Outcome.PROHIBITED
    relief = law(
        default="prohibited", otherwise="prohibited", branches=[branch("notice", "research")]
    )
    assert read(relief, activities=["research"]).outcome("official") is Outcome.NOTICE
    assert read(relief, activities=["research", "mining"]).outcome("official") is Outcome.PROHIBITED


def test_an_unverified_relief_does_not_relieve_and_an_unverified_ban_only_suspects():
    relief = branch("notice", "research", verified=False)
    strict = law(default="prohibited", otherwise="prohibited", branches=[relief])
    assert read(strict, activities=["research"]).outcome("official") is Outcome.SUSPECTED
    ban = law(branches=[branch("prohibited", "mining", verified=False)])
    reading = read(ban, activities=["mining"])
    assert reading.outcome("official") is Outcome.SUSPECTED
    assert not reading.verified("official")


def test_an_industry_code_raises_only_to_suspicion_and_never_relieves_firmly():
    ban = law(branches=[branch("prohibited", "industrial")])
    assert read(ban, industry="炼焦").outcome("official") is Outcome.SUSPECTED
    relief = branch("notice", "linear")
    strict = law(default="prohibited", otherwise="prohibited", branches=[relief])
    assert read(strict, industry="C2521").outcome("official") is Outcome.PROHIBITED
    assert read(strict, industry="E481").outcome("official") is Outcome.SUSPECTED
    assert read(strict, activities=["linear"]).outcome("official") is Outcome.NOTICE


def test_an_industry_beside_a_named_activity_can_add_but_not_take_away():
    one = law(branches=[branch("prohibited", "mining"), branch("restricted", "research")])
    assert (
        read(one, activities=["research"], industry="B06").outcome("official") is Outcome.SUSPECTED
    )
    assert (
        read(one, activities=["mining"], industry="M73").outcome("official") is Outcome.PROHIBITED
    )


def test_a_project_told_too_broadly_to_exclude_a_prohibition_is_undetermined():
    one = law(branches=[branch("prohibited", "severe_water_pollution")])
    broad = read(one, activities=["industrial"])
    assert broad.outcome("official") is Outcome.UNDETERMINED
    assert broad.conditions == ("某情形：属禁止情形",)
    assert read(one, industry="C").outcome("official") is Outcome.UNDETERMINED
    assert read(one, activities=["research"]).outcome("official") is Outcome.NOTICE


def test_an_industry_code_does_not_rule_out_what_no_code_stands_for():
    # A coking plant may set an outfall: the branch stays a condition, and the default stays the default.
    one = law(default="notice", branches=[branch("prohibited", "outfall")])
    told = read(one, industry="炼焦")
    assert told.conditions == ("某情形：属禁止情形",)
    assert told.outcome("official") is Outcome.NOTICE
    assert told.may_prohibit
    assert read(one, industry="炼焦", activities=["linear"]).conditions == ()


def test_a_star_means_every_activity():
    one = law(branches=[branch("prohibited", "*")])
    assert read(one, activities=["research"]).outcome("official") is Outcome.PROHIBITED
    assert project_of(TABLE, activities=["research"]).meets(["*"]) == "named"


def test_unknown_words_are_refused_with_the_nearest_right_one():
    with pytest.raises(UsageError, match="是否想写 mining"):
        project_of(TABLE, activities=["minning"])
    with pytest.raises(UsageError, match="没有名为 炼丹 的行业"):
        project_of(TABLE, industry="炼丹")


# -- examples -------------------------------------------------------------------------------------


def test_a_law_that_does_not_answer_its_examples_is_told_with_what_it_answers():
    wrong = [{"zone": "water_source_2", "as_at": date(2026, 1, 1), "expect": "prohibited"}]
    (problem,) = run_examples("某条例", law(examples=wrong))
    assert str(problem) == (
        "rules/某条例.yml: 条款 a 的示例应为 prohibited，实得 restricted — 请核对示例或条款"
    )
    gone = [{"zone": "water_source_2", "as_at": date(2019, 1, 1), "expect": "restricted"}]
    assert "实得 不适用" in run_examples("某条例", law(examples=gone))[0].message


def test_an_example_or_branch_with_an_unknown_activity_is_told():
    typo = {
        "zone": "water_source_2",
        "as_at": date(2026, 1, 1),
        "activity": "minning",
        "expect": "notice",
    }
    found = run_examples("x", law(examples=[typo], branches=[branch("notice", "fishing")]))
    assert [p.message for p in found] == [
        "条款 a 用到不存在的活动 fishing", "条款 a 的示例：没有名为 minning 的活动",
    ]  # fmt: skip


def test_complaints_about_examples_stand_at_their_line():
    text = """title: 某条例
issuer: 某人大
level: local
effective_from: 2020-01-01
verified: true
source: 公布文本
clauses:
  - id: a
    clause: 第一条
    zones: [wetland]
    summary: 某规定
    default: notice
    otherwise: notice
    examples:
      - {zone: wetland, as_at: 2026-01-01, expect: notice}
      - {zone: wetland, as_at: 2026-01-01, expect: restricted}
"""
    source = parse_yaml(text, shown=Path("rules/a.yml"))
    one, _ = load(source, Law)
    (problem,) = run_examples("a", one, source=source)
    assert str(problem).startswith("rules/a.yml:16:9: 条款 a 的示例应为 restricted，实得 notice")
