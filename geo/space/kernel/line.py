"""One line and the edges of one zone around it: how they lie, and which stretches the zone holds.

The line is walked from event to event as the boundary of a site is (`geo.space.kernel.pair`), with the same
symbolic shift; what lies on the zone's boundary counts as held, as an intersection of closed sets has it. Of a line that runs over
itself every metre walked counts; GEOS counts it once.
"""

# ruff: noqa: C901, PLR0912, PLR0915 - nested loops over flat arrays; split up, they would compile and run slower

from __future__ import annotations

import numpy as np

from geo.space.kernel.compile import compiled, inner
from geo.space.kernel.grid import Sites
from geo.space.kernel.judge import Open
from geo.space.kernel.meet import (
    CONTACT,
    CROSSINGS,
    SITE_EVENTS,
    SITE_SHARED,
    TALLIES,
    UNKNOWN,
)
from geo.space.kernel.pair import (
    APART,
    INSIDE,
    OVERLAPS,
    TOUCHES,
    UNDECIDED,
    UNKNOWN_BIT,
    gather,
    order_events,
)
from geo.space.kernel.wkb import Counts, Floats

_IN, _OUT, _ON = 1, 2, 4
_WIDTH = 6


@compiled
def trace(sites: Sites, z: Floats, turn: Floats, left: Open) -> tuple[Counts, Counts, Floats]:
    """Give the relation of open pairs of a line and a zone, and the stretches that the zone holds.

    Args:
        sites: All lines.
        z: Vertices of zones.
        turn: Per ring of all zones, +1 where the zone is left of it.
        left: The pairs.

    Returns:
        Relations; rows of pair and first vertex of the line's edge; rows of where on the edge (0…1) the
        stretch begins and ends, and lon, lat of either.
    """
    count = left.used[0]
    relations = np.empty(count, np.int64)
    where, stretches = np.empty((1024, 2), np.int64), np.empty((1024, _WIDTH))
    total: int = np.int64(0)  # type: ignore[assignment]  # a literal 0 would be a type of its own
    for k in range(count):
        line = left.pair[k, 0]
        first, bit = left.pair[k, 2], left.pair[k, 3]
        end = left.pair[k + 1, 2] if k + 1 < count else left.used[1]
        tally = np.zeros(TALLIES, np.int64)
        met = gather(sites, line, z, turn, left.entry[first:end], tally)
        known = tally[UNKNOWN] == 0
        for r in range(sites.first[line + 1] - sites.first[line]):
            known = known and (left.bits[bit + r] & UNKNOWN_BIT) == 0
        relations[k] = UNDECIDED
        if not known:
            continue
        order_events(met.on_site, tally[SITE_EVENTS])
        order_events(met.shared_site, tally[SITE_SHARED])
        most = tally[SITE_EVENTS]
        for r in range(sites.first[line], sites.first[line + 1]):
            most += sites.start[r + 1] - sites.start[r]
        if total + most > len(stretches):
            where, stretches = _with_room(where, stretches, total, 2 * (total + most))
        seen, before = 0, total
        at: int = np.int64(0)  # type: ignore[assignment]
        for r in range(sites.first[line], sites.first[line + 1]):
            wind = left.bits[bit] & 1
            bit += 1
            for v in range(sites.start[r], sites.start[r + 1] - 1):
                t0, x0, y0 = 0.0, sites.xy[v, 0], sites.xy[v, 1]
                going = True
                while going:
                    going = at < tally[SITE_EVENTS] and met.on_site[at, 0] == v
                    t1, x1, y1 = 1.0, sites.xy[v + 1, 0], sites.xy[v + 1, 1]
                    if going:
                        t1, x1, y1 = met.on_site[at, 1], met.on_site[at, 2], met.on_site[at, 3]
                    if x1 != x0 or y1 != y0:
                        side = _OUT if wind == 0 else _IN
                        if _shared(met.shared_site, tally[SITE_SHARED], v, t0, t1):
                            side = _ON
                        seen |= side
                        if side != _OUT:
                            where[total, 0], where[total, 1] = k, v
                            stretches[total, 0], stretches[total, 1] = t0, t1
                            stretches[total, 2], stretches[total, 3] = x0, y0
                            stretches[total, 4], stretches[total, 5] = x1, y1
                            total += 1
                    if going:
                        wind += int(met.on_site[at, 4])
                        t0, x0, y0 = t1, x1, y1
                        at += 1
        if seen & _IN or tally[CROSSINGS] > 0:
            relations[k] = OVERLAPS if seen & _OUT else INSIDE
        elif seen == 0:
            total = before  # a line without length: GEOS knows what it is
        else:
            relations[k] = TOUCHES if tally[CONTACT] else APART
            total = before
    return relations, where[:total], stretches[:total]


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
    more, longer = np.empty((room, 2), np.int64), np.empty((room, _WIDTH))
    for k in range(used):
        more[k, 0], more[k, 1] = where[k, 0], where[k, 1]
        for column in range(_WIDTH):
            longer[k, column] = stretches[k, column]
    return more, longer
