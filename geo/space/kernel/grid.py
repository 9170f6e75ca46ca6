"""A grid over the sites: which of them may meet an edge, which rings begin inside a zone's box."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from geo.space.kernel.compile import compiled
from geo.space.kernel.wkb import Bytes, Counts, Floats, Rings


class Grid(NamedTuple):
    """Equal cells, row by row from the south-west, each with a list of members.

    Args:
        west: Lower left corner, degrees.
        south: The same.
        x_scale: Cells per degree eastward.
        y_scale: Cells per degree northward.
        columns: How many cells there are eastward.
        rows: And northward.
        cell: First entry of every cell in `members`, and the end.
        members: Sites by cell, by their boxes.
        ring_cell: The same for `ring_members`.
        ring_members: Rings by the cell of their first vertex.
    """

    west: float
    south: float
    x_scale: float
    y_scale: float
    columns: int
    rows: int
    cell: Counts
    members: Counts
    ring_cell: Counts
    ring_members: Counts


class Sites(NamedTuple):
    """The sites as flat arrays, with what the kernel needs of each.

    Args:
        xy: Vertices.
        start: First vertex of every ring, and the end.
        first: First ring of every site, and the end.
        owner: Site of every ring.
        turn: +1 where the site lies left of the ring as it is walked, −1 where right.
        box: West, south, east, north of every site; a site without rings has none (inverted).
    """

    xy: Floats
    start: Counts
    first: Counts
    owner: Counts
    turn: Floats
    box: Floats


def sites_of(rings: Rings) -> Sites:
    """Add box, owner and direction of every ring."""
    count = len(rings.first) - 1
    owner = np.repeat(np.arange(count), np.diff(rings.first))
    turn, box = outlines_of(rings)
    return Sites(rings.xy, rings.start, rings.first, owner, turn, box)


def points_as_sites(points: Floats) -> Sites:
    """Take every point for a ring of one vertex."""
    at = np.arange(len(points) + 1)
    return Sites(points, at, at, at[:-1], np.ones(len(points)), np.hstack([points, points]))


def outlines_of(rings: Rings) -> tuple[Floats, Floats]:
    """Tell for every ring on which side of it, as walked, the inside lies; and give every polygon's box."""
    turn, box = np.empty(len(rings.start) - 1), np.empty((len(rings.first) - 1, 4))
    outline(rings.xy, rings.start, rings.first, rings.shell, turn, box)
    return turn, box


def grid_over(sites: Sites) -> Grid:
    """Lay a grid over the sites: cells about as large as they are, no more than a few per site."""
    held = np.diff(sites.first) > 0
    box = sites.box[held]
    west, south = box[:, 0].min(), box[:, 1].min()
    width = max(float(box[:, 2].max() - west), 1e-9)
    height = max(float(box[:, 3].max() - south), 1e-9)
    most = min(4_000_000, 8 * len(sites.box) + 1024)
    own = float(np.maximum(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]).mean())
    size = max(own, math.sqrt(width * height / most), max(width, height) / most)
    columns, rows = int(width / size) + 1, int(height / size) + 1
    x_scale, y_scale = columns / width * (1 - 1e-12), rows / height * (1 - 1e-12)
    cells = (west, south, x_scale, y_scale, columns)
    cell, ring_cell = (np.zeros(columns * rows + 1, np.int64) for _ in range(2))
    members = fill_cells(cell, sites.box, sites.first, *cells)
    begin = np.tile(sites.xy[sites.start[:-1]], (1, 2))
    ring_members = fill_cells(ring_cell, begin, np.arange(len(begin) + 1), *cells)
    return Grid(
        west, south, x_scale, y_scale, columns, rows, cell, members, ring_cell, ring_members
    )  # fmt: skip


@compiled
def outline(
    xy: Floats, start: Counts, first: Counts, shell: Bytes, turn: Floats, box: Floats
) -> None:
    """Give +1 where the inside is left of a ring (shell counter-clockwise, hole clockwise), else −1; and boxes.

    Boxes are west, south, east, north of every polygon; one without rings has none (inverted).
    """
    for i in range(len(first) - 1):
        west = south = np.inf
        east = north = -np.inf
        for r in range(first[i], first[i + 1]):
            s, area = start[r], 0.0
            x0 = y0 = dx = dy = 0.0
            if start[r + 1] > s:
                x0, y0 = xy[s, 0], xy[s, 1]
            for v in range(s, start[r + 1]):
                x, y = xy[v, 0], xy[v, 1]
                west, east = min(west, x), max(east, x)
                south, north = min(south, y), max(north, y)
                area += dx * (y - y0) - (x - x0) * dy
                dx, dy = x - x0, y - y0
            turn[r] = 1.0 if (area > 0) == (shell[r] == 1) else -1.0
        box[i, 0], box[i, 1], box[i, 2], box[i, 3] = west, south, east, north


@compiled
def fill_cells(
    cell: Counts, box: Floats, first: Counts, west: float, south: float, x_scale: float,
    y_scale: float, columns: int,
) -> Counts:  # fmt: skip
    """List what has a part (in `first`) in every cell that its box touches; `cell`, all 0, gets where lists begin."""
    members = cell
    for step in range(2):
        if step == 1:
            total = 0
            for c in range(len(cell)):
                here = cell[c]
                cell[c] = total
                total += here
            members = np.empty(total, np.int64)
        for i in range(len(box)):
            if first[i + 1] == first[i]:
                continue
            left, right = int((box[i, 0] - west) * x_scale), int((box[i, 2] - west) * x_scale)
            low, high = int((box[i, 1] - south) * y_scale), int((box[i, 3] - south) * y_scale)
            for row in range(low, high + 1):
                for column in range(left, right + 1):
                    c = row * columns + column
                    if step == 1:
                        members[cell[c]] = i
                    cell[c] += 1
    # Filling left every cell's end: back to where the one before it ends.
    for c in range(len(cell) - 1, 0, -1):
        cell[c] = cell[c - 1]
    cell[0] = 0
    return members
