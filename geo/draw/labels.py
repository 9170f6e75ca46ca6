"""The label placer: no two labels overlap, none covers a symbol, none is lost without a word.

Labels take places in order of priority, each the cheapest of its candidates that is free, then every
label may move again in the light of the others. What finds no room gets a number at its feature and a line
in the margin's list. Costs count what a label would cover: lines, borders and edges, from a grid
of weights with running sums, so that a candidate costs four look-ups.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.draw.along import along_line
from geo.draw.candidates import (
    Candidate,
    Request,
    beside_point,
    inside_area,
    on_line,
    with_leader,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from geo.draw.lettering import Lettering
    from geo.draw.page import Frame

_CELL: Final = 0.4
#: Cost of covering one millimetre of a line of weight one.
_INK: Final = 0.28
_PASSES: Final = 3
_FAR: Final = 1e9
NUMBER_PT: Final = 5.6
#: A symbol whose centre is this near is the label's own, millimetres.
_SAME_SPOT: Final = 0.02
_SMALLER: Final = 0.86


@dataclass(frozen=True, eq=False)
class Placed:
    """A label in its place; ``number`` is set when it stands for a name in the margin's list."""

    request: Request
    candidate: Candidate
    number: int = 0
    forced: bool = False


@dataclass(frozen=True, eq=False)
class Placement:
    """All labels of a sheet, and what could not be set as it was."""

    placed: tuple[Placed, ...]
    numbered: tuple[Request, ...]
    omitted: tuple[Request, ...]

    def boxes(self) -> NDArray[np.float64]:
        """Return the boxes of all labels without their leaders: west, south, east, north."""
        parts = [p.candidate.boxes[: p.candidate.text_boxes] for p in self.placed]
        return np.vstack(parts) if parts else np.empty((0, 4))

    def overlaps(self) -> int:
        """Count the pairs of boxes of different labels that overlap."""
        boxes = self.boxes()
        of = np.repeat(np.arange(len(self.placed)), [p.candidate.text_boxes for p in self.placed])
        a, b = boxes[:, None, :], boxes[None, :, :]
        meets = (a[..., 0] < b[..., 2]) & (b[..., 0] < a[..., 2])
        meets &= (a[..., 1] < b[..., 3]) & (b[..., 1] < a[..., 3])
        return int(np.triu(meets & (of[:, None] != of[None, :])).sum())


class Ground:
    """How much ink lies where, millimetres of line per cell, summed so that boxes are cheap."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._weight = np.zeros((int(frame.h / _CELL) + 2, int(frame.w / _CELL) + 2))
        self._sums: NDArray[np.float64] | None = None

    def add(self, lines: Iterable[Any], weight: float) -> None:
        """Add lines (or the edges of areas) with a weight."""
        parts = shapely.get_parts(np.array(list(lines), dtype=object))
        rings = shapely.boundary(parts[shapely.get_dimensions(parts) == 2])  # noqa: PLR2004
        parts = np.concatenate([parts[shapely.get_dimensions(parts) == 1], rings])
        dense = shapely.get_coordinates(shapely.segmentize(parts, _CELL))
        columns = ((dense[:, 0] - self.frame.x) / _CELL).astype(int)
        rows = ((dense[:, 1] - self.frame.y) / _CELL).astype(int)
        inside = (rows >= 0) & (columns >= 0)
        inside &= (rows < self._weight.shape[0]) & (columns < self._weight.shape[1])
        np.add.at(self._weight, (rows[inside], columns[inside]), weight * _CELL)
        self._sums = None

    def under(self, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the weighted length of line under each box; NaN boxes have none."""
        if self._sums is None:
            padded = np.pad(self._weight, ((1, 0), (1, 0)))
            self._sums = padded.cumsum(axis=0).cumsum(axis=1)
        limit_x, limit_y = self._sums.shape[1] - 1, self._sums.shape[0] - 1
        known = np.nan_to_num(boxes, nan=-_FAR)
        x0, x1 = (
            np.clip(((known[..., i] - self.frame.x) / _CELL).astype(int), 0, limit_x)
            for i in (0, 2)
        )
        y0, y1 = (
            np.clip(((known[..., i] - self.frame.y) / _CELL).astype(int), 0, limit_y)
            for i in (1, 3)
        )
        s = self._sums
        return np.asarray(s[y1, x1] - s[y0, x1] - s[y1, x0] + s[y0, x0])


