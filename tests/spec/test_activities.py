"""The table of activities and the industries: found by id, name or code, never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.errors import UsageError
from geo.spec.activities import read_activities, shipped_activities
from geo.spec.closed import load
from geo.spec.industries import find_industry
from geo.spec.marked import parse_yaml
from geo.spec.rules import Law, national_files

ROOT = Path(__file__).parents[2]
HEADER = "id,name,aliases,codes,note\n"


def write(folder: Path, *rows: str) -> Path:
    path = folder / "activities.csv"
    path.write_text(HEADER + "\n".join(rows), encoding="utf-8")
    return path


def test_a_workspace_without_a_table_has_the_packages(tmp_path):
    table, problems = read_activities(tmp_path / "nowhere.csv", shown=Path("a.csv"))
    assert (table.by_id, problems) == (shipped_activities().by_id, [])


def test_a_workspaces_own_rows_add_and_replace(tmp_path):
    path = write(tmp_path, "linear,公路,道路,G54,", "kilns,砖瓦窑,,C3031,")
    table, problems = read_activities(path, shown=Path("a.csv"))
    assert problems == []
    assert table.by_id["linear"].codes == ("G54",)
    assert table.find("砖瓦窑").id == "kilns"
    assert "mining" in table.by_id


def test_faults_of_a_table_are_told_with_line_and_column(tmp_path):
    path = write(tmp_path, "a,甲,,焦化,", "b,乙,,,", "b,丙,,,")
    _, problems = read_activities(path, shown=Path("a.csv"))
    assert [str(p) for p in problems] == [
        "a.csv:2:4: 焦化 不是 GB/T 4754 行业代码 — 写成 C2521 这样的代码，多个用分号隔开",
        "a.csv:4:1: 活动编号 b 重复 — 请删去其中一行",
    ]


def test_a_name_of_several_activities_is_asked_about(tmp_path):
    table, _ = read_activities(write(tmp_path, "a,甲,洗煤,,", "b,乙,洗煤,,"), shown=Path("a.csv"))
    with pytest.raises(UsageError, match="可指多种活动：甲（a）、乙（b）"):
        table.find("洗煤")


def test_words_nobody_knows_are_listed():
    assert shipped_activities().unknown(["linear", "C26", "*", "fishing", "C26x"]) == (
        "fishing",
        "C26x",
    )
    assert shipped_activities().name_of("linear") == "线性基础设施"
    assert shipped_activities().name_of("C26") == "C26"
    assert shipped_activities().codes_of("fishing") == ()


def test_what_both_tables_define_they_define_with_the_same_codes():
    ours = shipped_activities().by_id
    theirs, problems = read_activities(ROOT / "data/activities.csv", shown=Path("a.csv"))
    assert problems == []
    for name, activity in ours.items():
        assert theirs.by_id[name].codes == activity.codes, name
        assert theirs.by_id[name].name == activity.name, name


def test_every_activity_the_national_laws_name_is_in_the_packages_table():
    for item in national_files():
        law, _ = load(parse_yaml(item.read_text(encoding="utf-8"), shown=Path(item.name)), Law)
        for clause in law.clauses:
            for branch in clause.branches:
                assert shipped_activities().unknown(branch.activities) == ()


@pytest.mark.parametrize(
    ("word", "code"),
    [("炼焦", "C2521"), ("焦化", "C2521"), ("c26", "C26"), (" D4411 ", "D4411"), ("B06", "B06")],
)
def test_an_industry_is_found_by_name_alias_or_code(word, code):
    found = find_industry(word)
    assert found.code == code
    assert found.verified is False  # no code has been confirmed in print


@pytest.mark.parametrize("word", ["", "炼丹", "2521", "C25219", "Z1"])
def test_what_is_neither_name_nor_code_is_refused(word):
    with pytest.raises(UsageError, match="GB/T 4754"):
        find_industry(word)
