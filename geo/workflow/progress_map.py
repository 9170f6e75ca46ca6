"""The map of a plan's progress: each task that has a place, coloured by its state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geo.draw.scene import compose
from geo.errors import UsageError
from geo.spec.layers import Layer
from geo.spec.maps import DrawLayer, MapSpec
from geo.spec.progress import STATES
from geo.spec.style import Style
from geo.spec.vocabulary import Sensitivity, weakest
from geo.spec.where import Everywhere
from geo.workflow.beside import made_table, store_beside
from geo.workflow.maps import DrawnMap
from geo.workflow.progress import UNREPORTED, progress_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geo.store.layers import LayerTable
    from geo.store.store import LocatedTask, Store

#: Distinct for colour-blind readers as well, and named in the legend.
COLOURS: Final = {
    "已完成": "#1b7837", "达到序时进度": "#5aae61", "滞后": "#d73027", "未启动": "#fdae61",
    "调整取消": "#762a83", UNREPORTED: "#8c8c8c",
}  # fmt: skip


def progress_map(store: Store, plan_id: str, *, day: date) -> DrawnMap:
    """Compose the map of a plan's progress; what applies everywhere or has no place is only counted.

    Raises:
        UsageError: None of the plan's tasks has a place narrower than the plan.
    """
    states = {p.row.id: p.state for p in progress_of(store.spec.plans[plan_id], day=day)}
    placed: dict[str, list[LocatedTask]] = {state: [] for state in (*STATES, UNREPORTED)}
    unplaced = 0
    for task in store.tasks(plan_id):
        if task.located.geometry is None or isinstance(task.task.where, Everywhere):
            unplaced += 1
        else:
            placed[states[task.task.row.id]].append(task)
    tables = [
        _table(at, state, tasks, day) for at, (state, tasks) in enumerate(placed.items()) if tasks
    ]
    if not tables:
        raise UsageError(f"规划 {plan_id} 没有一项任务能落到图上 — 请先填写 tasks.csv 的 where")
    head = store.spec.plans[plan_id].head
    spec = MapSpec(
        title="规划实施进展图", subtitle=f"截至 {day.isoformat()}", plan=plan_id,
        layers=tuple(DrawLayer(layer=table.id) for table in tables),
        note=f"另有 {unplaced} 项适用于全域或无法定位，未上图" if unplaced else "",
    )  # fmt: skip
    scene = compose(f"{head.adcode}_progress", spec, store_beside(store, tables), as_at=day)
    return DrawnMap(f"{plan_id}_progress", scene)


def _table(at: int, state: str, tasks: Sequence[LocatedTask], day: date) -> LayerTable:
    """Make the layer of one state; it is worth what its weakest place is worth."""
    colour = COLOURS[state]
    secret: Sensitivity = "internal" if any(t.located.internal for t in tasks) else "public"
    spec = Layer.model_validate({
        "title": f"{state}（{len(tasks)} 项）", "source": "plans", "as_of": day.isoformat(),
        "authority": weakest(*(t.located.authority for t in tasks)), "provider": "各单位填报",
        "licence": "本单位内部使用", "accuracy_m": max(t.located.accuracy_m for t in tasks),
        "sensitivity": secret,
        "style": Style(fill=colour, edge=colour, width=1.2, size=5.0, opacity=0.6),
    })  # fmt: skip
    shapes = [t.located.geometry for t in tasks]
    return made_table(
        f"progress_{at}", spec, shapes, columns={"name": [t.task.row.title for t in tasks]}
    )
