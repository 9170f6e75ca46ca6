"""YAML whose every value remembers the line and column it was written at."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import yaml

from geo.errors import Problem, WorkspaceError

if TYPE_CHECKING:
    from pathlib import Path

Steps = tuple[str | int, ...]
Mark = tuple[int, int]

MAX_BYTES: Final = 5_000_000
MAX_DEPTH: Final = 40
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: What YAML 1.1 cannot hold, and what no editor shows: a name with a zero-width space in it is
#: another name, and the line separators would shift every line number.
_HIDDEN: Final = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
    "|[\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]"
)
#: The parser's commonest complaints, by words they contain.
_YAML_ZH: Final = {
    "mapping values are not allowed": "此处多了一个冒号",
    "expected ',' or '}'": "花括号没有配对，或缺少逗号",
    "expected ',' or ']'": "方括号没有配对，或缺少逗号",
    "expected ':'": "缺少冒号，或冒号后缺少空格",
    "expected '-'": "缩进没有对齐，或缺少短横线",
    "expected key": "缩进没有对齐，或缺少键",
    "expected <document start>": "缩进没有对齐，或有多余内容",
    "block collections are not allowed": "短横线或缩进的位置不对",
    "cannot start any token": "不能以制表符、@、% 或反引号开头",
    "unexpected end of stream": "引号没有配对",
    "found another document": "一个文件只能有一份内容，不能用 --- 分隔",
    "block sequence entries are not allowed": "短横线的位置不对",
    "tab character": "缩进用了制表符，应为空格",
    "expected node content": "缺少内容，或多了括号",
    "unknown escape character": "双引号中不能有单独的反斜杠",
}


@dataclass(frozen=True)
class Marked:
    """Plain values (mappings, lists, text, None) with the mark of each key and value.

    Marks are ``(line, column)``, 1-based; ``shown`` is the file as complaints name it.
    """

    shown: Path
    value: Any
    keys: dict[Steps, Mark] = field(default_factory=dict)
    values: dict[Steps, Mark] = field(default_factory=dict)

    def problem(
        self, steps: Steps, message: str, hint: str = "", *, on_key: bool = False
    ) -> Problem:
        """Make a complaint about the value (or key) at ``steps``, or the nearest one above it."""
        marks = self.keys if on_key else self.values
        while steps and steps not in marks:
            steps = steps[:-1]
            marks = self.values
        line, column = marks.get(steps, (1, 1))
        return Problem(self.shown, line, column, message, hint)


def read_text(path: Path, *, shown: Path) -> str:
    """Read a planner's text file as UTF-8, with or without BOM.

    Raises:
        WorkspaceError: The file is missing, too large, or not UTF-8.
    """

    def refuse(message: str, hint: str) -> WorkspaceError:
        return WorkspaceError([Problem(shown, 0, 0, message, hint)])

    try:
        if path.stat().st_size > MAX_BYTES:
            raise refuse(f"文件超过 {MAX_BYTES // 1_000_000} MB", "请检查是否放错了文件")
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise refuse("文件不存在", "请检查文件名，或从备份恢复") from error
    except UnicodeDecodeError as error:
        hint = "请在 WPS/Excel/记事本中另存为 UTF-8（CSV UTF-8）"
        raise refuse("文件不是 UTF-8 编码（可能是 GBK）", hint) from error
    except OSError as error:
        raise refuse(f"文件无法读取（{error.strerror}）", "请检查是否被占用或没有权限") from error


def read_yaml(path: Path, *, shown: Path) -> Marked:
    """Read one YAML file.

    Raises:
        WorkspaceError: As :func:`read_text` and :func:`parse_yaml`.
    """
    return parse_yaml(read_text(path, shown=shown), shown=shown)


def parse_yaml(text: str, *, shown: Path, at: Mark = (1, 1)) -> Marked:
    """Parse YAML text; scalars stay text; duplicate keys, anchors and tags are refused.

    ``at`` is where the text starts inside ``shown`` (a cell of a table).

    Raises:
        WorkspaceError: The text is not YAML, or uses what is refused; all places are listed.

    >>> from pathlib import Path
    >>> parse_yaml("{river: 绛河, part: 上游}", shown=Path("a")).value
    {'river': '绛河', 'part': '上游'}
    >>> parse_yaml("", shown=Path("a")).value is None
    True
    """
    _refuse_hidden(text, shown=shown, at=at)
    try:
        _refuse_depth_and_anchors(text, shown=shown, at=at)
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = _mark_of(_fault(error, text), at)
        told = str(error.problem or error.context)
        words = next((zh for said, zh in _YAML_ZH.items() if said in told), told)
        hint = "请检查冒号后的空格、括号是否成对、缩进是否对齐"
        problem = Problem(shown, *mark, f"YAML 语法错误（{words}）", hint)
        raise WorkspaceError([problem]) from error
    return _Walk(shown, at).marked(root)


def _fault(error: yaml.MarkedYAMLError, text: str) -> yaml.Mark | None:
    """Where to look: what was opened and never closed is noticed only behind the last word."""
    seen, opened = error.problem_mark, error.context_mark
    if seen is None or (opened is not None and seen.index >= len(text.rstrip())):
        return opened
    return seen


def _mark_of(mark: Any, at: Mark) -> Mark:
    """Turn the parser's 0-based mark into ours, counted from where the text starts."""
    line, column = (mark.line, mark.column) if mark else (0, 0)
    return at[0] + line, (at[1] if line == 0 else 1) + column


