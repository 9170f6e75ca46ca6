"""Files that ask for too much: time, memory, recursion."""

from __future__ import annotations

import random
import sqlite3
import zipfile

import ezdxf
import geopandas
import numpy as np
import pytest
import shapely

from geo.errors import InputError
from geo.sites.read import read_sites

SOON_S = 2.0


# ---------------------------------------------------------------- too much


MILLION = 1_000_000
MANY_POINTS = {
    "a.txt": "[地块坐标]\n4,1,1,a,面,,,,@\n" + "J1,1,4020000,38400000\n" * MILLION,
    "a.csv": "点号,X,Y\n" + "J1,4020000,38400000\n" * MILLION,
    "a.wkt": "LINESTRING (" + "112 36, " * MILLION + "112 37)",
    "a.geojson": '{"type":"LineString","coordinates":[' + "[112,36]," * MILLION + "[112,37]]}",
    "a.kml": (
        "<kml><Placemark><LineString><coordinates>"
        + "112,36 " * MILLION
        + "</coordinates></LineString></Placemark></kml>"
    ),
    "a.dxf": (
        f"  0\nSECTION\n  2\nENTITIES\n  0\nLWPOLYLINE\n  8\n0\n 90\n{MILLION}\n"
        + " 10\n1\n 20\n2\n" * MILLION
        + "  0\nENDSEC\n  0\nEOF\n"
    ),
}


@pytest.mark.parametrize("name", MANY_POINTS)
def test_a_million_vertices_of_text_are_refused_soon(name, write, refused):
    words = refused(write(name, MANY_POINTS[name]))
    assert "顶点超过 200000 个" in words or "超过 100000 行" in words


@pytest.mark.parametrize(
    ("name", "driver"), [("a.shp", "ESRI Shapefile"), ("a.gpkg", "GPKG"), ("a.gdb", "OpenFileGDB")]
)
def test_a_million_vertices_of_a_gis_file_are_refused_soon(name, driver, refused, tmp_path):
    angle = np.arange(MILLION) * 2 * np.pi / MILLION
    circle = shapely.Polygon(np.c_[112.5 + 0.1 * np.cos(angle), 36.3 + 0.1 * np.sin(angle)])
    path = tmp_path / name
    geopandas.GeoDataFrame(geometry=[circle], crs=4490).to_file(path, driver=driver)
    words = refused(path)
    assert any(w in words for w in ("文件过大", "图形过大", "顶点超过"))


def test_the_vertices_allowed_are_read_in_two_seconds(write, soon):
    angle = np.arange(199_990) * 2 * np.pi / 199_990
    ring = np.c_[4_020_000 + 20_000 * np.cos(angle), 38_400_000 + 20_000 * np.sin(angle)]
    path = write("a.txt", boundary_text([ring.tolist()]))
    with soon(2 * SOON_S):  # the bound doubled: the machine may be busy
        (site,) = read_sites(path)
    assert len(site.geometry.exterior.coords) == 199_991


def test_more_than_ten_thousand_features_are_refused(write):
    feature = (
        '{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[112,36]}}'
    )
    text = '{"type":"FeatureCollection","features":[' + ",".join([feature] * 10_001) + "]}"
    with pytest.raises(InputError, match="图形超过 10000 个"):
        read_sites(write("a.geojson", text))


def test_a_file_beyond_the_size_limit_is_not_even_opened(refused, tmp_path):
    path = tmp_path / "a.shp"
    with path.open("wb") as file:
        file.truncate(200_000_001)
    assert "文件过大" in refused(path)


def test_deeply_nested_wkt_and_json_are_refused(write, refused):
    assert "嵌套过深" in refused(write("a.wkt", "GEOMETRYCOLLECTION(" * 100_000))
    refused(write("a.geojson", '{"type":"Polygon","coordinates":' + "[" * 100_000))


def boundary_text(rings):
    """A 界址点 TXT of one plot with such rings (north, east)."""
    lines = [
        f"J{i},{n},{a:.3f},{b:.3f}"
        for n, ring in enumerate(rings, 1)
        for i, (a, b) in enumerate(ring, 1)
    ]
    return f"[地块坐标]\n{len(lines)},1,1,a,面,,,,@\n" + "\n".join(lines)


def test_a_ring_that_crosses_itself_a_million_times_is_refused_soon(write, refused):
    numbers = random.Random(1)  # noqa: S311 (no secret)
    ring = [
        (4_020_000 + numbers.random() * 1000, 38_400_000 + numbers.random() * 1000)
        for _ in range(5_000)
    ]
    assert "自相交" in refused(write("a.txt", boundary_text([ring])))


def test_five_hundred_rings_in_one_another_are_read_soon(write, soon):
    def ring(r):
        return [
            (4_020_000 - r, 38_400_000 - r),
            (4_020_000 + r, 38_400_000 - r),
            (4_020_000 + r, 38_400_000 + r),
            (4_020_000 - r, 38_400_000 + r),
        ]

    path = write("a.txt", boundary_text([ring(r) for r in range(1, 501)]))
    with soon(SOON_S):
        (site,) = read_sites(path)
    assert len(site.geometry.geoms) == 250


def test_a_workbook_of_nothing_but_styles_is_read_without_them(corpus, tmp_path, soon):
    good = corpus.excel(tmp_path, [corpus.XY], corpus.rows())
    with zipfile.ZipFile(good) as archive:
        members = {i.filename: archive.read(i) for i in archive.infolist()}
    styles = members["xl/styles.xml"]
    members["xl/styles.xml"] = styles.replace(b"</cellXfs>", b"<xf/>" * 300_000 + b"</cellXfs>")
    members["xl/media/big.png"] = random.Random(1).randbytes(2_000_000)  # noqa: S311 (no secret)
    path = tmp_path / "b.xlsx"
    path.write_bytes(corpus.zip_bytes(members))
    with soon(SOON_S):
        (site,) = read_sites(path)
    assert site.geometry.hausdorff_distance(corpus.TRUTH) < 1e-9


