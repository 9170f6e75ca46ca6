"""A scene arranged on its page: geometry in millimetres, labels in their places, list complete."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from geo.draw.label.ground import Ground
from geo.draw.label.offers import SPOT_MM, clear_of_symbols
from geo.draw.label.placer import Placement, place
from geo.draw.label.requests import OnPage, requests_of
from geo.draw.layers.drawn import Numbered
from geo.draw.layout.spare import spread
from geo.draw.scene import Scene, relaid
from geo.draw.sheet.apart import Moved, set_apart
from geo.draw.sheet.detail import Detail, beyond, detail_of, edges, within
from geo.draw.sheet.furniture import closed_frames, grid_of
from geo.draw.sheet.pen import symbol_boxes
from geo.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.draw.label.candidates import Request
    from geo.draw.layout.page import Frame
    from geo.draw.sheet.grid import Grid

#: Features are cut this far outside the map's frame, so that no edge shows, millimetres.
_OUTSIDE: Final = 6.0
_TRIES: Final = 3


@dataclass(frozen=True, eq=False)
class Arranged:
    """Everything a sheet draws, in its place."""

    scene: Scene
    layers: tuple[OnPage, ...]
    placement: Placement
    grid: Grid | None
    moved: tuple[Moved, ...] = ()
    detail: Enlargement | None = None


@dataclass(frozen=True, eq=False)
class Enlargement:
    """A part of a sheet shown larger, arranged."""

    place: Detail
    arranged: Arranged


@lru_cache(maxsize=2)
def arrange(scene: Scene) -> Arranged:
    """Place the labels, once for all formats of a sheet; names that found no room are numbered and added to the legend's list.

    The list may need more room than the layout has, then the page is laid out anew, and the labels
    placed anew.

    Raises:
        UsageError: Legend and list fit in no layout of the page.
    """
    for attempt in range(1, _TRIES + 1):
        layers, moved = set_apart(
            [OnPage(layer, _cut(scene, layer.geometry)) for layer in scene.layers]
        )
        larger = detail_of(scene, layers)
        placement = _placed(scene, layers, larger)
        first = len(scene.listed) + len(placement.numbered) + 1
        detail = _detail(larger, first) if larger is not None else None
        unnamed = (*_unnamed(placement), *(_unnamed(detail.arranged.placement) if detail else ()))
        fitted = relaid(scene, unnamed, last=attempt == _TRIES)
        if fitted.window == scene.window:
            layout = spread(fitted.layout, fitted.base.panes, fitted.fonts)
            return Arranged(
                replace(fitted, layout=layout), layers, placement, grid_of(fitted), moved, detail
            )
        scene = fitted
    raise UsageError(f"地图 {scene.id} 的图例和编号表放不下 — 请换更大的纸或减少标注")


def _cut(scene: Scene, lonlat: NDArray[np.object_]) -> NDArray[np.object_]:
    frame = scene.layout.map.inner(-_OUTSIDE)
    page = scene.to_mm(np.asarray(scene.plane.geometry(lonlat), dtype=object))
    return np.asarray(
        shapely.intersection(page, shapely.box(frame.x, frame.y, frame.right, frame.top))
    )


def _unnamed(placement: Placement) -> tuple[Numbered, ...]:
    """List the names for which a number stands."""
    return tuple(
        Numbered(p.number, p.request.text.replace("\n", " "))
        for p in sorted(placement.placed, key=lambda p: p.number) if p.number
    )  # fmt: skip


def _placed(scene: Scene, layers: tuple[OnPage, ...], larger: Detail | None) -> Placement:
    closed = closed_frames(scene)
    requests = requests_of(scene, layers)
    if larger is not None:
        closed += [larger.frame, *edges(larger.zone)]
        requests = beyond(requests, larger.zone)
    return _set(scene, layers, requests, closed, len(scene.listed) + 1)


def _detail(larger: Detail, first: int) -> Enlargement:
    """Arrange an enlargement as a sheet of its own without furniture."""
    scene = larger.scene
    layers, moved = set_apart(
        [OnPage(layer, _cut(scene, layer.geometry)) for layer in scene.layers]
    )
    requests = within(requests_of(scene, layers), scene.layout.map)
    placement = _set(scene, layers, requests, [], first)
    return Enlargement(larger, Arranged(scene, layers, placement, None, moved))


def _set(
    scene: Scene, layers: tuple[OnPage, ...], requests: list[Request], furniture: list[Frame],
    first: int,
) -> Placement:  # fmt: skip
    """Place labels on a map or an enlargement of it."""
    ground = Ground(scene.layout.map)
    ground.add([shapely.boundary(scene.to_mm(scene.base.territory))], 1.6)
    ground.add([scene.to_mm(lines) for lines in scene.around.borders.values()], 0.5)
    symbols = [np.empty((0, 4))]
    for item in layers:
        ground.add(item.geometry, 1.0)
        symbols += _symbols(item)
    closed = [(f.x, f.y, f.right, f.top) for f in furniture]
    boxes = np.vstack(symbols)
    wanted = [clear_of_symbols(r, boxes) for r in requests]
    return place(
        wanted, scene.fonts, frame=scene.layout.map, ground=ground,
        symbols=boxes, closed=np.array(closed).reshape(-1, 4), first_number=first,
    )  # fmt: skip


def _symbols(item: OnPage) -> list[NDArray[np.float64]]:
    """Boxes of a layer's point symbols; numbered tasks have only a spot."""
    found = []
    for at, of_class in enumerate(item.layer.classes):
        points = shapely.get_coordinates(item.of(at, 0))
        if item.layer.numbers:
            found.append(np.hstack([points - SPOT_MM, points + SPOT_MM]))
        else:
            found.append(symbol_boxes(points, of_class.ink))
    return found
