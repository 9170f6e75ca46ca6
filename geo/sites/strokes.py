"""What a CAD entity draws, as points; and pieces of line joined to rings.

Arcs are replaced by chords whose rise is a millionth of the radius (an area 1.3e-6 too small for a full circle).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.errors import InputError
from geo.sites.drawing import AS_A_LINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from geo.sites.drawing import Floats

RISE: Final = 1e-6
"""Rise of a chord under its arc, as a share of the radius."""
MAX_SIZE: Final = 1e11
"""Coordinates beyond this (an easting in millimetres is below 5e10) are refused."""
GAP_M: Final = 1.0
GAP_SHARE: Final = 0.01
"""A polyline whose ends lie within both of these (metres, share of its length) is nearly closed."""
_SNAP: Final = 1e-3
_MOST_KNOTS: Final = 10_000
_MOST_DEGREE: Final = 10


@dataclass(frozen=True, eq=False)
class Stroke:
    """One shape of a drawing on its layer; a single point when it is a point."""

    layer: str
    points: Floats
    closed: bool = False

    @property
    def key(self) -> bytes:
        """Tell equal shapes whatever vertex or direction they start with."""
        points = np.unique(np.round(self.points, 3), axis=0)
        return bytes([self.closed]) + points.tobytes()

    def scaled(self, factor: float) -> Stroke:
        """Return the shape in another unit."""
        return self if factor == 1 else replace(self, points=self.points * factor)


def strokes_of(entity: Any, layer: str) -> Iterator[Stroke]:
    """Turn a CAD entity into strokes; meshes draw nothing.

    Raises:
        InputError: Coordinates or radii are absurd.
    """
    kind = entity.dxftype()
    if kind == "POINT":
        yield _stroke(layer, [entity.dxf.location])
    elif kind == "LINE":
        yield _stroke(layer, [entity.dxf.start, entity.dxf.end])
    elif kind in ("LWPOLYLINE", "POLYLINE"):
        yield from _polyline(entity, layer)
    elif kind in ("ARC", "CIRCLE"):
        radius = _sane(abs(entity.dxf.radius))
        yield _stroke(layer, entity.flattening(max(radius * RISE, 1e-9)), closed=kind == "CIRCLE")
    elif kind == "ELLIPSE":
        size = _sane(entity.dxf.major_axis.magnitude)
        around = math.isclose(abs(entity.dxf.end_param - entity.dxf.start_param), math.tau)
        yield _stroke(layer, entity.flattening(max(size * RISE, 1e-9)), closed=around)
    elif kind == "SPLINE":
        yield _spline(entity, layer)
    elif kind == "HATCH":
        yield from _hatch(entity, layer)


def _sane(size: float) -> float:
    if not 0 <= size <= MAX_SIZE:
        raise InputError("图形尺寸超出合理范围")
    return float(size)


def _stroke(layer: str, points: Iterable[Any], *, closed: bool = False) -> Stroke:
    """Keep x and y of points; closed shapes do not repeat the first."""
    table = np.array([(p[0], p[1]) for p in points], dtype=float).reshape(-1, 2)
    if not (np.isfinite(table).all() and np.abs(table).max(initial=0) <= MAX_SIZE):
        raise InputError("图形坐标超出合理范围")
    return Stroke(layer, table, closed)


def _polyline(entity: Any, layer: str) -> Iterator[Stroke]:
    """Unfold a polyline with its bulges; a mirrored one bulges the other way."""
    if entity.dxftype() == "POLYLINE":
        if entity.is_poly_face_mesh or entity.is_polygon_mesh:
            return
        bulges = [
            0.0 if entity.is_3d_polyline else float(v.dxf.get("bulge", 0)) for v in entity.vertices
        ]
        corners = list(entity.points_in_wcs())
    else:
        bulges = [float(point[0]) for point in entity.get_points("b")]
        corners = list(entity.vertices_in_wcs())
    sign = -1.0 if entity.dxf.get("extrusion", (0, 0, 1))[2] < 0 else 1.0
    table = _stroke(layer, corners).points
    points = unbulged(table, [sign * bulge for bulge in bulges], closed=bool(entity.is_closed))
    yield Stroke(layer, points, bool(entity.is_closed))


def unbulged(points: Floats, bulges: Sequence[float], *, closed: bool) -> Floats:
    """Replace the arcs of a polyline by chords.

    Args:
        points: Vertices.
        bulges: Tangent of a quarter of each arc's angle, positive for arcs run anticlockwise.
        closed: Whether an edge leads from the last vertex to the first.

    >>> half = unbulged(np.array([[0.0, 0.0], [2.0, 0.0]]), [1.0, 0.0], closed=False)
    >>> half.min(axis=0).round(6).tolist(), half.max(axis=0).round(6).tolist()
    ([0.0, -0.999999], [2.0, 0.0])
    """
    out = []
    count = len(points)
    for at in range(count):
        out.append(points[at : at + 1])
        if bulges[at] and (closed or at + 1 < count):
            out.append(_arc(points[at], points[(at + 1) % count], bulges[at]))
    return np.concatenate(out) if out else points


def _arc(start: Floats, end: Floats, bulge: float) -> Floats:
    """Give the points strictly between the ends of an arc."""
    chord = end - start
    if not (math.isfinite(bulge) and np.any(chord)):
        return np.empty((0, 2))
    angle = 4 * math.atan(bulge)
    # A chord of angle a rises radius·(1 − cos(a/2)).
    steps = max(math.ceil(abs(angle) / (2 * math.acos(1 - RISE))), 1)
    normal = np.array([-chord[1], chord[0]])
    centre = (start + end) / 2 + normal * (1 - bulge * bulge) / (4 * bulge)
    turns = angle * np.arange(1, steps) / steps
    spoke = start - centre
    cos, sin = np.cos(turns), np.sin(turns)
    return np.asarray(
        centre + np.column_stack([spoke[0] * cos - spoke[1] * sin, spoke[0] * sin + spoke[1] * cos])
    )


def _spline(entity: Any, layer: str) -> Stroke:
    """Flatten a spline by its own subdivision, bounded by its size."""
    control = _stroke(layer, [*entity.control_points, *entity.fit_points]).points
    if (
        len(control) > _MOST_KNOTS
        or len(entity.knots) > 2 * _MOST_KNOTS
        or entity.dxf.get("degree", 3) > _MOST_DEGREE
    ):
        raise InputError("样条曲线过于复杂")
    size = float(np.ptp(control, axis=0).max()) if len(control) else 0.0
    return _stroke(layer, entity.flattening(max(size * RISE, 1e-9)), closed=bool(entity.closed))


def _hatch(entity: Any, layer: str) -> Iterator[Stroke]:
    """Take the outlines of a hatch; its pattern is decoration."""
    for path in entity.paths.paths:
        if hasattr(path, "vertices"):
            corners = np.array([(v[0], v[1]) for v in path.vertices], dtype=float).reshape(-1, 2)
            bulges = [float(v[2]) if len(v) > 2 else 0.0 for v in path.vertices]  # noqa: PLR2004
            yield _stroke(layer, unbulged(corners, bulges, closed=True), closed=True)
        else:
            yield from _edges(path, layer)


def _edges(path: Any, layer: str) -> Iterator[Stroke]:
    """Chain the lines and arcs of a hatch boundary, which follow one another."""
    points: list[Any] = []
    for edge in path.edges:
        kind = type(edge).__name__
        if kind == "LineEdge":
            points += [edge.start, edge.end]
        elif kind in ("ArcEdge", "EllipseEdge"):
            tool = edge.construction_tool()
            size = _sane(edge.radius if kind == "ArcEdge" else edge.major_axis.magnitude)
            piece = list(tool.flattening(max(size * RISE, 1e-9)))
            points += piece if edge.ccw else piece[::-1]
        else:
            points += [*edge.control_points]
    if points:
        yield _stroke(layer, points, closed=True)


def joined(strokes: Sequence[Stroke]) -> Iterator[tuple[Stroke, tuple[str, ...]]]:
    """Join open strokes end to end, close the nearly closed, and say what was done.

    >>> open_square = Stroke("0", np.array([[0, 0], [90, 0], [90, 90], [0, 90], [0, 0.5]]))
    >>> [(stroke.closed, words) for stroke, words in joined([open_square])]
    [(True, ('多段线首尾相距 0.500 m，已闭合',))]
    """
    yield from ((stroke, ()) for stroke in strokes if stroke.closed)
    loose = [stroke for stroke in strokes if not stroke.closed]
    if not loose:
        return
    ends = _meeting([stroke.points for stroke in loose])
    merged = shapely.line_merge(shapely.multilinestrings([shapely.linestrings(p) for p in ends]))
    parts = shapely.get_parts(merged)
    note: tuple[str, ...] = ()
    if len(parts) < len(loose):
        note = (f"{len(loose)} 段线首尾相接，已连成 {len(parts)} 条",)
    for line in parts:
        stroke, words = _closing(Stroke(loose[0].layer, shapely.get_coordinates(line)))
        yield stroke, (*note, *words)


def _meeting(lines: Sequence[Floats]) -> list[Floats]:
    """Give ends that lie within a millimetre of each other the same coordinates: those met first."""
    seen: dict[tuple[int, int], Floats] = {}

    def first(end: Floats) -> Floats:
        x, y = (round(float(v) / _SNAP) for v in end)
        cells = ((x + i, y + j) for i in (0, -1, 1) for j in (0, -1, 1))
        found = next((seen[cell] for cell in cells if cell in seen), None)
        return seen.setdefault((x, y), end) if found is None else found

    return [np.vstack([first(p[0]), p[1:-1], first(p[-1])]) for p in lines]


def _closing(stroke: Stroke) -> tuple[Stroke, tuple[str, ...]]:
    """Close a line whose ends meet or nearly meet."""
    points = stroke.points
    gap = float(np.hypot(*(points[-1] - points[0])))
    length = float(np.hypot(*np.diff(points, axis=0).T).sum())
    if len(points) > 3 and gap == 0:  # noqa: PLR2004 (a triangle and its closing point)
        return replace(stroke, points=points[:-1], closed=True), ()
    if len(points) > 2 and gap <= min(GAP_M, GAP_SHARE * length):  # noqa: PLR2004
        return replace(stroke, closed=True), (f"多段线首尾相距 {gap:.3f} m，已闭合",)
    if len(points) > 2 and gap < length / 2:  # noqa: PLR2004
        return stroke, (
            f"多段线未闭合（首尾相距 {gap:.1f} m），{AS_A_LINE}；若为用地范围，请在 CAD 中闭合",
        )
    return stroke, ()
