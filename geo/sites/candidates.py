"""Every coordinate system the numbers could be in, and where each would put the site."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from shapely import LineString

from geo.errors import CrsError
from geo.sites.angles import unpack
from geo.sites.magnitude import CHINA, Family, Fit
from geo.space.crs import WORKING, describe, parse_crs, transformer
from geo.space.datum import Datum, datum_of
from geo.space.gcj import CIPHERS
from geo.space.measure import length_m
from geo.space.zones import ZONE_BY_EPSG, ZONES, Width, Zone, zone_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyproj import CRS

    from geo.sites.claims import Claims
    from geo.sites.drawing import Floats
    from geo.space.crs import Transformation
    from geo.space.datum import Helmert7

GEOGRAPHIC: Final[dict[Datum, int]] = {
    Datum.CGCS2000: 4490, Datum.WGS84: 4326, Datum.XIAN80: 4610, Datum.BEIJING54: 4214,
}  # fmt: skip
_FIRST_3_DEGREE: Final = 25
#: How far from its meridian a site may lie and still be written in that zone, degrees (half the zone
#: and what a project near the edge may stretch over it).
_REACH_DEG: Final[dict[Width, float]] = {3: 2.0, 6: 3.5}
_SAME_DEG: Final = 1e-6
_LONGEST_NAME: Final = 60
_KILOMETRE_M: Final = 1000.0


@dataclass(frozen=True)
class Candidate:
    """One way to read all numbers of a file.

    Args:
        given: ``EPSG:…``, a pseudo system, or a name where there is no code; as it is reported.
        via: The system the numbers are computed in; differs from ``given`` only for 西安80 and
            北京54 without parameters, which are read as CGCS2000 of the same meridian.
        north_first: The first number of each point is the northing or latitude.
        packed: Decimals are degrees, minutes and seconds (dd.mmss).
        title: Chinese name.
        lon: Degrees east of the middle of all points (as lat, degrees north).
        lat: Degrees north.
    """

    given: str
    via: str
    north_first: bool
    packed: bool = False
    title: str = ""
    lon: float = 0.0
    lat: float = 0.0

    @property
    def projected(self) -> bool:
        """True when the numbers are metres in a plane."""
        return self.via not in CIPHERS.values() and known_crs(self.via).is_projected

    @property
    def twinned(self) -> bool:
        """True for an old datum that is read as the CGCS2000 system of the same meridian."""
        return self.via != self.given and self.given.startswith("EPSG:")

    def order(self, points: Floats) -> Floats:
        """Bring numbers as written to east, north (or longitude, latitude in degrees)."""
        ordered = points[:, ::-1] if self.north_first else points
        return unpack(ordered) if self.packed else ordered


@lru_cache(maxsize=128)
def known_crs(text: str) -> CRS:
    """Parse a coordinate system once: PROJ takes milliseconds for a WKT.

    Raises:
        CrsError: As `parse_crs`.
    """
    return parse_crs(text)


@dataclass(frozen=True)
class Named:
    """A coordinate system a file or the user names, taken apart."""

    crs: CRS
    datum: Datum
    zone: Zone | None

    @property
    def geographic(self) -> bool:
        """True when it means degrees."""
        return bool(self.crs.is_geographic)


@lru_cache(maxsize=128)
def named(text: str) -> Named:
    """Take a named coordinate system apart.

    Raises:
        CrsError: It is unknown or neither geographic nor projected.

    >>> named("EPSG:4526").zone.number, named("EPSG:4490").zone
    (38, None)
    """
    crs = known_crs(text)
    return Named(crs, datum_of(crs), zone_named(crs))


def zone_named(crs: CRS) -> Zone | None:
    """Recognise a Gauss–Krüger zone by its parameters, whatever it is called.

    >>> zone_named(parse_crs("EPSG:4547")).meridian
    114
    >>> zone_named(parse_crs("EPSG:32649")) is None
    True
    """
    operation = crs.coordinate_operation
    if not crs.is_projected or operation is None or operation.method_name != "Transverse Mercator":
        return None
    if any(axis.unit_name != "metre" for axis in crs.axis_info):
        return None
    values: dict[str, Any] = {param.name: param.value for param in operation.params}
    if values.get("Scale factor at natural origin") != 1 or values.get("False northing", 0) != 0:
        return None
    if values.get("Latitude of natural origin", 0) != 0:
        return None
    meridian, easting = values.get("Longitude of natural origin"), values.get("False easting")
    wanted: tuple[Any, ...] = (datum_of(crs), meridian, easting)
    known = ZONE_BY_EPSG.values()
    return next((z for z in known if (z.datum, z.meridian, z.false_easting_m) == wanted), None)


def degree_candidates(fit: Fit, claims: Claims, datum: Datum) -> Iterator[Candidate]:
    """Read the numbers as degrees."""
    if claims.cipher:
        yield Candidate(claims.cipher, claims.cipher, fit.north_first, title=claims.cipher)
        return
    code = GEOGRAPHIC[datum]
    plain = _coded(code, fit, datum)
    yield plain
    if claims.origin:
        yield replace(plain, given="GCJ-02", via="GCJ-02", title="GCJ-02（火星坐标）")
    if claims.packed:
        yield replace(plain, packed=True, title=f"{plain.title}，度.分秒")


def zone_candidates(
    fit: Fit, datum: Datum, *, widths: tuple[Width, ...], meridian: float | None
) -> Iterator[Candidate]:
    """Read the numbers as Gauss–Krüger coordinates of the zones their prefix or meridian allows."""
    if fit.family is Family.PREFIXED:
        (number,) = fit.prefixes
        width: Width = 3 if number >= _FIRST_3_DEGREE else 6
        yield _coded(zone_code(number, width=width, datum=_gauss(datum)), fit, datum)
        return
    seen: set[int] = set()
    for wide in widths:
        for number in ZONES[wide]:
            code = zone_code(number, width=wide, prefix=False, datum=_gauss(datum))
            line = ZONE_BY_EPSG[code].meridian
            if line not in seen and (meridian is None or abs(line - meridian) < _SAME_DEG):
                seen.add(line)
                yield _coded(code, fit, datum)


def _gauss(datum: Datum) -> Datum:
    """Give the datum whose zones are meant; China has none on WGS 84, and the two agree."""
    return Datum.CGCS2000 if datum is Datum.WGS84 else datum


def _coded(code: int, fit: Fit, datum: Datum) -> Candidate:
    return Candidate(f"EPSG:{code}", _via(code, datum), fit.north_first, title=_title(code, datum))


def _title(code: int, datum: Datum) -> str:
    """Name a zone, or the degrees of a datum."""
    zone = ZONE_BY_EPSG.get(code)
    return zone.title if zone else f"{datum.value} 经纬度"


def _via(code: int, datum: Datum) -> str:
    """Name the CGCS2000 twin of an old system: same meridian, same numbers, ~100 m apart."""
    if not datum.classical:
        return f"EPSG:{code}"
    zone = ZONE_BY_EPSG.get(code)
    if zone is None:
        return WORKING
    return f"EPSG:{zone_code(zone.number, width=zone.width, prefix=zone.prefix)}"


def foreign_candidates(system: Named) -> Iterator[Candidate]:
    """Read the numbers in a named system that is no usual Chinese one, in either column order."""
    code = system.crs.to_epsg()
    name = f"EPSG:{code}" if code else str(system.crs.name)[:_LONGEST_NAME]
    way = name if code else system.crs.to_wkt()
    for north_first in (False, True):
        yield Candidate(name, way, north_first, title=describe(system.crs))


def placed(candidate: Candidate, points: Floats, *, helmert: Helmert7 | None) -> Candidate | None:
    """Work out where a candidate puts the site; ``None`` when that is not in China.

    With parameters the old datums are computed in earnest, so ``via`` becomes ``given``.

    Raises:
        CrsError: There is no reliable way from the system to CGCS2000.
    """
    if candidate.twinned and helmert is not None:
        candidate = replace(candidate, via=candidate.given)
    way = transformer(candidate.via, WORKING, helmert=helmert)
    ordered = candidate.order(points)
    corners = np.array(
        [ordered.min(axis=0), ordered.max(axis=0), (ordered.min(axis=0) + ordered.max(axis=0)) / 2]
    )
    try:
        lon, lat = way(corners[:, 0], corners[:, 1])
    except CrsError:
        return None
    west, south, east, north = CHINA
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    if not inside.all() or not _at_home(candidate, float(lon[2]), float(lat[2])):
        return None
    if candidate.projected and not candidate.given.startswith("EPSG:"):
        _refuse_stretched(candidate, way, corners[2])
    return replace(candidate, lon=float(lon[2]), lat=float(lat[2]))


def _refuse_stretched(candidate: Candidate, way: Transformation, middle: Floats) -> None:
    """Refuse a plane whose metre is none at the site: a scale or unit of a .prj that was damaged.

    Raises:
        CrsError: A kilometre of the plane is less than half or more than twice as long on the ground.
    """
    step = _KILOMETRE_M / known_crs(candidate.via).axis_info[0].unit_conversion_factor
    east, north = (middle + np.array([[0.0, 0.0], at]) * step for at in ((1.0, 0.0), (0.0, 1.0)))
    for ends in (east, north):
        ground = float(length_m(LineString(np.column_stack(way(*ends.T)))))
        if not _KILOMETRE_M / 2 <= ground <= _KILOMETRE_M * 2:
            found = f"坐标系「{candidate.given}」的 1 km 在该处合地面 {ground / 1000:.3g} km"
            raise CrsError(f"{found} — 投影参数有误，请核对 .prj 的比例因子和单位，或用 --crs 指明")


def _at_home(candidate: Candidate, lon: float, lat: float) -> bool:
    """Tell whether a system may be used at a place; PROJ would use one of America here as well."""
    if candidate.via in CIPHERS.values():
        return True
    area = known_crs(candidate.via).area_of_use
    if area is None:
        return True
    reach = _REACH_DEG[6]
    east = area.west - reach <= lon <= area.east + reach
    return east and area.south - reach <= lat <= area.north + reach


def reachable(candidate: Candidate, width: Width) -> bool:
    """Tell whether a site lies near enough to a zone's meridian to be written in it."""
    zone = ZONE_BY_EPSG.get(int(candidate.given.removeprefix("EPSG:")))
    return zone is None or abs(candidate.lon - zone.meridian) <= _REACH_DEG[width]
