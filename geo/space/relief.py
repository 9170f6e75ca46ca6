"""What the heights of neighbouring cells say: slope, and the first ridge along a profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]


def slope_deg(heights_m: Floats, *, width_m: ArrayLike, height_m: ArrayLike) -> Floats:
    """Give the slope of the inner cells of a grid by Horn's eight neighbours, in degrees.

    The outermost rows and columns are only neighbours: the answer has two rows and two columns fewer.
    A cell with an unknown (NaN) neighbour, or unknown itself, has an unknown slope, never a flat one.

    Args:
        heights_m: Heights in metres, rows from north to south.
        width_m: Width of a cell in metres, one number or one per inner row.
        height_m: Height (north–south) of a cell in metres, likewise.

    Sources:
        Horn, B. K. P. (1981): Hill shading and the reflectance map. Proc. IEEE 69(1), 14–47.

    >>> east = np.tile(np.arange(4.0) * 10, (3, 1))  # rises 10 m per cell of 10 m
    >>> slope_deg(east, width_m=10, height_m=10).round(6).tolist()
    [[45.0, 45.0]]
    >>> east[0, 0] = np.nan
    >>> slope_deg(east, width_m=10, height_m=10).round(6).tolist()
    [[nan, 45.0]]
    """
    z = heights_m
    down = z[:-2] + 2 * z[1:-1] + z[2:]
    across = z[:, :-2] + 2 * z[:, 1:-1] + z[:, 2:]
    rise_x = (down[:, 2:] - down[:, :-2]) / (8 * _per_row(width_m))
    rise_y = (across[2:] - across[:-2]) / (8 * _per_row(height_m))
    steepness = np.degrees(np.arctan(np.hypot(rise_x, rise_y)))
    return np.where(np.isnan(z[1:-1, 1:-1]), np.nan, steepness)


def _per_row(size_m: ArrayLike) -> Floats:
    size = np.asarray(size_m, dtype=float)
    return size[:, None] if size.ndim else size


@dataclass(frozen=True, eq=False)
class Crests:
    """Where profiles meet their first ridge.

    Args:
        distance_m: Distance of the ridge from the start of each profile; NaN where there is none.
        unknown: Profiles that run into unknown ground before they meet a ridge.
    """

    distance_m: Floats
    unknown: Flags


def first_crest(heights_m: Floats, *, step_m: float, rise_m: float, fall_m: float) -> Crests:
    """Find the first ridge on each profile.

    A profile goes outwards and uphill or down. Its first ridge is the highest point that stands at
    least ``rise_m`` above the lowest ground met on the way there and is followed by a fall of at least
    ``fall_m`` before the profile climbs higher. A spur or a bump below these is passed over. A profile
    that still climbs at its end has no ridge.

    Args:
        heights_m: One profile per row, in metres; the first column is the start.
        step_m: Distance between neighbouring points in metres.
        rise_m: Least rise to a ridge, positive, in metres.
        fall_m: Least fall behind it, positive, in metres.

    >>> valley = np.array([[0.0, 50, 100, 50, 0], [0, 5, 0, 5, 0], [0, np.nan, 100, 50, 0]])
    >>> found = first_crest(valley, step_m=100, rise_m=30, fall_m=30)
    >>> found.distance_m.tolist(), found.unknown.tolist()
    ([200.0, nan, nan], [False, False, True])
    """
    lowest = heights_m[:, 0].copy()
    top, top_at = lowest.copy(), np.zeros(len(lowest), dtype=np.intp)
    found, lost = np.zeros(len(lowest), dtype=bool), np.isnan(lowest)
    for at in range(1, heights_m.shape[1]):
        here = heights_m[:, at]
        searching = ~(found | lost)
        lost |= searching & np.isnan(here)
        found |= searching & (top - lowest >= rise_m) & (top - here >= fall_m)
        searching = ~(found | lost)
        sinks = searching & (here < lowest)
        lowest[sinks] = here[sinks]
        climbs = searching & (here > top) | sinks
        top[climbs], top_at[climbs] = here[climbs], at
    return Crests(np.where(found, top_at * step_m, np.nan), lost)
