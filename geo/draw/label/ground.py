"""How much ink lies where on a map: what a label would cover, from a grid of weights with running sums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from geo.draw.layout.page import Frame

_CELL: Final = 0.4
_FAR: Final = 1e9


class Ground:
    """How much ink lies where, millimetres of line per cell, summed so that boxes are cheap."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._weight = np.zeros((int(frame.h / _CELL) + 2, int(frame.w / _CELL) + 2))
        self._sums: NDArray[np.float64] | None = None

    def add(self, lines: Iterable[Any], weight: float) -> None:
        """Add lines (or the edges of areas) with a weight."""
        parts = shapely.get_parts(np.array(list(lines), dtype=object))
        rings = shapely.boundary(parts[shapely.get_dimensions(parts) == 2])  # noqa: PLR2004
        parts = np.concatenate([parts[shapely.get_dimensions(parts) == 1], rings])
        dense = shapely.get_coordinates(shapely.segmentize(parts, _CELL))
        columns = ((dense[:, 0] - self.frame.x) / _CELL).astype(int)
        rows = ((dense[:, 1] - self.frame.y) / _CELL).astype(int)
        inside = (rows >= 0) & (columns >= 0)
        inside &= (rows < self._weight.shape[0]) & (columns < self._weight.shape[1])
        np.add.at(self._weight, (rows[inside], columns[inside]), weight * _CELL)
        self._sums = None

    def under(self, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the weighted length of line under each box; NaN boxes have none."""
        if self._sums is None:
            padded = np.pad(self._weight, ((1, 0), (1, 0)))
            self._sums = padded.cumsum(axis=0).cumsum(axis=1)
        limit_x, limit_y = self._sums.shape[1] - 1, self._sums.shape[0] - 1
        known = np.nan_to_num(boxes, nan=-_FAR)
        x0, x1 = (
            np.clip(((known[..., i] - self.frame.x) / _CELL).astype(int), 0, limit_x)
            for i in (0, 2)
        )
        y0, y1 = (
            np.clip(((known[..., i] - self.frame.y) / _CELL).astype(int), 0, limit_y)
            for i in (1, 3)
        )
        s = self._sums
        return np.asarray(s[y1, x1] - s[y0, x1] - s[y1, x0] + s[y0, x0])
