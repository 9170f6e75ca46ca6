"""From what a planner says and a table holds to the layer file: target, zone, fields, and what is missing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from geo.errors import UsageError
from geo.spec.closed import nearest
from geo.spec.dates import PartialDate
from geo.spec.layers import KINDS
from geo.spec.vocabulary import ZoneKind
from geo.store.schemas import BY_LAYER, SCHEMAS, Schema, mapped_fields, zone_field, zone_of_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    import pandas as pd

    from geo.spec.layers import Layer
    from geo.spec.vocabulary import Authority, Sensitivity
    from geo.spec.workspace import WorkspaceSpec

#: A value given as ``实验区=-`` says: features with it belong to no zone.
NO_ZONE: Final = "-"


@dataclass(frozen=True)
class Handover:
    """What the planner says about a file: where it goes, what it is worth, how to read it."""

    file: Path
    to: str
    provider: str | None = None
    as_of: PartialDate | None = None
    received: PartialDate | None = None
    version: str | None = None
    sensitivity: Sensitivity | None = None
    accuracy_m: float | None = None
    licence: str = "本单位内部使用"
    authority: Authority = "official"
    coverage: tuple[str, ...] = ()
    table: str | None = None
    crs: str | None = None
    helmert: Path | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    zone_field: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    x: str | None = None
    y: str | None = None
    expected_area: str | None = None
    accept_look_alike: bool = False
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scheme: str | None = None
    classes: Path | None = None
    band: int = 1
    as_at: date | None = None


@dataclass(frozen=True)
class Target:
    """The layer a file becomes; ``kind`` is the one zone kind asked for, if one was."""

    layer: str
    kind: str | None
    schema: Schema | None
    declared: Layer | None


def target_of(to: str, spec: WorkspaceSpec) -> Target:
    """Find the layer for a zone kind (id or Chinese name), a layer of the workspace, or a usual table.

    Raises:
        UsageError: It is none of these.
    """
    kind = next((k.name for k in ZoneKind if to in (k.name, k.value)), None)
    if kind is None:
        usual = next((s.layer for s in SCHEMAS if to in (s.layer, s.title) or _named(s, to)), None)
        if usual is None and to not in spec.layers:
            words = [*KINDS, *BY_LAYER, *spec.layers]
            raise UsageError(f"--as {to} 既不是管控类别，也不是图层 — {nearest(to, words)}")
        layer = usual or to
        return Target(layer, None, BY_LAYER.get(layer), spec.layers.get(layer))
    schema = next((s for s in SCHEMAS if kind in s.kinds), None)
    layer = _home(kind, schema, spec)
    return Target(
        layer, kind, schema if schema is not None else BY_LAYER.get(layer), spec.layers.get(layer)
    )


def _named(schema: Schema, to: str) -> bool:
    """Tell whether a word is the name of the schema's own table: DLTB, 地类图斑."""
    return re.fullmatch(schema.tables, to.upper()) is not None


def _home(kind: str, schema: Schema | None, spec: WorkspaceSpec) -> str:
    """Prefer the layer the workspace declares for a kind; never one that stands in for it."""
    held = [name for name, layer in spec.layers.items() if kind in layer.zone_kinds]
    usual = schema.layer if schema is not None else kind
    if usual in held or not held:
        return usual
    waiting = [name for name in held if spec.layers[name].source is None]
    official = [name for name in held if spec.layers[name].authority == "official"]
    return (waiting or official or [usual])[0]


def missing_words(said: Handover, jurisdictions: Sequence[str]) -> tuple[str, ...]:
    """List the options without which nobody vouches for the data."""
    one = len(jurisdictions) == 1
    asked: tuple[tuple[str, object], ...] = (
        ("--provider 提供单位", said.provider), ("--as-of 数据日期", said.as_of),
        ("--accuracy 精度（m）", said.accuracy_m),
        ("--coverage 覆盖的县（6 位代码，可重复）", said.coverage or (True if one else None)),
    )  # fmt: skip
    return tuple(option for option, value in asked if value is None)


def vouched_for(said: Handover, jurisdictions: Sequence[str], *, dry_run: bool) -> Handover:
    """Return what was said, complete; a dry run gets blanks where something is still to be said.

    Raises:
        UsageError: Provider, data date, accuracy or coverage are not given; all are told at once.
    """
    missing = missing_words(said, jurisdictions)
    if missing and not dry_run:
        raise UsageError(f"还缺 {'、'.join(missing)} — 来源、日期、精度不明的数据不能作为核查依据")
    return replace(
        said, provider=said.provider or "（待填）", coverage=said.coverage or tuple(jurisdictions),
        as_of=said.as_of or PartialDate.parse("1900"), accuracy_m=said.accuracy_m or 0.0,
    )  # fmt: skip


def worth_words(document: Mapping[str, Any], missing: Sequence[str]) -> str:
    """Tell who vouches for the data, of when, how exact; what is still to be said is not made up."""
    blank = " ".join(missing)
    day = "（待填）" if "--as-of" in blank else document["as_of"]
    exact = "（待填）" if "--accuracy" in blank else f"{document['accuracy_m']:g} m"
    return f"{document['provider']}，数据日期 {day}，精度 {exact}"


