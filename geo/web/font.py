"""The letters of one page as a font inside it: a machine without Chinese fonts shows them too."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Final

from fontTools.subset import Options, Subsetter  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from matplotlib.ft2font import FT2Font

from geo.draw.layout.lettering import shipped
from geo.draw.sheet.glyph_names import with_names

if TYPE_CHECKING:
    from geo.draw.layout.lettering import Lettering

FAMILY: Final = "Hongxian Web"
#: Fonts of a reader's machine for what the page's own font lacks (words typed into the search).
_SYSTEM: Final = (
    "Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC",
    "SimHei", "WenQuanYi Micro Hei",
)  # fmt: skip
#: A page that needs more letters than fit in this relies on the reader's fonts, bytes.
_LARGEST: Final = 300_000
_ASCII: Final = "".join(map(chr, range(0x20, 0x7F)))


def stack(fonts: Lettering) -> str:
    """Return the families to try, in CSS; an office's own face goes first, by name only.

    >>> stack(shipped()).split(",")[0]
    '"Hongxian Web"'
    """
    own = () if fonts.sans == shipped().sans else (FT2Font(fonts.sans).family_name,)
    safe = ("".join(c for c in name if c not in '"\\<>;{}') for name in own)
    return ",".join([*(f'"{name}"' for name in (*safe, FAMILY, *_SYSTEM)), "sans-serif"])


def face(text: str) -> str:
    """Return the CSS that brings the shipped 黑体 for the letters of a text, empty if too many.

    >>> face("屯留").startswith("@font-face{")
    True
    """
    data = subset(text + _ASCII)
    if len(data) > _LARGEST:
        return ""
    coded = base64.b64encode(data).decode("ascii")
    return f'@font-face{{font-family:"{FAMILY}";src:url("data:font/woff;base64,{coded}") format("woff")}}'


def subset(text: str) -> bytes:
    """Cut the shipped font down to the letters of a text, as WOFF; the same text, the same bytes."""
    options = Options(
        layout_features=[], hinting=False, notdef_outline=True, name_IDs=[1, 2, 13, 14],
        recalc_timestamp=False,
    )  # fmt: skip
    out = io.BytesIO()
    with TTFont(shipped().sans, lazy=True, recalcTimestamp=False) as font:
        with_names(font)
        cut = Subsetter(options)
        cut.populate(text=text)
        cut.subset(font)
        font.flavor = "woff"
        font.save(out)
    return out.getvalue()
