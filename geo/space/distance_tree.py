"""How far sites are from the features of a layer: edge to edge on the ellipsoid, many at once.

A `DistanceTree` holds the boundaries of a layer in pieces (`geo.space.boundary_chunks`). The search narrows
down in three steps, each with a bound on its own error, so that the nearest is never lost: boxes of pieces;
pieces as lines of the Mercator plane, where the scale at the middle of the way leaves an error of
(d/R)² and the bow of the edges; then every vertex and edge that may still win, placed on geodesic edges
(`geo.space.geodesic_foot`). Of two edges that do not cross an end of one is nearest to the other.

For a batch::

    tree = DistanceTree(layer.geometry.to_numpy())      # once per layer
    pairs = overlay(sites, layer.geometry.to_numpy())   # geo.space.overlay, if there already
    meeting = (pairs.site, pairs.zone)
    ways = tree.within(sites, 5_000.0, meeting=meeting)  # every site × feature up to 5 km
    first = tree.nearest(sites, meeting=meeting)         # the nearest feature of every site

Both give arrays with one row per way, ordered by site, then distance: ``ways.site``, ``ways.feature``,
``ways.distance_m``, ``ways.from_point``, ``ways.to_point``, ``ways.bearing_deg``.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import shapely

from geo.errors import GeometryError
from geo.space.boundary_chunks import Chunks, chunks_of, metres_per_radian
from geo.space.boundary_gaps import box_gaps, feet, line_gaps
from geo.space.geodesic_foot import GEOD
from geo.space.workers import workers_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Index: TypeAlias = NDArray[np.intp]
    Objects: TypeAlias = NDArray[np.object_]
    Meeting: TypeAlias = tuple[Index, Index]

_RADIUS_M: Final = 6_335_000.0  # no radius of curvature of the ellipsoid is smaller
COMPILED_FROM = 2_000
"""With fewer sites compiling the loops over edges is not worth it; nor where no overlay has brought the kernel in."""
_SITES: Final = 1_024  # handed to a thread at a time
_STEEPEST: Final = 1.55  # radians
_QUARTER_TURN_M: Final = 1e7  # farther than this nothing is told apart


@dataclass(frozen=True, eq=False)
class Ways:
    """The shortest geodesics between sites and features, ordered by site, then distance.

    Args:
        site: Position of the site in the array given.
        feature: Position of the feature in the tree's.
        distance_m: Metres; 0 exactly where the two meet (judged on straight lon/lat edges, as overlaps are).
        from_point: End on the site, (n, 2) lon/lat; NaN where they meet.
        to_point: End on the feature; the same.
        bearing_deg: Direction at `from_point`, clockwise from true north, 0 ≤ b < 360; NaN where they meet.
    """

    site: Index
    feature: Index
    distance_m: Floats
    from_point: Floats
    to_point: Floats
    bearing_deg: Floats

    def __len__(self) -> int:
        """Count the ways."""
        return len(self.site)


class DistanceTree:
    """The boundaries of a layer, ready to be asked what is near.

    Args:
        features: Array of geometries of any kind, CGCS2000 lon/lat; missing and empty ones are never near.

    Raises:
        GeometryError: A coordinate is not finite.

    >>> zones = [shapely.box(112.02, 36, 112.03, 36.01), shapely.box(112.2, 36, 112.3, 36.1)]
    >>> sites = [shapely.box(112, 36, 112.01, 36.01), shapely.Point(112.25, 36.05), None]
    >>> ways = DistanceTree(zones).within(sites, 5_000.0)
    >>> ways.site.tolist(), ways.feature.tolist(), ways.distance_m.round(1).tolist()
    ([0, 1], [0, 1], [901.5, 0.0])
    >>> far = DistanceTree(zones).nearest(sites)
    >>> far.site.tolist(), far.feature.tolist(), far.bearing_deg.round().tolist()
    ([0, 1], [0, 1], [90.0, nan])
    >>> len(DistanceTree([]).nearest(sites))
    0
    """

    def __init__(self, features: ArrayLike) -> None:
        self._features = _flat(features)
        self._chunks = chunks_of(self._features)
        self._boxes = shapely.STRtree(shapely.box(*self._chunks.box.T))

    @cached_property
    def _middles(self) -> Any:
        """The middles of the pieces' boxes: the nearest of them costs a fraction of the nearest box."""
        from scipy.spatial import KDTree  # noqa: PLC0415 - takes a while to import: thousands of sites pay

        return KDTree(_middles(self._chunks.box))

    def within(
        self,
        sites: ArrayLike,
        reach_m: float,
        *,
        meeting: Meeting | None = None,
        threads: int | None = None,
    ) -> Ways:
        """Give the way from every site to every feature that is at most so far away.

        Args:
            sites: Array of geometries of any kind, CGCS2000 lon/lat; missing and empty ones have no way.
            reach_m: Metres, up to 10 000 km.
            meeting: Positions of the sites and features that meet, pair by pair, if known already; it
                saves looking for them.
            threads: How many to use; all processors unless told.

        Raises:
            GeometryError: A coordinate is not finite, or the reach is negative or no number.
        """
        if not 0.0 <= reach_m <= _QUARTER_TURN_M:
            raise GeometryError(f"距离 {reach_m} 不在 0 到 10000 km 之间 — 请检查参数")
        return self._search(_flat(sites), reach_m, meeting, threads, first=False)

    def nearest(
        self,
        sites: ArrayLike,
        *,
        reach_m: float = _QUARTER_TURN_M,
        meeting: Meeting | None = None,
        threads: int | None = None,
        apart: bool = False,
    ) -> Ways:
        """Give the way from every site to its nearest feature, none where all are beyond `reach_m`.

        Of features equally near, or several that meet the site, the first is given. Arguments and errors as
        `within`; ``apart`` asks for the nearest of the features that a site does not meet.
        """
        if not 0.0 <= reach_m <= _QUARTER_TURN_M:
            raise GeometryError(f"距离 {reach_m} 不在 0 到 10000 km 之间 — 请检查参数")
        return self._search(_flat(sites), reach_m, meeting, threads, first=True, apart=apart)

    def _search(
        self,
        sites: Objects,
        reach_m: float,
        meeting: Meeting | None,
        threads: int | None,
        *,
        first: bool,
        apart: bool = False,
    ) -> Ways:
        """Search block by block of sites."""
        site, feature = self._met(sites) if meeting is None else meeting
        met = _ways_of_met(site[:0], feature[:0]) if apart else _ways_of_met(site, feature)
        if not len(self._chunks):
            return met
        asked = np.arange(len(sites))
        if first and not apart:
            asked = np.setdiff1d(asked, site)
        codes = np.unique(site * len(self._features) + feature)

        fast = len(asked) >= COMPILED_FROM and _kernel_is_there()

        def work(begin: int) -> Ways:
            rows = asked[begin : begin + _SITES]
            return self._block(
                sites, rows, reach_m, codes, first=first, bound=first and not apart, fast=fast
            )

        workers = workers_of(threads)
        begins = range(0, len(asked), _SITES)
        if workers == 1 or len(begins) == 1:
            found = [work(begin) for begin in begins]
        else:
            with ThreadPoolExecutor(workers) as pool:
                found = list(pool.map(work, begins))
        return _tidied([met, *found], first=first)

    def _met(self, sites: Objects) -> tuple[Index, Index]:
        """Find the sites and features that meet."""
        if not len(sites) or not len(self._features):
            return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
        # The tree prepares what it is asked about: the features, which are the larger ones.
        feature, site = shapely.STRtree(sites).query(self._features, predicate="intersects")
        return site, feature

    def _block(
        self, sites: Objects, rows: Index, reach_m: float, met: NDArray[np.int64], *, first: bool,
        bound: bool, fast: bool,
    ) -> Ways:  # fmt: skip
        """Give the ways of some sites to features they do not meet."""
        own = chunks_of(sites[rows])
        reach = np.full(len(own), reach_m)
        # `_upper` is of any feature: no bound where it may be one that is met.
        if bound and len(own):
            reach = np.minimum(reach, self._upper(own, fast=fast))
        a, b = self._box_pairs(own, reach)
        feature = self._chunks.owner[b]
        apart = ~np.isin(rows[own.owner[a]] * len(self._features) + feature, met)
        a, b, feature = a[apart], b[apart], feature[apart]
        key = own.owner[a] if first else own.owner[a] * len(self._features) + feature
        a, b, key, best = self._line_pairs(own, a, b, key, reach, fast=fast)
        found = feet(own, self._chunks, a, b, best, compiled=fast)
        order = np.lexsort((self._chunks.owner[b[found.pair]], found.gap_m, key[found.pair]))
        held = key[found.pair[order]]
        order = order[np.r_[True, held[1:] != held[:-1]][: len(held)]]
        order = order[found.gap_m[order] <= reach_m]
        pair, start, stop = found.pair[order], found.here[order], found.there[order]
        bearing = np.asarray(GEOD.inv(*start.T, *stop.T)[0]) % 360.0
        return Ways(
            rows[own.owner[a[pair]]], self._chunks.owner[b[pair]], found.gap_m[order],
            start, stop, bearing,
        )  # fmt: skip

    def _upper(self, own: Chunks, *, fast: bool) -> Floats:
        """Give for every piece how far its site's nearest feature is at most, metres."""
        middle = _middles(own.box)
        if fast:
            a, b = np.arange(len(own)), np.asarray(self._middles.query(middle)[1], dtype=np.intp)
        else:
            a, b = self._boxes.query_nearest(shapely.points(middle), all_matches=False)
        estimate, error = line_gaps(own, self._chunks, a, b, compiled=fast)
        least = np.full(int(own.owner[-1]) + 1, np.inf)
        np.minimum.at(least, own.owner[a], estimate + error)
        upper: Floats = least[own.owner]
        return upper

    def _box_pairs(self, own: Chunks, reach: Floats) -> tuple[Index, Index]:
        """Find the pairs of pieces whose boxes come within reach (per piece of the sites)."""
        beyond = np.minimum(own.steepest + 1.1 * reach / _RADIUS_M, _STEEPEST)
        margin = (reach / metres_per_radian(beyond))[:, None]
        around = own.box + margin * np.array([-1.0, -1.0, 1.0, 1.0])
        a, b = self._boxes.query(shapely.box(*around.T))
        return a, b

    def _line_pairs(
        self, own: Chunks, a: Index, b: Index, key: Index, reach: Floats, *, fast: bool
    ) -> tuple[Index, Index, Index, Floats]:
        """Keep the pairs of pieces that may hold the shortest way of their key, and its upper bound."""
        _, group = np.unique(key, return_inverse=True)
        best = np.full(int(group.max(initial=-1)) + 1, np.inf)
        lower = box_gaps(own, self._chunks, a, b)
        order = np.lexsort((lower, group))
        leads = np.zeros(len(a), dtype=bool)
        leads[order[np.r_[True, np.diff(group[order]) > 0][: len(order)]]] = True
        estimate, error = np.full(len(a), np.inf), np.zeros(len(a))
        for asked in (leads, ~leads):
            rows = np.flatnonzero(asked & (lower <= np.minimum(best[group], reach[a])))
            estimate[rows], error[rows] = line_gaps(
                own, self._chunks, a[rows], b[rows], compiled=fast
            )
            np.minimum.at(best, group[rows], (estimate + error)[rows])
        kept = estimate - error <= np.minimum(best[group], reach[a])
        return a[kept], b[kept], key[kept], best[group[kept]]


