"""PDF without Office: the finished Word file set again by typst, with the same exhibits and numbers.

The DOCX is the only source, so the two cannot disagree. Text goes over as string literals, never as markup: nothing
a planner or a file said can become a command.
"""

from __future__ import annotations

import ctypes
import gc
import io
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from geo.documents.outline import HeadingNumbers, Look, paragraph_look, run_look
from geo.documents.png_page import png_page
from geo.documents.styles import Styles
from geo.documents.typst_run import compiled
from geo.documents.typst_table import table_source
from geo.errors import MissingError

_SERIF, _SANS = "Hongxian Serif SC", "Hongxian Sans SC"
_EMU_PER_MM: Final = 36000
_BLIP: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
#: Pictures that typst can show; others (EMF, WMF, TIFF) leave a frame that says so.
_SHOWN: Final = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp")
_EXTENT: Final = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}extent"


def pdf_by_typst(data: bytes, *, title: str, as_at: date) -> bytes:
    """Convert a DOCX; the same file and date give the same bytes.

    Raises:
        MissingError: typst is not installed.
        UsageError: A picture of the template is broken, or typst takes too long.
    """
    if find_spec("typst") is None:
        raise MissingError("typst 未安装 — 请安装 pip install hongxian[report]")
    fonts = resources.files("geo.draw") / "fonts"
    with tempfile.TemporaryDirectory() as name, resources.as_file(fonts) as font_folder:
        folder = Path(name)
        _write_source(data, title, folder)
        _give_back()
        return compiled(folder, font_folder, as_at)


def _give_back() -> None:
    """Let go of the Word file's tree before typst takes as much again; glibc would keep the freed memory."""
    gc.collect()
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)


def _write_source(data: bytes, title: str, folder: Path) -> None:
    """Write a document as typst source and pictures into a folder; nothing of it stays in memory."""
    setter = _Setter(Document(io.BytesIO(data)), title)
    (folder / "main.typ").write_text(setter.source(), encoding="utf-8")
    for path, blob in setter.pictures.items():
        (folder / path).write_bytes(blob)


