"""An enlargement (局部放大图): a crowded part of a map once more in a corner of it, at a larger scale.

It stands where it hides nothing of what the map is about: not the territory, no feature but waters beyond
the border, no furniture. Names and numbers of what lies wholly in the part are set in the enlargement only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from geo.draw.layout.page import Frame
from geo.draw.layout.scale import LADDER, scale_text
from geo.draw.scene import Scene, backdrops_of
from geo.draw.sheet.furniture import INK, closed_frames

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shapely import Geometry

    from geo.draw.label.candidates import Request
    from geo.draw.label.requests import OnPage
    from geo.draw.sheet.pen import Pen

#: How much larger than the map it is at least and at most.
LEAST: Final = 1.5
_MOST: Final = 4.0
#: The strip of its title, and what is left free around it, millimetres.
_STRIP_MM: Final = 4.6
_AIR_MM: Final = 2.0
_STEP_MM: Final = 1.0
#: What it may not come nearer to than this, millimetres.
_CLEAR_MM: Final = 1.5
_TITLE_PT: Final = 6.8
_LINE_MM: Final = 0.4
_EDGE: Final = "#7a1f5c"
_WATERS: Final = "水系"
#: A part of a feature nearer to the edge than this goes on beyond it, millimetres.
_CUT_MM: Final = 1e-3


@dataclass(frozen=True, eq=False)
class Detail:
    """Where an enlargement stands.

    Attributes:
        scene: The map, with the enlargement's own window, scale and frame.
        zone: The part on the map that it shows.
        frame: Its ground with the strip of its title.
    """

    scene: Scene
    zone: Frame
    frame: Frame

    @property
    def title(self) -> str:
        """Its title with its scale."""
        assert self.scene.enlarged is not None  # noqa: S101 - see detail_of
        return f"{self.scene.enlarged[1]}　{scale_text(self.scene.denominator)}"


def detail_of(scene: Scene, layers: Sequence[OnPage]) -> Detail | None:
    """Find the largest scale at which a map's enlargement has room in a corner; None if it has none.

    Args:
        scene: A map with its layout.
        layers: What it shows, on the page.
    """
    if scene.enlarged is None:
        return None
    zone = _zone(scene, scene.enlarged[0])
    if zone.w <= 0.0 or zone.h <= 0.0:
        return None
    kept_off, waters = _ground(scene, layers, zone)
    strip = _STRIP_MM * scene.layout.type_scale
    for denominator in LADDER:
        times = scene.denominator / denominator
        if not LEAST - 1e-9 <= times <= _MOST + 1e-9:
            continue
        wide = max(zone.w * times, _words_mm(scene, denominator))
        frame = _free(scene, wide, zone.h * times + strip, kept_off, waters)
        if frame is not None:
            own = Frame(frame.x, frame.y, frame.w, frame.h - strip)
            return Detail(_enlarged(scene, zone, own, denominator), zone, frame)
    return None


def _zone(scene: Scene, box: Geometry) -> Frame:
    """Return the part on the page, as far as it is on the map."""
    west, south, east, north = scene.to_mm(box).bounds
    frame = scene.layout.map
    x, y = max(west, frame.x), max(south, frame.y)
    return Frame(x, y, min(east, frame.right) - x, min(north, frame.top) - y)


def _words_mm(scene: Scene, denominator: int) -> float:
    assert scene.enlarged is not None  # noqa: S101 - told by the caller
    text, size = (
        f"{scene.enlarged[1]}　{scale_text(denominator)}",
        _TITLE_PT * scene.layout.type_scale,
    )
    return scene.fonts.width_mm(text, "sans", size_pt=size) + 3.0


def _ground(scene: Scene, layers: Sequence[OnPage], zone: Frame) -> tuple[Geometry, Geometry]:
    """Return what an enlargement must not hide, and the waters it rather does not."""
    boxes = [_box(f) for f in (*closed_frames(scene), zone)]
    body = shapely.buffer(scene.to_mm(scene.base.territory), _CLEAR_MM)
    other = [g for item in layers if item.layer.group != _WATERS for g in item.geometry]
    waters = [g for item in layers if item.layer.group == _WATERS for g in item.geometry]
    near = shapely.buffer(np.array(other, dtype=object), 2 * _CLEAR_MM)
    kept_off = shapely.union_all([body, *boxes, *near])
    shapely.prepare(kept_off)
    return kept_off, shapely.union_all(waters)


def _box(frame: Frame) -> Geometry:
    return shapely.box(frame.x, frame.y, frame.right, frame.top)


def _free(
    scene: Scene, wide: float, tall: float, kept_off: Geometry, waters: Geometry
) -> Frame | None:
    """Return the free place along the map's edges that hides least water, a corner if there is one."""
    ground = scene.layout.map.inner(_AIR_MM)
    if wide > ground.w or tall > ground.h:
        return None
    best: tuple[tuple[float, float], Frame] | None = None
    for x, y in _along(ground, wide, tall):
        frame = Frame(x, y, wide, tall)
        box = _box(frame)
        if shapely.intersects(kept_off, box):
            continue
        corner = min(x - ground.x, ground.right - x - wide) + min(
            y - ground.y, ground.top - y - tall
        )
        rank = (
            round(float(shapely.length(shapely.intersection(waters, box))), 1),
            round(corner, 3),
        )
        best = (rank, frame) if best is None or rank < best[0] else best
    return best[1] if best else None


