"""Tables as CSV and XLSX: lines, quotes, columns, and what Excel does to a cell."""

from __future__ import annotations

import csv
import datetime as dt
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from geo.errors import WorkspaceError
from geo.spec import tables
from geo.spec.closed import Spec
from geo.spec.plans import TaskRow
from geo.spec.tables import Row, find_table, load_rows, read_rows, required_of

SHOWN = Path("plans/a/tasks.csv")


class Well(Spec):
    id: str
    name: str
    depth: float | None = None
    start: str = ""


def csv_file(folder: Path, text: str, name: str = "wells.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def xlsx_file(folder: Path, rows: list[list[object]], name: str = "wells.xlsx") -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / name)
    return folder / name


def complaints(path: Path, **options) -> list[str]:
    with pytest.raises(WorkspaceError) as caught:
        read_rows(path, shown=SHOWN, **{"columns": None, **options})
    return [str(problem) for problem in caught.value.problems]


def test_rows_are_text_by_column_name_with_line_and_column_number(tmp_path):
    rows = read_rows(csv_file(tmp_path, "id,name\nA, 甲 \nB,\n"), shown=SHOWN, columns=None)
    assert rows == [
        Row({"id": "A", "name": "甲"}, {"id": (2, 1), "name": (2, 2)}),
        Row({"id": "B", "name": ""}, {"id": (3, 1), "name": (3, 2)}),
    ]


def test_a_byte_order_mark_does_not_become_part_of_the_first_column(tmp_path):
    (row,) = read_rows(
        csv_file(tmp_path, "\ufeffid,name\r\nA,甲\r\n"), shown=SHOWN, columns=["id", "name"]
    )
    assert row.cells == {"id": "A", "name": "甲"}


def test_quotes_hold_commas_quotes_and_line_breaks(tmp_path):
    text = 'id,name\nA,"甲,""乙"""\nB,"第一行\n第二行"\nC,丙\n'
    rows = read_rows(csv_file(tmp_path, text), shown=SHOWN, columns=None)
    assert [row.cells["name"] for row in rows] == ['甲,"乙"', "第一行\n第二行", "丙"]
    assert [row.marks["name"] for row in rows] == [(2, 2), (3, 2), (5, 2)]


def test_empty_rows_are_passed_over_and_lines_still_count(tmp_path):
    rows = read_rows(
        csv_file(tmp_path, "\n,\nid,name\n\nA,甲\n,  \n\nB,乙\n"), shown=SHOWN, columns=None
    )
    assert [(row.cells["id"], row.marks["id"]) for row in rows] == [("A", (5, 1)), ("B", (8, 1))]


def test_short_rows_are_filled_and_trailing_commas_are_harmless(tmp_path):
    (row,) = read_rows(
        csv_file(tmp_path, "id,name,note,,\nA,甲\n"), shown=SHOWN, columns=["id", "name", "note"]
    )
    assert row.cells == {"id": "A", "name": "甲", "note": ""}


def test_columns_may_come_in_any_order_and_optional_ones_be_left_out(tmp_path):
    good, problems = load_rows(csv_file(tmp_path, "name,id\n甲,A\n"), Well, shown=SHOWN)
    assert ([well for well, _ in good], problems) == ([Well(id="A", name="甲")], [])


def test_required_columns_are_those_without_a_default():
    assert required_of(Well) == ["id", "name"]
    assert required_of(TaskRow) == ["id", "kind", "heading", "title", "where"]


def test_missing_columns_are_told_once_for_the_file_not_for_every_row(tmp_path):
    text = "depth\n" + "5\n" * 50
    _, problems = load_rows(csv_file(tmp_path, text), Well, shown=SHOWN)
    hint = "请在表头补上，没有内容的列也要保留"
    assert [str(p) for p in problems] == [f"plans/a/tasks.csv:1: 缺少列 id、name — {hint}"]


def test_unknown_twice_and_missing_columns_are_told_together(tmp_path):
    path = csv_file(tmp_path, "id,nmae,id\nA,甲,B\n")
    assert complaints(path, columns=["id", "name"], required=["name"]) == [
        "plans/a/tasks.csv:1: 缺少列 name — 请在表头补上，没有内容的列也要保留",
        "plans/a/tasks.csv:1:2: 未知的列 nmae — 是否想写 name？",
        "plans/a/tasks.csv:1:3: 列 id 出现两次 — 请删去其中一列",
    ]


def test_columns_may_follow_a_pattern_matched_whole(tmp_path):
    path = csv_file(tmp_path, "id,target_2025,target_2025_old\n1,2,3\n")
    told = complaints(path, columns=["id"], also=re.compile(r"target_\d{4}"))
    assert told == ["plans/a/tasks.csv:1:3: 未知的列 target_2025_old — 可用：id"]


def test_content_under_no_column_name_is_never_dropped(tmp_path):
    path = csv_file(tmp_path, "id,,name,\nA,甲,乙,\nB,丙,丁,\nC,,戊,\n")
    told = "第 2 列没有列名，却有 2 行内容 — 请补上列名，或清空该列"
    assert complaints(path) == [f"plans/a/tasks.csv:1:2: {told}"]


def test_a_row_longer_than_the_header_tells_of_the_comma(tmp_path):
    path = csv_file(tmp_path, "id,name\nA,甲,乙\nB,丙,,\n")
    told = "这一行有 3 格，表头只有 2 列 — 含逗号的内容请加引号"
    assert complaints(path) == [f"plans/a/tasks.csv:2:3: {told}"]


def test_every_bad_row_is_told_and_every_good_one_kept(tmp_path):
    text = "id,name,depth\nA,甲,深\nB,乙,12\n,丙,1e999\n"
    good, problems = load_rows(csv_file(tmp_path, text), Well, shown=SHOWN)
    assert [well.id for well, _ in good] == ["B"]
    assert [str(p) for p in problems] == [
        "plans/a/tasks.csv:2:3: “深”不是数字 — 请只写数字，不加单位和千分位",
        "plans/a/tasks.csv:4:1: id 是空的 — 请填写",
        "plans/a/tasks.csv:4:3: “1e999”不是有限的数 — 请改成普通数字",
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", " , ,\n"])
def test_an_empty_table_tells_its_first_line(tmp_path, text):
    told = "plans/a/tasks.csv:1:1: 表是空的 — 首行应为：id,name"
    assert complaints(csv_file(tmp_path, text), columns=["id", "name"]) == [told]


def test_a_header_alone_is_a_table_without_rows(tmp_path):
    assert read_rows(csv_file(tmp_path, "id,name\n"), shown=SHOWN, columns=None) == []


def test_gbk_is_refused_with_advice(tmp_path):
    path = tmp_path / "wells.csv"
    path.write_bytes("id,name\nA,甲\n".encode("gbk"))
    (line,) = complaints(path)
    assert line == (
        "plans/a/tasks.csv: 文件不是 UTF-8 编码（可能是 GBK）"
        " — 请在 WPS/Excel/记事本中另存为 UTF-8（CSV UTF-8）"
    )


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ('id,name\nA,甲\nB,"乙\nC,丙\n', 3, "从这一行起引号没有配对"),
        ('id,name\nA,"甲"乙\n', 2, "引号之后、逗号之前还有文字"),
    ],
)
def test_a_broken_quote_is_told_at_the_row_it_opens_in(tmp_path, text, line, told):
    hint = "请检查引号是否成对，或用 Excel 重新另存为 CSV UTF-8"
    assert complaints(csv_file(tmp_path, text)) == [
        f"plans/a/tasks.csv:{line}: CSV 格式错误（{told}） — {hint}"
    ]


