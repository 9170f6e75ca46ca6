"""Rings of one footprint to polygons: what is ground, hole or further part, by containment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from geo.sites.rings import (
    MIN_CORNERS,
    SAME_AREA_M2,
    Fault,
    Shape,
    faulty,
    metres_per_unit,
    ring,
    tidy,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo.sites.drawing import Floats, Run

MOST_RINGS: Final = 500


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
        return faulty(f"一个地块有 {len(runs)} 圈", "请核对圈号，或拆分为多个地块")
    rings: list[Polygon | MultiPolygon] = []
    tidied: list[Run] = []
    repairs: list[str] = []
    faults: list[Fault] = []
    for at, raw in enumerate(runs):
        run, words = tidy(raw)
        made = ring(run, at)
        tidied.append(run)
        repairs += [*words, *made.repairs]
        faults += made.faults
        rings.append(made.geometry or Polygon())
    if faults:
        return Shape(None, faults=tuple(faults))
    known = _as_said(tidied)
    made = Shape(known) if known is not None else _by_containment(tidied, rings)
    return Shape(made.geometry, (*repairs, *made.repairs), made.faults)


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
        return faulty("各圈相减后没有剩余面积", "请核对圈号")
    return Shape(whole, tuple(words))


def _nesting(
    runs: Sequence[Run], shapes: np.ndarray
) -> tuple[dict[int, set[int]], set[int], list[Fault]]:
    """Find for every ring the rings around it, rings written twice, and rings that overlap."""
    parents: dict[int, set[int]] = {i: set() for i in range(len(shapes))}
    repeats: set[int] = set()
    faults: list[Fault] = []
    areas = shapely.area(shapes)
    # An overlap that is only rounding: what no report prints, or a thousandth of a tiny ring.
    slacks = np.minimum(SAME_AREA_M2 / metres_per_unit(runs[0].points) ** 2, 1e-3 * areas)
    for small, large, common in _overlaps(shapes, areas):
        slack = slacks[small]
        if common <= slack:
            continue
        if common >= areas[large] - slack:
            repeats.add(max(small, large))
        elif common >= areas[small] - slack:
            parents[small].add(large)
        else:
            first, second = sorted((small, large))
            found = f"第 {runs[first].number} 圈与第 {runs[second].number} 圈部分重叠"
            hint = "请核对圈号和坐标，同一地块的各圈不能重叠"
            faults.append(Fault(found, hint, max(small, large)))
    return {i: around - repeats for i, around in parents.items()}, repeats, faults


def _overlaps(shapes: np.ndarray, areas: Floats) -> Iterator[tuple[int, int, float]]:
    """Yield each pair that meets: the smaller, the larger, their common area (the slow part only where needed)."""
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    swap = areas[a] >= areas[b]
    small, large = np.where(swap, b, a), np.where(swap, a, b)
    shapely.prepare(shapes)
    inside = shapely.covers(shapes[large], shapes[small])
    common = areas[small].copy()
    common[~inside] = shapely.area(
        shapely.intersection(shapes[small[~inside]], shapes[large[~inside]])
    )
    yield from zip(small.tolist(), large.tolist(), common.tolist(), strict=True)


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
    areas = [Polygon(run.points) if len(run.points) >= MIN_CORNERS else Polygon() for run in runs]
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
