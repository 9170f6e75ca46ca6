"""Everything around the map: frame lines, titles, coordinates, arrow, bar, 图签, credits, notices."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from geo.draw.layout.lettering import MM_PER_POINT
from geo.draw.layout.page import Frame
from geo.draw.layout.scale import scale_bar, scale_text
from geo.draw.scene import Scene
from geo.draw.sheet.grid import Grid, graticule, kilometre_grid
from geo.spec.vocabulary import SCHEMATIC_NOTICE

if TYPE_CHECKING:
    from geo.draw.layout.lettering import Face
    from geo.draw.sheet.pen import Pen

INK: Final = "#1c1c1c"
RED: Final = "#c1121f"
GRID_INK: Final = "#5b8db8"
NOTICE_PT: Final = 9.5
ARROW_MM: Final = (11.0, 16.0)


def fitting(pen: Pen, text: str, face: Face, *, size_pt: float, width_mm: float) -> float:
    """Return the size at which a line fits a width, no larger than asked for."""
    wide = pen.fonts.width_mm(text, face, size_pt=size_pt)
    return size_pt if wide <= width_mm else size_pt * width_mm / wide


def draw_frames(pen: Pen, scene: Scene) -> None:
    """Draw the outer line and the map's double frame."""
    layout, small = scene.layout, scene.layout.size == "figure"
    if not small:
        pen.box(layout.neat, edge=INK, width_pt=1.5)
    pen.box(layout.map, edge=INK, width_pt=0.7)


def draw_titles(pen: Pen, scene: Scene) -> None:
    """Set the plan's title above the map's, the subtitle below, and 审图号 or its lack at the right."""
    layout, scale = scene.layout, scene.layout.type_scale
    band = layout.title
    middle = band.x + band.w / 2
    y = band.top - 2.2 * scale
    review = scene.review
    notice = pen.fonts.width_mm(review, "bold", size_pt=7.5 * scale) + 3.0
    told = notice_frame(scene)
    beside = told.w if told is not None and told.y > layout.map.top else 0.0
    room = band.w - 2.0 * (max(notice, beside) + 4.0)
    if scene.plan_title:
        y -= 2.3 * scale
        size = fitting(pen, scene.plan_title, "sans", size_pt=9.5 * scale, width_mm=room)
        pen.text(
            middle, y, scene.plan_title, size_pt=size, face="sans", colour="#333333", align="center"
        )
        y -= 2.3 * scale
    y -= 4.6 * scale
    size = fitting(pen, scene.title, "title", size_pt=19.0 * scale, width_mm=room)
    pen.text(middle, y, scene.title, size_pt=size, face="title", align="center")
    if scene.subtitle:
        y -= 6.6 * scale
        size = fitting(pen, scene.subtitle, "sans", size_pt=9.0 * scale, width_mm=room)
        pen.text(middle, y, scene.subtitle, size_pt=size, colour="#333333", align="center")
    if scene.approval:
        pen.text(
            layout.credits.right, band.top - 4.6 * scale, review, size_pt=7.5 * scale, align="right"
        )
    else:
        pen.text(layout.credits.right, band.top - 4.6 * scale, review, size_pt=7.5 * scale, face="bold",
                 colour=RED, align="right")  # fmt: skip


def grid_of(scene: Scene) -> Grid | None:
    """Return the grid that the map asks for."""
    if scene.grid == "none":
        return None
    return (
        kilometre_grid(scene.window)
        if scene.grid == "kilometre"
        else graticule(scene.plane, scene.window)
    )


def draw_grid_labels(pen: Pen, scene: Scene, grid: Grid) -> None:
    """Write the coordinates around the frame, with a tick at each."""
    scale, frame = scene.layout.type_scale, scene.layout.map
    size, away = 5.6 * scale, 2.1
    for tick in grid.ticks:
        x, y = shapely.get_coordinates(scene.to_mm(shapely.Point(tick.x, tick.y)))[0]
        dx, dy, turn = {
            "bottom": (0, -1, 0.0), "top": (0, 1, 0.0), "left": (-1, 0, 90.0), "right": (1, 0, -90.0),
        }[tick.edge]  # fmt: skip
        pen.lines(
            shapely.LineString([(x, y), (x + dx * 0.9, y + dy * 0.9)]), colour=INK, width_pt=0.5
        )
        half = pen.fonts.width_mm(tick.text, "sans", size_pt=size) / 2
        if dx == 0:
            x = min(max(x, frame.x + half), frame.right - half)
        else:
            y = min(max(y, frame.y + half), frame.top - half)
        pen.text(x + dx * away, y + dy * away, tick.text, size_pt=size, colour="#333333",
                 align="center", turn=turn)  # fmt: skip


