"""What kinds of coordinates the size of the numbers allows.

In China longitudes, latitudes, northings and eastings do not overlap, so numbers mostly tell which is which:
longitude 73–136, latitude 3–54, northing 300 000–6 100 000 m, easting 100 000–900 000 m, or with the zone number
before it 13 100 000–45 900 000 m.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

import numpy as np

from geo.space.zones import ZONES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.sites.drawing import Floats

CHINA: Final = (73.0, 3.0, 136.0, 54.0)
"""Longitude and latitude bounds of China, rounded outwards."""
EASTING_M: Final = (100_000.0, 900_000.0)
NORTHING_M: Final = (300_000.0, 6_100_000.0)
PREFIX_M: Final = 1_000_000.0
_PREFIXES: Final = tuple(number for zones in ZONES.values() for number in zones)


class Family(Enum):
    """A kind of coordinates."""

    DEGREES = "经纬度"
    PREFIXED = "带带号的高斯–克吕格坐标"
    PLAIN = "不带带号的高斯–克吕格坐标"


@dataclass(frozen=True)
class Fit:
    """One reading of the numbers: a family, the order of columns, the zones the prefixes name."""

    family: Family
    north_first: bool
    prefixes: tuple[int, ...] = ()


def fits(points: Floats) -> tuple[Fit, ...]:
    """List every family and order that all points allow.

    >>> [(f.family.name, f.north_first, f.prefixes) for f in fits(np.array([[4.01e6, 38512345.6]]))]
    [('PREFIXED', True, (38,))]
    >>> fits(np.array([[12.0, 500.0]]))
    ()
    """
    found = []
    for family in Family:
        for north_first in (False, True):
            mask = _allows(points, family, north_first=north_first)
            if len(points) and mask.all():
                found.append(Fit(family, north_first, _prefixes(points, family, north_first)))
    return tuple(found)


def strays(points: Floats) -> tuple[int, ...]:
    """Find the points that stand apart when most, but not all, agree on one reading.

    >>> strays(np.array([[4.01e6, 38512345.6], [4.01e6, 38512399.1], [4.01e6, 3851233.4]]))
    (2,)
    """
    best = np.zeros(len(points), dtype=bool)
    for family in Family:
        for north_first in (False, True):
            mask = _allows(points, family, north_first=north_first)
            best = mask if mask.sum() > best.sum() else best
    most = best.sum() * 2 > len(points)
    return tuple(np.flatnonzero(~best).tolist()) if most else ()


def _allows(points: Floats, family: Family, *, north_first: bool) -> NDArray[np.bool_]:
    """Tell for each point whether a family and order allow it."""
    east, north = (points[:, 1], points[:, 0]) if north_first else (points[:, 0], points[:, 1])
    if family is Family.DEGREES:
        return _within(east, (CHINA[0], CHINA[2])) & _within(north, (CHINA[1], CHINA[3]))
    rest = east
    ok = _within(north, NORTHING_M)
    if family is Family.PREFIXED:
        prefix = np.floor(np.where(np.isfinite(east), east, 0) / PREFIX_M)
        ok &= np.isin(prefix, _PREFIXES)
        rest = east - prefix * PREFIX_M
    return ok & _within(rest, EASTING_M)


def _within(values: Floats, bounds: tuple[float, float]) -> NDArray[np.bool_]:
    return (values >= bounds[0]) & (values <= bounds[1])


def _prefixes(points: Floats, family: Family, north_first: bool) -> tuple[int, ...]:  # noqa: FBT001
    """Collect the zone numbers before the eastings."""
    if family is not Family.PREFIXED:
        return ()
    east = points[:, 1 if north_first else 0]
    return tuple(int(n) for n in np.unique(np.floor(east / PREFIX_M)))
