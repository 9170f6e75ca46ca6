"""A map's picture goes into a PDF as it was packed; every other picture is left to typst."""

import io
import re
import zlib

import numpy as np
import pytest
from docx import Document
from PIL import Image

from geo.documents.png_page import png_page
from geo.documents.typst_pdf import pdf_by_typst
from tests.documents.bureau import DAY, saved

PIXELS = np.arange(4 * 3 * 3, dtype=np.uint8).reshape(3, 4, 3)


def png(mode="RGB", **kinds):
    out = io.BytesIO()
    Image.fromarray(PIXELS).convert(mode).save(out, "PNG", **kinds)
    return out.getvalue()


def unfiltered(data, across):
    """Undo PNG's filters by the book (PNG specification, 9.2) for rows of ``across`` colour pixels."""
    rows, before = [], bytes(across * 3)
    for at in range(0, len(data), across * 3 + 1):
        kind, line = data[at], bytearray(data[at + 1 : at + 1 + across * 3])
        for i in range(len(line)):
            left, up = line[i - 3] if i > 2 else 0, before[i]
            corner = before[i - 3] if i > 2 else 0
            guess = left + up - corner
            nearest = min((left, up, corner), key=lambda v: abs(guess - v))
            line[i] = (line[i] + (0, left, up, (left + up) // 2, nearest)[kind]) % 256
        rows.append(bytes(line))
        before = rows[-1]
    return b"".join(rows)


def test_the_page_holds_the_pixels_and_says_how_to_read_them():
    page = png_page(png(), width_mm=25.4, height_mm=50.8)
    assert b"/MediaBox[0 0 72.0000 144.0000]" in page
    assert b"/Width 4/Height 3/ColorSpace/DeviceRGB/BitsPerComponent 8" in page
    assert b"/Predictor 15/Colors 3/BitsPerComponent 8/Columns 4" in page
    packed = re.search(rb"DeviceRGB.*?stream\n(.*)\nendstream", page, re.DOTALL)[1]
    assert unfiltered(zlib.decompress(packed), 4) == PIXELS.tobytes()
    # Every object stands where the table says.
    for number, place in enumerate(re.findall(rb"(\d{10}) 00000 n", page), 1):
        assert page[int(place) :].startswith(b"%d 0 obj" % number)


@pytest.mark.parametrize(
    "data",
    [png("RGBA"), png("P"), png("L"), png(transparency=(0, 0, 0)), png()[:-20], png()[:60], b"", b"\x89PNG\r\n\x1a\n",
     png().replace(b"IDAT", b"IDAS"), png()[:50] + b"\0\0" + png()[52:]],
    ids=["alpha", "palette", "grey", "one colour clear", "cut", "cut early", "empty", "bare", "no data", "flipped"],
)  # fmt: skip
def test_what_is_no_plain_opaque_picture_is_left_to_typst(data):
    assert png_page(data, width_mm=10, height_mm=10) is None


def test_typst_takes_the_page_over_without_packing_it_anew():
    document = Document()
    document.add_paragraph().add_run().add_picture(io.BytesIO(png()))
    done = pdf_by_typst(saved(document), title="报告", as_at=DAY)
    packed = re.search(rb"IDAT(.*?).{4}\0\0\0\0IEND", png(), re.DOTALL)[1]
    assert packed in done
