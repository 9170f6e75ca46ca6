"""The table of outcomes (contracts.md), as pure functions: nothing here reads data or writes words.

Only an official layer with a verified rule in force yields ``prohibited``. ``clear`` is what is left when every
required kind was compared with current official data that covers the site, and nothing was found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geo.check.reading import outcome_of
from geo.findings import worst
from geo.spec.vocabulary import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.check.project import Meeting
    from geo.spec.rules import RuleOutcome
    from geo.spec.vocabulary import Authority, State, Strength


def hit_outcome(
    said: Sequence[Outcome], *, governed: bool, within_accuracy: bool, may_prohibit: bool
) -> Outcome:
    """Judge a footprint that lies in a zone.

    Args:
        said: What the clauses in force come to, capped by authority and verification.
        governed: Some law, of any day, speaks of this kind, or it is required: silence is then no leave.
        within_accuracy: The overlap is shallower than site and layer are accurate.
        may_prohibit: Some reading of the clauses prohibits.

    >>> hit_outcome([], governed=True, within_accuracy=False, may_prohibit=False).value
    'undetermined'
    >>> hit_outcome([], governed=False, within_accuracy=False, may_prohibit=False).value
    'notice'
    """
    silent = Outcome.UNDETERMINED if governed else Outcome.NOTICE
    found = worst(said, of_none=silent)
    if within_accuracy and may_prohibit:
        return worst((found, Outcome.UNDETERMINED))
    return found


def miss_outcome(*, within_accuracy: bool, may_prohibit: bool) -> Outcome:
    """Judge a footprint beside a zone; nearer than the accuracy of both, a miss is no miss.

    >>> miss_outcome(within_accuracy=True, may_prohibit=True).value
    'undetermined'
    >>> miss_outcome(within_accuracy=True, may_prohibit=False).value
    'notice'
    """
    if not within_accuracy:
        return Outcome.CLEAR
    return Outcome.UNDETERMINED if may_prohibit else Outcome.NOTICE


def silent_outcome(state: State, *, required: bool, settled: bool) -> Outcome:
    """Judge a layer, for one of its kinds, in which nothing was hit.

    Args:
        state: What became of asking the layer.
        required: The kind is required in this workspace.
        settled: Official, current data that covers the site, or a letter, answers for the kind.

    >>> silent_outcome("ok", required=True, settled=False).value  # schematic data clear nothing
    'undetermined'
    >>> silent_outcome("no_data", required=False, settled=False).value
    'notice'
    """
    if settled:
        return Outcome.CLEAR
    if required:
        return Outcome.UNDETERMINED
    return Outcome.CLEAR if state == "ok" else Outcome.NOTICE


_STRENGTHS: Final[dict[Strength, RuleOutcome]] = {
    "禁止": "prohibited",
    "严格控制": "restricted",
    "原则上": "restricted",
    "限期退出": "notice",
    "准入条件": "notice",
}


def control_outcome(
    strength: Strength,
    *,
    authority: Authority,
    in_period: bool,
    meeting: Meeting,
    placed: bool = True,
    existing: bool = False,
) -> Outcome | None:
    """Judge a plan's control at the site; ``None`` when it does not concern the project.

    Args:
        strength: The plan's word for it.
        authority: What its place rests on.
        in_period: The plan's period holds the day of the check.
        meeting: How the control's activities mean the project; ``perhaps`` also when nothing is known
            about the project.
        placed: Its place was found; otherwise somebody has to look by hand.
        existing: The project stands already.

    >>> control_outcome("禁止", authority="official", in_period=True, meeting="named").value
    'prohibited'
    >>> control_outcome("禁止", authority="open", in_period=False, meeting="named").value
    'notice'
    """
    if meeting == "none":
        return None
    if not in_period or not placed or meeting == "perhaps":
        return Outcome.NOTICE
    says = _STRENGTHS[strength]
    if strength == "限期退出" and existing:
        says = "restricted"
    return outcome_of(says, authority=authority, verified=meeting == "named")
