"""One map into files of the planner's choice; the pages of a series drawn by several workers."""

from __future__ import annotations

import shutil
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geo.errors import MissingError, UsageError, WorkspaceError
from geo.spec.closed import nearest
from geo.spec.workspace import find_root, read_workspace
from geo.workflow.crew import workers_for
from geo.workflow.drawing import Outcome, Task, beside, draw_each, sheets_in
from geo.writing import replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geo.errors import Problem
    from geo.spec.workspace import WorkspaceSpec

_FORMATS: Final = ("png", "pdf", "svg", "html")


def draw_to(
    start: Path, name: str, paths: Sequence[Path], *, as_at: date | None = None, internal: bool = False,
    workers: int | None = 1, progress: Callable[[int, int, str], None] = lambda _done, _all, _what: None,
) -> tuple[Problem, ...]:  # fmt: skip
    """Draw one map and write it; each file appears whole or not at all, none while a page cannot be drawn.

    Args:
        start: A folder in the workspace.
        name: The map.
        paths: Files; the suffix (.png .pdf .svg .html) picks the format.
        as_at: The map's date; ``workspace.yml``'s, else today.
        internal: Let out the coordinates of layers marked 内部.
        workers: How many processes draw a series; None for as many as there are cores.
        progress: Called after each page of a series with how many of how many are drawn.

    Returns:
        What the linter found.

    Raises:
        WorkspaceError: The workspace's files have problems.
        UsageError: No such map, another suffix, or a format that would carry internal coordinates.
        MissingError: None of the map's subjects has anything to show, or a glyph no font has.
    """
    spec, problems = read_workspace(find_root(start))
    if spec is None or problems:
        raise WorkspaceError(problems)
    if name not in spec.maps:
        raise UsageError(f"没有名为 {name} 的地图 — {nearest(name, spec.maps)}")
    kinds = {path: path.suffix.lower().lstrip(".") for path in paths}
    for path, kind in kinds.items():
        if kind not in _FORMATS:
            raise UsageError(f"{path.name}: 地图可写为 .png .pdf .svg .html")
    day = as_at or spec.marker.as_at or date.today()  # noqa: DTZ011
    with beside(paths[0].parent) as folder:
        task = Task(name, tuple(dict.fromkeys(kinds.values())), day, Path(folder), internal)
        outcome = _drawn(spec, task, workers, progress)
        for path, kind in kinds.items():
            _keep(outcome, kind, path)
    return outcome.faults


def _drawn(
    spec: WorkspaceSpec, task: Task, workers: int | None, progress: Callable[[int, int, str], None]
) -> Outcome:
    def turned(task: Task, page: int, pages: int) -> None:
        progress(page, pages, f"{task.map} 第 {page}/{pages} 幅")

    hands = workers_for(sheets_in(spec, [task]), workers)
    (outcome,) = draw_each(spec, [task], workers=hands, turned=turned)
    if outcome.error is not None:
        raise outcome.error
    if outcome.missing:
        raise MissingError(
            f"地图 {task.map} 没有可画的内容：{outcome.missing} — 请在图层文件中写 source"
        )
    if held := [kind for kind, file in outcome.files.items() if file is None]:
        raise UsageError(
            f"地图 {task.map} 含内部图层，{'、'.join(held)} 会带出坐标 — 请改用 .png，确需矢量时加 --internal"
        )
    return outcome


def _keep(outcome: Outcome, kind: str, path: Path) -> None:
    """Put a finished file in its place; beside a picture of a series, its pages in a folder of its name."""
    file = outcome.files[kind]
    assert file is not None  # noqa: S101 - refused above
    with replacing(path) as temporary:
        shutil.copyfile(file, temporary)
    pages = file.with_suffix("")
    if kind not in ("png", "svg") or not pages.is_dir():
        return
    made = {page.name for page in pages.iterdir()}
    for page in sorted(pages.iterdir()):
        with replacing(path.with_suffix("") / page.name) as temporary:
            shutil.copyfile(page, temporary)
    for old in path.with_suffix("").glob(f"{outcome.map}-[0-9][0-9]*-*.png"):
        if old.name not in made:
            with suppress(OSError):
                old.unlink()
