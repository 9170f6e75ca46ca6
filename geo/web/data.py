"""The map's contents as data for its page: styles, features and facts, each text once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.draw.symbols.markers import OUTLINES, OVERLAYS
from geo.draw.symbols.presets import BORDERS, WATER_TEXT
from geo.web.backdrop import on_screen
from geo.web.shapes import anchor, encoded, lonlat
from geo.web.swatch import PX

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.draw.layers.drawn import DrawnLayer
    from geo.draw.scene import Scene
    from geo.draw.symbols.ink import Ink
    from geo.store.boundaries import Level
    from geo.web.overview import Overview

#: Width of a task's line, points, as on the sheet.
TASK_LINE_PT: Final = 2.0
_LEVELS: Final[tuple[Level, ...]] = ("county", "city", "province")
_CONTEXT: Final = "#909090"
#: Task areas wider than this on the sheet, square millimetres, are washed thinner by this factor.
_WIDE_MM2: Final = 900.0
_THIN: Final = 0.4
_SPOT_PT: Final = 5.0


class Words:
    """Every text of the page once; facts name it by its number."""

    def __init__(self) -> None:
        self._at: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Return the number of a text, a new one for a new text."""
        return self._at.setdefault(text, len(self._at))

    @property
    def texts(self) -> list[str]:
        """All texts, in the order of their numbers."""
        return list(self._at)


def payload(scene: Scene, shown: Overview) -> dict[str, Any]:
    """Return everything the page's scripts need, ready for JSON.

    Args:
        scene: The map.
        shown: Its layers as the page shows them.
    """
    words = Words()
    layers = [
        _layer(scene, layer, words, merged=at in shown.merged)
        for at, layer in enumerate(shown.layers)
    ]
    used = {c["point"]["marker"] for layer in layers for c in layer["classes"]}
    return {
        "view": _box(shapely.box(*lonlat(shapely.box(*scene.window), scene.plane).bounds)),
        "home": _box(scene.extent),
        "outlines": {name: _outline(OUTLINES[name]) for name in sorted(used)},
        "overlays": {name: _outline(OVERLAYS[name]) for name in sorted(used & set(OVERLAYS))},
        "base": _base(scene),
        "backdrops": [
            on_screen(b.picture, plane=scene.plane, window=scene.window) for b in scene.backdrops
        ],
        "layers": layers,
        "words": words.texts,
        "schematic": scene.schematic,
    }


def script_safe(data: dict[str, Any]) -> str:
    r"""Write JSON that cannot end the script element it stands in.

    >>> script_safe({"a": "</script>"})
    '{"a":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029\u0085\r\n":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _outline(points: Any) -> list[list[float]]:
    """Turn an outline to the screen, whose second axis runs down."""
    return [[round(float(x), 3) + 0.0, round(-float(y), 3) + 0.0] for x, y in points]


def _box(geometry: Geometry) -> list[list[float]]:
    west, south, east, north = (round(float(v), 6) for v in geometry.bounds)
    return [[south, west], [north, east]]


def _base(scene: Scene) -> dict[str, Any]:
    """The territory, the borders by rank, and the neighbours' names."""
    base, beyond, plane, window = scene.base, scene.around, scene.plane, shapely.box(*scene.window)
    near = shapely.buffer(window, shapely.length(window) / 8)
    borders = [
        {"s": line_style(BORDERS[level]) | {"color": _CONTEXT, "weight": round(BORDERS[level].width * PX * 0.7, 2)},
         "g": encoded(lonlat(shapely.intersection(beyond.borders[level], near), plane))}
        for level in _LEVELS
        if level in beyond.borders
    ]  # fmt: skip
    names = [
        {"n": neighbour.name, "at": anchor(lonlat(seen, plane))}
        for neighbour in beyond.neighbours
        if not (seen := shapely.intersection(neighbour.plane, window)).is_empty
    ]
    ink = BORDERS[base.outline]
    outline = line_style(ink) | {"band": round(ink.band * PX, 2), "bandColor": ink.casing}
    return {"g": encoded(base.lonlat), "s": outline, "borders": borders, "neighbours": names}


def _layer(scene: Scene, layer: DrawnLayer, words: Words, *, merged: bool) -> dict[str, Any]:
    label = layer.label
    written = {
        "size": round(label.size * PX, 1), "color": label.colour or (WATER_TEXT if label.water else "#222222"),
        "water": label.water, "priority": label.priority,
    } if label else None  # fmt: skip
    return {
        "title": layer.title, "group": layer.group, "label": written, "merged": merged,
        "classes": [class_style(c.ink, task=layer.kind == "tasks") | {"title": c.title} for c in layer.classes],
        "features": [
            _feature(layer, at, words) | wash
            for at, wash in enumerate(_washes(scene, layer))
        ],
    }  # fmt: skip


