"""What a label may choose from: its places on this sheet, each with what it costs and what it claims."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from geo.draw.label.along import along_line
from geo.draw.label.candidates import Candidate, Request, beside_point, on_line
from geo.draw.label.within import inside_area

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.draw.label.ground import Ground
    from geo.draw.layout.lettering import Lettering
    from geo.draw.layout.page import Frame

#: Cost of covering one millimetre of a line of weight one.
_INK: Final = 0.28
#: Places of one label that are looked at.
_MOST: Final = 420
#: A symbol whose centre is this near is the label's own, millimetres.
_SAME_SPOT: Final = 0.02
#: The spot that stays at a task's place when its number had to move, millimetres.
SPOT_MM: Final = 0.55


@dataclass(frozen=True, eq=False)
class Offer:
    """The candidates of one request as padded arrays."""

    request: Request
    candidates: tuple[Candidate, ...]
    boxes: NDArray[np.float64]
    cost: NDArray[np.float64]
    own: int = -1
    """From this candidate on a number stands for the name; -1 when there are none such."""


@dataclass(frozen=True, eq=False)
class Ways:
    """What decides where labels of this sheet may stand."""

    fonts: Lettering
    frame: Frame
    ground: Ground
    blocked: NDArray[np.float64]

    def offer(self, request: Request, found: Sequence[Candidate]) -> Offer:
        """Work out what each candidate costs by itself; impossible ones are left out."""
        if not found:
            return Offer(request, (), np.empty((0, 1, 4)), np.empty(0))
        boxes = _padded(found)
        within = inside(boxes, self.frame)
        free = ~hits(boxes, self.blocked[not_own(self.blocked, request)])
        keep = np.flatnonzero(within & free)
        cost = np.array([c.cost for c in found])
        cost += _INK * self.ground.under(boxes).sum(axis=1)
        order = keep[np.argsort(cost[keep], kind="stable")][:_MOST]
        return Offer(request, tuple(found[i] for i in order), boxes[order], cost[order])


def candidates_of(request: Request, fonts: Lettering) -> list[Candidate]:
    """List the places a request may take; none for a line too short for its name."""
    if request.badges and request.kind == "line":
        return list(on_line(request, fonts))
    if request.kind == "line":
        return list(along_line(request))
    way = beside_point if request.kind == "point" else inside_area
    return list(way(request, fonts))


def _padded(found: Sequence[Candidate]) -> NDArray[np.float64]:
    most = max(len(c.boxes) for c in found)
    out = np.full((len(found), most, 4), np.nan)
    for at, candidate in enumerate(found):
        out[at, : len(candidate.boxes)] = candidate.boxes
    return out


def inside(boxes: NDArray[np.float64], frame: Frame) -> NDArray[np.bool_]:
    """Tell which candidates (n, k, 4) keep off a frame's edge."""
    low = np.nanmin(boxes[..., :2], axis=1) - 0.4
    high = np.nanmax(boxes[..., 2:], axis=1) + 0.4
    fits = (low[:, 0] >= frame.x) & (low[:, 1] >= frame.y)
    return np.asarray(fits & (high[:, 0] <= frame.right) & (high[:, 1] <= frame.top))


def not_own(blocked: NDArray[np.float64], request: Request) -> NDArray[np.bool_]:
    """Leave out the symbol a label belongs to: its leader starts there, a number may stand on it."""
    if request.kind != "point":
        return np.ones(len(blocked), dtype=bool)
    x, y = request.geometry.x, request.geometry.y
    off_x, off_y = (blocked[:, 0] + blocked[:, 2]) / 2 - x, (blocked[:, 1] + blocked[:, 3]) / 2 - y
    return np.asarray(np.hypot(off_x, off_y) > _SAME_SPOT)


def clear_of_symbols(request: Request, symbols: NDArray[np.float64]) -> Request:
    """Keep a label, or a number, off the symbols of other layers that stand at its own point.

    >>> import numpy as np, shapely
    >>> from geo.draw.label.candidates import Request
    >>> number = Request("1", "point", shapely.Point(5, 5), 6.0, badges=(("1", "#000000"),), gap=0.7)
    >>> clear_of_symbols(number, np.array([(4.0, 4.0, 6.0, 6.0)])).gap
    1.0
    >>> clear_of_symbols(number, np.array([(7.0, 7.0, 9.0, 9.0)])).gap
    0.7
    """
    if request.kind != "point":
        return request
    here = symbols[~not_own(symbols, request)]
    if not len(here):
        return request
    half = float((here[:, 2] - here[:, 0]).max()) / 2
    return replace(request, gap=half) if half > max(request.gap, SPOT_MM) else request


def hits(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which candidates (n, k, 4) touch any of some boxes (m, 4); NaN touches nothing."""
    out = np.zeros(len(boxes), dtype=bool)
    if not len(others):
        return out
    near = _near(boxes, others)
    if not len(near):
        return out
    a, b = boxes[:, :, None, :], near[None, None, :, :]
    overlap = (a[..., 0] < b[..., 2]) & (b[..., 0] < a[..., 2])
    overlap &= (a[..., 1] < b[..., 3]) & (b[..., 1] < a[..., 3])
    return np.asarray(overlap.any(axis=(1, 2)))


def _near(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keep the boxes that meet the hull of all candidates."""
    low, high = np.nanmin(boxes[..., :2], axis=(0, 1)), np.nanmax(boxes[..., 2:], axis=(0, 1))
    meets = (others[:, 0] < high[0]) & (others[:, 2] > low[0])
    meets &= (others[:, 1] < high[1]) & (others[:, 3] > low[1])
    return np.asarray(others[meets])
