"""The legend and the numbered list beside it: rows that wrap, shrink and flow until they fit."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from geo.draw.layers.drawn import NOTHING_HERE, group_rank
from geo.draw.layout.lettering import MM_PER_POINT
from geo.draw.symbols.presets import BORDERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from geo.draw.layers.drawn import DrawnLayer, Numbered, Skipped
    from geo.draw.layout.lettering import Face, Lettering
    from geo.draw.symbols.ink import Ink, Shape

RowKind = Literal["heading", "group", "entry", "absent", "item"]
#: Sizes tried for entries, points; readers of a printed sheet need no less than the last.
SIZES: Final = (8.5, 8.0, 7.5, 7.0, 6.5, 6.0, 5.5, 5.0, 4.6)
#: Widths in multiples of the entries' size: the symbol, and the gaps around it.
_SWATCH: Final = 2.3
_GAP: Final = 0.7
_LEADING: Final = 1.42
_COLUMN_GAP: Final = 1.6
#: Between the symbols of two rows at least, millimetres.
_AIR: Final = 0.6
#: The lowest a row can be, multiples of the size.
_LEAST_ROW: Final = 1.1
#: The narrowest column worth having, characters.
_NARROWEST: Final = 7.5
#: In a frame this much wider than high groups rather stand abreast, by as much per column.
_WIDE: Final = 1.5
_ABREAST: Final = 0.002
#: What a group that goes on in the next column weighs against larger letters.
_SPLIT: Final = 0.06
#: What broken entries weigh against larger letters.
_BROKEN: Final = 0.7
#: Size of the list's letters beside the legend's.
_ITEM: Final = 0.9
#: Rows may miss a column's foot by this much, millimetres.
_SLACK: Final = 1e-6


@dataclass(frozen=True)
class Entry:
    """A row before it has a place: what it shows and says."""

    kind: RowKind
    text: str
    ink: Ink | None = None
    shapes: tuple[Shape, ...] = ()
    number: int = 0


@dataclass(frozen=True)
class Row:
    """A row with its place in the legend's frame, millimetres from its upper left corner."""

    entry: Entry
    lines: tuple[str, ...]
    x: float
    y: float
    height: float


@dataclass(frozen=True)
class Legend:
    """Rows that fit a frame.

    Attributes:
        size_pt: Size of the entries.
        swatch_mm: Width of a symbol.
        used: Width and height really used, millimetres.
    """

    rows: tuple[Row, ...]
    size_pt: float
    columns: int
    swatch_mm: float
    used: tuple[float, float]


def entries_of(
    layers: Iterable[DrawnLayer], extra: Iterable[tuple[str, Entry]], skipped: Iterable[Skipped]
) -> tuple[Entry, ...]:
    """List the legend's rows: groups in the usual order, layers in drawing order, then the gaps.

    Entries of one group with the same words share a row; their counts add up.

    Args:
        layers: What is drawn.
        extra: Group and entry of what the sheet itself draws (boundaries).
        skipped: What was asked for and is not there; it is shown as missing, not left out.
    """
    groups: dict[str, dict[str, tuple[Entry, int | None]]] = {}
    for group, entry in extra:
        groups.setdefault(group, {})[entry.text] = (entry, None)
    for layer in layers:
        if not layer.in_legend:
            continue
        held = groups.setdefault(layer.group, {})
        for at, found in enumerate(layer.classes):
            before = held.get(found.title)
            count = layer.count(at) + (before[1] or 0 if before else 0)
            first = (
                before[0] if before else Entry("entry", found.title, found.ink, layer.shapes(at))
            )
            held[found.title] = (first, count)
    rows = [Entry("heading", "图　例")]
    for group in sorted(groups, key=group_rank):
        rows.append(Entry("group", group))
        rows += [_counted(*pair) for pair in sorted(groups[group].values(), key=_border_rank)]
    if gaps := list(skipped):
        rows.append(Entry("group", "未上图的图层"))
        rows += [Entry("absent", text) for text in _absent(gaps)]
    return tuple(rows)


def _border_rank(pair: tuple[Entry, int | None]) -> int:
    """Put boundaries in the order of their rank; everything else keeps its place behind them."""
    ranks = list(BORDERS.values())
    return ranks.index(pair[0].ink) if pair[0].ink in ranks else len(ranks)


