"""Where the sites of a batch lie: their counties, and what each layer's coverage makes of its answer there."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import shapely

from geo.check.coverage import Settlement, Standing, answered_ground, standing_where
from geo.check.place import districts_among, near_border, place_of
from geo.findings import District
from geo.space.ellipsoid import E2, SEMI_MAJOR_M
from geo.store.boundaries import ACCURACY_M

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.check.batch.sites import Batch
    from geo.check.coverage import Held
    from geo.check.law import Place
    from geo.check.sites import Question

    Floats: TypeAlias = NDArray[np.float64]
    Index: TypeAlias = NDArray[np.intp]
    Flags: TypeAlias = NDArray[np.bool_]
    Objects: TypeAlias = NDArray[np.object_]

_WIDE_M: Final = 20_000.0
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

        A site well inside one county needs no cutting; the few others are cut one by one.
        """
        boundaries = self.question.store.boundaries
        districts, beside = self._districts(batch), self._near_borders(batch)
        return [
            (
                self._place(own),
                near_border(batch.footprints[at], boundaries) if near is None else near,
            )
            for at, (own, near) in enumerate(zip(districts, beside, strict=True))
        ]

    def _districts(self, batch: Batch) -> list[tuple[District, ...]]:
        """Give the counties of each site, as `districts_of`."""
        shapes, known = self._counties
        site, county, holds = self._met(batch.shapes)
        order = np.lexsort((county, site))
        site, county, holds = site[order], county[order], holds[order]
        ends = np.searchsorted(site, np.arange(len(batch) + 1))
        found: list[tuple[District, ...]] = []
        for at, (first, end) in enumerate(pairwise(ends.tolist())):
            numbers = county[first:end]
            if end - first == 1 and holds[first]:
                found.append((known[numbers[0]],))
            else:
                names = [(known[number].adcode, known[number].name) for number in numbers.tolist()]
                found.append(districts_among(batch.shapes[at], shapes[numbers], names))
        return found

    def _near_borders(self, batch: Batch) -> list[bool | None]:
        """Tell for each site whether its county is in doubt, ``None`` where only the local plane can tell.

        `near_border` asks for the counties in a box of the plane; it lies between two of lon/lat.
        """
        extent, doubt = _doubt(batch.shapes)
        outer = self._strangers(_around(batch.shapes, ACCURACY_M + doubt))
        some = np.flatnonzero(outer & (extent < _WIDE_M))
        inner = np.zeros(len(batch), dtype=bool)
        inner[some] = self._strangers(_around(batch.shapes[some], ACCURACY_M - doubt[some]))
        return [
            None if may and not must else bool(must)
            for may, must in zip(outer.tolist(), inner.tolist(), strict=True)
        ]

    def _strangers(self, boxes: Objects) -> Flags:
        """Tell of boxes whether they meet several counties, not all of an office's own."""
        own = self.question.store.boundaries.own
        foreign = np.array([d.adcode not in own for d in self._counties[1]])
        site, county, _ = self._met(boxes)
        several = np.bincount(site, minlength=len(boxes)) > 1
        some = np.bincount(site, weights=foreign[county], minlength=len(boxes)) > 0
        return np.asarray(several & some)

    def _met(self, shapes: Objects) -> tuple[Index, Index, Flags]:
        """Find which shapes meet which counties, and whether these hold them clear of their border."""
        counties = self._counties[0]
        site, county = self._tree.query(shapes)
        order = np.argsort(county, kind="stable")
        site, county = site[order], county[order]
        meets, holds = np.zeros(len(site), bool), np.zeros(len(site), bool)
        for number in np.unique(county).tolist():
            rows = slice(*np.searchsorted(county, [number, number + 1]))
            holds[rows] = shapely.contains_properly(counties[number], shapes[site[rows]])
            meets[rows] = holds[rows]
            rest = np.flatnonzero(~holds[rows]) + rows.start
            meets[rest] = shapely.intersects(counties[number], shapes[site[rest]])
        return site[meets], county[meets], holds[meets]

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


def _doubt(shapes: Objects) -> tuple[Floats, Floats]:
    """Bound how wide a site with its surroundings is, and how far boxes of plane and lon/lat part, metres.

    The local plane is turned against the meridians by less than 1e-3 as far as sites reach that are
    narrower than `_WIDE_M`, and parallels bow in it by less than that of their length.
    """
    extent = np.ptp(shapely.bounds(shapes).reshape(-1, 2, 2), axis=1).max(axis=1) * 112e3
    extent += 2 * ACCURACY_M
    return extent, 2.0 + 1e-3 * extent


def _around(shapes: Objects, metres: Floats) -> Objects:
    """Box shapes with so many metres around."""
    west, south, east, north = shapely.bounds(shapes).T
    middle = np.radians((south + north) / 2)
    root = 1.0 - E2 * np.sin(middle) ** 2
    dy = np.degrees(metres / (SEMI_MAJOR_M * (1.0 - E2) / root**1.5))
    dx = np.degrees(metres / (SEMI_MAJOR_M / np.sqrt(root) * np.cos(middle)))
    return np.asarray(shapely.box(west - dx, south - dy, east + dx, north + dy))
