"""How far plans have come: the three lists (指标、任务、项目) that mid-term and final reviews ask for."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from geo.documents.columns import padded
from geo.documents.spreadsheet import SheetTable
from geo.spec.plans import TaskRow
from geo.spec.progress import STATES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from geo.spec.indicators import IndicatorRow
    from geo.spec.plans import Plan
    from geo.spec.progress import IndicatorValueRow, ProgressRow

UNREPORTED: Final = "未填报"
NO_LEAD: Final = "未写牵头单位"
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
TASK_COLUMNS: Final = (
    "规划", "编号", "名称", "章节", "牵头单位", "投资（万元）", "进展", "截至", "完成投资（万元）", "佐证", "问题",
)  # fmt: skip
INDICATOR_COLUMNS: Final = (
    "规划", "序号", "指标", "单位", "基准年", "基准值", "目标年", "目标值", "最新年份", "最新值", "来源", "方向", "备注",
)  # fmt: skip


@dataclass(frozen=True)
class TaskProgress:
    """A task and the newest report about it, ``None`` when nobody has reported."""

    plan: str
    row: TaskRow
    latest: ProgressRow | None

    @property
    def state(self) -> str:
        """The state reported, or that nothing was."""
        return UNREPORTED if self.latest is None else self.latest.state

    def shown(self) -> dict[str, Any]:
        """View it as a row of the lists."""
        row, latest = self.row, self.latest
        return {
            "规划": self.plan, "编号": row.id, "名称": row.title, "章节": row.heading,
            "牵头单位": "；".join(row.lead) or None, "投资（万元）": row.investment_wan, "进展": self.state,
            "截至": None if latest is None else latest.as_at.isoformat(),
            "完成投资（万元）": None if latest is None else latest.invested_wan,
            "佐证": None if latest is None else latest.evidence or None,
            "问题": None if latest is None else latest.problem or None,
        }  # fmt: skip


def progress_of(plan: Plan, *, day: date) -> tuple[TaskProgress, ...]:
    """Pair every task of a plan with its newest report up to a day; later reports do not count."""
    newest: dict[str, ProgressRow] = {}
    for report in sorted(plan.progress.rows, key=lambda row: row.as_at):
        if report.as_at <= day:
            newest[report.task] = report
    rows = (task.row for task in plan.tasks)
    return tuple(
        TaskProgress(plan.id, row, newest.get(row.id)) for row in rows if isinstance(row, TaskRow)
    )


def indicator_rows(plan: Plan, *, day: date) -> Iterator[dict[str, Any]]:
    """List a plan's indicators with the newest value up to the year of a day.

    Whether a target is met is left to a person: 「≥」, 「不降低」 and 「完成省下达任务」 are words.
    Only the direction is told, and only where base and value are plain numbers.
    """
    newest: dict[str, IndicatorValueRow] = {}
    for value in sorted(plan.progress.values, key=lambda row: row.year):
        if value.year <= day.year:
            newest[value.no] = value
    for row in plan.indicators:
        latest = newest.get(row.no)
        target = _target(row, day.year)
        yield {
            "规划": plan.id, "序号": row.no, "指标": row.name, "单位": row.unit, "基准年": row.base_year,
            "基准值": row.base, "目标年": target[0], "目标值": target[1],
            "最新年份": None if latest is None else latest.year,
            "最新值": None if latest is None else latest.value,
            "来源": None if latest is None else latest.source,
            "方向": None if latest is None else _direction(row.base, latest.value), "备注": row.note or None,
        }  # fmt: skip


def _target(row: IndicatorRow, year: int) -> tuple[str | None, str | None]:
    """The target of the year to come, or the last one."""
    years = sorted(row.targets)
    ahead = next((y for y in years if int(y) >= year), years[-1] if years else None)
    return (None, None) if ahead is None else (ahead, row.targets[ahead])


def _direction(base: str, value: str) -> str | None:
    """Say whether a value rose or fell against its base, where both are plain numbers."""
    if not (_NUMBER.fullmatch(base.strip()) and _NUMBER.fullmatch(value.strip())):
        return None
    change = float(value) - float(base)
    return "持平" if change == 0 else "上升" if change > 0 else "下降"


def progress_sheets(plans: Sequence[Plan], *, day: date) -> list[SheetTable]:
    """Make the three lists, and a count of each state, as worksheets."""
    found = [progress for plan in plans for progress in progress_of(plan, day=day)]
    note = f"截至 {day.isoformat()}，按各单位填报汇总；“{UNREPORTED}”不等于未启动"
    indicators = [row for plan in plans for row in indicator_rows(plan, day=day)]
    sheets = [
        SheetTable(
            "汇总", ("规划", "类别", *STATES, UNREPORTED, "合计"), list(_counts(found)), note
        )
    ]
    sheets.append(SheetTable("指标", INDICATOR_COLUMNS, indicators, note))
    for title, kind in (("任务", "measure"), ("项目", "project")):
        rows = [progress.shown() for progress in found if progress.row.kind == kind]
        sheets.append(SheetTable(title, TASK_COLUMNS, rows, note))
    return sheets


def _counts(found: Sequence[TaskProgress]) -> Iterator[dict[str, Any]]:
    """Count states per plan and kind; rows with a parent are part of it and not counted again."""
    for plan in dict.fromkeys(progress.plan for progress in found):
        for kind, title in (("measure", "任务"), ("project", "项目")):
            mine = [p for p in found if p.plan == plan and p.row.kind == kind and not p.row.parent]
            count = Counter(progress.state for progress in mine)
            states = {state: count.get(state, 0) for state in (*STATES, UNREPORTED)}
            yield {"规划": plan, "类别": title, **states, "合计": len(mine)}


def progress_text(plans: Sequence[Plan], *, day: date) -> str:
    """Write the counts, and what lags behind, for the terminal."""
    found = [progress for plan in plans for progress in progress_of(plan, day=day)]
    header = ("规划", "类别", *STATES, UNREPORTED, "合计")
    rows = [tuple(str(row[key]) for key in header) for row in _counts(found)]
    lines = [padded(header, rows)]
    late = [p for p in found if p.state == "滞后"]
    lines += [f"滞后：{p.plan} {p.row.id} {p.row.title}" + _because(p) for p in late]
    return "\n".join((*lines, f"截至 {day.isoformat()}；“{UNREPORTED}”不等于未启动"))


def _because(progress: TaskProgress) -> str:
    problem = "" if progress.latest is None else progress.latest.problem
    return f"（{problem}）" if problem else ""
