"""The map of a plan's progress: each task that has a place, coloured by its state."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from geo.draw.layers.tasks import split_whole
from geo.draw.scene import compose
from geo.errors import UsageError
from geo.spec.layers import Layer
from geo.spec.maps import DrawLayer, MapSpec
from geo.spec.progress import STATES
from geo.spec.style import Marker, Style
from geo.spec.vocabulary import Sensitivity, weakest
from geo.workflow.beside import made_table, store_beside
from geo.workflow.maps import DrawnMap
from geo.workflow.progress import UNREPORTED, progress_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geo.store.layers import LayerTable
    from geo.store.store import LocatedTask, Store

#: Colour and marker of a state: red and green are not told apart by all eyes, a triangle and a circle are.
SYMBOLS: Final[dict[str, tuple[str, Marker]]] = {
    "已完成": ("#1b7837", "circle"), "达到序时进度": ("#5aae61", "square"), "滞后": ("#d73027", "triangle"),
    "未启动": ("#fdae61", "diamond"), "调整取消": ("#762a83", "cross"), UNREPORTED: ("#8c8c8c", "pentagon"),
}  # fmt: skip


def progress_map(store: Store, plan_id: str, *, day: date) -> DrawnMap:
    """Compose the map of a plan's progress; what applies everywhere or has no place is only counted.

    Raises:
        UsageError: None of the plan's tasks has a place narrower than the plan.
    """
    states = {p.row.id: p.state for p in progress_of(store.spec.plans[plan_id], day=day)}
    placed: dict[str, list[LocatedTask]] = {state: [] for state in (*STATES, UNREPORTED)}
    whole, local = split_whole(list(store.tasks(plan_id)), store.plan_territory(plan_id))
    for task in local:
        if task.located.geometry is not None:
            placed[states[task.task.row.id]].append(task)
    unplaced = sum(task.located.geometry is None for task in local)
    tables = [
        _table(at, state, tasks, day) for at, (state, tasks) in enumerate(placed.items()) if tasks
    ]
    if not tables:
        raise UsageError(f"规划 {plan_id} 没有一项任务能落到图上 — 请先填写 tasks.csv 的 where")
    head = store.spec.plans[plan_id].head
    spec = MapSpec(
        title="规划实施进展图", subtitle=f"截至 {day.isoformat()}", plan=plan_id,
        layers=tuple(DrawLayer(layer=table.id) for table in tables),
        note=_left_out(Counter(states[task.task.row.id] for task in whole), unplaced),
    )  # fmt: skip
    scene = compose(f"{head.adcode}_progress", spec, store_beside(store, tables), as_at=day)
    return DrawnMap(f"{plan_id}_progress", scene)


def _left_out(whole: Counter[str], unplaced: int) -> str:
    """Say what is not drawn: tasks of the whole territory by their state, and those without a place."""
    parts = []
    if whole:
        by_state = "、".join(f"{state} {count} 项" for state, count in whole.items())
        parts.append(f"另有 {whole.total()} 项适用于全域，未上图（{by_state}）")
    if unplaced:
        parts.append(f"{unplaced} 项无法定位，未上图")
    return "；".join(parts)


def _table(at: int, state: str, tasks: Sequence[LocatedTask], day: date) -> LayerTable:
    """Make the layer of one state; it is worth what its weakest place is worth."""
    colour, marker = SYMBOLS[state]
    secret: Sensitivity = "internal" if any(t.located.internal for t in tasks) else "public"
    spec = Layer.model_validate({
        "title": state, "source": "plans", "as_of": day.isoformat(),
        "authority": weakest(*(t.located.authority for t in tasks)), "provider": "各单位填报",
        "licence": "本单位内部使用", "accuracy_m": max(t.located.accuracy_m for t in tasks),
        "sensitivity": secret,
        "style": Style(preset="plan_progress", fill=colour, edge=colour, width=1.2, size=6.0, opacity=0.7, marker=marker),
    })  # fmt: skip
    shapes = [t.located.geometry for t in tasks]
    return made_table(
        f"progress_{at}", spec, shapes, columns={"name": [t.task.row.title for t in tasks]}
    )
