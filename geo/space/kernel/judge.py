"""Pairs of a site and a zone that streaming left open, judged one after the other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from geo.space.kernel.area import measure
from geo.space.kernel.compile import collector_resting, compiled, make_ready
from geo.space.kernel.grid import Sites
from geo.space.kernel.meet import (
    CONTACT,
    CROSSINGS,
    SITE_EVENTS,
    SITE_SHARED,
    TALLIES,
    UNKNOWN,
    ZONE_EVENTS,
    ZONE_SHARED,
)
from geo.space.kernel.pair import (
    APART,
    IN,
    INSIDE,
    OPPOSITE,
    OUT,
    OVERLAPS,
    SAME,
    TOUCHES,
    UNDECIDED,
    UNKNOWN_BIT,
    gather,
    order_events,
    walk_site,
    walk_zone,
)
from geo.space.kernel.wkb import Counts, Floats


class Open(NamedTuple):
    """Pairs of a site and a zone with edges in its box, to be judged.

    Args:
        pair: Rows of site, zone, first one in `entry`, first entry in `bits`.
        entry: Rows of the first vertex of a zone's edge and its ring, in the order of the boundary.
        bits: What is known of the sites' rings (`ODD` and so on), ring by ring.
        used: How many rows of `pair` and entries of `entry` and `bits` there are.
    """

    pair: Counts
    entry: Counts
    bits: Counts
    used: Counts


def judge(sites: Sites, z: Floats, turn: Floats, left: Open) -> tuple[Counts, Floats]:
    """Give relation and shared area (m²; 0 where the site is its own overlap) of open pairs.

    Args:
        sites: All sites.
        z: Vertices of zones.
        turn: Per ring of all zones, +1 where the zone is left of it.
        left: The pairs.
    """
    count = int(left.used[0])
    relations, areas = np.full(count, UNDECIDED), np.zeros(count)
    judge_open(sites, z, turn, left, np.zeros(TALLIES, np.int64), relations, areas)
    return relations, areas


@compiled
def judge_open(
    sites: Sites,
    z: Floats,
    turn: Floats,
    left: Open,
    tally: Counts,
    relations: Counts,
    areas: Floats,
) -> None:
    """Do as `judge`, into arrays that Python made: each way of making one is compiled anew.

    One body on purpose: whatever a function calls is compiled into it again.
    """
    count = len(relations)
    for k in range(count):
        site, first, bit = left.pair[k, 0], left.pair[k, 2], left.pair[k, 3]
        end = left.pair[k + 1, 2] if k + 1 < count else left.used[1]
        known = True
        for r in range(sites.first[site + 1] - sites.first[site]):
            known = known and (left.bits[bit + r] & UNKNOWN_BIT) == 0
        if not known:
            continue
        for which in range(TALLIES):
            tally[which] = 0
        edges = left.entry[first:end]
        met = gather(sites, site, z, turn, edges, tally)
        if tally[UNKNOWN]:
            continue
        order_events(met.on_site, tally[SITE_EVENTS])
        order_events(met.on_zone, tally[ZONE_EVENTS])
        order_events(met.shared_site, tally[SITE_SHARED])
        order_events(met.shared_zone, tally[ZONE_SHARED])
        site_seen, site_area = walk_site(sites, site, left.bits, bit, met, tally)
        zone_seen, zone_area = walk_zone(sites, site, z, turn, edges, met, tally)
        area = -(site_area + zone_area)
        if site_seen < 0 or zone_seen < 0 or np.isnan(area):
            continue
        crossed = tally[CROSSINGS] > 0
        if not (crossed or (site_seen | zone_seen) & IN or site_seen & SAME):
            relations[k] = TOUCHES if tally[CONTACT] else APART
        elif crossed or site_seen & (OUT | OPPOSITE) or zone_seen & IN:
            relations[k], areas[k] = OVERLAPS, max(area, 0.0)
        else:
            relations[k] = INSIDE


@collector_resting()
def warm() -> None:
    """Compile the judging, and the measuring that shares its formulas, and leave them in the cache."""
    make_ready()
    flat, none = np.empty((0, 2)), np.zeros(1, np.int64)
    sites = Sites(flat, none, none, none[:0], np.empty(0), np.empty((0, 4)))
    left = Open(
        np.empty((0, 4), np.int64), np.empty((0, 2), np.int64), np.empty(0, np.int64),
        np.zeros(3, np.int64),
    )  # fmt: skip
    judge(sites, flat, np.empty(0), left)
    measure(flat, none, none, np.empty(0), none[:0], np.empty(0))
