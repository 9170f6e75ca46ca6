"""A symbol with nothing left open, and what a preset adds to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.spec.style import Label, Symbol

Shape = Literal["badge", "point", "line", "area"]


@dataclass(frozen=True)
class Ink:
    """One symbol with nothing left open; widths and sizes in points, colours ``#rrggbb`` or none.

    A line is drawn with ``edge``; ``casing`` is a wider line under it. ``second`` fills the right
    half of a two-part marker. ``band`` is a soft strip inside an area's edge, in points.
    """

    fill: str = "none"
    edge: str = "none"
    width: float = 0.5
    dash: tuple[float, ...] = ()
    hatch: str = ""
    marker: str = "circle"
    size: float = 6.0
    opacity: float = 1.0
    casing: str = "none"
    casing_width: float = 0.0
    second: str = "none"
    band: float = 0.0

    def changed(self, symbol: Symbol) -> Ink:
        """Return this symbol with what a style gives; its opacity goes for fills."""
        given = {
            name: getattr(symbol, name)
            for name in ("fill", "edge", "width", "dash", "hatch", "marker", "size", "opacity")
            if getattr(symbol, name) is not None
        }
        return replace(self, **given)


@dataclass(frozen=True)
class Preset:
    """How a kind of thing is drawn when nobody says otherwise.

    Attributes:
        ink: Its symbol.
        group: Heading of its legend entries.
        rank: Place in the drawing order of the legend's groups; the map's order is the author's.
        by: Field whose values have symbols of their own.
        classes: Title and symbol by value; values not listed get ``ink``.
        label: What is written beside features.
    """

    ink: Ink
    group: str = "其他要素"
    by: str = ""
    classes: Mapping[str, tuple[str, Ink]] = field(default_factory=dict)
    label: Label | None = None
