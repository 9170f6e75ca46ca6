"""Plans at the site: controls while the period runs, notices after, and what nobody can place."""

from __future__ import annotations

from datetime import date

import pytest

from geo.spec.vocabulary import Outcome

from .conftest import footprint, square

HEAD = "title: 小镇规划\nadcode: '140405'\nperiod: [2021, 2025]\nsource: x.txt\n"
IN, AFTER = date(2024, 6, 1), date(2026, 1, 1)


@pytest.fixture
def planned(full_town):
    """A town with one plan; its official layer ``valley`` covers the plot, ``bank`` lies 4 m beside it."""
    full_town.layers["valley"] = {"title": "谷地", "source": "data/valley.geojson", **_official()}
    full_town.features["valley"] = [(square(-500, -500, 1_000), {"name": "谷地"})]
    full_town.layers["bank"] = {
        "title": "堤",
        "source": "data/bank.geojson",
        **_official(accuracy_m=5),
    }
    full_town.features["bank"] = [(square(104, -500, 1_000), {"name": "堤"})]
    full_town.layers["unknown"] = {"title": "未提供的图层"}
    return full_town


def _official(**changes):
    return {
        "authority": "official", "provider": "某局", "licence": "内部", "as_of": "2024",
        "accuracy_m": 0, **changes,
    }  # fmt: skip


def control(town, *, where, strength="禁止", activities="mining", title="某控制", tasks=""):
    header = "id,heading,title,where,activities,strength,note"
    row = f'C01,第一章,{title},"{where}",{activities},{strength},'
    files = {"plan.yml": HEAD, "controls.csv": f"{header}\n{row}\n"}
    if tasks:
        files["tasks.csv"] = tasks
    town.plans["p"] = files


def hit(town, plot, **options):
    found = town.check(plot, **{"as_at": IN, **options}).tasks
    return found[0] if found else None


@pytest.mark.parametrize(
    ("strength", "outcome"),
    [
        ("禁止", Outcome.PROHIBITED), ("严格控制", Outcome.RESTRICTED), ("原则上", Outcome.RESTRICTED),
        ("限期退出", Outcome.NOTICE), ("准入条件", Outcome.NOTICE),
    ],
)  # fmt: skip
def test_each_strength_comes_to_its_outcome_while_the_period_runs(planned, plot, strength, outcome):
    control(planned, where="{layer: valley}", strength=strength)
    found = hit(planned, plot, activities=["mining"])
    assert (found.outcome, found.relation) == (outcome, "inside")
    past = hit(planned, plot, activities=["mining"], as_at=AFTER)
    assert past.outcome is Outcome.NOTICE
    assert "规划期已届满（2021—2025）" in past.note


def test_a_standing_project_that_must_leave_is_restricted(planned, plot):
    control(planned, where="{layer: valley}", strength="限期退出")
    assert hit(planned, plot, activities=["mining"], existing=True).outcome is Outcome.RESTRICTED


def test_before_its_period_a_plan_only_gives_notice(planned, plot):
    control(planned, where="{layer: valley}")
    early = hit(planned, plot, activities=["mining"], as_at=date(2020, 1, 1))
    assert early.outcome is Outcome.NOTICE
    assert "规划期尚未开始" in early.note


def test_a_place_that_is_not_official_caps_the_control(planned, plot):
    planned.layers["valley"]["authority"] = "schematic"
    control(planned, where="{layer: valley}")
    found = hit(planned, plot, activities=["mining"])
    assert (found.outcome, found.note) == (Outcome.SUSPECTED, "示意位置")


def test_another_activity_is_not_concerned_and_an_unknown_one_gets_the_condition(planned, plot):
    control(planned, where="{layer: valley}")
    assert hit(planned, plot, activities=["research"]) is None
    unknown = hit(planned, plot)
    assert unknown.outcome is Outcome.NOTICE
    assert "如属矿产资源开发，则适用“禁止”" in unknown.note


def test_a_star_concerns_every_project_told_or_not(planned, plot):
    control(planned, where="{layer: valley}", activities="*")
    assert hit(planned, plot).outcome is Outcome.PROHIBITED
    assert hit(planned, plot, activities=["research"]).outcome is Outcome.PROHIBITED


def test_a_code_of_a_control_only_suspects(planned, plot):
    control(planned, where="{layer: valley}", activities="C2521")
    found = hit(planned, plot, industry="炼焦")
    assert found.outcome is Outcome.SUSPECTED
    assert "按行业代码对应，待核实" in found.note


def test_a_control_that_needs_a_layer_asks_for_a_look_by_hand(planned, plot):
    control(planned, where="{layer: goaf}")
    planned.layers["goaf"] = {"title": "采空区"}
    found = hit(planned, plot, activities=["mining"])
    assert (found.outcome, found.relation) == (Outcome.NOTICE, None)
    assert found.note == "需人工核对：须由主管部门提供采空区数据"


def test_a_control_of_an_activity_without_codes_is_not_ruled_out_by_an_industry(planned, plot):
    control(planned, where="{layer: valley}", activities="groundwater_pollution")
    found = hit(planned, plot, industry="炼焦")
    assert found.outcome is Outcome.NOTICE
    assert "则适用“禁止”" in found.note
    control(planned, where="{layer: valley}", activities="coal_mining")
    assert hit(planned, plot, industry="炼焦") is None


def test_an_unlocated_control_asks_for_a_look_by_hand_with_the_plans_reason(planned, plot):
    control(planned, where="{unlocated: 规划未界定}")
    assert hit(planned, plot, activities=["mining"]).note == "需人工核对：规划未界定"


def test_controls_of_a_plan_elsewhere_say_nothing_here(planned):
    control(planned, where="{layer: unknown}")
    far = square(40_000, -20_000, 100)  # in 上党区
    assert hit(planned, far, activities=["mining"]) is None


def test_a_prohibition_missed_by_less_than_its_accuracy_is_undetermined(planned, plot):
    control(planned, where="{layer: bank}")
    found = hit(planned, plot, activities=["mining"])
    assert (found.outcome, found.relation) == (Outcome.UNDETERMINED, "near")
    assert "须实测核定" in found.note
    assert hit(planned, plot).outcome is Outcome.NOTICE  # nobody said what is to be built
    control(planned, where="{layer: bank}", strength="严格控制")
    assert hit(planned, plot, activities=["mining"]) is None


def test_projects_at_the_site_are_listed_and_those_of_the_whole_territory_are_not(planned, plot):
    header = "id,parent,kind,heading,title,summary,where,quantity,unit,investment_wan,start,end,lead,note"
    rows = 'T1,,project,章,谷地治理,,"{layer: valley}",,,,,,,\nT2,,measure,章,全区宣传,,everywhere,,,,,,,\n'
    control(planned, where="{layer: bank}", tasks=f"{header}\n{rows}")
    found = planned.check(plot, as_at=IN, activities=["research"]).tasks
    assert [(task.id, task.kind, task.outcome) for task in found] == [
        ("T1", "project", Outcome.NOTICE)
    ]


def test_a_prohibition_of_a_plan_weighs_in_the_verdict(planned, plot):
    control(planned, where="{layer: valley}")
    result = planned.check(footprint(plot), as_at=IN, activities=["mining"])
    assert result.verdict is Outcome.PROHIBITED
    assert any("管控 C01“某控制”：位于其内" in reason for reason in result.reasons)
