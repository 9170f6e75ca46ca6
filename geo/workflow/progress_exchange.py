"""Progress handed out to departments as Excel, one book each, and taken back with conflicts shown."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from geo.documents.spreadsheet import SheetTable, as_xlsx
from geo.errors import InputError, Problem, UsageError, WorkspaceError
from geo.spec.closed import explain, nearest
from geo.spec.progress import STATES, ProgressRow
from geo.spec.tables import Row, find_table, read_rows
from geo.workflow.progress import NO_LEAD, TaskProgress, progress_of
from geo.writing import replacing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo.spec.plans import Plan

#: Heading of the book → field of ``progress.csv``; what comes before them is for reading only.
_FILLED: Final = {
    "日期": "as_at", "进展": "state", "完成投资（万元）": "invested_wan", "佐证": "evidence", "问题": "problem",
}  # fmt: skip
_GIVEN: Final = ("规划", "编号", "名称", "内容", "章节", "投资（万元）", "上次日期", "上次进展")
#: Characters Windows does not allow in file names, and blanks.
_NOT_IN_NAMES: Final = re.compile(r"[^\w（）-]")
COLUMNS: Final = tuple(ProgressRow.model_fields)


@dataclass(frozen=True)
class Conflict:
    """Two answers for one task and day."""

    plan: str
    row: ProgressRow
    here: str
    other: ProgressRow
    there: str

    def words(self) -> str:
        """Say both answers and where each stands."""
        said = f"{self.plan} {self.row.task} 在 {self.row.as_at} 有两种填报"
        return (
            f"{said}：{self.here} 填“{_answer(self.row)}”，{self.there} 为“{_answer(self.other)}”"
        )


@dataclass(frozen=True)
class Merged:
    """What came back: new rows by plan, rows that were known already, and conflicts, which are left out."""

    rows: dict[str, tuple[ProgressRow, ...]] = field(default_factory=dict)
    known: int = 0
    conflicts: tuple[Conflict, ...] = ()


def _answer(row: ProgressRow) -> str:
    parts = (
        row.state,
        "" if row.invested_wan is None else f"{row.invested_wan:g} 万元",
        row.problem,
        row.evidence,
    )
    return "，".join(part for part in parts if part)


def hand_out(plans: Sequence[Plan], folder: Path, *, day: date) -> tuple[Path, ...]:
    """Write one book per lead department, with its tasks and empty columns to fill in.

    A task of several departments stands in the book of each; one without goes into a book of its own.
    """
    by_lead: dict[str, list[TaskProgress]] = {}
    for plan in plans:
        for progress in progress_of(plan, day=day):
            for lead in progress.row.lead or (NO_LEAD,):
                by_lead.setdefault(lead, []).append(progress)
    written = []
    for lead, mine in sorted(by_lead.items()):
        path = folder / f"进展填报_{_NOT_IN_NAMES.sub('_', lead)}.xlsx"
        note = f"请在后五列填写；“进展”从列表中选，“日期”写填报截止日，例如 {day.isoformat()}。没有变化的行可留空。"
        table = SheetTable(
            "进展填报",
            (*_GIVEN, *_FILLED),
            [_row(progress) for progress in mine],
            note,
            {"进展": STATES},
            {"日期": 12, "进展": 14, "佐证": 26, "问题": 30},
        )
        with replacing(path) as temporary:
            temporary.write_bytes(as_xlsx([table], as_at=day))
        written.append(path)
    return tuple(written)


def _row(progress: TaskProgress) -> dict[str, Any]:
    row, latest = progress.row, progress.latest
    return {
        "规划": progress.plan, "编号": row.id, "名称": row.title, "内容": row.summary or None, "章节": row.heading,
        "投资（万元）": row.investment_wan, "上次日期": None if latest is None else latest.as_at.isoformat(),
        "上次进展": None if latest is None else latest.state,
    }  # fmt: skip


def take_back(plans: Sequence[Plan], files: Sequence[Path]) -> Merged:
    """Read filled-in books; rows left empty are passed over.

    Two answers for one task and day that differ, in two books or in a book and ``progress.csv``, are a
    conflict: neither is taken over, both are shown.

    Raises:
        InputError: A book cannot be read or a cell is no answer; every problem of every book is listed.
    """
    by_id = {plan.id: plan for plan in plans}
    problems: list[Problem] = []
    answers: list[tuple[str, ProgressRow, str]] = []
    for path in files:
        try:
            answers += _answers(path, by_id, problems)
        except WorkspaceError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return _settled(plans, answers)


def _answers(
    path: Path, plans: dict[str, Plan], problems: list[Problem]
) -> Iterator[tuple[str, ProgressRow, str]]:
    shown = Path(path.name)
    columns = (*_GIVEN, *_FILLED)
    for row in read_rows(path, shown=shown, columns=columns, required=("规划", "编号", *_FILLED)):
        if not row.cells["编号"] or not any(row.cells[name] for name in _FILLED):
            continue  # The note below the table, or nothing to report.
        plan, task = row.cells["规划"], row.cells["编号"]
        if found := _unknown(plan, task, plans):
            problems.append(Problem(shown, *row.marks["编号"], *found))
            continue
        source = _as_progress(row).marked(shown)
        try:
            yield plan, ProgressRow.model_validate(source.value), shown.name
        except ValidationError as error:
            problems += explain(error, source, ProgressRow)


def _unknown(plan: str, task: str, plans: dict[str, Plan]) -> tuple[str, str] | None:
    if plan not in plans:
        return f"没有规划 {plan}", nearest(plan, plans)
    ids = [known.row.id for known in plans[plan].tasks]
    return None if task in ids else (f"规划 {plan} 中没有任务 {task}", nearest(task, ids))


def _as_progress(row: Row) -> Row:
    names = {**_FILLED, "编号": "task"}
    return Row(
        {to: row.cells[name] for name, to in names.items()},
        {to: row.marks[name] for name, to in names.items()},
    )


def _settled(plans: Sequence[Plan], answers: list[tuple[str, ProgressRow, str]]) -> Merged:
    kept = {
        (plan.id, row.task, row.as_at): (row, "progress 表")
        for plan in plans
        for row in plan.progress.rows
    }
    old = set(kept)
    new: dict[tuple[str, str, date], ProgressRow] = {}
    conflicts, known = [], 0
    for plan, row, here in answers:
        key = (plan, row.task, row.as_at)
        if key not in kept:
            kept[key], new[key] = (row, here), row
        elif kept[key][0] != row:
            conflicts.append(Conflict(plan, row, here, *kept[key]))
        else:
            known += 1
    for conflict in conflicts:
        key = (conflict.plan, conflict.row.task, conflict.row.as_at)
        if key not in old:
            new.pop(key, None)
    rows: dict[str, tuple[ProgressRow, ...]] = {}
    for (plan, _, _), row in new.items():
        rows[plan] = (*rows.get(plan, ()), row)
    return Merged(rows, known, tuple(conflicts))


def write_progress(root: Path, plan: Plan, rows: Sequence[ProgressRow]) -> Path:
    """Add rows to a plan's ``progress.csv``, in order of day and task; the file is replaced whole.

    Raises:
        UsageError: The plan keeps its progress as XLSX, which may hold more than a table.
    """
    folder = root / "plans" / plan.id
    path = find_table(folder, "progress") or folder / "progress.csv"
    if path.suffix == ".xlsx":
        raise UsageError(
            f"{path.name} 是 Excel 文件，可能有批注和公式 — 请先另存为 progress.csv 再合并"
        )
    order = sorted((*plan.progress.rows, *rows), key=lambda row: (row.as_at, row.task))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(row) for row in order)
    with replacing(path) as temporary:
        temporary.write_bytes(out.getvalue().encode("utf-8-sig"))
    return path.relative_to(root)


def _cells(row: ProgressRow) -> list[str]:
    invested = "" if row.invested_wan is None else f"{row.invested_wan:g}"
    return [row.as_at.isoformat(), row.task, row.state, invested, row.evidence, row.problem]
