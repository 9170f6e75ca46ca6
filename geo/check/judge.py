"""From how a footprint lies to a feature to a finding: with the clauses that bind and what they come to."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from geo.check.law import bindings
from geo.check.reading import read_clause
from geo.check.verdict import hit_outcome, miss_outcome
from geo.findings import Finding, RuleHit
from geo.space.units import fixed
from geo.spec.vocabulary import Outcome, ZoneKind
from geo.spec.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from geo.check.evidence import BoundLetter
    from geo.check.law import Place
    from geo.check.project import Project
    from geo.check.reading import Reading
    from geo.check.screen import Lie
    from geo.spec.rules import Law
    from geo.spec.vocabulary import Authority
    from geo.store.layers import LayerTable

#: Kinds whose requirements are printed and whose conformity a person fills in (domain.md §6).
PRINTED_ONLY: Final = ("control_unit",)
_REQUIREMENTS: Final = (
    "空间布局约束",
    "污染物排放管控",
    "环境风险防控",
    "资源利用效率",
    "资源开发效率要求",
)
SURVEY: Final = "在数据精度范围内，须实测核定"


@dataclass(frozen=True)
class Bench:
    """What every judgement of a site shares: laws, day, place, project, and what must be asked."""

    laws: Mapping[str, Law]
    day: date
    place: Place
    project: Project
    required: tuple[str, ...]
    _said: dict[tuple[str, Authority], tuple[tuple[RuleHit, ...], bool]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def governed(self, kind: str) -> bool:
        """Tell whether a hit in a kind may not pass in silence: it is required, or some law knows it."""
        if kind in PRINTED_ONLY:
            return False
        known = any(kind in c.zones for law in self.laws.values() for c in law.clauses)
        return kind == "" or kind in self.required or known

    def rules(self, kind: str, authority: Authority) -> tuple[tuple[RuleHit, ...], bool]:
        """Return what the clauses in force say about a kind, and whether any of them may prohibit."""
        if (kind, authority) not in self._said:
            self._said[kind, authority] = self._rules(kind, authority)
        return self._said[kind, authority]

    def _rules(self, kind: str, authority: Authority) -> tuple[tuple[RuleHit, ...], bool]:
        bound = list(bindings(self.laws, kind, day=self.day, place=self.place))
        readings = [read_clause(binding, self.project) for binding in bound]
        hits = []
        for binding, reading in zip(bound, readings, strict=True):
            law, clause = binding.law, binding.clause
            number = f"（{law.number}）" if law.number else ""
            hits.append(
                RuleHit(
                    id=f"{binding.law_id}/{clause.id}", law=quoted(f"{law.title}{number}"),
                    clause=quoted(clause.clause), verified=reading.verified(authority),
                    outcome=reading.outcome(authority),
                    documents_needed=tuple(map(quoted, reading.documents)),
                    summary=quoted(clause.summary), conditions=tuple(map(quoted, reading.conditions)),
                    source=quoted(clause.source or law.source),
                    note=_rule_note(reading, certain=binding.certain),
                )
            )  # fmt: skip
        prohibits = any(reading.may_prohibit for reading in readings)
        ordered = sorted(hits, key=lambda hit: (-hit.outcome.rank, hit.id))
        return tuple(ordered), prohibits or (not hits and self.governed(kind))


def _rule_note(reading: Reading, *, certain: bool) -> str:
    notes = []
    if not certain:
        notes.append("所在县未写入 workspace.yml 的 basins，本法是否适用须核实")
    if reading.floor is Outcome.UNDETERMINED:
        notes.append("项目活动描述较宽，是否属禁止情形须核实")
    return "；".join(notes)


def judged(lie: Lie, table: LayerTable, bench: Bench) -> Finding:
    """Make the finding for one feature."""
    row = _row(table, lie.row)
    kind = text_of(row, "zone_kind")
    authority = table.spec.authority or "schematic"
    rules, may_prohibit = bench.rules(kind, authority)
    sure = {"within_accuracy": lie.within_accuracy, "may_prohibit": may_prohibit}
    if lie.hit:
        outcome = hit_outcome([r.outcome for r in rules], governed=bench.governed(kind), **sure)
    else:
        outcome = miss_outcome(**sure)
    schematic = authority == "schematic"
    return Finding(
        layer=table.id, title=quoted(table.spec.title), feature=_feature_name(row, lie.row), zone_kind=kind,
        relation=lie.relation, outcome=outcome, authority=authority, as_of=str(table.spec.as_of or ""),
        accuracy_m=float(row["accuracy_m"]), within_accuracy=lie.within_accuracy,
        overlap_m2=lie.overlap_m2, share=lie.share, length_m=lie.length_m, chainage_m=lie.chainage_m,
        # No metre distance leaves a schematic layer; roughly how many kilometres stands in the note.
        distance_m=None if schematic and lie.relation == "near" else lie.distance_m,
        bearing_deg=None if schematic else lie.bearing_deg, direction_zh=lie.direction_zh,
        rules=rules if lie.hit or lie.within_accuracy else (), note=_note(lie, row, kind, bench, schematic=schematic),
        sensitivity=table.spec.sensitivity, overlap=lie.overlap,
    )  # fmt: skip


@lru_cache(maxsize=16_384)
def _row(table: LayerTable, at: int) -> pd.Series[Any]:
    """Take a row out of a layer, once for all sites of a batch that lie there."""
    row: pd.Series[Any] = table.frame.iloc[at]
    return row


def judged_letter(
    letter: BoundLetter, kind: str, bench: Bench, *, site_m2: float | None
) -> Finding:
    """Make the finding for an overlap that an official letter states."""
    rules, may_prohibit = bench.rules(kind, "official")
    outcome = hit_outcome(
        [r.outcome for r in rules], governed=bench.governed(kind), within_accuracy=False,
        may_prohibit=may_prohibit,
    )  # fmt: skip
    cited = letter.letter
    share = letter.overlap_m2 / site_m2 if letter.overlap_m2 is not None and site_m2 else None
    return Finding(
        layer=cited.layer, title=ZoneKind[kind].value, feature=quoted(f"{cited.unit} {cited.number}"),
        zone_kind=kind, relation="overlaps", outcome=outcome, authority="official",
        as_of=cited.date.isoformat(), accuracy_m=0.0, overlap_m2=letter.overlap_m2,
        share=None if share is None else min(share, 1.0), rules=rules,
        note="据复函认定，未经本工具叠加比对",
    )  # fmt: skip


def text_of(row: pd.Series[Any], column: str) -> str:
    """Return a cell as text; missing cells and columns as nothing.

    >>> text_of(pd.Series({"name": pd.NA, "kind": " 一级 "}), "kind")
    '一级'
    >>> [text_of(pd.Series({"name": pd.NA}), column) for column in ("name", "kind")]
    ['', '']
    """
    value = row.get(column)
    if value is None or (not isinstance(value, str) and bool(pd.isna(value))):
        return ""
    return str(value).strip()


def _feature_name(row: pd.Series[Any], at: int) -> str:
    return quoted(text_of(row, "name")) or f"第 {at + 1} 个要素"


def _note(lie: Lie, row: pd.Series[Any], kind: str, bench: Bench, *, schematic: bool) -> str:
    notes = []
    if not kind:
        notes.append("该要素的分区取值未对应到管控类别，须人工核对")
    elif kind not in PRINTED_ONLY and lie.hit and not _any_rule(bench, kind):
        notes.append("未收录核查日适用的条款，须人工核对")
    if lie.within_accuracy:
        notes.append(SURVEY)
    if schematic and lie.relation == "near" and lie.distance_m is not None:
        notes.append(roughly(lie.distance_m))
    if kind in PRINTED_ONLY and lie.hit:
        notes.append(_requirements(row))
    return "；".join(notes)


def _any_rule(bench: Bench, kind: str) -> bool:
    return any(True for _ in bindings(bench.laws, kind, day=bench.day, place=bench.place))


def roughly(distance_m: float) -> str:
    """Write a schematic distance as it may be written: in whole kilometres.

    >>> roughly(2840.0), roughly(300.0)
    ('约 3 km（示意）', '不足 1 km（示意）')
    """
    kilometres = round(distance_m / 1000)
    return f"约 {fixed(kilometres, 0)} km（示意）" if kilometres else "不足 1 km（示意）"


def _requirements(row: pd.Series[Any]) -> str:
    """Print a control unit's access list; whether the project conforms is left to a person."""
    found = [f"{name}：{text_of(row, name)}" for name in _REQUIREMENTS if text_of(row, name)]
    told = quoted("；".join(found)) if found else "准入要求未随数据提供"
    return f"{told}；本项目情况：____；符合性：____（由人工填写）"
