"""What a clause says about a project, weighed by what the layer and the clause are worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geo.check.project import activity_meets, code_meets
from geo.spec.vocabulary import Outcome

if TYPE_CHECKING:
    from geo.check.project import Meeting, Project
    from geo.spec.rules import Branch, Clause, Law, RuleOutcome
    from geo.spec.vocabulary import Authority

_RANK: Final[dict[RuleOutcome, int]] = {"notice": 0, "restricted": 1, "prohibited": 2}


@dataclass(frozen=True)
class Binding:
    """A clause that binds, or, when ``certain`` is false, may bind."""

    law_id: str
    law: Law
    clause: Clause
    certain: bool = True


@dataclass(frozen=True)
class Saying:
    """One thing a clause says about a project, and whether somebody has read that in print."""

    says: RuleOutcome
    verified: bool


@dataclass(frozen=True)
class Reading:
    """What a clause says about a project.

    Attributes:
        sayings: At least one; the weightiest counts.
        floor: The least outcome whatever the sayings come to: ``undetermined`` when the project is
            described too broadly to exclude a prohibition.
        may_prohibit: Some reading of the clause prohibits; a near miss of its zone is then no miss.
        conditions: Chinese sentences: what would follow if.
        documents: What has to be submitted.
    """

    sayings: tuple[Saying, ...]
    floor: Outcome
    may_prohibit: bool
    conditions: tuple[str, ...]
    documents: tuple[str, ...]

    def outcome(self, authority: Authority) -> Outcome:
        """Weigh the sayings by what the layer is worth."""
        found = [outcome_of(s.says, authority=authority, verified=s.verified) for s in self.sayings]
        return max((*found, self.floor), key=lambda o: o.rank)

    def verified(self, authority: Authority) -> bool:
        """Tell whether the saying that counts has been read in print."""
        weighed = [
            (outcome_of(s.says, authority=authority, verified=s.verified).rank, s.verified)
            for s in self.sayings
        ]
        return max(weighed)[1]


def outcome_of(says: RuleOutcome, *, authority: Authority, verified: bool) -> Outcome:
    """Cap what a rule says by what the layer and the rule are worth (contracts.md, Outcomes).

    Only an official layer with a verified rule yields ``prohibited``.

    >>> outcome_of("prohibited", authority="official", verified=True).value
    'prohibited'
    >>> outcome_of("prohibited", authority="official", verified=False).value
    'suspected'
    >>> outcome_of("restricted", authority="schematic", verified=False).value
    'restricted'
    """
    if says != "prohibited":
        return Outcome(says)
    return Outcome.PROHIBITED if authority == "official" and verified else Outcome.SUSPECTED


def read_clause(binding: Binding, project: Project) -> Reading:
    """Read a clause for a project.

    - Nothing told: the default; the branches are conditions.
    - Activities told: for each the weightiest branch that names it, else ``otherwise``.
    - Industry told: its code never lowers and never firmly raises what stands without it; where the
      code points elsewhere than a prohibition, the prohibition stays as ``verified: false``.
    - A branch that is unverified and milder than its clause does not relieve.
    """
    clause = binding.clause
    base = [s for a in project.activities for s in _for_activity(binding, a.id, project)]
    if not base:
        base = [Saying(clause.default, _verified(binding))]
    sayings = _with_industry(binding, project, base)
    perhaps = [b for b in clause.branches if _meeting(b, project) == "perhaps"]
    heaviest = max(_RANK[s.says] for s in sayings)
    broad = [b for b in perhaps if not project.cannot_tell(b.activities)]
    raising = any(b.outcome == "prohibited" for b in broad) and heaviest < _RANK["prohibited"]
    shown = perhaps if project.told else clause.branches
    return Reading(
        sayings=tuple(dict.fromkeys(sayings)),
        floor=Outcome.UNDETERMINED if raising else Outcome.CLEAR,
        may_prohibit=_may_prohibit(clause, project, sayings, perhaps),
        conditions=tuple(_condition(b, binding) for b in shown),
        documents=_documents(clause, project),
    )


def _for_activity(binding: Binding, activity: str, project: Project) -> list[Saying]:
    known = project.table.by_id[activity]
    named = [
        b for b in binding.clause.branches
        if activity_meets(known, b.activities, project.table) == "named"
    ]  # fmt: skip
    if not named:
        return [Saying(binding.clause.otherwise, _verified(binding))]
    return [_of_branch(b, binding) for b in named]


def _of_branch(branch: Branch, binding: Binding) -> Saying:
    """A branch's word, unless it is an unconfirmed relief from a stricter rule."""
    otherwise = binding.clause.otherwise
    if branch.verified is False and _RANK[branch.outcome] < _RANK[otherwise]:
        return Saying(otherwise, verified=False)
    return Saying(branch.outcome, _verified(binding, branch))


def _with_industry(binding: Binding, project: Project, base: list[Saying]) -> list[Saying]:
    """Add what the industry's code points to."""
    if project.industry is None:
        return base
    code, clause = project.industry.code, binding.clause
    met = [b for b in clause.branches if code_meets(code, b.activities, project.table) == "by_code"]
    pointed = max((b.outcome for b in met), key=_RANK.__getitem__, default=clause.otherwise)
    heaviest = max((s.says for s in base), key=_RANK.__getitem__)
    if _RANK[pointed] > _RANK[heaviest]:
        return [*base, Saying(pointed, verified=False)]
    relieved = _RANK[pointed] < _RANK[heaviest] and heaviest == "prohibited"
    if relieved and not project.activities:
        return [Saying(heaviest, verified=False)]
    return base


def _verified(binding: Binding, branch: Branch | None = None) -> bool:
    own = branch.verified if branch is not None else None
    read = binding.law.is_verified(binding.clause) if own is None else own
    return read and binding.certain


def _meeting(branch: Branch, project: Project) -> Meeting:
    return project.meets(branch.activities)


def _may_prohibit(
    clause: Clause, project: Project, sayings: list[Saying], perhaps: list[Branch]
) -> bool:
    if any(s.says == "prohibited" for s in sayings):
        return True
    open_ = perhaps if project.activities else clause.branches
    return any(b.outcome == "prohibited" for b in open_)


def _condition(branch: Branch, binding: Binding) -> str:
    mark = "" if _verified(binding, branch) or "待核实" in branch.when else "（待核实）"
    return f"{branch.when}{mark}：{_SAYS_ZH[branch.outcome]}"


def _documents(clause: Clause, project: Project) -> tuple[str, ...]:
    """Documents of the clause, and of the branches that mean the project (all, if nothing is told)."""
    met = [
        b for b in clause.branches
        if not project.told or _meeting(b, project) in ("named", "by_code")
    ]  # fmt: skip
    return tuple(dict.fromkeys((*clause.documents, *(d for b in met for d in b.documents))))


_SAYS_ZH: Final[dict[RuleOutcome, str]] = {
    "notice": "须注意",
    "restricted": "属限制性要求",
    "prohibited": "属禁止情形",
}
