"""Overlays by GEOS: the route of `geo.space.overlay` that takes any geometry."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from geo.errors import GeometryError
from geo.space.chainage import chain, inside_spans
from geo.space.measure import area_m2, length_m
from geo.space.pairs import INSIDE, OVERLAPS, TOUCHES, Pairs, Spans

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray
    from shapely.geometry.base import BaseGeometry

    Floats: TypeAlias = NDArray[np.float64]
    Objects: TypeAlias = NDArray[np.object_]
    Index: TypeAlias = NDArray[np.intp]

_DIMENSION = np.array([0, 1, 1, 2, 0, 1, 2, -1])  # by shapely's type id; -1: a collection
_CHUNK = 512  # pairs handed to a thread at a time
_FEW = 2 * _CHUNK  # below this a pool costs more than it gives


def overlay_geos(
    a: Objects, b: Objects, *, workers: int, keep_shapes: bool = False, chainage: bool = False
) -> Pairs:
    """Do as `geo.space.overlay.overlay`, by GEOS alone.

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
    found = _measured(a, b, site, zone, relation, shapes, keep_shapes=keep_shapes)
    return replace(found, spans=_spans(a, b, found)) if chainage else found


def geometries(given: ArrayLike, what: str) -> Objects:
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
        if dimension == 1:
            twice = np.flatnonzero(rows & (relation == OVERLAPS) & (own == 1))
            twice = twice[~shapely.is_simple(a[site[twice]])]
            for at in twice.tolist():
                length[at] = _walked(a[site[at]], b[zone[at]])
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


def _walked(line: BaseGeometry, zone: BaseGeometry) -> float:
    """Measure what a zone holds of a line that meets itself, edge by edge: GEOS joins what lies on one another."""
    edges = chain(line)
    lines = shapely.linestrings(np.stack([edges.starts, edges.stops], axis=1))
    return float(length_m(shapely.intersection(lines, zone)).sum())


def _spans(a: Objects, b: Objects, pairs: Pairs) -> Spans:
    """Tell from where to where lines run inside zones."""
    lines = (_dimensions(a[pairs.site]) == 1) & (pairs.relation != TOUCHES)
    return Spans.of_each(
        [
            inside_spans(a[site], b[zone]) if line else []
            for site, zone, line in zip(pairs.site, pairs.zone, lines, strict=True)
        ]
    )
