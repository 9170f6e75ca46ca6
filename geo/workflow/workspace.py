"""One workspace as a Python user sees it; the public face of everything below."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from geo.check.land import with_land
from geo.check.sites import check_sites
from geo.sites.read import point_site, read_sites
from geo.spec.where import parse_where
from geo.store.store import Store, open_store
from geo.workflow.listing import LayerRow, layer_rows
from geo.workflow.maps import DrawnMap, draw_map
from geo.workflow.reporting.reports import Report, make_report, report_spec
from geo.workflow.reporting.stale import Verdict, stale_of
from geo.workflow.reporting.templates import SHIPPED
from geo.workflow.tasks import TaskHit, find_tasks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.findings import CheckResult
    from geo.sites.site import Site
    from geo.store.located import Located


class Workspace:
    """A folder of layers, rules, plans and maps, opened for questions.

    Values it returns are frozen. Layers are read when first needed and then kept, so ask one
    workspace many questions rather than opening it many times.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    @classmethod
    def open(cls, path: str | Path = ".") -> Workspace:
        """Open the workspace that holds ``path``, walking up to ``workspace.yml``.

        Raises:
            WorkspaceError: No workspace there, or its files have problems; all are listed.
        """
        return cls(open_store(Path(path)))

    @property
    def root(self) -> Path:
        """The folder that holds ``workspace.yml``."""
        return self._store.root

    @property
    def title(self) -> str:
        """The workspace's title."""
        return self._store.spec.marker.title

    @property
    def as_at(self) -> date:
        """The date its maps and tables are dated with; today unless ``workspace.yml`` fixes one."""
        return self._store.as_at

    @property
    def store(self) -> Store:
        """The joined data, for the other rooms of this package; not part of the public API."""
        return self._store

    def layers(self, *, as_at: date | None = None) -> tuple[LayerRow, ...]:
        """List the layers with state, features, authority, data date and accuracy."""
        return layer_rows(self._store, day=as_at or self.as_at)

    def tasks(
        self,
        *,
        plan: str | None = None,
        kind: str | None = None,
        at: tuple[float, float] | None = None,
        inside: str | None = None,
        text: str | None = None,
    ) -> tuple[TaskHit, ...]:
        """Find tasks and controls; see :func:`geo.workflow.tasks.find_tasks`."""
        return find_tasks(self._store, plan=plan, kind=kind, at=at, inside=inside, text=text)

    def locate(self, where: str, *, plan: str | None = None) -> Located:
        """Locate one place written in the language of ``where``.

        Raises:
            WorkspaceError: The text is no place.
        """
        return self._store.locate(parse_where(where, shown=Path("where")), plan=plan)

    def check(
        self,
        *sites: str | Path | tuple[float, float] | Site,
        as_at: date | None = None,
        industry: str | None = None,
        activities: Sequence[str] = (),
        crs: str | None = None,
        radius_m: float | None = None,
        near_m: float = 5000.0,
        evidence: str | Path | None = None,
    ) -> CheckResult:
        """Check footprints (files, points ``(lon, lat)``, or sites already read).

        Raises:
            InputError: A file is unreadable, hostile or ambiguous.
        """
        found: list[Site] = []
        for site in sites:
            if isinstance(site, str | Path):
                path = Path(site)
                found += read_sites(path, crs=crs, plausible=self._store.territory)
            elif isinstance(site, tuple):
                found.append(point_site(*site, radius_m=radius_m, crs=crs or "EPSG:4490"))
            else:
                found.append(site)
        result = check_sites(
            found, self._store, as_at=as_at or date.today(),  # noqa: DTZ011
            industry=industry, activities=tuple(activities), near_m=near_m,
            evidence=None if evidence is None else Path(evidence),
        )  # fmt: skip
        return with_land(result, self._store)

    def map(self, name: str, *, as_at: date | None = None, redact: bool = False) -> DrawnMap:
        """Compose one map of ``maps/``; save it, or show it in a notebook.

        Args:
            name: The map's id.
            as_at: Date of the map; the workspace's by default.
            redact: For readers outside the office: a coarse picture without coordinates and internal layers.

        Raises:
            UsageError: No such map.
        """
        return draw_map(self._store, name, as_at=as_at or self.as_at, redact=redact)

    def report(
        self,
        template: str | Path,
        *,
        sites: Sequence[str | Path] = (),
        plan: str | None = None,
        maps: Sequence[str] = (),
        industry: str | None = None,
        activities: Sequence[str] = (),
        evidence: str | Path | None = None,
        title: str | None = None,
        style: str = "report",
        numbering: str | None = None,
        redact: bool = False,
        as_at: date | None = None,
        workers: int | None = 1,
    ) -> Report:
        """Fill a template: ``atlas``, ``site_check``, ``plan_tasks``, or a bureau's own ``.docx``.

        Args:
            template: A shipped template's id, or a path.
            sites: Footprints to check, for templates that show a check.
            plan: The plan the report is about.
            maps: Maps of an atlas; left out, those of the plan.
            industry: GB/T 4754 code or name of the project.
            activities: Activities of the project.
            evidence: Official letters that settle layers not supplied.
            title: Title of the report.
            style: ``report`` or ``gongwen``, for shipped templates.
            numbering: A sample of a caption's number, such as ``图 1-1``.
            redact: Leave out coordinates and draw coarsely, for copies that leave the office.
            as_at: Date of data and law.
            workers: Processes that draw its maps; ``None`` for as many as there are cores.

        Raises:
            UsageError: The template names what does not exist; all faults are told at once.
            InputError: The template or a footprint is unreadable or hostile.
            MissingError: The extra ``report`` is not installed.
        """
        spec = report_spec(
            title=title or SHIPPED.get(str(template), "报告"), template=str(template), style=style,
            plan=plan, sites=[str(Path(site).resolve()) for site in sites], maps=list(maps),
            industry=industry, activities=list(activities), numbering=numbering, redact=redact,
            evidence=None if evidence is None else str(Path(evidence).resolve()),
        )  # fmt: skip
        return make_report(self._store, spec, as_at=as_at, workers=workers)

    def stale(self, report: str | Path, *, sites: Sequence[str | Path] = ()) -> Verdict:
        """Tell which figures, tables and numbers of a report no longer match the workspace.

        Args:
            report: A DOCX made by :meth:`report`, edited or not.
            sites: Where its footprints are now, when they have moved.

        Raises:
            InputError: It was not made by this tool, or a footprint is gone.
        """
        return stale_of(self._store, Path(report), sites=[Path(site).resolve() for site in sites])
