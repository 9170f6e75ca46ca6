"""Tasks written out: a table to read, CSV and XLSX to work with, GeoJSON and GeoPackage to map."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Final

import geopandas
import pyogrio
import shapely

from geo.documents.columns import padded
from geo.spec.vocabulary import AUTHORITY_ZH, SCHEMATIC_NOTICE
from geo.workflow.tasks import KIND_ZH, TaskHit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

#: Field → heading of a planner's table, in the order printed.
FIELDS: Final[dict[str, str]] = {
    "plan": "规划", "id": "编号", "kind": "类别", "domain": "领域", "title": "名称",
    "summary": "内容", "heading": "章节", "where": "地点", "standing": "定位情况",
    "quantity": "数量", "unit": "单位", "investment_wan": "投资（万元）", "start": "起", "end": "止",
    "lead": "牵头单位", "strength": "强度", "activities": "适用活动", "relation": "关系",
    "distance_m": "距离（m）", "why": "说明", "authority": "位置性质", "accuracy_m": "位置精度（m）",
    "open": "未定位原因", "note": "备注",
}  # fmt: skip
_STANDING_ZH: Final = {
    "located": "已定位", "partly": "部分定位", "needs_layer": "待图层", "unlocated": "无法定位",
    "unresolved": "名称待核",
}  # fmt: skip
_RELATION_ZH: Final = {"inside": "范围内", "near": "邻近", "listed": ""}
_GEOMETRIES: Final = ("points", "lines", "polygons")
_GPKG_DATE: Final = "2000-01-01T00:00:00Z"


def record(hit: TaskHit) -> dict[str, Any]:
    """Flatten one hit to plain values; what does not apply is ``None``, never 0."""
    row, located, task = hit.row, hit.found.located, hit.found.task
    schematic = located.authority == "schematic"
    distance = hit.distance_m
    return {
        "plan": task.plan, "id": row.id, "kind": task.kind, "domain": task.domain,
        "title": row.title, "summary": getattr(row, "summary", "") or None,
        "heading": row.heading, "where": row.where, "standing": located.standing,
        "quantity": getattr(row, "quantity", None), "unit": getattr(row, "unit", "") or None,
        "investment_wan": getattr(row, "investment_wan", None),
        "start": _text(getattr(row, "start", None)), "end": _text(getattr(row, "end", None)),
        "lead": ";".join(getattr(row, "lead", ())) or None,
        "strength": getattr(row, "strength", None),
        "activities": ";".join(getattr(row, "activities", ())) or None,
        "relation": hit.relation,
        # A metre distance from a sketch would claim what nobody knows (contracts.md).
        "distance_m": None if distance is None or (schematic and distance > 0) else round(distance, 1),
        "why": hit.why or None,
        "authority": None if located.geometry is None else located.authority,
        "accuracy_m": None if located.geometry is None else located.accuracy_m,
        "open": "；".join((*located.unresolved, *(f"需要图层 {n}" for n in located.needs), *located.reasons)) or None,
        "note": row.note or None,
    }  # fmt: skip


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def shown(values: dict[str, Any]) -> dict[str, Any]:
    """Put a record into the words of a planner's table."""
    out = {FIELDS[key]: value for key, value in values.items()}
    out["类别"] = KIND_ZH[values["kind"]]
    out["定位情况"] = _STANDING_ZH[values["standing"]]
    out["关系"] = _RELATION_ZH[values["relation"]]
    out["位置性质"] = AUTHORITY_ZH[values["authority"]] if values["authority"] else None
    return out


def as_text(hits: Sequence[TaskHit]) -> str:
    """Write a short table for the terminal."""
    if not hits:
        return "没有符合条件的任务"
    header = ("规划", "编号", "类别", "领域", "名称", "说明")
    rows = [
        (r["plan"], r["id"], KIND_ZH[r["kind"]], r["domain"], r["title"],
         r["why"] or r["open"] or _STANDING_ZH[r["standing"]])
        for r in map(record, hits)
    ]  # fmt: skip
    text = f"{padded(header, rows)}\n共 {len(rows)} 条"
    return f"{text}。{SCHEMATIC_NOTICE}" if _any_schematic(hits) else text


def _any_schematic(hits: Sequence[TaskHit]) -> bool:
    return any(h.geometry is not None and h.found.located.authority == "schematic" for h in hits)


