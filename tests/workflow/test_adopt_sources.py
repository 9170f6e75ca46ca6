"""Every source an office has, through the command: the same square, or the same point, comes out."""

# ruff: noqa: S608 - the schema's name is our own

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import shapely
from click.testing import CliRunner, Result

from geo.cli.main import cli
from geo.space.measure import area_m2
from geo.store.store import open_store
from tests.store.pbf import write_pbf
from tests.workflow.office import EAST, NORTH, office, shapefile, square, table

_VOUCHED = ("--provider", "屯留区自然资源局", "--as-of", "2024-06-30", "--accuracy", "1")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return office(tmp_path)


def _adopt(root: Path, file: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["adopt", str(file), *words, *_VOUCHED, "-w", str(root)])


def _frame(crs: int = 4526):
    return table([square(0)], HXMC=["甲"]).to_crs(crs)


def _gdb(folder: Path) -> Path:
    _frame().to_file(folder / "STBHHX.gdb", layer="STBHHX", driver="OpenFileGDB")
    return folder / "STBHHX.gdb"


def _gpkg(folder: Path) -> Path:
    _frame().to_file(folder / "STBHHX.gpkg", driver="GPKG")
    return folder / "STBHHX.gpkg"


def _shp(folder: Path) -> Path:
    return shapefile(folder / "STBHHX.shp", _frame())


def _parquet(folder: Path) -> Path:
    _frame().to_parquet(folder / "STBHHX.parquet")
    return folder / "STBHHX.parquet"


def _fgb(folder: Path) -> Path:
    _frame().to_file(folder / "STBHHX.fgb", driver="FlatGeobuf")
    return folder / "STBHHX.fgb"


def _geojson(folder: Path) -> Path:
    _frame(4490).to_file(folder / "STBHHX.geojson", driver="GeoJSON")
    return folder / "STBHHX.geojson"


def _zipped_shp(folder: Path) -> Path:
    return _zipped(folder, _shp(folder).parent.glob("STBHHX.*"))


def _zipped_gdb(folder: Path) -> Path:
    return _zipped(folder, (p for p in _gdb(folder).rglob("*") if p.is_file()))


def _zipped(folder: Path, parts) -> Path:
    with zipfile.ZipFile(folder / "红线.zip", "w") as archive:
        for part in sorted(parts):
            archive.write(part, part.relative_to(folder).as_posix())
    return folder / "红线.zip"


@pytest.mark.parametrize(
    "made", [_gdb, _gpkg, _shp, _parquet, _fgb, _geojson, _zipped_shp, _zipped_gdb]
)
def test_one_square_kilometre_in_any_format_is_the_same_red_line(
    root: Path, tmp_path: Path, made: Callable[[Path], Path]
) -> None:
    folder = tmp_path / "来件"
    folder.mkdir()
    done = _adopt(root, made(folder), "--as", "生态保护红线")
    assert done.exit_code == 0, done.exception
    held = open_store(root).layer("ecological_redline")
    assert (held.state, list(held.frame["name"])) == ("ok", ["甲"])
    assert float(area_m2(held.frame.geometry.iloc[0])) == pytest.approx(1e6 / 1.00014**2, rel=2e-5)


def _csv(folder: Path, head: str, row: str, *, encoding: str = "utf-8-sig") -> Path:
    path = folder / "排污口.csv"
    path.write_text(f"{head}\n{row}\n", encoding=encoding)
    return path


def _xlsx(folder: Path, head: list[str], row: list[object]) -> Path:
    book = openpyxl.Workbook()
    book.active.append(head)
    book.active.append(row)
    book.save(folder / "排污口.xlsx")
    return folder / "排污口.xlsx"


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda f: _csv(f, "名称,经度,纬度", "甲,112.8,36.32"), ()),
        (lambda f: _csv(f, "名称,x,y", f"甲,{EAST:.2f},{NORTH:.2f}"), ()),
        (lambda f: _csv(f, "名称,东,北", f"甲,{EAST:.2f},{NORTH:.2f}"), ("--x", "东", "--y", "北")),
        (lambda f: _csv(f, "名称,东,北", f"甲,{EAST - 38e6:.2f},{NORTH:.2f}"),
         ("--x", "东", "--y", "北", "--crs", "EPSG:4547")),
        (lambda f: _xlsx(f, ["名称", "lon", "lat"], ["甲", 112.8, 36.32]), ()),
        (lambda f: _xlsx(f, ["名称", "x", "y"], ["甲", EAST, NORTH]), ()),
    ],
)  # fmt: skip
def test_a_point_of_a_table_lies_where_it_lies(
    root: Path, tmp_path: Path, made: Callable[[Path], Path], words: tuple[str, ...]
) -> None:
    done = _adopt(root, made(tmp_path), "--as", "places", "--field", "name=名称", *words)
    assert done.exit_code == 0, done.exception
    held = open_store(root).layer("places").frame
    assert list(held["name"]) == ["甲"]
    assert held.geometry.iloc[0].distance(shapely.Point(112.80, 36.32)) < 1e-6


