"""A Dask scheduler and workers of this machine, as an office starts them."""

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass
class Cluster:
    address: str
    workers: list


def _dask(*words, **more):
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "dask", *words]
    return subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL, **more)


@contextmanager
def cluster(folder, workers=2):
    """Start them, and end those that are left."""
    told = folder / "scheduler.json"
    quiet = ("--no-dashboard",)
    started = [
        _dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", told, *quiet)
    ]
    try:
        address = _address(told)
        options = ("--nthreads", "1", "--no-nanny", "--host", "127.0.0.1")
        place = ("--local-directory", folder)
        started += [_dask("worker", address, *options, *place, *quiet) for _ in range(workers)]
        yield Cluster(address, started[1:])
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


def _address(told):
    for _ in range(600):
        if told.exists() and (text := told.read_text()):
            return json.loads(text)["address"]
        time.sleep(0.1)
    raise AssertionError("the scheduler did not start")
