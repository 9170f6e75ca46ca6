"""Which sites meet which zones, and by how much.

Two routes, one answer: GEOS here, for anything; for thousands of polygons or points the compiled
kernel (`geo.space.kernel`), where the extra `fast` is installed and no common geometry is asked for.

An overlap is the polygon on straight lon/lat edges, measured geodesically between its own vertices
(`geo.space.measure`). Slivers are kept: whether 0.01 m² matters is for the reader to say.
"""

from __future__ import annotations

import importlib.util
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from geo.errors import GeometryError, UsageError
from geo.space.measure import area_m2, length_m

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Objects: TypeAlias = NDArray[np.object_]
    Index: TypeAlias = NDArray[np.intp]
    Flags: TypeAlias = NDArray[np.bool_]

RELATIONS = ("inside", "overlaps", "touches")
INSIDE, OVERLAPS, TOUCHES = range(3)

_DIMENSION = np.array([0, 1, 1, 2, 0, 1, 2, -1])  # by shapely's type id; -1: a collection
_CHUNK = 512  # pairs handed to a thread at a time
_FEW = 2 * _CHUNK  # below this a pool costs more than it gives
_MOST_THREADS = 16
KERNEL_FROM = 2_000
"""With fewer sites the compiled kernel is not worth its first compile."""

WITHOUT_KERNEL = "未安装 numba，改用较慢的叠加方式，结果相同 — 可用 pip install hongxian[fast] 安装"


@dataclass(frozen=True, eq=False)
class Pairs:
    """The sites and zones that meet, one row per pair, ordered by site and zone.

    Args:
        site: Position of the site in the array given.
        zone: Position of the zone.
        relation: Index into `RELATIONS`: the site lies inside the zone, overlaps it, or only touches.
        overlap_m2: Ellipsoidal area in common, m²; NaN unless both are polygons.
        length_m: Geodesic length in common, m; NaN unless one is a line and the other no point.
        share: Part of the site that is in the zone, 0 to 1, by area or length; NaN for points and
            where a polygon meets a line.
        shapes: What they have in common, lon/lat; None unless asked for.
    """

    site: Index
    zone: Index
    relation: NDArray[np.int8]
    overlap_m2: Floats
    length_m: Floats
    share: Floats
    shapes: Objects | None = None

    def __len__(self) -> int:
        """Count the pairs."""
        return len(self.site)

    @property
    def relation_names(self) -> NDArray[np.str_]:
        """The relations in words."""
        return np.array(RELATIONS)[self.relation]


def overlay(
    sites: ArrayLike,
    zones: ArrayLike,
    *,
    threads: int | None = None,
    keep_shapes: bool = False,
    announce: Callable[[str], None] | None = None,
) -> Pairs:
    """Find every pair of a site and a zone that meet, and measure what they share.

    A site that lies inside a zone is its own overlap, so only those on a boundary are cut. A line on
    the very border, or a point on it, touches. Missing and empty geometries meet nothing.

    Args:
        sites: Array of points, lines or polygons (also multi-types), CGCS2000 lon/lat, valid.
        zones: Array of the same, usually polygons.
        threads: How many to use; all processors unless told. GEOS works outside Python's lock.
        keep_shapes: Give the common geometry of each pair as well (always by GEOS).
        announce: Told, in Chinese, when the kernel is compiled first, or is wanted but missing.

    Raises:
        GeometryError: A geometry is a mixed collection, or too broken to be cut.
        UsageError: `threads` is below one.

    >>> zone = shapely.box(112.0, 36.0, 112.1, 36.1)
    >>> sites = [shapely.box(112.02, 36.02, 112.03, 36.03), shapely.box(112.09, 36, 112.11, 36.02),
    ...          shapely.box(112.1, 36, 112.2, 36.1), shapely.box(115, 36, 116, 37)]
    >>> pairs = overlay(sites, [zone])
    >>> pairs.site.tolist(), pairs.relation_names.tolist(), pairs.share.round(3).tolist()
    ([0, 1, 2], ['inside', 'overlaps', 'touches'], [1.0, 0.5, 0.0])
    >>> len(overlay(sites, []))
    0
    """
    if threads is not None and threads < 1:
        raise UsageError(f"线程数 {threads} 小于 1 — 请给正整数，或省略")
    workers = threads or min(os.cpu_count() or 1, _MOST_THREADS)
    a, b = _geometries(sites, "地块"), _geometries(zones, "区域")
    if len(a) >= KERNEL_FROM and not keep_shapes:
        found = _compiled(a, b, workers, announce)
        if found is not None:
            return found
    return overlay_geos(a, b, workers=workers, keep_shapes=keep_shapes)


