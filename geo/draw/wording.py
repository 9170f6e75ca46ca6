"""The words of a sheet: legend rows, notes, sources."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from geo.draw.layers.drawn import NOTHING_HERE, DrawnLayer, Numbered, Skipped
from geo.draw.layout.legend import Entry, entries_of, items_of
from geo.draw.symbols.presets import BORDERS, CONTEXT, FAINT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.draw.layers.base import Base
    from geo.draw.layers.terrain import Backdrop
    from geo.draw.plane import Plane
    from geo.spec.maps import MapSpec
    from geo.store.store import Store

ADMIN: Final = "行政区划"
NOT_A_BORDER: Final = "图上界线不作为划界依据"
NOT_REVIEWED: Final = "内部使用，未经审图"
#: On a copy that leaves the office without 审图号: no longer internal, and still not to be shown to the public
#: (地图管理条例 15).
NOT_FOR_PUBLIC: Final = "未经审图，不得向社会公开"
LIST_TITLE: Final = "任务编号"
INDEX_TITLE: Final = "图幅编号"
UNNAMED_TITLE: Final = "图上编号"
BORDER_NAMES: Final = {
    "county": "县（区、市）界", "city": "市界", "province": "省界", "page": "本幅范围",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Draft:
    """What the words of a sheet are made of; ``layers`` is all that the map asks for."""

    spec: MapSpec
    store: Store
    plane: Plane
    base: Base
    layers: tuple[DrawnLayer, ...]
    skipped: tuple[Skipped, ...]
    listed: tuple[Numbered, ...]
    list_title: str = LIST_TITLE
    pictures: tuple[Backdrop, ...] = ()
    unread: tuple[Skipped, ...] = ()
    border: Literal["own", "near", "none"] = "own"
    """Whose border of the territory's rank shows on the sheet: its own, only others', or nobody's."""

    def entries(self, layers: tuple[DrawnLayer, ...]) -> tuple[Entry, ...]:
        """Rows of the legend and of the list."""
        borders = list(self._borders(layers))
        for picture in self.pictures:
            if picture.in_legend:
                borders += [
                    (picture.head, Entry("entry", c.title, c.ink, ("area",)))
                    for c in picture.classes
                ]
        rows = entries_of(layers, borders, self.left_out(layers))
        return (*rows, *items_of(self.listed, self.list_title))

    def _borders(self, layers: tuple[DrawnLayer, ...]) -> Iterator[tuple[str, Entry]]:
        """Explain the border of what the map is about, or of the neighbours where only those show."""
        outline, name = BORDERS[self.base.outline], BORDER_NAMES[self.base.outline]
        if self.border == "none":
            return
        if self.border == "near":
            faint = replace(outline, edge=CONTEXT, width=outline.width * FAINT, band=0.0)
            yield ADMIN, Entry("entry", f"邻近{name}", faint, ("line",))
        elif not any(c.ink == outline for x in layers if x.in_legend for c in x.classes):
            yield ADMIN, Entry("entry", name, outline, ("line",))

    def left_out(self, kept: tuple[DrawnLayer, ...]) -> tuple[Skipped, ...]:
        """List what was asked for and does not show, in the map's order."""
        shown = {(layer.id, layer.title) for layer in kept}
        empty = (
            Skipped(x.title, NOTHING_HERE) for x in self.layers if (x.id, x.title) not in shown
        )
        return (*self.skipped, *self.unread, *empty)

    def notes(self, layers: tuple[DrawnLayer, ...]) -> tuple[str, ...]:
        """What a reader must know, each thing once."""
        own = (self.spec.note, self.store.spec.marker.credits.note)
        found = (note for layer in layers for note in layer.notes)
        return tuple(dict.fromkeys(n for n in (*own, *found, NOT_A_BORDER) if n))

    def credits(self, layers: tuple[DrawnLayer, ...]) -> tuple[str, ...]:
        """Paragraphs: sources with dates, the coordinate system, notes."""
        sources = [self.base.credit]
        grouped: dict[tuple[str, str, str], list[str]] = {}
        for layer in layers:
            worth = "示意" if layer.authority == "schematic" else ""
            grouped.setdefault((layer.credit, layer.as_of, worth), []).append(layer.title)
        for picture in self.pictures:
            worth = "示意" if picture.schematic else ""
            grouped.setdefault((picture.credit, picture.as_of, worth), []).append(picture.title)
        for parts, titles in grouped.items():
            sources.append(f"{'、'.join(titles)}：{'，'.join(p for p in parts if p)}")
        grid = "；方里网注记为公里" if grid_kind(self.spec) == "kilometre" else ""
        system = f"坐标系：{self.plane.words}{grid}"
        notes = "。".join(self.notes(layers))
        return (
            f"资料来源：{'；'.join(sources)}。",
            f"{system}。　说明：{notes}。",
        )


def grid_kind(spec: MapSpec) -> str:
    """A public map carries no kilometre grid."""
    return (
        "graticule"
        if spec.edition == "public" and spec.page.grid == "kilometre"
        else spec.page.grid
    )
