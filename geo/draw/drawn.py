"""One layer of a map, resolved: geometry, symbols, words, and what it is worth."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import pandas as pd
import shapely

from geo.draw.classing import Classes, SymbolClass, classify
from geo.draw.ink import Ink, Preset
from geo.draw.symbols import GROUPS, domain_ink, preset, preset_for
from geo.errors import UsageError
from geo.spec.plans import TaskRow
from geo.spec.style import Label, Style
from geo.spec.where import Any_, District, Township
from geo.spec.vocabulary import AUTHORITY_ZH, STATE_ZH, ZoneKind, weakest
from geo.store.locate import filtered

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.draw.ink import Shape
    from geo.spec.maps import DrawLayer, DrawTasks, DrawWhere
    from geo.spec.vocabulary import Authority
    from geo.spec.where import Form
    from geo.store.layers import LayerTable
    from geo.store.located import Located
    from geo.store.store import LocatedTask, Store

#: A task whose place covers this share of the plan's territory is county-wide: it is counted in
#: the notes, for a wash over the whole sheet would say nothing and hide the rest.
WHOLE: Final = 0.98
NOTHING_HERE: Final = "图幅范围内没有要素"
_KINDS_ZH: Final = {"project": "重点工程", "measure": "措施", "control": "管控要求"}


@dataclass(frozen=True, eq=False)
class DrawnLayer:
    """Features in drawing order, arrays aligned with each other.

    Attributes:
        id: The layer, or ``tasks:<plan>``, ``where:<title>``.
        geometry: EPSG:4490.
        class_of: Index into ``classes`` per feature.
        labels: What is written beside each feature, empty for nothing; ``label`` says how.
        numbers: Number per feature that stands for a longer name listed in the margin, 0 for none.
        washed: Whether areas are filled, per feature; a task that names a whole district or township
            is told by its number, not by colouring the district.
        facts: What a popup tells, per feature.
    """

    id: str
    title: str
    kind: Literal["layer", "tasks", "where"]
    group: str
    geometry: NDArray[Any]
    names: tuple[str, ...]
    class_of: NDArray[np.int64]
    classes: tuple[SymbolClass, ...]
    label: Label | None
    labels: tuple[str, ...]
    facts: tuple[Mapping[str, str], ...]
    authority: Authority
    accuracy_m: float
    credit: str
    as_of: str = ""
    in_legend: bool = True
    internal: bool = False
    numbers: tuple[int, ...] = ()
    washed: NDArray[np.bool_] | None = None
    notes: tuple[str, ...] = ()

    def drawn_as_area(self) -> NDArray[np.bool_]:
        """Tell for each feature whether its areas are filled and outlined."""
        return np.ones(len(self.geometry), dtype=bool) if self.washed is None else self.washed

    def shapes(self, class_at: int) -> tuple[Shape, ...]:
        """Tell which shapes the features of a class have, points first."""
        held = self.class_of == class_at
        parts = shapely.get_parts(shapely.get_parts(self.geometry[held & self.drawn_as_area()]))
        found = set(shapely.get_dimensions(parts).tolist())
        names: dict[int, Shape] = {0: "point", 1: "line", 2: "area"}
        shapes = tuple(names[d] for d in sorted(found & set(names)))
        return ("badge", *shapes) if self.numbers else shapes

    def count(self, class_at: int) -> int:
        """Count the features of a class."""
        return int((self.class_of == class_at).sum())


@dataclass(frozen=True)
class Skipped:
    """A layer that the map asks for and that cannot be drawn; ``reason`` is printed on the sheet."""

    title: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, eq=False)
class Numbered:
    """An entry of the list in the margin."""

    number: int
    text: str
    ink: Ink | None = None


@dataclass(frozen=True, eq=False)
class Batch:
    """What one item of a map's ``layers`` comes to."""

    layer: DrawnLayer | None = None
    skipped: tuple[Skipped, ...] = ()
    listed: tuple[Numbered, ...] = field(default=())