def test_a_sheet_of_a_million_empty_cells_is_refused_soon(refused, corpus, tmp_path):
    good = corpus.excel(tmp_path, [corpus.XY], corpus.rows())
    with zipfile.ZipFile(good) as archive:
        members = {i.filename: archive.read(i) for i in archive.infolist()}
    sheet = members["xl/worksheets/sheet1.xml"]
    members["xl/worksheets/sheet1.xml"] = sheet.replace(
        b"</row>", b"<c/>" * 1_000_000 + b"</row>", 1
    )
    path = tmp_path / "b.xlsx"
    path.write_bytes(corpus.zip_bytes(members))
    assert "压缩炸弹" in refused(path)


def test_a_geojson_of_nothing_but_lists_is_refused_before_it_is_parsed(write, refused):
    assert "顶点超过" in refused(
        write("a.geojson", '{"type":"LineString","coordinates":[' + "[]," * 2_000_000 + "[]]}")
    )
    assert "内容过多" in refused(write("a.geojson", '{"a":[' + "{}," * 200_000 + "{}]}"))


def test_a_table_that_promises_a_billion_records_is_refused(refused, corpus, tmp_path):
    path = corpus.gis(tmp_path, "ESRI Shapefile", "a.shp", epsg=4526)
    data = bytearray(path.with_suffix(".dbf").read_bytes())
    data[4:8] = (2**31).to_bytes(4, "little")
    path.with_suffix(".dbf").write_bytes(bytes(data))
    assert "图形超过 10000 个" in refused(path)


def test_a_thousand_shapes_on_a_layer_are_refused(refused, tmp_path):
    document = ezdxf.new()
    for i in range(1001):
        document.modelspace().add_lwpolyline([(i, 0), (i + 1, 0), (i, 1)], close=True)
    assert "1001 个闭合图形" in refused(save(document, tmp_path))


# ---------------------------------------------------------------- SQLite


def test_a_geopackage_whose_layer_is_a_query_without_end_is_refused(refused, corpus, tmp_path):
    path = corpus.gis(tmp_path, "GPKG", "a.gpkg")
    with sqlite3.connect(path) as database:
        (name,) = database.execute("SELECT table_name FROM gpkg_contents").fetchone()
        database.execute("PRAGMA writable_schema = 1")
        database.execute("DELETE FROM sqlite_master WHERE type = 'trigger'")
        database.execute("PRAGMA writable_schema = 0")
        database.execute(f'ALTER TABLE "{name}" RENAME TO hidden')
        database.execute(
            f'CREATE VIEW "{name}" AS WITH RECURSIVE n(fid) AS (SELECT 1 UNION ALL SELECT fid + 1 FROM n) '  # noqa: S608 (our own name)
            "SELECT n.fid AS fid, (SELECT geom FROM hidden) AS geom FROM n"
        )
    database.close()
    assert "不是普通数据表" in refused(path)


def test_a_geopackage_without_the_column_of_geometry_it_names_is_refused(refused, corpus, tmp_path):
    path = corpus.gis(tmp_path, "GPKG", "a.gpkg")
    with sqlite3.connect(path) as database:
        (name,) = database.execute("SELECT table_name FROM gpkg_contents").fetchone()
        database.execute("PRAGMA writable_schema = 1")
        database.execute("DELETE FROM sqlite_master WHERE type = 'trigger'")
        database.execute("PRAGMA writable_schema = 0")
        database.execute(f'ALTER TABLE "{name}" RENAME COLUMN geom TO shape')
    database.close()
    assert "无法解析" in refused(path)


def test_a_database_that_is_no_geopackage_is_refused(refused, tmp_path):
    path = tmp_path / "a.gpkg"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE a (b)")
    database.close()
    assert "无法解析" in refused(path)


# ---------------------------------------------------------------- DXF


def save(document, tmp_path):
    path = tmp_path / "a.dxf"
    document.saveas(path)
    return path


def test_a_block_that_holds_itself_is_refused(refused, tmp_path):
    document = ezdxf.new()
    a, b = document.blocks.new("A"), document.blocks.new("B")
    a.add_blockref("B", (0, 0))
    b.add_blockref("A", (0, 0))
    document.modelspace().add_blockref("A", (0, 0))
    assert "嵌套过深" in refused(save(document, tmp_path))


def test_a_block_inserted_a_million_times_is_refused(refused, tmp_path):
    document = ezdxf.new()
    document.blocks.new("A").add_line((0, 0), (1, 1))
    document.modelspace().add_blockref(
        "A",
        (0, 0),
        dxfattribs={
            "row_count": 30_000,
            "column_count": 30_000,
            "row_spacing": 1,
            "column_spacing": 1,
        },
    )
    assert "引用过多" in refused(save(document, tmp_path))


def test_a_circle_as_large_as_a_galaxy_is_refused(refused, tmp_path):
    document = ezdxf.new()
    document.modelspace().add_circle((0, 0), 1e20)
    refused(save(document, tmp_path))


def test_a_spline_of_absurd_size_is_refused(refused, tmp_path):
    document = ezdxf.new()
    document.modelspace().add_spline([(0, 0), (1e300, 1e300), (5, 5), (1e200, 0)])
    refused(save(document, tmp_path))
