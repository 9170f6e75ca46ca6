"""The part of the world a sheet shows, and the features that show in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.draw.wording import ADMIN
from geo.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.draw.layers.base import Base
    from geo.draw.layers.drawn import DrawnLayer
    from geo.draw.layout.page import Layout
    from geo.draw.plane import Plane
    from geo.spec.maps import MapSpec
    from geo.spec.where import Form
    from geo.store.store import Store

Window = tuple[float, float, float, float]
#: Room left around the extent when the map gives no margin, share of its longer side.
_MARGIN: Final = 0.03
#: Points this far outside the territory still belong to the map, share of the window's diagonal.
_NEAR: Final = 0.03
#: The smallest extent, metres: a point needs some ground around it.
_LEAST_M: Final = 200.0
_WATERS: Final = "水系"


def box_around(shown: Geometry, share: float) -> Geometry:
    """Return a box around an extent, EPSG:4490, grown by a share of its longer side."""
    west, south, east, north = shown.bounds
    grow = max(east - west, north - south, 0.02) * share
    return shapely.box(west - grow, south - grow, east + grow, north + grow)


def size_of(shown: Geometry, plane: Plane, spec: MapSpec) -> tuple[float, float]:
    """Width and height of the extent with its margin, metres."""
    west, south, east, north = plane.geometry(shown).bounds
    margin = spec.margin if spec.margin is not None else max(east - west, north - south) * _MARGIN
    return max(east - west + 2 * margin, _LEAST_M), max(north - south + 2 * margin, _LEAST_M)


def window_of(shown: Geometry, plane: Plane, layout: Layout, denominator: int) -> Window:
    """Return the ground of the map frame at a scale, with the extent in its middle."""
    west, south, east, north = plane.geometry(shown).bounds
    x, y = (west + east) / 2, (south + north) / 2
    half = layout.map.w * denominator / 2000.0, layout.map.h * denominator / 2000.0
    return x - half[0], y - half[1], x + half[0], y + half[1]


def located(form: Form, key: str, spec: MapSpec, store: Store) -> Geometry:
    """Find a place that a map's own key names, EPSG:4490.

    Raises:
        UsageError: It is not found.
    """
    found = store.locate(form, plan=spec.plan)
    if found.geometry is None:
        why = "；".join((*found.unresolved, *found.needs, *found.reasons))
        raise UsageError(f"地图“{spec.title}”的 {key} 未能定位（{why}）— 请修改 {key}")
    return found.geometry


def enlarged_of(spec: MapSpec, store: Store, plane: Plane) -> tuple[Geometry, str] | None:
    """Return the part that a map shows once more, larger: a box in the plane, and its title.

    Raises:
        UsageError: Its place is not found.
    """
    wanted = spec.enlarge
    if wanted is None:
        return None
    if wanted.around is not None:
        shown = located(wanted.around, "enlarge.around", spec, store)
    else:
        assert wanted.bbox is not None  # noqa: S101 - one of the two is there
        shown = shapely.box(*wanted.bbox)
    west, south, east, north = plane.geometry(shown).bounds
    grow = max((_LEAST_M - (east - west)) / 2, (_LEAST_M - (north - south)) / 2, 0.0)
    box = shapely.box(west - grow, south - grow, east + grow, north + grow)
    return box, wanted.title or "局部放大"


def lonlat_bounds(plane: Plane, window: Window) -> Window:
    """Return west, south, east, north degrees of all that a window shows."""
    edge = shapely.segmentize(shapely.box(*window).exterior, (window[2] - window[0]) / 8.0)
    lon, lat = plane.inverse(*shapely.get_coordinates(edge).T)
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def in_window(
    layers: tuple[DrawnLayer, ...],
    base: Base,
    plane: Plane,
    window: Window,
    *,
    extent: Geometry,
    edge_m: float = 0.0,
) -> tuple[DrawnLayer, ...]:
    """Keep the features that the sheet shows.

    Of what lies far outside the territory only waters matter, and what the map's own extent takes in
    (武良 lies beyond the edge of its county, and is what its map is about). A point nearer to the sheet's edge than
    ``edge_m`` is left out: its symbol would be cut.
    """
    box = shapely.box(*window)
    inner = shapely.buffer(box, -edge_m, join_style="mitre")
    diagonal = float(np.hypot(window[2] - window[0], window[3] - window[1]))
    matter = shapely.union(shapely.buffer(base.territory, diagonal * _NEAR), plane.geometry(extent))
    shapely.prepare(matter)
    # A map of where a county lies shows the counties of its city.
    own = shapely.union(base.home, plane.geometry(extent))
    kept = []
    for layer in layers:
        flat = np.asarray(plane.geometry(layer.geometry), dtype=object)
        seen = shapely.intersects(flat, box)
        points = shapely.get_dimensions(flat) == 0
        seen &= ~points | shapely.intersects(flat, inner)
        seen &= shapely.intersects(flat, matter) | (~points & (layer.group == _WATERS))
        if layer.group == ADMIN:
            seen &= _mostly_within(flat, own)
        if seen.any():
            kept.append(_only(layer, seen))
    return tuple(kept)


def _mostly_within(areas: NDArray[Any], territory: Geometry) -> NDArray[np.bool_]:
    """Tell which administrative areas belong to the territory; slivers along its border do not."""
    shared = shapely.area(shapely.intersection(areas, territory))
    return np.asarray(shared >= 0.5 * shapely.area(areas))


def _only(layer: DrawnLayer, seen: NDArray[np.bool_]) -> DrawnLayer:
    """Keep some features of a layer, and the classes they need."""
    rows = np.flatnonzero(seen)
    of = layer.class_of[rows]
    used = np.unique(of)
    return replace(
        layer, geometry=layer.geometry[rows], names=_pick(layer.names, rows),
        labels=_pick(layer.labels, rows), facts=_pick(layer.facts, rows),
        numbers=_pick(layer.numbers, rows) if layer.numbers else (),
        washed=None if layer.washed is None else layer.washed[rows],
        class_of=np.searchsorted(used, of), classes=tuple(layer.classes[i] for i in used),
    )  # fmt: skip


def _pick(values: tuple[Any, ...], rows: NDArray[np.int64]) -> tuple[Any, ...]:
    return tuple(values[int(row)] for row in rows)
