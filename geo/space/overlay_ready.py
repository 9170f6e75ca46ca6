"""Sites and zones made ready once, for one overlay after another; and overlays of sites that come in batches.

What is held twice is held because both routes of `geo.space.overlay` want their own: geometries for GEOS, flat arrays for the
compiled kernel. Either is made when first asked for.
"""

from __future__ import annotations

import importlib.util
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import shapely

from geo.space.workers import workers_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa
    from numpy.typing import NDArray

    from geo.space.kernel.route import HeldZones, TakenApart
    from geo.space.pairs import Pairs

    Objects: TypeAlias = NDArray[np.object_]

KERNEL_FROM = 2_000
"""With fewer sites the compiled kernel is not worth its first compile."""

WITHOUT_KERNEL: Final = (
    "未安装 numba，改用较慢的叠加方式，结果相同 — 可用 pip install hongxian[fast] 安装"
)


@dataclass(frozen=True, eq=False)
class Ready:
    """Sites or zones, CGCS2000 lon/lat, valid, made ready for either route when first asked for.

    Args:
        given: Geometries, or WKB as it lies in a file.

    >>> len(Ready(np.array([shapely.box(112, 36, 113, 37), None])))
    2
    """

    given: pa.Array | Objects

    def __len__(self) -> int:
        """Count them."""
        return len(self.given)

    @cached_property
    def shapes(self) -> Objects:
        """As geometries."""
        if isinstance(self.given, np.ndarray):
            return self.given
        return np.asarray(shapely.from_wkb(self.given.to_numpy(zero_copy_only=False)), dtype=object)

    @cached_property
    def as_sites(self) -> TakenApart | None:
        """As the kernel takes sites; ``None`` when it does not.

        Raises:
            GeometryError: A coordinate is not finite.
        """
        # numba takes a second to import.
        from geo.space.kernel.route import sites_taken_apart  # noqa: PLC0415

        return sites_taken_apart(self._wkb(), self.given)

    @cached_property
    def as_zones(self) -> HeldZones | None:
        """As the kernel takes zones; ``None`` when not all are polygons.

        Raises:
            GeometryError: A coordinate is not finite.
        """
        from geo.space.kernel.route import zones_held  # noqa: PLC0415 - as above

        return zones_held(self._wkb(), self.given)

    def _wkb(self) -> pa.Array:
        """As WKB."""
        import pyarrow as pa  # noqa: PLC0415 - takes a while to import: only jobs that gain from it pay

        if not isinstance(self.given, np.ndarray):
            return self.given
        return pa.array(shapely.to_wkb(self.given), type=pa.large_binary())


def overlay_ready(
    sites: Ready,
    zones: Ready,
    *,
    least: int | None = None,
    threads: int | None = None,
    chainage: bool = False,
    announce: Callable[[str], None] | None = None,
) -> Pairs:
    """Do as `geo.space.overlay.overlay`, by the kernel where it is there and takes both, else by GEOS.

    Args:
        sites: The sites.
        zones: The zones; those away from all sites cost nothing.
        least: With fewer sites the kernel is not asked; `KERNEL_FROM` unless told.
        threads: How many to use; all processors unless told.
        chainage: Tell from where to where lines run inside (`Pairs.spans`).
        announce: Told, in Chinese, when the kernel is compiled first, or is wanted but missing.

    Raises:
        GeometryError: A geometry is a mixed collection, or too broken to be cut.

    >>> zone = Ready(np.array([shapely.box(112.0, 36.0, 112.1, 36.1)]))
    >>> overlay_ready(Ready(shapely.points([112.05, 113.0], [36.05, 36.05])), zone).site.tolist()
    [0]
    """
    if len(sites) < (KERNEL_FROM if least is None else least):
        return _by_geos(sites, zones, threads, chainage=chainage)
    if importlib.util.find_spec("numba") is None:
        if announce is not None:
            announce(WITHOUT_KERNEL)
    else:
        from geo.space.kernel.compile import make_ready  # noqa: PLC0415 - numba takes a second
        from geo.space.kernel.route import overlay_taken  # noqa: PLC0415 - as above

        make_ready(announce)
        if (taken := sites.as_sites) is not None and (held := zones.as_zones) is not None:
            return overlay_taken(taken, held, threads=threads, chainage=chainage)
    return _by_geos(sites, zones, threads, chainage=chainage)


def _by_geos(sites: Ready, zones: Ready, threads: int | None, *, chainage: bool) -> Pairs:
    from geo.space.overlay_geos import geometries, overlay_geos  # noqa: PLC0415 - loads PROJ

    a, b = geometries(sites.shapes, "地块"), geometries(zones.shapes, "区域")
    workers = workers_of(threads)
    return overlay_geos(a, b, workers=workers, chainage=chainage)


def overlay_stream(
    batches: Iterator[pa.Array],
    zones: Callable[[], pa.Array],
    *,
    threads: int | None = None,
    announce: Callable[[str], None] | None = None,
) -> Iterator[tuple[Pairs, int]]:
    """Overlay batches of sites, WKB, with zones: while one is overlaid the next is read and taken apart.

    Args:
        batches: Read in a thread of their own.
        zones: Reads the zones, while the first batch is read.
        threads: As `overlay_ready`.
        announce: As `overlay_ready`.

    Returns:
        The pairs of each batch, sites counted within it, and how many sites it has.

    Raises:
        GeometryError: As `overlay_ready`.
    """
    kernel = importlib.util.find_spec("numba") is not None
    with ThreadPoolExecutor(2) as reader:
        first, others = reader.submit(next, batches, None), reader.submit(zones)
        if kernel:
            # numba takes most of a second to load: time enough to read in.
            from geo.space.kernel.compile import make_ready  # noqa: PLC0415

            make_ready(announce)

        def apart(wkb: pa.Array | None) -> Ready | None:
            batch = None if wkb is None else Ready(wkb)
            if batch is not None and kernel:
                _ = batch.as_sites
            return batch

        ahead = reader.submit(lambda: apart(first.result()))
        held = Ready(others.result())
        if kernel:
            _ = held.as_zones
        while (batch := ahead.result()) is not None:
            ahead = reader.submit(lambda: apart(next(batches, None)))
            pairs = overlay_ready(batch, held, least=0, threads=threads, announce=announce)
            yield pairs, len(batch)
            announce = None  # told once