def arrow_frame(scene: Scene) -> Frame:
    """Return the ground of the north arrow: upper right, or upper left where that hides less."""
    scale, frame = scene.layout.type_scale, scene.layout.map
    size = ARROW_MM[0] * scale, ARROW_MM[1] * scale
    corners = _corners(frame, *size)
    return min((corners[1], corners[0]), key=lambda c: _hidden(scene, c))


def _corners(frame: Frame, wide: float, tall: float) -> tuple[Frame, Frame, Frame, Frame]:
    """Return the places in the map's corners: upper left, upper right, lower left, lower right."""
    left, right = frame.x + 2.0, frame.right - wide - 2.0
    top, bottom = frame.top - tall - 2.0, frame.y + 2.0
    places = ((left, top), (right, top), (left, bottom), (right, bottom))
    a, b, c, d = (Frame(x, y, wide, tall) for x, y in places)
    return a, b, c, d


def _hidden(scene: Scene, ground: Frame) -> float:
    """Return how much of the territory a frame would hide, square millimetres."""
    box = shapely.box(ground.x, ground.y, ground.right, ground.top)
    return round(
        float(shapely.area(shapely.intersection(scene.to_mm(scene.base.territory), box))), 3
    )


def draw_arrow(pen: Pen, scene: Scene) -> None:
    """Point to true north: the sheet's up is grid north, off by the convergence."""
    ground, scale = arrow_frame(scene), scene.layout.type_scale
    x, y = ground.x + ground.w / 2, ground.y + ground.h * 0.4
    angle = math.radians(scene.convergence_deg)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    tall = 6.2 * scale
    west = np.array([(0.0, 1.0), (-0.42, -0.95), (0.0, -0.62)]) * tall @ turn.T + (x, y)
    east = np.array([(0.0, 1.0), (0.42, -0.95), (0.0, -0.62)]) * tall @ turn.T + (x, y)
    outline = shapely.Polygon([*west, east[1]])
    pen.lines(outline, colour="#ffffff", width_pt=2.4, opacity=0.8)
    pen.areas(shapely.Polygon(east), fill="#ffffff")
    pen.areas(shapely.Polygon(west), fill=INK)
    pen.lines(
        shapely.MultiPolygon([shapely.Polygon(west), shapely.Polygon(east)]),
        colour=INK,
        width_pt=0.6,
    )
    tip = np.array([0.0, tall + 2.0 * scale]) @ turn.T + (x, y)
    pen.text(
        float(tip[0]),
        float(tip[1]),
        "北",
        size_pt=9.0 * scale,
        face="bold",
        align="center",
        halo="#ffffff",
    )


def notice_frame(scene: Scene) -> Frame | None:
    """Return the ground of the schematic notice, ``None`` when nothing drawn is schematic.

    It stands in the corner of the map where it hides nothing of the territory; where every corner
    would, it stands in the band of the titles.
    """
    if not scene.schematic:
        return None
    scale, layout = scene.layout.type_scale, scene.layout
    wide = scene.fonts.width_mm(SCHEMATIC_NOTICE, "bold", size_pt=NOTICE_PT * scale) + 5.0 * scale
    tall = 6.6 * scale
    arrow = arrow_frame(scene)
    free = [c for c in _corners(layout.map, wide, tall) if not _meet(c, arrow)]
    best = min(free, key=lambda c: _hidden(scene, c))
    if _hidden(scene, best) > 0.0:
        return Frame(layout.credits.x, layout.title.top - 4.6 * scale - tall / 2, wide, tall)
    return best


def _meet(one: Frame, other: Frame) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.top and other.y < one.top


def closed_frames(scene: Scene) -> list[Frame]:
    """Return the parts of the map that furniture stands on."""
    found = [arrow_frame(scene), notice_frame(scene)]
    return [frame for frame in found if frame is not None and frame.y < scene.layout.map.top]


