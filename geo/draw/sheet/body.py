"""The map itself: ground, layers in order, borders, points, and the labels over all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.draw.label.offers import SPOT_MM
from geo.draw.layout.lettering import MM_PER_POINT
from geo.draw.sheet.arrange import Arranged
from geo.draw.symbols.hatch import hatch_lines
from geo.draw.symbols.presets import BORDERS, CONTEXT, FAINT

if TYPE_CHECKING:
    from matplotlib.patches import Rectangle
    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.draw.label.placer import Placed
    from geo.draw.label.requests import OnPage
    from geo.draw.scene import Scene
    from geo.draw.sheet.pen import Pen
    from geo.draw.symbols.ink import Ink

_OUTSIDE: Final = "#f3f2ed"
_INSIDE: Final = "#fffefb"
#: How far the surroundings fade.
_VEIL: Final = 0.5
_HALO: Final = "#ffffff"
_LEADER: Final = "#4a4a4a"
#: The dot at the true place of a symbol that gave way to another, millimetres.
_TRUE_MM: Final = 0.5
TASK_LINE_PT: Final = 2.0
#: Task areas wider than this, square millimetres, are washed thinner by this factor.
_WIDE_MM2: Final = 900.0
_THIN: Final = 0.4


def draw_body(pen: Pen, arranged: Arranged) -> None:
    """Draw everything inside the map's frame except its furniture."""
    scene = arranged.scene
    clip = pen.clip(scene.layout.map)
    territory = scene.to_mm(scene.base.territory)
    frame = scene.layout.map
    whole = shapely.box(frame.x, frame.y, frame.right, frame.top)
    pen.areas(whole, fill=_OUTSIDE, clip=clip)
    pen.areas(territory, fill=_INSIDE, clip=clip)
    for picture in scene.backdrops:
        pen.image(picture.picture, frame, clip=clip)
    blocked = _under_labels(arranged)
    for item in arranged.layers:
        _areas(pen, item, blocked, clip)
        _lines(pen, item, clip)
    pen.areas(shapely.difference(whole, territory), fill=_OUTSIDE, opacity=_VEIL, clip=clip)
    _borders(pen, scene, territory, clip)
    if arranged.grid is not None:
        pen.lines(
            scene.to_mm(arranged.grid.lines),
            colour="#5b8db8",
            width_pt=0.25,
            opacity=0.5,
            clip=clip,
        )
    for place, beside in arranged.moved:
        pen.lines(shapely.LineString([place, beside]), colour=_LEADER, width_pt=0.4, clip=clip)
    for item in arranged.layers:
        _points(pen, item, clip)
    if arranged.moved:
        true = np.array([place for place, _ in arranged.moved])
        pen.dots(true, colour=_LEADER, size_mm=_TRUE_MM, clip=clip)
    for placed in arranged.placement.placed:
        _write(pen, placed)


def _under_labels(arranged: Arranged) -> Geometry:
    boxes = arranged.placement.boxes()
    return shapely.union_all(shapely.box(*boxes.T)) if len(boxes) else shapely.Polygon()


def _areas(pen: Pen, item: OnPage, blocked: Geometry, clip: Rectangle) -> None:
    for at, of_class in enumerate(item.layer.classes):
        ink, areas = of_class.ink, item.of(at, 2)
        if not len(areas):
            continue
        wide = _wide(areas, item)
        pen.areas(areas[~wide], fill=ink.fill, opacity=ink.opacity, clip=clip)
        pen.areas(areas[wide], fill=ink.fill, opacity=ink.opacity * _THIN, clip=clip)
        if ink.hatch:
            body = shapely.difference(shapely.union_all(areas), blocked)
            _hatch(pen, body, ink, clip)
        pen.lines(areas, colour=ink.edge, width_pt=ink.width, dash=ink.dash, clip=clip)


def _wide(areas: NDArray[Any], item: OnPage) -> NDArray[np.bool_]:
    """Pick the task areas so wide that a full wash would drown what lies under them."""
    if item.layer.kind != "tasks":
        return np.zeros(len(areas), dtype=bool)
    return np.asarray(shapely.area(areas) >= _WIDE_MM2)


