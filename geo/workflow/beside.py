"""A workspace's data with a few layers more, made in memory, for one picture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas
import numpy as np

from geo.space.crs import WORKING
from geo.store.layers import STANDARD, LayerTable
from geo.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.spec.layers import Layer


def store_beside(store: Store, tables: Sequence[LayerTable]) -> Store:
    """Return a store that knows some tables more; the one given does not change."""
    layers = {**store.spec.layers, **{table.id: table.spec for table in tables}}
    return Store(replace(store.spec, layers=layers), _tables={table.id: table for table in tables})


def made_table(
    name: str,
    spec: Layer,
    shapes: Sequence[Any],
    *,
    columns: Mapping[str, Sequence[Any]] | None = None,
) -> LayerTable:
    """Make a layer of shapes (EPSG:4490) with the standard columns, nameless unless named."""
    rows: dict[str, Any] = {key: np.full(len(shapes), None, dtype=object) for key in STANDARD}
    rows["accuracy_m"] = np.full(len(shapes), float(spec.accuracy_m or 0.0))
    rows |= {key: list(values) for key, values in (columns or {}).items()}
    frame = geopandas.GeoDataFrame(rows, geometry=list(shapes), crs=WORKING)
    return LayerTable(name, spec, "ok", frame)