def _washes(scene: Scene, layer: DrawnLayer) -> list[dict[str, float]]:
    """Tell how strongly each feature's areas are filled, where it differs from its symbol: 0 is not at all."""
    strength = np.where(layer.drawn_as_area(), 1.0, 0.0)
    if layer.kind == "tasks":
        flat = np.asarray(scene.plane.geometry(layer.geometry), dtype=object)
        on_paper = shapely.area(flat) * (1000.0 / scene.denominator) ** 2
        strength = np.where(on_paper >= _WIDE_MM2, strength * _THIN, strength)
        strength = _shared(strength, flat, layer)
    return [{} if value == 1.0 else {"w": round(float(value), 4)} for value in strength]


def _shared(
    strength: NDArray[np.float64], flat: NDArray[Any], layer: DrawnLayer
) -> NDArray[np.float64]:
    """Thin the areas of tasks of one medium that lie on one another, so that together they are as dark as one.

    Where ``n`` areas of opacity ``a`` lie on one another the whole has 1 - (1 - a)**n.
    """
    areas = np.flatnonzero((shapely.get_dimensions(flat) == 2) & (strength > 0.0))  # noqa: PLR2004
    if not len(areas):
        return strength
    middles = shapely.point_on_surface(flat[areas])
    one, other = shapely.STRtree(flat[areas]).query(middles, predicate="within")
    same = layer.class_of[areas[one]] == layer.class_of[areas[other]]
    count = np.maximum(np.bincount(one[same], minlength=len(areas)), 1)
    opacity = np.array([layer.classes[c].ink.opacity for c in layer.class_of[areas]])
    out = strength.copy()
    wanted = np.clip(opacity * strength[areas], 0.0, 1.0)
    thin = (1.0 - (1.0 - wanted) ** (1.0 / count)) / np.where(opacity > 0.0, opacity, 1.0)
    out[areas] = np.where(count > 1, thin, strength[areas])
    return out


def _feature(layer: DrawnLayer, at: int, words: Words) -> dict[str, Any]:
    facts = [words.number(text) for pair in layer.facts[at].items() for text in pair]
    found: dict[str, Any] = {
        "c": int(layer.class_of[at]), "n": layer.names[at], "f": facts,
        "g": encoded(layer.geometry[at]), "at": anchor(layer.geometry[at]),
    }  # fmt: skip
    if layer.labels[at]:
        found["l"] = layer.labels[at]
    if layer.numbers:
        found["k"] = layer.numbers[at]
    return found


def class_style(ink: Ink, *, task: bool) -> dict[str, Any]:
    """Return a symbol as options of the page's paths: area, line and point, pixels."""
    return {
        "area": area_style(ink),
        "line": line_style(ink, TASK_LINE_PT if task else None, 1.0 if task else ink.opacity),
        "point": point_style(_spot(ink) if task else ink),
    }


def _spot(ink: Ink) -> Ink:
    """A numbered task is a dot beside its number, whose colour tells the medium."""
    return replace(ink, marker="circle", fill=ink.edge, edge="#ffffff", width=0.6, size=_SPOT_PT)


def area_style(ink: Ink) -> dict[str, Any]:
    """Fill, edge and hatch of an area."""
    return {
        "fill": ink.fill != "none" and ink.opacity > 0.0, "fillColor": ink.fill, "fillOpacity": ink.opacity,
        "hatch": ink.hatch, **_stroke(ink, ink.width),
    }  # fmt: skip


def line_style(ink: Ink, width_pt: float | None = None, opacity: float = 1.0) -> dict[str, Any]:
    """A line, with the wider one under it."""
    width = ink.width if width_pt is None else width_pt
    out = {"fill": False, **_stroke(ink, width), "opacity": opacity}
    if ink.casing_width:
        out |= {"casing": ink.casing, "casingWeight": round((width + 2 * ink.casing_width) * PX, 2)}
    return out


def point_style(ink: Ink) -> dict[str, Any]:
    """Return a point symbol: outline, size, colours of its two parts."""
    return {
        "marker": ink.marker, "size": round(ink.size * PX, 2), "fillColor": ink.fill, "color": ink.edge,
        "second": ink.second, "weight": round(ink.width * PX, 2),
    }  # fmt: skip


def _stroke(ink: Ink, width_pt: float) -> dict[str, Any]:
    return {
        "stroke": ink.edge != "none" and width_pt > 0.0, "color": ink.edge, "opacity": 1.0,
        "weight": round(width_pt * PX, 2), "dash": [round(n * PX, 2) for n in ink.dash],
    }  # fmt: skip


def letters(data: dict[str, Any]) -> Iterable[str]:
    """List every text that the page's scripts show, for its font."""
    yield from data["words"]
    yield from (neighbour["n"] for neighbour in data["base"]["neighbours"])
    for layer in data["layers"]:
        yield layer["title"]
        yield from (c["title"] for c in layer["classes"])
        yield from (
            feature[key] for feature in layer["features"] for key in ("n", "l") if key in feature
        )
