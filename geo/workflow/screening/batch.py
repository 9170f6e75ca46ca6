"""One batch of a register checked, in this process or on a worker of a cluster."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from geo.check.batch.desk import Desk
from geo.check.ground import fingerprint as ground_fingerprint
from geo.check.sites import names_asked, question_of
from geo.errors import InputError
from geo.spec.industries import industry_in_cell
from geo.store.store import open_store
from geo.workflow.screening.rows import Tabled, Trade
from geo.workflow.screening.sites_in import Reading

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    import pyarrow as pa

    from geo.check.project import Project
    from geo.store.store import Store
    from geo.workflow.screening.sites_in import Rows

_MOST_KEPT: Final = 20_000


@dataclass(frozen=True)
class ScreenQuestion:
    """What is asked about every site of a register.

    ``industry`` is that of all sites; without it each has that of its row, in ``industry_column`` or a column of one of
    the usual names.
    """

    as_at: date
    files: tuple[Path, ...]
    industry: str | None = None
    industry_column: str | None = None
    activities: tuple[str, ...] = ()
    crs: str | None = None
    accuracy_m: float = 0.0
    near_m: float = 5000.0
    existing: bool = False
    keep_bad: bool = False

    @property
    def reading(self) -> Reading:
        """How the files are read."""
        column = self.industry_column if self.industry is None else ""
        return Reading(self.crs, self.accuracy_m, column)


class Clerk:
    """Answers a question for one batch after another.

    Args:
        store: The workspace's data.
        question: What is asked.
        announce: Told, in Chinese, when something takes long or is missing that would be faster.

    Raises:
        UsageError: An industry or activity nobody knows.
        WorkspaceError: The table of activities has problems.
    """

    def __init__(
        self, store: Store, question: ScreenQuestion, announce: Callable[[str], None] | None = None
    ) -> None:
        asked = question_of(
            store, as_at=question.as_at, industry=question.industry, activities=question.activities,
            near_m=question.near_m, existing=question.existing,
        )  # fmt: skip
        self._project = asked.project
        self._desk = Desk(asked, announce=announce)
        self._tabled = Tabled(names_asked(asked.tables, asked.required))
        self._known: dict[str, tuple[Project, Trade]] = {}

    def table(self, rows: Rows) -> pa.Table:
        """Check some rows of a register, one row each.

        Raises:
            GeometryError: A site cannot be measured (too wide for one plane).
        """
        told = [self._told(word) for word in rows.industries or [""] * len(rows.sites)]
        checked = self._desk.check(rows.sites, [project for project, _ in told])
        bad = {at: (row, self._told(row.industry)[1]) for at, row in rows.bad.items()}
        return self._tabled.table(checked, [trade for _, trade in told], bad)

    def _told(self, word: str) -> tuple[Project, Trade]:
        """Tell the project of a row from what its register has; the question's own where it has nothing."""
        if word not in self._known:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            found = industry_in_cell(word) if word else self._project.industry
            project = replace(self._project, industry=found)
            code, name = (None, None) if found is None else (found.code, found.name or "")
            self._known[word] = (project, Trade(code, name, word or None))
        return self._known[word]


@dataclass(frozen=True)
class BatchJob:
    """A batch on its way to a worker.

    Args:
        root: The workspace, under the same path on every machine.
        ground: Fingerprint of its contents (`ground_of`).
        question: What is asked.
        rows: The batch.
    """

    root: Path
    ground: str
    question: ScreenQuestion
    rows: Rows


def check_batch(job: BatchJob) -> pa.Table:
    """Check a batch on a worker, which opens the workspace once.

    Raises:
        InputError: The worker sees another state of the workspace than whoever asked.
        GeometryError: As `Clerk.table`.
    """
    return _clerk(job.root, job.ground, job.question).table(job.rows)


@lru_cache(maxsize=2)
def _clerk(root: Path, ground: str, question: ScreenQuestion) -> Clerk:
    """Open a workspace, and make sure that it is the one that was meant."""
    store = open_store(root)
    if ground_of(store) != ground:
        raise InputError(
            f"工作进程看到的工作区与本机不同（{root}） — 请放在共享目录，或在各台机器上放同一份"
        )
    return Clerk(store, question)


def ground_of(store: Store) -> str:
    """Fingerprint what a workspace says about places."""
    tables = [store.layer(name) for name, layer in store.spec.layers.items() if layer.zone]
    return ground_fingerprint(store, tables)
