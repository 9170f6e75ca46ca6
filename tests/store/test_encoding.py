"""A DBF's encoding is judged by its records."""

import geopandas
import pytest
from shapely import Point

from geo.store.encoding import dbf_encoding


def shapefile(folder, text, encoding, cpg=None):
    frame = geopandas.GeoDataFrame({"名称": [text]}, geometry=[Point(112, 36)], crs="EPSG:4490")
    path = folder / "a.shp"
    frame.to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    return path.with_suffix(".dbf")


def test_gbk_records_without_cpg_are_gb18030(tmp_path):
    found = dbf_encoding(shapefile(tmp_path, "屯绛水库", "GBK"))
    assert (found.name, found.cpg_lies) == ("gb18030", False)


def test_utf8_records_without_cpg_are_utf8(tmp_path):
    assert dbf_encoding(shapefile(tmp_path, "屯绛水库", "UTF-8")).name == "utf-8"


@pytest.mark.parametrize(
    ("real", "cpg", "name"), [("GBK", "UTF-8", "gb18030"), ("UTF-8", "936", "utf-8")]
)
def test_a_cpg_that_lies_is_not_believed(tmp_path, real, cpg, name):
    found = dbf_encoding(shapefile(tmp_path, "屯绛水库", real, cpg))
    assert (found.name, found.cpg_lies) == (name, True)
    assert "不符" in found.how


def test_a_field_cut_in_the_middle_of_a_character_is_still_utf8(tmp_path):
    dbf = shapefile(tmp_path, "屯绛水库", "UTF-8")
    data = bytearray(dbf.read_bytes())
    start = data.index("屯绛水库".encode())
    data[start : start + 80] = ("屯" * 27).encode()[:80]
    dbf.write_bytes(bytes(data))
    assert dbf_encoding(dbf).name == "utf-8"


def test_ascii_records_follow_the_cpg(tmp_path):
    frame = geopandas.GeoDataFrame({"name": ["abc"]}, geometry=[Point(112, 36)], crs="EPSG:4490")
    frame.to_file(tmp_path / "b.shp")
    (tmp_path / "b.cpg").write_text("GBK")
    assert dbf_encoding(tmp_path / "b.dbf").name == "gb18030"


def test_a_file_too_short_to_be_a_dbf_has_no_text(tmp_path):
    (tmp_path / "c.dbf").write_bytes(b"\x03")
    assert dbf_encoding(tmp_path / "c.dbf").name == "utf-8"
