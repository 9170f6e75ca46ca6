"""One question about footprints, one result, and every paper made from it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geo.check import words
from geo.check.land import with_land
from geo.check.sites import check_sites
from geo.errors import InputError, UsageError
from geo.sites.parameters import read_parameters
from geo.sites.read import point_site, read_sites

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from geo.findings import CheckResult
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
    table: str | None = None


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
    return SiteAnswer(with_land(result, store), store)


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
                plausible=store.territory, table=question.table,
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
        # Most checks are read as text: they need not wait for openpyxl, python-docx and matplotlib.
        from geo.workflow.site_sheets import workbook_of  # noqa: PLC0415

        return workbook_of(result)
    if name in ("html", "docx"):
        return _paper(answer, result, name)
    raise UsageError(f"check 不能写成 {name}")


def _paper(answer: SiteAnswer, result: CheckResult, name: str) -> str | bytes:
    """Write the result as a web page or a Word document, with a map of each footprint."""
    from geo.documents.page import as_page  # noqa: PLC0415
    from geo.documents.site_paper import site_paper  # noqa: PLC0415
    from geo.documents.word import as_docx  # noqa: PLC0415
    from geo.draw.site_map import site_figure  # noqa: PLC0415

    figures = [
        site_figure(site, answer.store, as_at=answer.result.as_at) for site in answer.result.sites
    ]
    paper = site_paper(result, figures=figures)
    return as_page(paper) if name == "html" else as_docx(paper, as_at=result.as_at)
