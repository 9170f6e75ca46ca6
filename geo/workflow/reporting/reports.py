"""Reports: a template filled from the workspace, saved as DOCX or PDF, and asked later what is stale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from geo.check.land import with_land
from geo.check.sites import check_sites
from geo.documents.embed import Embedded
from geo.documents.libreoffice import pdf_by_libreoffice
from geo.documents.numbering import parse_numbering
from geo.documents.template import Told, fill
from geo.documents.typst_pdf import pdf_by_typst
from geo.errors import InputError, UsageError
from geo.findings import CheckResult
from geo.sites.read import read_sites
from geo.sites.site import Site
from geo.spec.closed import nearest
from geo.spec.reports import ReportSpec
from geo.store.store import Store
from geo.workflow.reporting.desk import PLACING, Desk
from geo.workflow.reporting.lookups import Asked
from geo.workflow.reporting.plates import Plates
from geo.workflow.reporting.record import record_of
from geo.workflow.reporting.templates import template_bytes
from geo.workflow.reporting.views import ITEMS
from geo.writing import replacing

SUFFIXES: Final = (".docx", ".pdf")
#: 公文 numbers its figures right through; a report by chapter.
_NUMBERING: Final = {"report": "图 1-1", "gongwen": "图1"}


@dataclass(frozen=True, eq=False)
class Report:
    """A filled report, held in memory until it is saved."""

    title: str
    data: bytes
    embedded: tuple[Embedded, ...]
    as_at: date

    def save(self, path: str | Path, *, engine: str | None = None) -> None:
        """Write the report; the suffix (.docx .pdf) picks the format.

        Args:
            path: The file; it appears whole or not at all.
            engine: For PDF, ``typst`` (same bytes every time) or ``libreoffice``.

        Raises:
            UsageError: Another suffix or engine.
            MissingError: What makes the PDF is not installed.
        """
        target = Path(path)
        with replacing(target) as temporary:
            temporary.write_bytes(self.rendered(target.suffix.lower(), engine=engine))

    def rendered(self, suffix: str, *, engine: str | None = None) -> bytes:
        """Return the report in one format; see :meth:`save`."""
        if suffix == ".docx":
            return self.data
        if suffix != ".pdf":
            raise UsageError(
                f"报告不能写为 {suffix or '没有后缀的文件'} — 可用：{'、'.join(SUFFIXES)}"
            )
        if engine not in (None, "typst", "libreoffice"):
            raise UsageError(f"没有排版程序 {engine} — 可用：typst、libreoffice")
        if engine == "libreoffice":
            return pdf_by_libreoffice(self.data)
        return pdf_by_typst(self.data, title=self.title, as_at=self.as_at)

    def _repr_html_(self) -> str:
        """Show in a notebook what the report holds."""
        from html import escape  # noqa: PLC0415

        rows = "".join(
            f'<tr><td>{escape(e.number)}</td><td style="text-align:left">{escape(e.exhibit.caption)}</td></tr>'
            for e in self.embedded
        )
        return f"<p>{escape(self.title)}（{len(self.data) // 1024} KB）</p><table>{rows}</table>"


def report_spec(**wishes: Any) -> ReportSpec:
    """Take what a caller asks as a file in ``reports/`` would be taken; what is ``None`` is left out.

    Raises:
        UsageError: Something does not fit; all of it is told.
    """
    given = {key: value for key, value in wishes.items() if value is not None}
    try:
        return ReportSpec.model_validate(given)
    except ValidationError as error:
        told = (
            f"{'.'.join(map(str, e['loc']))}：{e['msg'].removeprefix('Value error, ')}"
            for e in error.errors()
        )
        raise UsageError("\n".join(told)) from error


def make_report(
    store: Store, spec: ReportSpec, *, as_at: date | None = None, workers: int | None = 1
) -> Report:
    """Fill a report's template; nothing is written.

    Args:
        store: The workspace's data.
        spec: What the report is about.
        as_at: Its date; the workspace's unless told.
        workers: Processes that draw its maps; ``None`` for as many as there are cores. The report does not
            depend on it. With more than one the calling program must guard its start (see :func:`geo.workflow.crew.crew`).

    Raises:
        UsageError: The template names what does not exist; all faults are told at once.
        InputError: The template or a footprint is unreadable or hostile.
        MissingError: docxtpl is not installed.
    """
    day = as_at or store.as_at
    _refuse_unknown(store, spec)
    name, data = template_bytes(store.root, spec)
    numbering = parse_numbering(spec.numbering or _NUMBERING[spec.style])
    with Plates(store, workers) as plates:
        desk = Desk(store, _asked(store, spec, day), plates)

        def record(embedded: tuple[Embedded, ...], told: Told) -> str | None:
            return None if spec.redact else record_of(store, spec, desk, embedded, told)

        filled = fill(
            data, desk.names, template=name, as_at=day, numbering=numbering, constant=desk.constant,
            record=record, placing=PLACING, items=ITEMS,
        )  # fmt: skip
    return Report(spec.title, filled.data, filled.embedded, day)


def remade_desk(store: Store, record: Mapping[str, Any], sites: Sequence[Path] = ()) -> Desk:
    """Open a desk for an older report's questions, on today's workspace.

    Raises:
        InputError: A footprint it was made from is not there any more.
    """
    spec = ReportSpec.model_validate(record["report"])
    if sites:
        spec = spec.model_copy(update={"sites": tuple(map(str, sites))})
    gone = [path for path in spec.sites if not (store.root / path).is_file()]
    if gone:
        raise InputError(
            f"找不到报告所用的用地文件 {'、'.join(gone)} — 请用 --site 指明它现在的位置"
        )
    _refuse_unknown(store, spec)
    return Desk(store, _asked(store, spec, date.fromisoformat(record["as_at"])))


def _asked(store: Store, spec: ReportSpec, day: date) -> Asked:
    result = _checked(store, spec, day) if spec.sites else None
    return Asked(spec.title, day, spec.plan, spec.maps, result, redact=spec.redact)


def _checked(store: Store, spec: ReportSpec, day: date) -> CheckResult:
    sites: list[Site] = []
    faults: list[str] = []
    for name in spec.sites:
        try:
            sites += read_sites(store.root / name, plausible=store.territory)
        except InputError as error:
            faults.append(str(error))
    if faults:
        raise InputError("\n".join(faults))
    evidence = None if spec.evidence is None else store.root / spec.evidence
    result = check_sites(
        sites, store, as_at=day, industry=spec.industry, activities=spec.activities, near_m=5000.0,
        evidence=evidence,
    )  # fmt: skip
    return with_land(result, store)


def _refuse_unknown(store: Store, spec: ReportSpec) -> None:
    if spec.plan is not None and spec.plan not in store.spec.plans:
        raise UsageError(f"没有名为 {spec.plan} 的规划 — {nearest(spec.plan, store.spec.plans)}")
    for name in spec.maps:
        if name not in store.spec.maps:
            raise UsageError(f"没有名为 {name} 的地图 — {nearest(name, store.spec.maps)}")
