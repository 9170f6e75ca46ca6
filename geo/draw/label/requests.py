"""Which labels a map wants, gathered from its layers, on the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.draw.label.candidates import BADGE_GAP, Kind, Request
from geo.draw.layout.lettering import MM_PER_POINT
from geo.draw.symbols.palette import contrast, mix
from geo.draw.symbols.presets import WATER_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.draw.layers.drawn import DrawnLayer
    from geo.draw.scene import Scene
    from geo.draw.symbols.ink import Ink

_TEXT: Final = "#1f1f1f"
#: A name on an area that it stands out from by less than this is white (WCAG 2.2, AA).
_READABLE: Final = 4.5
_NEIGHBOUR: Final = "#757575"
#: A neighbour is named when it shows at least this much, square millimetres.
_NEIGHBOUR_MM2: Final = 140.0
#: A feature is ours when at least this share of what shows lies in the territory. Others go
#: unnamed; waters are named where there is room.
_OURS: Final = 0.2
#: Rivers longer than this on the page are named once more, millimetres.
_REPEAT_MM: Final = 190.0
#: A river that leaves the map and shows no more than this is named only where there is room, millimetres.
_SCRAP_MM: Final = 15.0
#: A further part of a task's area has the number as well from this size on, square millimetres.
_REPEAT_MM2: Final = 12.0
#: Places of a task nearer to each other than this share a number, millimetres.
_APART_MM: Final = 8.0
_MOST_PLACES: Final = 12
_WATERS: Final = "水系"


@dataclass(frozen=True, eq=False)
class OnPage:
    """A layer with its geometry on the page, millimetres, cut a little outside the map's frame."""

    layer: DrawnLayer
    geometry: NDArray[Any]

    def of(self, class_at: int, dimension: int) -> NDArray[Any]:
        """Return the parts of a class that have a dimension (0 points, 1 lines, 2 areas)."""
        chosen = self.layer.class_of == class_at
        if dimension == 2:  # noqa: PLR2004
            chosen = chosen & self.layer.drawn_as_area()
        held = self.geometry[chosen]
        parts = shapely.get_parts(shapely.get_parts(held))
        return np.asarray(parts[shapely.get_dimensions(parts) == dimension])


def requests_of(scene: Scene, layers: tuple[OnPage, ...]) -> list[Request]:
    """List the labels of all layers and of the neighbours."""
    frame = scene.layout.map
    box = shapely.box(frame.x, frame.y, frame.right, frame.top)
    body = scene.to_mm(scene.base.territory)
    shapely.prepare(body)
    found = [r for item in layers for r in _of_layer(item, box, body, scene.layout.type_scale)]
    return [*_without_seats(found), *_neighbours(scene, box)]


def _of_layer(item: OnPage, box: Geometry, body: Geometry, scale: float) -> Iterator[Request]:
    seen = shapely.intersection(item.geometry, box)
    if item.layer.numbers:
        yield from _badges(item.layer, seen, scale)
    elif item.layer.label is not None:
        for text, geometry, class_at in _named(item.layer, seen):
            yield from _label(item.layer, text, geometry, class_at, body, box, scale)


def _badges(layer: DrawnLayer, seen: NDArray[Any], scale: float) -> Iterator[Request]:
    """Gather the numbers of tasks that have one and the same place.

    A task in several places has its number at each of them where there is room, at one for certain.
    """
    places: dict[bytes, list[int]] = {}
    shapes: dict[bytes, Geometry] = {}
    certain: set[bytes] = set()
    for at, geometry in enumerate(seen):
        for first, part in enumerate(_places(geometry)):
            key = shapely.to_wkb(shapely.normalize(part))
            places.setdefault(key, []).append(at)
            shapes.setdefault(key, part)
            if first == 0:
                certain.add(key)
    for key, rows in places.items():
        geometry = shapes[key]
        badges = tuple(
            (str(layer.numbers[r]), layer.classes[layer.class_of[r]].ink.edge) for r in rows
        )
        names = "；".join(layer.names[r] for r in rows)
        yield Request(
            names, _kind(geometry), geometry, 6.0 * scale, "bold", "#ffffff", priority=7,
            badges=badges, gap=BADGE_GAP, optional=key not in certain,
        )  # fmt: skip


def _places(geometry: Geometry) -> list[Geometry]:
    """List the places of a task that are worth a number, the largest first; none of what is not seen.

    Stretches of rivers are one place. Places near one that has its number are left without.
    """
    if geometry.is_empty:
        return []
    whole = _plain(geometry)
    every = shapely.get_parts(shapely.get_parts(geometry))
    sizes = shapely.get_dimensions(every)
    top = sizes.max()
    parts, lesser = every[sizes == top], every[sizes < top]
    kept: list[Geometry] = []
    if top == 1 or len(parts) == 1:
        kept = [whole]
    else:
        areas = shapely.area(parts)
        order = np.argsort(-areas, kind="stable")
        ordered = parts[order][areas[order] >= _REPEAT_MM2] if top == 2 else parts[order]  # noqa: PLR2004
        kept = _apart(ordered, []) or [whole]
    # Where an area and single points are one task's places, a point far from the area is one by itself.
    kept = _apart(lesser[np.argsort(-shapely.get_dimensions(lesser), kind="stable")], kept)
    return [whole if top else kept[0], *kept[1:_MOST_PLACES]]


