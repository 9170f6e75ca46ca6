"""A new workspace for any county, city or province, whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final

from geo.errors import UsageError
from geo.spec.workspace import MARKER
from geo.store.boundaries import published

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from importlib.resources.abc import Traversable

#: Kept under another name in the package, where git would obey it.
_RENAMED: Final = {"gitignore": ".gitignore"}
_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Started:
    """A workspace that has just been made; ``files`` are its files, relative to ``root``."""

    root: Path
    name: str
    files: tuple[str, ...]


def start_workspace(folder: Path, *, adcode: str, day: date) -> Started:
    """Make a workspace in a new or empty folder, from the package's starter files.

    The files are first written into a temporary folder inside it. ``workspace.yml`` is moved to
    its place last: without it nobody takes the folder for a workspace.

    Args:
        folder: Where; it and its parents are made when missing.
        adcode: Six-digit code of a county, city or province of the boundary data.
        day: The day written into the examples of dates.

    Raises:
        UsageError: No such adcode, the folder holds something already, or it is a file.
    """
    boundaries = published()
    words = {
        "adcode": adcode, "name": boundaries.full_name(_known(adcode)),
        "day": day.isoformat(), "month": day.isoformat()[:7],
    }  # fmt: skip
    folder = folder.absolute()
    _must_be_free(folder)
    files = {path: _filled(content, words) for path, content in starter_files()}
    _write(folder, files)
    return Started(folder, words["name"], tuple(sorted(files)))


def starter_files() -> Iterator[tuple[str, bytes]]:
    """List the package's starter files: path in the workspace, and content with ``${…}`` slots."""
    yield from _walk(resources.files("geo.workflow").joinpath("starter"), "")


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        name = f"{prefix}{_RENAMED.get(item.name, item.name)}"
        if item.is_dir():
            yield from _walk(item, f"{name}/")
        else:
            yield name, item.read_bytes()


def _known(adcode: str) -> str:
    """Return the adcode when the boundary data has it."""
    published().name(adcode)
    return adcode


def _filled(content: bytes, words: dict[str, str]) -> bytes:
    """Fill the slots; a table keeps the BOM that Excel needs."""
    mark = _BOM if content.startswith(_BOM) else b""
    text = content.removeprefix(_BOM).decode("utf-8")
    return mark + Template(text).substitute(words).encode("utf-8")


def _must_be_free(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"{folder.name}: 已存在，且不是文件夹 — 请换一个名称")
    if folder.is_dir() and (found := sorted(entry.name for entry in folder.iterdir())):
        shown = "、".join(found[:3]) + (" 等" if found[3:] else "")
        hint = "请换一个新的或空的文件夹，不会改动已有文件"
        raise UsageError(f"{folder.name}: 文件夹不是空的（{shown}） — {hint}")


def _write(folder: Path, files: dict[str, bytes]) -> None:
    """Write all files aside, then move them to their places; on any fault leave nothing behind.

    Aside is inside the folder: the folder may be a mounted disk, which nothing moves into.
    """
    made = _make_parents(folder)
    temporary = Path(tempfile.mkdtemp(prefix=".hongxian-", dir=folder))
    moved: list[Path] = []
    try:
        for name, content in files.items():
            path = temporary / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for entry in sorted(temporary.iterdir(), key=_marker_last):
            entry.rename(folder / entry.name)
            moved.append(folder / entry.name)
    except BaseException:
        for path in (*moved, temporary):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        for parent in made:
            parent.rmdir()
        raise
    temporary.rmdir()


def _marker_last(path: Path) -> bool:
    return path.name == MARKER


def _make_parents(folder: Path) -> list[Path]:
    """Make the folder and its missing parents; return those made, the innermost first."""
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return made
