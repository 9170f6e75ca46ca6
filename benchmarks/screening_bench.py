"""The screening job against every engine that is installed, in one run: `make bench`.

Makes its data once in build/benchmark/. `--scale 0.01` is the small version. An engine that is not
installed is skipped and named. CPU seconds are told beside wall seconds: on a machine that others use only those compare.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
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
SAME = 1e-4  # cutting zones up moves vertices, and with them areas


def once(engine: str, sites: Path, zones: Path, out: Path) -> dict[str, float] | str:
    command = [
        sys.executable,
        str(HERE / "screening" / "engines.py"),
        engine,
        str(sites),
        str(zones),
        str(out),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    told = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if not told:
        return (done.stderr.strip().splitlines() or ["no output"])[-1]
    return json.loads(told[0].removeprefix("RESULT "))


def compared(folder: Path, engine: str, own: str) -> tuple[int, float]:
    """How many pairs (with some area) are not ours or not theirs, and the worst area, relative above 1 m²."""
    with np.load(folder / f"{own}.npz") as a, np.load(folder / f"{engine}.npz") as b:
        ours, theirs = (
            dict(
                zip(
                    zip(t["site"].tolist(), t["zone"].tolist(), strict=True),
                    t["area"].tolist(),
                    strict=True,
                )
            )
            for t in (a, b)
        )
    only = set(ours) ^ set(theirs)
    worst = max(
        (abs(ours[k] - theirs[k]) / max(ours[k], 1.0) for k in set(ours) & set(theirs)), default=0.0
    )
    return len(only), worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--reps", type=int, default=3)
    parser.add_argument("--sites", default="footprints")
    parser.add_argument("--zones", default="zones")
    parser.add_argument("--engines", nargs="*", default=ENGINES)
    asked = parser.parse_args()
    folder = asked.folder or HERE.parent / "build" / "benchmark" / f"{asked.scale:g}"
    make = [sys.executable, str(HERE / "screening" / "make_data.py"), str(folder), "--scale", str(asked.scale),
            "--only", "zones", asked.sites, asked.zones]  # fmt: skip
    subprocess.run(make, check=True)  # noqa: S603 - ours
    sites, zones = folder / f"{asked.sites}.parquet", folder / f"{asked.zones}.parquet"
    once("kernel", sites, zones, folder / "kernel.npz")  # fills the kernel's cache
    runs = {name: [] for name in asked.engines}
    for _ in range(asked.reps):  # engines take turns, so that a busy minute hits them all
        for name in asked.engines:
            if runs[name] is not None:
                told = once(name, sites, zones, folder / f"{name}.npz")
                if isinstance(told, str):
                    print(f"{name}: skipped ({told})")
                    runs[name] = None
                else:
                    runs[name].append(told)
                    print(f"{name}: {json.dumps(told)}", file=sys.stderr, flush=True)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors; medians of {asked.reps}")
    print(
        "| engine | wall s | CPU s | CPU ratio | GB | pairs | against ours |\n|---|---|---|---|---|---|---|"
    )
    base = statistics.median(run["cpu_s"] for run in runs["kernel"])
    wrong = []
    for name, told in runs.items():
        if told:
            pairs, worst = compared(folder, name, "kernel")
            if pairs or worst > SAME:
                wrong.append(name)
            m = {key: statistics.median(run[key] for run in told) for key in told[0]}
            print(f"| {name} | {m['wall_s']:.1f} | {m['cpu_s']:.1f} | {m['cpu_s'] / base:.1f} | {m['rss_gb']:.2f} | "
                  f"{m['pairs']:.0f} | {pairs} pairs differ, areas to {worst:.1e} |")  # fmt: skip
            if name == "kernel":
                print(
                    f"| {name}, second call | {m['warm_wall_s']:.1f} | {m['warm_cpu_s']:.1f} | {m['warm_cpu_s'] / base:.2f} | | | |"
                )
    if wrong:
        sys.exit(f"other pairs or areas than ours: {', '.join(wrong)}")


if __name__ == "__main__":
    main()
