"""Files made to hurt: refused, soon, and without touching anything."""

from __future__ import annotations

import io
import json
import random
import sqlite3
import time
import zipfile

import ezdxf
import openpyxl
import pytest

from geo.errors import InputError
from geo.sites.read import read_sites

SOON_S = 2.0


@pytest.fixture
def refused():
    """Read a file that must be refused soon; return the words."""

    def check(path, **options):
        start = time.process_time()
        with pytest.raises(InputError) as caught:
            read_sites(path, **options)
        assert time.process_time() - start < SOON_S
        assert str(path.parent) not in str(caught.value)
        return str(caught.value)

    return check


@pytest.mark.parametrize(
    ("suffix", "name", "step"),
    [
        (".dwg", "DWG", "另存为 DXF"),
        (".vct", "VCT", "转为 Shapefile"),
        (".mdb", "MDB", "导出为 Shapefile"),
        (".ovobj", "奥维对象文件", "导出为 Shapefile 或 DXF"),
        (".pdf", "PDF", "录入 Excel"),
        (".jpg", "扫描件", "录入 Excel"),
        (".tif", "扫描件", "录入 Excel"),
        (".rar", "RAR", "解压"),
        (".7z", "7z", "解压"),
        (".xls", "旧版 Excel", "另存为 .xlsx"),
        (".et", "WPS 表格", "另存为 .xlsx"),
        (".docx", "Word", "复制到 Excel"),
        (".dbf", "Shapefile 的一部分", ".shp"),
        (".abc", "不认识的格式 .abc", "可读取"),
        ("", "没有后缀", "可读取"),
    ],
)
def test_a_format_that_cannot_be_read_is_refused_by_name_with_the_step(
    write, refused, suffix, name, step
):
    words = refused(write(f"地块{suffix}", b"AC1032"))
    assert name in words
    assert step in words


def test_a_missing_file_an_empty_file_and_a_folder_are_refused(write, refused, tmp_path):
    assert "文件不存在" in refused(tmp_path / "没有.txt")
    assert "0 字节" in refused(write("a.txt", b""))
    (tmp_path / "夹.shp").mkdir()
    assert "文件夹" in refused(tmp_path / "夹.shp")


def test_a_vrt_that_calls_itself_geojson_reads_no_other_file(write, refused, corpus, tmp_path):
    other = corpus.geojson(tmp_path)
    vrt = f'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{other}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    assert "不是 GeoJSON" in refused(write("a.geojson", vrt))
    assert "不是 GeoPackage" in refused(write("a.gpkg", vrt))
    assert "不是 Shapefile" in refused(write("a.shp", vrt))


# ---------------------------------------------------------------- archives


def test_a_zip_bomb_is_refused_by_its_listing(write, refused, corpus):
    bomb = corpus.zip_bytes({"a.txt": b"0" * 60_000_000})
    assert len(bomb) < 100_000
    assert "压缩炸弹" in refused(write("a.zip", bomb))
    assert "压缩炸弹" in refused(write("a.kmz", bomb))
    assert "压缩炸弹" in refused(write("a.xlsx", bomb))


