"""One workspace's data, joined with what its files say, each layer read once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import InputError, UsageError, WorkspaceError
from geo.spec.closed import nearest
from geo.spec.layers import DerivedSource, RasterSource
from geo.spec.workspace import WorkspaceSpec, find_root, read_workspace
from geo.store.boundaries import Boundaries, published, with_own
from geo.store.derived import township_cells
from geo.store.layers import LayerTable, empty_frame, load_layer, resolve
from geo.store.locate import Locator
from geo.store.names import Gazetteer, gazetteer
from geo.store.rivers import Rivers, rivers_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from shapely import Geometry

    from geo.spec.plans import Task
    from geo.spec.where import Form
    from geo.store.located import Located


@dataclass(frozen=True, eq=False)
class LocatedTask:
    """A task or control with the place it was found at."""

    task: Task
    located: Located


@dataclass(frozen=True, eq=False)
class Store:
    """Everything a workspace holds; layers are read when first asked for, and only once."""

    spec: WorkspaceSpec
    _tables: dict[str, LayerTable] = field(default_factory=dict, repr=False)
    _found: dict[tuple[str, str], LocatedTask] = field(default_factory=dict, repr=False)

    @property
    def root(self) -> Path:
        """The folder that holds ``workspace.yml``."""
        return self.spec.root

    @property
    def as_at(self) -> date:
        """The date outputs are made as at: ``workspace.yml``'s, else the planner's own day."""
        return self.spec.marker.as_at or date.today()  # noqa: DTZ011

    @cached_property
    def boundaries(self) -> Boundaries:
        """Administrative areas, with the office's own where supplied."""
        base = published()
        own = self.spec.marker.boundaries
        if own is None:
            return base
        path = resolve(self.root, own, allowed=self.spec.marker.data_folders)
        return with_own(base, path, shown=Path(own))

    @cached_property
    def territory(self) -> Geometry:
        """The union of the workspace's jurisdictions."""
        return self.boundaries.territory(self.spec.marker.jurisdictions)

    def plan_territory(self, plan: str) -> Geometry:
        """The area a plan rules."""
        return self.boundaries.area(self.spec.plans[plan].head.adcode)

    def layer(self, layer_id: str) -> LayerTable:
        """Return one layer.

        Raises:
            UsageError: No file of that name in ``layers/``.
        """
        if layer_id not in self._tables:
            self._tables[layer_id] = self._load(layer_id)
        return self._tables[layer_id]

    def layers(self) -> tuple[LayerTable, ...]:
        """Return every layer, supplied or not, by id."""
        return tuple(self.layer(name) for name in self.spec.layers)

    @cached_property
    def names(self) -> Gazetteer:
        """All names and aliases of all layers."""
        return gazetteer(self.layers())

    @cached_property
    def rivers(self) -> Rivers | None:
        """The river network, when a layer ``rivers`` is supplied."""
        if "rivers" not in self.spec.layers or self.layer("rivers").state != "ok":
            return None
        return rivers_of(self.layer("rivers"))

    def raster_path(self, layer_id: str) -> Path | None:
        """Return the file of a raster layer, ``None`` while it is not supplied."""
        spec = self.spec.layers.get(layer_id)
        if spec is None or not isinstance(spec.source, RasterSource):
            return None
        path = resolve(self.root, spec.source.raster, allowed=self.spec.marker.data_folders)
        return path if path.is_file() else None

    @cached_property
    def locator(self) -> Locator:
        """What turns forms into geometry."""
        return Locator(self)

    def locate(self, form: Form, *, plan: str | None = None) -> Located:
        """Find a place; lines and areas are clipped to the plan's territory (where.md)."""
        territory = self.plan_territory(plan) if plan else None
        return self.locator.locate(form, territory=territory)

    def tasks(
        self, plan: str | None = None, *, keep: Callable[[Task], bool] = lambda _: True
    ) -> tuple[LocatedTask, ...]:
        """Return the projects and measures of one plan or all, located, where ``keep`` wants them."""
        every = (t for p in self._plans(plan) for t in self.spec.plans[p].tasks)
        return tuple(self._task(t) for t in every if keep(t))

    def controls(
        self, plan: str | None = None, *, keep: Callable[[Task], bool] = lambda _: True
    ) -> tuple[LocatedTask, ...]:
        """Return the controls of one plan or all, located, where ``keep`` wants them."""
        every = (t for p in self._plans(plan) for t in self.spec.plans[p].controls)
        return tuple(self._task(t) for t in every if keep(t))

    def _plans(self, plan: str | None) -> tuple[str, ...]:
        if plan is None:
            return tuple(self.spec.plans)
        if plan not in self.spec.plans:
            raise UsageError(f"没有名为 {plan} 的规划 — {nearest(plan, self.spec.plans)}")
        return (plan,)

    def _task(self, task: Task) -> LocatedTask:
        key = (task.plan, task.row.id)
        if key not in self._found:
            self._found[key] = LocatedTask(task, self.locate(task.where, plan=task.plan))
        return self._found[key]

    def _load(self, layer_id: str) -> LayerTable:
        spec = self.spec.layers.get(layer_id)
        if spec is None:
            raise UsageError(f"没有名为 {layer_id} 的图层 — {nearest(layer_id, self.spec.layers)}")
        if isinstance(spec.source, DerivedSource):
            seats = self.layer(spec.source.seats)
            return township_cells(layer_id, spec, seats=seats, boundaries=self.boundaries)
        if isinstance(spec.source, RasterSource):
            return self._raster(layer_id)
        marker = self.spec.marker
        return load_layer(
            layer_id, spec, root=self.root, boundaries=self.boundaries,
            jurisdictions=marker.jurisdictions, allowed=marker.data_folders,
        )  # fmt: skip

    def _raster(self, layer_id: str) -> LayerTable:
        """A raster has no features; its state says whether the file is there."""
        spec = self.spec.layers[layer_id]
        try:
            path = self.raster_path(layer_id)
        except InputError as error:
            return LayerTable(layer_id, spec, "unreadable", empty_frame(), str(error))
        if path is None:
            return LayerTable(layer_id, spec, "unreadable", empty_frame(), "栅格文件不存在")
        return LayerTable(layer_id, spec, "ok", empty_frame(), files=(path,))


def open_store(start: Path) -> Store:
    """Open the workspace that holds a folder.

    Raises:
        WorkspaceError: No marker, or its files have problems; all are listed.
    """
    spec, problems = read_workspace(find_root(start))
    if spec is None or problems:
        raise WorkspaceError(problems)
    return Store(spec)
