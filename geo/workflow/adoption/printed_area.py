"""The area a plan prints for a layer, held against the area the layer comes to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geo.sites.declared import declared_area
from geo.space.units import M2_PER_HECTARE, M2_PER_KM2, MU_PER_HECTARE, fixed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo.spec.plans import Plan

_UNITS: Final = {
    "平方公里": M2_PER_KM2, "平方千米": M2_PER_KM2, "km2": M2_PER_KM2, "km²": M2_PER_KM2,
    "公顷": M2_PER_HECTARE, "hm2": M2_PER_HECTARE, "hm²": M2_PER_HECTARE,
    "亩": M2_PER_HECTARE / MU_PER_HECTARE, "万亩": 10_000 * M2_PER_HECTARE / MU_PER_HECTARE,
    "万公顷": 10_000 * M2_PER_HECTARE,
}  # fmt: skip
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_NOTABLE: Final = 0.005
"""Two areas nearer than this agree: methods of measuring differ by less (domain.md §1)."""


@dataclass(frozen=True)
class Printed:
    """A figure somebody printed, in square metres, with where it stands."""

    area_m2: float
    words: str

    def against(self, area_m2: float) -> str:
        """Hold it against a measured area.

        >>> Printed(1_000_000.0, "规划印 1 平方公里").against(1_100_000.0)
        '规划印 1 平方公里，本图层 1.1000 平方公里，相差 +10.0% — 请向提供单位核实'
        """
        share = area_m2 / self.area_m2 - 1
        told = f"{self.words}，本图层 {fixed(area_m2 / M2_PER_KM2, 4)} 平方公里"
        if abs(share) <= _NOTABLE:
            return f"{told}，相符（差 {share * 100:+.2f}%）"
        return f"{told}，相差 {share * 100:+.1f}% — 请向提供单位核实"


def printed_areas(
    title: str, plans: Sequence[Plan], *, said: str | None, area_m2: float
) -> Iterator[Printed]:
    """Find what the planner or the plans' indicators say about the area of a layer of that title."""
    if said is not None:
        stated, words = declared_area(said, area_m2)
        if stated is not None:
            yield Printed(stated, f"给定面积 {words.split('，')[0]}")
    for plan in plans:
        for row in plan.indicators:
            unit = _UNITS.get(row.unit.strip().lower())
            if unit is None or title not in row.name or "面积" not in row.name:
                continue
            for year, value in [(row.base_year or "基准年", row.base), *row.targets.items()]:
                if (number := _NUMBER.search(value)) and float(number[0]) > 0:
                    words = f"规划 {plan.id} 指标“{row.name}”（{year}）印 {number[0]} {row.unit}"
                    yield Printed(float(number[0]) * unit, words)
