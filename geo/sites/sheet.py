"""Tables of points — Excel, CSV, or pasted from Word or a chat — to drawings."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from geo.errors import InputError, Problem
from geo.sites.angles import could_be_packed, find_angles, parse_angle, step_of
from geo.sites.claims import Claims, claims_in
from geo.sites.columns import (
    DECIMAL_WORDS,
    PACKED_WORDS,
    POINT_WORDS,
    Columns,
    find_columns,
    is_heading,
)
from geo.sites.drawing import Draft
from geo.sites.features import one_table
from geo.sites.grid import GridRow, split_text
from geo.sites.limits import Budget, refuse
from geo.sites.plots import Break, TablePoint, drawings_of
from geo.sites.text import narrow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from geo.sites.site import SiteSource

_PLANE: Final = re.compile(
    r"(?:[XYNE][^\d\-+]{0,4})?([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?)\s*(?:m|米)?",
    re.IGNORECASE,
)
_LEAST_PLANE: Final = 1000.0
_MOST_PROBLEMS: Final = 50
_LABEL_AT_MOST: Final = 20
_HINT: Final = "应为度（112.5083）、度分秒（112°30′30″）或以米为单位的平面坐标"


@dataclass(frozen=True)
class _Number:
    """One coordinate as read from a cell."""

    value: float
    step: float
    decimal: str = ""
    lat: bool | None = None
    fault: str = ""


@dataclass
class _Table:
    """What one sheet yields."""

    events: list[TablePoint | Break]
    decimals: list[str]
    problems: list[Problem]
    words: str
    north_first: bool | None = None

    @property
    def filled(self) -> bool:
        """True when the sheet holds any coordinates or a fault where some should be."""
        return bool(self.problems) or any(isinstance(e, TablePoint) for e in self.events)


def read_sheets(
    sheets: Mapping[str, Sequence[GridRow]],
    source: SiteSource,
    *,
    shown: Path,
    table: str | None = None,
) -> Draft:
    """Read the one sheet that has coordinates.

    Raises:
        InputError: No sheet has any, several do and none is named, or cells that cannot be read.
    """
    budget = Budget(shown)
    tables = {name: _table(rows, shown, budget) for name, rows in sheets.items()}
    names = [name for name, read in tables.items() if read.filled]
    if not names:
        hint = "表格应有坐标列（X、Y 或 经度、纬度），每行一个点"
        raise refuse(shown, "没有找到坐标", hint)
    chosen = tables[one_table(names, table if table in names else None, shown=shown, what="工作表")]
    separate = bool(POINT_WORDS.search(chosen.words))
    drawings, problems = drawings_of(
        chosen.events, words=chosen.words, separate=separate, shown=shown
    )
    if problems := [*chosen.problems, *problems]:
        raise InputError(sorted(problems)[:_MOST_PROBLEMS])
    budget.spend(features=len(drawings))
    return Draft(tuple(drawings), _claims(chosen), source)


def _claims(table: _Table) -> Claims:
    """Collect what headings and titles say about the coordinates."""
    said = claims_in(table.words, by="表头")
    settled = DECIMAL_WORDS.search(table.words) or PACKED_WORDS.search(table.words)
    packed = not settled and could_be_packed(table.decimals)
    return replace(said, north_first=table.north_first, packed=packed)


def _table(rows: Sequence[GridRow], shown: Path, budget: Budget) -> _Table:
    """Read one sheet by its headings, or line by line when it has none."""
    found = find_columns(rows)
    if found is None:
        return _guessed(rows, shown, budget)
    end, groups = found
    words = narrow("\n".join(row.text for row in rows[:end]))
    table = _Table([], [], [], words, groups[0].north_first)
    packed = bool(PACKED_WORDS.search(words))
    body = list(rows[end:])
    table.events += [
        Break(row.line, row.text) for row in rows[: end - 1] if row.text and not is_heading(row)
    ]
    for group in groups:
        _read_group(body, group, table, (shown, budget), packed=packed)
    if len(groups) > 1:
        _side_by_side(table, shown)
    notes = [e.text for e in table.events if isinstance(e, Break)]
    table.words = "\n".join([words, *notes])
    return table


def _read_group(
    rows: Sequence[GridRow],
    columns: Columns,
    table: _Table,
    place: tuple[Path, Budget],
    *,
    packed: bool,
) -> None:
    """Read the rows of one group of columns; plot names merged downwards carry on."""
    shown, budget = place
    plot = ""
    for row in rows:
        first, second = (_joined(row, at) for at in (columns.first, columns.second))
        if not (first or second) or is_heading(row):
            table.events.append(Break(row.line, "" if is_heading(row) else row.text))
            continue
        numbers = _coordinate(first, packed=packed), _coordinate(second, packed=packed)
        faults = [
            Problem(shown, row.line, 0, _complaint(text, number), _HINT)
            for text, number in zip((first, second), numbers, strict=True)
            if number is None or number.fault
        ]
        if numbers[0] is None and numbers[1] is None and not re.search(r"\d", first + second):
            table.events.append(Break(row.line, row.text))
            continue
        if faults or numbers[0] is None or numbers[1] is None:
            table.problems += faults
            continue
        budget.spend(vertices=1)
        plot = row.cell(columns.plot) or plot
        label = row.cell(columns.label)
        if columns.label < 0 and _is_label(plot):
            plot, label = "", row.cell(columns.plot)
        texts = (label[:_LABEL_AT_MOST], plot, row.cell(columns.ring), row.cell(columns.area))
        _add(table, row.line, (numbers[0], numbers[1]), texts)


def _is_label(name: str) -> bool:
    """Tell a point number in a column headed 名称 from a plot's name."""
    return re.fullmatch(r"(?:[A-Za-z]{0,3}|拐点|界址点|点)-?\d{1,5}[号#点]?", name) is not None


