"""Letters that stand in for data: accepted only whole, current, unaltered and about this plot."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest
import yaml

from geo.check.sites import check_sites
from geo.errors import InputError
from geo.spec.vocabulary import Outcome

from .conftest import DAY, Town, footprint, square

SCAN = "一份扫描件".encode()


def letter(**changes):
    return {
        "number": "屯自然资函〔2026〕12号", "unit": "屯留区自然资源局", "date": "2026-10-08",
        "conclusion": "不重叠", "layer": "ecological_redline", "site": "地块1", "scan": "复函.pdf",
        "sha256": hashlib.sha256(SCAN).hexdigest(), **changes,
    }  # fmt: skip


def write(town: Town, *letters) -> Path:
    (town.root / "复函.pdf").write_bytes(SCAN)
    path = town.root / "evidence.yml"
    path.write_text(
        yaml.safe_dump({"letters": list(letters)}, allow_unicode=True), encoding="utf-8"
    )
    return path


@pytest.fixture
def waiting(full_town) -> Town:
    """A town whose red line was not handed out."""
    full_town.layer("ecological_redline", title="生态保护红线")
    return full_town


def test_a_letter_settles_the_missing_layer_for_its_plot_and_is_cited(waiting, plot):
    assert waiting.check(plot).verdict is Outcome.UNDETERMINED
    result = waiting.check(plot, evidence=write(waiting, letter()))
    asked = next(a for a in result.layers if a.layer == "ecological_redline")
    assert (result.verdict, result.complete, asked.state) == (Outcome.CLEAR, True, "no_data")
    assert asked.evidence.number == "屯自然资函〔2026〕12号"
    assert (
        "依据屯留区自然资源局2026年10月复函（屯自然资函〔2026〕12号），项目用地与生态保护红线不重叠。"
        in result.reasons
    )
    told = next(a for a in result.as_json()["layers"] if a["layer"] == "ecological_redline")
    assert (told["outcome"], told["evidence"]["conclusion"]) == ("clear", "不重叠")


def test_a_letter_about_one_plot_says_nothing_about_another(waiting, plot):
    path = write(waiting, letter())
    both = [footprint(plot), footprint(square(500, 0, 100), name="地块2")]

    result = check_sites(both, waiting.store(), as_at=DAY, evidence=path)
    assert [site.verdict for site in result.sites] == [Outcome.CLEAR, Outcome.UNDETERMINED]


def test_a_letter_may_name_a_kind_that_no_layer_supplies(full_town, plot):
    del full_town.layers["basic_farmland"]
    path = write(full_town, letter(layer="basic_farmland"))
    assert full_town.check(plot, evidence=path).verdict is Outcome.CLEAR


def test_a_letter_for_some_kinds_of_a_layer_leaves_the_others_open(full_town, plot):
    kinds = ("water_source_1", "water_source_2", "water_source_quasi")
    for kind in kinds:
        del full_town.layers[kind]
    values = dict(zip(("一级", "二级", "准"), kinds, strict=True))
    full_town.layers["sources"] = {
        "title": "水源保护区",
        "zone": {"field": "级别", "values": values},
    }
    some = write(full_town, letter(layer="sources", kinds=["water_source_1"]))
    result = full_town.check(plot, evidence=some)
    assert result.verdict is Outcome.UNDETERMINED
    assert "未取得水源保护区数据，本次未比对，须由主管部门核实。" in result.reasons
    whole = write(full_town, letter(layer="sources"))
    assert full_town.check(plot, evidence=whole).verdict is Outcome.CLEAR


def test_a_letter_that_states_an_overlap_is_a_hit_under_the_law(waiting, plot):
    path = write(waiting, letter(conclusion="重叠", overlap_ha="0.25"))
    result = waiting.check(plot, evidence=path)
    found = result.findings[0]
    assert result.verdict is Outcome.PROHIBITED
    assert (found.overlap_m2, found.share, found.authority) == (
        2_500.0,
        pytest.approx(0.25),
        "official",
    )
    assert found.rules[0].clause == "一、（一）"
    unmeasured = write(waiting, letter(conclusion="重叠"))
    assert waiting.check(plot, evidence=unmeasured).findings[0].overlap_m2 is None


def test_a_hit_in_data_is_not_talked_away_by_a_letter(full_town, plot):
    full_town.layer("standin", square(0, 0, 300), kind="ecological_redline", authority="schematic")
    path = write(full_town, letter())
    assert full_town.check(plot, evidence=path).verdict is Outcome.SUSPECTED


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"date": "2026-11-23"}, "复函日期 2026-11-23 晚于核查日期 2026-11-22"),
        ({"date": "2025-01-01"}, "距核查日期已超过 365 天"),
        ({"sha256": "0" * 64}, "sha256 与所写不符"),
        ({"scan": "没有.pdf"}, "扫描件 没有.pdf 不存在或无法读取"),
        (
            {"layer": "ecologcal_redline"},
            "没有管控图层或管控类别 ecologcal_redline — 是否想写 ecological_redline",
        ),
        ({"site": "地块9"}, "没有一份复函针对本次核查的地块 — 是否想写 地块1？"),
        ({"site_sha256": "1" * 64}, "地块文件已不是复函所针对的那一份"),
        ({"conclusion": "基本不重叠"}, "不认识的取值 “基本不重叠”"),
        ({"titel": "x"}, "未知的键 titel"),
        ({"sha256": "短"}, "短"),
        ({"scan": "../复函.pdf"}, "不能含有 .."),
    ],
)
def test_a_letter_that_does_not_hold_is_refused(waiting, plot, changes, message):
    with pytest.raises(InputError) as refused:
        waiting.check(plot, evidence=write(waiting, letter(**changes)))
    assert message in str(refused.value)
    assert refused.value.exit_code == 3


def test_a_layer_that_states_its_age_sets_the_age_of_its_letters(waiting, plot):
    waiting.layers["ecological_redline"]["max_age"] = "30 天"
    with pytest.raises(InputError, match="已超过 30 天"):
        waiting.check(plot, evidence=write(waiting, letter()))


def test_all_faults_are_told_at_once_with_their_lines(waiting, plot):
    path = write(waiting, letter(), letter(date="2027-01-01", sha256="0" * 64))
    with pytest.raises(InputError) as refused:
        waiting.check(plot, evidence=path)
    assert len(refused.value.problems) == 2
    assert all(problem.line > 10 for problem in refused.value.problems)


def test_two_letters_that_contradict_each_other_are_refused(waiting, plot):
    path = write(waiting, letter(), letter(conclusion="重叠", number="乙号"))
    with pytest.raises(InputError, match="几份复函结论相反"):
        waiting.check(plot, evidence=path)


def test_an_overlap_in_a_layer_of_several_kinds_must_name_the_kind(full_town, plot):
    values = {"一级": "water_source_1", "二级": "water_source_2"}
    full_town.layers["sources"] = {
        "title": "水源保护区",
        "zone": {"field": "级别", "values": values},
    }
    path = write(full_town, letter(layer="sources", conclusion="重叠"))
    with pytest.raises(InputError, match="未写明与哪一种重叠"):
        full_town.check(plot, evidence=path)


def test_plots_of_the_same_name_cannot_be_told_apart(waiting, plot):
    path = write(waiting, letter())
    with pytest.raises(InputError, match="2 个地块都叫 地块1"):
        check_sites([footprint(plot)] * 2, waiting.store(), as_at=DAY, evidence=path)


def test_a_file_that_is_not_there_or_empty_is_refused(waiting, plot):
    with pytest.raises(InputError, match="文件不存在"):
        waiting.check(plot, evidence=waiting.root / "nowhere.yml")
    empty = waiting.root / "empty.yml"
    empty.write_text("letters: []", encoding="utf-8")
    with pytest.raises(InputError, match="项数不够"):
        waiting.check(plot, evidence=empty)


def test_a_letter_of_the_day_of_the_check_is_good(waiting, plot):
    path = write(waiting, letter(date="2026-11-22"))
    assert waiting.check(plot, evidence=path, as_at=date(2026, 11, 22)).complete
