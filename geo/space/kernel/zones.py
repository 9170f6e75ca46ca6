"""Zones streamed past the sites: every edge of every zone is looked at once.

An edge does two things: it changes the parity of the rings that begin west of it (is their first
vertex inside the zone?), and it is handed to every site whose box it meets. Sites without edges are
wholly inside or wholly outside; the others are left open for `geo.space.kernel.judge`.

Streaming and judging are two compiled steps that Python calls one after the other: a function takes
in the machine code of all that it calls, so one chain of calls through both took far longer to compile.
"""

# ruff: noqa: C901, FBT001, PLR0912 - flat loops run faster; compiled functions take no keywords cheaply

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from geo.space.kernel.compile import compiled, inner
from geo.space.kernel.exact import side
from geo.space.kernel.grid import Grid, Sites
from geo.space.kernel.judge import Open
from geo.space.kernel.pair import APART, INSIDE, ODD, ON, TOUCHES, UNDECIDED, UNKNOWN_BIT
from geo.space.kernel.wkb import Bytes, Counts, Floats


class Zones(NamedTuple):
    """The zones as flat arrays; as `geo.space.kernel.grid.Sites` without owner."""

    xy: Floats
    start: Counts
    first: Counts
    turn: Floats
    box: Floats


class Near(NamedTuple):
    """Rings that begin in the box of one zone, sorted into strips of latitude."""

    ring: Counts
    begin: Floats
    strip: Counts
    south: float
    scale: float


class Gathered(NamedTuple):
    """Edges of one zone by site: chained lists, in the order of the zone's boundary.

    Two tables and not six columns: every array handed on costs seven arguments, and time to compile.

    Args:
        site: Rows of the first and the last entry of every site, −1 for none, and a list of sites with entries.
        entry: Rows of the first vertex of an edge, its ring, and the next entry of the same site, −1 at the end.
        used: Entries, sites with entries.
    """

    site: Counts
    entry: Counts
    used: Counts


def run(
    zones: Zones, chosen: Counts, sites: Sites, grid: Grid, *, points: bool
) -> tuple[Counts, Counts, Counts, Open]:
    """Give site, zone and relation of the pairs that are plain, and what is to be judged.

    Args:
        zones: All zones.
        chosen: The zones to do.
        sites: All sites.
        grid: Over the sites.
        points: Sites are points: only inside or on the border.
    """
    # Made here: each way of making an array is compiled anew in compiled code.
    parity = np.zeros(len(sites.start) - 1, np.uint8)
    edges = Gathered(
        np.full((len(sites.first) - 1, 3), -1), np.empty((4096, 3), np.int64), np.zeros(2, np.int64)
    )
    left = Open(
        np.empty((256, 4), np.int64), np.empty((4096, 2), np.int64), np.empty(1024, np.int64),
        np.zeros(3, np.int64),
    )  # fmt: skip
    found = np.empty((1024, 3), np.int64)
    found, total, left = run_chosen(
        zones, chosen, sites, grid, parity, edges, left, found, 0, points
    )
    return found[:total, 0], found[:total, 1], found[:total, 2], left


@compiled
def run_chosen(
    zones: Zones, chosen: Counts, sites: Sites, grid: Grid, parity: Bytes, edges: Gathered,
    left: Open, found: Counts, total: int, points: bool,
) -> tuple[Counts, int, Open]:  # fmt: skip
    """Do as `run`; give rows of site, zone, relation, how many of them count, and what is to be judged."""
    for z in chosen:
        west, south, east, north = (
            zones.box[z, 0],
            zones.box[z, 1],
            zones.box[z, 2],
            zones.box[z, 3],
        )
        if not (west <= east):
            continue
        near = _rings_near(sites, grid, west, south, east, north)
        edges = _stream(zones, z, sites, grid, near, parity, edges, points)
        needed = total + len(near.ring)
        if needed > len(found):
            found = _with_rows(found, total, 2 * needed)
        total = _emit(z, sites, near, parity, edges, found, total, points)
        if edges.used[1] > 0:
            left = _leave(z, sites, parity, edges, left)
        for r in near.ring:
            parity[r] = 0
    return found, total, left


@inner
def _with_rows(rows: Counts, used: int, room: int) -> Counts:
    """Copy the rows used into a larger array."""
    more = np.empty((room, rows.shape[1]), np.int64)
    for k in range(used):
        for column in range(rows.shape[1]):
            more[k, column] = rows[k, column]
    return more


