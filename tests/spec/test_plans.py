"""A plan's folder: its head, its rows with places, and all that can be wrong with them."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from geo.spec.indicators import IndicatorRow, read_indicators
from geo.spec.plans import ControlRow, TaskRow, domain_of, load_plan
from geo.spec.where import Everywhere, Place

HEAD = 'title: 某规划\nadcode: "140405"\nperiod: [2021, 2025]\nsource: 某规划\n'
TASKS = "id,parent,kind,heading,title,where\n"
CONTROLS = "id,heading,title,where,activities,strength\n"
SHOWN = Path("plans/a")


def plan_folder(folder: Path, *, head: str = HEAD, **tables: str) -> Path:
    (folder / "plan.yml").write_text(head, encoding="utf-8")
    for stem, text in tables.items():
        (folder / f"{stem}.csv").write_text(text, encoding="utf-8")
    return folder


def complaints(folder: Path) -> list[str]:
    return [str(problem) for problem in sorted(load_plan(folder, shown=SHOWN)[1])]


def test_a_plan_is_read_whole(tmp_path):
    folder = plan_folder(
        tmp_path,
        tasks=TASKS
        + "P01,,project,第五章 水环境,甲水库扩容,{place: 席店}\nP01a,P01,measure,第五章,乙,everywhere\n",
        controls=CONTROLS + "C01,第六章,禁止新建,everywhere,C2521;mining； C31,禁止\n",
        indicators="no,name,base,target_2025,target_2035\n1,森林覆盖率,13.03,≥13.44,\n",
    )
    plan, problems = load_plan(folder, shown=SHOWN)
    assert problems == []
    assert (plan.id, plan.head.title, str(plan.head.period[1])) == (tmp_path.name, "某规划", "2025")
    first, second = plan.tasks
    assert (first.kind, first.domain, first.where) == ("project", "水", Place(place=("席店",)))
    assert (first.plan, first.shown, first.mark) == (plan.id, SHOWN / "tasks.csv", (2, 6))
    assert (second.kind, second.row.parent) == ("measure", "P01")
    (control,) = plan.controls
    assert (control.kind, control.row.strength, control.where) == ("control", "禁止", Everywhere())
    assert control.row.activities == ("C2521", "mining", "C31")
    (indicator,) = plan.indicators
    assert indicator.targets == {"2025": "≥13.44"}


def test_a_plan_may_have_no_tables(tmp_path):
    plan, problems = load_plan(plan_folder(tmp_path), shown=SHOWN)
    assert (plan.tasks, plan.controls, plan.indicators, problems) == ((), (), (), [])


def test_problems_of_all_four_files_are_told_at_once(tmp_path):
    folder = plan_folder(
        tmp_path,
        head=HEAD + "titel: 甲\n",
        tasks=TASKS + "P01,,project,第五章,甲,屯留区\nP02,,projects,第五章,甲,everywhere\n",
        controls=CONTROLS + "C01,第六章,甲,everywhere,*,不准\n",
        indicators="no,name,targets\n1,甲,2\n",
    )
    assert load_plan(folder, shown=SHOWN)[0] is None
    assert complaints(folder) == [
        "plans/a/controls.csv:2:6: 不认识的取值 “不准” — 可用：禁止、严格控制、原则上、限期退出、准入条件",
        "plans/a/indicators.csv:1:3: 未知的列 targets — 可用：no、category、name、unit、base_year、base、kind、note",
        "plans/a/plan.yml:5:1: 未知的键 titel — 是否想写 title？",
        "plans/a/tasks.csv:2:6: P01 的 where：“屯留区”不是地点写法 — 请写成 {place: 屯留区} 或 everywhere",
        "plans/a/tasks.csv:3:3: 不认识的取值 “projects” — 是否想写 project？",
    ]


def test_a_plan_without_its_head_still_tells_of_its_tables(tmp_path):
    folder = plan_folder(tmp_path, tasks=TASKS + "P01,,project,第五章,甲,\n")
    (folder / "plan.yml").unlink()
    assert complaints(folder) == [
        "plans/a/plan.yml: 文件不存在 — 请检查文件名，或从备份恢复",
        "plans/a/tasks.csv:2:6: where 是空的 — 请填写",
    ]


def test_an_orphan_is_told_at_its_parent_cell(tmp_path):
    folder = plan_folder(
        tmp_path, tasks=TASKS + "P01,,project,甲,甲,everywhere\nP02a,P02,project,甲,甲,everywhere\n"
    )
    assert complaints(folder) == [
        "plans/a/tasks.csv:3:2: P02a 的 parent P02 不存在 — 请核对编号，或补上 P02 这一行"
    ]


def test_a_bad_parent_row_does_not_make_orphans_of_its_children(tmp_path):
    rows = "P01,,project,甲,甲,屯留区\nP01a,P01,project,甲,甲,everywhere\nP02,,projekt,甲,甲,everywhere\nP02a,P02,project,甲,甲,everywhere\n"
    lines = complaints(plan_folder(tmp_path, tasks=TASKS + rows))
    assert len(lines) == 2
    assert not any("parent" in line for line in lines)


def test_rows_that_stand_under_each_other_are_told(tmp_path):
    rows = "P01,P01,project,甲,甲,everywhere\nP02,P03,project,甲,甲,everywhere\nP03,P02,project,甲,甲,everywhere\nP04,P02,project,甲,甲,everywhere\n"
    hint = "请核对编号，首行的 parent 应留空"
    assert complaints(plan_folder(tmp_path, tasks=TASKS + rows)) == [
        f"plans/a/tasks.csv:2:2: P01 的 parent P01 又在 P01 之下 — {hint}",
        f"plans/a/tasks.csv:3:2: P02 的 parent P03 又在 P02 之下 — {hint}",
        f"plans/a/tasks.csv:4:2: P03 的 parent P02 又在 P03 之下 — {hint}",
    ]


def test_a_table_may_leave_out_the_parent_column(tmp_path):
    folder = plan_folder(
        tmp_path, tasks="id,kind,heading,title,where\nP01,project,甲,甲,everywhere\n"
    )
    assert complaints(folder) == []


def test_duplicate_ids_are_told_at_every_later_row_even_when_a_row_is_bad(tmp_path):
    rows = "P01,,project,甲,甲,everywhere\nP01,,projekt,甲,甲,everywhere\n\nP01,,project,甲,甲,everywhere\n"
    assert complaints(plan_folder(tmp_path, tasks=TASKS + rows)) == [
        "plans/a/tasks.csv:3:1: 编号 P01 重复 — 第 2 行已有，请改成不同的编号",
        "plans/a/tasks.csv:3:3: 不认识的取值 “projekt” — 是否想写 project？",
        "plans/a/tasks.csv:5:1: 编号 P01 重复 — 第 2 行已有，请改成不同的编号",
    ]


def test_a_task_and_a_control_may_share_an_id(tmp_path):
    folder = plan_folder(
        tmp_path,
        tasks=TASKS + "A1,,project,甲,甲,everywhere\n",
        controls=CONTROLS + "A1,甲,甲,everywhere,*,禁止\n",
    )
    assert complaints(folder) == []


def test_every_strength_of_the_contract_is_known_and_no_other(tmp_path):
    words = ["禁止", "严格控制", "原则上", "限期退出", "准入条件"]
    rows = "".join(f"C{n},甲,甲,everywhere,*,{word}\n" for n, word in enumerate(words))
    plan, problems = load_plan(plan_folder(tmp_path, controls=CONTROLS + rows), shown=SHOWN)
    assert ([c.row.strength for c in plan.controls], problems) == (words, [])


def test_a_control_without_activities_is_refused(tmp_path):
    folder = plan_folder(tmp_path, controls=CONTROLS + "C01,甲,甲,everywhere,,禁止\n")
    assert complaints(folder) == ["plans/a/controls.csv:2:5: activities 是空的 — 请填写"]


def test_missing_columns_of_a_table_are_told_once(tmp_path):
    folder = plan_folder(tmp_path, tasks="id,title\n" + "P01,甲\n" * 9)
    assert complaints(folder) == [
        "plans/a/tasks.csv:1: 缺少列 kind、heading、where — 请在表头补上，没有内容的列也要保留"
    ]


def test_a_where_is_told_at_its_cell_however_many_lines_it_has(tmp_path):
    rows = 'P01,,project,甲,"甲\n乙","{any: [\n  {rivr: 绛河}]}"\n'
    (line,) = complaints(plan_folder(tmp_path, tasks=TASKS + rows))
    assert line.startswith("plans/a/tasks.csv:2:6: P01 的 where：不认识的地点写法 rivr — ")


def test_tables_nobody_reads_are_told(tmp_path):
    folder = plan_folder(tmp_path, tasks=TASKS, task=TASKS, notes="a\n")
    book = openpyxl.Workbook()
    book.save(folder / "tasks.xlsx")
    book.save(folder / "~$tasks.xlsx")
    (folder / "controls.xls").write_bytes(b"")
    (folder / "说明.txt").write_text("甲", encoding="utf-8")
    assert complaints(folder) == [
        "plans/a/controls.xls: 不读取 .xls 格式的表 — 请另存为 .xlsx 或 CSV UTF-8",
        "plans/a/notes.csv: 没有读取不认识的表 notes — 可用：tasks、controls、indicators、progress、indicator_values",
        "plans/a/task.csv: 没有读取不认识的表 task — 是否想写 tasks？",
        "plans/a/tasks.xlsx: 同名的表有两份，这一份没有读取 — 请只保留 tasks.csv 与 tasks.xlsx 之一",
    ]


def test_only_a_table_of_an_unknown_name_is_a_mere_warning(tmp_path):
    folder = plan_folder(tmp_path, task=TASKS)
    (folder / "tasks.xls").write_bytes(b"")
    assert [p.severity for p in sorted(load_plan(folder, shown=SHOWN)[1])] == ["warning", "error"]


def test_a_workbook_serves_as_a_table(tmp_path):
    folder = plan_folder(tmp_path)
    book = openpyxl.Workbook()
    for row in (TASKS.strip().split(","), ["P01", None, "project", "甲", "甲", "everywhere"]):
        book.active.append(row)
    book.save(folder / "tasks.xlsx")
    plan, problems = load_plan(folder, shown=SHOWN)
    assert ([task.row.id for task in plan.tasks], problems) == (["P01"], [])


@pytest.mark.parametrize(
    ("start", "end", "good"),
    [
        ("2021", "2021", True),
        ("2021-06", "2021", True),
        ("2022", "2021-12", False),
        ("", "2021", True),
    ],
)
def test_a_task_does_not_end_before_it_starts(tmp_path, start, end, good):
    text = f"id,kind,heading,title,where,start,end\nP01,project,甲,甲,everywhere,{start},{end}\n"
    assert (complaints(plan_folder(tmp_path, tasks=text)) == []) is good


def test_lists_in_cells_are_split_on_either_semicolon_and_empty_items_dropped():
    row = TaskRow(
        id="P01", kind="project", heading="", title="", where="", lead="甲局；乙局; ;丙局;"
    )
    assert row.lead == ("甲局", "乙局", "丙局")
    assert ControlRow(
        id="C", heading="", title="", where="", activities=("a", "b"), strength="禁止"
    ).activities == ("a", "b")


@pytest.mark.parametrize(
    ("heading", "title", "domain"),
    [
        ("", "危险废物处置", "固废"),
        ("第四章 大气", "某工程", "气"),
        ("第四章 大气 > 噪声防治", "某工程", "声"),
        ("第四章 大气", "污水处理厂", "水"),
        ("", "化肥减量", "土"),
        ("", "矿山修复", "生态"),
        ("", "应急演练", "能力"),
        ("第一章", "某事", "综合"),
    ],
)
def test_a_tasks_medium_is_its_titles_else_its_innermost_headings(heading, title, domain):
    assert domain_of(heading, title) == domain


def test_indicators_keep_what_is_printed_and_any_number_of_targets(tmp_path):
    path = tmp_path / "indicators.csv"
    path.write_text(
        "no,name,base,target_2025,target_2030,target_2035\n1,甲,--,≥75%,,II/III\n", encoding="utf-8"
    )
    (row,), problems = read_indicators(path, shown=SHOWN)
    assert row == IndicatorRow(
        no="1", name="甲", base="--", targets={"2025": "≥75%", "2035": "II/III"}
    )
    assert problems == []


def test_indicators_tell_their_empty_cells_and_missing_columns(tmp_path):
    path = tmp_path / "indicators.csv"
    path.write_text("no,name,target_25\n", encoding="utf-8")
    (problem,) = read_indicators(path, shown=SHOWN)[1]
    assert problem.message == "未知的列 target_25"
    path.write_text("no,name\n1,\n2,乙\n", encoding="utf-8")
    rows, (problem,) = read_indicators(path, shown=SHOWN)
    assert ([row.no for row in rows], str(problem)) == (["2"], "plans/a:2:2: name 是空的 — 请填写")
    path.write_text("no,kind\n1,甲\n", encoding="utf-8")
    (problem,) = read_indicators(path, shown=SHOWN)[1]
    assert problem.message == "缺少列 name"
