"""What a popup tells about a feature or a task: its columns in words, its clauses, its worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from geo.draw.layers.clauses import clauses_in_words
from geo.spec.plans import TaskRow
from geo.spec.vocabulary import AUTHORITY_ZH, ZoneKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from geopandas import GeoDataFrame

    from geo.store.layers import LayerTable
    from geo.store.store import LocatedTask, Store

Facts = dict[str, str]
KINDS_ZH: Final = {"project": "重点工程", "measure": "措施", "control": "管控要求"}
_NAMES: Final = {
    "name": "名称", "aliases": "别名", "kind": "类别", "adcode": "行政区划代码", "source": "位置来源",
    "river": "所在河流", "base_class": "现状水质", "target_class": "目标水质", "medium": "水源类型",
    "status": "状态", "plan": "规划", "flows_into": "汇入", "code": "单元编码", "class": "单元分类",
}  # fmt: skip
#: Columns told in other words, or of no use to a reader.
_UNTOLD: Final = ("geometry", "zone_kind", "accuracy_m", "order", "authority")


def feature_facts(
    rows: GeoDataFrame, table: LayerTable, store: Store, *, day: date, adcodes: tuple[str, ...]
) -> tuple[Mapping[str, str], ...]:
    """Tell every column that has a value, the clauses of its zone, and how far to trust it.

    Args:
        rows: Features of the layer.
        table: The layer.
        store: The workspace, for its laws and basins.
        day: The date of the map, which decides what law is in force.
        adcodes: The counties the map is about.
    """
    columns = [c for c in rows.columns if c not in _UNTOLD]
    basins = _basins(store, adcodes)
    laws = tuple(store.spec.rules.values())
    clauses = {
        kind: clauses_in_words(kind, laws, day=day, adcodes=adcodes, basins=basins)
        for kind in dict.fromkeys(rows["zone_kind"]) if isinstance(kind, str)
    }  # fmt: skip
    plans = {name: f"《{plan.head.title}》" for name, plan in store.spec.plans.items()}
    return tuple(
        _facts(row | _told(row, plans), columns, clauses) | _access(row, store) | _worth(row, table)
        for row in rows.to_dict("records")
    )


def _told(row: Mapping[Any, Any], plans: Mapping[str, str]) -> dict[Any, Any]:
    """Write a plan by its title: readers do not know its folder."""
    own = row.get("plan")
    return {"plan": plans[own]} if isinstance(own, str) and own in plans else {}


def _access(row: Mapping[Any, Any], store: Store) -> Facts:
    """Tell the access list of a control unit, each column said to be empty where it is."""
    if row.get("zone_kind") != ZoneKind.control_unit.name:
        return {}
    unit = store.spec.units.get(str(row.get("code") or ""))
    if unit is None:
        return {"准入清单": "未取得该单元的准入清单"}
    return {title: text or "（清单中为空）" for title, text in unit.requirements}


def _facts(row: Mapping[Any, Any], columns: list[Any], clauses: Mapping[str, str]) -> Facts:
    facts = {_NAMES.get(c, str(c)): str(row[c]) for c in columns if not pd.isna(row[c])}
    facts = {name: text for name, text in facts.items() if text}
    kind = row.get("zone_kind")
    if isinstance(kind, str):
        facts["管控类别"] = ZoneKind[kind].value
        facts |= {"管控条款": clauses[kind]} if clauses[kind] else {}
    return facts


def _worth(row: Mapping[Any, Any], table: LayerTable) -> Facts:
    spec = table.spec
    facts = {
        "数据性质": AUTHORITY_ZH[spec.authority or "schematic"], "资料来源": spec.provider or "",
        "数据日期": str(spec.as_of or ""),
    }  # fmt: skip
    if row["accuracy_m"]:
        facts["位置精度"] = f"约 {row['accuracy_m']:.0f} m"
    return facts


def _basins(store: Store, adcodes: tuple[str, ...]) -> tuple[str, ...] | None:
    """Name the basins that counties drain to, ``None`` when the workspace does not say."""
    stems = tuple(code.removesuffix("00").removesuffix("00") for code in adcodes)
    known = store.spec.marker.basins
    found = tuple(b for b, codes in known.items() if any(c.startswith(stems) for c in codes))
    return found or None


def task_facts(found: LocatedTask, plan: str) -> Mapping[str, str]:
    """Tell what a task is, where the plan says it, and how far its place can be trusted."""
    row, place = found.task.row, found.located
    facts = {"编号": row.id, "类型": KINDS_ZH[found.task.kind], "规划": plan, "章节": row.heading}
    if isinstance(row, TaskRow):
        period = "—".join(str(d) for d in (row.start, row.end) if d)
        facts |= {"内容": row.summary, "责任单位": "、".join(row.lead), "期限": period}
        if row.investment_wan is not None:
            facts["投资"] = f"{row.investment_wan:g} 万元"
    else:
        facts |= {"强度": row.strength, "适用活动": "、".join(row.activities)}
    facts |= {
        "数据性质": AUTHORITY_ZH[place.authority],
        "位置来源": "；".join(place.sources),
        "备注": row.note,
    }
    if place.accuracy_m:
        facts["位置精度"] = f"约 {place.accuracy_m:.0f} m"
    return {name: text for name, text in facts.items() if text}