def _refuse_hidden(text: str, *, shown: Path, at: Mark) -> None:
    """Find the first character that cannot be seen; the parser itself does not say where it is."""
    if found := _HIDDEN.search(text):
        before = text[: found.start()]
        line, column = before.count("\n"), len(before) - (before.rfind("\n") + 1)
        mark = at[0] + line, (at[1] if line == 0 else 1) + column
        said = f"含有不可见字符 U+{ord(found[0]):04X}"
        raise WorkspaceError([Problem(shown, *mark, said, "请删除后重试，或重新输入这一行")])


def _refuse_depth_and_anchors(text: str, *, shown: Path, at: Mark) -> None:
    """Stop before composing: nesting bombs exhaust the stack, aliases expand without bound."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            found, hint = "使用了 YAML 锚点或别名（& *）", "请把内容直接写出来"
        elif getattr(event, "tag", None):
            found, hint = "使用了 YAML 标签（! 开头）", "请删去标签；以 ! 开头的文字请加引号"
        elif depth > MAX_DEPTH:
            found, hint = f"嵌套超过 {MAX_DEPTH} 层", "请简化这一段"
        else:
            continue
        raise WorkspaceError([Problem(shown, *_mark_of(event.start_mark, at), found, hint)])


class _Walk:
    """One pass over a YAML tree, collecting values, marks and duplicate keys."""

    def __init__(self, shown: Path, at: Mark) -> None:
        self.shown, self.at = shown, at
        self.keys: dict[Steps, Mark] = {}
        self.values: dict[Steps, Mark] = {}
        self.problems: list[Problem] = []

    def marked(self, root: yaml.Node | None) -> Marked:
        value = self._value(root, ()) if root is not None else None
        if self.problems:
            raise WorkspaceError(self.problems)
        return Marked(self.shown, value, self.keys, self.values)

    def _value(self, node: yaml.Node, steps: Steps) -> Any:
        self.values[steps] = _mark_of(node.start_mark, self.at)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*steps, i)) for i, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, steps)
        return None if node.tag == "tag:yaml.org,2002:null" else node.value

    def _mapping(self, node: yaml.MappingNode, steps: Steps) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key, item in node.value:
            here = _mark_of(key.start_mark, self.at)
            if not isinstance(key, yaml.ScalarNode):
                self.problems.append(
                    Problem(self.shown, *here, "键必须是文字", "请检查花括号与冒号")
                )
                continue
            if key.value in out:
                self.problems.append(
                    Problem(self.shown, *here, f"键 {key.value} 写了两次", "请删去其中一个")
                )
            self.keys[(*steps, key.value)] = here
            out[key.value] = self._value(item, (*steps, key.value))
        return out
