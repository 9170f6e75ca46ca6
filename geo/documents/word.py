"""A paper as a Word file: styles an office can restyle, captions that are fields."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from geo.documents.archive import with_fixed_times
from geo.documents.fields import add_field, bookmarked
from geo.documents.paper import Bullets, Heading, Paper, Paragraph, SignatureLine
from geo.documents.sections import Area
from geo.documents.word_table import insert_table
from geo.exhibits import Figure, Table

if TYPE_CHECKING:
    from datetime import date

    from geo.documents.paper import Block

_LATIN: Final = "Times New Roman"
_BODY, _HEAD = "宋体", "黑体"
_TEXT_WIDTH_MM: Final = 160.0
_AREA: Final = Area(_TEXT_WIDTH_MM, 250.0)


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
                caption = self._caption("表", block.caption, block.id)
                insert_table(self.document, caption, block, _AREA)
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

    def _caption(self, kind: str, text: str, name: str) -> Any:
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
        return paragraph

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