def _complaint(text: str, number: _Number | None) -> str:
    if not text:
        return "这一行缺少一个坐标"
    return (
        f"坐标「{text[:30]}」无法识别"
        if number is None
        else f"坐标「{text[:30]}」有误：{number.fault}"
    )


def _joined(row: GridRow, columns: tuple[int, ...]) -> str:
    """Join degrees, minutes and seconds of three columns."""
    parts = [row.cell(at).removesuffix(".0") for at in columns]
    if len(parts) == 1 or not any(parts):
        return parts[0]
    return "-".join(part or "0" for part in parts)


def _add(
    table: _Table, line: int, pair: tuple[_Number, _Number], texts: tuple[str, str, str, str]
) -> None:
    """Add one point and remember how its numbers were written."""
    first, second = pair
    label, plot, ring, area = texts
    table.events.append(
        TablePoint(
            line, first.value, second.value, max(first.step, second.step), label, plot, ring, area
        )
    )
    table.decimals += [number.decimal for number in pair]
    if table.north_first is None and first.lat is not None:
        table.north_first = first.lat


def _coordinate(text: str, *, packed: bool = False) -> _Number | None:
    """Read a cell as a plane coordinate or an angle; ``None`` when it is neither."""
    if hit := _PLANE.fullmatch(text.strip()):
        plain = hit[1].replace(",", "")
        if abs(float(plain)) >= _LEAST_PLANE:
            return _Number(float(plain), step_of(plain), decimal="plane")
    angle = parse_angle(text)
    if angle is None:
        return None
    lat = None if angle.axis is None else angle.axis == "lat"
    decimal = re.sub(r"[^\d.]", "", narrow(text)) if angle.decimal else "dms"
    if packed and angle.decimal:
        return _packed(decimal, lat)
    return _Number(angle.degrees, angle.step, decimal, lat, angle.fault)


def _packed(decimal: str, lat: bool | None) -> _Number:  # noqa: FBT001
    """Read a decimal whose heading says it is dd.mmss."""
    whole, _, rest = decimal.partition(".")
    digits = rest.ljust(4, "0")
    minutes, seconds = int(digits[:2]), float(f"{digits[2:4]}.{digits[4:] or 0}")
    fault = "分或秒大于等于 60" if minutes >= 60 or seconds >= 60 else ""  # noqa: PLR2004
    value = int(whole) + minutes / 60 + seconds / 3600
    return _Number(value, 10.0 ** -max(len(rest) - 4, 0) / 3600, "dms", lat, fault)


