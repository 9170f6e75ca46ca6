"""Graticule and kilometre grid, with their labels on the frame."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.draw.plane import Plane

Window = tuple[float, float, float, float]
Edge = Literal["bottom", "top", "left", "right"]
#: Steps of a graticule, minutes of arc.
_MINUTES: Final = (0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 300)
_KILOMETRES: Final = (0.5, 1, 2, 5, 10, 20, 50, 100, 200)
#: How far apart grid lines may stand at least, share of the frame's longer side.
_APART: Final = 0.17


@dataclass(frozen=True)
class Tick:
    """A grid line's end on the frame, metres in the plane, with its label."""

    edge: Edge
    x: float
    y: float
    text: str


@dataclass(frozen=True, eq=False)
class Grid:
    """Grid lines in the plane, metres, and their labels."""

    lines: NDArray[np.object_]
    ticks: tuple[Tick, ...]


def degrees_text(value: float, letter: str) -> str:
    """Write an angle in degrees and minutes, seconds where they are needed.

    >>> degrees_text(112.75, "E"), degrees_text(36.0 + 0.5 / 60, "N")
    ('112°45′E', '36°00′30″N')
    """
    seconds = round(value * 3600)
    degrees, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    tail = f"{left:02d}″" if left else ""
    return f"{degrees}°{minutes:02d}′{tail}{letter}"


def graticule(plane: Plane, window: Window) -> Grid:
    """Return meridians and parallels as true curves of the plane."""
    west, south, east, north = _degrees(plane, window)
    step = _step(east - west, north - south, tuple(m / 60.0 for m in _MINUTES))
    lines, ticks = [], []
    frame = shapely.box(*window)
    for lon in _multiples(west, east, step):
        curve = _curve(plane, np.full(60, lon), np.linspace(south - step, north + step, 60))
        lines.append(shapely.intersection(curve, frame))
        ticks += _ends(curve, window, degrees_text(lon, "E"), ("bottom", "top"))
    for lat in _multiples(south, north, step):
        curve = _curve(plane, np.linspace(west - step, east + step, 60), np.full(60, lat))
        lines.append(shapely.intersection(curve, frame))
        ticks += _ends(curve, window, degrees_text(lat, "N"), ("left", "right"))
    return Grid(np.array(lines, dtype=object), tuple(ticks))


def kilometre_grid(window: Window) -> Grid:
    """Return lines of equal easting and northing, labelled in kilometres.

    >>> grid = kilometre_grid((500_500.0, 4_000_500.0, 510_500.0, 4_008_500.0))
    >>> [t.text for t in grid.ticks if t.edge == "bottom"]
    ['502', '504', '506', '508', '510']
    """
    west, south, east, north = window
    step = _step(east - west, north - south, tuple(k * 1000.0 for k in _KILOMETRES))
    lines, ticks = [], []
    for x in _multiples(west, east, step):
        lines.append(shapely.LineString([(x, south), (x, north)]))
        text = f"{x / 1000:g}"
        ticks += [Tick("bottom", x, south, text), Tick("top", x, north, text)]
    for y in _multiples(south, north, step):
        lines.append(shapely.LineString([(west, y), (east, y)]))
        text = f"{y / 1000:g}"
        ticks += [Tick("left", west, y, text), Tick("right", east, y, text)]
    return Grid(np.array(lines, dtype=object), tuple(ticks))


def _degrees(plane: Plane, window: Window) -> Window:
    """Return the degrees a window spans; its edges bulge, so they are sampled."""
    west, south, east, north = window
    xs, ys = np.linspace(west, east, 9), np.linspace(south, north, 9)
    edge_x = np.r_[xs, xs, np.full(9, west), np.full(9, east)]
    edge_y = np.r_[np.full(9, south), np.full(9, north), ys, ys]
    lon, lat = plane.inverse(edge_x, edge_y)
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def _step(wide: float, tall: float, ladder: tuple[float, ...]) -> float:
    """Return the finest step whose lines stand far enough apart, with two lines at least each way."""
    apart = next((s for s in ladder if s >= max(wide, tall) * _APART), ladder[-1])
    two = max((s for s in ladder if 2.0 * s <= min(wide, tall)), default=ladder[0])
    return min(apart, two)


def _multiples(low: float, high: float, step: float) -> list[float]:
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [n * step for n in range(first, last + 1)]


def _curve(plane: Plane, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> shapely.LineString:
    return shapely.LineString(np.column_stack(plane.forward(lon, lat)))


def _ends(
    curve: shapely.LineString, window: Window, text: str, edges: tuple[Edge, Edge]
) -> list[Tick]:
    west, south, east, north = window
    sides: dict[Edge, shapely.LineString] = {
        "bottom": shapely.LineString([(west, south), (east, south)]),
        "top": shapely.LineString([(west, north), (east, north)]),
        "left": shapely.LineString([(west, south), (west, north)]),
        "right": shapely.LineString([(east, south), (east, north)]),
    }
    out = []
    for edge in edges:
        hit = shapely.intersection(curve, sides[edge])
        if not hit.is_empty and hit.geom_type == "Point":
            out.append(Tick(edge, hit.x, hit.y, text))
    return out
