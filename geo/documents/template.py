"""A bureau's own Word file, filled: tokens judged, run in the sandbox, exhibits put in."""

from __future__ import annotations

import html
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from docx.opc.constants import RELATIONSHIP_TYPE
from jinja2 import TemplateError

from geo.documents.archive import with_fixed_times
from geo.documents.blocks import blocks_of
from geo.documents.embed import Embedded, Placed, embed
from geo.documents.intake import refuse_hostile
from geo.documents.numbering import Numbering
from geo.documents.record import write_record
from geo.documents.sandbox import Sandbox, Spoken, TokenError, View, shown
from geo.documents.tokens import (
    MISCALCULATED,
    TAG,
    place,
    place_by_trial,
    refuse_wrong,
    surroundings,
    tokens_of,
)
from geo.errors import HongxianError, MissingError, UsageError

NEEDS_EXTRA: Final = "{} 未安装 — 请安装 pip install hongxian[report]"
#: Figures, tables and references in one report.
MOST_PLACED: Final = 3000
#: Stands in a block's text for a figure, a table, a reference: what they say is compared elsewhere.
OPEN: Final = "\ufffc"
Constant = Callable[[str, tuple[Any, ...], dict[str, Any]], None]


@dataclass(frozen=True)
class Told:
    """What a filled template says in words.

    Attributes:
        printed: What each token of fixed meaning came to.
        around: The words before and after it.
        blocks: The outermost loops and conditions, with what they came to.
    """

    printed: Mapping[str, str]
    around: Mapping[str, tuple[str, str]]
    blocks: Mapping[str, str]


Recorder = Callable[[tuple[Embedded, ...], Told], str | None]


@dataclass(frozen=True)
class Filled:
    """A filled template.

    Attributes:
        data: The DOCX.
        embedded: Figures and tables in reading order with their numbers.
        printed: What each token of fixed meaning came to.
    """

    data: bytes
    embedded: tuple[Embedded, ...]
    printed: Mapping[str, str]


def fill(
    data: bytes, names: Mapping[str, Any], *, template: str, as_at: date, numbering: Numbering,
    constant: Constant, record: Recorder, placing: Sequence[str] = (), items: Mapping[str, type[View]] | None = None,
) -> Filled:  # fmt: skip
    """Fill a template; nothing comes out unless all of it is right.

    Args:
        data: The template's bytes.
        names: Everything a token may name: functions, views, plain values.
        template: The template's name as messages call it.
        as_at: Date of the document.
        numbering: How captions are numbered.
        constant: Judges calls with constant arguments before anything is drawn.
        record: Makes the record kept inside the file, from what was embedded and what was told.
        placing: The names that put in a figure, a table, a passage, a reference or a list.
        items: What a loop over a name or function gives, to judge its fields beforehand.

    Raises:
        InputError: The template is hostile or no Word file.
        UsageError: Tokens are wrong; all that can be told are told at once.
        MissingError: docxtpl is not installed.
    """
    refuse_hostile(data, shown=template)
    placed: list[Placed] = []
    sandbox = Sandbox(_finalizer(placed))
    # docxtpl.render() evaluates everything with the environment given, headers and properties included.
    word = _open(data)
    tokens, faults = tokens_of(word.docx.part.package)
    blocks = blocks_of(word.docx.part.package)
    alone = [name for name in placing if name != "ref"]
    refuse_wrong(
        tokens, faults, sandbox, names, constant, shown=template, items=items or {}, alone=alone
    )
    try:
        word.render(dict(names), sandbox, autoescape=True)
    except TokenError as fault:
        raise UsageError(place(fault, tokens, shown=template)) from fault
    except TemplateError as error:
        raise UsageError(
            f"{template}: 标记写法不对（{error.message}）— 请核对 if/for 与 endif/endfor 是否成对"
        ) from error
    except HongxianError:
        raise  # It says what is wrong; some of its kind are ValueErrors too.
    except MISCALCULATED as error:
        at = place_by_trial(tokens, lambda text: _tried(text, names))
        raise UsageError(f"{template}: {at}算不出来（{error}）— 请检查两边是否都是数字") from error
    document = word.docx
    _drop_thumbnail(document.part.package)
    embedded = embed(document, tuple(placed), numbering=numbering, template=template)
    told = Told(
        sandbox.printed,
        surroundings(tokens, sandbox),
        {b: block_text(b, names, placing) for b in blocks},
    )
    kept = record(embedded, told)
    if kept is None:
        # A copy without record is for readers outside: it does not tell who wrote the template.
        properties = document.core_properties
        properties.author = properties.last_modified_by = ""
    else:
        write_record(document, kept)
    out = io.BytesIO()
    document.save(out)
    return Filled(with_fixed_times(out.getvalue(), as_at=as_at), embedded, dict(sandbox.printed))


