"""Plans at the site: projects and measures that lie there, and controls while the plan's period runs."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, Protocol

import shapely

from geo.check.reach import may_leave
from geo.check.verdict import control_outcome
from geo.findings import TaskHit
from geo.spec.plans import ControlRow
from geo.spec.vocabulary import Outcome
from geo.spec.where import Everywhere
from geo.spec.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from shapely import Geometry

    from geo.check.project import Meeting, Project
    from geo.check.screen import Footprint
    from geo.spec.plans import Plan, Task
    from geo.spec.vocabulary import Relation
    from geo.store.located import Located
    from geo.store.store import LocatedTask, Store

PAST: Final = "规划期已届满"
EARLY: Final = "规划期尚未开始"
BY_HAND: Final = "需人工核对"
#: `where` may ask for rivers or heights without naming a layer; a workspace need not declare them.
_UNNAMED: Final = "工作区未声明的图层"
#: How `geo.store.locate` names a layer to whoever writes the workspace.
_LAYER: Final = re.compile(r"图层 ([\w\-]+)")


@dataclass(frozen=True)
class Asked:
    """What is asked of every control alike."""

    project: Project
    day: date
    existing: bool
    titles: Mapping[str, str]


class Lies(Protocol):
    """How a footprint lies to a place: measured for it alone, or told from what a batch measured."""

    def relation(self, place: Geometry) -> Relation | None:
        """Tell how it lies to a place, as `relation_of`."""

    def within(self, located: Located) -> bool:
        """Tell whether a place beside it is nearer than both are accurate."""


@dataclass(frozen=True, eq=False)
class _Alone:
    """A footprint that is measured for itself."""

    site: Footprint

    def relation(self, place: Geometry) -> Relation | None:
        return relation_of(self.site.geometry, place)

    def within(self, located: Located) -> bool:
        return within_accuracy(self.site, located)


def tasks_at(
    site: Footprint, store: Store, project: Project, *, day: date, existing: bool
) -> tuple[TaskHit, ...]:
    """List what the workspace's plans say about the site, weightiest first.

    Projects and measures are listed where their place is narrower than the whole territory. Controls are listed
    unless their activities rule the project out.
    """
    question, alone = Asked(project, day, existing, layer_titles(store)), _Alone(site)
    found: list[TaskHit] = []
    for plan_id, plan in store.spec.plans.items():
        inside = bool(shapely.intersects(store.plan_territory(plan_id), site.geometry))
        keep = _everything if inside else reaching
        rows = (*store.tasks(plan_id, keep=keep), *store.controls(plan_id, keep=keep))
        hits = (row_hit(alone, row, plan, question, inside=inside) for row in rows)
        found += [hit for hit in hits if hit is not None]
    return tuple(sorted(found, key=weightiest_first))


def layer_titles(store: Store) -> dict[str, str]:
    """Give each layer's title as papers print it, by its id."""
    return {name: quoted(layer.title) for name, layer in store.spec.layers.items()}


def weightiest_first(hit: TaskHit) -> tuple[int, str, str]:
    """Order what plans say."""
    return -hit.outcome.rank, hit.plan, hit.id


def row_hit(
    site: Lies, found: LocatedTask, plan: Plan, question: Asked, *, inside: bool
) -> TaskHit | None:
    """Tell what one row of a plan says about the site; ``inside``: the site meets the plan's territory."""
    if isinstance(found.task.row, ControlRow):
        hit = _control(site, found, plan, question, inside=inside)
    else:
        hit = _project(site, found)
    return None if hit is None else replace(hit, plan_title=quoted(plan.head.title))


def plans_at(site: Geometry, store: Store) -> tuple[str, ...]:
    """Name the plans whose territory a footprint (EPSG:4490) meets."""
    return tuple(
        quoted(plan.head.title)
        for name, plan in store.spec.plans.items()
        if shapely.intersects(store.plan_territory(name), site)
    )


def _everything(_: Task) -> bool:
    return True


def reaching(task: Task) -> bool:
    """Tell whether a row of a plan whose territory the site misses can concern it all the same.

    A prohibition can, by the accuracy of its place (see `guards_its_edge`).
    """
    return guards_its_edge(task) or may_leave(task.where)


def _project(site: Lies, task: LocatedTask) -> TaskHit | None:
    geometry = task.located.geometry
    if geometry is None or isinstance(task.task.where, Everywhere):
        return None
    relation = site.relation(geometry)
    if relation not in ("inside", "overlaps"):
        return None
    return _hit(task, relation, Outcome.NOTICE, _worth(task.located))


