"""Overlays of more than one machine's worth of sites: part by part, wherever the parts are done.

The sites are files that `geo.workflow.screening.partitions.partition` made; the zones such files too, or a table of an office's
PostGIS. A worker reads its part, and of the zones what comes near it. A pair depends on its site and zone alone, so
any cut and any number of workers give the same pairs and figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from geo.errors import InputError
from geo.space.crs import WORKING, transform
from geo.space.overlay import overlay_arrow
from geo.store.postgis import read_postgis
from geo.workflow.screening.cluster import locally

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from geo.spec.layers import PostgisSource
    from geo.workflow.screening.cluster import Deal

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
    part = _read(job.sites)
    box = _box(part)
    zones = _zones(job.zones, box) if box is not None else part.slice(0, 0)
    pairs = overlay_arrow(_wkb(part), _wkb(zones), threads=job.threads)
    site, zone = (
        rows["row"].to_numpy()[at] for rows, at in ((part, pairs.site), (zones, pairs.zone))
    )
    order = np.lexsort((zone, site))
    columns = {
        "site": site, "zone": zone, "relation": pairs.relation, "overlap_m2": pairs.overlap_m2,
        "share": pairs.share,
    }  # fmt: skip
    return pa.table({name: values[order] for name, values in columns.items()})


def _read(path: Path, near: Any = None) -> pa.Table:
    """Read row numbers, boxes and geometry of a part, ordered by row."""
    try:
        table = pq.read_table(path, columns=["row", "geometry", "bbox"], filters=near)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path.name}: 不是分块文件 — 请用 partition 重新分块") from error
    if table.column_names != ["row", "geometry", "bbox"]:
        raise InputError(f"{path.name}: 不是分块文件 — 请用 partition 重新分块")
    return table.sort_by("row")


def _box(part: pa.Table) -> tuple[float, float, float, float] | None:
    """Give west, south, east, north of a part; ``None`` when nothing is in it."""
    sides = [pc.struct_field(part["bbox"], side) for side in _SIDES]
    least, most = [pc.min(side).as_py() for side in sides], [pc.max(side).as_py() for side in sides]
    if least[0] is None:
        return None
    return least[0], least[1], most[2], most[3]


def _zones(zones: ZoneFiles | ZoneTable, box: tuple[float, float, float, float]) -> pa.Table:
    """Read the zones whose boxes meet a box."""
    west, south, east, north = box
    if isinstance(zones, ZoneTable):
        return _from_table(zones, shapely.box(*box))
    near = (pc.field("bbox", "xmin") <= east) & (pc.field("bbox", "xmax") >= west)
    near &= (pc.field("bbox", "ymin") <= north) & (pc.field("bbox", "ymax") >= south)
    return pa.concat_tables([_read(path, near) for path in zones.paths]).sort_by("row")


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
    return pa.table({"row": rows, "geometry": wkb}).sort_by("row")


def _wkb(table: pa.Table) -> pa.Array:
    """Give the geometry column in one piece."""
    column = table["geometry"].combine_chunks()
    return column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
