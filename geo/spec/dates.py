"""Dates as planners write them, with the precision they really have."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import total_ordering
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, ConfigDict, PlainSerializer

_PARTIAL: Final = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_AGE: Final = re.compile(r"(\d{1,4})\s*(年|个?月|天|日|years?|months?|days?)")
_LONGEST_DAYS: Final = 36_525  # a century; more would run past the calendar's last day
_DAYS: Final = {"年": 365.2425, "y": 365.2425, "月": 30.436875, "m": 30.436875}


@total_ordering
@dataclass(frozen=True)
class PartialDate:
    """``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; ordered by its first, then its last possible day.

    >>> d = PartialDate.parse("2024-02")
    >>> (str(d), d.first.isoformat(), d.last.isoformat())
    ('2024-02', '2024-02-01', '2024-02-29')
    >>> [str(d) for d in sorted(map(PartialDate.parse, ["2024-02", "2024", "2023-12-31"]))]
    ['2023-12-31', '2024', '2024-02']
    """

    year: int
    month: int | None = None
    day: int | None = None

    __pydantic_config__ = ConfigDict(arbitrary_types_allowed=True)

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read a date.

        Raises:
            ValueError: Not a date of the three forms, or no such day.
        """
        match = _PARTIAL.fullmatch(text.strip())
        if not match:
            raise ValueError(f"“{text}”不是日期 — 请写成 2026、2026-11 或 2026-11-22")
        year, month, day = match.groups()
        try:
            date(int(year), int(month or 1), int(day or 1))
        except ValueError as error:
            raise ValueError(f"没有“{text}”这一天 — 请核对年月日") from error
        return cls(int(year), int(month) if month else None, int(day) if day else None)

    @property
    def first(self) -> date:
        """The first day it may mean."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> date:
        """The last day it may mean."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def __lt__(self, other: PartialDate) -> bool:
        """Come first by the first possible day, of equals by the last."""
        return (self.first, self.last) < (other.first, other.last)

    def __str__(self) -> str:
        """Write it with the precision it was given."""
        parts = [f"{self.year:04d}"] + [f"{p:02d}" for p in (self.month, self.day) if p]
        return "-".join(parts)


def _partial(value: Any) -> Any:
    if isinstance(value, PartialDate):
        return value
    if not isinstance(value, str):
        raise ValueError("这里不是日期 — 请写成 2026、2026-11 或 2026-11-22")  # noqa: TRY004
    return PartialDate.parse(value)


def _age(value: Any) -> Any:
    """Read ``2 年``, ``18 个月`` or ``90 天`` as a span of days."""
    if isinstance(value, timedelta):
        return value
    match = _AGE.fullmatch(value.strip()) if isinstance(value, str) else None
    if not match:
        shown = f"“{value}”" if isinstance(value, str) else "这里"
        raise ValueError(f"{shown}不是期限 — 请写成 2 年、18 个月 或 90 天")
    number, unit = int(match[1]), match[2]
    days = round(number * _DAYS.get(unit.strip("个")[0], 1.0))
    if not 0 < days <= _LONGEST_DAYS:
        raise ValueError(f"期限“{value}”超出范围 — 应在 1 天到 100 年之间")
    return timedelta(days=days)


def _whole_day(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    day = PartialDate.parse(value)
    if day.day is None:
        raise ValueError(f"“{value}”缺少月或日 — 请写成 2026-11-22")
    return day.first


Partial = Annotated[PartialDate, BeforeValidator(_partial), PlainSerializer(str)]
Day = Annotated[date, BeforeValidator(_whole_day)]
Age = Annotated[timedelta, BeforeValidator(_age)]
