"""``plans/<id>/``: a plan's promises as rows, each with its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, model_validator

from geo.errors import Problem, WorkspaceError
from geo.spec.closed import Spec, keys_of, load, nearest
from geo.spec.dates import Partial, PartialDate
from geo.spec.indicators import IndicatorRow, read_indicators
from geo.spec.layers import Adcode
from geo.spec.marked import Mark, read_yaml
from geo.spec.progress import NOTHING_REPORTED, Progress, read_progress
from geo.spec.progress import TABLES as PROGRESS_TABLES
from geo.spec.tables import Row, find_table, read_rows, required_of, typed_rows
from geo.spec.vocabulary import Strength
from geo.spec.where import Form, parse_where

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TABLES: Final = ("tasks", "controls", "indicators", *PROGRESS_TABLES)
Domain = Literal["气", "水", "土", "固废", "声", "生态", "能力", "综合"]


def _semicolons(value: Any) -> Any:
    """Split a cell's list on half- or full-width semicolons."""
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.replace("；", ";").split(";") if part.strip())


CellList = Annotated[tuple[str, ...], BeforeValidator(_semicolons)]


def _rising(period: tuple[PartialDate, PartialDate]) -> tuple[PartialDate, PartialDate]:
    if period[1].last < period[0].first:
        raise ValueError("规划期的止早于起 — 请核对年份")
    return period


class PlanHead(Spec):
    """``plan.yml``: what the document says of itself."""

    title: str
    adcode: Adcode
    document: str | None = None
    issuer: str | None = None
    issued: Partial | None = None
    period: Annotated[tuple[Partial, Partial], AfterValidator(_rising)]
    source: str
    area_km2: float | None = None
    note: str = ""


class TaskRow(Spec):
    """A row of ``tasks.csv``: a project of a table, or a measure of the text."""

    id: str
    parent: str = ""
    kind: Literal["project", "measure"]
    heading: str
    title: str
    summary: str = ""
    where: str
    quantity: float | None = None
    unit: str = ""
    investment_wan: float | None = None
    start: Partial | None = None
    end: Partial | None = None
    lead: CellList = ()
    note: str = ""

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> TaskRow:
        if self.start and self.end and self.end.last < self.start.first:
            raise ValueError(f"{self.id} 的 end 早于 start — 请核对年份")
        return self


class ControlRow(Spec):
    """A row of ``controls.csv``: a prohibition or restriction a site check must raise."""

    id: str
    heading: str
    title: str
    where: str
    activities: CellList
    strength: Strength
    note: str = ""


@dataclass(frozen=True)
class Task:
    """A task or control with its parsed place and where it was written."""

    plan: str
    row: TaskRow | ControlRow
    where: Form
    shown: Path
    mark: Mark

    @property
    def kind(self) -> Literal["project", "measure", "control"]:
        """Project, measure or control."""
        return self.row.kind if isinstance(self.row, TaskRow) else "control"

    @property
    def domain(self) -> Domain:
        """The environmental medium its heading and title speak of."""
        return domain_of(self.row.heading, self.row.title)


@dataclass(frozen=True)
class Plan:
    """One whole plan."""

    id: str
    head: PlanHead
    tasks: tuple[Task, ...]
    controls: tuple[Task, ...]
    indicators: tuple[IndicatorRow, ...]
    progress: Progress = NOTHING_REPORTED


#: First match wins, read from the most specific words to the most general.
_DOMAINS: Final[tuple[tuple[Domain, tuple[str, ...]], ...]] = (
    (
        "固废",
        (
            "固体废物",
            "固废",
            "危险废物",
            "危废",
            "垃圾",
            "无废",
            "塑料",
            "尾矿",
            "医疗废物",
            "煤矸石",
            "粉煤灰",
        ),
    ),
    ("声", ("噪声", "声环境")),
    (
        "气",
        (
            "大气",
            "空气",
            "扬尘",
            "散煤",
            "臭氧",
            "VOCs",
            "挥发性",
            "燃煤",
            "锅炉",
            "机动车",
            "清洁取暖",
            "蓝天",
            "温室",
            "碳排放",
            "碳达峰",
            "气候",
        ),
    ),
    ("土", ("土壤", "地块", "农用地", "农业农村", "农村", "化肥", "净土", "重金属")),
    (
        "水",
        (
            "水环境",
            "水生态",
            "水资源",
            "水污染",
            "水源",
            "河",
            "碧水",
            "污水",
            "断面",
            "排污口",
            "地下水",
            "黑臭",
            "湖",
            "水库",
            "泉",
        ),
    ),
    (
        "生态",
        (
            "生态",
            "绿化",
            "湿地",
            "林",
            "矿山",
            "生物多样性",
            "自然保护",
            "山水",
            "水土保持",
            "沉陷",
        ),
    ),
    (
        "能力",
        (
            "监测",
            "监管",
            "执法",
            "应急",
            "能力",
            "信息",
            "体系",
            "制度",
            "风险",
            "核与辐射",
            "宣传",
        ),
    ),
)


