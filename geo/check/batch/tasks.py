"""What plans say about the sites of a batch: how all of them lie to every place at once, one answer per pattern.

Most sites lie alike to the places of the plans (in the county, in nothing else), so what plans say is put together
once for each way of lying, out of what each row says (`geo.check.controls.row_hit`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import shapely

from geo.check.batch.sites import bow_m, slack_m
from geo.check.controls import (
    Asked,
    guards_its_edge,
    layer_titles,
    reaching,
    row_hit,
    weightiest_first,
    within_accuracy,
)
from geo.space.distance_tree import DistanceTree
from geo.spec.plans import ControlRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.check.batch.sites import Batch
    from geo.check.project import Meeting, Project
    from geo.check.sites import Question
    from geo.findings import TaskHit
    from geo.spec.vocabulary import Relation
    from geo.store.located import Located
    from geo.store.store import LocatedTask

    Index: TypeAlias = NDArray[np.intp]
    #: Whether anything is told of a project, and how it meets each set of activities.
    Meetings: TypeAlias = tuple[bool, tuple[Meeting, ...]]
    #: (place, relation) for every place met, and the rows whose guarded place is within accuracy.
    Pattern: TypeAlias = tuple[tuple[tuple[int, Relation], ...], tuple[int, ...]]

_MOST_KEPT: Final = 20_000
_MOST_SAID: Final = 100_000
_NOBODY: Final = (np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp))


@dataclass(frozen=True)
class _Told:
    """How a site lies to the one place of a row."""

    met: Relation | None
    close: bool

    def relation(self, _: Geometry) -> Relation | None:
        return self.met

    def within(self, _: Located) -> bool:
        return self.close


@dataclass(frozen=True, eq=False)
class _Places:
    """The distinct places of plans.

    Attributes:
        shapes: Their geometry, prepared.
        territory: The place each plan rules.
        of_row: The place of each row of each plan, −1 without one.
        rows: The rows at each place.
    """

    shapes: NDArray[np.object_]
    territory: dict[str, int]
    of_row: list[int]
    rows: dict[int, list[int]]


@dataclass(frozen=True, eq=False)
class _Guards:
    """The rows whose place's edge counts, see `guards_its_edge`, with the boundaries of these places."""

    rows: Index
    accuracy_m: NDArray[np.float64]
    bow_m: NDArray[np.float64]
    edges: DistanceTree


