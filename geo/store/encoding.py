"""Which encoding a DBF's text is in, judged by its records and not by what a .cpg says."""

from __future__ import annotations

import codecs
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from pathlib import Path

Encoding = Literal["utf-8", "gb18030"]

#: Enough records to meet Chinese text, few enough to stay fast on 150 000 parcels.
MAX_SAMPLE_BYTES: Final = 4_000_000
_END_OF_FIELDS: Final = 0x0D


@dataclass(frozen=True)
class DbfEncoding:
    """The encoding found, how, and whether the .cpg beside it says something else."""

    name: Encoding
    how: str
    cpg_lies: bool = False


def dbf_encoding(dbf: Path) -> DbfEncoding:
    """Judge the encoding of a DBF by decoding its header names and records.

    Text that decodes as UTF-8 and holds non-ASCII bytes is UTF-8: GBK text of any length is
    almost never valid UTF-8. Pure ASCII is both; then the .cpg is believed. Fields are cut at
    their width, so an incomplete last character of a field is forgiven.

    Raises:
        OSError: The file cannot be read.
    """
    claimed = _cpg(dbf)
    texts = _texts(dbf)
    if all(text.isascii() for text in texts):
        return DbfEncoding(claimed or "utf-8", "文字均为 ASCII")
    found: Encoding = "utf-8" if all(map(_is_utf8, texts)) else "gb18030"
    how = "按 DBF 记录内容判断" + ("，与 .cpg 不符" if claimed and claimed != found else "")
    return DbfEncoding(found, how, cpg_lies=claimed is not None and claimed != found)


def _cpg(dbf: Path) -> Encoding | None:
    """Read what the .cpg claims, as one of the two encodings that occur in China."""
    for suffix in (".cpg", ".CPG"):
        path = dbf.with_suffix(suffix)
        if path.is_file():
            text = path.read_bytes()[:40].decode("ascii", "ignore").strip().lower()
            if "utf" in text or text == "65001":
                return "utf-8"
            return "gb18030" if text else None
    return None


def _texts(dbf: Path) -> list[bytes]:
    """Collect the field names and the character cells of the first records."""
    with dbf.open("rb") as file:
        head = file.read(32)
        if len(head) < 32:  # noqa: PLR2004
            return []
        _, header_size, record_size = struct.unpack("<IHH", head[4:12])
        names = file.read(max(header_size - 32, 0))
        body = file.read(MAX_SAMPLE_BYTES)
    fields = [
        names[i : i + 32] for i in range(0, len(names) - 31, 32) if names[i] != _END_OF_FIELDS
    ]
    texts = [field[:11].split(b"\0")[0] for field in fields]
    spans, at = [], 1
    for field in fields:
        width = field[16]
        if field[11:12] == b"C":
            spans.append((at, at + width))
        at += width
    for start in range(0, len(body) - record_size + 1, max(record_size, 1)):
        texts += [body[start + a : start + b].rstrip(b" \0") for a, b in spans]
    return texts


def _is_utf8(text: bytes) -> bool:
    """Tell whether a cell is UTF-8, forgiving a last character that the field's width cut off."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(text, final=False)
    except UnicodeDecodeError:
        return False
    return True
