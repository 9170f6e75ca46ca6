"""A PNG as a one-page PDF whose picture is the PNG's own compressed data, not decoded and packed again.

typst keeps every raster picture decoded in memory until its PDF is written: fifty maps take half a gigabyte. A PDF it
only copies. PNG's filters are PDF's predictors (PNG specification, 9; ISO 32000-1, 7.4.4.4), so the data go over as
they stand.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_TRUECOLOUR: Final = 2
_CHANNELS: Final = 3
#: Chunks that would change how the colours read; a picture with one is left to typst.
_MEANING: Final = (b"tRNS", b"iCCP", b"gAMA", b"acTL")
_STEP: Final = 1 << 20


def png_page(data: bytes, *, width_mm: float, height_mm: float) -> bytes | None:
    """Write an opaque 8-bit colour PNG as a PDF page of the size given.

    ``None`` for every other picture, broken ones included: that is for typst to show or to refuse.

    >>> png_page(b"no picture", width_mm=10, height_mm=10) is None
    True
    """
    try:
        chunks = list(_chunks(data))
        head = _head(chunks)
    except (struct.error, zlib.error, ValueError):
        return None
    if head is None:
        return None
    width, height = head
    packed = b"".join(body for kind, body in chunks if kind == b"IDAT")
    if not _holds(packed, height * (1 + _CHANNELS * width)):
        return None
    box = f"0 0 {_points(width_mm):.4f} {_points(height_mm):.4f}"
    return _written(packed, width, height, box)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """List a PNG's chunks.

    Raises:
        ValueError: It is none, or a chunk is damaged.
    """
    if not data.startswith(_SIGNATURE):
        raise ValueError
    at = len(_SIGNATURE)
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + size]
        (check,) = struct.unpack_from(">I", data, at + 8 + size)
        if zlib.crc32(kind + body) != check:
            raise ValueError
        yield kind, body
        at += 12 + size


def _head(chunks: list[tuple[bytes, bytes]]) -> tuple[int, int] | None:
    """Return width and height in pixels of a plain picture: 8 bits, colour, opaque, not interlaced."""
    kinds = {kind for kind, _ in chunks}
    if not chunks or chunks[0][0] != b"IHDR" or not kinds.isdisjoint(_MEANING):
        return None
    width, height, *rest = struct.unpack(">IIBBBBB", chunks[0][1])
    return (width, height) if rest == [8, _TRUECOLOUR, 0, 0, 0] else None


def _holds(packed: bytes, wanted: int) -> bool:
    """Tell whether compressed data unfold to a number of bytes, without holding them."""
    unpacker, size = zlib.decompressobj(), 0
    rest = packed
    try:
        while rest and size <= wanted:
            size += len(unpacker.decompress(rest, _STEP))
            rest = unpacker.unconsumed_tail
    except zlib.error:
        return False
    return unpacker.eof and size == wanted


def _points(millimetres: float) -> float:
    return millimetres * 72 / 25.4


def _written(packed: bytes, width: int, height: int, box: str) -> bytes:
    """Write the four objects of the file and where they stand in it."""
    across, up = box.split()[2:]
    drawn = f"q {across} 0 0 {up} 0 0 cm /P Do Q".encode()
    row = f"<</Predictor 15/Colors {_CHANNELS}/BitsPerComponent 8/Columns {width}>>"
    picture = (
        f"<</Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceRGB"
        f"/BitsPerComponent 8/Filter/FlateDecode/DecodeParms{row}/Length {len(packed)}>>"
    )
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Resources<</XObject<</P 5 0 R>>>>/Contents 4 0 R>>".encode(),
        f"<</Length {len(drawn)}>>\nstream\n".encode() + drawn + b"\nendstream",
        picture.encode() + b"\nstream\n" + packed + b"\nendstream",
    )
    out = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    count = len(objects) + 1
    out += f"xref\n0 {count}\n0000000000 65535 f \n".encode() + table
    out += (
        f"trailer\n<</Size {count}/Root 1 0 R>>\nstartxref\n{out.rindex(b'xref')}\n%%EOF\n".encode()
    )
    return bytes(out)