def _tried(text: str, names: Mapping[str, Any]) -> None:
    Sandbox(_finalizer([])).from_string(text).render(dict(names))


def value_of(expression: str, names: Mapping[str, Any]) -> str:
    """Evaluate one recorded expression again, in the same sandbox.

    Raises:
        TokenError: It names what is no longer there.
    """
    sandbox = Sandbox(_finalizer([]))
    rendered: str = sandbox.from_string(f"{{{{ {expression} }}}}").render(dict(names))
    return sandbox.printed.get(expression, rendered)


def block_text(source: str, names: Mapping[str, Any], placing: Sequence[str] = ()) -> str:
    """Render a loop or condition by itself; empty when it cannot be, or says nothing.

    Args:
        source: As :func:`geo.documents.blocks.blocks_of` gives it.
        names: What its tokens may name.
        placing: Those that put in a figure or the like: they are not called, and leave :data:`OPEN`.
    """
    names = {
        name: (lambda *_given, **_named: OPEN) if name in placing else value
        for name, value in names.items()
    }
    try:
        rendered: str = Sandbox(_finalizer([])).from_string(source).render(names)
    except (TemplateError, *MISCALCULATED):
        return ""
    return html.unescape(rendered)


def _drop_thumbnail(package: Any) -> None:
    """A template's little picture shows the page of another report."""
    for key, relation in list(package.rels.items()):
        if relation.reltype.endswith("/thumbnail"):
            del package.rels[key]


def _open(data: bytes) -> Any:
    try:
        from docxtpl import DocxTemplate  # noqa: PLC0415 - an optional package
    except ImportError as error:
        raise MissingError(NEEDS_EXTRA.format("docxtpl")) from error

    class Template(DocxTemplate):  # type: ignore[misc]
        """docxtpl makes quotation marks and < > in tags plain again, but leaves ``&amp;``."""

        def patch_xml(self, src_xml: str) -> str:
            xml: str = super().patch_xml(src_xml)
            return TAG.sub(lambda tag: tag.group().replace("&amp;", "&"), xml)

    word = Template(io.BytesIO(data))
    word.init_docx()
    _adopt_properties(word.docx.part.package)
    return word


def _adopt_properties(package: Any) -> None:
    """Let the file's properties be found: LibreOffice gives them a relation of another name.

    python-docx would make new ones beside them, and two parts of one name are a broken file.
    """
    for key, relation in list(package.rels.items()):
        kind = relation.reltype
        if kind.endswith("/core-properties") and kind != RELATIONSHIP_TYPE.CORE_PROPERTIES:
            part = relation.target_part
            del package.rels[key]
            package.relate_to(part, RELATIONSHIP_TYPE.CORE_PROPERTIES)


def _finalizer(placed: list[Placed]) -> Callable[[Any], str]:
    """Turn what a token came to into text; what is more than text becomes a mark, put in later."""

    def finalize(value: Any) -> str:
        if isinstance(value, Placed):
            if len(placed) >= MOST_PLACED:
                raise TokenError("for", f"图、表和引用超过 {MOST_PLACED} 个 — 请分成几份报告")
            placed.append(value)
            return f"\ue000{len(placed) - 1}\ue001"
        if isinstance(value, Spoken):
            return shown(value.sentence)
        if value is None or isinstance(value, str | int | float | date):
            return shown(value)
        if callable(value):
            raise TokenError("", '这个名称是函数 — 请写上括号和参数，例如 {{ map("总览图") }}')
        raise TokenError("", "这个标记的结果不是文字 — 请写明要取哪一项，例如 {{ check.verdict }}")

    return finalize
