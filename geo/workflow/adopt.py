"""An office's own layer brought into the workspace: examined first, then put in place whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import shapely
import yaml

from geo.errors import InputError, UsageError, WorkspaceError
from geo.sites.parameters import read_parameters
from geo.space.units import M2_PER_HECTARE, M2_PER_KM2, fixed
from geo.spec.closed import load
from geo.spec.layers import Layer
from geo.spec.marked import parse_yaml, read_yaml
from geo.store.schemas import look_alike
from geo.store.store import open_store
from geo.workflow.adopt_compare import Change, compare
from geo.workflow.adopt_layer import (
    Handover,
    Target,
    fields_of,
    layer_document,
    missing_words,
    sensitivity_of,
    target_of,
    vouched_for,
    zone_of,
)
from geo.workflow.adopt_printed import printed_areas
from geo.workflow.adopt_shape import Shaped, shape
from geo.workflow.adopt_source import Container, TableInfo, chosen_table, container, read_table

if TYPE_CHECKING:
    from geo.spec.vocabulary import Sensitivity
    from geo.store.store import Store

LOCAL: Final = "local"
_STAGING: Final = "local/cache"
_ABANDONED_S: Final = 3600.0
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
    missing = missing_words(said, store.spec.marker.jurisdictions)
    with container(said.file) as held:
        table = chosen_table(held, name=said.table, kind=_kind(target), layer=target.layer)
        _refuse_look_alike(table, target, said)
        raw = read_table(table, x=said.x, y=said.y)
        said = vouched_for(said, store.spec.marker.jurisdictions, dry_run=dry_run)
        helmert = None if said.helmert is None else read_parameters(said.helmert)
        shaped = shape(
            raw, shown=held.shown, crs=said.crs, plausible=store.territory, helmert=helmert
        )
        adoption = _judged(store, said, target, held, table, shaped, raw.remarks)
        if missing:
            return replace(adoption, warnings=(*adoption.warnings, f"还缺 {'、'.join(missing)}"))
        return adoption


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
        coverage=coverage, before=_before(store.root, target.layer),
    )  # fmt: skip
    _must_load(document, target.layer)
    warnings = (
        *shaped.doubts,
        *_about_place(store, shaped, coverage),
        *_about_data(shaped),
        *_about_git(store.root),
    )
    if words := _mistaken(table, target):
        warnings = (*warnings, f"{words}；按 --accept-lookalike 采用")
    return Adoption(
        target=target, table=table, tables=held.tables, shaped=shaped, document=document, data=data,
        shown=held.shown.as_posix(), sensitivity=sensitivity_of(said, target), warnings=warnings,
        notes=(*remarks, *_printed(store, said, document["title"], shaped, coverage)), change=_change(store, target, shaped),
    )  # fmt: skip


def _before(root: Path, layer: str) -> Mapping[str, Any]:
    """Read what the layer's file says now, as written."""
    path = root / "layers" / f"{layer}.yml"
    if not path.is_file():
        return {}
    value = read_yaml(path, shown=Path("layers", path.name)).value
    return value if isinstance(value, Mapping) else {}


def _must_load(document: Mapping[str, Any], layer: str) -> None:
    """Hold the new layer file against the model before anything is written."""
    shown = Path("layers", f"{layer}.yml")
    spec, problems = load(parse_yaml(as_yaml(document), shown=shown), Layer)
    if spec is None:
        raise WorkspaceError(problems)


def as_yaml(document: Mapping[str, Any]) -> str:
    """Write a layer file as a planner would: Chinese as it is, keys in their order."""
    quoted = {**document, "as_of": str(document["as_of"]), "coverage": list(document["coverage"])}
    return yaml.safe_dump(quoted, allow_unicode=True, sort_keys=False, width=120)


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
    """Put an examined layer in its place; the layer file is replaced last, in one step.

    Until then the workspace is as it was: the data is written into ``local/cache`` and moved to a
    name nothing points to. The layer file before is kept beside the data of its version.

    Returns:
        The files written, relative to the workspace.
    """
    root = store.root
    final, layer_file = root / adoption.data, root / "layers" / f"{adoption.layer}.yml"
    if final.exists() and layer_file.is_file() and adoption.data in layer_file.read_text("utf-8"):
        raise UsageError(f"{adoption.data} 已经是现行版本 — 文件与数据日期都没有变化")
    (root / _STAGING).mkdir(parents=True, exist_ok=True)
    _sweep(root / _STAGING)
    staging = Path(tempfile.mkdtemp(prefix="adopt-", dir=root / _STAGING))
    try:
        staged = staging / final.name
        adoption.shaped.frame.to_parquet(
            staged,
            index=False,
            write_covering_bbox=True,
            row_group_size=_ROWS,
            schema_version="1.1.0",
        )
        final.parent.mkdir(parents=True, exist_ok=True)
        staged.replace(final)
        written = [final, *_keep_old(layer_file, final), layer_file]
        # Not beside its goal: whatever lies in layers/ when the power fails is taken for a layer.
        page = staging / layer_file.name
        page.write_text(as_yaml(adoption.document), encoding="utf-8", newline="\n")
        layer_file.parent.mkdir(exist_ok=True)
        page.replace(layer_file)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return tuple(path.relative_to(root) for path in written)


def _sweep(folder: Path) -> None:
    """Delete what adoptions that were killed left behind; a younger one may be at work."""
    for left in folder.glob("adopt-*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _ABANDONED_S:
                shutil.rmtree(left, ignore_errors=True)


def _keep_old(layer_file: Path, final: Path) -> list[Path]:
    """Keep the layer file that is about to be replaced, under the name of the version that follows."""
    if not layer_file.is_file():
        return []
    kept = final.parent / f"before_{final.stem}.yml"
    shutil.copyfile(layer_file, kept)
    return [kept]


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
        f"来源：{document['provider']}，数据日期 {document['as_of']}，精度 {document['accuracy_m']:g} m，密级 {secret}，"
        f"覆盖 {'、'.join(document['coverage'])}"
    )
    rows += [f"说明：{note}" for note in adoption.notes]
    rows += [adoption.change.words()] if adoption.change is not None else []
    rows += [f"注意：{warning}" for warning in adoption.warnings]
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
        return zone
    return f"按字段 {zone['field']}：" + "、".join(
        f"{value}→{kind}" for value, kind in zone["values"].items()
    )
