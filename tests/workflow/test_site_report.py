"""One result, and the same figures in every paper made from it."""

import io
import json
import re
import zipfile
from datetime import date

import pytest
import shapely
from docx import Document
from openpyxl import load_workbook

from geo.errors import InputError
from geo.store.store import open_store
from geo.workflow.site_report import SiteQuestion, ask, render
from tests.store.worlds import add_layer, degrees, river_world

DAY = date(2026, 11, 22)


@pytest.fixture
def store(tmp_path):
    river_world(tmp_path)
    zone = "zone: ecological_redline\ncoverage: ['140405']\n"
    squares = [
        ({"name": "甲区"}, shapely.box(0, 1000, 300, 1300)),
        ({"name": "乙区"}, shapely.box(300, 1000, 700, 1300)),
    ]
    add_layer(tmp_path, "redline", squares, accuracy=1, extra=zone)
    return open_store(tmp_path)


@pytest.fixture
def answer(store, tmp_path):
    square = degrees(shapely.box(100, 1100, 500, 1200))
    path = tmp_path / "地块.geojson"
    feature = {
        "type": "Feature",
        "properties": {"name": "地块一"},
        "geometry": shapely.geometry.mapping(square),
    }
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8"
    )
    return ask(store, SiteQuestion(as_at=DAY, files=(path,)))


def test_the_overlap_is_what_the_drawing_says(answer):
    areas = {
        f.feature: f.overlap_m2 for f in answer.result.sites[0].findings if f.layer == "redline"
    }
    assert areas == {
        "甲区": pytest.approx(20_000, rel=1e-4),
        "乙区": pytest.approx(20_000, rel=1e-4),
    }


def test_json_workbook_html_and_word_show_the_same_verdict_and_areas(answer):
    document = json.loads(render(answer, "json"))["sites"][0]
    page = render(answer, "html")
    book = load_workbook(io.BytesIO(render(answer, "xlsx")))
    word = Document(io.BytesIO(render(answer, "docx")))
    text = render(answer, "text")
    verdict = document["verdict_zh"]
    assert verdict in page
    assert verdict in text
    assert verdict in "".join(p.text for p in word.paragraphs)
    assert verdict == book["结论"]["B2"].value
    for finding in (f for f in document["findings"] if f["layer"] == "redline"):
        hectares = f"{finding['overlap_m2'] / 10_000:.4f}"
        assert hectares in page
        cells = {c.text for table in word.tables for row in table.rows for c in row.cells}
        assert hectares in cells
        assert float(hectares) in {row[3].value for row in book["占压面积"].iter_rows()}


def test_rounded_rows_of_a_layer_add_up_to_its_rounded_total(answer):
    rows = list(
        load_workbook(io.BytesIO(render(answer, "xlsx")))["占压面积"].iter_rows(values_only=True)
    )
    total = sum(row[3] for row in rows[1:] if row[1] == "redline")
    exact = sum(f.overlap_m2 for f in answer.result.sites[0].findings if f.layer == "redline")
    assert total == pytest.approx(round(exact / 10_000, 4), abs=1e-9)


def test_geojson_holds_the_site_and_its_overlaps(answer):
    parts = [f["properties"]["part"] for f in json.loads(render(answer, "geojson"))["features"]]
    assert parts.count("site") == 1
    assert parts.count("overlap") == 2


def test_word_and_workbook_have_the_same_bytes_twice(answer):
    for name in ("docx", "xlsx"):
        assert render(answer, name) == render(answer, name)


def test_the_report_has_its_chapters_and_its_limits(answer):
    page = render(answer, "html")
    chapters = re.findall(r"<h2>(.*?)</h2>", page)
    assert chapters[:6] == [
        "一、项目概况",
        "二、依据与数据来源",
        "三、方法与精度",
        "四、分项结果",
        "五、管控要求",
        "六、结论与建议",
    ]
    assert "不替代主管部门审查意见" in page
    assert "编制" in page


def test_the_word_report_shows_the_map_with_alt_text(answer):
    archive = zipfile.ZipFile(io.BytesIO(render(answer, "docx")))
    assert any(name.startswith("word/media/") for name in archive.namelist())
    assert "涉及redline" in archive.read("word/document.xml").decode()


def test_the_faults_of_all_files_are_told_together_and_nothing_is_checked(store, tmp_path):
    bad = []
    for name in ("一.geojson", "二.dwg"):
        path = tmp_path / name
        path.write_bytes(b"{")
        bad.append(path)
    with pytest.raises(InputError) as found:
        ask(store, SiteQuestion(as_at=DAY, files=tuple(bad)))
    assert "一.geojson" in str(found.value)
    assert "二.dwg" in str(found.value)


def test_a_point_with_a_radius_is_a_circle(store):
    lon, lat = degrees(shapely.Point(0, -2000)).coords[0]
    site = ask(store, SiteQuestion(as_at=DAY, at=(lon, lat), radius_m=100)).result.sites[0]
    assert site.size.area_m2 == pytest.approx(31_416, rel=2e-3)
