"""What a browser can show at once: above ten thousand features, an overview that says so.

The layers with most features are drawn as one shape per class, with simpler outlines; they are
still seen whole, but no longer told apart. Nothing is left out without a word.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.web.shapes import lonlat, parts_of, vertices

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.draw.layers.drawn import DrawnLayer
    from geo.draw.plane import Plane

#: Features shown one by one; measured as comfortable to drag and click on an office PC.
MOST_FEATURES: Final = 10_000
#: Vertices shown as they are; above, the outlines are made simpler.
MOST_VERTICES: Final = 400_000
#: Points of one class in an overview; more would only cover each other.
_MOST_POINTS: Final = 3_000
#: Simpler outlines stay within this share of the map's longer side: half a pixel of a wide screen.
_DETAIL: Final = 1 / 4000


@dataclass(frozen=True, eq=False)
class Overview:
    """Layers as a page shows them.

    Attributes:
        merged: Which of ``layers`` have one shape per class; these cannot be clicked.
        notice: What the page says about it, empty when every feature is shown as it is.
    """

    layers: tuple[DrawnLayer, ...]
    merged: frozenset[int]
    notice: str


def overview(
    layers: tuple[DrawnLayer, ...], *, plane: Plane, side_m: float,
    most_features: int = MOST_FEATURES, most_vertices: int = MOST_VERTICES,
) -> Overview:  # fmt: skip
    """Return layers that a browser can show.

    Args:
        layers: Those of the map, in drawing order.
        plane: Where outlines are made simpler.
        side_m: Longer side of the map, metres; it sets how simple they become.
        most_features: Features shown one by one at most.
        most_vertices: Vertices shown as they are at most.
    """
    features = sum(len(layer.geometry) for layer in layers)
    corners = sum(vertices(layer.geometry) for layer in layers)
    if features <= most_features and corners <= most_vertices:
        return Overview(layers, frozenset(), "")
    merged = frozenset(_largest(layers, features - most_features))
    tolerance = _round(side_m * _DETAIL)
    out = []
    for at, layer in enumerate(layers):
        simpler = _simpler(layer.geometry, plane, tolerance)
        out.append(_merged(layer, simpler) if at in merged else replace(layer, geometry=simpler))
    return Overview(
        tuple(out), merged, _notice(layers, merged, (features, most_features), tolerance)
    )


def _largest(layers: tuple[DrawnLayer, ...], too_many: int) -> Iterable[int]:
    """Name the layers, largest first, without which the rest can be shown one by one."""
    for at in sorted(range(len(layers)), key=lambda i: (-len(layers[i].geometry), i)):
        if too_many <= 0:
            return
        too_many -= len(layers[at].geometry)
        yield at


def _round(metres: float) -> float:
    """Round to one figure, so that the notice can say it."""
    power = 10.0 ** np.floor(np.log10(max(metres, 0.1)))
    return float(round(max(metres, 0.1) / power) * power)


def _simpler(geometry: NDArray[Any], plane: Plane, tolerance_m: float) -> NDArray[Any]:
    """Leave out vertices in the plane (Douglas–Peucker); rings keep their shape, none vanishes."""
    flat = np.asarray(plane.geometry(geometry), dtype=object)
    flat = shapely.simplify(flat, tolerance_m, preserve_topology=True)
    return np.asarray(lonlat(flat, plane), dtype=object)


def _merged(layer: DrawnLayer, geometry: NDArray[Any]) -> DrawnLayer:
    """Draw each class as one shape."""
    count = len(layer.classes)
    return replace(
        layer, geometry=np.array([_one(geometry[layer.class_of == at]) for at in range(count)], dtype=object),
        names=tuple(c.title for c in layer.classes), labels=("",) * count, numbers=(),
        class_of=np.arange(count, dtype=np.int64), facts=({},) * count, washed=None,
    )  # fmt: skip


def _one(geometry: NDArray[Any]) -> Geometry:
    """Collect the parts of some geometries; of very many points, those that can be told apart."""
    parts = parts_of(shapely.GeometryCollection(list(geometry)))
    dimensions = shapely.get_dimensions(parts)
    areas = shapely.orient_polygons(parts[dimensions == 2])  # noqa: PLR2004 - areas
    points = _thinned(shapely.get_coordinates(parts[dimensions == 0]))
    return shapely.GeometryCollection([*areas, *parts[dimensions == 1], *shapely.points(points)])


def _thinned(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keep one point per cell of a grid, coarse enough that few remain."""
    cells = 256
    while len(points) > _MOST_POINTS and cells >= 1:
        low, high = points.min(axis=0), points.max(axis=0)
        cell = np.floor((points - low) / np.maximum(high - low, 1e-12) * cells)
        _, first = np.unique(cell, axis=0, return_index=True)
        points = points[np.sort(first)]
        cells //= 2
    return points


def _notice(
    layers: tuple[DrawnLayer, ...], merged: frozenset[int], count: tuple[int, int], tolerance: float
) -> str:
    """Say what was merged and how far outlines may be off; ``count`` is of features, found and most."""
    simple = f"界线已简化，与原数据相差不超过约 {tolerance:g} m"
    if not merged:
        return f"本图界线顶点过多，网页{simple}；精确位置以原数据为准。"
    titles = "、".join(
        f"{layers[at].title}（{len(layers[at].geometry)} 个）" for at in sorted(merged)
    )
    return (
        f"本图共 {count[0]} 个要素，超过网页可逐个显示的 {count[1]} 个。{titles}按类合并显示，"
        f"不能逐个点选和搜索；{simple}，密集的点已抽稀。逐个查询请用原数据。"
    )
