"""How far pieces of two boundaries are apart: bounds that cost little, then the exact feet.

Every bound is safe: what is left out cannot hold the shortest way. Thousands of sites are worth compiled loops over the edges
(`geo.space.kernel.gaps`), fewer go through GEOS and numpy: other roundings of the plane, of which the bounds know, the same feet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import shapely

from geo.space.boundary_chunks import Chunks, latitude, metres_per_radian
from geo.space.geodesic_foot import feet_on

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.space.kernel.gaps import Plane

    Floats: TypeAlias = NDArray[np.float64]
    Index: TypeAlias = NDArray[np.intp]

_STEEPEST: Final = 1.55  # radians: beyond, the scale of the plane is of no use
_ROUNDING: Final = 1e-8  # relative, of `latitude` and the plane
_ROUNDING_M: Final = 1e-6


@dataclass(frozen=True, eq=False)
class Feet:
    """Ends of ways, vertex to edge.

    Args:
        pair: Position of the pair of pieces.
        gap_m: Geodesic length of the way.
        here: Its end on the first piece, (n, 2) lon/lat.
        there: Its end on the second.
    """

    pair: Index
    gap_m: Floats
    here: Floats
    there: Floats


def box_gaps(one: Chunks, other: Chunks, i: Index, j: Index) -> Floats:
    """Give how far pieces ``i`` of one and ``j`` of the other are apart at least, metres, by their boxes."""
    here, there = one.box[i], other.box[j]
    gap = np.maximum(here[:, :2] - there[:, 2:], there[:, :2] - here[:, 2:])
    flat = np.hypot(*np.maximum(gap, 0.0).T)
    least: Floats = flat * _least_scale(one, other, i, j, flat)
    return least


def line_gaps(
    one: Chunks, other: Chunks, i: Index, j: Index, *, compiled: bool = False
) -> tuple[Floats, Floats]:
    """Give the distance of pieces by the plane, metres, and how wrong it may be.

    A straight line of length l on the plane is taken at the scale of its middle. The second derivative of the
    scale and the bow of the geodesic leave l²/24 each at most, relative; edges bow by what the pieces tell.

    Args:
        one: Pieces of the first boundaries.
        other: Pieces of the others.
        i: Pieces of `one`.
        j: Pieces of `other`, pair by pair.
        compiled: By the kernel, which must be there.
    """
    if compiled:
        from geo.space.kernel.gaps import gaps  # noqa: PLC0415 - numba takes a second to import

        flat, middle = gaps(_plane(one), _plane(other), i, j)
    else:
        ways = shapely.shortest_line(one.lines[i], other.lines[j])
        ends = shapely.get_coordinates(ways).reshape(-1, 2, 2)
        flat, middle = np.hypot(*(ends[:, 1] - ends[:, 0]).T), ends[:, :, 1].mean(axis=1)
    gap = flat * metres_per_radian(latitude(middle))
    error = gap * (flat**2 / 4 + _ROUNDING) + _bows(one, other, i, j) + _ROUNDING_M
    return gap, error


def feet(
    one: Chunks, other: Chunks, i: Index, j: Index, most: Floats, *, compiled: bool = False
) -> Feet:
    """Place every way from a vertex of one piece to an edge of the other that may be at most so long.

    Args:
        one: Pieces of the first boundaries.
        other: Pieces of the others.
        i: Pieces of `one`.
        j: Pieces of `other`, pair by pair.
        most: Longest of interest, metres, per pair.
        compiled: As `line_gaps`.
    """
    pair, vertex, begin, end = _near_edges(one, other, i, j, most, compiled=compiled)
    back = _near_edges(other, one, j, i, most, compiled=compiled)
    away, gap = feet_on(vertex, begin, end)
    home, length = feet_on(*back[1:])
    return Feet(
        np.concatenate([pair, back[0]]), np.concatenate([gap, length]),
        np.concatenate([vertex, home]), np.concatenate([away, back[1]]),
    )  # fmt: skip


def _least_scale(one: Chunks, other: Chunks, i: Index, j: Index, flat: Floats) -> Floats:
    """Give the smallest scale on the way between two pieces, which may run nearer the pole, by its bow."""
    steepest = np.maximum(one.steepest[i], other.steepest[j]) + 0.15 * flat**2
    return metres_per_radian(np.minimum(steepest, _STEEPEST))


def _bows(one: Chunks, other: Chunks, i: Index, j: Index) -> Floats:
    """Give by how many metres the edges of two pieces may stray, together (no scale is above the equator's)."""
    bows: Floats = (one.bow[i] + other.bow[j]) * metres_per_radian(np.zeros(1))
    return bows


def _near_edges(
    one: Chunks, other: Chunks, i: Index, j: Index, most: Floats, *, compiled: bool
) -> tuple[Index, Floats, Floats, Floats]:
    """List pairs of a vertex of one piece and an edge of the other that may be near enough."""
    reach = (most + _bows(one, other, i, j) + _ROUNDING_M) * (1 + _ROUNDING)
    reach /= _least_scale(one, other, i, j, reach / metres_per_radian(one.steepest[i]))
    if compiled:
        from geo.space.kernel.gaps import near_edges  # noqa: PLC0415 - numba takes a second to import

        pair, vertex, begin = near_edges(_plane(one), _plane(other), i, j, reach)
    else:
        pair, vertex, begin = _listed(one, other, i, j, reach)
    end = np.minimum(begin + 1, other.start[j[pair] + 1] - 1)
    return pair, one.points[vertex], other.points[begin], other.points[end]


def _plane(chunks: Chunks) -> Plane:
    """Give pieces as the kernel takes them."""
    from geo.space.kernel.gaps import Plane  # noqa: PLC0415 - numba takes a second to import

    return Plane(chunks.flat, chunks.start, chunks.box)


def _listed(
    one: Chunks, other: Chunks, i: Index, j: Index, reach: Floats
) -> tuple[Index, Index, Index]:
    """List pair, vertex of one piece and first vertex of an edge of the other, at most `reach` apart on the plane."""
    pair, vertex = _members(one.start[i], np.diff(one.start)[i])
    at, box = one.flat[vertex], other.box[j[pair]]
    out = np.maximum(np.maximum(box[:, :2] - at, at - box[:, 2:]), 0.0)
    near = np.hypot(*out.T) <= reach[pair]
    pair, vertex = pair[near], vertex[near]
    gap = shapely.distance(shapely.points(one.flat[vertex]), other.lines[j[pair]])
    near = gap <= reach[pair]
    pair, vertex = pair[near], vertex[near]
    edges = np.maximum(np.diff(other.start) - 1, 1)[j[pair]]
    which, begin = _members(other.start[j[pair]], edges)
    pair, vertex = pair[which], vertex[which]
    end = np.minimum(begin + 1, other.start[j[pair] + 1] - 1)
    gap = _to_segment(one.flat[vertex], other.flat[begin], other.flat[end])
    near = gap <= reach[pair]
    return pair[near], vertex[near], begin[near]


def _members(start: Index, count: Index) -> tuple[Index, Index]:
    """Count up from every start, and tell which each number is from."""
    owner = np.repeat(np.arange(len(count)), count)
    return owner, start[owner] + np.arange(len(owner)) - (np.cumsum(count) - count)[owner]


def _to_segment(at: Floats, begin: Floats, end: Floats) -> Floats:
    """Give the distance of points from segments of the plane."""
    edge, sight = end - begin, at - begin
    square = (edge * edge).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        place = np.clip((edge * sight).sum(axis=1) / square, 0.0, 1.0)
    place = np.where(square > 0, place, 0.0)
    away = sight - place[:, None] * edge
    return np.hypot(away[:, 0], away[:, 1])