@inner
def _leave(z: int, sites: Sites, parity: Bytes, edges: Gathered, left: Open) -> Open:
    """Write down the sites that have edges of a zone in their boxes, and forget its edges."""
    used, fresh = left.used, 0
    for k in range(edges.used[1]):
        f = edges.site[k, 2]
        fresh += sites.first[f + 1] - sites.first[f]
    rows, entry, bits = left.pair, left.entry, left.bits
    if used[0] + edges.used[1] > len(rows):
        rows = _with_rows(rows, used[0], 2 * (used[0] + edges.used[1]))
    if used[1] + edges.used[0] > len(entry):
        entry = _with_rows(entry, used[1], 2 * (used[1] + edges.used[0]))
    if used[2] + fresh > len(bits):
        more = np.empty(2 * (used[2] + fresh), np.int64)
        for k in range(used[2]):
            more[k] = bits[k]
        bits = more
    for k in range(edges.used[1]):
        f = edges.site[k, 2]
        row = used[0]
        rows[row, 0], rows[row, 1], rows[row, 2], rows[row, 3] = f, z, used[1], used[2]
        used[0] = row + 1
        for r in range(sites.first[f], sites.first[f + 1]):
            bits[used[2]] = parity[r]
            used[2] += 1
        at = edges.site[f, 0]
        while at >= 0:
            entry[used[1], 0], entry[used[1], 1] = edges.entry[at, 0], edges.entry[at, 1]
            used[1] += 1
            at = edges.entry[at, 2]
        edges.site[f, 0] = -1
    edges.used[0] = edges.used[1] = 0
    return Open(rows, entry, bits, used)


@inner
def _rings_near(
    sites: Sites, grid: Grid, west: float, south: float, east: float, north: float
) -> Near:
    """Find the rings that begin in a box."""
    columns, rows = grid.columns, grid.rows
    left = min(max(int((west - grid.west) * grid.x_scale), 0), columns)
    right = min(int((east - grid.west) * grid.x_scale), columns - 1)
    low = min(max(int((south - grid.south) * grid.y_scale), 0), rows)
    high = min(int((north - grid.south) * grid.y_scale), rows - 1)
    if east < grid.west or north < grid.south:
        right = -1
    most = 0
    if right >= left:
        for row in range(low, high + 1):
            here = row * columns
            most += grid.ring_cell[here + right + 1] - grid.ring_cell[here + left]
    ring, k = np.empty(most, np.int64), 0
    if right >= left:
        for row in range(low, high + 1):
            here = row * columns
            for q in range(grid.ring_cell[here + left], grid.ring_cell[here + right + 1]):
                r = grid.ring_members[q]
                x, y = sites.xy[sites.start[r], 0], sites.xy[sites.start[r], 1]
                if west <= x <= east and south <= y <= north:
                    ring[k] = r
                    k += 1
    return _in_strips(sites, ring[:k], south, north)


@inner
def _in_strips(sites: Sites, ring: Counts, south: float, north: float) -> Near:
    """Sort rings into strips of latitude."""
    count = len(ring)
    bands = 2 * count + 1
    scale = bands / (north - south) * (1 - 1e-12) if north > south else 0.0
    strip = np.empty(bands + 1, np.int64)
    for band in range(bands + 1):
        strip[band] = 0
    for q in range(count):
        strip[int((sites.xy[sites.start[ring[q]], 1] - south) * scale)] += 1
    total = 0
    for band in range(bands + 1):
        size = strip[band]
        strip[band] = total
        total += size
    order, place = np.empty(count, np.int64), np.empty((count, 2))
    for q in range(count):
        begin = sites.start[ring[q]]
        band = int((sites.xy[begin, 1] - south) * scale)
        at = strip[band]
        strip[band] = at + 1
        order[at], place[at, 0], place[at, 1] = ring[q], sites.xy[begin, 0], sites.xy[begin, 1]
    for band in range(bands, 0, -1):
        strip[band] = strip[band - 1]
    strip[0] = 0
    return Near(order, place, strip, south, scale)


@inner
def _stream(
    zones: Zones, z: int, sites: Sites, grid: Grid, near: Near, parity: Bytes, edges: Gathered,
    points: bool,
) -> Gathered:  # fmt: skip
    """Let every edge of a zone pass: parities change, sites gather edges."""
    for r in range(zones.first[z], zones.first[z + 1]):
        v, last = zones.start[r], zones.start[r + 1] - 1
        if len(near.ring):
            _turn_parities(zones.xy, v, last, near, parity, points)
        if points:
            continue
        v = _hand_over(zones.xy, v, last, r, sites, grid, edges)
        while v < last:
            room = _with_rows(edges.entry, edges.used[0], 2 * len(edges.entry))
            edges = Gathered(edges.site, room, edges.used)
            v = _hand_over(zones.xy, v, last, r, sites, grid, edges)
    return edges