class _Setter:
    """Writes one document as typst source."""

    def __init__(self, document: Any, title: str) -> None:
        self.document = document
        self.title = title
        self.pictures: dict[str, bytes] = {}
        self.styles = Styles(document)
        self.numbers = HeadingNumbers(self.styles)
        self.notes = _notes(document)
        self.base: Look | None = None
        self.labels = {
            str(mark.get(qn("w:name"))) for mark in document.element.body.iter(qn("w:bookmarkStart"))
        }  # fmt: skip

    def source(self) -> str:
        """Write the whole document, each section after the settings of its page."""
        lines = [
            f"#set document(title: {_string(self.title)})",
            f'#set text(font: ("{_SERIF}", "{_SANS}"), lang: "zh", region: "cn", size: 10.5pt, top-edge: "ascender", bottom-edge: "descender")',
            "#set par(justify: false, leading: 0.4em, spacing: 0.4em)",
            "#show heading: it => it.body",
        ]
        body: list[str] = []
        for element in _unwrapped(self.document.element.body):
            if element.tag == qn("w:sectPr"):
                lines += self._page(element, body)
                body = []
                continue
            body += self._block(element)
            inner = element.find(f"{qn('w:pPr')}/{qn('w:sectPr')}")
            if inner is not None:
                lines += self._page(inner, body)
                body = []
        return "\n".join([*lines, *body])

    def _page(self, section: Any, body: list[str]) -> list[str]:
        size, margin = section.find(qn("w:pgSz")), section.find(qn("w:pgMar"))
        width, height = (_mm(size, key, value) for key, value in (("w", 11906), ("h", 16838)))
        edges = {side: _mm(margin, side, 1440) for side in ("top", "bottom", "left", "right")}
        # A tall header (an emblem) pushes the text down, as in Word.
        edges["top"] = max(edges["top"], _mm(margin, "header", 720) + self._height("header"))
        edges["bottom"] = max(edges["bottom"], _mm(margin, "footer", 720) + self._height("footer"))
        sides = ", ".join(f"{side}: {edge:.2f}mm" for side, edge in edges.items())
        foot, head = self._margin("footer"), self._margin("header")
        return [
            f"#set page(width: {width:.2f}mm, height: {height:.2f}mm, margin: ({sides}),",
            f"  header: {head}, footer: {foot})", *body,
        ]  # fmt: skip

    def _margin(self, kind: str) -> str:
        """Set the header or footer of the first section, with its page number kept running."""
        holder = getattr(self.document.sections[0], kind)
        lines = [self._paragraph(Paragraph(p, holder)) for p in holder._element.iter(qn("w:p"))]  # noqa: SLF001
        inner = f"[{' '.join(line for line in lines if line)}]"
        cover = self.document.sections[0].different_first_page_header_footer
        return f"context if counter(page).get().first() > 1 {inner}" if cover else inner

    def _height(self, kind: str) -> float:
        """Estimate a header's or footer's height in mm: its pictures, and 5 mm a paragraph."""
        element = getattr(self.document.sections[0], kind)._element  # noqa: SLF001
        tall = sum(int(e.get("cy", "0")) for e in element.iter(_EXTENT)) / _EMU_PER_MM
        return tall + 5.0 * len(list(element.iter(qn("w:p"))))

    def _block(self, element: Any) -> Iterator[str]:
        if element.tag == qn("w:p"):
            yield self._paragraph(Paragraph(element, self.document._body))  # noqa: SLF001
        elif element.tag == qn("w:tbl"):
            yield self._table(element)

    def _paragraph(self, paragraph: Any) -> str:
        look = paragraph_look(paragraph, self.styles)
        inner = "".join(self._inline(paragraph._p, look, paragraph.part))  # noqa: SLF001
        if any(br.get(qn("w:type")) == "page" for br in paragraph._p.iter(qn("w:br"))):  # noqa: SLF001
            return "#pagebreak(weak: true)"
        level = self.styles.heading_level(paragraph)
        start = "#pagebreak(weak: true)\n" if look.break_before else ""
        if level is not None:
            number = self.numbers.of(paragraph)
            gap = "　" if number and number[-1].isdigit() else ""
            inner = (
                f"#heading(level: {level}, outlined: true)[{_text(number + gap, look)}{inner}]"
                if inner
                else ""
            )
        if not inner:
            return start + f"#v({look.exact or look.size * 1.5:.1f}pt)"
        indent = f"#h({look.indent:.1f}pt)" if look.indent else ""
        return (
            f"{start}#block(above: {look.before + 5:.1f}pt, below: {look.after + 5:.1f}pt, width: 100%, "
            f"sticky: {'true' if look.keep or level else 'false'})"
            f"[#align({look.align})[{indent}{inner}]]"
        )

    def _inline(self, holder: Any, look: Look, part: Any) -> Iterator[str]:
        """Set runs; of a field only its result, of a page reference the page typst finds."""
        instruction: list[str] = []
        state = ""
        for element in _told_once(holder):
            if element.tag == qn("w:bookmarkStart"):
                if str(element.get(qn("w:name"))).startswith("_Ref"):
                    yield f"#metadata(none)<{element.get(qn('w:name'))}>"
                continue
            char = element.find(qn("w:fldChar"))
            if char is not None:
                kind = char.get(qn("w:fldCharType"))
                if kind == "begin":
                    instruction, state = [], "code"
                elif kind == "separate":
                    state = "shown"
                    if page := self._page_field("".join(instruction)):
                        yield page
                        state = "hidden"
                else:
                    state = ""
            elif element.find(qn("w:instrText")) is not None:
                instruction.append(element.find(qn("w:instrText")).text or "")
            elif state not in ("code", "hidden"):
                yield from self._run(element, run_look(element, look), part)

    def _page_field(self, instruction: str) -> str:
        words = instruction.split()
        if words[:1] == ["PAGE"]:
            return "#context counter(page).display()"
        if words[:1] == ["PAGEREF"] and words[1] in self.labels:
            return f"#context str(counter(page).at(<{words[1]}>).first())"
        return ""

    def _run(self, run: Any, look: Look, part: Any) -> Iterator[str]:
        for child in run:
            if child.tag == qn("w:t") and child.text:
                yield _text(child.text, look, self.base)
            elif child.tag == qn("w:tab"):
                yield "#box(width: 1fr, repeat[.])"
            elif child.tag == qn("w:br"):
                yield "" if child.get(qn("w:type")) == "page" else "#linebreak()"
            elif child.tag == qn("w:drawing"):
                yield self._picture(child, part)
            elif child.tag == qn("w:footnoteReference"):
                yield f"#footnote[{_text(self.notes.get(child.get(qn('w:id')), ''), look)}]"

    def _picture(self, drawing: Any, part: Any) -> str:
        blip, extent = next(drawing.iter(_BLIP), None), next(drawing.iter(_EXTENT), None)
        if blip is None or extent is None:
            return ""
        image = part.related_parts[blip.get(qn("r:embed"))]
        name = Path(str(image.partname)).name
        width, height = (int(extent.get(key)) / _EMU_PER_MM for key in ("cx", "cy"))
        properties = next(drawing.iter(f"{_EXTENT.removesuffix('extent')}docPr"), None)
        alt = "" if properties is None else properties.get("descr", "")
        if Path(name).suffix.lower() not in _SHOWN:
            told = f"（此处图片为 {Path(name).suffix[1:].upper()} 格式，请用 LibreOffice 或 Word 转换）"
            return f"#box(width: {width:.2f}mm, height: {height:.2f}mm, stroke: 0.5pt, inset: 2pt)[#{_string(told)}]"
        page = png_page(image.blob, width_mm=width, height_mm=height)
        if page is not None:
            name = f"{name}.pdf"
        self.pictures[name] = image.blob if page is None else page
        return f"#image({_string(name)}, width: {width:.2f}mm, height: {height:.2f}mm, alt: {_string(alt)})"

    def _table(self, table: Any) -> str:
        # The look of most cells is said once: a thousand cells each with their own take hundreds of megabytes.
        around, self.base = self.base, self._usual_look(table.findall(qn("w:tr")))
        base = f"#set text({_font(self.base)})\n" if self.base else ""
        made = table_source(table, lined=self._is_lined(table), held_in=self._held_in)
        self.base = around
        return f"#[{base}{made}]" if base else made

    def _is_lined(self, table: Any) -> bool:
        """Tell whether a table or its style draws lines."""
        named = table.find(f"{qn('w:tblPr')}/{qn('w:tblStyle')}")
        name = None if named is None else named.get(qn("w:val"))
        styles = self.document.styles.element.iter(qn("w:style"))
        own = [style for style in styles if name and style.get(qn("w:styleId")) == name]
        return any(
            e.find(f"{qn('w:tblPr')}/{qn('w:tblBorders')}") is not None for e in (table, *own)
        )

    def _held_in(self, cell: Any) -> Iterator[tuple[str, str]]:
        """Set the paragraphs and tables of a cell."""
        for element in _unwrapped(cell):
            if (one := self._in_cell(element)) is not None:
                yield one

    def _in_cell(self, element: Any) -> tuple[str, str] | None:
        """Set a paragraph or table of a cell: its alignment and itself."""
        if element.tag == qn("w:tbl"):
            return "left", self._table(element)
        if element.tag != qn("w:p"):
            return None
        paragraph = Paragraph(element, self.document._body)  # noqa: SLF001
        look = paragraph_look(paragraph, self.styles)
        return look.align, "".join(self._inline(element, look, paragraph.part))

    def _usual_look(self, rows: list[Any]) -> Look | None:
        """Return the look of the first words under a table's head; a title across the table has its own."""
        several = [row for row in rows[1:] if len(row.findall(qn("w:tc"))) > 1]
        for row in (*several[:1], *rows[:1]):
            for element in row.iter(qn("w:p")):
                for run in element.iter(qn("w:r")):
                    look = paragraph_look(Paragraph(element, self.document._body), self.styles)  # noqa: SLF001
                    return run_look(run, look)
        return None


