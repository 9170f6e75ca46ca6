"""Indicators of a plan as a chart: from the base to the target, each unit on its own axis.

Only what the plan prints as numbers is drawn. An indicator without a number at one end (「完成上级下达目标」,
「基本消除」, 「Ⅲ类」, a dash) stands under the chart in the plan's words: a point drawn for it would be
invented.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING, Final

import matplotlib as mpl
import shapely

from geo.draw.chart_rows import Bound, Track, arrows, tracks_of, unit_of, words
from geo.draw.layout.lettering import MM_PER_POINT, Face, Lettering, shipped
from geo.draw.sheet.paper import DPI, SETTINGS
from geo.draw.sheet.pen import Pen, new_pen
from geo.errors import MissingError, UsageError
from geo.exhibits import Figure

if TYPE_CHECKING:
    from geo.spec.indicators import IndicatorRow

_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_INK: Final = "#222222"
_GREY: Final = "#666666"
_RULE: Final = "#d9d9d9"
_BASE: Final = "#7a7a7a"
#: First, second … target year: dark, then darker; shape and order tell them as well.
_TARGETS: Final = ("#0072b2", "#00334f")
_NAME_PT: Final = 7.2
_SMALL_PT: Final = 6.4
_NAME_SHARE: Final = 0.36
_VALUE_SHARE: Final = 0.25
_MARGIN: Final = 2.0
_LINE: Final = 1.35
_DOT: Final = 1.05


def axis_end(largest: float) -> float:
    """Return the end of an axis from zero: the next 1, 2, 2.5, 5 × 10ⁿ.

    >>> axis_end(61), axis_end(100), axis_end(2.2), axis_end(0)
    (100.0, 100.0, 2.5, 1.0)
    """
    if largest <= 0.0:
        return 1.0
    power: float = 10.0 ** math.floor(math.log10(largest))
    return float(next(s * power for s in _STEPS if s * power >= largest * (1 - 1e-9)))


def indicator_chart(
    rows: Sequence[IndicatorRow], *, name: str, caption: str, fonts: Lettering | None = None,
    width_mm: float = 156.0, sources: tuple[str, ...] = (), inputs: tuple[tuple[str, str], ...] = (),
) -> Figure:  # fmt: skip
    """Draw a plan's indicators from base to target; the same rows give the same bytes.

    Indicators of one category and one unit share an axis that begins at zero, or below
    the lowest value where that is negative.

    Args:
        rows: In the plan's order, values as printed.
        name: The figure's id.
        caption: Words after the figure's number.
        fonts: The shipped ones unless given.
        width_mm: Of the picture; the height follows from the rows.
        sources: Credits printed under the figure.
        inputs: Fingerprints of what the rows were read from, by file name.

    Raises:
        UsageError: The plan has no indicators.
        MissingError: A text has characters that its font cannot show.
    """
    if not rows:
        raise UsageError(f"图“{caption}”没有指标可画 — 请检查规划的 indicators.csv")
    fonts = fonts or shipped()
    with mpl.rc_context(SETTINGS):
        height = _written(rows, new_pen(width_mm, 1000.0, fonts), 1000.0)
        pen = new_pen(width_mm, height, fonts)
        _written(rows, pen, height)
        _refuse_missing(pen, caption)
        out = BytesIO()
        told = {"Title": caption, "Software": "hongxian"}
        pen.figure.savefig(out, format="png", dpi=DPI, metadata=told)
    return Figure(name, caption, out.getvalue(), width_mm, _alt(rows, caption), sources, inputs)


def _written(rows: Sequence[IndicatorRow], pen: Pen, height: float) -> float:
    """Write everything from the top down; return how much height it took."""
    drawn, worded = tracks_of(rows)
    page = _Page(pen, height - _MARGIN)
    if drawn:
        _key(page, drawn)
    for category, held in groupby(drawn, key=lambda track: track.row.category):
        page.head(category or "未分类")
        same = list(held)
        for unit in dict.fromkeys(unit_of(track.row) for track in same):
            _panel(page, [track for track in same if unit_of(track.row) == unit], unit)
    if worded:
        page.head(
            "基期或目标没有数值的指标（按原文）"
            if drawn
            else "指标（没有基期和目标均为数值的，按原文）"
        )
        for row in worded:
            page.paragraph(words(row))
    if any(row.note for row in rows):
        page.down(1.0)
        page.paragraph("带 * 的指标原文有疑义或需说明，见规划指标表的备注。")
    return height - page.y + _MARGIN


@dataclass(eq=False)
class _Page:
    """Where writing has got to; ``y`` is the upper edge of what is free."""

    pen: Pen
    y: float

    def __post_init__(self) -> None:
        width = float(self.pen.figure.get_size_inches()[0]) * 25.4
        self.left, self.right = _MARGIN, width - _MARGIN
        self.start = self.left + _NAME_SHARE * (self.right - self.left)
        self.end = self.right - _VALUE_SHARE * (self.right - self.left) - 3.0

    def down(self, by: float) -> None:
        self.y -= by

    def head(self, text: str) -> None:
        """Write a bold line over a rule."""
        self.down(4.0)
        self.pen.text(self.left, self.y, text, size_pt=8.0, face="bold", colour=_INK)
        self.down(2.4)
        rule = shapely.LineString([(self.left, self.y), (self.right, self.y)])
        self.pen.lines(rule, colour=_INK, width_pt=0.5)
        self.down(0.8)

    def paragraph(self, text: str) -> None:
        """Write small lines over the whole width."""
        wide = self.right - self.left
        for line in self.pen.fonts.wrap(text, "sans", size_pt=_SMALL_PT, width_mm=wide):
            self.down(_SMALL_PT * MM_PER_POINT * _LINE)
            middle = self.y + _SMALL_PT * MM_PER_POINT / 2
            self.pen.text(self.left, middle, line, size_pt=_SMALL_PT, colour=_INK)


def _key(page: _Page, drawn: Sequence[Track]) -> None:
    """Explain the marks once, above all panels."""
    page.down(2.5)
    bases = "、".join(sorted({t.row.base_year for t in drawn if t.row.base_year}))
    x = _keyed(page, page.left, f"基期（{bases}年）" if bases else "基期", None)
    years = sorted({year for track in drawn for year, _ in track.targets})
    for at, year in enumerate(years):
        x = _keyed(page, x, f"{year}年目标", (at, ""))
    bounds = {value.bound for track in drawn for _, value in track.targets}
    sides: tuple[tuple[Bound, str], ...] = (
        ("≤", "目标为上限（≤、<）"),
        ("≥", "目标为下限（≥、>）"),
    )
    for bound, text in sides:
        if bound in bounds:
            x = _keyed(page, x, text, (0, bound))
    page.down(1.0)


def _keyed(page: _Page, x: float, text: str, target: tuple[int, Bound] | None) -> float:
    if target is None:
        _ring(page.pen, x + _DOT, page.y)
    else:
        _mark(page.pen, x + _DOT, page.y, target[1], at=target[0])
    page.pen.text(x + 3.4, page.y, text, size_pt=_SMALL_PT, colour=_INK)
    return x + 8.0 + page.pen.fonts.width_mm(text, "sans", size_pt=_SMALL_PT)


def _panel(page: _Page, tracks: Sequence[Track], unit: str) -> None:
    """Draw the indicators of one unit over their axis."""
    numbers = [v.number for t in tracks for v in (t.base, *(value for _, value in t.targets))]
    low = -axis_end(-min(numbers)) if min(numbers) < 0.0 else 0.0
    high = axis_end(max(numbers))

    def place(number: float) -> float:
        return page.start + (number - low) / (high - low) * (page.end - page.start)

    ticks = tuple((place(n), f"{n:g}") for n in (low, (low + high) / 2, high))
    years = sorted({year for track in tracks for year, _ in track.targets})
    for track in tracks:
        _row(page, track, place, ticks=[x for x, _ in ticks], years=years)
    for x, number in ticks:
        page.pen.text(x, page.y - 1.6, number, size_pt=5.6, colour=_GREY, align="center")
    page.pen.text(
        page.right,
        page.y - 1.6,
        f"单位：{unit or '未印'}",
        size_pt=5.6,
        colour=_GREY,
        align="right",
    )
    page.down(3.6)


def _row(
    page: _Page, track: Track, place: Callable[[float], float], *, ticks: Sequence[float],
    years: Sequence[str],
) -> None:  # fmt: skip
    """Draw one indicator: its name, the track, and the values as printed."""
    pen, row = page.pen, track.row
    name, values = f"{row.name}{' *' if row.note else ''}", arrows(row)
    names = pen.fonts.wrap(name, "sans", size_pt=_NAME_PT, width_mm=page.start - page.left - 4.0)
    said = pen.fonts.wrap(values, "sans", size_pt=_NAME_PT, width_mm=page.right - page.end - 3.0)
    step = _NAME_PT * MM_PER_POINT * 1.2
    tall = max(len(names), len(said)) * step + 2.2
    middle = page.y - tall / 2
    for x, lines in ((page.left, names), (page.end + 3.0, said)):
        for at, line in enumerate(lines):
            pen.text(
                x, middle + ((len(lines) - 1) / 2 - at) * step, line, size_pt=_NAME_PT, colour=_INK
            )
    spots = [place(track.base.number), *(place(value.number) for _, value in track.targets)]
    rules = [shapely.LineString([(page.start, middle), (page.end, middle)])]
    rules += [shapely.LineString([(x, page.y), (x, page.y - tall)]) for x in ticks]
    pen.lines(rules, colour=_RULE, width_pt=0.35)
    if max(spots) > min(spots):
        reach = shapely.LineString([(min(spots), middle), (max(spots), middle)])
        pen.lines(reach, colour="#9dbfd4", width_pt=2.2, cap="butt")
    _ring(pen, spots[0], middle)
    for year, value in reversed(track.targets):
        _mark(pen, place(value.number), middle, value.bound, at=years.index(year))
    page.down(tall)


def _ring(pen: Pen, x: float, y: float) -> None:
    """Mark the base: an open ring, wide enough to be seen around a target on the same spot."""
    circle = shapely.Point(x, y).buffer(_DOT * 1.25)
    pen.areas(circle, fill="#ffffff")
    pen.lines(circle, colour=_BASE, width_pt=1.0)


def _mark(pen: Pen, x: float, y: float, bound: Bound, *, at: int) -> None:
    """Mark a target: a dot, or a wedge on the side that the target allows, its edge at the value."""
    colour = _TARGETS[min(at, len(_TARGETS) - 1)]
    way = {"≤": -1.0, "≥": 1.0, "": 0.0}[bound]
    shape = shapely.Point(x, y).buffer(_DOT * 0.8)
    if way:
        shape = shapely.Polygon([(x, y - _DOT), (x, y + _DOT), (x + way * 1.6 * _DOT, y)])
    pen.areas(shape, fill=colour)
    pen.lines(shape, colour="#ffffff", width_pt=0.3)


def _alt(rows: Sequence[IndicatorRow], caption: str) -> str:
    """Tell the picture in words: every indicator that is drawn, and how many are only listed."""
    drawn, worded = tracks_of(rows)
    told = "；".join(f"{t.row.name} {arrows(t.row)} {unit_of(t.row)}".rstrip() for t in drawn)
    rest = f"另有 {len(worded)} 项指标以文字列出" if worded else ""
    return f"{caption}。{'。'.join(part for part in (told, rest) if part)}。"


def _refuse_missing(pen: Pen, caption: str) -> None:
    said: dict[str, Face] = dict(pen.said)
    found = {c: t for t, face in said.items() for c in pen.fonts.missing(t, face)}
    if found:
        listed = "；".join(f"“{c}”（U+{ord(c):04X}，见“{t[:20]}”）" for c, t in found.items())
        raise MissingError(
            f"图“{caption}”有字体缺少的字：{listed} — 请在 workspace.yml 的 fonts 中指定含这些字的字体"
        )
