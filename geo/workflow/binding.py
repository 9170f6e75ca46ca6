"""The pages of a series, put together: one book with bookmarks beside the single files that workers wrote."""

from __future__ import annotations

import pickle
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from geo.draw.sheet.book import Book, open_book
from geo.workflow.drawing import Outcome, Page, Task, together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from geo.errors import HongxianError, Problem


def bind(
    task: Task, numbers: Sequence[int], results: Iterator[Any],
    turned: Callable[[Task, int, int], None],
) -> Outcome:  # fmt: skip
    """Take the pages of a series as they are drawn, in order, and write them into one PDF.

    A page that cannot be drawn does not stop the others: all faults are told at once, and there are no files.

    Args:
        task: The series, and what is wanted of it.
        numbers: Its pages.
        results: What the workers drew; exactly what belongs to this series is taken from it.
        turned: Called after each page with how many of how many are drawn.
    """
    errors: list[HongxianError] = []
    faults: list[Problem] = []
    internal: list[bool] = []
    target = task.folder / f"{task.map}.pdf"
    with ExitStack() as stack:
        book: Book | None = None
        for done, _ in enumerate(numbers, start=1):
            page: Page = next(results)
            faults += page.faults
            errors += [page.error] if page.error is not None else []
            internal.append(page.internal)
            if "pdf" in task.formats and not errors and not any(internal):
                book = book or stack.enter_context(
                    open_book(target, title=page.title, day=task.as_at)
                )
                book.add(_figure(page), page.name)
            turned(task, done, len(numbers))
    files: dict[str, Path | None] = {
        "png": task.folder / f"{task.map}.png",
        "svg": None if internal[0] else task.folder / f"{task.map}.svg",
        "pdf": None if any(internal) else target,
    }
    if "html" in task.formats:
        whole: Outcome = next(results)
        files |= whole.files
        errors += [whole.error] if whole.error is not None else []
    if errors:
        return Outcome(task.map, {}, faults=tuple(faults), error=together(errors))
    return Outcome(task.map, {kind: files[kind] for kind in task.formats}, faults=tuple(faults))


def _figure(page: Page) -> Any:
    """Unpack a drawing; only our own workers sent it."""
    if isinstance(page.drawing, bytes):
        return pickle.loads(page.drawing)  # noqa: S301
    return page.drawing
