"""The site check from end to end: footprints in, one result with verdict and reasons out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import shapely

from geo.check.controls import plans_at, tasks_at
from geo.check.coverage import Settlement, Standing, settlement, standing
from geo.check.evidence import BoundLetter, read_evidence
from geo.check.ground import ground_of
from geo.check.judge import Bench, judged, judged_letter
from geo.check.move import shortest_move
from geo.check.place import districts_of, near_border, place_of
from geo.check.project import Project, project_of
from geo.check.reasons import needed_for, reasons_of
from geo.check.screen import footprint, screen
from geo.check.topics import topic_rows
from geo.check.units import units_at
from geo.check.verdict import silent_outcome
from geo.errors import CrsError, UsageError, WorkspaceError
from geo.findings import CheckResult, Finding, LayerAsked, SiteResult, Size, worst
from geo.findings.occupation import with_hectares
from geo.space.measure import area_m2, length_m, perimeter_m, plane_area_m2
from geo.space.zones import gauss_kruger
from geo.spec.activities import read_activities
from geo.spec.vocabulary import Outcome, ZoneKind
from geo.spec.wording import quoted
from geo.version import TOOL

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from shapely import Geometry

    from geo.check.law import Place
    from geo.check.screen import Footprint, Lie
    from geo.findings import District, TaskHit
    from geo.sites.site import Site
    from geo.store.layers import LayerTable
    from geo.store.store import Store

_AREA, _LINE = 2, 1


@dataclass(frozen=True, eq=False)
class Question:
    """What is asked about every footprint alike."""

    store: Store
    tables: tuple[LayerTable, ...]
    day: date
    project: Project
    near_m: float
    letters: tuple[BoundLetter, ...]
    existing: bool

    @property
    def required(self) -> tuple[str, ...]:
        """The zone kinds that must be answered for."""
        return self.store.spec.marker.required_kinds

    def bench(self, place: Place) -> Bench:
        """Give what every judgement at a place shares."""
        return Bench(self.store.spec.rules, self.day, place, self.project, self.required)


@dataclass(frozen=True, eq=False)
class Facts:
    """What was measured at one footprint, before anything is judged.

    Attributes:
        lies: How it lies to the features of each standing's layer, in the standings' order.
        area_m2: Its ellipsoidal area; ``None`` for lines and points.
        near_border: Its county may be another, the published border being generalised.
    """

    site: Site
    bench: Bench
    standings: tuple[Standing, ...]
    answered: Settlement
    lies: tuple[Sequence[Lie], ...]
    tasks: tuple[TaskHit, ...]
    area_m2: float | None
    near_border: bool
    letters: tuple[BoundLetter, ...] = ()


@dataclass(frozen=True, eq=False)
class Judgement:
    """What the facts come to."""

    verdict: Outcome
    complete: bool
    reasons: tuple[str, ...]
    layers: tuple[LayerAsked, ...]
    findings: tuple[Finding, ...]
    by_kind: dict[str, Outcome]


def check_sites(
    sites: Sequence[Site], store: Store, *, as_at: date, industry: str | None = None,
    activities: Sequence[str] = (), near_m: float = 5_000.0, evidence: Path | None = None,
    existing: bool = False,
) -> CheckResult:  # fmt: skip
    """Check footprints against every layer that maps to a zone kind, under the law of a day.

    Args:
        sites: Footprints as read.
        store: The workspace's data.
        as_at: The day whose law and data are asked.
        industry: GB/T 4754 code or name.
        activities: Ids or names of the activities table.
        near_m: How far around a footprint features are listed, metres.
        evidence: An ``evidence.yml`` with letters.
        existing: The project stands already.

    Raises:
        UsageError: No footprint, or an industry or activity nobody knows.
        InputError: The evidence is refused.
        GeometryError: A footprint cannot be measured (too wide for one plane).
        WorkspaceError: The table of activities has problems.
    """
    if not sites:
        raise UsageError("没有要核查的地块 — 请给出文件或坐标")
    question = question_of(
        store, as_at=as_at, industry=industry, activities=activities, near_m=near_m,
        existing=existing,
    )  # fmt: skip
    if evidence is not None:
        letters = read_evidence(evidence, layers=store.spec.layers, sites=sites, as_at=as_at)
        question = replace(question, letters=letters)
    return CheckResult(
        tool=TOOL, as_at=as_at, workspace=ground_of(store, question.tables),
        sites=tuple(_check(site, question) for site in sites),
    )  # fmt: skip


def question_of(
    store: Store, *, as_at: date, industry: str | None = None, activities: Sequence[str] = (),
    near_m: float = 5_000.0, existing: bool = False,
) -> Question:  # fmt: skip
    """Put the question of a check together, without letters.

    Raises:
        UsageError: An industry or activity nobody knows.
        WorkspaceError: The table of activities has problems.
    """
    marker = store.spec.marker
    table, problems = read_activities(store.root / marker.activities, shown=Path(marker.activities))
    if problems:
        raise WorkspaceError(problems)
    project = project_of(table, industry=industry, activities=activities)
    tables = tuple(store.layer(name) for name, layer in store.spec.layers.items() if layer.zone)
    return Question(store, tables, as_at, project, near_m, (), existing)


def _check(site: Site, question: Question) -> SiteResult:
    """Check one footprint."""
    shape = footprint(site.geometry, accuracy_m=site.accuracy_m + site.crs.accuracy_m)
    size = size_of(site)
    districts = districts_of(site.geometry, question.store.boundaries)
    facts = _facts(site, shape, question, size=size, districts=districts)
    found = judge(facts)
    bench, findings, tasks = facts.bench, found.findings, facts.tasks
    unsettled = [kind for kind in question.required if kind not in facts.answered.kinds]
    prohibiting = [kind for kind in ZoneKind.__members__ if bench.rules(kind, "official")[1]]
    industry = question.project.industry
    return SiteResult(
        site=site, size=size, districts=districts,
        industry=None if industry is None else (industry.code, industry.name),
        verdict=found.verdict, complete=found.complete, reasons=found.reasons,
        needed=needed_for(
            findings, unsettled=unsettled, told=question.project.told, site=site
        ),
        topics=topic_rows(
            found.layers, findings, tasks, by_kind=found.by_kind,
            plans=plans_at(site.geometry, question.store),
        ),
        layers=found.layers, findings=findings, tasks=tasks,
        units=units_at(site.geometry, question.tables, question.store.spec.units),
        move=shortest_move(shape, findings, facts.standings, prohibiting=prohibiting),
    )  # fmt: skip


def _facts(
    site: Site, shape: Footprint, question: Question, *, size: Size,
    districts: tuple[District, ...],
) -> Facts:  # fmt: skip
    """Measure everything a judgement of one footprint asks for."""
    store, day = question.store, question.day
    letters = tuple(letter for letter in question.letters if letter.site == site.name)
    standings = tuple(standing(table, site.geometry, day=day) for table in question.tables)
    return Facts(
        site=site,
        bench=question.bench(place_of(districts, store.spec.marker.basins)),
        standings=standings,
        answered=settlement(
            question.required, standings, site.geometry,
            letters={kind: b.letter for b in letters for kind in b.kinds},
        ),
        lies=tuple(screen(shape, held.table.frame, near_m=question.near_m) for held in standings),
        tasks=tasks_at(shape, store, question.project, day=day, existing=question.existing),
        area_m2=size.area_m2,
        near_border=near_border(shape, store.boundaries),
        letters=letters,
    )  # fmt: skip


#: `ask_layers`, or something that remembers what it said.
Asking: TypeAlias = (
    "Callable[[Facts, Sequence[Finding]], tuple[tuple[LayerAsked, ...], dict[str, Outcome]]]"
)


def judge(facts: Facts, *, ask: Asking | None = None) -> Judgement:
    """Judge what was measured at one footprint; single checks and batches both come through here."""
    findings = findings_of(facts)
    asked, by_kind = (ask or ask_layers)(facts, findings)
    return Judgement(
        verdict=_verdict(facts.site, asked, findings, facts.tasks),
        complete=_complete(facts, findings),
        reasons=reasons_of(
            facts.site, asked, findings, facts.tasks, near_border=facts.near_border
        ),
        layers=asked, findings=findings, by_kind=by_kind,
    )  # fmt: skip


def _complete(facts: Facts, findings: Sequence[Finding]) -> bool:
    """Every required kind is answered for, the footprint is placed, and no hit is of an unknown kind."""
    answered = set(facts.bench.required) <= facts.answered.kinds
    return answered and facts.site.crs.certain and all(f.zone_kind for f in findings if f.hit)


def _verdict(
    site: Site, asked: Sequence[LayerAsked], findings: Sequence[Finding], tasks: Sequence[TaskHit]
) -> Outcome:
    """The worst of everything; a footprint nobody can place decides nothing."""
    found = [layer.outcome for layer in asked]
    found += [finding.outcome for finding in findings]
    found += [task.outcome for task in tasks]
    if not site.crs.certain:
        found.append(Outcome.UNDETERMINED)
    if site.crs.suspicions:
        found.append(Outcome.NOTICE)
    return worst(found, of_none=Outcome.UNDETERMINED)


def findings_of(facts: Facts) -> tuple[Finding, ...]:
    """Judge how a footprint lies to every layer; a hit counts whatever the layer's state."""
    found = [
        judged(lie, held.table, facts.bench)
        for held, lies in zip(facts.standings, facts.lies, strict=True)
        for lie in lies
    ]
    found += [
        judged_letter(letter, kind, facts.bench, site_m2=facts.area_m2)
        for letter in facts.letters
        if letter.overlaps
        for kind in letter.kinds
    ]
    return with_hectares(sorted(found, key=lambda f: (-f.outcome.rank, not f.hit)))


