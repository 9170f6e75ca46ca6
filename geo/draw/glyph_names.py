"""Names of a font's glyphs, derived once: the shipped fonts carry none, and every cut would derive them anew.

Deriving the names of 7 500 glyphs is more than half of the time that cutting a font to the letters of
a sheet takes, and a PDF cuts its fonts about five times.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FORMAT: Final = 3.0


@lru_cache(maxsize=8)
def glyph_names(path: Path | str) -> tuple[str, ...]:
    """Return a font's glyph names in order."""
    with TTFont(path, lazy=True) as font:
        return tuple(font.getGlyphOrder())


def with_names(font: Any, path: Path | str) -> Any:
    """Give an open font the names it would derive, if it carries none itself; return it."""
    if "post" in font and font["post"].formatType == _FORMAT:
        font.setGlyphOrder(list(glyph_names(path)))
    return font


@contextmanager
def known_glyph_names() -> Iterator[None]:
    """Let matplotlib's PDF writer open fonts with their names known; what it writes is the same.

    It opens them through fontTools by itself and offers no way to hand one in.
    """
    opened = subset.load_font

    def load(path: Any, *rest: Any, **more: Any) -> Any:
        font = opened(path, *rest, **more)
        # A collection's file holds several fonts, each with names of its own.
        return with_names(font, path) if str(path).lower().endswith(".ttf") else font

    subset.load_font = load
    try:
        yield
    finally:
        subset.load_font = opened
