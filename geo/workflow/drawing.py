"""Maps drawn one after the other or many at once, results in the order that was asked for.

A series is drawn page by page, so that its pages are shared among the workers. Everything is written beside the
outputs; only the caller puts files in their place. What is drawn does not depend on how many workers there are.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geo.errors import HongxianError, Problem, WorkspaceError
from geo.workflow.crew import crew

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from geo.spec.workspace import WorkspaceSpec
    from geo.store.store import Store
    from geo.workflow.crew import Crew

#: A series counts for this many sheets until somebody has counted its pages.
_OF_A_SERIES: Final = 8


@dataclass(frozen=True)
class Task:
    """A map and the formats it is wanted in; ``folder`` is where its files are written."""

    map: str
    formats: tuple[str, ...]
    as_at: date
    folder: Path
    internal: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of a task: files by format, None for one that may not leave the office."""

    map: str
    files: dict[str, Path | None]
    missing: str = ""
    """What a map that has nothing to show waits for; it has no files then."""
    faults: tuple[Problem, ...] = ()
    error: HongxianError | None = None


@dataclass(frozen=True)
class Contents:
    """The pages of a series, or why it has none."""

    numbers: tuple[int, ...] = ()
    missing: str = ""
    error: HongxianError | None = None


@dataclass(frozen=True)
class Part:
    """What one worker does at a time: a page of a series, or all that is not a page (``None``)."""

    task: Task
    page: int | None = None
    packed: bool = False
    """Whether the page's drawing goes to another process."""


@dataclass(frozen=True)
class Page:
    """A page of a series, drawn: its single files stand in the task's folder, its drawing is for the book."""

    number: int
    name: str = ""
    title: str = ""
    drawing: object = None
    """A figure, or its bytes when another process drew it."""
    internal: bool = False
    """Whether its coordinates must not leave the office, and have not been asked for."""
    faults: tuple[Problem, ...] = ()
    error: HongxianError | None = None


def sheets_in(spec: WorkspaceSpec, tasks: Sequence[Task]) -> int:
    """Say how many can draw at once, for :func:`geo.workflow.crew.workers_for`.

    A series has some pages at least; a sheet that stands alone and is wanted as PDF and otherwise too has two halves.
    """
    if len(tasks) == 1 and _halved(spec, tasks[0]):
        return 2
    return sum(_OF_A_SERIES if spec.maps[task.map].series else 1 for task in tasks)


def _halved(spec: WorkspaceSpec, task: Task) -> bool:
    """Tell whether a sheet's PDF can be written by another while the rest of it is."""
    return not spec.maps[task.map].series and "pdf" in task.formats and len(task.formats) > 1


def draw_each(
    spec: WorkspaceSpec, tasks: Sequence[Task], *, workers: int = 1,
    turned: Callable[[Task, int, int], None] = lambda _task, _done, _all: None,
) -> Iterator[Outcome]:  # fmt: skip
    """Draw maps and yield what came of each, in the order of the tasks.

    Args:
        spec: A workspace whose files are without fault.
        tasks: What to draw.
        workers: How many processes draw at once; see :func:`geo.workflow.crew.crew`.
        turned: Called after each page of a series with how many of how many are drawn.
    """
    with crew(spec, workers) as hands:
        # Writing books pulls in matplotlib, while the workers load theirs.
        from geo.workflow.binding import bind  # noqa: PLC0415

        if not hands.alone and len(tasks) == 1 and _halved(spec, tasks[0]):
            yield hands.own(partial(_in_halves, hands), tasks[0])
            return
        series = [task for task in tasks if spec.maps[task.map].series]
        found = dict(zip((t.map for t in series), hands.each(_contents, series), strict=True))
        parts = [
            part for t in tasks for part in _parts(t, found.get(t.map), packed=not hands.alone)
        ]
        results: Iterator[Any] = hands.each(_drawn, parts)
        for task in tasks:
            contents = found.get(task.map)
            if contents is None:
                yield next(results)
            elif contents.error or contents.missing:
                files = dict.fromkeys(task.formats) if contents.missing else {}
                yield Outcome(task.map, files, contents.missing, error=contents.error)
            else:
                yield bind(task, contents.numbers, results, turned)


def _parts(task: Task, contents: Contents | None, *, packed: bool) -> Iterator[Part]:
    """Divide a task among workers; of a series, the web page of the whole comes last."""
    if contents is None:
        yield Part(task)
        return
    yield from (Part(task, number, packed) for number in contents.numbers)
    if contents.numbers and "html" in task.formats:
        yield Part(task)


def _contents(store: Store, task: Task) -> Contents:
    from geo.workflow.sheets import contents_of  # noqa: PLC0415 - pulls in every layer's reader

    return contents_of(store, task)


def _drawn(store: Store, part: Part) -> Outcome | Page:
    from geo.workflow.sheets import draw_page, draw_sheet, draw_whole  # noqa: PLC0415 - as above

    if part.page is not None:
        return draw_page(store, part.task, part.page, packed=part.packed)
    of_series = store.spec.maps[part.task.map].series is not None
    return (draw_whole if of_series else draw_sheet)(store, part.task)


def _in_halves(hands: Crew, store: Store, task: Task) -> Outcome:
    from geo.workflow.sheets import draw_sheet  # noqa: PLC0415 - as above

    return draw_sheet(store, task, helper=hands)


def beside(folder: Path) -> tempfile.TemporaryDirectory[str]:
    """Make a place beside the outputs for files that are not whole yet."""
    folder.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(prefix=".", dir=folder, ignore_cleanup_errors=True)


def together(errors: Sequence[HongxianError]) -> HongxianError:
    """Tell all at once what kept sheets from being drawn; the first says with which exit code."""
    if len(errors) == 1:
        return errors[0]
    listed = [p for e in errors for p in getattr(e, "problems", ())]
    if isinstance(errors[0], WorkspaceError):
        others = [e for e in errors if not isinstance(e, WorkspaceError)]
        return WorkspaceError([*listed, *(Problem(Path("maps"), 0, 0, str(e)) for e in others)])
    return type(errors[0])("\n".join(dict.fromkeys(map(str, errors))))
