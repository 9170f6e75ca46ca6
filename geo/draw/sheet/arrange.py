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
from geo.draw.sheet.furniture import closed_frames, grid_of
from geo.draw.sheet.pen import symbol_boxes
from geo.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
        placement = _placed(scene, layers)
        unnamed = tuple(
            Numbered(p.number, p.request.text.replace("\n", " "))
            for p in sorted(placement.placed, key=lambda p: p.number) if p.number
        )  # fmt: skip
        fitted = relaid(scene, unnamed, last=attempt == _TRIES)
        if fitted.window == scene.window:
            layout = spread(fitted.layout, fitted.base.panes, fitted.fonts)
            return Arranged(
                replace(fitted, layout=layout), layers, placement, grid_of(fitted), moved
            )
        scene = fitted
    raise UsageError(f"地图 {scene.id} 的图例和编号表放不下 — 请换更大的纸或减少标注")


def _cut(scene: Scene, lonlat: NDArray[np.object_]) -> NDArray[np.object_]:
    frame = scene.layout.map.inner(-_OUTSIDE)
    page = scene.to_mm(np.asarray(scene.plane.geometry(lonlat), dtype=object))
    return np.asarray(
        shapely.intersection(page, shapely.box(frame.x, frame.y, frame.right, frame.top))
    )


def _placed(scene: Scene, layers: tuple[OnPage, ...]) -> Placement:
    ground = Ground(scene.layout.map)
    ground.add([shapely.boundary(scene.to_mm(scene.base.territory))], 1.6)
    ground.add([scene.to_mm(lines) for lines in scene.around.borders.values()], 0.5)
    symbols = [np.empty((0, 4))]
    for item in layers:
        ground.add(item.geometry, 1.0)
        symbols += _symbols(item)
    closed = [(f.x, f.y, f.right, f.top) for f in closed_frames(scene)]
    boxes = np.vstack(symbols)
    wanted = [clear_of_symbols(r, boxes) for r in requests_of(scene, layers)]
    return place(
        wanted, scene.fonts, frame=scene.layout.map, ground=ground,
        symbols=boxes, closed=np.array(closed).reshape(-1, 4),
        first_number=len(scene.listed) + 1,
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
