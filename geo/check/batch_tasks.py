"""What plans say about the sites of a batch: how all of them lie to every place at once, one answer per pattern.

Most sites lie alike to the places of the plans (in the county, in nothing else), so what plans say is worked out
once for each way of lying and kept.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import shapely

from geo.check.controls import guards_its_edge, tasks_where, within_accuracy
from geo.space.pieces import SLACK, Pieces, pieces_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.check.batch_layers import Batch
    from geo.check.sites import Question
    from geo.findings import TaskHit
    from geo.spec.vocabulary import Relation
    from geo.store.located import Located

    Index: TypeAlias = NDArray[np.intp]
    #: (place, relation) for every place met, and the guarded places within accuracy.
    Pattern: TypeAlias = tuple[tuple[tuple[int, str], ...], tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class _Looked:
    """How a site lies to places, looked up in what was worked out for the batch."""

    desk: PlanDesk
    met: dict[int, Relation]
    close: frozenset[int]

    def inside(self, plan: str) -> bool:
        return self.relation(self.desk.question.store.plan_territory(plan)) is not None

    def relation(self, place: Geometry) -> Relation | None:
        return self.met.get(self.desk.number(place))

    def within(self, located: Located) -> bool:
        return self.desk.guard_number(located) in self.close


@dataclass(frozen=True, eq=False)
class PlanDesk:
    """The plans of a workspace, their places prepared once for all batches."""

    question: Question
    _numbers: dict[int, int] = field(default_factory=dict)
    _known: dict[Pattern, tuple[TaskHit, ...]] = field(default_factory=dict)

    @cached_property
    def _all(self) -> list[Any]:
        """Every row of every plan, located."""
        store = self.question.store
        return [
            found for plan in store.spec.plans for found in (*store.tasks(plan), *store.controls(plan))
        ]  # fmt: skip

    @cached_property
    def _places(self) -> NDArray[np.object_]:
        """The distinct places; fills the numbers by which each is found again."""
        store = self.question.store
        shapes = [store.plan_territory(plan) for plan in store.spec.plans]
        shapes += [f.located.geometry for f in self._all if f.located.geometry is not None]
        distinct: dict[bytes, int] = {}
        kept: list[Geometry] = []
        for shape in shapes:
            key = shapely.to_wkb(shape)
            if key not in distinct:
                distinct[key] = len(kept)
                kept.append(shape)
            self._numbers[id(shape)] = distinct[key]
        shapely.prepare(kept)
        return np.array(kept, dtype=object)

    @cached_property
    def _guards(self) -> list[Located]:
        """The places whose edge counts, see `guards_its_edge`."""
        return [
            f.located for f in self._all
            if guards_its_edge(f.task) and f.located.geometry is not None
        ]  # fmt: skip

    @cached_property
    def _guard_numbers(self) -> dict[int, int]:
        return {id(located): at for at, located in enumerate(self._guards)}

    @cached_property
    def _edges(self) -> Pieces:
        return pieces_of(np.array([g.geometry for g in self._guards], dtype=object))

    def number(self, place: Geometry) -> int:
        """Give a place's number; −1 for one that no plan has."""
        return self._numbers.get(id(place), -1)

    def guard_number(self, located: Located) -> int:
        """Give the number of a place whose edge counts; −1 for others."""
        return self._guard_numbers.get(id(located), -1)

    def tasks(self, batch: Batch) -> list[tuple[TaskHit, ...]]:
        """List what the plans say about each site."""
        met = self._relations(batch)
        close = self._close(batch)
        return [self._of((tuple(met[at]), tuple(close[at]))) for at in range(len(batch))]

    def _of(self, pattern: Pattern) -> tuple[TaskHit, ...]:
        if pattern not in self._known:
            looked: Any = _Looked(self, dict(pattern[0]), frozenset(pattern[1]))  # type: ignore[arg-type]
            asked = self.question
            self._known[pattern] = tasks_where(
                looked, asked.store, asked.project, day=asked.day, existing=asked.existing
            )
        return self._known[pattern]

    def _relations(self, batch: Batch) -> defaultdict[int, list[tuple[int, str]]]:
        """Relate the sites to the places, as `geo.check.controls.relation_of` does one by one."""
        found: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
        places = self._places
        if not len(places):
            return found
        place, site = shapely.STRtree(batch.shapes).query(places)
        order = np.lexsort((site, place))
        place, site = place[order], site[order]
        for number in np.unique(place):
            rows = site[place == number]
            shape = places[number]
            rows = rows[shapely.intersects(shape, batch.shapes[rows])]
            covered = shapely.covers(shape, batch.shapes[rows])
            touching = np.zeros(len(rows), dtype=bool)
            touching[~covered] = shapely.touches(shape, batch.shapes[rows[~covered]])
            flat = np.flatnonzero(covered & (shapely.get_dimensions(batch.shapes[rows]) < 2))  # noqa: PLR2004
            touching[flat] = shapely.touches(shape, batch.shapes[rows[flat]])
            words = np.where(touching, "touches", np.where(covered, "inside", "overlaps"))
            for row, word in zip(rows.tolist(), words.tolist(), strict=True):
                found[row].append((int(number), word))
        return found

    def _close(self, batch: Batch) -> defaultdict[int, list[int]]:
        """Find the guarded places each site is within accuracy of, as `within_accuracy` does."""
        found: defaultdict[int, list[int]] = defaultdict(list)
        if not self._guards:
            return found
        own = np.array([located.accuracy_m for located in self._guards])
        spot, piece = self._edges.near(batch.spots, batch.accuracy_m + own.max())
        guard = self._edges.owner[piece]
        away = self._edges.distance_m(batch.spots, spot, piece)
        keys, back = np.unique(spot * len(own) + guard, return_inverse=True)
        nearest = np.full(len(keys), np.inf)
        np.minimum.at(nearest, back, away)
        for key, about in zip(keys.tolist(), nearest.tolist(), strict=True):
            site, number = divmod(key, len(own))
            if self._is_close(batch, site, number, about):
                found[site].append(number)
        return found

    def _is_close(self, batch: Batch, site: int, number: int, about_m: float) -> bool:
        """Decide one pair; the plane is asked where Mercator's distance leaves a doubt."""
        located = self._guards[number]
        reach = float(batch.accuracy_m[site]) + located.accuracy_m
        slack = 2 * SLACK * about_m + 2 * (float(batch.spots.bow_m[site]) + self._edges.bow_m)
        if reach <= 0 or about_m - slack > reach:
            return False
        if about_m + slack < reach:
            return True
        return within_accuracy(batch.footprints[site], located)