def _apart(parts: NDArray[Any], kept: list[Geometry]) -> list[Geometry]:
    """Add the parts that lie away from all that are kept already."""
    kept = list(kept)
    for part in parts:
        if all(shapely.distance(part, k) >= _APART_MM for k in kept):
            kept.append(part)
    return kept


def _plain(geometry: Geometry) -> Geometry:
    """Keep the parts of the highest dimension; of several points the first."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    top = shapely.get_dimensions(parts).max()
    kept = parts[shapely.get_dimensions(parts) == top]
    return kept[0] if top == 0 or len(kept) == 1 else shapely.geometrycollections(kept)


def _kind(geometry: Geometry) -> Kind:
    names: tuple[Kind, ...] = ("point", "line", "area")
    return names[int(shapely.get_dimensions(geometry))]


def _named(layer: DrawnLayer, seen: NDArray[Any]) -> Iterator[tuple[str, Geometry, int]]:
    """Return text, visible geometry and class; the parts of a river of one name are one river."""
    rivers: dict[str, list[int]] = {}
    for at, (text, geometry) in enumerate(zip(layer.labels, seen, strict=True)):
        if not text or geometry.is_empty:
            continue
        if shapely.get_dimensions(geometry) == 1:
            rivers.setdefault(text, []).append(at)
        else:
            yield text, _plain(geometry), int(layer.class_of[at])
    for text, rows in rivers.items():
        yield text, shapely.line_merge(shapely.union_all(seen[rows])), int(layer.class_of[rows[0]])


def _label(
    layer: DrawnLayer, text: str, geometry: Geometry, class_at: int, body: Geometry, box: Geometry,
    scale: float,
) -> Iterator[Request]:  # fmt: skip
    label = layer.label
    assert label is not None  # noqa: S101 - told by the caller
    ours = _ours(geometry, body)
    if not ours and layer.group != _WATERS:
        return
    ink = layer.classes[class_at].ink
    kind = _kind(geometry)
    colour = label.colour or (WATER_TEXT if label.water else _TEXT)
    flat = text.replace("\n", "") if kind == "line" else text
    halo = "#ffffff"
    if kind == "area" and (ground := _dark_ground(ink, colour)):
        colour, halo = halo, ground
    for at, part in enumerate(_stretches(geometry) if kind == "line" else [geometry]):
        yield Request(
            flat, kind, part, label.size * scale, label.face, colour, slanted=label.water,
            halo=halo, priority=label.priority, gap=ink.size * MM_PER_POINT / 2,
            optional=at > 0 or not ours or (kind == "line" and _scrap(part, box)),
        )  # fmt: skip


def _scrap(line: Geometry, box: Geometry) -> bool:
    """Tell whether only the end of a river shows at the map's edge, which is not worth a number in the list."""
    cut = shapely.intersects(line, shapely.boundary(box))
    return bool(cut and shapely.length(line) < _SCRAP_MM)


def _dark_ground(ink: Ink, colour: str) -> str:
    """Return the colour of an area too dark for its name, empty for a light one."""
    if ink.fill == "none":
        return ""
    ground = mix("#ffffff", ink.fill, ink.opacity)
    return ground if contrast(colour, ground) < _READABLE < contrast("#ffffff", ground) else ""


def _ours(geometry: Geometry, body: Geometry) -> bool:
    """Tell whether a feature lies in the territory, at least in good part; a point always does."""
    if shapely.get_dimensions(geometry) == 0:
        return True
    size = shapely.area if shapely.get_dimensions(geometry) == 2 else shapely.length  # noqa: PLR2004
    return float(size(shapely.intersection(geometry, body))) >= _OURS * float(size(geometry))


def _stretches(line: Geometry) -> list[Geometry]:
    """Part a long river in two, the longer named for certain, the other if there is room."""
    parts = shapely.get_parts(line)
    longest = max(parts, key=shapely.length)
    if shapely.length(longest) < _REPEAT_MM:
        return [line]
    from_end = shapely.length(longest) / 2
    points = shapely.get_coordinates(shapely.segmentize(longest, 1.0))
    along = np.r_[0.0, np.hypot(*np.diff(points, axis=0).T).cumsum()]
    return [
        shapely.linestrings(points[along <= from_end]),
        shapely.linestrings(points[along > from_end]),
    ]


def _without_seats(found: list[Request]) -> list[Request]:
    """Leave an area unnamed when its seat of the same name is named inside it."""
    seats: dict[str, list[Request]] = {}
    for request in found:
        if request.kind == "point":
            seats.setdefault(request.text, []).append(request)
    return [
        r for r in found
        if r.kind != "area"
        or not any(shapely.intersects(r.geometry, s.geometry) for s in seats.get(r.text, ()))
    ]  # fmt: skip


def _neighbours(scene: Scene, box: Geometry) -> Iterator[Request]:
    scale = scene.layout.type_scale
    for neighbour in scene.around.neighbours:
        part = shapely.intersection(scene.to_mm(neighbour.plane), box)
        if shapely.area(part) >= _NEIGHBOUR_MM2 * scale:
            yield Request(
                neighbour.name, "area", _plain(part), 8.5 * scale, "sans", _NEIGHBOUR, priority=1, optional=True,
            )  # fmt: skip
