"""Excel workbooks as rows of plain cells.

openpyxl gets a copy made here that holds the sheets, their texts and a bounded style sheet, and nothing else of the
file: no entities, links, pictures or a million cell styles.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import TYPE_CHECKING, Any, Final

import openpyxl

from geo.sites.archive import opened, read_member
from geo.sites.grid import MAX_CELL_CHARS, MAX_COLUMNS, MAX_ROWS, GridRow
from geo.sites.limits import refuse, refusing
from geo.sites.text import narrow

if TYPE_CHECKING:
    from pathlib import Path

MAX_BLANK_ROWS: Final = 5_000
MAX_SHEETS: Final = 50
MAX_XML_BYTES: Final = 60_000_000
MAX_STYLE_BYTES: Final = 300_000
"""Offices own workbooks with megabytes of styles; beyond this they are left out, and with them the dates."""
_NO_STYLES: Final = (
    b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts><font/></fonts>'
    b"<fills><fill><patternFill/></fill></fills><borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>"
    b"<cellXfs><xf/></cellXfs></styleSheet>"
)
_STYLES: Final = "xl/styles.xml"
_KEPT: Final = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/_rels/workbook\.xml\.rels|xl/(workbook|styles|sharedStrings)\.xml"
    r"|xl/worksheets/[^/]+\.xml",
    re.IGNORECASE,
)
_SAVE_AGAIN: Final = "请用 Excel 或 WPS 新建工作簿，只粘贴坐标后另存为 .xlsx"


def read_excel(path: Path, *, shown: Path) -> dict[str, list[GridRow]]:
    """Read every sheet of a workbook; formulas give their last computed value.

    Raises:
        InputError: Not a workbook, a bomb, with entities, or too many rows or sheets.
    """
    with refusing(shown, _SAVE_AGAIN), _essence(path, shown) as copy:
        book = openpyxl.load_workbook(copy, read_only=True, data_only=True)
        sheets = book.worksheets
        if len(sheets) > MAX_SHEETS:
            found = f"工作簿有 {len(sheets)} 个工作表"
            raise refuse(shown, found, "请只保留坐标所在的工作表")
        return {str(sheet.title): _rows(sheet, shown) for sheet in sheets}


def _essence(path: Path, shown: Path) -> io.BytesIO:
    """Copy the parts that matter, refusing XML that declares entities: Excel and WPS never do."""
    out = io.BytesIO()
    with opened(path, shown=shown) as (archive, members), zipfile.ZipFile(out, "w") as copy:
        kept = [m for m in members if _KEPT.fullmatch(m.info.filename.replace("\\", "/"))]
        if sum(member.info.file_size for member in kept) > MAX_XML_BYTES:
            raise refuse(shown, "工作簿内容过大", _SAVE_AGAIN)
        for member in kept:
            data = read_member(archive, member, shown=shown)
            if b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"<\0!\0" in data:
                raise refuse(shown, "工作簿的 XML 含有 DTD 或实体声明", _SAVE_AGAIN)
            heavy = member.info.filename == _STYLES and len(data) > MAX_STYLE_BYTES
            copy.writestr(member.info.filename, _NO_STYLES if heavy else data)
    return out


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
