"""Screening a register: every site through the same check as a single one, in bounded memory, resumable.

Sites go through `geo.check.batch.desk` some thousand at a time: layer by layer, then one by one before the judge of
`check`. Each batch is written as a part before the next is read; a run that was killed finds its parts and goes on
after the last.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import InputError, UsageError
from geo.spec.wording import quoted
from geo.version import TOOL
from geo.workflow.screening import sites_in
from geo.workflow.screening.batch import BatchJob, Clerk, ScreenQuestion, check_batch, ground_of
from geo.workflow.screening.parts import Parts, refuse_too_many, write_out
from geo.workflow.screening.sites_in import batches, count_sites, fingerprint, refuse_bad_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

    from geo.store.store import Store
    from geo.workflow.screening.cluster import Deal

__all__ = ["ScreenQuestion", "Screened", "screen"]


@dataclass(frozen=True)
class Screened:
    """What a run did.

    Attributes:
        sites: Rows in all.
        resumed: How many of them an earlier run had done.
        bad: How many could not be checked; they are in the result and say so.
        strangers: How many have an industry that GB/T 4754 does not know; they are checked as if none were told.
        trades: How many have one that it knows, from a column of the register.
    """

    sites: int
    resumed: int
    bad: int = 0
    strangers: int = 0
    trades: int = 0


def screen(
    store: Store,
    question: ScreenQuestion,
    outputs: Sequence[tuple[str, Path]],
    *,
    progress: Callable[[int, int | None], None] = lambda _done, _all: None,
    announce: Callable[[str], None] | None = None,
    deal: Deal | None = None,
) -> Screened:
    """Check every site of the files and write one row each.

    Args:
        store: The workspace's data.
        question: What is asked.
        outputs: Format (parquet, gpkg, csv, xlsx) and file; the parts lie beside the first.
        progress: Told after every batch: sites done, sites in all if known.
        announce: Told, in Chinese, when something takes long or is missing that would be faster.
        deal: Who checks the batches (`geo.workflow.screening.cluster`); this process unless told. Rows are the same.

    Raises:
        UsageError: No output or no site, an industry or activity nobody knows, or an industry and a column of them.
        InputError: A file, or one of its sites, cannot be used; finished parts stay for the next run.
        GeometryError: A site cannot be measured (too wide for one plane).
        WorkspaceError: The table of activities has problems.
    """
    if not outputs:
        raise UsageError("没有给出输出文件 — 请用 --out 结果.parquet（或 .gpkg .csv .xlsx）")
    if question.industry is not None and question.industry_column is not None:
        raise UsageError("--industry 对全部地块，--industry-column 逐行取用 — 两者只能给一个")
    for path in question.files:
        if not path.is_file():
            raise InputError(f"{path.name}: 找不到文件 — 请检查路径")
    clerk = Clerk(store, question, announce)
    parts = Parts.beside(outputs[0][1], _fingerprint(store, question))
    finished = parts.finished()
    resumed = done = parts.rows() if finished else 0
    everything = count_sites(question.files)
    refuse_too_many(everything, [name for name, _ in outputs])
    if not question.keep_bad and not finished:  # parts of these very files tell that they passed
        refuse_bad_rows(question.files, store, question.reading)
    held = batches(question.files, store, question.reading, skip=finished)
    fresh = (rows for rows in held if len(rows))  # those done already come empty
    tables: Iterator[pa.Table]
    if deal is None:
        tables = map(clerk.table, fresh)
    else:
        ground, root = ground_of(store), store.root.resolve()
        tables = deal(check_batch, (BatchJob(root, ground, question, rows) for rows in fresh))
    for number, table in enumerate(tables, finished):
        parts.save(number, table)
        done += len(table)
        progress(done, everything)
    if not done:
        raise UsageError("没有要核查的地块 — 请给出含有地块的文件")
    titles = {name: quoted(layer.title) for name, layer in store.spec.layers.items()}
    for name, path in outputs:
        write_out(parts, name, path, titles=titles, as_at=question.as_at)
    screened = Screened(done, resumed, *parts.tally())
    parts.remove()
    return screened


def _fingerprint(store: Store, question: ScreenQuestion) -> str:
    """Fingerprint everything a row depends on."""
    asked = {
        "tool": TOOL, "workspace": ground_of(store),
        "sites": fingerprint(question.files), "names": [path.name for path in question.files],
        "as_at": str(question.as_at), "industry": question.industry, "column": question.industry_column,
        "activities": question.activities, "crs": question.crs, "accuracy_m": question.accuracy_m,
        "near_m": question.near_m, "existing": question.existing, "keep_bad": question.keep_bad,
        "batch": sites_in.BATCH,
    }  # fmt: skip
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
