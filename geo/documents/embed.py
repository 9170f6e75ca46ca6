"""What stands where a mark stood: figures, tables, passages, references, lists, with their numbers."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as WordParagraph

from geo.documents.captions import Bookmarks, Caption, Headings, write_caption
from geo.documents.fields import add_field
from geo.documents.numbering import Numbering
from geo.documents.paper import Block, Bullets, Heading, Paragraph, SignatureLine
from geo.documents.pieces import insert_figure, style_of, unindented
from geo.documents.sections import landscape_around, text_area
from geo.documents.word_table import insert_table
from geo.errors import UsageError
from geo.exhibits import Figure, Table

_MARK: Final = re.compile("\ue000(\\d+)\ue001")


#: A picture less than this of its width is smaller than drawn: its scale is off by more than a reader can measure.
_WHOLE: Final = 0.995
_MARGINS: Final = ("/word/header", "/word/footer", "/word/footnotes", "/word/endnotes")


class Placed:
    """What a token may come to besides text."""


@dataclass(frozen=True)
class Inset(Placed):
    """A figure or table to stand here; ``label`` as 图, 表, 附图 or 附表."""

    exhibit: Figure | Table
    label: str
    wide: bool = False


@dataclass(frozen=True)
class Reference(Placed):
    """The number of a figure or table placed anywhere in the report."""

    id: str


@dataclass(frozen=True)
class Listing(Placed):
    """The list of figures or of tables."""

    labels: tuple[str, ...]


@dataclass(frozen=True)
class Passage(Placed):
    """Paragraphs, bullets and exhibits, in order."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Embedded:
    """A figure or table as it now stands."""

    exhibit: Figure | Table
    number: str
    bookmark: str = ""


def embed(
    document: Any, placed: tuple[Placed, ...], *, numbering: Numbering, template: str
) -> tuple[Embedded, ...]:
    """Put everything placed where its mark stands, and number it.

    Raises:
        UsageError: A mark shares its paragraph, stands in a header, or a reference has no exhibit.
    """
    desk = _Desk(document, placed, numbering, template)
    desk.refuse_in_margins()
    desk.refuse_in_boxes()
    for paragraph, item in list(desk.marked(Passage)):
        desk.unfold(paragraph, item)
    captions = desk.number()
    desk.refer(captions)
    desk.put(captions)
    desk.list_them(captions)
    return tuple(Embedded(c.exhibit, c.shown, c.bookmark) for c in captions)


