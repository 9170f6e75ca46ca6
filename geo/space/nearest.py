"""The shortest way between two geometries: how far, from where to where, in which direction."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.errors import GeometryError
from geo.space.distance_tree import DistanceTree
from geo.space.geodesic_foot import GEOD

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_EIGHT = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")
_SIXTEEN = (
    *("北", "北东北", "东北", "东东北", "东", "东东南", "东南", "南东南"),
    *("南", "南西南", "西南", "西西南", "西", "西西北", "西北", "北西北"),
)


@dataclass(frozen=True)
class Nearest:
    """The shortest geodesic from one geometry to another.

    Args:
        distance_m: Its length in metres; 0 only when the two meet.
        bearing_deg: Direction at `from_point`, clockwise from true north; None when they meet.
        direction_zh: The same in words, e.g. 「东北侧」; None when they meet.
        from_point: Its end on the first geometry, lon/lat.
        to_point: Its end on the second.
    """

    distance_m: float
    bearing_deg: float | None
    direction_zh: str | None
    from_point: BaseGeometry
    to_point: BaseGeometry


def direction_zh(bearing_deg: float, *, points: int = 8) -> str:
    """Put a bearing into words: on which side something lies.

    Args:
        bearing_deg: Clockwise from north; any turn.
        points: 8 or 16 directions of the compass (16 named as for wind, 北东北…).

    Raises:
        GeometryError: The bearing is not finite, or `points` is neither 8 nor 16.

    >>> direction_zh(44.0), direction_zh(-90.0), direction_zh(20.0, points=16)
    ('东北侧', '西侧', '北东北侧')
    """
    names = {8: _EIGHT, 16: _SIXTEEN}.get(points)
    if names is None or not math.isfinite(bearing_deg):
        raise GeometryError("方位角不是有限数，或方位数既非 8 也非 16 — 请检查参数")
    return names[math.floor(bearing_deg / (360 / points) + 0.5) % points] + "侧"


def bearing_deg(a: BaseGeometry, b: BaseGeometry) -> float:
    """Give the bearing of the geodesic from point `a` to point `b`, 0 ≤ bearing < 360.

    Raises:
        GeometryError: One of them is empty or they are the same point.

    >>> bearing_deg(shapely.Point(112, 36), shapely.Point(112, 37))
    0.0
    """
    if shapely.is_empty(a) or shapely.is_empty(b) or a.equals(b):
        raise GeometryError("空点或重合的两点之间没有方位 — 请检查输入")
    return float(GEOD.inv(a.x, a.y, b.x, b.y)[0]) % 360.0


def distance_m(a: BaseGeometry, b: BaseGeometry) -> float:
    """Give the shortest distance between two geometries in metres, 0 when they meet.

    Raises:
        GeometryError: As `nearest`.

    >>> round(distance_m(shapely.Point(112, 36), shapely.Point(112, 37)), 1)
    110968.3
    """
    return nearest(a, b).distance_m


def nearest(a: BaseGeometry, b: BaseGeometry) -> Nearest:
    """Find the shortest way from `a` to `b`, edge to edge, on the ellipsoid.

    For many at once ask a `geo.space.distance_tree.DistanceTree`, which gives the same. Edges are
    geodesics, the distance is right to 1e-9 of itself or 1e-7 m. Whether the two meet is judged on
    straight lon/lat edges, as overlaps are.

    Args:
        a: The geometry the direction is seen from, CGCS2000 lon/lat.
        b: The other one.

    Raises:
        GeometryError: One of them is missing, empty, or has coordinates that are not finite.

    >>> site, zone = shapely.box(112, 36, 112.01, 36.01), shapely.box(112.02, 36, 112.03, 36.01)
    >>> way = nearest(site, zone)
    >>> round(way.distance_m), way.direction_zh
    (902, '东侧')
    """
    for geometry in (a, b):
        if geometry is None or shapely.is_empty(geometry):
            raise GeometryError("几何缺失或为空，没有距离 — 「未量算」不等于 0 米")
        if not np.isfinite(shapely.bounds(geometry)).all():
            raise GeometryError("坐标中有非有限数，无法量距 — 请检查文件中的坐标")
    if shapely.intersects(a, b):
        point = shapely.get_point(shapely.shortest_line(a, b), 0)
        return Nearest(0.0, None, None, point, point)
    apart = np.zeros(0, dtype=np.intp)
    ways = DistanceTree([b]).nearest([a], meeting=(apart, apart), threads=1)
    start, stop = shapely.points(ways.from_point[0]), shapely.points(ways.to_point[0])
    bearing = float(ways.bearing_deg[0])
    return Nearest(float(ways.distance_m[0]), bearing, direction_zh(bearing), start, stop)
