"""Spare paper beside the map, given to larger letters in the legend and to a larger locator."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from geo.draw.layout.legend import SIZES as LEGEND_SIZES
from geo.draw.layout.legend import fit_legend, splits
from geo.draw.layout.page import Frame

if TYPE_CHECKING:
    from geo.draw.layers.base import Pane
    from geo.draw.layout.legend import Row
    from geo.draw.layout.lettering import Lettering
    from geo.draw.layout.page import Layout

#: The largest letters of a legend with room to spare, points; titles of its groups stay below the sheet's.
LARGEST_PT: Final = 10.0
#: Share of the legend's frame that may be used by larger letters, so that rows keep their air.
_FULL: Final = 0.9
#: Less than this is not worth moving anything for, millimetres.
_WORTH_MM: Final = 6.0
#: Kept between the legend's last row and the scale bar, millimetres.
_AIR_MM: Final = 5.0
#: Around the drawing of a pane: at the sides, and above and below it with its name, millimetres.
_SIDE_MM: Final = 3.0
_NAME_MM: Final = 5.6


def spread(layout: Layout, panes: tuple[Pane, ...], fonts: Lettering) -> Layout:
    """Return the layout with its spare paper used; the map and its scale stay as they are.

    A legend of few rows is set in larger letters. What a column still has to spare then goes to the
    locator, whose panes stand one above the other where that shows them larger.

    Args:
        layout: A layout whose legend is complete.
        panes: What the locator shows.
        fonts: What the legend is set in.
    """
    layout = _lettered(layout, fonts)
    if layout.inset is None or layout.panel.x < layout.map.right:
        return layout  # a strip's locator is as high as the strip already
    spare = layout.legend.h - layout.fitted.used[1] - _AIR_MM
    if spare < _WORTH_MM:
        return layout
    ground = Frame(layout.inset.x, layout.inset.y - spare, layout.inset.w, layout.inset.h + spare)
    tall = useful_height(ground, panes, layout.type_scale)
    if tall <= layout.inset.h:
        return layout
    inset = Frame(ground.x, ground.top - tall, ground.w, tall)
    lower = tall - layout.inset.h
    legend = replace(layout.legend, h=layout.legend.h - lower)
    return replace(layout, inset=inset, legend=legend)


def _lettered(layout: Layout, fonts: Lettering) -> Layout:
    """Set a legend that has its usual letters and room to spare in larger ones."""
    before, frame = layout.fitted, layout.legend
    usual = LEGEND_SIZES[0] * layout.type_scale
    if not before.rows or before.size_pt < usual - 1e-9:
        return layout
    found = fit_legend(
        tuple(row.entry for row in before.rows), fonts, width_mm=frame.w, height_mm=frame.h * _FULL,
        largest_pt=LARGEST_PT * layout.type_scale,
    )  # fmt: skip
    if found is None or found.size_pt <= usual:
        return layout
    worse = _lines(found.rows) > _lines(before.rows) or splits(found.rows) > splits(before.rows)
    return layout if worse else replace(layout, fitted=found)


def _lines(rows: tuple[Row, ...]) -> int:
    return sum(len(row.lines) for row in rows)


def pane_frames(ground: Frame, panes: tuple[Pane, ...], scale: float) -> tuple[Frame, ...]:
    """Part a locator's ground among its panes: beside each other, or above where that is larger."""
    return max(_parted(ground, len(panes)), key=lambda frames: _shown(frames, panes, scale))


def useful_height(ground: Frame, panes: tuple[Pane, ...], scale: float) -> float:
    """Return how much of a ground's height its panes can fill, millimetres."""
    frames = pane_frames(ground, panes, scale)
    need = [
        min(f.h, (f.w - _SIDE_MM) / _aspect(p) + _NAME_MM * scale)
        for f, p in zip(frames, panes, strict=True)
    ]
    stacked = len(frames) > 1 and frames[0].x == frames[1].x
    return len(need) * max(need) if stacked else max(need)


def _parted(ground: Frame, count: int) -> tuple[tuple[Frame, ...], ...]:
    wide, tall = ground.w / count, ground.h / count
    beside = tuple(Frame(ground.x + n * wide, ground.y, wide, ground.h) for n in range(count))
    above = tuple(
        Frame(ground.x, ground.top - (n + 1) * tall, ground.w, tall) for n in range(count)
    )
    return beside, above


def _shown(frames: tuple[Frame, ...], panes: tuple[Pane, ...], scale: float) -> float:
    """Return the paper that panes take in some frames, square millimetres."""
    total = 0.0
    for frame, pane in zip(frames, panes, strict=True):
        wide = min(frame.w - _SIDE_MM, (frame.h - _NAME_MM * scale) * _aspect(pane))
        total += max(wide, 0.0) ** 2 / _aspect(pane)
    return total


def _aspect(pane: Pane) -> float:
    """Return width over height of a pane's area on the ground."""
    west, south, east, north = pane.area.bounds
    return float((east - west) * np.cos(np.radians((south + north) / 2)) / (north - south))
