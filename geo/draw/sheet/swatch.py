"""The legend and the locator drawn: small samples of what the map shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.draw.layout.lettering import MM_PER_POINT
from geo.draw.layout.page import Frame
from geo.draw.layout.spare import pane_frames
from geo.draw.symbols.hatch import hatch_lines
from geo.draw.symbols.ink import Ink

if TYPE_CHECKING:
    from geo.draw.layers.base import Pane
    from geo.draw.layout.legend import Row
    from geo.draw.scene import Scene
    from geo.draw.sheet.pen import Pen

_ABSENT: Final = Ink(fill="#ffffff", edge="#8a8a8a", width=0.5, dash=(1.6, 1.2))
CHOSEN: Final = "#c8553d"
#: The heading stands in the middle of a column up to this wide, else at its left, millimetres.
_CENTRED_MM: Final = 62.0


def draw_legend(pen: Pen, scene: Scene) -> None:
    """Draw every row of the fitted legend."""
    ground, legend = scene.layout.legend, scene.layout.fitted
    for row in legend.rows:
        x, top = ground.x + row.x, ground.top - row.y
        if row.entry.kind == "heading":
            centre = ground.x + min(legend.used[0], ground.w) / 2
            alone = legend.columns == 1 and ground.w <= _CENTRED_MM
            where = centre if alone else x + 1.9 * legend.size_pt * MM_PER_POINT
            pen.text(
                where,
                top - row.height * 0.42,
                row.entry.text,
                size_pt=legend.size_pt * 1.3,
                face="bold",
                align="center",
            )
        elif row.entry.kind == "group":
            _words(pen, row, x, top, legend.size_pt, face_bold=True)
        elif row.entry.kind == "item":
            _item(pen, row, x, top, legend.size_pt)
        else:
            _entry(pen, row, x, top, legend.size_pt, legend.swatch_mm)


def _words(
    pen: Pen, row: Row, x: float, top: float, size: float, *, face_bold: bool = False
) -> None:
    em = size * MM_PER_POINT
    leading = 1.3 if face_bold else 1.18
    first = (
        top - (0.25 + leading / 2) * em
        if face_bold
        else top - (row.height - (len(row.lines) - 1) * leading * em) / 2
    )
    colour = "#222222" if row.entry.kind != "absent" else "#707070"
    for at, line in enumerate(row.lines):
        pen.text(
            x,
            first - at * leading * em,
            line,
            size_pt=size,
            face="bold" if face_bold else "sans",
            colour=colour,
        )


def _item(pen: Pen, row: Row, x: float, top: float, size: float) -> None:
    em = size * 0.9 * MM_PER_POINT
    first = top - 0.61 * em
    colour = row.entry.ink.edge if row.entry.ink is not None else "#444444"
    pen.text(
        x + 1.6 * em,
        first,
        str(row.entry.number),
        size_pt=size * 0.9,
        face="bold",
        align="right",
        colour=colour,
    )
    for at, line in enumerate(row.lines):
        pen.text(
            x + 1.9 * size * MM_PER_POINT,
            first - at * 1.22 * em,
            line,
            size_pt=size * 0.9,
            colour="#222222",
        )


def _entry(pen: Pen, row: Row, x: float, top: float, size: float, wide: float) -> None:
    em = size * MM_PER_POINT
    middle = top - (row.height - (len(row.lines) - 1) * 1.18 * em) / 2
    sample(
        pen,
        row.entry.ink or _ABSENT,
        row.entry.shapes or ("area",),
        Frame(x, middle - 0.5 * em, wide, em),
    )
    _words(pen, row, x + wide + 0.7 * em, top, size)


def sample(pen: Pen, ink: Ink, shapes: tuple[str, ...], ground: Frame) -> None:
    """Draw a small sample of a symbol as an area, a line, a point, or all it occurs as."""
    middle = ground.y + ground.h / 2
    if "area" in shapes and ink.fill != "none":
        box = shapely.box(ground.x, ground.y, ground.right, ground.top)
        pen.areas(box, fill=ink.fill, opacity=ink.opacity)
        if ink.hatch:
            pen.lines(
                hatch_lines(box, ink.hatch, spacing_mm=1.1),
                colour=ink.edge,
                width_pt=0.45,
                cap="butt",
            )
        pen.lines(box, colour=ink.edge, width_pt=min(ink.width, 1.0), dash=ink.dash)
    elif {"line", "area"} & set(shapes):
        line = shapely.LineString([(ground.x, middle), (ground.right, middle)])
        if ink.band:
            strip = shapely.box(ground.x, middle - 0.9, ground.right, middle)
            pen.areas(strip, fill=ink.casing, opacity=0.55)
        pen.lines(
            line,
            colour=ink.edge,
            width_pt=max(ink.width, 0.6),
            dash=ink.dash,
            opacity=_line_opacity(ink),
            cap="butt",
        )
    if "badge" in shapes:
        pen.dots(
            np.array([(ground.x + ground.w / 2, middle)]), colour=ink.edge, size_mm=ground.h * 0.95
        )
    elif "point" in shapes:
        pen.symbols(np.array([(ground.x + ground.w / 2, middle)]), ink)


def _line_opacity(ink: Ink) -> float:
    return 1.0 if ink.fill != "none" else ink.opacity


def draw_inset(pen: Pen, scene: Scene) -> None:
    """Draw the locator: the city in its province, the county in its city."""
    ground, panes = scene.layout.inset, scene.base.panes
    if ground is None or not panes:
        return
    pen.box(ground, edge="#555555", width_pt=0.5, fill="#ffffff")
    frames = pane_frames(ground, panes, scene.layout.type_scale)
    for pane, frame in zip(panes, frames, strict=True):
        _pane(pen, scene, pane, frame)


def _pane(pen: Pen, scene: Scene, pane: Pane, ground: Frame) -> None:
    scale = scene.layout.type_scale
    room = Frame(ground.x + 1.5, ground.y + 4.2 * scale, ground.w - 3.0, ground.h - 5.6 * scale)
    west, south, east, north = pane.area.bounds
    squeeze = np.cos(np.radians((south + north) / 2))
    per = min(room.w / ((east - west) * squeeze), room.h / (north - south))
    centre = np.array([(west + east) / 2, (south + north) / 2])

    def move(geometry: Any) -> Any:
        shift = np.array([room.x + room.w / 2, room.y + room.h / 2])
        return shapely.transform(geometry, lambda xy: (xy - centre) * (per * squeeze, per) + shift)

    pen.areas(move(pane.area), fill="#efede6")
    pen.areas(move(pane.chosen), fill=CHOSEN, opacity=0.85)
    pen.lines(move(pane.parts), colour="#a9a9a9", width_pt=0.3)
    pen.lines(move(pane.area), colour="#4a4a4a", width_pt=0.6)
    pen.text(
        ground.x + ground.w / 2,
        ground.y + 2.2 * scale,
        pane.title,
        size_pt=6.2 * scale,
        align="center",
        colour="#333333",
    )
