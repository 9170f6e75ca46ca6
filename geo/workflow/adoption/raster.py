"""An office's own elevation model or land-cover raster examined: what would be written, and what to know before."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import shapely

from geo.errors import InputError, UsageError
from geo.space.crs import describe, is_projected
from geo.space.grid import Tile
from geo.spec.closed import nearest
from geo.spec.layers import RasterSource
from geo.spec.vocabulary import ZoneKind
from geo.store.cog import write_codes, write_heights
from geo.store.mosaic import is_mosaic, mosaic_sources
from geo.store.raster import Raster, coverage, open_raster
from geo.workflow.adoption.cover import settled_scheme
from geo.workflow.adoption.layer_file import (
    Handover,
    Target,
    layer_document,
    missing_words,
    sensitivity_of,
    vouched_for,
    worth_words,
)
from geo.workflow.adoption.place import LOCAL, layer_before, must_load, place
from geo.workflow.adoption.raster_words import changed_words, found_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shapely import Geometry

    from geo.spec.vocabulary import Sensitivity
    from geo.store.land_cover import CoverScheme
    from geo.store.store import Store

Measures = Literal["elevation", "land_cover"]
#: Suffixes of files that are adopted as rasters; their content is judged all the same.
SUFFIXES: Final = (".tif", ".tiff", ".vrt")
_OTHERS: Final = {
    ".img": "请另存为 GeoTIFF", ".asc": "请另存为 GeoTIFF（并写明坐标系）", ".adf": "请另存为 GeoTIFF",
    ".hdf": "请导出所需的波段为 GeoTIFF", ".nc": "请导出所需的变量为 GeoTIFF",
}  # fmt: skip
_NAMES: Final[dict[str, tuple[str, Measures, str]]] = {
    **dict.fromkeys(("dem", "DEM", "高程", "数字高程模型"), ("dem", "elevation", "数字高程模型")),
    **dict.fromkeys(("land_cover", "土地覆盖", "地表覆盖"), ("land_cover", "land_cover", "土地覆盖")),
}  # fmt: skip
#: Cells of one layer at most: a county at 1 m, a city at 5 m.
_MOST_CELLS: Final = 1_000_000_000
#: What is kept around the territory of a raster that is too large: rivers rise elsewhere. Degrees.
_AROUND_DEG: Final = 0.5
#: Options that only make sense for a table of features, and how they are written.
_OF_FEATURES: Final = {
    "table": "--table", "helmert": "--helmert", "fields": "--field", "zone_field": "--zone-field",
    "values": "--value", "x": "--x", "y": "--y", "expected_area": "--expected-area",
    "accept_look_alike": "--accept-lookalike", "tags": "--tag",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class RasterAdoption:
    """A raster examined: what would be written, and all that a planner should know before.

    Attributes:
        layer: Id of the layer.
        part: Which cells of the raster are kept.
        scheme: The classes of land cover, ``None`` for heights.
        said: Sentences about what was found, in the order printed.
        warnings: Sentences a planner must read.
    """

    layer: str
    raster: Raster
    part: Tile
    scheme: CoverScheme | None
    document: dict[str, Any]
    data: str
    sensitivity: Sensitivity
    said: tuple[str, ...]
    warnings: tuple[str, ...]
    missing: tuple[str, ...] = ()


def is_raster(path: Path) -> bool:
    """Tell by its suffix whether a file is adopted as a raster.

    Raises:
        InputError: It is a raster of a format that is not read, with the step that helps.
    """
    suffix = path.suffix.lower()
    if suffix in _OTHERS and path.exists():
        raise InputError(f"{path.name}: 不能直接读取 {suffix} 栅格 — {_OTHERS[suffix]}")
    return suffix in SUFFIXES


def examine_raster(store: Store, said: Handover, *, dry_run: bool = False) -> RasterAdoption:
    """Read a GeoTIFF, COG or VRT as the layer it should become, and judge it; nothing is written.

    With ``dry_run`` what is still to be said is told instead of refused.

    Raises:
        UsageError: Something has to be said first: a missing option, the meaning of the codes.
        InputError: The file cannot be used; nothing is guessed.
        CrsError: Its coordinate system cannot be reached.
    """
    _refuse_options(said)
    target, measures, title = _target(said.to, store)
    missing = missing_words(said, store.spec.marker.jurisdictions)
    raster = open_raster(said.file, shown=Path(said.file.name), band=said.band, crs=said.crs)
    _must_lie_on_earth(raster)
    part, cut = _kept(raster, store)
    said = vouched_for(said, store.spec.marker.jurisdictions, dry_run=dry_run)
    before = layer_before(store.root, target.layer)
    shares = _shares(store, raster, said.coverage)
    scheme = settled_scheme(said, raster, part, before) if measures == "land_cover" else None
    document = _document(said, target, title, measures, scheme, before)
    must_load(document, target.layer)
    area = store.boundaries.territory(said.coverage)
    words = [*([cut] if cut else []), *found_words(raster, scheme, area)]
    warnings = [*_gaps(store, shares), *_coarse(raster, said, measures)]
    return RasterAdoption(
        layer=target.layer, raster=raster, part=part, scheme=scheme, document=document,
        data=document["source"]["raster"], sensitivity=sensitivity_of(said, target),
        said=(*words, *changed_words(store, target.layer, raster, scheme, area)),
        warnings=tuple(warnings), missing=missing,
    )  # fmt: skip


def commit_raster(
    store: Store, adoption: RasterAdoption, *,
    progress: Callable[[int, int], None] = lambda _done, _count: None,
) -> tuple[Path, ...]:  # fmt: skip
    """Convert an examined raster and put it in its place, whole or not at all; the version before is kept.

    Returns:
        The files written, relative to the workspace.
    """
    if adoption.scheme is None:
        write = partial(write_heights, adoption.raster, part=adoption.part, progress=progress)
    else:
        write = partial(
            write_codes, adoption.raster, part=adoption.part, unknown=adoption.scheme.unknown,
            progress=progress,
        )  # fmt: skip
    return place(
        store.root,
        layer=adoption.layer,
        data=adoption.data,
        document=adoption.document,
        write=write,
    )


def adopted_raster(root: Path, adoption: RasterAdoption) -> str:
    """Open what was written, so that nobody trusts what cannot be read."""
    path = Path(adoption.data)
    held = open_raster(root / path, shown=path)
    return f"{held.grid.columns}×{held.grid.rows} 像元，已可使用"


def _refuse_options(said: Handover) -> None:
    if odd := [option for key, option in _OF_FEATURES.items() if getattr(said, key)]:
        raise UsageError(f"{'、'.join(odd)} 只用于矢量图层 — 纳入栅格时请去掉")


def _target(to: str, store: Store) -> tuple[Target, Measures, str]:
    """Find the layer; ``--as`` may name the kind of raster, or a raster layer of the workspace.

    Raises:
        UsageError: It is neither, or the layer of that name holds features.
    """
    if any(to in (kind.name, kind.value) for kind in ZoneKind):
        raise UsageError(f"{to} 须用矢量界线核查，栅格不能作为管控区 — 请索取矢量成果")
    layers = store.spec.layers
    declared = layers.get(to)
    if to in _NAMES:
        layer, measures, title = _NAMES[to]
        declared = layers.get(layer)
    elif declared is not None and isinstance(declared.source, RasterSource):
        layer, measures, title = to, declared.source.measures, declared.title
    else:
        words = [*_NAMES, *(n for n, x in layers.items() if isinstance(x.source, RasterSource))]
        raise UsageError(
            f"栅格不能采用为 {to} — {nearest(to, words)}；可用：dem（高程）、land_cover（土地覆盖）"
        )
    if declared is not None and not isinstance(declared.source, RasterSource | None):
        raise UsageError(f"图层 {layer} 现为矢量数据 — 请先把 layers/{layer}.yml 改名")
    return Target(layer, None, None, declared), measures, title


def _must_lie_on_earth(raster: Raster) -> None:
    """Refuse degrees beyond the poles or around the globe more than once: a wrong step or corner."""
    grid = raster.grid
    if is_projected(grid.crs):
        return
    bottom, right = grid.top - grid.rows * grid.step_y, grid.left + grid.columns * grid.step_x
    slack = max(grid.step_x, grid.step_y)
    if grid.top > 90 + slack or bottom < -90 - slack or right - grid.left > 360 + slack:
        raise InputError(
            f"{raster.shown}: 范围 {grid.left:g}–{right:g}°，{bottom:g}–{grid.top:g}° 不在地球上 — 像元大小或定位有误"
        )


def _kept(raster: Raster, store: Store) -> tuple[Tile, str]:
    """Keep it whole, or cut what is far larger than the territory, and say so.

    Raises:
        InputError: Even the cut is too large.
    """
    grid = raster.grid
    whole = Tile(0, 0, grid.rows, grid.columns)
    if whole.cells <= _MOST_CELLS:
        return whole, ""
    west, north, east, south = grid.in_cells(_around(store.territory)).bounds
    left, top = int(np.floor(west)), int(np.floor(north))
    part = Tile(top, left, int(np.ceil(south)) - top, int(np.ceil(east)) - left).clipped(grid)
    if part.cells > _MOST_CELLS:
        hint = "请先重采样或按县裁剪"
        raise InputError(
            f"{raster.shown}: 辖区范围内有 {part.cells / 1e8:.0f} 亿像元，最多 10 亿 — {hint}"
        )
    return part, f"范围远大于辖区，只保留辖区四周 {_AROUND_DEG:g}° 以内（原文件不动）"


def _around(territory: Geometry) -> Geometry:
    west, south, east, north = territory.bounds
    return shapely.box(
        west - _AROUND_DEG, south - _AROUND_DEG, east + _AROUND_DEG, north + _AROUND_DEG
    )


def _shares(store: Store, raster: Raster, adcodes: tuple[str, ...]) -> dict[str, float]:
    """Tell which share of each county has known cells.

    Raises:
        InputError: None has any: it lies elsewhere.
    """
    shares = {code: coverage(raster, store.boundaries.area(code)) for code in adcodes}
    if not any(shares.values()):
        place = "声明的覆盖范围内没有一个有值的像元"
        raise InputError(f"{raster.shown}: {place} — 坐标系、带号、范围或数值单位可能有误，请核实")
    return shares


def _gaps(store: Store, shares: Mapping[str, float]) -> list[str]:
    return [
        f"{store.boundaries.name(code)} 只有 {share:.1%} 有数据，其余按“没有数据”处理"
        for code, share in shares.items()
        if share < 1.0
    ]


def _coarse(raster: Raster, said: Handover, measures: Measures) -> list[str]:
    words = []
    cell = raster.resolution_m
    if said.accuracy_m and said.accuracy_m < cell / 2:
        words.append(
            f"精度写 {said.accuracy_m:g} m，而像元约 {cell:.0f} m，半个像元以内的位置看不出来 — 请核实"
        )
    if measures == "elevation" and cell > 100:  # noqa: PLR2004 (metres)
        words.append(f"像元约 {cell:.0f} m，量出的坡度会偏缓")
    return words


def _document(
    said: Handover, target: Target, title: str, measures: Measures,
    scheme: CoverScheme | None, before: Mapping[str, Any],
) -> dict[str, Any]:  # fmt: skip
    data = f"{LOCAL}/{target.layer}/{said.as_of}_{_digest(said.file)[:8]}.tif"
    document = layer_document(
        said, target, source=data, zone=None, fields={}, coverage=said.coverage, before=before
    )
    document |= {
        "title": before.get("title") or title,
        "source": {"raster": data, "measures": measures},
    }
    if scheme is not None:
        classes = {str(c.code): {"title": c.title, "fill": c.colour} for c in scheme.classes}
        document["style"] = {"by": "code", "classes": classes}
    return document


def _digest(path: Path) -> str:
    """Fingerprint all bytes that make up a raster: the sheets of a mosaic as well."""
    beside = [path.with_suffix(s) for s in (".tfw", ".tifw", ".wld", ".tif.aux.xml")]
    files = [path, *beside, *(mosaic_sources(path) if is_mosaic(path) else ())]
    digest = hashlib.sha256()
    for file in files:
        if file.is_file():
            with file.open("rb") as stream:
                while chunk := stream.read(1 << 20):
                    digest.update(chunk)
    return digest.hexdigest()


def report_raster(adoption: RasterAdoption, *, dry_run: bool) -> str:
    """Say everything that was found, in a planner's words."""
    raster, document = adoption.raster, adoption.document
    grid = adoption.raster.grid.part(adoption.part)
    west, south, east, north = _bounds(adoption)
    secret = "内部，输出时不外带" if adoption.sensitivity == "internal" else "公开"
    rows = [
        f"文件：{raster.shown.as_posix()}（{raster.driver}，第 {raster.band} 波段）",
        f"采用为：layers/{adoption.layer}.yml（{document['title']}）",
        f"坐标系：{describe(grid.crs)}",
        f"范围：东经 {west:.2f}–{east:.2f}°，北纬 {south:.2f}–{north:.2f}°，{grid.columns}×{grid.rows} 像元，像元约 {raster.resolution_m:.1f} m",
        f"无数据值：{'未写明' if raster.nodata is None else f'{raster.nodata:g}'}",
        (
            f"来源：{worth_words(document, adoption.missing)}，"
            f"密级 {secret}，覆盖 {'、'.join(document['coverage'])}"
        ),
        *(f"说明：{words}" for words in adoption.said),
        *(f"注意：{words}" for words in adoption.warnings),
        *([f"注意：还缺 {'、'.join(adoption.missing)}"] if adoption.missing else []),
        "试运行，没有写入任何文件" if dry_run else f"数据写入 {adoption.data}",
    ]
    return "\n".join(rows)


def _bounds(adoption: RasterAdoption) -> tuple[float, float, float, float]:
    """West, south, east, north of what is kept, degrees."""
    grid = adoption.raster.grid.part(adoption.part)
    columns = np.array([0, grid.columns, grid.columns, 0])
    lon, lat = grid.lonlat(columns, np.array([0, 0, grid.rows, grid.rows]))
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())
