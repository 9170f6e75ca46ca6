"""Tables of points — Excel, CSV, or pasted from Word or a chat — to drawings."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from geo.errors import InputError, Problem
from geo.sites.angles import could_be_packed
from geo.sites.claims import Claims, claims_in
from geo.sites.columns import (
    DECIMAL_WORDS,
    PACKED_WORDS,
    POINT_WORDS,
    Columns,
    find_columns,
    is_heading,
)
from geo.sites.coordinates import HINT, Number, Table, coordinate
from geo.sites.drawing import Draft
from geo.sites.features import one_table
from geo.sites.limits import Budget, refuse
from geo.sites.pasted import read_pasted
from geo.sites.plots import Break, TablePoint, Unread, drawings_of
from geo.sites.text import narrow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from geo.sites.grid import GridRow
    from geo.sites.site import SiteSource

_MOST_PROBLEMS: Final = 50
_POINT_NAME: Final = re.compile(r"(?:[A-Za-z]{0,3}|拐点|界址点|点)-?\d{1,5}[号#点]?")


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
    chosen = tables[one_table(names, table, shown=shown, what="工作表")]
    separate = bool(POINT_WORDS.search(chosen.words))
    drawings, problems = drawings_of(
        chosen.events, words=chosen.words, separate=separate, shown=shown
    )
    if problems := [*chosen.problems, *problems]:
        told = [d.problem for d in drawings if d.problem and d.problem.severity == "error"]
        raise InputError(sorted([*problems, *told])[:_MOST_PROBLEMS])
    budget.spend(features=len(drawings))
    return Draft(tuple(drawings), _claims(chosen), source)


def _claims(table: Table) -> Claims:
    """Collect what headings and titles say about the coordinates."""
    said = claims_in(table.words, by="表头")
    settled = DECIMAL_WORDS.search(table.words) or PACKED_WORDS.search(table.words)
    packed = not settled and could_be_packed(table.decimals)
    return replace(said, north_first=table.north_first, packed=packed)


def _table(rows: Sequence[GridRow], shown: Path, budget: Budget) -> Table:
    """Read one sheet by its headings, or line by line when it has none."""
    found = find_columns(rows)
    if found is None:
        return read_pasted(rows, shown=shown, budget=budget)
    end, groups = found
    if not groups:
        hint = "经度、纬度下面应各有 度、分、秒 三列，请补全表头"
        raise refuse(shown, f"第 {rows[end - 1].line} 行表头的 度、分、秒 不成对", hint)
    words = narrow("\n".join(row.text for row in rows[:end]))
    table = Table(words, groups[0].north_first)
    titles = [row for row in rows[: end - 1] if row.text and not is_heading(row)]
    table.events += [Break(row.line, row.text) for row in titles]
    others = _other_columns(rows[end - 1], groups)
    for group in groups:
        _read_group(rows[end:], (group, others), table, (shown, budget))
    if len(groups) > 1:
        _side_by_side(table, shown)
    notes = [event.text for event in table.events if isinstance(event, Break)]
    table.words = "\n".join([words, *notes])
    return table


def _other_columns(headings: GridRow, groups: Sequence[Columns]) -> dict[int, str]:
    """Name the columns nobody reads coordinates or names from: they are the plot's own fields."""
    read = {at for g in groups for at in (*g.first, *g.second, g.label, g.plot, g.ring, g.area)}
    return {at: name for at, name in enumerate(headings.cells) if name and at not in read}


