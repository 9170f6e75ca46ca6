"""How far pieces of two boundaries are apart on the plane, compiled: what GEOS and numpy tell `geo.space.boundary_gaps` of few.

Boxes are asked before edges, edges' boxes before the edges themselves.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from geo.space.kernel.compile import compiled, inner
from geo.space.kernel.wkb import Counts, Floats


class Plane(NamedTuple):
    """Pieces of boundaries, as `geo.space.boundary_chunks.Chunks` has them.

    Args:
        flat: Vertices.
        start: First vertex of every piece, and the end.
        box: West, south, east, north of every piece.
    """

    flat: Floats
    start: Counts
    box: Floats


@compiled
def gaps(one: Plane, other: Plane, i: Counts, j: Counts) -> tuple[Floats, Floats]:
    """Give the distance of pieces ``i`` of one and ``j`` of the other, and the northing of the middle of the way."""
    flat, north = np.empty(len(i)), np.empty(len(i))
    for k in range(len(i)):
        best, middle = _toward(one, i[k], other, j[k], np.inf, 0.0)
        best, middle = _toward(other, j[k], one, i[k], best, middle)
        if best > 0.0 and _box_gap2(one.box, i[k], other.box, j[k]) == 0.0:
            best, middle = _crossing(one, i[k], other, j[k], best, middle)
        flat[k], north[k] = math.sqrt(best), middle
    return flat, north


@compiled
def near_edges(
    one: Plane, other: Plane, i: Counts, j: Counts, reach: Floats
) -> tuple[Counts, Counts, Counts]:
    """List pair, vertex of one and first vertex of an edge of the other that are at most ``reach`` of the pair apart."""
    found, total = np.empty((1024, 3), np.int64), 0
    for k in range(len(i)):
        far = reach[k] * reach[k]
        begin, end = other.start[j[k]], other.start[j[k] + 1]
        for v in range(one.start[i[k]], one.start[i[k] + 1]):
            x, y = one.flat[v, 0], one.flat[v, 1]
            if _point_gap2(x, y, other.box, j[k]) > far:
                continue
            if total + end - begin > len(found):
                more = np.empty((2 * (total + end - begin), 3), np.int64)
                for row in range(total):
                    for column in range(3):
                        more[row, column] = found[row, column]
                found = more
            for w in range(begin, max(end - 1, begin + 1)):
                if _to_edge2(x, y, other.flat, w, min(w + 1, end - 1), far)[0] <= far:
                    found[total, 0], found[total, 1], found[total, 2] = k, v, w
                    total += 1
    return found[:total, 0].copy(), found[:total, 1].copy(), found[:total, 2].copy()


@inner
def _toward(
    one: Plane, i: int, other: Plane, j: int, best: float, middle: float
) -> tuple[float, float]:
    """Look for a shorter way from a vertex of one piece to an edge of another; distances squared."""
    begin, end = other.start[j], other.start[j + 1]
    for v in range(one.start[i], one.start[i + 1]):
        x, y = one.flat[v, 0], one.flat[v, 1]
        if _point_gap2(x, y, other.box, j) >= best:
            continue
        for w in range(begin, max(end - 1, begin + 1)):
            gap, foot = _to_edge2(x, y, other.flat, w, min(w + 1, end - 1), best)
            if gap < best:
                best, middle = gap, 0.5 * (y + foot)
    return best, middle


@inner
def _to_edge2(
    x: float, y: float, flat: Floats, begin: int, end: int, most: float
) -> tuple[float, float]:
    """Give the squared distance of a point from an edge, and the northing of its foot; infinite where beyond `most`."""
    ax, ay, bx, by = flat[begin, 0], flat[begin, 1], flat[end, 0], flat[end, 1]
    dx = max(min(ax, bx) - x, x - max(ax, bx), 0.0)
    dy = max(min(ay, by) - y, y - max(ay, by), 0.0)
    if dx * dx + dy * dy > most:
        return np.inf, 0.0
    ex, ey = bx - ax, by - ay
    square, place = ex * ex + ey * ey, 0.0
    if square > 0.0:
        place = min(max((ex * (x - ax) + ey * (y - ay)) / square, 0.0), 1.0)
    fx, fy = x - ax - place * ex, y - ay - place * ey
    return fx * fx + fy * fy, ay + place * ey


@inner
def _crossing(
    one: Plane, i: int, other: Plane, j: int, best: float, middle: float
) -> tuple[float, float]:
    """Give no distance where an edge of one piece crosses one of the other, else what was known."""
    p, q = one.flat, other.flat
    for v in range(one.start[i], one.start[i + 1] - 1):
        for w in range(other.start[j], other.start[j + 1] - 1):
            a = _turn(q, w, p[v, 0], p[v, 1])
            b = _turn(q, w, p[v + 1, 0], p[v + 1, 1])
            if (
                a * b < 0.0
                and _turn(p, v, q[w, 0], q[w, 1]) * _turn(p, v, q[w + 1, 0], q[w + 1, 1]) < 0.0
            ):
                return 0.0, p[v, 1] + a / (a - b) * (p[v + 1, 1] - p[v, 1])
    return best, middle


@inner
def _turn(p: Floats, v: int, x: float, y: float) -> float:
    """Tell on which side of an edge a point lies."""
    return (p[v + 1, 0] - p[v, 0]) * (y - p[v, 1]) - (p[v + 1, 1] - p[v, 1]) * (x - p[v, 0])  # type: ignore[no-any-return]


@inner
def _point_gap2(x: float, y: float, box: Floats, j: int) -> float:
    """Give the squared distance of a point from a box."""
    dx = max(box[j, 0] - x, x - box[j, 2], 0.0)
    dy = max(box[j, 1] - y, y - box[j, 3], 0.0)
    return dx * dx + dy * dy  # type: ignore[no-any-return]


@inner
def _box_gap2(one: Floats, i: int, other: Floats, j: int) -> float:
    """Give the squared distance of two boxes."""
    dx = max(one[i, 0] - other[j, 2], other[j, 0] - one[i, 2], 0.0)
    dy = max(one[i, 1] - other[j, 3], other[j, 1] - one[i, 3], 0.0)
    return dx * dx + dy * dy  # type: ignore[no-any-return]
