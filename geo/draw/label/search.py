"""Which of its places each label takes, so that no two clash and the whole costs least.

Each label draws its next place from all of its own by a heat bath (Geman and Geman 1984): the chance of a
place falls with its cost and with how many others it would clash with, and the temperature falls until only
the best are taken. Simulated annealing is what Christensen, Marks and Shieber (1995) found best for
labels. Clashes are looked up only of places that are really taken. The draws are seeded: same input, same sheet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: What standing on another label costs: more than any place. Having none costs still more, so that a
#: label without a place pushes its way in, and others with more choice make room.
_CLASH: Final = 50.0
_NONE: Final = 140.0
#: Boxes that only share an edge do not clash, millimetres.
_EDGE: Final = 1e-6
_WARM: Final = 3.0
_COLD: Final = 0.05
_SWEEPS: Final = 70
_SETTLING: Final = 12
_SEED: Final = 20_260_101


@dataclass(frozen=True, eq=False)
class Choice:
    """The places of one label.

    Attributes:
        boxes: What each place claims, millimetres, (places, most boxes, 4), padded with NaN.
        cost: Of each place, in order.
        weight: How much the label's comfort counts beside others'.
        bare: What going without costs, before the weight; by default more than a clash.
    """

    boxes: NDArray[np.float64]
    cost: NDArray[np.float64]
    weight: float = 1.0
    bare: float = _NONE


class Board:
    """Labels and their places; ``taken`` holds each label's place, -1 for none."""

    def __init__(self, choices: Sequence[Choice], taken: Sequence[int] | None = None) -> None:
        """Set up labels with the places some have already; by default none has one."""
        counts = [len(c.cost) for c in choices]
        self._first = np.concatenate([[0], np.cumsum(counts)]).astype(int)
        self._cost = [
            np.append(c.cost * c.weight, c.bare if c.bare >= _NONE else c.bare * c.weight)
            for c in choices
        ]
        self._from = self._first.tolist()
        self._load = np.zeros(self._first[-1])
        self._label = np.repeat(np.arange(len(choices)), counts)
        rows = [_valid(c.boxes) for c in choices]
        self._of = np.concatenate([first + at for first, (at, _) in zip(self._first, rows, strict=False)]
                                  or [np.empty(0, dtype=int)]).astype(int)  # fmt: skip
        every = np.vstack([b for _, b in rows]) if rows else np.empty((0, 4))
        self._shapes = _shapes(every)
        self._tree = shapely.STRtree(self._shapes)
        # Places in order claim their boxes in order.
        self._begin = np.searchsorted(self._of, np.arange(self._first[-1] + 1)).tolist()
        self._known: dict[int, NDArray[np.int64]] = {}
        self.taken = [-1] * len(choices)
        for at, place in enumerate(taken or ()):
            self._move(at, place)

    def clashing(self) -> list[int]:
        """List the labels that stand on another."""
        return [
            at for at, place in enumerate(self.taken)
            if place >= 0 and self._load[self._first[at] + place] > 0
        ]  # fmt: skip

    def greedy(self, order: Sequence[int], *, clash: float = _CLASH) -> bool:
        """Give each label the best place that is free, in order; tell whether anything moved."""
        moved = False
        for at in order:
            best = self._draw(at, None, clash)
            if best != self.taken[at]:
                self._move(at, best)
                moved = True
        return moved

    def content(self) -> bool:
        """Tell whether every label has its own cheapest place, so that there is nothing to search."""
        return not self.clashing() and all(
            place >= 0 and cost[place] <= cost.min()
            for place, cost in zip(self.taken, self._cost, strict=True)
        )

    def anneal(self, *, warm: float = _WARM, sweeps: int = _SWEEPS) -> None:
        """Search for the best places of all labels together, from where they stand."""
        random = np.random.default_rng(_SEED)
        count = len(self.taken)
        many = [len(cost) for cost in self._cost]
        for heat in np.geomspace(warm, _COLD, sweeps).tolist():
            order = random.permutation(count).tolist()
            # The least of costs with Gumbel noise is a draw by their Boltzmann weights.
            noise = heat * np.log(-np.log(random.random(sum(many)) * (1 - 2e-12) + 1e-12))
            start = 0
            for at in order:
                end = start + many[at]
                self._move(at, self._draw(at, noise[start:end]))
                start = end
        for _ in range(_SETTLING):
            if not self.greedy(range(count)):
                break

    def part(self, order: Sequence[int]) -> None:
        """Take the place from labels that still stand on another, the last in order first."""
        for at in reversed(order):
            place = self.taken[at]
            if place >= 0 and self._load[self._first[at] + place] > 0:
                self._move(at, -1)
        self.greedy(order, clash=2 * _NONE)

    def _draw(self, at: int, noise: NDArray[np.float64] | None, clash: float = _CLASH) -> int:
        """Draw a place for a label; without noise the best, -1 for going without."""
        cost = self._cost[at].copy()
        cost[:-1] += clash * self._load[self._from[at] : self._from[at + 1]]
        if noise is not None:
            cost += noise
        best = int(cost.argmin())
        return best if best < len(cost) - 1 else -1

    def _move(self, at: int, place: int) -> None:
        if place == self.taken[at]:
            return
        for moved, change in ((self.taken[at], -1.0), (place, 1.0)):
            if moved >= 0:
                self._load[self._clashes(at, moved)] += change
        self.taken[at] = place

    def _clashes(self, at: int, place: int) -> NDArray[np.int64]:
        """Find the places of other labels that one place would stand on."""
        key = self._from[at] + place
        known = self._known.get(key)
        if known is None:
            claimed = self._shapes[self._begin[key] : self._begin[key + 1]]
            _, hit = self._tree.query(claimed)
            found = np.unique(self._of[hit])
            known = self._known[key] = found[self._label[found] != at]
        return known


def _valid(boxes: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the boxes that are there (n, 4), and which place each is of."""
    there = ~np.isnan(boxes[..., 0])
    return np.nonzero(there)[0], boxes[there]


def _shapes(boxes: NDArray[np.float64]) -> NDArray[np.object_]:
    west, south, east, north = boxes.T
    return np.asarray(
        shapely.box(west + _EDGE, south + _EDGE, east - _EDGE, north - _EDGE), dtype=object
    )
