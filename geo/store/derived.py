"""Layers the package works out itself: township cells around their seats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas
import numpy as np
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
    rows = rows.sort_values("adcode", kind="stable", ignore_index=True)
    try:
        cells, half_gaps_m = _shared_out(rows, boundaries)
    except GeometryError as error:
        return LayerTable(layer_id, spec, "unreadable", empty_frame(), str(error))
    frame = rows.assign(
        geometry=geopandas.GeoSeries(cells, crs=WORKING),
        source="乡镇驻地泰森多边形（示意），驻地：" + rows["source"].fillna(""), kind="乡镇",
        accuracy_m=np.maximum(rows["accuracy_m"].to_numpy(float), half_gaps_m), zone_kind=None,
    )[~shapely.is_empty(cells)].reset_index(drop=True)  # fmt: skip
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


def _shared_out(
    seats: geopandas.GeoDataFrame, boundaries: Boundaries
) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    """Work out the cell of every seat in its county, and half its distance to the next one."""
    codes = seats["adcode"].to_numpy(str)
    points = np.asarray(seats.geometry.array, dtype=object)
    cells, half_gaps_m = np.empty(len(points), dtype=object), np.empty(len(points))
    for code in np.unique(codes):
        here = codes == code
        cells[here] = thiessen(points[here], boundaries.area(str(code)))
        half_gaps_m[here] = _half_gap_m(points[here])
    return cells, half_gaps_m


def _half_gap_m(points: NDArray[np.object_]) -> NDArray[np.float64]:
    """Half the distance from each seat to the nearest other one, metres (spherical, rough)."""
    xy = shapely.get_coordinates(points)
    if len(xy) < 2:  # noqa: PLR2004
        return np.full(len(xy), 10_000.0)
    scale = np.array([np.cos(np.radians(xy[:, 1].mean())), 1.0]) * 111_195.0
    apart = np.linalg.norm((xy[:, None, :] - xy[None, :, :]) * scale, axis=2)
    np.fill_diagonal(apart, np.inf)
    return np.asarray(apart.min(axis=1) / 2.0)
