"""Which sites of one GeoParquet file meet which zones of another: read and overlaid in batches.

While a batch is overlaid the next is read and taken apart, so memory holds two batches of sites and all zones,
however long the file of sites is.
"""

from __future__ import annotations

import importlib.util
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from geo.errors import InputError
from geo.space.pairs import Pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from geo.space.kernel.route import TakenApart

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
        from geo.space.overlay import overlay_arrow  # noqa: PLC0415 - loads PROJ

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
    batches = _batches(sites, batch)
    found, done = [], 0
    with ThreadPoolExecutor(2) as reader:
        first = reader.submit(next, batches, None)
        others = reader.submit(lambda: _joined(list(_batches(zones, batch))))
        # numba takes most of a second to load: time enough to read in.
        from geo.space.kernel.compile import make_ready  # noqa: PLC0415
        from geo.space.kernel.route import (  # noqa: PLC0415
            overlay_taken,
            sites_taken_apart,
            zones_held,
        )

        make_ready(announce)

        def taken_apart(wkb: pa.Array | None) -> tuple[bool, TakenApart | None]:
            return wkb is not None, None if wkb is None else sites_taken_apart(wkb)

        def following() -> tuple[bool, TakenApart | None]:
            return taken_apart(next(batches, None))

        ahead = reader.submit(lambda: taken_apart(first.result()))
        held = zones_held(others.result())
        while (read := ahead.result())[0]:
            taken = read[1]
            if taken is None or held is None:
                return None
            ahead = reader.submit(following)
            found.append(_moved(overlay_taken(taken, held, threads=threads), done))
            done += len(taken.wkb)
    return _all(found) if found else None


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


def _moved(pairs: Pairs, by: int) -> Pairs:
    """Count the sites of a batch from the beginning of the file."""
    columns = {field.name: getattr(pairs, field.name) for field in fields(pairs)}
    return Pairs(**columns | {"site": pairs.site + by})


def _all(found: list[Pairs]) -> Pairs:
    """Put the pairs of the batches together; they are in order."""
    names = [field.name for field in fields(Pairs) if field.name != "shapes"]
    return Pairs(**{name: np.concatenate([getattr(p, name) for p in found]) for name in names})
