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
from geo.sites.read import read_register
from geo.sites.site import CrsReading, Site, SiteSource, Unusable
from geo.space.faults import faults_of
from geo.space.plane import WIDEST_DEG
from geo.spec.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pyarrow import Array

    from geo.sites.site import Format
    from geo.store.store import Store

BATCH: Final = 5_000
"""Sites measured together: what is prepared for a layer or a place serves all of them."""
_NAMES: Final = ("name", "名称", "地块名称", "id", "编号")
INDUSTRY_COLUMNS: Final = ("行业代码", "国民经济行业代码", "行业小类代码", "industry_code")
_LISTED: Final = 20
_LONGEST: Final = 500


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
    """A row that cannot be checked.

    Args:
        row: Its number in the file, from 1.
        name: What the register calls it.
        why: Chinese words without a full stop.
        unit: What is counted: rows, or footprints where a format has no rows.
        industry: What the register says of its industry, as written.
    """

    row: int
    name: str
    why: str
    unit: str = "行"
    industry: str = ""

    @property
    def place(self) -> str:
        """Tell where it stands.

        >>> BadRow(3, "甲", "几何缺失").place, BadRow(3, "甲", "没有几何", "个地块").place
        ('第 3 行', '第 3 个地块')
        """
        return f"第 {self.row} {self.unit}"


@dataclass(frozen=True, eq=False)
class Rows:
    """Some rows of a register.

    Args:
        sites: Those that can be checked, in order.
        bad: The others by their position among all of them.
        industries: What the register says of each site's industry, as written; empty without such a column.
    """

    sites: list[Site]
    bad: dict[int, BadRow] = field(default_factory=dict)
    industries: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.sites) + len(self.bad)


@dataclass(frozen=True)
class Reading:
    """How a register is read.

    Args:
        crs: As for ``check``; GeoParquet tells its own.
        accuracy_m: Of the sites' coordinates.
        industry: The column with each site's industry; ``None`` to look for one of the usual names, empty for none.
    """

    crs: str | None = None
    accuracy_m: float = 0.0
    industry: str | None = None


def batches(
    files: Sequence[Path], store: Store, reading: Reading, *, skip: int = 0
) -> Iterator[Rows]:
    """Yield the rows in the order of the files, `BATCH` at a time; the last of a file may be fewer.

    Args:
        files: As given.
        store: For the territory a position must be plausible in.
        reading: How to read them.
        skip: Give so many batches empty, unread where the format allows it: they are done already.

    Raises:
        InputError: A file as a whole cannot be used, or has no such column.
    """
    number = 0
    for path in files:
        found = (
            _parquet(path, reading, skip=max(0, skip - number))
            if path.suffix == ".parquet"
            else _others(path, store, reading)
        )
        for rows in found:
            yield Rows([]) if number < skip else rows
            number += 1


def refuse_bad_rows(files: Sequence[Path], store: Store, reading: Reading) -> None:
    """Look through all files before anything is checked: hours later would be late.

    Raises:
        InputError: Rows that cannot be checked; all are counted, the first ones listed with the reason.
    """
    for path in files:
        bad = [row for rows in batches([path], store, reading) for row in rows.bad.values()]
        if bad:
            listed = "、".join(str(row.row) for row in bad[:5])
            told = "；".join(f"{row.place}“{quoted(row.name)}”{row.why}" for row in bad[:_LISTED])
            raise InputError(
                f"{path.name}: 第 {listed} {bad[0].unit}等 {len(bad)} 个几何为空或无效（{told}）"
                " — 请修复后重新核查；或加 --bad list，这些行留在结果中并注明未核查"
            )


def _others(path: Path, store: Store, reading: Reading) -> Iterator[Rows]:
    """Read a file as ``check`` does, whole."""
    found = read_register(
        path, crs=reading.crs, accuracy_m=reading.accuracy_m, plausible=store.territory
    )
    column = _column(
        path, reading, list(dict.fromkeys(key for one in found for key in one.attributes))
    )
    for first in range(0, len(found), BATCH):
        yield _sorted_out(found[first : first + BATCH], first, column)


def _sorted_out(found: Sequence[Site | Unusable], first: int, column: str | None) -> Rows:
    """Part sites from what is none; so many come before the first."""
    shapes = [None if isinstance(one, Unusable) else one.geometry for one in found]
    why = reasons_not_to(np.array(shapes, dtype=object))
    told = ["" if column is None else one.attributes.get(column, "").strip() for one in found]
    bad = {
        at: BadRow(
            first + at + 1,
            one.name,
            one.why if isinstance(one, Unusable) else why[at],
            "个地块",
            told[at],
        )
        for at, one in enumerate(found)
        if at in why
    }
    sites = [one for at, one in enumerate(found) if at not in bad and not isinstance(one, Unusable)]
    return Rows(sites, bad, _of_sites(told, bad, column))


