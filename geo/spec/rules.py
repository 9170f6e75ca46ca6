"""``rules/*.yml``: one law a file, its clauses from zone kind and activity to outcome."""

from __future__ import annotations

import re
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from geo.spec.closed import Names, Spec
from geo.spec.dates import Day
from geo.spec.layers import Kind
from geo.spec.vocabulary import Authority, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from importlib.resources.abc import Traversable

#: What a rule may say; the weaker words (suspected, undetermined) are made from the data.
RuleOutcome = Literal["notice", "restricted", "prohibited"]
ANY_ACTIVITY: Final = "*"


_FOLD: Final = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])")


def joined(text: str) -> str:
    """Take out the spaces that YAML puts between folded lines: Chinese has none.

    >>> joined("不得建设； 已建的拆除（GB 3838）")
    '不得建设；已建的拆除（GB 3838）'
    """
    return _FOLD.sub("", text)


class Branch(Spec):
    """What follows for some activities: ids of the activities table or GB/T 4754 codes."""

    activities: Annotated[Names, Field(min_length=1)]
    outcome: RuleOutcome
    when: str
    documents: tuple[str, ...] = ()
    verified: bool | None = None


class Example(Spec):
    """A case a clause must answer as written; ``hongxian verify`` runs it."""

    zone: Kind
    activity: str | None = None
    industry: str | None = None
    as_at: Day
    authority: Authority = "official"
    basin: str | None = None
    expect: Outcome | None
    """``None``: the clause must not apply."""


class Clause(Spec):
    """One clause: the zones it speaks of, what it says by default, and its branches."""

    id: str
    clause: str
    zones: Annotated[tuple[Kind, ...], Field(min_length=1)]
    summary: Annotated[str, AfterValidator(joined)]
    default: RuleOutcome
    """When the activity is not given."""
    otherwise: RuleOutcome
    """When the activity is given and no branch names it."""
    branches: tuple[Branch, ...] = ()
    documents: tuple[str, ...] = ()
    verified: bool | None = None
    source: str | None = None
    effective_from: Day | None = None
    effective_to: Day | None = None
    examples: Annotated[tuple[Example, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Clause:
        if self.effective_from and self.effective_to and self.effective_to < self.effective_from:
            raise ValueError("effective_to 早于 effective_from — 请核对日期")
        return self


class Law(Spec):
    """One instrument, with the dates it is in force and who read its text."""

    title: str
    number: str = ""
    issuer: str
    level: Literal["national", "provincial", "local", "standard"]
    effective_from: Day
    effective_to: Day | None = None
    verified: bool
    source: str
    successor: str = ""
    basins: Names = ()
    """Names of basins it applies in; empty: everywhere."""
    areas: Names = ()
    """Leading digits of the adcodes it applies to (14 = Shanxi); empty: everywhere."""
    clauses: Annotated[tuple[Clause, ...], Field(min_length=1)]
    note: str = ""

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Law:
        ids = [clause.id for clause in self.clauses]
        if twice := {i for i in ids if ids.count(i) > 1}:
            raise ValueError(f"条款 id {'、'.join(sorted(twice))} 重复 — 请改成不同的 id")
        return self

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Law:
        if self.effective_to and self.effective_to < self.effective_from:
            raise ValueError("effective_to 早于 effective_from — 请核对日期")
        return self

    def in_force(self, clause: Clause, day: date) -> bool:
        """Tell whether a clause of this law binds on a day, both end dates included."""
        starts = clause.effective_from or self.effective_from
        ends = clause.effective_to or self.effective_to
        return starts <= day and (ends is None or day <= ends)

    def applies_in(self, *, basins: tuple[str, ...], adcodes: tuple[str, ...]) -> bool:
        """Tell whether this law reaches a place with these basins and adcodes."""
        by_basin = not self.basins or bool(set(self.basins) & set(basins))
        by_area = not self.areas or any(a.startswith(tuple(self.areas)) for a in adcodes)
        return by_basin and by_area

    def is_verified(self, clause: Clause) -> bool:
        """Tell whether somebody has read this clause in a published source."""
        return self.verified if clause.verified is None else clause.verified


def national_files() -> Iterator[Traversable]:
    """List the laws that ship with the package, by name."""
    folder = resources.files("geo.spec").joinpath("national")
    yield from sorted(
        (item for item in folder.iterdir() if item.name.endswith(".yml")), key=lambda i: i.name
    )
