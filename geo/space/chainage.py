"""Metres along a line: where a point sits on it, pieces of it, and what lies inside an area.

Chainage counts geodesic metres from the first vertex; on a line of several parts it runs on from part
to part, gaps counting nothing. Within an edge it is shared out evenly in longitude and latitude.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import shapely

from geo.errors import GeometryError
from geo.space.edge_lengths import edge_lengths_m
from geo.space.geodesic_foot import GEOD

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Floats: TypeAlias = NDArray[np.float64]

SAME_M: Final = 1e-6
"""Chainages closer than this are one place: gaps so short are closed, spans so short are none."""


@dataclass(frozen=True, eq=False)
class Chain:
    """A line taken apart into edges with their chainage.

    Args:
        starts: First end of every edge, (n, 2) lon/lat.
        stops: Second end of every edge.
        at_m: Chainage of every edge's first end, and of the last edge's second: n + 1 metres.
    """

    starts: Floats
    stops: Floats
    at_m: Floats

    @property
    def length_m(self) -> float:
        """Length of the whole line."""
        return float(self.at_m[-1])

    def position(self, chainage_m: float) -> Floats:
        """Give lon, lat at a chainage; beyond the ends, the end."""
        edge = int(np.clip(np.searchsorted(self.at_m, chainage_m, "right") - 1, 0, self._last))
        share = (chainage_m - self.at_m[edge]) / (self.at_m[edge + 1] - self.at_m[edge])
        step = (self.stops[edge] - self.starts[edge]) * min(max(share, 0.0), 1.0)
        return np.asarray(self.starts[edge] + step, dtype=float)

    @property
    def _last(self) -> int:
        """Index of the last edge."""
        return len(self.starts) - 1


def chain(line: BaseGeometry) -> Chain:
    """Take a LineString or MultiLineString apart.

    Raises:
        GeometryError: It is no line, is empty or has no length, or a coordinate is not finite.

    >>> round(chain(shapely.LineString([(112, 36), (112, 36.5), (112, 37)])).length_m)
    110968
    """
    if not isinstance(line, shapely.LineString | shapely.MultiLineString):
        raise GeometryError("里程只能在线上量取 — 请给线要素")
    points, part = shapely.get_coordinates(shapely.get_parts(line), return_index=True)
    if not np.isfinite(points).all():
        raise GeometryError("坐标中有非有限数，无法量取里程 — 请检查文件中的坐标")
    used = (part[1:] == part[:-1]) & (points[1:] != points[:-1]).any(axis=1)
    starts, stops = points[:-1][used], points[1:][used]
    if not len(starts):
        raise GeometryError("线为空或长度为零，无法量取里程 — 请检查该要素")
    return Chain(starts, stops, np.r_[0.0, np.cumsum(edge_lengths_m(starts, stops))])


def locate(line: BaseGeometry, point: BaseGeometry) -> tuple[float, float]:
    """Find the place on a line nearest to a point.

    Args:
        line: LineString or MultiLineString, lon/lat.
        point: A point, lon/lat.

    Returns:
        Its chainage and its distance from the point, both in metres.

    Raises:
        GeometryError: The line has no length, or the point is empty.

    >>> river = shapely.LineString([(112, 36), (112, 37)])
    >>> chainage_m, offset_m = locate(river, shapely.Point(112.001, 36.0))
    >>> round(chainage_m), round(offset_m)
    (0, 90)
    """
    return locate_on(chain(line), point)


def locate_on(edges: Chain, point: BaseGeometry) -> tuple[float, float]:
    """Do as `locate` for a line already taken apart.

    Raises:
        GeometryError: The point is empty or not finite.
    """
    here = shapely.get_coordinates(point)
    if len(here) != 1 or not np.isfinite(here).all():
        raise GeometryError("要定位的不是一个有效的点 — 请检查坐标")
    # Locally a degree of longitude is cos φ of one of latitude: right at the point itself, and the
    # nearest place is judged from there.
    scale = np.array([np.cos(np.radians(here[0, 1])), 1.0])
    ahead = (edges.stops - edges.starts) * scale
    toward = (here - edges.starts) * scale
    share = np.clip((ahead * toward).sum(axis=1) / (ahead * ahead).sum(axis=1), 0.0, 1.0)
    gaps = np.hypot(*(toward - share[:, None] * ahead).T)
    best = int(np.argmin(gaps))
    foot = edges.starts[best] + share[best] * (edges.stops[best] - edges.starts[best])
    chainage = edges.at_m[best] + share[best] * (edges.at_m[best + 1] - edges.at_m[best])
    return float(chainage), float(GEOD.inv(*here[0], *foot)[2])


def cut(line: BaseGeometry, from_m: float, to_m: float) -> BaseGeometry:
    """Cut out the piece of a line between two chainages, in the line's own direction.

    Args:
        line: LineString or MultiLineString, lon/lat.
        from_m: Chainage where it begins; below zero means the start.
        to_m: Chainage where it ends; beyond the line means its end.

    Returns:
        A LineString, or a MultiLineString when gaps of the line lie between.

    Raises:
        GeometryError: Nothing of the line lies between them.

    >>> river = shapely.LineString([(112, 36), (112, 37)])
    >>> [round(float(y), 4) for y in cut(river, 0, chain(river).length_m / 2).xy[1]]
    [36.0, 36.5]
    """
    return cut_chain(chain(line), from_m, to_m)


def cut_chain(edges: Chain, from_m: float, to_m: float) -> BaseGeometry:
    """Do as `cut` for a line already taken apart.

    Raises:
        GeometryError: Nothing of the line lies between them.
    """
    low, high = max(from_m, 0.0), min(to_m, edges.length_m)
    if not high - low > SAME_M:
        raise GeometryError(
            f"里程 {from_m:.1f} m 至 {to_m:.1f} m 之间没有线段 — 请检查起止点是否相同或颠倒"
        )
    first = int(np.searchsorted(edges.at_m, low, "right")) - 1
    last = int(np.searchsorted(edges.at_m, high, "left")) - 1
    starts, stops = edges.starts[first : last + 1].copy(), edges.stops[first : last + 1].copy()
    stops[-1] = edges.position(high) if high < edges.at_m[last + 1] else stops[-1]
    starts[0] = edges.position(low)
    breaks = np.flatnonzero((starts[1:] != stops[:-1]).any(axis=1)) + 1
    lines = [
        shapely.LineString(np.r_[begin[:1], end])
        for begin, end in zip(np.split(starts, breaks), np.split(stops, breaks), strict=True)
    ]
    return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)


def reach(
    line: BaseGeometry, from_point: BaseGeometry, to_point: BaseGeometry, *, snap_m: float = 2000.0
) -> BaseGeometry:
    """Cut out the reach between two places beside a line, in the line's own direction.

    The order of the two places does not matter: a reach of a river always runs downstream.

    Args:
        line: LineString or MultiLineString, lon/lat.
        from_point: One end, taken to the nearest place of the line.
        to_point: The other.
        snap_m: How far beside the line a place may lie, in metres.

    Raises:
        GeometryError: A place lies farther off, or both come to the same place.

    >>> river = shapely.LineString([(112, 36), (112, 37)])
    >>> ends = shapely.Point(112.001, 36.8), shapely.Point(112.001, 36.2)
    >>> [round(float(y), 3) for y in reach(river, *ends).xy[1]]
    [36.2, 36.8]
    """
    edges = chain(line)
    places = []
    for name, point in (("起点", from_point), ("止点", to_point)):
        chainage, offset = locate_on(edges, point)
        if offset > snap_m:
            raise GeometryError(
                f"河段{name}离线 {offset:.0f} m，超过允许的 {snap_m:.0f} m — 请检查地名位置或放宽限值"
            )
        places.append(chainage)
    return cut_chain(edges, min(places), max(places))


def inside_intervals(line: BaseGeometry, polygon: BaseGeometry) -> list[tuple[float, float]]:
    """Tell from where to where a line runs inside an area, border included.

    Args:
        line: LineString or MultiLineString, lon/lat.
        polygon: Polygon or MultiPolygon, lon/lat, valid.

    Returns:
        Entry and exit in metres of chainage, in order, without single points.

    Raises:
        GeometryError: The line has no length, or the area is broken.

    >>> road = shapely.LineString([(112, 36), (113, 36)])
    >>> zone = shapely.box(112.25, 35, 112.5, 37)
    >>> [(round(a), round(b)) for a, b in inside_intervals(road, zone)]
    [(22541, 45082)]
    >>> inside_intervals(road, shapely.box(0, 0, 1, 1))
    []
    """
    edges = chain(line)
    lines = shapely.linestrings(np.stack([edges.starts, edges.stops], axis=1))
    shapely.prepare(polygon)
    met = np.flatnonzero(shapely.intersects(polygon, lines))
    whole = shapely.covers(polygon, lines[met])
    shares = [(edge, 0.0, 1.0) for edge in met[whole].tolist()]
    for edge in met[~whole].tolist():
        shares += _shares(lines[edge], polygon, edge)
    spans = sorted(
        (
            edges.at_m[edge] + low * (edges.at_m[edge + 1] - edges.at_m[edge]),
            edges.at_m[edge] + high * (edges.at_m[edge + 1] - edges.at_m[edge]),
        )
        for edge, low, high in shares
    )
    return _joined(spans)


def inside_spans(line: BaseGeometry, area: BaseGeometry) -> list[tuple[float, float]]:
    """Do as `inside_intervals`, each part of a line for itself: none runs over a gap into the next.

    >>> road = shapely.MultiLineString([[(112, 36), (112.5, 36)], [(112.6, 36), (113, 36)]])
    >>> [(round(a), round(b)) for a, b in inside_spans(road, shapely.box(111, 35, 114, 37))]
    [(0, 45082), (45082, 81147)]
    """
    start, spans = 0.0, []
    for part in shapely.get_parts(line):
        if part.length > 0:  # GEOS takes parts of one and the same place
            spans += [(start + low, start + high) for low, high in inside_intervals(part, area)]
            start += chain(part).length_m
    return spans


def _shares(
    edge_line: BaseGeometry, polygon: BaseGeometry, edge: int
) -> list[tuple[int, float, float]]:
    """Find which shares of one straight edge lie inside a polygon."""
    try:
        pieces = shapely.get_parts(shapely.intersection(edge_line, polygon))
    except shapely.errors.GEOSException as error:
        raise GeometryError("区域几何无效，无法求线的进出里程 — 请先修复几何") from error
    start, stop = shapely.get_coordinates(edge_line)
    ahead = stop - start
    found = []
    for piece in pieces[shapely.length(pieces) > 0]:
        along = (shapely.get_coordinates(piece) - start) @ ahead / (ahead @ ahead)
        found.append((edge, float(max(along.min(), 0.0)), float(min(along.max(), 1.0))))
    return found


def _joined(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Join intervals that follow on one another."""
    joined: list[tuple[float, float]] = []
    for low, high in spans:
        if joined and low <= joined[-1][1] + SAME_M:
            joined[-1] = (joined[-1][0], max(joined[-1][1], float(high)))
        else:
            joined.append((float(low), float(high)))
    return [(low, high) for low, high in joined if high - low > SAME_M]
