"""The parts of a site's result: findings, rules, layers asked, letters, tasks, and the table by topic."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from geo.space.units import M2_PER_HECTARE
from geo.spec.vocabulary import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from shapely import Geometry

    from geo.spec.vocabulary import Authority, Relation, Sensitivity, State

UNREAD: Final = "待核实"
"""What a rule file writes for a clause whose number nobody has read in print."""
_NUMBERED: Final = re.compile(r"(.+)(（[^（）]+号）)")
#: To what internal data is rounded on its way out: areas in m², lengths in m, bearings in degrees.
_COARSE_M2, _COARSE_M, _COARSE_DEG = 100.0, 10.0, 10.0


@dataclass(frozen=True)
class RuleHit:
    """A clause that binds on a finding, and what it comes to for this layer and project.

    Attributes:
        verified: Whether what counts has been read in a published source.
        conditions: Chinese sentences: what would follow if.
    """

    id: str
    law: str
    clause: str
    verified: bool
    outcome: Outcome
    documents_needed: tuple[str, ...] = ()
    summary: str = ""
    conditions: tuple[str, ...] = ()
    source: str = ""
    note: str = ""

    @property
    def cited(self) -> str:
        """The clause as a signed paper cites it, number outside the title, with what is not verified.

        >>> RuleHit("a/b", "某通知（试行）（某发〔2022〕1号）", "一、（一）", True, Outcome.NOTICE).cited
        '《某通知（试行）》（某发〔2022〕1号）一、（一）'
        >>> RuleHit("a/b", "某法", "待核实", False, Outcome.NOTICE).cited
        '《某法》（条款待核实）'
        """
        clause = "" if self.clause == UNREAD else self.clause
        mark = "" if self.verified else ("（待核实）" if clause else "（条款待核实）")
        return f"{title_zh(self.law)}{clause}{mark}"

    def as_json(self) -> dict[str, Any]:
        """Write it as contracts.md says."""
        return {
            "id": self.id, "law": self.law, "clause": self.clause, "verified": self.verified,
            "outcome": self.outcome.value, "documents_needed": list(self.documents_needed),
            "summary": self.summary, "conditions": list(self.conditions), "source": self.source,
            "note": self.note,
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Finding:
    """How a footprint lies to one feature of one layer.

    Attributes:
        overlap_m2: Ellipsoidal area of the overlap; ``None`` unless both are areas.
        share: That area's share of the footprint, 0 to 1; of a line, its length's.
        length_m: Length of a line inside; ``None`` for areas and points.
        chainage_m: Where a line enters and leaves, metres from its start.
        distance_m: Edge to edge; 0 only when touching, ``None`` when not measured.
        within_accuracy: A hit or a miss that the accuracy of both could turn over.
        overlap: The overlap itself, EPSG:4490; never written to JSON.
        printed_ha: The overlap's hectares where rounding alone would not add up to the layer's total.
    """

    layer: str
    title: str
    feature: str
    zone_kind: str
    relation: Relation
    outcome: Outcome
    authority: Authority
    as_of: str
    accuracy_m: float
    within_accuracy: bool = False
    overlap_m2: float | None = None
    share: float | None = None
    length_m: float | None = None
    chainage_m: tuple[tuple[float, float], ...] = ()
    distance_m: float | None = None
    bearing_deg: float | None = None
    direction_zh: str | None = None
    rules: tuple[RuleHit, ...] = ()
    note: str = ""
    sensitivity: Sensitivity = "public"
    overlap: Geometry | None = None
    printed_ha: float | None = None

    @property
    def hectares(self) -> float | None:
        """The overlap's hectares as every paper prints them, to 4 decimals; ``None`` without an area."""
        if self.overlap_m2 is None or self.printed_ha is not None:
            return self.printed_ha
        return self.overlap_m2 / M2_PER_HECTARE

    @property
    def hit(self) -> bool:
        """Tell whether the footprint lies in the feature, wholly or in part."""
        return self.relation in ("inside", "overlaps")

    def coarse(self) -> Finding:
        """Return it as it may leave the office when its layer is internal: rounded, without shape."""
        if self.sensitivity == "public":
            return self
        return replace(
            self, overlap=None, printed_ha=None, overlap_m2=_step(self.overlap_m2, _COARSE_M2),
            share=_step(self.share, 0.01), length_m=_step(self.length_m, _COARSE_M),
            chainage_m=(), distance_m=_step(self.distance_m, _COARSE_M),
            bearing_deg=_step(self.bearing_deg, _COARSE_DEG),
        )  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """Write it as contracts.md says."""
        return {
            "layer": self.layer, "title": self.title, "feature": self.feature,
            "zone_kind": self.zone_kind, "relation": self.relation,
            "overlap_m2": number(self.overlap_m2, 4), "share": number(self.share, 10),
            "length_m": number(self.length_m, 3),
            "chainage_m": [[number(a, 3), number(b, 3)] for a, b in self.chainage_m],
            "distance_m": number(self.distance_m, 3),
            "bearing_deg": number(self.bearing_deg, 3), "direction_zh": self.direction_zh,
            "within_accuracy": self.within_accuracy, "outcome": self.outcome.value,
            "rules": [rule.as_json() for rule in self.rules], "authority": self.authority,
            "as_of": self.as_of, "accuracy_m": self.accuracy_m, "note": self.note,
        }  # fmt: skip


