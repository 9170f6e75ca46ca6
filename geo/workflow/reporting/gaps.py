"""What was declared and not supplied, with what waits for it: not obtained is not absent."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from geo.exhibits import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geo.store.store import LocatedTask, Store
    from geo.workflow.listing import LayerRow

_LEGAL: Final = "管控区"
_WAITED_FOR: Final = "规划条目须用"
_OTHER: Final = "其他"
_CONSEQUENCE: Final = {
    _LEGAL: "核查时按“未取得数据”处理，不视为不涉及",
    _WAITED_FOR: "所列条目未落图，也未计入图上的分布",
    _OTHER: "未参与落图和统计",
}


def waiting(found: Iterable[LocatedTask]) -> Counter[str]:
    """Count the items of plans that wait for each layer, by its id."""
    return Counter(layer for item in found for layer in item.located.needs)


def elsewhere(store: Store, plan: str | None) -> frozenset[str]:
    """Name the layers with features none of which is in a plan's territory: another county's, of no use to its report."""
    if plan is None:
        return frozenset()
    area = store.plan_territory(plan)
    return frozenset(
        table.id for table in store.layers()
        if len(table.frame) and not table.frame.sindex.query(area, predicate="intersects").size
    )  # fmt: skip


def gap_kinds(rows: Sequence[LayerRow], waits: Counter[str]) -> dict[str, list[LayerRow]]:
    """Sort the layers without data by what they are for, in the order of a table; kinds without any are left out."""
    held: dict[str, list[LayerRow]] = {kind: [] for kind in _CONSEQUENCE}
    for row in rows:
        if row.state == "no_data":
            kind = _LEGAL if row.zone_kinds else _WAITED_FOR if waits[row.id] else _OTHER
            held[kind].append(row)
    return {kind: layers for kind, layers in held.items() if layers}


def gap_note(rows: Sequence[LayerRow], waits: Counter[str]) -> str:
    """Say how many layers are without data, by what they are for; empty when none is."""
    held = gap_kinds(rows, waits)
    told = "、".join(f"{kind} {len(layers)} 类" for kind, layers in held.items())
    count = sum(map(len, held.values()))
    return f"另有已声明但未取得数据的 {count} 类（{told}），未取得不等于没有" if count else ""


def gap_table(rows: Sequence[LayerRow], waits: Counter[str]) -> Table | None:
    """List every layer without data under what it is for; behind a name, how many items wait for it.

    Returns:
        ``None`` when everything declared is supplied.
    """
    cells = []
    for kind, layers in gap_kinds(rows, waits).items():
        ordered = sorted(layers, key=lambda row: -waits[row.id])
        names = "、".join(f"{row.title}{_count(waits[row.id])}" for row in ordered)
        cells.append((kind, str(len(layers)), names, _CONSEQUENCE[kind]))
    columns = ("用途", "类数", "数据（括号内为待其落图的规划条目数）", "后果")
    note = "未取得数据不等于没有；取得后用 hongxian adopt 录入"
    widths = (20, 13, 102, 35)
    made = Table("missing", "未取得的数据一览表", columns, tuple(cells), "lcll", widths, (note,))
    return made if cells else None


def _count(waiting: int) -> str:
    return f"（{waiting}）" if waiting else ""
