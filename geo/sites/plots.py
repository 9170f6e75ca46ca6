"""Points of a table, one after another, to plots and rings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from geo.errors import Problem
from geo.sites.columns import role_of
from geo.sites.drawing import Drawing, Run
from geo.sites.text import narrow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from geo.sites.drawing import Kind

_LINE_WORDS: Final = re.compile(r"中心线|管线|管道|线路|路线|桩号|线位|走向")
_AREA_WORDS: Final = re.compile(r"拐点|用地|范围|界址|面积|四至|地块")
_HOLE_WORDS: Final = re.compile(r"扣除|挖除|除外|内圈|孔洞|剔除")
_TITLE_TAIL: Final = re.compile(
    r"(范围)?(各)?(拐点|界址点|角点|边界|控制点)?(坐标)?(点)?(成果)?(一览)?(表|如下)?[:：]?$"
)
#: A line above a table that tells about the coordinates, not about the plot.
_NO_NAME: Final = re.compile(
    r"坐标系|大地坐标|坐标基准|高程基准|^(投影|中央子午线|分带|带号|高程|单位|说明|备注|注|日期|制表|编制|比例尺)"
)
_SUM: Final = re.compile(r"合\s*计|总\s*计|小\s*计|共\s*计")
_STATED_AREA: Final = re.compile(
    r"面积[^\d]{0,6}([\d.]+\s*(?:公顷|亩|平方米|平方公里|km2|hm2|m2|㎡))", re.IGNORECASE
)
_LONGEST_TITLE: Final = 40
_NEAR: Final = 1e-9


@dataclass(frozen=True)
class TablePoint:
    """One coordinate pair of a table."""

    line: int
    a: float
    b: float
    step: float
    label: str = ""
    plot: str = ""
    ring: str = ""
    area: str = ""
    fields: dict[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Unread:
    """A row whose coordinates cannot be used; a warning when it has none and may be no point at all."""

    plot: str
    label: str
    problem: Problem
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Break:
    """A row without coordinates: a title, a note, or nothing."""

    line: int
    text: str = ""


@dataclass
class _Plot:
    """A plot while its points arrive."""

    name: str
    line: int
    area: str = ""
    words: str = ""
    runs: list[list[TablePoint]] = field(default_factory=list)


def drawings_of(
    events: Sequence[TablePoint | Break | Unread], *, words: str, separate: bool, shown: Path
) -> tuple[list[Drawing], list[Problem]]:
    """Group points into plots and rings; plots with a row that cannot be used say so in ``problem``.

    A fault that belongs to no named plot is a problem of the table.

    Args:
        events: Rows in order.
        words: All headings and titles, which tell lines from areas.
        separate: Every row is a point of its own.
        shown: The file as the planner knows it.
    """
    unread = [e for e in events if isinstance(e, Unread) and not _is_note(e)]
    readable = [event for event in events if not isinstance(event, Unread)]
    if separate:
        singles = [_single(event) for event in readable if isinstance(event, TablePoint)]
        faulty = [_unread(event) for event in unread if event.plot or event.label]
        return sorted([*singles, *faulty], key=lambda drawing: drawing.line), [
            event.problem
            for event in unread
            if not (event.plot or event.label) and event.problem.severity == "error"
        ]
    drawings, problems = _grouped(readable, words=words, shown=shown)
    return _with_unread(drawings, unread, problems)


def _with_unread(
    drawings: list[Drawing], unread: Sequence[Unread], problems: list[Problem]
) -> tuple[list[Drawing], list[Problem]]:
    """Let a row that cannot be used spoil the plot it names, and no other."""
    at = {drawing.name: number for number, drawing in enumerate(drawings) if drawing.name}
    found = list(drawings)
    for event in unread:
        if not event.plot:
            problems += [event.problem] if event.problem.severity == "error" else []
        elif event.plot not in at:
            at[event.plot] = len(found)
            found.append(_unread(event))
        elif event.problem.severity == "error":
            held = found[at[event.plot]]
            if held.problem is None or held.problem.severity != "error":
                found[at[event.plot]] = replace(held, runs=(), problem=event.problem)
    return sorted(found, key=lambda drawing: drawing.line), problems


def _is_note(event: Unread) -> bool:
    """Tell a row of notes or sums from one of a site whose coordinates were never filled in."""
    words = event.plot or event.label
    return event.problem.severity == "warning" and bool(_NO_NAME.search(words) or _SUM.match(words))


def _unread(event: Unread) -> Drawing:
    name, line = event.plot or event.label, event.problem.line
    return Drawing(name, "point", (), line, attributes=event.fields, problem=event.problem)


def _grouped(
    events: Iterable[TablePoint | Break], *, words: str, shown: Path
) -> tuple[list[Drawing], list[Problem]]:
    """Group points into plots and rings.

    A plot column or ring column decides where there is one. Otherwise a title or a blank row
    begins a new plot when the point numbers begin again (so that a page break does not), and
    numbers that begin again without one begin a new ring of the same plot.
    """
    plots: list[_Plot] = []
    pending: list[str] | None = None
    ring = ""
    for event in events:
        if isinstance(event, Break):
            pending = [*(pending or []), event.text]
            continue
        plot = plots[-1] if plots else None
        if plot is None or _new_plot(plot, event, pending):
            plots.append(plot := _started(event, pending))
            ring = event.ring
        elif _new_run(plot, event, pending) or (event.ring and event.ring != ring):
            plot.runs.append([])
        ring = event.ring or ring
        plot.runs[-1].append(event)
        plot.area = plot.area or event.area
        pending = None
    return _finished(plots, words, shown)


def _started(point: TablePoint, pending: list[str] | None) -> _Plot:
    """Begin a plot, named by its column or by the title above it."""
    titles = [text for text in pending or [] if text]
    words = " ".join(titles)
    area = _STATED_AREA.search(narrow(words))
    name = point.plot or next((t for t in map(_title, reversed(titles)) if t), "")
    return _Plot(name, point.line, area[1] if area else "", words, [[]])


def _title(text: str) -> str:
    """Make a plot's name of a title: without 拐点坐标表 and the like; empty when it is no name."""
    plain = re.sub(r"[(（].*$", "", text.strip().split("\t")[0]).strip()
    plain = _TITLE_TAIL.sub("", plain).strip(" :：,，")
    if role_of(plain) is not None or _NO_NAME.search(plain):
        return ""
    return plain if 0 < len(plain) <= _LONGEST_TITLE and not plain.isdigit() else ""


