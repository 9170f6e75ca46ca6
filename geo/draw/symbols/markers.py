"""Point symbols as closed outlines of unit size, centred on the origin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Outline = NDArray[np.float64]


def _regular(corners: int, *, start_deg: float = 90.0, radius: float = 0.5) -> Outline:
    turns = np.radians(start_deg + np.arange(corners) * 360.0 / corners)
    return np.column_stack([np.cos(turns), np.sin(turns)]) * radius


def _star() -> Outline:
    turns = np.radians(90.0 + np.arange(10) * 36.0)
    radius = np.where(np.arange(10) % 2 == 0, 0.56, 0.235)
    return np.column_stack([np.cos(turns), np.sin(turns)]) * radius[:, None]


def _drop() -> Outline:
    """A drop of water: a tip above three quarters of a circle."""
    turns = np.radians(np.linspace(150.0, 390.0, 25))
    round_part = np.column_stack([np.cos(turns) * 0.34, np.sin(turns) * 0.34 - 0.16])
    return np.vstack([[(0.0, 0.56)], round_part])


def _half(side: float) -> Outline:
    turns = np.radians(np.linspace(90.0, 270.0, 19))
    return np.column_stack([np.cos(turns) * side, np.sin(turns)]) * 0.5


_CIRCLE: Final = _regular(36)
_CROSS: Final = np.array([
    (-0.17, 0.5), (0.17, 0.5), (0.17, 0.17), (0.5, 0.17), (0.5, -0.17), (0.17, -0.17),
    (0.17, -0.5), (-0.17, -0.5), (-0.17, -0.17), (-0.5, -0.17), (-0.5, 0.17), (-0.17, 0.17),
])  # fmt: skip
_PLANT: Final = np.array([
    (-0.5, -0.42), (-0.5, 0.05), (-0.16, 0.3), (-0.16, 0.05), (0.18, 0.3), (0.18, 0.5), (0.5, 0.5),
    (0.5, -0.42),
])  # fmt: skip
_BAR: Final = np.array([(-0.5, -0.12), (-0.5, 0.12), (0.5, 0.12), (0.5, -0.12)])

#: Outlines filled with the symbol's ``fill``; a ring and a section have a second one.
OUTLINES: Final[dict[str, Outline]] = {
    "circle": _CIRCLE,
    "ring": _CIRCLE,
    "section": _CIRCLE,
    "square": _regular(4, start_deg=45.0, radius=0.62),
    "triangle": _regular(3, radius=0.6),
    "triangle_down": _regular(3, start_deg=270.0, radius=0.6),
    "diamond": _regular(4, radius=0.56),
    "pentagon": _regular(5, radius=0.54),
    "hexagon": _regular(6, start_deg=0.0, radius=0.54),
    "star": _star(),
    "cross": _CROSS,
    "drop": _drop(),
    "plant": _PLANT,
    "bar": _BAR,
}
#: What is laid over the outline, filled with ``second`` (a section's right half) or the edge colour.
OVERLAYS: Final[dict[str, Outline]] = {"section": _half(-1.0), "ring": _CIRCLE * 0.42}
