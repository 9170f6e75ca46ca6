"""The workbook of a site check: a worksheet per kind of table, numbers as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.documents.land_table import land_table
from geo.documents.site_tables import (
    corner_table,
    data_table,
    occupation_table,
    target_table,
    topic_table,
)
from geo.documents.spreadsheet import SheetTable, as_xlsx
from geo.documents.unit_table import unit_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.exhibits import Table
    from geo.findings import CheckResult, SiteResult


def workbook_of(result: CheckResult) -> bytes:
    """Write a result as ``.xlsx``; its figures are those of the other papers."""
    return as_xlsx(_sheets(result), as_at=result.as_at)


def _sheets(result: CheckResult) -> list[SheetTable]:
    """A worksheet per kind of table, all sites in one, the site's name first."""
    makers: dict[str, Callable[[SiteResult], Table | None]] = {
        "分项结果": topic_table, "占压面积": occupation_table,
        "占压地类权属": land_table, "环境保护目标": target_table,
        "管控单元": unit_table, "数据来源": data_table, "拐点坐标": corner_table,
    }  # fmt: skip
    sheets = [_verdicts(result)]
    for title, make in makers.items():
        found = [(site, table) for site in result.sites if (table := make(site)) is not None]
        rows = [_row(site, table, cells) for site, table in found for cells in table.rows]
        columns = found[0][1].columns if found else ()
        if rows:
            sheets.append(SheetTable(title, ("地块", *columns), rows))
    return sheets


def _row(site: SiteResult, table: Table, cells: tuple[str, ...]) -> dict[str, Any]:
    return {"地块": site.site.name, **dict(zip(table.columns, map(_number, cells), strict=True))}


def _number(cell: str) -> str | float:
    """Let a plain number be a number in Excel, so that it can be summed."""
    try:
        return float(cell)
    except ValueError:
        return cell


def _verdicts(result: CheckResult) -> SheetTable:
    columns = ("地块", "判定", "结论完整", "面积（m²）", "公顷", "亩", "长度（m）", "主要理由")
    rows = []
    for site in result.sites:
        area = site.size.area_m2
        rows.append({
            "地块": site.site.name, "判定": site.verdict.zh, "结论完整": "是" if site.complete else "否",
            "面积（m²）": None if area is None else round(area, 2),
            "公顷": None if area is None else round(area / 10_000, 4),
            "亩": None if area is None else round(area / 10_000 * 15, 2),
            "长度（m）": None if site.size.length_m is None else round(site.size.length_m, 1),
            "主要理由": "；".join(site.reasons[:3]),
        })  # fmt: skip
    note = f"核查日期 {result.as_at}；{result.tool}；工作区 {result.workspace.title}"
    return SheetTable("结论", columns, rows, note)
