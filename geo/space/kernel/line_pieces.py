"""Lines against zones: cut into short pieces, held against the zones piece by piece, and put together again.

A line of some kilometres has a box that hundreds of a zone's edges meet and the line itself does not; pieces of a few edges have
boxes that tell. What is seen of a zone adds up over the pieces, and stretches run on from one into the next.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from geo.space.chainage import SAME_M
from geo.space.edge_lengths import edge_lengths_m, steps_m
from geo.space.kernel.grid import Sites, grid_over, outlines_of
from geo.space.kernel.line import CROSSED, IN, ON, OUT, TOUCHED, UNTOLD, trace
from geo.space.kernel.pair import APART, INSIDE, OVERLAPS, TOUCHES, UNDECIDED
from geo.space.kernel.wkb import Rings
from geo.space.kernel.zones import run
from geo.space.pairs import Pairs, Spans

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geo.space.kernel.judge import Open
    from geo.space.kernel.wkb import Counts, Floats
    from geo.space.kernel.zones import Zones

    #: Deals the zones out to threads and gives what each run of them found.
    Deal = Callable[[Callable[[Counts], "Held"]], Sequence["Held"]]

_EDGES: Final = 16
_BLOCK: Final = 65_536  # vertices measured at a time


@dataclass(frozen=True, eq=False)
class Pieces:
    """Lines in pieces.

    Args:
        pieces: As sites of one chain each; the last vertex of a piece is there again as the first of the next.
        first: First piece of every line, and the end.
        chain: The chain (part of a line) each piece is from.
        line: The line each is from.
        long: Whether it has a length.
    """

    pieces: Sites
    first: Counts
    chain: Counts
    line: Counts
    long: Counts

    @cached_property
    def long_pieces(self) -> Counts:
        """How many pieces of each line have a length."""
        count = np.bincount(self.line, weights=self.long, minlength=len(self.first) - 1)
        return np.asarray(count, dtype=np.int64)


def pieces_of(chains: Rings, *, edges: int = _EDGES) -> Pieces:
    """Cut lines into pieces of at most so many edges."""
    size = np.diff(chains.start)
    cut = np.maximum(-(-(size - 1) // edges), 1)
    chain = np.repeat(np.arange(len(size)), cut)
    before = np.concatenate([[0], np.cumsum(cut)])
    begin = chains.start[chain] + edges * (np.arange(len(chain)) - before[chain])
    length = np.minimum(edges + 1, chains.start[chain + 1] - begin)
    start = np.concatenate([[0], np.cumsum(length)])
    rows = np.arange(start[-1]) + np.repeat(begin - start[:-1], length)
    xy, number = chains.xy[rows], np.arange(len(chain) + 1)
    _, box = outlines_of(Rings(xy, start, number, np.ones(len(chain), np.uint8)))
    first = before[chains.first]
    return Pieces(
        Sites(xy, start, number, number[:-1], np.ones(len(chain)), box), first, chain,
        np.repeat(np.arange(len(first) - 1), np.diff(first)),
        ((box[:, 0] < box[:, 2]) | (box[:, 1] < box[:, 3])).astype(np.int64),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Held:
    """What some zones hold of lines: pairs, and stretches by pair.

    Args:
        line: The line of each pair.
        zone: Its zone.
        relation: How they lie.
        pair: Of each stretch, the pair.
        vertex: Of each stretch, first and last vertex.
        place: Of each stretch, where on its edge it begins and ends (0 and 1 of a run of whole edges).
        length_m: Of each stretch that is a part of one edge, its length; NaN of others.
    """

    line: Counts
    zone: Counts
    relation: Counts
    pair: Counts
    vertex: Counts
    place: Floats
    length_m: Floats


def overlay_lines(
    zones: Zones, lines: Pieces, deal: Deal, *, workers: int, chainage: bool
) -> Pairs:
    """Find the pairs of lines and zones, with the length that each zone holds and perhaps from where to where."""
    grid = grid_over(lines.pieces)

    def work(chosen: Counts) -> Held:
        *plain, left = run(zones, chosen, lines.pieces, grid, points=False)
        traced = trace(lines.pieces, zones.xy, zones.turn, left)
        return _put_together(lines, (plain[0], plain[1], plain[2]), left, traced)

    held = _all(deal(work))
    at_m = _chainage(lines, held.line, workers)
    whole = at_m[lines.pieces.start[lines.first[held.line + 1]] - 1]
    first, last = at_m[held.vertex[:, 0]], at_m[held.vertex[:, 1]]
    stretch = np.where(np.isnan(held.length_m), last - first, held.length_m)
    length = np.asarray(
        np.bincount(held.pair, weights=stretch, minlength=len(held.line)), dtype=float
    )
    inside, nothing = held.relation == INSIDE, np.full(len(whole), np.nan)
    length = np.where(inside, whole, length)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(inside, 1.0, np.minimum(length / whole, 1.0))
    return Pairs(
        site=held.line.astype(np.intp), zone=held.zone.astype(np.intp),
        relation=held.relation.astype(np.int8), overlap_m2=nothing, length_m=length, share=share,
        spans=_spans(lines, held, at_m) if chainage else None,
    )  # fmt: skip


def _put_together(
    lines: Pieces, plain: tuple[Counts, Counts, Counts], open_: Open, traced: tuple[Counts, Counts, Floats]
) -> Held:  # fmt: skip
    """Make pairs of lines and zones out of those of pieces and zones."""
    piece, zone, relation = plain
    told, where, stretches = traced
    inside = np.flatnonzero(relation == INSIDE)
    seen = np.concatenate([np.where(relation == INSIDE, IN, UNTOLD), told])
    which = np.concatenate([piece, open_.pair[: len(told), 0]])
    zones = np.concatenate([zone, open_.pair[: len(told), 1]])
    most = int(zones.max(initial=0)) + 1
    keys, back = np.unique(lines.line[which] * most + zones, return_inverse=True)
    line, bits = keys // most, np.zeros(len(keys), dtype=np.int64)
    np.bitwise_or.at(bits, back, seen)
    # Pieces that neither meet edges of the zone nor begin in it are not among the pairs: they are outside.
    met = np.bincount(back, weights=lines.long[which], minlength=len(keys))
    bits[met < lines.long_pieces[line]] |= OUT
    relations = _relations(bits)
    start = lines.pieces.start
    pair = np.concatenate([back[inside], back[len(piece) + where[:, 0]]])
    ends = np.stack([start[piece[inside]], start[piece[inside] + 1] - 1], axis=1)
    vertex, place = np.concatenate([ends, where[:, 1:]]), np.zeros((len(pair), 2))
    place[:, 1] = 1.0
    place[len(inside) :] = stretches[:, :2]
    length = np.full(len(pair), np.nan)
    length[len(inside) :] = _parts_m(stretches)
    kept = (relations == INSIDE) | (relations == OVERLAPS)
    kept = kept[pair] & (vertex[:, 0] < vertex[:, 1])
    return Held(line, keys % most, relations, pair[kept], vertex[kept], place[kept], length[kept])


def _relations(seen: Counts) -> Counts:
    """Judge by all that the pieces of a line saw of a zone."""
    held = (seen & (IN | CROSSED)) > 0
    relation = np.where((seen & TOUCHED) > 0, TOUCHES, APART)
    relation[held] = np.where(seen[held] & OUT, OVERLAPS, INSIDE)
    relation[~held & (seen & (IN | OUT | ON) == 0)] = (
        UNDECIDED  # without length: GEOS knows what it is
    )
    relation[(seen & UNTOLD) > 0] = UNDECIDED
    return relation


def _parts_m(stretches: Floats) -> Floats:
    """Measure stretches that are a part of one edge; NaN for whole edges."""
    length = np.full(len(stretches), np.nan)
    parts = (stretches[:, 0] > 0.0) | (stretches[:, 1] < 1.0)
    length[parts] = edge_lengths_m(stretches[parts, 2:4], stretches[parts, 4:6])
    return length


def _all(found: Sequence[Held]) -> Held:
    """Join what the threads found, pairs that meet only, by line and zone, stretches in the order of the line."""
    line, zone, relation = (
        np.concatenate([getattr(held, name) for held in found])
        for name in ("line", "zone", "relation")
    )
    order = np.lexsort((zone, line))
    order = order[relation[order] != APART]
    place = np.empty(len(line), dtype=np.int64)
    place[order] = np.arange(len(order))
    before = np.cumsum([0, *(len(held.line) for held in found)])
    pair = place[np.concatenate([h.pair + by for h, by in zip(found, before, strict=False)])]
    vertex, on_edge, length = (
        np.concatenate([getattr(held, name) for held in found])
        for name in ("vertex", "place", "length_m")
    )
    along = np.lexsort((on_edge[:, 0], vertex[:, 0], pair))
    return Held(
        line[order], zone[order], relation[order], pair[along], vertex[along], on_edge[along],
        length[along],
    )  # fmt: skip


def _chainage(lines: Pieces, wanted: Counts, workers: int) -> Floats:
    """Give the metres from the start of the line for every vertex of some lines, a block of lines at a time."""
    start, first = lines.pieces.start, lines.first
    at_m = np.full(len(lines.pieces.xy), np.nan)
    last = np.flatnonzero(np.diff(lines.chain, append=-1))  # what is beyond is another chain
    gap = np.zeros(len(at_m), dtype=bool)
    gap[start[last + 1] - 1] = True
    begin = start[first]
    blocks = np.unique(np.searchsorted(begin, np.arange(0, len(at_m), _BLOCK), "right") - 1)
    blocks = np.append(blocks, len(first) - 1)
    asked = np.unique(wanted)

    def work(low: int, high: int) -> None:
        rows = slice(begin[low], begin[high])
        steps = steps_m(lines.pieces.xy[rows])
        steps[gap[rows][:-1]] = 0.0
        run_m = np.concatenate([[0.0], np.cumsum(steps)])
        own = begin[low:high] - begin[low]
        size = np.diff(begin[low : high + 1])
        at_m[rows] = run_m - np.repeat(run_m[np.minimum(own, len(run_m) - 1)], size)

    with ThreadPoolExecutor(workers) as pool:
        for low, high in pairwise(blocks.tolist()):
            if np.searchsorted(asked, low) < np.searchsorted(asked, high):
                pool.submit(work, low, high)
    return at_m


def _spans(lines: Pieces, held: Held, at_m: Floats) -> Spans:
    """Join stretches that follow on one another within a part."""
    begin, end = held.vertex.T
    low = at_m[begin] + held.place[:, 0] * (at_m[begin + 1] - at_m[begin])
    high = at_m[end - 1] + held.place[:, 1] * (at_m[end] - at_m[end - 1])
    chain = lines.chain[np.searchsorted(lines.pieces.start, begin, "right") - 1]
    fresh = np.ones(len(low), dtype=bool)
    fresh[1:] = (np.diff(held.pair) > 0) | (np.diff(chain) != 0) | (low[1:] > high[:-1] + SAME_M)
    opens = np.flatnonzero(fresh)
    closes = np.append(opens[1:], len(low))[: len(opens)] - 1
    spans = Spans(held.pair[opens].astype(np.intp), low[opens], high[closes])
    long = spans.to_m - spans.from_m > SAME_M
    return Spans(spans.pair[long], spans.from_m[long], spans.to_m[long])