def test_a_cell_of_a_hundred_and_forty_thousand_characters_is_refused(tmp_path):
    (line,) = complaints(csv_file(tmp_path, f"id\n{'甲' * (csv.field_size_limit() + 1)}\n"))
    assert "一格内容过长" in line


def test_more_rows_than_the_limit_are_refused_not_cut_off(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "MAX_ROWS", 3)
    three = [["id"], ["A"], ["B"], ["C"]]
    for rows, folder in ((three, "few"), ([*three, ["D"]], "many")):
        (tmp_path / folder).mkdir()
        for path in (
            csv_file(tmp_path / folder, "\n".join(row[0] for row in rows)),
            xlsx_file(tmp_path / folder, rows),
        ):
            if folder == "few":
                assert len(read_rows(path, shown=SHOWN, columns=None)) == 3
            else:
                assert complaints(path) == ["plans/a/tasks.csv:5:1: 超过 3 行 — 请拆分"]


@pytest.mark.parametrize("cell", ["1月1日", "12月31日", "1-Jan", "Jan-01"])
@pytest.mark.parametrize("column", ["id", "parent", "no", "code"])
def test_a_code_that_excel_spelt_as_a_date_is_found_in_a_csv(tmp_path, column, cell):
    (line,) = complaints(csv_file(tmp_path, f"name,{column}\n甲,{cell}\n"))
    assert line == (
        f"plans/a/tasks.csv:2:2: 列 {column} 的内容被 Excel 变成了日期或时间 {cell}"
        " — 请把该列设为“文本”格式后重新填写（例如 1-1 会被改成日期）"
    )