def domain_of(heading: str, title: str) -> Domain:
    """Name the medium of a task from its title, else from its heading, innermost part first.

    >>> domain_of("第五章 水环境 > 专栏3", "屯绛水库扩容")
    '水'
    >>> domain_of("", "某事")
    '综合'
    """
    for text in (title, *reversed(heading.split(">"))):
        for domain, words in _DOMAINS:
            if any(word in text for word in words):
                return domain
    return "综合"


def load_plan(folder: Path, *, shown: Path) -> tuple[Plan | None, list[Problem]]:
    """Read one plan's folder; return the plan as far as it is good, and every problem."""
    problems: list[Problem] = []
    try:
        head, problems = load(read_yaml(folder / "plan.yml", shown=shown / "plan.yml"), PlanHead)
    except WorkspaceError as error:
        head, problems = None, list(error.problems)
    problems += _unread(folder, shown)
    tasks = _tasks(folder, "tasks", TaskRow, shown=shown, problems=problems)
    controls = _tasks(folder, "controls", ControlRow, shown=shown, problems=problems)
    indicators, found = _indicators(folder, shown=shown)
    ids, numbers = {task.row.id for task in tasks}, {row.no for row in indicators}
    progress, more = read_progress(folder, shown=shown, tasks=ids, indicators=numbers)
    problems += [*found, *more]
    if head is None:
        return None, problems
    rows = tuple(tasks), tuple(controls), tuple(indicators)
    return Plan(folder.name, head, *rows, progress), problems


def _tasks(
    folder: Path, stem: str, model: type[Any], *, shown: Path, problems: list[Problem]
) -> list[Task]:
    path = find_table(folder, stem)
    if path is None:
        return []
    here = shown / path.name
    try:
        rows = read_rows(path, shown=here, columns=keys_of(model), required=required_of(model))
    except WorkspaceError as error:
        problems += error.problems
        return []
    good, found = typed_rows(rows, model, shown=here)
    problems += [*found, *_twice(rows, here), *_orphans(rows, here)]
    tasks = [_task(folder.name, row, cells, here, problems) for row, cells in good]
    return [task for task in tasks if task is not None]


def _unread(folder: Path, shown: Path) -> Iterator[Problem]:
    """Complain about tables nobody will read: misspelt, of an old format, or a second copy."""
    for path in sorted(folder.glob("[!.~]*")):
        stem, suffix = path.stem, path.suffix.lower()
        if suffix not in (".csv", ".xlsx", ".xls", ".et"):
            continue
        if stem not in _TABLES:
            found, hint = f"没有读取不认识的表 {stem}", nearest(stem, _TABLES)
            yield Problem(shown / path.name, 0, 0, found, hint, severity="warning")
        elif suffix in (".xls", ".et"):
            hint = "请另存为 .xlsx 或 CSV UTF-8"
            yield Problem(shown / path.name, 0, 0, f"不读取 {suffix} 格式的表", hint)
        elif path != find_table(folder, stem):
            hint = f"请只保留 {stem}.csv 与 {stem}.xlsx 之一"
            yield Problem(shown / path.name, 0, 0, "同名的表有两份，这一份没有读取", hint)


def _task(
    plan: str, row: TaskRow | ControlRow, cells: Row, here: Path, problems: list[Problem]
) -> Task | None:
    mark = cells.marks["where"]
    try:
        return Task(plan, row, parse_where(row.where, shown=here), here, mark)
    except WorkspaceError as error:
        problems += [
            Problem(here, *mark, f"{row.id} 的 where：{p.message}", p.hint) for p in error.problems
        ]
        return None


def _twice(rows: list[Row], here: Path) -> Iterator[Problem]:
    """Complain about every row whose id an earlier row has, whether the rows are good or not."""
    seen: dict[str, int] = {}
    for row in rows:
        name, mark = row.cells["id"], row.marks["id"]
        if name and name in seen:
            hint = f"第 {seen[name]} 行已有，请改成不同的编号"
            yield Problem(here, *mark, f"编号 {name} 重复", hint)
        seen.setdefault(name, mark[0])


def _orphans(rows: list[Row], here: Path) -> Iterator[Problem]:
    """Complain about rows whose parent is not in the table, or is under the row itself."""
    parents = {row.cells["id"]: row.cells.get("parent", "") for row in rows}
    for row in rows:
        name, parent = row.cells["id"], row.cells.get("parent", "")
        if not parent:
            continue
        if parent not in parents:
            found = f"{name} 的 parent {parent} 不存在"
            hint = f"请核对编号，或补上 {parent} 这一行"
            yield Problem(here, *row.marks["parent"], found, hint)
        elif name in _above(parent, parents):
            found = f"{name} 的 parent {parent} 又在 {name} 之下"
            yield Problem(here, *row.marks["parent"], found, "请核对编号，首行的 parent 应留空")


def _above(name: str, parents: dict[str, str]) -> set[str]:
    """Collect a row and all rows above it, stopping where they run in a circle."""
    found: set[str] = set()
    while name and name not in found:
        found.add(name)
        name = parents.get(name, "")
    return found


def _indicators(folder: Path, *, shown: Path) -> tuple[list[IndicatorRow], list[Problem]]:
    path = find_table(folder, "indicators")
    return ([], []) if path is None else read_indicators(path, shown=shown / path.name)
