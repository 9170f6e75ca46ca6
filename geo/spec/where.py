"""The closed language of places: a plan's words as forms that can be located."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from geo.errors import Problem, UsageError, WorkspaceError
from geo.space.units import parse_length
from geo.spec.closed import Names, Spec, explain, nearest
from geo.spec.marked import Mark, parse_yaml

if TYPE_CHECKING:
    from pathlib import Path

_FULL_WIDTH: Final = str.maketrans(
    {"：": ": ", "，": ", ", "｛": "{", "｝": "}", "［": "[", "］": "]"}
)


def _metres(value: Any) -> Any:
    """Read ``50 m`` or ``3公里`` as metres; a bare number is refused by ``parse_length``."""
    if not isinstance(value, str):
        return value
    try:
        return parse_length(value)
    except UsageError as error:
        raise ValueError(str(error)) from error


def _some(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise ValueError("没有写名称 — 请写出名称，或改用 {unlocated: 理由}")
    return names


Metres = Annotated[float, BeforeValidator(_metres), Field(gt=0, le=500_000)]
SomeNames = Annotated[Names, AfterValidator(_some)]


class Form(Spec):
    """One form of the language; its tag is the key that names it."""

    beyond: bool = False
    """Not clipped to the plan's territory."""


class Named(Form):
    """A form that names features; ``kind`` and ``in`` narrow an ambiguous name."""

    kind: str | None = None
    in_: str | None = Field(default=None, alias="in")


class Everywhere(Form):
    """The plan's whole territory."""

    named_by = ("everywhere",)
    everywhere: Literal[True] = True


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
    confluence: Annotated[Names, Field(min_length=2, max_length=2)]


class Upstream(Named):
    """Lines up the network from a named point, tributaries included."""

    named_by = ("upstream_of",)
    upstream_of: str
    within: Metres | None = None


class Downstream(Named):
    """Lines down the network from a named point."""

    named_by = ("downstream_of",)
    downstream_of: str
    within: Metres | None = None


class Interval(Spec):
    """A half-open or open-ended interval of a field's numbers: ``min <= value < max``."""

    min: float | None = None
    max: float | None = None


class LayerForm(Form):
    """Features of a layer, all or filtered by field."""

    named_by = ("layer",)
    layer: str
    filter: dict[str, str | tuple[str, ...] | Interval] = {}


