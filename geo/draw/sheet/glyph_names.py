"""Names of a font's glyphs: the shipped fonts carry none, and every cut would derive some from the characters.

Deriving the names of 7 500 glyphs is more than half of the time that cutting a font to the letters of
a sheet takes. No file gets to see the names, so numbers do as well.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from fontTools import subset  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Iterator

_FORMAT: Final = 3.0


def with_names(font: Any) -> Any:
    """Give an open font numbers for names, if it carries none itself; return it."""
    if "post" in font and font["post"].formatType == _FORMAT:
        font.setGlyphOrder([f"glyph{at:05d}" for at in range(font["maxp"].numGlyphs)])
    return font


@contextmanager
def known_glyph_names() -> Iterator[None]:
    """Let matplotlib's PDF writer open fonts with their names given; what it writes is the same.

    It opens them through fontTools by itself and offers no way to hand one in.
    """
    opened = subset.load_font

    def load(path: Any, *rest: Any, **more: Any) -> Any:
        font = opened(path, *rest, **more)
        # A collection's file holds several fonts, each with names of its own.
        return with_names(font) if str(path).lower().endswith(".ttf") else font

    subset.load_font = load
    try:
        yield
    finally:
        subset.load_font = opened
