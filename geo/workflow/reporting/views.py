"""What a template may look at: plain values taken from the workspace and from one check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from geo.documents.sandbox import Spoken, View
from geo.space.units import M2_PER_HECTARE, MU_PER_HECTARE
from geo.spec.plans import Plan, TaskRow

if TYPE_CHECKING:
    from geo.findings import CheckResult, SiteResult
    from geo.spec.indicators import IndicatorRow
    from geo.store.store import LocatedTask, Store

KIND_ZH = {"project": "工程", "measure": "措施", "control": "管控"}
_STANDING_ZH = {
    "located": "已定位", "partly": "部分定位", "needs_layer": "待图层", "unlocated": "未定位",
    "unresolved": "地名待核",
}  # fmt: skip


@dataclass(frozen=True)
class PlanView(View):
    """A plan, as ``plan`` or one of ``plans``."""

    id: str
    title: str
    name: str
    document: str
    issuer: str
    issued: str
    period: str
    adcode: str
    area_km2: float | None
    projects: int
    measures: int
    controls: int
    indicators: int


@dataclass(frozen=True)
class TaskView(View):
    """A project, measure or control, from ``tasks(...)``."""

    id: str
    kind: str
    title: str
    heading: str
    domain: str
    summary: str
    quantity: str
    investment_wan: float | None
    period: str
    lead: str
    standing: str
    accuracy_m: float | None
    note: str


@dataclass(frozen=True)
class SiteView(View):
    """One footprint of the check, from ``check.sites``."""

    number: int
    name: str
    verdict: str
    complete: bool
    districts: str
    area_m2: float | None
    area_ha: float | None
    area_mu: float | None
    length_m: float | None
    hits: int
    reasons: tuple[str, ...]
    needed: tuple[str, ...]


@dataclass(frozen=True)
class CheckView(Spoken):
    """The whole check; printed as it is, it gives the verdict paragraph."""

    verdict: str
    as_at: str
    count: int
    names: str
    hits: int
    schematic: bool
    sites: tuple[SiteView, ...]


@dataclass(frozen=True)
class MapView(View):
    """A map of ``maps/``, from ``maps``."""

    id: str
    title: str


#: What a loop over each gives.
ITEMS: Final = {"tasks": TaskView, "maps": MapView, "plans": PlanView, "check.sites": SiteView}


def plan_view(plan: Plan, store: Store) -> PlanView:
    """Show a plan."""
    head = plan.head
    kinds = [task.kind for task in plan.tasks if not getattr(task.row, "parent", "")]
    return PlanView(
        plan.id, head.title, store.boundaries.name(head.adcode), head.document or "",
        head.issuer or "", "" if head.issued is None else str(head.issued),
        f"{head.period[0]}—{head.period[1]} 年", head.adcode, head.area_km2,
        kinds.count("project"), kinds.count("measure"), len(plan.controls), len(plan.indicators),
    )  # fmt: skip


def task_view(found: LocatedTask) -> TaskView:
    """Show a task or control with how far it was located."""
    row, located = found.task.row, found.located
    full = row if isinstance(row, TaskRow) else None
    amount = (
        "" if full is None or full.quantity is None else f"{full.quantity:g} {full.unit}".strip()
    )
    years = [str(day) for day in (full.start, full.end) if day] if full else []
    return TaskView(
        row.id, KIND_ZH[found.task.kind], row.title, row.heading, found.task.domain,
        full.summary if full else "", amount, full.investment_wan if full else None,
        "—".join(dict.fromkeys(years)), "、".join(full.lead) if full else "",
        _STANDING_ZH[located.standing], located.accuracy_m if located.geometry is not None else None,
        row.note,
    )  # fmt: skip


def indicator_view(row: IndicatorRow) -> dict[str, Any]:
    """Show an indicator, values as printed; targets are ``target_2025`` and so on."""
    base = {name: getattr(row, name) for name in
            ("no", "category", "name", "unit", "base_year", "base", "kind", "note")}  # fmt: skip
    return base | {f"target_{year}": value for year, value in row.targets.items()}


def check_view(result: CheckResult, *, redact: bool = False) -> CheckView:
    """Show a check."""
    sites = tuple(_site_view(at, site, redact=redact) for at, site in enumerate(result.sites, 1))
    names = "、".join(site.name for site in sites[:3])
    more = f"等 {len(sites)} 个地块" if len(sites) > 3 else ""  # noqa: PLR2004
    told = "；".join(f"{site.name}：{site.verdict}" for site in sites)
    return CheckView(
        f"综合判定：{told}。", result.verdict.zh, f"{result.as_at:%Y年%m月%d日}", len(sites),
        names + more, sum(site.hits for site in sites),
        any(site.schematic for site in result.sites), sites,
    )  # fmt: skip


def _site_view(number: int, site: SiteResult, *, redact: bool) -> SiteView:
    area = site.size.area_m2
    hectares = None if area is None else area / M2_PER_HECTARE
    shares = site.districts
    districts = "、".join(d.name if redact else f"{d.name}（{d.share:.1%}）" for d in shares)
    return SiteView(
        number, site.site.name, site.verdict.zh, site.complete, districts,
        None if area is None else round(area, 2), None if hectares is None else round(hectares, 4),
        None if hectares is None else round(hectares * MU_PER_HECTARE, 2),
        None if site.size.length_m is None else round(site.size.length_m, 1),
        sum(f.hit for f in site.findings), site.reasons, site.needed,
    )  # fmt: skip