@pytest.mark.parametrize(
    ("made", "words", "refused"),
    [
        (lambda f: _csv(f, "名称,东,北", "甲,1,2"), (), "找不到坐标列"),
        (lambda f: _csv(f, "名称,x,y", "甲,三,四"), (), "坐标不是数字"),
        (lambda f: _csv(f, "名称,x,y", "甲,112.8,36.32", encoding="gb18030"), (), "UTF-8"),
        # Six digits, and the point lies in no zone's reading within the county.
        (lambda f: _csv(f, "名称,x,y", "甲,481234.5,4020123.4"), (), "坐标有 15 种读法"),
    ],
)  # fmt: skip
def test_a_table_whose_place_is_in_doubt_is_refused(
    root: Path, tmp_path: Path, made: Callable[[Path], Path], words: tuple[str, ...], refused: str
) -> None:
    done = _adopt(root, made(tmp_path), "--as", "places", *words)
    assert done.exit_code != 0
    assert refused in str(done.exception)
    assert open_store(root).layer("places").state == "no_data"


@pytest.mark.parametrize(
    ("head", "row", "told"),
    [
        ("名称,x,y", "甲,36.32,112.8", "已按数值对调"),
        ("名称,x,y", f"甲,{EAST - 38e6:.2f},{NORTH:.2f}", "无带号"),
    ],
)
def test_what_was_concluded_from_the_numbers_is_told(
    root: Path, tmp_path: Path, head: str, row: str, told: str
) -> None:
    done = _adopt(root, _csv(tmp_path, head, row), "--as", "places")
    assert told in done.output
    held = open_store(root).layer("places").frame
    assert held.geometry.iloc[0].distance(shapely.Point(112.80, 36.32)) < 1e-6


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    """A river and a road at the point of the office."""
    nodes = [(n, 112.80 + n / 1000, 36.32, {}) for n in range(1, 5)]
    ways = [
        (1, [1, 2, 3], {"waterway": "river", "name": "绛河"}),
        (2, [3, 4], {"highway": "primary"}),
    ]
    return write_pbf(tmp_path / "长治.osm.pbf", nodes=nodes, ways=ways)


def test_rivers_of_an_osm_extract_are_open_data_under_its_licence(
    root: Path, extract: Path
) -> None:
    done = _adopt(
        root, extract, "--as", "rivers", "--tag", "waterway=river,stream", "--authority", "open"
    )
    assert done.exit_code == 0, done.exception
    held = open_store(root).layer("rivers")
    assert list(held.frame["name"]) == ["绛河"]
    assert (held.spec.authority, held.spec.licence, held.spec.sensitivity) == (
        "open", "ODbL 1.0", "public",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        (("--tag", "waterway=river"), "不是主管部门成果"),
        (("--authority", "open"), "没有写取哪些标签"),
        (("--authority", "open", "--tag", "natural=glacier"), "没有一个要素带有图形"),
    ],
)
def test_an_osm_extract_is_not_taken_for_more_than_it_is(
    root: Path, extract: Path, words: tuple[str, ...], refused: str
) -> None:
    assert refused in str(_adopt(root, extract, "--as", "rivers", *words).exception)


def test_tags_do_not_fit_another_format(root: Path, tmp_path: Path) -> None:
    done = _adopt(root, _shp(tmp_path), "--as", "生态保护红线", "--tag", "a=b")
    assert "--tag 只用于 OSM" in str(done.exception)


@pytest.mark.postgis
def test_one_square_kilometre_in_postgis_is_the_same_red_line(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    psycopg = pytest.importorskip("psycopg")
    schema = f"hongxian_sources_{os.environ.get('PYTEST_XDIST_WORKER', 'test')}"
    url = os.environ["HONGXIAN_TEST_POSTGIS"]
    monkeypatch.setenv("HONGXIAN_POSTGIS_URL", url)
    (root / "layers" / "ecological_redline.yml").write_text(
        f"title: 生态保护红线\nsource: {{postgis: {schema}.stbhhx}}\nzone: ecological_redline\n"
        'authority: official\nprovider: 局\nlicence: 内部\nas_of: "2024"\naccuracy_m: 1\n'
        'coverage: ["140405"]\nsensitivity: internal\nfields: {name: hxmc}\n', encoding="utf-8",
    )  # fmt: skip
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        connection.execute(f"CREATE SCHEMA {schema}")
        connection.execute(
            f"CREATE TABLE {schema}.stbhhx (hxmc text, geom geometry(Polygon, 4526))"
        )
        connection.execute(
            f"INSERT INTO {schema}.stbhhx VALUES ('甲', ST_SetSRID(ST_GeomFromWKB(%s), 4526))",
            (shapely.to_wkb(square(0)),),
        )
        held = open_store(root).layer("ecological_redline")
        connection.execute(f"DROP SCHEMA {schema} CASCADE")
    assert (held.state, list(held.frame["name"])) == ("ok", ["甲"])
    assert float(area_m2(held.frame.geometry.iloc[0])) == pytest.approx(1e6 / 1.00014**2, rel=2e-5)
