"""Every format reads to the same table; every fault is a sentence."""

from pathlib import Path

import geopandas
import pyogrio
import pytest
import shapely
from shapely import Point, box

from geo.errors import InputError
from geo.spec.layers import FileSource
from geo.store.read import read_vector

FRAME = geopandas.GeoDataFrame(
    {"name": ["甲", "乙"]}, geometry=[box(112, 36, 112.1, 36.1), box(113, 36, 113.1, 36.1)],
    crs="EPSG:4490",
)  # fmt: skip


def read(path, **source):
    shown = Path(path.name)
    return read_vector(path, FileSource(path=path.name, **source), shown=shown)


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.geojson", "a.fgb", "a.parquet", "a.gdb"])
def test_every_format_gives_the_same_names_and_areas(tmp_path, name):
    path = tmp_path / name
    if name.endswith("parquet"):
        FRAME.to_parquet(path)
    elif name.endswith("gdb"):
        FRAME.to_file(path, driver="OpenFileGDB")
    else:
        FRAME.to_file(path, **({"encoding": "GBK"} if name.endswith("shp") else {}))
    (tmp_path / "a.cpg").unlink(missing_ok=True)
    raw = read(path)
    assert sorted(raw.frame["name"]) == ["乙", "甲"]
    assert shapely.area(raw.frame.geometry.array).sum() == pytest.approx(0.02)
    assert raw.crs is not None


def test_a_table_of_points_keeps_rows_without_coordinates(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("name,lon,lat\n甲,112,36\n乙,,\n", encoding="utf-8-sig")
    raw = read(path)
    assert list(raw.frame["name"]) == ["甲", "乙"]
    assert raw.frame.geometry.iloc[0] == Point(112, 36)
    assert raw.frame.geometry.iloc[1] is None


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.gpkg", None, "文件不存在"),
        ("a.dwg", b"AC1032", "不支持 .dwg"),
        ("a.geojson", b"<OGRVRTDataSource/>", "内容不是 .geojson 格式"),
        ("a.gpkg", b"not a database", "内容不是 .gpkg 格式"),
        ("a.geojson", b'{"type": "Feature', "读取失败"),
        ("a.csv", "name,x\n甲,1\n".encode(), "没有坐标列 lon"),
        ("a.csv", "name,lon,lat\n甲,东,36\n".encode(), "a.csv:2: 坐标不是数字"),
        ("a.csv", "name,lon,lat\n甲,112,36\n".encode("gb18030"), "不是 UTF-8"),
    ],
)
def test_a_fault_is_told_with_what_to_do(tmp_path, name, content, message):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as found:
        read(path)
    assert message in str(found.value)
    assert " — " in str(found.value)


def test_several_tables_are_a_question_not_a_guess(tmp_path):
    path = tmp_path / "two.gpkg"
    FRAME.to_file(path, layer="红线")
    FRAME.to_file(path, layer="农田")
    with pytest.raises(InputError, match=r"含有 2 个图层.*table: 红线 或 农田"):
        read(path)
    assert len(read(path, table="农田").frame) == 2


def test_a_table_without_geometry_is_refused(tmp_path):
    path = tmp_path / "plain.gpkg"
    pyogrio.write_dataframe(FRAME.drop(columns="geometry"), path, layer="t", driver="GPKG")
    with pytest.raises(InputError, match="没有空间图层"):
        read(path)
