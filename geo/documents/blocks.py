"""Loops and conditions of a template as text of their own, so that ``report --check`` can work them out again.

A value inside a loop has no meaning outside it; the whole outermost block has. It is kept as the template's words,
tags of Word tables and paragraphs made plain ones, and rendered again in the same sandbox; what is no text stays open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from geo.documents.tokens import TAG, plain_tag, texts_of

_WORD: Final = re.compile(r"\{%[-+]?\s*(\w+)")
_OPENING, _CLOSING = ("for", "if"), ("endfor", "endif")
#: Tags of docxtpl that shape cells and say nothing.
_SHAPES: Final = ("vm", "hm", "cellbg", "colspan", "rowspan")


def blocks_of(package: Any) -> list[str]:
    """List the outermost loops and conditions of every part that is filled."""
    found: list[str] = []
    for part in package.iter_parts():
        found += _outermost("\n".join(texts_of(part)))
    return list(dict.fromkeys(found))


def _outermost(text: str) -> Iterator[str]:
    depth, start = 0, 0
    for match in TAG.finditer(text):
        word = _WORD.match(plain_tag(match.group()))
        kind = word.group(1) if word else ""
        if kind in _OPENING:
            start = match.start() if depth == 0 else start
            depth += 1
        elif kind in _CLOSING and depth:
            depth -= 1
            if depth == 0:
                yield TAG.sub(_plain, text[start : match.end()])


def _plain(match: re.Match[str]) -> str:
    tag = plain_tag(match.group())
    word = _WORD.match(tag)
    return "" if word and word.group(1) in _SHAPES else tag
