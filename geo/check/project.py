"""What is asked about: the project's activities and industry, and which words of a rule mean it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from geo.spec.industries import Industry, find_industry
from geo.spec.rules import ANY_ACTIVITY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo.spec.activities import Activities, Activity

#: How a rule's words meet a project: named outright, by the industry's code, perhaps, or not at all.
Meeting = Literal["named", "by_code", "perhaps", "none"]
_ORDER: Final[tuple[Meeting, ...]] = ("named", "by_code", "perhaps", "none")


@dataclass(frozen=True)
class Project:
    """A project as far as the planner told; both may be missing.

    Codes of GB/T 4754 are matched through a table nobody has confirmed, so what rests on a code alone
    is told apart from what rests on a named activity.
    """

    table: Activities
    activities: tuple[Activity, ...] = ()
    industry: Industry | None = None

    @property
    def told(self) -> bool:
        """Tell whether anything is known about what the project does."""
        return bool(self.activities) or self.industry is not None

    def names_of(self, words: Iterable[str]) -> str:
        """Name the words of a rule for a reader: activities and known industries first, bare codes last.

        >>> from geo.spec.activities import shipped_activities
        >>> Project(shipped_activities()).names_of(["C1723", "linear", "C2521", "C30"])
        '线性基础设施、炼焦（C2521）、行业代码 C1723、C30'
        >>> Project(shipped_activities()).names_of(["*"])
        '各类活动'
        """
        names, codes = [], []
        for word in words:
            if word in self.table.by_id or word == ANY_ACTIVITY:
                names.append("各类活动" if word == ANY_ACTIVITY else self.table.name_of(word))
            elif industry := find_industry(word).name:
                names.append(f"{industry}（{word}）")
            else:
                codes.append(word)
        return "、".join([*names, *([f"行业代码 {'、'.join(codes)}"] if codes else [])])

    def meets(self, words: Iterable[str]) -> Meeting:
        """Tell how strongly some words of a rule mean this project.

        >>> from geo.spec.activities import shipped_activities
        >>> coking = project_of(shipped_activities(), industry="炼焦")
        >>> coking.meets(["industrial"]), coking.meets(["mining"]), coking.meets(["*"])
        ('by_code', 'none', 'named')
        """
        listed = tuple(words)
        meetings = [activity_meets(a, listed, self.table) for a in self.activities]
        if self.industry is not None:
            meetings.append(code_meets(self.industry.code, listed, self.table))
        if ANY_ACTIVITY in listed:
            return "named"
        found: Meeting = min(meetings, key=_ORDER.index, default="none")
        return "perhaps" if found == "none" and self.cannot_tell(listed) else found

    def cannot_tell(self, words: Iterable[str]) -> bool:
        """Tell whether some words mean activities no industry code stands for, and only a code is known.

        A coking plant may or may not set an outfall, or pollute groundwater: its code rules neither out.

        >>> from geo.spec.activities import shipped_activities
        >>> coking = project_of(shipped_activities(), industry="炼焦")
        >>> coking.cannot_tell(["outfall"]), coking.cannot_tell(["mining"]), coking.meets(["outfall"])
        (True, False, 'perhaps')
        """
        if self.activities or self.industry is None:
            return False
        return any(word in self.table.by_id and not self.table.codes_of(word) for word in words)


def project_of(
    table: Activities, *, industry: str | None = None, activities: Iterable[str] = ()
) -> Project:
    """Look up what a planner wrote: activities by id or name, the industry by code or name.

    Raises:
        UsageError: A word that is neither.
    """
    found = tuple(dict.fromkeys(table.find(word).id for word in activities))
    return Project(
        table,
        tuple(table.by_id[name] for name in found),
        None if industry is None else find_industry(industry),
    )


def activity_meets(activity: Activity, words: tuple[str, ...], table: Activities) -> Meeting:
    """Tell how a rule's words mean a named activity; shared codes alone only make it possible."""
    if activity.id in words or ANY_ACTIVITY in words:
        return "named"
    codes = [code for word in words for code in table.codes_of(word)]
    shared = any(_related(own, code) for own in activity.codes for code in codes)
    return "perhaps" if shared else "none"


def code_meets(code: str, words: tuple[str, ...], table: Activities) -> Meeting:
    """Tell how a rule's words mean an industry code; a broader code only makes it possible."""
    codes = [known for word in words for known in table.codes_of(word)]
    if any(code.startswith(known) for known in codes):
        return "by_code"
    return "perhaps" if any(known.startswith(code) for known in codes) else "none"


def _related(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
