"""A register cut into GeoParquet files of neighbours, so that a worker reads little beside its own part.

Neighbours are found along Hilbert's curve over China. Each file holds about the same number of rows, says in
``row`` where each stood in the register, and carries boxes (``bbox``) by which readers skip what is far away.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

CHINA: Final = (73.0, 3.0, 136.0, 54.0)
ROWS: Final = 100_000
_LEVEL: Final = 16  # cells of some 100 m
_MOST_PARTS: Final = 500  # open files at a time
_BATCH: Final = 16_384
_GROUP: Final = 1_024  # rows of a part collected before they are written
_SIDES: Final = ("xmin", "ymin", "xmax", "ymax")


def partition(source: Path, folder: Path, *, rows: int = ROWS) -> list[Path]:
    """Cut a GeoParquet file (EPSG:4490) into files of neighbours.

    The file is read twice, some thousand rows at a time; only a key per row stays in memory (12 bytes).

    Args:
        source: The register, or a layer.
        folder: Where the files go, ``part-00000.parquet`` and so on; made if it is not there.
        rows: How many each should hold; more where that would make over 500 files.

    Returns:
        The files with the register's columns, geometry in ``geometry``, in the order of the curve. Missing and empty geometries are in the first.

    Raises:
        InputError: It is no GeoParquet in EPSG:4490, or `folder` holds parts already.
    """
    file = _opened(source)
    geometry = _primary(source, file)
    if folder.exists() and any(folder.glob("part-*.parquet")):
        raise InputError(f"{folder.name}: 文件夹中已有分块文件 — 请换一个文件夹")
    folder.mkdir(parents=True, exist_ok=True)
    keys = np.concatenate([np.zeros(0, np.uint32), *_keys(file, geometry)])
    count = max(1, min(_MOST_PARTS, -(-len(keys) // rows)))
    part = np.empty(len(keys), dtype=np.uint16)
    part[np.argsort(keys, kind="stable")] = np.arange(len(keys)) * count // max(len(keys), 1)
    return _written(file, geometry, part, folder, count)


def _opened(source: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(source)
    except (OSError, ValueError) as error:
        raise InputError(f"{source.name}: 不是可读的 GeoParquet 文件 — 请重新导出") from error


def _primary(source: Path, file: pq.ParquetFile) -> str:
    """Name the geometry column; only WKB in CGCS2000 is taken."""
    told = _told(file)
    name = str(told.get("primary_column", ""))
    column = told.get("columns", {}).get(name, {})
    code = ((column.get("crs") or {}).get("id") or {}).get("code")
    if column.get("encoding") != "WKB" or str(code) != "4490":
        raise InputError(f"{source.name}: 不是 EPSG:4490、WKB 编码的 GeoParquet — 请转换后再分块")
    return name


def _told(file: pq.ParquetFile) -> dict[str, Any]:
    """Read the GeoParquet metadata."""
    told: dict[str, Any] = json.loads((file.metadata.metadata or {}).get(b"geo", b"{}"))
    return told


def _keys(file: pq.ParquetFile, geometry: str) -> Iterator[NDArray[np.uint32]]:
    """Yield the place of every row along the curve."""
    for batch in file.iter_batches(_BATCH, columns=[geometry]):
        bounds = shapely.bounds(_shapes(batch.column(0)))
        held = np.isfinite(bounds).all(axis=1)
        keys = np.zeros(len(bounds), dtype=np.uint32)
        middles = (bounds[held, :2] + bounds[held, 2:]) / 2
        line = geopandas.GeoSeries(shapely.points(middles))
        keys[held] = line.hilbert_distance(total_bounds=CHINA, level=_LEVEL).to_numpy()
        yield keys


def _shapes(column: pa.Array) -> NDArray[np.object_]:
    shapes: NDArray[np.object_] = shapely.from_wkb(column.to_numpy(zero_copy_only=False))
    return shapes


def _written(
    file: pq.ParquetFile, geometry: str, part: NDArray[np.uint16], folder: Path, count: int
) -> list[Path]:
    """Read again, and hand every row to its part."""
    paths = [folder / f"part-{number:05}.parquet" for number in range(count)]
    schema = _schema(file, geometry)
    writers = [pq.ParquetWriter(path, schema, compression="zstd") for path in paths]
    held: list[list[pa.RecordBatch]] = [[] for _ in paths]
    try:
        first = 0
        for batch in file.iter_batches(_BATCH):
            whole = _with_boxes(batch, geometry, first, schema)
            here = part[first : first + len(batch)]
            for number in np.unique(here):
                held[number].append(whole.take(pa.array(np.flatnonzero(here == number))))
                if sum(map(len, held[number])) >= _GROUP:
                    writers[number].write_table(pa.Table.from_batches(held[number], schema))
                    held[number] = []
            first += len(batch)
        for writer, rest in zip(writers, held, strict=True):
            writer.write_table(pa.Table.from_batches(rest, schema))
    finally:
        for writer in writers:
            writer.close()
    return paths


def _schema(file: pq.ParquetFile, geometry: str) -> pa.Schema:
    """Give the columns of a part: those of the file, with ``row`` and ``bbox``."""
    left = {"bbox", "row", "geometry"} - {geometry}
    kept = [
        field.with_name("geometry") if field.name == geometry else field
        for field in file.schema_arrow
        if field.name not in left
    ]
    box = pa.struct([(side, pa.float64()) for side in _SIDES])
    told = _told(file)
    covering = {"bbox": {side: ["bbox", side] for side in _SIDES}}
    own = told["columns"][geometry] | {"covering": covering}
    told |= {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": own}}
    fields = [*kept, pa.field("row", pa.int64()), pa.field("bbox", box)]
    return pa.schema(fields, metadata={b"geo": json.dumps(told).encode()})


def _with_boxes(
    batch: pa.RecordBatch, geometry: str, first: int, schema: pa.Schema
) -> pa.RecordBatch:
    """Add row numbers and boxes to some rows."""
    bounds = shapely.bounds(_shapes(batch.column(geometry)))
    missing = pa.array(~np.isfinite(bounds).all(axis=1))
    sides = [pa.array(np.ascontiguousarray(bounds[:, at])) for at in range(len(_SIDES))]
    names = [geometry if name == "geometry" else name for name in schema.names[:-2]]
    columns = [batch.column(name) for name in names]
    rows = pa.array(np.arange(first, first + len(batch)))
    box = pa.StructArray.from_arrays(sides, list(_SIDES), mask=missing)
    return pa.RecordBatch.from_arrays([*columns, rows, box], schema=schema)
