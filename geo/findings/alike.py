"""Items of plans that say the same of a footprint, told together: nothing is dropped, nothing is said twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.findings.parts import TaskHit


def said_alike(tasks: Sequence[TaskHit]) -> tuple[tuple[TaskHit, ...], ...]:
    """Group items of one plan that differ in nothing but number and title, in the order met.

    Kind, relation, outcome and note are alike within a group; two plans never share one.

    >>> from geo.findings import TaskHit
    >>> from geo.spec.vocabulary import Outcome
    >>> def control(id, note):
    ...     return TaskHit("p", id, "control", id, "inside", Outcome.NOTICE, "", "open", 0.0, note)
    >>> [[t.id for t in group] for group in said_alike([control("C1", "甲"), control("C2", "乙"), control("C3", "甲")])]
    [['C1', 'C3'], ['C2']]
    >>> said_alike([])
    ()
    """
    groups: dict[tuple[object, ...], list[TaskHit]] = {}
    for task in tasks:
        told = (task.plan, task.plan_title, task.kind, task.relation, task.outcome, task.note)
        groups.setdefault(told, []).append(task)
    return tuple(tuple(group) for group in groups.values())
