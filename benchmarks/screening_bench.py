"""The screening job against every engine that is installed, in one run: `make bench`.

Makes its data once in build/benchmark/. `--scale 0.01` is the small version. An engine that is not
installed is skipped and named. CPU seconds are told beside wall seconds: on a machine that others use only those compare.
The table so far is written beside the data after every run; `--go-on` takes up what an interrupted run measured.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from screening.table import SAME, compared, table

HERE = Path(__file__).parent
#: Before each run an engine does this share of the job, untold: systems let go of the files of programs that rested while
#: the others ran for minutes, and reading them anew is the disk's time and not the engine's.
WAKING = 0.001
ENGINES = [
    "kernel",
    "shapely_threads",
    "duckdb",
    "sedonadb",
    "polars_st",
    "geopandas_sjoin",
    "geopandas_overlay",
    "dask_geopandas",
    "postgis",
    "postgis_subdivide",
]


def once(engine: str, sites: Path, zones: Path, out: Path, limit: float) -> dict[str, float] | str:
    """One run, or in words why it gave nothing."""
    script = str(HERE / "screening" / "engines.py")
    command = [sys.executable, script, engine, str(sites), str(zones), str(out)]
    # In a session of its own, so that an engine's workers end with it.
    process = subprocess.Popen(  # noqa: S603 - ours
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        said, complained = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return f"cut off after {limit:.0f} s"
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    told = [line for line in said.splitlines() if line.startswith("RESULT ")]
    if not told:
        return f"skipped ({(complained.strip().splitlines() or ['no output'])[-1]})"
    return json.loads(told[0].removeprefix("RESULT "))


class Record:
    """The runs so far, as JSON for `--go-on` and as a table, written anew after each."""

    def __init__(self, folder: Path, name: str, engines: list[str], *, go_on: bool) -> None:
        self.folder, self.json, self.markdown = (
            folder,
            folder / f"{name}.json",
            folder / f"{name}.md",
        )
        held = json.loads(self.json.read_text()) if go_on and self.json.exists() else {}
        # What an engine could not do before may be possible now.
        self.runs = {key: told for key, told in held.items() if isinstance(told, list)}
        self.runs |= {key: self.runs.get(key, []) for key in engines}
        self.differences = {}

    def add(self, engine: str, told: dict[str, float] | str) -> None:
        if isinstance(told, str):
            self.runs[engine] = self.runs[engine] or told
        else:
            self.runs[engine].append(told)
        self.write()

    def write(self) -> None:
        for engine, told in self.runs.items():
            if isinstance(told, list) and told and engine not in self.differences:
                self.differences[engine] = compared(self.folder, engine)
        for path, text in (
            (self.json, json.dumps(self.runs)),
            (self.markdown, table(self.runs, self.differences)),
        ):
            fresh = path.with_suffix(".new")
            fresh.write_text(text)
            fresh.replace(path)

    def wants(self, engine: str, turn: int, once_above: float) -> bool:
        told = self.runs[engine]
        if isinstance(told, str) or len(told) > turn:
            return False
        return not told or told[0]["wall_s"] <= once_above

    def wrong(self) -> list[str]:
        return [name for name, (pairs, worst) in self.differences.items() if pairs or worst > SAME]


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--folder", type=Path, default=None, help="for the data and the table")
    parser.add_argument("--reps", type=int, default=3)
    parser.add_argument("--once-above", type=float, default=100.0, metavar="SECONDS",
                        help="an engine whose first run took longer is not run again")  # fmt: skip
    parser.add_argument("--limit", type=float, default=1800.0, metavar="SECONDS", help="for a run")
    parser.add_argument("--sites", default="footprints")
    parser.add_argument("--zones", default="zones")
    parser.add_argument("--engines", nargs="*", default=ENGINES)
    parser.add_argument("--own-costs", action="store_true",
                        help="PostGIS at PostgreSQL's own costs as well, one process: it takes minutes")  # fmt: skip
    parser.add_argument("--go-on", action="store_true", help="keep the runs of the last time")
    asked = parser.parse_args()
    asked.engines = [*asked.engines, *["postgis_own_costs"] * asked.own_costs]
    return asked


def made(folder: Path, scale: float, sites: str, zones: str) -> tuple[Path, Path]:
    """Make the data of a job where they are not there yet; give the files of sites and zones."""
    make = [sys.executable, str(HERE / "screening" / "make_data.py"), str(folder), "--scale", str(scale),
            "--only", "zones", sites, zones]  # fmt: skip
    subprocess.run(make, check=True)  # noqa: S603 - ours
    return folder / f"{sites}.parquet", folder / f"{zones}.parquet"


def main() -> None:
    asked, began = options(), time.monotonic()
    folder = asked.folder or HERE.parent / "build" / "benchmark" / f"{asked.scale:g}"
    sites, zones = made(folder, asked.scale, asked.sites, asked.zones)
    small = made(folder / "small", WAKING, asked.sites, asked.zones)
    own = f"{asked.sites}-{asked.zones}"
    results = folder / own  # each job's pairs apart, or one would be compared with another's
    results.mkdir(exist_ok=True)
    record = Record(results, "runs", asked.engines, go_on=asked.go_on)
    once("kernel", sites, zones, results / "kernel.npz", asked.limit)  # fills the kernel's cache
    for turn in range(asked.reps):  # engines take turns, so that a busy minute hits them all
        for name in asked.engines:
            if record.wants(name, turn, asked.once_above):
                once(name, *small, folder / "small" / "pairs.npz", asked.limit)
                told = once(name, sites, zones, results / f"{name}.npz", asked.limit)
                record.add(name, told)
                print(f"[{time.monotonic() - began:.0f} s] {turn + 1}/{asked.reps} {name}: {json.dumps(told)}",
                      file=sys.stderr, flush=True)  # fmt: skip
    record.write()
    print(f"{own}: {record.markdown}\n{record.markdown.read_text()}")
    if wrong := record.wrong():
        sys.exit(f"other pairs or areas than ours: {', '.join(wrong)}")


if __name__ == "__main__":
    main()
