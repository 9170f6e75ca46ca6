"""Features sorted into classes that share a symbol and a legend entry."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geo.draw.layers.breaks import upper_bounds
from geo.draw.symbols.ink import Ink, Preset
from geo.draw.symbols.palette import CATEGORIES, ramp
from geo.draw.symbols.presets import preset_for
from geo.errors import UsageError
from geo.spec.vocabulary import ZoneKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geo.spec.style import ClassSymbol, Graduated, Style

#: Diameters of the smallest and the largest symbol of a number, points.
_SMALLEST: Final = 3.6
_LARGEST: Final = 17.0
#: Diameter where there is one class only.
_MIDDLE: Final = 8.0
NO_VALUE: Final = "无数据"
_NO_DATA: Final = Ink(fill="#ffffff", edge="#9a9a9a", width=0.4, hatch="\\", opacity=1.0)


@dataclass(frozen=True)
class SymbolClass:
    """One symbol with the words of its legend entry."""

    title: str
    ink: Ink


@dataclass(frozen=True, eq=False)
class Classes:
    """Classes of a layer, and for each feature the index of its own."""

    of: NDArray[np.int64]
    classes: tuple[SymbolClass, ...]


def classify(frame: pd.DataFrame, style: Style, base: Preset, *, title: str) -> Classes:
    """Sort the rows of a table by what a style says, else by what its preset says.

    Raises:
        UsageError: The style names a field the table does not have, or numbers that are none.

    >>> from geo.spec.style import Style
    >>> found = classify(pd.DataFrame({"级别": ["一", "二", "一"]}), Style(by="级别"), preset_for("x"), title="区")
    >>> found.of.tolist(), [c.title for c in found.classes]
    ([0, 1, 0], ['一', '二'])
    """
    ink = base.ink.changed(style)
    if style.graduated is not None:
        return _graduated(frame, style.graduated, ink)
    if style.by is not None:
        return _by_field(frame, style.by, style.classes, ink)
    if base.by == "target_class" and {"base_class", base.by} <= set(frame.columns):
        return _by_change(frame, base, title)
    if base.by and base.by in frame.columns and not _overridden(style):
        return _by_preset(frame, base, title)
    if base.by == "" and _several_zones(frame):
        return _by_zone(frame, style)
    return Classes(np.zeros(len(frame), dtype=np.int64), (SymbolClass(title, ink),))


def _overridden(style: Style) -> bool:
    """A style that gives its own colours does without the preset's classes."""
    return style.fill is not None or style.edge is not None


def _column(frame: pd.DataFrame, field: str) -> pd.Series[str]:
    if field not in frame.columns:
        have = "、".join(str(c) for c in frame.columns if c != "geometry")
        raise UsageError(f"样式用到不存在的字段 {field}（现有：{have}）— 请修改 by 或 field")
    return frame[field].astype("string").fillna("").str.strip()


def _indices(
    values: pd.Series[str], order: Mapping[str, int], *, other: int = -1
) -> NDArray[np.int64]:
    """Turn values into their places in an order."""
    return np.array([order.get(str(value), other) for value in values], dtype=np.int64)


def _by_field(
    frame: pd.DataFrame, field: str, given: Mapping[str, ClassSymbol], ink: Ink
) -> Classes:
    values = _column(frame, field)
    others = [v for v in dict.fromkeys(values) if v not in given]
    classes = [SymbolClass(s.title or v, ink.changed(s)) for v, s in given.items()]
    colours = [c for c in CATEGORIES if c not in {x.ink.fill for x in classes}]
    for at, value in enumerate(others):
        colour = colours[at % len(colours)]
        line = ink.fill == "none"
        drawn = replace(ink, edge=colour) if line else replace(ink, fill=colour)
        classes.append(SymbolClass(value or NO_VALUE, drawn if value else _NO_DATA))
    order = {value: at for at, value in enumerate([*given, *others])}
    return Classes(_indices(values, order), tuple(classes))


def _by_preset(frame: pd.DataFrame, base: Preset, title: str) -> Classes:
    """Use the preset's classes that occur; other values share the preset's own symbol."""
    values = _column(frame, base.by).str.removesuffix(".0")
    present = [v for v in base.classes if (values == v).any()]
    classes = [SymbolClass(*base.classes[v]) for v in present]
    order = {value: at for at, value in enumerate(present)}
    of = _indices(values, order, other=len(classes))
    if (of == len(classes)).any():
        classes.append(SymbolClass(f"其他{title}" if classes else title, base.ink))
    return Classes(of, tuple(classes))


def _by_change(frame: pd.DataFrame, base: Preset, title: str) -> Classes:
    """Give each pair of present and target water class a symbol of two halves."""
    pairs = list(zip(_column(frame, "base_class"), _column(frame, base.by), strict=True))
    order = [*base.classes, ""]
    rank = {
        pair: tuple(order.index(c) if c in order else len(order) for c in pair[::-1])
        for pair in pairs
    }
    present = sorted(set(pairs), key=lambda pair: (rank[pair], pair))
    colours = {name: ink.fill for name, (_, ink) in base.classes.items()}
    classes = tuple(
        SymbolClass(
            f"{title}　{now or '—'}→{then or '—'}" if now or then else f"{title}（类别未载）",
            replace(
                base.ink, fill=colours.get(now, "#ffffff"), second=colours.get(then, "#ffffff")
            ),
        )
        for now, then in present
    )
    return Classes(np.array([present.index(pair) for pair in pairs], dtype=np.int64), classes)


