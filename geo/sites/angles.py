"""Angles as planners spell them: degrees, degrees–minutes–seconds, and decimals that could be either."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from geo.sites.text import narrow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo.sites.drawing import Floats

Axis = Literal["lon", "lat"]

_SIDE: Final = r"(?:东经|北纬|经度|纬度|西经|南纬|[ENWS])"
_NUMBER: Final = r"\d{1,3}"
_SECONDS: Final = r"\d{1,2}(?:\.\d+)?"
_D: Final = r"\s*[°度d]\s*"
_M: Final = r"\s*['分m]\s*"
_S: Final = r"\s*(?:[\"秒s]|'{2})?"
_FORMS: Final = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"({_NUMBER}){_D}({_SECONDS}){_M}({_SECONDS}){_S}",  # 112°52′30.5″, 112度52分30.5秒
        rf"({_NUMBER}){_D}({_SECONDS})(?:{_M})?()",  # 112°52.508′
        rf"({_NUMBER})-(\d{{1,2}})-({_SECONDS})",  # 112-52-30.5
        rf"({_NUMBER}):(\d{{1,2}}):({_SECONDS})",  # 112:52:30.5
        rf"({_NUMBER})\s+(\d{{1,2}})\s+({_SECONDS})",  # 112 52 30.5
        rf"({_NUMBER}(?:\.\d+)?)(?:{_D})?()()",  # 112.875, 112.875°
    )
)
_DRESSED: Final = re.compile(rf"({_SIDE})?\s*[:=]?\s*(.*?)\s*({_SIDE})?", re.IGNORECASE | re.DOTALL)
_SIGNED: Final = re.compile(
    rf"(?:{_SIDE}\s*[:=]?\s*)?{_NUMBER}\s*[°度]\s*{_SECONDS}\s*['分](?:\s*{_SECONDS}{_S})?(?:\s*[EN](?![A-Z\d]))?",
    re.IGNORECASE,
)
_AXES: Final[dict[str, Axis]] = {
    "东经": "lon", "经度": "lon", "E": "lon", "北纬": "lat", "纬度": "lat", "N": "lat",
}  # fmt: skip
_SIXTY: Final = 60
_LONG_TEXT: Final = 60


@dataclass(frozen=True)
class Angle:
    """An angle in degrees, how finely it was written, and which axis it names itself.

    Args:
        degrees: The value, positive (east or north).
        step: One unit of the last digit written, in degrees.
        axis: ``lon`` or ``lat`` when a letter or word says so.
        decimal: Written as one decimal number, so that dd.mmss is possible.
        fault: What is wrong with it, in Chinese; empty when nothing is.
    """

    degrees: float
    step: float
    axis: Axis | None = None
    decimal: bool = False
    fault: str = ""


def parse_angle(text: str) -> Angle | None:
    """Read one angle in any of the usual spellings; ``None`` when the text is none.

    >>> [round(parse_angle(t).degrees, 6) for t in
    ...  ("112°52′30.5″", "112-52-30.5", "112 52 30.5", "E112度52分30.5秒", "１１２．５")]
    [112.875139, 112.875139, 112.875139, 112.875139, 112.5]
    >>> parse_angle("J1") is None, parse_angle("112°72′30″").fault
    (True, '分或秒大于等于 60')
    """
    if len(text) > _LONG_TEXT:
        return None
    plain = narrow(text).strip()
    dressed = _DRESSED.fullmatch(plain)
    sides = {side.upper() for side in dressed.group(1, 3) if side} if dressed else set()
    # Undressed first: the s of 30.5s is seconds, not south.
    for core, said in ((plain, set()), (dressed[2].strip() if dressed else "", sides)):
        for at, form in enumerate(_FORMS):
            if hit := form.fullmatch(core):
                return _angle(hit.groups(), said, decimal=at == len(_FORMS) - 1)
    return None


def _angle(parts: tuple[str | None, ...], sides: set[str], *, decimal: bool) -> Angle:
    """Add up degrees, minutes and seconds and judge them."""
    degrees, minutes, seconds = (part or "" for part in parts)
    value = float(degrees) + float(minutes or 0) / _SIXTY + float(seconds or 0) / _SIXTY**2
    fault = ""
    if sides & {"西经", "南纬", "W", "S"}:
        fault = "写的是西经或南纬，不在中国"
    elif float(minutes or 0) >= _SIXTY or float(seconds or 0) >= _SIXTY:
        fault = "分或秒大于等于 60"
    axes = {_AXES[side] for side in sides if side in _AXES}
    if len(axes) > 1:
        fault = "同时写了经度和纬度"
    axis = axes.pop() if len(axes) == 1 else None
    last, unit = (seconds, _SIXTY**2) if seconds else (minutes, _SIXTY) if minutes else (degrees, 1)
    return Angle(value, step_of(last) / unit, axis, decimal=decimal, fault=fault)


def find_angles(text: str) -> list[str]:
    r"""Find the angles written with signs in running text.

    >>> find_angles("拐点1：东经112°52′30.5″北纬36°18′20″")
    ['东经112°52\'30.5"', '北纬36°18\'20"']
    """
    return [hit[0].strip() for hit in _SIGNED.finditer(narrow(text))]


def step_of(number: str) -> float:
    """Give one unit of the last digit written.

    >>> step_of("30.5"), step_of("30")
    (0.1, 1.0)
    """
    return 10.0 ** -len(number.partition(".")[2])


def could_be_packed(numbers: Iterable[str]) -> bool:
    """Tell whether decimals as written could all be dd.mmss: four decimals or more, minutes and seconds below 60.

    >>> could_be_packed(["112.5230", "36.1845"]), could_be_packed(["112.5230", "36.1875"])
    (True, False)
    """
    found = False
    for number in numbers:
        decimals = number.strip().rstrip("°度").partition(".")[2]
        if len(decimals) < 4:  # noqa: PLR2004 (mm and ss)
            decimals = decimals.ljust(4, "0")
        else:
            found = True
        if not decimals.isdigit() or int(decimals[:2]) >= _SIXTY or int(decimals[2:4]) >= _SIXTY:
            return False
    return found


def unpack(packed: Floats) -> Floats:
    """Turn numbers written dd.mmss into degrees.

    >>> unpack(np.array([112.5230])).round(9).tolist()
    [112.875]
    """
    # Guards against 112.5230 being stored as 112.52299999…: a hair far below 1e-6 of a second.
    whole = np.floor(packed)
    rest = (packed - whole) * 100 + 1e-9
    minutes = np.floor(rest)
    seconds = np.maximum((rest - minutes - 1e-9) * 100, 0)
    return np.asarray(whole + minutes / _SIXTY + seconds / _SIXTY**2, dtype=float)
