"""How a layer looks: one symbol, or one symbol per class."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from geo.spec.closed import Spec

_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")


def _colour(text: str) -> str:
    if text != "none" and not _HEX.fullmatch(text):
        raise ValueError(f"“{text}”不是颜色 — 请写成 #1f78b4 或 none")
    return text.lower()


Colour = Annotated[str, AfterValidator(_colour)]
Points = Annotated[float, Field(ge=0, le=100)]
#: More sizes of a symbol than this cannot be told apart at a size that a map has room for.
MOST_SIZES: Final = 6
Hatch = Literal["/", "\\", "|", "-", "+", "x", ".", "o"]
Marker = Literal[
    "circle", "square", "triangle", "triangle_down", "diamond", "star", "pentagon", "cross"
]


class Symbol(Spec):
    """One graphic symbol; what is left out comes from the preset. Widths and sizes in points."""

    fill: Colour | None = None
    edge: Colour | None = None
    width: Points | None = None
    dash: tuple[Points, ...] | None = None
    hatch: Hatch | None = None
    marker: Marker | None = None
    size: Points | None = None
    opacity: Annotated[float, Field(ge=0, le=1)] | None = None


class ClassSymbol(Symbol):
    """The symbol of one class, with the words of its legend entry."""

    title: str | None = None


class Graduated(Spec):
    """Classes of a number: by given breaks, or found by a named scheme (:mod:`geo.draw.layers.breaks`)."""

    field: str
    scheme: Literal["quantiles", "natural", "equal", "given"] = "natural"
    k: Annotated[int, Field(ge=2, le=9)] = 5
    breaks: tuple[float, ...] = ()
    palette: str = "greens"
    unit: str = ""
    sized: bool = False
    """Symbols that grow with the number instead of colours that darken; for points."""

    @model_validator(mode="after")
    def _sizes_differ(self) -> Graduated:
        count = len(self.breaks) + 1 if self.scheme == "given" else self.k
        if self.sized and count > MOST_SIZES:
            raise ValueError(
                f"分级符号分了 {count} 级，大小难以区分 — 请分 {MOST_SIZES} 级以内，或去掉 sized 改用分级设色"
            )
        return self

    @model_validator(mode="after")
    def _breaks_rise(self) -> Graduated:
        if self.scheme == "given" and not self.breaks:
            raise ValueError("scheme: given 需要 breaks — 例如 breaks: [60, 70, 80]")
        if list(self.breaks) != sorted(set(self.breaks)):
            raise ValueError("breaks 应从小到大且不重复 — 请调整顺序")
        return self


class Label(Spec):
    """What is written beside a feature; water names are blue and slanted when ``water``."""

    field: str = "name"
    size: Points = 8.0
    colour: Colour | None = None
    water: bool = False
    priority: int = 5
    face: Literal["sans", "serif"] = "serif"


def _label(value: Any) -> Any:
    return {"field": value} if isinstance(value, str) else value


LabelOf = Annotated[Label, BeforeValidator(_label)]


def _label_or_none(value: Any) -> str:
    return "none" if value == "none" else "label"


#: A label, or ``none`` to leave out the one of the layer's own style.
LabelChoice = Annotated[
    Annotated[LabelOf, Tag("label")] | Annotated[Literal["none"], Tag("none")],
    Discriminator(_label_or_none),
]


class Style(Symbol):
    """A preset by name, changed where keys are given, classed by ``by`` or ``graduated``."""

    preset: str | None = None
    by: str | None = None
    classes: dict[str, ClassSymbol] = {}
    graduated: Graduated | None = None
    label: LabelOf | None = None

    @model_validator(mode="after")
    def _classes_need_a_field(self) -> Style:
        if self.classes and not self.by:
            raise ValueError("写了 classes 却没有 by — 请写 by: 字段名")
        if self.by and self.graduated:
            raise ValueError("by 与 graduated 不能同时写 — 请只留一种")
        return self


def _style(value: Any) -> Any:
    """Let a preset's name stand for a style."""
    return {"preset": value} if isinstance(value, str) else value


StyleOf = Annotated[Style, BeforeValidator(_style)]