def _of_sites(
    told: Sequence[str], bad: Mapping[int, BadRow], column: str | None
) -> tuple[str, ...]:
    """Keep the industries of those that are sites."""
    return () if column is None else tuple(word for at, word in enumerate(told) if at not in bad)


def _column(path: Path, reading: Reading, names: Sequence[str]) -> str | None:
    """Find the column of industries.

    Raises:
        InputError: The one that was named is not there.
    """
    if reading.industry is None:
        return next((name for name in names if name.strip().lower() in INDUSTRY_COLUMNS), None)
    if reading.industry and reading.industry not in names:
        known = "、".join(quoted(name) for name in names[:_LISTED]) or "没有任何列"
        raise InputError(f"{path.name}: 没有列 {quoted(reading.industry)} — 已有：{known}")
    return reading.industry or None


def _parquet(path: Path, reading: Reading, *, skip: int) -> Iterator[Rows]:
    """Read a GeoParquet file by record batches: never more than a row group is in memory."""
    try:
        file = pq.ParquetFile(path)
    except (OSError, ValueError) as error:
        raise InputError(f"{path.name}: 不是可读的 GeoParquet 文件 — 请重新导出") from error
    geometry = _geometry_column(path, file)
    names = [name for name in file.schema_arrow.names if name != geometry]
    industry = _column(path, reading, names)
    wanted = {
        "geometry": geometry, "industry": industry,
        "name": next((name for name in _NAMES if name in names), None),
    }  # fmt: skip
    columns = list(dict.fromkeys(name for name in wanted.values() if name))
    row = 0
    for number, batch in enumerate(file.iter_batches(BATCH, columns=columns)):
        held = {role: batch.column(name) for role, name in wanted.items() if name}
        yield _rows(path, held, row, reading) if number >= skip else Rows([])
        row += len(batch)


def _rows(path: Path, held: Mapping[str, Array], first: int, reading: Reading) -> Rows:
    """Make sites of some rows (geometry, perhaps a name and an industry), the first of which has so many before it."""
    # The hash of the whole file is in the journal; a site names its file, row and the metadata's hash.
    source = SiteSource(path.name, cast("Format", "geoparquet"), "")
    crs = CrsReading("EPSG:4490", "GeoParquet 文件元数据")
    wkb = held["geometry"].to_numpy(zero_copy_only=False)
    shapes = shapely.force_2d(shapely.from_wkb(wkb, on_invalid="ignore"))
    names = [
        name or f"{path.stem}-{first + at + 1}"
        for at, name in enumerate(_texts(held.get("name"), len(wkb)))
    ]
    told = _texts(held.get("industry"), len(wkb))
    why = reasons_not_to(shapes)
    sites = [
        Site(name, shape, source, crs, accuracy_m=reading.accuracy_m)
        for at, (name, shape) in enumerate(zip(names, shapes, strict=True))
        if at not in why
    ]
    bad = {
        at: BadRow(first + at + 1, names[at], words, industry=told[at]) for at, words in why.items()
    }
    return Rows(sites, bad, _of_sites(told, bad, "industry" if "industry" in held else None))


def _texts(column: Array | None, count: int) -> list[str]:
    """Give a column as text, empty where nothing is written."""
    if column is None:
        return [""] * count
    return [
        "" if value is None or value != value else str(value).strip()[:_LONGEST]  # noqa: PLR0124 - not a number
        for value in column.to_pylist()
    ]


def reasons_not_to(shapes: NDArray[np.object_]) -> dict[int, str]:
    """Tell why some geometries cannot be checked, by position.

    >>> bow = shapely.Polygon([(112, 36), (113, 37), (113, 36), (112, 37)])
    >>> reasons_not_to(np.array([shapely.Point(112, 36), None, bow, shapely.Point(2e5, 4e6)]))
    {1: '几何缺失', 2: '几何无效（自相交等）', 3: '坐标超出经纬度范围'}
    """
    found = faults_of(shapes)
    west, _, east, _ = shapely.bounds(shapes).T
    with np.errstate(invalid="ignore"):
        wide = np.flatnonzero(east - west > WIDEST_DEG).tolist()
    for at in wide:
        found.setdefault(at, f"东西跨度超过 {WIDEST_DEG:g}°")
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