def test_a_day_in_a_text_column_and_a_code_with_a_hyphen_are_left_alone(tmp_path):
    rows = read_rows(csv_file(tmp_path, "id,name\n1-1,6月5日\n"), shown=SHOWN, columns=None)
    assert rows[0].cells == {"id": "1-1", "name": "6月5日"}


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (dt.date(2026, 1, 1), "2026-01-01"),
        (dt.datetime.fromisoformat("2026-01-01T09:30"), "2026-01-01 09:30"),
        (dt.time(1, 50), "01:50:00"),
    ],
)
def test_a_cell_that_excel_turned_into_a_date_is_told_with_the_remedy(tmp_path, cell, shown):
    path = xlsx_file(tmp_path, [["id", "name"], ["A", "甲"], [cell, "乙"]])
    (line,) = complaints(path)
    assert line.startswith(
        f"plans/a/tasks.csv:3:1: 列 id 的内容被 Excel 变成了日期或时间 {shown} — "
    )


def test_a_date_in_a_date_column_is_meant(tmp_path):
    path = xlsx_file(tmp_path, [["id", "name", "start"], ["A", "甲", dt.date(2021, 5, 1)]])
    ((well, _),), problems = load_rows(path, Well, shown=SHOWN)
    assert (well.start, problems) == ("2021-05-01", [])


def test_xlsx_gives_the_same_rows_as_csv(tmp_path):
    text = 'id,name,depth,start\nP01,"甲, ""乙""\n丙",12.5,2021\nP02,丁,,\n\nP03,戊,30,2025-06\n'
    grid = [
        ["id", "name", "depth", "start"],
        ["P01", '甲, "乙"\n丙', 12.5, 2021],
        ["P02", "丁", None, None],
        [None, " ", None, None],
        ["P03", "戊", 30.0, "2025-06"],
    ]
    from_csv, no_problems = load_rows(csv_file(tmp_path, text), Well, shown=SHOWN)
    from_xlsx, nor_here = load_rows(xlsx_file(tmp_path, grid), Well, shown=SHOWN)
    assert no_problems == nor_here == []
    assert [well for well, _ in from_xlsx] == [well for well, _ in from_csv]
    assert [row.cells for _, row in from_xlsx] == [row.cells for _, row in from_csv]
    assert [row.marks["id"][0] for _, row in from_xlsx] == [2, 3, 5], "rows as Excel counts them"


def test_a_workbook_with_too_many_columns_is_refused(tmp_path):
    path = xlsx_file(tmp_path, [["id"], [""] * tables.MAX_COLUMNS + ["x"]])
    assert complaints(path) == ["plans/a/tasks.csv:2: 超过 500 列 — 请删去多余的列"]


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "MAX_UNZIPPED_BYTES", 100)
    told = "plans/a/tasks.csv: 工作簿过大 — 请删去多余工作表和图片"
    assert complaints(xlsx_file(tmp_path, [["id"]])) == [told]


def test_a_large_workbook_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "MAX_XLSX_BYTES", 100)
    assert "工作簿过大" in complaints(xlsx_file(tmp_path, [["id"]]))[0]


def changed(path: Path, member: str, content: bytes) -> Path:
    """Copy a workbook with one member replaced."""
    out = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, content if name == member else old.read(name))
    return out


def test_whole_numbers_lose_their_point_and_truth_stays_a_word(tmp_path):
    plain = xlsx_file(tmp_path, [["id", "name", "flag"], [7, 2.50, True]])
    sheet = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(plain) as archive:
        content = archive.read(sheet).replace(b"<v>7</v>", b"<v>7.0</v>")
    (row,) = read_rows(changed(plain, sheet, content), shown=SHOWN, columns=None)
    assert row.cells == {"id": "7", "name": "2.5", "flag": "True"}


@pytest.mark.parametrize(
    ("member", "content"),
    [
        ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row>"),
        ("xl/worksheets/sheet1.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
        ("xl/workbook.xml", b"<not-a-workbook/>"),
        ("[Content_Types].xml", b""),
    ],
)
def test_a_damaged_workbook_is_refused_in_words(tmp_path, member, content):
    path = changed(xlsx_file(tmp_path, [["id"], ["A"]]), member, content)
    told = "plans/a/tasks.csv: 不是有效的 .xlsx 文件 — 请用 Excel 或 WPS 重新另存为 .xlsx"
    assert complaints(path) == [told]


def test_a_text_called_xlsx_and_a_missing_workbook_are_told_apart(tmp_path):
    text = csv_file(tmp_path, "id\nA\n", "wells.xlsx")
    assert "不是有效的 .xlsx 文件" in complaints(text)[0]
    assert "文件不存在" in complaints(tmp_path / "none.xlsx")[0]


def test_a_table_is_found_as_csv_before_xlsx(tmp_path):
    assert find_table(tmp_path, "wells") is None
    book = xlsx_file(tmp_path, [["id"]])
    assert find_table(tmp_path, "wells") == book
    text = csv_file(tmp_path, "id\n")
    assert find_table(tmp_path, "wells") == text
