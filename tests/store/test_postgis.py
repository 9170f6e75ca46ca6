"""Layers of an office's PostGIS: against a real server where ``HONGXIAN_TEST_POSTGIS`` names one."""

# ruff: noqa: S608 - the schema's name is our own

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely

from geo.errors import InputError, MissingError
from geo.spec.layers import PostgisSource
from geo.store.postgis import read_postgis
from geo.store.store import open_store
from tests.workflow.office import office, square

#: One schema per worker: tests run side by side.
SCHEMA = f"hongxian_{os.environ.get('PYTEST_XDIST_WORKER', 'test')}"
WINDOW = shapely.box(112.7, 36.2, 112.9, 36.4)
URL = os.environ.get("HONGXIAN_TEST_POSTGIS", "")
needs_server = pytest.mark.skipif(not URL, reason="HONGXIAN_TEST_POSTGIS is not set")


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A table of 带 38 with one square inside the window, one far away, and one without a shape."""
    psycopg = pytest.importorskip("psycopg")
    monkeypatch.setenv("HONGXIAN_POSTGIS_URL", URL)
    far = shapely.box(38_100_000, 3_000_000, 38_101_000, 3_001_000)
    with psycopg.connect(URL, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        connection.execute(f"CREATE SCHEMA {SCHEMA}")
        connection.execute(
            f'CREATE TABLE {SCHEMA}."红线" ("名称" text, geom geometry(Geometry, 4526))'
        )
        for name, shape in (("内", square(0)), ("外", far), ("无", None)):
            wkb = None if shape is None else shapely.to_wkb(shape)
            connection.execute(
                f'INSERT INTO {SCHEMA}."红线" VALUES (%s, ST_SetSRID(ST_GeomFromWKB(%s), 4526))',
                (name, wkb),
            )
        yield connection
        connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE")


SOURCE = PostgisSource(postgis=f"{SCHEMA}.红线")


@pytest.mark.postgis
@needs_server
def test_only_what_meets_the_window_is_read_and_rows_without_shape_are_kept(table: Any) -> None:
    raw = read_postgis(SOURCE, window=WINDOW)
    assert sorted(raw.frame["名称"]) == ["内", "无"]
    assert raw.crs == "EPSG:4526"
    assert raw.frame.geometry.isna().sum() == 1


@pytest.mark.postgis
@needs_server
def test_a_layer_file_reads_it_like_any_other(table: Any, tmp_path: Path) -> None:
    root = office(tmp_path)
    (root / "layers" / "ecological_redline.yml").write_text(
        f"title: 生态保护红线\nsource: {{postgis: {SCHEMA}.红线}}\nzone: ecological_redline\n"
        'authority: official\nprovider: 局\nlicence: 内部\nas_of: "2024"\naccuracy_m: 1\n'
        'coverage: ["140405"]\nsensitivity: internal\nfields: {name: 名称}\n', encoding="utf-8",
    )  # fmt: skip
    held = open_store(root).layer("ecological_redline")
    assert (held.state, list(held.frame["name"])) == ("ok", ["内"])
    assert held.frame.geometry.iloc[0].centroid.x == pytest.approx(112.8055, abs=1e-3)
    assert any("没有坐标" in words for words in held.remarks)


@pytest.mark.postgis
@needs_server
def test_an_unknown_table_or_column_is_told_without_the_address(table: Any) -> None:
    for source in (
        PostgisSource(postgis=f"{SCHEMA}.没有"),
        PostgisSource(postgis=f"{SCHEMA}.红线", geometry="g"),
    ):
        with pytest.raises(InputError) as caught:
            read_postgis(source, window=WINDOW)
        assert "读取失败" in str(caught.value)
        assert URL not in str(caught.value)


@pytest.mark.postgis
@needs_server
def test_a_table_without_srid_is_refused(table: Any) -> None:
    table.execute(
        f"CREATE TABLE {SCHEMA}.bare AS SELECT ST_SetSRID(geom, 0) AS geom FROM {SCHEMA}.红线"
    )
    with pytest.raises(InputError, match="没有坐标系"):
        read_postgis(PostgisSource(postgis=f"{SCHEMA}.bare"), window=WINDOW)


@pytest.mark.postgis
@needs_server
def test_nothing_can_be_written_through_a_layer(table: Any) -> None:
    table.execute(
        f"CREATE FUNCTION {SCHEMA}.evil() RETURNS SETOF {SCHEMA}.红线 LANGUAGE plpgsql AS "
        f"$$ BEGIN DELETE FROM {SCHEMA}.红线; RETURN QUERY SELECT * FROM {SCHEMA}.红线; END $$"
    )
    table.execute(f"CREATE VIEW {SCHEMA}.v AS SELECT * FROM {SCHEMA}.evil()")
    with pytest.raises(InputError, match="读取失败"):
        read_postgis(PostgisSource(postgis=f"{SCHEMA}.v"), window=WINDOW)
    assert table.execute(f"SELECT count(*) FROM {SCHEMA}.红线").fetchone() == (3,)


def test_a_query_in_place_of_a_table_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("psycopg")
    monkeypatch.setenv("HONGXIAN_POSTGIS_URL", "postgresql://a:b@127.0.0.1:1/c")
    with pytest.raises(InputError, match="不是表名"):
        read_postgis(PostgisSource(postgis="x; DROP TABLE y"), window=WINDOW)


def test_without_an_address_the_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("psycopg")
    monkeypatch.delenv("HONGXIAN_POSTGIS_URL", raising=False)
    with pytest.raises(MissingError, match="HONGXIAN_POSTGIS_URL 没有设置"):
        read_postgis(SOURCE, window=WINDOW)


def test_a_server_that_does_not_answer_is_told_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("psycopg")
    monkeypatch.setenv("HONGXIAN_POSTGIS_URL", "postgresql+psycopg://user:geheim@127.0.0.1:1/db")
    with pytest.raises(InputError, match="没有应答") as caught:
        read_postgis(SOURCE, window=WINDOW)
    assert "geheim" not in str(caught.value)
