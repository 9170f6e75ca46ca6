"""Workbooks a planner can print, whose text stays text."""

import io
from datetime import date

from openpyxl import load_workbook

from geo.documents.spreadsheet import SheetTable, as_xlsx

DAY = date(2026, 11, 22)
TABLE = SheetTable(
    "任务",
    ("编号", "名称", "投资"),
    [{"编号": "1-1", "名称": "=1+1", "投资": 12.5}, {"编号": "1-2", "名称": "乙"}],
    "注",
)


def sheet():
    return load_workbook(io.BytesIO(as_xlsx([TABLE], as_at=DAY)))["任务"]


def test_codes_like_1_1_stay_text_and_formulas_do_not_run():
    rows = sheet()
    assert (rows["A2"].value, rows["A2"].data_type, rows["A2"].number_format) == ("1-1", "s", "@")
    assert rows["B2"].data_type == "s"


def test_numbers_are_numbers_and_what_is_missing_is_empty_not_zero():
    rows = sheet()
    assert rows["C2"].value == 12.5
    assert rows["C3"].value is None


def test_the_header_is_frozen_and_columns_have_a_width():
    rows = sheet()
    assert rows.freeze_panes == "A2"
    assert rows.column_dimensions["B"].width >= 8


def test_the_same_table_gives_the_same_bytes():
    assert as_xlsx([TABLE], as_at=DAY) == as_xlsx([TABLE], as_at=DAY)