def _compiled(
    a: Objects, b: Objects, workers: int, announce: Callable[[str], None] | None
) -> Pairs | None:
    """Ask the compiled kernel; ``None`` when it is missing or does not take these geometries."""
    if importlib.util.find_spec("numba") is None:
        if announce is not None:
            announce(WITHOUT_KERNEL)
        return None
    # numba takes a second to import: only jobs that gain from it pay.
    import pyarrow as pa  # noqa: PLC0415

    from geo.space.kernel import overlay_wkb  # noqa: PLC0415

    wkb = [pa.array(shapely.to_wkb(shapes), type=pa.large_binary()) for shapes in (a, b)]
    return overlay_wkb(*wkb, threads=workers, announce=announce)


def overlay_geos(a: Objects, b: Objects, *, workers: int, keep_shapes: bool = False) -> Pairs:
    """Do as `overlay`, by GEOS alone.

    >>> len(overlay_geos(np.array([shapely.Point(0, 0)]), np.array([None]), workers=1))
    0
    """
    site, zone = _meeting(a, b)
    relation = _relations(a, b, site, zone, workers)
    met = relation >= 0
    site, zone, relation = site[met], zone[met], relation[met]
    order = np.lexsort((zone, site))
    site, zone, relation = site[order], zone[order], relation[order]
    shapes = a[site]
    cut = relation != INSIDE
    shapes[cut] = _intersections(a[site[cut]], b[zone[cut]], workers)
    return _measured(a, b, site, zone, relation, shapes, keep_shapes=keep_shapes)


def _geometries(given: ArrayLike, what: str) -> Objects:
    """Take an array of geometries and refuse collections."""
    flat = np.atleast_1d(np.asarray(given, dtype=object))
    types = shapely.get_type_id(flat)
    mixed = int(np.count_nonzero(_DIMENSION[np.maximum(types, 0)] < 0))
    if mixed:
        raise GeometryError(
            f"{len(flat)} 个{what}中有 {mixed} 个是混合几何集合 — 请按点、线、面拆分"
        )
    return flat


def _dimensions(geoms: Objects) -> NDArray[np.int64]:
    """Give 0 for points, 1 for lines, 2 for polygons."""
    return np.asarray(_DIMENSION[shapely.get_type_id(geoms)], dtype=np.int64)


def _meeting(a: Objects, b: Objects) -> tuple[Index, Index]:
    """Find the pairs whose boxes meet, ordered by zone."""
    if not len(a) or not len(b):
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    zone, site = shapely.STRtree(a).query(b)
    order = np.argsort(zone, kind="stable")
    return site[order], zone[order]


def _relations(a: Objects, b: Objects, site: Index, zone: Index, workers: int) -> NDArray[np.int8]:
    """Tell inside, overlaps or touches for every pair; −1 where they do not meet."""
    before = shapely.is_prepared(b)
    relation = np.full(len(site), -1, dtype=np.int8)

    # A prepared zone builds its index at first use, which no two threads may do: whole zones only.
    def work(rows: slice) -> None:
        here = b[np.unique(zone[rows])]
        shapely.prepare(here)
        relation[rows] = _relation(a[site[rows]], b[zone[rows]])

    _run(work, _whole_zones(zone), workers)
    shapely.destroy_prepared(b[~before])
    return relation


