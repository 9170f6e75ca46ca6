"""YAML whose every value remembers the line and column it was written at."""

from __future__ import annotations

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
    """Parse YAML text; scalars stay text, duplicate keys, anchors and tags are refused.

    ``at`` is where the text starts inside ``shown`` (a cell of a table).

    Raises:
        WorkspaceError: The text is not YAML, or uses what is refused; all places are listed.

    >>> from pathlib import Path
    >>> parse_yaml("{river: 绛河, part: 上游}", shown=Path("a")).value
    {'river': '绛河', 'part': '上游'}
    >>> parse_yaml("", shown=Path("a")).value is None
    True
    """
    try:
        _refuse_depth_and_anchors(text, shown=shown, at=at)
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        problem = Problem(
            shown,
            at[0] + line,
            (at[1] if line == 0 else 1) + column,
            f"YAML 语法错误（{error.problem or error.context}）",
            "请检查冒号后的空格、括号是否成对、缩进是否对齐",
        )
        raise WorkspaceError([problem]) from error
    except yaml.YAMLError as error:
        problem = Problem(shown, at[0], at[1], "含有 YAML 不允许的字符", "请删除不可见字符后重试")
        raise WorkspaceError([problem]) from error
    return _Walk(shown, at).marked(root)


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
        elif depth > MAX_DEPTH:
            found, hint = f"嵌套超过 {MAX_DEPTH} 层", "请简化这一段"
        else:
            continue
        mark = event.start_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        raise WorkspaceError([Problem(shown, at[0] + line, column + 1, found, hint)])


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

    def _mark(self, node: yaml.Node) -> Mark:
        line, column = node.start_mark.line, node.start_mark.column
        return self.at[0] + line, (self.at[1] if line == 0 else 1) + column

    def _value(self, node: yaml.Node, steps: Steps) -> Any:
        self.values[steps] = self._mark(node)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*steps, i)) for i, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, steps)
        return None if node.tag == "tag:yaml.org,2002:null" else node.value

    def _mapping(self, node: yaml.MappingNode, steps: Steps) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key, item in node.value:
            here = self._mark(key)
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
