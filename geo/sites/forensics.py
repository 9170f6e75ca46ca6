"""Which coordinate system a file is in: what it says, what its numbers allow, what the workspace makes plausible.

One reading left is used and said; several are a question, put with the place each would give; a header against the
numbers is refused. Nothing is guessed silently.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from geo.errors import CrsError
from geo.sites.account import (
    CIPHER_M,
    OLD_DATUM_M,
    datum_words,
    evidence,
    question,
    suspicions,
    who,
    zone_of_candidate,
)
from geo.sites.candidates import (
    Candidate,
    Named,
    degree_candidates,
    foreign_candidates,
    named,
    placed,
    reachable,
    zone_candidates,
)
from geo.sites.limits import refuse
from geo.sites.magnitude import Family, Fit, fits
from geo.sites.site import CrsReading
from geo.space.datum import Datum
from geo.space.zones import ZONES, Width

if TYPE_CHECKING:
    from pathlib import Path

    from shapely import Geometry

    from geo.errors import InputError
    from geo.sites.claims import Claims
    from geo.sites.drawing import Floats
    from geo.space.datum import Helmert7

NEAR_KM: Final = 50.0
"""A site is plausible when it lies in the workspace's counties or this near to them."""
_KM_PER_DEGREE: Final = 111.32
_CHECK_ZONE: Final = "请核实带号：改正文件头或坐标后重新提交（程序不猜测）"


@dataclass(frozen=True)
class Reading:
    """The one reading that was left, ready to be applied."""

    candidate: Candidate
    crs: CrsReading
    helmert: Helmert7 | None

    @property
    def plane_epsg(self) -> str | None:
        """The plane the numbers lie in, or ``None`` when they are degrees."""
        coded = self.candidate.given.startswith("EPSG:")
        return self.candidate.given if coded and self.candidate.projected else None


def read_crs(
    points: Floats,
    claims: Claims,
    *,
    shown: Path,
    plausible: Geometry | None = None,
    helmert: Helmert7 | None = None,
) -> Reading:
    """Find the coordinate system of all points of a file.

    Args:
        points: Shape (n, 2), numbers as written.
        claims: What the file or the user says.
        shown: The file as the planner knows it.
        plausible: The workspace's territory, EPSG:4490.
        helmert: Seven parameters for 西安80 or 北京54, if the user has them.

    Raises:
        InputError: No reading is left, or several, or what is said contradicts the numbers, or
            there is no reliable way to CGCS2000.

    >>> from pathlib import Path
    >>> from geo.sites.claims import Claims
    >>> points = np.array([[4020000.0, 38400000.0], [4020100.0, 38400000.0]])
    >>> found = read_crs(points, Claims(north_first=True), shown=Path("a.txt"))
    >>> found.crs.given, found.crs.how
    ('EPSG:4526', '横坐标带号 38（3 度带，中央经线 114°E）')
    """
    case = _Case(points, claims, shown, plausible, helmert)
    try:
        case.refuse_unusable()
        return case.choose([c for c in map(case.place, case.candidates()) if c is not None])
    except CrsError as error:
        found, _, hint = str(error).partition(" — ")
        raise refuse(shown, found, hint) from error


