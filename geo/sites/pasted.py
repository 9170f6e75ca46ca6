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
_CORNERS: Final = 3
_ONE_A_LINE: Final = "请每行写一个点，只保留一套坐标"
_Pair = tuple[Number, Number]
_SPACED: Final = (6, 7)
_LEAST_EASTING: Final = 100_000
_DIGITS_OF_A_POINT: Final = 8
"""A line among points with so many digits is a point that could not be read, not a remark."""


def read_pasted(rows: Sequence[GridRow], *, shown: Path, budget: Budget) -> Table:
    """Read rows line by line; what looks like a damaged point is a problem, never passed over."""
    table = Table("")
    found = [(row, *_pairs_in(row, shown)) for row in rows]
    points = [at for at, (_, pairs, _, _) in enumerate(found) if pairs]
    for at, (row, pairs, label, seen) in enumerate(found):
        if not pairs:
            among = bool(points) and points[0] < at < points[-1]
            if (points and seen) or (among and _digits(row.text) >= _DIGITS_OF_A_POINT):
                words = f"「{row.text[:40]}」读不出两个坐标"
                table.problems.append(Problem(shown, row.line, 0, words, HINT))
            table.events.append(Break(row.line, row.text))
            continue
        numbers = [number for pair in pairs for number in pair]
        if fault := next((number.fault for number in numbers if number.fault), ""):
            words = f"坐标「{row.text[:40]}」有误：{fault}"
            table.problems.append(Problem(shown, row.line, 0, words, HINT))
            continue
        if len(pairs) > 1 and not _in_a_row(pairs, alone=len(points) == 1):
            words = f"「{row.text[:40]}」一行有 {len(numbers)} 个坐标数，不知是几个点还是几套坐标"
            table.problems.append(Problem(shown, row.line, 0, words, _ONE_A_LINE))
            continue
        budget.spend(vertices=len(pairs))
        for pair in pairs:
            table.add(row.line, pair, label=label)
    table.words = "\n".join(event.text for event in table.events if isinstance(event, Break))
    return table


def _in_a_row(pairs: Sequence[_Pair], *, alone: bool) -> bool:
    """Tell whether several pairs on one line are corners, not one corner in several systems.

    They are when the line holds three corners or more of one kind and stands alone, as pasted from a chat.
    """
    kinds = {"plane" if n.decimal == "plane" else "angle" for pair in pairs for n in pair}
    return alone and len(pairs) >= _CORNERS and len(kinds) == 1


def _digits(text: str) -> int:
    return sum(character.isdigit() for character in text)


def _pairs_in(row: GridRow, shown: Path) -> tuple[list[_Pair], str, bool]:
    """Find coordinates in a row, two by two; the point number before them; whether any was seen.

    A single number left over (a height, a distance) is no coordinate.
    """
    signed = find_angles(row.text)
    if len(signed) >= _PAIR and len(signed) % _PAIR == 0:
        angles = [coordinate(text) for text in signed]
        label = row.text.partition(signed[0])[0].split("\t")[0].strip(" ,:;")
        if all(angles):
            return _paired([a for a in angles if a]), label if len(signed) == _PAIR else "", True
    cells = list(row.cells)
    if len(cells) == 1 and row.text:
        cells = list(split_text(row.text, shown=shown)[0].cells)
    if spaced := _spaced(cells):
        return [spaced], cells[0] if len(cells) == _SPACED[1] else "", True
    found = [(at, number) for at, text in enumerate(cells) if (number := _telling(text))]
    # Commas and blanks by turns: "112.80,36.32 112.81,36.32", "1，X=4021718.94 Y=38392240.00".
    tokens = re.split(r"[\s,;|、]+", row.text)
    finer = [(at, number) for at, text in enumerate(tokens) if (number := _telling(text))]
    if len(finer) > len(found) and (len(found) < _PAIR or len(finer) >= 2 * _PAIR):
        cells, found = tokens, finer
    if len(found) < _PAIR:
        return [], "", bool(found or signed)
    at = found[0][0]
    return _paired([number for _, number in found]), cells[at - 1] if at else "", True


def _paired(numbers: Sequence[Number]) -> list[_Pair]:
    return list(zip(numbers[::2], numbers[1::2], strict=False))


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
