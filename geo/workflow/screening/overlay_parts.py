"""Overlays of more than one machine's worth of sites: part by part, wherever the parts are done.

The sites are files that `geo.workflow.screening.partitions.partition` made; the zones such files too, or a table of an office's
PostGIS. A worker reads its part, and of the zones what comes near it. A pair depends on its site and zone alone, so
any cut and any number of workers give the same pairs and figures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from geo.errors import InputError
from geo.space.crs import WORKING, transform
from geo.space.overlay_ready import overlay_stream
from geo.space.pairs import joined
from geo.store.overlay_files import batches_of
from geo.store.postgis import read_postgis
from geo.workflow.screening.cluster import locally

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from geo.spec.layers import PostgisSource
    from geo.workflow.screening.cluster import Deal

#: West, south, east, north.
Box: TypeAlias = tuple[float, float, float, float]

_SIDES: Final = ("xmin", "ymin", "xmax", "ymax")


@dataclass(frozen=True)
class ZoneFiles:
    """Zones in files that `geo.workflow.screening.partitions.partition` made; their number is ``row``."""

    paths: tuple[Path, ...]


@dataclass(frozen=True)
class ZoneTable:
    """Zones in PostGIS, pulled by bounding box; their number is the integer column ``key``."""

    source: PostgisSource
    key: str = "id"


@dataclass(frozen=True)
class PartJob:
    """One part of an overlay.

    Args:
        sites: The file of this part.
        zones: Where the zones are.
        threads: How many to use; workers that share a machine use one each.
    """

    sites: Path
    zones: ZoneFiles | ZoneTable
    threads: int | None = None


def overlay_parts(
    sites: Sequence[Path],
    zones: ZoneFiles | ZoneTable,
    *,
    deal: Deal = locally,
    threads: int | None = None,
) -> Iterator[pa.Table]:
    """Give the pairs of every part: columns site, zone, relation, overlap_m2, share.

    Args:
        sites: Files that `geo.workflow.screening.partitions.partition` made.
        zones: Where the zones are; workers must reach them under the same name.
        deal: Who does the parts (`geo.workflow.screening.cluster`).
        threads: Per part; all processors unless told.

    Returns:
        A table per part, in order; `site` and `zone` are rows of the original files (or keys), `relation` as in
        `geo.space.pairs.RELATIONS`, `overlap_m2` in m², `share` of the site.

    Raises:
        InputError: A file is not such a part, or the server does not answer.
        GeometryError: A geometry is a mixed collection, or too broken to be cut.
    """
    return deal(overlay_part, [PartJob(path, zones, threads) for path in sites])


def overlay_part(job: PartJob) -> pa.Table:
    """Do one part; runs on a worker."""
    numbers, box = _numbers(job.sites)
    zones = pa.table({"row": pa.array([], pa.int64()), "geometry": pa.array([], pa.binary())})
    if box is not None:
        zones = _zones(job.zones, box)
    found, done = [], 0
    for pairs, rows in overlay_stream(
        batches_of(job.sites), lambda: _wkb(zones), threads=job.threads
    ):
        found.append(replace(pairs, site=pairs.site + done))
        done += rows
    pairs = joined(found)
    site, zone = numbers[pairs.site], zones["row"].to_numpy()[pairs.zone]
    order = np.lexsort((zone, site))
    columns = {
        "site": site, "zone": zone, "relation": pairs.relation, "overlap_m2": pairs.overlap_m2,
        "share": pairs.share,
    }  # fmt: skip
    return pa.table({name: values[order] for name, values in columns.items()})


def _numbers(path: Path) -> tuple[NDArray[np.int64], Box | None]:
    """Read the row numbers of a part, and its box; geometry comes later, in batches."""
    part = _read(path, ["row", "bbox"])
    sides = [pc.struct_field(part["bbox"], side) for side in _SIDES]
    least, most = [pc.min(side).as_py() for side in sides], [pc.max(side).as_py() for side in sides]
    box = None if least[0] is None else (least[0], least[1], most[2], most[3])
    return part["row"].to_numpy(), box


def _read(path: Path, columns: list[str], near: Any = None) -> pa.Table:
    """Read some columns of a part."""
    try:
        names = pq.read_schema(path).names
        table = pq.read_table(path, columns=columns, filters=near)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path.name}: 不是分块文件 — 请用 partition 重新分块") from error
    if not {"row", "geometry", "bbox"} <= set(names):
        raise InputError(f"{path.name}: 不是分块文件 — 请用 partition 重新分块")
    return table


def _zones(zones: ZoneFiles | ZoneTable, box: Box) -> pa.Table:
    """Read the zones whose boxes meet a box."""
    west, south, east, north = box
    if isinstance(zones, ZoneTable):
        return _from_table(zones, shapely.box(*box))
    near = (pc.field("bbox", "xmin") <= east) & (pc.field("bbox", "xmax") >= west)
    near &= (pc.field("bbox", "ymin") <= north) & (pc.field("bbox", "ymax") >= south)
    return pa.concat_tables([_read(path, ["row", "geometry"], near) for path in zones.paths])


def _from_table(zones: ZoneTable, window: shapely.Geometry) -> pa.Table:
    """Pull zones from PostGIS."""
    raw = read_postgis(zones.source, window=window)
    if zones.key not in raw.frame.columns:
        raise InputError(f"PostGIS 表 {zones.source.postgis} 没有列 {zones.key} — 请给出整数主键列")
    shapes = np.asarray(raw.frame.geometry.array, dtype=object)
    shapes = transform(shapely.force_2d(shapes), raw.crs or WORKING, WORKING)
    held = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    wkb = pa.array(shapely.to_wkb(shapes[held]), type=pa.binary())
    rows = raw.frame[zones.key].to_numpy()[held].astype(np.int64)
    return pa.table({"row": rows, "geometry": wkb})


def _wkb(table: pa.Table) -> pa.Array:
    """Give the geometry column in one piece."""
    column = table["geometry"].combine_chunks()
    return column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
