"""One site and the edges of one zone around it: how they lie, and the area they share.

∂(P ∩ Z) = (∂P in Z) + (∂Z in P): both boundaries are walked from event to event with a winding
number, and the stretches inside the other are summed as areas under geodesic edges. No ring is built.
"""

# ruff: noqa: C901, PLR0912 - nested loops over flat arrays; split up, they would compile and run slower

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from geo.space.kernel.area import edge_area, sine_from
from geo.space.kernel.compile import inner
from geo.space.kernel.exact import BOUND, side
from geo.space.kernel.grid import Sites
from geo.space.kernel.meet import (
    SITE_EVENTS,
    SITE_SHARED,
    ZONE_EVENTS,
    ZONE_SHARED,
    meet,
)  # fmt: skip
from geo.space.kernel.wkb import Counts, Floats

APART, INSIDE, OVERLAPS, TOUCHES, UNDECIDED = -1, 0, 1, 2, 3
ODD, UNKNOWN_BIT, ON = 1, 2, 4
"""Of a ring's first vertex: inside the zone, not to be told, on an edge."""
IN, OUT, SAME, OPPOSITE = 1, 2, 4, 8
"""What a walk along a boundary has seen of the other."""
_MANY = 1024  # edge pairs beyond which the site's edges are sorted into strips
_RADIANS = math.pi / 180


class Met(NamedTuple):
    """Everything two boundaries have in common (`geo.space.kernel.meet`)."""

    on_site: Floats
    on_zone: Floats
    shared_site: Floats
    shared_zone: Floats


@inner
def _room(rows: Floats, used: int) -> Floats:
    """Copy the rows into twice the room."""
    more = np.empty((2 * len(rows), rows.shape[1]))
    for row in range(used):
        for column in range(rows.shape[1]):
            more[row, column] = rows[row, column]
    return more


@inner
def _clear_of(
    ax: float, ay: float, bx: float, by: float, cx: float, cy: float, dx: float, dy: float
) -> bool:
    """Tell whether c and d lie beyond doubt on the same side of ab: the edges do not meet."""
    x, y = bx - ax, by - ay
    c0, c1, d0, d1 = x * (cy - ay), y * (cx - ax), x * (dy - ay), y * (dx - ax)
    c, d = c0 - c1, d0 - d1
    if (c > 0.0) != (d > 0.0):
        return False
    return abs(c) > BOUND * (abs(c0) + abs(c1)) and abs(d) > BOUND * (abs(d0) + abs(d1))


@inner
def gather(sites: Sites, site: int, z: Floats, turn: Floats, edges: Counts, tally: Counts) -> Met:
    """Hold every edge of the site against every edge of the zone that its box meets."""
    p = sites.xy
    room = 16
    on_site, on_zone = np.empty((room, 5)), np.empty((room, 5))
    shared_site, shared_zone = np.empty((8, 4)), np.empty((8, 4))
    strip, listed, south, scale = _strips(sites, site, len(edges))
    last = len(strip) - 2
    for k in range(len(edges)):
        w = edges[k, 0]
        west, east = min(z[w, 0], z[w + 1, 0]), max(z[w, 0], z[w + 1, 0])
        low, high = min(z[w, 1], z[w + 1, 1]), max(z[w, 1], z[w + 1, 1])
        band = max(0, min(last, int((low - south) * scale)))
        for q in range(strip[band], strip[max(0, min(last, int((high - south) * scale))) + 1]):
            v = listed[q]
            if v < 0:
                band += 1
                continue
            x0, x1, y0, y1 = p[v, 0], p[v + 1, 0], p[v, 1], p[v + 1, 1]
            if min(x0, x1) > east or max(x0, x1) < west:
                continue
            if min(y0, y1) > high or max(y0, y1) < low or (x0 == x1 and y0 == y1):
                continue
            if band != max(0, min(last, int((max(low, min(y0, y1)) - south) * scale))):
                continue  # met already, in the first strip that both reach
            if _clear_of(x0, y0, x1, y1, z[w, 0], z[w, 1], z[w + 1, 0], z[w + 1, 1]):
                continue
            if max(tally[SITE_EVENTS], tally[ZONE_EVENTS]) + 4 > room:
                room *= 2
                on_site = _room(on_site, tally[SITE_EVENTS])
                on_zone = _room(on_zone, tally[ZONE_EVENTS])
            if tally[SITE_SHARED] + 4 > len(shared_site):
                shared_site = _room(shared_site, tally[SITE_SHARED])
                shared_zone = _room(shared_zone, tally[ZONE_SHARED])
            r = sites.first[site]
            while sites.start[r + 1] <= v:
                r += 1
            meet(
                p, v, sites.turn[r], z, w, k, turn[edges[k, 1]],
                on_site, on_zone, shared_site, shared_zone, tally,
            )  # fmt: skip
    return Met(on_site, on_zone, shared_site, shared_zone)


