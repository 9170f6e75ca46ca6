"""The label placer: no two labels overlap, none covers a symbol, none is lost without a word.

All labels of a sheet are placed together (`geo.draw.label.search`). Those that find no room may then stand
away from their feature at the end of a leader; what finds none even so gets a number at its feature and a
line in the margin's list. Costs count what a label would cover: lines, borders and edges.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from geo.draw.label.candidates import with_leader
from geo.draw.label.offers import (
    Offer,
    Ways,
    candidates_of,
    clear_of_symbols,
    hits,
    inside,
    not_own,
)
from geo.draw.label.search import Board, Choice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from geo.draw.label.candidates import Candidate, Request
    from geo.draw.label.ground import Ground
    from geo.draw.layout.lettering import Lettering
    from geo.draw.layout.page import Frame

#: How warm each search is that follows on labels without a place having been given more of them.
_FURTHER: Final = (1.5, 0.8, 0.4, 0.4, 0.2, 0.2)
#: Places of a number without room whose holders may move further away.
_BEST: Final = 6
#: Cost of a number in a name's stead, beside that of its place.
_NUMBERED: Final = 22.0
#: Cost of leaving out a label that may be.
_LEFT_OUT: Final = 12.0
NUMBER_PT: Final = 5.6
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
    ways = Ways(fonts, frame, ground, blocked)
    offers = [ways.offer(r, candidates_of(r, fonts)) for r in requests]
    order = sorted(range(len(offers)), key=lambda i: _rank(offers[i], i))
    taken = [-1] * len(offers)
    taken = _searched(offers, order, taken, warm=3.0)
    # Most labels need no leader, and few a number, so those places are worked out only now.
    steps = [0] * len(offers)
    for warm in _FURTHER:
        lost = [i for i in order if taken[i] < 0 and not requests[i].optional]
        eager = {j for i in lost for j in (i, *_in_the_way(offers, taken, i, steps[i]))}
        for at in sorted(eager):
            if steps[at] < len(_STEPS):
                offers[at] = _STEPS[steps[at]](offers[at], ways, first_number + 3 * len(lost))
                steps[at] += 1
        if not lost:
            break
        taken = _searched(offers, order, taken, warm=warm)
    return _settled(offers, order, taken, ways, first_number)


def _searched(
    offers: Sequence[Offer], order: Sequence[int], taken: Sequence[int], *, warm: float
) -> list[int]:
    """Place all labels as well as they go together; those that still clash are left without."""
    choices = [
        Choice(
            o.boxes, o.cost, *((0.1, _LEFT_OUT) if o.request.optional else (_weight(o.request),))
        )
        for o in offers
    ]
    board = Board(choices, taken)
    board.greedy(order)
    if not board.content():
        board.anneal(warm=warm, sweeps=70 if warm > _FURTHER[0] else 35)
        board.part(order)
    return list(board.taken)


def _in_the_way(offers: Sequence[Offer], taken: Sequence[int], at: int, step: int) -> Iterator[int]:
    """List the labels that stand where the number of one without any place would go best."""
    if step < len(_STEPS) or not offers[at].candidates:
        return
    wanted = offers[at].boxes[max(offers[at].own, 0) :][:_BEST]
    for other, place in enumerate(taken):
        request = offers[other].request
        if place < 0 or request.optional or not len(wanted):
            continue
        if hits(wanted, offers[other].candidates[place].boxes).any():
            yield other


def _weight(request: Request) -> float:
    """Say how much an important label's comfort counts beside a lesser one's."""
    return 0.5 + request.priority / 10


def _rank(offer: Offer, at: int) -> tuple[float, ...]:
    """Order of placing: priority, then those with the least choice."""
    request = offer.request
    return (request.optional, -request.priority, -request.size_pt, len(offer.candidates), at)


def _joined(offer: Offer, more: Offer) -> Offer:
    """Add places to a request's own, after them."""
    most = max(offer.boxes.shape[1], more.boxes.shape[1])
    boxes = [
        np.pad(o.boxes, ((0, 0), (0, most - o.boxes.shape[1]), (0, 0)), constant_values=np.nan)
        for o in (offer, more)
    ]
    return Offer(
        offer.request, (*offer.candidates, *more.candidates), np.vstack(boxes),
        np.concatenate([offer.cost, more.cost]), offer.own if offer.own >= 0 else len(offer.candidates),
    )  # fmt: skip


