"""The compiled route of `geo.space.overlay`: polygons, lines and points against polygons, straight from WKB.

No geometry is built. Relations are exact; areas are those of the GEOS route to 1e-9 (the sums run in
another order). Pairs it cannot judge, such as edges too long for the area series, go to GEOS.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import shapely

from geo.errors import GeometryError
from geo.space.kernel.area import measure
from geo.space.kernel.compile import (
    collector_resting,
    make_ready,
    start_helper,
    wait_for_helper,
)
from geo.space.kernel.grid import Sites, grid_over, outlines_of, points_as_sites, sites_of
from geo.space.kernel.judge import judge
from geo.space.kernel.pair import APART, INSIDE, UNDECIDED
from geo.space.kernel.wkb import (
    POLYGON,
    Counts,
    Floats,
    Rings,
    chains_of,
    kind_of_first,
    points_of,
    rings_of,
)
from geo.space.kernel.zones import Zones, run
from geo.space.pairs import Pairs

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa
    from numpy.typing import NDArray

_CHUNKS = (
    8  # runs of zones per thread: none waits long for the last, few tables of all sites are made
)
_MOST_THREADS = 16
_POLYGONS, _LINES, _POINTS = range(3)
Result = TypeVar("Result")


def overlay_wkb(
    sites: pa.Array,
    zones: pa.Array,
    *,
    threads: int | None = None,
    announce: Callable[[str], None] | None = None,
) -> Pairs | None:
    """Find every pair of a site and a zone that meet, as `geo.space.overlay.overlay`.

    Args:
        sites: Arrow array of WKB, all polygons, all lines or all points, CGCS2000 lon/lat, valid.
        zones: Arrow array of WKB polygons.
        threads: How many to use; all processors unless told.
        announce: Told, in Chinese, when the kernel must be compiled first.

    Returns:
        The pairs; ``None`` when the arrays hold anything else (mixtures, multipoints, heights).

    Raises:
        GeometryError: A coordinate is not finite, or a geometry is too broken to be cut.

    >>> import pyarrow
    >>> zone = pyarrow.array([shapely.box(112.0, 36.0, 112.1, 36.1).wkb])
    >>> half = pyarrow.array([shapely.box(112.09, 36, 112.11, 36.02).wkb])
    >>> pairs = overlay_wkb(half, zone)
    >>> pairs.relation_names.tolist(), pairs.share.round(3).tolist()
    (['overlaps'], [0.5])
    """
    make_ready(announce)
    taken = sites_taken_apart(sites)
    held = None if taken is None else zones_held(zones)
    return None if taken is None or held is None else overlay_taken(taken, held, threads=threads)


@dataclass(frozen=True, eq=False)
class TakenApart:
    """Sites as flat arrays, beside the WKB they came from."""

    kind: int
    sites: Sites
    wkb: pa.Array


@dataclass(frozen=True, eq=False)
class HeldZones:
    """Zones as flat arrays, beside the WKB they came from: for one overlay after another."""

    zones: Zones
    wkb: pa.Array


@collector_resting()
def sites_taken_apart(wkb: pa.Array) -> TakenApart | None:
    """Read sites as points, lines or polygons; ``None`` when they are anything else.

    Raises:
        GeometryError: A coordinate is not finite.
    """
    if kind_of_first(wkb) == POLYGON:
        start_helper()
    points = points_of(wkb) if len(wkb) else None
    if points is not None:
        return TakenApart(_POINTS, points_as_sites(points), wkb)
    kind, rings = _POLYGONS, rings_of(wkb)
    if rings is None:
        kind, rings = _LINES, chains_of(wkb)
    if rings is None:
        return None
    return TakenApart(kind, sites_of(_finite(rings)), wkb)


@collector_resting()
def zones_held(wkb: pa.Array) -> HeldZones | None:
    """Read zones; ``None`` when not all are polygons.

    Raises:
        GeometryError: A coordinate is not finite.
    """
    rings = rings_of(wkb)
    if rings is None:
        return None
    held = Zones(_finite(rings).xy, rings.start, rings.first, *outlines_of(rings))
    return HeldZones(held, wkb)


def _finite(rings: Rings) -> Rings:
    """Refuse coordinates that are no numbers."""
    if not np.isfinite(rings.xy.sum()):
        raise GeometryError("坐标中有非有限数（NaN 或无穷大），无法叠加 — 请检查文件中的坐标")
    return rings


@collector_resting()
def overlay_taken(taken: TakenApart, held: HeldZones, *, threads: int | None = None) -> Pairs:
    """Do as `overlay_wkb`, after `geo.space.kernel.compile.make_ready`, with what is read already."""
    workers = threads or min(os.cpu_count() or 1, _MOST_THREADS)
    kind, found = taken.kind, taken.sites
    if not len(found.xy) or not len(held.zones.xy):
        return _pairs(found, *_none(), points=kind == _POINTS)
    if kind == _LINES:
        pairs = _lines(held.zones, found, workers)
        unsure = pairs.relation == UNDECIDED
    else:
        met = _run(held.zones, found, workers, points=kind == _POINTS)
        pairs = _pairs(found, *met, points=kind == _POINTS, workers=workers)
        # A site may have an edge too long to measure even where its overlap has none.
        unsure = (pairs.relation == UNDECIDED) | (np.isnan(pairs.share) & (kind != _POINTS))
    return _settled(pairs, unsure, taken.wkb, held.wkb) if unsure.any() else _sorted(pairs)


def _none() -> tuple[Counts, Counts, Counts, Floats]:
    """Give no pairs."""
    empty = np.zeros(0, dtype=np.int64)
    return empty, empty, empty, np.zeros(0)


def _run(
    zones: Zones, sites: Sites, workers: int, *, points: bool
) -> tuple[Counts, Counts, Counts, Floats]:
    """Find the pairs of polygons or points, with what polygons share."""
    grid = grid_over(sites)

    def work(chosen: Counts) -> tuple[Counts, Counts, Counts, Floats]:
        site, zone, relation, left = run(zones, chosen, sites, grid, points=points)
        if points:
            return site, zone, relation, np.zeros(len(site))
        wait_for_helper()
        judged, area = judge(sites, zones.xy, zones.turn, left)
        met = np.flatnonzero(judged != APART)
        return (
            np.concatenate([site, left.pair[met, 0]]), np.concatenate([zone, left.pair[met, 1]]),
            np.concatenate([relation, judged[met]]), np.concatenate([np.zeros(len(site)), area[met]]),
        )  # fmt: skip

    site, zone, relation, area = (
        np.concatenate(column) for column in zip(*_dealt(work, zones, workers), strict=True)
    )
    return site, zone, relation, area


def _dealt(work: Callable[[Counts], Result], zones: Zones, workers: int) -> list[Result]:
    """Deal the zones out to threads in runs of about equal numbers of vertices."""
    vertices = np.diff(zones.start[zones.first])
    order = np.argsort(-vertices, kind="stable")
    runs = min(_CHUNKS * workers, max(1, len(order)))
    # Strided and contiguous arrays are two types to the compiler, and would be compiled twice.
    chosen = [np.ascontiguousarray(order[k::runs]) for k in range(runs)]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, chosen))


def _lines(zones: Zones, lines: Sites, workers: int) -> Pairs:
    """Find the pairs of lines and zones, with the length that each zone holds."""
    # Only jobs with lines pay for compiling this.
    from geo.space.kernel.line import trace  # noqa: PLC0415

    grid = grid_over(lines)

    def work(chosen: Counts) -> tuple[Counts, Counts, Counts, Floats]:
        site, zone, relation, left = run(zones, chosen, lines, grid, points=False)
        judged, where, stretches = trace(lines, zones.xy, zones.turn, left)
        held = _lengths(lines, where, stretches, len(judged))
        met = np.flatnonzero(judged != APART)
        return (
            np.concatenate([site, left.pair[met, 0]]), np.concatenate([zone, left.pair[met, 1]]),
            np.concatenate([relation, judged[met]]), np.concatenate([np.zeros(len(site)), held[met]]),
        )  # fmt: skip

    site, zone, relation, length = (
        np.concatenate(column) for column in zip(*_dealt(work, zones, workers), strict=True)
    )
    inside, nothing = relation == INSIDE, np.full(len(site), np.nan)
    whole = _whole_lengths(lines, site)
    length = np.where(inside, whole, length)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(inside, 1.0, np.minimum(length / whole, 1.0))
    return Pairs(
        site=site.astype(np.intp), zone=zone.astype(np.intp), relation=relation.astype(np.int8),
        overlap_m2=nothing, length_m=length, share=share,
    )  # fmt: skip


def _lengths(lines: Sites, where: Counts, stretches: Floats, count: int) -> Floats:
    """Add up the geodesic lengths of stretches by pair."""
    from geo.space.edge_lengths import edge_lengths_m  # noqa: PLC0415 - loads PROJ

    whole = (stretches[:, 0] == 0.0) & (stretches[:, 1] == 1.0)
    length = np.empty(len(where))
    parts = stretches[~whole]
    length[~whole] = edge_lengths_m(parts[:, 2:4], parts[:, 4:6])
    # An edge may lie in several zones: it is measured once.
    edges, back = np.unique(where[whole, 1], return_inverse=True)
    length[whole] = _edge_lengths(lines.xy, edges)[back]
    return np.asarray(np.bincount(where[:, 0], weights=length, minlength=count), dtype=float)


def _edge_lengths(xy: Floats, edges: Counts) -> Floats:
    """Measure edges by their first vertex, metres."""
    from geo.space.edge_lengths import edge_lengths_m  # noqa: PLC0415 - loads PROJ

    return edge_lengths_m(xy[edges], xy[edges + 1])


def _whole_lengths(lines: Sites, wanted: Counts) -> Floats:
    """Measure the lines of pairs, each once, metres."""
    which, back = np.unique(wanted, return_inverse=True)
    begin, end = lines.start[lines.first[which]], lines.start[lines.first[which + 1]]
    owner = np.repeat(np.arange(len(which)), end - begin)
    vertex = np.arange(len(owner)) + (begin - np.cumsum(end - begin) + (end - begin))[owner]
    last = np.zeros(len(lines.xy), dtype=bool)
    last[lines.start[1:] - 1] = True
    edges = ~last[vertex]
    length = _edge_lengths(lines.xy, vertex[edges])
    whole = np.bincount(owner[edges], weights=length, minlength=len(which))
    return np.asarray(whole[back], dtype=float)


def _pairs(
    sites: Sites, site: Counts, zone: Counts, relation: Counts, area: Floats,
    *, points: bool, workers: int = 1,
) -> Pairs:  # fmt: skip
    """Put the figures together; a site inside is its own overlap."""
    nothing = np.full(len(site), np.nan)
    overlap, share = nothing, nothing
    if not points:
        whole = _areas(sites, site, workers)
        inside = relation == INSIDE
        overlap = np.where(inside, whole, area)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(inside, 1.0, np.minimum(overlap / whole, 1.0))
    return Pairs(
        site=site.astype(np.intp), zone=zone.astype(np.intp), relation=relation.astype(np.int8),
        overlap_m2=overlap, length_m=nothing, share=share,
    )  # fmt: skip


def _areas(sites: Sites, wanted: Counts, workers: int) -> Floats:
    """Measure the sites of pairs, each once."""
    which, back = np.unique(wanted, return_inverse=True)
    whole = np.empty(len(which))
    runs = [slice(k, k + 4096) for k in range(0, len(which), 4096)]

    def work(rows: slice) -> None:
        measure(sites.xy, sites.start, sites.first, sites.turn, which[rows], whole[rows])

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, runs))
    return np.asarray(whole[back])


def _settled(pairs: Pairs, unsure: NDArray[np.bool_], sites: pa.Array, zones: pa.Array) -> Pairs:
    """Let GEOS judge the pairs left open."""
    from geo.space.overlay_geos import overlay_geos  # noqa: PLC0415 - loads PROJ, and few jobs want it

    which, back = np.unique(pairs.site[unsure], return_inverse=True)
    others, there = np.unique(pairs.zone[unsure], return_inverse=True)
    asked = np.sort(back * len(others) + there)
    again = overlay_geos(_shapes(sites, which), _shapes(zones, others), workers=1)
    kept = np.isin(again.site * len(others) + again.zone, asked)
    sure = ~unsure
    columns = {}
    for name in ("relation", "overlap_m2", "length_m", "share"):
        columns[name] = np.concatenate([getattr(pairs, name)[sure], getattr(again, name)[kept]])
    site = np.concatenate([pairs.site[sure], which[again.site[kept]]])
    zone = np.concatenate([pairs.zone[sure], others[again.zone[kept]]])
    return _sorted(Pairs(site=site, zone=zone, **columns))


def _shapes(wkb: pa.Array, rows: Counts) -> NDArray[np.object_]:
    """Build the geometries of some rows."""
    return np.asarray(shapely.from_wkb(wkb.take(rows).to_numpy(zero_copy_only=False)), dtype=object)


def _sorted(pairs: Pairs) -> Pairs:
    """Order pairs by site and zone."""
    order = np.lexsort((pairs.zone, pairs.site))
    return Pairs(
        site=pairs.site[order], zone=pairs.zone[order], relation=pairs.relation[order],
        overlap_m2=pairs.overlap_m2[order], length_m=pairs.length_m[order],
        share=pairs.share[order],
    )  # fmt: skip
