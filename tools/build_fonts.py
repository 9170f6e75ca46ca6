"""Rebuild the three CJK fonts in ``geo/draw/fonts`` from Noto CJK.

Noto CJK ships CFF outlines in large collections. A PDF made with ``pdf.fonttype=42`` wants
TrueType outlines, and a repository wants a few megabytes. This script draws the characters we need
once more with quadratic curves and gives every code point a glyph of its own, so that text copied
from a PDF is the text that was set. Hinting and layout features stay behind.

The sources are the collections in Debian's ``fonts-noto-cjk``, unpacked to any place on disk::

    apt-get download fonts-noto-cjk
    dpkg-deb -x fonts-noto-cjk_*.deb noto
    python tools/build_fonts.py noto/usr/share/fonts/opentype/noto

The characters are GB 2312, the signs listed below and ``extra_characters.txt`` beside the fonts.
That file makes a rebuild repeatable; ``--text FILE`` adds the characters of more files to it. The
same sources, characters and fontTools release give the same bytes. Needs ``fonttools``.
"""

import argparse
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]
from fontTools.misc.transform import Transform  # type: ignore[import-untyped]
from fontTools.pens.cu2quPen import Cu2QuPen  # type: ignore[import-untyped]
from fontTools.pens.transformPen import TransformPen  # type: ignore[import-untyped]
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]
from fontTools.ttLib import TTCollection, TTFont, newTable  # type: ignore[import-untyped]

FONTS = Path(__file__).resolve().parent.parent / "geo" / "draw" / "fonts"
EXTRA = "extra_characters.txt"
REVISION = "Hongxian 1"
MAX_ERROR_UNITS = 1.0
"""Largest distance between the cubic outline and its quadratic twin, in units of a 1000-unit em."""

SIGNS = (
    "℃㎡㎢㎥㎎㎏㎜㎝㎞㏄℡№‰μµ≤≥≈≠≡±×÷°′″√∞∑∏∫∠⊥∥∩∪∈∴∵∝≌∽⊙⊕⊗−"
    "→←↑↓↗↘↙↖⇒⇔●○■□▲△▼▽★☆◆◇◎◯◉◐◑▶◀▷◁▪▫✓※"
    "⓪①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳㉑㉒㉓㉔㉕㉖㉗㉘㉙㉚㊿❶❷❸❹❺❻❼❽❾❿"
    "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹ¹²³⁴"
    "「」『』《》〈〉〔〕【】〖〗…‥—―–‐‑·•・、。〇〜“”‘’€¥"
)
SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ", "0123456789+−n", strict=True))
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₓ", "0123456789+−x", strict=True))

# Noto CJK has ¹²³⁴ but no other raised figure and no lowered one (SO₂, 10⁻⁶). The lowered 1 to 4
# are its raised ones moved down; the others are its own figures, made small by the ratio between
# its "2" and its "²".
RAISED_BOTTOM_UNITS = 441
LOWERED_BOTTOM_UNITS = -140
SMALL_WIDTH_RATIO = 0.70
SMALL_HEIGHT_RATIO = 0.59

HHEA_KEPT = ("ascent", "descent", "lineGap")
POST_KEPT = ("underlinePosition", "underlineThickness")
OS2_KEPT = (
    *("sTypoAscender", "sTypoDescender", "sTypoLineGap", "usWinAscent", "usWinDescent"),
    *("sxHeight", "sCapHeight", "yStrikeoutSize", "yStrikeoutPosition", "xAvgCharWidth"),
    *("panose", "achVendID", "ulCodePageRange1", "ulCodePageRange2"),
)


@dataclass(frozen=True)
class Face:
    """One font to make: the collection and family it comes from, and the names it goes by."""

    collection: str
    source_family: str
    family: str
    style: str
    weight: int

    @property
    def file_name(self) -> str:
        """Return the name of the file made, such as ``HongxianSans-Bold.ttf``."""
        return f"{self.post_script_name}.ttf"

    @property
    def post_script_name(self) -> str:
        """Return the PostScript name: the family without blanks and script, then the style."""
        return f"{self.family.removesuffix(' SC').replace(' ', '')}-{self.style}"


FACES = (
    Face("NotoSansCJK-Regular.ttc", "Noto Sans CJK SC", "Hongxian Sans SC", "Regular", 400),
    Face("NotoSansCJK-Bold.ttc", "Noto Sans CJK SC", "Hongxian Sans SC", "Bold", 700),
    Face("NotoSerifCJK-Regular.ttc", "Noto Serif CJK SC", "Hongxian Serif SC", "Regular", 400),
)


