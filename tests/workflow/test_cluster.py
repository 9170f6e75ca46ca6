"""A job dealt out to workers gives what one process gives, also when a worker is killed."""

import os
import signal
import sys

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geo.errors import InputError, MissingError
from geo.space.overlay import overlay
from geo.workflow.screening import cluster as module
from geo.workflow.screening.cluster import locally, on_cluster
from geo.workflow.screening.overlay_parts import ZoneFiles, ZoneTable, overlay_parts
from geo.workflow.screening.partitions import partition
from tests.workflow.clusters import cluster


def blobs(rng, count, radius, corners=12):
    centres = rng.uniform([111, 36], [112, 37], (count, 2))
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    reach = radius * rng.uniform(0.4, 1.0, (count, corners, 1))
    ring = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return shapely.polygons(centres[:, None, :] + reach * ring)


def write(path, shapes, column="geometry"):
    frame = geopandas.GeoDataFrame({"id": np.arange(len(shapes)), column: shapes})
    frame.set_geometry(column, crs="EPSG:4490").to_parquet(path)
    return path


@pytest.fixture(scope="module")
def shapes():
    rng = np.random.default_rng(3)
    return blobs(rng, 600, 0.01), blobs(rng, 40, 0.08, 200)


@pytest.fixture
def parts(tmp_path, shapes):
    sites = partition(write(tmp_path / "s.parquet", shapes[0], "shape"), tmp_path / "s", rows=75)
    zones = partition(write(tmp_path / "z.parquet", shapes[1]), tmp_path / "z", rows=15)
    return sites, ZoneFiles(tuple(zones))


def whole(tables):
    return pa.concat_tables(tables).sort_by([("site", "ascending"), ("zone", "ascending")])


def test_parts_hold_every_row_once_and_neighbours_together(parts, shapes):
    sites, _ = parts
    frames = [geopandas.read_parquet(path) for path in sites]
    assert [len(frame) for frame in frames] == [75] * 8
    rows = np.concatenate([frame["row"] for frame in frames])
    assert sorted(rows) == list(range(600))
    for frame in frames:
        assert frame.crs.to_epsg() == 4490
        assert shapely.equals_exact(frame.geometry.to_numpy(), shapes[0][frame["row"]]).all()
        assert (frame["id"] == frame["row"]).all()
    spread = [np.prod(np.ptp(frame.geometry.bounds, axis=0)[:2]) for frame in frames]
    assert np.mean(spread) < 0.4  # of the square degree that all of them cover


def test_a_file_without_rows_and_rows_without_geometry_are_kept(tmp_path):
    empty = partition(write(tmp_path / "e.parquet", np.array([], object)), tmp_path / "e")
    assert [pq.read_metadata(path).num_rows for path in empty] == [0]
    gone = np.array([shapely.box(112, 36, 112.1, 36.1), None, shapely.Polygon()])
    (only,) = partition(write(tmp_path / "g.parquet", gone), tmp_path / "g")
    assert geopandas.read_parquet(only)["row"].tolist() == [0, 1, 2]
    zones = ZoneFiles((only,))
    (table,) = overlay_parts([only], zones)
    assert table.to_pylist()[0]["relation"] == 0
    assert len(table) == 1
    (none,) = overlay_parts(empty, zones)
    assert len(none) == 0


def test_other_files_are_refused(tmp_path, shapes):
    frame = geopandas.GeoDataFrame(geometry=shapes[1], crs="EPSG:4326")
    frame.to_parquet(tmp_path / "wgs.parquet")
    with pytest.raises(InputError, match="4490"):
        partition(tmp_path / "wgs.parquet", tmp_path / "out")
    with pytest.raises(InputError, match="不是分块文件"):
        list(overlay_parts([tmp_path / "wgs.parquet"], ZoneFiles(())))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "part-00000.parquet").touch()
    with pytest.raises(InputError, match="换一个文件夹"):
        partition(write(tmp_path / "s.parquet", shapes[0]), tmp_path / "full")


def test_the_parts_together_give_the_pairs_of_the_whole(parts, shapes):
    sites, zones = parts
    found, expected = whole(overlay_parts(sites, zones)), overlay(*shapes)
    assert np.array_equal(found["site"], expected.site)
    assert np.array_equal(found["zone"], expected.zone)
    assert np.array_equal(found["relation"], expected.relation)
    assert found["overlap_m2"].to_numpy() == pytest.approx(expected.overlap_m2, rel=1e-9, abs=1e-6)


@pytest.mark.dask
def test_workers_give_the_very_bits_of_one_process(parts, tmp_path):
    sites, zones = parts
    local = list(overlay_parts(sites, zones, deal=locally))
    with cluster(tmp_path) as held:
        spread = list(overlay_parts(sites, zones, deal=on_cluster(held.address), threads=1))
    assert [table.equals(other) for table, other in zip(local, spread, strict=True)] == [True] * 8


@pytest.mark.dask
def test_a_worker_killed_in_the_middle_loses_nothing(parts, tmp_path):
    sites, zones = parts
    local = list(overlay_parts(sites, zones))
    with cluster(tmp_path, workers=2) as held:
        arriving = overlay_parts(sites, zones, deal=on_cluster(held.address), threads=1)
        spread = [next(arriving)]
        os.kill(held.workers[0].pid, signal.SIGKILL)
        assert held.workers[0].wait() == -signal.SIGKILL
        spread += arriving
        assert held.workers[1].poll() is None
    assert len(spread) == len(local)
    assert all(table.equals(other) for table, other in zip(local, spread, strict=True))


@pytest.mark.dask
def test_an_error_on_a_worker_is_told_as_here(parts, tmp_path):
    bad = tmp_path / "no-part.parquet"
    pq.write_table(pa.table({"a": [1]}), bad)
    with cluster(tmp_path, workers=1) as held, pytest.raises(InputError, match="不是分块文件"):
        list(overlay_parts([bad], parts[1], deal=on_cluster(held.address)))


@pytest.mark.dask
def test_a_scheduler_that_is_not_there_or_has_no_worker_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "ANSWER_S", 1)
    with pytest.raises(InputError, match="没有应答"):
        list(on_cluster("tcp://127.0.0.1:9")(abs, [1]))
    with cluster(tmp_path, workers=0) as held, pytest.raises(InputError, match="dask worker"):
        list(on_cluster(held.address)(abs, [1]))


def test_without_the_extra_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingError, match=r"hongxian\[dask\]"):
        list(on_cluster("tcp://127.0.0.1:9")(abs, [1]))


@pytest.mark.postgis
def test_zones_of_postgis_are_pulled_by_box_and_give_the_same(parts, shapes, monkeypatch):
    import psycopg  # noqa: PLC0415 - an extra

    from geo.spec.layers import PostgisSource  # noqa: PLC0415

    monkeypatch.setenv("HONGXIAN_POSTGIS_URL", url := os.environ["HONGXIAN_TEST_POSTGIS"])
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA IF NOT EXISTS hongxian_test")
        cursor.execute("DROP TABLE IF EXISTS hongxian_test.parts")
        cursor.execute("CREATE TABLE hongxian_test.parts (id bigint, geom geometry(Polygon, 4490))")
        rows = [(at, shape.wkb) for at, shape in enumerate(shapes[1])]
        cursor.executemany(
            "INSERT INTO hongxian_test.parts VALUES (%s, ST_GeomFromWKB(%s, 4490))", rows
        )
    sites, files = parts
    table = ZoneTable(PostgisSource(postgis="hongxian_test.parts"))
    assert whole(overlay_parts(sites, table)).equals(whole(overlay_parts(sites, files)))
