"""How a Word document looks once its styles are resolved: what a renderer without Office needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from docx.oxml.ns import qn

from geo.documents.styles import Styles

_CHINESE: Final = "〇一二三四五六七八九十"
_SANS: Final = ("黑体", "标宋", "Hei", "Sans", "楷")


@dataclass(frozen=True)
class Look:
    """Resolved looks of a paragraph or run; sizes in points, lengths in points."""

    size: float = 10.5
    bold: bool = False
    sans: bool = False
    align: str = "left"
    indent: float = 0.0
    before: float = 0.0
    after: float = 0.0
    keep: bool = False
    break_before: bool = False
    exact: float = 0.0


def paragraph_look(paragraph: Any, styles: Styles) -> Look:
    """Resolve a paragraph's look through its styles to the document's defaults."""
    chain = styles.of(paragraph)
    props = [paragraph._p.pPr, *(style.element.pPr for style in chain)]  # noqa: SLF001
    runs = [*(style.element.rPr for style in chain), _defaults(styles.document)]
    spacing = _first(props, "w:spacing")
    return Look(
        size=_half(_value(runs, "w:sz"), 10.5), bold=_on(_first(runs, "w:b")), sans=_sans(runs),
        align={"center": "center", "right": "right"}.get(_value(props, "w:jc") or "", "left"),
        indent=_twips(_attribute(props, "w:ind", "firstLine")),
        before=_twips(None if spacing is None else spacing.get(qn("w:before"))),
        after=_twips(None if spacing is None else spacing.get(qn("w:after"))),
        exact=_twips(_exact_line(spacing)), keep=_on(_first(props, "w:keepNext")), break_before=_on(_first(props, "w:pageBreakBefore")),
    )  # fmt: skip


def run_look(run: Any, base: Look) -> Look:
    """Resolve a run's look over its paragraph's."""
    props = [run.find(qn("w:rPr"))]
    bold = _first(props, "w:b")
    fonts = _first(props, "w:rFonts")
    return Look(
        size=_half(_value(props, "w:sz"), base.size), bold=base.bold if bold is None else _on(bold),
        sans=base.sans if fonts is None else _sans(props), align=base.align,
    )  # fmt: skip


class HeadingNumbers:
    """Writes the numbers Word would put before automatically numbered headings."""

    def __init__(self, styles: Styles) -> None:
        self.styles = styles
        self.counts = [0] * 9

    def of(self, paragraph: Any) -> str:
        """Return the number and its punctuation, empty for a heading without."""
        level = self.styles.heading_level(paragraph)
        pattern = None if level is None else self._pattern(paragraph, level)
        if level is None or pattern is None:
            return ""
        self.counts[level - 1] += 1
        self.counts[level:] = [0] * (9 - level)
        for at in range(level):
            form = pattern[1] if at == level - 1 else "decimal"
            pattern = (
                pattern[0].replace(f"%{at + 1}", _written(self.counts[at], form)),
                pattern[1],
            )
        return pattern[0]

    def _pattern(self, paragraph: Any, level: int) -> tuple[str, str] | None:
        element = self.styles.list_level(paragraph, level)
        if element is None:
            return None
        text, form = element.find(qn("w:lvlText")), element.find(qn("w:numFmt"))
        return text.get(qn("w:val"), ""), "decimal" if form is None else form.get(qn("w:val"))


def _written(number: int, form: str) -> str:
    if not form.startswith("chinese") and "Chinese" not in form:
        return str(number)
    if number <= 10:  # noqa: PLR2004 - the ten digits
        return _CHINESE[number]
    tens, ones = divmod(number, 10)
    return ("" if tens == 1 else _CHINESE[tens]) + "十" + (_CHINESE[ones] if ones else "")


def _defaults(document: Any) -> Any:
    return document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")


def _first(holders: list[Any], name: str) -> Any:
    for holder in holders:
        if holder is not None and (found := holder.find(qn(name))) is not None:
            return found
    return None


def _value(holders: list[Any], name: str) -> str | None:
    found = _first(holders, name)
    return None if found is None else found.get(qn("w:val"))


def _attribute(holders: list[Any], name: str, key: str) -> str | None:
    for holder in holders:
        found = None if holder is None else holder.find(qn(name))
        if found is not None and found.get(qn(f"w:{key}")) is not None:
            return str(found.get(qn(f"w:{key}")))
    return None


def _on(element: Any) -> bool:
    return element is not None and element.get(qn("w:val"), "true") not in ("0", "false", "off")


def _sans(holders: list[Any]) -> bool:
    name = _attribute(holders, "w:rFonts", "eastAsia") or ""
    return any(mark in name for mark in _SANS)


def _exact_line(spacing: Any) -> str | None:
    """Return the height of lines when it is given outright, not as a share of the type's."""
    is_exact = spacing is not None and spacing.get(qn("w:lineRule")) == "exact"
    return spacing.get(qn("w:line")) if is_exact else None


def _half(value: str | None, default: float) -> float:
    return default if value is None else float(value) / 2


def _twips(value: str | None) -> float:
    return 0.0 if value is None else float(value) / 20
