r"""Numbers in a report somebody has worked on: captions counted again, references and cells compared.

A number that Word has worked out anew after an insertion is right; one typed over is not. So each ``SEQ`` is counted
as Word counts it (ECMA-376 part 1, 17.16.5.56: ``\r`` begins anew, ``\s`` does at each heading of that level) and
compared with what is shown.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from docx import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from geo.documents.styles import Styles
from geo.documents.template import OPEN
from geo.documents.word_table import is_note

_RESTART: Final = re.compile(r"\\r\s*(\d+)")
_BY_LEVEL: Final = re.compile(r"\\s\s*(\d)")
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_ANY_NUMBER: Final = r"\d+(?:\.\d+)?"
_PIECES: Final = re.compile(rf"(\d+(?:\.\d+)?|{OPEN})")
#: Words enough to know a sentence by.
_SURE: Final = 6
_LABELS: Final = ("图", "表", "附图", "附表")


@dataclass(frozen=True)
class Field:
    """A field as it stands: its instruction, what it shows, and its paragraph."""

    words: tuple[str, ...]
    instruction: str
    shown: str
    paragraph: Any


class Worked:
    """A report as it is now, edited or not."""

    def __init__(self, data: bytes) -> None:
        self.document = Document(io.BytesIO(data))
        self.marks: dict[str, Any] = {
            str(mark.get(qn("w:name"))): mark
            for mark in self.document.element.body.iter(qn("w:bookmarkStart"))
        }
        core = self.document.core_properties
        told = [core.title, core.subject, core.comments, core.keywords]
        for part in self.document.part.package.iter_parts():
            if str(part.partname).startswith("/word/") and hasattr(part, "element"):
                told += [_text(p) for p in part.element.iter(qn("w:p"))]
        self._text = _bare("\n".join(filter(None, told)))

    def holds(self, value: str) -> bool:
        """Tell whether a value still stands anywhere, however it is spaced."""
        return _bare(value) in self._text

    def line(self, text: str) -> Literal["there", "other numbers", "reworded"]:
        """Tell whether a sentence still stands, or stands with other numbers in it.

        Args:
            text: The sentence as it was written; at :data:`OPEN` anything may stand.
        """
        bare = _bare(text)
        if re.search(".*?".join(map(re.escape, bare.split(OPEN))), self._text):
            return "there"
        words = _NUMBER.sub("", bare.replace(OPEN, ""))
        pattern = "".join(
            ".*?"
            if piece == OPEN
            else _ANY_NUMBER
            if _NUMBER.fullmatch(piece)
            else re.escape(piece)
            for piece in _PIECES.split(bare)
        )
        # A short sentence with a number would be found anywhere.
        sure = len(words) >= _SURE and _NUMBER.search(bare)
        return "other numbers" if sure and re.search(pattern, self._text) else "reworded"

    def picture(self, bookmark: str) -> bytes | None:
        """Return the picture over a caption; ``None`` when the caption, or a picture over it, is gone."""
        mark = self.marks.get(bookmark)
        before = None if mark is None else next(mark.iterancestors(qn("w:p"))).getprevious()
        blip = None if before is None else next(before.iter(qn("a:blip")), None)
        if blip is None:
            return None
        part = self.document.part.related_parts.get(blip.get(qn("r:embed")))
        return None if part is None else part.blob

    def is_cropped(self, bookmark: str) -> bool:
        """Tell whether the picture over a caption shows only a part of itself."""
        mark = self.marks.get(bookmark)
        before = None if mark is None else next(mark.iterancestors(qn("w:p"))).getprevious()
        held = [] if before is None else list(before.iter(qn("a:srcRect")))
        return any(int(value) > 0 for rect in held for value in rect.attrib.values())

    def cells(self, bookmark: str) -> tuple[tuple[str, ...], ...] | None:
        """Return the cells of the table under a caption; ``None`` when there is none."""
        mark = self.marks.get(bookmark)
        if mark is None:
            return None
        after = next(mark.iterancestors(qn("w:p"))).getnext()
        if after is None or after.tag != qn("w:tbl"):
            return None
        rows = after.findall(qn("w:tr"))
        held = rows[:-1] if rows and is_note(rows[-1]) else rows
        return tuple(_cells(row) for row in held)

    def wrong_numbers(self, recorded: Mapping[str, str]) -> Iterator[str]:
        r"""Tell each number of a caption, and each reference, that shows something else than it comes to.

        Args:
            recorded: Numbers as they were written, by bookmark. One that still reads so is right whatever its field
                says: LibreOffice leaves the restarts out when it saves.
        """
        same = {
            next(self.marks[name].iterancestors(qn("w:p")))
            for name, number in recorded.items()
            if name in self.marks and _marked(self.marks[name]).strip() == number
        }
        yield from _miscounted(self.document, same)
        for field in _fields(self.document):
            if field.words[0] == "REF" and len(field.words) > 1:
                yield from self._misreferred(field)

    def _misreferred(self, field: Field) -> Iterator[str]:
        mark = self.marks.get(field.words[1])
        if mark is None:
            if field.words[1].startswith("_Ref"):
                yield f"交叉引用“{field.shown}”所指的题注已不在（段落“{_text(field.paragraph)[:40]}”）"
            return
        meant = _marked(mark)
        if meant and field.shown.strip() != meant.strip():
            yield f"交叉引用写作“{field.shown}”，所指的题注是“{meant}”（段落“{_text(field.paragraph)[:40]}”）"


def _miscounted(document: Any, same: set[Any]) -> Iterator[str]:
    counts: dict[str, int] = {}
    begun: dict[str, int] = {}
    by_paragraph: dict[Any, list[Field]] = {}
    for field in _fields(document):
        if field.words[0] == "SEQ" and field.words[1] in _LABELS:
            by_paragraph.setdefault(field.paragraph, []).append(field)
    styles = Styles(document)
    for element in document.element.body.iter(qn("w:p")):
        level = styles.heading_level(Paragraph(element, document._body))  # noqa: SLF001
        if level is not None:
            begun = {label: min(level, begun.get(label, 9)) for label in _LABELS}
        for held in by_paragraph.get(element, ()):
            told = _judged(held, counts, begun)
            if told and element not in same:
                yield told


def _judged(field: Field, counts: dict[str, int], begun: dict[str, int]) -> str:
    """Count one field, and tell what it should show when it shows something else."""
    label = field.words[1]
    restart, by_level = _RESTART.search(field.instruction), _BY_LEVEL.search(field.instruction)
    if by_level and begun.get(label, 9) <= int(by_level.group(1)):
        counts[label] = 0
    begun[label] = 9
    counts[label] = int(restart.group(1)) if restart else counts.get(label, 0) + 1
    if field.shown.strip() == str(counts[label]):
        return ""
    shown = field.shown.strip() or "空白"
    return f"题注“{_text(field.paragraph)[:40]}”的编号是 {shown}，按次序应为 {counts[label]}"


def _fields(document: Any) -> Iterator[Field]:
    """List the fields that number and refer, in the order they end; those inside others come first."""
    open_fields: list[dict[str, Any]] = []
    for element in document.element.body.iter(qn("w:fldChar"), qn("w:instrText"), qn("w:t")):
        if element.tag != qn("w:fldChar"):
            for field in open_fields[-1:]:
                field[field["part"]] += element.text or ""
            continue
        kind = element.get(qn("w:fldCharType"))
        if kind == "begin":
            paragraph = next(element.iterancestors(qn("w:p")))
            open_fields.append({"code": "", "shown": "", "part": "code", "paragraph": paragraph})
        elif open_fields and kind == "separate":
            open_fields[-1]["part"] = "shown"
        elif open_fields:
            made = open_fields.pop()
            words = tuple(made["code"].split())
            if len(words) > 1 and words[0] in ("SEQ", "REF"):
                yield Field(words, made["code"], made["shown"], made["paragraph"])


def _marked(mark: Any) -> str:
    """Return what a bookmark spans, within its paragraph."""
    out = ""
    for element in mark.itersiblings():
        if element.tag == qn("w:bookmarkEnd") and element.get(qn("w:id")) == mark.get(qn("w:id")):
            break
        out += "".join(t.text or "" for t in element.iter(qn("w:t")))
    return out


def _cells(row: Any) -> tuple[str, ...]:
    """Read a row; a cell across several columns is followed by empty ones."""
    out: list[str] = []
    for cell in row.findall(qn("w:tc")):
        span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
        across = 1 if span is None else int(span.get(qn("w:val"), "1"))
        out += ["".join(_text(p) for p in cell.iter(qn("w:p"))), *[""] * (across - 1)]
    return tuple(out)


def _bare(text: str) -> str:
    return "".join(text.split())


def _text(paragraph: Any) -> str:
    return "".join(t.text or "" for t in paragraph.iter(qn("w:t")))


def differing_cell(
    now: tuple[tuple[str, ...], ...], meant: Mapping[int, tuple[str, ...]]
) -> str | None:
    """Tell the first cell that is not what was written; rows counted from the head, 0.

    >>> differing_cell((("名", "公顷"), ("甲", "2")), {0: ("名", "公顷"), 1: ("甲", "1")})
    '第 1 行“公顷”是 2，应为 1'
    """
    for row, cells in meant.items():
        found = now[row] if row < len(now) else ()
        for at, text in enumerate(cells):
            shown = found[at] if at < len(found) else "（没有）"
            if shown.strip() != text.strip():
                return f"第 {row} 行“{meant[0][at]}”是 {shown}，应为 {text}"
    return None if len(now) == len(meant) else f"表有 {len(now) - 1} 行，应为 {len(meant) - 1} 行"
