"""Where one edge of a site meets one edge of a zone, with shared points and stretches told exactly.

Degenerate positions are settled symbolically: the site is taken as shifted by (ε, ε²), ε infinitely
small, so that no three points are ever collinear (the idea of Edelsbrunner & Mücke 1990, *Simulation
of simplicity*). Area is continuous, so the shift leaves it alone, and edges that coincide simply do
not cross. What the shift hides, contact and stretches on both boundaries, is recorded beside.
"""

# ruff: noqa: C901, PLR0912 - one case after another; split up, it would compile and run slower

from __future__ import annotations

import numpy as np

from geo.space.kernel.compile import inner
from geo.space.kernel.exact import along, side
from geo.space.kernel.wkb import Counts, Floats

# Rows of events are (edge, place on it 0…1, x, y, change of the winding number beyond).
# Rows of stretches are (edge, from, to, 1 where both interiors lie on the same side, else 0).
SITE_EVENTS, ZONE_EVENTS, SITE_SHARED, ZONE_SHARED, CROSSINGS, CONTACT, UNKNOWN = range(7)
TALLIES = 7


@inner
def shifted_side(value: float, dx: float, dy: float, sign: int) -> int:
    """Give the side of a point as the shift leaves it; ``sign`` is −1 where the line is shifted."""
    if value != 0.0:
        return 1 if value > 0 else -1
    if dy != 0.0:
        return sign if dy < 0 else -sign
    return sign if dx > 0 else -sign


@inner
def note(
    rows: Floats, tally: Counts, which: int, edge: int, at: float, x: float, y: float, change: float
) -> None:
    """Write down an event."""
    row = tally[which]
    rows[row, 0], rows[row, 1], rows[row, 2], rows[row, 3], rows[row, 4] = edge, at, x, y, change
    tally[which] = row + 1


@inner
def between(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> bool:
    """Tell whether a point of the line ab is on ab itself."""
    return min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by)


@inner
def meet(
    p: Floats, v: int, site_turn: float, z: Floats, w: int, k: int, zone_turn: float,
    on_site: Floats, on_zone: Floats, shared_site: Floats, shared_zone: Floats, tally: Counts,
) -> None:  # fmt: skip
    """Record what edge v of the site and edge w of the zone have in common.

    Args:
        p: Vertices of sites; the edge runs from v to v + 1.
        v: See above.
        site_turn: +1 where the site is left of its edge.
        z: Vertices of zones; the edge runs from w to w + 1.
        w: See above.
        k: Number of the zone's edge among those gathered.
        zone_turn: +1 where the zone is left of its edge.
        on_site: Events by edge of the site (v), room for two more.
        on_zone: Events by edge of the zone (k), room for two more.
        shared_site: Stretches by edge of the site, room for one more.
        shared_zone: Stretches by edge of the zone, room for one more.
        tally: How much of each there is, see the constants above.
    """
    ax, ay, bx, by = p[v, 0], p[v, 1], p[v + 1, 0], p[v + 1, 1]
    cx, cy, dx, dy = z[w, 0], z[w, 1], z[w + 1, 0], z[w + 1, 1]
    c, d = side(ax, ay, bx, by, cx, cy), side(ax, ay, bx, by, dx, dy)
    if (c > 0.0 and d > 0.0) or (c < 0.0 and d < 0.0):
        return
    a, b = side(cx, cy, dx, dy, ax, ay), side(cx, cy, dx, dy, bx, by)
    if (a > 0.0 and b > 0.0) or (a < 0.0 and b < 0.0):
        return
    if np.isnan(a + b + c + d):
        tally[UNKNOWN] = 1
        return
    exact = a == 0.0 or b == 0.0 or c == 0.0 or d == 0.0
    if exact:
        if c == 0.0 and between(ax, ay, bx, by, cx, cy):
            tally[CONTACT] = 1
            note(on_site, tally, SITE_EVENTS, v, along(ax, ay, bx, by, cx, cy), cx, cy, 0.0)
        if a == 0.0 and between(cx, cy, dx, dy, ax, ay):
            tally[CONTACT] = 1
            note(on_zone, tally, ZONE_EVENTS, k, along(cx, cy, dx, dy, ax, ay), ax, ay, 0.0)
        if c == 0.0 and d == 0.0:
            _share(p, v, site_turn, z, w, k, zone_turn, shared_site, shared_zone, tally)
            return
    site_c = shifted_side(c, bx - ax, by - ay, -1)
    site_d = shifted_side(d, bx - ax, by - ay, -1)
    zone_a = shifted_side(a, dx - cx, dy - cy, 1)
    zone_b = shifted_side(b, dx - cx, dy - cy, 1)
    if site_c == site_d or zone_a == zone_b:
        return
    if not exact:
        tally[CROSSINGS] += 1
        t, s = a / (a - b), c / (c - d)
        x, y = ax + t * (bx - ax), ay + t * (by - ay)
    elif c == 0.0:
        s, x, y = 0.0, cx, cy
        t = along(ax, ay, bx, by, x, y)
    elif d == 0.0:
        s, x, y = 1.0, dx, dy
        t = along(ax, ay, bx, by, x, y)
    elif a == 0.0:
        t, x, y = 0.0, ax, ay
        s = along(cx, cy, dx, dy, x, y)
    else:
        t, x, y = 1.0, bx, by
        s = along(cx, cy, dx, dy, x, y)
    note(on_site, tally, SITE_EVENTS, v, t, x, y, zone_turn * zone_b)
    note(on_zone, tally, ZONE_EVENTS, k, s, x, y, site_turn * site_d)


@inner
def _share(
    p: Floats, v: int, site_turn: float, z: Floats, w: int, k: int, zone_turn: float,
    shared_site: Floats, shared_zone: Floats, tally: Counts,
) -> None:  # fmt: skip
    """Record the stretch that two collinear edges share, if it has a length."""
    ax, ay, bx, by = p[v, 0], p[v, 1], p[v + 1, 0], p[v + 1, 1]
    cx, cy, dx, dy = z[w, 0], z[w, 1], z[w + 1, 0], z[w + 1, 1]
    t0, t1 = along(ax, ay, bx, by, cx, cy), along(ax, ay, bx, by, dx, dy)
    s0, s1 = along(cx, cy, dx, dy, ax, ay), along(cx, cy, dx, dy, bx, by)
    onward = 1.0 if t1 > t0 else -1.0
    t0, t1 = max(min(t0, t1), 0.0), min(max(t0, t1), 1.0)
    if t1 <= t0:
        return
    same = 1.0 if onward * site_turn * zone_turn > 0 else 0.0
    tally[CONTACT] = 1
    note4(shared_site, tally, SITE_SHARED, v, t0, t1, same)
    note4(shared_zone, tally, ZONE_SHARED, k, max(min(s0, s1), 0.0), min(max(s0, s1), 1.0), same)


@inner
def note4(
    rows: Floats, tally: Counts, which: int, edge: int, low: float, high: float, same: float
) -> None:
    """Write down a stretch."""
    row = tally[which]
    rows[row, 0], rows[row, 1], rows[row, 2], rows[row, 3] = edge, low, high, same
    tally[which] = row + 1
