"""Hatching as real lines in millimetres, so that it can stop under labels and prints the same everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from shapely import affinity

if TYPE_CHECKING:
    from shapely import Geometry

#: Angles of the strokes of each pattern, degrees counter-clockwise from east.
_STROKES: Final = {
    "/": (45.0,), "\\": (-45.0,), "|": (90.0,), "-": (0.0,), "+": (0.0, 90.0), "x": (45.0, -45.0),
}  # fmt: skip
SPACING_MM: Final = 1.7


def hatch_lines(area: Geometry, pattern: str, *, spacing_mm: float = SPACING_MM) -> Geometry:
    """Return the strokes of a pattern inside an area on the page; dots for ``.`` and ``o``.

    Strokes lie on one grid for the whole page, so that neighbouring areas match.

    >>> lines = hatch_lines(shapely.box(0, 0, 10, 3), "-", spacing_mm=2)
    >>> [round(line.bounds[1], 6) for line in shapely.get_parts(lines)]
    [0.0, 2.0]
    >>> hatch_lines(shapely.Polygon(), "/").is_empty
    True
    """
    if area.is_empty:
        return shapely.MultiLineString()
    if pattern in (".", "o"):
        return _dots(area, spacing_mm)
    strokes = [_strokes(area, angle, spacing_mm) for angle in _STROKES[pattern]]
    return shapely.union_all(strokes)


def _strokes(area: Geometry, angle: float, spacing: float) -> Geometry:
    """Lay level lines over the area turned level, cut them, and turn them back."""
    level = affinity.rotate(area, -angle, origin=(0.0, 0.0))
    west, south, east, north = level.bounds
    first, last = int(np.ceil(south / spacing)), int(np.floor(north / spacing))
    ys = np.arange(first, last + 1) * spacing
    if not len(ys):
        return shapely.MultiLineString()
    ends = np.array([[(west - 1.0, y), (east + 1.0, y)] for y in ys])
    cut = shapely.intersection(shapely.multilinestrings(shapely.linestrings(ends)), level)
    return affinity.rotate(cut, angle, origin=(0.0, 0.0))


def _dots(area: Geometry, spacing: float) -> Geometry:
    west, south, east, north = area.bounds
    xs = np.arange(np.floor(west / spacing), np.ceil(east / spacing) + 1)
    ys = np.arange(np.floor(south / spacing), np.ceil(north / spacing) + 1)
    grid = np.array([((x + 0.5 * (y % 2)) * spacing, y * spacing) for x in xs for y in ys])
    shapely.prepare(area)
    return shapely.multipoints(grid[shapely.contains_xy(area, grid[:, 0], grid[:, 1])])
