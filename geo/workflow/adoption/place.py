"""An examined layer put in its place: whole or not at all, the version before kept."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import yaml

from geo.errors import UsageError, WorkspaceError
from geo.spec.closed import load
from geo.spec.layers import Layer
from geo.spec.marked import parse_yaml, read_yaml
from geo.writing import replacing

LOCAL: Final = "local"
_STAGING: Final = "local/cache"
_ABANDONED_S: Final = 3600.0


def layer_before(root: Path, layer: str) -> Mapping[str, Any]:
    """Read what the layer's file says now, as written; nothing when there is none."""
    path = root / "layers" / f"{layer}.yml"
    if not path.is_file():
        return {}
    value = read_yaml(path, shown=Path("layers", path.name)).value
    return value if isinstance(value, Mapping) else {}


def must_load(document: Mapping[str, Any], layer: str) -> None:
    """Hold the new layer file against the model before anything is written."""
    shown = Path("layers", f"{layer}.yml")
    spec, problems = load(parse_yaml(as_yaml(document), shown=shown), Layer)
    if spec is None:
        raise WorkspaceError(problems)


def as_yaml(document: Mapping[str, Any]) -> str:
    """Write a layer file as a planner would: Chinese as it is, keys in their order."""
    quoted = {**document, "as_of": str(document["as_of"]), "coverage": list(document["coverage"])}
    return yaml.safe_dump(quoted, allow_unicode=True, sort_keys=False, width=120)


def place(
    root: Path, *, layer: str, data: str, document: Mapping[str, Any],
    write: Callable[[Path], None],
) -> tuple[Path, ...]:  # fmt: skip
    """Write a layer's data, then its file; the layer file is replaced last, in one step.

    Until then the workspace reads as it did: the data is written into ``local/cache`` and moved to a
    name nothing points to. The layer file before is kept beside the data of its version. Killed at
    any moment, this leaves at most the folder in ``local/cache`` and a version nobody reads.

    Args:
        root: The workspace.
        layer: Id of the layer.
        data: Where its data goes, relative to the workspace.
        document: The layer file's contents, judged by :func:`must_load`.
        write: Writes the data to the path it is given.

    Returns:
        The files written, relative to the workspace.

    Raises:
        UsageError: This very version is the current one already.
    """
    final, layer_file = root / data, root / "layers" / f"{layer}.yml"
    if final.exists() and layer_file.is_file() and data in layer_file.read_text("utf-8"):
        raise UsageError(f"{data} 已经是现行版本 — 文件与数据日期都没有变化")
    (root / _STAGING).mkdir(parents=True, exist_ok=True)
    _sweep(root / _STAGING)
    staging = Path(tempfile.mkdtemp(prefix="adopt-", dir=root / _STAGING))
    try:
        staged = staging / final.name
        write(staged)
        final.parent.mkdir(parents=True, exist_ok=True)
        staged.replace(final)
        written = [final, *_keep_old(layer_file, final), layer_file]
        # Not beside its goal: whatever lies in layers/ when the power fails is taken for a layer.
        page = staging / layer_file.name
        page.write_text(as_yaml(document), encoding="utf-8", newline="\n")
        layer_file.parent.mkdir(exist_ok=True)
        page.replace(layer_file)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return tuple(path.relative_to(root) for path in written)


def _sweep(folder: Path) -> None:
    """Delete what adoptions that were killed left behind; a younger one may be at work."""
    for left in folder.glob("adopt-*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _ABANDONED_S:
                shutil.rmtree(left, ignore_errors=True)


def _keep_old(layer_file: Path, final: Path) -> list[Path]:
    """Keep the layer file that is about to be replaced, under the name of the version that follows."""
    if not layer_file.is_file():
        return []
    kept = final.parent / f"before_{final.stem}.yml"
    with replacing(kept) as temporary:
        shutil.copyfile(layer_file, temporary)
    return [kept]
