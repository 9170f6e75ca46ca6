"""Where the sites of a batch lie: their counties, and what each layer's coverage makes of its answer there."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import shapely

from geo.check.coverage import Settlement, Standing, answered_ground, standing_where
from geo.check.place import districts_of, near_border, place_of
from geo.findings import District
from geo.store.boundaries import ACCURACY_M

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.check.batch_layers import Batch
    from geo.check.coverage import Held
    from geo.check.law import Place
    from geo.check.sites import Question

    Index: TypeAlias = NDArray[np.intp]
    Objects: TypeAlias = NDArray[np.object_]

_METRES_PER_DEGREE: Final = 110_500.0
_WIDE_DEG: Final = 0.2
_HELD: Final[tuple[Held, ...]] = ("whole", "part", "none")


@dataclass(frozen=True, eq=False)
class Ground:
    """What a site's place settles: the layers' states there and the kinds answered for."""

    standings: tuple[Standing, ...]
    answered: Settlement


@dataclass(frozen=True, eq=False)
class GroundDesk:
    """Counties and coverages, prepared once for all batches."""

    question: Question
    _places: dict[tuple[str, ...], Place] = field(default_factory=dict)
    _standings: dict[tuple[int, ...], tuple[Standing, ...]] = field(default_factory=dict)
    _grounds: dict[tuple[tuple[int, ...], frozenset[str]], Ground] = field(default_factory=dict)
    _areas: dict[bytes, Geometry] = field(default_factory=dict)

    @cached_property
    def _counties(self) -> tuple[Objects, list[District]]:
        frame = self.question.store.boundaries.frame
        frame = frame[frame["level"] == "county"]
        shapes = np.asarray(frame.geometry.array, dtype=object)
        shapely.prepare(shapes)
        names = zip(frame["adcode"], frame["name"], strict=True)
        return shapes, [District(str(code), str(name), 1.0) for code, name in names]

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self._counties[0])

    def places(self, batch: Batch) -> list[tuple[Place, bool]]:
        """Give each site's place and whether its county is in doubt, as `districts_of` and `near_border`.

        A site well inside one county needs no cutting; the others are cut one by one.
        """
        shapes, counties = self._counties
        boxes = _around(batch.shapes)
        site, county = self._tree.query(boxes)
        meets, holds = np.zeros(len(site), bool), np.zeros(len(site), bool)
        for number in np.unique(county):
            rows = np.flatnonzero(county == number)
            meets[rows] = shapely.intersects(shapes[number], boxes[site[rows]])
            holds[rows] = shapely.contains_properly(shapes[number], boxes[site[rows]])
        count = np.bincount(site[meets], minlength=len(batch))
        alone = np.full(len(batch), -1)
        alone[site[holds]] = county[holds]
        wide = (
            np.ptp(shapely.bounds(batch.shapes).reshape(-1, 2, 2), axis=1).max(axis=1) > _WIDE_DEG
        )
        found = []
        for at in range(len(batch)):
            if not count[at]:
                found.append((self._place(()), False))
            elif count[at] == 1 and alone[at] >= 0 and not wide[at]:
                found.append((self._place((counties[alone[at]],)), False))
            else:
                found.append(self._measured(batch, at))
        return found

    def _measured(self, batch: Batch, at: int) -> tuple[Place, bool]:
        boundaries = self.question.store.boundaries
        place = self._place(districts_of(batch.shapes[at], boundaries))
        return place, near_border(batch.footprints[at], boundaries)

    def _place(self, districts: tuple[District, ...]) -> Place:
        codes = tuple(district.adcode for district in districts)
        if codes not in self._places:
            self._places[codes] = place_of(districts, self.question.store.spec.marker.basins)
        return self._places[codes]

    def grounds(self, batch: Batch) -> list[Ground]:
        """Give the states of the layers and the kinds answered for at each site."""
        held = np.zeros((len(batch), len(self._coverages)), dtype=np.int8)
        for at, area in enumerate(self._coverages):
            held[:, at] = _held(area, batch.shapes)
        patterns, back = np.unique(held, axis=0, return_inverse=True)
        found: list[Ground | None] = [None] * len(batch)
        for number, pattern in enumerate(map(tuple, patterns.tolist())):
            rows = np.flatnonzero(back.ravel() == number)
            standings = self._stand(pattern)
            kinds: list[set[str]] = [set() for _ in rows]
            for kind in self.question.required:
                ground = self._prepared(answered_ground(kind, standings))
                for at in np.flatnonzero(shapely.covers(ground, batch.shapes[rows])).tolist():
                    kinds[at].add(kind)
            for at, row in enumerate(rows.tolist()):
                found[row] = self._ground(pattern, standings, frozenset(kinds[at]))
        return [ground for ground in found if ground is not None]

    def _ground(
        self, pattern: tuple[int, ...], standings: tuple[Standing, ...], kinds: frozenset[str]
    ) -> Ground:
        key = (pattern, kinds)
        if key not in self._grounds:
            self._grounds[key] = Ground(standings, Settlement(kinds, {}))
        return self._grounds[key]

    @cached_property
    def _coverages(self) -> list[Geometry]:
        """The distinct coverages of the layers."""
        areas = [t.coverage for t in self.question.tables if t.coverage is not None]
        return list({id(a): a for a in map(self._prepared, areas)}.values())

    def _prepared(self, area: Geometry) -> Geometry:
        """Give one prepared shape for all equal ones."""
        key = shapely.to_wkb(area)
        if key not in self._areas:
            shapely.prepare(area)
            self._areas[key] = area
        return self._areas[key]

    def _stand(self, pattern: tuple[int, ...]) -> tuple[Standing, ...]:
        if pattern not in self._standings:
            by_area = {id(a): _HELD[code] for a, code in zip(self._coverages, pattern, strict=True)}

            def held(area: Geometry | None) -> Held:
                return "none" if area is None else by_area[id(self._prepared(area))]

            self._standings[pattern] = tuple(
                standing_where(t, lambda t=t: held(t.coverage), day=self.question.day)  # type: ignore[misc]
                for t in self.question.tables
            )
        return self._standings[pattern]


def _held(area: Geometry, shapes: Objects) -> NDArray[np.int8]:
    """Tell how much of each shape an area holds: 0 all, 1 part, 2 none."""
    codes = np.full(len(shapes), 2, dtype=np.int8)
    covered = shapely.covers(area, shapes)
    codes[covered] = 0
    rest = np.flatnonzero(~covered)
    part = shapely.intersects(area, shapes[rest]) & ~shapely.touches(area, shapes[rest])
    codes[rest[part]] = 1
    return codes


def _around(shapes: Objects) -> Objects:
    """Box the shapes with more room than the accuracy of the published boundaries."""
    west, south, east, north = shapely.bounds(shapes).T
    dy = (1.1 * ACCURACY_M + 10.0) / _METRES_PER_DEGREE
    dx = dy / np.maximum(np.cos(np.radians(np.maximum(np.abs(south), np.abs(north)))), 0.01)
    return np.asarray(shapely.box(west - dx, south - dy, east + dx, north + dy))
