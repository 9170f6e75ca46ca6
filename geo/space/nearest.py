"""The shortest way between two geometries: how far, from where to where, in which direction."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely
from pyproj import Geod

from geo.errors import GeometryError
from geo.space.ellipsoid import INVERSE_FLATTENING, SEMI_MAJOR_M
from geo.space.plane import plane_at

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Floats: TypeAlias = NDArray[np.float64]

_GEOD = Geod(a=SEMI_MAJOR_M, rf=INVERSE_FLATTENING)
_EIGHT = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")
_SIXTEEN = (
    *("北", "北东北", "东北", "东东北", "东", "东东南", "东南", "南东南"),
    *("南", "南西南", "西南", "西西南", "西", "西西北", "西北", "北西北"),
)
_METRES_PER_DEGREE = 110_500.0  # a little less than any degree of latitude
_SMALLEST_RADIUS_M = 6_335_000.0
_MOST_REFINED = 16


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
    return float(_GEOD.inv(a.x, a.y, b.x, b.y)[0]) % 360.0


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

    The nearest edges are found in a local plane, with its scale taken out, and the feet on them are
    then placed along the geodesic edges: right to a millimetre and 1e-6 of the distance. Whether
    the two meet is judged on straight lon/lat edges, as overlaps are.

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
    first = shapely.shortest_line(a, b)
    if shapely.length(first) == 0:
        return _meeting(shapely.get_point(first, 0))
    ends = shapely.get_coordinates(first)
    bound = float(_GEOD.inv(*ends[0], *ends[1])[2])
    edges_b = _close_edges(_edges(b), shapely.bounds(a), bound)
    edges_a = _close_edges(_edges(a), _bounds(edges_b), bound)
    return min(
        (_refined(*pair) for pair in _candidates(edges_a, edges_b, ends.mean(axis=0))),
        key=lambda way: way.distance_m,
    )


def _meeting(point: BaseGeometry) -> Nearest:
    """Describe two geometries that meet."""
    return Nearest(0.0, None, None, point, point)


def _edges(geometry: BaseGeometry) -> Floats:
    """List the edges as (n, 2, 2) lon/lat; a point is an edge of no length."""
    parts = shapely.get_parts(geometry)
    while (shapely.get_type_id(parts) > 3).any():  # noqa: PLR2004 (multi-types and collections)
        parts = shapely.get_parts(parts)
    polygons = shapely.get_type_id(parts) == 3  # noqa: PLR2004 (polygon)
    dots = shapely.get_coordinates(parts[shapely.get_type_id(parts) == 0])
    chains = np.r_[shapely.get_rings(parts[polygons]), parts[~polygons]]
    points, owner = shapely.get_coordinates(chains, return_index=True)
    same = owner[1:] == owner[:-1]
    edges = np.stack([points[:-1][same], points[1:][same]], axis=1)
    return np.concatenate([edges, np.stack([dots, dots], axis=1)])


def _shapes(edges: Floats) -> NDArray[np.object_]:
    """Make a line of every edge, a point of one without length (GEOS misses such lines)."""
    shapes = np.asarray(shapely.linestrings(edges), dtype=object)
    dots = (edges[:, 0] == edges[:, 1]).all(axis=1)
    shapes[dots] = shapely.points(edges[dots, 0])
    return shapes


def _bounds(edges: Floats) -> Floats:
    """Give west, south, east, north of some edges."""
    return np.concatenate([edges.min(axis=(0, 1)), edges.max(axis=(0, 1))])


def _close_edges(edges: Floats, bounds: Floats, reach_m: float) -> Floats:
    """Keep the edges that come within reach of a box (never fewer than needed)."""
    # An edge of 1° bows a few hundred metres off its box, so the margin grows with the longest edge.
    span = float(np.abs(edges[:, 1] - edges[:, 0]).max()) * _METRES_PER_DEGREE
    reach_m = reach_m * 1.02 + 1.0 + span**2 / _SMALLEST_RADIUS_M
    north = reach_m / _METRES_PER_DEGREE
    parallel = min(89.0, max(abs(bounds[1]), abs(bounds[3])) + north)
    east = north / math.cos(math.radians(parallel))
    low, high = edges.min(axis=1), edges.max(axis=1)
    near = (high[:, 0] >= bounds[0] - east) & (low[:, 0] <= bounds[2] + east)
    near &= (high[:, 1] >= bounds[1] - north) & (low[:, 1] <= bounds[3] + north)
    kept: Floats = edges[near]
    return kept


def _candidates(edges_a: Floats, edges_b: Floats, centre: Floats) -> list[tuple[Floats, Floats]]:
    """Find the pairs of edges that may hold the shortest way, best first."""
    plane = plane_at(float(centre[0]), float(centre[1]))
    lines_a, lines_b = plane.forward(_shapes(edges_a)), plane.forward(_shapes(edges_b))
    both = shapely.total_bounds(np.r_[lines_a, lines_b])
    stretch = max(abs(both[0]), abs(both[2])) ** 2 / (2 * _SMALLEST_RADIUS_M**2)
    tree = shapely.STRtree(lines_b)
    best = tree.query_nearest(lines_a, return_distance=True, all_matches=False)[1].min()
    reach = float(best) * (1 + 2 * stretch) + 0.01
    i, j = tree.query(lines_a, predicate="dwithin", distance=reach)
    ways = shapely.shortest_line(lines_a[i], lines_b[j])
    ends = shapely.get_coordinates(ways).reshape(-1, 2, 2)
    x = ends[:, :, 0].mean(axis=1)
    true = np.hypot(*(ends[:, 1] - ends[:, 0]).T) / (1 + x**2 / (2 * _SMALLEST_RADIUS_M**2))
    order = np.argsort(true, kind="stable")[:_MOST_REFINED]
    order = order[true[order] <= true[order[0]] * (1 + 1e-4) + 0.05]
    return [(edges_a[i[k]], edges_b[j[k]]) for k in order]


def _refined(edge_a: Floats, edge_b: Floats) -> Nearest:
    """Place the feet of the shortest way on two geodesic edges."""
    middle = (edge_a.mean(axis=0) + edge_b.mean(axis=0)) / 2
    piece_a, piece_b = edge_a, edge_b
    foot_a, foot_b = _feet(piece_a, piece_b, middle)
    for _ in range(3):
        middle = (foot_a + foot_b) / 2
        gap = float(_GEOD.inv(*foot_a, *foot_b)[2])
        piece_a = _around(edge_a, foot_a, gap)
        piece_b = _around(edge_b, foot_b, gap)
        foot_a, foot_b = _feet(piece_a, piece_b, middle)
    azimuth, _, length = _GEOD.inv(*foot_a, *foot_b)
    start, stop = shapely.points([foot_a, foot_b])
    if length == 0:
        return _meeting(start)
    bearing = float(azimuth) % 360.0
    return Nearest(float(length), bearing, direction_zh(bearing), start, stop)


def _feet(edge_a: Floats, edge_b: Floats, middle: Floats) -> Floats:
    """Find the nearest points of two edges, straight in the plane of `middle`."""
    plane = plane_at(float(middle[0]), float(middle[1]))
    lines = plane.forward(_shapes(np.stack([edge_a, edge_b])))
    return plane.to_degrees(shapely.get_coordinates(shapely.shortest_line(*lines)))


def _around(edge: Floats, foot: Floats, gap_m: float) -> Floats:
    """Cut the piece of a geodesic edge around a foot, short enough to be straight in a plane."""
    azimuth, _, length = _GEOD.inv(*edge[0], *edge[1])
    if length == 0:
        return edge
    toward, _, along = _GEOD.inv(*edge[0], *foot)
    along *= math.cos(math.radians(toward - azimuth))
    reach = 1.0 + 0.01 * length + 0.001 * gap_m
    spots = np.clip([along - reach, along + reach], 0.0, length)
    lon, lat, _ = _GEOD.fwd([edge[0, 0]] * 2, [edge[0, 1]] * 2, [azimuth] * 2, spots)
    piece = np.column_stack([lon, lat])
    piece[spots == 0.0], piece[spots == length] = edge[0], edge[1]
    return piece
