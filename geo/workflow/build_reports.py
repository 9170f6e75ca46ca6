"""The reports of ``reports/*.yml`` as outputs of a build."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from geo.errors import Problem, WorkspaceError
from geo.spec.reports import ReportSpec
from geo.spec.workspace import WorkspaceSpec
from geo.workflow.inputs import report_inputs
from geo.workflow.manifest import Fingerprints, Manifest
from geo.writing import replacing


@dataclass(frozen=True)
class ReportJob:
    """One report in one format: ``reports/<name>.<format>`` under ``build/``."""

    output: str
    report: str
    format: str
    inputs: dict[str, str]


def report_jobs(spec: WorkspaceSpec) -> list[ReportJob]:
    """List every report in every format it asks for.

    Raises:
        WorkspaceError: Two reports would be written to one file.
    """
    prints = Fingerprints(spec.root)
    jobs = [job for name, report in spec.reports.items() for job in _of(spec, name, report, prints)]
    outputs = [job.output for job in jobs]
    if twice := sorted({output for output in outputs if outputs.count(output) > 1}):
        raise WorkspaceError(
            Problem(Path("reports"), 0, 0, f"有两份报告都写到 {output}", "请改其中一份的 output")
            for output in twice
        )
    return jobs


def build_reports(
    spec: WorkspaceSpec, jobs: list[ReportJob], manifest: Manifest, day: date,
    progress: Callable[[int, int, str], None], *, workers: int | None,
) -> None:  # fmt: skip
    """Make the reports given; each is filled once, then written in its formats."""
    if not jobs:
        return
    from geo.store.store import Store  # noqa: PLC0415 - nothing to do must cost nothing
    from geo.workflow.reporting.reports import make_report  # noqa: PLC0415

    store = Store(spec)
    done = 0
    for name in dict.fromkeys(job.report for job in jobs):
        made = make_report(store, spec.reports[name], as_at=day, workers=workers)
        for job in (j for j in jobs if j.report == name):
            progress(done, len(jobs), job.output)
            done += 1
            with replacing(manifest.folder / job.output) as temporary:
                temporary.write_bytes(made.rendered(f".{job.format}"))
            manifest.record(job.output, job.inputs, as_at=day)


def _of(
    spec: WorkspaceSpec, name: str, report: ReportSpec, prints: Fingerprints
) -> Iterator[ReportJob]:
    inputs = prints.of(report_inputs(spec, name))
    for suffix in report.formats:
        yield ReportJob(f"reports/{report.output or name}.{suffix}", name, suffix, inputs)
