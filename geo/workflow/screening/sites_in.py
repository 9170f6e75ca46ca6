"""The sites of a batch, some thousand at a time: GeoParquet by row groups, every other format as `check` reads it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pyarrow.parquet as pq
import shapely

from geo.errors import InputError
from geo.sites.read import read_sites
from geo.sites.site import CrsReading, Site, SiteSource
from geo.space.plane import WIDEST_DEG
from geo.spec.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pyarrow import RecordBatch

    from geo.sites.site import Format
    from geo.store.store import Store

BATCH: Final = 5_000
"""Sites measured together: what is prepared for a layer or a place serves all of them."""
_NAMES: Final = ("name", "名称", "地块名称", "id", "编号")
_LISTED: Final = 20


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


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be checked: its number in the file from 1, its name, and why."""

    row: int
    name: str
    why: str


@dataclass(frozen=True, eq=False)
class Rows:
    """Some rows of a register; ``bad`` by their position among all of them, the sites in order of the rest."""

    sites: list[Site]
    bad: dict[int, BadRow] = field(default_factory=dict)

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.sites) + len(self.bad)


def batches(
    files: Sequence[Path], store: Store, *, crs: str | None, accuracy_m: float, skip: int = 0
) -> Iterator[Rows]:
    """Yield the rows in the order of the files, `BATCH` at a time; the last of a file may be fewer.

    Args:
        files: As given.
        store: For the territory a position must be plausible in.
        crs: As for ``check``; GeoParquet tells its own.
        accuracy_m: Of the sites' coordinates.
        skip: Give so many batches empty, unread where the format allows it: they are done already.

    Raises:
        InputError: A file is unreadable, or one of its sites is in a format other than GeoParquet.
    """
    number = 0
    for path in files:
        found = (
            _parquet(path, accuracy_m=accuracy_m, skip=max(0, skip - number))
            if path.suffix == ".parquet"
            else _others(path, store, crs=crs, accuracy_m=accuracy_m)
        )
        for rows in found:
            yield Rows([]) if number < skip else rows
            number += 1


def refuse_bad_rows(files: Sequence[Path]) -> None:
    """Look through GeoParquet files before anything is checked: hours later would be late.

    Raises:
        InputError: Rows that cannot be checked; all are counted, the first ones listed with the reason.
    """
    for path in files:
        if path.suffix == ".parquet":
            bad = [
                row for rows in _parquet(path, accuracy_m=0.0, skip=0) for row in rows.bad.values()
            ]
            if bad:
                listed = "、".join(str(row.row) for row in bad[:5])
                told = "；".join(
                    f"第 {row.row} 行“{quoted(row.name)}”{row.why}" for row in bad[:_LISTED]
                )
                raise InputError(
                    f"{path.name}: 第 {listed} 行等 {len(bad)} 个几何为空或无效（{told}）"
                    " — 请修复后重新核查；或加 --bad list，这些行留在结果中并注明未核查"
                )


def _others(path: Path, store: Store, *, crs: str | None, accuracy_m: float) -> Iterator[Rows]:
    """Read a file as ``check`` does, whole."""
    sites = list(read_sites(path, crs=crs, accuracy_m=accuracy_m, plausible=store.territory))
    for first in range(0, len(sites), BATCH):
        yield Rows(sites[first : first + BATCH])


def _parquet(path: Path, *, accuracy_m: float, skip: int) -> Iterator[Rows]:
    """Read a GeoParquet file by record batches: never more than a row group is in memory."""
    try:
        file = pq.ParquetFile(path)
    except (OSError, ValueError) as error:
        raise InputError(f"{path.name}: 不是可读的 GeoParquet 文件 — 请重新导出") from error
    geometry = _geometry_column(path, file)
    names = [name for name in _NAMES if name in file.schema_arrow.names][:1]
    row = 0
    for number, batch in enumerate(file.iter_batches(BATCH, columns=[geometry, *names])):
        yield _rows(path, batch, row, accuracy_m=accuracy_m) if number >= skip else Rows([])
        row += len(batch)


def _rows(path: Path, batch: RecordBatch, first: int, *, accuracy_m: float) -> Rows:
    """Make sites of a record batch (geometry, perhaps a name), whose first row has so many before it."""
    # The hash of the whole file is in the journal; a site names its file, row and the metadata's hash.
    source = SiteSource(path.name, cast("Format", "geoparquet"), "")
    crs = CrsReading("EPSG:4490", "GeoParquet 文件元数据")
    wkb = batch.column(0).to_numpy(zero_copy_only=False)
    shapes = shapely.force_2d(shapely.from_wkb(wkb, on_invalid="ignore"))
    told = batch.column(1).to_pylist() if batch.num_columns > 1 else [None] * len(batch)
    names = [
        f"{path.stem}-{first + at + 1}" if name is None else str(name)
        for at, name in enumerate(told)
    ]
    why = reasons_not_to(shapes)
    sites = [
        Site(name, shape, source, crs, accuracy_m=accuracy_m)
        for at, (name, shape) in enumerate(zip(names, shapes, strict=True))
        if at not in why
    ]
    bad = {at: BadRow(first + at + 1, names[at], words) for at, words in why.items()}
    return Rows(sites, bad)


def reasons_not_to(shapes: NDArray[np.object_]) -> dict[int, str]:
    """Tell why some geometries cannot be checked, by position.

    >>> bow = shapely.Polygon([(112, 36), (113, 37), (113, 36), (112, 37)])
    >>> reasons_not_to(np.array([shapely.Point(112, 36), None, bow, shapely.Point(2e5, 4e6)]))
    {1: '几何缺失', 2: '几何无效（自相交等）', 3: '坐标超出经纬度范围'}
    """
    west, south, east, north = shapely.bounds(shapes).T
    missing, empty = shapely.is_missing(shapes), shapely.is_empty(shapes)
    with np.errstate(invalid="ignore"):
        tests = {
            "几何缺失": missing,
            "几何为空": empty,
            "坐标不是有限数": ~np.isfinite([west, south, east, north]).all(axis=0),
            "坐标超出经纬度范围": (np.abs([west, east]).max(axis=0) > 180)  # noqa: PLR2004
            | (np.abs([south, north]).max(axis=0) > 90),  # noqa: PLR2004
            "点、线、面混合，须拆分": shapely.get_type_id(shapes) > 6,  # noqa: PLR2004
            "几何无效（自相交等）": ~shapely.is_valid(shapes),
            f"东西跨度超过 {WIDEST_DEG:g}°": east - west > WIDEST_DEG,
        }
    found: dict[int, str] = {}
    for words, flags in tests.items():
        for at in np.flatnonzero(flags).tolist():
            found.setdefault(at, words)
    return dict(sorted(found.items()))


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
