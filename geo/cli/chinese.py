"""Click's own words in Chinese: complaints about usage, and the headings of help."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

_HEADINGS: Final = {
    "Options": "选项", "Positional arguments": "参数", "Commands": "命令",
}  # fmt: skip
_HELP: Final = {
    "Show this message and exit.": "显示本说明",
    "Show the version and exit.": "显示版本号",
}
_EXTRAS: Final = ((re.compile(r"\[default: "), "[默认 "), (re.compile(r"\[required\]"), "[必填]"))
#: Click's sentences about a value, in the order tried; groups are filled in.
_VALUES: Final = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"'(.*)' is not a valid (?:float|integer).*", "“{0}”不是数字"),
        (r"(.*) is not in the range (.*)\.", "{0} 超出范围 {1}"),
        (r"\w+ '(.*)' does not exist\.", "{0} 不存在，请检查路径"),
        (r"\w+ '(.*)' is a file\.", "{0} 是文件，这里要写文件夹"),
        (r"\w+ '(.*)' is a directory\.", "{0} 是文件夹，这里要写文件"),
        (r"\w+ '(.*)' is not readable\.", "{0} 无法读取，请检查权限"),
    )
)
_OTHERS: Final = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"Option '(.*)' requires .*", "选项 {0} 后面缺少取值"),
        (r"Option '(.*)' does not take a value\.", "选项 {0} 不带取值"),
        (r"Got unexpected extra arguments? \((.*)\).*", "多出参数 {0}"),
        (r"Missing command\.", "没有写命令"),
    )
)


class Help(click.HelpFormatter):
    """Help whose headings and standing phrases are Chinese."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line that shows how a command is written."""
        super().write_usage(prog, args, prefix or "用法：")

    def write_heading(self, heading: str) -> None:
        """Write the name of a section."""
        self.write(f"{'':>{self.current_indent}}{_HEADINGS.get(heading, heading)}：\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write options or commands with what they are for."""
        super().write_dl([(term, _told(text)) for term, text in rows], col_max, col_spacing)


class Context(click.Context):
    """A context whose help is Chinese."""

    formatter_class = Help


def _told(text: str) -> str:
    text = _HELP.get(text, text)
    for pattern, words in _EXTRAS:
        text = pattern.sub(words, text)
    return text


def complaint(error: click.UsageError) -> str:
    """Say in Chinese what is wrong with a command line, and what was probably meant.

    A sentence this module does not know stays as click wrote it.

    >>> complaint(click.NoSuchOption("--fromat", possibilities=["--format", "--out"]))
    '没有选项 --fromat — 是否想写 --format？'
    >>> complaint(click.UsageError("Got unexpected extra argument (b.txt)"))
    '多出参数 b.txt'
    """
    if isinstance(error, click.NoSuchOption):
        near = f" — 是否想写 {error.possibilities[0]}？" if error.possibilities else ""
        return f"没有选项 {error.option_name}{near}"
    if isinstance(error, click.MissingParameter):
        return f"缺少{_named(error)}"
    if isinstance(error, click.BadParameter):
        return f"{_named(error)}：{_value(error)}"
    return _reworded(error.message, _OTHERS)


def _named(error: click.BadParameter) -> str:
    if error.param is None:
        return "取值"
    if isinstance(error.param, click.Argument):
        return f"参数 {error.param.make_metavar(error.ctx or click.Context(click.Command(None)))}"
    return f"选项 {max(error.param.opts, key=len)}"


def _value(error: click.BadParameter) -> str:
    kind = error.param.type if error.param else None
    if not isinstance(kind, click.Choice):
        return _reworded(error.message, _VALUES)
    given = re.match(r"'(.*)' is not", error.message)
    choices = [str(choice) for choice in kind.choices]
    near = difflib.get_close_matches(given[1] if given else "", choices, n=1, cutoff=0.6)
    hint = f"是否想写 {near[0]}？" if near else f"可用：{'、'.join(choices)}"
    return f"不认识的取值{f' {given[1]}' if given else ''} — {hint}"


def _reworded(message: str, table: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    for pattern, words in table:
        if found := pattern.fullmatch(message):
            return words.format(*found.groups())
    return message