def _absent(gaps: list[Skipped]) -> list[str]:
    """Write one row per missing layer; those with nothing in the picture share one row."""
    empty = [gap.title for gap in gaps if gap.reason == NOTHING_HERE]
    rows = [f"{gap.title}（{gap.reason}）" for gap in gaps if gap.reason != NOTHING_HERE]
    return [*rows, f"{'、'.join(empty)}（{NOTHING_HERE}）"] if empty else rows


def _counted(entry: Entry, count: int | None) -> Entry:
    if not count or count == 1:
        return entry
    return Entry(entry.kind, f"{entry.text}（{count}）", entry.ink, entry.shapes)


def items_of(listed: Iterable[Numbered], title: str) -> tuple[Entry, ...]:
    """List the rows of the numbered list."""
    items = tuple(Entry("item", n.text, n.ink, number=n.number) for n in listed)
    return (Entry("group", title), *items) if items else ()


def fit_legend(
    entries: tuple[Entry, ...], fonts: Lettering, *, width_mm: float, height_mm: float,
    largest_pt: float = SIZES[0],
) -> Legend | None:  # fmt: skip
    """Fit rows into a frame with large letters and few broken lines; ``None`` if they cannot.

    A heading never stands last in a column. Text wraps inside its column; it is never cut.
    """
    best: tuple[float, Legend] | None = None
    wide = width_mm > _WIDE * height_mm
    ems = np.array([_ems(fonts, entry) for entry in entries])
    items = np.array([entry.kind == "item" for entry in entries], dtype=bool)
    for size in (s * largest_pt / SIZES[0] for s in SIZES):
        most = int(width_mm / (_NARROWEST * size * MM_PER_POINT))
        for columns in range(1, min(most, 6) + 1):
            if _least_mm(ems, items, size, width_mm / columns) > columns * (height_mm + _SLACK):
                continue
            found = _set(entries, fonts, size, columns, width_mm, height_mm)
            if found is not None:
                score = largest_pt / size * (1.0 + _BROKEN * _broken(found.rows))
                score += _SPLIT * splits(found.rows)
                score -= _ABREAST * _columns_used(found.rows) if wide else 0.0
                best = (score, found) if best is None or score < best[0] else best
        if best is not None and largest_pt / size > best[0]:
            break
    return best[1] if best else None


def _ems(fonts: Lettering, entry: Entry) -> float:
    """Width of an entry's text over the font size, without spaces, which a break may swallow."""
    face: Face = "bold" if entry.kind == "group" else "sans"
    return fonts.width_mm("".join(entry.text.split()), face, size_pt=1.0 / MM_PER_POINT)


def _least_mm(
    ems: NDArray[np.float64], items: NDArray[np.bool_], size: float, column: float
) -> float:
    """Return what rows need at least: no text takes fewer lines than its length over the column's width."""
    em = size * MM_PER_POINT
    lines = np.maximum(np.ceil(ems * np.where(items, _ITEM, 1.0) * em / column - 1e-6), 1.0)
    return float((lines * np.where(items, 1.22 * _ITEM, 1.18)).sum() * em)


def _set(
    entries: tuple[Entry, ...],
    fonts: Lettering,
    size: float,
    columns: int,
    width: float,
    height: float,
) -> Legend | None:
    gap = _COLUMN_GAP * size * MM_PER_POINT
    column = (width - gap * (columns - 1)) / columns
    if len(entries) * _LEAST_ROW * size * MM_PER_POINT > columns * height:
        return None
    rows = _flow(entries, fonts, size, column, gap, columns, height)
    if rows is None:
        return None
    bottom = max((r.y + r.height for r in rows), default=0.0)
    used = _columns_used(rows) * (column + gap) - gap
    return Legend(rows, size, columns, swatch_mm(entries, size), (used, bottom))


def _columns_used(rows: tuple[Row, ...]) -> int:
    return len({round(row.x, 6) for row in rows})


def splits(rows: tuple[Row, ...]) -> int:
    """Count the columns that begin in the middle of a group of symbols."""
    return sum(
        row.x > before.x and row.entry.kind in ("entry", "absent") for before, row in pairwise(rows)
    )


def swatch_mm(entries: tuple[Entry, ...], size: float) -> float:
    """Return the width of the samples: some characters, or the largest point symbol of all."""
    return max([_SWATCH * size * MM_PER_POINT, *map(_symbol_mm, entries)])


