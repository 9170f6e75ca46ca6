"""What a worker draws: a map of one sheet in all its formats, or the web page of a series."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geo.draw.layers.subject import in_words, missing
from geo.draw.scene import compose
from geo.draw.sheet.paper import draw, write
from geo.errors import HongxianError
from geo.workflow.drawing import Outcome, Task
from geo.workflow.maps import DrawnMap, draw_map
from geo.workflow.pages import faults_of
from geo.writing import replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from geo.draw.scene import Scene
    from geo.store.store import Store
    from geo.workflow.crew import Crew

#: Formats that carry no coordinates of internal layers.
_PICTURES: Final = ("png", "pdf")


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
        faults = faults_of(store, drawn.scene)
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
