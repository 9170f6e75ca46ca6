"""Colours: the official ones of water classes, our own for the rest, and how far apart eyes see them."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

#: Classes of GB 3838-2002 in the colours Chinese water maps give them (Ⅰ–Ⅱ 蓝, Ⅲ 绿, Ⅳ 黄, Ⅴ 橙,
#: 劣Ⅴ 红). Red and green are not safe for all eyes: the class is always written beside the colour.
WATER_CLASSES: Final[dict[str, str]] = {
    "Ⅰ": "#2f9be8",
    "Ⅱ": "#2f9be8",
    "Ⅲ": "#35b24a",
    "Ⅳ": "#ffe14d",
    "Ⅴ": "#f7941d",
    "劣Ⅴ": "#e0322c",
}
#: Media of a plan's tasks; hue, lightness and marker differ, so that no two rest on hue alone.
DOMAINS: Final[dict[str, str]] = {
    "气": "#6a51a3",
    "水": "#08519c",
    "土": "#8c510a",
    "固废": "#4d4d4d",
    "声": "#d6a800",
    "生态": "#1b7837",
    "能力": "#c51b7d",
    "综合": "#e66101",
}
#: Categories without colours of their own: Okabe and Ito (2008), Color Universal Design, safe for
#: the colour-blind, then darker and lighter ones told apart by lightness.
CATEGORIES: Final = (
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#666666",
    "#004b73", "#7a5200", "#00523d", "#7d3f60",
)  # fmt: skip
#: Light to dark ramps of one hue each; lightness alone carries the order.
RAMPS: Final[dict[str, tuple[str, str]]] = {
    "greens": ("#eef7e6", "#0b5d2b"),
    "blues": ("#e9f2fb", "#0b3f7d"),
    "reds": ("#fdeae2", "#8f1318"),
    "oranges": ("#fff1db", "#9a4a06"),
    "purples": ("#f1edf7", "#4a1b78"),
    "greys": ("#f4f4f4", "#3a3a3a"),
}

#: Simulation of dichromats in linear RGB: Viénot, Brettel, Mollon (1999), Color Research and
#: Application 24(4), for protanopes and deuteranopes; tritanopes after Brettel et al. (1997).
_DICHROMATS: Final[dict[str, NDArray[np.float64]]] = {
    "protan": np.array([[0.1124, 0.8876, 0.0], [0.1124, 0.8876, 0.0], [0.0040, -0.0040, 1.0]]),
    "deutan": np.array([[0.2928, 0.7072, 0.0], [0.2928, 0.7072, 0.0], [-0.0223, 0.0223, 1.0]]),
    "tritan": np.array([[1.0, 0.1446, -0.1446], [0.0, 0.8592, 0.1408], [0.0, 0.8592, 0.1408]]),
}


def rgb(colour: str) -> NDArray[np.float64]:
    """Return red, green and blue between 0 and 1.

    >>> rgb("#ff0080").round(2).tolist()
    [1.0, 0.0, 0.5]
    """
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0


def hexed(parts: Iterable[float]) -> str:
    """Write red, green and blue between 0 and 1 as a colour.

    >>> hexed((1.0, 0.0, 0.5))
    '#ff0080'
    """
    return "#" + "".join(f"{round(min(max(float(p), 0.0), 1.0) * 255):02x}" for p in parts)


def mix(colour: str, other: str, share: float) -> str:
    """Blend a share (0 to 1) of another colour into one.

    >>> mix("#000000", "#ffffff", 0.2)
    '#333333'
    """
    return hexed(rgb(colour) * (1.0 - share) + rgb(other) * share)


def ramp(name: str, count: int) -> tuple[str, ...]:
    """Return colours from light to dark.

    >>> ramp("greys", 2)
    ('#f4f4f4', '#3a3a3a')
    """
    light, dark = RAMPS.get(name, RAMPS["greens"])
    steps = [0.5] if count == 1 else [i / (count - 1) for i in range(count)]
    return tuple(mix(light, dark, step) for step in steps)


def luminance(colour: str) -> float:
    """Return the relative luminance, 0 for black to 1 for white (WCAG 2.2)."""
    return float(_linear(rgb(colour)) @ np.array([0.2126, 0.7152, 0.0722]))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2).

    >>> round(contrast("#000000", "#ffffff"), 6)
    21.0
    """
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def confusable(colours: Iterable[str], *, least: float = 8.0) -> tuple[tuple[str, str, str], ...]:
    """List the pairs a colour-blind reader may confuse, with the kind of colour-blindness.

    Two colours are told apart from a difference ΔE (CIE 1976) of ``least`` on, as patches side by
    side in print; identical colours are not a pair.

    >>> confusable(["#ff0000", "#ff0000", "#0000ff"])
    ()
    >>> [kind for _, _, kind in confusable(["#c0504d", "#6c7a2c"], least=20)]
    ['deutan']
    """
    unique = list(dict.fromkeys(colours))
    out = []
    for one, other in combinations(unique, 2):
        for kind, matrix in _DICHROMATS.items():
            labs = [_lab(np.clip(matrix @ _linear(rgb(c)), 0.0, 1.0)) for c in (one, other)]
            if float(np.linalg.norm(labs[0] - labs[1])) < least:
                out.append((one, other, kind))
    return tuple(out)


def _linear(srgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Undo the curve of sRGB (IEC 61966-2-1)."""
    knee = 0.04045
    return np.where(srgb <= knee, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def _lab(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIE L*a*b* of linear sRGB under D65."""
    xyz = np.array([
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]) @ linear / np.array([0.95047, 1.0, 1.08883])  # fmt: skip
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])