def _symbol_mm(entry: Entry) -> float:
    """Return the size of an entry's point symbol, which a legend shows as large as the map does."""
    if entry.ink is None or "point" not in entry.shapes or "badge" in entry.shapes:
        return 0.0
    return entry.ink.size * MM_PER_POINT


def _broken(rows: tuple[Row, ...]) -> float:
    """Return the share of legend entries whose words had to be broken over lines."""
    kept = [row for row in rows if row.entry.kind in ("entry", "group")]
    return sum(len(row.lines) > 1 for row in kept) / max(len(kept), 1)


def _flow(
    entries: tuple[Entry, ...], fonts: Lettering, size: float, column: float, gap: float,
    columns: int, height: float,
) -> tuple[Row, ...] | None:  # fmt: skip
    swatch = swatch_mm(entries, size)
    wrapped: list[tuple[tuple[str, ...], float]] = []
    room = columns * (height + _SLACK)
    for entry in entries:
        wrapped.append(_wrapped(entry, fonts, size, column, swatch))
        room -= wrapped[-1][1]
        if room < -_SLACK:
            return None
    if wrapped and max(len(line) for lines, _ in wrapped for line in lines) == 0:
        return None
    tall = [h for _, h in wrapped]
    # A column rather begins with a group than in the middle of one. Columns of even height look
    # intended; the first one that spills over grows the target.
    for kept in (_groups_kept(entries, tall), _titles_kept(entries, tall)):
        for share in (1.0, 1.04, 1.08, 1.15, 1.25, 1.5, 2.0, float(columns)):
            target = min(sum(tall) / columns * share, height)
            rows = _columns(entries, wrapped, kept, column + gap, columns, target)
            if rows is not None:
                return rows
            if target >= height:
                break
    return None


def _titles_kept(entries: tuple[Entry, ...], tall: list[float]) -> list[float]:
    """Return the height each row needs where it begins: a title's first row stands with it."""
    return [
        own + (tall[at + 1] if entries[at].kind in ("heading", "group") and at + 1 < len(tall) else 0.0)
        for at, own in enumerate(tall)
    ]  # fmt: skip


def _groups_kept(entries: tuple[Entry, ...], tall: list[float]) -> list[float]:
    """Return the height each row needs where it begins: a group of symbols stands whole."""
    kept = _titles_kept(entries, tall)
    for at in reversed(range(len(entries))):
        if entries[at].kind == "heading" and at + 1 < len(entries):
            kept[at] = tall[at] + kept[at + 1]
        elif entries[at].kind == "group":
            rest = range(at + 1, len(entries))
            end = next(
                (n for n in rest if entries[n].kind not in ("entry", "absent")), len(entries)
            )
            kept[at] = max(kept[at], sum(tall[at:end]))
    return kept


def _columns(
    entries: tuple[Entry, ...], wrapped: list[tuple[tuple[str, ...], float]], kept: list[float],
    pitch: float, columns: int, height: float,
) -> tuple[Row, ...] | None:  # fmt: skip
    rows: list[Row] = []
    at, y = 0, 0.0
    for entry, (lines, tall), with_next in zip(entries, wrapped, kept, strict=True):
        if y > 0.0 and y + with_next > height + _SLACK:
            if rows[-1].entry.kind in ("heading", "group"):
                return None  # a title would stand alone
            at, y = at + 1, 0.0
        if at >= columns or y + tall > height + _SLACK:
            return None
        rows.append(Row(entry, lines, at * pitch, y, tall))
        y += tall
    return tuple(rows)


def _wrapped(
    entry: Entry, fonts: Lettering, size: float, column: float, swatch: float
) -> tuple[tuple[str, ...], float]:
    """Break a row's text and tell its height, millimetres."""
    em = size * MM_PER_POINT
    if entry.kind == "heading":
        return (entry.text,), 2.1 * em
    if entry.kind == "group":
        lines = fonts.wrap(entry.text, "bold", size_pt=size, width_mm=column)
        return lines, (len(lines) * 1.3 + 0.45) * em
    indent = 1.9 * em if entry.kind == "item" else swatch + _GAP * em
    factor = _ITEM if entry.kind == "item" else 1.0
    lines = fonts.wrap(entry.text, "sans", size_pt=size * factor, width_mm=column - indent)
    leading = 1.22 if entry.kind == "item" else 1.18
    spare = 0.12 if entry.kind == "item" else _LEADING - 1.18 + 0.05
    tall = (len(lines) * leading * factor + spare) * em
    return lines, max(tall, _symbol_mm(entry) + _AIR)
