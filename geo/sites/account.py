"""How a coordinate system was found, told to a planner: evidence, suspicions, and questions with their places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import shapely

from geo.sites.candidates import Candidate, named
from geo.sites.limits import refuse
from geo.space.crs import describe
from geo.space.datum import Datum
from geo.space.zones import ZONE_BY_EPSG, Zone
from geo.store.boundaries import published

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo.errors import InputError
    from geo.sites.claims import Claims

OLD_DATUM_M: Final = 100.0
"""西安80 and 北京54 read as CGCS2000 without parameters are off by about this (domain notes, §1)."""
CIPHER_M: Final = 10.0
"""Trust put in undoing GCJ-02 or BD-09 (own estimate): the public formula, which nobody outside can test."""
_MOST_SHOWN: Final = 24
"""More than the 21 zones of 3°, so that the right one is always among them."""
_NOWHERE: Final = "不在任何县内"
_UNSTATED: Final = (
    "文件未写明坐标基准，按现行法定的 2000 国家大地坐标系读取；"
    "若为西安80、北京54 或互联网地图坐标，位置会差数十至数百米，请核实"
)
_SWAPPED: Final = "X、Y（经纬度）两列的顺序与惯例相反，已按数值对调，请核对"


def zone_of_candidate(candidate: Candidate) -> Zone | None:
    """Return the national Gauss–Krüger zone a candidate is, if it is one."""
    code = candidate.given.removeprefix("EPSG:")
    return ZONE_BY_EPSG.get(int(code)) if code.isdecimal() else None


def swapped(candidate: Candidate, claims: Claims) -> bool:
    """Tell whether the numbers stand in the other order than the format or headings say."""
    return claims.north_first is not None and claims.north_first != candidate.north_first


def who(claims: Claims) -> str:
    """Say who speaks: 文件头写明, 用户指定, 标准规定.

    >>> from geo.sites.claims import Claims
    >>> who(Claims(by="文件头")), who(Claims(by="用户指定"))
    ('文件头写明', '用户指定')
    """
    by = claims.by or "文件"
    return by if by.endswith("定") else f"{by}写明"


def evidence(candidate: Candidate, claims: Claims, *, by_place: str) -> list[str]:
    """List what led to a reading, the strongest first.

    Args:
        candidate: The reading.
        claims: What the file or user said.
        by_place: Words for how other readings fell away by their place; empty when none did.
    """
    words = []
    if said := _said(claims):
        words.append(f"{who(claims)}{said}")
    zone = zone_of_candidate(candidate)
    if zone and zone.prefix:
        words.append(f"横坐标带号 {zone.number}（{zone.width} 度带，中央经线 {zone.meridian}°E）")
    elif zone:
        words.append(f"横坐标无带号，中央经线 {zone.meridian}°E")
    elif not candidate.projected:
        words.append("数值为经纬度" + ("（度.分秒）" if candidate.packed else ""))
    else:
        words.append(candidate.title)
    if by_place:
        words.append(by_place)
    if swapped(candidate, claims):
        words.append("X、Y 两列与惯例相反，已对调")
    return words


def _said(claims: Claims) -> str:
    """Name what was said about the system."""
    if claims.cipher:
        return f" {claims.cipher}"
    if claims.datum:
        return f" {claims.datum.value}"
    if claims.crs:
        system = named(claims.crs)
        return f" {system.zone.title if system.zone else describe(system.crs)}"
    if claims.zone:
        return f"带号 {claims.zone}"
    return f"中央经线 {claims.meridian:g}°" if claims.meridian else ""


def datum_words(datum: Datum, *, blind: bool) -> str:
    """Say what was done about an old datum.

    >>> datum_words(Datum.XIAN80, blind=True)
    '西安80 未提供七参数，位置误差约 100 m，不能出具结论'
    """
    if blind:
        return f"{datum.value} 未提供七参数，位置误差约 {OLD_DATUM_M:.0f} m，不能出具结论"
    return f"{datum.value} 按用户提供的七参数转换"


def suspicions(candidate: Candidate, claims: Claims, *, km: float | None) -> list[str]:
    """List what a report must print beside the position.

    Args:
        candidate: The reading.
        claims: What the file or user said.
        km: Distance to the workspace when the site lies beyond what is plausible.
    """
    words = list(claims.remarks)
    if swapped(candidate, claims):
        words.append(_SWAPPED)
    if not (claims.datums or claims.crs or claims.cipher):
        words.append(_UNSTATED)
    if candidate.given in ("GCJ-02", "BD-09"):
        words.append(f"坐标由 {candidate.given} 反算，位置误差按 {CIPHER_M:.0f} m 计")
    if km is not None:
        words.append(f"位置在工作区各县以外约 {km:.0f} km（{place_words(candidate)}），请核对坐标")
    return words


def question(left: Sequence[Candidate], claims: Claims, *, shown: Path) -> InputError:
    """Put the question: every reading with the place it would give."""
    places = [(c, place_words(c)) for c in left[:_MOST_SHOWN]]
    if any(_NOWHERE not in place for _, place in places):
        places = [(c, place) for c, place in places if _NOWHERE not in place]
    listed = "；".join(f"{c.given} {c.title}{_order(c)} → {place}" for c, place in places)
    origin = f"文件来自{claims.origin}，可能已加偏；" if claims.origin else ""
    found = f"{origin}坐标有 {len(places)} 种读法，无法判断是哪一种：{listed}"
    if any(c.packed for c in left):
        hint = "请在表头写明「十进制度」或「度.分秒」，或改写成 112°52′30″ 的形式"
    else:
        hint = f"请向提供单位核实后用 --crs 指明，例如 --crs {places[0][0].given}"
    return refuse(shown, found, hint)


def _order(candidate: Candidate) -> str:
    return (
        "（第一列为北）" if candidate.north_first and zone_of_candidate(candidate) is None else ""
    )


def place_words(candidate: Candidate) -> str:
    """Name where a candidate puts the site."""
    boundaries = published()
    areas = boundaries.touching(shapely.Point(candidate.lon, candidate.lat))
    name = boundaries.full_name(str(areas["adcode"].iloc[0])) if len(areas) else _NOWHERE
    return f"{candidate.lon:.4f}°E {candidate.lat:.4f}°N，{name}"
