"""The language of templates: a closed list of names, bounded loops, nothing that runs.

A template is hostile until shown otherwise. Three walls stand one behind the other: the syntax tree may hold only the
nodes listed here (no assignment, import, macro, list or method call); attributes are those of :class:`View` only;
and jinja2's immutable sandbox is underneath. Loops draw from one budget of steps and characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Final, cast

from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from geo.spec.closed import nearest

MOST_STEPS: Final = 50_000
MOST_CHARACTERS: Final = 20_000_000
#: No figure of a report is near it: numbers multiplied to a tower would keep a machine busy.
_MOST_BITS: Final = 1024
_NODES: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr,
    nodes.Getitem, nodes.Call, nodes.Keyword, nodes.For, nodes.If, nodes.CondExpr, nodes.Compare,
    nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div,
    nodes.Concat, nodes.Filter, nodes.Test,
)  # fmt: skip
#: Control characters, lone halves of a pair, the private area (our own marks) and what is no character in XML.
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ue000-\uf8ff\ufffe\uffff]")
_LOOP: Final = ("index", "index0", "first", "last", "length")
#: Views that stand for the same thing wherever they are named, so that what they printed can be asked again.
_ALWAYS: Final = ("check", "plan")
FILTERS: Final = ("fixed", "join", "length", "default", "first", "last")
TESTS: Final = ("none", "defined", "odd", "even")


class TokenError(TemplateError):
    """A token names what does not exist; ``word`` is what to look for in the paragraphs."""

    def __init__(self, word: str, message: str) -> None:
        self.word = word
        super().__init__(message)


@dataclass(frozen=True)
class View:
    """What a template may look at: its fields, all plain values."""

    @classmethod
    def field_names(cls) -> tuple[str, ...]:
        """List the words after the dot."""
        return tuple(field.name for field in fields(cls) if not field.name.startswith("_"))


@dataclass(frozen=True)
class Spoken(View):
    """A view that may be printed as it is: ``{{ check }}`` gives its sentence."""

    sentence: str


class Late(Sequence[Any]):
    """A list that is made when it is first looked at: what no token names costs nothing."""

    def __init__(self, make: Callable[[], Sequence[Any]]) -> None:
        """Keep how the list is made."""
        self._make = make

    @cached_property
    def _items(self) -> Sequence[Any]:
        return self._make()

    def __len__(self) -> int:
        """Count the items."""
        return len(self._items)

    def __getitem__(self, at: Any) -> Any:
        """Give an item by its position."""
        return self._items[at]


#: What a loop may run over.
_LISTS: Final = (tuple, list, Late)


class Sandbox(ImmutableSandboxedEnvironment):
    """Parses and runs templates; keeps what every token of the page came to."""

    def __init__(self, finalize: Callable[[Any], str]) -> None:
        super().__init__(autoescape=True, finalize=finalize, undefined=StrictUndefined)
        self.globals.clear()
        self.filters = {
            **{n: self.filters[n] for n in FILTERS if n in self.filters},
            "fixed": _fixed,
            "join": self._joined,
        }
        self.tests = {name: self.tests[name] for name in TESTS}
        self.printed: dict[str, str] = {}
        self._steps = MOST_STEPS
        self._characters = MOST_CHARACTERS

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for node in tree.find_all(nodes.Node):
            _allow(node)
        bounded = _Bound().visit(tree)
        bounded.set_environment(self)
        return bounded  # type: ignore[no-any-return]

    def paced(self, items: Any, cost: int) -> Iterator[Any]:
        """Yield a loop's items while the budget lasts."""
        if not isinstance(items, _LISTS):
            raise TokenError("for", "for 只能遍历列表 — 例如 {% for t in tasks(plan.id) %}")
        for item in items:
            self._steps -= 1
            if self._steps < 0:
                raise TokenError("for", f"循环超过 {MOST_STEPS} 次或输出过长 — 请减少嵌套的循环")
            self._spend(cost)
            yield item

    def _spend(self, characters: int) -> None:
        """Take from the budget what is about to be written: loops multiply long values as well as words."""
        self._characters -= characters
        if self._characters < 0:
            raise TokenError(
                "for", f"输出超过 {MOST_CHARACTERS} 字 — 请减少循环，或缩短循环里的内容"
            )

    def strung(self, *values: Any) -> str:
        """Put values one after the other, as ``~`` does, while the budget lasts."""
        texts = [shown(value) for value in values]
        self._spend(sum(map(len, texts)))
        return "".join(texts)

    def _joined(self, items: Any, between: Any = "", attribute: str | None = None) -> str:
        """``{{ names|join("、") }}``: the items of a list, or one field of each."""
        if not isinstance(items, _LISTS):
            raise TokenError(
                "join", "join 只能用于列表 — 例如 {{ check.sites[0].reasons|join('；') }}"
            )
        held = items if attribute is None else [self.getattr(item, attribute) for item in items]
        texts = [shown(item) for item in held]
        self._spend(sum(map(len, texts)) + len(str(between)) * len(texts))
        return str(between).join(texts)

    def told(self, expression: str, value: Any) -> Any:
        """Keep what a token of fixed meaning came to, for ``report --check``."""
        if isinstance(value, str):
            self._spend(len(value))
        if expression and (value is None or isinstance(value, str | int | float)):
            self.printed[expression] = shown(value)
        elif expression and isinstance(value, Spoken):
            self.printed[expression] = shown(value.sentence)
        return value

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Give a field of a view, or a counter of a loop, and nothing else."""
        if isinstance(obj, View) and attribute in obj.field_names():
            return getattr(obj, attribute)
        if isinstance(obj, LoopContext) and attribute in _LOOP:
            return getattr(obj, attribute)
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        raise _no_field(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Give an item by position, or a field by name."""
        if isinstance(argument, str):
            return self.getattr(obj, argument)
        if (
            isinstance(obj, _LISTS)
            and isinstance(argument, int)
            and -len(obj) <= argument < len(obj)
        ):
            return obj[argument]
        raise TokenError(str(argument), f"没有第 {argument} 项")

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Multiply numbers only: a repeated text is a bomb."""
        if not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise TokenError(operator, f"{operator} 两边都应是数字")
        if any(isinstance(v, int) and v.bit_length() > _MOST_BITS for v in (left, right)):
            raise TokenError(operator, "数字过大 — 请检查写法")
        return super().call_binop(context, operator, left, right)

    intercepted_binops = frozenset(["*"])


def shown(value: Any) -> str:
    """Write a value as text that XML can hold; what is not known is a dash, never a zero."""
    if value is None or value == "":
        return "—"
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    return writable(text)


def writable(text: str) -> str:
    """Leave out what XML cannot hold, and the marks this package uses itself."""
    return _UNWRITABLE.sub("", text)


def nearest_name(word: str, known: Iterable[str]) -> str:
    """Suggest the nearest right name."""
    return nearest(word, sorted(known))


def _fixed(value: Any, decimals: int = 2) -> str:
    """``{{ x|fixed(2) }}``: a number with fixed decimals; what is no number stays as printed."""
    if isinstance(value, int | float) and 0 <= decimals <= 8:  # noqa: PLR2004
        return f"{value:.{decimals}f}"
    return shown(value)


def _no_field(obj: Any, attribute: str) -> TokenError:
    if isinstance(obj, View):
        return TokenError(
            attribute, f"没有 .{attribute} — {nearest_name(attribute, obj.field_names())}"
        )
    if isinstance(obj, Mapping):
        return TokenError(
            attribute, f"没有 .{attribute} — {nearest_name(attribute, map(str, obj))}"
        )
    return TokenError(attribute, f"这里不能取 .{attribute} — 模板只能用文档列出的名称")


def _allow(node: nodes.Node) -> None:
    if type(node) not in _NODES:
        raise TokenError(
            "", f"模板不能使用 {type(node).__name__.lower()} — 只可用名称、函数、if 和 for"
        )
    if isinstance(node, nodes.Call) and not isinstance(node.node, nodes.Name):
        raise TokenError("", "模板只能调用文档列出的函数，不能调用方法")
    if isinstance(node, nodes.Call) and (node.dyn_args or node.dyn_kwargs):
        raise TokenError("*", "模板的函数不能用 * 展开参数")
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        raise TokenError(node.attr, f"模板不能使用 .{node.attr}")
    if isinstance(node, nodes.For) and node.recursive:
        raise TokenError("recursive", "模板的 for 不能递归")
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        raise TokenError(node.name, f"没有过滤器 {node.name} — {nearest_name(node.name, FILTERS)}")
    if isinstance(node, nodes.Test) and node.name not in TESTS:
        raise TokenError(node.name, f"没有判断 {node.name} — {nearest_name(node.name, TESTS)}")


class _Bound(NodeTransformer):
    """Wraps what loops run over, and what is printed, in the environment's own two functions."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - jinja2's name
        cost = sum(len(data.data) for data in node.find_all(nodes.TemplateData))
        self.generic_visit(node)
        node.iter = _own("paced", cast("nodes.Expr", node.iter), nodes.Const(cost))
        return node

    def visit_Output(self, node: nodes.Output) -> nodes.Node:  # noqa: N802 - jinja2's name
        node.nodes = [
            part if isinstance(part, nodes.TemplateData)
            else _own("told", nodes.Const(spelled(part) or ""), self.visit(part))
            for part in node.nodes
        ]  # fmt: skip
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - jinja2's name
        self.generic_visit(node)
        return _own("strung", *node.nodes)


