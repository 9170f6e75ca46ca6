"""Word fields: numbers that Word itself keeps right, written with their present value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run


def add_field(paragraph: Paragraph, instruction: str, shown: str, *, hidden: bool = False) -> Run:
    r"""Append a complex field with a cached result, so that it reads right before any update.

    The five parts stand in runs of their own: readers that do not know the field show the result. ``hidden`` is for
    fields that only count: LibreOffice shows a ``SEQ … \h`` unless its letters are hidden as well.
    """
    runs = [paragraph.add_run() for _ in range(5)]
    for run, part in zip(runs, (_char("begin"), _instruction(instruction), _char("separate"), None,
                                _char("end")), strict=True):  # fmt: skip
        if hidden:
            run.font.hidden = True
        if part is not None:
            run._r.append(part)  # noqa: SLF001 - no public way
    runs[3].text = shown
    return runs[3]


def bookmarked(paragraph: Paragraph, name: str, number: int, *, first: int, last: int) -> None:
    """Put a bookmark around the runs ``first`` to ``last`` of a paragraph (0-based, both included)."""
    runs = paragraph.runs
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for element in (start, end):
        element.set(qn("w:id"), str(number))
    start.set(qn("w:name"), name)
    runs[first]._r.addprevious(start)  # noqa: SLF001
    runs[last]._r.addnext(end)  # noqa: SLF001


def _char(kind: str) -> Any:
    element = OxmlElement("w:fldChar")
    element.set(qn("w:fldCharType"), kind)
    return element


def _instruction(text: str) -> Any:
    element = OxmlElement("w:instrText")
    element.set(qn("xml:space"), "preserve")
    element.text = f" {text} "
    return element
