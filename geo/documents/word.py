"""A paper as a Word file: styles an office can restyle, captions that are fields."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from geo.documents.archive import with_fixed_times
from geo.documents.fields import add_field, bookmarked
from geo.documents.paper import Bullets, Heading, Paper, Paragraph, SignatureLine
from geo.documents.pieces import put_band
from geo.exhibits import Figure, Table

if TYPE_CHECKING:
    from datetime import date

    from geo.documents.paper import Block

_LATIN: Final = "Times New Roman"
_BODY, _HEAD = "宋体", "黑体"
_ALIGN: Final = {
    "l": WD_ALIGN_PARAGRAPH.LEFT, "c": WD_ALIGN_PARAGRAPH.CENTER, "r": WD_ALIGN_PARAGRAPH.RIGHT,
}  # fmt: skip
_TEXT_WIDTH_MM: Final = 160.0


def as_docx(paper: Paper, *, as_at: date) -> bytes:
    """Write a paper as DOCX; the same paper and date give the same bytes."""
    document = Document()
    _set_up(document, paper)
    writer = _Writer(document)
    for block in paper.blocks:
        writer.write(block)
    out = io.BytesIO()
    document.save(out)
    return with_fixed_times(out.getvalue(), as_at=as_at)


def _set_up(document: Any, paper: Paper) -> None:
    """A4, margins, fonts for both scripts, title, footer with page number."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin, section.bottom_margin = Mm(25), Mm(22)
    for name, face, size in (
        ("Normal", _BODY, 11), ("Title", _HEAD, 20), ("Heading 1", _HEAD, 15),
        ("Heading 2", _HEAD, 13), ("Caption", _HEAD, 10), ("List Bullet", _BODY, 11),
    ):  # fmt: skip
        _font(document.styles[name], face, size)
    document.styles["Title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    properties = document.core_properties
    properties.title, properties.author, properties.comments = paper.title, "hongxian", paper.footer
    document.add_paragraph(paper.title, style="Title")
    subtitle = document.add_paragraph(paper.subtitle)
    subtitle.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot.add_run(f"{paper.footer}　第 ").font.size = Pt(8)
    add_field(foot, "PAGE", "1").font.size = Pt(8)
    foot.add_run(" 页").font.size = Pt(8)


def _font(style: Any, face: str, size: float) -> None:
    style.font.name, style.font.size = _LATIN, Pt(size)
    style.font.color.rgb = RGBColor(0, 0, 0)
    style.font.italic = False
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for script, name in (("eastAsia", face), ("ascii", _LATIN), ("hAnsi", _LATIN)):
        fonts.set(qn(f"w:{script}"), name)


class _Writer:
    """Appends blocks to a document, numbering figures and tables as Word will."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.counts = {"表": 0, "图": 0}
        self.bookmarks = 0

    def write(self, block: Block) -> None:
        match block:
            case Heading(text, level):
                self.document.add_heading(text, level)
            case Paragraph():
                self._paragraph(block)
            case Bullets(items):
                for item in items:
                    self.document.add_paragraph(item, style="List Bullet")
            case Table():
                self._caption("表", block.caption, block.id)
                self._table(block)
            case Figure():
                self._figure(block)
            case SignatureLine(roles):
                line = "　　　　".join(f"{role}：＿＿＿＿＿＿" for role in roles)
                self.document.add_paragraph(f"\n{line}")

    def _paragraph(self, block: Paragraph) -> None:
        paragraph = self.document.add_paragraph()
        run = paragraph.add_run(block.text)
        run.bold = block.strong or block.notice or None
        if block.strong:
            run.font.size = Pt(13)
        if block.notice:
            run.font.color.rgb = RGBColor(0xB3, 0x26, 0x1E)
        elif not block.strong:
            paragraph.paragraph_format.first_line_indent = Pt(22)

    def _caption(self, kind: str, text: str, name: str) -> None:
        """Write 表 N or 图 N as a SEQ field inside a bookmark that references can point to."""
        self.counts[kind] += 1
        self.bookmarks += 1
        paragraph = self.document.add_paragraph(style="Caption")
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = kind == "表"
        paragraph.add_run(f"{kind} ")
        add_field(paragraph, f"SEQ {kind} \\* ARABIC", str(self.counts[kind]))
        last = len(paragraph.runs) - 1
        bookmarked(paragraph, f"_Ref_{name}_{self.bookmarks}", self.bookmarks, first=0, last=last)
        paragraph.add_run(f"　{text}")

    def _table(self, table: Table) -> None:
        grid = self.document.add_table(rows=1, cols=len(table.columns))
        grid.style = "Table Grid"
        grid.alignment = WD_TABLE_ALIGNMENT.CENTER
        grid.autofit = False
        widths = self._widths(table)
        for column, width in zip(grid.columns, widths, strict=True):
            column.width = Mm(width)
        align = table.align.ljust(len(table.columns), "l")
        self._row(grid.rows[0], table.columns, widths, "c" * len(widths), bold=True)
        for cells in table.rows:
            row = grid.add_row()
            if table.is_band(cells):
                _keep_whole(row)
                put_band(row, cells[0]).font.size = Pt(9)
            else:
                self._row(row, cells, widths, align)
        _repeat_header(grid.rows[0])
        for note in table.notes:
            run = self.document.add_paragraph().add_run(f"注：{note}")
            run.font.size = Pt(9)
        if not table.notes:
            self.document.add_paragraph()

    @staticmethod
    def _widths(table: Table) -> list[float]:
        given = table.widths or (1.0,) * len(table.columns)
        return [width * _TEXT_WIDTH_MM / sum(given) for width in given]

    @staticmethod
    def _row(
        row: Any, texts: tuple[str, ...], widths: list[float], align: str, *, bold: bool = False
    ) -> None:
        _keep_whole(row)
        for cell, text, width, side in zip(row.cells, texts, widths, align, strict=True):
            cell.width = Mm(width)
            paragraph = cell.paragraphs[0]
            paragraph.alignment = _ALIGN[side]
            paragraph.paragraph_format.space_after = Pt(0)
            run = paragraph.add_run(text)
            run.font.size = Pt(9)
            run.bold = bold or None

    def _figure(self, figure: Figure) -> None:
        paragraph = self.document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = True
        width = Mm(min(figure.width_mm, _TEXT_WIDTH_MM))
        picture = paragraph.add_run().add_picture(io.BytesIO(figure.png), width=width)
        picture._inline.docPr.set("descr", figure.alt)  # noqa: SLF001 - python-docx has no alt text
        self._caption("图", figure.caption, figure.id)
        if figure.sources:
            sources = self.document.add_paragraph()
            sources.alignment = WD_ALIGN_PARAGRAPH.CENTER
            sources.add_run("；".join(figure.sources)).font.size = Pt(8)


def _repeat_header(row: Any) -> None:
    _flag(row, "w:tblHeader")


def _keep_whole(row: Any) -> None:
    _flag(row, "w:cantSplit")


def _flag(row: Any, name: str) -> None:
    element = OxmlElement(name)
    element.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(element)  # noqa: SLF001
