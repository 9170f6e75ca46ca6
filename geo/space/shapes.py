"""Shapes made from shapes: buffers in metres, repairs, Thiessen cells, circles.

Everything takes and gives CGCS2000 longitude and latitude in degrees.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import shapely
from pyproj import Geod

from geo.errors import GeometryError
from geo.space.ellipsoid import INVERSE_FLATTENING, SEMI_MAJOR_M
from geo.space.plane import Plane, local_plane

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from shapely.geometry.base import BaseGeometry

    Objects: TypeAlias = NDArray[np.object_]
    Geometries: TypeAlias = BaseGeometry | NDArray[np.object_]

_GEOD = Geod(a=SEMI_MAJOR_M, rf=INVERSE_FLATTENING)
_STRIP_DEG = 1.0  # a strip's plane stretches lengths by 0.003 % at its edge
_OVERHANG_DEG = 0.25  # and by 0.006 % here: geometry may stick out so far without being cut
_LONGEST_EDGE_DEG = 0.01  # 1 km: a straight lon/lat edge stays within 2 cm of its image in a plane
_CIRCLE_CORNERS = 128
_DIMENSION = np.array([0, 1, 1, 2, 0, 1, 2, -1])  # by shapely's type id; -1: a collection

_FAULTS = {
    "Self-intersection": "边界自相交",
    "Ring Self-intersection": "环自相接",
    "Hole lies outside shell": "内环位于外环之外（改作独立部件）",
    "Holes are nested": "内环互相嵌套",
    "Nested shells": "部件互相重叠或嵌套",
    "Duplicate Rings": "环重复",
    "Interior is disconnected": "内部被环切断",
    "Too few points in geometry component": "环或线的点数不足",
}


def buffer_m(
    geom: Geometries, distance_m: ArrayLike, *, outside: bool = False, quad_segs: int = 32
) -> Any:
    """Widen geometries by a distance in metres, right on the ellipsoid.

    The work is done in transverse Mercator planes 1° wide; what spans several is cut, buffered piece
    by piece and joined (the buffer of a union is the union of the buffers). Lengths are right to
    0.01 %, and a circle is drawn as a polygon of 4 × `quad_segs` corners on it.

    Args:
        geom: A shapely geometry or an array of them, lon/lat.
        distance_m: Metres, above zero: one number, or one for each geometry.
        outside: Leave the body itself out, for 堤外 and 岸外.
        quad_segs: Corners per quarter circle.

    Returns:
        Polygons shaped as the input; an empty polygon for an empty geometry, None for a missing one.

    Raises:
        GeometryError: A distance is not above zero or a coordinate not finite.

    >>> from geo.space.measure import area_m2
    >>> km = shapely.LineString([(112.5, 36.0), (112.5, 36.00901233)])
    >>> strip = float(area_m2(buffer_m(km, 50)))  # 1 km × 100 m and a circle of 50 m
    >>> abs(strip / (100_000 + math.pi * 2500) - 1) < 1e-3
    True
    >>> buffer_m(shapely.LineString(), 50).is_empty
    True
    """
    given = np.asarray(geom, dtype=object)
    distances = np.broadcast_to(np.asarray(distance_m, dtype=float), given.shape)
    if not (np.isfinite(distances) & (distances > 0)).all():
        raise GeometryError("缓冲距离应为大于零的有限数（米） — 请检查距离")
    flat = shapely.force_2d(given.ravel())
    widened = _buffered(flat, distances.ravel(), quad_segs)
    if outside:
        widened = shapely.difference(widened, flat)
    return widened.reshape(given.shape)[()]


def _buffered(flat: Objects, distances: NDArray[np.float64], quad_segs: int) -> Objects:
    """Buffer each geometry in the planes of the strips it lies in."""
    bounds = shapely.bounds(flat)
    strips = np.floor((bounds[:, 0] + bounds[:, 2]) / 2 / _STRIP_DEG)
    left, right = strips * _STRIP_DEG, (strips + 1) * _STRIP_DEG
    narrow = (bounds[:, 0] >= left - _OVERHANG_DEG) & (bounds[:, 2] <= right + _OVERHANG_DEG)
    result = np.full(len(flat), None, dtype=object)
    result[shapely.is_empty(flat)] = shapely.Polygon()
    for strip in np.unique(strips[narrow]):
        here = narrow & (strips == strip)
        result[here] = _in_strip(flat[here], distances[here], strip, quad_segs)
    filled = ~(shapely.is_empty(flat) | shapely.is_missing(flat))
    for index in np.flatnonzero(filled & ~narrow):
        result[index] = _in_many_strips(flat[index], distances[index], quad_segs)
    return result


def _in_strip(geoms: Geometries, distances: ArrayLike, strip: float, quad_segs: int) -> Any:
    """Buffer geometries in the plane of one strip."""
    plane = Plane((strip + 0.5) * _STRIP_DEG, 0.0)
    dense = shapely.segmentize(geoms, _LONGEST_EDGE_DEG)
    return plane.inverse(shapely.buffer(plane.forward(dense), distances, quad_segs=quad_segs))


def _in_many_strips(geom: BaseGeometry, distance: float, quad_segs: int) -> BaseGeometry:
    """Cut a wide geometry along strip borders, buffer the pieces, join them."""
    west, south, east, north = shapely.bounds(geom)
    if not np.isfinite([west, south, east, north]).all():
        raise GeometryError("坐标中有非有限数，无法缓冲 — 请检查文件中的坐标")
    strips = np.arange(math.floor(west / _STRIP_DEG), math.floor(east / _STRIP_DEG) + 1)
    cells = shapely.box(strips * _STRIP_DEG, south - 1, (strips + 1) * _STRIP_DEG, north + 1)
    pieces = shapely.intersection(geom, cells)
    return shapely.union_all(
        [
            _in_strip(piece, distance, strip, quad_segs)
            for strip, piece in zip(strips, pieces, strict=True)
            if not piece.is_empty
        ]
    )


def repair(geom: BaseGeometry) -> tuple[BaseGeometry, tuple[str, ...]]:
    """Make a geometry valid and tell in Chinese what was wrong.

    Rings that cross themselves are split, overlapping parts merged, holes kept; what shrinks to a line
    or a point on the way is dropped and said so. Heights are dropped silently.

    Args:
        geom: BaseGeometry shapely geometry.

    Returns:
        The valid geometry, of the same dimension, and the repairs (empty when nothing was done).

    Raises:
        GeometryError: It is missing, has coordinates that are not finite, or nothing is left of it.

    >>> bowtie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    >>> fixed, words = repair(bowtie)
    >>> fixed.area, words
    (0.5, ('边界自相交',))
    >>> repair(shapely.box(0, 0, 1, 1))[1]
    ()
    """
    if geom is None:
        raise GeometryError("几何缺失 — 请检查该要素")
    flat = shapely.force_2d(geom)
    if not np.isfinite(shapely.get_coordinates(flat)).all():
        raise GeometryError("坐标中有非有限数（NaN 或无穷大），无法修复 — 请检查文件中的坐标")
    if shapely.is_empty(flat) or shapely.is_valid(flat):
        return flat, ()
    reason = str(shapely.is_valid_reason(flat)).split("[", maxsplit=1)[0].strip()
    words = [_FAULTS.get(reason, "几何不符合简单要素规范")]
    valid = shapely.make_valid(flat, method="structure", keep_collapsed=False)
    kept = _of_dimension(valid, _dimension(flat))
    if shapely.is_empty(kept):
        raise GeometryError(f"几何无效（{words[0]}）且修复后没有剩余 — 请在原软件中重新勾绘")
    if not shapely.equals(kept, valid) or _lost_parts(flat, kept):
        words.append("舍去零面积或零长度部分")
    return kept, tuple(words)


def _dimension(geom: BaseGeometry) -> int:
    """Give 0 for points, 1 for lines, 2 for polygons, the highest within a collection."""
    dimension = int(_DIMENSION[shapely.get_type_id(geom)])
    if dimension >= 0:
        return dimension
    return max((_dimension(part) for part in shapely.get_parts(geom)), default=0)


def _of_dimension(geom: BaseGeometry, dimension: int) -> BaseGeometry:
    """Keep the parts of one dimension."""
    parts = _parts(geom)
    kept = parts[_DIMENSION[shapely.get_type_id(parts)] == dimension]
    return kept[0] if len(kept) == 1 else shapely.union_all(kept)


def _lost_parts(before: BaseGeometry, after: BaseGeometry) -> bool:
    """Tell whether a multi-part geometry came out with fewer parts than it had."""
    multi = shapely.get_type_id(before) > 3  # noqa: PLR2004 (multi-types)
    if not multi:
        return False
    before_parts = shapely.get_parts(before)
    collapsed = (shapely.area(before_parts) == 0) if _dimension(before) == 2 else np.zeros(1)  # noqa: PLR2004
    return bool(collapsed.any()) and not shapely.is_empty(after)


def _parts(geom: BaseGeometry) -> Objects:
    """Take a geometry apart into points, lines and polygons."""
    parts: Objects = shapely.get_parts(geom)
    while (shapely.get_type_id(parts) > 3).any():  # noqa: PLR2004 (multi-types and collections)
        parts = shapely.get_parts(parts)
    return parts


def polygons_of(geom: BaseGeometry) -> BaseGeometry:
    """Keep the polygons of a geometry, as one MultiPolygon (empty when there are none).

    >>> mixed = shapely.GeometryCollection([shapely.Point(0, 0), shapely.box(0, 0, 1, 1)])
    >>> polygons_of(mixed).geom_type, len(polygons_of(mixed).geoms)
    ('MultiPolygon', 1)
    >>> polygons_of(shapely.Point(0, 0)).is_empty
    True
    """
    parts = _parts(geom)
    return shapely.multipolygons(parts[shapely.get_type_id(parts) == 3])  # noqa: PLR2004 (polygon)


def as_multi(geom: BaseGeometry) -> BaseGeometry:
    """Give the multi-type of a geometry, so that a layer holds one type.

    Raises:
        GeometryError: It is a collection of mixed dimensions.

    >>> as_multi(shapely.Point(1, 2)).geom_type, as_multi(shapely.LineString()).geom_type
    ('MultiPoint', 'MultiLineString')
    """
    dimension = int(_DIMENSION[shapely.get_type_id(geom)])
    if dimension < 0:
        raise GeometryError("几何集合中混有点、线、面 — 请按类型拆分")
    make = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)[dimension]
    parts = _parts(geom)
    filled = parts[~shapely.is_empty(parts)]
    empty = (shapely.MultiPoint, shapely.MultiLineString, shapely.MultiPolygon)[dimension]
    return make(filled) if len(filled) else empty()


def thiessen(points: Geometries, clip: BaseGeometry) -> Objects:
    """Share an area out among points, each place to the nearest (泰森多边形).

    Nearness is judged in the local plane of the area.

    Args:
        points: Array of shapely points, lon/lat; they may lie outside the area.
        clip: Polygon or MultiPolygon that is shared out, at most 3° of longitude wide.

    Returns:
        One polygon per point, in the same order; together they are `clip`, apart from rounding. A
        point that is nearest to no place of the area gets an empty polygon.

    Raises:
        GeometryError: There are no points, two coincide, one is empty, or the area is wider than 3°.

    >>> cells = thiessen(shapely.points([[112.2, 36.5], [112.8, 36.5]]), shapely.box(112, 36, 113, 37))
    >>> [round(float(x), 6) for x in cells[0].bounds]
    [112.0, 36.0, 112.5, 37.0]
    """
    seeds = np.atleast_1d(np.asarray(points, dtype=object))
    if not len(seeds) or shapely.is_empty(seeds).any() or shapely.is_missing(seeds).any():
        raise GeometryError("泰森多边形至少要一个点，且不能有空点 — 请检查输入")
    plane = local_plane(clip)
    flat = plane.forward(seeds)
    spots = shapely.get_coordinates(flat)
    if len(np.unique(spots.round(3), axis=0)) < len(spots):
        raise GeometryError("有两个点重合（相距不足 1 毫米），无法划分泰森多边形 — 请合并或移开")
    area = plane.forward(shapely.segmentize(clip, _LONGEST_EDGE_DEG))
    if len(seeds) == 1:
        return np.array([clip], dtype=object)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(flat), extend_to=area, ordered=True)
    )
    shares: Objects = plane.inverse(shapely.intersection(cells, area))
    return shares


def circle_m(lon: float, lat: float, radius_m: float) -> BaseGeometry:
    """Draw the circle of a radius around a position, with 128 corners on the true circle.

    Its area is 0.04 % short of the circle's.

    Args:
        lon: Degrees east.
        lat: Degrees north.
        radius_m: Metres, above zero.

    Raises:
        GeometryError: The position is not finite or off the globe, or the radius not above zero.

    >>> from geo.space.measure import area_m2
    >>> round(float(area_m2(circle_m(112.5, 36.0, 100.0))))  # π·100² is 31 416
    31403
    """
    on_globe = math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) < 90  # noqa: PLR2004
    if not on_globe or not (math.isfinite(radius_m) and radius_m > 0):
        raise GeometryError("圆心应为经纬度，半径应为大于零的有限数（米） — 请检查经度、纬度和半径")
    azimuths = np.arange(_CIRCLE_CORNERS) * (-360.0 / _CIRCLE_CORNERS)
    same = np.ones(_CIRCLE_CORNERS)
    x, y, _ = _GEOD.fwd(lon * same, lat * same, azimuths, radius_m * same)
    return shapely.Polygon(np.column_stack([x, y]))


def flatten_z(geom: Geometries) -> Any:
    """Drop heights and measures.

    >>> flatten_z(shapely.Point(1, 2, 3)).wkt
    'POINT (1 2)'
    """
    return shapely.force_2d(geom)


def rounded(geom: Geometries, *, decimals: int = 9) -> Any:
    """Round coordinates to so many decimals, keeping polygons valid; 9 decimals of a degree are 0.1 mm.

    Details smaller than the grid collapse; a geometry may come out empty.

    >>> rounded(shapely.Point(112.12345678949, 36.0)).wkt
    'POINT (112.123456789 36)'
    """
    snapped = shapely.set_precision(geom, 10.0**-decimals)
    loose = shapely.set_precision(snapped, 0.0)
    return shapely.transform(loose, lambda points: np.round(points, decimals))
