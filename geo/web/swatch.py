"""Small samples of symbols as SVG, for the legend of a web page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.draw.symbols.hatch import hatch_lines
from geo.draw.symbols.markers import OUTLINES, OVERLAYS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.draw.symbols.ink import Ink, Shape

#: Screen pixels per point; a screen is read from further away than paper.
PX: Final = 1.4
_WIDE: Final = 28.0
_TALL: Final = 16.0
_AREA: Final = 2


def swatch(ink: Ink, shapes: tuple[Shape, ...], *, line_pt: float | None = None) -> str:
    """Draw a symbol as an area, a line, a point or a number, or all it occurs as.

    Args:
        ink: The symbol.
        shapes: What it is used for; a badge is the disc behind a task's number.
        line_pt: Width of its lines when it is not the symbol's own, points.

    >>> from geo.draw.symbols.ink import Ink
    >>> swatch(Ink(fill="#ff0000"), ("area",)).count("<path")
    1
    >>> swatch(Ink(fill="#ff0000"), ()).count("<path")
    0
    """
    drawn: list[str] = []
    outline = ink.fill == "none" and not ink.hatch
    if "area" in shapes and not outline:
        drawn += _area(ink)
    elif "area" in shapes or "line" in shapes:
        drawn += _line(ink, line_pt or ink.width)
    if "badge" in shapes:
        drawn.append(f'<circle cx="14" cy="8" r="6.5" fill="{ink.edge}" stroke="#ffffff"/>')
    elif "point" in shapes:
        drawn += _point(ink)
    tall = _tall(ink, shapes)
    top = (_TALL - tall) / 2
    return (
        f'<svg width="28" height="{tall:g}" viewBox="0 {top:g} 28 {tall:g}" aria-hidden="true">'
        f"{''.join(drawn)}</svg>"
    )


def _tall(ink: Ink, shapes: tuple[Shape, ...]) -> float:
    """Return the height of a sample: a row's, or what a large point symbol needs at its true size."""
    if "point" not in shapes or "badge" in shapes:
        return _TALL
    return float(max(_TALL, np.ceil(ink.size * PX) + 2.0))


def _area(ink: Ink) -> list[str]:
    box = shapely.box(1.5, 1.5, _WIDE - 1.5, _TALL - 1.5)
    out = [_path(box, fill=ink.fill, opacity=ink.opacity)]
    if ink.hatch:
        # Page coordinates run up, those of SVG down: the pattern is turned over with its area.
        strokes = shapely.transform(
            hatch_lines(box, ink.hatch, spacing_mm=4.5), lambda xy: xy * (1, -1) + (0, _TALL)
        )
        dots = shapely.get_dimensions(strokes) == 0
        out.append(_dots(strokes, ink.edge) if dots else _path(strokes, edge=ink.edge, width=0.7))
    return [*out, _path(box, edge=ink.edge, width=min(ink.width, 1.2) * PX, dash=ink.dash)]


def _line(ink: Ink, width_pt: float) -> list[str]:
    line = shapely.LineString([(1, _TALL / 2), (_WIDE - 1, _TALL / 2)])
    out = []
    if ink.band:
        out.append(_path(line, edge=ink.casing, width=6.0, opacity=0.45))
    opacity = 1.0 if ink.fill != "none" else ink.opacity
    return [
        *out,
        _path(line, edge=ink.edge, width=max(width_pt, 0.6) * PX, dash=ink.dash, opacity=opacity),
    ]


def _point(ink: Ink) -> list[str]:
    size = min(ink.size * PX, _WIDE - 1.0)
    out = [_marker(OUTLINES[ink.marker], size, ink.fill, ink.edge, ink.width)]
    if ink.marker in OVERLAYS:
        section = ink.marker == "section"
        fill, edge = (ink.second, ink.edge) if section else (ink.edge, "none")
        out.append(_marker(OVERLAYS[ink.marker], size, fill, edge, ink.width))
    return out


def _marker(outline: NDArray[np.float64], size: float, fill: str, edge: str, width: float) -> str:
    ring = shapely.Polygon(outline * (size, -size) + (_WIDE / 2, _TALL / 2))
    return _path(ring, fill=fill, edge=edge, width=width * PX)


def _path(
    geometry: Any, *, fill: str = "none", edge: str = "none", width: float = 0.0,
    dash: tuple[float, ...] = (), opacity: float = 1.0,
) -> str:  # fmt: skip
    """Write presentation attributes only: the page's policy forbids style attributes."""
    if fill == "none" and edge == "none":
        return ""
    area = shapely.get_dimensions(geometry) == _AREA
    lines = shapely.get_parts(shapely.boundary(geometry) if area else geometry)
    d = "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in shapely.get_coordinates(line))
        for line in lines
    )
    dashes = f' stroke-dasharray="{" ".join(f"{n * PX:.1f}" for n in dash)}"' if dash else ""
    faint = f' opacity="{opacity:g}"' if opacity < 1.0 else ""
    return (
        f'<path d="{d}" fill="{fill}" stroke="{edge}" stroke-width="{width:.2g}"{dashes}{faint}/>'
    )


def _dots(points: Any, colour: str) -> str:
    return "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="0.9" fill="{colour}"/>'
        for x, y in shapely.get_coordinates(points)
    )
