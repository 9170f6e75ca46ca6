"""How many tasks of a plan, or how much of their money, falls to each area of a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from geo.draw.layers.classing import NO_VALUE, classify
from geo.draw.layers.drawn import Batch, DrawnLayer, Skipped
from geo.draw.layers.tasks import chosen_tasks
from geo.draw.symbols.ink import Ink, Preset
from geo.spec.plans import TaskRow
from geo.spec.style import Graduated, Label, Style

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.spec.maps import DrawTally
    from geo.store.store import LocatedTask, Store

#: A task's area belongs to a unit from this share on, of the smaller of the two: slivers along a
#: border do not make a task the neighbour's.
_SHARE: Final = 0.01
_AREA: Final = Ink(fill="#dddddd", edge="#8a8a8a", width=0.5)
_CIRCLE: Final = Ink(fill="#d95f0e", edge="#ffffff", width=0.6, opacity=0.85)
_TITLES: Final = {"count": ("项目数量", "项"), "investment": ("投资", "万元")}


def from_tally(item: DrawTally, store: Store) -> Batch:
    """Sum the tasks of a plan by the areas of a layer.

    A task in several areas counts in each of them; its money cannot be shared out and is told in
    a note instead. Tasks of the whole territory, and those without a place, are told as well.

    Raises:
        UsageError: The plan has no located task with an amount.
    """
    name, unit = _TITLES[item.value]
    title = item.title or f"各县重点工程{name}"
    table = store.layer(item.over)
    if table.state != "ok":
        return Batch(skipped=(Skipped(title, "没有分区图层", f"layers/{item.over}.yml"),))
    area = store.plan_territory(item.tally)
    middles = shapely.point_on_surface(np.asarray(table.frame.geometry.array, dtype=object))
    rows = table.frame[shapely.intersects(middles, area)]
    local, whole, lost = chosen_tasks(item.tally, item.kind, item.domain, store)
    if rows.empty or not local:
        return Batch(skipped=(Skipped(title, "没有可统计的条目"),))
    units = np.asarray(rows.geometry.array, dtype=object)
    of = np.array([_units(task.located.geometry, units) for task in local])
    values, left = _values(item, local, of)
    if not (values > 0).any():
        return Batch(skipped=(Skipped(title, "规划未载投资额"),))
    circles = item.draw == "circles"
    notes = _notes(title, int((of.sum(axis=1) > 1).sum()), whole, lost, left)
    if item.value == "investment":
        notes += _not_told(local, of, values, circles=circles)
    if circles:  # nothing is no circle, nor is what nobody has told
        rows, units, values = rows[values > 0], units[values > 0], values[values > 0]
    head = store.spec.plans[item.tally].head
    frame = pd.DataFrame({"value": values})
    how = Graduated(
        field="value", scheme=item.scheme, k=item.k, palette=item.palette, unit=unit,
        sized=circles,
    )  # fmt: skip
    found = classify(
        frame, Style(graduated=how), Preset(_CIRCLE if circles else _AREA), title=title
    )
    names = tuple(str(n) for n in rows["name"])
    said = [NO_VALUE if np.isnan(v) else f"{v:g}" for v in values]
    told = tuple(f"{n}\n{v}" for n, v in zip(names, said, strict=True))
    label = Label(size=8.5, priority=9, face="sans")
    return Batch(
        DrawnLayer(
            id=f"tally:{item.tally}:{item.value}:{item.draw}", title=title, kind="layer",
            group=f"{title}（{unit}；括号内为地区数）",
            geometry=shapely.point_on_surface(units) if circles else units, names=names,
            class_of=found.of, classes=found.classes, label=None if circles else label, labels=told,
            facts=tuple({"名称": n, name: _with_unit(v, unit)} for n, v in zip(names, said, strict=True)),
            authority="derived", accuracy_m=float(rows["accuracy_m"].max()),
            credit=f"据《{head.title}》统计", as_of=str(head.issued or ""), in_legend=item.legend,
            notes=notes,
        )
    )  # fmt: skip


def _units(task: Geometry | None, units: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell which units a task's place falls to."""
    shared = shapely.intersection(units, task)
    top = int(shapely.get_dimensions(task))
    if top == 2:  # noqa: PLR2004
        least = np.minimum(shapely.area(units), shapely.area(task))
        return np.asarray(shapely.area(shared) >= _SHARE * least)
    if top == 1:
        return np.asarray(shapely.length(shared) >= _SHARE * shapely.length(task))
    return np.asarray(~shapely.is_empty(shared))


def _values(
    item: DrawTally, tasks: tuple[LocatedTask, ...], of: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], float]:
    """Return the value of each unit, and the money of tasks that lie in several.

    A unit with tasks none of which has an amount is not a number; one without tasks is 0.
    """
    if item.value == "count":
        return of.sum(axis=0).astype(float), 0.0
    money = np.array([_money(task) for task in tasks])
    alone = of.sum(axis=1) == 1
    known = np.nan_to_num(money)
    values = (of[alone] * known[alone, None]).sum(axis=0)
    told = of[alone & np.isfinite(money)].any(axis=0)
    values[of.any(axis=0) & ~told] = np.nan
    return values, float(known[~alone].sum())


def _with_unit(value: str, unit: str) -> str:
    return value if value == NO_VALUE else f"{value} {unit}"


def _money(task: LocatedTask) -> float:
    row = task.task.row
    amount = row.investment_wan if isinstance(row, TaskRow) else None
    return np.nan if amount is None else float(amount)


def _notes(title: str, several: int, whole: int, lost: int, left: float) -> tuple[str, ...]:
    out = []
    if several:
        told = f"其投资 {left:g} 万元未分摊" if left else "在所涉各地分别计入"
        out.append(f"{title}中有 {several} 项涉及几处，{told}")
    if whole:
        out.append(f"另有 {whole} 项适用于全域，未计入各地")
    if lost:
        out.append(f"另有 {lost} 项未能定位，未计入")
    return tuple(out)


def _not_told(
    tasks: tuple[LocatedTask, ...], of: NDArray[np.bool_], values: NDArray[np.float64], *, circles: bool
) -> tuple[str, ...]:  # fmt: skip
    """Tell how many tasks, and which units, the plan gives no amount for."""
    silent = [at for at, task in enumerate(tasks) if np.isnan(_money(task)) and of[at].any()]
    unknown = int(np.isnan(values).sum())
    if not silent:
        return ()
    drawn = f"；{unknown} 地没有可计入的投资额，{'不画圆' if circles else f'标“{NO_VALUE}”'}"
    return (f"有 {len(silent)} 项规划未载投资额，未计入{drawn if unknown else ''}",)