@dataclass(frozen=True, eq=False)
class PlanDesk:
    """The plans of a workspace, their places prepared once for all batches."""

    question: Question
    # Projects that meet all rows alike are told the same: answers are kept by the number of their kind.
    _kinds: dict[Meetings, tuple[int, Asked]] = field(default_factory=dict)
    _kind_of: dict[str | None, tuple[int, Asked]] = field(default_factory=dict)
    _known: dict[tuple[int, Pattern], tuple[TaskHit, ...]] = field(default_factory=dict)
    _said: dict[tuple[int, int, _Told, bool], TaskHit | None] = field(default_factory=dict)
    _base: dict[tuple[int, str, bool], list[tuple[int, TaskHit]]] = field(default_factory=dict)

    @cached_property
    def _rows(self) -> list[LocatedTask]:
        """Every row of every plan, located, in the order a single check asks them."""
        store = self.question.store
        return [
            found for plan in store.spec.plans for found in (*store.tasks(plan), *store.controls(plan))
        ]  # fmt: skip

    @cached_property
    def _reaching(self) -> list[bool]:
        return [reaching(found.task) for found in self._rows]

    @cached_property
    def _of_plan(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {plan: [] for plan in self.question.store.spec.plans}
        for at, found in enumerate(self._rows):
            rows[found.task.plan].append(at)
        return rows

    @cached_property
    def _places(self) -> _Places:
        store = self.question.store
        numbers: dict[bytes, int] = {}
        kept: list[Geometry] = []

        def number(shape: Geometry) -> int:
            at = numbers.setdefault(shapely.to_wkb(shape), len(kept))
            if at == len(kept):
                kept.append(shape)
            return at

        territory = {plan: number(store.plan_territory(plan)) for plan in store.spec.plans}
        places = [found.located.geometry for found in self._rows]
        of_row = [-1 if place is None else number(place) for place in places]
        rows = defaultdict(list)
        for row, at in enumerate(of_row):
            rows[at].append(row)
        shapely.prepare(kept)
        return _Places(np.array(kept, dtype=object), territory, of_row, dict(rows))

    @cached_property
    def _guards(self) -> _Guards:
        rows = [
            at for at, found in enumerate(self._rows)
            if guards_its_edge(found.task) and found.located.geometry is not None
        ]  # fmt: skip
        located = [self._rows[at].located for at in rows]
        shapes = np.array([place.geometry for place in located], dtype=object)
        accuracy = np.array([place.accuracy_m for place in located], dtype=float)
        return _Guards(np.array(rows, dtype=np.intp), accuracy, bow_m(shapes), DistanceTree(shapes))

    def tasks(self, batch: Batch, projects: Sequence[Project]) -> list[tuple[TaskHit, ...]]:
        """List what the plans say about each site and the project there; equal answers are one object."""
        met = self._relations(batch)
        close = self._close(batch)
        return [
            self._of(self._kind(project), (tuple(met[at]), tuple(close[at])))
            for at, project in enumerate(projects)
        ]

    @cached_property
    def _activities(self) -> list[tuple[str, ...]]:
        """The sets of activities the rows speak of."""
        rows = [found.task.row for found in self._rows]
        told = (tuple(row.activities) for row in rows if isinstance(row, ControlRow))
        return list(dict.fromkeys(told))

    def _kind(self, project: Project) -> tuple[int, Asked]:
        """Give what is asked for a project, or for another that every row means as much or as little."""
        code = None if project.industry is None else project.industry.code
        if code not in self._kind_of:
            if len(self._kind_of) >= _MOST_KEPT:
                self._kind_of.clear()
            asked = self.question
            meetings = (project.told, tuple(project.meets(words) for words in self._activities))
            new = Asked(project, asked.day, asked.existing, layer_titles(asked.store))
            self._kind_of[code] = self._kinds.setdefault(meetings, (len(self._kinds), new))
        return self._kind_of[code]

    def _of(self, kind: tuple[int, Asked], pattern: Pattern) -> tuple[TaskHit, ...]:
        key = (kind[0], pattern)
        if key not in self._known:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            self._known[key] = self._put_together(kind, dict(pattern[0]), frozenset(pattern[1]))
        return self._known[key]

    def _put_together(
        self, kind: tuple[int, Asked], met: dict[int, Relation], close: frozenset[int]
    ) -> tuple[TaskHit, ...]:
        """Put together what all rows say to a site that lies so."""
        places = self._places
        inside = {plan: at in met for plan, at in places.territory.items()}
        special = {row for at in met for row in places.rows.get(at, ())} | close
        hits = {
            row: hit
            for plan, within in inside.items()
            for row, hit in self._elsewhere(kind, plan, inside=within)
            if row not in special
        }
        for row in special:
            told = _Told(met.get(places.of_row[row]), row in close)
            hit = self._says(kind, row, told, inside=inside[self._rows[row].task.plan])
            if hit is not None:
                hits[row] = hit
        return tuple(sorted((hits[row] for row in sorted(hits)), key=weightiest_first))

    def _elsewhere(
        self, kind: tuple[int, Asked], plan: str, *, inside: bool
    ) -> list[tuple[int, TaskHit]]:
        """List what rows of a plan say to a site that lies in no place of theirs."""
        key = (kind[0], plan, inside)
        if key not in self._base:
            said = {
                row: self._says(kind, row, _Told(None, close=False), inside=inside)
                for row in self._of_plan[plan]
            }
            self._base[key] = [(row, hit) for row, hit in said.items() if hit is not None]
        return self._base[key]

    def _says(
        self, kind: tuple[int, Asked], row: int, told: _Told, *, inside: bool
    ) -> TaskHit | None:
        """Tell what one row says; those that cannot reach a site outside their plan say nothing."""
        if not inside and not self._reaching[row]:
            return None
        key = (kind[0], row, told, inside)
        if key not in self._said:
            if len(self._said) >= _MOST_SAID:
                self._said.clear()
            found = self._rows[row]
            plan = self.question.store.spec.plans[found.task.plan]
            self._said[key] = row_hit(told, found, plan, kind[1], inside=inside)
        return self._said[key]

    def _relations(self, batch: Batch) -> defaultdict[int, list[tuple[int, Relation]]]:
        """Relate the sites to the places, as `geo.check.controls.relation_of` does one by one."""
        found: defaultdict[int, list[tuple[int, Relation]]] = defaultdict(list)
        places = self._places.shapes
        if not len(places):
            return found
        place, site = shapely.STRtree(batch.shapes).query(places)
        order = np.lexsort((site, place))
        place, site = place[order], site[order]
        for number in np.unique(place).tolist():
            rows = site[slice(*np.searchsorted(place, [number, number + 1]))]
            rows, words = _related(places[number], batch.shapes, rows)
            for row, word in zip(rows.tolist(), words, strict=True):
                found[row].append((number, word))
        return found

    def _close(self, batch: Batch) -> defaultdict[int, list[int]]:
        """Find the rows whose guarded place each site is within accuracy of, as `within_accuracy` does.

        Only sites beside the place matter, so its boundary stands for it.
        """
        found: defaultdict[int, list[int]] = defaultdict(list)
        guards = self._guards
        if not len(guards.rows):
            return found
        bow = float(batch.bow_m.max() + guards.bow_m.max())
        most = float(batch.accuracy_m.max() + guards.accuracy_m.max())
        ways = guards.edges.within(batch.shapes, most + float(slack_m(most, bow)), meeting=_NOBODY)
        reach = batch.accuracy_m[ways.site] + guards.accuracy_m[ways.feature]
        slack = slack_m(ways.distance_m, batch.bow_m[ways.site] + guards.bow_m[ways.feature])
        may = (reach > 0) & (ways.distance_m - slack <= reach)
        must = ways.distance_m + slack < reach
        for at in np.flatnonzero(may).tolist():
            site, row = int(ways.site[at]), int(guards.rows[ways.feature[at]])
            if must[at] or within_accuracy(batch.footprints[site], self._rows[row].located):
                found[site].append(row)
        return found


def _related(
    place: Geometry, shapes: NDArray[np.object_], rows: Index
) -> tuple[Index, list[Relation]]:
    """Give those of some sites that meet a prepared place, and how they lie to it."""
    rows = rows[shapely.intersects(place, shapes[rows])]
    covered = shapely.covers(place, shapes[rows])
    # An area that is covered does not merely touch; a line or point on the border does both.
    open_ = np.flatnonzero(~covered | (shapely.get_dimensions(shapes[rows]) < 2))  # noqa: PLR2004
    touching = np.zeros(len(rows), dtype=bool)
    touching[open_] = shapely.touches(place, shapes[rows[open_]])
    words = np.where(touching, "touches", np.where(covered, "inside", "overlaps"))
    return rows, words.tolist()