def _several_zones(frame: pd.DataFrame) -> bool:
    return "zone_kind" in frame.columns and len(set(frame["zone_kind"].dropna())) > 1


def _by_zone(frame: pd.DataFrame, style: Style) -> Classes:
    kinds = _column(frame, "zone_kind")
    order = [k for k in ZoneKind.__members__ if (kinds == k).any()]
    classes = [
        SymbolClass(ZoneKind[k].value, preset_for("", kinds=(k,)).ink.changed(style)) for k in order
    ]
    if (kinds == "").any():
        classes.append(SymbolClass("未分类", _NO_DATA))
    index = {k: at for at, k in enumerate([*order, ""])}
    return Classes(_indices(kinds, index), tuple(classes))


def _graduated(frame: pd.DataFrame, how: Graduated, ink: Ink) -> Classes:
    _column(frame, how.field)
    numbers = pd.to_numeric(frame[how.field], errors="coerce").to_numpy(float)
    known = np.isfinite(numbers)
    if not known.any():
        raise UsageError(f"字段 {how.field} 没有数值，不能分级 — 请改用 by，或检查字段")
    nought = _apart(numbers, known, how)
    found = known & (numbers != 0.0) if nought else known
    of, titles = _given(numbers, how) if how.scheme == "given" else _found(numbers, found, how)
    unit = f" {how.unit}" if how.unit else ""
    inks = _steps(replace(ink, opacity=1.0), ink.opacity, how, len(titles), after_zero=nought)
    classes = [SymbolClass(f"{t}{unit}", i) for t, i in zip(titles, inks, strict=True)]
    if nought:
        of = np.where(found, of + 1, 0)
        classes.insert(0, SymbolClass(f"0{unit}", _zero(ink, sized=how.sized)))
    if not known.all():
        of[~known] = len(classes)
        classes.append(SymbolClass(NO_VALUE, _NO_DATA))
    return Classes(of, tuple(classes))


def _apart(numbers: NDArray[np.float64], known: NDArray[np.bool_], how: Graduated) -> bool:
    """Tell whether zero is a class of its own: nothing there is not a little of it."""
    values = numbers[known]
    return bool(how.scheme != "given" and values.min() == 0.0 and values.max() > 0.0)


def _zero(ink: Ink, *, sized: bool) -> Ink:
    """Return the symbol of zero: an empty area, a thin line, or a small ring."""
    if ink.fill == "none":
        return replace(ink, edge="#b5b5b5", width=min(ink.width, 0.5))
    edge = ink.fill if sized else ink.edge
    return replace(ink, fill="#ffffff", edge=edge, size=_SMALLEST, opacity=1.0)


def _steps(base: Ink, opacity: float, how: Graduated, count: int, *, after_zero: bool) -> list[Ink]:
    """Return symbols that grow, or darken; beside an empty class for zero the lightest is left out."""
    if how.sized:
        return [replace(base, size=size, opacity=opacity) for size in _sizes(count)]
    colours = ramp(how.palette, count + after_zero)[int(after_zero) :]
    line = base.fill == "none"
    return [replace(base, edge=c) if line else replace(base, fill=c) for c in colours]


def _sizes(count: int) -> list[float]:
    """Return range-graded diameters in points: each class's area is the same multiple of the one before.

    Eyes judge sizes by their ratio (Weber's law), so equal ratios are equally easy to tell apart; equal
    steps would make the upper classes look alike. With the most classes that `geo.spec.style` allows
    (six) an area is still 1.86 times the one before, and twice or more with fewer.

    >>> [round(s, 1) for s in _sizes(3)]
    [3.6, 7.8, 17.0]
    >>> round((_sizes(6)[1] / _sizes(6)[0]) ** 2, 2)
    1.86
    """
    if count == 1:
        return [_MIDDLE]
    ratio = (_LARGEST / _SMALLEST) ** (1.0 / (count - 1))
    return [_SMALLEST * ratio**at for at in range(count)]


def _given(numbers: NDArray[np.float64], how: Graduated) -> tuple[NDArray[np.int64], list[str]]:
    """Sort by given breaks, ``lower <= value < upper``; every class is named, empty or not."""
    of = np.searchsorted(how.breaks, numbers, side="right").astype(np.int64)
    pairs = zip(how.breaks, how.breaks[1:], strict=False)
    middle = [f"{low:.6g}–{high:.6g}" for low, high in pairs]
    return of, [f"＜{how.breaks[0]:.6g}", *middle, f"≥{how.breaks[-1]:.6g}"]


def _found(
    numbers: NDArray[np.float64], known: NDArray[np.bool_], how: Graduated
) -> tuple[NDArray[np.int64], list[str]]:
    """Sort by the scheme's own bounds, ``lower < value <= upper``."""
    values = numbers[known]
    bounds = upper_bounds(values, how.scheme, how.k)
    of = np.searchsorted(bounds, numbers, side="left").clip(0, len(bounds) - 1).astype(np.int64)
    if len(bounds) == len(np.unique(values)):  # a class is one value: say it, not a range up to it
        return of, [f"{bound:.6g}" for bound in bounds]
    # Whole numbers: 1–3 and 4–6, not 1–3 and 3–6.
    step = 1.0 if (values == np.round(values)).all() and (bounds == np.round(bounds)).all() else 0.0
    lowers = [float(values.min()), *(bounds[:-1] + step)]
    return of, [_span(low, high) for low, high in zip(lowers, bounds, strict=True)]


def _span(low: float, high: float) -> str:
    return f"{low:.6g}" if low == high else f"{low:.6g}–{high:.6g}"