@dataclass(frozen=True, eq=False)
class _Offer:
    """The candidates of one request as padded arrays."""

    request: Request
    candidates: tuple[Candidate, ...]
    boxes: NDArray[np.float64]
    cost: NDArray[np.float64]


def place(
    requests: Sequence[Request], fonts: Lettering, *, frame: Frame, ground: Ground,
    symbols: NDArray[np.float64], closed: NDArray[np.float64], first_number: int = 1,
) -> Placement:  # fmt: skip
    """Place labels on a map.

    Args:
        requests: What wants a label.
        fonts: What it is set in.
        frame: The map's frame, which no label leaves.
        ground: What labels should rather not cover.
        symbols: Boxes of point symbols, (n, 4); never covered.
        closed: Boxes of furniture on the map, (n, 4); never covered.
        first_number: First number for names that go to the margin's list.
    """
    blocked = np.vstack([symbols.reshape(-1, 4), closed.reshape(-1, 4)])
    offers = [_offer(r, candidates_of(r, fonts), frame, ground, blocked) for r in requests]
    order = sorted(range(len(offers)), key=lambda i: _rank(offers[i], i))
    chosen: dict[int, int] = {}
    for at in order:
        best = _best(offers[at], _others(offers, chosen, at))
        if best is None:
            # Most labels need no leader, so those places are worked out only now.
            every = [*candidates_of(requests[at], fonts), *with_leader(requests[at], fonts)]
            offers[at] = _offer(requests[at], every, frame, ground, blocked)
            best = _best(offers[at], _others(offers, chosen, at))
        if best is not None:
            chosen[at] = best
    for _ in range(_PASSES):
        if not _improve(offers, order, chosen):
            break
    return _settled(offers, order, chosen, fonts, frame, ground, blocked, first_number)


def _rank(offer: _Offer, at: int) -> tuple[float, ...]:
    """Order of placing: priority, then those with the least choice."""
    request = offer.request
    return (request.optional, -request.priority, -request.size_pt, len(offer.candidates), at)


def _offer(
    request: Request, found: Sequence[Candidate], frame: Frame, ground: Ground,
    blocked: NDArray[np.float64],
) -> _Offer:  # fmt: skip
    """Work out what each candidate costs by itself; impossible ones are left out."""
    if not found:
        return _Offer(request, (), np.empty((0, 1, 4)), np.empty(0))
    boxes = _padded(found)
    inside = _inside(boxes, frame)
    free = ~_hits(boxes, blocked[_not_own(blocked, request)])
    keep = np.flatnonzero(inside & free)
    cost = np.array([c.cost for c in found])
    cost += _INK * ground.under(boxes).sum(axis=1)
    order = keep[np.argsort(cost[keep], kind="stable")][:220]
    return _Offer(request, tuple(found[i] for i in order), boxes[order], cost[order])


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


def _inside(boxes: NDArray[np.float64], frame: Frame) -> NDArray[np.bool_]:
    low = np.nanmin(boxes[..., :2], axis=1) - 0.4
    high = np.nanmax(boxes[..., 2:], axis=1) + 0.4
    fits = (low[:, 0] >= frame.x) & (low[:, 1] >= frame.y)
    return np.asarray(fits & (high[:, 0] <= frame.right) & (high[:, 1] <= frame.top))


def _not_own(blocked: NDArray[np.float64], request: Request) -> NDArray[np.bool_]:
    """Leave out the symbol a label belongs to: its leader starts there, a number may stand on it."""
    if request.kind != "point":
        return np.ones(len(blocked), dtype=bool)
    x, y = request.geometry.x, request.geometry.y
    off_x, off_y = (blocked[:, 0] + blocked[:, 2]) / 2 - x, (blocked[:, 1] + blocked[:, 3]) / 2 - y
    return np.asarray(np.hypot(off_x, off_y) > _SAME_SPOT)


