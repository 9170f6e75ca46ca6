"""GCJ-02 and BD-09, the shifted coordinates of Chinese web maps, and the way back to WGS 84.

The shift is not published; the algorithm below is the one in public circulation since 2013 (eviltransform,
github.com/googollee/eviltransform; the same numbers in coordtransform and QGIS plug-ins). Whether it equals the real
shift everywhere nobody outside can tell: treat positions from here as good to some metres, whatever the arithmetic says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from geo.errors import CrsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Shift: TypeAlias = Callable[[Floats, Floats], tuple[Floats, Floats]]

Cipher = Literal["GCJ-02", "BD-09"]
CIPHERS: dict[str, Cipher] = {"GCJ02": "GCJ-02", "BD09": "BD-09", "BD09LL": "BD-09"}

_SEMI_MAJOR_M = 6378245.0  # Krasovsky 1940, as in the public algorithm
_ECCENTRICITY2 = 0.00669342162296594323
_BOX = (72.004, 0.8293, 137.8347, 55.8271)  # lon, lat, lon, lat; outside it nothing is shifted
_BD_ANGLE = np.pi * 3000.0 / 180.0
_BD_SHIFT = (0.0065, 0.006)  # degrees of longitude, latitude
_CLOSE_DEG = 1e-10  # 0.01 mm
_MOST_ROUNDS = 60


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Shift WGS 84 degrees to GCJ-02; outside China's box they stay.

    >>> lon, lat = wgs84_to_gcj02([116.391], [39.907])
    >>> round(float(lon[0]), 4), round(float(lat[0]), 4)
    (116.3972, 39.9084)
    """
    x, y = np.array(lon, dtype=float, ndmin=1), np.array(lat, dtype=float, ndmin=1)
    inside = (x >= _BOX[0]) & (x <= _BOX[2]) & (y >= _BOX[1]) & (y <= _BOX[3])
    dx, dy = _offset(x, y)
    return np.where(inside, x + dx, x), np.where(inside, y + dy, y)


def _offset(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Offset in degrees of longitude and latitude at a WGS 84 position."""
    radians = np.radians(y)
    w2 = 1 - _ECCENTRICITY2 * np.sin(radians) ** 2
    east, north = _waves(x - 105.0, y - 35.0)
    dx = np.degrees(east / (_SEMI_MAJOR_M / np.sqrt(w2) * np.cos(radians)))
    dy = np.degrees(north / (_SEMI_MAJOR_M * (1 - _ECCENTRICITY2) / w2**1.5))
    return dx, dy


def _waves(u: Floats, v: Floats) -> tuple[Floats, Floats]:
    """Offset in metres east and north; `u` and `v` are degrees from 105°E 35°N."""
    root = np.sqrt(np.abs(u))
    ripple = (20 * np.sin(6 * np.pi * u) + 20 * np.sin(2 * np.pi * u)) * 2 / 3
    east = 300 + u + 2 * v + 0.1 * u * u + 0.1 * u * v + 0.1 * root + ripple
    east += (20 * np.sin(np.pi * u) + 40 * np.sin(np.pi / 3 * u)) * 2 / 3
    east += (150 * np.sin(np.pi / 12 * u) + 300 * np.sin(np.pi / 30 * u)) * 2 / 3
    north = -100 + 2 * u + 3 * v + 0.2 * v * v + 0.1 * u * v + 0.2 * root + ripple
    north += (20 * np.sin(np.pi * v) + 40 * np.sin(np.pi / 3 * v)) * 2 / 3
    north += (160 * np.sin(np.pi / 12 * v) + 320 * np.sin(np.pi / 30 * v)) * 2 / 3
    return east, north


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Shift GCJ-02 degrees to BD-09.

    >>> lon, lat = gcj02_to_bd09([116.404], [39.915])
    >>> round(float(lon[0]), 4), round(float(lat[0]), 4)
    (116.4104, 39.9213)
    """
    x, y = np.array(lon, dtype=float, ndmin=1), np.array(lat, dtype=float, ndmin=1)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_ANGLE)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_ANGLE)
    return radius * np.cos(angle) + _BD_SHIFT[0], radius * np.sin(angle) + _BD_SHIFT[1]


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Shift WGS 84 degrees to BD-09 by way of GCJ-02."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def decipher(cipher: Cipher) -> Shift:
    """Give the function that takes GCJ-02 or BD-09 degrees back to WGS 84.

    The public forward formula is undone by fixed-point rounds until they move less than 0.01 mm.

    Raises:
        CrsError: From the function, when positions do not settle (on the edge of China's box).

    >>> lon, lat = decipher("GCJ-02")(*wgs84_to_gcj02([112.5], [36.3]))
    >>> round(float(lon[0]), 9), round(float(lat[0]), 9)
    (112.5, 36.3)
    """
    forward: Shift = wgs84_to_gcj02 if cipher == "GCJ-02" else wgs84_to_bd09

    def back(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        return _undo(forward, lon, lat, cipher)

    return back


def _undo(forward: Shift, lon: Floats, lat: Floats, cipher: Cipher) -> tuple[Floats, Floats]:
    """Find the positions that `forward` carries to the given ones."""
    x, y = lon, lat
    for _ in range(_MOST_ROUNDS):
        there_x, there_y = forward(x, y)
        dx, dy = lon - there_x, lat - there_y
        x, y = x + dx, y + dy
        worst = np.max(np.hypot(dx, dy), initial=0.0)
        if not worst > _CLOSE_DEG:
            return x, y
    raise CrsError(f"{cipher} 坐标反算不收敛 — 请检查坐标是否在中国境内、是否确为 {cipher}")
