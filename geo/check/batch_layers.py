"""How the sites of a batch lie to one layer: candidates for all of them at once, figures as for a single site.

What a batch works out together only leaves out what cannot matter: a zone too far, a hit too deep to be undone by
accuracy. Every `Lie` it gives is made by the functions that make a single check's. Of features that are merely
near, only the nearest is given (and all within accuracy); a single check lists more of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import shapely

from geo.check.screen import lie_beside, lie_of_pair
from geo.space.overlay import INSIDE, TOUCHES, overlay
from geo.space.pieces import SLACK, Pieces, Spots, pieces_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from geo.check.screen import Footprint, Lie
    from geo.space.overlay import Pairs
    from geo.store.layers import LayerTable

    Floats: TypeAlias = NDArray[np.float64]
    Index: TypeAlias = NDArray[np.intp]
    Flags: TypeAlias = NDArray[np.bool_]

_AREA: Final = 2
_HAIR_M: Final = 0.01


@dataclass(frozen=True, eq=False)
class Batch:
    """Sites that are checked together.

    Attributes:
        shapes: Their geometry, EPSG:4490.
        accuracy_m: How far each may lie elsewhere.
        spots: The same in the Mercator.
        footprints: The same one by one, planes made when asked for.
    """

    shapes: NDArray[np.object_]
    accuracy_m: Floats
    spots: Spots
    footprints: tuple[Footprint, ...]

    def __len__(self) -> int:
        """Count the sites."""
        return len(self.shapes)


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
    def pieces(self) -> Pieces:
        """The features' boundaries."""
        return pieces_of(self.shapes)

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.shapes)

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
        """Overlay the sites with the zones around them, points, lines and areas each for themselves."""
        rows = np.sort(self._tree.query(shapely.box(*shapely.total_bounds(batch.shapes))))
        kinds = shapely.get_dimensions(batch.shapes)
        parts = []
        for kind in np.unique(kinds):
            which = np.flatnonzero(kinds == kind)
            pairs = overlay(batch.shapes[which], self.shapes[rows], announce=announce)
            parts.append((which[pairs.site], rows[pairs.zone], pairs))
        columns = {
            name: np.concatenate([getattr(pairs, name) for *_, pairs in parts])
            for name in ("relation", "overlap_m2", "length_m", "share")
        }
        first = parts[0][2]
        site = np.concatenate([part[0] for part in parts])
        return type(first)(site=site, zone=np.concatenate([part[1] for part in parts]), **columns)

    def _sure(self, batch: Batch, met: Pairs) -> Flags:
        """Tell of which hits it is plain that accuracy cannot undo them."""
        reach = self.accuracy_m[met.zone] + batch.accuracy_m[met.site]
        sure: Flags = (met.relation == TOUCHES) | (reach <= 0)
        solid = shapely.get_dimensions(self.shapes) == _AREA
        open_ = np.flatnonzero(~sure & solid[met.zone])
        if not len(open_):
            return sure
        beside = self._edges_within(batch, met.site[open_], reach[open_])
        keys = met.site[open_] * len(self.shapes) + met.zone[open_]
        deep = (met.relation[open_] == INSIDE) & ~np.isin(keys, beside)
        sure[open_[deep]] = True
        for at in open_[~deep]:
            sure[at] = self._has_core(batch, met, int(at), float(reach[at]))
        return sure

    def _edges_within(self, batch: Batch, sites: Index, reach_m: Floats) -> Index:
        """Give the keys of (site, zone) pairs whose boundary may be within reach of the site."""
        which, back = np.unique(sites, return_inverse=True)
        most = np.zeros(len(which))
        np.maximum.at(most, back, reach_m)
        spot, piece = self.pieces.near(batch.spots[which], most)
        return np.unique(which[spot] * len(self.shapes) + self.pieces.owner[piece])

    def _has_core(self, batch: Batch, met: Pairs, at: int, reach_m: float) -> bool:
        """Tell whether the middle of an area, clear of its edge by the accuracy, lies in the zone.

        Only when this is plain; the rest is asked of the single check's own function.
        """
        site = int(met.site[at])
        shape = batch.footprints[site]
        if shape.dimension != _AREA:
            return False
        bow = float(batch.spots.bow_m[site]) + self.pieces.bow_m
        core = shapely.buffer(shape.flat, -(reach_m * (1 + SLACK) + bow + _HAIR_M))
        if shapely.is_empty(core):
            return False
        if met.relation[at] == INSIDE:
            return True
        zone = self.shapes[met.zone[at]]
        shapely.prepare(zone)
        return bool(shapely.intersects(zone, shape.plane.inverse(core)))

    def _beside(self, batch: Batch, met: Pairs, near_m: float) -> Iterator[tuple[int, Lie]]:
        """Give what is beside the sites: all within accuracy, and the nearest within ``near_m``."""
        known = np.unique(met.site * len(self.shapes) + met.zone)
        wanted = self._wanted(batch, known, near_m)
        for site, rows in _grouped(*wanted, self.pieces.owner):
            yield from ((site, lie) for lie in self._near(batch, site, rows, near_m))

    def _wanted(self, batch: Batch, known: Index, near_m: float) -> tuple[Index, Index]:
        """Give the (site, piece) pairs that matter: within accuracy, or perhaps the nearest."""
        reach = self._nearest(batch, known, near_m)
        reach[reach > near_m * (1 + 2 * SLACK) + _HAIR_M + self.pieces.bow_m] = -np.inf
        reach = reach * (1 + 2 * SLACK) + batch.spots.bow_m + self.pieces.bow_m
        worst = batch.accuracy_m + float(self.accuracy_m.max())
        reach = np.maximum(reach, np.where(worst > 0, worst, -np.inf))
        some = np.flatnonzero(np.isfinite(reach))
        if not len(some):
            return some, some
        spot, piece = self.pieces.near(batch.spots[some], reach[some])
        site = some[spot]
        apart = ~np.isin(site * len(self.shapes) + self.pieces.owner[piece], known)
        return site[apart], piece[apart]

    def _nearest(self, batch: Batch, known: Index, near_m: float) -> Floats:
        """Tell about how far the nearest feature is that the site does not meet."""
        away = np.full(len(batch), np.inf)
        meeting = np.zeros(len(batch), dtype=bool)
        meeting[known // len(self.shapes)] = True
        free = np.flatnonzero(~meeting)
        if len(free):
            away[free] = self.pieces.nearest_m(batch.spots[free], most_m=near_m)
        held = np.flatnonzero(meeting)
        if len(held):
            spot, piece = self.pieces.near(batch.spots[held], np.full(len(held), near_m))
            apart = ~np.isin(held[spot] * len(self.shapes) + self.pieces.owner[piece], known)
            spot, piece = spot[apart], piece[apart]
            np.minimum.at(away, held[spot], self.pieces.distance_m(batch.spots[held], spot, piece))
        return away

    def _near(
        self, batch: Batch, site: int, rows: list[tuple[int, Index]], near_m: float
    ) -> list[Lie]:
        """Measure the features beside one site; keep those within accuracy and the nearest."""
        shape = batch.footprints[site]
        lies: list[tuple[float, Lie]] = []
        for row, pieces in rows:
            piece = self.pieces.joined(pieces)
            roughly, within = self._roughly(batch, site, row, piece, near_m)
            if within or roughly <= near_m:
                lie = lie_beside(shape, row, piece, within=within, near_m=near_m)
                lies.append((roughly, lie))
        best = min((lie.distance_m for _, lie in lies if lie.distance_m is not None), default=None)
        lies.sort(key=lambda pair: pair[0])
        nearest = next((lie for _, lie in lies if lie.distance_m == best), None)
        return [lie for _, lie in lies if lie is nearest or lie.within_accuracy]

    def _roughly(
        self, batch: Batch, site: int, row: int, piece: Any, near_m: float
    ) -> tuple[float, bool]:
        """Give the distance in the site's plane, and whether it is within accuracy of both.

        The plane is left out where Mercator's distance is far enough from both limits to tell.
        """
        accuracy = float(self.accuracy_m[row] + batch.accuracy_m[site])
        about = self.pieces.about_m(batch.spots, site, piece)
        slack = 2 * SLACK * about + 2 * (float(batch.spots.bow_m[site]) + self.pieces.bow_m)
        if about + slack < near_m and about - slack > accuracy:
            return about, False
        shape = batch.footprints[site]
        roughly = float(shapely.distance(shape.plane.forward(piece), shape.flat))
        return roughly, roughly <= accuracy


def _grouped(
    site: Index, piece: Index, owner: Index
) -> Iterator[tuple[int, list[tuple[int, Index]]]]:
    """Put ordered (site, piece) pairs together by site and feature."""
    if not len(site):
        return
    row = owner[piece]
    order = np.lexsort((piece, row, site))
    site, piece, row = site[order], piece[order], row[order]
    new = np.flatnonzero((np.diff(site, prepend=-1) != 0) | (np.diff(row, prepend=-1) != 0))
    held: list[tuple[int, Index]] = []
    last = int(site[0])
    for first, stop in zip(new, [*new[1:], len(site)], strict=True):
        if int(site[first]) != last:
            yield last, held
            held, last = [], int(site[first])
        held.append((int(row[first]), piece[first:stop]))
    yield last, held
