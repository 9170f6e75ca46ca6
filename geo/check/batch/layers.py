"""How the sites of a batch lie to one layer: candidates for all of them at once, figures as for a single site.

What a batch works out together only leaves out what cannot matter: a zone too far, a hit too deep to be undone by
accuracy. Every `Lie` it gives is made by the functions that make a single check's. Of features that are merely
near, only the nearest is given (and all within accuracy); a single check lists more of them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import shapely

from geo.check.batch.sites import bow_m, doubtful, slack_m
from geo.check.screen import Lie, lie_of_pair
from geo.space.distance_tree import DistanceTree, Ways
from geo.space.nearest import direction_zh
from geo.space.overlay_ready import Ready, overlay_ready
from geo.space.pairs import INSIDE, TOUCHES, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from geo.check.batch.sites import Batch
    from geo.space.pairs import Pairs
    from geo.store.layers import LayerTable

    Floats: TypeAlias = NDArray[np.float64]
    Index: TypeAlias = NDArray[np.intp]
    Flags: TypeAlias = NDArray[np.bool_]

_AREA: Final = 2
_NOBODY: Final = (np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp))


@dataclass(frozen=True, eq=False)
class LayerDesk:
    """One layer, prepared once for all batches."""

    table: LayerTable

    @cached_property
    def shapes(self) -> NDArray[np.object_]:
        """The features' geometry."""
        return np.asarray(self.table.frame.geometry.array, dtype=object)

    @cached_property
    def accuracy_m(self) -> Floats:
        """The features' accuracy."""
        return np.asarray(self.table.frame["accuracy_m"], dtype=float)

    @cached_property
    def edges(self) -> DistanceTree:
        """The features' boundaries."""
        return DistanceTree(self.shapes)

    @cached_property
    def _bow_m(self) -> Floats:
        return bow_m(self.shapes)

    @cached_property
    def _ready(self) -> Ready:
        return Ready(self.shapes)

    def lies(
        self, batch: Batch, *, near_m: float, announce: Callable[[str], None] | None = None
    ) -> dict[int, list[Lie]]:
        """Tell how sites lie to the features: hits, touches, then what is beside them, nearest first.

        Sites that are not near anything are left out.
        """
        found: dict[int, list[Lie]] = {}
        if not len(self.shapes):
            return found
        met = self._meeting(batch, announce)
        sure = self._sure(batch, met)
        for at in np.lexsort((met.zone, met.relation == TOUCHES, met.site)).tolist():
            site, row = int(met.site[at]), int(met.zone[at])
            accuracy = float(self.accuracy_m[row] + batch.accuracy_m[site])
            lie = lie_of_pair(
                batch.footprints[site], met, at, row=row, zone=self.shapes[row], accuracy=accuracy,
                sure=bool(sure[at]),
            )  # fmt: skip
            found.setdefault(site, []).append(lie)
        for site, lie in self._beside(batch, met, near_m):
            found.setdefault(site, []).append(lie)
        return found

    def _meeting(self, batch: Batch, announce: Callable[[str], None] | None) -> Pairs:
        """Overlay the sites with the zones, points, lines and areas each for themselves."""
        parts = []
        for which, sites in batch.kinds:
            pairs = overlay_ready(sites, self._ready, chainage=True, announce=announce)
            parts.append(replace(pairs, site=which[pairs.site]))
        return joined(parts)

    def _sure(self, batch: Batch, met: Pairs) -> Flags:
        """Tell of which hits it is plain that accuracy cannot undo them."""
        reach = self.accuracy_m[met.zone] + batch.accuracy_m[met.site]
        sure: Flags = (met.relation == TOUCHES) | (reach <= 0)
        solid = shapely.get_dimensions(self.shapes) == _AREA
        open_ = np.flatnonzero(~sure & solid[met.zone])
        if not len(open_):
            return sure
        keys = self._codes(met.site[open_], met.zone[open_])
        beside = self._edges_within(batch, met.site[open_], reach[open_])
        deep = (met.relation[open_] == INSIDE) & ~np.isin(keys, beside)
        sure[open_[deep]] = True
        for at in open_[~deep]:
            sure[at] = self._has_core(batch, met, int(at), float(reach[at]))
        return sure

    def _edges_within(self, batch: Batch, sites: Index, reach_m: Floats) -> Index:
        """Give the codes of sites and zones whose boundaries may be within reach of each other."""
        rows = np.unique(sites)
        most = float(reach_m.max())
        most += float(slack_m(most, float(self._bow_m.max() + batch.bow_m[rows].max())))
        ways = self.edges.within(batch.shapes[rows], most, meeting=_NOBODY)
        return self._codes(rows[ways.site], ways.feature)

    def _has_core(self, batch: Batch, met: Pairs, at: int, reach_m: float) -> bool:
        """Tell whether the middle of an area, clear of its edge by the accuracy, lies in the zone.

        Only when this is plain; the rest is asked of the single check's own function.
        """
        site = int(met.site[at])
        shape = batch.footprints[site]
        if shape.dimension != _AREA:
            return False
        bow = float(batch.bow_m[site] + self._bow_m[met.zone[at]])
        core = shapely.buffer(shape.flat, -(reach_m + float(slack_m(reach_m, bow))))
        if shapely.is_empty(core):
            return False
        if met.relation[at] == INSIDE:
            return True
        zone = self.shapes[met.zone[at]]
        shapely.prepare(zone)
        return bool(shapely.intersects(zone, shape.plane.inverse(core)))

    def _beside(self, batch: Batch, met: Pairs, near_m: float) -> Iterator[tuple[int, Lie]]:
        """Give what is beside the sites: all within accuracy, and the nearest within ``near_m``, nearest first."""
        ways = self._ways(batch, met, near_m)
        bow = batch.bow_m[ways.site] + self._bow_m[ways.feature]
        accuracy = self.accuracy_m[ways.feature] + batch.accuracy_m[ways.site]
        within = self._at_most(batch, ways, accuracy, bow)
        near = self._at_most(batch, ways, np.full(len(ways), near_m), bow)
        first = np.diff(ways.site, prepend=-1) != 0
        nearest = first & near
        for at in np.flatnonzero(within | nearest).tolist():
            far, bearing = float(ways.distance_m[at]), float(ways.bearing_deg[at])
            yield int(ways.site[at]), Lie(
                int(ways.feature[at]), "near", distance_m=far if far <= near_m else None,
                bearing_deg=bearing, direction_zh=direction_zh(bearing),
                within_accuracy=bool(within[at]),
            )  # fmt: skip

    def _ways(self, batch: Batch, met: Pairs, near_m: float) -> Ways:
        """Find the ways that matter: to what may be within accuracy, and to the nearest feature beside each site."""
        widest = float(self._bow_m.max())
        reach = near_m + slack_m(near_m, widest + float(batch.bow_m.max()))
        ways = [self._nearest(batch, met, float(reach))]
        worst = batch.accuracy_m + float(self.accuracy_m.max())
        doubled = np.frexp(worst)[
            1
        ]  # sites that differ in accuracy are not all asked for the worst
        for power in np.unique(doubled[worst > 0]).tolist():
            rows = np.flatnonzero((doubled == power) & (worst > 0))
            most = float(worst[rows].max())
            most += float(slack_m(most, widest + float(batch.bow_m[rows].max())))
            ways.append(self._within(batch, met, rows, most))
        return _joined(ways, len(self.shapes))

    def _nearest(self, batch: Batch, met: Pairs, reach_m: float) -> Ways:
        """Give the way to the nearest feature that each site does not meet."""
        held = np.zeros(len(batch), dtype=bool)
        held[met.site] = True
        found = []
        for apart, rows in ((False, np.flatnonzero(~held)), (True, np.flatnonzero(held))):
            if len(rows):
                meeting = self._meeting_of(met, rows)
                ways = self.edges.nearest(
                    batch.shapes[rows], reach_m=reach_m, meeting=meeting, apart=apart
                )
                found.append(replace(ways, site=rows[ways.site]))
        return _joined(found, len(self.shapes))

    def _within(self, batch: Batch, met: Pairs, rows: Index, reach_m: float) -> Ways:
        """Give the ways from some sites to all features they do not meet that are at most so far."""
        meeting = self._meeting_of(met, rows)
        ways = self.edges.within(batch.shapes[rows], reach_m, meeting=meeting)
        ways = replace(ways, site=rows[ways.site])
        apart = ~np.isin(self._codes(ways.site, ways.feature), self._codes(met.site, met.zone))
        return _taken(ways, apart)

    def _meeting_of(self, met: Pairs, rows: Index) -> tuple[Index, Index]:
        """Give the pairs that meet, sites counted among some rows (ascending)."""
        which = np.isin(met.site, rows)
        return np.searchsorted(rows, met.site[which]), met.zone[which]

    def _codes(self, site: Index, feature: Index) -> Index:
        return np.asarray(site * len(self.shapes) + feature)

    def _at_most(self, batch: Batch, ways: Ways, limit_m: Floats, bow: Floats) -> Flags:
        """Tell of ways whether the distance in the site's plane, by which a single check goes, is within a limit."""
        short: Flags = ways.distance_m <= limit_m
        for at in np.flatnonzero(doubtful(ways.distance_m, limit_m, bow)).tolist():
            shape, feature = batch.footprints[ways.site[at]], self.shapes[ways.feature[at]]
            flat = shapely.distance(shape.plane.forward(feature), shape.flat)
            short[at] = flat <= limit_m[at]
        return short


def _joined(parts: list[Ways], features: int) -> Ways:
    """Join ways, each pair once, ordered by site and distance."""
    names = [field.name for field in fields(Ways)]
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    _, once = np.unique(columns["site"] * features + columns["feature"], return_index=True)
    every = Ways(**{name: column[once] for name, column in columns.items()})
    return _taken(every, np.lexsort((every.feature, every.distance_m, every.site)))


def _taken(ways: Ways, rows: Index | Flags) -> Ways:
    """Take some of the ways."""
    return Ways(**{field.name: getattr(ways, field.name)[rows] for field in fields(Ways)})
