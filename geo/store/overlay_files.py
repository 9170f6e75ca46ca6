"""Which sites of one GeoParquet file meet which zones of another: read and overlaid in batches.

While a batch is overlaid the next is read and taken apart, so memory holds two batches of sites and all zones,
however long the file of sites is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.parquet as pq

from geo.errors import InputError
from geo.space.overlay_ready import overlay_stream
from geo.space.pairs import joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from geo.space.pairs import Pairs

BATCH: Final = 131_072
"""Sites overlaid at a time. Every batch has all zones pass once."""

_BUFFER: Final = (
    1 << 16
)  # bytes read at a time; the whole column at once costs twice the time and memory


def overlay_files(
    sites: Path,
    zones: Path,
    *,
    threads: int | None = None,
    announce: Callable[[str], None] | None = None,
    batch: int = BATCH,
) -> Pairs:
    """Do as `geo.space.overlay.overlay_arrow` with the column ``geometry`` of two GeoParquet files.

    Args:
        sites: File of points, lines or polygons, CGCS2000 lon/lat, valid.
        zones: File of polygons.
        threads: How many to use; all processors unless told.
        announce: Told, in Chinese, when the kernel is compiled first, or is wanted but missing.
        batch: Sites at a time.

    Returns:
        The pairs; site and zone are rows of the files.

    Raises:
        InputError: A file cannot be read, or has no such column.
        GeometryError: A geometry is a mixed collection, or too broken to be cut.
    """
    found, done = [], 0
    stream = overlay_stream(
        batches_of(sites, batch), lambda: whole_of(batches_of(zones)), threads=threads,
        announce=announce,
    )  # fmt: skip
    for pairs, rows in stream:
        found.append(replace(pairs, site=pairs.site + done))
        done += rows
    return joined(found)


def batches_of(path: Path, rows: int = BATCH) -> Iterator[pa.Array]:
    """Read the geometry of a GeoParquet file, some rows at a time; one batch without rows where it has none.

    Raises:
        InputError: It cannot be read, or has no column ``geometry``.
    """
    try:
        with pq.ParquetFile(path, buffer_size=_BUFFER) as file:
            if "geometry" not in file.schema_arrow.names:
                raise InputError(f"{path.name}: 没有 geometry 列 — 请给 GeoParquet 文件")
            if not file.metadata.num_rows:
                yield pa.array([], pa.binary())
            for part in file.iter_batches(rows, columns=["geometry"]):
                yield part.column(0)
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path.name}: 读不出来 — 请检查是否为完整的 GeoParquet 文件") from error


def whole_of(batches: Iterator[pa.Array]) -> pa.Array:
    """Put batches together."""
    parts = list(batches)
    return parts[0] if len(parts) == 1 else pa.concat_arrays(parts)
