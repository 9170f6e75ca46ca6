"""Closed, frozen models, and complaints about them in a planner's words."""

from __future__ import annotations

import difflib
import types
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Final,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geo.errors import Problem
    from geo.spec.marked import Marked, Steps


class Spec(BaseModel):
    """Base of everything a planner may write: frozen, and closed to unknown keys."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        str_strip_whitespace=True,
        allow_inf_nan=False,
    )

    named_by: ClassVar[tuple[str, ...]] = ()
    """The key that names this model among those a union chooses from."""


M = TypeVar("M", bound=Spec)


def as_list(value: Any) -> Any:
    """Let one item stand for a list of one; leave everything else to the model.

    >>> as_list("屯留区"), as_list(["a", "b"]), as_list(None)
    (['屯留区'], ['a', 'b'], [])
    """
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


#: A name, or a list of names, kept as a tuple.
Names = Annotated[tuple[str, ...], BeforeValidator(as_list)]


def load(source: Marked, model: type[M]) -> tuple[M | None, list[Problem]]:
    """Validate one located document; return the model, or every problem found in it.

    >>> from pathlib import Path
    >>> from geo.spec.marked import parse_yaml
    >>> class Page(Spec):
    ...     size: str
    >>> load(parse_yaml("size: A4", shown=Path("p.yml")), Page)
    (Page(size='A4'), [])
    >>> load(parse_yaml("siez: A4", shown=Path("p.yml")), Page)[1][0].hint
    '是否想写 size？'
    """
    value = {} if source.value is None else source.value
    if not isinstance(value, dict):
        found = "应为“键: 值”的形式"
        return None, [source.problem((), found, f"可用的键：{'、'.join(keys_of(model))}")]
    try:
        return model.model_validate(value), []
    except ValidationError as error:
        return None, explain(error, source, model)


def explain(error: ValidationError, source: Marked, *models: type[BaseModel]) -> list[Problem]:
    """Turn pydantic's complaints into located Chinese ones, the same complaint only once.

    ``models`` are what the document may be: one model, or all those a union chooses from.
    """
    items = [dict(item) for item in error.errors(include_url=False)]
    return sorted({_explain(item, source, models) for item in items if not _is_echo(item)})


def nearest(word: str, words: Iterable[str]) -> str:
    """Suggest the nearest right word, or list what is allowed when nothing is near.

    >>> nearest("titel", ["title", "source"])
    '是否想写 title？'
    >>> nearest("x", ["title", "source"])
    '可用：title、source'
    """
    known = list(words)
    if near := difflib.get_close_matches(word, known, n=1, cutoff=0.6):
        return f"是否想写 {near[0]}？"
    shown = "、".join(known[:30])
    return f"可用：{shown}{' 等' if len(known) > 30 else ''}" if known else ""  # noqa: PLR2004


def keys_of(model: type[BaseModel]) -> list[str]:
    """List the keys of a model as a planner writes them."""
    return [info.alias or name for name, info in model.model_fields.items()]


def _is_echo(item: Mapping[str, Any]) -> bool:
    """Tell a list that is too short only because pydantic has left out its faulty items."""
    written = item["input"]
    is_short = item["type"] == "too_short" and isinstance(written, list)
    return is_short and len(written) >= item["ctx"]["min_length"]


def _explain(
    item: Mapping[str, Any], source: Marked, models: tuple[type[BaseModel], ...]
) -> Problem:
    steps: Steps = tuple(item["loc"])
    written, owners = _trace(steps, source.value, models)
    if item["type"] == "extra_forbidden":
        name = str(steps[-1])
        hint = nearest(name, [key for owner in owners for key in keys_of(owner)])
        return source.problem((*written, name), f"未知的键 {name}", hint, on_key=True)
    if item["type"] == "missing":
        return _missing(steps[-1], (*written, steps[-1]), written, source)
    found, hint = _words(item["type"], item.get("ctx", {}), item)
    return source.problem(written, found, hint)


def _missing(name: str | int, steps: Steps, owner: Steps, source: Marked) -> Problem:
    """Complain about an item a list lacks, a cell left empty, or a key not written."""
    if isinstance(name, int):
        return source.problem(owner, "这里的内容项数不够", "请补全")
    if steps in source.values:
        return source.problem(steps, f"{name} 是空的", "请填写")
    return source.problem(owner, f"缺少键 {name}", f"请补上 {name}: …")


def _words(kind: str, context: Mapping[str, Any], item: Mapping[str, Any]) -> tuple[str, str]:
    """Say what was found and what to do for pydantic's common error types."""
    given = item.get("input")
    shown = f"“{given}”" if isinstance(given, str | int | float) else "这里的内容"
    if kind in ("value_error", "assertion_error"):
        found, _, hint = str(context.get("error", item["msg"])).partition(" — ")
        return found, hint
    if given is None or given == "":
        return "这里没有填写", "请补上内容，不需要就删去这个键"
    if kind in ("literal_error", "enum"):
        allowed = [
            word.strip("'") for word in str(context["expected"]).replace(" or ", ", ").split(", ")
        ]
        return f"不认识的取值 {shown}", nearest(str(given), allowed)
    for prefix, words in _BY_TYPE.items():
        if kind.startswith(prefix):
            return f"{shown}{words[0]}", words[1]
    return f"{shown}不符合要求（{item['msg']}）", "请对照 docs/ 中的格式说明"


