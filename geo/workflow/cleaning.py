"""Delete what the tool itself has made, and nothing else."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geo.errors import UsageError
from geo.spec.workspace import find_root

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Folders of a workspace that hold only what can be made again (design: ``build/`` is what came
#: out, ``local/cache`` is what was fetched or worked out from an office's own data).
MADE: Final = ("build", "local/cache")


@dataclass(frozen=True)
class Cleaned:
    """What was deleted, or would be: files relative to the workspace, and their size in bytes."""

    root: Path
    files: tuple[str, ...]
    size_bytes: int


def clean(start: Path, *, dry_run: bool = False) -> Cleaned:
    """Empty ``build/`` and ``local/cache/`` of the workspace that holds a folder.

    A symbolic link is deleted, never followed: what it points to is not ours.

    Args:
        start: A folder in the workspace.
        dry_run: Only tell what would be deleted.

    Raises:
        WorkspaceError: There is no workspace there.
        UsageError: One of the folders is a link, or a file cannot be deleted (often because
            another program has it open).
    """
    root = find_root(start)
    folders = [root / name for name in MADE if (root / name).is_dir()]
    if links := [folder for folder in folders if _leads_outside(folder, root)]:
        shown = "、".join(folder.relative_to(root).as_posix() for folder in links)
        raise UsageError(f"{shown} 是指向别处的链接 — 请自行清理它指向的文件夹")
    files = [file for folder in folders for file in _files(folder)]
    size = sum(file.lstat().st_size for file in files)
    if not dry_run:
        for folder in folders:
            _empty(folder)
    names = tuple(sorted(file.relative_to(root).as_posix() for file in files))
    return Cleaned(root, names, size)


def _leads_outside(folder: Path, root: Path) -> bool:
    return not folder.resolve().is_relative_to(root)


def _files(folder: Path) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            yield from _files(entry)
        else:
            yield entry


def _empty(folder: Path) -> None:
    for entry in sorted(folder.iterdir()):
        try:
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        except OSError as error:
            name = Path(str(error.filename or entry)).name
            raise UsageError(f"{name} 删不掉 — 请关闭正在打开它的程序后重试") from error
