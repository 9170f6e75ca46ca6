"""A report of fifty maps and fifty tables as DOCX and PDF: `python benchmarks/report_bench.py`.

Each run is a process of its own, from reading the workspace to both files written; its line gives the seconds waited for
drawing (by as many workers as there are cores), the CPU seconds of everything beside it and of the PDF, the peak memory of the process, of the process with those that draw
(proportional set size, sampled, Linux), of typst and of both while the PDF is set, and the first digits of both files' sha256, which must agree.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from docx import Document

ROOT = Path(__file__).parents[1]
HEAD = "| run | figures | tables | cells | drawing s | beside it s | PDF s | process MB | drawing, together MB | typst MB | PDF, together MB | same bytes |"
KINDS = ("project", "measure", "control")
CHAPTERS = 5
SAMPLED_EVERY_S = 0.25
#: CPU seconds of the sampling itself: it looks at hundreds of megabytes, and is no part of the report.
SAMPLING = [0.0]


def write_template(
    path: Path, maps: list[str], plans: list[str], figures: int, tables: int
) -> None:
    """Write a bureau's template: in each chapter figures with a reference, a number of a plan, and long tables."""
    document = Document()
    document.add_paragraph("{{ figure_list() }}")
    document.add_paragraph("{{ table_list() }}")
    for at in range(figures):
        if at % max(figures // CHAPTERS, 1) == 0:
            document.add_heading(f"{at * CHAPTERS // figures + 1} 专题", 1)
        name, plan, kind = maps[at % len(maps)], plans[at % len(plans)], KINDS[at % len(KINDS)]
        document.add_paragraph(
            f"见{{{{ ref('{name}') }}}}，目标 {{{{ indicator('{plan}', 1).target_2025 }}}}"
        )
        document.add_paragraph(f"{{{{ map('{name}') }}}}")
        if at < tables:
            document.add_paragraph(f"{{{{ table('tasks', plan='{plan}', kind='{kind}') }}}}")
    document.save(str(path))


def run(
    workspace: Path, folder: Path, figures: int, tables: int, maps: list[str]
) -> dict[str, Any]:
    """Make the report once in this process, and tell what it took."""
    import geo  # noqa: PLC0415 - its import is part of the run
    from geo.workflow.reporting.plates import Plates  # noqa: PLC0415

    peak = _watched()
    space = geo.open(workspace)
    store = space.store
    drawing = {"waited": 0.0, "own": 0.0}
    Plates.draw = _timed(Plates.draw, drawing)  # type: ignore[method-assign]
    write_template(folder / "template.docx", maps, list(store.spec.plans), figures, tables)
    made = space.report(folder / "template.docx", title="五十图", workers=None)
    made.save(folder / "report.docx")
    # As the command does: the PDF is set from the finished file.
    del space, store
    gc.collect()
    docx_s, drawing_mb = _cpu_s(), peak["together"]
    peak |= {"child": 0.0, "together": 0.0}
    made.save(folder / "report.pdf")
    files = [hashlib.sha256((folder / f"report.{s}").read_bytes()).hexdigest() for s in ("docx", "pdf")]  # fmt: skip
    placed = [item.exhibit for item in made.embedded if hasattr(item.exhibit, "rows")]
    return {
        "figures": len(made.embedded) - len(placed), "tables": len(placed),
        "cells": sum(len(table.columns) * (len(table.rows) + 1) for table in placed),
        "drawing_s": drawing["waited"], "beside_s": docx_s - drawing["own"], "pdf_s": _cpu_s() - docx_s,
        "process_mb": _most_mb(), "drawing_mb": drawing_mb, "typst_mb": peak["child"],
        "together_mb": peak["together"], "files": files,
    }  # fmt: skip


def drawable(workspace: Path) -> list[str]:
    """List the maps that have data, as the writer of a template knows them."""
    import geo  # noqa: PLC0415
    from geo.draw.layers.subject import missing  # noqa: PLC0415

    space = geo.open(workspace)
    maps = space.store.spec.maps
    return [name for name in maps if not missing(maps[name], space.store, day=space.as_at)]


def _timed(draw: Callable[..., Any], spent: dict[str, float]) -> Callable[..., Any]:
    def drawn(*arguments: Any, **named: Any) -> Any:
        waited, own = time.perf_counter(), _cpu_s()
        try:
            return draw(*arguments, **named)
        finally:
            spent["waited"] += time.perf_counter() - waited
            spent["own"] += _cpu_s() - own

    return drawn


def _cpu_s() -> float:
    """CPU seconds of this process and of its ended children, without those of the sampling."""
    told = os.times()
    return told.user + told.system + told.children_user + told.children_system - SAMPLING[0]


def _most_mb() -> float:
    """Peak resident memory of this process; 0 where the system does not tell (Windows)."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return 0.0
    unit = 1024 if sys.platform == "darwin" else 1
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit / 1024


def _watched() -> dict[str, float]:
    """Keep the peaks, MB, of the largest child and of this process with its children.

    Of a child ``ru_maxrss`` would not do: it starts with what its parent held.
    """
    peak = {"child": 0.0, "together": 0.0}

    def watch() -> None:
        while True:
            own, children = _held_mb()
            peak["child"] = max(peak["child"], *children, 0.0)
            peak["together"] = max(peak["together"], own + sum(children))
            SAMPLING[0] = time.thread_time()
            time.sleep(SAMPLED_EVERY_S)

    if Path("/proc/self/smaps_rollup").exists():
        threading.Thread(target=watch, daemon=True).start()
    return peak


def _held_mb() -> tuple[float, list[float]]:
    """Memory of this process and of each child now."""
    own = os.getpid()
    children: list[str] = []
    for task in Path(f"/proc/{own}/task").iterdir():
        try:
            children += (task / "children").read_text().split()
        except OSError:
            continue
    return _pss_mb(str(own)), [_pss_mb(pid) for pid in children]


def _pss_mb(pid: str) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def main() -> int:
    """Run the benchmark; 1 when two runs gave different bytes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figures", type=int, default=50)
    parser.add_argument("--tables", type=int, help="as many as figures by default")
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument(
        "--maps", nargs="*", default=[], help="maps to draw in turn; all by default"
    )
    parser.add_argument("--workspace", type=Path, default=ROOT)
    parser.add_argument("--once", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    tables = asked.figures if asked.tables is None else asked.tables
    if asked.once:
        print(json.dumps(run(asked.workspace, asked.once, asked.figures, tables, asked.maps)))
        return 0
    print(f"{HEAD}\n|{'---|' * HEAD.count(' | ')}---|")
    if not asked.maps:
        # In another process: the report is timed from its own start, with its template written before.
        with ProcessPoolExecutor(1) as before:
            asked.maps = before.submit(drawable, asked.workspace).result()
    first: list[str] = []
    for number in range(1, asked.runs + 1):
        told = _in_a_process(asked)
        first = first or told["files"]
        same = told["files"] == first
        print(
            f"| {number} | {told['figures']} | {told['tables']} | {told['cells']} | {told['drawing_s']:.1f} | "
            f"{told['beside_s']:.1f} | {told['pdf_s']:.1f} | {told['process_mb']:.0f} | {told['drawing_mb']:.0f} | "
            f"{told['typst_mb']:.0f} | "
            f"{told['together_mb']:.0f} | {'yes' if same else 'NO'} {' '.join(f[:12] for f in told['files'])} |",
            flush=True,
        )
        if not same:
            return 1
    return 0


def _in_a_process(asked: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable, __file__, "--once", folder, "--figures", str(asked.figures),
            *(() if asked.tables is None else ("--tables", str(asked.tables))),
            "--workspace", str(asked.workspace), "--maps", *asked.maps,
        ]  # fmt: skip
        # This interpreter and this file.
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


if __name__ == "__main__":
    sys.exit(main())
