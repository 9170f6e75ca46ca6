"""Many sites checked together: measured layer by layer, judged one by one by the judge of a single check.

`geo.check.sites.judge` is the only judge. What differs is how its facts are had: every layer, county and plan is
held against all sites of a batch at once. Sites to which the same facts apply share a judgement.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.check.batch.ground import GroundDesk
from geo.check.batch.layers import LayerDesk
from geo.check.batch.sites import batch_of
from geo.check.batch.tasks import PlanDesk
from geo.check.sites import Facts, ask_layers, judge
from geo.space.measure import area_m2, length_m

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from geo.check.batch.sites import Batch
    from geo.check.judge import Bench
    from geo.check.law import Place
    from geo.check.project import Project
    from geo.check.sites import Judgement, Question
    from geo.findings import Finding, LayerAsked, TaskHit
    from geo.sites.site import Site
    from geo.spec.vocabulary import Outcome

_MOST_KEPT: Final = 20_000
"""Judgements kept for sites to which the same facts apply."""
_MOST_BENCHES: Final = 2_000
"""Places times industries whose law is kept read."""


@dataclass(frozen=True, eq=False)
class Checked:
    """A site of a batch with its size and judgement; of features merely near it holds the nearest per layer."""

    site: Site
    area_m2: float | None
    length_m: float | None
    tasks: tuple[TaskHit, ...]
    judgement: Judgement


@dataclass(frozen=True, eq=False)
class Desk:
    """A question prepared once for any number of batches. Letters (``--evidence``) are for single checks."""

    question: Question
    announce: Callable[[str], None] | None = None
    _benches: dict[tuple[Place, str | None], Bench] = field(default_factory=dict)
    # By identity of parts of the facts, which are kept beside so that no other object takes their place.
    _judged: dict[Hashable, tuple[Facts, Judgement]] = field(default_factory=dict)
    _asked: dict[Hashable, tuple[Facts, Any]] = field(default_factory=dict)

    @cached_property
    def _layers(self) -> tuple[LayerDesk, ...]:
        return tuple(LayerDesk(table) for table in self.question.tables)

    @cached_property
    def _ground(self) -> GroundDesk:
        return GroundDesk(self.question)

    @cached_property
    def _plans(self) -> PlanDesk:
        return PlanDesk(self.question)

    def check(
        self, sites: Sequence[Site], projects: Sequence[Project] | None = None
    ) -> list[Checked]:
        """Check some sites (EPSG:4490), in order.

        Args:
            sites: The sites.
            projects: What stands at each; that of the question unless told. They may differ in their industry only.

        Raises:
            GeometryError: A site cannot be measured (too wide for one plane).
        """
        if not sites:
            return []
        projects = projects or [self.question.project] * len(sites)
        batch = batch_of(sites)
        grounds = self._ground.grounds(batch)
        places = self._ground.places(batch)
        tasks = self._plans.tasks(batch, projects)
        found = [
            desk.lies(batch, near_m=self.question.near_m, announce=self.announce)
            for desk in self._layers
        ]
        sizes = _sizes(batch)
        checked = []
        for at, site in enumerate(sites):
            (place, border), ground = places[at], grounds[at]
            facts = Facts(
                site=site, bench=self._bench(place, projects[at]), standings=ground.standings,
                answered=ground.answered, lies=tuple(of.get(at, ()) for of in found),
                tasks=tasks[at], area_m2=sizes[at][0], near_border=border,
            )  # fmt: skip
            checked.append(Checked(site, *sizes[at], tasks[at], self._judge(facts)))
        return checked

    def _bench(self, place: Place, project: Project) -> Bench:
        key = (place, None if project.industry is None else project.industry.code)
        if key not in self._benches:
            if len(self._benches) >= _MOST_BENCHES:
                self._benches.clear()
            self._benches[key] = replace(self.question, project=project).bench(place)
        return self._benches[key]

    def _judge(self, facts: Facts) -> Judgement:
        """Judge, or take the judgement of a site to which the same facts apply."""
        if any(facts.lies):
            return judge(facts, ask=self._ask)
        # The desks give one object for equal values.
        key = (
            facts.site.crs, id(facts.bench), id(facts.standings), id(facts.answered),
            id(facts.tasks), facts.near_border,
        )  # fmt: skip
        if key not in self._judged:
            if len(self._judged) >= _MOST_KEPT:
                self._judged.clear()
            self._judged[key] = (facts, judge(facts, ask=self._ask))
        return self._judged[key][1]

    def _ask(
        self, facts: Facts, findings: Sequence[Finding]
    ) -> tuple[tuple[LayerAsked, ...], dict[str, Outcome]]:
        """Ask the layers, or take the answer of a site whose findings come to the same."""
        said = frozenset((f.layer, f.zone_kind, f.outcome, f.hit) for f in findings)
        key = (id(facts.standings), id(facts.answered), id(facts.bench), said)
        if key not in self._asked:
            if len(self._asked) >= _MOST_KEPT:
                self._asked.clear()
            self._asked[key] = (facts, ask_layers(facts, findings))
        answer: tuple[tuple[LayerAsked, ...], dict[str, Outcome]] = self._asked[key][1]
        return answer


def _sizes(batch: Batch) -> list[tuple[float | None, float | None]]:
    """Measure areas (m²) and lengths (m); what a shape does not have is ``None``."""
    kinds = shapely.get_dimensions(batch.shapes)
    sizes: list[tuple[float | None, float | None]] = [(None, None)] * len(batch)
    for row, value in zip(
        np.flatnonzero(kinds == 2), area_m2(batch.shapes[kinds == 2]), strict=True  # noqa: PLR2004
    ):  # fmt: skip
        sizes[row] = (float(value), None)
    for row, value in zip(
        np.flatnonzero(kinds == 1), length_m(batch.shapes[kinds == 1]), strict=True
    ):
        sizes[row] = (None, float(value))
    return sizes
