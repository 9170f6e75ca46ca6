"""The small version of the screening job: every engine that is installed finds the same pairs and areas."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("numba")
ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("sites", ["footprints", "lines", "points"])
def test_the_engines_agree_on_the_small_job(tmp_path, sites):
    command = [
        sys.executable, ROOT / "benchmarks" / "screening_bench.py", "--scale", "0.01", "--reps", "1",
        "--folder", tmp_path, "--sites", sites,
        "--engines", "kernel", "shapely_threads", "geopandas_sjoin",
    ]  # fmt: skip
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, done.stderr
    rows = re.findall(r"\| (\w+) \|.*\| (\d+) \| (\d+) pairs differ", done.stdout)
    assert [row[0] for row in rows] == ["kernel", "shapely_threads", "geopandas_sjoin"]
    assert len({row[1:] for row in rows}) == 1
    assert int(rows[0][1]) > 0
    assert rows[0][2] == "0"


def test_a_report_is_made_twice_with_the_same_bytes_in_less_than_a_gigabyte():
    pytest.importorskip("typst")
    command = [
        sys.executable, ROOT / "benchmarks" / "report_bench.py", "--figures", "2", "--runs", "2",
        "--maps", "tunliu_admin", "tunliu_location",
    ]  # fmt: skip
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, done.stderr
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in done.stdout.splitlines()[2:]
    ]
    assert [row[:3] for row in rows] == [["1", "2", "2"], ["2", "2", "2"]]
    assert all(row[10].startswith("yes ") and float(row[7]) < 1000 for row in rows)