def as_csv(hits: Sequence[TaskHit]) -> bytes:
    """Write CSV, UTF-8 with BOM so that Excel opens it as Chinese."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(FIELDS.values()), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(_harmless(shown(record(hit))) for hit in hits)
    return out.getvalue().encode("utf-8-sig")


def _harmless(row: dict[str, Any]) -> dict[str, Any]:
    """Keep Excel from running a cell that starts like a formula."""
    return {
        key: f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value
        for key, value in row.items()
    }


def as_json(hits: Sequence[TaskHit]) -> str:
    """Write the records as JSON."""
    document = {"schema": "hongxian.tasks/1", "tasks": [record(hit) for hit in hits]}
    return json.dumps(document, ensure_ascii=False, indent=2)


WITHHELD: Final = "位置取自内部图层，坐标未输出（确需时加 --internal）"


def withheld(hit: TaskHit, *, internal: bool) -> bool:
    """Tell whether a hit's coordinates stay inside: its place rests on a layer marked 内部."""
    return hit.found.located.internal and not internal


def as_geojson(hits: Sequence[TaskHit], *, internal: bool = False) -> str:
    """Write GeoJSON in CGCS2000 longitude, latitude; rows without a place have a null geometry.

    So have rows whose place rests on a layer marked 内部, unless ``internal``.
    """
    features = [
        {
            "type": "Feature",
            "properties": {
                **record(hit),
                "notice": SCHEMATIC_NOTICE if _any_schematic([hit]) else None,
                "withheld": WITHHELD if withheld(hit, internal=internal) else None,
            },
            "geometry": None
            if hit.geometry is None or withheld(hit, internal=internal)
            else shapely.geometry.mapping(_rounded(hit.geometry)),
        }
        for hit in hits
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    document = {"type": "FeatureCollection", "crs": crs, "features": features}
    return json.dumps(document, ensure_ascii=False)


def _rounded(geometry: shapely.Geometry) -> shapely.Geometry:
    """Seven decimals are a centimetre: more would be noise and bytes."""
    return shapely.set_precision(geometry, 1e-7, mode="pointwise")


def write_gpkg(hits: Sequence[TaskHit], path: Path, *, internal: bool = False) -> None:
    """Write a GeoPackage with a layer per geometry type and a table of what has no place.

    What rests on a layer marked 内部 counts as having none, unless ``internal``. QGIS cannot style a layer of mixed types; mixed places are split over the layers.
    """
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in (*_GEOMETRIES, "unlocated")}
    for hit in hits:
        values = shown(record(hit))
        if hit.geometry is None or withheld(hit, internal=internal):
            why = {"未定位原因": WITHHELD} if hit.geometry is not None else {}
            rows["unlocated"].append({**values, **why})
            continue
        for dimension, geometry in by_dimension(hit.geometry).items():
            rows[_GEOMETRIES[dimension]].append({**values, "geometry": geometry})
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _GPKG_DATE})
    for name in _GEOMETRIES:
        if rows[name]:
            frame = geopandas.GeoDataFrame(rows[name], geometry="geometry", crs="EPSG:4490")
            pyogrio.write_dataframe(
                frame, path, layer=f"tasks_{name}", driver="GPKG", promote_to_multi=True,
                append=path.exists() and path.stat().st_size > 0, VERSION="1.3",
            )  # fmt: skip
    if rows["unlocated"]:
        table = geopandas.pd.DataFrame(rows["unlocated"])
        pyogrio.write_dataframe(
            table, path, layer="tasks_unlocated", driver="GPKG",
            append=path.exists() and path.stat().st_size > 0, VERSION="1.3",
        )  # fmt: skip


def by_dimension(geometry: shapely.Geometry) -> dict[int, shapely.Geometry]:
    """Split a geometry into its points (0), lines (1) and areas (2).

    >>> from shapely import wkt
    >>> sorted(by_dimension(wkt.loads("GEOMETRYCOLLECTION(POINT(0 0),LINESTRING(0 0,1 1))")))
    [0, 1]
    """
    parts = shapely.get_parts(geometry)
    while (shapely.get_type_id(parts) >= 4).any():  # noqa: PLR2004 - multi types and collections
        parts = shapely.get_parts(parts)
    dims = shapely.get_dimensions(parts)
    return {int(d): shapely.union_all(parts[dims == d]) for d in sorted(set(dims))}