def _kernel_is_there() -> bool:
    """Tell whether the kernel is in use already: an overlay has said that it is being compiled, distances never start it."""
    module = sys.modules.get("geo.space.kernel.compile")
    return module is not None and module.is_ready()


def _middles(box: Floats) -> Floats:
    """Give the middles of boxes."""
    return np.asarray((box[:, :2] + box[:, 2:]) / 2)


def _flat(given: ArrayLike) -> Objects:
    """Take geometries as an array of one dimension."""
    return np.atleast_1d(np.asarray(given, dtype=object))


def _ways_of_met(site: Index, feature: Index) -> Ways:
    """Give the ways of those that meet."""
    nowhere = np.full((len(site), 2), np.nan)
    return Ways(site, feature, np.zeros(len(site)), nowhere, nowhere, nowhere[:, 0])


def _tidied(found: list[Ways], *, first: bool) -> Ways:
    """Put the ways of all blocks in order; of each site's only the first if wanted."""
    names = [field.name for field in fields(Ways)]
    columns = {name: np.concatenate([getattr(ways, name) for ways in found]) for name in names}
    order = np.lexsort((columns["feature"], columns["distance_m"], columns["site"]))
    if first:
        site = columns["site"][order]
        order = order[np.r_[True, site[1:] != site[:-1]][: len(site)]]
    return Ways(**{name: column[order] for name, column in columns.items()})
