"""One question about footprints, one result, and every paper made from it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from geo.check import words
from geo.check.sites import check_sites
from geo.documents.page import as_page
from geo.documents.site_paper import site_paper
from geo.documents.site_tables import data_table, occupation_table, target_table, topic_table
from geo.documents.spreadsheet import SheetTable, as_xlsx
from geo.documents.unit_table import unit_table
from geo.documents.word import as_docx
from geo.errors import InputError, UsageError
from geo.sites.parameters import read_parameters
from geo.sites.read import point_site, read_sites

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from geo.exhibits import Figure, Table
    from geo.findings import CheckResult, SiteResult
    from geo.sites.site import Site
    from geo.store.store import Store


@dataclass(frozen=True)
class SiteQuestion:
    """What a planner asks: which footprints, which project, as at which day."""

    as_at: date
    files: tuple[Path, ...] = ()
    at: tuple[float, float] | None = None
    radius_m: float | None = None
    industry: str | None = None
    activities: tuple[str, ...] = ()
    crs: str | None = None
    accuracy_m: float = 0.0
    near_m: float = 5000.0
    evidence: Path | None = None
    existing: bool = False
    helmert: Path | None = None


@dataclass(frozen=True, eq=False)
class SiteAnswer:
    """The result, with the store it was made from (for the maps)."""

    result: CheckResult
    store: Store


def ask(store: Store, question: SiteQuestion) -> SiteAnswer:
    """Read the footprints, check them, and keep the result.

    Raises:
        InputError: A file is unreadable, hostile or ambiguous: nothing is checked.
        UsageError: Unknown industry or activity.
    """
    result = check_sites(
        read_footprints(store, question), store, as_at=question.as_at, industry=question.industry,
        activities=question.activities, near_m=question.near_m, evidence=question.evidence, existing=question.existing,
    )  # fmt: skip
    return SiteAnswer(result, store)


def read_footprints(store: Store, question: SiteQuestion) -> list[Site]:
    """Read every footprint asked about; the faults of all files are told together."""
    if question.at is not None:
        crs = question.crs or "EPSG:4490"
        site = point_site(
            *question.at, radius_m=question.radius_m, crs=crs, accuracy_m=question.accuracy_m
        )
        return [site]
    helmert = None if question.helmert is None else read_parameters(question.helmert)
    sites: list[Site] = []
    faults: list[str] = []
    for path in question.files:
        try:
            sites += read_sites(
                path, crs=question.crs, accuracy_m=question.accuracy_m, helmert=helmert,
                plausible=store.territory,
            )  # fmt: skip
        except InputError as error:
            faults.append(str(error))
    if faults:
        raise InputError("\n".join(faults))
    return sites


def render(answer: SiteAnswer, name: str, *, internal: bool = False) -> str | bytes:
    """Write the result in one of the formats of ``hongxian check``.

    Figures of layers marked 内部 are rounded and their overlaps left out, unless ``internal``.

    Raises:
        UsageError: No such format.
    """
    result = answer.result
    if name == "json":
        return json.dumps(result.as_json(internal=internal), ensure_ascii=False, indent=2)
    if name == "geojson":
        return json.dumps(result.overlaps(internal=internal), ensure_ascii=False)
    if not internal:
        result = replace(result, sites=tuple(site.coarse() for site in result.sites))
    if name == "text":
        return words.render(result)
    if name == "xlsx":
        return as_xlsx(list(_sheets(result)), as_at=result.as_at)
    if name in ("html", "docx"):
        paper = site_paper(result, figures=_figures(answer))
        return as_page(paper) if name == "html" else as_docx(paper, as_at=result.as_at)
    raise UsageError(f"check 不能写成 {name}")


def _figures(answer: SiteAnswer) -> list[Figure]:
    # Most checks are read as text: they need not wait for matplotlib.
    from geo.draw.site_map import site_figure  # noqa: PLC0415

    return [
        site_figure(site, answer.store, as_at=answer.result.as_at) for site in answer.result.sites
    ]


def _sheets(result: CheckResult) -> list[SheetTable]:
    """A worksheet per kind of table, all sites in one, the site's name first."""
    makers = {"分项结果": topic_table, "占压面积": occupation_table, "环境保护目标": target_table,
              "管控单元": unit_table, "数据来源": data_table}  # fmt: skip
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
