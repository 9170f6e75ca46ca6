"""Numbers of figures and tables: 图 1-1, 图2.3-1, 附图3, 表5-1, from one written sample."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from geo.errors import UsageError

_SAMPLE: Final = re.compile(r"[图表]([ 　]?)(?:(\d+)(?:(\.)(\d+))?([-–—－.]))?\d+")
_TYPED: Final = re.compile(
    r"\s*(?:第\s*([一二三四五六七八九十]+|\d+)\s*[章编]"
    r"|([一二三四五六七八九十]+)\s*、|(\d+)(?:\.(\d+))?(?=[\s　、.．]|[^\d.\s]))"
)
_DIGITS: Final = "一二三四五六七八九"


@dataclass(frozen=True)
class Numbering:
    """How a number is written.

    Attributes:
        gap: Between label and number, a space or nothing.
        depth: 0 runs through the report, 1 begins anew in each chapter, 2 in each section.
        joint: Between the chapter's number and the figure's.
    """

    gap: str = " "
    depth: int = 1
    joint: str = "-"

    def shown(self, label: str, chapter: str, number: int) -> str:
        """Write one number; an annex (附图) or what stands before any chapter has none of it.

        >>> Numbering("", 2, "-").shown("图", "2.3", 1), Numbering().shown("附图", "", 3)
        ('图2.3-1', '附图 3')
        """
        front = f"{chapter}{self.joint}" if chapter else ""
        return f"{label}{self.gap}{front}{number}"


def parse_numbering(sample: str) -> Numbering:
    """Read a sample as a planner writes it.

    >>> parse_numbering("图2.3-1")
    Numbering(gap='', depth=2, joint='-')
    >>> parse_numbering("图 1").depth
    0

    Raises:
        UsageError: It is no number of a figure.
    """
    match = _SAMPLE.fullmatch(sample.strip())
    if match is None:
        raise UsageError(f"“{sample}”不是图号样式 — 例如 图 1-1、图2.3-1、图1")
    gap, chapter, section, joint = match.group(1), match.group(2), match.group(4), match.group(5)
    return Numbering(gap, 2 if section else 1 if chapter else 0, joint or "-")


def typed_number(text: str) -> int | None:
    """Read the number somebody typed before a heading, ``None`` when there is none.

    >>> typed_number("三、方法与精度"), typed_number("第十二章 附则"), typed_number("附图")
    (3, 12, None)
    """
    match = _TYPED.match(text)
    if match is None:
        return None
    word = match.group(1) or match.group(2) or match.group(3)
    return int(word) if word.isdecimal() else _chinese(word)


def _chinese(word: str) -> int:
    """Read a Chinese numeral below one hundred."""
    tens, ten, ones = word.rpartition("十")
    front = (_DIGITS.index(tens) + 1 if tens else 1) * 10 if ten else 0
    return front + (_DIGITS.index(ones[-1]) + 1 if ones else 0)
