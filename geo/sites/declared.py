"""The area a file states, whose unit is often not written: told by comparison, never trusted."""

from __future__ import annotations

import math
import re
from typing import Final

from geo.sites.text import narrow
from geo.space.units import M2_PER_HECTARE, M2_PER_KM2, MU_PER_HECTARE, fixed

_UNITS: Final = {
    "公顷": M2_PER_HECTARE,
    "平方米": 1.0,
    "亩": M2_PER_HECTARE / MU_PER_HECTARE,
    "平方公里": M2_PER_KM2,
}
_SPELLINGS: Final = {
    "公顷": r"公顷|hm2|ha",
    "平方米": r"平方米|m2|平米",
    "亩": r"亩",
    "平方公里": r"平方公里|平方千米|km2",
}
_AREA: Final = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*(\S*)")
_ALIKE: Final = 1.2
"""A stated area within this ratio of the computed one tells its unit; units lie a factor 15 apart."""
_WORTH_SAYING: Final = 0.005


def declared_area(text: str, computed_m2: float) -> tuple[float | None, str]:
    """Read a stated area in square metres, with words for the report.

    Args:
        text: The number as written, perhaps with its unit.
        computed_m2: The area of the drawing, from which a missing unit is inferred.

    Returns:
        Square metres (``None``: no area stated, or its unit cannot be told), and the words.

    >>> declared_area("0.5", 5003.0)
    (5000.0, '0.5 公顷（单位为推断）')
    >>> declared_area("7.5亩", 5003.0)
    (5000.0, '7.5 亩')
    >>> declared_area("0.5", 123456.0)
    (None, '0.5（未写单位，与量算面积 12.3456 公顷对不上，无法推断）')
    """
    hit = _AREA.fullmatch(narrow(text).strip().replace(",", "").replace("㎡", "m2"))
    if hit is None or not 0 < float(hit[1]) < math.inf:
        return None, ""
    value = float(hit[1])
    unit = _unit(hit[2])
    if unit is not None:
        area = value * _UNITS[unit]
        return area, f"{hit[1]} {unit}" + _difference(area, computed_m2)
    nearest = min(_UNITS, key=lambda name: _ratio(value * _UNITS[name], computed_m2))
    area = value * _UNITS[nearest]
    if _ratio(area, computed_m2) > _ALIKE:
        size = f"{fixed(computed_m2 / M2_PER_HECTARE, 4)} 公顷"
        return None, f"{hit[1]}（未写单位，与量算面积 {size}对不上，无法推断）"
    return area, f"{hit[1]} {nearest}（单位为推断）" + _difference(area, computed_m2)


def _unit(written: str) -> str | None:
    """Recognise a unit as written after the number."""
    plain = written.lower().strip("()")
    return next((u for u, words in _SPELLINGS.items() if re.fullmatch(words, plain)), None)


def _ratio(a: float, b: float) -> float:
    return max(a, b) / min(a, b) if a > 0 and b > 0 else math.inf


def _difference(area_m2: float, computed_m2: float) -> str:
    """Say when the stated area differs from the computed one by more than rounding and method."""
    if computed_m2 <= 0 or abs(area_m2 - computed_m2) <= _WORTH_SAYING * computed_m2:
        return ""
    percent = (area_m2 - computed_m2) / computed_m2 * 100
    return f"，与量算面积相差 {fixed(abs(percent), 1)}%"