def _own(name: str, *arguments: nodes.Expr) -> nodes.Call:
    return nodes.Call(nodes.EnvironmentAttribute(name), list(arguments), [], None, None)


def expression_of(part: nodes.Node) -> str:
    """Return what a parsed output is called in :attr:`Sandbox.printed`, empty when it has no fixed meaning."""
    match part:
        case nodes.Call(
            node=nodes.EnvironmentAttribute(name="told"), args=[nodes.Const(value=name), _]
        ):
            return str(name)
    return ""


def spelled(node: nodes.Node) -> str | None:
    """Write an expression again when its meaning does not hang on a loop, else ``None``.

    Only functions with constant arguments, their fields, and fields of what is always there qualify.
    """
    match node:
        case nodes.Call(node=nodes.Name(name=name), args=args, kwargs=kwargs):
            parts = [_constant(a) for a in args] + [_keyword(k) for k in kwargs]
            return None if None in parts else f"{name}({', '.join(map(str, parts))})"
        case nodes.Getattr(node=inner, attr=attr) if not isinstance(inner, nodes.Name):
            base = spelled(inner)
            return base and f"{base}.{attr}"
        case nodes.Getitem() | nodes.Filter():
            return _spelled_on(node)
        case nodes.Name(name="check"):
            return "check"
        case nodes.Getattr(node=nodes.Name(name=name), attr=attr) if name in _ALWAYS:
            return f"{name}.{attr}"
    return None


def _spelled_on(node: nodes.Node) -> str | None:
    """Write what is picked by position, or rounded, again."""
    match node:
        case nodes.Getitem(node=inner, arg=nodes.Const(value=int(at))):
            base = spelled(inner)
            return base and f"{base}[{at}]"
        case nodes.Filter(node=nodes.Expr() as inner, name=name, args=args, kwargs=[]):
            base, given = spelled(inner), [_constant(a) for a in args]
            whole = base and None not in given
            return f"{base}|{name}({', '.join(map(str, given))})" if whole else None
    return None


def _keyword(node: nodes.Keyword) -> str | None:
    value = _constant(node.value)
    return value and f"{node.key}={value}"


def _constant(node: nodes.Node) -> str | None:
    return repr(node.value) if isinstance(node, nodes.Const) else None
