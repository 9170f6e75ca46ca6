"""A Word table as typst source: merged cells, lines, and rows that keep together.

Cells are written as plain strings where they can be, and what most of a column's cells share is said once: a
thousand cells each with a look of their own take typst hundreds of megabytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from docx.oxml.ns import qn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

#: A cell of one text in the table's own look.
_PLAIN: Final = re.compile(r'#("(?:[^"\\]|\\.)*");')
_NO_LINE: Final = ("nil", "none")
#: What a row that must not be parted may be high at most, lines of the type below; typst would lose what is higher than a page.
_MOST_LINES: Final = 40
_TYPE_TWIPS: Final = 180
#: Rows that keep together are spanned by a cell without width: typst breaks no page in a cell that is not breakable.
_SPAN: Final = "table.cell(inset: 0pt, stroke: none, rowspan: {}, breakable: {})[]"


@dataclass(frozen=True)
class _Cell:
    across: int
    down: int
    way: str
    inner: str
    open_sides: tuple[str, ...]
    tall: bool


def table_source(
    table: Any, *, lined: bool, held_in: Callable[[Any], Iterator[tuple[str, str]]]
) -> str:
    """Write a table.

    Args:
        table: The ``w:tbl``.
        lined: Draw lines.
        held_in: Sets what a cell holds: of each paragraph or table its alignment and source.
    """
    grid = [c.get(qn("w:w"), "1000") for c in table.findall(f"{qn('w:tblGrid')}/{qn('w:gridCol')}")]
    lines = table.findall(qn("w:tr"))
    wide = [int(width) for width in grid]
    rows = [list(_cells(row, lines[at + 1 :], wide, held_in)) for at, row in enumerate(lines)]
    heads = next((at for at, row in enumerate(lines) if not _is_head(row)), len(lines))
    full = (row for row in rows[heads:] if len(row) == len(grid))
    ways = [cell.way for cell in next(full, [])]
    keeps = [_keeps(row) for row in lines]
    whole = all(keeps[:-1])
    spans = {} if whole else dict(_spans(keeps, heads))
    said = [", ".join(_written(row, ways)) for row in rows]
    if any(not loose for _, loose in spans.values()):
        grid.append("")
        for at, (down, loose) in spans.items():
            said[at] += f", {_SPAN.format(down, str(loose).lower())}"
    head, body = ", ".join(said[:heads]), ",\n".join(said[heads:])
    columns = ", ".join(f"{width}fr" if width else "0pt" for width in grid)
    aligned = ", ".join(f"{way} + horizon" for way in ways or ["left"])
    return (
        f"#block(width: 100%, breakable: {str(not whole).lower()})[#set par(justify: false)\n#set table.cell(breakable: false)\n"
        f"#table(columns: ({columns},), stroke: {'0.5pt' if lined else 'none'}, inset: (x: 3pt, y: 3pt), "
        f"align: ({aligned},), {f'table.header({head}),' if head else ''}\n{body})]"
    )


def _cells(
    row: Any, below: Sequence[Any], wide: Sequence[int],
    held_in: Callable[[Any], Iterator[tuple[str, str]]],
) -> Iterator[_Cell]:  # fmt: skip
    """Read the cells of a row; one merged with the row above belongs to that one."""
    start = 0
    whole = row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None
    for cell in row.findall(qn("w:tc")):
        across = _span(cell)
        merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
        if merge is None or merge.get(qn("w:val")) == "restart":
            down = 1 if merge is None else 1 + _merged_below(below, start)
            held = list(held_in(cell))
            ways = {way for way, _ in held}
            way = ways.pop() if len(ways) == 1 else "left"
            inner = "\n\n".join(o if w == way else f"#align({w})[{o}]" for w, o in held)
            room = max(sum(wide[start : start + across]) // _TYPE_TWIPS, 1)
            letters = sum(len(text.text or "") for text in cell.iter(qn("w:t")))
            tall = not whole or letters // room > _MOST_LINES
            yield _Cell(across, down, way, inner, _open_sides(cell), tall)
        start += across


def _written(row: Sequence[_Cell], ways: Sequence[str]) -> Iterator[str]:
    start = 0
    for cell in row:
        usual = ways[start] if start < len(ways) and len(row) == len(ways) else None
        told = {"colspan": str(cell.across), "rowspan": str(cell.down)}
        if cell.tall:
            told["breakable"] = "true"
        if cell.way != usual:
            told["align"] = f"{cell.way} + horizon"
        if cell.open_sides:
            told["stroke"] = f"({', '.join(f'{side}: none' for side in cell.open_sides)})"
        said = ", ".join(f"{key}: {value}" for key, value in told.items() if value != "1")
        plain = _PLAIN.fullmatch(cell.inner)
        held = plain.group(1) if plain else f"[{cell.inner}]"
        yield f"table.cell({said}, {held})" if said else held
        start += cell.across


def _spans(keeps: Sequence[bool], heads: int) -> Iterator[tuple[int, tuple[int, bool]]]:
    """Part the rows into those that keep together and loose ones: first row, count, and whether a page may end inside."""
    at = 0
    while at < len(keeps):
        end, loose = at + 1, at < heads or not keeps[at]
        if at < heads:
            end = heads
        elif loose:
            while end < len(keeps) and not keeps[end]:
                end += 1
        else:
            while end < len(keeps) and keeps[end - 1]:
                end += 1
        yield at, (end - at, loose)
        at = end


def _is_head(row: Any) -> bool:
    return row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None


def _keeps(row: Any) -> bool:
    """Tell whether a row keeps with the next, by its first paragraph as in Word."""
    return next(row.iter(qn("w:p"))).find(f"{qn('w:pPr')}/{qn('w:keepNext')}") is not None


def _open_sides(cell: Any) -> tuple[str, ...]:
    borders = cell.find(f"{qn('w:tcPr')}/{qn('w:tcBorders')}")
    sides = () if borders is None else ("top", "left", "bottom", "right")
    held = {side: borders.find(qn(f"w:{side}")) for side in sides}
    return tuple(s for s, line in held.items() if line is not None and line.get(qn("w:val")) in _NO_LINE)  # fmt: skip


def _span(cell: Any) -> int:
    span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
    return 1 if span is None else int(span.get(qn("w:val")))


def _merged_below(rows: Sequence[Any], start: int) -> int:
    """Count the rows whose cell at a column goes on from the one above."""
    count = 0
    for row in rows:
        at, goes_on = 0, False
        for cell in row.findall(qn("w:tc")):
            merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
            goes_on = goes_on or (
                at == start and merge is not None and merge.get(qn("w:val")) != "restart"
            )
            at += _span(cell)
        if not goes_on:
            return count
        count += 1
    return count
