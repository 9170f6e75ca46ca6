"""The closed language of places: a plan's words as forms that can be located."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Final

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

from geo.errors import Problem, WorkspaceError
from geo.spec.closed import Spec, explain, nearest
from geo.spec.forms import (
    Basin,
    Condition,
    Confluence,
    District,
    Downstream,
    Everywhere,
    Form,
    Interval,
    LayerForm,
    Metres,
    Named,
    Place,
    Reservoir,
    River,
    Section,
    Township,
    Unlocated,
    Upstream,
    WaterSource,
)
from geo.spec.marked import Mark, parse_yaml

if TYPE_CHECKING:
    from pathlib import Path

#: The forms that stand alone are part of the language too, and are imported from here.
__all__ = [
    "FORMS",
    "FORM_KEYS",
    "All",
    "Any_",
    "Around",
    "Basin",
    "Buffer",
    "Condition",
    "Confluence",
    "District",
    "Downstream",
    "Elevation",
    "Everywhere",
    "Form",
    "Heights",
    "Interval",
    "LayerForm",
    "Metres",
    "Minus",
    "Named",
    "Place",
    "Reservoir",
    "RidgeOr",
    "River",
    "Section",
    "Slope",
    "Touching",
    "Township",
    "Unlocated",
    "Upstream",
    "WaterSource",
    "Where",
    "inner",
    "parse_where",
]


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
    """The surroundings (周边), the distance unstated: the workspace's width per kind, always schematic."""

    named_by = ("around",)
    around: Where


class RidgeOr(Form):
    """To the first ridge line, or that distance where the land is flat."""

    named_by = ("ridge_or",)
    ridge_or: Metres
    of: Where


def _rising(slope: tuple[float, float]) -> tuple[float, float]:
    if not 0 <= slope[0] < slope[1] <= 90:  # noqa: PLR2004
        raise ValueError("坡度应为 [下限, 上限]，0–90 度 — 例如 slope: [15, 25]")
    return slope


class Slope(Form):
    """Ground whose slope lies in ``[lower, upper)`` degrees."""

    named_by = ("slope",)
    slope: Annotated[tuple[float, float], AfterValidator(_rising)]
    of: Where


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
    minus: tuple[Where, Where]


FORMS: Final[tuple[type[Form], ...]] = (
    Everywhere, District, Township, Place, Section, Reservoir, WaterSource, River, Basin,
    Confluence, Upstream, Downstream, LayerForm, Buffer, Around, RidgeOr, Slope, Elevation,
    Touching, All, Any_, Minus, Unlocated,
)  # fmt: skip
#: The keys that name forms, in the order they are offered to a planner.
FORM_KEYS: Final = tuple(form.named_by[0] for form in FORMS)


def _form_of(value: Any) -> str | None:
    """Name the form of a value that :func:`_check_form` has let pass."""
    if isinstance(value, Form):
        return value.named_by[0]
    return next((key for key in FORM_KEYS if key in value), None)


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


_HALF_WIDTH: Final = {"：": ": ", "，": ", ", "｛": "{", "｝": "}", "［": "[", "］": "]"}
#: What is in quotes, and the words of a reason, keep their punctuation.
_PUNCTUATION: Final = re.compile(
    r"""(?P<colon>(?<=unlocated)\s*[:：])(?P<reason>\s*+(?!["'])[^{}｛｝]*)"""
    r"""|"(?:[^"\\]|\\.)*"|'[^']*'|[：，｛｝［］]"""
)
_WHERE: Final[TypeAdapter[Form]] = TypeAdapter(Where)


def parse_where(text: str, *, shown: Path, at: Mark = (1, 1)) -> Form:
    """Read one place from a cell or a line of text.

    Full-width ``：，｛｝［］`` are read as their half-width twins, except inside quotes and in the
    reason of ``unlocated``, where they are a sentence's own punctuation.

    Raises:
        WorkspaceError: The text is not YAML or not a form; every problem is listed.

    >>> from pathlib import Path
    >>> parse_where("{buffer： 50米， of: {river: 绛河}}", shown=Path("t")).buffer
    (50.0,)
    >>> parse_where("everywhere", shown=Path("t"))
    Everywhere(beyond=False, everywhere=True)
    >>> parse_where("{unlocated: 只写企业名称，未写厂址}", shown=Path("t")).unlocated
    '只写企业名称，未写厂址'
    """
    if not text.strip():
        problem = Problem(shown, *at, "where 是空的", "写地点，或写 {unlocated: 理由}")
        raise WorkspaceError([problem])
    half, added = _half_width(text)
    try:
        source = parse_yaml(half, shown=shown, at=at)
        return _WHERE.validate_python(source.value)
    except WorkspaceError as error:
        problems = list(error.problems)
    except ValidationError as error:
        problems = explain(error, source, *FORMS)
    starts = [0, *(found.end() for found in re.finditer("\n", half))]
    raise WorkspaceError(_as_typed(problem, starts, added, at) for problem in problems)


def _half_width(text: str) -> tuple[str, list[int]]:
    """Write full-width punctuation as YAML's own; also tell where spaces had to be added."""
    added: list[int] = []

    def half(match: re.Match[str]) -> str:
        old = match["colon"] or match[0]
        new = old[:-1] + _HALF_WIDTH.get(old[-1], old[-1])
        if len(new) > len(old):
            added.append(match.start() + len(old) + len(added))
        return new + (match["reason"] or "")

    return _PUNCTUATION.sub(half, text), added


def _as_typed(problem: Problem, starts: list[int], added: list[int], at: Mark) -> Problem:
    """Count a complaint's column in the text as it was typed, without the added spaces."""
    line = problem.line - at[0]
    if line >= len(starts):
        return problem
    column = problem.column - (at[1] if line == 0 else 1)
    before = sum(starts[line] <= offset < starts[line] + column for offset in added)
    return replace(problem, column=problem.column - before)


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
