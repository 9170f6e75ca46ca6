"""One layer, joined with its data: a table in EPSG:4490 with a state, never a silent gap."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas
import numpy as np
import pandas as pd
import shapely

from geo.errors import CrsError, HongxianError, InputError
from geo.space.crs import WORKING, parse_crs, transform
from geo.space.datum import datum_of
from geo.space.shapes import repair
from geo.spec.layers import (
    BoundarySource,
    DerivedSource,
    FileSource,
    Layer,
    PostgisSource,
    is_absolute,
)
from geo.store.postgis import read_postgis
from geo.store.read import RawTable, read_vector

if TYPE_CHECKING:
    from datetime import date

    from pyproj import CRS
    from shapely import Geometry

    from geo.spec.vocabulary import State
    from geo.store.boundaries import Boundaries

#: Columns every table has after loading, whatever its source calls them.
STANDARD: Final = ("name", "aliases", "kind", "adcode", "accuracy_m", "source", "zone_kind")


@dataclass(frozen=True, eq=False)
class LayerTable:
    """A layer's features in EPSG:4490 with the standard columns, and what became of reading it.

    ``state`` is ``ok``, ``no_data`` or ``unreadable``; staleness depends on the day of a check,
    see :func:`state_at`. ``coverage`` is the area the layer speaks for, ``None`` when it does
    not say. ``frame`` is empty unless ``state`` is ``ok``.
    """

    id: str
    spec: Layer
    state: State
    frame: geopandas.GeoDataFrame
    reason: str = ""
    remarks: tuple[str, ...] = ()
    coverage: Geometry | None = None
    files: tuple[Path, ...] = field(default=(), repr=False)

    @property
    def internal(self) -> bool:
        """Tell whether its coordinates must not leave the office."""
        return self.spec.sensitivity == "internal"

    def state_at(self, day: date) -> State:
        """Tell the state on a day: data past its age or its validity is ``stale``."""
        if self.state != "ok" or self.spec.as_of is None:
            return self.state
        too_old = self.spec.max_age is not None and self.spec.as_of.last + self.spec.max_age < day
        ended = self.spec.valid_until is not None and self.spec.valid_until.last < day
        return "stale" if too_old or ended else "ok"


@lru_cache(maxsize=1)
def empty_frame() -> geopandas.GeoDataFrame:
    """Give the table without rows that has the standard columns; one for all, never changed."""
    columns = {name: pd.Series(dtype=object) for name in STANDARD}
    return geopandas.GeoDataFrame(
        columns, geometry=geopandas.GeoSeries([], crs=WORKING), crs=WORKING
    )


def resolve(root: Path, path: str, *, allowed: tuple[str, ...]) -> Path:
    """Turn a path of a layer file into a real one inside the workspace or an allowed folder.

    Raises:
        InputError: It lies outside both.
    """
    given = Path(path) if is_absolute(path) else root / path
    real = given.resolve()
    homes = [root.resolve(), *(Path(folder).resolve() for folder in allowed)]
    if not any(real.is_relative_to(home) for home in homes):
        hint = "请移入工作区，或在 workspace.yml 的 data_folders 中写明该文件夹"
        raise InputError(f"{path}: 不在工作区内 — {hint}")
    return real


def load_layer(
    layer_id: str, spec: Layer, *, root: Path, boundaries: Boundaries,
    jurisdictions: tuple[str, ...], allowed: tuple[str, ...] = (),
) -> LayerTable:  # fmt: skip
    """Read one layer; every fault of its data becomes a state with a reason in Chinese."""
    if spec.source is None:
        return LayerTable(layer_id, spec, "no_data", empty_frame(), "尚未提供数据（已声明）")
    try:
        raw, files = _raw(spec, root, boundaries, jurisdictions, allowed)
        frame, remarks = _standard(raw, spec)
        coverage, more = _coverage(spec, root, boundaries, allowed)
        _must_meet(frame, coverage)
    except HongxianError as error:
        return LayerTable(layer_id, spec, "unreadable", empty_frame(), str(error))
    if frame.empty:
        return LayerTable(layer_id, spec, "no_data", empty_frame(), "图层文件中没有任何要素")
    remarks = (*raw.remarks, *remarks)
    return LayerTable(layer_id, spec, "ok", frame, "", remarks, coverage, (*files, *more))


def _raw(
    spec: Layer, root: Path, boundaries: Boundaries, jurisdictions: tuple[str, ...],
    allowed: tuple[str, ...],
) -> tuple[RawTable, tuple[Path, ...]]:  # fmt: skip
    source = spec.source
    if isinstance(source, BoundarySource):
        return RawTable(_areas(boundaries, source, jurisdictions), WORKING), ()
    if isinstance(source, FileSource):
        path = resolve(root, source.path, allowed=allowed)
        return read_vector(path, source, shown=Path(source.path)), (path,)
    if isinstance(source, DerivedSource):
        raise InputError("推算图层由 store.derived 生成 — 请报告此问题")
    if isinstance(source, PostgisSource):
        counties = jurisdictions if isinstance(spec.coverage, str) else spec.coverage
        window = boundaries.territory(counties or jurisdictions)
        return read_postgis(source, window=window), ()
    raise InputError("栅格图层没有要素 — 请在 slope、elevation 中使用")


def _areas(
    boundaries: Boundaries, source: BoundarySource, jurisdictions: tuple[str, ...]
) -> geopandas.GeoDataFrame:
    if source.boundaries == "county":
        return pd.concat([boundaries.counties(code) for code in jurisdictions])
    keep = {"city": 4, "province": 2}[source.boundaries]
    codes = sorted({code[:keep].ljust(6, "0") for code in jurisdictions})
    return boundaries.frame[boundaries.frame["adcode"].isin(codes)]


def _standard(raw: RawTable, spec: Layer) -> tuple[geopandas.GeoDataFrame, tuple[str, ...]]:
    """Bring a raw table to EPSG:4490, valid geometry and the standard columns."""
    frame = (
        raw.frame.rename_geometry("geometry")
        if raw.frame.geometry.name != "geometry"
        else raw.frame
    )
    frame = _renamed(frame, spec)
    geometry = np.asarray(frame.geometry.array, dtype=object)
    placed = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    remarks = [f"{int((~placed).sum())} 个要素没有坐标，未参与空间比对"] if not placed.all() else []
    frame, geometry = frame[placed], geometry[placed]
    moved = _to_working(geometry, _crs(raw, spec))
    fixed = [
        repair(g) if not ok else (g, ())
        for g, ok in zip(moved, shapely.is_valid(moved), strict=True)
    ]
    broken = sum(bool(words) for _, words in fixed)
    if broken:
        kinds = sorted({word for _, words in fixed for word in words})
        remarks.append(f"修复了 {broken} 个要素的几何（{'、'.join(kinds)}）")
    out = geopandas.GeoDataFrame(
        frame.drop(columns="geometry"), geometry=[g for g, _ in fixed], crs=WORKING
    )
    out = out.reset_index(drop=True)
    unknown = _unknown_zones(out, spec)
    return _with_defaults(out, spec), (*remarks, *unknown)


def _renamed(frame: geopandas.GeoDataFrame, spec: Layer) -> geopandas.GeoDataFrame:
    """Give declared fields their standard names; a declared field must exist."""
    wanted = [*spec.fields.values(), *([spec.zone.field] if spec.zone and spec.zone.field else [])]
    if missing := [name for name in wanted if name not in frame.columns]:
        have = "、".join(str(c) for c in frame.columns if c != "geometry")
        raise InputError(f"缺少字段 {'、'.join(missing)} — 现有字段：{have}，请修改 fields 或 zone")
    # A column is copied, not renamed: one source column may serve as zone field and as name.
    return frame.assign(**{name: frame[column] for name, column in spec.fields.items()})


def _crs(raw: RawTable, spec: Layer) -> str:
    """Settle the coordinate system: the file's, the layer's; both must agree."""
    if raw.crs is None and spec.crs is None:
        raise CrsError(
            "文件没有坐标系信息 — 请在图层中写 crs，例如 EPSG:4526（请先向提供单位核实）"
        )
    if raw.crs and spec.crs and not _agree(parse_crs(raw.crs), parse_crs(spec.crs)):
        raise CrsError(
            f"文件自带坐标系 {raw.crs[:60]} 与图层声明的 {spec.crs} 不一致 — 请核实后改正其一"
        )
    return spec.crs or raw.crs or WORKING


def _agree(stated: CRS, declared: CRS) -> bool:
    """Tell whether two systems give a file's numbers the same meaning.

    Longitude and latitude on WGS 84 and on CGCS2000 do (see :mod:`geo.space.crs`): GeoJSON cannot
    say anything but WGS 84, and GDAL reads it so even where it holds CGCS2000.
    """
    if stated.equals(declared, ignore_axis_order=True):
        return True
    degrees = stated.is_geographic and declared.is_geographic
    return degrees and datum_of(stated).modern and datum_of(declared).modern


def _to_working(geometry: np.ndarray[Any, Any], crs: str) -> np.ndarray[Any, Any]:
    flat = shapely.force_2d(geometry)
    return flat if crs == WORKING else np.asarray(transform(flat, crs, WORKING), dtype=object)


def _unknown_zones(frame: geopandas.GeoDataFrame, spec: Layer) -> tuple[str, ...]:
    if spec.zone is None or not spec.zone.field:
        return ()
    values = frame[spec.zone.field].astype("string").fillna("（空）")
    unknown = sorted(set(values) - set(spec.zone.values))
    count = int(values.isin(unknown).sum())
    shown = "、".join(unknown[:5])
    return (
        (f"{count} 个要素的 {spec.zone.field} 取值 {shown} 不在 zone.values 中",) if unknown else ()
    )


def _with_defaults(frame: geopandas.GeoDataFrame, spec: Layer) -> geopandas.GeoDataFrame:
    """Add the standard columns that are missing; features may be less accurate than the layer."""
    out = frame.copy()
    for column in STANDARD:
        if column not in out.columns:
            out[column] = None
    stated = pd.to_numeric(out["accuracy_m"], errors="coerce").astype(float)
    out["accuracy_m"] = stated.fillna(float(spec.accuracy_m or 0.0))
    if spec.zone is not None:
        single = spec.zone.values.get("")
        by_field = out[spec.zone.field].map(spec.zone.values) if spec.zone.field else None
        out["zone_kind"] = single if by_field is None else by_field
    return out


def _coverage(
    spec: Layer, root: Path, boundaries: Boundaries, allowed: tuple[str, ...]
) -> tuple[Geometry | None, tuple[Path, ...]]:
    """Return the area a layer speaks for, and the file it was read from."""
    if isinstance(spec.coverage, str):
        path = resolve(root, spec.coverage, allowed=allowed)
        raw = read_vector(path, FileSource(path=spec.coverage), shown=Path(spec.coverage))
        areas = _to_working(np.asarray(raw.frame.geometry.array, dtype=object), raw.crs or WORKING)
        return shapely.union_all(areas), (path,)
    return (boundaries.territory(spec.coverage) if spec.coverage else None), ()


def _must_meet(frame: geopandas.GeoDataFrame, coverage: Geometry | None) -> None:
    """Refuse a layer none of whose features lies where it claims to speak: its CRS is wrong."""
    if coverage is None or frame.empty:
        return
    shapely.prepare(coverage)
    if not shapely.intersects(np.asarray(frame.geometry.array, dtype=object), coverage).any():
        raise InputError(
            "没有一个要素落在声明的覆盖范围内 — 坐标系、带号或 X/Y 顺序可能有误，请核实"
        )
