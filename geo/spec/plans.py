"""``plans/<id>/``: a plan's promises as rows, each with its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field

from geo.errors import Problem, WorkspaceError
from geo.spec.closed import Spec, load
from geo.spec.dates import Partial
from geo.spec.indicators import IndicatorRow, read_indicators
from geo.spec.marked import Mark, read_yaml
from geo.spec.tables import Row, find_table, load_rows
from geo.spec.vocabulary import Strength
from geo.spec.where import Form, parse_where

if TYPE_CHECKING:
    from pathlib import Path

Domain = Literal["气", "水", "土", "固废", "声", "生态", "能力", "综合"]


def _semicolons(value: Any) -> Any:
    """Split a cell's list on half- or full-width semicolons."""
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.replace("；", ";").split(";") if part.strip())


CellList = Annotated[tuple[str, ...], BeforeValidator(_semicolons)]


class PlanHead(Spec):
    """``plan.yml``: what the document says of itself."""

    title: str
    adcode: Annotated[str, Field(pattern=r"^\d{6}$")]
    document: str | None = None
    issuer: str | None = None
    issued: Partial | None = None
    period: tuple[Partial, Partial]
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
    tasks = _tasks(folder, "tasks", TaskRow, shown=shown, problems=problems)
    controls = _tasks(folder, "controls", ControlRow, shown=shown, problems=problems)
    indicators, found = _indicators(folder, shown=shown)
    problems += found
    problems += _orphans(tasks)
    if head is None:
        return None, problems
    return Plan(folder.name, head, tuple(tasks), tuple(controls), tuple(indicators)), problems


def _tasks(
    folder: Path, stem: str, model: type[Any], *, shown: Path, problems: list[Problem]
) -> list[Task]:
    path = find_table(folder, stem)
    if path is None:
        return []
    here = shown / path.name
    rows, found = load_rows(path, model, shown=here)
    problems += found
    seen: dict[str, int] = {}
    tasks = []
    for row, cells in rows:
        line, column = cells.marks["id"]
        if row.id in seen:
            hint = f"第 {seen[row.id]} 行已有，请改成不同的编号"
            problems.append(Problem(here, line, column, f"编号 {row.id} 重复", hint))
        seen.setdefault(row.id, line)
        if task := _task(folder.name, row, cells, here, problems):
            tasks.append(task)
    return tasks


def _task(
    plan: str, row: TaskRow | ControlRow, cells: Row, here: Path, problems: list[Problem]
) -> Task | None:
    mark = cells.marks["where"]
    try:
        return Task(plan, row, parse_where(row.where, shown=here, at=mark), here, mark)
    except WorkspaceError as error:
        problems += [
            Problem(p.file, p.line, mark[1], f"{row.id} 的 where：{p.message}", p.hint)
            for p in error.problems
        ]
        return None


def _orphans(tasks: list[Task]) -> list[Problem]:
    ids = {task.row.id for task in tasks}
    return [
        Problem(t.shown, t.mark[0], 0, f"{t.row.id} 的 parent {t.row.parent} 不存在", "请核对编号")
        for t in tasks
        if isinstance(t.row, TaskRow) and t.row.parent and t.row.parent not in ids
    ]


def _indicators(folder: Path, *, shown: Path) -> tuple[list[IndicatorRow], list[Problem]]:
    path = find_table(folder, "indicators")
    return ([], []) if path is None else read_indicators(path, shown=shown / path.name)
