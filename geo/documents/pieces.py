"""Pictures and tables put into an open Word document, whatever styles it has."""

from __future__ import annotations

import io
from typing import Any, Final

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph as WordParagraph

from geo.documents.sections import Area
from geo.exhibits import Figure, Table

_ALIGN: Final = {
    "l": WD_ALIGN_PARAGRAPH.LEFT, "c": WD_ALIGN_PARAGRAPH.CENTER, "r": WD_ALIGN_PARAGRAPH.RIGHT,
}  # fmt: skip
#: Room under a picture for its caption and sources.
_CAPTION_MM: Final = 16.0
_CELL_PT: Final = 9.0
#: Left and right in a cell, twips: 1.2 mm, so that years and amounts of a dense table stay on one line.
_CELL_MARGIN: Final = "68"
#: Rows with the head.
_SHORT: Final = 9


def style_of(document: Any, name: str) -> Any:
    """Return a paragraph style by its built-in name, made plain when the template lacks it."""
    for style in document.styles:
        if style.type == WD_STYLE_TYPE.PARAGRAPH and (style.name or "").lower() == name.lower():
            return style
    return document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=True)


def insert_figure(document: Any, paragraph: Any, figure: Figure, area: Area) -> float:
    """Put a picture into an empty paragraph, as wide as asked and as the page allows; return the share of that width."""
    # A template's exact line spacing would cut the picture to one line's height.
    paragraph.style = style_of(document, "Normal")
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    look = paragraph.paragraph_format
    look.keep_with_next, look.first_line_indent, look.line_spacing = True, 0, 1.0
    picture = paragraph.add_run().add_picture(io.BytesIO(figure.png))
    ratio = picture.height / picture.width
    width = min(figure.width_mm, area.width_mm, (area.height_mm - _CAPTION_MM) / ratio)
    picture.width, picture.height = Mm(width), Mm(width * ratio)
    properties = picture._inline.docPr  # noqa: SLF001 - python-docx has no alt text
    properties.set("descr", figure.alt)
    properties.set("name", figure.id)
    return float(width / figure.width_mm)


def insert_table(after: Any, table: Table, area: Area) -> Any:
    """Write a table after its caption, and its notes; return the paragraph that ends it."""
    grid = _grid(after, table, area.width_mm)
    align = table.align.ljust(len(table.columns), "l")
    rows = list(grid.rows)
    _fill(rows[0], table.columns, "c" * len(table.columns), bold=True)
    _flag(rows[0], "w:tblHeader")
    for row, cells in zip(rows[1:], table.rows, strict=True):
        if table.is_band(cells):
            _flag(row, "w:cantSplit")
            put_band(row, cells[0]).font.size = Pt(_CELL_PT)
        else:
            _fill(row, cells, align)
    # A short table stays on one page; the notes of any stay with its last row.
    for row in rows if len(rows) <= _SHORT else rows[-1:]:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True
    end = OxmlElement("w:p")
    grid._tbl.addnext(end)  # noqa: SLF001
    closing = WordParagraph(end, after._parent)  # noqa: SLF001
    closing.paragraph_format.first_line_indent = 0
    closing.paragraph_format.line_spacing = 1.0
    closing.paragraph_format.space_before, closing.paragraph_format.space_after = Pt(3), Pt(6)
    words = "".join(
        f"{'；' if at else '注：'}{note.rstrip('。')}" for at, note in enumerate(table.notes)
    )
    closing.add_run(f"{words}。" if words else "").font.size = Pt(_CELL_PT)
    return closing


def put_band(row: Any, text: str) -> Any:
    """Join a row's cells into one that holds a title, kept with what it is the title of; return its run."""
    cells = row._tr.findall(qn("w:tc"))  # noqa: SLF001 - python-docx's own merge goes cell by cell
    cells[0].width = sum(cell.width or 0 for cell in cells)
    cells[0].get_or_add_tcPr().grid_span = len(cells)
    for other in cells[1:]:
        row._tr.remove(other)  # noqa: SLF001
    paragraph = row.cells[0].paragraphs[0]
    look = paragraph.paragraph_format
    look.space_before = look.space_after = Pt(1)
    look.first_line_indent, look.line_spacing, look.keep_with_next = 0, 1.0, True
    run = paragraph.add_run(text)
    run.bold = True
    return run


def _grid(after: Any, table: Table, width_mm: float) -> WordTable:
    given = table.widths or (1.0,) * len(table.columns)
    widths = [width * width_mm / sum(given) for width in given]
    container = after._parent  # noqa: SLF001
    grid: WordTable = container.add_table(len(table.rows) + 1, len(table.columns), Mm(width_mm))
    after._p.addnext(grid._tbl)  # noqa: SLF001
    grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    _borders(grid)
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Mm(width)
    for row in grid.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
    return grid


def _fill(row: Any, texts: tuple[str, ...], align: str, *, bold: bool = False) -> None:
    _flag(row, "w:cantSplit")
    for cell, text, side in zip(row.cells, texts, align, strict=True):
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        paragraph = cell.paragraphs[0]
        paragraph.alignment = _ALIGN[side]
        look = paragraph.paragraph_format
        look.space_before = look.space_after = Pt(1)
        look.first_line_indent, look.line_spacing = 0, 1.0
        run = paragraph.add_run(text)
        run.font.size = Pt(_CELL_PT)
        run.bold = bold or None


def _borders(grid: Any) -> None:
    """Draw the lines themselves: a bureau's template need not have a table style."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "000000")):
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
    properties = grid._tbl.tblPr  # noqa: SLF001
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), _CELL_MARGIN)
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    properties.insert_element_before(margins, "w:tblLook", "w:tblCaption", "w:tblDescription")
    layout = properties.find(qn("w:tblLayout"))
    if layout is None:
        properties.append(borders)
    else:
        layout.addprevious(borders)


def _flag(row: Any, name: str) -> None:
    element = OxmlElement(name)
    element.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(element)  # noqa: SLF001
