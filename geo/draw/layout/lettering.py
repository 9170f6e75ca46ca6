"""Fonts of a sheet: loaded from files, never from a global setting, and measured in millimetres.

A character that a font cannot show is an error here; matplotlib would print an empty box.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from matplotlib.font_manager import FontProperties, findSystemFonts, fontManager
from matplotlib.ft2font import FT2Font, LoadFlags

from geo.errors import MissingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.spec.workspace import Fonts

Face = Literal["title", "bold", "sans", "serif"]
MM_PER_POINT: Final = 25.4 / 72.0
_SHIPPED: Final[dict[Face, str]] = {
    "title": "HongxianSans-Bold.ttf",
    "bold": "HongxianSans-Bold.ttf",
    "sans": "HongxianSans-Regular.ttf",
    "serif": "HongxianSerif-Regular.ttf",
}
#: Height of a Chinese character's body over its size, and the part of it below the baseline.
BODY: Final = 1.0
BELOW: Final = 0.12


@lru_cache(maxsize=16)
def _font(path: Path) -> FT2Font:
    # Read whole: FT2Font would keep a named file open for as long as it lives.
    return FT2Font(BytesIO(path.read_bytes()))


@lru_cache(maxsize=16)
def _characters(path: Path) -> frozenset[int]:
    return frozenset(_font(path).get_charmap())


@lru_cache(maxsize=65_536)
def _advance(path: Path, character: str) -> float:
    """Width of one character over the font size; of one the font lacks, a whole body."""
    if ord(character) not in _characters(path):
        return BODY
    font = _font(path)
    glyph = font.load_char(ord(character), flags=LoadFlags.NO_SCALE)
    return float(glyph.horiAdvance / font.units_per_EM)


@dataclass(frozen=True)
class Lettering:
    """The four faces of a sheet as font files.

    >>> shipped().width_mm("绛河", "serif", size_pt=10) == 20 * MM_PER_POINT
    True
    >>> shipped().width_mm("", "sans", size_pt=10)
    0.0
    """

    title: Path
    bold: Path
    sans: Path
    serif: Path

    def path(self, face: Face) -> Path:
        """Return the file of a face."""
        paths: dict[Face, Path] = {
            "title": self.title, "bold": self.bold, "sans": self.sans, "serif": self.serif,
        }  # fmt: skip
        return paths[face]

    def properties(self, face: Face, *, size_pt: float) -> FontProperties:
        """Return what matplotlib needs to set text of a size in points."""
        return FontProperties(fname=str(self.path(face)), size=size_pt)

    def width_mm(self, text: str, face: Face, *, size_pt: float) -> float:
        """Measure one line of text in millimetres."""
        path = self.path(face)
        return sum(_advance(path, c) for c in text) * size_pt * MM_PER_POINT

    def missing(self, text: str, face: Face) -> tuple[str, ...]:
        """List the characters of a text that the face cannot show."""
        known = _characters(self.path(face))
        return tuple(dict.fromkeys(c for c in text if c != "\n" and ord(c) not in known))

    def wrap(self, text: str, face: Face, *, size_pt: float, width_mm: float) -> tuple[str, ...]:
        """Break a text into lines no wider than a width; Chinese breaks between any characters.

        Closing punctuation never begins a line, figures with their units stay whole, and no single
        character is left alone on the last line.

        >>> shipped().wrap("资料来源：天地图", "sans", size_pt=10, width_mm=14.2)
        ('资料来', '源：天', '地图')
        >>> shipped().wrap("", "sans", size_pt=10, width_mm=5)
        ('',)
        """
        room = width_mm / (size_pt * MM_PER_POINT)
        if _whole(self.path(face), text) <= room + 1e-9:
            return (text,)
        lines: list[list[str]] = [[]]
        used = 0.0
        for word, wide in _measured(self.path(face), text, room):
            if lines[-1] and used + wide > room + 1e-9:
                lines.append([word.lstrip()])
                used = wide if word.strip() else 0.0
            else:
                lines[-1].append(word)
                used += wide
        alone = len(lines[-1]) == 1 and len(lines[-1][0]) <= _ALONE
        if alone and len(lines) > 1 and len(lines[-2]) > _SPARE_ONE:
            lines[-1].insert(0, lines[-2].pop())
        *whole, last = ("".join(line) for line in lines)
        return (*(line.rstrip() for line in whole), last)


@lru_cache(maxsize=8_192)
def _words_measured(path: Path, text: str) -> tuple[tuple[str, float], ...]:
    return tuple((word, sum(_advance(path, c) for c in word)) for word in _words(text))


@lru_cache(maxsize=8_192)
def _whole(path: Path, text: str) -> float:
    """Width of one line of text over the font size."""
    return sum((wide for _, wide in _words_measured(path, text)), 0.0)


def _measured(path: Path, text: str, room: float) -> Iterator[tuple[str, float]]:
    """Return words with their widths in ems; one wider than a line comes in characters."""
    for word, wide in _words_measured(path, text):
        if wide > room:
            yield from ((c, _advance(path, c)) for c in word)
        else:
            yield word, wide


#: A line of more words than this lends one to a character alone on the last line.
_SPARE_ONE: Final = 2
#: A character with the mark behind it is alone as well.
_ALONE: Final = 2
_NO_START: Final = frozenset("，。；：、！？）〕】》」』”’％%）,.;:!?)]}·→")
_NO_END: Final = frozenset("（〔【《「『“‘([{→")


def _words(text: str) -> list[str]:
    """Split into the smallest pieces a line may end after."""
    words: list[str] = []
    for character in text:
        glue = words and (
            character in _NO_START
            or words[-1][-1] in _NO_END
            or (character.isascii() and not character.isspace() and words[-1][-1].isascii()
                and not words[-1][-1].isspace())
        )  # fmt: skip
        if glue:
            words[-1] += character
        else:
            words.append(character)
    return words


@lru_cache(maxsize=1)
def shipped() -> Lettering:
    """Return the fonts that come with the package."""
    folder = resources.files("geo") / "draw" / "fonts"
    paths = {face: Path(str(folder / name)) for face, name in _SHIPPED.items()}
    return Lettering(paths["title"], paths["bold"], paths["sans"], paths["serif"])


def lettering(fonts: Fonts | None = None) -> Lettering:
    """Return an office's own fonts where ``workspace.yml`` names them, else the shipped ones.

    Raises:
        MissingError: A named font is not installed on this machine.
    """
    base = shipped()
    if fonts is None:
        return base
    title, sans, serif = (_installed(name) for name in (fonts.title, fonts.sans, fonts.serif))
    return Lettering(
        title or base.title, title or base.bold, sans or base.sans, serif or base.serif
    )


def _installed(family: str | None) -> Path | None:
    if family is None:
        return None
    found = _found(family)
    if found is None:
        _learn_new_fonts()
        found = _found(family)
    if found is None:
        raise MissingError(
            f"workspace.yml 的 fonts 写了“{family}”，本机没有安装 — 请安装该字体，或删去这一项改用自带字体"
        )
    return found


def _found(family: str) -> Path | None:
    """Find a font's file; one that is not the first of its collection cannot be used."""
    try:
        found = fontManager.findfont(FontProperties(family=[family]), fallback_to_default=False)
    except ValueError:
        return None
    if getattr(found, "face_index", 0):
        raise MissingError(
            f"workspace.yml 的 fonts 写了“{family}”，它在字体集 {Path(found).name} 里不是第一个字体，"
            "画出来会是另一种 — 请改用单独的 .ttf、.otf 字体，或删去这一项改用自带字体"
        )
    return Path(found)


def _learn_new_fonts() -> None:
    """Read the fonts that were installed after matplotlib made its list of them."""
    known = {font.fname for font in fontManager.ttflist}
    for path in sorted(set(findSystemFonts()) - known):
        with suppress(OSError, RuntimeError):  # not every file there is a font that can be read
            fontManager.addfont(path)
