"""Every map of a workspace drawn for the linter's eyes only: nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import HongxianError, Problem
from geo.workflow.crew import workers_for
from geo.workflow.drawing import Task, draw_each, sheets_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from geo.spec.workspace import WorkspaceSpec


def map_problems(
    spec: WorkspaceSpec, *, day: date, workers: int | None = 1,
    progress: Callable[[int, int, str], None] = lambda _done, _all, _what: None,
) -> Iterator[Problem]:  # fmt: skip
    """Yield what the linter has to say about each map, with the line of the map's file.

    Maps that have nothing to show yet are not drawn and not complained of.

    Args:
        spec: A workspace whose files are without fault.
        day: The date of the maps.
        workers: How many processes draw at once; None for as many as there are cores.
        progress: Called after each map with how many are done, how many there are, and which.
    """
    tasks = [Task(name, (), day, spec.root) for name in spec.maps]
    hands = workers_for(sheets_in(spec, tasks), workers)
    drawn = draw_each(spec, tasks, workers=hands)
    for done, outcome in enumerate(drawn, start=1):
        progress(done, len(tasks), outcome.map)
        yield from outcome.faults
        if outcome.error is not None:
            yield from _as_problems(outcome.error, spec, outcome.map)


def _as_problems(error: HongxianError, spec: WorkspaceSpec, name: str) -> tuple[Problem, ...]:
    """Tell what kept a map from being drawn, at its file where the error names none."""
    told: tuple[Problem, ...] = getattr(error, "problems", ())
    if told:
        return told
    message, _, hint = str(error).partition(" — ")
    return (Problem(spec.map_file(name), 0, 0, message, hint),)