def _relation(sites: Objects, zones: Objects) -> NDArray[np.int8]:
    """Compare aligned arrays of sites and prepared zones."""
    areas = (_dimensions(sites) == 2) & (_dimensions(zones) == 2)  # noqa: PLR2004 (polygons)
    relation = np.full(len(sites), -1, dtype=np.int8)
    relation[shapely.intersects(zones, sites)] = OVERLAPS
    open_ = relation == OVERLAPS
    # For polygons covering is containing, and faster; a line or point on the border is not inside.
    relation[open_ & areas] = np.where(
        shapely.covers(zones[open_ & areas], sites[open_ & areas]), INSIDE, OVERLAPS
    )
    thin = open_ & ~areas
    relation[thin] = np.where(shapely.contains(zones[thin], sites[thin]), INSIDE, OVERLAPS)
    edge = relation == OVERLAPS
    relation[edge] = np.where(shapely.touches(zones[edge], sites[edge]), TOUCHES, OVERLAPS)
    return relation


def _whole_zones(zone: Index) -> list[slice]:
    """Cut ordered pairs into runs of about `_CHUNK` that never split a zone."""
    starts = np.flatnonzero(np.r_[True, zone[1:] != zone[:-1]][: len(zone)])
    cuts = [0]
    for start in starts.tolist():
        if start - cuts[-1] >= _CHUNK:
            cuts.append(start)
    return [slice(i, j) for i, j in zip(cuts, [*cuts[1:], len(zone)], strict=True) if j > i]


def _intersections(sites: Objects, zones: Objects, workers: int) -> Objects:
    """Cut aligned arrays of sites and zones with each other."""
    shapes = np.empty(len(sites), dtype=object)

    def work(rows: slice) -> None:
        shapes[rows] = shapely.intersection(sites[rows], zones[rows])

    runs = [slice(i, i + _CHUNK) for i in range(0, len(sites), _CHUNK)]
    _run(work, runs, workers)
    return shapes


def _run(work: Callable[[slice], None], runs: list[slice], workers: int) -> None:
    """Do runs of rows one after another, or by threads when there are enough."""
    rows = runs[-1].stop if runs else 0
    try:
        if workers == 1 or rows < _FEW:
            for run in runs:
                work(run)
            return
        with ThreadPoolExecutor(workers) as pool:
            for done in [pool.submit(work, run) for run in runs]:
                done.result()
    except shapely.errors.GEOSException as error:
        raise GeometryError("有无效几何无法叠加（自相交等） — 请先修复几何再比对") from error


def _measured(
    a: Objects,
    b: Objects,
    site: Index,
    zone: Index,
    relation: NDArray[np.int8],
    shapes: Objects,
    *,
    keep_shapes: bool,
) -> Pairs:
    """Measure what the pairs have in common."""
    own = _dimensions(a[site])
    common = np.minimum(own, _dimensions(b[zone]))
    overlap, length, share = (np.full(len(site), np.nan) for _ in range(3))
    for dimension, measure, target in ((1, length_m, length), (2, area_m2, overlap)):
        rows = common == dimension
        target[rows] = np.where(relation[rows] == TOUCHES, 0.0, measure(shapes[rows]))
        same = np.flatnonzero(rows & (own == dimension))
        which, back = np.unique(site[same], return_inverse=True)
        whole = measure(a[which])[back]
        with np.errstate(invalid="ignore", divide="ignore"):
            share[same] = np.minimum(target[same] / whole, 1.0)
        inside = same[relation[same] == INSIDE]
        share[inside] = 1.0
    return Pairs(
        site=site,
        zone=zone,
        relation=relation,
        overlap_m2=overlap,
        length_m=length,
        share=share,
        shapes=shapes if keep_shapes else None,
    )
