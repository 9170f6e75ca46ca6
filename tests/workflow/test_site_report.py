"""One result, and the same figures in every paper made from it."""

import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import shapely
from click.testing import CliRunner
from docx import Document
from openpyxl import Workbook, load_workbook

from geo.check.land import with_land
from geo.cli import check_command
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
    parts = [row[3] for row in rows[1:] if row[1] == "redline" and row[2] != "合计"]
    total = next(row[3] for row in rows if row[2] == "合计")
    assert sum(parts) == pytest.approx(total, abs=1e-9)
    exact = sum(f.overlap_m2 for f in answer.result.sites[0].findings if f.layer == "redline")
    assert total == pytest.approx(round(exact / 10_000, 4), abs=1e-9)


#: The plot's 100 to 500 m: fields to 233 m, a road to 240 m, then fields to 460 m; beyond, no parcel.
STRIPS = [(0, 233, "旱地", "甲村"), (233, 240, "公路用地", ""), (240, 460, "旱地", "乙村")]


def survey(root, strips, extra=""):
    """Lay strips from west to east under the plot as the office's land survey, and read anew."""
    parcels = [
        ({"DLMC": land, "QSDWMC": owner}, shapely.box(west, 1000, east, 1300))
        for west, east, land, owner in strips
    ]
    add_layer(root, "land_use", parcels, accuracy=1, extra=extra)
    return open_store(root)


def asked_again(answer, store):
    return replace(answer, result=with_land(answer.result, store), store=store)


def land_sheet(answer, **how):
    """The worksheet's rows: layer, feature, class, owner, hectares, 亩, m²."""
    book = load_workbook(io.BytesIO(render(answer, "xlsx", **how)))
    return [row[1:] for row in book["占压地类权属"].iter_rows(values_only=True, min_row=2)]


def word_tables(answer):
    word = Document(io.BytesIO(render(answer, "docx")))
    rows = [[[cell.text for cell in row.cells] for row in table.rows] for table in word.tables]
    return [[row for row in table if not row[0].startswith("注：")] for table in rows]


def test_overlaps_are_taken_apart_by_land_class_and_owner(answer, tmp_path):
    rows = land_sheet(asked_again(answer, survey(tmp_path, STRIPS)))
    assert {row[1:4]: row[6] for row in rows} == {
        ("甲区", "旱地", "甲村"): pytest.approx(13_300, rel=1e-3),
        ("甲区", "公路用地", "未注明权属"): pytest.approx(700, rel=1e-3),
        ("甲区", "旱地", "乙村"): pytest.approx(6_000, rel=1e-3),
        ("乙区", "旱地", "乙村"): pytest.approx(16_000, rel=1e-3),
        ("乙区", "（地类图斑未覆盖）", "（未覆盖）"): pytest.approx(4_000, rel=1e-3),
        ("合计", None, None): pytest.approx(40_000, rel=1e-3),
    }


def test_parts_add_up_to_the_printed_overlaps_in_every_unit(answer, tmp_path):
    # Strips of 1 m: forty rows of 0.0100 hectares at most, whose remainders must go somewhere.
    strips = [(100 + at * 7, 107 + at * 7, f"地类{at % 5}", f"村{at % 8}") for at in range(57)]
    again = asked_again(answer, survey(tmp_path, strips))
    rows = land_sheet(again)
    book = load_workbook(io.BytesIO(render(again, "xlsx")))
    printed = {
        row[2]: row[3:6]
        for row in book["占压面积"].iter_rows(values_only=True, min_row=2)
        if row[2] != "合计"
    }
    for feature, whole in printed.items():
        for unit in range(3):
            parts = [row[4 + unit] for row in rows if row[1] == feature]
            assert sum(parts) == pytest.approx(whole[unit], abs=1e-9)
    total = next(row for row in rows if row[1] == "合计")
    assert total[4] == pytest.approx(sum(whole[0] for whole in printed.values()), abs=1e-9)


def test_the_matrix_of_classes_and_owners_adds_up_both_ways(answer, tmp_path):
    strips = [(100 + at * 7, 107 + at * 7, f"地类{at % 5}", f"村{at % 8}") for at in range(57)]
    again = asked_again(answer, survey(tmp_path, strips))
    (table,) = [t for t in word_tables(again) if t[0][:2] == ["管控区", "权属"]]
    rows = [row[2:] for row in table[1:]]
    numbers = [[Decimal(0 if cell == "—" else cell) for cell in row] for row in rows]
    assert [sum(row[:-1]) for row in numbers] == [row[-1] for row in numbers]
    assert [sum(column[:-1]) for column in zip(*numbers, strict=True)] == numbers[-1]
    assert (len(rows), table[0][-1], table[-1][1]) == (10, "合计", "合计")
    assert numbers[-1][-1] == Decimal("4.0000")


def test_every_paper_prints_the_same_parts(answer, tmp_path):
    again = asked_again(answer, survey(tmp_path, STRIPS))
    text, page = render(again, "text"), render(again, "html")
    cells = {cell for table in word_tables(again) for row in table for cell in row}
    land = json.loads(render(again, "json"))["sites"][0]["land"]
    rows = land_sheet(again)
    for _, _, _, _, hectares, mu, square_metres in rows:
        for told in (f"{hectares:.4f}", f"{mu:.2f}", f"{square_metres:.2f}"):
            assert told in text
            assert told in page
            assert told in cells
    exact = [piece["area_m2"] for piece in land["pieces"]]
    assert exact == pytest.approx([row[6] for row in rows if row[1] != "合计"], abs=0.01)
    assert [piece["land"] for piece in land["pieces"]][-1] is None
    assert "数据日期 2026" in land["source"]