@dataclass(frozen=True)
class Letter:
    """An official letter about one site that stands in for a layer (``--evidence``)."""

    number: str
    unit: str
    date: date
    conclusion: str
    layer: str
    kinds: tuple[str, ...]
    sha256: str

    def as_json(self) -> dict[str, Any]:
        """Write it as a result cites it."""
        return {
            "number": self.number, "unit": self.unit, "date": self.date.isoformat(),
            "conclusion": self.conclusion, "layer": self.layer, "kinds": list(self.kinds),
            "sha256": self.sha256,
        }  # fmt: skip


@dataclass(frozen=True)
class LayerAsked:
    """A layer the site was held against, hit or not, or a required kind that no layer supplies."""

    layer: str
    title: str
    zone_kinds: tuple[str, ...]
    required: bool
    state: State
    outcome: Outcome
    authority: Authority | None = None
    as_of: str | None = None
    accuracy_m: float | None = None
    evidence: Letter | None = None
    provider: str | None = None
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """Write it as contracts.md says."""
        return {
            "layer": self.layer, "title": self.title, "zone_kinds": list(self.zone_kinds),
            "required": self.required, "state": self.state, "authority": self.authority,
            "as_of": self.as_of, "accuracy_m": self.accuracy_m,
            "evidence": None if self.evidence is None else self.evidence.as_json(),
            "outcome": self.outcome.value, "provider": self.provider, "reason": self.reason,
        }  # fmt: skip


@dataclass(frozen=True)
class TaskHit:
    """A project, measure or control of a plan at the site; ``relation`` is ``None`` when unplaced."""

    plan: str
    id: str
    kind: str
    title: str
    relation: Relation | None
    outcome: Outcome
    heading: str
    authority: Authority
    accuracy_m: float
    note: str = ""
    plan_title: str = ""

    def as_json(self) -> dict[str, Any]:
        """Write it as contracts.md says."""
        return {
            "plan": self.plan, "plan_title": self.plan_title, "id": self.id, "kind": self.kind, "title": self.title,
            "relation": self.relation, "outcome": self.outcome.value, "heading": self.heading,
            "authority": self.authority, "accuracy_m": self.accuracy_m, "note": self.note,
        }  # fmt: skip


@dataclass(frozen=True)
class Move:
    """The shortest shift found that takes a footprint out of every prohibiting conflict."""

    distance_m: float
    bearing_deg: float
    direction_zh: str
    margin_m: float
    layers: tuple[str, ...]
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """Write it as JSON."""
        return {
            "distance_m": number(self.distance_m, 1), "bearing_deg": number(self.bearing_deg, 1),
            "direction_zh": self.direction_zh, "margin_m": number(self.margin_m, 1),
            "layers": list(self.layers), "note": self.note,
        }  # fmt: skip


@dataclass(frozen=True)
class TopicRow:
    """A row of the table by topic that is printed beside every verdict."""

    topic: str
    outcome: Outcome
    data: str
    result: str

    def as_json(self) -> dict[str, Any]:
        """Write it as JSON."""
        return {
            "topic": self.topic, "outcome": self.outcome.value, "outcome_zh": self.outcome.zh,
            "data": self.data, "result": self.result,
        }  # fmt: skip


def title_zh(law: str) -> str:
    """Put a law's title in book-title marks and its document number outside.

    >>> title_zh("某通知（某发〔2022〕1号）"), title_zh("某法（2017年修正）")
    ('《某通知》（某发〔2022〕1号）', '《某法（2017年修正）》')
    """
    found = _NUMBERED.fullmatch(law)
    return f"《{found[1]}》{found[2]}" if found else f"《{law}》"


def by_consequence(conditions: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Group a clause's conditions by what each comes to, in the order met.

    >>> by_consequence(["设置排污口的：属禁止情形", "第1类：管护：属限制性要求", "改建：属禁止情形"])
    [('属禁止情形', ['设置排污口的', '改建']), ('属限制性要求', ['第1类：管护'])]
    """
    groups: dict[str, list[str]] = {}
    for condition in conditions:
        case, _, consequence = condition.rpartition("：")
        groups.setdefault(consequence, []).append(case)
    return list(groups.items())


def worst(outcomes: Iterable[Outcome], *, of_none: Outcome = Outcome.CLEAR) -> Outcome:
    """Return the worst of some outcomes.

    >>> worst([Outcome.NOTICE, Outcome.SUSPECTED, Outcome.UNDETERMINED]).value
    'suspected'
    """
    return max(outcomes, key=lambda outcome: outcome.rank, default=of_none)


def number(value: float | None, decimals: int) -> float | None:
    """Round a figure to fixed decimals; what was not measured stays ``None``."""
    return None if value is None else round(float(value), decimals)


def _step(value: float | None, step: float) -> float | None:
    """Round to whole steps; something measured is never rounded to nothing."""
    if value is None or value == 0:
        return value
    return max(round(value / step), 1) * step
