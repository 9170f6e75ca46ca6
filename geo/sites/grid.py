"""Excel sheets and delimited text as rows of plain text cells with the line each stands on."""

from __future__ import annotations

import csv
import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import openpyxl

from geo.sites.archive import opened, read_member
from geo.sites.limits import refuse, refusing
from geo.sites.text import narrow

if TYPE_CHECKING:
    from pathlib import Path

MAX_ROWS: Final = 200_000
MAX_BLANK_ROWS: Final = 5_000
MAX_COLUMNS: Final = 60
MAX_SHEETS: Final = 50
MAX_CELL_CHARS: Final = 300
_SAVE_AGAIN: Final = "请用 Excel 或 WPS 重新另存为 .xlsx"
_COMMAS: Final = re.compile(r"[,;|、]")
_LABEL: Final = re.compile(r"^\s*(?!\d{1,3}:\d{1,2}:\d)([^\s:=,;\d]{0,6}\d{1,5}[号点#]?)\s*:\s*")


@dataclass(frozen=True)
class GridRow:
    """One row: its line (or Excel row number) and its cells as plain text."""

    line: int
    cells: tuple[str, ...]

    @property
    def text(self) -> str:
        """All cells in one line."""
        return "\t".join(self.cells).strip()

    def cell(self, index: int) -> str:
        """Return a cell, empty beyond the end."""
        return self.cells[index] if 0 <= index < len(self.cells) else ""


def split_text(text: str, *, shown: Path) -> list[GridRow]:
    r"""Cut text into rows and cells, whatever separates them.

    Tabs win, then commas and semicolons (full-width too), then two blanks or more, then one.

    Raises:
        InputError: Too many rows.

    >>> from pathlib import Path
    >>> split_text("J1，4012345.6，38512345.6", shown=Path("a.txt"))[0].cells
    ('J1', '4012345.6', '38512345.6')
    >>> split_text("J1：112°52′30″  36°18′20″", shown=Path("a.txt"))[0].cells
    ('J1', '112°52\'30"', '36°18\'20"')
    """
    lines = text.splitlines()
    if len(lines) > MAX_ROWS:
        raise refuse(shown, f"超过 {MAX_ROWS} 行", "请只保留项目用地的坐标")
    return [GridRow(number, _cells(line)) for number, line in enumerate(lines, 1)]


def _cells(line: str) -> tuple[str, ...]:
    """Cut one line; a point number with a colon (拐点1：) is a cell of its own."""
    plain = narrow(line[: MAX_COLUMNS * MAX_CELL_CHARS]).strip("\r\n ")
    label = _LABEL.match(plain)
    cells = [label[1]] if label else []
    cells += _split(plain[label.end() :] if label else plain)
    return tuple(_bare(cell) for cell in cells[:MAX_COLUMNS])


def _split(text: str) -> list[str]:
    """Cut at the strongest separator there is."""
    if "\t" in text:
        return text.split("\t")
    if '"' in text and "," in text and "°" not in text:
        return next(csv.reader([text]), [])
    if _COMMAS.search(text):
        return _COMMAS.split(text)
    return re.split(r"\s{2,}", text) if re.search(r"\S\s{2,}\S", text) else text.split()


def _bare(cell: str) -> str:
    """Take quotation marks off, except where they are seconds."""
    return cell.strip() if "°" in cell or "'" in cell else cell.strip().strip('"').strip()


def read_excel(path: Path, *, shown: Path) -> dict[str, list[GridRow]]:
    """Read every sheet of a workbook; formulas give their last computed value.

    Raises:
        InputError: Not a workbook, a bomb, with entities, or too many rows or sheets.
    """
    _refuse_entities(path, shown)
    # The file is opened here, not by openpyxl, which leaves it open when it fails.
    with refusing(shown, _SAVE_AGAIN), path.open("rb") as file:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        sheets = book.worksheets
        if len(sheets) > MAX_SHEETS:
            found = f"工作簿有 {len(sheets)} 个工作表"
            raise refuse(shown, found, "请只保留坐标所在的工作表")
        return {str(sheet.title): _rows(sheet, shown) for sheet in sheets}


def _refuse_entities(path: Path, shown: Path) -> None:
    """Refuse a workbook whose XML declares entities; Excel and WPS never write them."""
    with opened(path, shown=shown) as (archive, members):
        for member in members:
            if member.name.suffix.lower() not in (".xml", ".rels"):
                continue
            data = read_member(archive, member, shown=shown)
            if (
                b"<!DOCTYPE" in data
                or b"<!ENTITY" in data
                or "<!".encode("utf-16-le") in data[:4000]
            ):
                raise refuse(shown, "工作簿的 XML 含有 DTD 或实体声明", _SAVE_AGAIN)


def _rows(sheet: Any, shown: Path) -> list[GridRow]:
    """Read a sheet row by row, blank rows included: they separate plots."""
    sheet.reset_dimensions()
    rows: list[GridRow] = []
    blank = 0
    cells = sheet.iter_rows(values_only=True, max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS)
    for number, values in enumerate(cells, 1):
        filled = any(value is not None for value in values)
        blank = 0 if filled else blank + 1
        if number > MAX_ROWS or blank > MAX_BLANK_ROWS:
            found = f"工作表「{sheet.title}」超过 {MAX_ROWS} 行，或有 {MAX_BLANK_ROWS} 行以上的空白"
            raise refuse(shown, found, "请删去坐标以外的内容和多余的空行")
        rows.append(GridRow(number, tuple(map(_text, values)) if filled else ()))
    return rows


def _text(value: Any) -> str:
    """Write a cell as the planner sees it."""
    if value is None:
        return ""
    if isinstance(value, bool | dt.date | dt.time | dt.timedelta):
        return f"（{value}）"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004
        return str(int(value))
    return narrow(str(value)[:MAX_CELL_CHARS]).strip()
