"""Tables of a plan for a report, from the same rows the maps are drawn from."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from geo.exhibits import Table
from geo.spec.vocabulary import AUTHORITY_ZH, STATE_ZH
from geo.workflow.reporting.gaps import gap_note
from geo.workflow.reporting.views import task_view

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geo.spec.plans import Plan
    from geo.store.store import LocatedTask
    from geo.workflow.listing import LayerRow
    from geo.workflow.reporting.views import TaskView

KINDS: Final = {"project": "重点工程", "measure": "空间措施", "control": "管控要求"}
_NOTHING: Final = "—"


def task_table(plan: Plan, found: Sequence[LocatedTask], *, kind: str, place: str) -> Table:
    """List projects, measures or controls with how far each is located."""
    views = [task_view(item) for item in found]
    if kind == "control":
        columns: tuple[str, ...] = ("编号", "管控要求", "要素", "定位", "精度（m）")
        rows = _cells((v.id, v.title, v.domain, v.standing, _accuracy(v)) for v in views)
        align = "llccr"
        widths: tuple[float, ...] = (16, 89, 14, 18, 21)
    elif kind == "project":
        columns = ("编号", "工程名称", "要素", "规模", "投资（万元）", "年限", "定位", "精度（m）")
        rows = _cells(
            (v.id, v.title, v.domain, v.quantity or _NOTHING, _money(v), v.period or _NOTHING,
             v.standing, _accuracy(v))
            for v in views
        )  # fmt: skip
        align, widths = "llclrccr", (12, 45, 13, 18, 24, 24, 16, 20)
    else:
        columns = ("编号", "措施", "要素", "年限", "定位", "精度（m）")
        rows = _cells(
            (v.id, v.title, v.domain, v.period or _NOTHING, v.standing, _accuracy(v)) for v in views
        )
        align, widths = "llcccr", (16, 75, 14, 26, 18, 21)
    note = (
        "“定位”由规划原文的地名落图得出，精度为所用位置资料的精度；“待图层”“未定位”的未在图上表示"
    )
    return Table(
        f"tasks_{plan.id}_{kind}", f"{place}规划{KINDS[kind]}一览表", columns, rows, align, widths,
        (note,) if rows else ("规划中没有此类内容",),
    )  # fmt: skip


def standing_table(plan: Plan, found: Sequence[LocatedTask], *, place: str) -> Table:
    """Count tasks by medium and by how far they are located; rows and columns add up."""
    views = [task_view(item) for item in found]
    domains = [d for d in ("气", "水", "土", "固废", "声", "生态", "能力", "综合")
               if any(v.domain == d for v in views)]  # fmt: skip
    heads = ("已定位", "部分定位", "待图层", "未定位", "地名待核")
    rows = []
    for name in (*domains, "合计"):
        held = [v for v in views if name in (v.domain, "合计")]
        counts = Counter(v.standing for v in held)
        rows.append((name, *(str(counts[head]) for head in heads), str(len(held))))
    return Table(
        f"standing_{plan.id}", f"{place}规划任务定位情况统计表", ("要素", *heads, "合计"), tuple(rows),
        "crrrrrr", (20, 22, 22, 22, 22, 22, 22), ("计入工程、措施和管控要求，单位：条",),
    )  # fmt: skip


def indicator_table(plan: Plan, *, place: str) -> Table:
    """List the plan's indicators as printed."""
    years = sorted({year for row in plan.indicators for year in row.targets})
    rows = tuple(
        (r.no, r.name, r.unit or _NOTHING, f"{r.base}（{r.base_year}）" if r.base_year else r.base or _NOTHING,
         *(r.targets.get(year) or _NOTHING for year in years), r.kind or _NOTHING)
        for r in plan.indicators
    )  # fmt: skip
    columns = ("序号", "指标", "单位", "基准值（年）", *(f"{year} 年" for year in years), "属性")
    return Table(
        f"indicators_{plan.id}", f"{place}规划指标表", columns, rows, "clc" + "r" * (len(years) + 1) + "c",
        (12, 50, 20, 31, *(21.0,) * len(years), 18), ("指标值按规划文本印出的写法",),
    )  # fmt: skip


def layer_table(
    rows: Sequence[LayerRow], waits: Counter[str], elsewhere: frozenset[str] = frozenset()
) -> Table:
    """List the layers that are supplied with their worth; count those that are not (:func:`gap_table` names them).

    Those with features ``elsewhere`` only are named under the table.
    """
    supplied = [row for row in rows if row.state != "no_data"]
    held = [row for row in supplied if row.id not in elsewhere]
    away = [row.title for row in supplied if row.id in elsewhere]
    cells = tuple(
        (r.title, "可用" if r.state == "ok" else STATE_ZH[r.state],
         AUTHORITY_ZH[r.authority] if r.authority else _NOTHING, r.as_of or _NOTHING,
         _metres(r.accuracy_m), r.provider or _NOTHING)
        for r in held
    )  # fmt: skip
    columns = ("数据", "状态", "性质", "数据日期", "精度（m）", "提供单位")
    told = (
        f"另有 {len(away)} 类数据的要素都在规划范围以外，没有列入：{'、'.join(away)}"
        if away
        else "",
        gap_note(rows, waits),
    )
    notes = tuple(filter(None, told))
    return Table(
        "layers", "所用数据一览表", columns, cells, "lcccrl", (43, 14, 18, 19, 20, 56), notes
    )


def _metres(value: float | None) -> str:
    return _NOTHING if value is None else f"±{value:.0f}"


def _cells(rows: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    return tuple(rows)


def _accuracy(view: TaskView) -> str:
    return _metres(view.accuracy_m)


def _money(view: TaskView) -> str:
    return _NOTHING if view.investment_wan is None else f"{view.investment_wan:g}"
