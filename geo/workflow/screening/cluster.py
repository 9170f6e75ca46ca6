"""Work dealt out to a Dask cluster: same results in the same order, whatever happens to a worker.

A job here is a function and its items; a function that deals them out (`Deal`) is all that differs between one
process (`locally`) and a cluster (`on_cluster`). Items and results travel by pickle, so functions must be
importable on the workers, which run the same version of this package (asked before the first item is sent).
"""

from __future__ import annotations

import importlib
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from geo.errors import InputError, MissingError
from geo.version import TOOL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Item = TypeVar("Item")
Result = TypeVar("Result")

ANSWER_S: Final = 30
"""Seconds a scheduler has to answer, and the first worker to be there."""
_AHEAD: Final = 2  # items waiting per thread of the workers, so that none is idle


class Deal(Protocol):
    """Deals items out to a function and gives the results in the order of the items."""

    def __call__(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Give ``work(item)`` for every item."""


def locally(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Do one item after another in this process.

    >>> list(locally(abs, [-1, 2]))
    [1, 2]
    """
    return map(work, items)


def on_cluster(scheduler: str) -> Deal:
    """Deal items out to the workers of a Dask scheduler.

    What a lost worker had in hand, or had done but not handed over, is done again by another. Items are read
    no further ahead than keeps the workers busy. The first item that fails ends the job with its own error.

    Args:
        scheduler: Its address, e.g. ``tcp://10.0.0.5:8786``.

    Raises:
        MissingError: The extra ``dask`` is not installed.
        InputError: When dealing: the scheduler does not answer, has no worker, or a worker has another version of
            this package; or the same item brought down several workers in a row.
    """

    def deal(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        with _client(scheduler) as client:
            most = _AHEAD * sum(client.nthreads().values())
            waiting: deque[Any] = deque()
            for item in items:
                waiting.append(client.submit(work, item, pure=False))
                # Workers may have come since.
                if len(waiting) >= max(most, 1):
                    yield _result(waiting.popleft())
                    most = _AHEAD * sum(client.nthreads().values())
            while waiting:
                yield _result(waiting.popleft())

    return deal


@contextmanager
def _client(scheduler: str) -> Iterator[Any]:
    """Connect to a scheduler, and make sure that somebody works there."""
    try:
        # Named in a string because it carries no types, and only some have it.
        distributed: Any = importlib.import_module("distributed")
    except ImportError as error:
        raise MissingError(
            "集群计算需要扩展 dask — 请安装 pip install hongxian[dask]，或用 --engine local"
        ) from error
    try:
        client = distributed.Client(scheduler, timeout=ANSWER_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            f"调度器 {scheduler} 没有应答 — 请先运行 dask scheduler，并核对地址（形如 tcp://主机:8786）"
        ) from error
    try:
        _greet(client, scheduler)
        yield client
    finally:
        client.close()


def _greet(client: Any, scheduler: str) -> None:
    """Ask the workers for their version."""
    try:
        client.wait_for_workers(1, timeout=ANSWER_S)
    except TimeoutError as error:
        raise InputError(
            f"调度器 {scheduler} 上没有工作进程 — 请在各台机器上运行 dask worker {scheduler}"
        ) from error
    try:
        told = client.run(tool_version)
    except ImportError as error:
        raise InputError(
            f"工作进程上没有安装 hongxian（{error}） — 请在各台机器上安装同一版本"
        ) from error
    if others := sorted({version for version in told.values() if version != TOOL}):
        raise InputError(f"工作进程的版本是 {'、'.join(others)}，本机是 {TOOL} — 请安装同一版本")


def tool_version() -> str:
    """Give the version of this package; asked on the workers.

    >>> tool_version().split()[0]
    'hongxian'
    """
    return TOOL


def _result(future: Any) -> Any:
    """Wait for a result."""
    scheduling: Any = importlib.import_module("distributed.scheduler")
    try:
        return future.result()
    except scheduling.KilledWorker as error:
        raise InputError(
            "同一批数据接连使几个工作进程中断，多半是内存不足 — 请减少每台的工作进程数后重新运行"
        ) from error
