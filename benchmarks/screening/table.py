"""The benchmark's table, made of whatever runs there are: written after every run, so that a cut loses nothing."""

from __future__ import annotations

import os
import statistics

import numpy as np

SAME = 1e-4  # cutting zones up moves vertices, and with them areas
HEAD = "| engine | runs | wall s | ratio | CPU s | ratio | GB | pairs | against ours |\n|---|---|---|---|---|---|---|---|---|"


def compared(folder, engine, own="kernel"):
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


def medians(runs):
    """The median of each figure over the runs that have it."""
    keys = dict.fromkeys(key for run in runs for key in run)
    return {key: statistics.median(run[key] for run in runs if key in run) for key in keys}


def table(runs, differences):
    """Markdown of the runs of each engine (a list, or why there is none), ratios to the kernel's cold run."""
    base = medians(runs["kernel"]) if isinstance(runs.get("kernel"), list) else {}
    rows = [row for name, told in runs.items() for row in _rows(name, told, differences, base)]
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors; medians of the runs told"
    return "\n".join([load, "", HEAD, *rows, ""])


def _rows(name, told, differences, base):
    if isinstance(told, str):
        yield f"| {name} | 0 | | | | | | | {told} |"
    elif told:
        m, (pairs, worst) = medians(told), differences[name]
        size = (
            f"{m['rss_gb']:.2f} | {m['pairs']:.0f} | {pairs} pairs differ, areas to {worst:.1e} |"
        )
        yield _row(name, len(told), m["wall_s"], m["cpu_s"], base) + size
        if "warm_wall_s" in m:
            yield (
                _row(f"{name}, second call", len(told), m["warm_wall_s"], m["warm_cpu_s"], base)
                + " | | |"
            )
        if "load_wall_s" in m:
            both = m["wall_s"] + m["load_wall_s"], m["cpu_s"] + m["load_cpu_s"]
            runs = sum("load_wall_s" in run for run in told)
            yield _row(f"{name}, with loading and index", runs, *both, base) + " | | |"


def _row(name, runs, wall, cpu, base):
    ratios = [
        f"{value / base[key]:.2f}" if base else ""
        for key, value in (("wall_s", wall), ("cpu_s", cpu))
    ]
    return f"| {name} | {runs} | {wall:.2f} | {ratios[0]} | {cpu:.2f} | {ratios[1]} | "
