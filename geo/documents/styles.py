"""What a paragraph takes from its styles: its heading level and its list, each style looked up once.

python-docx reads all styles of a document whenever a paragraph without one is asked for its own: 3 ms each, which a
report of fifty tables pays some ten thousand times over.
"""

from __future__ import annotations

from typing import Any, Final

from docx.oxml.ns import qn
from docx.styles.style import ParagraphStyle

#: A chain longer than this is a circle.
_LONGEST: Final = 8


class Styles:
    """The paragraph styles of one document, by their ids."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self._chains: dict[str | None, tuple[Any, ...]] = {}

    def of(self, paragraph: Any) -> tuple[Any, ...]:
        """Return a paragraph's style and those it is based on, nearest first."""
        named = paragraph._p.style  # noqa: SLF001 - its id, without a look at the styles
        if named not in self._chains:
            self._chains[named] = _chain(paragraph.style)
        return self._chains[named]

    def heading_level(self, paragraph: Any) -> int | None:
        """Tell which heading level a paragraph has, by the name of its style or of one it is based on.

        Word knows built-in styles by name whatever their id, so this holds for Chinese Word and WPS too.
        """
        for style in self.of(paragraph):
            name = (style.name or "").lower()
            if name.startswith(("heading ", "标题 ")) and name[-1].isdigit():
                return int(name[-1])
        return None

    def number_properties(self, paragraph: Any) -> Any:
        """Find the list properties of a paragraph, its own or its styles'."""
        holders = [paragraph._p.pPr, *(style.element.pPr for style in self.of(paragraph))]  # noqa: SLF001
        for holder in holders:
            if holder is not None and (found := holder.find(qn("w:numPr"))) is not None:
                return found
        return None

    def number_format(self, paragraph: Any, level: int) -> str | None:
        """Return the automatic numbering of a heading (``decimal``, ``chineseCounting`` …), if any."""
        element = self.list_level(paragraph, level)
        form = None if element is None else element.find(qn("w:numFmt"))
        return None if form is None else str(form.get(qn("w:val")))

    def list_level(self, paragraph: Any, level: int) -> Any:
        """Find how a level (1-based) of a paragraph's list is written; ``None`` for no list."""
        properties = self.number_properties(paragraph)
        number = None if properties is None else properties.find(qn("w:numId"))
        if number is None:
            return None
        try:
            numbering = self.document.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return None
        wanted = number.get(qn("w:val"))
        abstract = next(
            (num.find(qn("w:abstractNumId")).get(qn("w:val")) for num in numbering.findall(qn("w:num"))
             if num.get(qn("w:numId")) == wanted), None,
        )  # fmt: skip
        for item in numbering.findall(qn("w:abstractNum")):
            if item.get(qn("w:abstractNumId")) == abstract:
                for one in item.findall(qn("w:lvl")):
                    if one.get(qn("w:ilvl")) == str(level - 1):
                        return one
        return None


def _chain(style: ParagraphStyle | None) -> tuple[Any, ...]:
    chain: list[Any] = []
    while style is not None and len(chain) < _LONGEST:
        chain.append(style)
        style = style.base_style
    return tuple(chain)
