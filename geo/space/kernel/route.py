"""The compiled route of `geo.space.overlay`: polygons, lines and points against polygons, straight from WKB.

No geometry is built. Relations are exact; areas are those of the GEOS route to 1e-9 (the sums run in
another order). Pairs it cannot judge, such as edges too long for the area series, go to GEOS.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias, TypeVar

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
from geo.space.pairs import Pairs, Spans, joined
from geo.space.workers import workers_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa
    from numpy.typing import NDArray

    from geo.space.kernel.line_pieces import Pieces

    Source: TypeAlias = pa.Array | NDArray[np.object_]

_CHUNKS = (
    8  # runs of zones per thread: none waits long for the last, few tables of all sites are made
)
_POLYGONS, _LINES, _POINTS = range(3)
Result = TypeVar("Result")


def overlay_wkb(
    sites: pa.Array,
    zones: pa.Array,
    *,
    threads: int | None = None,
    chainage: bool = False,
    announce: Callable[[str], None] | None = None,
) -> Pairs | None:
    """Find every pair of a site and a zone that meet, as `geo.space.overlay.overlay`.

    Args:
        sites: Arrow array of WKB, all polygons, all lines or all points, CGCS2000 lon/lat, valid.
        zones: Arrow array of WKB polygons.
        threads: How many to use; all processors unless told.
        chainage: Tell from where to where lines run inside.
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
    if taken is None or held is None:
        return None
    return overlay_taken(taken, held, threads=threads, chainage=chainage)


@dataclass(frozen=True, eq=False)
class TakenApart:
    """Sites as flat arrays, beside what they came from."""

    kind: int
    sites: Sites
    source: Source
    lines: Pieces | None = None  # lines only, whose pieces are the sites


@dataclass(frozen=True, eq=False)
class HeldZones:
    """Zones as flat arrays, beside what they came from: for one overlay after another."""

    zones: Zones
    source: Source


@collector_resting()
def sites_taken_apart(wkb: pa.Array, source: Source | None = None) -> TakenApart | None:
    """Read sites as points, lines or polygons; ``None`` when they are anything else.

    Args:
        wkb: The sites.
        source: Where GEOS has them from where it must; the WKB unless told.

    Raises:
        GeometryError: A coordinate is not finite.
    """
    source = wkb if source is None else source
    if kind_of_first(wkb) == POLYGON:
        start_helper()
    points = points_of(wkb) if len(wkb) else None
    if points is not None:
        return TakenApart(_POINTS, points_as_sites(points), source)
    kind, rings = _POLYGONS, rings_of(wkb)
    if rings is None:
        kind, rings = _LINES, chains_of(wkb)
    if rings is None:
        return None
    if kind == _LINES:
        from geo.space.kernel.line_pieces import pieces_of  # noqa: PLC0415 - only jobs with lines pay for it

        lines = pieces_of(_finite(rings))
        return TakenApart(kind, lines.pieces, source, lines)
    return TakenApart(kind, sites_of(_finite(rings)), source)


@collector_resting()
def zones_held(wkb: pa.Array, source: Source | None = None) -> HeldZones | None:
    """Read zones, as `sites_taken_apart`; ``None`` when not all are polygons.

    Raises:
        GeometryError: A coordinate is not finite.
    """
    rings = rings_of(wkb)
    if rings is None:
        return None
    held = Zones(_finite(rings).xy, rings.start, rings.first, *outlines_of(rings))
    return HeldZones(held, wkb if source is None else source)


def _finite(rings: Rings) -> Rings:
    """Refuse coordinates that are no numbers."""
    if not np.isfinite(rings.xy.sum()):
        raise GeometryError("坐标中有非有限数（NaN 或无穷大），无法叠加 — 请检查文件中的坐标")
    return rings


