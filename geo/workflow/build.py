"""Make everything that is out of date, and only that."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geo.errors import HongxianError, Problem, UsageError, WorkspaceError
from geo.spec.closed import nearest
from geo.spec.workspace import WorkspaceSpec, find_root, read_workspace
from geo.workflow.build_reports import build_reports, report_jobs
from geo.workflow.crew import workers_for
from geo.workflow.drawing import Task, beside, draw_each, sheets_in, together
from geo.workflow.inputs import map_inputs
from geo.workflow.manifest import Fingerprints, Manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

FORMATS: Final = ("png", "pdf", "html")


@dataclass(frozen=True)
class Job:
    """One output to make: ``maps/<map>.<format>`` under ``build/``."""

    output: str
    map: str
    format: str
    inputs: dict[str, str]


@dataclass(frozen=True)
class Built:
    """What a build did."""

    made: tuple[str, ...]
    fresh: tuple[str, ...]
    removed: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    faults: tuple[Problem, ...] = ()
    """What the linter found on the maps that were drawn."""
    missing: tuple[tuple[str, str, str], ...] = ()
    """Maps that have nothing to show: id, title, and what is missing."""


def build(
    start: Path,
    *,
    names: Sequence[str] = (),
    formats: Sequence[str] = FORMATS,
    as_at: date | None = None,
    again: bool = False,
    reports: bool = True,
    internal: bool = False,
    workers: int | None = 1,
    progress: Callable[[int, int, str], None] = lambda _done, _all, _what: None,
) -> Built:
    """Draw the maps of a workspace whose inputs have changed since they were drawn.

    Args:
        start: A folder in the workspace.
        names: Ids of maps; empty for all, and then outputs nobody asks for are removed.
        formats: Formats to draw.
        as_at: Date of the maps; ``workspace.yml``'s, else today.
        again: Draw even what is fresh.
        reports: Make the reports of ``reports/`` as well, unless maps are named.
        internal: Make what carries the coordinates of layers marked 内部; otherwise HTML and SVG of
            maps with such layers are left out, and a PDF holds a picture.
        workers: How many processes draw at once; None for as many as there are cores. More than one needs a
            program that can be imported without starting anew.
        progress: Called before each output with how many are done, how many there are, and what.

    Raises:
        WorkspaceError: The workspace's files have problems.
        UsageError: No such map.
    """
    root = find_root(start)
    spec, problems = read_workspace(root)
    if spec is None or problems:
        raise WorkspaceError(problems)
    day = as_at or spec.marker.as_at or date.today()  # noqa: DTZ011
    for name in names:
        if name not in spec.maps:
            raise UsageError(f"没有名为 {name} 的地图 — {nearest(name, spec.maps)}")
    manifest = Manifest.read(root / "build")
    jobs = list(_jobs(spec, names or tuple(spec.maps), formats, internal=internal))
    papers = [] if names else report_jobs(spec)
    old = [
        j
        for j in papers
        if reports and (again or not manifest.is_fresh(j.output, j.inputs, as_at=day))
    ]
    stale = [j for j in jobs if again or not manifest.is_fresh(j.output, j.inputs, as_at=day)]
    faults = _draw(spec, stale, manifest, day, progress, internal=internal, workers=workers)
    build_reports(spec, old, manifest, day, progress, workers=workers)
    wanted = [*(j.output for j in jobs), *(j.output for j in papers)]
    removed = () if names else tuple(manifest.forget_except(wanted))
    left = {j.output for j in jobs if manifest.is_withheld(j.output)}
    fresh = tuple(j.output for j in jobs if j not in stale and j.output not in left)
    made = tuple(j.output for j in stale if j.output not in left)
    if reports:
        made += tuple(j.output for j in old)
        fresh += tuple(j.output for j in papers if j not in old)
    bare = {j.map: manifest.missing(j.output) for j in jobs if manifest.missing(j.output)}
    left -= {j.output for j in jobs if j.map in bare}
    missing = tuple((name, spec.maps[name].title, why) for name, why in bare.items())
    return Built(made, fresh, removed, tuple(sorted(left)), faults, missing)


def _draw(
    spec: WorkspaceSpec, jobs: list[Job], manifest: Manifest, day: date,
    progress: Callable[[int, int, str], None], *, internal: bool, workers: int | None,
) -> tuple[Problem, ...]:  # fmt: skip
    """Draw what is out of date; return the linter's complaints about it."""
    if not jobs:
        return ()
    wanted: dict[str, list[Job]] = {}
    for job in jobs:
        wanted.setdefault(job.map, []).append(job)
    done, faults, errors = 0, list[Problem](), list[HongxianError]()
    with beside(manifest.folder) as folder:
        tasks = [
            Task(name, tuple(j.format for j in of), day, Path(folder), internal)
            for name, of in wanted.items()
        ]
        progress(0, len(jobs), jobs[0].output)

        def turned(task: Task, page: int, pages: int) -> None:
            progress(done, len(jobs), f"{wanted[task.map][-1].output} 第 {page}/{pages} 幅")

        hands = workers_for(sheets_in(spec, tasks), workers)
        for outcome in draw_each(spec, tasks, workers=hands, turned=turned):
            of = wanted[outcome.map]
            done += len(of)
            progress(done, len(jobs), of[-1].output)
            faults += outcome.faults
            if outcome.error is not None:
                errors.append(outcome.error)
                continue
            for job in of:
                _keep(manifest, job, outcome.files[job.format], day, missing=outcome.missing)
    if errors:
        raise together(errors)
    return tuple(faults)


def _keep(manifest: Manifest, job: Job, file: Path | None, day: date, *, missing: str) -> None:
    """Put a finished file in its place, or see to it that one that may not exist does not."""
    if file is None:
        manifest.withhold(job.output, job.inputs, as_at=day, reason=missing)
        return
    target = manifest.folder / job.output
    target.parent.mkdir(parents=True, exist_ok=True)
    file.replace(target)
    # The single pages of a series stand in a folder of the map's name, the last run's until now.
    if (pages := file.with_suffix("")).is_dir():
        shutil.rmtree(target.with_suffix(""), ignore_errors=True)
        pages.replace(target.with_suffix(""))
    manifest.record(job.output, job.inputs, as_at=day)


def _jobs(
    spec: WorkspaceSpec, names: Sequence[str], formats: Sequence[str], *, internal: bool
) -> Iterator[Job]:
    prints = Fingerprints(spec.root)
    for name in names:
        # Files with internal coordinates are never fresh for a build that may not make them.
        mode = {"--internal": "yes"} if internal else {}
        inputs = prints.of(map_inputs(spec, name)) | mode
        for suffix in formats:
            yield Job(f"maps/{name}.{suffix}", name, suffix, inputs)
