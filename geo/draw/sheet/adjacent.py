"""The neighbouring pages of an atlas, named on the map's frame where one would turn to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.draw.scene import Scene
    from geo.draw.sheet.grid import Grid
    from geo.draw.sheet.pen import Pen

Edge = Literal["bottom", "top", "left", "right"]
SIZE_PT: Final = 5.8
_INK: Final = "#7a1f5c"
#: From the frame line to the middle of the letters, as the coordinates stand, millimetres.
_AWAY: Final = 2.1
_GAP: Final = 1.2
#: Places tried along an edge, millimetres apart.
_STEP: Final = 1.5


@dataclass(frozen=True)
class Named:
    """One neighbour's name outside the frame: its middle along the edge, and half its length."""

    text: str
    edge: Edge
    at: float
    half: float


def names_on_frame(scene: Scene, grid: Grid | None) -> tuple[Named, ...]:
    """Place the neighbours' page numbers and names on the frame's edge nearest to each, without overlap.

    A neighbour that reaches the frame is named where it leaves the sheet; one that does not, where
    the line from the page's middle through it leaves the sheet. Coordinates keep their place; a
    name that finds no room beside them takes another edge its area reaches, and failing that is
    left to the index.

    Args:
        scene: A page of a series.
        grid: Its grid, whose labels are in the way.
    """
    frame = scene.layout.map
    taken = _ticks(scene, grid)
    out: list[Named] = []
    for number, name, area in scene.adjacent:
        text = f"邻幅{number} {name}"
        half = scene.fonts.width_mm(text, "sans", size_pt=SIZE_PT * scene.layout.type_scale) / 2
        shape = shapely.intersection(
            scene.to_mm(area), shapely.box(frame.x, frame.y, frame.right, frame.top)
        )
        found = next(_free(scene, shape, half, taken), None)
        if found is not None:
            edge, at = found
            taken[edge].append((at - half - _GAP, at + half + _GAP))
            out.append(Named(text, edge, at, half))
    return tuple(out)


def _ticks(scene: Scene, grid: Grid | None) -> dict[Edge, list[tuple[float, float]]]:
    """Return what the coordinates take up along each edge."""
    taken: dict[Edge, list[tuple[float, float]]] = {
        "bottom": [], "top": [], "left": [], "right": [],
    }  # fmt: skip
    for tick in grid.ticks if grid is not None else ():
        x, y = shapely.get_coordinates(scene.to_mm(shapely.Point(tick.x, tick.y)))[0]
        half = scene.fonts.width_mm(tick.text, "sans", size_pt=5.6 * scene.layout.type_scale) / 2
        middle = float(x if tick.edge in ("bottom", "top") else y)
        taken[tick.edge].append((middle - half - _GAP, middle + half + _GAP))
    return taken


def _free(
    scene: Scene, shape: shapely.Geometry, half: float, taken: dict[Edge, list[tuple[float, float]]]
) -> Iterator[tuple[Edge, float]]:
    """Offer free places for a name, the best first: where most of the area meets the frame."""
    frame = scene.layout.map
    sides: dict[Edge, shapely.Geometry] = {
        "bottom": shapely.LineString([(frame.x, frame.y), (frame.right, frame.y)]),
        "top": shapely.LineString([(frame.x, frame.top), (frame.right, frame.top)]),
        "left": shapely.LineString([(frame.x, frame.y), (frame.x, frame.top)]),
        "right": shapely.LineString([(frame.right, frame.y), (frame.right, frame.top)]),
    }
    if shape.is_empty:
        return
    thick = shapely.buffer(shape, 0.5)
    met = {edge: shapely.intersection(line, thick) for edge, line in sides.items()}
    near = {edge: line.distance(shape) for edge, line in sides.items()}
    for edge in sorted(sides, key=lambda e: (-round(met[e].length, 6), near[e])):
        flat = edge in ("bottom", "top")
        part = met[edge] if not met[edge].is_empty else shape
        west, south, east, north = part.bounds
        middle = (west + east) / 2 if flat else (south + north) / 2
        reach = max(east - west, 0.0) / 2 if flat else max(north - south, 0.0) / 2
        low, high = (frame.x, frame.right) if flat else (frame.y, frame.top)
        steps = range(int(max(reach, half) / _STEP) + 1)
        for shift in (s * _STEP * sign for s in steps for sign in (1, -1)):
            at = min(max(middle + shift, low + half), high - half)
            if all(at + half < a or at - half > b for a, b in taken[edge]):
                yield edge, at
        if met[edge].is_empty:
            return


def draw_adjacent(pen: Pen, scene: Scene, grid: Grid | None) -> None:
    """Write the neighbouring pages outside the frame."""
    frame, size = scene.layout.map, SIZE_PT * scene.layout.type_scale
    for named in names_on_frame(scene, grid):
        x, y, turn = {
            "bottom": (named.at, frame.y - _AWAY, 0.0),
            "top": (named.at, frame.top + _AWAY, 0.0),
            "left": (frame.x - _AWAY, named.at, 90.0),
            "right": (frame.right + _AWAY, named.at, -90.0),
        }[named.edge]
        pen.text(x, y, named.text, size_pt=size, colour=_INK, align="center", turn=turn)