def _read_group(
    rows: Sequence[GridRow],
    read: tuple[Columns, dict[int, str]],
    table: Table,
    place: tuple[Path, Budget],
) -> None:
    """Read the rows of one group of columns; plot names merged downwards carry on."""
    (columns, others), (shown, budget) = read, place
    packed = bool(PACKED_WORDS.search(table.words))
    plot = ""
    empty: Problem | None = None
    for row in rows:
        texts = [_joined(row, at) for at in (columns.first, columns.second)]
        if is_heading(row) or not re.search(r"\d", "".join(texts)):
            table.events.append(Break(row.line, "" if is_heading(row) else row.text))
            empty = _left_out(row, columns, shown)
            if empty is None and not is_heading(row):
                table.events += _without_coordinates(row, (columns, others), shown)
            continue
        # A numbered row without coordinates matters only when points follow it.
        table.problems += [empty] if empty else []
        empty = None
        first, second = (coordinate(text, packed=packed) for text in texts)
        plot = row.cell(columns.plot) or plot
        fields = {name: text for at, name in others.items() if (text := row.cell(at))}
        if first is None or second is None or first.fault or second.fault:
            # A column headed 名称 that holds point numbers names no plot.
            numbered = columns.label < 0 and _POINT_NAME.fullmatch(plot)
            table.events += [
                Unread("" if numbered else plot, row.cell(columns.label), told, fields)
                for told in _complaints(texts, (first, second), row.line, shown)
            ]
            continue
        budget.spend(vertices=1)
        label = row.cell(columns.label)
        if columns.label < 0 and _POINT_NAME.fullmatch(plot):
            # A column headed 名称 that holds point numbers.
            plot, label = "", row.cell(columns.plot)
        ring, area = row.cell(columns.ring), row.cell(columns.area)
        pair = first, second
        table.add(row.line, pair, label=label, plot=plot, ring=ring, area=area, fields=fields)


def _without_coordinates(
    row: GridRow, read: tuple[Columns, dict[int, str]], shown: Path
) -> list[Unread]:
    """Remember a row that has a name, something else, and no coordinates: in a register it is a site."""
    columns, others = read
    name = row.cell(columns.plot) or row.cell(columns.label)
    fields = {heading: text for at, heading in others.items() if (text := row.cell(at))}
    if not name or any(row.cell(at) for at in (*columns.first, *columns.second)):
        return []
    told = Problem(shown, row.line, 0, "没有坐标", "请补上坐标", severity="warning")
    return [Unread(row.cell(columns.plot), row.cell(columns.label), told, fields)]


def _left_out(row: GridRow, columns: Columns, shown: Path) -> Problem | None:
    """Complain about a row that has a point number and no coordinates."""
    label = row.cell(columns.label)
    if not _POINT_NAME.fullmatch(label) or any(
        row.cell(at) for at in (*columns.first, *columns.second)
    ):
        return None
    return Problem(shown, row.line, 0, f"点「{label}」没有坐标", "请补上坐标，或删去这一行")


def _complaints(
    texts: Sequence[str], numbers: Sequence[Number | None], line: int, shown: Path
) -> list[Problem]:
    """Say which of the two cells of a row are wrong."""
    problems = []
    for text, number in zip(texts, numbers, strict=True):
        if number is not None and not number.fault:
            continue
        words = f"坐标「{text[:30]}」" + (f"有误：{number.fault}" if number else "无法识别")
        problems.append(Problem(shown, line, 0, words if text else "这一行缺少一个坐标", HINT))
    return problems


def _joined(row: GridRow, columns: tuple[int, ...]) -> str:
    """Join degrees, minutes and seconds of three columns."""
    parts = [row.cell(at).removesuffix(".0") for at in columns]
    if len(parts) == 1 or not any(parts):
        return parts[0]
    return "-".join(part or "0" for part in parts)


def _side_by_side(table: Table, shown: Path) -> None:
    """Order the points of groups that stand side by side by their numbers."""
    points = [event for event in table.events if isinstance(event, TablePoint)]
    numbers = [int(hit[0]) if (hit := re.search(r"\d{1,6}", p.label)) else None for p in points]
    if None in numbers or len(set(numbers)) < len(numbers):
        found = "表中并排有多组坐标列，点号缺失或重复，无法确定各点的顺序和所用坐标系"
        hint = "请只保留一组坐标列（建议 2000 国家大地坐标系）"
        table.problems.append(Problem(shown, points[0].line if points else 0, 0, found, hint))
        return
    order = sorted(range(len(points)), key=lambda i: numbers[i] or 0)
    table.events = [points[i] for i in order]
