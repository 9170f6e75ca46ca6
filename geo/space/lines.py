"""Lines as planners speak of them: a reach, a bank, a corridor, a river and its network.

The parts live in `geo.space.chainage` (metres along one line) and `geo.space.network` (rivers that flow
into one another) and can be had from here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np
import shapely

from geo.errors import GeometryError
from geo.space.chainage import chain, cut, inside_intervals, locate, reach
from geo.space.network import Network, Part
from geo.space.plane import local_plane
from geo.space.shapes import buffer_m

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Geometries: TypeAlias = BaseGeometry | NDArray[np.object_]

__all__ = [
    "Network",
    "Part",
    "Side",
    "corridor",
    "cut",
    "inside_intervals",
    "locate",
    "reach",
    "side_buffer",
]

Side = Literal["左岸", "右岸"]
_LONGEST_EDGE_DEG = 0.01


def corridor(lines: Geometries, distance_m: float) -> BaseGeometry:
    """Join the strips of a distance on both sides of lines into one area.

    Args:
        lines: A line or an array of them, lon/lat.
        distance_m: Metres to each side.

    Raises:
        GeometryError: The distance is not above zero, or a coordinate is not finite.

    >>> corridor([shapely.LineString([(112, 36), (112, 36.01)])], 100.0).geom_type
    'Polygon'
    """
    return shapely.union_all(np.atleast_1d(buffer_m(lines, distance_m)))


def side_buffer(line: BaseGeometry, distance_m: float, *, side: Side) -> BaseGeometry:
    """Give the strip along one bank of a river, looking downstream, ends cut square.

    What lies within the distance is given to the bank of the nearest place of the river, so in a
    tight bend the two strips never overlap.

    Args:
        line: LineString or MultiLineString digitised downstream, lon/lat, at most 3° wide.
        distance_m: Width of the strip in metres, above zero.
        side: 左岸 or 右岸.

    Raises:
        GeometryError: The line has no length or is too wide, the distance is not above zero, or the side
            is unknown.

    >>> eastward = shapely.LineString([(112.0, 36.0), (112.1, 36.0)])
    >>> side_buffer(eastward, 1000.0, side="左岸").centroid.y > 36.0
    True
    """
    if side not in get_args(Side):
        raise GeometryError(f"河岸「{side}」无法识别 — 请写左岸或右岸（面向下游）")
    if not distance_m > 0:
        raise GeometryError("缓冲距离应大于零（米） — 请检查距离")
    chain(line)
    plane = local_plane(line)
    flat = plane.forward(shapely.segmentize(shapely.force_2d(line), _LONGEST_EDGE_DEG))
    want = 1 if side == "左岸" else -1
    strips = [
        face
        for part in shapely.get_parts(flat)
        for face in _faces(part, distance_m)
        if _bank(part, face.representative_point()) == want
    ]
    return plane.inverse(shapely.union_all(strips))


def _faces(line: BaseGeometry, distance_m: float) -> list[BaseGeometry]:
    """Cut the square-ended strip around a line along the line itself."""
    strip = shapely.buffer(line, distance_m, cap_style="flat", quad_segs=32)
    points = shapely.get_coordinates(line)
    tails = []
    for tip, before in ((points[0], points[1]), (points[-1], points[-2])):
        ahead = (tip - before) / np.hypot(*(tip - before))
        tails.append(tip + ahead * distance_m * 0.01)
    longer = shapely.LineString([tails[0], *points, tails[1]])
    network = shapely.union_all([shapely.boundary(strip), longer])
    faces = shapely.get_parts(shapely.polygonize([network]))
    return [face for face in faces if strip.covers(face.representative_point())]


def _bank(line: BaseGeometry, point: BaseGeometry) -> int:
    """Tell on which side of a line a point lies: 1 left, −1 right of its direction."""
    at, step = shapely.line_locate_point(line, point), 0.01
    before, after = shapely.get_coordinates(
        shapely.line_interpolate_point(line, [max(at - step, 0.0), at + step])
    )
    ahead, toward = after - before, shapely.get_coordinates(point)[0] - before
    return 1 if ahead[0] * toward[1] - ahead[1] * toward[0] > 0 else -1
