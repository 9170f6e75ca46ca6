"""Which sites of one GeoParquet file meet which zones of another: read and overlaid in batches.

While a batch is overlaid the next is read and taken apart, so memory holds two batches of sites and all zones,
however long the file of sites is.
"""

from __future__ import annotations

import importlib.util
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.parquet as pq

from geo.errors import InputError
from geo.space.overlay import overlay_arrow
from geo.space.pairs import joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from geo.space.kernel.route import TakenApart
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
    found = None
    if importlib.util.find_spec("numba") is not None:
        found = _by_kernel(sites, zones, threads, announce, batch)
    if found is None:
        whole = (_joined(list(_batches(path, batch))) for path in (sites, zones))
        found = overlay_arrow(*whole, threads=threads, announce=announce)
    return found


def _by_kernel(
    sites: Path,
    zones: Path,
    threads: int | None,
    announce: Callable[[str], None] | None,
    batch: int,
) -> Pairs | None:
    """Overlay batch by batch; ``None`` when something is not for the compiled kernel."""
    # numba takes a second to import.
    from geo.space.kernel.compile import make_ready  # noqa: PLC0415
    from geo.space.kernel.route import overlay_taken, sites_taken_apart, zones_held  # noqa: PLC0415

    make_ready(announce)
    batches = _batches(sites, batch)

    def following() -> tuple[bool, TakenApart | None]:
        wkb = next(batches, None)
        return wkb is not None, None if wkb is None else sites_taken_apart(wkb)

    found, done = [], 0
    with ThreadPoolExecutor(1) as reader:
        ahead = reader.submit(following)
        held = zones_held(_joined(list(_batches(zones, batch))))
        while (read := ahead.result())[0]:
            taken = read[1]
            if taken is None or held is None:
                return None
            ahead = reader.submit(following)
            pairs = overlay_taken(taken, held, threads=threads)
            found.append(replace(pairs, site=pairs.site + done))
            done += len(taken.wkb)
    return joined(found) if found else None


def _batches(path: Path, rows: int) -> Iterator[pa.Array]:
    """Read the geometry of a file, some rows at a time."""
    try:
        with pq.ParquetFile(path, buffer_size=_BUFFER) as file:
            if "geometry" not in file.schema_arrow.names:
                raise InputError(f"{path.name}: 没有 geometry 列 — 请给 GeoParquet 文件")
            for part in file.iter_batches(rows, columns=["geometry"]):
                yield part.column(0)
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path.name}: 读不出来 — 请检查是否为完整的 GeoParquet 文件") from error


def _joined(parts: list[pa.Array]) -> pa.Array:
    """Put batches together."""
    if len(parts) == 1:
        return parts[0]
    return pa.concat_arrays(parts) if parts else pa.array([], pa.binary())
