"""Where water runs on a grid of heights: filling of pits, D8 directions, the basin of marked cells."""

from __future__ import annotations

import heapq
from array import array
from collections import deque
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from scipy import ndimage

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]
    Indices: TypeAlias = NDArray[np.intp]

BURN_M: Final = 10.0
"""Depth to which a drawn river is cut into the grid, below the lowest of the cells around it."""

_AROUND: Final = ((0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, -1), (-1, 1))


def basin(
    heights_m: Floats, river: Flags, *, others: Flags, ends: Flags, width_m: ArrayLike,
    height_m: ArrayLike,
) -> Flags:  # fmt: skip
    """Mark the cells whose water reaches the cells of a river before those of another.

    River cells are cut in (`BURN_M`, Saunders 1999) save at the ends of the river, where the cut would
    make the ground below a mouth run back up; pits are filled, and each cell hands its water to its
    steepest neighbour. Water that leaves at the edge of the grid or into unknown cells is lost
    to the river, so a basin that reaches them may be incomplete. Marked cells without a height are
    not part of the basin.

    Args:
        heights_m: Heights in metres; NaN where unknown.
        river: The cells of the river.
        others: Cells of other rivers; a cell marked as both belongs to the other river.
        ends: Cells at and around the ends of the river, left as they are.
        width_m: Width of a cell in metres, one number or one per row.
        height_m: Height (north–south) of a cell in metres, likewise.

    Sources:
        Jenson, S. K., Domingue, J. O. (1988): Extracting topographic structure from digital elevation
        data. Photogramm. Eng. Remote Sens. 54(11), 1593–1600 (D8).
        Saunders, W. (1999): Preparation of DEMs for use in environmental modeling analysis. ESRI User
        Conference (burning).

    >>> tilted = np.array([[9.0, 9, 9, 9], [9, 5, 4, 9], [9, 9, 9, 9]])
    >>> river = np.zeros((3, 4), dtype=bool); river[1, 2] = True
    >>> none = np.zeros_like(river)
    >>> found = basin(tilted, river, others=none, ends=none, width_m=30, height_m=30)
    >>> found.astype(int).tolist()
    [[0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]]
    """
    known = ~np.isnan(heights_m)
    marked = (river | others) & known
    heights = _burned(heights_m, marked & ~ends)
    outlets = marked | (known & ~ndimage.binary_erosion(known, np.ones((3, 3))))
    level, parent = fill(heights, outlets)
    target = steepest(level, parent, width_m=width_m, height_m=height_m)
    own = np.arange(target.size)
    target[outlets.ravel()] = own[outlets.ravel()]
    while not np.array_equal(further := target[target], target):
        target = further
    return np.asarray((river & ~others & known).ravel()[target].reshape(river.shape))


def _burned(heights_m: Floats, marked: Flags) -> Floats:
    """Cut marked cells below everything around them."""
    lowest = ndimage.minimum_filter(np.where(np.isnan(heights_m), np.inf, heights_m), size=3)
    return np.where(marked, lowest - BURN_M, heights_m)


def fill(heights_m: Floats, outlets: Flags) -> tuple[Floats, Indices]:
    """Fill pits by a flood that rises from the outlets.

    Args:
        heights_m: Heights in metres; NaN cells are walls.
        outlets: Cells where water leaves.

    Returns:
        The filled heights (cells that no outlet reaches keep theirs), and for each cell, row by row,
        the index of the cell it was flooded from; its own for an outlet, a wall or an unreached cell.

    Sources:
        Barnes, R., Lehman, C., Mulla, D. (2014): Priority-flood. Computers & Geosciences 62, 117–127,
        algorithm 2.

    >>> edge = np.array([[True, False, False, False]])
    >>> level, parent = fill(np.array([[3.0, 1, 5, 2]]), edge)
    >>> level.tolist(), parent.tolist()
    ([[3.0, 3.0, 5.0, 5.0]], [0, 0, 1, 2])
    """
    padded = np.pad(heights_m, 1, constant_values=np.nan)
    width = padded.shape[1]
    closed = np.isnan(padded)
    seeds = np.flatnonzero(np.pad(outlets, 1) & ~closed).tolist()
    done = bytearray(closed.tobytes())
    level = padded.ravel().tolist()
    parent = array("q", range(len(level)))
    steps = [row * width + column for row, column in _AROUND]
    _flood(level, parent, done, seeds, steps)
    rows, columns = np.divmod(np.frombuffer(parent, dtype=np.int64).reshape(padded.shape), width)
    flat = (rows - 1) * heights_m.shape[1] + columns - 1
    return np.array(level).reshape(padded.shape)[1:-1, 1:-1], flat[1:-1, 1:-1].ravel()


def _flood(
    level: list[float], parent: array[int], done: bytearray, seeds: list[int], steps: list[int]
) -> None:
    """Run the flood on padded rows laid end to end; plain lists are the fastest here."""
    pit: deque[int] = deque()
    for seed in seeds:
        done[seed] = 1
    rising = [(level[seed], seed) for seed in seeds]
    heapq.heapify(rising)
    while rising or pit:
        cell = pit.popleft() if pit else heapq.heappop(rising)[1]
        here = level[cell]
        for step in steps:
            other = cell + step
            if done[other]:
                continue
            done[other] = 1
            parent[other] = cell
            if level[other] <= here:
                level[other] = here
                pit.append(other)
            else:
                heapq.heappush(rising, (level[other], other))


def steepest(
    level_m: Floats, parent: Indices, *, width_m: ArrayLike, height_m: ArrayLike
) -> Indices:
    """Point each cell to its steepest lower neighbour, or on flats to where the flood came from.

    No chain of pointers closes: a step goes lower, or towards the start of the flood on the same level.

    Args:
        level_m: Filled heights in metres.
        parent: The second answer of `fill`.
        width_m: Width of a cell in metres, one number or one per row.
        height_m: Height (north–south) of a cell in metres, likewise.

    >>> level = np.array([[3.0, 2.0, 2.0]])
    >>> steepest(level, np.array([0, 1, 1]), width_m=10, height_m=10).tolist()
    [1, 1, 1]
    """
    shape = level_m.shape
    padded = np.pad(level_m, 1, constant_values=np.nan)
    wide = np.broadcast_to(np.asarray(width_m, dtype=float), shape[0])[:, None]
    high = np.broadcast_to(np.asarray(height_m, dtype=float), shape[0])[:, None]
    own = np.arange(level_m.size).reshape(shape)
    best, target = np.zeros(shape), parent.reshape(shape).copy()
    for row, column in _AROUND:
        lower = padded[1 + row : 1 + row + shape[0], 1 + column : 1 + column + shape[1]]
        drop = (level_m - lower) / np.hypot(row * high, column * wide)
        better = drop > best  # never true beside unknown ground
        best[better] = drop[better]
        target[better] = own[better] + row * shape[1] + column
    return target.ravel()