def from_layer(
    item: DrawLayer, store: Store, *, day: date, near: Geometry, first: int | None = None
) -> Batch:
    """Resolve a layer: its features near the sheet, classed, with labels and facts.

    Args:
        item: The entry of the map.
        store: Where the layer is read.
        day: The date of the map, which decides whether data is out of date.
        near: The area the sheet may show, EPSG:4490; features outside are left out.
        first: Number the features from this on instead of writing their names.

    Raises:
        UsageError: Its filter, style or label names a field that does not exist.
    """
    table = store.layer(item.layer)
    title = item.title or table.spec.title
    state = table.state_at(day)
    if state not in ("ok", "stale"):
        return Batch(skipped=(Skipped(title, STATE_ZH[state].removesuffix("数据"), table.reason),))
    rows, complaint = filtered(table.frame, item.filter)
    if complaint:
        raise UsageError(f"图层 {item.layer}：{complaint}")
    rows = rows.iloc[sorted(rows.sindex.query(near, predicate="intersects"))]
    if rows.empty:
        return Batch(skipped=(Skipped(title, NOTHING_HERE),))
    layer = _from_rows(item, table, rows, title, stale=state == "stale")
    if first is None:
        return Batch(layer)
    numbers = tuple(range(first, first + len(layer.names)))
    inks = [layer.classes[at].ink for at in layer.class_of]
    listed = tuple(Numbered(*of) for of in zip(numbers, layer.names, inks, strict=True))
    return Batch(replace(layer, numbers=numbers), (), listed)


def _from_rows(
    item: DrawLayer, table: LayerTable, rows: GeoDataFrame, title: str, *, stale: bool
) -> DrawnLayer:
    style = item.style or table.spec.style or Style()
    base = _preset_of(table, rows, style)
    found = classify(rows, style, base, title=title)
    label = _label(item.label, style.label, base.label)
    spec = table.spec
    notes = (f"{title}数据已过期（{spec.as_of}）",) if stale else ()
    return DrawnLayer(
        id=table.id, title=title, kind="layer", group=base.group,
        geometry=np.asarray(rows.geometry.array, dtype=object), names=_texts(rows, "name"),
        class_of=found.of, classes=found.classes, label=label,
        labels=_labels(rows, label, item.layer), facts=_facts(rows, table),
        authority=spec.authority or "schematic", accuracy_m=float(rows["accuracy_m"].max()),
        credit=spec.provider or "", as_of=str(spec.as_of or ""), in_legend=item.legend,
        internal=spec.sensitivity == "internal", notes=notes,
    )  # fmt: skip


def _preset_of(table: LayerTable, rows: GeoDataFrame, style: Style) -> Preset:
    if style.preset:
        return preset(style.preset)
    kinds = tuple(dict.fromkeys(k for k in rows["zone_kind"] if isinstance(k, str)))
    dimension = int(shapely.get_dimensions(np.asarray(rows.geometry.array, dtype=object)).max())
    shape: Shape = ("point", "line", "area")[dimension]  # type: ignore[assignment]
    single = kinds if len(kinds) == 1 else ()
    return preset_for(table.id, kinds=single, shape=shape)


def _label(*choices: Label | Literal["none"] | None) -> Label | None:
    """Return the first label that is said; ``none`` says that there is none."""
    said = next((choice for choice in choices if choice is not None), None)
    return None if isinstance(said, str) else said


def _labels(rows: GeoDataFrame, label: Label | None, layer: str) -> tuple[str, ...]:
    if label is None:
        return ("",) * len(rows)
    if label.field not in rows.columns:
        raise UsageError(f"图层 {layer} 没有字段 {label.field} — 请修改 label")
    texts = _texts(rows, label.field)
    if {"base_class", "target_class"} <= set(rows.columns):
        classes = zip(_texts(rows, "base_class"), _texts(rows, "target_class"), strict=True)
        return tuple(t + _change(*pair) for t, pair in zip(texts, classes, strict=True))
    return texts


def _change(base: str, target: str) -> str:
    """Write a section's classes beneath its name, as the redundant words of its colours."""
    return f"\n{base or '—'}→{target}" if target else (f"\n{base}" if base else "")


