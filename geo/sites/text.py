"""Text files in the encodings Chinese offices use."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.sites.limits import check_size, refuse

if TYPE_CHECKING:
    from pathlib import Path

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


#: Signs that mean the same; NFKC alone would turn some of them into letters or combining marks.
_SIGNS = {
    **dict.fromkeys("˚º∘", "°"),
    **dict.fromkeys("″〞〃“”ʺ＂˝", '"'),
    **dict.fromkeys("′’‘`´ʹ＇", "'"),
    **dict.fromkeys("−–—‐‑－", "-"),
    "\ufeff": "",
    "\u200b": "",
}
_SIGN = re.compile(f"[{''.join(_SIGNS)}]")


@dataclass(frozen=True)
class Decoded:
    """A file's text and the encoding it was found in."""

    text: str
    encoding: str


def read_text(path: Path, *, shown: Path, most: int) -> Decoded:
    """Read a text file of at most so many bytes.

    Raises:
        InputError: As `decode`, or the file is missing, empty or too large.
    """
    check_size(path, shown=shown, most=most)
    return decode(path.read_bytes(), shown=shown)


def decode(data: bytes, *, shown: Path) -> Decoded:
    """Decode by byte order mark, else strict UTF-8, else GB18030 (which holds GBK and GB2312).

    GBK text of any length is almost never valid UTF-8, so the order decides it.

    Raises:
        InputError: It is none of these, or holds NUL bytes as binary files do.

    >>> from pathlib import Path
    >>> decode("地块".encode("gbk"), shown=Path("a.txt"))
    Decoded(text='地块', encoding='gb18030')
    """
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return Decoded(text, encoding)
    raise refuse(shown, "不是 UTF-8 或 GBK 文本", "请用记事本打开后另存为 UTF-8 编码")


def narrow(text: str) -> str:
    r"""Turn full-width characters into plain ones, and the many signs for °, ′, ″ and minus into one each.

    >>> narrow("Ｊ１，３８５１２３４５．６７８")
    'J1,38512345.678'
    >>> narrow("112º52′30″")
    '112°52\'30"'
    """
    return unicodedata.normalize("NFKC", _SIGN.sub(lambda hit: _SIGNS[hit[0]], text))
