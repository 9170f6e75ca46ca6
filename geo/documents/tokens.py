"""Tokens of a template, each with the paragraph it stands in, judged before anything is made."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from docx.oxml import parse_xml
from docx.oxml.ns import qn
from jinja2 import TemplateError, nodes

from geo.documents.sandbox import Sandbox, TokenError, View, expression_of, nearest_name
from geo.errors import UsageError

TAG: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_FOR: Final = re.compile(r"\{%[-+]?\s*(?:p|tr|tc|r)?\s*for\s+([^\s,]+)\s+in\s+([\w.]+)", re.DOTALL)
#: ``{{p x}}`` and its like would put bare text where Word wants a paragraph, a cell or a run.
_BARE: Final = re.compile(r"\{\{(p|tr|tc|r)\s")
#: Parts whose text is filled but which python-docx does not take apart.
_NOTES: Final = ("/word/footnotes.xml", "/word/endnotes.xml")
#: So many characters on either side of a token tell where its value stands.
_NEAR: Final = 4
#: What a calculation in a token may end in.
MISCALCULATED: Final = (TypeError, ValueError, ArithmeticError, RecursionError)
_QUOTES: Final = str.maketrans("“”‘’", "\"\"''")


@dataclass(frozen=True)
class Token:
    """One ``{{ … }}`` or ``{% … %}`` and the text of its paragraph."""

    text: str
    paragraph: str


def tokens_of(package: Any) -> tuple[list[Token], list[str]]:
    """List the tokens of every part that is filled, and what is wrong with their brackets."""
    tokens: list[Token] = []
    faults: list[str] = []
    for part in package.iter_parts():
        for text in texts_of(part):
            found = TAG.findall(text)
            rest = TAG.sub("", text)
            if any(mark in rest for mark in ("{{", "}}", "{%", "%}")):
                faults.append(
                    f"段落“{_short(text)}”中的标记没有写完整 — 请核对 {{{{ }}}} 或 {{% %}} 是否成对，且在同一段内"
                )
            tokens += [Token(tag.translate(_QUOTES), text) for tag in found]
    return tokens, faults


def texts_of(part: Any) -> Iterator[str]:
    """List the paragraphs of a part that is filled."""
    name = str(part.partname)
    if name in _NOTES:
        yield from _paragraphs(parse_xml(part.blob))
    elif name.startswith("/word/") and hasattr(part, "element"):
        yield from _paragraphs(part.element)


def surroundings(tokens: list[Token], sandbox: Sandbox) -> dict[str, tuple[str, str]]:
    """Give the words next to each token of fixed meaning, by its expression: where its value stands in the text."""
    out: dict[str, tuple[str, str]] = {}
    for token in (t for t in tokens if t.text.startswith("{{")):
        tree = sandbox.parse(token.text)
        told = [part for output in tree.find_all(nodes.Output) for part in output.nodes]
        before, _, after = token.paragraph.translate(_QUOTES).partition(token.text)
        words = (TAG.split(before)[-1][-_NEAR:], TAG.split(after)[0][:_NEAR])
        for name in filter(None, map(expression_of, told)):
            out.setdefault(name, words)
    return out


def refuse_wrong(
    tokens: list[Token], faults: list[str], sandbox: Sandbox, names: Mapping[str, Any],
    constant: Callable[[str, tuple[Any, ...], dict[str, Any]], None], *, shown: str,
    items: Mapping[str, type[View]], alone: Sequence[str],
) -> None:  # fmt: skip
    """Refuse unknown names, functions, fields and constant arguments, all at once.

    Args:
        tokens: Those of the template.
        faults: What is wrong with their brackets.
        sandbox: Parses them.
        names: Everything a token may name.
        constant: Is asked about every call with constant arguments, and raises :class:`TokenError`.
        shown: The template's name.
        items: What a loop over a name or function gives.
        alone: Functions whose token must be all of its paragraph.

    Raises:
        UsageError: Each fault with its paragraph, its token and the nearest right name.
    """
    loops = [m.groups() for token in tokens if (m := _FOR.match(token.text))]
    bound = {name for name, _ in loops}
    told = [f"{shown}: {text}" for text in faults]
    views = {name: type(value) for name, value in names.items() if isinstance(value, View)}
    # A name that two loops use for different things is judged when it is filled.
    of = {name: {items.get(over) for other, over in loops if other == name} for name in bound}
    views |= {name: view for name, held in of.items() if len(held) == 1 and (view := held.pop())}
    for token in tokens:
        if not token.text.startswith("{#"):
            found = _faults(token, sandbox, {*names, *bound, "loop"}, constant, views)
            told += [located(token, message, shown=shown) for message in found]
            if _is_call(token.text, alone) and not _stands_alone(token):
                told.append(
                    located(token, "图、表、段落的标记应独占一段，段落中还有别的文字", shown=shown)
                )
    if told:
        raise UsageError("\n".join(dict.fromkeys(told)))


def located(token: Token, message: str, *, shown: str) -> str:
    """Say where a fault stands: paragraph, token, and what to do."""
    return f"{shown}: 段落“{_short(token.paragraph)}”的标记 {_short(token.text, 200)}：{message}"


def place(fault: TokenError, tokens: list[Token], *, shown: str) -> str:
    """Say where a fault met while filling stands, by the word it is about."""
    word = re.compile(rf"(?<!\w){re.escape(fault.word)}(?!\w)") if fault.word else None
    at = next((t for t in tokens if word and word.search(t.text)), None)
    message = fault.message or ""
    return located(at, message, shown=shown) if at else f"{shown}: {message}"


def place_by_trial(tokens: list[Token], run: Callable[[str], None]) -> str:
    """Find the token that cannot be worked out by working out each alone; empty when it hangs on a loop."""
    for token in tokens:
        try:
            run(_alone(token.text))
        except MISCALCULATED:
            return f"段落“{_short(token.paragraph)}”的标记 {_short(token.text, 200)} "
        except TemplateError:
            continue  # Its names are bound elsewhere.
    return "有标记"


def _paragraphs(element: Any) -> Iterator[str]:
    for paragraph in element.iter(qn("w:p")):
        runs = (node.text or "" for node in paragraph.iter(qn("w:t")))
        if text := "".join(runs).strip():
            yield text


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[: most - 2]}…"


def _is_call(text: str, names: Sequence[str]) -> bool:
    called = re.match(r"\{\{[-+]?\s*(\w+)\s*\(", text)
    return called is not None and called.group(1) in names


def _stands_alone(token: Token) -> bool:
    """Tell whether a token is all of its paragraph, tags of loops and conditions beside it left out."""
    rest = TAG.sub(lambda tag: "" if tag.group().startswith("{%") else tag.group(), token.paragraph)
    return rest.translate(_QUOTES).strip() == token.text


def _wrong_fields(tree: nodes.Template, views: Mapping[str, type[View]]) -> Iterator[str]:
    """Tell fields that the views of a template's names and loops do not have."""
    for node in tree.find_all(nodes.Getattr):
        if isinstance(node.node, nodes.Name) and (view := views.get(node.node.name)):
            known = view.field_names()
            if node.attr not in known:
                yield f"没有 .{node.attr} — {nearest_name(node.attr, known)}"


