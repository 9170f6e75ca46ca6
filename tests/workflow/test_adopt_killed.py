"""An adoption killed at any moment: the workspace reads as it did, the next adoption tidies up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from geo.spec.dates import PartialDate
from geo.store.store import open_store
from geo.workflow.adoption.raster import commit_raster, examine_raster
from tests.workflow.office import adopt, office, parcels, said, shapefile, snapshot, square, table

pytestmark = pytest.mark.skipif(os.name == "nt", reason="SIGKILL")

#: Where it dies → what is replaced by the end of the process.
_MOMENTS = {
    "staging made": "tempfile.mkdtemp = after(tempfile.mkdtemp)",
    "data half written": "geopandas.GeoDataFrame.to_parquet = lambda self, path, **k: (path.write_bytes(b'PAR1'), die())",
    "data written": "geopandas.GeoDataFrame.to_parquet = after(geopandas.GeoDataFrame.to_parquet)",
    "data moved": "Path.replace = when('.parquet', after)",
    "old file half copied": "shutil.copyfile = lambda a, b: (Path(b).write_text('title'), die())",
    "old file kept": "shutil.copyfile = after(shutil.copyfile)",
    "before the layer file": "Path.replace = when('ecological_redline.yml', before)",
}
_SCRIPT = """
    import os, shutil, sys, tempfile
    from pathlib import Path
    import geopandas
    from geo.store.store import open_store
    from geo.workflow.adoption.adopt import commit, examine
    from geo.spec.dates import PartialDate
    from tests.workflow.office import said

    def die(*_, **__):
        os.kill(os.getpid(), 9)

    def after(call):
        return lambda *a, **k: (call(*a, **k), die())

    def before(call):
        return die

    def when(name, how):
        move = Path.replace
        def replace(path, goal):
            return (how(move) if Path(goal).name.endswith(name) else move)(path, goal)
        return replace

    root, file = Path(sys.argv[1]), Path(sys.argv[2])
    store = open_store(root)
    adoption = examine(store, said(file, "ecological_redline", as_of=PartialDate.parse("2025")))
    MOMENT
    commit(store, adoption)
"""


def _redline(path: Path, columns: tuple[int, ...]) -> Path:
    shapes = [square(at) for at in columns]
    return shapefile(path, table(shapes, HXMC=[f"红线{at}" for at in columns]))


def _as_it_was(root: Path, before: dict[str, bytes]) -> None:
    """Every file there was is there byte for byte; what is new lies in ``local`` and nothing points to it."""
    after = snapshot(root)
    assert {name: after.get(name) for name in before} == before
    new = set(after) - set(before)
    assert all(name.startswith("local/") for name in new), new
    said_by_layers = "".join(p.read_text("utf-8") for p in (root / "layers").glob("*.yml"))
    assert not any(name in said_by_layers for name in new)
    assert not [p for p in (root / "layers").iterdir() if not p.name.endswith(".yml")]


@pytest.mark.parametrize("moment", _MOMENTS)
def test_killed_while_it_replaces_an_older_version(tmp_path: Path, moment: str) -> None:
    root = office(tmp_path)
    adopt(root, said(_redline(tmp_path / "旧.shp", (5,)), "ecological_redline"))
    before = snapshot(root)
    file = _redline(tmp_path / "STBHHX.shp", (0, 1))
    script = textwrap.dedent(_SCRIPT).replace("MOMENT", _MOMENTS[moment])
    done = subprocess.run(
        [sys.executable, "-c", script, root, file], cwd=Path(__file__).parents[2], check=False
    )
    assert done.returncode == -signal.SIGKILL
    _as_it_was(root, before)
    held = open_store(root).layer("ecological_redline")
    assert (held.state, list(held.frame["name"])) == ("ok", ["红线5"])
    # The next adoption of the same file goes through, and takes away what was left.
    for left in (root / "local" / "cache").glob("adopt-*"):
        os.utime(left, (0, 0))
    newer = said(file, "ecological_redline", as_of=PartialDate.parse("2025"))
    store, _ = adopt(root, newer)
    assert sorted(store.layer("ecological_redline").frame["name"]) == ["红线0", "红线1"]
    assert not list((root / "local" / "cache").glob("adopt-*"))


def _kill_when_it_writes(root: Path, *words: object) -> None:
    """Start the command as a planner does, and kill it from outside as soon as data is being written."""
    process = subprocess.Popen(
        [sys.executable, "-m", "geo.cli", "adopt", *map(str, words), "-w", str(root)],
        cwd=Path(__file__).parents[2], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        if any(
            f.stat().st_size for f in (root / "local" / "cache").glob("adopt-*/*") if f.exists()
        ):
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.002)
    assert process.wait() == -signal.SIGKILL


_VOUCHED = ("--provider", "局", "--as-of", "2025", "--accuracy", "30")


def test_killed_from_outside_while_it_writes_many_parcels(tmp_path: Path) -> None:
    root = office(tmp_path)
    adopt(root, said(shapefile(tmp_path / "旧.shp", parcels(100)), "land_use"))
    before = snapshot(root)
    file = shapefile(tmp_path / "DLTB.shp", parcels(20_000))
    _kill_when_it_writes(root, file, "--as", "DLTB", *_VOUCHED)
    _as_it_was(root, before)
    assert len(open_store(root).layer("land_use").frame) == 100


def _dem(path: Path, side: int) -> Path:
    """Noise, which compresses badly, over 屯留区 and around."""
    cells = np.random.default_rng(1).integers(900, 1500, (side, side)).astype("int16")
    with rasterio.open(
        path, "w", driver="GTiff", width=side, height=side, count=1, dtype="int16", crs="EPSG:4490",
        tiled=True, transform=Affine(1.0 / side, 0, 112.2, 0, -1.0 / side, 36.9),
    ) as out:  # fmt: skip
        out.write(cells, 1)
    return path


def test_killed_from_outside_while_it_converts_a_raster(tmp_path: Path) -> None:
    root = office(tmp_path)
    store = open_store(root)
    commit_raster(store, examine_raster(store, said(_dem(tmp_path / "旧.tif", 600), "dem")))
    before = snapshot(root)
    _kill_when_it_writes(root, _dem(tmp_path / "新.tif", 3000), "--as", "dem", *_VOUCHED)
    _as_it_was(root, before)
    held = open_store(root).raster_path("dem")
    assert held is not None
    with rasterio.open(held) as kept:
        assert kept.width == 600
