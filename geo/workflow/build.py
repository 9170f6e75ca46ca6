"""Make everything that is out of date, and only that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geo.errors import UsageError, WorkspaceError
from geo.spec.closed import nearest
from geo.spec.layers import FileSource, RasterSource
from geo.spec.maps import DrawLayer, DrawTerrain, MapSpec
from geo.spec.workspace import WorkspaceSpec, find_root, read_workspace
from geo.workflow.manifest import Fingerprints, Manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

FORMATS: Final = ("png", "pdf", "html")


@dataclass(frozen=True)
class Job:
    """One output to make: ``maps/<map>.<format>`` under ``build/``."""

    output: str
    map: str
    format: str
    inputs: dict[str, str]


@dataclass(frozen=True)
class Built:
    """What a build did."""

    made: tuple[str, ...]
    fresh: tuple[str, ...]
    removed: tuple[str, ...] = ()


def build(
    start: Path,
    *,
    names: Sequence[str] = (),
    formats: Sequence[str] = FORMATS,
    as_at: date | None = None,
    again: bool = False,
    progress: Callable[[int, int, str], None] = lambda _done, _all, _what: None,
) -> Built:
    """Draw the maps of a workspace whose inputs have changed since they were drawn.

    Args:
        start: A folder in the workspace.
        names: Ids of maps; empty for all, and then outputs nobody asks for are removed.
        formats: Formats to draw.
        as_at: Date of the maps; ``workspace.yml``'s, else today.
        again: Draw even what is fresh.
        progress: Called before each output with how many are done, how many there are, and what.

    Raises:
        WorkspaceError: The workspace's files have problems.
        UsageError: No such map.
    """
    root = find_root(start)
    spec, problems = read_workspace(root)
    if spec is None or problems:
        raise WorkspaceError(problems)
    day = as_at or spec.marker.as_at or date.today()  # noqa: DTZ011
    for name in names:
        if name not in spec.maps:
            raise UsageError(f"没有名为 {name} 的地图 — {nearest(name, spec.maps)}")
    manifest = Manifest.read(root / "build")
    jobs = list(_jobs(spec, names or tuple(spec.maps), formats))
    stale = [j for j in jobs if again or not manifest.is_fresh(j.output, j.inputs, as_at=day)]
    _draw(spec, stale, manifest, day, progress)
    removed = () if names else tuple(manifest.forget_except(j.output for j in jobs))
    fresh = tuple(j.output for j in jobs if j not in stale)
    return Built(tuple(j.output for j in stale), fresh, removed)


def _draw(
    spec: WorkspaceSpec, jobs: list[Job], manifest: Manifest, day: date,
    progress: Callable[[int, int, str], None],
) -> None:  # fmt: skip
    if not jobs:
        return
    # Drawing pulls in matplotlib and every layer: a build with nothing to do must not.
    from geo.store.store import Store  # noqa: PLC0415
    from geo.workflow.maps import draw_map  # noqa: PLC0415

    store = Store(spec)
    done = 0
    for name in dict.fromkeys(job.map for job in jobs):
        drawn = draw_map(store, name, as_at=day)
        for job in (j for j in jobs if j.map == name):
            progress(done, len(jobs), job.output)
            drawn.save(manifest.folder / job.output)
            manifest.record(job.output, job.inputs, as_at=day)
            done += 1


def _jobs(spec: WorkspaceSpec, names: Sequence[str], formats: Sequence[str]) -> Iterator[Job]:
    prints = Fingerprints(spec.root)
    for name in names:
        inputs = prints.of(_inputs(spec, name))
        for suffix in formats:
            yield Job(f"maps/{name}.{suffix}", name, suffix, inputs)


def _inputs(spec: WorkspaceSpec, name: str) -> Iterator[Path]:
    """List the files a map rests on; whatever locates a place may rest on any layer."""
    root = spec.root
    drawn = spec.maps[name]
    yield from (root / "workspace.yml", root / "maps" / f"{name}.yml")
    layers = _layers(spec, drawn)
    for layer_id in layers:
        yield root / "layers" / f"{layer_id}.yml"
        yield from _data_files(spec, layer_id)
    for plan in _plans(drawn):
        yield from (p for p in (root / "plans" / plan).glob("*") if p.is_file())


def _layers(spec: WorkspaceSpec, drawn: MapSpec) -> set[str]:
    simple = all(isinstance(item, DrawLayer | DrawTerrain) for item in drawn.layers)
    if not simple or drawn.extent is not None or drawn.series is not None:
        return set(spec.layers)
    own = {i.layer if isinstance(i, DrawLayer) else i.terrain for i in drawn.layers
           if isinstance(i, DrawLayer | DrawTerrain)}  # fmt: skip
    # Derived layers rest on the gazetteer.
    return own | ({"places"} & set(spec.layers))


def _data_files(spec: WorkspaceSpec, layer_id: str) -> Iterator[Path]:
    source = spec.layers[layer_id].source
    if isinstance(source, FileSource):
        path = spec.root / source.path
        yield path
        if path.suffix.lower() == ".shp":
            yield from (path.with_suffix(s) for s in (".dbf", ".shx", ".prj", ".cpg"))
    elif isinstance(source, RasterSource):
        yield spec.root / source.raster


def _plans(drawn: MapSpec) -> set[str]:
    named = {getattr(item, "tasks", None) for item in drawn.layers} | {drawn.plan}
    return {name for name in named if isinstance(name, str)}