class _Desk:
    """One document while its marks are worked off."""

    def __init__(
        self, document: Any, placed: tuple[Placed, ...], numbering: Numbering, template: str
    ) -> None:
        self.document = document
        self.placed = list(placed)
        self.numbering = numbering
        self.template = template
        self.bookmarks = Bookmarks(document)
        self.headings = Headings(document, numbering)

    def paragraphs(self) -> list[WordParagraph]:
        body = self.document.element.body
        return [WordParagraph(p, self.document._body) for p in body.iter(qn("w:p"))]  # noqa: SLF001

    def items(self, paragraph: WordParagraph) -> list[Placed]:
        return [
            self.placed[int(n)] for n in _MARK.findall(paragraph.text) if int(n) < len(self.placed)
        ]

    def marked(self, kind: type[Placed]) -> Iterator[tuple[WordParagraph, Any]]:
        """Find the paragraphs that are one mark of a kind; such a mark stands alone."""
        for paragraph in self.paragraphs():
            found = [item for item in self.items(paragraph) if isinstance(item, kind)]
            if not found:
                continue
            if _MARK.fullmatch(paragraph.text.strip()) is None:
                words = _MARK.sub("…", paragraph.text).strip()
                raise UsageError(
                    f"{self.template}: 图、表、段落的标记应独占一段，段落“{words[:60]}”中还有别的文字"
                )
            yield paragraph, found[0]

    def refuse_in_margins(self) -> None:
        """Only plain text may stand in headers, footers and notes."""
        for part in self.document.part.package.iter_parts():
            name = str(part.partname)
            if name.startswith(_MARGINS) and "\ue000".encode() in part.blob:
                raise UsageError(
                    f"{self.template}: 页眉页脚和脚注中只能写文字标记，不能放图、表或引用"
                )

    def refuse_in_boxes(self) -> None:
        """A text box is kept twice, for new and old programs: what is numbered would be counted twice."""
        for box in self.document.element.body.iter(qn("w:txbxContent")):
            for paragraph in box.iter(qn("w:p")):
                held = self.items(WordParagraph(paragraph, self.document._body))  # noqa: SLF001
                if any(not isinstance(item, Reference) for item in held):
                    raise UsageError(
                        f"{self.template}: 文本框中只能写文字标记和 ref，图、表、段落请放在正文或表格中"
                    )

    def unfold(self, paragraph: WordParagraph, passage: Passage) -> None:
        """Write a passage before its mark, then take the mark away."""
        for block in passage.blocks:
            match block:
                case Figure() | Table():
                    new = _before(paragraph)
                    new.style = paragraph.style
                    self.placed.append(Inset(block, "图" if isinstance(block, Figure) else "表"))
                    new.add_run(f"\ue000{len(self.placed) - 1}\ue001")
                case Heading(text, level):
                    _before(paragraph).add_run(text)
                    _last(paragraph).style = style_of(self.document, f"Heading {level + 1}")
                case Paragraph():
                    self._text(paragraph, block)
                case Bullets(items):
                    for at, item in enumerate(items, 1):
                        _like(paragraph).add_run(f"（{at}）{item}" if len(items) > 1 else item)
                case SignatureLine(roles):
                    _like(paragraph).add_run(
                        "　　　　".join(f"{role}：＿＿＿＿＿＿" for role in roles)
                    )
        paragraph._p.getparent().remove(paragraph._p)  # noqa: SLF001

    def _text(self, paragraph: WordParagraph, block: Paragraph) -> None:
        run = _like(paragraph).add_run(block.text)
        run.bold = block.strong or block.notice or None

    def number(self) -> list[Caption]:
        """Give every inset its number, in reading order."""
        captions: list[Caption] = []
        counts: dict[tuple[str, str], int] = {}
        insets = {p._p: item for p, item in self.marked(Inset)}  # noqa: SLF001
        for paragraph in self.paragraphs():
            self.headings.pass_by(paragraph)
            item = insets.get(paragraph._p)  # noqa: SLF001
            if item is None:
                continue
            annex = item.label.startswith("附") or not self.headings.chapter
            chapter = "" if annex or not self.numbering.depth else self.headings.chapter
            label = (
                f"附{item.label}"
                if annex and self.numbering.depth and not item.label.startswith("附")
                else item.label
            )
            counts[label, chapter] = counts.get((label, chapter), 0) + 1
            exhibit = item.exhibit
            captions.append(Caption(
                paragraph, exhibit, label, chapter, counts[label, chapter], self.headings.source,
                self.numbering, item.wide, self.bookmarks.name_for(exhibit.id),
            ))  # fmt: skip
        return captions

    def refer(self, captions: list[Caption]) -> None:
        """Turn every reference into a REF field in the run it stands in."""
        known = {c.exhibit.id: c for c in reversed(captions)}
        for paragraph in self.paragraphs():
            for item in self.items(paragraph):
                if isinstance(item, Reference) and item.id not in known:
                    listed = "、".join(known) or "无"
                    raise UsageError(
                        f'{self.template}: ref("{item.id}") 所指的图表不在本报告中 — 报告中有：{listed}'
                    )
            if any(isinstance(item, Reference) for item in self.items(paragraph)):
                for run in list(paragraph.runs):
                    self._refer_in(run, known)

    def _refer_in(self, run: Any, known: dict[str, Caption]) -> None:
        pieces = _MARK.split(run.text)
        if len(pieces) == 1:
            return
        at = run._r  # noqa: SLF001
        for index, piece in enumerate(pieces):
            item = self.placed[int(piece)] if index % 2 else None
            new: list[Any]
            if isinstance(item, Reference):
                caption = known[item.id]
                new = _field_runs(f"REF {caption.bookmark} \\h", caption.shown)
            elif piece:
                new = [_text_run(piece)]
            else:
                continue
            for element in new:
                if (look := run._r.rPr) is not None:  # noqa: SLF001
                    element.insert(0, copy.deepcopy(look))
                at.addnext(element)
                at = element
        run._r.getparent().remove(run._r)  # noqa: SLF001

    def put(self, captions: list[Caption]) -> None:
        """Put figures and tables with their captions in the place of their marks."""
        for caption in captions:
            paragraph = caption.paragraph
            area = text_area(paragraph, wide=caption.wide)
            for run in list(paragraph.runs):
                run._r.getparent().remove(run._r)  # noqa: SLF001
            if isinstance(caption.exhibit, Figure):
                share = insert_figure(self.document, paragraph, caption.exhibit, area)
                told = under(caption.exhibit, share)
                end = _after(paragraph)
                write_caption(self.document, end, caption, self.bookmarks, last=not told)
                if told:
                    end = _after(end)
                    _sources(self.document, end, told)
            else:
                write_caption(self.document, paragraph, caption, self.bookmarks)
                paragraph.paragraph_format.keep_with_next = True
                end = insert_table(self.document, paragraph, caption.exhibit, area)
            if caption.wide:
                landscape_around(paragraph, end)
        _number_pictures(self.document)

    def list_them(self, captions: list[Caption]) -> None:
        """Write the lists of figures and tables, each entry with the page Word will find."""
        for paragraph, item in list(self.marked(Listing)):
            for run in list(paragraph.runs):
                run._r.getparent().remove(run._r)  # noqa: SLF001
            width_mm = text_area(paragraph).width_mm
            held = {label: [c for c in captions if c.label == label] for label in item.labels}
            last = paragraph
            for label in [label for label in item.labels if held[label]]:
                # Each label is a sequence of its own, so each has its own list.
                last = paragraph if last is paragraph and not paragraph.text else _after(last)
                last = _listing(self.document, last, label, held[label], width_mm)
            if not any(held.values()):
                paragraph.add_run("（无）")