@collector_resting()
def overlay_taken(
    taken: TakenApart, held: HeldZones, *, threads: int | None = None, chainage: bool = False
) -> Pairs:
    """Do as `overlay_wkb`, after `geo.space.kernel.compile.make_ready`, with what is read already."""
    workers = workers_of(threads)
    kind, found = taken.kind, taken.sites
    nothing = Spans.of_each([]) if chainage else None
    near = _near(held, found)
    if not len(near):
        return replace(_pairs(found, *_none(), points=kind == _POINTS), spans=nothing)
    if taken.lines is not None:
        from geo.space.kernel.line_pieces import overlay_lines  # noqa: PLC0415 - as above

        pairs = overlay_lines(
            held.zones, taken.lines, lambda work: _dealt(work, held.zones, near, workers),
            workers=workers, chainage=chainage,
        )  # fmt: skip
        unsure = pairs.relation == UNDECIDED
    else:
        met = _run(held.zones, near, found, workers, points=kind == _POINTS)
        pairs = replace(_pairs(found, *met, points=kind == _POINTS, workers=workers), spans=nothing)
        # A site may have an edge too long to measure even where its overlap has none.
        unsure = (pairs.relation == UNDECIDED) | (np.isnan(pairs.share) & (kind != _POINTS))
    if not unsure.any():
        return pairs.ordered()
    return _settled(pairs, unsure, taken.source, held.source, chainage=chainage)


def _none() -> tuple[Counts, Counts, Counts, Floats]:
    """Give no pairs."""
    empty = np.zeros(0, dtype=np.int64)
    return empty, empty, empty, np.zeros(0)


def _run(
    zones: Zones, near: Counts, sites: Sites, workers: int, *, points: bool
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
        np.concatenate(column) for column in zip(*_dealt(work, zones, near, workers), strict=True)
    )
    return site, zone, relation, area


def _near(held: HeldZones, sites: Sites) -> Counts:
    """List the zones whose boxes meet that of all sites."""
    if not len(sites.xy):
        return np.zeros(0, dtype=np.int64)
    there = sites.box[np.diff(sites.first) > 0]
    west, south = there[:, :2].min(axis=0)
    east, north = there[:, 2:].max(axis=0)
    box = held.zones.box
    meet = (box[:, 0] <= east) & (box[:, 2] >= west) & (box[:, 1] <= north) & (box[:, 3] >= south)
    return np.flatnonzero(meet)


def _dealt(
    work: Callable[[Counts], Result], zones: Zones, near: Counts, workers: int
) -> list[Result]:
    """Deal zones out to threads in runs of about equal numbers of vertices."""
    vertices = zones.start[zones.first[near + 1]] - zones.start[zones.first[near]]
    order = near[np.argsort(-vertices, kind="stable")]
    runs = min(_CHUNKS * workers, max(1, len(order)))
    # Strided and contiguous arrays are two types to the compiler, and would be compiled twice.
    chosen = [np.ascontiguousarray(order[k::runs]) for k in range(runs)]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, chosen))


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


def _settled(
    pairs: Pairs, unsure: NDArray[np.bool_], sites: Source, zones: Source, *, chainage: bool
) -> Pairs:
    """Let GEOS judge the pairs left open."""
    from geo.space.overlay_geos import overlay_geos  # noqa: PLC0415 - loads PROJ, and few jobs want it

    which, back = np.unique(pairs.site[unsure], return_inverse=True)
    others, there = np.unique(pairs.zone[unsure], return_inverse=True)
    asked = np.sort(back * len(others) + there)
    again = overlay_geos(
        _shapes(sites, which), _shapes(zones, others), workers=1, chainage=chainage
    )
    again = again.take(np.isin(again.site * len(others) + again.zone, asked))
    again = replace(again, site=which[again.site], zone=others[again.zone])
    return joined([pairs.take(~unsure), again]).ordered()


def _shapes(source: Source, rows: Counts) -> NDArray[np.object_]:
    """Give the geometries of some rows."""
    if isinstance(source, np.ndarray):
        return source[rows]
    return np.asarray(
        shapely.from_wkb(source.take(rows).to_numpy(zero_copy_only=False)), dtype=object
    )
