"""Rings as written to polygons: closing, repeated points, holes and parts by containment.

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
    from collections.abc import Sequence

    from geo.sites.drawing import Floats, Run

CLOSE_M: Final = 0.001
"""Points nearer than this are the same point: boundary points are written to the millimetre."""
SAME_AREA_M2: Final = 0.1
"""Areas that differ by less print alike: reports give hectares to 4 decimals, that is 1 m²."""
METRES_PER_DEGREE: Final = 111_320.0
MOST_RINGS: Final = 2_000
_MIN_CORNERS: Final = 3
_DEGREES: Final = 360.0
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
    if len(run.points) <= _MIN_CORNERS:
        return run, ()
    first, last = run.points[0], run.points[-1]
    close = CLOSE_M / metres_per_unit(run.points)
    if last[0] != last[1] or first[0] == first[1] or np.min(np.abs(first - last[0])) > close:
        return run, ()
    kept = run.chosen(range(len(run.points) - 1))
    return kept, (f"第 {run.number} 圈末点写成了（X, X），按闭合点处理",)


def assemble(runs: Sequence[Run]) -> Shape:
    """Build one footprint from its rings; where the format does not say, containment decides.

    A ring inside another is cut out of it, a ring inside a hole is an island, a ring outside is a
    further part; each is said. Rings that overlap in part are a fault.

    >>> from geo.sites.drawing import run_of
    >>> outer = run_of([(0, 0), (9, 0), (9, 9), (0, 9)])
    >>> inner = run_of([(1, 1), (2, 1), (2, 2), (1, 2)], number=2)
    >>> shape = assemble([outer, inner])
    >>> shape.geometry.area, shape.repairs
    (80.0, ('第 2 圈位于第 1 圈之内，按扣除（洞）处理',))
    """
    if len(runs) > MOST_RINGS:
        return _faulty(f"一个地块有 {len(runs)} 圈", "请核对圈号，或拆分为多个地块")
    rings: list[Polygon | MultiPolygon] = []
    tidied: list[Run] = []
    repairs: list[str] = []
    faults: list[Fault] = []
    for at, raw in enumerate(runs):
        run, words = tidy(raw)
        made = _ring(run, at)
        tidied.append(run)
        repairs += [*words, *made.repairs]
        faults += made.faults
        rings.append(made.geometry or Polygon())
    if faults:
        return Shape(None, faults=tuple(faults))
    known = _as_said(tidied)
    made = Shape(known) if known is not None else _by_containment(tidied, rings)
    return Shape(made.geometry, (*repairs, *made.repairs), made.faults)


def _faulty(message: str, hint: str, run: int = 0, point: int = 0) -> Shape:
    return Shape(None, faults=(Fault(message, hint, run, point),))


def _ring(run: Run, at: int) -> Shape:
    """Make one ring a polygon, or say what is wrong with it."""
    number = f"第 {run.number} 圈"
    if len(run.points) < _MIN_CORNERS:
        found = f"{number}只有 {len(run.points)} 个不同的点，不能成面"
        return _faulty(found, "面至少要 3 个点，请核对是否漏行", at)
    ring = Polygon(run.points)
    scale = metres_per_unit(run.points) ** 2
    if ring.is_valid:
        if ring.area * scale > CLOSE_M**2:
            return Shape(ring)
        return _faulty(f"{number}没有面积（各点在一条线上）", "请核对坐标", at)
    mended = shapely.make_valid(ring, method="structure", keep_collapsed=False)
    traverse = abs(_signed_area(run.points))
    if mended.area > 0 and abs(mended.area - traverse) * scale <= SAME_AREA_M2:
        return Shape(mended, (f"{number}有折返或自相接触的点，面积不受影响，已修复",))
    if not mended.area * scale > SAME_AREA_M2:
        return _faulty(f"{number}没有面积（各点在一条线上）", "请核对坐标", at)
    return _crossing(run, ring, at)


def _signed_area(points: Floats) -> float:
    """Area of the traverse, lobes run the other way counted negative."""
    x, y = (points - points[0]).T
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) / 2)


def _crossing(run: Run, ring: Polygon, at: int) -> Shape:
    """Say where a ring crosses itself, by the points of the two edges."""
    hint = "请核对点的顺序和坐标，改正后重新提交（边界不能由程序猜测）"
    found = _PLACE.search(shapely.is_valid_reason(ring))
    if found is None:
        return _faulty(f"第 {run.number} 圈自相交", hint, at)
    place = np.array([float(found[1]), float(found[2])])
    ends = np.roll(run.points, -1, axis=0)
    edges = shapely.linestrings(np.stack([run.points, ends], axis=1))
    first, second = sorted(np.argsort(shapely.distance(edges, shapely.Point(place)))[:2].tolist())
    count = len(run.points)
    sides = "与".join(
        f"「{run.label(edge)}—{run.label((edge + 1) % count)}」" for edge in (first, second)
    )
    where = f"（{place[0]:.10g}, {place[1]:.10g}）"
    return _faulty(f"第 {run.number} 圈自相交：边{sides}交于{where}附近", hint, at, first)


def _as_said(runs: Sequence[Run]) -> Polygon | MultiPolygon | None:
    """Build what the format says, when it says it for every ring and it is valid."""
    if any(run.hole is None for run in runs):
        return None
    polygons = []
    for part in dict.fromkeys(run.part for run in runs):
        shells = [run.points for run in runs if run.part == part and not run.hole]
        holes = [run.points for run in runs if run.part == part and run.hole]
        if len(shells) != 1:
            return None
        polygons.append(Polygon(shells[0], holes))
    whole = polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)
    return whole if whole.is_valid else None


def _by_containment(runs: Sequence[Run], rings: Sequence[Polygon | MultiPolygon]) -> Shape:
    """Decide what is a hole and what a part; even depth is ground, odd depth is cut out."""
    shapes = np.array(rings, dtype=object)
    parents, repeats, faults = _nesting(runs, shapes)
    if faults:
        return Shape(None, faults=tuple(faults))
    words = [f"第 {runs[i].number} 圈与另一圈完全相同，已忽略" for i in sorted(repeats)]
    kept = [i for i in range(len(runs)) if i not in repeats]
    depth = {i: len(parents[i]) for i in kept}
    pieces = []
    for i in kept:
        if depth[i] % 2:
            continue
        holes = [j for j in kept if depth[j] == depth[i] + 1 and i in parents[j]]
        pieces.append(_with_holes(shapes[i], [shapes[j] for j in holes]))
        words += [
            f"第 {runs[j].number} 圈位于第 {runs[i].number} 圈之内，按扣除（洞）处理" for j in holes
        ]
    words += _words_for_parts(runs, [i for i in kept if depth[i] % 2 == 0])
    whole = _together(pieces)
    if whole is None:
        return _faulty("各圈相减后没有剩余面积", "请核对圈号")
    return Shape(whole, tuple(words))


def _nesting(
    runs: Sequence[Run], shapes: np.ndarray
) -> tuple[dict[int, set[int]], set[int], list[Fault]]:
    """Find for every ring the rings around it, rings written twice, and rings that overlap."""
    parents: dict[int, set[int]] = {i: set() for i in range(len(shapes))}
    repeats: set[int] = set()
    faults: list[Fault] = []
    scale = metres_per_unit(runs[0].points) ** 2
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects").T.tolist()
    for a, b in ((a, b) for a, b in pairs if a < b):
        small, large = (a, b) if shapes[a].area < shapes[b].area else (b, a)
        common = shapely.intersection(shapes[small], shapes[large]).area
        slack = min(SAME_AREA_M2 / scale, 1e-3 * shapes[small].area)
        if common <= slack:
            continue
        if (
            abs(shapes[small].area - shapes[large].area) <= slack
            and common >= shapes[large].area - slack
        ):
            repeats.add(b)
        elif common >= shapes[small].area - slack:
            parents[small].add(large)
        else:
            found = f"第 {runs[a].number} 圈与第 {runs[b].number} 圈部分重叠"
            faults.append(Fault(found, "请核对圈号和坐标，同一地块的各圈不能重叠", b))
    return {i: around - repeats for i, around in parents.items()}, repeats, faults


def _with_holes(
    shell: Polygon | MultiPolygon, holes: list[Polygon | MultiPolygon]
) -> Polygon | MultiPolygon:
    """Cut holes; keep the vertices as they are where the plain construction is valid."""
    if (
        shell.geom_type == "Polygon"
        and not shell.interiors
        and all(h.geom_type == "Polygon" for h in holes)
    ):
        plain = Polygon(shell.exterior, [hole.exterior for hole in holes])
        if plain.is_valid:
            return plain
    return shapely.difference(shell, shapely.union_all(holes))


def _words_for_parts(runs: Sequence[Run], grounds: list[int]) -> list[str]:
    """Say which rings were taken as further parts of the footprint."""
    if len(grounds) <= 1 or all(run.hole is not None for run in runs):
        return []
    numbers = "、".join(str(runs[i].number) for i in grounds[1:])
    return [f"第 {numbers} 圈位于第 {runs[grounds[0]].number} 圈之外，按同一地块的另一部分处理"]


def _together(pieces: list[Polygon | MultiPolygon]) -> Polygon | MultiPolygon | None:
    """Join the parts; those that share an edge melt into one."""
    parts = [
        p
        for piece in pieces
        for p in shapely.get_parts(piece)
        if p.geom_type == "Polygon" and p.area > 0
    ]
    if not parts:
        return None
    whole = parts[0] if len(parts) == 1 else MultiPolygon(parts)
    return whole if whole.is_valid else shapely.union_all(parts)


def nested_groups(runs: Sequence[Run]) -> list[list[int]]:
    """Group rings without numbers: each outermost ring with all that lie inside it, in file order.

    >>> from geo.sites.drawing import run_of
    >>> square = lambda a, b: run_of([(a, a), (b, a), (b, b), (a, b)])
    >>> nested_groups([square(1, 2), square(0, 9), square(20, 30)])
    [[1, 0], [2]]
    """
    areas = [Polygon(run.points) if len(run.points) >= _MIN_CORNERS else Polygon() for run in runs]
    sound = np.array([area if area.is_valid else Polygon() for area in areas], dtype=object)
    roots: dict[int, list[int]] = {}
    around: dict[int, set[int]] = {i: set() for i in range(len(runs))}
    for inner, outer in shapely.STRtree(sound).query(sound, predicate="covered_by").T.tolist():
        if inner != outer and (sound[outer].area, -outer) > (sound[inner].area, -inner):
            around[inner].add(outer)
    for i in range(len(runs)):
        if not around[i]:
            roots.setdefault(i, []).insert(0, i)
            continue
        root = max(around[i], key=lambda j: areas[j].area)
        roots.setdefault(root, []).append(i)
    return [roots[i] for i in sorted(roots)]
