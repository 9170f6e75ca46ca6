"""Files made to hurt: refused, soon, and without touching anything."""

from __future__ import annotations

import io
import json
import zipfile

import openpyxl
import pytest

from geo.sites.read import read_sites


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


def test_a_member_without_a_name_refuses_the_archive(write, refused, corpus):
    data = corpus.zip_bytes({"a.txt": b"x"})
    assert "没有文件名" in refused(write("a.zip", data.replace(b"a.txt", b"\0.txt")))


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
