"""Round scales, and the length of a scale bar that is true on paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_STEPS: Final = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5, 8.0)
_FINEST: Final = 5_000
_COARSEST: Final = 5_000_000
#: Denominators a sheet may have, 1:5 000 to 1:5 000 000.
LADDER: Final = tuple(
    sorted({
        round(step * 10**power) for power in (3, 4, 5, 6) for step in _STEPS
        if _FINEST <= step * 10**power <= _COARSEST
    })
)  # fmt: skip
_BAR_KM: Final = tuple(n * 10.0**power for power in (-2, -1, 0, 1, 2) for n in (1, 2, 3, 4, 5))


@dataclass(frozen=True)
class Bar:
    """A scale bar: ``parts`` equal pieces of ``part_mm`` millimetres, each ``part_m`` metres."""

    part_m: float
    part_mm: float
    parts: int

    @property
    def length_mm(self) -> float:
        """Length of the whole bar on paper."""
        return self.part_mm * self.parts


def scale_bar(denominator: int, *, longest_mm: float) -> Bar:
    """Return the longest bar of four round parts that fits a length on paper.

    >>> bar = scale_bar(100_000, longest_mm=50)
    >>> bar.part_m, bar.part_mm, bar.length_mm
    (1000.0, 10.0, 40.0)
    """
    longest_km = longest_mm * denominator / 1e6
    part_km = max((k for k in _BAR_KM if 4 * k <= longest_km), default=_BAR_KM[0])
    return Bar(part_km * 1000.0, part_km * 1e6 / denominator, 4)


def scale_text(denominator: int) -> str:
    """Write a scale with spaces between thousands.

    >>> scale_text(150_000)
    '1:150 000'
    """
    return f"1:{denominator:,}".replace(",", " ")