@dataclass(frozen=True, eq=False)
class _Case:
    """One file under investigation."""

    points: Floats
    claims: Claims
    shown: Path
    plausible: Geometry | None
    helmert: Helmert7 | None

    @cached_property
    def system(self) -> Named | None:
        """The whole coordinate system the file or user names, if any."""
        return named(self.claims.crs) if self.claims.crs else None

    @property
    def datum(self) -> Datum:
        """The datum named, or CGCS2000, the only legal one since 2018-07-01."""
        return self.system.datum if self.system else self.claims.datum or Datum.CGCS2000

    def place(self, candidate: Candidate) -> Candidate | None:
        """Work out where a candidate puts the site."""
        return placed(candidate, self.points, helmert=self.helmert)

    def refuse_unusable(self) -> None:
        """Refuse local systems and contradictory names before looking at numbers."""
        if self.claims.local:
            found = f"{who(self.claims)}「{self.claims.local}」，无法换算到 CGCS2000"
            hint = "请由测绘单位转换为 2000 国家大地坐标系后再提交"
            raise refuse(self.shown, found, hint)
        if len(self.claims.datums) + (self.claims.cipher is not None) > 1:
            names = [datum.value for datum in self.claims.datums]
            names += [self.claims.cipher] if self.claims.cipher else []
            found = f"{self.claims.by}中同时出现 {'、'.join(sorted(names))}"
            raise refuse(self.shown, found, "请用 --crs 指明坐标所用的一个")

    def candidates(self) -> list[Candidate]:
        """List every reading that neither the numbers nor the claims exclude."""
        system = self.system
        if (
            system
            and system.zone is None
            and not (system.geographic and system.datum is not Datum.UNKNOWN)
        ):
            return list(foreign_candidates(system))
        found: list[Candidate] = []
        for fit in self._fits():
            if fit.family is Family.DEGREES:
                found += degree_candidates(fit, self.claims, self.datum)
            else:
                found += self._plane(fit)
        return found

    def _fits(self) -> tuple[Fit, ...]:
        """List what the numbers allow; refuse when that is nothing or contradicts the claims."""
        allowed = fits(self.points)
        if not allowed:
            raise self._no_fit()
        degrees = any(fit.family is Family.DEGREES for fit in allowed)
        geographic = self.system is not None and self.system.geographic
        if not degrees and (geographic or self.claims.degrees or self.claims.cipher):
            found = f"{who(self.claims)}为经纬度，数值却是{allowed[0].family.value}"
            raise refuse(self.shown, found, "请核实坐标系，并用 --crs 指明，例如 --crs EPSG:4526")
        if degrees and (self._meridian is not None or self.claims.width):
            found = f"{who(self.claims)}为高斯–克吕格平面坐标，数值却是经纬度"
            raise refuse(self.shown, found, "请核实坐标系，并用 --crs 指明，例如 --crs EPSG:4490")
        return allowed

    def _no_fit(self) -> InputError:
        """Say what the numbers look like when they are no coordinates in China."""
        (x0, y0), (x1, y1) = self.points.min(axis=0), self.points.max(axis=0)
        found = (
            f"数值（{x0:.6g}～{x1:.6g}，{y0:.6g}～{y1:.6g}）"
            "既不是中国境内的经纬度，也不是 3 度带或 6 度带的高斯坐标"
        )
        hint = "请核对坐标；地方独立坐标系请先转换到 CGCS2000，其他投影请用 --crs 指明 EPSG 代码"
        return refuse(self.shown, found, hint)

    def _plane(self, fit: Fit) -> list[Candidate]:
        """List the zones for Gauss–Krüger numbers; refuse a prefix that contradicts the claims."""
        if len(fit.prefixes) > 1:
            found = f"同一文件的横坐标出现多个带号（{'、'.join(map(str, fit.prefixes))}）"
            hint = "请统一投影到一个带后重新提交；跨带的地块也只用一个带的坐标"
            raise refuse(self.shown, found, hint)
        widths: tuple[Width, ...] = (self._width,) if self._width else (3, 6)
        zones = list(zone_candidates(fit, self.datum, widths=widths, meridian=self._meridian))
        if fit.family is Family.PREFIXED:
            self._must_agree(fit.prefixes[0], zones[0])
        elif not zones:
            found = f"{who(self.claims)}的中央经线 {self._meridian:g}° 不是国家 3 度带或 6 度带的中央经线"
            raise refuse(self.shown, found, "这属于地方投影，请先转换到国家 3 度带后再提交")
        return zones

    @property
    def _width(self) -> Width | None:
        """The zone width that is claimed, or follows from a claimed zone number."""
        if self.system and self.system.zone:
            return self.system.zone.width
        if self.claims.width is None and self.claims.zone:
            return 3 if self.claims.zone in ZONES[3] else 6
        return self.claims.width

    @property
    def _meridian(self) -> float | None:
        """The central meridian that is claimed, in any of the ways to claim one."""
        if self.system and self.system.zone:
            return float(self.system.zone.meridian)
        if self.claims.zone:
            wide = self._width == 3  # noqa: PLR2004 (degrees)
            return self.claims.zone * 3.0 if wide else self.claims.zone * 6.0 - 3.0
        return self.claims.meridian

    def _must_agree(self, prefix: int, candidate: Candidate) -> None:
        """Refuse a zone number before the eastings that is not the one claimed."""
        zone = zone_of_candidate(candidate)
        assert zone is not None  # noqa: S101 (a prefix always names a zone)
        begins = f"横坐标却以 {prefix} 开头（{zone.width} 度带，中央经线 {zone.meridian}°）"
        if self.claims.zone and self.claims.zone != prefix:
            found = f"{who(self.claims)}带号 {self.claims.zone}，{begins}"
        elif self.claims.width and self.claims.width != zone.width:
            found = f"{who(self.claims)} {self.claims.width} 度分带，{begins}"
        elif self._meridian is not None and not math.isclose(self._meridian, zone.meridian):
            found = f"{who(self.claims)}中央经线 {self._meridian:g}°，{begins}"
        else:
            return
        raise refuse(self.shown, found, _CHECK_ZONE)

    def choose(self, found: list[Candidate]) -> Reading:
        """Keep what the workspace makes plausible; one left is used, several are asked about."""
        near = [c for c in found if self._km(c) <= NEAR_KM]
        left = _orderly(near or _reachable(found), self.claims)
        if not left:
            hint = "请核对坐标系、带号和 X/Y 顺序"
            raise refuse(self.shown, "按能用的坐标系读取，位置都不在中国境内或离中央经线过远", hint)
        if len(left) > 1:
            raise question(left, self.claims, shown=self.shown)
        self._doubt_header(left[0])
        by_place = ""
        if len(_orderly(found, self.claims)) > 1:
            by_place = "其余读法都不在工作区各县及其周边" if near else "其余读法都不在中国境内"
        return Reading(left[0], self._report(left[0], by_place), self.helmert)

    def _km(self, candidate: Candidate) -> float:
        """Distance from the workspace's territory in kilometres (1 % is enough here)."""
        if self.plausible is None:
            return math.inf
        factor = np.array([math.cos(math.radians(candidate.lat)), 1.0]) * _KM_PER_DEGREE
        territory = shapely.transform(self.plausible, lambda xy: xy * factor)
        place = np.array([candidate.lon, candidate.lat]) * factor
        return float(shapely.distance(territory, shapely.Point(place)))

    def _doubt_header(self, chosen: Candidate) -> None:
        """Ask when a header's zone leads far away while another would lead into the workspace."""
        stated = self._meridian is not None and self.claims.by != "用户指定"
        if self.plausible is None or not stated or self._km(chosen) <= NEAR_KM:
            return
        others = [
            c
            for fit in fits(self.points)
            if fit.family is Family.PLAIN
            for c in map(self.place, zone_candidates(fit, self.datum, widths=(3, 6), meridian=None))
            if c is not None and self._km(c) <= NEAR_KM
        ]
        if others:
            raise question([chosen, *others], self.claims, shown=self.shown)

    def _report(self, chosen: Candidate, by_place: str) -> CrsReading:
        """Say how the reading was found and what speaks against it."""
        old = self.datum.classical and not self.claims.cipher
        blind = old and self.helmert is None
        accuracy = (
            OLD_DATUM_M if blind else CIPHER_M if chosen.given in ("GCJ-02", "BD-09") else 0.0
        )
        how = evidence(chosen, self.claims, by_place=by_place)
        how += [datum_words(self.datum, blind=blind)] if old else []
        km = self._km(chosen)
        far = km if self.plausible is not None and km > NEAR_KM else None
        doubts = tuple(suspicions(chosen, self.claims, km=far))
        return CrsReading(chosen.given, "；".join(how), doubts, accuracy, certain=not blind)


def _reachable(found: list[Candidate]) -> list[Candidate]:
    """Among many zones without a prefix, keep those whose meridian is near enough; 3° before 6°."""
    if len(found) <= 1:
        return found
    close = [c for c in found if zone_of_candidate(c) is None or reachable(c, 3)]
    return close or [c for c in found if reachable(c, 6)]


def _orderly(left: list[Candidate], claims: Claims) -> list[Candidate]:
    """Where only the column order is open, the format's own order decides."""
    if len({(c.given, c.packed) for c in left}) == 1 and len(left) > 1:
        return [c for c in left if c.north_first == bool(claims.north_first)]
    return left
