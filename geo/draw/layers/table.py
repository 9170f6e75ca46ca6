"""A layer of the workspace, or one place, as a layer of a map."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.draw.layers.classing import Classes, SymbolClass, classify
from geo.draw.layers.drawn import NOTHING_HERE, Batch, DrawnLayer, Numbered, Skipped, said_label
from geo.draw.layers.facts import feature_facts
from geo.draw.symbols.presets import preset, preset_for
from geo.errors import UsageError
from geo.spec.layers import RasterSource
from geo.spec.style import Label, Style
from geo.spec.vocabulary import STATE_ZH
from geo.store.conditions import filtered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from geopandas import GeoDataFrame
    from shapely import Geometry

    from geo.draw.symbols.ink import Preset, Shape
    from geo.spec.maps import DrawLayer, DrawWhere
    from geo.store.layers import LayerTable
    from geo.store.located import Located
    from geo.store.store import Store


def from_layer(
    item: DrawLayer, store: Store, *, day: date, near: Geometry, adcodes: tuple[str, ...],
    numbered: Sequence[str] = (),
) -> Batch:  # fmt: skip
    """Resolve a layer: its features near the sheet, classed, with labels and facts.

    Args:
        item: The entry of the map.
        store: Where the layer is read.
        day: The date of the map, which decides whether data is out of date.
        near: The area the sheet may show, EPSG:4490; features outside are left out.
        adcodes: The counties the map is about.
        numbered: Draw only the features of these names, numbered from 1 in this order, and list them.

    Raises:
        UsageError: Its filter, style or label names a field that does not exist.
    """
    table = store.layer(item.layer)
    title = item.title or table.spec.title
    state = table.state_at(day)
    if state not in ("ok", "stale"):
        return Batch(skipped=(Skipped(title, STATE_ZH[state].removesuffix("数据"), table.reason),))
    if isinstance(table.spec.source, RasterSource):
        raise UsageError(f"图层 {item.layer} 是栅格 — 请写 - terrain: {item.layer}")
    rows, complaint = filtered(table.frame, item.filter)
    if complaint:
        raise UsageError(f"图层 {item.layer}：{complaint}")
    rows = rows.iloc[sorted(rows.sindex.query(near, predicate="intersects"))]
    if rows.empty:
        return Batch(skipped=(Skipped(title, NOTHING_HERE),))
    if item.clip and adcodes:
        rows = rows.assign(geometry=rows.geometry.intersection(store.boundaries.territory(adcodes)))
        rows = rows[~rows.geometry.is_empty]
    if rows.empty:
        return Batch(skipped=(Skipped(title, NOTHING_HERE),))
    if numbered:
        rows = rows[rows["name"].isin(numbered)].drop_duplicates("name")
        rows = rows.sort_values("name", key=lambda names: names.map(list(numbered).index))
    facts = feature_facts(rows, table, store, day=day, adcodes=adcodes)
    layer = _from_rows(item, table, rows, title, facts, stale=state == "stale")
    if not numbered:
        return Batch(layer)
    numbers = tuple(1 + numbered.index(name) for name in layer.names)
    inks = [layer.classes[at].ink for at in layer.class_of]
    listed = tuple(Numbered(*of) for of in zip(numbers, layer.names, inks, strict=True))
    return Batch(replace(layer, numbers=numbers), (), listed)


def _from_rows(
    item: DrawLayer, table: LayerTable, rows: GeoDataFrame, title: str,
    facts: tuple[Mapping[str, str], ...], *, stale: bool,
) -> DrawnLayer:  # fmt: skip
    style = item.style or table.spec.style or Style()
    base = _preset_of(table, rows, style)
    found = _titled(classify(rows, style, base, title=title), item, base)
    label = said_label(item.label, style.label, base.label)
    spec = table.spec
    notes = (f"{title}数据已过期（{spec.as_of}）",) if stale else ()
    return DrawnLayer(
        id=table.id, title=title, kind="layer", group=base.group,
        geometry=np.asarray(rows.geometry.array, dtype=object), names=_texts(rows, "name"),
        class_of=found.of, classes=found.classes, label=label,
        labels=_labels(rows, label, item.layer), facts=facts,
        authority=spec.authority or "schematic", accuracy_m=float(rows["accuracy_m"].max()),
        credit=spec.provider or "", as_of=str(spec.as_of or ""), in_legend=item.legend,
        internal=spec.sensitivity == "internal", notes=notes,
    )  # fmt: skip


def _titled(found: Classes, item: DrawLayer, base: Preset) -> Classes:
    """Call the one kind that is left after a filter what the map calls it: 污水处理厂, not 设施."""
    if item.title is None or not item.filter:
        return found
    if len(found.classes) != 1 or base.by in ("", "target_class"):
        return found
    return replace(found, classes=(replace(found.classes[0], title=item.title),))


def _preset_of(table: LayerTable, rows: GeoDataFrame, style: Style) -> Preset:
    if style.preset:
        return preset(style.preset)
    kinds = tuple(dict.fromkeys(k for k in rows["zone_kind"] if isinstance(k, str)))
    dimension = int(shapely.get_dimensions(np.asarray(rows.geometry.array, dtype=object)).max())
    shape: Shape = ("point", "line", "area")[dimension]
    single = kinds if len(kinds) == 1 else ()
    return preset_for(table.id, kinds=single, shape=shape)


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


def from_where(item: DrawWhere, store: Store, *, plan: str | None) -> Batch:
    """Resolve one place; what cannot be found is skipped with its reason."""
    found = store.locate(item.where, plan=plan)
    if found.geometry is None:
        return Batch(skipped=(Skipped(item.title, _why(found)),))
    base = (
        preset(item.style.preset)
        if item.style.preset
        else preset_for("", shape=_shape(found.geometry))
    )
    label = item.style.label or base.label or Label()
    layer = DrawnLayer(
        id=f"where:{item.title}", title=item.title, kind="where", group=base.group,
        geometry=np.array([found.geometry], dtype=object), names=(item.title,),
        class_of=np.zeros(1, dtype=np.int64),
        classes=(SymbolClass(item.title, base.ink.changed(item.style)),),
        label=label if item.label else None, labels=(item.label or "",),
        facts=({"名称": item.title, "位置来源": "；".join(found.sources)},),
        authority=found.authority, accuracy_m=found.accuracy_m, credit="；".join(found.sources),
        in_legend=item.legend, internal=found.internal,
        notes=tuple(f"{item.title}：{r}" for r in found.remarks),
    )  # fmt: skip
    return Batch(layer)


def _shape(geometry: Geometry) -> Shape:
    names: tuple[Shape, ...] = ("point", "line", "area")
    return names[int(shapely.get_dimensions(geometry))]


def _why(found: Located) -> str:
    needs = tuple(f"需要图层 {name}" for name in found.needs)
    return "；".join((*found.unresolved, *needs, *found.reasons)) or "未能定位"
