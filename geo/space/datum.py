"""The datums met in Chinese files, and the secret seven parameters between them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Literal, get_args

from geo.errors import CrsError

if TYPE_CHECKING:
    from pyproj import CRS

Convention = Literal["position_vector", "coordinate_frame"]


class Datum(Enum):
    """A datum by its Chinese name."""

    CGCS2000 = "CGCS2000"
    WGS84 = "WGS 84"
    XIAN80 = "西安80"
    BEIJING54 = "北京54"
    UNKNOWN = "其他基准"

    @property
    def modern(self) -> bool:
        """True for CGCS2000 and WGS 84, which need no parameters between them."""
        return self in (Datum.CGCS2000, Datum.WGS84)

    @property
    def classical(self) -> bool:
        """True for 西安80 and 北京54, which are ~100 m away and need parameters."""
        return self in (Datum.XIAN80, Datum.BEIJING54)


@dataclass(frozen=True)
class _Signs:
    """How a datum is recognised: its spellings, and the ellipsoid it must stand on."""

    names: re.Pattern[str]
    semi_major_m: float
    inverse_flattening: float


# Spellings of EPSG, ESRI WKT and Chinese software. Ellipsoids: EPSG dataset, datums 1043, 6326, 6610, 6214.
_SIGNS = {
    Datum.CGCS2000: _Signs(re.compile("china.*2000|cgcs.?2000"), 6378137.0, 298.257222101),
    Datum.WGS84: _Signs(
        re.compile("world geodetic system 1984|wgs.?(19)?84"), 6378137.0, 298.257223563
    ),
    Datum.XIAN80: _Signs(re.compile("xian.?(19)?80|西安.?80"), 6378140.0, 298.257),
    Datum.BEIJING54: _Signs(re.compile("(?<!new )beijing.?(19)?54|北京.?54"), 6378245.0, 298.3),
}
_SEMI_MAJOR_TOLERANCE_M = 0.01
_FLATTENING_TOLERANCE = 1e-5


def datum_of(crs: CRS) -> Datum:
    """Tell the datum of a CRS by name and ellipsoid; anything odd is `Datum.UNKNOWN`.

    >>> from pyproj import CRS
    >>> [datum_of(CRS.from_epsg(code)).value for code in (4526, 3857, 2362, 2414, 4555)]
    ['CGCS2000', 'WGS 84', '西安80', '北京54', '其他基准']
    """
    base = crs.geodetic_crs
    if base is None or base.datum is None or base.ellipsoid is None:
        return Datum.UNKNOWN
    if base.prime_meridian is None or base.prime_meridian.longitude != 0:
        return Datum.UNKNOWN
    units = [axis.unit_conversion_factor for axis in base.axis_info[:2]]
    if not all(math.isclose(unit, math.pi / 180) for unit in units):
        return Datum.UNKNOWN
    name = base.datum.name.replace("_", " ").lower()
    for datum, signs in _SIGNS.items():
        if signs.names.search(name):
            fits = math.isclose(
                base.ellipsoid.semi_major_metre, signs.semi_major_m, abs_tol=_SEMI_MAJOR_TOLERANCE_M
            ) and math.isclose(
                base.ellipsoid.inverse_flattening,
                signs.inverse_flattening,
                abs_tol=_FLATTENING_TOLERANCE,
            )
            return datum if fits else Datum.UNKNOWN
    return Datum.UNKNOWN


@dataclass(frozen=True, repr=False)
class Helmert7:
    """Seven parameters from 西安80 or 北京54 to CGCS2000; the numbers never show.

    They are secret in China: keep them in a file the user names, and never print or store this object's values.

    Args:
        dx: Shift along X in metres (as dy, dz along Y and Z).
        dy: Shift along Y in metres.
        dz: Shift along Z in metres.
        rx: Rotation about X in arc-seconds (as ry, rz about Y and Z).
        ry: Rotation about Y in arc-seconds.
        rz: Rotation about Z in arc-seconds.
        scale_ppm: Scale change in parts per million.
        convention: Sign rule of the rotations, ``position_vector`` (EPSG 9606) or ``coordinate_frame``
            (EPSG 9607, 布尔莎模型 as most Chinese tables print it). There is no default: a wrong guess
            moves a point by metres.

    Raises:
        CrsError: A number is not finite or the convention is unknown.

    >>> Helmert7(dx=1, dy=2, dz=3, rx=0, ry=0, rz=0, scale_ppm=0, convention="coordinate_frame")
    Helmert7(七参数，不显示)
    """

    dx: float
    dy: float
    dz: float
    rx: float
    ry: float
    rz: float
    scale_ppm: float
    convention: Convention

    def __post_init__(self) -> None:
        """Check what can be checked without showing a number."""
        numbers = (self.dx, self.dy, self.dz, self.rx, self.ry, self.rz, self.scale_ppm)
        if not all(math.isfinite(number) for number in numbers):
            raise CrsError("七参数中有的不是有限数 — 请检查参数文件")
        if self.convention not in get_args(Convention):
            raise CrsError(
                "七参数的旋转约定无法识别 — 请写 position_vector 或 coordinate_frame（布尔莎）"
            )

    def __repr__(self) -> str:
        """Say what this is without a single number."""
        return "Helmert7(七参数，不显示)"


def helmert_pipeline(datum: Datum, parameters: Helmert7) -> str:
    """Write the PROJ pipeline from degrees on an old datum to degrees on CGCS2000.

    Ellipsoidal heights are taken as zero: within 2000 m of it the position changes by less than the
    parameters' own decimetre. The text holds the parameters: hand it to PROJ, nowhere else.

    >>> none = Helmert7(dx=0, dy=0, dz=0, rx=0, ry=0, rz=0, scale_ppm=0, convention="position_vector")
    >>> helmert_pipeline(Datum.XIAN80, none).split("+step")[2].strip()
    '+proj=cart +a=6378140.0 +rf=298.257'
    """
    old, new = _SIGNS[datum], _SIGNS[Datum.CGCS2000]
    p = parameters
    return (
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad"
        f" +step +proj=cart +a={old.semi_major_m} +rf={old.inverse_flattening}"
        f" +step +proj=helmert +x={p.dx!r} +y={p.dy!r} +z={p.dz!r}"
        f" +rx={p.rx!r} +ry={p.ry!r} +rz={p.rz!r} +s={p.scale_ppm!r} +convention={p.convention}"
        f" +step +inv +proj=cart +a={new.semi_major_m} +rf={new.inverse_flattening}"
        " +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