def _told_once(paragraph: Any) -> Iterator[Any]:
    """List runs and bookmarks; a text box is kept twice, for new and old programs."""
    for element in paragraph.iter(qn("w:r"), qn("w:bookmarkStart")):
        if next(element.iterancestors(_FALLBACK), None) is None:
            yield element


def _unwrapped(holder: Any) -> Iterator[Any]:
    """List paragraphs, tables and sections, those in content controls too."""
    for element in holder:
        if element.tag == qn("w:sdt"):
            content = element.find(qn("w:sdtContent"))
            yield from () if content is None else _unwrapped(content)
        else:
            yield element


def _notes(document: Any) -> dict[str, str]:
    """Read the footnotes by number."""
    for part in document.part.package.iter_parts():
        if str(part.partname) == "/word/footnotes.xml":
            return {
                note.get(qn("w:id")): "".join(t.text or "" for t in note.iter(qn("w:t"))).strip()
                for note in parse_xml(part.blob).iter(qn("w:footnote"))
            }
    return {}


def _text(text: str, look: Look, base: Look | None = None) -> str:
    """Write text in a look; in a table, of whose look it is, without one."""
    if not text:
        return ""
    font = _font(look)
    if base is not None and font == _font(base):
        return f"#{_string(text)};"
    return f"#text({font}, {_string(text)})"


def _font(look: Look) -> str:
    font = f'("{_SANS}", "{_SERIF}")' if look.sans or look.bold else f'("{_SERIF}", "{_SANS}")'
    weight = "bold" if look.bold or (look.sans and look.size > 14) else "regular"  # noqa: PLR2004
    return f'size: {look.size:g}pt, weight: "{weight}", font: {font}'


def _string(text: str) -> str:
    safe = "".join(c for c in text if c >= " ")
    escaped = safe.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _mm(element: Any, key: str, default: int) -> float:
    value = None if element is None else element.get(qn(f"w:{key}"))
    return float(default if value is None else value) / 1440 * 25.4
