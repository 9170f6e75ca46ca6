"""Screening a register: every site through the same check as a single one, in bounded memory, resumable.

Sites go through `geo.check.batch` some thousand at a time: layer by layer, then one by one before the judge of
`check`. Each batch is written as a part before the next is read; a run that was killed finds its parts and goes on
after the last.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.check.batch import Desk
from geo.check.ground import fingerprint as ground_fingerprint
from geo.check.sites import names_asked, question_of
from geo.errors import InputError, UsageError
from geo.spec.wording import quoted
from geo.version import TOOL
from geo.workflow import screen_input
from geo.workflow.screen_input import batches, count_sites, fingerprint, refuse_bad_rows
from geo.workflow.screen_parts import Parts, refuse_too_many, write_out
from geo.workflow.screen_rows import Tabled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from geo.store.store import Store


@dataclass(frozen=True)
class ScreenQuestion:
    """What is asked about every site of a register."""

    as_at: date
    files: tuple[Path, ...]
    industry: str | None = None
    activities: tuple[str, ...] = ()
    crs: str | None = None
    accuracy_m: float = 0.0
    near_m: float = 5000.0
    existing: bool = False
    keep_bad: bool = False


@dataclass(frozen=True)
class Screened:
    """What a run did.

    Attributes:
        sites: Rows in all.
        resumed: How many of them an earlier run had done.
        bad: How many could not be checked; they are in the result and say so.
    """

    sites: int
    resumed: int
    bad: int = 0


def screen(
    store: Store,
    question: ScreenQuestion,
    outputs: Sequence[tuple[str, Path]],
    *,
    progress: Callable[[int, int | None], None] = lambda _done, _all: None,
    announce: Callable[[str], None] | None = None,
) -> Screened:
    """Check every site of the files and write one row each.

    Args:
        store: The workspace's data.
        question: What is asked.
        outputs: Format (parquet, gpkg, csv, xlsx) and file; the parts lie beside the first.
        progress: Told after every batch: sites done, sites in all if known.
        announce: Told, in Chinese, when something takes long or is missing that would be faster.

    Raises:
        UsageError: No output or no site, or an industry or activity nobody knows.
        InputError: A file, or one of its sites, cannot be used; finished parts stay for the next run.
        GeometryError: A site cannot be measured (too wide for one plane).
        WorkspaceError: The table of activities has problems.
    """
    if not outputs:
        raise UsageError("没有给出输出文件 — 请用 --out 结果.parquet（或 .gpkg .csv .xlsx）")
    for path in question.files:
        if not path.is_file():
            raise InputError(f"{path.name}: 找不到文件 — 请检查路径")
    asked = question_of(
        store, as_at=question.as_at, industry=question.industry, activities=question.activities,
        near_m=question.near_m, existing=question.existing,
    )  # fmt: skip
    industry = asked.project.industry
    desk = Desk(asked, announce=announce)
    tabled = Tabled(
        names_asked(asked.tables, asked.required),
        None if industry is None else (industry.code, industry.name or ""),
    )
    parts = Parts.beside(outputs[0][1], _fingerprint(store, question))
    finished = parts.finished()
    done, resumed = 0, 0
    everything = count_sites(question.files)
    refuse_too_many(everything, [name for name, _ in outputs])
    if not question.keep_bad:
        refuse_bad_rows(question.files)
    held = batches(
        question.files, store, crs=question.crs, accuracy_m=question.accuracy_m, skip=finished
    )
    for number, rows in enumerate(held):
        if number >= finished:
            parts.save(number, tabled.table(desk.check(rows.sites), rows.bad))
            done += len(rows)
        elif number == finished - 1:
            resumed = done = parts.rows()
        progress(done, everything)
    if not done:
        raise UsageError("没有要核查的地块 — 请给出含有地块的文件")
    titles = {name: quoted(layer.title) for name, layer in store.spec.layers.items()}
    for name, path in outputs:
        write_out(parts, name, path, titles=titles, as_at=question.as_at)
    bad = parts.bad()
    parts.remove()
    return Screened(done, resumed, bad)


def _fingerprint(store: Store, question: ScreenQuestion) -> str:
    """Fingerprint everything a row depends on."""
    tables = [store.layer(name) for name, layer in store.spec.layers.items() if layer.zone]
    asked = {
        "tool": TOOL, "workspace": ground_fingerprint(store, tables),
        "sites": fingerprint(question.files), "names": [path.name for path in question.files],
        "as_at": str(question.as_at), "industry": question.industry,
        "activities": question.activities, "crs": question.crs, "accuracy_m": question.accuracy_m,
        "near_m": question.near_m, "existing": question.existing, "keep_bad": question.keep_bad,
        "batch": screen_input.BATCH,
    }  # fmt: skip
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