def _texts(rows: GeoDataFrame, column: str) -> tuple[str, ...]:
    return tuple("" if pd.isna(v) else str(v).removesuffix(".0") for v in rows[column])


_FACT_NAMES: Final = {
    "name": "名称", "aliases": "别名", "kind": "类别", "adcode": "行政区划代码", "source": "位置来源",
    "river": "所在河流", "base_class": "现状水质", "target_class": "目标水质", "medium": "水源类型",
    "status": "状态", "plan": "规划", "flows_into": "汇入",
}  # fmt: skip


def _facts(rows: GeoDataFrame, table: LayerTable) -> tuple[Mapping[str, str], ...]:
    columns = [c for c in rows.columns if c not in ("geometry", "zone_kind", "accuracy_m", "order", "authority")]
    worth = AUTHORITY_ZH[table.spec.authority or "schematic"]
    out = []
    for row in rows.to_dict("records"):
        facts = {_FACT_NAMES.get(c, str(c)): str(row[c]) for c in columns if not pd.isna(row[c])}
        facts = {name: text for name, text in facts.items() if text}
        kind = row.get("zone_kind")
        if isinstance(kind, str):
            facts["管控类别"] = ZoneKind[kind].value
        facts |= {"数据性质": worth, "资料来源": table.spec.provider or "", "数据日期": str(table.spec.as_of or "")}
        if row["accuracy_m"]:
            facts["位置精度"] = f"约 {row['accuracy_m']:.0f} m"
        out.append(facts)
    return tuple(out)


def from_tasks(item: DrawTasks, store: Store, *, first: int) -> Batch:
    """Resolve the tasks of a plan: those with a place of their own, numbered, by medium.

    Args:
        item: The entry of the map.
        store: Where the plan is read.
        first: Number of the first task on the margin's list.
    """
    wanted = [t for t in _candidates(item, store) if _wanted(t, item)]
    area = store.plan_territory(item.tasks)
    whole, local = _split(wanted, area)
    placed = [t for t in local if t.located.geometry is not None]
    title = item.title or "、".join(_KINDS_ZH[k] for k in item.kind)
    notes = _task_notes(title, len(whole), len(local) - len(placed))
    if not placed:
        reason = "没有可上图的条目" + (f"（{'；'.join(notes)}）" if notes else "")
        return Batch(skipped=(Skipped(title, reason),))
    numbers = _numbers(placed, first) if item.label is None else ()
    listed = {n: Numbered(n, t.task.row.title, domain_ink(t.task.domain)) for n, t in zip(numbers, placed, strict=False)}
    return Batch(_from_tasks(item, placed, title, numbers, notes, store), (), tuple(listed.values()))


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


def _split(
    tasks: list[LocatedTask], area: Geometry
) -> tuple[list[LocatedTask], list[LocatedTask]]:
    """Part the county-wide tasks from those with a place of their own."""
    whole, local = [], []
    limit = WHOLE * shapely.area(area)
    for task in tasks:
        geometry = task.located.geometry
        covers = geometry is not None and shapely.area(geometry) >= limit
        (whole if covers else local).append(task)
    return whole, local


def _task_notes(title: str, whole: int, lost: int) -> tuple[str, ...]:
    out = []
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
    domains = [d for d in GROUP_ORDER if any(t.task.domain == d for t in placed)]
    classes = tuple(SymbolClass(_domain_title(d), domain_ink(d).changed(style)) for d in domains)
    found = Classes(np.array([domains.index(t.task.domain) for t in placed]), classes)
    head = store.spec.plans[item.tasks].head
    label = _label(item.label)
    return DrawnLayer(
        id=f"tasks:{item.tasks}", title=title, kind="tasks", group="规划任务",
        geometry=np.array([t.located.geometry for t in placed], dtype=object),
        names=tuple(t.task.row.title for t in placed), class_of=found.of, classes=found.classes,
        label=label, labels=tuple(_task_label(t, label) for t in placed),
        facts=tuple(_task_facts(t, head.title) for t in placed),
        authority=weakest(*(t.located.authority for t in placed)),
        accuracy_m=max(t.located.accuracy_m for t in placed), credit=f"《{head.title}》",
        as_of=str(head.issued or ""), in_legend=item.legend, numbers=numbers, notes=notes,
        washed=np.array([not _administrative(t.task.where) for t in placed]),
    )  # fmt: skip


