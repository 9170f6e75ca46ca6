"""One piece of a line and the edges of one zone around it: what the zone is to it, and which stretches it holds.

The piece is walked from event to event as the boundary of a site is (`geo.space.kernel.pair`), with the same
symbolic shift; what lies on the zone's boundary counts as held, as an intersection of closed sets has it. Of a line that runs over
itself every metre walked counts.
"""

# ruff: noqa: C901, PLR0912, PLR0915 - nested loops over flat arrays; split up, they would compile and run slower

from __future__ import annotations

import numpy as np

from geo.space.kernel.compile import compiled, inner
from geo.space.kernel.exact import side
from geo.space.kernel.grid import Sites
from geo.space.kernel.judge import Open
from geo.space.kernel.meet import (
    CONTACT,
    CROSSINGS,
    SITE_EVENTS,
    SITE_SHARED,
    TALLIES,
    UNKNOWN,
    between,
)
from geo.space.kernel.pair import UNKNOWN_BIT, gather, order_events
from geo.space.kernel.wkb import Counts, Floats

IN, OUT, ON, TOUCHED, CROSSED, UNTOLD = 1, 2, 4, 8, 16, 32
"""What was seen of a zone: stretches inside, outside, on its boundary; contact; a crossing beyond doubt; not to be told."""
_WIDTH = 6


@compiled
def trace(lines: Sites, z: Floats, turn: Floats, left: Open) -> tuple[Counts, Counts, Floats]:
    """Tell what open pairs of a piece and a zone see of each other, and the stretches that the zone holds.

    Args:
        lines: Pieces of all lines.
        z: Vertices of zones.
        turn: Per ring of all zones, +1 where the zone is left of it.
        left: The pairs.

    Returns:
        What was seen, pair by pair; rows of pair, first and last vertex of a stretch (a run of whole edges, or part of one edge);
        rows of where on the edge (0…1) it begins and ends, and lon, lat of either, of use where it is a part of one.
    """
    count = left.used[0]
    told = np.empty(count, np.int64)
    where, stretches = np.empty((1024, 3), np.int64), np.empty((1024, _WIDTH))
    total: int = np.int64(0)  # type: ignore[assignment]  # a literal 0 would be a type of its own
    tally = np.zeros(TALLIES, np.int64)
    for k in range(count):
        line, first, bit = left.pair[k, 0], left.pair[k, 2], left.pair[k, 3]
        end = left.pair[k + 1, 2] if k + 1 < count else left.used[1]
        for which in range(TALLIES):
            tally[which] = 0
        met = gather(lines, line, z, turn, left.entry[first:end], tally)
        if tally[UNKNOWN] or left.bits[bit] & UNKNOWN_BIT:
            told[k] = UNTOLD
            continue
        order_events(met.on_site, tally[SITE_EVENTS])
        order_events(met.shared_site, tally[SITE_SHARED])
        begin, last = lines.start[lines.first[line]], lines.start[lines.first[line] + 1] - 1
        most = tally[SITE_EVENTS] + last - begin
        if total + most > len(stretches):
            where, stretches = _with_room(where, stretches, total, 2 * (total + most))
        seen, wind, running = 0, left.bits[bit] & 1, False
        at: int = np.int64(0)  # type: ignore[assignment]
        for v in range(begin, last):
            t0, x0, y0 = 0.0, lines.xy[v, 0], lines.xy[v, 1]
            going = True
            while going:
                going = at < tally[SITE_EVENTS] and met.on_site[at, 0] == v
                t1, x1, y1 = 1.0, lines.xy[v + 1, 0], lines.xy[v + 1, 1]
                if going:
                    t1, x1, y1 = met.on_site[at, 1], met.on_site[at, 2], met.on_site[at, 3]
                if x1 != x0 or y1 != y0:
                    kind = OUT if wind == 0 else IN
                    if _shared(met.shared_site, tally[SITE_SHARED], v, t0, t1):
                        kind = ON
                    seen |= kind
                    whole = t0 == 0.0 and t1 == 1.0
                    if kind == OUT:
                        running = False
                    elif whole and running:
                        where[total - 1, 2] = v + 1
                    else:
                        where[total, 0], where[total, 1], where[total, 2] = k, v, v + 1
                        stretches[total, 0], stretches[total, 1] = t0, t1
                        stretches[total, 2], stretches[total, 3] = x0, y0
                        stretches[total, 4], stretches[total, 5] = x1, y1
                        total += 1
                        running = whole
                if going:
                    wind += int(met.on_site[at, 4])
                    t0, x0, y0 = t1, x1, y1
                    at += 1
        # Contact is told of the first vertex of an edge; the last of all begins none.
        if tally[CONTACT] or _ends_on(lines.xy, last, z, left.entry[first:end]):
            seen |= TOUCHED
        if tally[CROSSINGS] > 0:
            seen |= CROSSED
        told[k] = seen
    return told, where[:total], stretches[:total]


@inner
def _ends_on(p: Floats, last: int, z: Floats, edges: Counts) -> bool:
    """Tell whether a vertex lies on one of a zone's edges."""
    x, y = p[last, 0], p[last, 1]
    for k in range(len(edges)):
        w = edges[k, 0]
        cx, cy, dx, dy = z[w, 0], z[w, 1], z[w + 1, 0], z[w + 1, 1]
        if between(cx, cy, dx, dy, x, y) and side(cx, cy, dx, dy, x, y) == 0.0:
            return True
    return False


@inner
def _shared(rows: Floats, count: int, edge: int, low: float, high: float) -> bool:
    """Tell whether a stretch of an edge lies on the zone's boundary."""
    for row in range(count):
        if rows[row, 0] == edge and rows[row, 1] <= low and high <= rows[row, 2]:
            return True
    return False


@inner
def _with_room(where: Counts, stretches: Floats, used: int, room: int) -> tuple[Counts, Floats]:
    """Copy what was found into larger arrays."""
    more, longer = np.empty((room, 3), np.int64), np.empty((room, _WIDTH))
    for k in range(used):
        for column in range(3):
            more[k, column] = where[k, column]
        for column in range(_WIDTH):
            longer[k, column] = stretches[k, column]
    return more, longer