def _hits(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.bool_]:
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


def _others(offers: Sequence[_Offer], chosen: dict[int, int], at: int) -> NDArray[np.float64]:
    parts = [offers[i].candidates[c].boxes for i, c in chosen.items() if i != at]
    return np.vstack(parts) if parts else np.empty((0, 4))


def _best(offer: _Offer, others: NDArray[np.float64]) -> int | None:
    """Return the cheapest free candidate; they are sorted, so the first free one."""
    if not offer.candidates:
        return None
    free = np.flatnonzero(~_hits(offer.boxes, others))
    return int(free[0]) if len(free) else None


def _improve(offers: Sequence[_Offer], order: Sequence[int], chosen: dict[int, int]) -> bool:
    """Let every label move to a better place, and those without one try again."""
    moved = False
    for at in order:
        best = _best(offers[at], _others(offers, chosen, at))
        if best is not None and (at not in chosen or best < chosen[at]):
            chosen[at] = best
            moved = True
    return moved


def _settled(
    offers: Sequence[_Offer], order: Sequence[int], chosen: dict[int, int], fonts: Lettering,
    frame: Frame, ground: Ground, blocked: NDArray[np.float64], first: int,
) -> Placement:  # fmt: skip
    """Give numbers to what found no place."""
    placed = {i: Placed(offers[i].request, offers[i].candidates[c]) for i, c in chosen.items()}
    numbered: list[Request] = []
    omitted: list[Request] = []
    for at in order:
        if at in placed:
            continue
        request = offers[at].request
        if request.optional:
            omitted.append(request)
            continue
        taken = [p.candidate.boxes for p in placed.values()]
        others = np.vstack(taken) if taken else np.empty((0, 4))
        if request.badges:
            small = replace(request, size_pt=request.size_pt * _SMALLER)
            placed[at] = _last_resort(small, 0, fonts, frame, ground, blocked, others)
        else:
            numbered.append(request)
            number = first + len(numbered) - 1
            placed[at] = _last_resort(
                _number(request, number), number, fonts, frame, ground, blocked, others
            )
    ordered = tuple(placed[i] for i in sorted(placed))
    return Placement(ordered, tuple(numbered), tuple(omitted))


def _number(request: Request, number: int) -> Request:
    """Let a number in a white disc stand for a name."""
    return replace(
        request, size_pt=NUMBER_PT, face="sans", colour="#222222", slanted=False,
        badges=((str(number), "#ffffff"),),
    )  # fmt: skip


def _last_resort(
    request: Request, number: int, fonts: Lettering, frame: Frame, ground: Ground,
    blocked: NDArray[np.float64], others: NDArray[np.float64],
) -> Placed:  # fmt: skip
    """Set a badge at a feature; where even that overlaps something, it is set all the same and told."""
    anchor = shapely.point_on_surface(request.geometry)
    badge = replace(request, kind="point", geometry=anchor)
    every = [*candidates_of(badge, fonts), *with_leader(badge, fonts)]
    offer = _offer(badge, every, frame, ground, blocked)
    best = _best(offer, others)
    if best is not None:
        return Placed(badge, offer.candidates[best], number)
    crossing = _free_of_text(badge, every, frame, blocked, others)
    if crossing is not None:
        return Placed(badge, crossing, number)
    return Placed(badge, every[0], number, forced=True)


def _free_of_text(
    request: Request, found: Sequence[Candidate], frame: Frame, blocked: NDArray[np.float64],
    others: NDArray[np.float64],
) -> Candidate | None:  # fmt: skip
    """Find a place whose leader may cross others' ground as long as the number itself covers nothing."""
    boxes = np.array([c.boxes[: c.text_boxes] for c in found])
    taken = np.vstack([blocked[_not_own(blocked, request)], others])
    free = np.flatnonzero(_inside(boxes, frame) & ~_hits(boxes, taken))
    if not len(free):
        return None
    return min((found[int(i)] for i in free), key=lambda candidate: candidate.cost)
