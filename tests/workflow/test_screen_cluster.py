"""A register screened by workers gives the bytes of one process, also when one of them is killed."""

import os
import pickle
import signal
from datetime import date

import geopandas
import numpy as np
import pytest
import shapely

from geo.cli import main
from geo.errors import InputError
from geo.store.store import open_store
from geo.workflow.screening import sites_in
from geo.workflow.screening.batch import BatchJob, check_batch
from geo.workflow.screening.cluster import on_cluster
from geo.workflow.screening.screen import ScreenQuestion, screen
from tests.store.worlds import add_layer, degrees, river_world
from tests.workflow.clusters import cluster

DAY = date(2026, 11, 22)


@pytest.fixture
def store(tmp_path):
    river_world(tmp_path)
    square = ({"name": "甲区"}, shapely.box(0, 1000, 300, 1300))
    zone = "zone: ecological_redline\ncoverage: ['140405']\n"
    add_layer(tmp_path, "redline", [square], accuracy=1, extra=zone)
    return open_store(tmp_path)


@pytest.fixture
def question(tmp_path, monkeypatch):
    monkeypatch.setattr(sites_in, "BATCH", 5)
    rng = np.random.default_rng(1)
    west, south = rng.uniform([-400, 600], [700, 1700], (40, 2)).T
    shapes = [degrees(shapely.box(x, y, x + 80, y + 60)) for x, y in zip(west, south, strict=True)]
    frame = geopandas.GeoDataFrame({"name": [f"地块{n}" for n in range(40)]}, geometry=shapes)
    frame.set_crs("EPSG:4490").to_parquet(tmp_path / "名录.parquet")
    return ScreenQuestion(DAY, (tmp_path / "名录.parquet",), industry="C2521")


@pytest.mark.dask
def test_workers_give_the_bytes_of_one_process_though_one_is_killed(store, question, tmp_path):
    outs = [(name, f"out.{name}") for name in ("parquet", "csv")]
    screen(store, question, [(name, tmp_path / "local" / file) for name, file in outs])
    told = []
    with cluster(tmp_path) as held:

        def kill_one(done, _all):
            if not told:
                os.kill(held.workers[0].pid, signal.SIGKILL)
                held.workers[0].wait()
            told.append(done)

        spread = [(name, tmp_path / "spread" / file) for name, file in outs]
        done = screen(store, question, spread, progress=kill_one, deal=on_cluster(held.address))
    assert done.sites == 40
    assert told == list(range(5, 45, 5))
    for _, file in outs:
        local, other = (tmp_path / folder / file for folder in ("local", "spread"))
        assert local.read_bytes() == other.read_bytes()
    assert not list((tmp_path / "spread").glob(".*"))


def test_a_worker_that_sees_another_workspace_refuses(store, question):
    held = sites_in.batches(question.files, store, question.reading)
    job = BatchJob(store.root, "sha256:other", question, next(iter(held)))
    with pytest.raises(InputError, match="工作区与本机不同"):
        check_batch(pickle.loads(pickle.dumps(job)))  # noqa: S301 - as it travels


@pytest.mark.parametrize("words", [["--engine", "dask"], ["--scheduler", "tcp://127.0.0.1:1"]])
def test_engine_and_scheduler_belong_together(store, question, tmp_path, capsys, words):
    out = str(tmp_path / "x.csv")
    asked = ["screen", str(question.files[0]), "--workspace", str(store.root), "--out", out, *words]
    with pytest.raises(SystemExit) as ended:
        main(asked)
    assert ended.value.code == 2
    assert "同时给出" in capsys.readouterr().err
