"""Where the labels of a sheet crowd, and whether an enlargement would find room for that part."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from geo.draw.sheet.detail import detail_of
from geo.draw.window import lonlat_bounds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.draw.label.placer import Placed
    from geo.draw.sheet.arrange import Arranged

#: Side of the square that is looked at, millimetres on the sheet.
_SIDE_MM: Final = 24.0
#: So many labels of one square away from their places are a crowd.
CROWD: Final = 5


def crowd(arranged: Arranged) -> tuple[int, tuple[float, ...]] | None:
    """Find the part of a sheet where most labels stand at leaders' ends or gave way to numbers.

    Args:
        arranged: A sheet without an enlargement.

    Returns:
        How many labels, and the part's bounds in degrees; None where nothing crowds, or where an enlargement of it
        would have no room.
    """
    at = np.array([_place(p) for p in arranged.placement.placed if _displaced(p)]).reshape(-1, 2)
    if len(at) < CROWD:
        return None
    near = np.abs(at[:, None, :] - at[None, :, :]).max(axis=2) <= _SIDE_MM / 2
    most = int(near.sum(axis=1).argmax())
    count = int(near[most].sum())
    if count < CROWD:
        return None
    scene = arranged.scene
    frame, per_mm = scene.layout.map, scene.denominator / 1000.0
    x, y = _middle(at[near[most]])
    west = scene.window[0] + (x - _SIDE_MM / 2 - frame.x) * per_mm
    south = scene.window[1] + (y - _SIDE_MM / 2 - frame.y) * per_mm
    box = (west, south, west + _SIDE_MM * per_mm, south + _SIDE_MM * per_mm)
    asked = replace(scene, enlarged=(shapely.box(*box), "局部放大"))
    if detail_of(asked, arranged.layers) is None:
        return None
    return count, tuple(round(v, 2) for v in lonlat_bounds(scene.plane, box))


def _displaced(placed: Placed) -> bool:
    return placed.number > 0 or placed.forced or placed.candidate.leader is not None


def _place(placed: Placed) -> tuple[float, float]:
    """Return where a label's feature is on the sheet."""
    if placed.candidate.leader is not None:
        return placed.candidate.leader[0]
    point = shapely.point_on_surface(placed.request.geometry)
    return (point.x, point.y)


def _middle(points: NDArray[np.float64]) -> tuple[float, float]:
    x, y = (points.min(axis=0) + points.max(axis=0)) / 2
    return float(x), float(y)