def _administrative(form: Form) -> bool:
    """Tell whether a place is nothing but districts and townships."""
    if isinstance(form, Any_):
        return all(_administrative(part) for part in form.any)
    return isinstance(form, District | Township)


#: Media in the order plans treat them.
GROUP_ORDER: Final = ("气", "水", "土", "固废", "声", "生态", "能力", "综合")
_DOMAIN_ZH: Final = {
    "气": "大气环境", "水": "水环境", "土": "土壤与农业农村", "固废": "固体废物", "声": "声环境",
    "生态": "自然生态", "能力": "监管能力", "综合": "综合类",
}  # fmt: skip


def _domain_title(domain: str) -> str:
    return _DOMAIN_ZH[domain]


def _task_label(found: LocatedTask, label: Label | None) -> str:
    if label is None:
        return ""
    value = getattr(found.task.row, "title" if label.field == "name" else label.field, None)
    if value is None:
        raise UsageError(f"任务表没有字段 {label.field} — 请修改 label，例如 title")
    return str(value)


def _task_facts(found: LocatedTask, plan: str) -> Mapping[str, str]:
    row, place = found.task.row, found.located
    facts = {"编号": row.id, "类型": _KINDS_ZH[found.task.kind], "规划": plan, "章节": row.heading}
    if isinstance(row, TaskRow):
        period = "—".join(str(d) for d in (row.start, row.end) if d)
        facts |= {"内容": row.summary, "责任单位": "、".join(row.lead), "期限": period}
        if row.investment_wan is not None:
            facts["投资"] = f"{row.investment_wan:g} 万元"
    else:
        facts |= {"强度": row.strength, "适用活动": "、".join(row.activities)}
    facts |= {"数据性质": AUTHORITY_ZH[place.authority], "位置来源": "；".join(place.sources), "备注": row.note}
    if place.accuracy_m:
        facts["位置精度"] = f"约 {place.accuracy_m:.0f} m"
    return {name: text for name, text in facts.items() if text}


def from_where(item: DrawWhere, store: Store, *, plan: str | None) -> Batch:
    """Resolve one place; what cannot be found is skipped with its reason."""
    found = store.locate(item.where, plan=plan)
    if found.geometry is None:
        return Batch(skipped=(Skipped(item.title, _why(found)),))
    base = preset(item.style.preset) if item.style.preset else preset_for("", shape=_shape(found.geometry))
    label = item.style.label or base.label or Label()
    layer = DrawnLayer(
        id=f"where:{item.title}", title=item.title, kind="where", group=base.group,
        geometry=np.array([found.geometry], dtype=object), names=(item.title,),
        class_of=np.zeros(1, dtype=np.int64),
        classes=(SymbolClass(item.title, base.ink.changed(item.style)),),
        label=label if item.label else None, labels=(item.label or "",),
        facts=({"名称": item.title, "位置来源": "；".join(found.sources)},),
        authority=found.authority, accuracy_m=found.accuracy_m, credit="；".join(found.sources),
        in_legend=item.legend, notes=tuple(f"{item.title}：{r}" for r in found.remarks),
    )  # fmt: skip
    return Batch(layer)


def _shape(geometry: Geometry) -> Shape:
    names: tuple[Shape, ...] = ("point", "line", "area")
    return names[int(shapely.get_dimensions(geometry))]


def _why(found: Located) -> str:
    needs = tuple(f"需要图层 {name}" for name in found.needs)
    return "；".join((*found.unresolved, *needs, *found.reasons)) or "未能定位"


def group_rank(group: str) -> int:
    """Return a legend group's place in the usual order; unknown ones come last."""
    return GROUPS.index(group) if group in GROUPS else len(GROUPS)
