"""An office's own layer brought into the workspace: examined first, then put in place whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import shapely

from geo.errors import InputError, UsageError
from geo.sites.parameters import read_parameters
from geo.space.units import M2_PER_HECTARE, M2_PER_KM2, fixed
from geo.spec.vocabulary import ZoneKind
from geo.store.osm import SUFFIX as OSM_SUFFIX
from geo.store.schemas import look_alike
from geo.store.store import open_store
from geo.workflow.adoption.compare import Change, compare
from geo.workflow.adoption.layer_file import (
    Handover,
    Target,
    absent_words,
    fields_of,
    layer_document,
    missing_words,
    sensitivity_of,
    target_of,
    vouched_for,
    worth_words,
    zone_of,
)
from geo.workflow.adoption.place import LOCAL, layer_before, must_load, place
from geo.workflow.adoption.printed_area import printed_areas
from geo.workflow.adoption.shape import Shaped, shape
from geo.workflow.adoption.source import Container, TableInfo, chosen_table, container, read_table

if TYPE_CHECKING:
    from geo.spec.vocabulary import Sensitivity
    from geo.store.store import Store

_ROWS: Final = 4096
"""Rows in a piece of the Parquet file: a reader with a window skips the pieces outside it."""


@dataclass(frozen=True, eq=False)
class Adoption:
    """A file examined: what would be written, and all that a planner should know before.

    Nothing has been written while this exists; :func:`commit` does it.
    """

    target: Target
    table: TableInfo
    tables: tuple[TableInfo, ...]
    shaped: Shaped
    document: dict[str, Any]
    data: str
    shown: str
    sensitivity: Sensitivity
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    change: Change | None = field(default=None, repr=False)
    missing: tuple[str, ...] = ()

    @property
    def layer(self) -> str:
        """Id of the layer."""
        return self.target.layer


def examine(store: Store, said: Handover, *, dry_run: bool = False) -> Adoption:
    """Read a file as the layer it should become, and judge it; nothing is written.

    With ``dry_run`` what is still to be said is told instead of refused.

    Raises:
        UsageError: Something has to be said first: a missing option, an unknown value of the zone field.
        InputError: The file cannot be used; nothing is guessed.
    """
    target = target_of(said.to, store.spec)
    said = _of_osm(said)
    missing = missing_words(said, store.spec.marker.jurisdictions)
    with container(said.file) as held:
        table = chosen_table(held, name=said.table, kind=_kind(target), layer=target.layer)
        _refuse_look_alike(table, target, said)
        raw = read_table(table, x=said.x, y=said.y, tags=said.tags)
        said = vouched_for(said, store.spec.marker.jurisdictions, dry_run=dry_run)
        helmert = None if said.helmert is None else read_parameters(said.helmert)
        shaped = shape(
            raw, shown=held.shown, crs=said.crs, plausible=store.territory, helmert=helmert
        )
        adoption = _judged(store, said, target, held, table, shaped, raw.remarks)
        return replace(adoption, missing=missing)


def _of_osm(said: Handover) -> Handover:
    """Volunteers' data is open data under its own licence, whoever hands it in.

    Raises:
        UsageError: It is called official, or tags are given for something else.
    """
    if said.file.suffix.lower() != OSM_SUFFIX:
        if said.tags:
            raise UsageError("--tag 只用于 OSM 的 .pbf — 纳入别的文件时请去掉")
        return said
    if said.authority == "official":
        raise UsageError("OpenStreetMap 是公开数据，不是主管部门成果 — 请写 --authority open")
    own = said.licence != Handover.licence
    return replace(
        said, licence=said.licence if own else "ODbL 1.0", sensitivity=said.sensitivity or "public",
        provider=said.provider or "OpenStreetMap 贡献者",
    )  # fmt: skip


def _kind(target: Target) -> str:
    if target.kind is not None:
        return target.kind
    return target.schema.zone or "" if target.schema is not None else ""


def _refuse_look_alike(table: TableInfo, target: Target, said: Handover) -> None:
    words = _mistaken(table, target)
    if words and not said.accept_look_alike:
        hint = "请换用批准的成果；确认无误时加 --accept-lookalike"
        raise InputError(f"{said.file.name}: {words} — {hint}")


def _mistaken(table: TableInfo, target: Target) -> str:
    """Say why a table is not what it is adopted as: by its name, or since it follows another schema."""
    if words := look_alike(table.name, _kind(target)):
        return words
    found = table.schema
    if found is None or target.schema is None or found.layer == target.schema.layer:
        return ""
    return f"{table.name} 看起来是{found.title}，不是{target.schema.title}"


def _judged(
    store: Store, said: Handover, target: Target, held: Container, table: TableInfo, shaped: Shaped,
    remarks: tuple[str, ...],
) -> Adoption:  # fmt: skip
    columns = [str(c) for c in shaped.frame.columns if c != "geometry"]
    zone = zone_of(said, target, shaped.frame)
    coverage = said.coverage
    data = f"{LOCAL}/{target.layer}/{said.as_of}_{held.sha256[:8]}.parquet"
    document = layer_document(
        said, target, source=data, zone=zone, fields=fields_of(said, target, columns),
        coverage=coverage, before=layer_before(store.root, target.layer),
    )  # fmt: skip
    must_load(document, target.layer)
    warnings = (
        *shaped.doubts,
        *_about_place(store, shaped, coverage),
        *_about_data(shaped),
        *absent_words(zone, shaped.frame),
        *_about_git(store.root),
    )
    if words := _mistaken(table, target):
        warnings = (*warnings, f"{words}；按 --accept-lookalike 采用")
    return Adoption(
        target=target, table=table, tables=held.tables, shaped=shaped, document=document, data=data,
        shown=held.shown.as_posix(), sensitivity=sensitivity_of(said, target), warnings=warnings,
        notes=(*remarks, *_printed(store, said, document["title"], shaped, coverage)), change=_change(store, target, shaped),
    )  # fmt: skip


def _about_place(store: Store, shaped: Shaped, coverage: tuple[str, ...]) -> list[str]:
    """Warn of features outside the area the layer is said to cover, and of counties without any."""
    geometry = shaped.frame.geometry.dropna().to_numpy()
    area = store.boundaries.territory(coverage)
    shapely.prepare(area)
    inside = shapely.intersects(geometry, area)
    if not inside.any():
        raise InputError(
            "没有一个要素落在声明的覆盖范围内 — 坐标系、带号或 X/Y 顺序可能有误，请核实"
        )
    words = []
    if not inside.all():
        words.append(f"{int((~inside).sum())} 个要素不在覆盖范围（{'、'.join(coverage)}）内")
    for code in coverage:
        if (
            len(coverage) > 1
            and not shapely.intersects(geometry, store.boundaries.area(code)).any()
        ):
            name = store.boundaries.name(code)
            words.append(
                f"{name} 境内没有一个要素，请确认该图层确实覆盖 {name}（没有数据不等于没有重叠）"
            )
    return words


def _about_data(shaped: Shaped) -> list[str]:
    words = []
    if shaped.unplaced:
        words.append(f"{shaped.unplaced} 个要素没有图形，核查时按“仅部分覆盖”处理")
    if shaped.repeated:
        words.append(f"{shaped.repeated} 个要素与别的要素图形完全相同，总面积可能重复计算")
    return words


def _about_git(root: Path) -> list[str]:
    """Warn when a version history would take the data in."""
    ignore = root / ".gitignore"
    kept = ignore.is_file() and any(
        line.strip().strip("/").split("/")[0] == LOCAL
        for line in ignore.read_text("utf-8").splitlines()
    )
    return [] if kept else ["工作区的 .gitignore 没有写 /local/*，内部数据可能进入版本库 — 请补上"]


def _printed(
    store: Store, said: Handover, title: str, shaped: Shaped, coverage: tuple[str, ...]
) -> list[str]:
    if shaped.area_m2 is None:
        return []
    plans = tuple(plan for plan in store.spec.plans.values() if {plan.head.adcode} == set(coverage))
    found = printed_areas(title, plans, said=said.expected_area, area_m2=shaped.area_m2)
    return [printed.against(shaped.area_m2) for printed in found]


def _change(store: Store, target: Target, shaped: Shaped) -> Change | None:
    if target.declared is None or target.declared.source is None:
        return None
    old = store.layer(target.layer)
    return compare(old.frame, shaped.frame) if old.state == "ok" else None


def commit(store: Store, adoption: Adoption) -> tuple[Path, ...]:
    """Put an examined layer in its place, whole or not at all; the version before is kept.

    Returns:
        The files written, relative to the workspace.
    """

    def write(path: Path) -> None:
        adoption.shaped.frame.to_parquet(
            path,
            index=False,
            write_covering_bbox=True,
            row_group_size=_ROWS,
            schema_version="1.1.0",
        )

    return place(
        store.root,
        layer=adoption.layer,
        data=adoption.data,
        document=adoption.document,
        write=write,
    )


def adopted(root: Path, layer: str) -> str:
    """Open the workspace anew and tell the state of a layer, so that nobody trusts what cannot be read."""
    table = open_store(root).layer(layer)
    if table.state != "ok":
        raise InputError(f"图层 {layer} 写入后未能读出：{table.reason}")
    return f"{len(table.frame)} 个要素，已可用于核查"


def report(adoption: Adoption, *, dry_run: bool) -> str:
    """Say everything that was found, in a planner's words."""
    shaped, document = adoption.shaped, adoption.document
    rows = [f"文件：{adoption.shown}"]
    rows += [f"  图层 {t.name}：{_many(t)}{_marked(t, adoption.table)}" for t in adoption.tables]
    rows.append(f"采用为：layers/{adoption.layer}.yml（{document['title']}）")
    rows.append(f"坐标系：{shaped.crs}")
    rows.append(f"管控类别：{_zone_words(document.get('zone'))}")
    rows += [f"字段：{name} ← {column}" for name, column in (document.get("fields") or {}).items()]
    rows.append(
        f"要素：{len(shaped.frame)} 个"
        + (f"，总面积 {_area(shaped.area_m2)}" if shaped.area_m2 else "")
    )
    fixed_words = "、".join(f"{word} {count} 处" for word, count in shaped.repairs.items())
    rows.append(f"修复：{fixed_words or '无'}")
    secret = "内部，输出时坐标不外带" if adoption.sensitivity == "internal" else "公开"
    rows.append(
        f"来源：{worth_words(document, adoption.missing)}，密级 {secret}，覆盖 {'、'.join(document['coverage'])}"
    )
    rows += [f"说明：{note}" for note in adoption.notes]
    rows += [adoption.change.words()] if adoption.change is not None else []
    rows += [f"注意：{warning}" for warning in adoption.warnings]
    rows += [f"注意：还缺 {'、'.join(adoption.missing)}"] if adoption.missing else []
    rows.append("试运行，没有写入任何文件" if dry_run else f"数据写入 {adoption.data}")
    return "\n".join(rows)


def _many(table: TableInfo) -> str:
    schema = f"，{table.schema.title}" if table.schema is not None else ""
    return f"{table.features if table.features is not None else '?'} 个要素{schema}"


def _marked(table: TableInfo, chosen: TableInfo) -> str:
    return "  ← 采用" if table == chosen else ""


def _area(area_m2: float) -> str:
    return f"{fixed(area_m2 / M2_PER_KM2, 4)} 平方公里（{fixed(area_m2 / M2_PER_HECTARE, 4)} 公顷，椭球面积）"


def _zone_words(zone: Any) -> str:
    if zone is None:
        return "无（只作底图和统计，不参与核查）"
    if isinstance(zone, str):
        return ZoneKind[zone].value
    return f"按字段 {zone['field']}：" + "、".join(
        f"{value}→{ZoneKind[kind].value}" for value, kind in zone["values"].items()
    )