@inner
def _strips(sites: Sites, site: int, count: int) -> tuple[Counts, Counts, float, float]:
    """Sort the edges of a site into strips of latitude, −1 ending each; one for all if they are few."""
    p, r0, r1 = sites.xy, sites.first[site], sites.first[site + 1]
    n = sites.start[r1] - sites.start[r0]
    south, height = sites.box[site, 1], sites.box[site, 3] - sites.box[site, 1]
    bands, scale = 1, 0.0
    if n * count >= _MANY and height > 0.0:
        tall = 0.0
        for r in range(r0, r1):
            for v in range(sites.start[r], sites.start[r + 1] - 1):
                tall += abs(p[v + 1, 1] - p[v, 1])
        bands = max(1, int(min(n / 2.0, 3.0 * n * height / max(tall, height))))
        scale = bands / height * (1 - 1e-12)
    strip = np.empty(bands + 1, np.int64)
    for band in range(bands + 1):
        strip[band] = 0
    listed = strip
    for step in range(2):
        if step == 1:
            total = 0
            for band in range(bands + 1):
                size = strip[band] + (band < bands)
                strip[band] = total
                total += size
            listed = np.empty(total, np.int64)
            for q in range(total):
                listed[q] = -1
        for r in range(r0, r1):
            for v in range(sites.start[r], sites.start[r + 1] - 1):
                low, high = min(p[v, 1], p[v + 1, 1]), max(p[v, 1], p[v + 1, 1])
                for band in range(int((low - south) * scale), int((high - south) * scale) + 1):
                    if step == 1:
                        listed[strip[band]] = v
                    strip[band] += 1
    for band in range(bands, 0, -1):
        strip[band] = strip[band - 1] + 1
    strip[0] = 0
    return strip, listed, south, scale


@inner
def order_events(rows: Floats, count: int) -> None:
    """Sort rows by edge and place on it (shell sort: most pairs have a handful)."""
    gap = 1
    while gap < count // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, count):
            j = i
            while j >= gap and (
                rows[j - gap, 0] > rows[j, 0]
                or (rows[j - gap, 0] == rows[j, 0] and rows[j - gap, 1] > rows[j, 1])
            ):
                for column in range(rows.shape[1]):
                    held = rows[j, column]
                    rows[j, column] = rows[j - gap, column]
                    rows[j - gap, column] = held
                j -= gap
        gap //= 3


@inner
def _kind(rows: Floats, count: int, edge: int, low: float, high: float, wind: int) -> int:
    """Tell where a stretch of a boundary lies: on the other boundary, or inside, or outside."""
    row, end = 0, count
    while row < end:
        middle = (row + end) // 2
        if rows[middle, 0] < edge:
            row = middle + 1
        else:
            end = middle
    while row < count and rows[row, 0] == edge:
        if rows[row, 1] <= low and high <= rows[row, 2]:
            return SAME if rows[row, 3] == 1.0 else OPPOSITE
        row += 1
    return IN if wind != 0 else OUT


@inner
def _walk_edge(
    ax: float, ay: float, bx: float, by: float, edge: int, wind: int, turn: float, origin: float,
    s0: float, events: Floats, at: int, event_count: int, shared: Floats, shared_count: int,
) -> tuple[int, int, int, float]:  # fmt: skip
    """Walk one edge; give the next event, the winding number at its end, what was seen, the area."""
    seen, area = 0, 0.0
    x0, y0, t0 = ax, ay, 0.0
    while True:
        due = at < event_count and events[at, 0] == edge
        t1, x1, y1 = 1.0, bx, by
        if due:
            t1, x1, y1 = events[at, 1], events[at, 2], events[at, 3]
        if x1 != x0 or y1 != y0:
            seen |= _kind(shared, shared_count, edge, t0, t1, wind)
            if wind != 0:
                u0, u1 = sine_from(y0, origin), sine_from(y1, origin)
                area += wind * turn * edge_area(x0, u0, x1, u1, s0)
        if not due:
            return at, wind, seen, area
        wind += int(events[at, 4])
        x0, y0, t0 = x1, y1, t1
        at += 1


