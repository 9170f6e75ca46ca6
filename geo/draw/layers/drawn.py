"""One layer of a map, resolved: geometry, symbols, words, and what it is worth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import shapely

from geo.draw.layers.classing import SymbolClass
from geo.draw.symbols.ink import Ink
from geo.draw.symbols.presets import GROUPS
from geo.spec.style import Label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geo.draw.symbols.ink import Shape
    from geo.spec.vocabulary import Authority

NOTHING_HERE: Final = "图幅范围内没有要素"


@dataclass(frozen=True, eq=False)
class DrawnLayer:
    """Features in drawing order, arrays aligned with each other.

    Attributes:
        id: The layer, or ``tasks:<plan>``, ``where:<title>``.
        geometry: EPSG:4490.
        class_of: Index into ``classes`` per feature.
        labels: What is written beside each feature, empty for nothing; ``label`` says how.
        numbers: Number per feature that stands for a longer name listed in the margin, 0 for none.
        washed: Whether areas are filled, per feature; a task that names a whole district or township
            is told by its number, not by colouring the district.
        facts: What a popup tells, per feature.
    """

    id: str
    title: str
    kind: Literal["layer", "tasks", "where"]
    group: str
    geometry: NDArray[Any]
    names: tuple[str, ...]
    class_of: NDArray[np.int64]
    classes: tuple[SymbolClass, ...]
    label: Label | None
    labels: tuple[str, ...]
    facts: tuple[Mapping[str, str], ...]
    authority: Authority
    accuracy_m: float
    credit: str
    as_of: str = ""
    in_legend: bool = True
    internal: bool = False
    numbers: tuple[int, ...] = ()
    washed: NDArray[np.bool_] | None = None
    notes: tuple[str, ...] = ()

    def drawn_as_area(self) -> NDArray[np.bool_]:
        """Tell for each feature whether its areas are filled and outlined."""
        return np.ones(len(self.geometry), dtype=bool) if self.washed is None else self.washed

    def shapes(self, class_at: int) -> tuple[Shape, ...]:
        """Tell which shapes the features of a class have, points first."""
        held = self.class_of == class_at
        parts = shapely.get_parts(shapely.get_parts(self.geometry[held & self.drawn_as_area()]))
        found = set(shapely.get_dimensions(parts).tolist())
        names: dict[int, Shape] = {0: "point", 1: "line", 2: "area"}
        shapes = tuple(names[d] for d in sorted(found & set(names)))
        return ("badge", *shapes) if self.numbers else shapes

    def count(self, class_at: int) -> int:
        """Count the features of a class."""
        return int((self.class_of == class_at).sum())


@dataclass(frozen=True)
class Skipped:
    """A layer that the map asks for and that cannot be drawn; ``reason`` is printed on the sheet."""

    title: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, eq=False)
class Numbered:
    """An entry of the list in the margin."""

    number: int
    text: str
    ink: Ink | None = None


@dataclass(frozen=True, eq=False)
class Batch:
    """What one item of a map's ``layers`` comes to."""

    layer: DrawnLayer | None = None
    skipped: tuple[Skipped, ...] = ()
    listed: tuple[Numbered, ...] = field(default=())


def said_label(*choices: Label | Literal["none"] | None) -> Label | None:
    """Return the first label that is said; ``none`` says that there is none."""
    said = next((choice for choice in choices if choice is not None), None)
    return None if isinstance(said, str) else said


def group_rank(group: str) -> int:
    """Return a legend group's place in the usual order; unknown ones come last."""
    return GROUPS.index(group) if group in GROUPS else len(GROUPS)
