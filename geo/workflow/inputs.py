"""What a map or a report rests on: the files whose change makes it stale."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geo.spec.layers import FileSource, RasterSource
from geo.spec.maps import DrawLayer, DrawTerrain, MapSpec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.spec.workspace import WorkspaceSpec


def map_inputs(spec: WorkspaceSpec, name: str) -> Iterator[Path]:
    """List the files a map rests on; whatever locates a place may rest on any layer."""
    root = spec.root
    drawn = spec.maps[name]
    yield from (root / "workspace.yml", root / spec.map_file(name))
    layers = _layers(spec, drawn)
    for layer_id in layers:
        yield root / "layers" / f"{layer_id}.yml"
        yield from _data_files(spec, layer_id)
    for plan in _plans(drawn):
        yield from (p for p in (root / "plans" / plan).glob("*") if p.is_file())


def _layers(spec: WorkspaceSpec, drawn: MapSpec) -> set[str]:
    simple = all(isinstance(item, DrawLayer | DrawTerrain) for item in drawn.layers)
    placed = drawn.extent is not None or (drawn.enlarge is not None and drawn.enlarge.around)
    if not simple or placed or drawn.series is not None:
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
    named = {getattr(item, key, None) for item in drawn.layers for key in ("tasks", "tally")}
    named |= {drawn.plan}
    return {name for name in named if isinstance(name, str)}


def check_inputs(spec: WorkspaceSpec) -> Iterator[Path]:
    """List the files of a workspace that a check rests on: rules, layers with their data, plans."""
    root = spec.root
    yield from (root / "workspace.yml", root / spec.marker.activities)
    for folder in ("rules", "layers", "plans"):
        yield from (p for p in (root / folder).rglob("[!.~]*") if p.is_file())
    for layer_id in spec.layers:
        yield from _data_files(spec, layer_id)


def report_inputs(spec: WorkspaceSpec, name: str) -> Iterator[Path]:
    """List the files a report rests on: it may show any layer, plan, rule and map."""
    root, report = spec.root, spec.reports[name]
    yield from (root / "workspace.yml", root / "reports" / f"{name}.yml", root / report.template)
    yield from check_inputs(spec)
    yield from (p for p in (root / "maps").rglob("[!.~]*") if p.is_file())
    yield from (root / path for path in (*report.sites, *filter(None, (report.evidence,))))
