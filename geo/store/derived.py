"""Layers the package works out itself: township cells around their seats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas
import numpy as np
import pandas as pd
import shapely

from geo.errors import GeometryError
from geo.space.crs import WORKING
from geo.space.shapes import thiessen
from geo.store.layers import LayerTable, empty_frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.spec.layers import Layer
    from geo.store.boundaries import Boundaries

SEAT_KIND = "township"


def township_cells(
    layer_id: str, spec: Layer, *, seats: LayerTable, boundaries: Boundaries
) -> LayerTable:
    """Divide each county among its township seats: Thiessen cells, clipped to the county.

    Real township areas are not public. A cell says which seat is nearest, nothing more: its edge
    may lie kilometres from the real boundary, so the layer is schematic whatever its YAML says,
    and each cell is as inaccurate as half the distance to the nearest other seat, at least.

    Sources:
        Thiessen (1911), Precipitation averages for large areas, Monthly Weather Review 39.
    """
    rows = seats.frame[seats.frame["kind"] == SEAT_KIND]
    rows = rows[rows["adcode"].isin([c for c in rows["adcode"].dropna() if c in boundaries])]
    if seats.state != "ok" or rows.empty:
        reason = f"图层 {seats.id} 中没有乡镇驻地（kind = {SEAT_KIND}）"
        return LayerTable(layer_id, spec, "no_data", empty_frame(), reason)
    try:
        parts = [_county(g, boundaries.area(str(code))) for code, g in rows.groupby("adcode")]
    except GeometryError as error:
        return LayerTable(layer_id, spec, "unreadable", empty_frame(), str(error))
    table = pd.concat(parts, ignore_index=True).assign(zone_kind=None)
    frame = geopandas.GeoDataFrame(table, geometry="geometry", crs=WORKING)
    coverage = shapely.union_all([boundaries.area(code) for code in sorted(set(frame["adcode"]))])
    schematic = spec.model_copy(update={"authority": "schematic"})
    return LayerTable(
        layer_id,
        schematic,
        "ok",
        frame,
        "",
        ("乡镇范围为驻地泰森多边形，示意",),
        coverage,
        seats.files,
    )


def _county(seats: geopandas.GeoDataFrame, county: shapely.Geometry) -> geopandas.GeoDataFrame:
    points = np.asarray(seats.geometry.array, dtype=object)
    cells = thiessen(points, county)
    out = seats.assign(
        geometry=cells, source="乡镇驻地泰森多边形（示意），驻地：" + seats["source"].fillna("")
    )
    out["kind"] = "乡镇"
    out["accuracy_m"] = np.maximum(seats["accuracy_m"].to_numpy(float), _half_gap_m(points))
    return out[~shapely.is_empty(np.asarray(cells, dtype=object))]


def _half_gap_m(points: NDArray[np.object_]) -> NDArray[np.float64]:
    """Half the distance from each seat to the nearest other one, metres (spherical, rough)."""
    xy = shapely.get_coordinates(points)
    if len(xy) < 2:  # noqa: PLR2004
        return np.full(len(xy), 10_000.0)
    scale = np.array([np.cos(np.radians(xy[:, 1].mean())), 1.0]) * 111_195.0
    apart = np.linalg.norm((xy[:, None, :] - xy[None, :, :]) * scale, axis=2)
    np.fill_diagonal(apart, np.inf)
    return np.asarray(apart.min(axis=1) / 2.0)
