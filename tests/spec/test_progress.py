"""``progress.csv`` and ``indicator_values.csv`` read, and their mistakes told where they stand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl

from geo.spec.plans import load_plan

_TASKS = (
    "id,kind,heading,title,where\nP1,project,甲,扩容,everywhere\nP2,measure,甲,绿化,everywhere\n"
)


def _plan(folder: Path, **tables: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "plan.yml").write_text(
        'title: 规划\nadcode: "140405"\nperiod: [2021, 2025]\nsource: a.pdf\n', encoding="utf-8"
    )
    for stem, text in {"tasks": _TASKS, **tables}.items():
        (folder / f"{stem}.csv").write_text(text, encoding="utf-8-sig")
    return folder


def test_reports_are_read_with_day_state_and_money(tmp_path: Path) -> None:
    text = "as_at,task,state,invested_wan,evidence,problem\n2024-12-31,P1,滞后,12.5,照片,征地\n"
    plan, problems = load_plan(_plan(tmp_path / "p", progress=text), shown=Path("plans/p"))
    assert not problems
    assert plan is not None
    (row,) = plan.progress.rows
    assert (row.as_at, row.task, row.state, row.invested_wan) == (
        date(2024, 12, 31),
        "P1",
        "滞后",
        12.5,
    )


def test_every_mistake_is_told_at_its_cell(tmp_path: Path) -> None:
    text = (
        "as_at,task,state,invested_wan,evidence,problem\n2024-12-31,P9,滞后,,,\n2024-12-31,P1,快了,,,\n"
        "2024-12-31,P2,滞后,,,\n2024-12-31,P2,已完成,,,\n"
    )
    values = "no,year,value,source\n7,2024,1.0,公报\n"
    folder = _plan(tmp_path / "p", progress=text, indicator_values=values)
    _, problems = load_plan(folder, shown=Path("plans/p"))
    told = sorted(map(str, problems))
    assert told[0].startswith("plans/p/indicator_values.csv:2:1: 规划中没有指标 7")
    assert told[1].startswith("plans/p/progress.csv:2:2: 规划中没有任务 P9")
    assert told[2].startswith("plans/p/progress.csv:3:3: ")
    assert told[3].startswith("plans/p/progress.csv:5:2: 任务 P2 在 2024-12-31 有两行")
    assert len(told) == 4


def test_an_excel_book_reads_like_its_csv_and_dates_stay_dates(tmp_path: Path) -> None:
    folder = _plan(tmp_path / "p")
    book = openpyxl.Workbook()
    book.active.append(["as_at", "task", "state"])
    book.active.append([date(2024, 12, 31), "P1", "已完成"])
    book.save(folder / "progress.xlsx")
    plan, problems = load_plan(folder, shown=Path("plans/p"))
    assert not problems
    assert plan is not None
    assert plan.progress.rows[0].as_at == date(2024, 12, 31)


def test_an_id_that_excel_made_a_date_is_refused(tmp_path: Path) -> None:
    folder = _plan(tmp_path / "p")
    book = openpyxl.Workbook()
    book.active.append(["as_at", "task", "state"])
    book.active.append(["2024-12-31", date(2026, 1, 1), "已完成"])
    book.save(folder / "progress.xlsx")
    _, problems = load_plan(folder, shown=Path("plans/p"))
    assert "被 Excel 变成了日期" in str(problems[0])
