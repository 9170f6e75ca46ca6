"""The pages of a series, drawn one by one: single files, and each page's drawing for the book."""

from __future__ import annotations

import pickle
import shutil
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from geo.draw.layers.subject import in_words, missing
from geo.draw.lint import problems
from geo.draw.sheet.paper import draw, save
from geo.draw.sheet.series import Atlas, Sheet, atlas_of
from geo.errors import HongxianError
from geo.workflow.drawing import Contents, Page, Task

if TYPE_CHECKING:
    from datetime import date

    from geo.draw.scene import Scene
    from geo.errors import Problem
    from geo.store.store import Store


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


def faults_of(store: Store, scene: Scene) -> tuple[Problem, ...]:
    """Look at what was drawn, with the lines of the map's file."""
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
        faults = tuple(replace(p, message=f"{told}：{p.message}") for p in faults_of(store, scene))
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