@inner
def walk_site(
    sites: Sites, site: int, bits: Counts, bit: int, met: Met, tally: Counts
) -> tuple[int, float]:
    """Walk the site's rings, known by `bits` from `bit` on, through the zone; −1 when the winding does not close."""
    p, origin = sites.xy, sites.xy[sites.start[sites.first[site]], 1]
    s0 = math.sin(origin * _RADIANS)
    seen, area = 0, 0.0
    at: int = np.int64(0)  # type: ignore[assignment]  # a literal 0 would be a type of its own
    # Most edges meet nothing: they are walked here, without a call that hands arrays on.
    alone, events = tally[SITE_SHARED] == 0, tally[SITE_EVENTS]
    for r in range(sites.first[site], sites.first[site + 1]):
        begun = bits[bit + r - sites.first[site]] & 1
        wind = begun
        for v in range(sites.start[r], sites.start[r + 1] - 1):
            ax, ay, bx, by = p[v, 0], p[v, 1], p[v + 1, 0], p[v + 1, 1]
            if alone and not (at < events and met.on_site[at, 0] == v):
                if ax == bx and ay == by:
                    continue
                seen |= IN if wind != 0 else OUT
                if wind != 0:
                    u0, u1 = sine_from(ay, origin), sine_from(by, origin)
                    area += wind * sites.turn[r] * edge_area(ax, u0, bx, u1, s0)
                continue
            at, wind, kinds, part = _walk_edge(
                ax, ay, bx, by, v, wind, sites.turn[r], origin, s0,
                met.on_site, at, events, met.shared_site, tally[SITE_SHARED],
            )  # fmt: skip
            seen |= kinds
            area += part
        if wind != begun:
            return -1, 0.0
    return seen, area


@inner
def walk_zone(
    sites: Sites, site: int, z: Floats, turn: Floats, edges: Counts, met: Met,
    tally: Counts,
) -> tuple[int, float]:  # fmt: skip
    """Walk the zone's edges through the site; −1 when a beginning cannot be placed."""
    origin = sites.xy[sites.start[sites.first[site]], 1]
    s0 = math.sin(origin * _RADIANS)
    seen, area = 0, 0.0
    at: int = np.int64(0)  # type: ignore[assignment]  # a literal 0 would be a type of its own
    wind: int = np.int64(0)  # type: ignore[assignment]
    alone, events = tally[ZONE_SHARED] == 0, tally[ZONE_EVENTS]
    for k in range(len(edges)):
        w = edges[k, 0]
        before = edges[k - 1, 0] + 1 if k else 0
        follows = k > 0 and edges[k, 1] == edges[k - 1, 1]
        if not (follows and z[before, 0] == z[w, 0] and z[before, 1] == z[w, 1]):
            wind = _begins_inside(sites, site, z[w, 0], z[w, 1])
            if wind < 0:
                return -1, 0.0
        ax, ay, bx, by = z[w, 0], z[w, 1], z[w + 1, 0], z[w + 1, 1]
        if alone and not (at < events and met.on_zone[at, 0] == k):
            if wind != 0:
                seen |= IN
                u0, u1 = sine_from(ay, origin), sine_from(by, origin)
                area += wind * turn[edges[k, 1]] * edge_area(ax, u0, bx, u1, s0)
            else:
                seen |= OUT
            continue
        at, wind, kinds, part = _walk_edge(
            ax, ay, bx, by, k, wind, turn[edges[k, 1]], origin, s0,
            met.on_zone, at, events, met.shared_zone, tally[ZONE_SHARED],
        )  # fmt: skip
        seen |= kinds
        area += part
    return seen, area


@inner
def _begins_inside(sites: Sites, site: int, x: float, y: float) -> int:
    """Tell whether a vertex of the zone lies in the site (as shifted): 1, 0, −1 unknown."""
    box, p = sites.box, sites.xy
    if x < box[site, 0] or x > box[site, 2] or y < box[site, 1] or y > box[site, 3]:
        return 0
    odd = 0
    for r in range(sites.first[site], sites.first[site + 1]):
        for v in range(sites.start[r], sites.start[r + 1] - 1):
            ay, by = p[v, 1], p[v + 1, 1]
            if (ay < y) == (by < y):  # the point is shifted south by ε²
                continue
            where = side(p[v, 0], ay, p[v + 1, 0], by, x, y)
            if np.isnan(where):
                return -1
            # It is shifted west too, so on the edge means left of a rising one.
            if (where > 0 or (where == 0 and by > ay)) == (by > ay):
                odd ^= 1
    return odd
