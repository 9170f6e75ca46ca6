"""Places a label may take: beside a point, on a line, or at a leader's end; `geo.draw.label.within` has those in areas.

All lengths are millimetres on the page. A candidate claims boxes; two labels conflict when their
boxes overlap, and a leader claims a chain of small boxes, so lines never cross text unseen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import numpy as np
import shapely

from geo.draw.layout.lettering import MM_PER_POINT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.draw.layout.lettering import Face, Lettering

Kind = Literal["point", "area", "line"]
#: Clearance kept around every label.
_CLEAR: Final = 0.25
#: A leader claims a box of this size per step.
_STEP: Final = 0.9
LINE_HEIGHT: Final = 1.16
#: Side of a badge's cell, multiples of its letters' size.
BADGE: Final = 1.62
#: From the point of a task to the edge of its number, millimetres; more where a symbol stands.
BADGE_GAP: Final = 0.7


@dataclass(frozen=True, eq=False)
class Request:
    """A label that wants a place.

    Attributes:
        text: May have several lines.
        kind: What it names.
        geometry: That thing on the page: a point, a polygon, a line.
        gap: Half the size of a point's symbol.
        slanted: Leaning left, as water names do.
        optional: May be left out without a word: repeats, and names of the surroundings.
        badges: Numbers and their colours, drawn as discs in rows instead of text.
    """

    text: str
    kind: Kind
    geometry: Geometry
    size_pt: float
    face: Face = "serif"
    colour: str = "#222222"
    halo: str = "#ffffff"
    slanted: bool = False
    priority: int = 5
    gap: float = 0.0
    optional: bool = False
    badges: tuple[tuple[str, str], ...] = ()


class Piece(NamedTuple):
    """A string with its centre, and its turn in degrees counter-clockwise."""

    text: str
    x: float
    y: float
    turn: float = 0.0


@dataclass(frozen=True, eq=False)
class Candidate:
    """One possible place: what is set where, what it claims, how good it is (0 is best)."""

    pieces: tuple[Piece, ...]
    boxes: NDArray[np.float64]
    cost: float
    size_pt: float
    leader: tuple[tuple[float, float], tuple[float, float]] | None = None
    text_boxes: int = 0


@dataclass(frozen=True)
class Block:
    """Words measured: width, height, and cells of one size in rows of ``columns``."""

    cells: tuple[str, ...]
    columns: int
    cell: tuple[float, float]
    em: float

    @property
    def width(self) -> float:
        """Of the whole block."""
        return self.columns * self.cell[0]

    @property
    def height(self) -> float:
        """Of the whole block."""
        return -(-len(self.cells) // self.columns) * self.cell[1]

    def at(self, x: float, y: float) -> tuple[Piece, ...]:
        """Set the cells around a centre, row by row."""
        left, top = x - self.width / 2, y + self.height / 2
        wide, tall = self.cell
        return tuple(
            Piece(
                text,
                left + (at % self.columns + 0.5) * wide,
                top - (at // self.columns + 0.5) * tall,
            )
            for at, text in enumerate(self.cells)
        )

    def box(self, x: float, y: float) -> tuple[float, float, float, float]:
        """Claim the block's ground around a centre: west, south, east, north."""
        w, h = self.width / 2 + _CLEAR, self.height / 2 + _CLEAR * 0.6
        return (x - w, y - h, x + w, y + h)


def block(request: Request, fonts: Lettering, *, text: str = "", share: float = 1.0) -> Block:
    """Measure a request's text or numbers, or another text, at a share of its size."""
    size = request.size_pt * share
    em = size * MM_PER_POINT
    if request.badges:
        cells = tuple(number for number, _ in request.badges)
        columns = math.ceil(math.sqrt(len(cells) * 1.4)) if len(cells) > 2 else len(cells)  # noqa: PLR2004
        return Block(
            cells, columns, (BADGE * em * max(1.0, 0.62 * max(map(len, cells))), BADGE * em), em
        )
    lines = tuple((text or request.text).split("\n"))
    wide = max(fonts.width_mm(line, request.face, size_pt=size) for line in lines)
    return Block(lines, 1, (wide, em * LINE_HEIGHT), em)


#: Directions around a point with their costs: right first, then left, above, below, corners.
SIDES: Final = (
    (1, 0, 0.0), (-1, 0, 0.5), (0, 1, 0.7), (0, -1, 0.8),
    (1, 1, 0.9), (1, -1, 1.0), (-1, 1, 1.1), (-1, -1, 1.2),
)  # fmt: skip


