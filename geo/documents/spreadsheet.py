"""Tables as XLSX that a planner can print at once: widths, frozen header, number formats."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date, datetime, time
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from geo.documents.archive import fix_times, with_fixed_times
from geo.documents.columns import width

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_WIDEST: Final = 48


@dataclass(frozen=True)
class SheetTable:
    """One worksheet: its name, its columns in order, and rows of plain values.

    ``choices`` offers words to pick from in the cells of a column, for a table somebody fills in;
    ``room`` gives a column at least that width, in characters, for what will be written there.
    """

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Mapping[str, Any]]
    note: str = ""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    room: Mapping[str, int] = field(default_factory=dict)


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


def stream_xlsx(
    target: IO[bytes], name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *,
    first: Sequence[Sequence[Any]], as_at: date,
) -> None:  # fmt: skip
    """Write one long worksheet, a row at a time: its memory does not grow with it.

    Args:
        target: Where it goes.
        name: Of the worksheet.
        columns: Headings.
        rows: Plain values in that order; each column holds one type, or nothing.
        first: Some rows of them, to fit the widths.
        as_at: The day inside; bytes depend on it and the contents only.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name[:31])
    sheet.freeze_panes = "A2"
    for at, column in enumerate(columns):
        texts = [str(row[at] or "") for row in first]
        letter = get_column_letter(at + 1)
        sheet.column_dimensions[letter].width = _fitting([column, *texts])
    heads = [WriteOnlyCell(sheet, column) for column in columns]
    for cell in heads:
        _dress_head(cell)
    sheet.append(heads)
    # A row is written when it is appended, so every column needs one cell only.
    cells: dict[tuple[int, type], Any] = {}
    count = 0
    for row in rows:
        sheet.append([_streamed(sheet, cells, at, value) for at, value in enumerate(row)])
        count += 1
    if count:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count + 1}"
    book.properties.creator = "hongxian"
    book.properties.created = book.properties.modified = datetime.combine(as_at, time())
    with TemporaryFile() as raw:
        book.save(raw)
        raw.seek(0)
        fix_times(raw, target, as_at=as_at)


def _streamed(sheet: Any, cells: dict[tuple[int, type], Any], at: int, value: Any) -> Any:
    """Give the cell of a column with a value."""
    if value is None:
        return None
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)
    if (at, type(value)) not in cells:
        cells[at, type(value)] = WriteOnlyCell(sheet, value)
        _dress(cells[at, type(value)])
    cell = cells[at, type(value)]
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
    return cell


def _sheet(sheet: Any, table: SheetTable) -> None:
    sheet.append(list(table.columns))
    for row in table.rows:
        sheet.append([_cell(row.get(column)) for column in table.columns])
    for cell in sheet[1]:
        _dress_head(cell)
    for at, column in enumerate(table.columns, 1):
        texts = [str(row.get(column) or "") for row in table.rows[:500]]
        widest = max((width(text) for text in [column, *texts]), default=8)
        least = table.room.get(column, 8)
        sheet.column_dimensions[get_column_letter(at)].width = min(max(widest + 2, least), _WIDEST)
    for line in sheet.iter_rows(min_row=2):
        for cell in line:
            _dress(cell)
    for column, words in table.choices.items():
        _offer(sheet, table.columns.index(column) + 1, words, rows=len(table.rows))
    if table.note:
        sheet.append([])
        sheet.append([table.note])
    sheet.freeze_panes = "A2"
    if table.rows:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table.rows) + 1}"


def _fitting(texts: Sequence[str]) -> int:
    """Give the width of a column that holds some texts."""
    return min(max(max(map(width, texts)) + 2, 8), _WIDEST)


def _dress_head(cell: Any) -> None:
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="DDE6ED")
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)


def _dress(cell: Any) -> None:
    """Give a cell its place and number format."""
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    if isinstance(cell.value, float):
        cell.number_format = "0.00##"
    elif isinstance(cell.value, str):
        # Text stays text: Excel must not read 1-1 as a date or =… as a formula.
        cell.number_format = "@"
        cell.data_type = "s"


def _offer(sheet: Any, at: int, words: tuple[str, ...], *, rows: int) -> None:
    """Let a column's cells be picked from a list; anything else is refused by Excel and WPS."""
    letter = get_column_letter(at)
    rule = DataValidation("list", formula1=f'"{",".join(words)}"', allow_blank=True)
    rule.error = f"请从列表中选择：{'、'.join(words)}"
    sheet.add_data_validation(rule)
    rule.add(f"{letter}2:{letter}{rows + 1}")


def _cell(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float) else str(value)
