"""Indicators as charts need them: printed values read as numbers, or told in the plan's words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from geo.spec.indicators import IndicatorRow

Bound = Literal["", "≤", "≥"]
_NUMBER: Final = re.compile(r"([<>≤≥]?)\s*(-?\d+(?:\.\d+)?)\s*(.*)")
#: ``<`` and ``>`` are drawn as the side they allow; the printed sign stands beside the row.
_BOUNDS: Final[dict[str, Bound]] = {"": "", "<": "≤", "≤": "≤", ">": "≥", "≥": "≥"}
_DASHES: Final = frozenset({"", "/", "-", "--", "—", "——", "–"})
_NOT_GIVEN: Final = "未列"


@dataclass(frozen=True)
class Value:
    """A printed number with the side it allows."""

    number: float
    bound: Bound = ""


def printed_number(text: str, *, unit: str = "") -> Value | None:
    """Read a value as printed; a unit that is printed with it must be the indicator's own.

    >>> printed_number("≤44", unit="μg/m³"), printed_number("79.8%", unit="%")
    (Value(number=44.0, bound='≤'), Value(number=79.8, bound=''))
    >>> printed_number(""), printed_number("基本消除"), printed_number("6.77 吨/标煤", unit="%")
    (None, None, None)
    """
    found = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None
    sign, number, rest = found.groups()
    own = unicodedata.normalize("NFKC", unit).replace(" ", "")
    return Value(float(number), _BOUNDS[sign]) if rest.replace(" ", "") in ("", own) else None


@dataclass(frozen=True)
class Track:
    """One indicator that can be drawn: its base, and the targets that are numbers, by year."""

    row: IndicatorRow
    base: Value
    targets: tuple[tuple[str, Value], ...]


def tracks_of(rows: Sequence[IndicatorRow]) -> tuple[tuple[Track, ...], tuple[IndicatorRow, ...]]:
    """Part the indicators into those with numbers at both ends, and the others, in the plan's order."""
    drawn: list[Track] = []
    worded: list[IndicatorRow] = []
    for row in rows:
        base = printed_number(row.base, unit=row.unit)
        read = {y: printed_number(t, unit=row.unit) for y, t in sorted(row.targets.items())}
        targets = tuple((year, value) for year, value in read.items() if value is not None)
        if base is not None and targets:
            drawn.append(Track(row, base, targets))
        else:
            worded.append(row)
    return tuple(drawn), tuple(worded)


def unit_of(row: IndicatorRow) -> str:
    """Return the unit as printed; a dash in its place is none."""
    return "" if row.unit.strip() in _DASHES else row.unit.strip()


def _printed(text: str) -> str:
    return _NOT_GIVEN if text.strip() in _DASHES else text.strip()


def arrows(row: IndicatorRow) -> str:
    """Return base and targets as printed, in the order of years."""
    return " → ".join(_printed(t) for t in (row.base, *(t for _, t in sorted(row.targets.items()))))


def words(row: IndicatorRow) -> str:
    """Tell an indicator in one line, every value with its year."""
    unit, year = unit_of(row), f"{row.base_year}年" if row.base_year else "基期"
    values = [f"{year} {_printed(row.base)}"]
    values += [f"{y}年 {_printed(t)}" for y, t in sorted(row.targets.items())]
    kind = f"，{row.kind}" if row.kind else ""
    head = f"{row.name}{f'（{unit}）' if unit else ''}{' *' if row.note else ''}{kind}"
    return f"{head}：{' → '.join(values)}"
