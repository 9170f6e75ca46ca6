"""Which sites meet which zones, and by how much.

Two routes, one answer: GEOS (`geo.space.overlay_geos`), for anything; for thousands of polygons, lines or points the compiled
kernel (`geo.space.kernel.route`), where the extra `fast` is installed and no common geometry is asked for.

An overlap is the polygon on straight lon/lat edges, measured geodesically between its own vertices
(`geo.space.measure`). Slivers are kept: whether 0.01 m² matters is for the reader to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from geo.space.overlay_geos import geometries, overlay_geos
from geo.space.overlay_ready import KERNEL_FROM, WITHOUT_KERNEL, Ready, overlay_ready
from geo.space.pairs import INSIDE, OVERLAPS, RELATIONS, TOUCHES, Pairs
from geo.space.workers import workers_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa
    from numpy.typing import ArrayLike, NDArray

    Objects: TypeAlias = NDArray[np.object_]

__all__ = [
    "INSIDE",
    "KERNEL_FROM",
    "OVERLAPS",
    "RELATIONS",
    "TOUCHES",
    "WITHOUT_KERNEL",
    "Pairs",
    "overlay",
    "overlay_arrow",
    "overlay_geos",
]


def overlay(
    sites: ArrayLike,
    zones: ArrayLike,
    *,
    threads: int | None = None,
    keep_shapes: bool = False,
    chainage: bool = False,
    announce: Callable[[str], None] | None = None,
) -> Pairs:
    """Find every pair of a site and a zone that meet, and measure what they share.

    A site that lies inside a zone is its own overlap, so only those on a boundary are cut. A line on
    the very border, or a point on it, touches. Missing and empty geometries meet nothing.

    Args:
        sites: Array of points, lines or polygons (also multi-types), CGCS2000 lon/lat, valid.
        zones: Array of the same, usually polygons.
        threads: How many to use; all processors unless told. GEOS works outside Python's lock.
        keep_shapes: Give the common geometry of each pair as well (always by GEOS).
        chainage: Tell from where to where lines run inside (`Pairs.spans`).
        announce: Told, in Chinese, when the kernel is compiled first, or is wanted but missing.

    Raises:
        GeometryError: A geometry is a mixed collection, or too broken to be cut.
        UsageError: `threads` is below one.

    >>> import shapely
    >>> zone = shapely.box(112.0, 36.0, 112.1, 36.1)
    >>> sites = [shapely.box(112.02, 36.02, 112.03, 36.03), shapely.box(112.09, 36, 112.11, 36.02),
    ...          shapely.box(112.1, 36, 112.2, 36.1), shapely.box(115, 36, 116, 37)]
    >>> pairs = overlay(sites, [zone])
    >>> pairs.site.tolist(), pairs.relation_names.tolist(), pairs.share.round(3).tolist()
    ([0, 1, 2], ['inside', 'overlaps', 'touches'], [1.0, 0.5, 0.0])
    >>> len(overlay(sites, []))
    0
    """
    workers = workers_of(threads)
    a, b = geometries(sites, "地块"), geometries(zones, "区域")
    if not keep_shapes:
        return overlay_ready(
            Ready(a), Ready(b), threads=threads, chainage=chainage, announce=announce
        )
    return overlay_geos(a, b, workers=workers, keep_shapes=keep_shapes, chainage=chainage)


def overlay_arrow(
    sites: pa.Array,
    zones: pa.Array,
    *,
    threads: int | None = None,
    chainage: bool = False,
    announce: Callable[[str], None] | None = None,
) -> Pairs:
    """Do as `overlay` with WKB as it lies in a file: no geometry is built where the kernel serves.

    Args:
        sites: Arrow array of WKB, CGCS2000 lon/lat, valid.
        zones: The same.
        threads: How many to use; all processors unless told.
        chainage: Tell from where to where lines run inside (`Pairs.spans`).
        announce: Told, in Chinese, when the kernel is compiled first, or is wanted but missing.

    Raises:
        GeometryError: A geometry is a mixed collection, or too broken to be cut.
    """
    return overlay_ready(
        Ready(sites),
        Ready(zones),
        least=0,
        threads=threads,
        chainage=chainage,
        announce=announce,
    )
