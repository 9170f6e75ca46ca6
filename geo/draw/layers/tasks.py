"""The tasks of a plan as a layer: numbered, by medium, and honest about those not on the map."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from geo.draw.layers.classing import SymbolClass
from geo.draw.layers.drawn import Batch, DrawnLayer, Numbered, Skipped, said_label
from geo.draw.layers.facts import KINDS_ZH, task_facts
from geo.draw.symbols.presets import domain_ink
from geo.errors import UsageError
from geo.spec.maps import DrawTasks
from geo.spec.style import Label, Style
from geo.spec.vocabulary import weakest
from geo.spec.where import Any_, District, Township, WaterSource, inner

if TYPE_CHECKING:
    from shapely import Geometry

    from geo.spec.maps import Kind
    from geo.spec.where import Form
    from geo.store.store import LocatedTask, Store

#: A task whose place covers this share of the plan's territory is county-wide: it is counted in
#: the notes, for a wash over the whole sheet would say nothing and hide the rest.
WHOLE: Final = 0.98
#: Media in the order plans treat them, with their names in a legend.
_DOMAINS_ZH: Final = {
    "气": "大气环境", "水": "水环境", "土": "土壤与农业农村", "固废": "固体废物", "声": "声环境",
    "生态": "自然生态", "能力": "监管能力", "综合": "综合类",
}  # fmt: skip


def from_tasks(item: DrawTasks, store: Store, *, first: int, public: bool = False) -> Batch:
    """Resolve the tasks of a plan: those with a place of their own, numbered, by medium.

    Args:
        item: The entry of the map.
        store: Where the plan is read.
        first: Number of the first task on the margin's list.
        public: Leave out the tasks placed by a drinking-water source, whose intake a public map
            must not give away; they are counted in a note.
    """
    asked = [t for t in _candidates(item, store) if _wanted(t, item)]
    wanted = [t for t in asked if not (public and names_intake(t.task.where))]
    area = store.plan_territory(item.tasks)
    whole, local = split_whole(wanted, area)
    placed = [t for t in local if t.located.geometry is not None]
    title = item.title or "、".join(KINDS_ZH[k] for k in item.kind)
    notes = _task_notes(title, len(whole), len(local) - len(placed), len(asked) - len(wanted))
    if not placed:
        reason = "没有可上图的条目" + (f"（{'；'.join(notes)}）" if notes else "")
        return Batch(skipped=(Skipped(title, reason),))
    numbers = _numbers(placed, first) if item.label is None else ()
    listed = {
        n: Numbered(n, t.task.row.title, domain_ink(t.task.domain))
        for n, t in zip(numbers, placed, strict=False)
    }
    return Batch(
        _from_tasks(item, placed, title, numbers, notes, store), (), tuple(listed.values())
    )


def chosen_tasks(
    plan: str, kind: tuple[Kind, ...], domain: tuple[str, ...], store: Store
) -> tuple[tuple[LocatedTask, ...], int, int]:
    """Return the tasks with a place of their own, and count the county-wide and the unlocated ones.

    Rows that are parts of another row are left out: their parent counts.
    """
    item = DrawTasks(tasks=plan, kind=kind, domain=domain)
    wanted = [t for t in _candidates(item, store) if _wanted(t, item) and not _is_part(t)]
    whole, local = split_whole(wanted, store.plan_territory(plan))
    placed = tuple(t for t in local if t.located.geometry is not None)
    return placed, len(whole), len(local) - len(placed)


def _is_part(found: LocatedTask) -> bool:
    return bool(getattr(found.task.row, "parent", ""))


def renumbered(
    layers: tuple[DrawnLayer, ...], before: tuple[DrawnLayer, ...]
) -> tuple[tuple[DrawnLayer, ...], tuple[Numbered, ...]]:
    """Number the tasks that show from 1, and list them; those beyond the sheet's edge are counted.

    Args:
        layers: What shows.
        before: The same layers with all their features.
    """
    whole = {(layer.id, layer.title): len(layer.names) for layer in before}
    out: list[DrawnLayer] = []
    listed: list[Numbered] = []
    for layer in layers:
        if not layer.numbers:
            out.append(layer)
            continue
        renewed = _renumbered(
            layer, len(listed) + 1, whole[layer.id, layer.title] - len(layer.names)
        )
        out.append(renewed)
        inks = (layer.classes[at].ink for at in layer.class_of)
        entries = zip(renewed.numbers, layer.names, inks, strict=True)
        listed += [Numbered(*entry) for entry in entries]
    return tuple(out), tuple(listed)


def _renumbered(layer: DrawnLayer, first: int, beyond: int) -> DrawnLayer:
    """Number from ``first`` on; the pages of an index keep the numbers they have."""
    if layer.kind != "tasks":
        return layer
    numbers = tuple(range(first, first + len(layer.names)))
    note = (f"{layer.title}中另有 {beyond} 项在图幅范围之外",) if beyond else ()
    return replace(layer, numbers=numbers, notes=(*layer.notes, *note))


def _candidates(item: DrawTasks, store: Store) -> tuple[LocatedTask, ...]:
    tasks = store.tasks(item.tasks) if {"project", "measure"} & set(item.kind) else ()
    return (*tasks, *(store.controls(item.tasks) if "control" in item.kind else ()))


def _wanted(found: LocatedTask, item: DrawTasks) -> bool:
    task = found.task
    return (
        task.kind in item.kind
        and (not item.domain or task.domain in item.domain)
        and (not item.ids or task.row.id in item.ids)
    )


def split_whole(
    tasks: list[LocatedTask], area: Geometry
) -> tuple[list[LocatedTask], list[LocatedTask]]:
    """Part the tasks that cover the whole of an area from those with a place of their own, or none."""
    whole: list[LocatedTask] = []
    local: list[LocatedTask] = []
    limit = WHOLE * shapely.area(area)
    for task in tasks:
        geometry = task.located.geometry
        covers = geometry is not None and shapely.area(geometry) >= limit
        (whole if covers else local).append(task)
    return whole, local


def names_intake(form: Form) -> bool:
    """Tell whether a place is given by a drinking-water source, at any depth."""
    return isinstance(form, WaterSource) or any(names_intake(part) for part in inner(form))


def _task_notes(title: str, whole: int, lost: int, intakes: int) -> tuple[str, ...]:
    out = []
    if intakes:
        out.append(f"{title}中另有 {intakes} 项涉及取水口，公开版不绘")
    if whole:
        out.append(f"{title}中另有 {whole} 项适用于全域，未逐项上图")
    if lost:
        out.append(f"{title}中另有 {lost} 项未能定位，见规划任务表")
    return tuple(out)


def _numbers(placed: list[LocatedTask], first: int) -> tuple[int, ...]:
    return tuple(range(first, first + len(placed)))


def _from_tasks(
    item: DrawTasks, placed: list[LocatedTask], title: str, numbers: tuple[int, ...],
    notes: tuple[str, ...], store: Store,
) -> DrawnLayer:  # fmt: skip
    style = item.style or Style()
    domains = [d for d in _DOMAINS_ZH if any(t.task.domain == d for t in placed)]
    classes = tuple(SymbolClass(_DOMAINS_ZH[d], domain_ink(d).changed(style)) for d in domains)
    class_of = np.array([domains.index(t.task.domain) for t in placed], dtype=np.int64)
    head = store.spec.plans[item.tasks].head
    label = said_label(item.label)
    return DrawnLayer(
        id=f"tasks:{item.tasks}", title=title, kind="tasks", group="规划任务",
        geometry=np.array([t.located.geometry for t in placed], dtype=object),
        names=tuple(t.task.row.title for t in placed), class_of=class_of, classes=classes,
        label=label, labels=tuple(_task_label(t, label) for t in placed),
        facts=tuple(task_facts(t, head.title) for t in placed),
        authority=weakest(*(t.located.authority for t in placed)),
        accuracy_m=max(t.located.accuracy_m for t in placed), credit=f"《{head.title}》",
        as_of=str(head.issued or ""), in_legend=item.legend, numbers=numbers, notes=notes,
        washed=np.array([not _administrative(t.task.where) for t in placed]),
        internal=any(t.located.internal for t in placed),
    )  # fmt: skip


def _administrative(form: Form) -> bool:
    """Tell whether a place is nothing but districts and townships."""
    if isinstance(form, Any_):
        return all(_administrative(part) for part in form.any)
    return isinstance(form, District | Township)


def _task_label(found: LocatedTask, label: Label | None) -> str:
    if label is None:
        return ""
    value = getattr(found.task.row, "title" if label.field == "name" else label.field, None)
    if value is None:
        raise UsageError(f"任务表没有字段 {label.field} — 请修改 label，例如 title")
    return str(value)
