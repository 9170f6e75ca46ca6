"""Rules at work: which clauses bind at a place on a day, and whether laws answer their examples."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geo.check.project import project_of
from geo.check.reading import Binding, read_clause
from geo.errors import Problem, UsageError
from geo.spec.activities import Activities, shipped_activities

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from geo.spec.marked import Marked
    from geo.spec.rules import Clause, Example, Law
    from geo.spec.vocabulary import Outcome

_NOTHING: Final = "不适用"


@dataclass(frozen=True)
class Place:
    """What law asks of a place: the counties it lies in and the basins these drain to.

    ``basins_known`` is false when some county stands in no basin of ``workspace.yml``: then a law of a
    basin may or may not apply, and neither is taken for granted.
    """

    adcodes: tuple[str, ...] = ()
    basins: tuple[str, ...] = ()
    basins_known: bool = True


def bindings(laws: Mapping[str, Law], kind: str, *, day: date, place: Place) -> Iterator[Binding]:
    """List the clauses in force on a day that speak of a zone kind at a place."""
    for law_id, law in laws.items():
        applies = law.applies_in(basins=place.basins, adcodes=place.adcodes)
        possible = applies or (not place.basins_known and _but_for_basins(law, place))
        if not possible:
            continue
        for clause in law.clauses:
            if kind in clause.zones and law.in_force(clause, day):
                yield Binding(law_id, law, clause, certain=applies)


def _but_for_basins(law: Law, place: Place) -> bool:
    return law.applies_in(basins=law.basins, adcodes=place.adcodes)


def run_examples(
    law_id: str, law: Law, *, activities: Activities | None = None, source: Marked | None = None
) -> list[Problem]:
    """Run every example of a law and check every activity it names; list what is wrong.

    Args:
        law_id: Its file's stem.
        law: The law, as read.
        activities: The table its branches and examples speak of; left out, the package's own.
        source: Its located text, for the line and column of each complaint.

    >>> from geo.spec.closed import load
    >>> from geo.spec.marked import parse_yaml
    >>> from geo.spec.rules import Law, national_files
    >>> text = next(national_files()).read_text(encoding="utf-8")
    >>> law, _ = load(parse_yaml(text, shown=Path("a.yml")), Law)
    >>> run_examples("a", law)
    []
    """
    table = activities or shipped_activities()
    problems = []
    for at, clause in enumerate(law.clauses):
        for steps, words, hint in _complaints(law, clause, table):
            if source is None:
                problems.append(Problem(Path("rules") / f"{law_id}.yml", 0, 0, words, hint))
            else:
                problems.append(source.problem(("clauses", at, *steps), words, hint))
    return problems


def _complaints(
    law: Law, clause: Clause, activities: Activities
) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    for at, branch in enumerate(clause.branches):
        for word in activities.unknown(branch.activities):
            found = f"条款 {clause.id} 用到不存在的活动 {word}"
            yield ("branches", at, "activities"), found, "请在 data/activities.csv 中补上或改正"
    for at, example in enumerate(clause.examples):
        try:
            given = _answer(law, clause, example, activities)
        except UsageError as error:
            found, _, hint = str(error).partition(" — ")
            yield ("examples", at), f"条款 {clause.id} 的示例：{found}", hint
            continue
        if given != example.expect:
            expected = example.expect.value if example.expect else _NOTHING
            found = (
                f"条款 {clause.id} 的示例应为 {expected}，实得 {given.value if given else _NOTHING}"
            )
            yield ("examples", at), found, "请核对示例或条款"


def _answer(law: Law, clause: Clause, example: Example, activities: Activities) -> Outcome | None:
    """Answer one example; it lies inside the law's own area, in the basin it names."""
    project = project_of(
        activities,
        industry=example.industry,
        activities=() if example.activity is None else (example.activity,),
    )
    basins = () if example.basin is None else (example.basin,)
    place = Place(adcodes=law.areas, basins=basins)
    found = [
        b for b in bindings({"": law}, example.zone, day=example.as_at, place=place)
        if b.clause.id == clause.id
    ]  # fmt: skip
    return read_clause(found[0], project).outcome(example.authority) if found else None
