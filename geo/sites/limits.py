"""Bounds on what one file may cost, and the one place where a library's faults become ours.

Files come from strangers. Nothing here trusts a number written in a file: counts are counted.
"""

from __future__ import annotations

import logging
import sys
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from geo.errors import HongxianError, InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MAX_BYTES: Final = 200_000_000
MAX_FEATURES: Final = 10_000
MAX_VERTICES: Final = 200_000
"""What every reader but DXF takes in within two seconds; a county has some thousand."""
MAX_ATTRIBUTES: Final = 200
MAX_ATTRIBUTE_CHARS: Final = 500


def refuse(shown: Path, message: str, hint: str, *, line: int = 0) -> InputError:
    """Make the error for one complaint; the caller raises it.

    >>> from pathlib import Path
    >>> str(refuse(Path("a.txt"), "文件是空的", "请重新导出", line=3))
    'a.txt:3: 文件是空的 — 请重新导出'
    """
    return InputError([Problem(shown, line, 0, message, hint)])


def check_size(path: Path, *, shown: Path, most: int = MAX_BYTES) -> None:
    """Refuse a file that is missing, empty or too large.

    Raises:
        InputError: One of these.
    """
    if not path.is_file():
        raise refuse(shown, "文件不存在或不是普通文件", "请检查文件名和路径")
    size = path.stat().st_size
    if size == 0:
        raise refuse(shown, "文件是空的（0 字节）", "请重新导出")
    if size > most:
        megabytes = f"{size / 1e6:.0f} MB，上限 {most / 1e6:.0f} MB"
        raise refuse(shown, f"文件过大（{megabytes}）", "请只保留项目用地的图形后重新导出")


@dataclass
class Budget:
    """Counts features and vertices while a file is read, and stops it when there are too many.

    >>> from pathlib import Path
    >>> Budget(Path("a.shp")).spend(vertices=200_001)
    Traceback (most recent call last):
    ...
    geo.errors.InputError: a.shp: 顶点超过 200000 个 — 请只保留项目用地的图形，或先简化
    """

    shown: Path
    features: int = 0
    vertices: int = 0

    def spend(self, *, features: int = 0, vertices: int = 0) -> None:
        """Count what was read.

        Raises:
            InputError: There is too much of it.
        """
        self.features += features
        self.vertices += vertices
        if self.features > MAX_FEATURES:
            hint = "请只保留项目用地；成批筛查请用 hongxian screen"
            raise refuse(self.shown, f"图形超过 {MAX_FEATURES} 个", hint)
        if self.vertices > MAX_VERTICES:
            hint = "请只保留项目用地的图形，或先简化"
            raise refuse(self.shown, f"顶点超过 {MAX_VERTICES} 个", hint)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep GDAL and ezdxf from writing to the planner's screen: log lines, warnings, half characters.

    GDAL puts bytes of a damaged file into its messages; fiona's callback cannot decode them and Python prints a
    traceback that no ``except`` can reach.
    """
    loggers = [logging.getLogger(name) for name in ("fiona", "ezdxf")]
    levels = [logger.level for logger in loggers]
    hook = sys.unraisablehook
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    sys.unraisablehook = _but_half_characters(hook)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        sys.unraisablehook = hook
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _but_half_characters(hook: Callable[[Any], object]) -> Callable[[Any], object]:
    def told(fault: Any) -> None:
        if not isinstance(fault.exc_value, UnicodeDecodeError):
            hook(fault)

    return told


@contextmanager
def refusing(shown: Path, hint: str) -> Iterator[None]:
    """Turn whatever a third-party parser throws at hostile bytes into a refusal of the file.

    Its warnings and log lines are silenced: they are English and name paths of this machine. Put it around the
    library's call only, never around our own code. The library's words stay in ``__cause__``.

    Raises:
        InputError: The library failed.
    """
    try:
        with quiet():
            yield
    except HongxianError:
        raise
    except Exception as error:
        raise refuse(shown, "文件内容无法解析，可能损坏或不是所写后缀的格式", hint) from error
