"""Coordinates in the cells of a table, and what reading a table has gathered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from geo.sites.angles import parse_angle, step_of
from geo.sites.plots import Break, TablePoint, Unread
from geo.sites.text import narrow

if TYPE_CHECKING:
    from geo.errors import Problem

HINT: Final = "应为度（112.5083）、度分秒（112°30′30″）或以米为单位的平面坐标"
_PLANE: Final = re.compile(
    r"(?:[XYNE][^\d\-+]{0,4})?([+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.\d*)?)\s*(?:m|米)?",
    re.IGNORECASE,
)
_LEAST_PLANE_M: Final = 1000.0
_SIXTY: Final = 60
_LABEL_AT_MOST: Final = 20


@dataclass(frozen=True)
class Number:
    """One coordinate as read from a cell.

    Args:
        value: Metres or degrees.
        step: One unit of the last digit written.
        decimal: The decimal number as written, ``plane`` or ``dms`` where it is none.
        lat: Whether it calls itself a latitude; ``None`` when it does not say.
        fault: What is wrong with it.
    """

    value: float
    step: float
    decimal: str = ""
    lat: bool | None = None
    fault: str = ""


@dataclass
class Table:
    """What one table yields while it is read: rows, numbers as written, problems, and words."""

    words: str
    north_first: bool | None = None
    events: list[TablePoint | Break | Unread] = field(default_factory=list)
    decimals: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def filled(self) -> bool:
        """True when the table holds any coordinates, or a fault where some should be."""
        return bool(self.problems) or any(
            isinstance(e, TablePoint) or (isinstance(e, Unread) and e.problem.severity == "error")
            for e in self.events
        )

    def add(
        self, line: int, pair: tuple[Number, Number], *,
        label: str = "", plot: str = "", ring: str = "", area: str = "",
        fields: dict[str, str] | None = None,
    ) -> None:  # fmt: skip
        """Add one point and remember how its numbers were written."""
        first, second = pair
        step = max(first.step, second.step)
        label = label[:_LABEL_AT_MOST]
        self.events.append(
            TablePoint(line, first.value, second.value, step, label, plot, ring, area, fields or {})
        )
        self.decimals += [first.decimal, second.decimal]
        if self.north_first is None and first.lat is not None:
            self.north_first = first.lat


def coordinate(text: str, *, packed: bool = False) -> Number | None:
    """Read a cell as a plane coordinate or an angle; ``None`` when it is neither.

    Args:
        text: The cell.
        packed: Decimals are dd.mmss, as the heading says.

    >>> coordinate("Y=38,512,345.678").value, coordinate("112°30′").value
    (38512345.678, 112.5)
    >>> coordinate("112.3030", packed=True).value
    112.50833333333334
    """
    if hit := _PLANE.fullmatch(text.strip()):
        plain = hit[1].replace(",", "")
        if abs(float(plain)) >= _LEAST_PLANE_M:
            return Number(float(plain), step_of(plain), decimal="plane")
    angle = parse_angle(text)
    if angle is None:
        return None
    lat = None if angle.axis is None else angle.axis == "lat"
    decimal = re.sub(r"[^\d.]", "", narrow(text)) if angle.decimal else "dms"
    if packed and angle.decimal:
        return _unpacked(decimal, lat=lat)
    return Number(angle.degrees, angle.step, decimal, lat, angle.fault)


def _unpacked(decimal: str, *, lat: bool | None) -> Number:
    """Read a decimal whose heading says it is dd.mmss."""
    whole, _, rest = decimal.partition(".")
    digits = rest.ljust(4, "0")
    minutes, seconds = int(digits[:2]), float(f"{digits[2:4]}.{digits[4:] or 0}")
    fault = "分或秒大于等于 60" if minutes >= _SIXTY or seconds >= _SIXTY else ""
    value = int(whole) + minutes / _SIXTY + seconds / _SIXTY**2
    step = 10.0 ** -max(len(rest) - 4, 0) / _SIXTY**2
    return Number(value, step, "dms", lat, fault)
