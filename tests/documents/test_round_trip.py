"""Every table a planner writes says the same from XLSX as from CSV."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from geo.documents.spreadsheet import SheetTable, as_xlsx
from geo.spec.tables import read_rows

_ROOT = Path(__file__).parents[2]
_TABLES = sorted([*(_ROOT / "plans").glob("*/*.csv"), *(_ROOT / "data").glob("*.csv")])


@pytest.mark.parametrize("path", _TABLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_table_reads_the_same_from_excel(path: Path, tmp_path: Path) -> None:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        rows = list(reader)
        columns = tuple(reader.fieldnames or ())
    book = tmp_path / f"{path.stem}.xlsx"
    book.write_bytes(as_xlsx([SheetTable(path.stem, columns, rows)], as_at=date(2026, 11, 23)))
    shown = Path(path.name)
    from_csv = [row.cells for row in read_rows(path, shown=shown, columns=None)]
    from_xlsx = [row.cells for row in read_rows(book, shown=shown, columns=None)]
    assert from_xlsx == from_csv
    sheet = load_workbook(book).active
    assert sheet.freeze_panes == "A2"
    assert all(sheet.column_dimensions[cell.column_letter].width >= 8 for cell in sheet[1])


def test_a_number_like_1_1_stays_what_it_is(tmp_path: Path) -> None:
    book = tmp_path / "tasks.xlsx"
    table = SheetTable("tasks", ("id", "title"), [{"id": "1-1", "title": "=1+1"}])
    book.write_bytes(as_xlsx([table], as_at=date(2026, 11, 23)))
    (row,) = read_rows(book, shown=Path("tasks.xlsx"), columns=None)
    assert row.cells == {"id": "1-1", "title": "=1+1"}
