"""One ring as written to a polygon: closing, repeated points, crossings.

A ring that crosses itself is refused with the place where it does: which of its lobes is meant a program cannot
know, and a legal boundary is not guessed. The exception is a crossing without choice: when the even–odd area equals
the area of the traverse (spikes, rings touching themselves, noise at a vertex), every reading gives the same
footprint, and it is repaired and said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

if TYPE_CHECKING:
    from geo.sites.drawing import Floats, Run

CLOSE_M: Final = 0.001
"""Points nearer than this are the same point: boundary points are written to the millimetre."""
SAME_AREA_M2: Final = 0.1
"""Areas that differ by less print alike: reports give hectares to 4 decimals, that is 1 m²."""
METRES_PER_DEGREE: Final = 111_320.0
MIN_CORNERS: Final = 3
_DEGREES: Final = 360.0
_SAMPLE: Final = 500
_CHUNK: Final = 20
_MANY: Final = 200
_PLACE: Final = re.compile(r"\[(\S+) (\S+)\]")


@dataclass(frozen=True)
class Fault:
    """A ring that cannot be used: what is wrong, what to do, and at which point of which run."""

    message: str
    hint: str
    run: int = 0
    point: int = 0


@dataclass(frozen=True, eq=False)
class Shape:
    """A polygon built from rings, with what was set right, or the faults that prevent it."""

    geometry: Polygon | MultiPolygon | None
    repairs: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


def metres_per_unit(points: Floats) -> float:
    """Tell how long one unit of a run's numbers is, roughly: 1, or a degree.

    >>> metres_per_unit(np.array([[112.5, 36.3]])), metres_per_unit(np.array([[38512345.0, 4.0e6]]))
    (111320.0, 1.0)
    """
    return METRES_PER_DEGREE if np.all(np.abs(points) <= _DEGREES) else 1.0


def tidy(run: Run) -> tuple[Run, tuple[str, ...]]:
    """Drop the closing point, and points repeated one after another.

    Returns:
        The open ring, and words for what was unusual (a closing point is not).

    >>> from geo.sites.drawing import run_of
    >>> ring, words = tidy(run_of([(0, 0), (9, 0), (9, 5), (9, 5), (0, 5), (0, 0)]))
    >>> len(ring.points), words
    (4, ('第 1 圈有 1 个连续重复的点，已合并',))
    """
    words: list[str] = []
    close = CLOSE_M / metres_per_unit(run.points)
    if len(run.points) > 1 and _near(run.points[0], run.points[-1], close):
        run = run.chosen(range(len(run.points) - 1))
    steps = np.hypot(*np.diff(run.points, axis=0).T) if len(run.points) > 1 else np.empty(0)
    if np.any(steps <= close):
        keep = [0, *(np.flatnonzero(steps > close) + 1).tolist()]
        words.append(f"第 {run.number} 圈有 {len(run.points) - len(keep)} 个连续重复的点，已合并")
        run = run.chosen(keep)
        if len(run.points) > 1 and _near(run.points[0], run.points[-1], close):
            run = run.chosen(range(len(run.points) - 1))
    return run, tuple(words)


def is_closed(run: Run) -> bool:
    """Tell whether the last point repeats the first."""
    close = CLOSE_M / metres_per_unit(run.points)
    return len(run.points) > 1 and _near(run.points[0], run.points[-1], close)


def _near(a: Floats, b: Floats, close: float) -> bool:
    return bool(np.hypot(*(a - b)) <= close)


def without_bogus_close(run: Run) -> tuple[Run, tuple[str, ...]]:
    """Drop a closing point that some scripts write as (x, x), one number of the first point twice.

    It must go before coordinates are looked at: it lies nowhere near the others.

    >>> from geo.sites.drawing import run_of
    >>> run, words = without_bogus_close(run_of([(1, 5), (2, 5), (2, 6), (1, 1)]))
    >>> len(run.points), words
    (3, ('第 1 圈末点写成了（X, X），按闭合点处理',))
    """
    if len(run.points) <= MIN_CORNERS:
        return run, ()
    first, last = run.points[0], run.points[-1]
    close = CLOSE_M / metres_per_unit(run.points)
    if last[0] != last[1] or first[0] == first[1] or np.min(np.abs(first - last[0])) > close:
        return run, ()
    kept = run.chosen(range(len(run.points) - 1))
    return kept, (f"第 {run.number} 圈末点写成了（X, X），按闭合点处理",)


def faulty(message: str, hint: str, run: int = 0, point: int = 0) -> Shape:
    """Make a shape that is nothing but one fault."""
    return Shape(None, faults=(Fault(message, hint, run, point),))


def ring(run: Run, at: int) -> Shape:
    """Make one tidy ring a polygon, or say what is wrong with it.

    Args:
        run: The ring, open and without repeated points.
        at: Its place among the rings of its footprint, for the fault.

    >>> from geo.sites.drawing import run_of
    >>> ring(run_of([(0, 0), (9, 0), (9, 9)]), 0).geometry.area
    40.5
    >>> ring(run_of([(0, 0), (9, 9), (9, 0), (0, 5)]), 0).faults[0].message
    '第 1 圈自相交：边「第 1 点—第 2 点」与「第 3 点—第 4 点」交于（3.214285714, 3.214285714）附近'
    """
    number = f"第 {run.number} 圈"
    if len(run.points) < MIN_CORNERS:
        found = f"{number}只有 {len(run.points)} 个不同的点，不能成面"
        return faulty(found, "面至少要 3 个点，请核对是否漏行", at)
    polygon = Polygon(run.points)
    scale = metres_per_unit(run.points) ** 2
    if polygon.is_valid and polygon.area * scale > CLOSE_M**2:
        return Shape(polygon)
    if not polygon.is_valid and _tangled(run.points):
        return _crossing(run, polygon, at)
    mended = shapely.make_valid(polygon, method="structure", keep_collapsed=False)
    if not mended.area * scale > CLOSE_M**2:
        return faulty(f"{number}没有面积（各点在一条线上）", "请核对坐标", at)
    traverse = abs(_signed_area(run.points))
    if abs(mended.area - traverse) * scale > SAME_AREA_M2:
        return _crossing(run, polygon, at)
    return Shape(mended, (f"{number}有折返或自相接触的点，面积不受影响，已修复",))


def _tangled(points: Floats) -> bool:
    """Tell a ring that crosses itself all over, by a sample of its edges.

    Mending takes time and memory with the square of the crossings: 5 000 random points cross
    millions of times.
    """
    edges = shapely.linestrings(np.stack([points, np.roll(points, -1, axis=0)], axis=1))
    sample = edges[:: max(len(edges) // _SAMPLE, 1)]
    crossing = 0
    tree = shapely.STRtree(edges)
    for chunk in np.array_split(sample, max(len(sample) // _CHUNK, 1)):
        crossing += tree.query(chunk, predicate="crosses").shape[1]
        if crossing > _MANY:
            return True
    return False


def _signed_area(points: Floats) -> float:
    """Area of the traverse, lobes run the other way counted negative."""
    x, y = (points - points[0]).T
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) / 2)


def _crossing(run: Run, polygon: Polygon, at: int) -> Shape:
    """Say where a ring crosses itself, by the points of the two edges."""
    hint = "请核对点的顺序和坐标，改正后重新提交（边界不能由程序猜测）"
    found = _PLACE.search(shapely.is_valid_reason(polygon))
    if found is None:
        return faulty(f"第 {run.number} 圈自相交", hint, at)
    place = np.array([float(found[1]), float(found[2])])
    ends = np.roll(run.points, -1, axis=0)
    edges = shapely.linestrings(np.stack([run.points, ends], axis=1))
    first, second = sorted(np.argsort(shapely.distance(edges, shapely.Point(place)))[:2].tolist())
    count = len(run.points)
    sides = "与".join(
        f"「{run.label(edge)}—{run.label((edge + 1) % count)}」" for edge in (first, second)
    )
    where = f"（{place[0]:.10g}, {place[1]:.10g}）"
    return faulty(f"第 {run.number} 圈自相交：边{sides}交于{where}附近", hint, at, first)
