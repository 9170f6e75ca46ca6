"""Geometry as a web page carries it: whole numbers of a millionth of a degree, each from the last.

A vertex takes about six characters instead of twenty. One part is a list: its dimension, then its
rings (areas), its line, or its places, each a flat list ``x, y, dx, dy, …``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.draw.plane import Plane

#: Units per degree; one is 0.11 m on the ground.
PER_DEGREE: Final = 1_000_000
_AREA: Final = 2


def parts_of(geometry: Geometry) -> NDArray[Any]:
    """Return the single points, lines and polygons of any geometry, nothing empty."""
    parts: NDArray[Any] = np.atleast_1d(np.asarray(geometry, dtype=object))
    while np.isin(shapely.get_type_id(parts), (4, 5, 6, 7)).any():
        parts = shapely.get_parts(parts)
    return np.asarray(parts[~shapely.is_empty(parts)], dtype=object)


def encoded(geometry: Geometry) -> list[list[Any]]:
    """Write a geometry (EPSG:4490, longitude first) for the page.

    Points share one part. Rings and lines keep their vertices, rounded.

    >>> encoded(shapely.from_wkt("LINESTRING (113 36, 113.00001 36, 113.00001 35.99999)"))
    [[1, [113000000, 36000000, 10, 0, 0, -10]]]
    >>> encoded(shapely.MultiPoint([(113, 36), (113.5, 36)]))
    [[0, [113000000, 36000000, 500000, 0]]]
    >>> encoded(shapely.Polygon())
    []
    """
    parts = parts_of(geometry)
    dimensions = shapely.get_dimensions(parts)
    out: list[list[Any]] = []
    for area in parts[dimensions == _AREA]:
        rings = [area.exterior, *area.interiors]
        out.append([_AREA, *(_deltas(shapely.get_coordinates(ring)[:-1]) for ring in rings)])
    out += [[1, _deltas(shapely.get_coordinates(line))] for line in parts[dimensions == 1]]
    if (dimensions == 0).any():
        out.append([0, _deltas(shapely.get_coordinates(parts[dimensions == 0]))])
    return out


def _deltas(xy: NDArray[np.float64]) -> list[int]:
    whole = np.rint(xy * PER_DEGREE).astype(np.int64)
    return np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=np.int64)).ravel().tolist()


def lonlat(geometry: Any, plane: Plane) -> Any:
    """Move a geometry, or an array of them, from the sheet's plane to EPSG:4490."""

    def back(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(plane.inverse(xy[:, 0], xy[:, 1]))

    return shapely.transform(geometry, back)


def anchor(geometry: Geometry) -> list[int]:
    """Return where a name or a popup stands: inside the largest area, half along the longest line.

    >>> anchor(shapely.box(112, 36, 114, 37))
    [113000000, 36500000]
    >>> anchor(shapely.from_wkt("LINESTRING (112 36, 114 36)"))
    [113000000, 36000000]
    >>> anchor(shapely.Polygon())
    []
    """
    parts = parts_of(geometry)
    if not len(parts):
        return []
    dimensions = shapely.get_dimensions(parts)
    highest = int(dimensions.max())
    of = parts[dimensions == highest]
    if highest == _AREA:
        place = shapely.point_on_surface(of[int(np.argmax(shapely.area(of)))])
    elif highest == 1:
        place = shapely.line_interpolate_point(
            of[int(np.argmax(shapely.length(of)))], 0.5, normalized=True
        )
    else:
        place = of[0]
    return _deltas(shapely.get_coordinates(place)[:1])


def vertices(geometry: NDArray[Any]) -> int:
    """Count the vertices of some geometries."""
    return int(shapely.get_num_coordinates(geometry).sum())
