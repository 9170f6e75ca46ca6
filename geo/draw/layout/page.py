"""Paper sizes, and where on the paper everything stands, in millimetres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from geo.draw.layout.legend import Legend

Size = Literal["A4", "A3", "16:9", "figure", "plate"]
#: Longer and shorter side, millimetres; 16:9 is a slide of 13⅓ × 7½ inches; a figure fits the
#: text width of an A4 report (GB/T 9704 leaves 156 mm).
SIZES: Final[dict[str, tuple[float, float]]] = {
    "A4": (297.0, 210.0),
    "A3": (420.0, 297.0),
    "16:9": (338.67, 190.5),
    "figure": (156.0, 116.0),
    "plate": (254.0, 152.0),
}
#: Upright, width and height, where it is not the same paper turned: a plate leaves room for its caption on an A4
#: page of a report, on its side (margins of 20 mm) or upright (GB/T 9704, under a heading).
UPRIGHT: Final[dict[str, tuple[float, float]]] = {"plate": (152.0, 188.0)}
#: Letters grow with the distance a sheet is read from.
TYPE_SCALE: Final[dict[str, float]] = {
    "A4": 1.0, "A3": 1.2, "16:9": 1.15, "figure": 0.85, "plate": 0.9,
}  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """A rectangle on the page: lower left corner, width and height, millimetres.

    >>> Frame(10, 20, 100, 50).inner(5)
    Frame(x=15, y=25, w=90, h=40)
    """

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        """Right edge."""
        return self.x + self.w

    @property
    def top(self) -> float:
        """Upper edge."""
        return self.y + self.h

    def inner(self, margin: float) -> Frame:
        """Return the rectangle inside a margin."""
        return Frame(self.x + margin, self.y + margin, self.w - 2 * margin, self.h - 2 * margin)


@dataclass(frozen=True)
class Layout:
    """Where everything stands on one page.

    Attributes:
        size: Name of the paper.
        width: Of the page; ``height`` likewise.
        neat: The outer frame line.
        title: Band of the titles.
        map: The map's own frame, inside the ring of coordinate labels.
        panel: Right column or bottom strip that holds legend, inset, scale and 图签.
        legend: Where the fitted legend stands.
        credits: Strip of sources and notes at the foot.
        type_scale: What letters are multiplied with.
    """

    size: Size
    width: float
    height: float
    neat: Frame
    title: Frame
    map: Frame
    panel: Frame
    legend: Frame
    fitted: Legend
    inset: Frame | None
    scale: Frame
    signs: Frame | None
    credits: Frame
    type_scale: float
