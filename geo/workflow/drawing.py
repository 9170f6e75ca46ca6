"""Many maps drawn at once: one worker per core, results in the order that was asked for.

Workers are started afresh (``spawn``, the only way on Windows), know the workspace as the caller read it,
and write beside the outputs; only the caller puts files in their place. What is drawn does not depend
on how many workers there are.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geo.draw.lint import problems
from geo.draw.subject import in_words, missing
from geo.errors import HongxianError
from geo.store.store import Store
from geo.workflow.maps import draw_map

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from geo.errors import Problem
    from geo.spec.workspace import WorkspaceSpec

#: What a worker may take while it draws a large sheet, bytes; measured: 0.45 GB, docs/performance.md.
_WORKER_BYTES: Final = 700_000_000
#: More workers than this gain little: each reads the workspace's layers for itself.
_MOST_WORKERS: Final = 8
_MEMORY: Final = Path("/proc/meminfo")


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


def workers_for(maps: int, wanted: int | None = None) -> int:
    """Say how many workers to start for a number of maps: 1 means to draw without any.

    Args:
        maps: How many maps there are to draw.
        wanted: How many workers the planner asks for; by default as many as there are cores.

    >>> workers_for(1, 8), workers_for(0), workers_for(20, 1)
    (1, 1, 1)
    """
    cores = wanted or min(os.cpu_count() or 1, _MOST_WORKERS)
    free = _free_bytes()
    if free is not None:
        cores = min(cores, int(free // _WORKER_BYTES))
    return max(min(cores, maps), 1)


def _free_bytes() -> int | None:
    """Tell how much memory is free; nothing where the system does not say it in a file."""
    try:
        lines = _MEMORY.read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvail"))
    except (OSError, ValueError, StopIteration):
        return None


def draw_each(spec: WorkspaceSpec, tasks: Sequence[Task], *, workers: int = 1) -> Iterator[Outcome]:
    """Draw maps and yield what came of each, in the order of the tasks.

    With more than one worker the calling program must be importable without starting anew
    (``if __name__ == "__main__":``), as ``multiprocessing`` wants it.
    When a worker is killed, as systems do when memory runs out, the caller draws the rest by itself.
    """
    done = 0
    if workers > 1:
        for outcome in _at_once(spec, tasks, workers):
            yield outcome
            done += 1
    store = Store(spec)
    yield from (_drawn(store, task) for task in tasks[done:])


def _at_once(spec: WorkspaceSpec, tasks: Sequence[Task], workers: int) -> Iterator[Outcome]:
    """Draw with several workers as long as they live."""
    pool = ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), initializer=_start, initargs=(spec,)
    )
    before = set(multiprocessing.active_children())
    try:
        yield from pool.map(_work, tasks)
        pool.shutdown()
    except BrokenProcessPool:
        return
    finally:
        # After an interrupt nobody waits for maps that are no longer wanted.
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
            child.join()


def beside(folder: Path) -> tempfile.TemporaryDirectory[str]:
    """Make a place beside the outputs for files that are not whole yet."""
    folder.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(prefix=".", dir=folder, ignore_cleanup_errors=True)


_stores: Final[list[Store]] = []


def _start(spec: WorkspaceSpec) -> None:
    """Get a worker ready; an interrupt is the caller's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _stores.append(Store(spec))


def _work(task: Task) -> Outcome:
    return _drawn(_stores[0], task)


def _drawn(store: Store, task: Task) -> Outcome:
    """Draw one map in all its formats; what is wrong with one map must not stop the others."""
    files: dict[str, Path | None] = {}
    try:
        if gaps := missing(store.spec.maps[task.map], store, day=task.as_at):
            return Outcome(task.map, dict.fromkeys(task.formats), missing=in_words(gaps))
        drawn = draw_map(store, task.map, as_at=task.as_at)
        file = store.spec.map_file(task.map)
        faults = problems(drawn.scene, shown=file, source=store.spec.sources.get(file))
        for kind in task.formats:
            path = task.folder / f"{task.map}.{kind}"
            files[kind] = path if task.internal or drawn.may_be(kind) else None
        wanted = [path for path in files.values() if path is not None]
        drawn.save_each(wanted, internal=task.internal)
    except HongxianError as error:
        return Outcome(task.map, {}, error=error)
    return Outcome(task.map, files, faults=faults)
