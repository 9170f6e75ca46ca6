"""Pictures put into an open Word document, whatever styles it has."""

from __future__ import annotations

import io
from typing import Any, Final

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm

from geo.documents.sections import Area
from geo.exhibits import Figure

#: Room under a picture for its caption and sources.
_CAPTION_MM: Final = 16.0


def style_of(document: Any, name: str) -> Any:
    """Return a paragraph style by its built-in name, made plain when the template lacks it."""
    for style in document.styles:
        if style.type == WD_STYLE_TYPE.PARAGRAPH and (style.name or "").lower() == name.lower():
            return style
    return document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=True)


def unindented(holder: Any) -> Any:
    """Give a paragraph or style no first-line indent, in characters neither; return it.

    The two characters (``firstLineChars``) of a Chinese template's text go before any length in Word.
    """
    holder.paragraph_format.first_line_indent = 0
    holder.paragraph_format.element.pPr.find(qn("w:ind")).set(qn("w:firstLineChars"), "0")
    return holder


def insert_figure(document: Any, paragraph: Any, figure: Figure, area: Area) -> float:
    """Put a picture into an empty paragraph, as wide as asked and as the page allows; return the share of that width."""
    # A template's exact line spacing would cut the picture to one line's height.
    paragraph.style = style_of(document, "Normal")
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    look = unindented(paragraph).paragraph_format
    look.keep_with_next, look.line_spacing = True, 1.0
    picture = paragraph.add_run().add_picture(io.BytesIO(figure.png))
    ratio = picture.height / picture.width
    width = min(figure.width_mm, area.width_mm, (area.height_mm - _CAPTION_MM) / ratio)
    picture.width, picture.height = Mm(width), Mm(width * ratio)
    properties = picture._inline.docPr  # noqa: SLF001 - python-docx has no alt text
    properties.set("descr", figure.alt)
    properties.set("name", figure.id)
    return float(width / figure.width_mm)
