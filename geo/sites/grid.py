"""Delimited text as rows of plain cells with the line each stands on."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geo.sites.limits import refuse
from geo.sites.text import narrow

if TYPE_CHECKING:
    from pathlib import Path

MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 40
MAX_CELL_CHARS: Final = 300
_COMMAS: Final = re.compile(r"[,;|、]")
#: A cell quoted as Excel does; the seconds of 112°30′30" stand behind a number, never at its head.
_QUOTED: Final = re.compile(r'(?:^|,)\s*"')
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
    >>> split_text('J1,"112°52′30″","36°18′20″"', shown=Path("a.csv"))[0].cells
    ('J1', '112°52\'30"', '36°18\'20"')
    """
    if (
        text.count("\n") + text.count("\r") > 2 * MAX_ROWS
        or len(lines := text.splitlines()) > MAX_ROWS
    ):
        raise refuse(shown, f"超过 {MAX_ROWS} 行", "请只保留项目用地的坐标")
    return [GridRow(number, _cells(line)) for number, line in enumerate(lines, 1)]


def _cells(line: str) -> tuple[str, ...]:
    """Cut one line; a point number with a colon (拐点1：) is a cell of its own."""
    raw = line[: MAX_COLUMNS * MAX_CELL_CHARS].strip("\r\n ")
    if _QUOTED.search(raw):
        # Before the many signs for seconds become quotation marks too.
        quoted = next(csv.reader([raw], skipinitialspace=True), [])
        return tuple(_bare(narrow(cell)) for cell in quoted[:MAX_COLUMNS])
    plain = narrow(raw)
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
    """Take full stops and quotation marks off, except where these are seconds."""
    text = cell.strip().rstrip("。").rstrip()
    return text if "°" in text or "'" in text else text.strip('"').strip()
