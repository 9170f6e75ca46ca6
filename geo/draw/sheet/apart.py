"""Point symbols of different layers that would hide one another, set side by side.

A well beside a works beside a township's seat falls on one spot at 1:400 000. As on any map of that scale
one of them gives way (制图综合的移位); a dot at its true place and a fine line to it tell so.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from geo.draw.sheet.pen import symbol_boxes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo.draw.label.requests import OnPage

#: Symbols whose centres are nearer than this share of what they need side by side give way.
_HIDDEN: Final = 0.7
#: What is left free between two symbols that were set apart, millimetres.
_AIR: Final = 0.15
_WAYS: Final = 16
#: A section stays where its river is.
_FIXED: Final = "sections"

Moved = tuple[tuple[float, float], tuple[float, float]]


def set_apart(layers: Sequence[OnPage]) -> tuple[tuple[OnPage, ...], tuple[Moved, ...]]:
    """Move symbols off one another; task numbers, which have places of their own, stay.

    Of two the later in drawing order gives way, to the nearest place beside the other where it hides nothing; where
    there is none it stays. Sections never move.

    Args:
        layers: Layers on the page, millimetres.

    Returns:
        The layers, and the true place and the new one of each symbol that was moved.
    """
    own = [
        (at, row, xy, half) for at, item in enumerate(layers) for row, xy, half in _symbols(item)
    ]
    own.sort(key=lambda s: layers[s[0]].layer.id != _FIXED)
    taken = [(xy, half) for _, _, xy, half in own]
    new: dict[int, dict[int, tuple[float, float]]] = {}
    moved: list[Moved] = []
    for n, (at, row, xy, half) in enumerate(own):
        if layers[at].layer.id == _FIXED:
            continue
        others = [
            (o, h) for (a, _, _, _), (o, h) in zip(own[:n], taken[:n], strict=True) if a != at
        ]
        if all(_room(xy, half, o, h) >= _HIDDEN for o, h in others):
            continue
        free = [p for p in _beside(xy, half, others) if _clear(p, half, taken[:n] + taken[n + 1 :])]
        if free:
            best = min(free, key=lambda p: round(math.dist(p, xy), 6))
            taken[n] = (best, half)
            new.setdefault(at, {})[row] = best
            moved.append((xy, best))
    return tuple(_with(item, new.get(at, {})) for at, item in enumerate(layers)), tuple(moved)


def _symbols(item: OnPage) -> Iterator[tuple[int, tuple[float, float], float]]:
    """List a layer's single points: row, place, half the symbol's size."""
    if item.layer.numbers:
        return
    for row in np.flatnonzero(shapely.get_type_id(item.geometry) == 0):
        if not item.geometry[row].is_empty:
            ink = item.layer.classes[int(item.layer.class_of[row])].ink
            west, _, east, _ = symbol_boxes([(0.0, 0.0)], ink)[0]
            point = item.geometry[row]
            yield int(row), (point.x, point.y), float(east - west) / 2


def _room(xy: tuple[float, float], half: float, other: tuple[float, float], h: float) -> float:
    """Return the distance of two symbols as a share of what they need side by side."""
    return max(abs(xy[0] - other[0]), abs(xy[1] - other[1])) / (half + h)


def _clear(
    xy: tuple[float, float], half: float, taken: Sequence[tuple[tuple[float, float], float]]
) -> bool:
    return all(_room(xy, half, other, h) >= 1.0 for other, h in taken)


def _beside(
    xy: tuple[float, float], half: float, others: Sequence[tuple[tuple[float, float], float]]
) -> Iterator[tuple[float, float]]:
    """Offer places around those that a symbol hides, right of them first."""
    for (x, y), h in others:
        if _room(xy, half, (x, y), h) < 1.0:
            for n in range(_WAYS):
                angle = 2 * math.pi * n / _WAYS
                ux, uy = math.cos(angle), math.sin(angle)
                away = (half + h + _AIR) / max(abs(ux), abs(uy))
                yield x + ux * away, y + uy * away


def _with(item: OnPage, places: dict[int, tuple[float, float]]) -> OnPage:
    if not places:
        return item
    geometry = item.geometry.copy()
    for row, place in places.items():
        geometry[row] = shapely.Point(place)
    return replace(item, geometry=geometry)