def _tied(offer: Offer, ways: Ways, _last: int) -> Offer:
    """Add places at the end of a leader."""
    more = ways.offer(offer.request, list(with_leader(offer.request, ways.fonts)))
    return replace(_joined(offer, more), own=-1)


def _short(offer: Offer, ways: Ways, last: int) -> Offer:
    """Add places for what stands in for a name: its number, or smaller numbers."""
    badge = clear_of_symbols(_stand_in(offer.request, last), ways.blocked)
    every = [*candidates_of(badge, ways.fonts), *with_leader(badge, ways.fonts)]
    more = ways.offer(badge, every)
    return _joined(offer, replace(more, cost=more.cost + _NUMBERED))


_STEPS: Final = (_tied, _short)


def _stand_in(request: Request, number: int) -> Request:
    """Return what is set at a feature whose label found no room."""
    if request.badges:
        short = replace(request, size_pt=request.size_pt * _SMALLER)
    else:
        short = _number(request, number)
    return replace(short, kind="point", geometry=shapely.point_on_surface(request.geometry))


def _settled(
    offers: Sequence[Offer], order: Sequence[int], taken: Sequence[int], ways: Ways, first: int
) -> Placement:
    """Give numbers to what found no place, in order of importance."""
    placed = {
        i: Placed(o.request, o.candidates[taken[i]])
        for i, o in enumerate(offers)
        if taken[i] >= 0 and not 0 <= o.own <= taken[i]
    }
    short = [i for i in order if i not in placed and not offers[i].request.optional]
    omitted = tuple(offers[i].request for i in order if i not in placed and i not in short)
    numbered = [i for i in short if not offers[i].request.badges]
    number = {at: first + n for n, at in enumerate(numbered)}
    for at in sorted(short, key=lambda i: taken[i] < 0):
        request, last = offers[at].request, number.get(at, 0)
        if taken[at] >= 0:
            placed[at] = _told(request, offers[at].candidates[taken[at]], last)
        else:
            others = np.vstack([np.empty((0, 4)), *(p.candidate.boxes for p in placed.values())])
            placed[at] = _last_resort(_stand_in(request, last), last, ways, others)
    ordered = tuple(placed[i] for i in sorted(placed))
    return Placement(ordered, tuple(offers[i].request for i in numbered), omitted)


def _told(request: Request, place: Candidate, number: int) -> Placed:
    """Write a name's number, now that it is known, into the place that was kept for it."""
    badge = _stand_in(request, number)
    if number:
        place = replace(place, pieces=tuple(p._replace(text=str(number)) for p in place.pieces))
    return Placed(badge, place, number)


def _number(request: Request, number: int) -> Request:
    """Let a number in a white disc stand for a name."""
    return replace(
        request, size_pt=NUMBER_PT, face="sans", colour="#222222", slanted=False,
        badges=((str(number), "#ffffff"),),
    )  # fmt: skip


def _last_resort(badge: Request, number: int, ways: Ways, others: NDArray[np.float64]) -> Placed:
    """Set a number whose leader has to cross something; where even the number does, that is told."""
    badge = clear_of_symbols(badge, ways.blocked)
    every = [*candidates_of(badge, ways.fonts), *with_leader(badge, ways.fonts)]
    crossing = _free_of_text(badge, every, ways.frame, ways.blocked, others)
    return Placed(badge, crossing or every[0], number, forced=crossing is None)


def _free_of_text(
    request: Request, found: Sequence[Candidate], frame: Frame, blocked: NDArray[np.float64],
    others: NDArray[np.float64],
) -> Candidate | None:  # fmt: skip
    """Find a place whose leader may cross others' ground as long as the number itself covers nothing."""
    boxes = np.array([c.boxes[: c.text_boxes] for c in found])
    taken = np.vstack([blocked[not_own(blocked, request)], others])
    free = np.flatnonzero(inside(boxes, frame) & ~hits(boxes, taken))
    if not len(free):
        return None
    return min((found[int(i)] for i in free), key=lambda candidate: candidate.cost)
