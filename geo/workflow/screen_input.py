"""The sites of a batch, some thousand at a time: GeoParquet by row groups, every other format as `check` reads it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pyarrow.parquet as pq
import shapely

from geo.errors import InputError
from geo.sites.read import read_sites
from geo.sites.site import CrsReading, Site, SiteSource

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pyarrow import RecordBatch

    from geo.sites.site import Format
    from geo.store.store import Store

BATCH: Final = 5_000
"""Sites measured together: what is prepared for a layer or a place serves all of them."""
_NAMES: Final = ("name", "名称", "地块名称", "id", "编号")
_DIMENSIONS: Final = (
    "Point",
    "LineString",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
)


def fingerprint(files: Sequence[Path]) -> str:
    """Hash the contents of input files, a block at a time."""
    whole = hashlib.sha256()
    for path in files:
        with path.open("rb") as stream:
            whole.update(hashlib.file_digest(stream, "sha256").digest())
    return whole.hexdigest()


def count_sites(files: Sequence[Path]) -> int | None:
    """Count the sites without reading them; ``None`` unless all files are GeoParquet."""
    if not all(path.suffix == ".parquet" for path in files):
        return None
    return sum(int(pq.ParquetFile(path).metadata.num_rows) for path in files)


def batches(
    files: Sequence[Path], store: Store, *, crs: str | None, accuracy_m: float, skip: int = 0
) -> Iterator[list[Site]]:
    """Yield the sites in the order of the files, `BATCH` at a time; the last of a file may be fewer.

    Args:
        files: As given.
        store: For the territory a position must be plausible in.
        crs: As for ``check``; GeoParquet tells its own.
        accuracy_m: Of the sites' coordinates.
        skip: Give so many batches empty, unread where the format allows it: they are done already.

    Raises:
        InputError: A file is unreadable, or one of its sites is.
    """
    number = 0
    for path in files:
        found = (
            _parquet(path, accuracy_m=accuracy_m, skip=max(0, skip - number))
            if path.suffix == ".parquet"
            else _others(path, store, crs=crs, accuracy_m=accuracy_m)
        )
        for sites in found:
            yield [] if number < skip else sites
            number += 1


def _others(
    path: Path, store: Store, *, crs: str | None, accuracy_m: float
) -> Iterator[list[Site]]:
    """Read a file as ``check`` does, whole."""
    sites = list(read_sites(path, crs=crs, accuracy_m=accuracy_m, plausible=store.territory))
    for first in range(0, len(sites), BATCH):
        yield sites[first : first + BATCH]


def _parquet(path: Path, *, accuracy_m: float, skip: int) -> Iterator[list[Site]]:
    """Read a GeoParquet file by record batches: never more than a row group is in memory."""
    try:
        file = pq.ParquetFile(path)
    except (OSError, ValueError) as error:
        raise InputError(f"{path.name}: 不是可读的 GeoParquet 文件 — 请重新导出") from error
    geometry = _geometry_column(path, file)
    names = [name for name in _NAMES if name in file.schema_arrow.names][:1]
    # The hash of the whole file is in the journal; a site names its file, row and the metadata's hash.
    source = SiteSource(path.name, cast("Format", "geoparquet"), "")
    crs = CrsReading("EPSG:4490", "GeoParquet 文件元数据")
    row = 0
    for number, batch in enumerate(file.iter_batches(BATCH, columns=[geometry, *names])):
        if number >= skip:
            shapes = _shapes(path, batch, row)
            titles = batch.column(1).to_pylist() if names else [None] * len(batch)
            yield [
                Site(str(title if title is not None else f"{path.stem}-{row + at + 1}"), shape,
                     source, crs, accuracy_m=accuracy_m)
                for at, (shape, title) in enumerate(zip(shapes, titles, strict=True))
            ]  # fmt: skip
        else:
            yield []
        row += len(batch)


def _geometry_column(path: Path, file: pq.ParquetFile) -> str:
    """Name the geometry column of a GeoParquet file in CGCS2000."""
    told: dict[str, Any] = json.loads((file.metadata.metadata or {}).get(b"geo", b"{}"))
    primary = str(told.get("primary_column", ""))
    column = told.get("columns", {}).get(primary)
    if column is None or column.get("encoding") != "WKB":
        raise InputError(
            f"{path.name}: 没有 GeoParquet 的几何说明（WKB） — 请用 GeoParquet 1.0 以上版本导出"
        )
    code = ((column.get("crs") or {}).get("id") or {}).get("code")
    if str(code) != "4490":
        raise InputError(
            f"{path.name}: 坐标系为 {code or '未写明'}，批量核查只接受 EPSG:4490 — 请先转换坐标"
        )
    return primary


def _shapes(path: Path, batch: RecordBatch, first: int) -> list[shapely.Geometry]:
    """Build the geometries of some rows; one that cannot be used refuses the file."""
    shapes = shapely.force_2d(shapely.from_wkb(batch.column(0).to_numpy(zero_copy_only=False)))
    missing = shapely.is_missing(shapes)
    bad = missing | shapely.is_empty(shapes) | ~shapely.is_valid(shapes)
    bad |= ~np.isfinite(shapely.bounds(shapes)).all(axis=1)
    if bad.any():
        rows = [first + int(at) + 1 for at in np.flatnonzero(bad)]
        listed = "、".join(str(row) for row in rows[:5])
        raise InputError(
            f"{path.name}: 第 {listed} 行等 {len(rows)} 个几何为空或无效 — 请修复后重新核查，已完成部分保留"
        )
    return list(shapes)