def draw_notice(pen: Pen, scene: Scene) -> None:
    """Say on the face of the sheet that schematic data decides nothing."""
    ground = notice_frame(scene)
    if ground is None:
        return
    scale = scene.layout.type_scale
    pen.box(ground, edge=RED, width_pt=0.9, fill="#ffffff")
    pen.text(ground.x + ground.w / 2, ground.y + ground.h / 2, SCHEMATIC_NOTICE, size_pt=NOTICE_PT * scale,
             face="bold", colour=RED, align="center")  # fmt: skip


def draw_scale(pen: Pen, scene: Scene) -> None:
    """Draw the bar, its kilometres, and the scale in figures."""
    ground, scale = scene.layout.scale, scene.layout.type_scale
    bar = scale_bar(scene.denominator, longest_mm=ground.w * 0.74)
    unit = "km" if bar.part_m >= 1000 or bar.part_m * bar.parts >= 1000 else "m"  # noqa: PLR2004
    x = ground.x + (ground.w - bar.length_mm) / 2 - 1.5 * scale
    y = ground.y + 1.6 * scale
    tall = 1.3 * scale
    for at in range(bar.parts):
        left = x + at * bar.part_mm
        pen.box(Frame(left, y, bar.part_mm, tall), edge=INK, width_pt=0.45,
                fill=INK if at % 2 == 0 else "#ffffff")  # fmt: skip
    for at in range(bar.parts + 1):
        value = at * bar.part_m / (1000.0 if unit == "km" else 1.0)
        last = f"{value:g} {unit}" if at == bar.parts else f"{value:g}"
        if at in (0, 1, 2, bar.parts):
            shift = (
                pen.fonts.width_mm(f" {unit}", "sans", size_pt=6.2 * scale) / 2
                if at == bar.parts
                else 0.0
            )
            pen.text(
                x + at * bar.part_mm + shift,
                y + tall + 1.7 * scale,
                last,
                size_pt=6.2 * scale,
                align="center",
            )
    pen.text(ground.x + ground.w / 2, ground.top - 1.9 * scale, f"比例尺　{scale_text(scene.denominator)}",
             size_pt=8.0 * scale, face="sans", align="center")  # fmt: skip


def draw_signs(pen: Pen, scene: Scene) -> None:
    """Draw the 图签: who made, checked and approved the map, and its date."""
    ground, scale = scene.layout.signs, scene.layout.type_scale
    if ground is None:
        return
    who, day = scene.signs, scene.as_at
    rows = (
        (("制图单位", scene.unit, 1.0),),
        (("制图", who.drawn_by, 0.5), ("校核", who.checked_by, 0.5)),
        (("审核", who.approved_by, 0.5), ("日期", f"{day.year}年{day.month}月{day.day}日", 0.5)),
    )
    tall = ground.h / len(rows)
    for at, row in enumerate(rows):
        x, y = ground.x, ground.top - (at + 1) * tall
        for name, value, share in row:
            wide = ground.w * share
            pen.box(Frame(x, y, wide, tall), edge=INK, width_pt=0.4)
            head = 13.0 * scale if share == 1.0 else 7.6 * scale
            pen.lines(
                shapely.LineString([(x + head, y), (x + head, y + tall)]), colour=INK, width_pt=0.4
            )
            pen.text(
                x + head / 2,
                y + tall / 2,
                name,
                size_pt=6.6 * scale,
                colour="#333333",
                align="center",
            )
            size = fitting(pen, value, "sans", size_pt=6.8 * scale, width_mm=wide - head - 1.0)
            pen.text(x + (head + wide) / 2, y + tall / 2, value, size_pt=size, align="center")
            x += wide


def draw_credits(pen: Pen, scene: Scene) -> None:
    """Set sources, coordinate system and notes at the foot; 审图号 at their end."""
    ground, scale = scene.layout.credits, scene.layout.type_scale
    size = 6.2 * scale
    leading = size * MM_PER_POINT * 1.3
    y = ground.top - leading * 0.75
    for paragraph in scene.credits:
        for line in pen.fonts.wrap(paragraph, "sans", size_pt=size, width_mm=ground.w):
            pen.text(ground.x, y, line, size_pt=size, colour="#333333")
            y -= leading