def _new_plot(plot: _Plot, point: TablePoint, pending: list[str] | None) -> bool:
    """Tell whether a point begins a new plot: by the plot column, else by a title or blank row."""
    if point.plot or plot.runs[-1][-1].plot:
        return point.plot != plot.runs[-1][-1].plot
    if pending is None or point.ring:
        return False
    if any(_HOLE_WORDS.search(text) for text in pending):
        return False
    last = plot.runs[-1][-1]
    return _restarts(plot, point) or _number(point.label) is None or _number(last.label) is None


def _new_run(plot: _Plot, point: TablePoint, pending: list[str] | None) -> bool:
    """Tell whether a ring ended: it was closed, its numbers begin again, or a title says so."""
    run = plot.runs[-1]
    if point.ring:
        return False
    closed = len(run) > 3 and _same(run[0], run[-1])  # noqa: PLR2004 (a triangle and its closing point)
    holes = any(_HOLE_WORDS.search(text) for text in pending or [])
    return closed or holes or (_restarts(plot, point) and not _same(run[0], point))


def _same(a: TablePoint, b: TablePoint) -> bool:
    return abs(a.a - b.a) <= _NEAR and abs(a.b - b.b) <= _NEAR


def _restarts(plot: _Plot, point: TablePoint) -> bool:
    """Tell whether point numbers begin again."""
    run = plot.runs[-1]
    number, first, last = (_number(p.label) for p in (point, run[0], run[-1]))
    if number is None or last is None:
        return bool(point.label) and point.label == run[0].label
    return number <= last and number in (1, first)


def _number(label: str) -> int | None:
    """Read the number at the end of a point's name; a name Excel turned into a date has none."""
    if label.startswith("（"):
        return None
    hit = re.search(r"(\d{1,6})\D*$", label)
    return int(hit[1]) if hit else None


def _single(point: TablePoint) -> Drawing:
    run = Run(np.array([[point.a, point.b]]), (point.line,), (point.label,))
    name = point.plot or point.label
    return Drawing(name, "point", (run,), point.line, attributes=point.fields, step=point.step)


def _finished(plots: list[_Plot], words: str, shown: Path) -> tuple[list[Drawing], list[Problem]]:
    """Decide what each plot is, and refuse what could be two things."""
    drawings: list[Drawing] = []
    problems: list[Problem] = []
    for plot in _gathered(plots):
        kind = _kind(plot, words)
        if kind is None:
            found = f"{f'「{plot.name}」' if plot.name else ''}只有 2 个点，不知是线还是两个点"
            hint = "若是面请补齐拐点；若是线请在标题中写明「中心线」；若是点请给每个点写名称"
            problems.append(Problem(shown, plot.line, 0, found, hint))
            continue
        runs = tuple(_run(points, at) for at, points in enumerate(plot.runs, 1))
        step = min(point.step for points in plot.runs for point in points)
        fields = plot.runs[0][0].fields
        drawings.append(Drawing(plot.name, kind, runs, plot.line, plot.area, fields, step=step))
    return drawings, problems


def _gathered(plots: list[_Plot]) -> list[_Plot]:
    """Bring the rings of a plot that is named twice in a column together."""
    found: dict[str, _Plot] = {}
    out = []
    for plot in plots:
        named = bool(plot.runs[0][0].plot)
        if named and plot.name in found:
            found[plot.name].runs += plot.runs
        else:
            out.append(plot)
            if named:
                found[plot.name] = plot
    return out


def _kind(plot: _Plot, words: str) -> Kind | None:
    """Tell areas, lines and points by their number of points and the words above them."""
    said = plot.words or words
    linear = bool(_LINE_WORDS.search(said)) and not _AREA_WORDS.search(said)
    fewest = min(len(points) for points in plot.runs)
    if fewest == 1:
        return "point"
    if linear:
        return "line"
    return "polygon" if fewest > 2 else None  # noqa: PLR2004


def _run(points: list[TablePoint], number: int) -> Run:
    return Run(
        np.array([(p.a, p.b) for p in points]),
        tuple(p.line for p in points),
        tuple(p.label for p in points),
        number=number,
    )