def _along(ground: Frame, wide: float, tall: float) -> Iterator[tuple[float, float]]:
    """Offer places along the edges of the map, corners among them."""
    xs = (*np.arange(ground.x, ground.right - wide, _STEP_MM).tolist(), ground.right - wide)
    ys = (*np.arange(ground.y, ground.top - tall, _STEP_MM).tolist(), ground.top - tall)
    yield from ((x, y) for x in xs for y in (ground.y, ground.top - tall))
    yield from ((x, y) for y in ys for x in (ground.x, ground.right - wide))


def _enlarged(scene: Scene, zone: Frame, own: Frame, denominator: int) -> Scene:
    """Return the map with another window in another frame, its middle the part's."""
    per_mm = scene.denominator / 1000.0
    west, south = scene.window[:2]
    x = west + (zone.x + zone.w / 2 - scene.layout.map.x) * per_mm
    y = south + (zone.y + zone.h / 2 - scene.layout.map.y) * per_mm
    half = own.w * denominator / 2000.0, own.h * denominator / 2000.0
    window = (x - half[0], y - half[1], x + half[0], y + half[1])
    larger = replace(
        scene, window=window, denominator=denominator, layout=replace(scene.layout, map=own)
    )
    return replace(larger, backdrops=backdrops_of(larger, window)[0])


def edges(zone: Frame) -> list[Frame]:
    """Return the line around a part on the map, which no label stands across."""
    t = _LINE_MM
    flat = [Frame(zone.x - t / 2, y - t / 2, zone.w + t, t) for y in (zone.y, zone.top)]
    return [*flat, *(Frame(x - t / 2, zone.y, t, zone.h) for x in (zone.x, zone.right))]


def beyond(requests: Sequence[Request], zone: Frame) -> list[Request]:
    """Leave out the labels of what lies wholly in a part that is shown larger."""
    box = _box(zone)
    return [r for r in requests if not shapely.covers(box, r.geometry)]


def within(requests: Sequence[Request], frame: Frame) -> list[Request]:
    """Set for certain what lies wholly in an enlargement; what goes on beyond it has its label on the map.

    Its name may stand here as well, but no number of an area: it would look like a place of its own.
    """
    inner = _box(frame.inner(_CUT_MM))
    out = []
    for request in requests:
        if shapely.covers(inner, request.geometry):
            out.append(request)
        elif not (request.badges and request.kind == "area"):
            out.append(replace(request, optional=True))
    return out


def draw_zone(pen: Pen, detail: Detail) -> None:
    """Draw a line around the part on the map."""
    pen.box(detail.zone, edge="#ffffff", width_pt=1.8)
    pen.box(detail.zone, edge=_EDGE, width_pt=0.8)


def draw_ground(pen: Pen, detail: Detail) -> None:
    """Clear an enlargement's ground on the map."""
    pen.box(detail.frame, edge="none", fill="#ffffff")


def draw_edge(pen: Pen, detail: Detail) -> None:
    """Draw an enlargement's frame and its title with its scale."""
    frame, own = detail.frame, detail.scene.layout.map
    strip = Frame(frame.x, own.top, frame.w, frame.top - own.top)
    pen.box(strip, edge=_EDGE, width_pt=0.4, fill="#ffffff")
    pen.box(frame, edge=_EDGE, width_pt=0.8)
    pen.text(
        strip.x + strip.w / 2, strip.y + strip.h / 2, detail.title,
        size_pt=_TITLE_PT * detail.scene.layout.type_scale, colour=INK, align="center",
    )  # fmt: skip
