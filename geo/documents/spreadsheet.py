"""Tables as XLSX that a planner can print at once: widths, frozen header, number formats."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from geo.documents.archive import with_fixed_times
from geo.documents.columns import width

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WIDEST: Final = 48


@dataclass(frozen=True)
class SheetTable:
    """One worksheet: its name, its columns in order, and rows of plain values."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Mapping[str, Any]]
    note: str = ""


def as_xlsx(tables: Sequence[SheetTable], *, as_at: date) -> bytes:
    """Write a workbook whose bytes depend on its contents and ``as_at`` only."""
    book = Workbook()
    del book[book.sheetnames[0]]
    for table in tables:
        _sheet(book.create_sheet(table.name[:31]), table)
    book.properties.creator = "hongxian"
    book.properties.created = book.properties.modified = datetime.combine(as_at, time())
    out = io.BytesIO()
    book.save(out)
    return with_fixed_times(out.getvalue(), as_at=as_at)


def _sheet(sheet: Any, table: SheetTable) -> None:
    sheet.append(list(table.columns))
    for row in table.rows:
        sheet.append([_cell(row.get(column)) for column in table.columns])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DDE6ED")
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    for at, column in enumerate(table.columns, 1):
        texts = [str(row.get(column) or "") for row in table.rows[:500]]
        widest = max((width(text) for text in [column, *texts]), default=8)
        sheet.column_dimensions[get_column_letter(at)].width = min(max(widest + 2, 8), _WIDEST)
    for line in sheet.iter_rows(min_row=2):
        for cell in line:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if isinstance(cell.value, float):
                cell.number_format = "0.00##"
            elif isinstance(cell.value, str):
                # Text stays text: Excel must not read 1-1 as a date or =… as a formula.
                cell.number_format = "@"
                cell.data_type = "s"
    if table.note:
        sheet.append([])
        sheet.append([table.note])
    sheet.freeze_panes = "A2"
    if table.rows:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table.rows) + 1}"


def _cell(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float) else str(value)
