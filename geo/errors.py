"""The one family of errors: what was found, where, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Problem:
    """One complaint about one place in one file.

    Args:
        file: The file as the planner knows it (relative to the workspace when inside it).
        line: 1-based line, or 0 when the complaint is about the whole file.
        column: 1-based column, or 0 when the complaint is about the whole line.
        message: What was found, one Chinese sentence without a full stop.
        hint: What to do, one Chinese sentence without a full stop.
        severity: ``warning`` does not stop the work.

    >>> from pathlib import Path
    >>> str(Problem(Path("layers/a.yml"), 3, 1, "未知的键 titel", "是否想写 title？"))
    'layers/a.yml:3:1: 未知的键 titel — 是否想写 title？'
    >>> str(Problem(Path("workspace.yml"), 0, 0, "文件不存在"))
    'workspace.yml: 文件不存在'
    """

    file: Path
    line: int
    column: int
    message: str
    hint: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        """Write the complaint as ``file:line:column: found — what to do``."""
        place = "".join(f":{n}" for n in (self.line, self.column) if n)
        text = f"{self.file.as_posix()}{place}: {self.message}"
        return f"{text} — {self.hint}" if self.hint else text


class HongxianError(Exception):
    """Root of everything this package raises on purpose; ``exit_code`` is the command's."""

    exit_code = 70


class WorkspaceError(HongxianError, ValueError):
    """The workspace's own files have problems; all of them are listed."""

    exit_code = 1

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[WorkspaceError], tuple[tuple[Problem, ...]]]:
        # Maps are drawn in other processes, and their errors come back whole.
        return type(self), (self.problems,)


class UsageError(HongxianError, ValueError):
    """The command or call was asked for something that does not exist."""

    exit_code = 2


class InputError(HongxianError, ValueError):
    """A file handed in from outside is unreadable, hostile or ambiguous."""

    exit_code = 3

    def __init__(self, message: str | Iterable[Problem]) -> None:
        if isinstance(message, str):
            self.problems: tuple[Problem, ...] = ()
            super().__init__(message)
        else:
            self.problems = tuple(sorted(set(message)))
            super().__init__("\n".join(map(str, self.problems)))


class MissingError(HongxianError, LookupError):
    """A named source, font, optional package or program is absent."""

    exit_code = 4


class GeometryError(HongxianError, ValueError):
    """A geometry cannot be used for what was asked (wrong type, empty, not finite)."""

    exit_code = 3


class CrsError(HongxianError, ValueError):
    """A coordinate system is unknown, unusable, or only reachable by a silent approximation."""

    exit_code = 3
