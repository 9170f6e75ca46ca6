"""Round scales, and the length of a scale bar that is true on paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from geo.errors import UsageError

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


def choose_scale(
    width_m: float, height_m: float, *, frame_mm: tuple[float, float], given: int | None = None
) -> int:
    """Return the largest round scale at which an extent fits a frame, as its denominator.

    Args:
        width_m: Width of the extent in the plane, metres.
        height_m: Height of the extent, metres.
        frame_mm: Width and height of the map frame, millimetres.
        given: A denominator the map asks for; the extent must fit at it.

    Raises:
        UsageError: The extent does not fit at the given scale, or at no scale of the ladder.

    >>> choose_scale(20_000, 10_000, frame_mm=(200, 160))
    100000
    >>> choose_scale(20_001, 10_000, frame_mm=(200, 160))
    125000
    """
    need = max(width_m / frame_mm[0], height_m / frame_mm[1]) * 1000.0
    if given is not None:
        if need > given * (1 + 1e-9):
            fits = next((s for s in LADDER if s >= need), None)
            hint = f"请改为 1:{fits} 或更小的比例尺，或换更大的纸" if fits else "请缩小范围"
            raise UsageError(f"比例尺 1:{given} 放不下制图范围（需要 1:{need:.0f}）— {hint}")
        return given
    fit = next((s for s in LADDER if s >= need * (1 - 1e-9)), None)
    if fit is None:
        raise UsageError(f"制图范围太大（需要 1:{need:.0f}）— 本工具最小比例尺为 1:{LADDER[-1]}")
    return fit


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