def _widths(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


class Buffer(Form):
    """A width on both sides; of two widths both are drawn and the outer judges."""

    named_by = ("buffer",)
    buffer: Annotated[
        tuple[Metres, ...], BeforeValidator(_widths), Field(min_length=1, max_length=2)
    ]
    of: Where
    outside: bool = False


class Around(Form):
    """ "周边" with the distance unstated: the workspace's width per kind, always schematic."""

    named_by = ("around",)
    around: Where


class RidgeOr(Form):
    """To the first ridge line, or that distance where the land is flat."""

    named_by = ("ridge_or",)
    ridge_or: Metres
    of: Where


class Slope(Form):
    """Ground whose slope lies in ``[lower, upper)`` degrees."""

    named_by = ("slope",)
    slope: Annotated[tuple[float, float], Field()]
    of: Where

    @model_validator(mode="after")
    def _rising(self) -> Slope:
        if not 0 <= self.slope[0] < self.slope[1] <= 90:  # noqa: PLR2004
            raise ValueError("坡度应为 [下限, 上限]，0–90 度 — 例如 slope: [15, 25]")
        return self


class Heights(Spec):
    """Elevation bounds in metres above sea level."""

    above: float | None = None
    below: float | None = None

    @model_validator(mode="after")
    def _some_bound(self) -> Heights:
        if self.above is None and self.below is None:
            raise ValueError("elevation 至少写 above 或 below — 例如 {below: 600}")
        return self


class Elevation(Form):
    """Ground above or below a height in metres."""

    named_by = ("elevation",)
    elevation: Heights
    of: Where


class Touching(Form):
    """Features of ``of`` that intersect ``touching``."""

    named_by = ("touching",)
    touching: Where
    of: Where


class All(Form):
    """What all parts have in common."""

    named_by = ("all",)
    all: Annotated[tuple[Where, ...], Field(min_length=1)]


class Any_(Form):  # noqa: N801 - `Any` is taken
    """What any part covers."""

    named_by = ("any",)
    any: Annotated[tuple[Where, ...], Field(min_length=1)]


class Minus(Form):
    """The first part without the second."""

    named_by = ("minus",)
    minus: Annotated[tuple[Where, Where], Field()]


class Unlocated(Form):
    """What nobody can place, with the reason."""

    named_by = ("unlocated",)
    unlocated: Annotated[str, Field(min_length=2)]


FORMS: Final[tuple[type[Form], ...]] = (
    Everywhere, District, Township, Place, Section, Reservoir, WaterSource, River, Basin,
    Confluence, Upstream, Downstream, LayerForm, Buffer, Around, RidgeOr, Slope, Elevation,
    Touching, All, Any_, Minus, Unlocated,
)  # fmt: skip
#: Keys in the order they are looked for: what wraps comes before what may be wrapped.
FORM_KEYS: Final = tuple(form.named_by[0] for form in FORMS)


def _form_of(value: Any) -> str | None:
    """Name the form of a raw value by its key; ``None`` makes pydantic complain."""
    if isinstance(value, Form):
        return value.named_by[0]
    if value == "everywhere":
        return "everywhere"
    if not isinstance(value, dict):
        return None
    found = [key for key in FORM_KEYS if key in value]
    return found[0] if len(found) == 1 else None


def _check_form(value: Any) -> Any:
    """Complain in words before pydantic's own complaint about a union's branch."""
    if isinstance(value, Form) or value == "everywhere":
        return {"everywhere": True} if value == "everywhere" else value
    if isinstance(value, str):
        raise ValueError(f"“{value}”不是地点写法 — 请写成 {{place: {value}}} 或 everywhere")  # noqa: TRY004
    if not isinstance(value, dict):
        raise ValueError("地点应写成 {写法: 名称} — 例如 {river: 绛河}")  # noqa: TRY004
    found = [key for key in FORM_KEYS if key in value]
    if len(found) > 1:
        raise ValueError(f"同时写了 {'、'.join(found)} — 一处只能用一种写法，合并请用 {{any: […]}}")
    if not found:
        first = next(iter(value), "")
        raise ValueError(f"不认识的地点写法 {first} — {nearest(str(first), FORM_KEYS)}")
    return value


Where = Annotated[
    Annotated[
        Annotated[Everywhere, Tag("everywhere")]
        | Annotated[District, Tag("district")]
        | Annotated[Township, Tag("township")]
        | Annotated[Place, Tag("place")]
        | Annotated[Section, Tag("section")]
        | Annotated[Reservoir, Tag("reservoir")]
        | Annotated[WaterSource, Tag("water_source")]
        | Annotated[River, Tag("river")]
        | Annotated[Basin, Tag("basin")]
        | Annotated[Confluence, Tag("confluence")]
        | Annotated[Upstream, Tag("upstream_of")]
        | Annotated[Downstream, Tag("downstream_of")]
        | Annotated[LayerForm, Tag("layer")]
        | Annotated[Buffer, Tag("buffer")]
        | Annotated[Around, Tag("around")]
        | Annotated[RidgeOr, Tag("ridge_or")]
        | Annotated[Slope, Tag("slope")]
        | Annotated[Elevation, Tag("elevation")]
        | Annotated[Touching, Tag("touching")]
        | Annotated[All, Tag("all")]
        | Annotated[Any_, Tag("any")]
        | Annotated[Minus, Tag("minus")]
        | Annotated[Unlocated, Tag("unlocated")],
        Discriminator(_form_of),
    ],
    BeforeValidator(_check_form),
]

for _form in FORMS:
    _form.model_rebuild()


class _Cell(Spec):
    """A cell that holds one place; gives complaints the path they need."""

    where: Where


_WHERE: Final[TypeAdapter[Form]] = TypeAdapter(Where)


def parse_where(text: str, *, shown: Path, at: Mark = (1, 1)) -> Form:
    """Read one place from a cell or a line of text.

    Full-width ``：，｛｝［］`` are read as their half-width twins.

    Raises:
        WorkspaceError: The text is not YAML or not a form; every problem is listed.

    >>> from pathlib import Path
    >>> parse_where("{buffer： 50米， of: {river: 绛河}}", shown=Path("t")).buffer
    (50.0,)
    >>> parse_where("everywhere", shown=Path("t"))
    Everywhere(beyond=False, everywhere=True)
    """
    if not text.strip():
        problem = Problem(shown, *at, "where 是空的", "写地点，或写 {unlocated: 理由}")
        raise WorkspaceError([problem])
    source = parse_yaml(text.translate(_FULL_WIDTH), shown=shown, at=at)
    try:
        return _WHERE.validate_python(source.value)
    except ValidationError as error:
        raise WorkspaceError(explain(error, source, _Cell)) from error


def inner(form: Form) -> tuple[Form, ...]:
    """List the forms directly inside one form, in writing order.

    >>> from pathlib import Path
    >>> [f.named_by[0] for f in inner(parse_where("{any: [everywhere, {place: 席店}]}", shown=Path("t")))]
    ['everywhere', 'place']
    """
    if isinstance(form, Buffer | RidgeOr | Slope | Elevation):
        return (form.of,)
    if isinstance(form, Around):
        return (form.around,)
    if isinstance(form, Touching):
        return (form.touching, form.of)
    if isinstance(form, All):
        return form.all
    if isinstance(form, Any_):
        return form.any
    return form.minus if isinstance(form, Minus) else ()
