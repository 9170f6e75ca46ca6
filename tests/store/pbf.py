"""OSM extracts written by hand, byte by byte: enough of the PBF format for a few nodes and ways."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

Node = tuple[int, float, float, dict[str, str]]
Way = tuple[int, list[int], dict[str, str]]


def write_pbf(path: Path, *, nodes: Sequence[Node], ways: Sequence[Way]) -> Path:
    """Write nodes ``(id, lon, lat, tags)`` and ways ``(id, node ids, tags)``."""
    words = [""]
    for _, _, _, tags in nodes:
        words += [w for pair in tags.items() for w in pair]
    for _, _, tags in ways:
        words += [w for pair in tags.items() for w in pair]
    table = list(dict.fromkeys(words))
    strings = b"".join(_bytes(1, word.encode("utf-8")) for word in table)
    group_nodes = b"".join(_bytes(1, _node(node, table)) for node in nodes)
    group_ways = b"".join(_bytes(3, _way(way, table)) for way in ways)
    block = _bytes(1, strings) + _bytes(2, group_nodes) + _bytes(2, group_ways)
    header = _bytes(4, b"OsmSchema-V0.6") + _bytes(4, b"DenseNodes")
    path.write_bytes(_blob(b"OSMHeader", header) + _blob(b"OSMData", block))
    return path


def _node(node: Node, table: list[str]) -> bytes:
    number, lon, lat, tags = node
    return (_int(1, _zigzag(number)) + _tags(tags, table) + _int(8, _zigzag(round(lat * 1e7)))
            + _int(9, _zigzag(round(lon * 1e7))))  # fmt: skip


def _way(way: Way, table: list[str]) -> bytes:
    number, refs, tags = way
    steps = [b - a for a, b in zip([0, *refs], refs, strict=False)]
    return (
        _int(1, number)
        + _tags(tags, table)
        + _bytes(8, b"".join(_varint(_zigzag(s)) for s in steps))
    )


def _tags(tags: dict[str, str], table: list[str]) -> bytes:
    if not tags:
        return b""
    keys = b"".join(_varint(table.index(key)) for key in tags)
    values = b"".join(_varint(table.index(value)) for value in tags.values())
    return _bytes(2, keys) + _bytes(3, values)


def _blob(kind: bytes, data: bytes) -> bytes:
    blob = _int(2, len(data)) + _bytes(3, zlib.compress(data))
    header = _bytes(1, kind) + _int(3, len(blob))
    return struct.pack(">I", len(header)) + header + blob


def _zigzag(value: int) -> int:
    return value * 2 if value >= 0 else -value * 2 - 1


def _varint(value: int) -> bytes:
    out = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


def _int(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, data: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(data)) + data
