"""The forms of a place that stand alone: names, rivers, and features of a layer."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from geo.errors import UsageError
from geo.space.units import parse_length
from geo.spec.closed import Names, Spec

_N = TypeVar("_N", str, tuple[str, ...])


def _metres(value: Any) -> Any:
    """Read ``50 m`` or ``3公里`` as metres; a bare number is refused by ``parse_length``."""
    if isinstance(value, float):
        return value
    if not isinstance(value, str):
        raise ValueError("这里应是一个长度 — 请写成「数字 单位」，例如 50 m")  # noqa: TRY004
    try:
        return parse_length(value)
    except UsageError as error:
        raise ValueError(str(error)) from error


def _some(names: _N) -> _N:
    if not names or not all(names):
        raise ValueError("没有写名称 — 请写出名称，或改用 {unlocated: 理由}")
    return names


Metres = Annotated[float, BeforeValidator(_metres), Field(gt=0, le=500_000)]
SomeName = Annotated[str, AfterValidator(_some)]
SomeNames = Annotated[Names, AfterValidator(_some)]


class Form(Spec):
    """One form of the language; its tag is the key that names it."""

    beyond: bool = False
    """Not clipped to the plan's territory."""


class Named(Form):
    """A form that names features; ``kind`` and ``in`` narrow an ambiguous name."""

    kind: str | None = None
    in_: str | None = Field(default=None, alias="in")


def _true(value: Any) -> Any:
    if value not in (True, "true"):
        raise ValueError("everywhere 不带内容 — 请只写 everywhere，或 {everywhere: true}")
    return True


class Everywhere(Form):
    """The plan's whole territory."""

    named_by = ("everywhere",)
    everywhere: Annotated[Literal[True], BeforeValidator(_true)] = True


class District(Named):
    """Counties, cities or provinces by name or adcode."""

    named_by = ("district",)
    district: SomeNames


class Township(Named):
    """Townships by name: schematic cells unless a layer of real ones is supplied."""

    named_by = ("township",)
    township: SomeNames


class Place(Named):
    """Named features of any layer, or of the gazetteer."""

    named_by = ("place",)
    place: SomeNames


class Section(Named):
    """Monitoring sections."""

    named_by = ("section",)
    section: SomeNames


class Reservoir(Named):
    """Reservoirs and lakes."""

    named_by = ("reservoir",)
    reservoir: SomeNames


class WaterSource(Named):
    """Drinking-water sources, or the zones of one where approved polygons are supplied."""

    named_by = ("water_source",)
    water_source: SomeNames
    zone: Literal["一级", "二级", "准保护区"] | None = None


class River(Named):
    """Rivers: the line, a reach between two places, a part, with tributaries, or one bank."""

    named_by = ("river",)
    river: SomeNames
    from_: str | None = Field(default=None, alias="from")
    to: str | None = None
    part: Literal["源头", "上游", "中游", "下游"] | None = None
    tributaries: bool = False
    side: Literal["左岸", "右岸"] | None = None

    @model_validator(mode="after")
    def _one_river_for_a_reach(self) -> River:
        if (self.from_ or self.to) and len(self.river) > 1:
            raise ValueError("几条河不能共用一个 from/to — 请拆成 {any: […]} 逐条写")
        if self.part and (self.from_ or self.to):
            raise ValueError("part 与 from/to 不能同时写 — 请只留一种")
        return self


class Basin(Named):
    """The drainage area of a river."""

    named_by = ("basin",)
    basin: SomeNames


class Confluence(Named):
    """The mouth of one river in another, in either order."""

    named_by = ("confluence",)
    confluence: Annotated[SomeNames, Field(min_length=2, max_length=2)]


class Upstream(Named):
    """Lines up the network from a named point, tributaries included."""

    named_by = ("upstream_of",)
    upstream_of: SomeName
    within: Metres | None = None


class Downstream(Named):
    """Lines down the network from a named point."""

    named_by = ("downstream_of",)
    downstream_of: SomeName
    within: Metres | None = None


class Interval(Spec):
    """A half-open or open-ended interval of a field's numbers: ``min <= value < max``."""

    min: float | None = None
    max: float | None = None

    @model_validator(mode="after")
    def _holds_something(self) -> Interval:
        if self.min is None and self.max is None:
            raise ValueError("区间至少写 min 或 max — 例如 {min: 3}")
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise ValueError("区间的 min 应小于 max — 请核对，区间含下限、不含上限")
        return self


def _condition(value: Any) -> str:
    """Tell the three ways of a condition apart, so that a fault is told once."""
    if isinstance(value, dict | Interval):
        return "interval"
    return "several" if isinstance(value, list | tuple) else "one"


#: What a field must be: one value, one of several, or a number in an interval.
Condition = Annotated[
    Annotated[str, Tag("one")]
    | Annotated[tuple[str, ...], Tag("several")]
    | Annotated[Interval, Tag("interval")],
    Discriminator(_condition),
]


class LayerForm(Form):
    """Features of a layer, all or filtered by field."""

    named_by = ("layer",)
    layer: SomeName
    filter: dict[str, Condition] = {}


class Unlocated(Form):
    """What nobody can place, with the reason."""

    named_by = ("unlocated",)
    unlocated: Annotated[str, Field(min_length=2)]