def _faults(
    token: Token, sandbox: Sandbox, known: set[str],
    constant: Callable[[str, tuple[Any, ...], dict[str, Any]], None], views: Mapping[str, type[View]],
) -> Iterator[str]:  # fmt: skip
    if bare := _BARE.match(token.text):
        yield f"不能写 {{{{{bare.group(1)} …}}}} — 请写 {{{{ … }}}}"
        return
    tree = _parsed(token, sandbox)
    if isinstance(tree, str):
        yield tree
        return
    yield from _wrong_fields(tree, views)
    calls = list(tree.find_all(nodes.Call))
    for name in tree.find_all(nodes.Name):
        if name.name not in known and name.ctx == "load":
            yield f"没有名称 {name.name} — {nearest_name(name.name, known)}"
    for call in calls:
        if isinstance(call.node, nodes.Name) and call.node.name in known:
            given = _constants(call)
            if given is not None:
                try:
                    constant(call.node.name, *given)
                except TokenError as fault:
                    yield fault.message or ""


def _parsed(token: Token, sandbox: Sandbox) -> nodes.Template | str:
    """Parse one token by itself, or say what is wrong with it."""
    try:
        return sandbox.parse(_alone(token.text))
    except TokenError as fault:
        return fault.message or ""
    except TemplateError as error:
        return f"写法不对（{error.message}）— 请对照 docs/reports.md 的示例"
    except MISCALCULATED:
        return "写法过于复杂或数字过大 — 请对照 docs/reports.md 的示例"


def plain_tag(text: str) -> str:
    """Make a tag for a paragraph, row or cell (``{%p … %}``) a plain one, with plain quotation marks.

    >>> plain_tag("{%tr for t in tasks(“tunliu”) %}")
    '{% for t in tasks("tunliu") %}'
    """
    bare = re.sub(r"^(\{[{%])[-+]?\s*(?:p|tr|tc|r)\s", r"\1 ", text)
    return bare.translate(_QUOTES)


def _alone(text: str) -> str:
    """Close a block tag so that it parses by itself."""
    bare = plain_tag(text)
    if match := re.match(r"\{%[-+]?\s*(\w+)", bare):
        word = match.group(1)
        if word in ("if", "for"):
            return f"{bare}{{% end{word} %}}"
        if word == "elif":
            return re.sub(r"elif", "if", bare, count=1) + "{% endif %}"
        if word in ("else", "endif", "endfor", "vm", "hm"):
            return ""
    return bare


def _constants(call: nodes.Call) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    try:
        return tuple(a.as_const() for a in call.args), {
            k.key: k.value.as_const() for k in call.kwargs
        }
    except nodes.Impossible:
        return None
