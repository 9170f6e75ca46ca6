"""Marked cells of a raster become polygons, tile by tile, joined without a seam."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely
from rasterio.features import shapes
from rasterio.transform import Affine

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.space.grid import Grid, Tile

    Flags: TypeAlias = NDArray[np.bool_]

_AREA = 2


@dataclass
class Outlines:
    """Collects the outlines of marked cells.

    Positions stay whole numbers of cells until the end, so neighbouring tiles meet exactly; only
    polygons that reach the edge of their tile need joining.
    """

    _inner: list[Geometry] = field(default_factory=list)
    _seam: list[Geometry] = field(default_factory=list)

    def add(self, marked: Flags, tile: Tile) -> None:
        """Add the marked cells of a tile; cells that meet only at a corner stay apart."""
        move = Affine.translation(tile.column, tile.row)
        found = shapes(marked.astype(np.uint8), mask=marked, connectivity=4, transform=move)
        edges = np.array(
            [tile.column, tile.row, tile.column + tile.columns, tile.row + tile.rows], dtype=float
        )
        for outline, _ in found:
            rings = outline["coordinates"]
            polygon = shapely.Polygon(rings[0], rings[1:])
            on_edge = bool(np.any(np.array(polygon.bounds) == edges))
            (self._seam if on_edge else self._inner).append(polygon)

    def placed(self, grid: Grid) -> NDArray[np.object_]:
        """Return the polygons in EPSG:4490, none overlapping another.

        Raises:
            CrsError: Some cells have no place on the Earth.
        """
        joined = shapely.get_parts(shapely.union_all(self._seam))
        whole = grid.placed(np.array([*self._inner, *joined], dtype=object))
        valid: NDArray[np.object_] = np.where(
            shapely.is_valid(whole), whole, shapely.make_valid(whole)
        )
        return valid


def clipped(areas: NDArray[np.object_], within: Geometry) -> Geometry:
    """Cut areas that do not overlap to a place and return them as one geometry.

    What is left of a place of lines is lines, of an area areas; bare touches are dropped. Nothing left
    is an empty polygon.

    Args:
        areas: Polygons, in the same coordinates.
        within: The place.

    >>> squares = np.array([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)])
    >>> left = clipped(squares, shapely.box(0.5, 0, 2, 1))  # which only touches the second
    >>> left.geom_type, left.bounds
    ('MultiPolygon', (0.5, 0.0, 1.0, 1.0))
    >>> clipped(squares, shapely.box(5, 5, 6, 6)).wkt
    'POLYGON EMPTY'
    """
    shapely.prepare(within)
    kept = shapely.contains_properly(within, areas)
    cut = areas[~kept & shapely.intersects(within, areas)]
    parts = shapely.get_parts(
        np.concatenate([areas[kept], shapely.get_parts(shapely.intersection(cut, within))])
    )
    parts = parts[shapely.get_dimensions(parts) == min(shapely.get_dimensions(within), _AREA)]
    if not len(parts):
        return shapely.Polygon()
    solid = shapely.get_dimensions(parts) == _AREA
    return shapely.multipolygons(parts) if solid.all() else shapely.union_all(parts)
