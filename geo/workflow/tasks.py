"""Which tasks and controls apply: by plan, kind, place, point or words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import shapely

from geo.errors import UsageError
from geo.space.nearest import nearest as nearest_points
from geo.spec.closed import nearest
from geo.spec.plans import ControlRow, TaskRow
from geo.spec.where import District, Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapely import Geometry

    from geo.store.store import LocatedTask, Store

KINDS: Final = ("project", "measure", "control")
KIND_ZH: Final = {"project": "工程", "measure": "措施", "control": "管控"}
#: Tasks farther from a point than this do not "apply there"; metres.
NEAR_M: Final = 5_000.0
#: Plans name points beyond their own edge (武良, 裴家窑), so territories are asked this much wider.
_PLAN_REACH_DEG: Final = 0.25


@dataclass(frozen=True, eq=False)
class TaskHit:
    """A task or control, where it lies, and how it relates to the place asked about."""

    found: LocatedTask
    relation: Literal["inside", "near", "listed"]
    distance_m: float | None
    why: str

    @property
    def row(self) -> TaskRow | ControlRow:
        """The row as the planner wrote it."""
        return self.found.task.row

    @property
    def geometry(self) -> Geometry | None:
        """The place, EPSG:4490."""
        return self.found.located.geometry


def find_tasks(
    store: Store,
    *,
    plan: str | None = None,
    kind: str | None = None,
    at: tuple[float, float] | None = None,
    inside: str | None = None,
    text: str | None = None,
    near_m: float = NEAR_M,
) -> tuple[TaskHit, ...]:
    """Find tasks and controls that meet every condition given.

    Args:
        store: The joined workspace.
        plan: Id of one plan.
        kind: ``project``, ``measure`` or ``control``.
        at: ``(lon, lat)``, degrees: what applies there, nearest first, plan-wide things last.
        inside: Name of a district or any named feature.
        text: Words that occur in title, summary, heading, note or the place.
        near_m: How far from ``at`` a task may lie.

    Raises:
        UsageError: Unknown plan, kind or name.
    """
    if kind is not None and kind not in KINDS:
        raise UsageError(f"没有类别 {kind} — {nearest(kind, KINDS)}")
    plans = [plan] if plan or at is None else _plans_near(store, at)
    every = [t for name in plans for t in (*store.tasks(name), *store.controls(name))]
    chosen = [t for t in every if kind in (None, t.task.kind) and _mentions(t, text)]
    if inside is not None:
        area = _area(store, inside)
        chosen = [t for t in chosen if _meets(t, area)]
    if at is None:
        return tuple(TaskHit(t, "listed", None, "") for t in chosen)
    return _around_point(chosen, at, store, near_m)


def _plans_near(store: Store, at: tuple[float, float]) -> list[str]:
    """Name the plans whose territory lies near a point, so that the others need not be located."""
    window = shapely.Point(at).buffer(_PLAN_REACH_DEG)
    return [p for p in store.spec.plans if shapely.intersects(store.plan_territory(p), window)]


def _mentions(found: LocatedTask, text: str | None) -> bool:
    row = found.task.row
    texts = (row.id, row.title, row.heading, row.where, row.note, getattr(row, "summary", ""))
    return text is None or any(text in part for part in texts)


def _area(store: Store, name: str) -> Geometry:
    """The area or feature of a name: a district of the workspace first."""
    for form in (District(district=(name,)), Place(place=(name,))):
        located = store.locate(form)
        if located.geometry is not None:
            return located.geometry
    raise UsageError("；".join(located.unresolved) or f"没有“{name}”这个地方 — 请核对名称")


def _meets(found: LocatedTask, area: Geometry) -> bool:
    geometry = found.located.geometry
    return geometry is not None and bool(shapely.intersects(geometry, area))


def _around_point(
    chosen: Iterable[LocatedTask], at: tuple[float, float], store: Store, near_m: float
) -> tuple[TaskHit, ...]:
    """Tell what covers a point and what lies near, the most specific first."""
    point = shapely.Point(at)
    reach = near_m / 111_000.0 * 1.5
    window = shapely.box(at[0] - reach, at[1] - reach, at[0] + reach, at[1] + reach)
    hits = []
    for found in chosen:
        geometry = found.located.geometry
        if geometry is None or not shapely.intersects(geometry, window):
            continue
        if shapely.intersects(geometry, point):
            hits.append(TaskHit(found, "inside", 0.0, _why(found, 0.0)))
            continue
        distance = nearest_points(point, geometry).distance_m
        if distance <= near_m:
            hits.append(TaskHit(found, "near", distance, _why(found, distance)))
    areas = {id(h): _extent(h, store) for h in hits}
    return tuple(
        sorted(hits, key=lambda h: (areas[id(h)][0], h.distance_m or 0.0, areas[id(h)][1]))
    )


def _extent(hit: TaskHit, store: Store) -> tuple[bool, float]:
    """Plan-wide tasks come last: they cover the point only because they cover everything."""
    form = hit.found.task.where
    size = 0.0 if hit.geometry is None else float(shapely.area(hit.geometry))
    whole = float(shapely.area(store.plan_territory(hit.found.task.plan)))
    return form.named_by[0] == "everywhere" or size > 0.9 * whole, size


def _why(found: LocatedTask, distance_m: float) -> str:
    """Say in words why a task applies at a point."""
    located = found.located
    if found.task.where.named_by[0] == "everywhere":
        return "适用于规划全域"
    schematic = located.authority == "schematic"
    if distance_m == 0.0:
        line = located.geometry is not None and shapely.get_dimensions(located.geometry) == 1
        base = "该点位于其线上" if line else "该点位于其范围内"
    elif schematic:
        base = f"距其约 {max(distance_m / 1000.0, 0.1):.1f} km（示意）"
    else:
        base = f"距其约 {distance_m:.0f} m"
    return f"{base}，位置精度约 ±{located.accuracy_m:g} m" if located.accuracy_m else base