def _hatch(pen: Pen, body: Geometry, ink: Ink, clip: Rectangle) -> None:
    strokes = hatch_lines(body, ink.hatch)
    if ink.hatch in (".", "o"):
        pen.dots(shapely.get_coordinates(strokes), colour=ink.edge, size_mm=0.5, clip=clip)
    else:
        pen.lines(strokes, colour=ink.edge, width_pt=0.4, opacity=0.85, clip=clip, cap="butt")


def _lines(pen: Pen, item: OnPage, clip: Rectangle) -> None:
    tasks = item.layer.kind == "tasks"
    for at, of_class in enumerate(item.layer.classes):
        ink, lines = of_class.ink, item.of(at, 1)
        if not len(lines):
            continue
        width = max(ink.width, TASK_LINE_PT) if tasks else ink.width
        opacity = 0.9 if tasks else ink.opacity
        if ink.casing_width:
            pen.lines(
                lines,
                colour=ink.casing,
                width_pt=width + 2 * ink.casing_width,
                opacity=0.75,
                clip=clip,
            )
        pen.lines(lines, colour=ink.edge, width_pt=width, dash=ink.dash, opacity=opacity, clip=clip)


def _borders(pen: Pen, scene: Scene, territory: Geometry, clip: Rectangle) -> None:
    """Draw the borders of the surroundings in grey by rank, then the territory's own with its band."""
    for level in ("county", "city", "province"):
        ink = BORDERS[level]
        lines = scene.to_mm(scene.around.borders[level])
        pen.lines(lines, colour=CONTEXT, width_pt=ink.width * FAINT, dash=ink.dash, clip=clip)
    own = BORDERS[scene.base.outline]
    inner = shapely.buffer(territory, -own.band * MM_PER_POINT)
    pen.areas(shapely.difference(territory, inner), fill=own.casing, opacity=0.5, clip=clip)
    pen.lines(territory, colour="#ffffff", width_pt=own.width * 1.2, opacity=0.9, clip=clip)
    pen.lines(territory, colour=own.edge, width_pt=own.width * 1.2, dash=own.dash, clip=clip)


def _points(pen: Pen, item: OnPage, clip: Rectangle) -> None:
    for at, of_class in enumerate(item.layer.classes):
        points = shapely.get_coordinates(item.of(at, 0))
        if not len(points):
            continue
        if item.layer.numbers:
            pen.dots(points, colour=of_class.ink.edge, size_mm=2 * SPOT_MM, clip=clip)
        else:
            pen.symbols(points, of_class.ink, clip=clip)


def _write(pen: Pen, placed: Placed) -> None:
    request, candidate = placed.request, placed.candidate
    if candidate.leader is not None:
        line = shapely.LineString(candidate.leader)
        pen.lines(line, colour=_HALO, width_pt=1.1, opacity=0.7)
        pen.lines(line, colour=_LEADER, width_pt=0.4)
    if request.badges:
        for piece, (number, colour) in zip(candidate.pieces, request.badges, strict=True):
            badge(
                pen,
                piece.x,
                piece.y,
                number,
                size_pt=candidate.size_pt,
                fill=colour,
                ink=request.colour,
            )
        return
    if len(candidate.pieces) > 1 and "".join(p.text for p in candidate.pieces) == request.text:
        pen.word(
            candidate.pieces, size_pt=candidate.size_pt, face=request.face, colour=request.colour,
            halo=request.halo, slanted=request.slanted,
        )  # fmt: skip
        return
    for piece in candidate.pieces:
        pen.text(
            piece.x, piece.y, piece.text, size_pt=candidate.size_pt, face=request.face,
            colour=request.colour, align="center", turn=piece.turn, halo=request.halo, slanted=request.slanted,
        )  # fmt: skip


def badge(
    pen: Pen, x: float, y: float, number: str, *, size_pt: float, fill: str, ink: str
) -> None:
    """Draw a number in a disc, wider for more figures."""
    em = size_pt * MM_PER_POINT
    half = 0.75 * em
    reach = max(len(number) * 0.31 * em - 0.31 * em, 0.0)
    shape = shapely.buffer(
        shapely.LineString([(x - reach, y), (x + reach + 1e-6, y)]), half, quad_segs=10
    )
    pen.areas(shape, fill=fill)
    pen.lines(shape, colour="#ffffff" if ink == "#ffffff" else "#555555", width_pt=0.45)
    pen.text(x, y, number, size_pt=size_pt, face="bold", colour=ink, align="center")
