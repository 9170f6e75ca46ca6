"""From WKB in Arrow buffers to flat coordinate arrays, without a geometry object in between."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.space.kernel.compile import compiled, inner

if TYPE_CHECKING:
    import pyarrow as pa

Floats: TypeAlias = NDArray[np.float64]
Counts: TypeAlias = NDArray[np.int64]
Bytes: TypeAlias = NDArray[np.uint8]

LINE, POLYGON = 2, 3  # the multi-kinds are three more


class Rings(NamedTuple):
    """Polygons taken apart.

    Args:
        xy: Vertices, (n, 2) lon/lat.
        start: First vertex of every ring, and the end of the last: rings + 1.
        first: First ring of every polygon, and the end of the last: polygons + 1.
        shell: 1 where a ring bounds from outside, 0 for a hole.
    """

    xy: Floats
    start: Counts
    first: Counts
    shell: Bytes


def rings_of(wkb: pa.Array) -> Rings | None:
    """Take polygons and multipolygons apart; ``None`` when there is anything else among them.

    Args:
        wkb: Arrow array of WKB, little endian without heights; null and empty ones have no ring.

    >>> import pyarrow, shapely
    >>> found = rings_of(pyarrow.array([shapely.box(0, 0, 1, 1).wkb, None]))
    >>> found.start.tolist(), found.first.tolist()
    ([0, 5], [0, 1, 1])
    """
    return _taken_apart(wkb, POLYGON)


def chains_of(wkb: pa.Array) -> Rings | None:
    """Take lines and multilines apart as `rings_of`; their chains stand where rings do, none a shell.

    >>> import pyarrow, shapely
    >>> found = chains_of(pyarrow.array([shapely.LineString([(0, 0), (1, 1)]).wkb, None]))
    >>> found.start.tolist(), found.first.tolist()
    ([0, 2], [0, 1, 1])
    """
    return _taken_apart(wkb, LINE)


def _taken_apart(wkb: pa.Array, kind: int) -> Rings | None:
    """Take geometries of one kind, and of the multi-kind over it, apart."""
    data, offsets = _buffers(wkb)
    rings, vertices = count(data, offsets, kind)
    if rings < 0:
        return None
    raw = np.empty(16 * vertices, dtype=np.uint8)
    start = np.empty(rings + 1, dtype=np.int64)
    first = np.empty(len(offsets), dtype=np.int64)
    shell = np.empty(rings, dtype=np.uint8)
    fill(data, offsets, kind, raw, start, first, shell)
    return Rings(raw.view(np.float64).reshape(-1, 2), start, first, shell)


def points_of(wkb: pa.Array) -> Floats | None:
    """Give lon/lat of points as (n, 2); ``None`` when there is anything else, nulls too."""
    data, offsets = _buffers(wkb)
    if not len(wkb):
        return np.empty((0, 2))
    if not np.array_equal(np.diff(offsets), np.full(len(wkb), 21)):
        return None
    rows = data[offsets[0] : offsets[-1]].reshape(-1, 21)
    if not (rows[:, :5] == np.array([1, 1, 0, 0, 0], dtype=np.uint8)).all():
        return None
    found = np.ascontiguousarray(rows[:, 5:]).view(np.float64)
    return found if np.isfinite(found).all() else None


def kind_of_first(wkb: pa.Array) -> int:
    """Tell what the first geometry that is there is, as `POLYGON`; multi-kinds as their single ones, 0 unknown.

    >>> import pyarrow, shapely
    >>> kind_of_first(pyarrow.array([None, shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]).wkb])) == POLYGON
    True
    """
    data, offsets = _buffers(wkb)
    there = np.flatnonzero(np.diff(offsets) >= 5)  # noqa: PLR2004 - byte order and kind
    if not len(there):
        return 0
    at = offsets[there[0]]
    kind = int.from_bytes(data[at + 1 : at + 5].tobytes(), "little")
    return kind - 3 if LINE + 3 <= kind <= POLYGON + 3 else kind


def _buffers(wkb: pa.Array) -> tuple[Bytes, Counts]:
    """Give bytes and offsets of an Arrow array; a null comes out without length."""
    width = np.int64 if "large" in str(wkb.type) else np.int32
    _, where, data = wkb.buffers()
    raw = np.frombuffer(data, np.uint8) if data else np.empty(0, np.uint8)
    if where is None:
        return raw, np.zeros(1, dtype=np.int64)
    offsets = np.frombuffer(where, width)[wkb.offset : wkb.offset + len(wkb) + 1]
    return raw, offsets.astype(np.int64)


@inner
def _u32(data: Bytes, at: int) -> int:
    """Read a little-endian number of four bytes."""
    low = np.int64(data[at]) | np.int64(data[at + 1]) << 8
    high = np.int64(data[at + 2]) << 16 | np.int64(data[at + 3]) << 24
    return low | high  # type: ignore[return-value]  # compiled, it is one type


@compiled
def count(data: Bytes, offsets: Counts, kind: int) -> tuple[int, int]:
    """Count rings (or chains) and vertices; −1 rings when there is anything but `kind` and its multi-kind."""
    rings = vertices = 0
    for i in range(len(offsets) - 1):
        at = offsets[i]
        if offsets[i + 1] == at:
            continue
        found = _u32(data, at + 1)
        if data[at] != 1 or (found != kind and found != kind + 3):
            return -1, 0
        parts = 1
        if found != kind:
            parts = _u32(data, at + 5)
            at += 9
        for _ in range(parts):
            own = 1
            at += 5
            if kind == POLYGON:
                own = _u32(data, at)
                at += 4
            for _ in range(own):
                size = _u32(data, at)
                at += 4 + 16 * size
                if size > 0 or kind == POLYGON:
                    rings += 1
                    vertices += size
    return rings, vertices


@compiled
def fill(
    data: Bytes, offsets: Counts, kind: int, raw: Bytes, start: Counts, first: Counts, shell: Bytes
) -> None:
    """Copy what `count` counted."""
    ring = vertex = 0
    for i in range(len(offsets) - 1):
        first[i] = ring
        at = offsets[i]
        if offsets[i + 1] == at:
            continue
        parts = 1
        if _u32(data, at + 1) != kind:
            parts = _u32(data, at + 5)
            at += 9
        for _ in range(parts):
            own = 1
            at += 5
            if kind == POLYGON:
                own = _u32(data, at)
                at += 4
            for r in range(own):
                size = _u32(data, at)
                at += 4
                if size == 0 and kind != POLYGON:
                    continue
                start[ring] = vertex
                shell[ring] = r == 0 and kind == POLYGON
                # Slices: the compiler sees that no index is negative, and copies many bytes at once.
                there, here = raw[16 * vertex : 16 * (vertex + size)], data[at : at + 16 * size]
                for k in range(16 * size):
                    there[k] = here[k]
                at += 16 * size
                vertex += size
                ring += 1
    start[ring] = vertex
    first[len(offsets) - 1] = ring