def test_a_zip_that_lies_about_its_sizes_is_refused(write, refused, corpus):
    data = corpus.zip_bytes({"a.txt": b"0" * 5_000_000})
    lying = data.replace((5_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lying != data
    refused(write("a.zip", lying))


@pytest.mark.parametrize(
    "name", ["../../etc/a.txt", "/etc/a.txt", "C:/a.txt", "..\\a.txt", "x/../../a.txt"]
)
def test_a_member_that_leaves_the_folder_refuses_the_archive(write, refused, corpus, name):
    assert "指向包外" in refused(write("a.zip", corpus.zip_bytes({name: b"x"})))


def test_an_archive_in_an_archive_is_refused(write, refused, corpus):
    inner = corpus.zip_bytes({"a.txt": b"x"})
    assert "压缩包里还有压缩包" in refused(write("a.zip", corpus.zip_bytes({"b.zip": inner})))


def test_too_many_members_are_refused(write, refused, corpus):
    assert "2001 个文件" in refused(
        write("a.zip", corpus.zip_bytes({f"{i}.x": b"" for i in range(2001)}))
    )


def test_an_encrypted_archive_is_refused(write, refused, corpus):
    data = bytearray(corpus.zip_bytes({"a.txt": b"x"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "密码" in refused(write("a.zip", bytes(data)))


def test_an_archive_with_nothing_readable_names_what_it_holds(write, refused, corpus):
    assert "不能读取 DWG" in refused(write("a.zip", corpus.zip_bytes({"图.dwg": b"x"})))
    assert "没有可读取的图形文件" in refused(write("a.zip", corpus.zip_bytes({"说明.md": b"x"})))
    assert "不是所写后缀的格式" in refused(write("a.zip", b"no zip at all"))


def test_an_archive_with_two_footprints_asks_which(refused, corpus, tmp_path):
    a, b = tmp_path / "甲.geojson", tmp_path / "乙.geojson"
    a.write_bytes(corpus.geojson(tmp_path).read_bytes())
    b.write_bytes(a.read_bytes())
    path = corpus.zipped(tmp_path, [a, b])
    assert "2 个含图形的图形文件" in refused(path)
    (site,) = read_sites(path, table="乙")
    assert site.source.file == "提交.zip/乙.geojson"


# ---------------------------------------------------------------- XML

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE k [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {c} "{"&" + p + ";" * 1}{("&" + p + ";") * 9}">'
        for p, c in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><kml><Placemark><name>&i;</name></Placemark></kml>"
)


def test_an_entity_bomb_is_refused(write, refused):
    assert "无法解析" in refused(write("a.kml", BOMB))


def test_an_external_entity_is_not_read(write, refused, tmp_path):
    (tmp_path / "secret.txt").write_text("112.1,36.1 112.2,36.1 112.2,36.2")
    xml = (
        f'<!DOCTYPE k [<!ENTITY x SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]><kml><Placemark>'
        "<LineString><coordinates>&x;</coordinates></LineString></Placemark></kml>"
    )
    assert "无法解析" in refused(write("a.kml", xml))


def test_xml_nested_without_end_is_refused(write, refused):
    assert "嵌套过深" in refused(write("a.kml", "<kml>" + "<Folder>" * 100_000))


def test_a_workbook_with_entities_is_refused(write, refused, corpus, tmp_path):
    good = corpus.excel(tmp_path, [corpus.XY], corpus.rows())
    with zipfile.ZipFile(good) as archive:
        members = {i.filename: archive.read(i) for i in archive.infolist()}
    members["xl/workbook.xml"] = b'<!DOCTYPE a [<!ENTITY b "c">]>' + members["xl/workbook.xml"]
    assert "DTD 或实体" in refused(write("b.xlsx", corpus.zip_bytes(members)))


def test_a_cell_at_the_far_end_of_a_sheet_costs_nothing(refused, tmp_path):
    book = openpyxl.Workbook()
    book.active["XFD1048576"] = 1
    path = tmp_path / "a.xlsx"
    book.save(path)
    refused(path)


# ---------------------------------------------------------------- too much


def test_more_than_a_million_vertices_are_refused(write):
    line = "J1,1,4020000,38400000\n"
    text = "[地块坐标]\n4,1,1,a,面,,,,@\n" + line * 1_000_001
    with pytest.raises(InputError, match="顶点超过 1000000 个"):
        read_sites(write("a.txt", text))


def test_a_million_vertices_in_a_geojson_are_refused(write):
    ring = ",".join(["[112,36]"] * 1_000_100)
    with pytest.raises(InputError, match="顶点超过 1000000 个"):
        read_sites(write("a.geojson", '{"type":"LineString","coordinates":[' + ring + "]}"))


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


def test_five_hundred_rings_in_one_another_are_read_soon(write):
    def ring(r):
        return [
            (4_020_000 - r, 38_400_000 - r),
            (4_020_000 + r, 38_400_000 - r),
            (4_020_000 + r, 38_400_000 + r),
            (4_020_000 - r, 38_400_000 + r),
        ]

    start = time.process_time()
    (site,) = read_sites(write("a.txt", boundary_text([ring(r) for r in range(1, 501)])))
    assert time.process_time() - start < SOON_S
    assert len(site.geometry.geoms) == 250


def test_a_workbook_of_nothing_but_styles_is_read_without_them(corpus, tmp_path):
    good = corpus.excel(tmp_path, [corpus.XY], corpus.rows())
    with zipfile.ZipFile(good) as archive:
        members = {i.filename: archive.read(i) for i in archive.infolist()}
    styles = members["xl/styles.xml"]
    members["xl/styles.xml"] = styles.replace(b"</cellXfs>", b"<xf/>" * 300_000 + b"</cellXfs>")
    members["xl/media/big.png"] = random.Random(1).randbytes(2_000_000)  # noqa: S311 (no secret)
    path = tmp_path / "b.xlsx"
    path.write_bytes(corpus.zip_bytes(members))
    start = time.process_time()
    (site,) = read_sites(path)
    assert time.process_time() - start < SOON_S
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


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(write, refused, number):
    refused(
        write(
            "a.geojson",
            f'{{"type":"Polygon","coordinates":[[[{number},36],[112,36],[112,37],[{number},36]]]}}',
        )
    )
    refused(
        write(
            "a.kml",
            f"<kml><Placemark><Point><coordinates>{number},36</coordinates></Point></Placemark></kml>",
        )
    )
    refused(write("a.wkt", f"POINT ({number} 36)"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.geojson", '{"type":"FeatureCollection","features":[]}'),
        ("a.geojson", '{"type":"Feature","properties":{},"geometry":null}'),
        ("a.geojson", '{"type":"Polygon","coordinates":[]}'),
        ("a.kml", "<kml></kml>"),
        ("a.kml", "<kml><Placemark><name>a</name></Placemark></kml>"),
        ("a.kml", "<kml><Placemark><Point><coordinates></coordinates></Point></Placemark></kml>"),
        ("a.wkt", "POLYGON EMPTY"),
        ("a.wkt", "POLYGON ((1 1"),
        ("a.wkt", "POINT (112 36) und so weiter"),
        ("a.csv", "点号,X,Y\n"),
        ("a.txt", "今天天气很好\n"),
    ],
)
def test_nothing_inside_is_said(write, refused, name, content):
    assert refused(write(name, content))


def test_one_bad_footprint_refuses_the_file_and_all_faults_are_listed(write, refused):
    bow = [[[112.1, 36.1], [112.2, 36.2], [112.2, 36.1], [112.1, 36.2], [112.1, 36.1]]]
    good = [[[112.3, 36.1], [112.4, 36.1], [112.4, 36.2], [112.3, 36.1]]]
    features = [
        {
            "type": "Feature",
            "properties": {"名称": name},
            "geometry": {"type": "Polygon", "coordinates": rings},
        }
        for name, rings in (("甲", bow), ("乙", good), ("丙", bow))
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    words = refused(write("a.geojson", text))
    assert "「甲」第 1 圈自相交" in words
    assert "「丙」第 1 圈自相交" in words
    assert "乙" not in words


def test_reading_leaves_no_file_behind(corpus, tmp_path):
    path = corpus.gis(tmp_path, "ESRI Shapefile", "a.shp", epsg=4526)
    path.with_suffix(".shx").unlink()
    before = sorted(p.name for p in tmp_path.iterdir())
    (site,) = read_sites(path)
    assert sorted(p.name for p in tmp_path.iterdir()) == before
    assert site.geometry.hausdorff_distance(corpus.TRUTH) < 1e-9


def test_a_dbf_with_a_broken_header_is_refused(refused, corpus, tmp_path):
    path = corpus.gis(tmp_path, "ESRI Shapefile", "a.shp", epsg=4526)
    data = bytearray(path.with_suffix(".dbf").read_bytes())
    data[10:12] = b"\1\0"
    path.with_suffix(".dbf").write_bytes(bytes(data))
    assert "自相矛盾" in refused(path)
    path.with_suffix(".dbf").write_bytes(b"\3")
    assert "不完整" in refused(path)


def test_binary_content_is_no_text(write, refused):
    assert "不是 UTF-8 或 GBK 文本" in refused(write("a.txt", b"\0\1\2" * 50))
    assert "不是 UTF-8 或 GBK 文本" in refused(write("a.csv", b"\xff\xff\xff"))


def test_a_kmz_that_is_io_is_refused(write, refused):
    assert refused(write("a.kmz", io.BytesIO(b"PK\3\4").getvalue()))
