"""The compiled route of `geo.space.overlay`: polygons and points against polygons, straight from WKB.

No geometry is built. Relations are exact; areas are those of the GEOS route to 1e-9 (the sums run in
another order). Pairs it cannot judge, such as edges too long for the area series, go to GEOS.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.errors import GeometryError
from geo.space.kernel_area import ring_area
from geo.space.kernel_compile import compiled, make_ready
from geo.space.kernel_grid import Sites, grid_over, points_as_sites, sites_of, turns_of
from geo.space.kernel_pair import INSIDE, UNDECIDED
from geo.space.kernel_wkb import Counts, Floats, points_of, rings_of
from geo.space.kernel_zones import Zones, run
from geo.space.overlay_geos import overlay_geos
from geo.space.pairs import Pairs

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa
    from numpy.typing import NDArray

_CHUNKS = 32  # runs of zones per thread: enough that none waits long for the last
_MOST_THREADS = 16


def overlay_wkb(
    sites: pa.Array,
    zones: pa.Array,
    *,
    threads: int | None = None,
    announce: Callable[[str], None] | None = None,
) -> Pairs | None:
    """Find every pair of a site and a zone that meet, as `geo.space.overlay.overlay`.

    Args:
        sites: Arrow array of WKB, all polygons or all points, CGCS2000 lon/lat, valid.
        zones: Arrow array of WKB polygons.
        threads: How many to use; all processors unless told.
        announce: Told, in Chinese, when the kernel must be compiled first.

    Returns:
        The pairs; ``None`` when the arrays hold anything else (lines, mixtures, heights).

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
    workers = threads or min(os.cpu_count() or 1, _MOST_THREADS)
    points, found = _taken_apart(sites)
    rings = rings_of(zones)
    if found is None or rings is None:
        return None
    if not (np.isfinite(found.xy.sum()) and np.isfinite(rings.xy.sum())):
        raise GeometryError("坐标中有非有限数（NaN 或无穷大），无法叠加 — 请检查文件中的坐标")
    if not len(found.xy) or not len(rings.xy):
        return _pairs(found, *_none(), points=points)
    held = Zones(rings.xy, rings.start, rings.first, turns_of(rings))
    met = _run(held, found, workers, points=points)
    pairs = _pairs(found, *met, points=points, workers=workers)
    # A site may have an edge too long to measure even where its overlap has none.
    unsure = (pairs.relation == UNDECIDED) | (np.isnan(pairs.share) & (not points))
    return _settled(pairs, unsure, sites, zones) if unsure.any() else _sorted(pairs)


def _taken_apart(sites: pa.Array) -> tuple[bool, Sites | None]:
    """Read the sites as points if they are, else as polygons."""
    points = points_of(sites) if len(sites) else None
    if points is not None:
        return True, points_as_sites(points)
    rings = rings_of(sites)
    return False, None if rings is None else sites_of(rings)


def _none() -> tuple[Counts, Counts, Counts, Floats]:
    """Give no pairs."""
    empty = np.zeros(0, dtype=np.int64)
    return empty, empty, empty, np.zeros(0)


def _run(
    zones: Zones, sites: Sites, workers: int, *, points: bool
) -> tuple[Counts, Counts, Counts, Floats]:
    """Deal the zones out to threads in runs of about equal numbers of vertices."""
    grid = grid_over(sites)
    vertices = np.diff(zones.start[zones.first])
    order = np.argsort(-vertices, kind="stable")
    runs = min(_CHUNKS * workers, max(1, len(order)))

    def work(k: int) -> tuple[Counts, Counts, Counts, Floats]:
        # Strided and contiguous arrays are two types to the compiler, and would be compiled twice.
        return run(zones, np.ascontiguousarray(order[k::runs]), sites, grid, points=points)

    with ThreadPoolExecutor(workers) as pool:
        done = list(pool.map(work, range(runs)))
    site, zone, relation, area = (np.concatenate(column) for column in zip(*done, strict=True))
    return site, zone, relation, area


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


@compiled
def measure(
    xy: Floats, start: Counts, first: Counts, turn: Floats, which: Counts, areas: Floats
) -> None:
    """Measure polygons: shells less holes, m²; NaN where an edge is too long."""
    for k in range(len(which)):
        total = 0.0
        for r in range(first[which[k]], first[which[k] + 1]):
            flat, s = 0.0, start[r]
            for v in range(s + 1, start[r + 1] - 1):
                flat += (xy[v, 0] - xy[s, 0]) * (xy[v + 1, 1] - xy[s, 1])
                flat -= (xy[v + 1, 0] - xy[s, 0]) * (xy[v, 1] - xy[s, 1])
            shell = (flat > 0) == (turn[r] > 0)
            total += ring_area(xy, s, start[r + 1]) if shell else -ring_area(xy, s, start[r + 1])
        areas[k] = total


def _settled(pairs: Pairs, unsure: NDArray[np.bool_], sites: pa.Array, zones: pa.Array) -> Pairs:
    """Let GEOS judge the pairs left open."""
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
