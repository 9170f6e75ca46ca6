"""A crew of processes that know a workspace: each answers what it is asked, in the order it was asked.

Workers are started by a server that has the drawing code loaded (Linux), else afresh (``spawn``, the only way
on Windows); they know the workspace as the caller read it. What they answer does not depend on how many there are.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.context import BaseContext

    from geo.spec.workspace import WorkspaceSpec
    from geo.store.store import Store

#: What a worker may take while it draws a large sheet, bytes; measured: 0.45 GB, docs/performance.md.
_WORKER_BYTES: Final = 700_000_000
#: More workers than this gain little: each reads the workspace's layers for itself.
_MOST_WORKERS: Final = 8
#: Questions asked ahead of the answer that is waited for, per worker: a slow one holds up nobody, and
#: answers that wait for it fill no memory.
_AHEAD: Final = 4
_MEMORY: Final = Path("/proc/meminfo")
#: What a server of workers loads once for all of them: nothing of it is needed to start them.
_LOADED: Final = ("geo.workflow.sheets", "geo.web.page", "matplotlib.backends.backend_pdf")

Part = TypeVar("Part")
Answer = TypeVar("Answer")


def workers_for(sheets: int, wanted: int | None = None) -> int:
    """Say how many workers to start for a number of sheets: 1 means to draw without any.

    Args:
        sheets: How many sheets there are to draw.
        wanted: How many workers the planner asks for; by default as many as there are cores.

    >>> workers_for(1, 8), workers_for(0), workers_for(20, 1)
    (1, 1, 1)
    """
    cores = wanted or min(os.cpu_count() or 1, _MOST_WORKERS)
    free = _free_bytes()
    if free is not None:
        cores = min(cores, int(free // _WORKER_BYTES))
    return max(min(cores, sheets), 1)


def _free_bytes() -> int | None:
    """Tell how much memory is free; nothing where the system does not say it in a file."""
    try:
        lines = _MEMORY.read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvail"))
    except (OSError, ValueError, StopIteration):
        return None


class Crew:
    """Workers, or none: then the caller does the work by itself, one part after the other."""

    def __init__(self, spec: WorkspaceSpec, pool: ProcessPoolExecutor | None, size: int) -> None:
        """Make a crew of a pool that :func:`crew` started."""
        self._spec, self._pool, self.size = spec, pool, size

    @cached_property
    def _store(self) -> Store:
        return _store_of(self._spec)

    @property
    def alone(self) -> bool:
        """Tell whether the caller does the work by itself."""
        return self._pool is None

    def each(
        self, work: Callable[[Store, Part], Answer], parts: Sequence[Part]
    ) -> Iterator[Answer]:
        """Yield the answer to each part, in order; parts are begun as answers are taken.

        When a worker is killed, as systems do when memory runs out, the caller does the rest by itself.

        Args:
            work: A function of a module, which a worker can find by its name.
            parts: What to ask; they and the answers go from process to process (``pickle``).
        """
        done = 0
        try:
            for answer in self._asked(work, parts):
                yield answer
                done += 1
        except BrokenProcessPool:
            self._pool = None
        for part in parts[done:]:
            yield work(self._store, part)

    def own(self, work: Callable[[Store, Part], Answer], part: Part) -> Answer:
        """Have the caller do something itself."""
        return work(self._store, part)

    def ask(self, work: Callable[[Store, Part], Answer], part: Part) -> Callable[[], Answer]:
        """Have a worker do something beside the caller's own work; what is returned waits for the answer."""
        if self._pool is None:
            return lambda: self.own(work, part)
        future = self._pool.submit(_answer, work, part)

        def waited() -> Answer:
            try:
                return future.result()
            except BrokenProcessPool:
                self._pool = None
                return self.own(work, part)

        return waited

    def _asked(
        self, work: Callable[[Store, Part], Answer], parts: Sequence[Part]
    ) -> Iterator[Answer]:
        if self._pool is None:
            return
        waiting = deque[Future[Answer]]()
        for part in parts:
            waiting.append(self._pool.submit(_answer, work, part))
            if len(waiting) >= _AHEAD * self.size:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@contextmanager
def crew(spec: WorkspaceSpec, workers: int) -> Iterator[Crew]:
    """Start workers for a workspace, and end them all when the work is done or given up.

    With more than one worker the calling program must be importable without starting anew
    (``if __name__ == "__main__":``), as ``multiprocessing`` wants it.
    """
    if workers <= 1:
        yield Crew(spec, None, 1)
        return
    before = set(multiprocessing.active_children())
    with _uninterrupted():
        context = _context()
        pool = ProcessPoolExecutor(workers, context, initializer=_start, initargs=(spec,))
        if context.get_start_method() == "spawn":
            for _ in range(workers):
                pool.submit(_ready)
    try:
        yield Crew(spec, pool, workers)
        pool.shutdown()
    finally:
        # After an interrupt nobody waits for sheets that are no longer wanted.
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
            child.join()


def _context() -> BaseContext:
    """Choose how workers are started: from a server that has loaded everything once, where that is safe.

    Forking is not safe on macOS, whose system libraries start threads, and unknown on Windows.
    """
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver  # noqa: PLC0415 - not there on Windows

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_LOADED))
    forkserver.ensure_running()
    return context


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Start processes that do not hear an interrupt, which is the caller's to answer."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, heard)


_stores: Final[list[Store]] = []


def _store_of(spec: WorkspaceSpec) -> Store:
    # Reading layers pulls in geopandas: a caller with workers does without.
    from geo.store.store import Store  # noqa: PLC0415

    return Store(spec)


def _start(spec: WorkspaceSpec) -> None:
    """Get a worker ready."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _stores.append(_store_of(spec))


def _ready() -> None:
    """Answer that a worker is there."""


def _answer(work: Callable[[Store, Part], Answer], part: Part) -> Answer:
    return work(_stores[0], part)
