"""Points without headings, as people paste them from a letter or a chat: two coordinates on a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from geo.errors import Problem
from geo.sites.angles import find_angles
from geo.sites.coordinates import HINT, Number, Table, coordinate
from geo.sites.grid import split_text
from geo.sites.magnitude import CHINA
from geo.sites.plots import Break

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo.sites.grid import GridRow
    from geo.sites.limits import Budget

_PAIR: Final = 2
_SPACED: Final = (6, 7)
_LEAST_EASTING: Final = 100_000
_DIGITS_OF_A_POINT: Final = 8
"""A line among points with so many digits is a point that could not be read, not a remark."""


def read_pasted(rows: Sequence[GridRow], *, shown: Path, budget: Budget) -> Table:
    """Read rows line by line; what looks like a damaged point is a problem, never passed over."""
    table = Table("")
    found = [(row, *_pair_in(row, shown)) for row in rows]
    points = [at for at, (_, pair, _, _) in enumerate(found) if pair]
    for at, (row, pair, label, seen) in enumerate(found):
        if pair is None:
            among = bool(points) and points[0] < at < points[-1]
            if (points and seen) or (among and _digits(row.text) >= _DIGITS_OF_A_POINT):
                words = f"「{row.text[:40]}」读不出两个坐标"
                table.problems.append(Problem(shown, row.line, 0, words, HINT))
            table.events.append(Break(row.line, row.text))
            continue
        if fault := next((number.fault for number in pair if number.fault), ""):
            words = f"坐标「{row.text[:40]}」有误：{fault}"
            table.problems.append(Problem(shown, row.line, 0, words, HINT))
            continue
        budget.spend(vertices=1)
        table.add(row.line, pair, label=label)
    table.words = "\n".join(event.text for event in table.events if isinstance(event, Break))
    return table


def _digits(text: str) -> int:
    return sum(character.isdigit() for character in text)


def _pair_in(row: GridRow, shown: Path) -> tuple[tuple[Number, Number] | None, str, bool]:
    """Find two coordinates in a row: the pair, the point number before it, whether one was seen."""
    signed = find_angles(row.text)
    if len(signed) == _PAIR:
        first, second = (coordinate(text) for text in signed)
        label = row.text.partition(signed[0])[0].split("\t")[0].strip(" ,:;")
        if first and second:
            return (first, second), label, True
    cells = list(row.cells)
    if len(cells) == 1 and row.text:
        cells = list(split_text(row.text, shown=shown)[0].cells)
    if spaced := _spaced(cells):
        return spaced, cells[0] if len(cells) == _SPACED[1] else "", True
    found = [(at, number) for at, text in enumerate(cells) if (number := _telling(text))]
    if len(found) < _PAIR:
        return None, "", bool(found or signed)
    (at, first), (_, second) = found[0], found[1]
    return (first, second), cells[at - 1] if at else "", True


def _spaced(cells: list[str]) -> tuple[Number, Number] | None:
    """Read ``[number] 112 52 30.5 36 18 20.3`` cut at every blank."""
    tail = cells[-6:]
    if len(cells) not in _SPACED or not all(re.fullmatch(r"\d{1,3}(\.\d+)?", c) for c in tail):
        return None
    if any("." in tail[at] for at in (0, 1, 3, 4)):
        return None
    first, second = coordinate("-".join(tail[:3])), coordinate("-".join(tail[3:]))
    return (first, second) if first and second else None


def _telling(text: str) -> Number | None:
    """Accept a cell as a coordinate only when little else looks like it."""
    number = coordinate(text.rpartition("=")[2].strip() if "=" in text else text)
    if number is None or number.decimal == "dms":
        return number
    if number.decimal == "plane":
        return number if number.value >= _LEAST_EASTING else None
    sized = CHINA[1] <= number.value <= CHINA[2] and re.search(r"\.\d", number.decimal)
    return number if sized else None
