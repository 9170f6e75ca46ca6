"""What holds while a place is located: the territory, the data it is sought in, and who seeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
import shapely

from geo.spec import where as w

if TYPE_CHECKING:
    from pathlib import Path

    from shapely import Geometry

    from geo.spec.workspace import WorkspaceSpec
    from geo.store.boundaries import Boundaries
    from geo.store.layers import LayerTable
    from geo.store.located import Located
    from geo.store.names import Candidate, Gazetteer
    from geo.store.rivers import Rivers


class Holdings(Protocol):
    """The part of a workspace's data that places are sought in."""

    @property
    def spec(self) -> WorkspaceSpec:
        """What the files of the workspace say."""

    @property
    def boundaries(self) -> Boundaries:
        """Administrative areas."""

    @property
    def territory(self) -> Geometry:
        """The workspace's jurisdictions together, EPSG:4490."""

    @property
    def names(self) -> Gazetteer:
        """All names and aliases of all layers."""

    @property
    def rivers(self) -> Rivers | None:
        """The river network, when supplied."""

    def layer(self, layer_id: str) -> LayerTable:
        """Return one layer, whatever its state."""

    def raster_path(self, layer_id: str) -> Path | None:
        """Return the file of a raster layer, when supplied."""


class Finder(Protocol):
    """What the forms along rivers and on terrain ask of whoever locates the forms inside them."""

    @property
    def store(self) -> Holdings:
        """The data places are sought in."""

    def within(self, form: w.Form, scope: Scope) -> Located:
        """Locate a form inside a scope."""

    def named(
        self, form: w.Named, names: Sequence[str], scope: Scope, *, layer: str | None = None
    ) -> tuple[list[Candidate], list[Located]]:
        """Look up names; return what was found and what was not."""

    def unsupplied(self, layer: str) -> Located | None:
        """Say that a layer is needed when it is not there to be read."""


@dataclass(frozen=True, eq=False)
class Scope:
    """What holds while one place is located: the plan's territory, unless lifted."""

    territory: Geometry | None
    beyond: bool = False

    def clip(self, found: Located) -> Located:
        """Clip lines and areas to the territory; points stay where they are."""
        if self.territory is None or self.beyond or found.geometry is None:
            return found
        kept = clip(found.geometry, self.territory)
        inner = None if found.inner is None else clip(found.inner, self.territory)
        if kept.is_empty:
            return replace(
                found, geometry=None, inner=None,
                unresolved=(*found.unresolved, "位于规划辖区之外，裁剪后为空（需要时写 beyond: true）"),
            )  # fmt: skip
        return replace(found, geometry=kept, inner=inner)


def clip(geometry: Geometry, territory: Geometry) -> Geometry:
    """Cut lines and areas at a territory's edge, keeping points and each part's dimension."""
    parts = shapely.get_parts(geometry)
    dims = shapely.get_dimensions(parts)
    points = parts[dims == 0]
    whole = (dims > 0) & shapely.covers(territory, parts)
    shared = shapely.intersection(parts[(dims > 0) & ~whole], territory)
    cut = shapely.get_parts(shapely.get_parts(shared))
    keep = np.isin(shapely.get_dimensions(cut), np.unique(dims[dims > 0]))
    return shapely.union_all([*points, *parts[whole], *cut[keep & ~shapely.is_empty(cut)]])
