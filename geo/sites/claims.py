"""What a file says about its own coordinates: header keys, words in titles, a .prj.

A claim is material, not truth: forensics weighs it against the numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from geo.sites.text import narrow
from geo.space.datum import Datum
from geo.space.gcj import CIPHERS, Cipher

if TYPE_CHECKING:
    from geo.space.zones import Width

_DATUMS: Final[dict[Datum, str]] = {
    Datum.CGCS2000: r"CGCS_?-?2000|2000国家大地|国家大地(坐标系)?2000|国家2000|2000坐标系|大地2000|2000系",
    Datum.XIAN80: r"西安_?-?80|80西安|1980(年)?西安|西安1980|XI'?AN_?-?(19)?80|(?<!\d)(19)?80(年)?坐标系|1980国家大地|80国家大地",
    Datum.BEIJING54: r"北京_?-?54|54北京|1954(年)?北京|北京1954|BEIJING_?-?(19)?54|(?<!\d)(19)?54(年)?坐标系",
    Datum.WGS84: r"WGS_?-?(19)?84",
}
_CIPHERS: Final[dict[Cipher, str]] = {
    "GCJ-02": r"GCJ-?02|火星坐标|高德坐标|腾讯坐标",
    "BD-09": r"BD-?09|百度坐标",
}
_LOCAL: Final = re.compile(r"(地方|城市|城建|矿区)?独立(平面)?坐标系?|地方坐标系?")
#: Words that mean a local system only where no national one is named beside them (本工程坐标系采用2000…).
_PERHAPS_LOCAL: Final = re.compile(
    r"(城市|城建|矿区|相对|假定|任意|自定义|工程|施工|建筑)(平面)?坐标系"
)
_SHIFTING: Final = re.compile(r"奥维|OVITAL")
_WIDTH: Final = re.compile(r"([36三六])度(分)?带|几度分带[:=]([36])|分带[:=]([36])")
_ZONE: Final = re.compile(r"带号[:=为]?(\d{2})(?!\d)|第?(?<!\d)(\d{2})(?:号|度)?带(?!号)")
_MERIDIAN: Final = re.compile(r"中央(?:子午线|经线)(?:经度)?[:=为]?(?:东经)?(\d{2,3}(?:\.\d+)?)")
_MERIDIAN_MINUTES: Final = re.compile(
    r"中央(?:子午线|经线)(?:经度)?[:=为]?(?:东经)?(\d{2,3})[°度](\d{1,2})[′'分]"
)
_DIGITS: Final = {"三": 3, "六": 6}


@dataclass(frozen=True)
class Claims:
    """What is said about a file's coordinates; every field may be unknown.

    Args:
        datums: Datums named; more than one is a question.
        crs: A whole coordinate system (EPSG code or WKT) from a .prj, a header or the user.
        cipher: GCJ-02 or BD-09, when named.
        width: Zone width in degrees.
        zone: Zone number (带号).
        meridian: Central meridian in degrees east.
        north_first: The order the format or header prescribes; ``None`` when it prescribes none.
        degrees: The format allows nothing but degrees.
        packed: All decimals could also be degrees-minutes-seconds written as dd.mmss.
        origin: Software known to shift what it exports, without saying so in the file.
        local: Words that name a local system.
        by: Who says so, in Chinese, for the report (文件头, .prj, 用户指定).
        remarks: Sentences to print beside the position.
    """

    datums: frozenset[Datum] = frozenset()
    crs: str | None = None
    cipher: Cipher | None = None
    width: Width | None = None
    zone: int | None = None
    meridian: float | None = None
    north_first: bool | None = None
    degrees: bool = False
    packed: bool = False
    origin: str = ""
    local: str = ""
    by: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def datum(self) -> Datum | None:
        """The one datum named, or ``None`` when none or several are."""
        return next(iter(self.datums)) if len(self.datums) == 1 else None

    @property
    def silent(self) -> bool:
        """True when nothing is said about datum or zone."""
        return not (
            self.datums or self.crs or self.cipher or self.zone or self.meridian or self.local
        )


def claims_in(text: str, *, by: str) -> Claims:
    """Look for the usual words about coordinate systems in a title, header or file name.

    >>> found = claims_in("拐点坐标表（2000国家大地坐标系，3度带，中央子午线114°）", by="表头")
    >>> found.datum.value, found.width, found.meridian
    ('CGCS2000', 3, 114.0)
    >>> claims_in("西安80坐标系 38带", by="表头").zone
    38
    >>> claims_in("施工坐标系", by="表头").local
    '施工坐标系'
    """
    plain = re.sub(r"\s", "", narrow(text)).upper()
    datums = frozenset(datum for datum, words in _DATUMS.items() if re.search(words, plain))
    cipher = next((name for name, words in _CIPHERS.items() if re.search(words, plain)), None)
    local = _LOCAL.search(plain) or (None if datums or cipher else _PERHAPS_LOCAL.search(plain))
    return Claims(
        datums=datums,
        cipher=cipher,
        width=_width(plain),
        zone=_zone(plain),
        meridian=_meridian(plain),
        local=local[0] if local else "",
        origin="奥维" if _SHIFTING.search(plain) and not (datums or cipher) else "",
        by=by,
    )


def _width(plain: str) -> Width | None:
    """Read 3 or 6 degrees, when exactly one of them is named."""
    found = {
        int(_DIGITS.get(w, w)) for hit in _WIDTH.finditer(plain) for w in hit.group(1, 3, 4) if w
    }
    if found == {3}:
        return 3
    return 6 if found == {6} else None


def _zone(plain: str) -> int | None:
    """Read a zone number, when exactly one is named."""
    found = {int(hit[1] or hit[2]) for hit in _ZONE.finditer(plain)}
    zone = found.pop() if len(found) == 1 else None
    return zone if zone is not None and 13 <= zone <= 45 else None  # noqa: PLR2004 (China's zones)


def _meridian(plain: str) -> float | None:
    if hit := _MERIDIAN_MINUTES.search(plain):
        return int(hit[1]) + int(hit[2]) / 60
    hit = _MERIDIAN.search(plain)
    return float(hit[1]) if hit else None


def override(crs: str) -> Claims:
    """Read what the user named: an EPSG code, a pseudo system, a Chinese name, or a WKT.

    A bare datum (西安80) leaves the zone to the numbers.

    >>> override("gcj02").cipher, override("4526").crs, override("西安80").datum.value
    ('GCJ-02', 'EPSG:4526', '西安80')
    """
    plain = re.sub(r"[\s_\-]", "", narrow(crs)).upper()
    by = "用户指定"
    if plain in CIPHERS:
        return Claims(cipher=CIPHERS[plain], by=by)
    if code := re.fullmatch(r"(?:EPSG:*)?(\d{4,6})", plain):
        return Claims(crs=f"EPSG:{code[1]}", by=by)
    said = claims_in(crs, by=by)
    return Claims(crs=crs or " ", by=by) if said.silent or len(crs) > 60 else said  # noqa: PLR2004 (a WKT)


def merged(first: Claims, second: Claims) -> Claims:
    """Fill what the first leaves unsaid with what the second says."""
    if not second.silent and first.silent:
        return replace(
            second,
            north_first=first.north_first,
            degrees=first.degrees,
            packed=first.packed,
            origin=first.origin,
            remarks=(*first.remarks, *second.remarks),
        )
    return first