def beside_point(request: Request, fonts: Lettering) -> Iterator[Candidate]:
    """Offer eight places around a point at two distances.

    A number may stand on the point itself where no symbol does.
    """
    x, y = request.geometry.x, request.geometry.y
    size = block(request, fonts)
    if request.badges and request.gap <= BADGE_GAP:
        yield simple(size, x, y, -1.0)
    for ring, extra in ((0.35, 0.0), (1.1, 0.6)):
        away = request.gap + ring
        for dx, dy, cost in SIDES:
            pull = 0.7071 if dx and dy else 1.0
            cx = x + dx * (away * pull + size.width / 2)
            cy = y + dy * (away * pull + size.height / 2)
            yield simple(size, cx, cy, cost + extra)


def simple(size: Block, x: float, y: float, cost: float) -> Candidate:
    """Set a block around a centre."""
    boxes = np.array([size.box(x, y)])
    return Candidate(size.at(x, y), boxes, cost, size.em / MM_PER_POINT, None, 1)


def with_leader(request: Request, fonts: Lettering) -> Iterator[Candidate]:
    """Offer places away from a feature, tied to it by a line; names along lines take none."""
    geometry = request.geometry
    if request.kind == "line" and not request.badges:
        return
    if request.kind == "area":
        part = largest(geometry)
        if part is None:
            return
        origin = shapely.maximum_inscribed_circle(part, tolerance=0.5).coords[0]
        yield from _leaders(block(request, fonts, share=0.8), origin, start=0.0, base=9.5)
    elif request.kind == "line":
        parts = [p for p in shapely.get_parts(geometry) if shapely.get_dimensions(p) == 1]
        middle = shapely.line_interpolate_point(
            max(parts, key=shapely.length), 0.5, normalized=True
        )
        yield from _leaders(block(request, fonts), (middle.x, middle.y), start=0.3, base=5.0)
    else:
        origin = geometry.coords[0]
        yield from _leaders(block(request, fonts), origin, start=request.gap + 0.2, base=5.0)


def _leaders(
    size: Block, origin: tuple[float, float], *, start: float, base: float
) -> Iterator[Candidate]:
    ox, oy = origin
    for radius in (3.2, 5.0, 7.5, 10.5, 14.0, 19.0, 25.0):
        for step in range(24):
            angle = step * math.pi / 12
            ux, uy = math.cos(angle), math.sin(angle)
            reach = start + radius
            ex, ey = ox + ux * reach, oy + uy * reach
            cx = ex + (size.width / 2 + 0.3) * (1 if ux > 0.3 else -1 if ux < -0.3 else 0)  # noqa: PLR2004
            cy = ey + (size.height / 2 + 0.2) * (0 if abs(ux) > 0.3 else (1 if uy > 0 else -1))  # noqa: PLR2004
            line = ((ox + ux * start, oy + uy * start), (ex, ey))
            boxes = np.vstack([[size.box(cx, cy)], chain(*line)])
            cost = base + 0.28 * radius + 0.15 * abs(uy)
            yield Candidate(size.at(cx, cy), boxes, cost, size.em / MM_PER_POINT, line, 1)


def chain(start: tuple[float, float], end: tuple[float, float]) -> NDArray[np.float64]:
    """Cover a segment with small boxes."""
    count = max(int(math.dist(start, end) / _STEP), 1) + 1
    points = np.linspace(start, end, count)
    boxes: NDArray[np.float64] = np.hstack([points - 0.15, points + 0.15])
    return boxes


def on_line(request: Request, fonts: Lettering) -> Iterator[Candidate]:
    """Offer places for numbers on a line, its middle first."""
    parts = [p for p in shapely.get_parts(request.geometry) if shapely.get_dimensions(p) == 1]
    line = max(parts, key=shapely.length)
    size = block(request, fonts)
    for share in (0.5, 0.42, 0.58, 0.33, 0.67, 0.25, 0.75, 0.15, 0.85):
        spot = shapely.line_interpolate_point(line, share, normalized=True)
        yield simple(size, spot.x, spot.y, 4.0 * abs(share - 0.5) - 1.0)


def largest(area: Geometry) -> Geometry | None:
    """Return the largest part of an area; nothing when there is no area."""
    parts = [p for p in shapely.get_parts(area) if shapely.area(p) > 0.0]
    return max(parts, key=shapely.area, default=None)