def _guessed(rows: Sequence[GridRow], shown: Path, budget: Budget) -> _Table:
    """Read rows without headings: a point is a line with two coordinates in it."""
    table = _Table([], [], [], narrow("\n".join(row.text for row in rows[:50])))
    titles = []
    for row in rows:
        pair, label = _pair_in(row, shown)
        if pair is None:
            table.events.append(Break(row.line, row.text))
            titles.append(row.text)
            continue
        faults = [n.fault for n in pair if n.fault]
        if faults:
            found = f"坐标「{row.text[:40]}」有误：{faults[0]}"
            table.problems.append(Problem(shown, row.line, 0, found, _HINT))
            continue
        budget.spend(vertices=1)
        _add(table, row.line, pair, (label[:_LABEL_AT_MOST], "", "", ""))
    table.words = "\n".join(titles)
    return table


def _pair_in(row: GridRow, shown: Path) -> tuple[tuple[_Number, _Number] | None, str]:
    """Find two coordinates in a row, and the point number before them."""
    signed = find_angles(row.text)
    if len(signed) == 2:  # noqa: PLR2004
        first, second = (_coordinate(text) for text in signed)
        label = row.text.partition(signed[0])[0].strip(" \t,:：;")
        if first and second:
            return (first, second), label.split("\t")[0]
    cells = list(row.cells)
    if len(cells) == 1:
        cells = list(split_text(row.text, shown=shown)[0].cells) if row.text else []
    if (spaced := _spaced(cells)) is not None:
        return spaced
    found = [(at, number) for at, text in enumerate(cells) if (number := _telling(text))]
    if len(found) < 2:  # noqa: PLR2004
        return None, ""
    (at, first), (_, second) = found[0], found[1]
    return (first, second), cells[at - 1] if at else ""


def _spaced(cells: list[str]) -> tuple[tuple[_Number, _Number], str] | None:
    """Read ``[number] 112 52 30.5 36 18 20.3`` cut at every blank."""
    if len(cells) not in (6, 7) or not all(re.fullmatch(r"\d{1,3}(\.\d+)?", c) for c in cells[-6:]):
        return None
    if any("." in cells[at] for at in (-6, -5, -3, -2)):
        return None
    first, second = _coordinate("-".join(cells[-6:-3])), _coordinate("-".join(cells[-3:]))
    return ((first, second), cells[0] if len(cells) == 7 else "") if first and second else None  # noqa: PLR2004


def _telling(text: str) -> _Number | None:
    """Accept a cell as a coordinate only when nothing else looks like it."""
    number = _coordinate(text.rpartition("=")[2].strip() if "=" in text else text)
    if number is None:
        return None
    if number.decimal in ("plane", "dms"):
        return number if number.decimal == "dms" or number.value >= 100_000 else None  # noqa: PLR2004
    sized = 3 <= number.value <= 136 and re.search(r"\.\d", number.decimal)  # noqa: PLR2004
    return number if sized else None


def _side_by_side(table: _Table, shown: Path) -> None:
    """Order the points of groups that stand side by side by their numbers."""
    points = [e for e in table.events if isinstance(e, TablePoint)]
    numbers = [int(hit[0]) if (hit := re.search(r"\d{1,6}", p.label)) else None for p in points]
    if None in numbers or len(set(numbers)) < len(numbers):
        found = "表中并排有多组坐标列，点号缺失或重复，无法确定各点的顺序和所用坐标系"
        table.problems.append(
            Problem(
                shown,
                points[0].line if points else 0,
                0,
                found,
                "请只保留一组坐标列（建议 2000 国家大地坐标系）",
            )
        )
        return
    order = sorted(range(len(points)), key=lambda i: numbers[i] or 0)
    table.events = [points[i] for i in order]