_BY_TYPE: Final = {
    "string_too_short": ("太短", "请写得更具体"),
    "string": ("不是文字", "请写成一个词或加引号"),
    "int": ("不是整数", "请只写数字"),
    "float": ("不是数字", "请只写数字，不加单位和千分位"),
    "finite": ("不是有限的数", "请改成普通数字"),
    "bool": ("不是 true/false", "请写 true 或 false"),
    "date": ("不是日期", "请写成 2026-11-22"),
    "greater": ("超出范围", "请核对数值"),
    "less": ("超出范围", "请核对数值"),
    "too_short": ("项数不够", "请补全"),
    "too_long": ("项数过多", "请删减"),
    "tuple": ("应为列表", "请写成 [ … , … ]"),
    "list": ("应为列表", "请写成 [ … , … ]"),
    "dict": ("应为“键: 值”", "请写成 {键: 值}"),
    "model": ("应为“键: 值”", "请写成 {键: 值}"),
}


def _trace(
    steps: Steps, value: Any, models: tuple[type[BaseModel], ...]
) -> tuple[Steps, list[type[BaseModel]]]:
    """Follow pydantic's path: the steps that stand in the file, and the models it ends in.

    A path also holds the tags and labels of a union's branches, which nobody wrote, and the
    steps into a short form that was written as one word.
    """
    written: list[str | int] = []
    here: list[Any] = list(models)
    for step in steps:
        rivals = [kind for kind in here if getattr(kind, "named_by", ())]
        if len(rivals) > 1 and (chosen := [kind for kind in rivals if step in kind.named_by]):
            here = chosen
        elif below := [part for kind in here for part in _below(kind, step)]:
            here = below
            value = _at(value, step)
            written += [step] if value is not _ABSENT else []
    return tuple(written), [kind for kind in here if _is_model(kind)]


_ABSENT: Final = object()


def _at(value: Any, step: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(step, _ABSENT)
    inside = isinstance(value, list) and isinstance(step, int) and step < len(value)
    return value[step] if inside else _ABSENT


def _below(kind: Any, step: str | int) -> list[Any]:
    """List the types that one step into a type may lead to; none when there is no such step."""
    if _is_model(kind):
        fields = [f for name, f in kind.model_fields.items() if step in (name, f.alias)]
        return [part for field in fields for part in _branches(field.annotation)]
    origin, parts = get_origin(kind), get_args(kind)
    if origin is dict:
        return _branches(parts[1])
    if isinstance(step, int) and origin in (tuple, list):
        return _branches(parts[0] if parts[-1] is Ellipsis else parts[min(step, len(parts) - 1)])
    return []


def _branches(annotation: Any) -> list[Any]:
    """List what an annotation may be, through ``Annotated`` and unions."""
    if get_origin(annotation) is Annotated:
        return _branches(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return [leaf for part in get_args(annotation) for leaf in _branches(part)]
    return [annotation]


def _is_model(kind: Any) -> bool:
    return get_origin(kind) is None and isinstance(kind, type) and issubclass(kind, BaseModel)