def fields_of(said: Handover, target: Target, columns: Sequence[str]) -> dict[str, str]:
    """Propose the mapping of fields; what the planner says comes first.

    Raises:
        UsageError: A column named by the planner does not exist.
    """
    for column in (*said.fields.values(), *([said.zone_field] if said.zone_field else [])):
        if column not in columns:
            raise UsageError(
                f"没有字段 {column} — {nearest(column, columns)}，现有：{'、'.join(columns)}"
            )
    usual = mapped_fields(target.schema, columns) if target.schema is not None else {}
    return {**usual, **said.fields}


def zone_of(said: Handover, target: Target, frame: pd.DataFrame) -> Any:
    """Settle the zone: one kind for all, or by the values of a field; ``None`` for no zone at all.

    Raises:
        UsageError: Values nobody has assigned to a kind, or no field tells the kinds apart.
    """
    columns = [str(column) for column in frame.columns]
    schema, declared = target.schema, target.declared
    by = said.zone_field or (zone_field(schema, columns) if schema is not None else None)
    if by is None and declared is not None and declared.zone and declared.zone.field in columns:
        by = declared.zone.field
    if by is not None:
        return _by_field(by, said, target, frame)
    if target.kind is not None:
        return target.kind
    if schema is not None and schema.zone is not None:
        return schema.zone
    if declared is not None and declared.zone is not None and not declared.zone.field:
        return declared.zone.values[""]
    if (declared is not None and declared.zone) or (schema is not None and schema.zone_values):
        raise UsageError(
            f"看不出哪个字段区分 {'、'.join(_kinds(target))} — 请用 --zone-field 指明，现有：{'、'.join(columns)}；"
            "整个图层只有一种时，把 --as 写成该管控类别"
        )
    return None


def _kinds(target: Target) -> tuple[str, ...]:
    kinds = target.declared.zone_kinds if target.declared is not None else ()
    names = kinds or (target.schema.kinds if target.schema is not None else ())
    return tuple(ZoneKind[name].value for name in names)


def _by_field(by: str, said: Handover, target: Target, frame: pd.DataFrame) -> dict[str, Any]:
    written = frame[by].astype("string").str.strip()
    values, unknown = {}, []
    for value in sorted(written.dropna().unique()):
        kind = _kind_of(str(value), said, target)
        if kind is None:
            unknown.append(str(value))
        elif kind != NO_ZONE:
            values[str(value)] = kind
    # Said of a value no feature has: the layer tells that kind as well, and there is none here.
    values |= {v: k for v, k in said.values.items() if k != NO_ZONE and k in KINDS}
    blank = int(written.isna().sum() + (written == "").sum())
    if unknown:
        hint = f"请逐个说明，例如 --value {unknown[0]}=管控类别，不属于管控区的写 --value {unknown[0]}=-"
        raise UsageError(f"字段 {by} 的取值 {'、'.join(unknown[:8])} 不知属于哪一类 — {hint}")
    if not values or blank:
        found = f"有 {blank} 个要素的字段 {by} 是空的" if values else f"字段 {by} 没有可用的取值"
        raise UsageError(f"{found} — 请在原数据中补全，或用 --zone-field 换一个字段")
    return {"field": by, "values": values}


def absent_words(zone: Any, frame: pd.DataFrame) -> list[str]:
    """Warn of values that the planner assigned and no feature has: a slip, or a kind that is not there."""
    if not isinstance(zone, dict):
        return []
    there = set(frame[zone["field"]].astype("string").str.strip().dropna())
    return [
        f"没有一个要素的 {zone['field']} 是“{value}”：按 --value 视为该图层含{ZoneKind[kind].value}而本地没有；"
        "写错了请改正"
        for value, kind in zone["values"].items()
        if value not in there
    ]


def _kind_of(value: str, said: Handover, target: Target) -> str | None:
    if value in said.values:
        kind = said.values[value]
        if kind not in (NO_ZONE, *KINDS):
            raise UsageError(f"--value {value}={kind}：不认识的管控类别 — {nearest(kind, KINDS)}")
        return kind
    declared = target.declared
    if declared is not None and declared.zone is not None and value in declared.zone.values:
        return declared.zone.values[value]
    return zone_of_value(value, target.schema) if target.schema is not None else None


def layer_document(
    said: Handover, target: Target, *, source: Any, zone: Any, fields: Mapping[str, str],
    coverage: Sequence[str], before: Mapping[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """Write the layer file's contents; title, style and note of the file before are kept."""
    title = target.schema.title if target.schema is not None else None
    if title is None and target.kind is not None:
        title = ZoneKind[target.kind].value
    document = {
        "title": before.get("title") or title or target.layer, "source": source, "zone": zone,
        "authority": said.authority, "provider": said.provider, "licence": said.licence,
        "as_of": str(said.as_of), "received": None if said.received is None else str(said.received),
        "max_age": before.get("max_age"), "version": said.version, "coverage": list(coverage),
        "accuracy_m": said.accuracy_m, "sensitivity": sensitivity_of(said, target),
        "fields": dict(fields) or None, "style": before.get("style"), "note": before.get("note"),
    }  # fmt: skip
    return {key: value for key, value in document.items() if value is not None}


def sensitivity_of(said: Handover, target: Target) -> Sensitivity:
    """Take the planner's word; without it what is brought in is internal, the safe side."""
    if said.sensitivity is not None:
        return said.sensitivity
    declared = target.declared
    if declared is not None and target.schema is None and declared.source is not None:
        return declared.sensitivity
    return "internal"
