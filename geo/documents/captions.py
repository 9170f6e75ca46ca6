r"""Captions that are fields: SEQ for the number, STYLEREF or a hidden SEQ for the chapter's.

``STYLEREF 1 \s`` repeats a heading's automatic number, so it is right only where headings are numbered with Arabic
digits by Word. Headings numbered 一、 or by hand get a hidden ``SEQ`` field each, which captions repeat with ``\c``:
both update in Word and WPS without a change of what is shown.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final, Literal

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn

from geo.documents.fields import add_field, bookmarked
from geo.documents.numbering import Numbering, typed_number
from geo.documents.pieces import style_of, unindented
from geo.documents.styles import Styles
from geo.exhibits import Figure, Table

Source = Literal["styleref", "sequence"]
_LEVELS: Final = ("章", "节")


@dataclass(frozen=True)
class Caption:
    """A figure or table with its number and the paragraph it stands in."""

    paragraph: Any
    exhibit: Figure | Table
    label: str
    chapter: str
    number: int
    source: Source
    numbering: Numbering
    wide: bool
    bookmark: str

    @property
    def shown(self) -> str:
        """The number with its label, as readers see it."""
        return self.numbering.shown(self.label, self.chapter, self.number)


class Bookmarks:
    """Names and numbers of bookmarks, none of them taken by the template."""

    def __init__(self, document: Any) -> None:
        found = list(document.element.body.iter(qn("w:bookmarkStart")))
        numbers = [int(mark.get(qn("w:id"), "0")) for mark in found]
        self._next = max(numbers, default=0) + 1
        self._names = {mark.get(qn("w:name")) for mark in found}

    def name_for(self, exhibit: str) -> str:
        """Name a bookmark after an exhibit; hidden in Word's list, as its own are."""
        digits = int(hashlib.sha256(exhibit.encode()).hexdigest()[:12], 16) % 10**9
        while f"_Ref{digits:09d}" in self._names:
            digits = (digits + 1) % 10**9
        self._names.add(f"_Ref{digits:09d}")
        return f"_Ref{digits:09d}"

    def number(self) -> int:
        """Give the next free number."""
        self._next += 1
        return self._next - 1


class Headings:
    """Counts chapters and sections while passing down a document."""

    def __init__(self, document: Any, numbering: Numbering) -> None:
        self.styles = Styles(document)
        self.depth = numbering.depth
        self.counts = [0, 0]
        self.chapter = ""
        self.source: Source = "sequence"

    def pass_by(self, paragraph: Any) -> None:
        """Take note of a heading; one that carries no number begins an annex."""
        level = self.styles.heading_level(paragraph)
        if level is None or level > max(self.depth, 1):
            return
        automatic = self.styles.number_format(paragraph, level)
        typed = typed_number(paragraph.text)
        if level == 1:
            self.counts = [typed or self.counts[0] + 1 if automatic or typed else self.counts[0], 0]
        else:
            self.counts[1] += 1
        if not automatic and typed is None and level == 1:
            self.chapter = ""
            return
        self.source = "styleref" if automatic == "decimal" else "sequence"
        parts = self.counts[: self.depth] if level > 1 else self.counts[:1]
        self.chapter = ".".join(map(str, parts)) if self.depth else "·"
        if self.source == "sequence" and self.depth:
            count = self.counts[level - 1]
            add_field(paragraph, f"SEQ {_LEVELS[level - 1]} \\h \\r {count}", "", hidden=True)


def write_caption(
    document: Any, paragraph: Any, caption: Caption, marks: Bookmarks, *, last: bool = False
) -> None:
    """Write label, number and words; the bookmark spans label and number, for references.

    It keeps with what follows unless it is the ``last`` of its exhibit.
    """
    paragraph.style = style_of(document, "Caption")
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    unindented(paragraph)
    paragraph.paragraph_format.keep_with_next = not last
    paragraph.add_run(f"{caption.label}{caption.numbering.gap}")
    reset = ""
    if caption.chapter and caption.numbering.depth:
        depth = caption.chapter.count(".") + 1
        _chapter_fields(paragraph, caption, depth)
        paragraph.add_run(caption.numbering.joint)
        # LibreOffice knows only a restart written out; Word and WPS know both.
        first = " \\r 1" if caption.number == 1 else ""
        reset = f" \\s {depth}{first}"
    add_field(paragraph, f"SEQ {caption.label} \\* ARABIC{reset}", str(caption.number))
    end = len(paragraph.runs) - 1
    bookmarked(paragraph, caption.bookmark, marks.number(), first=0, last=end)
    paragraph.add_run(f"　{caption.exhibit.caption}")


def _chapter_fields(paragraph: Any, caption: Caption, depth: int) -> None:
    if caption.source == "styleref":
        add_field(paragraph, f"STYLEREF {depth} \\s", caption.chapter)
        return
    for level, number in enumerate(caption.chapter.split(".")):
        if level:
            paragraph.add_run(".")
        add_field(paragraph, f"SEQ {_LEVELS[level]} \\c", number)