def test_parcels_that_lie_on_each_other_are_counted_once(answer, tmp_path):
    strips = [(0, 400, "旱地", "甲村"), (200, 600, "林地", "乙村")]
    again = asked_again(answer, survey(tmp_path, strips))
    rows = land_sheet(again)
    assert {row[1:4]: row[6] for row in rows} == {
        ("甲区", "旱地", "甲村"): pytest.approx(20_000, rel=1e-3),
        ("乙区", "旱地", "甲村"): pytest.approx(10_000, rel=1e-3),
        ("乙区", "林地", "乙村"): pytest.approx(10_000, rel=1e-3),
        ("合计", None, None): pytest.approx(40_000, rel=1e-3),
    }
    assert "互相重叠" in render(again, "text")


def test_parcels_on_each_other_are_noticed_though_the_rest_is_uncovered(answer, tmp_path):
    strips = [(0, 300, "旱地", "甲村"), (0, 300, "林地", "乙村")]
    rows = land_sheet(asked_again(answer, survey(tmp_path, strips)))
    assert {row[1:4]: row[6] for row in rows} == {
        ("甲区", "旱地", "甲村"): pytest.approx(20_000, rel=1e-3),
        ("乙区", "（地类图斑未覆盖）", "（未覆盖）"): pytest.approx(20_000, rel=1e-3),
        ("合计", None, None): pytest.approx(40_000, rel=1e-3),
    }


def test_without_a_land_survey_every_paper_says_so(answer):
    for name in ("text", "html", "json"):
        assert "未取得土地利用现状" in render(answer, name)
    assert "未取得土地利用现状" in "".join(
        p.text for p in Document(io.BytesIO(render(answer, "docx"))).paragraphs
    )


def test_an_outdated_land_survey_is_not_used_and_said_to_be_outdated(answer, tmp_path):
    again = asked_again(answer, survey(tmp_path, STRIPS, "valid_until: 2026-01-01\n"))
    assert again.result.sites[0].land.pieces == ()
    assert "未按地类、权属分列" in render(again, "text")


def test_an_internal_land_survey_does_not_leave_in_a_paper(answer, tmp_path):
    again = asked_again(answer, survey(tmp_path, STRIPS, "sensitivity: internal\n"))
    for name in ("text", "html", "json"):
        assert "旱地" not in render(again, name)
        assert "为内部数据" in render(again, name)
        assert "旱地" in render(again, name, internal=True)


def test_parts_of_an_internal_overlap_do_not_leave_though_the_survey_may(answer, tmp_path):
    path = tmp_path / "layers" / "redline.yml"
    path.write_text(path.read_text("utf-8") + "sensitivity: internal\n", encoding="utf-8")
    store = survey(tmp_path, STRIPS)
    again = asked_again(
        ask(store, SiteQuestion(as_at=DAY, files=(tmp_path / "地块.geojson",))), store
    )
    assert "旱地" not in render(again, "json")
    assert "redline为内部数据" in render(again, "json")
    assert land_sheet(again, internal=True)[0][2] == "旱地"


def test_a_bare_code_of_ownership_is_said_to_be_a_code(answer, tmp_path):
    parcels = [({"DLMC": "旱地", "QSXZ": "30"}, shapely.box(0, 1000, 700, 1300))]
    add_layer(tmp_path, "land_use", parcels, accuracy=1)
    again = asked_again(answer, open_store(tmp_path))
    assert {row[3] for row in land_sheet(again)} == {"权属性质 30", None}


def test_a_workbook_with_two_sheets_of_coordinates_asks_which_and_takes_the_answer(
    store, tmp_path, monkeypatch
):
    book = Workbook()
    for name, east in (("用地", 500_000), ("图框", 400_000)):
        sheet = book.create_sheet(name)
        sheet.append(["点号", "X", "Y"])
        corners = [(0, 0), (100, 0), (100, 100), (0, 100)]
        for at, (dn, de) in enumerate(corners, 1):
            sheet.append([f"J{at}", 4_020_000 + dn, 38_000_000 + east - 108_000 + de])
    book.save(tmp_path / "用地.xlsx")
    monkeypatch.chdir(tmp_path)
    arguments = ["用地.xlsx", "--as-at", "2026-11-22"]
    with pytest.raises(
        InputError, match="2 个含图形的工作表：用地、图框 — 请用 --table 指明用哪一个"
    ):
        check_command.command.main(arguments, standalone_mode=False)
    told = CliRunner().invoke(check_command.command, [*arguments, "--table", "用地"])
    assert "面积：99" in told.output
    assert told.exit_code == 11


def test_a_declared_area_is_held_against_both_measured_ones_in_the_paper(store, tmp_path):
    corners = degrees(shapely.box(100, 1100, 200, 1200)).exterior.coords[:4]
    rows = "".join(f"J{at},1,{lat:.9f},{lon:.9f}\n" for at, (lon, lat) in enumerate(corners, 1))
    path = tmp_path / "甲.txt"
    head = "[属性描述]\n坐标系=2000国家大地坐标系\n计量单位=度\n[地块坐标]\n4,1.0500,1,甲,面,,,,@\n"
    path.write_text(head + rows, encoding="utf-8")
    page = render(ask(store, SiteQuestion(as_at=DAY, files=(path,))), "html")
    told = re.search(r"文件申报面积.*?比椭球面积大 ([\d.]+) m²，比高斯平面面积大 ([\d.]+) m²", page)
    assert float(told[1]) == pytest.approx(500, abs=1)
    # The plane is 0.03 % larger here.
    assert float(told[2]) == pytest.approx(497, abs=1.5)


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
