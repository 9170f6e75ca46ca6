"""Pairs of a site and a zone that streaming left open, judged one after the other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from geo.space.kernel_compile import compiled
from geo.space.kernel_grid import Sites
from geo.space.kernel_pair import UNDECIDED, UNKNOWN_BIT, pair
from geo.space.kernel_wkb import Counts, Floats


class Open(NamedTuple):
    """Pairs of a site and a zone with edges in its box, to be judged.

    Args:
        pair: Rows of site, zone, first entry in `edge`, first entry in `bits`.
        edge: First vertices of the zones' edges, in the order of their boundaries.
        ring: Their rings.
        bits: What is known of the sites' rings (`ODD` and so on), ring by ring.
        used: How many rows of `pair` and entries of `edge` and `bits` there are.
    """

    pair: Counts
    edge: Counts
    ring: Counts
    bits: Counts
    used: Counts


@compiled
def judge(sites: Sites, z: Floats, turn: Floats, left: Open) -> tuple[Counts, Floats]:
    """Give relation and shared area (m²; 0 where the site is its own overlap) of open pairs.

    Args:
        sites: All sites.
        z: Vertices of zones.
        turn: Per ring of all zones, +1 where the zone is left of it.
        left: The pairs.
    """
    count = left.used[0]
    relations, areas = np.empty(count, np.int64), np.empty(count)
    inside = np.zeros(len(sites.start) - 1, np.uint8)
    for k in range(count):
        site, first, bit = left.pair[k, 0], left.pair[k, 2], left.pair[k, 3]
        end = left.pair[k + 1, 2] if k + 1 < count else left.used[1]
        known = True
        for r in range(sites.first[site], sites.first[site + 1]):
            inside[r] = left.bits[bit]
            known = known and (left.bits[bit] & UNKNOWN_BIT) == 0
            bit += 1
        relations[k], areas[k] = UNDECIDED, 0.0
        if known:
            edges, rings = left.edge[first:end], left.ring[first:end]
            relations[k], areas[k] = pair(sites, site, inside, z, turn, edges, rings)
    return relations, areas
