"""Control units: the office's list joined by code, in text, JSON and papers, with two columns left blank."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import openpyxl
import pytest
import shapely
from click.testing import CliRunner
from docx import Document

from geo.cli import map_command, report_command
from geo.cli.check_command import command
from geo.spec.units import read_units
from geo.store.store import open_store
from tests.workflow.office import EAST, NORTH, adopt, office, said, shapefile, square, table

_HEADINGS = ["序号", "环境管控单元编码", "环境管控单元名称", "管控单元分类", "空间布局约束", "污染物排放管控",
             "环境风险防控", "资源利用效率"]  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two units side by side; the list knows the first."""
    root = office(tmp_path)
    units = table([square(0), square(1)], HJGKDYBM=["ZH1", "ZH2"], HJGKDYMC=["甲单元", "乙单元"],
                  GKDYFL=["重点管控单元", "一般管控单元"])  # fmt: skip
    adopt(root, said(shapefile(tmp_path / "环境管控单元.shp", units), "control_unit"))
    book = openpyxl.Workbook()
    book.active.append(_HEADINGS)
    book.active.append(
        [1, "ZH1", "甲单元", "重点管控单元", "禁止新建焦化", "", "建应急池", "用水达标"]
    )
    book.save(root / "data" / "control_units.xlsx")
    return root


def _site(folder: Path, *, wide: bool = False) -> Path:
    x, y = EAST + 900, NORTH + 400
    return shapefile(
        folder / "地块.shp",
        table([shapely.box(x, y, x + (200 if wide else 50), y + 50)], name=["地块"]),
    )


def _check(root: Path, site: Path, *more: str) -> str:
    return (
        CliRunner()
        .invoke(command, ["-w", str(root), str(site), "--as-at", "2026-11-23", *more])
        .output
    )


def test_the_requirements_are_printed_and_empty_ones_said_to_be_empty(
    root: Path, tmp_path: Path
) -> None:
    text = _check(root, _site(tmp_path))
    assert "ZH1 甲单元（重点管控单元）" in text
    assert "空间布局约束：禁止新建焦化" in text
    assert "污染物排放管控：（清单中为空）" in text
    assert "ZH2" not in text


def test_a_unit_the_list_does_not_have_is_not_said_to_be_free(root: Path, tmp_path: Path) -> None:
    text = _check(root, _site(tmp_path, wide=True))
    assert "ZH2 乙单元（一般管控单元）" in text
    assert "未取得该单元的准入清单" in text


def test_json_leaves_the_two_answers_to_a_person(root: Path, tmp_path: Path) -> None:
    (site,) = json.loads(_check(root, _site(tmp_path), "--format", "json"))["sites"]
    (unit,) = site["units"]
    assert (unit["code"], unit["class"], unit["listed"]) == ("ZH1", "重点管控单元", True)
    assert unit["requirements"][2] == {
        "dimension": "环境风险防控", "text": "建应急池", "situation": None, "conforms": None,
    }  # fmt: skip


def test_the_papers_have_the_table_with_blank_columns(root: Path, tmp_path: Path) -> None:
    book, paper = tmp_path / "结果.xlsx", tmp_path / "结果.docx"
    _check(root, _site(tmp_path), "--out", str(book), "--out", str(paper))
    rows = list(openpyxl.load_workbook(book)["管控单元"].iter_rows(values_only=True))
    assert rows[0][-2:] == ("本项目情况", "符合性")
    assert all(not cell for row in rows[1:5] for cell in row[-2:])
    with zipfile.ZipFile(paper) as archive:
        assert "禁止新建焦化" in archive.read("word/document.xml").decode("utf-8")


def test_a_map_classes_units_as_the_standard_does(root: Path) -> None:
    frame = open_store(root).layer("control_units").frame
    assert sorted(frame["class"]) == ["一般管控单元", "重点管控单元"]
    assert sorted(frame["code"]) == ["ZH1", "ZH2"]


def test_a_web_map_tells_the_four_columns_of_each_unit(root: Path, tmp_path: Path) -> None:
    (root / "maps" / "units.yml").write_text(
        "title: 管控单元图\nlayers: [{layer: control_units}]\n", encoding="utf-8"
    )
    out = tmp_path / "图.html"
    done = CliRunner().invoke(
        map_command.command, ["-w", str(root), "units", "--internal", "--out", str(out)]
    )
    assert done.exit_code == 0, done.exception
    page = out.read_text("utf-8")
    for words in (
        "空间布局约束",
        "禁止新建焦化",
        "建应急池",
        "（清单中为空）",
        "未取得该单元的准入清单",
    ):
        assert words in page


@pytest.mark.parametrize("style", ["report", "gongwen"])
def test_the_report_has_the_four_columns_and_leaves_the_answers_blank(
    root: Path, tmp_path: Path, style: str
) -> None:
    pytest.importorskip("docxtpl")
    out = tmp_path / "报告.docx"
    done = CliRunner().invoke(
        report_command.command,
        ["-w", str(root), "site_check", "--site", str(_site(tmp_path)), "--style", style,
         "--as-at", "2026-11-23", "--out", str(out)],
    )  # fmt: skip
    assert done.exit_code == 0, done.output or done.exception
    (found,) = [
        t for t in Document(str(out)).tables if "符合性" in [c.text for c in t.rows[0].cells]
    ]
    head = [cell.text for cell in found.rows[0].cells]
    assert head[-2:] == ["本项目情况", "符合性"]
    said = "".join(cell.text for row in found.rows[1:] for cell in row.cells)
    for words in ("空间布局约束", "污染物排放管控", "环境风险防控", "资源利用效率", "用水达标"):
        assert words in said
    # The notes under a table are its last row, one cell wide.
    *units, notes = found.rows[1:]
    assert len({cell._tc for cell in notes.cells}) == 1
    assert all(not cell.text.strip() for row in units for cell in row.cells[-2:])


def test_mistakes_of_the_list_are_told_at_their_cell(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "control_units.csv"
    path.write_text("单元编码,单元名称\nZH1,甲\nZH1,乙\n", encoding="utf-8-sig")
    _, problems = read_units(tmp_path)
    assert (
        str(problems[0])
        == "data/control_units.csv:3:1: 单元编码 ZH1 重复 — 第 2 行已有，请合并为一行"
    )
    path.write_text("名称\n甲\n", encoding="utf-8-sig")
    assert "缺少单元编码列" in str(read_units(tmp_path)[1][0])
    path.unlink()
    assert read_units(tmp_path) == ({}, [])
