"""Lengths and areas as planners write and print them.

Lengths arrive as text with a unit (``50 m``, ``1.5公里``), never bare. Areas leave as 平方米, 公顷, 亩 and
km², and rows of a table are rounded so that they add up to the printed total.
"""

from __future__ import annotations

import math
import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from geo.errors import GeometryError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

M2_PER_HECTARE = 10_000.0
MU_PER_HECTARE = 15.0
M2_PER_KM2 = 1_000_000.0

_METRES = {"m": 1.0, "米": 1.0, "km": 1000.0, "公里": 1000.0, "千米": 1000.0}
_LENGTH = re.compile(r"(?P<number>[+-]?\d+(?:\.\d+)?|[+-]?\.\d+)\s*(?P<unit>\S*)")


def parse_length(text: str) -> float:
    """Read a length with its unit and return metres.

    The units are ``m``, ``km``, ``米``, ``公里`` and ``千米``; full-width digits and letters are accepted.

    Args:
        text: What the planner wrote.

    Returns:
        The length in metres, greater than zero.

    Raises:
        UsageError: The unit is missing or unknown, the text is no number, or it is not above zero.

    >>> parse_length("50 m"), parse_length("３公里"), parse_length("1.5 km")
    (50.0, 3000.0, 1500.0)
    >>> parse_length("50")
    Traceback (most recent call last):
    ...
    geo.errors.UsageError: 长度「50」没有单位 — 请写明 m、km、米或公里，例如「50 m」
    """
    written = unicodedata.normalize("NFKC", str(text)).strip()
    match = _LENGTH.fullmatch(written)
    if match is None:
        raise UsageError(f"「{text}」不是长度 — 请写成「数字 单位」，例如「50 m」，数字不加千分号")
    unit = match["unit"].lower()
    if not unit:
        raise UsageError(f"长度「{text}」没有单位 — 请写明 m、km、米或公里，例如「{written} m」")
    if unit not in _METRES:
        raise UsageError(f"长度「{text}」的单位「{match['unit']}」无法识别 — 可用 m、km、米、公里")
    metres = float(match["number"]) * _METRES[unit]
    if not metres > 0 or math.isinf(metres):
        raise UsageError(f"长度「{text}」应大于零 — 请改为正数")
    return metres


def hectares(area_m2: float) -> float:
    """Convert square metres to hectares (公顷).

    >>> hectares(12345.6)
    1.23456
    """
    return area_m2 / M2_PER_HECTARE


def mu(area_m2: float) -> float:
    """Convert square metres to mu (亩), 15 to the hectare.

    >>> mu(10_000.0)
    15.0
    """
    return area_m2 * MU_PER_HECTARE / M2_PER_HECTARE


def fixed(value: float, decimals: int) -> str:
    """Write a number with so many decimals, halves away from zero (四舍五入).

    The number is taken as it prints, so 2.675 gives 2.68 although its binary value is a hair less.

    Raises:
        GeometryError: The number is not finite; a value that was not measured has no digits.

    >>> fixed(2.675, 2), fixed(-0.0001, 2)
    ('2.68', '0.00')
    """
    if not math.isfinite(value):
        raise GeometryError("要打印的数值不是有限数 — 未量算的值应写「未量算」，不应当作数字")
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{abs(rounded) if rounded == 0 else rounded:f}"


def format_area(area_m2: float) -> str:
    """Write an area for a report: m² (km² from one km² up), hectares to 4 and mu to 2 decimals.

    Args:
        area_m2: Square metres.

    Raises:
        GeometryError: The area is not finite.

    >>> format_area(1234.56)
    '1234.56 m²（0.1235 公顷 / 1.85 亩）'
    >>> format_area(737_810_000.0)
    '737.81 km²（73781.0000 公顷 / 1106715.00 亩）'
    >>> format_area(0.0)
    '0.00 m²（0.0000 公顷 / 0.00 亩）'
    """
    large = area_m2 >= M2_PER_KM2
    first = f"{fixed(area_m2 / M2_PER_KM2, 2)} km²" if large else f"{fixed(area_m2, 2)} m²"
    return f"{first}（{fixed(hectares(area_m2), 4)} 公顷 / {fixed(mu(area_m2), 2)} 亩）"


def format_length(length_m: float) -> str:
    """Write a length for a report: metres to 1 decimal, from one kilometre up km to 2.

    Raises:
        GeometryError: The length is not finite.

    >>> format_length(853.24), format_length(12_345.0)
    ('853.2 m', '12.35 km')
    """
    if length_m >= 1000:  # noqa: PLR2004 (metres in a kilometre)
        return f"{fixed(length_m / 1000, 2)} km"
    return f"{fixed(length_m, 1)} m"


def round_to_total(values: Sequence[float], total: float, decimals: int) -> tuple[float, ...]:
    """Round rows so that they add up to the rounded total; the remainder goes to the largest row.

    Args:
        values: The rows, in the unit that is printed.
        total: What they add up to, in the same unit; the sum itself, not an independent figure.
        decimals: Decimals that are printed.

    Returns:
        The rounded rows in the same order (the first of equal largest rows takes the remainder).

    Raises:
        GeometryError: A row is not finite, or the rows differ from the total by more than rounding
            explains.

    >>> round_to_total([0.33333, 0.33333, 0.33334], 1.0, 2)
    (0.33, 0.33, 0.34)
    >>> round_to_total([], 0.0, 2)
    ()
    """
    rows = [Decimal(fixed(value, decimals)) for value in values]
    whole = Decimal(fixed(total, decimals))
    remainder = whole - sum(rows, Decimal(0))
    allowed = Decimal(len(rows) + 1).scaleb(-decimals) / 2
    if abs(remainder) > allowed:
        raise GeometryError(
            f"各行之和与合计 {whole} 相差 {abs(remainder)}，超出舍入所能解释的范围 — 请核对合计是否由这些行求得"
        )
    if rows and remainder:
        largest = max(range(len(rows)), key=lambda index: (values[index], -index))
        rows[largest] += remainder
    return tuple(float(row) for row in rows)
