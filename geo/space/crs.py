"""Coordinate systems of China, and transformations that never guess.

PROJ goes from 西安80 or 北京54 to CGCS2000 by a "ballpark" step: the numbers come out unchanged,
about 100 m wrong, without a word. Here such a step is an error unless the office's seven parameters
are supplied.

WGS 84 ↔ CGCS2000 is the one allowed null step. Both realise the ITRS on ellipsoids whose polar
radii differ by 0.1 mm; what remains is the epoch (plate motion of centimetres a year since 2000.0),
far below the accuracy of any layer here.

All coordinates are longitude, latitude or east, north (``always_xy``); heights are dropped.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from geo.errors import CrsError
from geo.space.datum import Datum, Helmert7, datum_of, helmert_pipeline
from geo.space.gcj import CIPHERS, Cipher, decipher
from geo.space.plane import Plane, local_plane
from geo.space.zones import crs_title, gauss_kruger, zone_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray
    from shapely.geometry.base import BaseGeometry

    Floats: TypeAlias = NDArray[np.float64]
    Step: TypeAlias = Callable[[Floats, Floats], tuple[Floats, Floats]]
    Geometries: TypeAlias = BaseGeometry | NDArray[np.object_]

__all__ = [
    "WORKING",
    "CrsLike",
    "Datum",
    "Helmert7",
    "Plane",
    "Transformation",
    "describe",
    "gauss_kruger",
    "is_projected",
    "local_plane",
    "parse_crs",
    "to_working",
    "transform",
    "transformer",
    "zone_of",
]

WORKING = "EPSG:4490"
CrsLike: TypeAlias = str | int | CRS

_NAMES = {
    "cgcs2000": 4490, "国家2000": 4490, "2000国家大地坐标系": 4490, "国家大地坐标系2000": 4490,
    "wgs84": 4326, "xian80": 4610, "西安80": 4610, "1980西安坐标系": 4610, "西安1980": 4610,
    "beijing54": 4214, "北京54": 4214, "1954北京坐标系": 4214, "北京1954": 4214,
}  # fmt: skip


class Transformation:
    """A checked way from one coordinate system to another, usable on plain coordinate arrays.

    >>> to_plane = transformer("EPSG:4490", "EPSG:4526")
    >>> east, north = to_plane([114.0], [0.0])
    >>> float(east[0]), float(north[0])
    (38500000.0, 0.0)
    """

    def __init__(self, steps: tuple[Step, ...], *, source: str, target: str) -> None:
        self._steps = steps
        self.source = source
        self.target = target

    def __call__(self, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
        """Transform x (lon, east) and y (lat, north), whole arrays at a time.

        Raises:
            CrsError: Some coordinates have no image in the target system.
        """
        xs, ys = np.array(x, dtype=float, ndmin=1), np.array(y, dtype=float, ndmin=1)
        for step in self._steps:
            xs, ys = step(xs, ys)
        lost = int(np.count_nonzero(~(np.isfinite(xs) & np.isfinite(ys))))
        if lost:
            raise CrsError(
                f"{xs.size} 个坐标中有 {lost} 个无法由 {self.source} 转换到 {self.target} — "
                "请检查坐标系、带号和 X/Y 顺序"
            )
        return xs, ys

    def geometry(self, geometry: Geometries) -> Any:
        """Transform a shapely geometry or an array of them; heights are dropped."""

        def move(points: Floats) -> Floats:
            return np.column_stack(self(points[:, 0], points[:, 1])) if len(points) else points

        return shapely.transform(geometry, move)

    def __repr__(self) -> str:
        """Name the two ends only; parameters stay secret."""
        return f"<Transformation {self.source} → {self.target}>"


def parse_crs(value: CrsLike) -> CRS:
    """Read a coordinate system and reduce it to its horizontal part.

    Parameters hidden in a file (``TOWGS84``) are ignored: they are often zeros that stand for "unknown".

    Args:
        value: EPSG code, WKT, PROJ text, pyproj CRS, or a usual Chinese name (国家2000, 西安80, 北京54).

    Raises:
        CrsError: It is unknown, or is no geographic or projected system.

    >>> parse_crs("西安80").to_epsg()
    4610
    >>> parse_crs("EPSG:0")
    Traceback (most recent call last):
    ...
    geo.errors.CrsError: 无法识别坐标系「EPSG:0」 — 请写 EPSG 代码，例如 EPSG:4490
    """
    known = _NAMES.get(re.sub(r"[\s_\-]", "", value).lower()) if isinstance(value, str) else None
    try:
        crs = CRS.from_user_input(known or value)
    except CRSError as error:
        short = str(value)[:60]
        raise CrsError(f"无法识别坐标系「{short}」 — 请写 EPSG 代码，例如 EPSG:4490") from error
    return _horizontal(crs)


def _horizontal(crs: CRS) -> CRS:
    """Strip heights and hidden parameters from a CRS."""
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if crs.is_bound and crs.source_crs is not None:
        crs = crs.source_crs
    if not (crs.is_geographic or crs.is_projected):
        raise CrsError(
            f"坐标系「{crs.name}」既不是经纬度也不是投影坐标系 — 地方独立坐标系请先转换到 CGCS2000"
        )
    return crs.to_2d()


def transformer(
    source: CrsLike, target: CrsLike, *, helmert: Helmert7 | None = None
) -> Transformation:
    """Find a way between two coordinate systems that is exact, or refuse.

    Args:
        source: EPSG code, WKT, Chinese name, or one of the pseudo systems ``GCJ-02`` and ``BD-09``.
        target: The same, without the pseudo systems.
        helmert: Seven parameters from 西安80 or 北京54 to CGCS2000 (also used backwards).

    Raises:
        CrsError: A system is unknown, or the way leads through a silent approximation.

    >>> transformer(4610, 4490)
    Traceback (most recent call last):
    ...
    geo.errors.CrsError: 从西安80到CGCS2000需要七参数，未提供时坐标会差约 100 米 — 请由用户指定参数文件，...
    """
    if helmert is None:
        return _plain(source, target)
    return _chained(source, target, helmert)


@lru_cache(maxsize=256)
def _plain(source: CrsLike, target: CrsLike) -> Transformation:
    """Remember ways without parameters; secret ones are never kept."""
    return _chained(source, target, None)


def _chained(source: CrsLike, target: CrsLike, helmert: Helmert7 | None) -> Transformation:
    """Put the steps from one system to the other together."""
    cipher = _cipher(source)
    if _cipher(target):
        raise CrsError(f"不能转换到加偏坐标 {target} — 本工具只由它转出")
    start = parse_crs(4326 if cipher else source)
    end = parse_crs(target)
    head: tuple[Step, ...] = (decipher(cipher),) if cipher else ()
    steps = _steps(start, end, helmert)
    name = cipher or describe(start)
    return Transformation((*head, *steps), source=name, target=describe(end))


def _cipher(value: CrsLike) -> Cipher | None:
    """Tell which of the shifted pseudo systems is meant, if any."""
    if not isinstance(value, str):
        return None
    return CIPHERS.get(re.sub(r"[\s_\-]", "", value).upper())


def _steps(start: CRS, end: CRS, helmert: Helmert7 | None) -> tuple[Step, ...]:
    """Chain: plane → its own degrees → degrees of the other datum → the other plane."""
    old, new = datum_of(start), datum_of(end)
    if old is Datum.UNKNOWN or new is Datum.UNKNOWN:
        return _foreign(start, end)
    down = () if start.is_geographic else (_exact(start.to_wkt(), _degrees(start)),)
    up = () if end.is_geographic else (_exact(_degrees(end), end.to_wkt()),)
    return (*down, *_shift(old, new, helmert), *up)


def _degrees(crs: CRS) -> str:
    """Write the geographic system a plane stands on, as WKT."""
    return CRS.from_user_input(crs.geodetic_crs).to_wkt()


def _shift(old: Datum, new: Datum, helmert: Helmert7 | None) -> tuple[Step, ...]:
    """Step between the degrees of two known datums; none is needed between modern ones."""
    if old is new or (old.modern and new.modern):
        return ()
    if old.classical and new.classical:
        raise CrsError(f"{old.value}与{new.value}之间没有可用的转换 — 请先分别转换到 CGCS2000")
    if helmert is None:
        raise CrsError(
            f"从{old.value}到{new.value}需要七参数，未提供时坐标会差约 100 米 — "
            "请由用户指定参数文件，或改交 CGCS2000 坐标"
        )
    ancient = old if old.classical else new
    try:
        pipeline = Transformer.from_pipeline(helmert_pipeline(ancient, helmert))
    except ProjError:  # PROJ's own message would show the parameters
        raise CrsError("七参数无法使用 — 请检查参数文件中的数值与单位") from None
    return (_step(pipeline, inverse=new is ancient),)


def _foreign(start: CRS, end: CRS) -> tuple[Step, ...]:
    """Go between WGS 84 (or CGCS2000) and an unusual datum by a transformation PROJ has on record."""
    if datum_of(start).classical or datum_of(end).classical:
        raise CrsError(
            f"{crs_title(start)}与{crs_title(end)}之间没有可靠的转换 — 请先转换到 CGCS2000"
        )
    wgs84 = CRS.from_epsg(4326)
    if datum_of(start).modern:
        return (*_steps(start, wgs84, None), _exact(wgs84.to_wkt(), end.to_wkt()))
    if datum_of(end).modern:
        return (_exact(start.to_wkt(), wgs84.to_wkt()), *_steps(wgs84, end, None))
    return (_exact(start.to_wkt(), end.to_wkt()),)


@lru_cache(maxsize=256)
def _exact(source: str, target: str) -> Step:
    """Ask PROJ for a transformation and refuse its ballpark one."""
    try:
        found = Transformer.from_crs(
            source, target, always_xy=True, allow_ballpark=False, only_best=True
        )
    except ProjError as error:
        names = CRS.from_wkt(source).name, CRS.from_wkt(target).name
        raise CrsError(
            f"「{names[0]}」到「{names[1]}」只有近似转换，误差不明 — 请指明正确的坐标系或先转换到 CGCS2000"
        ) from error
    return _step(found)


def _step(found: Transformer, *, inverse: bool = False) -> Step:
    """Wrap a PROJ transformer as a function of two arrays."""
    direction = "INVERSE" if inverse else "FORWARD"

    def move(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        xs, ys = found.transform(x, y, direction=direction)
        return np.asarray(xs, dtype=float), np.asarray(ys, dtype=float)

    return move


def transform(
    geometry: Geometries, source: CrsLike, target: CrsLike, *, helmert: Helmert7 | None = None
) -> Any:
    """Move a shapely geometry, or an array of them, to another coordinate system.

    Raises:
        CrsError: As `transformer`, or some coordinates have no image in the target.

    >>> point = transform(shapely.Point(38500000, 0), 4526, 4490)
    >>> round(point.x, 9), round(point.y, 9)
    (114.0, 0.0)
    """
    return transformer(source, target, helmert=helmert).geometry(geometry)


def to_working(
    geometry: Geometries, source_crs: CrsLike, *, helmert: Helmert7 | None = None
) -> Any:
    """Move a shapely geometry, or an array of them, to CGCS2000 longitude and latitude.

    Raises:
        CrsError: As `transform`.

    >>> to_working(shapely.Point(112.5, 36.3, 900), 4326).wkt
    'POINT (112.5 36.3)'
    """
    return transform(geometry, source_crs, WORKING, helmert=helmert)


def is_projected(crs: CrsLike) -> bool:
    """Tell whether coordinates are metres in a plane rather than degrees.

    Raises:
        CrsError: The system is unknown.

    >>> is_projected(4526), is_projected(4490)
    (True, False)
    """
    return parse_crs(crs).is_projected


def describe(crs: CrsLike) -> str:
    """Name a coordinate system in Chinese, with zone and central meridian.

    Raises:
        CrsError: The system is unknown.

    >>> describe(4526)
    'CGCS2000 3度带 38带（中央经线114°E）'
    >>> describe(4547)
    'CGCS2000 3度带（中央经线114°E，无带号）'
    >>> describe(4490)
    'CGCS2000 经纬度'
    """
    return crs_title(parse_crs(crs))