@inner
def _turn_parities(
    p: Floats, begin: int, last: int, near: Near, parity: Bytes, points: bool
) -> None:
    """Change the parity of the rings that begin west of the edges begin … last − 1 of a zone."""
    for v in range(begin, last):
        ax, ay, bx, by = p[v, 0], p[v, 1], p[v + 1, 0], p[v + 1, 1]
        if ay <= by:
            low, high = ay, by
        else:
            low, high = by, ay
        first = near.strip[int((low - near.south) * near.scale)]
        end = near.strip[int((high - near.south) * near.scale) + 1]
        if first == end:
            continue
        east = max(ax, bx)
        for q in range(first, end):
            x, y = near.begin[q, 0], near.begin[q, 1]
            if x > east:
                continue
            if (ay <= y) == (by <= y):  # the vertex is shifted north by ε²
                if points and ay == y and by == y and x >= min(ax, bx):
                    parity[near.ring[q]] |= ON
                continue
            where = side(ax, ay, bx, by, x, y)
            if np.isnan(where):
                parity[near.ring[q]] |= UNKNOWN_BIT
            elif where == 0.0:
                parity[near.ring[q]] |= ON
            # It is shifted east too, so on the edge means right of a rising one.
            if (where > 0 or (where == 0 and by < ay)) == (by > ay):
                parity[near.ring[q]] ^= ODD
        if points and ay != by:
            _mark_upper_end(ax, ay, bx, by, near, parity)


@inner
def _mark_upper_end(ax: float, ay: float, bx: float, by: float, near: Near, parity: Bytes) -> None:
    """Mark the points on the upper end of an edge, which the half-open rule leaves out."""
    x, y = (bx, by) if by > ay else (ax, ay)
    band = int((y - near.south) * near.scale)
    for q in range(near.strip[band], near.strip[band + 1]):
        if near.begin[q, 0] == x and near.begin[q, 1] == y:
            parity[near.ring[q]] |= ON


@inner
def _hand_over(
    p: Floats, begin: int, last: int, r: int, sites: Sites, grid: Grid, edges: Gathered
) -> int:
    """Give edges of ring r to every site whose box they meet, once; stop where room runs out.

    One flat loop on purpose: each call with arrays costs as much as an edge that meets nothing.

    Returns:
        The first edge not done; `last` when all are.
    """
    box, used = sites.box, edges.used
    for v in range(begin, last):
        ax, ay, bx, by = p[v, 0], p[v, 1], p[v + 1, 0], p[v + 1, 1]
        west, east, low, high = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
        if east < grid.west or high < grid.south or (ax == bx and ay == by):
            continue
        left = max(int((west - grid.west) * grid.x_scale), 0)
        right = min(int((east - grid.west) * grid.x_scale), grid.columns - 1)
        bottom = max(int((low - grid.south) * grid.y_scale), 0)
        top = min(int((high - grid.south) * grid.y_scale), grid.rows - 1)
        most = 0
        for row in range(bottom, top + 1):
            c = row * grid.columns
            if right >= left:
                most += grid.cell[c + right + 1] - grid.cell[c + left]
        if most == 0:
            continue
        if used[0] + most > len(edges.entry):
            return v
        for row in range(bottom, top + 1):
            for column in range(left, right + 1):
                c = row * grid.columns + column
                for q in range(grid.cell[c], grid.cell[c + 1]):
                    f = grid.members[q]
                    if box[f, 0] > east or box[f, 2] < west or box[f, 1] > high or box[f, 3] < low:
                        continue
                    # Met in several cells, it is taken in the south-western one both reach.
                    own_left = int((box[f, 0] - grid.west) * grid.x_scale)
                    own_bottom = int((box[f, 1] - grid.south) * grid.y_scale)
                    if max(left, own_left) != column or max(bottom, own_bottom) != row:
                        continue
                    k = used[0]
                    edges.entry[k, 0], edges.entry[k, 1], edges.entry[k, 2] = v, r, -1
                    if edges.site[f, 0] < 0:
                        edges.site[f, 0] = k
                        edges.site[used[1], 2] = f
                        used[1] += 1
                    else:
                        edges.entry[edges.site[f, 1], 2] = k
                    edges.site[f, 1] = k
                    used[0] = k + 1
    return last


@inner
def _emit(
    z: int, sites: Sites, near: Near, parity: Bytes, edges: Gathered, found: Counts, total: int,
    points: bool,
) -> int:  # fmt: skip
    """Write the pairs of one zone and the sites without edges in their boxes."""
    for r in near.ring:
        f, bits = sites.owner[r], parity[r]
        if sites.first[f] != r or edges.site[f, 0] >= 0 or bits == 0:
            continue
        relation = UNDECIDED if bits & UNKNOWN_BIT else INSIDE if bits & ODD else APART
        if points and bits & ON:
            relation = TOUCHES
        if relation != APART:
            found[total, 0], found[total, 1], found[total, 2] = f, z, relation
            total += 1
    return total
