"""A table of exhibits as a Word table: written as text and parsed once, thousands of cells in a moment.

What keeps together holds in Word, WPS and LibreOffice: the notes are the last row, without lines around it, because
LibreOffice keeps rows with rows and not a table with the paragraph after it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from geo.documents.pieces import unindented
from geo.documents.sandbox import writable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo.documents.sections import Area
    from geo.exhibits import Table

#: The style of cells; a template that has one of this name keeps its own.
CELL_STYLE: Final = "表格文字"
_CELL_PT: Final = 9.0
#: Left and right in a cell, twips: 1.2 mm, so that years and amounts of a dense table stay on one line.
_CELL_MARGIN: Final = 68
_TWIPS_PER_MM: Final = 1440 / 25.4
#: A table of so many rows, the head included, stays on one page.
_SHORT: Final = 9
#: Rows of a long table that stand at its end together, so that no page begins with one alone.
_TAIL: Final = 2
_SIDES: Final = {"l": "", "c": '<w:jc w:val="center"/>', "r": '<w:jc w:val="right"/>'}
_KEEP: Final = "<w:keepNext/>"
_BREAKS: Final = re.compile(r"(\n|\t)")
_LINES: Final = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_MARGINS: Final = "".join(
    f'<w:{side} w:w="{_CELL_MARGIN}" w:type="dxa"/>' for side in ("left", "right")
)
_OPEN_BELOW: Final = "".join(f'<w:{side} w:val="nil"/>' for side in ("left", "bottom", "right"))


def insert_table(document: Any, after: Any, table: Table, area: Area) -> Any:
    """Write a table and its notes after its caption; return the small paragraph that ends it."""
    given = table.widths or (1.0,) * len(table.columns)
    widths = [round(w * area.width_mm * _TWIPS_PER_MM / sum(given)) for w in given]
    rows = "".join(_rows(table, widths, cell_style(document)))
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    grid = parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{_LINES}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>{_MARGINS}</w:tblCellMar>'
        f'<w:tblLook w:firstRow="1" w:noHBand="0" w:noVBand="1"/></w:tblPr><w:tblGrid>{columns}</w:tblGrid>{rows}</w:tbl>'
    )
    after._p.addnext(grid)  # noqa: SLF001
    end = OxmlElement("w:p")
    grid.addnext(end)
    closing = Paragraph(end, after._parent)  # noqa: SLF001
    look = unindented(closing).paragraph_format
    look.space_before, look.space_after, look.line_spacing = Pt(0), Pt(0), Pt(_CELL_PT)
    return closing


def cell_style(document: Any) -> str:
    """Return the id of the style of cells, made when the template has none."""
    for style in document.styles:
        if style.type == WD_STYLE_TYPE.PARAGRAPH and style.name == CELL_STYLE:
            return str(style.style_id)
    made = document.styles.add_style("Table Text Hongxian", WD_STYLE_TYPE.PARAGRAPH)
    made.name, made.base_style = CELL_STYLE, document.styles.default(WD_STYLE_TYPE.PARAGRAPH)
    made.font.size = Pt(_CELL_PT)
    look = unindented(made).paragraph_format
    look.space_before = look.space_after = Pt(1)
    look.line_spacing = 1.0
    return str(made.style_id)


def notes_of(table: Table) -> str:
    """Write a table's notes as one sentence, empty without any."""
    told = "；".join(note.rstrip("。") for note in table.notes)
    return f"注：{told}。" if told else ""


def is_note(row: Any) -> bool:
    """Tell whether a row of a Word table holds the notes: no line below it."""
    cells = row.findall(qn("w:tc"))
    return len(cells) == 1 and cells[0].find(f"{qn('w:tcPr')}/{qn('w:tcBorders')}") is not None


def _rows(table: Table, widths: Sequence[int], style: str) -> Iterator[str]:
    align = table.align.ljust(len(table.columns), "l")
    count, notes = len(table.rows), notes_of(table)
    short = count + 1 <= _SHORT
    head = (_cell(w, name, "c", style, keep=True, bold=True) for w, name in zip(widths, table.columns, strict=True))  # fmt: skip
    yield _row(head, is_head=True)
    for at, cells in enumerate(table.rows, 1):
        ends = at == count
        keep = bool(notes) if ends else short or at == 1 or at > count - _TAIL
        if table.is_band(cells):
            yield _row(
                [
                    _cell(
                        sum(widths),
                        cells[0],
                        "l",
                        style,
                        keep=keep or not ends,
                        bold=True,
                        across=len(widths),
                    )
                ]
            )
        else:
            sides = zip(widths, cells, align, strict=True)
            yield _row(_cell(w, text, side, style, keep=keep) for w, text, side in sides)
    if notes:
        yield _row([_cell(sum(widths), notes, "l", style, across=len(widths), is_open=True)])


def _row(cells: Iterator[str] | list[str], *, is_head: bool = False) -> str:
    head = "<w:tblHeader/>" if is_head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{head}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(
    width: int, text: str, side: str, style: str, *, keep: bool = False, bold: bool = False,
    across: int = 1, is_open: bool = False,
) -> str:  # fmt: skip
    span = f'<w:gridSpan w:val="{across}"/>' if across > 1 else ""
    lines = f"<w:tcBorders>{_OPEN_BELOW}</w:tcBorders>" if is_open else ""
    look = f'<w:pStyle w:val="{style}"/>{_KEEP if keep else ""}{_SIDES[side]}'
    heavy = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{lines}<w:vAlign w:val="center"/></w:tcPr>'
        f"<w:p><w:pPr>{look}</w:pPr><w:r>{heavy}{_words(text)}</w:r></w:p></w:tc>"
    )


def _words(text: str) -> str:
    """Write text with its line breaks; spaces at its ends stay."""
    pieces = _BREAKS.split(writable(text))
    return "".join(
        "<w:br/>" if piece == "\n" else "<w:tab/>" if piece == "\t"
        else f'<w:t xml:space="preserve">{escape(piece)}</w:t>' if piece != piece.strip()
        else f"<w:t>{escape(piece)}</w:t>"
        for piece in pieces
    )  # fmt: skip
