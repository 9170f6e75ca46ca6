"""Places for a name in an area: inside it, smaller or on several lines if need be, or beside a small one.

How much of a box lies in its area is read from a raster of the area with running sums: four look-ups a
place, so that a grid of places, sizes and line breaks can be tried for every area of a province.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from geo.draw.label.candidates import SIDES, block, chain, largest, simple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.draw.label.candidates import Block, Candidate, Request
    from geo.draw.layout.lettering import Lettering

#: Sizes as shares of the wanted one, and what each costs.
_SIZES: Final = ((1.0, 0.0), (0.9, 0.9), (0.8, 2.0), (0.7, 3.4))
#: Names are not set smaller than this for want of room, points.
_SMALLEST_PT: Final = 6.0
#: Names of at least this many characters may be set on two lines, and up to that many one below another.
_BROKEN: Final = 4
_UPRIGHT: Final = range(2, 5)
#: A name may stand across the border when this much of it is inside, and its middle.
_MOSTLY: Final = 0.4
#: Cost of a whole name outside; a leader to a place nearby costs some ten.
_OUTSIDE: Final = 9.0
_RASTER: Final = 64
#: How far into its area the leader of numbers beside it reaches, millimetres.
_INTO_MM: Final = 1.5
#: What that leader makes up for of standing outside.
_TIED: Final = 2.0
_GRID: Final = 17
#: Places of one size and line break that are worth keeping.
_KEPT: Final = 24
#: Places besides, spread over the rest of the area.
_FURTHER: Final = 12


@dataclass(frozen=True, eq=False)
class _Cover:
    """A raster of an area, summed: how much of a box lies inside."""

    west: float
    south: float
    cell: tuple[float, float]
    sums: NDArray[np.float64]

    def share(self, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the share of each box (n, 4) in the area; cells it touches count whole."""
        x0, y0 = np.floor((boxes[:, :2] - (self.west, self.south)) / self.cell).astype(int).T
        x1, y1 = np.ceil((boxes[:, 2:] - (self.west, self.south)) / self.cell).astype(int).T
        cells = (x1 - x0) * (y1 - y0)
        x0, x1 = (np.clip(x, 0, self.sums.shape[1] - 1) for x in (x0, x1))
        y0, y1 = (np.clip(y, 0, self.sums.shape[0] - 1) for y in (y0, y1))
        s = self.sums
        return np.asarray((s[y1, x1] - s[y0, x1] - s[y1, x0] + s[y0, x0]) / cells)


def _cover(part: Geometry) -> _Cover:
    west, south, east, north = part.bounds
    cell = ((east - west) / _RASTER, (north - south) / _RASTER)
    xs = west + cell[0] * (np.arange(_RASTER) + 0.5)
    ys = south + cell[1] * (np.arange(_RASTER) + 0.5)
    inside = shapely.contains_xy(part, *np.meshgrid(xs, ys))
    sums = np.pad(inside.astype(float), ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    return _Cover(west, south, cell, sums)


def inside_area(request: Request, fonts: Lettering) -> Iterator[Candidate]:
    """Offer places inside a polygon, smaller and on several lines if need be, or beside a small one.

    A name too large for its area may stand across the border as long as its middle and nearly half of
    it are inside: the reader sees whose name it is without a line.
    """
    part = largest(request.geometry)
    if part is None:
        return
    circle = shapely.maximum_inscribed_circle(part, tolerance=0.5)
    pole, radius = circle.coords[0], max(circle.length, 0.3)
    shapely.prepare(part)
    cover = _cover(part)
    spots = _spots(part, pole)
    far = np.hypot(spots[:, 0] - pole[0], spots[:, 1] - pole[1])
    for share, text, extra in _variants(request):
        size = block(request, fonts, text=text, share=share)
        held = cover.share(_boxes(size, spots))
        cost = extra + 0.8 * far / (radius + size.em) + _OUTSIDE * (1.0 - held)
        possible = np.flatnonzero(held >= _MOSTLY)
        ordered = possible[np.argsort(cost[possible], kind="stable")]
        # A symbol in the middle may block the best places, so that some of the others are wanted too.
        further = ordered[_KEPT :: max((len(ordered) - _KEPT) // _FURTHER, 1)]
        for at in (*ordered[:_KEPT], *further):
            yield simple(size, float(spots[at, 0]), float(spots[at, 1]), float(cost[at]))
    beside = _around_box(block(request, fonts, share=0.8), part.bounds)
    yield from (_tied(c, part, pole) for c in beside) if request.badges else beside


def _boxes(size: Block, spots: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the boxes of a block at some centres (n, 4)."""
    west, south, east, north = size.box(0.0, 0.0)
    return np.asarray(np.tile(spots, 2) + np.array([west, south, east, north]))


def _around_box(size: Block, bounds: tuple[float, float, float, float]) -> Iterator[Candidate]:
    """Offer places beside a small area, as beside a point."""
    west, south, east, north = bounds
    if east - west > 2.0 * size.width or north - south > 4.0 * size.height:
        return
    x, y = (west + east) / 2, (south + north) / 2
    for dx, dy, cost in SIDES:
        cx = x + dx * ((east - west) / 2 + 0.4 + size.width / 2)
        cy = y + dy * ((north - south) / 2 + 0.4 + size.height / 2)
        yield simple(size, cx, cy, cost + 11.0)


def _tied(candidate: Candidate, part: Geometry, pole: tuple[float, float]) -> Candidate:
    """Tie numbers beside an area to it: nothing else tells whose they are."""
    numbers = shapely.multipoints([(p.x, p.y) for p in candidate.pieces])
    (x, y), end = shapely.shortest_line(part, numbers).coords
    reach = math.dist((x, y), pole)
    share = min(_INTO_MM / reach, 1.0) if reach > 0.0 else 0.0
    # The nearest number is drawn over the line's end.
    line = ((x + (pole[0] - x) * share, y + (pole[1] - y) * share), (end[0], end[1]))
    boxes = np.vstack([candidate.boxes, chain(*line)])
    return replace(candidate, boxes=boxes, leader=line, cost=candidate.cost - _TIED)


def _variants(request: Request) -> Iterator[tuple[float, str, float]]:
    """Offer sizes and line breaks from best to worst, with their costs."""
    text = request.text
    whole = "\n" not in text and not request.badges
    for share, cost in _SIZES:
        if share < 1.0 and request.size_pt * share < _SMALLEST_PT:
            return
        yield share, text, cost
        if whole and len(text) >= _BROKEN:
            middle = (len(text) + 1) // 2
            yield share, f"{text[:middle]}\n{text[middle:]}", cost + 0.7
        if whole and len(text) in _UPRIGHT and not text.isascii():
            yield share, "\n".join(text), cost + 1.7


def _spots(part: Geometry, pole: tuple[float, float]) -> NDArray[np.float64]:
    """List centres on a grid over a polygon, its pole first."""
    west, south, east, north = part.bounds
    counts = [int(min(max(span / 0.7, 3), _GRID)) for span in (east - west, north - south)]
    xs, ys = (
        np.linspace(west, east, counts[0] + 2)[1:-1],
        np.linspace(south, north, counts[1] + 2)[1:-1],
    )
    grid = np.array([(x, y) for x in xs for y in ys])
    inside = shapely.contains_xy(part, grid[:, 0], grid[:, 1])
    return np.vstack([[pole], grid[inside]])