def _control(
    site: Lies, found: LocatedTask, plan: Plan, question: Asked, *, inside: bool
) -> TaskHit | None:
    """Judge one control; ``inside`` tells whether the site lies in the plan's territory."""
    row, located = found.task.row, found.located
    if not isinstance(row, ControlRow):
        return None
    lying = _lying(site, found, inside=inside)
    meeting = question.project.meets(row.activities)
    if not question.project.told and meeting == "none":
        meeting = "perhaps"
    past = _period_note(plan, question.day)
    outcome = control_outcome(
        row.strength, authority=located.authority, in_period=not past, meeting=meeting,
        placed=lying in ("hit", "beside"), existing=question.existing,
    )  # fmt: skip
    if lying == "away" or outcome is None:
        return None
    if lying == "beside":
        outcome = Outcome.NOTICE if outcome is Outcome.NOTICE else Outcome.UNDETERMINED
    relation = None if located.geometry is None else site.relation(located.geometry)
    shown: Relation | None = "near" if lying == "beside" and relation is None else relation
    notes = (
        past,
        _lying_note(lying, located, question.titles),
        _meeting_note(row, meeting, question.project),
        _worth(located),
    )
    return _hit(found, shown, outcome, "；".join(note for note in notes if note))


#: In the control's place, beside it within accuracy, nobody can tell, or elsewhere.
Lying = Literal["hit", "beside", "open", "away"]


def _lying(site: Lies, found: LocatedTask, *, inside: bool) -> Lying:
    located = found.located
    relation = None if located.geometry is None else site.relation(located.geometry)
    if relation in ("inside", "overlaps"):
        return "hit"
    if guards_its_edge(found.task) and (relation == "touches" or site.within(located)):
        return "beside"
    return "open" if inside and not located.complete else "away"


def guards_its_edge(task: Task) -> bool:
    """A prohibition missed by less than the accuracy is not missed (contracts.md, Outcomes).

    The edge of a whole territory is the county line, of which every result near it speaks anyway.
    """
    prohibits = isinstance(task.row, ControlRow) and task.row.strength == "禁止"
    return prohibits and not isinstance(task.where, Everywhere)


def relation_of(site: Geometry, place: Geometry) -> Relation | None:
    """Tell how a footprint lies to a located place; ``None`` when they do not meet.

    >>> relation_of(shapely.box(0, 0, 1, 1), shapely.box(-1, -1, 2, 2))
    'inside'
    >>> relation_of(shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1))
    'touches'
    """
    if not shapely.intersects(place, site):
        return None
    if shapely.touches(place, site):
        return "touches"
    return "inside" if shapely.covers(place, site) else "overlaps"


def within_accuracy(site: Footprint, located: Located) -> bool:
    """Tell whether a place beside the footprint is nearer than both are accurate."""
    reach = site.accuracy_m + located.accuracy_m
    if located.geometry is None or reach <= 0:
        return False
    return bool(shapely.distance(site.plane.forward(located.geometry), site.flat) <= reach)


def _period_note(plan: Plan, day: date) -> str:
    first, last = plan.head.period
    if day > last.last:
        return f"{PAST}（{first}—{last}）"
    return f"{EARLY}（{first}—{last}）" if day < first.first else ""


def _lying_note(lying: Lying, located: Located, titles: Mapping[str, str]) -> str:
    if lying == "beside":
        return "在位置精度范围内，须实测核定"
    return f"{BY_HAND}：{_why_open(located, titles)}" if lying == "open" else ""


def _meeting_note(row: ControlRow, meeting: Meeting, project: Project) -> str:
    if meeting == "perhaps":
        kinds = project.names_of(row.activities)
        return f"如属{kinds}，则适用“{row.strength}”"
    return "按行业代码对应，待核实" if meeting == "by_code" else ""


def _why_open(located: Located, titles: Mapping[str, str]) -> str:
    """Say why a place stays open; layers by title, for who signs does not know their file names."""
    if located.needs:
        return (
            f"须由主管部门提供{'、'.join(titles.get(name, _UNNAMED) for name in located.needs)}数据"
        )
    told = "；".join((*located.reasons, *located.unresolved))
    named = _LAYER.sub(lambda found: f"图层“{titles.get(found[1], _UNNAMED)}”", told)
    return quoted(named) or "位置未完全确定"


def _worth(located: Located) -> str:
    return "示意位置" if located.authority == "schematic" and located.geometry is not None else ""


def _hit(found: LocatedTask, relation: Relation | None, outcome: Outcome, note: str) -> TaskHit:
    row = found.task.row
    return TaskHit(
        plan=found.task.plan, id=row.id, kind=found.task.kind, title=quoted(row.title),
        relation=relation, outcome=outcome, heading=quoted(row.heading),
        authority=found.located.authority, accuracy_m=found.located.accuracy_m, note=note,
    )  # fmt: skip