def ask_layers(
    facts: Facts, findings: Sequence[Finding]
) -> tuple[tuple[LayerAsked, ...], dict[str, Outcome]]:
    """List every layer asked and every required kind no layer maps to, and judge each kind."""
    standings, answered, required = facts.standings, facts.answered, facts.bench.required
    by_kind: dict[str, Outcome] = {}
    asked = []
    for held in standings:
        own = [f for f in findings if f.layer == held.table.id]
        for kind in held.table.spec.zone_kinds:
            outcome = _of_kind(held, kind, own, answered, required)
            by_kind[kind] = worst((outcome, by_kind.get(kind, Outcome.CLEAR)))
        whole = [
            _of_kind(held, kind, own, answered, required) for kind in held.table.spec.zone_kinds
        ]
        asked.append(
            _layer_asked(held, worst([*whole, *(f.outcome for f in own)]), answered, required)
        )
    for kind in required:
        if kind not in by_kind:
            asked.append(_nobody(kind, findings, answered))
            by_kind[kind] = asked[-1].outcome
    for finding in findings:
        if finding.zone_kind:
            known = by_kind.get(finding.zone_kind, Outcome.CLEAR)
            by_kind[finding.zone_kind] = worst((finding.outcome, known))
    return tuple(asked), by_kind


