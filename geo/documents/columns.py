"""Plain-text tables whose columns line up although Chinese characters are two cells wide."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def width(text: str) -> int:
    """Count the terminal cells of a text.

    >>> width("红线ab")
    6
    """
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def padded(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a table with two spaces between columns; the last column is not padded.

    >>> print(padded(("名", "数"), [("甲乙", "1")]))
    名    数
    甲乙  1
    """
    lines = [tuple(header), *(tuple(row) for row in rows)]
    widths = [max(width(line[at]) for line in lines) for at in range(len(header))]
    out = []
    for line in lines:
        cells = [text + " " * (room - width(text)) for text, room in zip(line, widths, strict=True)]
        out.append("  ".join(cells).rstrip())
    return "\n".join(out)