def _number_pictures(document: Any) -> None:
    """Give each picture of the text a number no other has, those of headers and footers included."""
    tag = qn("wp:docPr")
    parts = [part for part in document.part.package.iter_parts() if hasattr(part, "element")]
    others = [e for part in parts if part is not document.part for e in part.element.iter(tag)]
    taken = {element.get("id") for element in others}
    free = max((int(number) for number in taken if number and number.isdecimal()), default=0)
    for element in document.element.body.iter(tag):
        number = element.get("id", "")
        if number in taken:
            while str(free := free + 1) in taken:
                pass
            element.set("id", number := str(free))
        taken.add(number)


def _listing(
    document: Any, paragraph: WordParagraph, label: str, captions: list[Caption], width_mm: float
) -> WordParagraph:
    r"""Write ``TOC \c`` with one cached paragraph per caption; page numbers are fields themselves."""
    lines = [paragraph]
    for _ in captions[1:]:
        lines.append(_after(lines[-1]))
    opening = _field_runs(f'TOC \\h \\z \\c "{label}"', "")[:3]
    # Word works the list out anew on opening, and then knows the pages.
    opening[0].find(qn("w:fldChar")).set(qn("w:dirty"), "true")
    for element in opening:
        paragraph._p.append(element)  # noqa: SLF001
    for line, caption in zip(lines, captions, strict=True):
        line.style = style_of(document, "table of figures")
        line.paragraph_format.tab_stops.add_tab_stop(
            Mm(width_mm), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS
        )
        unindented(line)
        line.add_run(f"{caption.shown}　{caption.exhibit.caption}\t")
        add_field(line, f"PAGEREF {caption.bookmark} \\h", "1")
    lines[-1]._p.append(_field_runs("", "")[-1])  # noqa: SLF001
    return lines[-1]


def under(figure: Figure, share: float) -> str:
    """Write what stands under a caption: credits, and that a map's scale does not hold where it had to be made smaller.

    >>> figure = Figure("a", "图", b"", 156.0, "", ("天地图",), to_scale=True)
    >>> under(figure, 1.0), under(figure, 0.75)
    ('天地图', '天地图；版心较窄，本图按 75% 缩印，比例尺以图上线段为准')
    """
    shrunk = figure.to_scale and share < _WHOLE
    note = (f"版心较窄，本图按 {share:.0%} 缩印，比例尺以图上线段为准",) if shrunk else ()
    return "；".join((*figure.sources, *note))


def _sources(document: Any, paragraph: WordParagraph, told: str) -> None:
    paragraph.style = style_of(document, "Normal")
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    unindented(paragraph)
    paragraph.paragraph_format.line_spacing = 1.0
    paragraph.add_run(told).font.size = Pt(8)


def _field_runs(instruction: str, result: str) -> list[Any]:
    """Make the five runs of a complex field."""
    holder = WordParagraph(OxmlElement("w:p"), None)  # type: ignore[arg-type]
    add_field(holder, instruction, result)
    return list(holder._p)  # noqa: SLF001


def _text_run(text: str) -> Any:
    run, node = OxmlElement("w:r"), OxmlElement("w:t")
    node.text = text
    node.set(qn("xml:space"), "preserve")
    run.append(node)
    return run


def _before(paragraph: WordParagraph) -> WordParagraph:
    return paragraph.insert_paragraph_before()


def _last(paragraph: WordParagraph) -> WordParagraph:
    previous = paragraph._p.getprevious()  # noqa: SLF001
    return WordParagraph(previous, paragraph._parent)  # noqa: SLF001


def _like(paragraph: WordParagraph) -> WordParagraph:
    """Make a paragraph before another with that one's own look."""
    new = _before(paragraph)
    if paragraph._p.pPr is not None:  # noqa: SLF001
        new._p.insert(0, copy.deepcopy(paragraph._p.pPr))  # noqa: SLF001
    return new


def _after(paragraph: WordParagraph) -> WordParagraph:
    element = OxmlElement("w:p")
    paragraph._p.addnext(element)  # noqa: SLF001
    return WordParagraph(element, paragraph._parent)  # noqa: SLF001
