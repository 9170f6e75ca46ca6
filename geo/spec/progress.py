"""``progress.csv`` and ``indicator_values.csv``: how far a plan has come, as its departments report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field

from geo.errors import Problem
from geo.spec.closed import Spec, nearest
from geo.spec.dates import Day
from geo.spec.tables import find_table, load_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from geo.spec.tables import Row

ProgressState = Literal["已完成", "达到序时进度", "滞后", "未启动", "调整取消"]
STATES: Final[tuple[ProgressState, ...]] = ("已完成", "达到序时进度", "滞后", "未启动", "调整取消")
TABLES: Final = ("progress", "indicator_values")


class ProgressRow(Spec):
    """How far a task had come on a day, and what shows it."""

    as_at: Day
    task: str
    state: ProgressState
    invested_wan: Annotated[float, Field(ge=0)] | None = None
    evidence: str = ""
    problem: str = ""


class IndicatorValueRow(Spec):
    """What an indicator came to in a year, as printed in its source."""

    no: str
    year: Annotated[int, Field(ge=1990, le=2100)]
    value: str
    source: str


@dataclass(frozen=True)
class Progress:
    """All that has been reported about a plan, in the order written."""

    rows: tuple[ProgressRow, ...] = ()
    values: tuple[IndicatorValueRow, ...] = ()


NOTHING_REPORTED: Final = Progress()


def read_progress(
    folder: Path, *, shown: Path, tasks: Collection[str], indicators: Collection[str]
) -> tuple[Progress, list[Problem]]:
    """Read both tables of a plan's folder, CSV or XLSX; what is not there is empty.

    Args:
        folder: ``plans/<id>``.
        shown: The folder as the planner knows it.
        tasks: Ids a row may speak of.
        indicators: Numbers a value may speak of.

    Returns:
        What is good, and every problem: bad cells, unknown ids, two rows for one task and day.
    """
    rows, problems = _table(folder, "progress", ProgressRow, shown)
    values, more = _table(folder, "indicator_values", IndicatorValueRow, shown)
    problems += more
    if path := find_table(folder, "progress"):
        problems += _complaints(rows, ("task", "as_at"), tasks, shown / path.name, "任务")
    if path := find_table(folder, "indicator_values"):
        problems += _complaints(values, ("no", "year"), indicators, shown / path.name, "指标")
    return Progress(tuple(row for row, _ in rows), tuple(row for row, _ in values)), problems


def _table(folder: Path, stem: str, model: Any, shown: Path) -> tuple[list[Any], list[Problem]]:
    path = find_table(folder, stem)
    return ([], []) if path is None else load_rows(path, model, shown=shown / path.name)


def _complaints(
    rows: list[tuple[Any, Row]], key: tuple[str, str], known: Collection[str], here: Path, what: str
) -> Iterator[Problem]:
    """Complain about rows that speak of nothing the plan has, and about second rows for one day."""
    seen: dict[tuple[str, str], int] = {}
    for row, cells in rows:
        mark = cells.marks[key[0]]
        name = str(getattr(row, key[0]))
        if name not in known:
            yield Problem(here, *mark, f"规划中没有{what} {name}", nearest(name, known))
        when = str(getattr(row, key[1]))
        if (name, when) in seen:
            hint = f"第 {seen[name, when]} 行已有，请只保留一行"
            yield Problem(here, *mark, f"{what} {name} 在 {when} 有两行", hint)
        seen.setdefault((name, when), mark[0])
