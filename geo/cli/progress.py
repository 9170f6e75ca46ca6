"""Progress for anything over a second: on a terminal only, on stderr only."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def progress_bar(*, quiet: bool) -> Iterator[Callable[[int, int, str], None]]:
    """Offer a callback ``(done, all, what)`` that draws a bar, or does nothing off a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda _done, _all, _what: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"),
               TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("")

        def show(done: int, count: int, what: str) -> None:
            bar.update(task, completed=done, total=count, description=what)

        yield show
