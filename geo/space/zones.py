"""Gauss–Krüger zones of CGCS2000, 西安80 and 北京54: EPSG codes and Chinese names.

A zone has a code with the zone number before the easting (38 500 000 m on the meridian) and one without
(500 000 m). Codes: EPSG dataset v11; a test compares each of them with PROJ's database.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from geo.errors import CrsError
from geo.space.datum import Datum, datum_of

if TYPE_CHECKING:
    from pyproj import CRS

Width = Literal[3, 6]
ZONES: dict[Width, range] = {3: range(25, 46), 6: range(13, 24)}
# First code of each run (its zone is the first of ZONES): datum, width in degrees, zone number before the easting.
_FIRST: dict[tuple[Datum, Width, bool], int] = {
    (Datum.CGCS2000, 3, True): 4513,
    (Datum.CGCS2000, 3, False): 4534,
    (Datum.CGCS2000, 6, True): 4491,
    (Datum.CGCS2000, 6, False): 4502,
    (Datum.XIAN80, 3, True): 2349,
    (Datum.XIAN80, 3, False): 2370,
    (Datum.XIAN80, 6, True): 2327,
    (Datum.XIAN80, 6, False): 2338,
    (Datum.BEIJING54, 3, True): 2401,
    (Datum.BEIJING54, 3, False): 2422,
    (Datum.BEIJING54, 6, True): 21413,
    (Datum.BEIJING54, 6, False): 21453,
}


@dataclass(frozen=True)
class Zone:
    """One Gauss–Krüger zone of one datum, as one EPSG code defines it."""

    epsg: int
    datum: Datum
    width: Width
    number: int
    prefix: bool

    @property
    def meridian(self) -> int:
        """Central meridian in degrees east."""
        return self.number * 3 if self.width == 3 else self.number * 6 - 3  # noqa: PLR2004

    @property
    def false_easting_m(self) -> float:
        """Easting of the central meridian in metres."""
        return 500_000.0 + (1_000_000.0 * self.number if self.prefix else 0.0)

    @property
    def title(self) -> str:
        """Chinese name, as a report prints it."""
        line = f"中央经线{self.meridian}°E"
        if self.prefix:
            return f"{self.datum.value} {self.width}度带 {self.number}带（{line}）"
        return f"{self.datum.value} {self.width}度带（{line}，无带号）"


ZONE_BY_EPSG: dict[int, Zone] = {
    first + step: Zone(first + step, datum, width, number, prefix)
    for (datum, width, prefix), first in _FIRST.items()
    for step, number in enumerate(ZONES[width])
}


def zone_of(lon: float, *, width: Width = 3) -> int:
    """Number the zone a longitude lies in; a boundary meridian belongs to the zone east of it.

    Args:
        lon: Degrees east.
        width: 3 or 6 degrees.

    Raises:
        CrsError: The longitude lies in no zone of China, or the width is neither 3 nor 6.

    >>> zone_of(112.4), zone_of(112.5), zone_of(112.4, width=6)
    (37, 38, 19)
    """
    if width not in ZONES:
        raise CrsError(f"没有 {width} 度分带 — 只有 3 度带和 6 度带")
    if not math.isfinite(lon):
        raise CrsError("经度不是有限数 — 请检查坐标")
    number = math.floor((lon + 1.5) / 3) if width == 3 else math.floor(lon / 6) + 1  # noqa: PLR2004
    if number not in ZONES[width]:
        raise CrsError(f"经度 {lon:g}° 不在中国的 {width} 度带范围内 — 请检查坐标是否为经度在前")
    return number


def gauss_kruger(
    lon: float, *, width: Width = 3, prefix: bool = False, datum: Datum = Datum.CGCS2000
) -> int:
    """Give the EPSG code of the Gauss–Krüger zone a longitude lies in.

    Args:
        lon: Degrees east.
        width: 3 or 6 degrees.
        prefix: Whether eastings carry the zone number.
        datum: CGCS2000, 西安80 or 北京54.

    Raises:
        CrsError: As `zone_of`.

    >>> gauss_kruger(113.1), gauss_kruger(113.1, prefix=True), gauss_kruger(111.0, width=6)
    (4547, 4526, 4508)
    """
    return zone_code(zone_of(lon, width=width), width=width, prefix=prefix, datum=datum)


def zone_code(
    number: int, *, width: Width = 3, prefix: bool = True, datum: Datum = Datum.CGCS2000
) -> int:
    """Give the EPSG code of a zone by its number (带号).

    Raises:
        CrsError: China has no such zone, or the datum has no zones.

    >>> zone_code(38), zone_code(38, datum=Datum.XIAN80, prefix=False)
    (4526, 2383)
    """
    if width not in ZONES or number not in ZONES[width]:
        raise CrsError(f"中国没有 {width} 度带 {number} 带 — 3 度带为 25–45，6 度带为 13–23")
    if (datum, width, prefix) not in _FIRST:
        raise CrsError(f"{datum.value} 没有高斯–克吕格分带 — 可用 CGCS2000、西安80、北京54")
    return _FIRST[datum, width, prefix] + number - ZONES[width].start


def crs_title(crs: CRS) -> str:
    """Name a pyproj CRS in Chinese; its own name when it is none of the usual ones."""
    code = crs.to_epsg()
    if code in ZONE_BY_EPSG:
        return ZONE_BY_EPSG[code].title
    datum = datum_of(crs)
    if crs.is_geographic and datum is not Datum.UNKNOWN:
        return f"{datum.value} 经纬度"
    return str(crs.name)
