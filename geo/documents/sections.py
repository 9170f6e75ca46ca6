"""Sections of a Word document: the room for text, and landscape pages in between."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Final

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

_TWIPS_PER_MM: Final = 1440 / 25.4
_A4: Final = (11906, 16838)
_MARGIN: Final = 1440
#: Of a page laid on its side for a map: no more than 20 mm.
_WIDE_MARGIN: Final = 1134


@dataclass(frozen=True)
class Area:
    """Room for text on a page."""

    width_mm: float
    height_mm: float


def text_area(paragraph: Any, *, wide: bool = False) -> Area:
    """Measure the room where a paragraph stands; ``wide`` as if its page lay on its side."""
    section = _section_of(paragraph)
    size, margin = section.find(qn("w:pgSz")), section.find(qn("w:pgMar"))
    width, height = _twips(size, "w", _A4[0]), _twips(size, "h", _A4[1])
    edges = {side: _twips(margin, side, _MARGIN) for side in ("left", "right", "top", "bottom")}
    if wide and width < height:
        width, height = height, width
        edges = {side: min(edge, _WIDE_MARGIN) for side, edge in edges.items()}
    sides, ends = edges["left"] + edges["right"], edges["top"] + edges["bottom"]
    cell = _cell_width(paragraph)
    across = (width - sides) / _TWIPS_PER_MM if cell is None else cell / _TWIPS_PER_MM - 4.0
    return Area(across, (height - ends) / _TWIPS_PER_MM)


def landscape_around(first: Any, last: Any) -> None:
    """Put the block from ``first`` to ``last`` on a landscape page of its own.

    The section before it ends in an empty paragraph, its own in the last paragraph; headers and footers are those
    of the section it stands in. A block inside a table stays where it is.
    """
    if first._p.getparent().tag != qn("w:body"):  # noqa: SLF001
        return
    own = _section_of(first)
    if _is_landscape(own):
        return
    before, turned = copy.deepcopy(own), _turned(own)
    for section in (turned, own):
        # Only the section before may have a first page (a cover) without header.
        for mark in section.findall(qn("w:titlePg")):
            section.remove(mark)
    previous = first._p.getprevious()  # noqa: SLF001
    if previous is not None and not _ends_section(previous):
        _end_section(_closing(first, previous), before)
    _next_page(turned)
    if last._p.getnext() is own:  # noqa: SLF001
        # Nothing comes after: a section of no paragraphs would be an empty page.
        own.getparent().replace(own, turned)
        return
    _next_page(own)
    _end_section(last, turned)


def _turned(section: Any) -> Any:
    """Copy a section with its page laid on its side and its margins drawn in."""
    turned = copy.deepcopy(section)
    size = turned.find(qn("w:pgSz"))
    if size is None:
        size = OxmlElement("w:pgSz")
        turned.insert_element_before(
            size, "w:pgMar", "w:pgNumType", "w:cols", "w:titlePg", "w:docGrid"
        )
    width, height = _twips(size, "w", _A4[0]), _twips(size, "h", _A4[1])
    for key, value in (("w", str(height)), ("h", str(width)), ("orient", "landscape")):
        size.set(qn(f"w:{key}"), value)
    margin = turned.find(qn("w:pgMar"))
    if margin is not None:
        for side in ("left", "right", "top", "bottom"):
            edge = min(_twips(margin, side, _MARGIN), _WIDE_MARGIN)
            margin.set(qn(f"w:{side}"), str(edge))
    return turned


def _closing(first: Any, previous: Any) -> Any:
    """Return the paragraph that may end the section before: the one there, else a new empty one."""
    if previous.tag == qn("w:p"):
        return Paragraph(previous, first._parent)  # noqa: SLF001
    return first.insert_paragraph_before()


def _ends_section(element: Any) -> bool:
    return element.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None


def _end_section(paragraph: Any, section: Any) -> None:
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001
    # What was tracked of a paragraph's look comes after its section (ECMA-376, CT_PPr).
    properties.insert_element_before(section, "w:pPrChange")


def _next_page(section: Any) -> None:
    kind = section.find(qn("w:type"))
    if kind is not None:
        kind.set(qn("w:val"), "nextPage")


def _is_landscape(section: Any) -> bool:
    size = section.find(qn("w:pgSz"))
    return _twips(size, "w", _A4[0]) > _twips(size, "h", _A4[1])


def _section_of(paragraph: Any) -> Any:
    """Find the section properties that rule a paragraph: the next ones in document order."""
    element = paragraph._p  # noqa: SLF001
    while element.getparent().tag != qn("w:body"):
        element = element.getparent()
    while element is not None:
        if element.tag == qn("w:sectPr"):
            return element
        found = element.find(f"{qn('w:pPr')}/{qn('w:sectPr')}")
        if found is not None:
            return found
        element = element.getnext()
    return OxmlElement("w:sectPr")


def _cell_width(paragraph: Any) -> int | None:
    """Return the width of the cell a paragraph stands in, twips; ``None`` outside a table.

    A width in percent or left to Word is taken from the table's grid.
    """
    cell = paragraph._p.getparent()  # noqa: SLF001
    if cell.tag != qn("w:tc"):
        return None
    width = cell.find(f"{qn('w:tcPr')}/{qn('w:tcW')}")
    if width is not None and width.get(qn("w:type"), "dxa") == "dxa":
        return _twips(width, "w", 0) or None
    row = cell.getparent()
    grid = row.getparent().findall(f"{qn('w:tblGrid')}/{qn('w:gridCol')}")
    start = sum(_span(other) for other in cell.itersiblings(qn("w:tc"), preceding=True))
    held = grid[start : start + _span(cell)]
    return sum(_twips(column, "w", 0) for column in held) or None


def _span(cell: Any) -> int:
    return _twips(cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}"), "val", 1)


def _twips(element: Any, key: str, default: int) -> int:
    value = None if element is None else element.get(qn(f"w:{key}"))
    return default if value is None else round(float(value))