def names_asked(tables: Sequence[LayerTable], required: Sequence[str]) -> tuple[str, ...]:
    """Name what `ask_layers` lists at any site: the layers, then required kinds no layer maps to."""
    mapped = {kind for table in tables for kind in table.spec.zone_kinds}
    return (*(table.id for table in tables), *(kind for kind in required if kind not in mapped))


def _of_kind(
    held: Standing, kind: str, own: Sequence[Finding], answered: Settlement, required: Sequence[str]
) -> Outcome:
    """Judge one kind of one layer."""
    said = [f.outcome for f in own if f.zone_kind in (kind, "")]
    if any(f.hit and f.zone_kind == kind for f in own):
        return worst(said)
    silent = silent_outcome(held.state, required=kind in required, settled=kind in answered.kinds)
    return worst([*said, silent])


def _layer_asked(
    held: Standing, outcome: Outcome, answered: Settlement, required: Sequence[str]
) -> LayerAsked:
    spec = held.table.spec
    letter = next((answered.letters[k] for k in spec.zone_kinds if k in answered.letters), None)
    return LayerAsked(
        layer=held.table.id, title=quoted(spec.title), zone_kinds=spec.zone_kinds,
        required=any(kind in required for kind in spec.zone_kinds), state=held.state, outcome=outcome,
        authority=spec.authority, as_of=None if spec.as_of is None else str(spec.as_of),
        accuracy_m=spec.accuracy_m, evidence=letter if held.state != "ok" else None,
        provider=None if spec.provider is None else quoted(spec.provider), reason=quoted(held.reason),
    )  # fmt: skip


def _nobody(kind: str, findings: Sequence[Finding], answered: Settlement) -> LayerAsked:
    """A required kind that no layer maps to: asked in vain, unless a letter answers."""
    said = [f.outcome for f in findings if f.zone_kind == kind]
    silent = silent_outcome("no_data", required=True, settled=kind in answered.kinds)
    return LayerAsked(
        layer=kind, title=ZoneKind[kind].value, zone_kinds=(kind,), required=True, state="no_data",
        outcome=worst([*said, silent]), evidence=answered.letters.get(kind),
        reason="工作区没有声明这一类图层",
    )  # fmt: skip


def size_of(site: Site) -> Size:
    """Measure a footprint: ellipsoidal area beside the Gauss–Krüger plane's, or length."""
    geometry = site.geometry
    dimension = int(shapely.get_dimensions(geometry))
    if dimension == _LINE:
        return Size(length_m=float(length_m(geometry)))
    if dimension < _AREA:
        return Size()
    return Size(
        area_m2=float(area_m2(geometry)), plane_area_m2=_plane_area(site, geometry),
        perimeter_m=float(perimeter_m(geometry)),
    )  # fmt: skip


def _plane_area(site: Site, geometry: Geometry) -> float | None:
    """The area in the plane the file was written in, else in the 3° zone of the footprint."""
    if site.plane is not None:
        return float(shapely.area(site.plane))
    centre = shapely.centroid(geometry)
    try:
        return float(plane_area_m2(geometry, epsg=gauss_kruger(centre.x, prefix=True)))
    except CrsError:
        return None  # abroad: no zone of China holds it
