"""Plans at the site: projects and measures that lie there, and controls while the plan's period runs."""

from __future__ import annotations

from dataclasses import dataclass
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
    from collections.abc import Iterable, Iterator
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


@dataclass(frozen=True)
class _Question:
    """What is asked of every control alike."""

    project: Project
    day: date
    existing: bool


class Lies(Protocol):
    """How a footprint lies to places of plans: measured for it alone, or looked up in a batch."""

    def inside(self, plan: str) -> bool:
        """Tell whether it meets the territory of a plan."""

    def relation(self, place: Geometry) -> Relation | None:
        """Tell how it lies to a place, as `relation_of`."""

    def within(self, located: Located) -> bool:
        """Tell whether a place beside it is nearer than both are accurate."""


@dataclass(frozen=True, eq=False)
class _Alone:
    """A footprint that is measured for itself."""

    site: Footprint
    store: Store

    def inside(self, plan: str) -> bool:
        return bool(shapely.intersects(self.store.plan_territory(plan), self.site.geometry))

    def relation(self, place: Geometry) -> Relation | None:
        return relation_of(self.site.geometry, place)

    def within(self, located: Located) -> bool:
        return within_accuracy(self.site, located)


def tasks_at(
    site: Footprint, store: Store, project: Project, *, day: date, existing: bool
) -> tuple[TaskHit, ...]:
    """List what the workspace's plans say about a site; see `tasks_where`."""
    return tasks_where(_Alone(site, store), store, project, day=day, existing=existing)


def tasks_where(
    site: Lies, store: Store, project: Project, *, day: date, existing: bool
) -> tuple[TaskHit, ...]:
    """List what the workspace's plans say about the site, weightiest first.

    Projects and measures are listed where their place is narrower than the whole territory. Controls are listed
    unless their activities rule the project out.

    Args:
        site: How the footprint lies to places.
        store: The workspace's data.
        project: What is known about the project.
        day: The day of the check.
        existing: The project stands already.
    """
    question = _Question(project, day, existing)
    found: list[TaskHit] = []
    for plan_id, plan in store.spec.plans.items():
        inside = site.inside(plan_id)
        keep = _everything if inside else _reaching
        found += _projects(site, store.tasks(plan_id, keep=keep))
        for control in store.controls(plan_id, keep=keep):
            hit = _control(site, control, plan, question, inside=inside)
            if hit is not None:
                found.append(hit)
    return tuple(sorted(found, key=lambda hit: (-hit.outcome.rank, hit.plan, hit.id)))


def _everything(_: Task) -> bool:
    return True


def _reaching(task: Task) -> bool:
    """Tell whether a row of a plan whose territory the site misses can concern it all the same.

    A prohibition can, by the accuracy of its place (see `guards_its_edge`).
    """
    return guards_its_edge(task) or may_leave(task.where)


def _projects(site: Lies, tasks: Iterable[LocatedTask]) -> Iterator[TaskHit]:
    for task in tasks:
        geometry = task.located.geometry
        if geometry is None or isinstance(task.task.where, Everywhere):
            continue
        relation = site.relation(geometry)
        if relation in ("inside", "overlaps"):
            yield _hit(task, relation, Outcome.NOTICE, _worth(task.located))


def _control(
    site: Lies, found: LocatedTask, plan: Plan, question: _Question, *, inside: bool
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
        _lying_note(lying, located),
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


def _lying_note(lying: Lying, located: Located) -> str:
    if lying == "beside":
        return "在位置精度范围内，须实测核定"
    return f"{BY_HAND}：{_why_open(located)}" if lying == "open" else ""


def _meeting_note(row: ControlRow, meeting: Meeting, project: Project) -> str:
    if meeting == "perhaps":
        kinds = "、".join(project.table.name_of(word) for word in row.activities)
        return f"如属{kinds}，则适用“{row.strength}”"
    return "按行业代码对应，待核实" if meeting == "by_code" else ""


def _why_open(located: Located) -> str:
    if located.needs:
        return f"须由主管部门提供图层 {'、'.join(located.needs)}"
    return quoted("；".join((*located.reasons, *located.unresolved))) or "位置未完全确定"


def _worth(located: Located) -> str:
    return "示意位置" if located.authority == "schematic" and located.geometry is not None else ""


def _hit(found: LocatedTask, relation: Relation | None, outcome: Outcome, note: str) -> TaskHit:
    row = found.task.row
    return TaskHit(
        plan=found.task.plan, id=row.id, kind=found.task.kind, title=quoted(row.title),
        relation=relation, outcome=outcome, heading=quoted(row.heading),
        authority=found.located.authority, accuracy_m=found.located.accuracy_m, note=note,
    )  # fmt: skip