def gb2312_characters() -> set[str]:
    """Return the 7445 characters of GB 2312: 6763 Han characters and 682 signs."""
    pairs = (bytes((row, cell)) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    return {pair.decode("gb2312", errors="ignore") for pair in pairs} - {""}


def fixed_characters() -> set[str]:
    """Return what every font holds: GB 2312, ASCII, Latin-1, full-width forms, our signs."""
    ranges = ((0x20, 0x7F), (0xA0, 0x100), (0x3000, 0x3016), (0xFF01, 0xFF5F), (0xFFE0, 0xFFE7))
    spans = {chr(code) for first, end in ranges for code in range(first, end)}
    return gb2312_characters() | spans | set(SIGNS) | set(SUPERSCRIPTS) | set(SUBSCRIPTS)


def characters_in(paths: Iterable[Path]) -> set[str]:
    """Return the characters of UTF-8 files, less blanks, control and private-use characters."""
    found = {char for path in paths for char in path.read_text(encoding="utf-8")}
    return {char for char in found if unicodedata.category(char)[0] not in "CZ"}


def open_face(folder: Path, face: Face) -> TTFont:
    """Open the member of a collection that has the wanted family name.

    Raises:
        SystemExit: The collection is not in ``folder`` or has no such family.
    """
    path = folder / face.collection
    if not path.exists():
        raise SystemExit(f"{path} is absent: unpack Debian's fonts-noto-cjk and name its folder")
    for font in TTCollection(str(path), lazy=True).fonts:
        if font["name"].getDebugName(1) == face.source_family:
            return font
    raise SystemExit(f"{path} holds no family {face.source_family}")


def small_figure(char: str, cmap: dict[int, str]) -> tuple[str, Transform] | None:
    """Return source glyph and placement of a raised or lowered figure; None for the others."""
    if char in SUPERSCRIPTS:
        base, bottom = SUPERSCRIPTS[char], RAISED_BOTTOM_UNITS
    elif char in SUBSCRIPTS:
        base, bottom = SUBSCRIPTS[char], LOWERED_BOTTOM_UNITS
        raised = {figure: sign for sign, figure in SUPERSCRIPTS.items()}.get(base)
        if raised is not None and ord(raised) in cmap:
            return cmap[ord(raised)], Transform(1, 0, 0, 1, 0, bottom - RAISED_BOTTOM_UNITS)
    else:
        return None
    return cmap[ord(base)], Transform(SMALL_WIDTH_RATIO, 0, 0, SMALL_HEIGHT_RATIO, 0, bottom)


def sources(
    characters: Iterable[str], cmap: dict[int, str]
) -> Iterator[tuple[str, str, Transform]]:
    """Yield (character, source glyph, placement) by code point, less what the source lacks."""
    for char in sorted(characters):
        if ord(char) in cmap:
            yield char, cmap[ord(char)], Transform()
        elif (figure := small_figure(char, cmap)) is not None:
            yield char, *figure


def draw_quadratic(glyph_set: Any, name: str, placement: Transform) -> Any:
    """Draw one source glyph as a TrueType glyph with quadratic curves."""
    pen = TTGlyphPen(None)
    quadratic = Cu2QuPen(pen, MAX_ERROR_UNITS, reverse_direction=True)
    glyph_set[name].draw(TransformPen(quadratic, placement))
    return pen.glyph()


def names(face: Face, source: TTFont) -> dict[str, str]:
    """Return the name table: our names, the source's copyright, trademark, designer and licence."""
    original = {key: source["name"].getDebugName(key) or "" for key in (0, 5, 7, 8, 9, 11, 13, 14)}
    version = original[5].split(";")[0]
    return {
        "copyright": original[0],
        "familyName": face.family,
        "styleName": face.style,
        "uniqueFontIdentifier": f"{version};{REVISION};{face.post_script_name}",
        "fullName": f"{face.family} {face.style}".removesuffix(" Regular"),
        "version": f"{version};{REVISION}",
        "psName": face.post_script_name,
        "trademark": original[7],
        "manufacturer": original[8],
        "designer": original[9],
        "description": (
            f"Modified version of {face.source_family} {face.style}, {version}: subset, outlines "
            "converted to TrueType, raised and lowered figures added, renamed."
        ),
        "vendorURL": original[11],
        "licenseDescription": original[13],
        "licenseInfoURL": original[14],
    }


def build_face(face: Face, folder: Path, characters: set[str]) -> tuple[TTFont, list[str]]:
    """Make one font; return it with the characters that its source lacks.

    Vertical metrics, dates and revision are the source's: nothing depends on the day of the build.
    """
    source = open_face(folder, face)
    glyph_set, metrics = source.getGlyphSet(), source["hmtx"].metrics
    glyphs = {".notdef": draw_quadratic(glyph_set, ".notdef", Transform())}
    advances = {".notdef": metrics[".notdef"][0]}
    cmap: dict[int, str] = {}
    for char, name, placement in sources(characters, source.getBestCmap()):
        cmap[ord(char)] = own = f"u{ord(char):04X}"
        glyphs[own] = draw_quadratic(glyph_set, name, placement)
        advances[own] = round(metrics[name][0] * placement.xx)
    font = assemble(face, source, glyphs=glyphs, advances=advances, cmap=cmap)
    return font, sorted(char for char in characters if ord(char) not in cmap)


def assemble(
    face: Face,
    source: TTFont,
    *,
    glyphs: dict[str, Any],
    advances: dict[str, int],
    cmap: dict[int, str],
) -> TTFont:
    """Put glyphs, advances (font units) and names together into an unhinted TrueType font."""
    builder = FontBuilder(source["head"].unitsPerEm, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap(cmap)
    builder.setupGlyf(glyphs)
    table = builder.font["glyf"]
    builder.setupHorizontalMetrics(
        {name: (advance, getattr(table[name], "xMin", 0)) for name, advance in advances.items()}
    )
    builder.setupHorizontalHeader(**kept(source["hhea"], HHEA_KEPT))
    builder.setupNameTable(names(face, source), mac=False)
    builder.setupPost(keepGlyphNames=False, **kept(source["post"], POST_KEPT))
    set_style(builder, face, source)
    smooth_at_every_size(builder.font)
    return builder.font


def kept(table: Any, fields: Iterable[str]) -> dict[str, Any]:
    """Return the named fields of a source table."""
    return {field: getattr(table, field) for field in fields}


def set_style(builder: FontBuilder, face: Face, source: TTFont) -> None:
    """Set weight, style bits, dates and revision; the dates are the source's, not today's."""
    bold = face.style == "Bold"
    builder.setupOS2(
        version=4,
        usWeightClass=face.weight,
        fsType=0,
        fsSelection=0x20 if bold else 0x40,
        **kept(source["OS/2"], OS2_KEPT),
    )
    builder.font["OS/2"].recalcUnicodeRanges(builder.font)
    builder.font["head"].macStyle = int(bold)
    for field in ("created", "modified", "fontRevision"):
        setattr(builder.font["head"], field, getattr(source["head"], field))
    builder.font.recalcTimestamp = False


def smooth_at_every_size(font: TTFont) -> None:
    """Ask rasterisers for symmetric smoothing without grid-fitting, as befits an unhinted font."""
    font["gasp"] = gasp = newTable("gasp")
    gasp.version, gasp.gaspRange = 1, {0xFFFF: 0x000A}


def gather_extra(path: Path, texts: Iterable[Path]) -> set[str]:
    """Return the characters listed at ``path`` and those of ``texts``, less the fixed ones."""
    listed = [path] if path.exists() else []
    return characters_in([*listed, *texts]) - fixed_characters()


def write_extra(path: Path, extra: Iterable[str]) -> None:
    """Write the extra characters in code-point order, forty to a line."""
    ordered = "".join(sorted(extra))
    lines = [ordered[start : start + 40] for start in range(0, len(ordered), 40)]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="folder of the Noto CJK collections (*.ttc)")
    parser.add_argument(
        "--text", type=Path, nargs="*", default=[], help="UTF-8 files whose characters to add"
    )
    parser.add_argument("--out", type=Path, default=FONTS, help="folder for the fonts")
    return parser.parse_args()


def main() -> None:
    """Build all faces and say how large each is and what its source lacks."""
    arguments = parse_arguments()
    extra_path = arguments.out / EXTRA
    extra = gather_extra(extra_path, arguments.text)
    characters = fixed_characters() | extra
    absent: set[str] = set()
    for face in FACES:
        font, lacking = build_face(face, arguments.folder, characters)
        target = arguments.out / face.file_name
        font.save(target)
        absent |= set(lacking)
        sys.stdout.write(
            f"{target.name}: {len(font.getGlyphOrder())} glyphs, {target.stat().st_size} bytes, "
            f"not in the source: {' '.join(f'U+{ord(char):04X}' for char in lacking) or 'none'}\n"
        )
    write_extra(extra_path, extra - absent)


if __name__ == "__main__":
    main()
