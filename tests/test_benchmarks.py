"""The small version of the screening job: every engine that is installed finds the same pairs and areas."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("numba")
ROOT = Path(__file__).parents[1]


def bench(folder, *options):
    command = [
        sys.executable, ROOT / "benchmarks" / "screening_bench.py", "--folder", folder, "--reps", "1",
        "--scale", "0.01", *options,
    ]  # fmt: skip
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


@pytest.mark.parametrize("sites", ["footprints", "lines", "points"])
def test_the_engines_agree_on_the_small_job(tmp_path, sites):
    engines = ["kernel", "shapely_threads", "geopandas_sjoin"]
    done = bench(tmp_path, "--sites", sites, "--engines", *engines)
    assert done.returncode == 0, done.stderr
    rows = re.findall(r"\| (\w+) \|.*\| (\d+) \| (\d+) pairs differ", done.stdout)
    assert [row[0] for row in rows] == engines
    assert len({row[1:] for row in rows}) == 1
    assert int(rows[0][1]) > 0
    assert rows[0][2] == "0"
    assert (tmp_path / f"{sites}-zones" / "runs.md").read_text() in done.stdout


def test_a_bench_that_was_cut_keeps_what_it_measured_and_says_what_was_cut_off(tmp_path):
    assert bench(tmp_path, "--engines", "shapely_threads", "kernel").returncode == 0
    before = (tmp_path / "footprints-zones" / "runs.json").read_text()
    done = bench(tmp_path, "--go-on", "--limit", "0.01", "--engines", "kernel", "geopandas_sjoin")
    assert done.returncode == 0, done.stderr
    assert "| geopandas_sjoin | 0 | | | | | | | cut off after 0 s |" in done.stdout
    assert re.search(r"\| shapely_threads \| 1 \|", done.stdout)
    after = json.loads((tmp_path / "footprints-zones" / "runs.json").read_text())
    assert {name: after[name] for name in json.loads(before)} == json.loads(before)


def test_a_report_is_made_twice_with_the_same_bytes_in_less_than_a_gigabyte():
    pytest.importorskip("typst")
    command = [
        sys.executable, ROOT / "benchmarks" / "report_bench.py", "--figures", "2", "--runs", "2",
        "--maps", "tunliu_admin", "tunliu_location",
    ]  # fmt: skip
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, done.stderr
    head, _, *lines = (
        [cell.strip() for cell in line.split("|")[1:-1]] for line in done.stdout.splitlines()
    )
    rows = [dict(zip(head, line, strict=True)) for line in lines]
    assert [(row["run"], row["figures"], row["tables"]) for row in rows] == [
        ("1", "2", "2"),
        ("2", "2", "2"),
    ]
    assert all(row["same bytes"].startswith("yes ") for row in rows)
    assert all(float(row["PDF, together MB"]) < 1000 for row in rows)
