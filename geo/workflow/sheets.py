"""What a worker draws: a map of one sheet in all its formats, or one page of a series."""

from __future__ import annotations

import pickle
import shutil
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from geo.draw.layers.subject import in_words, missing
from geo.draw.lint import problems
from geo.draw.scene import compose
from geo.draw.sheet.paper import draw, save, write
from geo.draw.sheet.series import Atlas, Sheet, atlas_of
from geo.errors import HongxianError
from geo.workflow.drawing import Contents, Outcome, Page, Task
from geo.workflow.maps import DrawnMap, draw_map
from geo.writing import replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from geo.draw.scene import Scene
    from geo.errors import Problem
    from geo.store.store import Store
    from geo.workflow.crew import Crew

#: Formats that carry no coordinates of internal layers.
_PICTURES: Final = ("png", "pdf")


def contents_of(store: Store, task: Task) -> Contents:
    """Count the pages of a series."""
    try:
        if gaps := missing(store.spec.maps[task.map], store, day=task.as_at):
            return Contents(missing=in_words(gaps))
        return Contents(_atlas(store, task.map, task.as_at).numbers)
    except HongxianError as error:
        return Contents(error=error)


@lru_cache(maxsize=1)
def _atlas(store: Store, name: str, day: date) -> Atlas:
    """Keep the series at work, so that its features are looked up once and not for every page."""
    return atlas_of(name, store.spec.maps[name], store, as_at=day)


@dataclass(frozen=True)
class Print:
    """A sheet that another process is to write as PDF; ``drawing`` is its figure as bytes."""

    drawing: bytes
    target: Path
    title: str
    day: date


def print_sheet(_store: Store, job: Print) -> Path:
    """Write a sheet that was drawn by another process; only our own callers send it."""
    figure = pickle.loads(job.drawing)  # noqa: S301
    with replacing(job.target) as whole, whole.open("wb") as stream:
        write(figure, stream, "pdf", title=job.title, day=job.day)
    return job.target


def _print_beside(helper: Crew, scene: Scene, task: Task) -> Callable[[], Path]:
    target = task.folder / f"{task.map}.pdf"
    return helper.ask(
        print_sheet, Print(pickle.dumps(draw(scene)), target, scene.title, scene.as_at)
    )


def draw_sheet(store: Store, task: Task, *, helper: Crew | None = None) -> Outcome:
    """Draw a map of one sheet in all its formats; what is wrong with one map must not stop the others.

    Args:
        store: The workspace's data.
        task: The map, and what is wanted of it.
        helper: Who writes the PDF meanwhile.
    """
    try:
        if gaps := missing(store.spec.maps[task.map], store, day=task.as_at):
            return Outcome(task.map, dict.fromkeys(task.formats), missing=in_words(gaps))
        drawn = draw_map(store, task.map, as_at=task.as_at)
        held = drawn.scene.internal and not task.internal
        printed = _print_beside(helper, drawn.scene, task) if helper and not held else None
        faults = _faults(store, drawn.scene)
        own = [kind for kind in task.formats if printed is None or kind != "pdf"]
        files = _saved(drawn, task, own)
        if printed is not None:
            files["pdf"] = printed()
    except HongxianError as error:
        return Outcome(task.map, {}, error=error)
    return Outcome(task.map, files, faults=faults)


def draw_whole(store: Store, task: Task) -> Outcome:
    """Draw the web page of a series, which shows its whole area."""
    try:
        scene = compose(task.map, store.spec.maps[task.map], store, as_at=task.as_at)
        return Outcome(task.map, _saved(DrawnMap(task.map, scene), task, ("html",)))
    except HongxianError as error:
        return Outcome(task.map, {}, error=error)


def _saved(drawn: DrawnMap, task: Task, formats: Sequence[str]) -> dict[str, Path | None]:
    """Write a map in some formats but for those that may not leave the office."""
    held = drawn.scene.internal and not task.internal
    files = {
        kind: None if held and kind not in _PICTURES else task.folder / f"{task.map}.{kind}"
        for kind in formats
    }
    for path in files.values():
        if path is not None:
            drawn.save(path, internal=task.internal)
    return files


def _faults(store: Store, scene: Scene) -> tuple[Problem, ...]:
    file = store.spec.map_file(scene.id)
    return problems(scene, shown=file, source=store.spec.sources.get(file))


def draw_page(store: Store, task: Task, number: int, *, packed: bool) -> Page:
    """Draw one page of a series: its single files, and its drawing for the book.

    Args:
        store: The workspace's data.
        task: The series, and what is wanted of it.
        number: The page.
        packed: Give the drawing as bytes that can go to another process.
    """
    try:
        atlas = _atlas(store, task.map, task.as_at)
        sheet = atlas.sheet(number)
        scene = sheet.scene
        told = f"第 {number} 页“{sheet.name}”" if number else sheet.name
        faults = tuple(replace(p, message=f"{told}：{p.message}") for p in _faults(store, scene))
        kept = bool(scene.internal) and not task.internal
        _singles(sheet, task, first=number == atlas.numbers[0], kept=kept)
        figure = draw(scene) if "pdf" in task.formats and not kept else None
        drawing = pickle.dumps(figure) if packed and figure is not None else figure
    except HongxianError as error:
        return Page(number, error=error)
    return Page(number, sheet.name, scene.title, drawing, internal=kept, faults=faults)


def _singles(sheet: Sheet, task: Task, *, first: bool, kept: bool) -> None:
    """Write a page's picture into the series' folder; the first page stands for the series beside it."""
    if not {"png", "svg"} & set(task.formats):
        return
    path = task.folder / task.map / f"{sheet.file_name}.png"
    path.parent.mkdir(exist_ok=True)
    save(sheet.scene, path)
    if first and "png" in task.formats:
        shutil.copyfile(path, task.folder / f"{task.map}.png")
    if first and "svg" in task.formats and not kept:
        save(sheet.scene, task.folder / f"{task.map}.svg", internal=True)
