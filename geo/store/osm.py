"""OpenStreetMap extracts (PBF), filtered by tags while they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas
import pandas as pd
import pyogrio

from geo.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from geo.spec.layers import FileSource

SUFFIX: Final = ".pbf"
_GEOMETRIES: Final = ("points", "lines", "multipolygons")


def read_osm(path: Path, source: FileSource, *, shown: Path) -> geopandas.GeoDataFrame:
    """Read the features that have one of the values of every tag named (``*``: any value).

    ``tags: {waterway: [river, stream]}`` keeps rivers and streams. Only the columns of these tags,
    ``name`` and ``osm_id`` are kept. A PBF that is not complete gives features without the missing parts.

    Raises:
        InputError: No tags are named, or the file is damaged.
    """
    if not source.tags:
        hint = "请在 source 中写 tags，例如 tags: {waterway: [river, stream]}"
        raise InputError(f"{shown.as_posix()}: OSM 数据没有写取哪些标签 — {hint}")
    kinds = (source.geometry,) if source.geometry else _GEOMETRIES
    found = [part for kind in kinds if not (part := _layer(path, kind, source)).empty]
    if not found:
        columns = {"name": pd.Series(dtype=object)}
        return geopandas.GeoDataFrame(columns, geometry=geopandas.GeoSeries([], crs=4326), crs=4326)
    return geopandas.GeoDataFrame(pd.concat(found, ignore_index=True), crs=4326)


def _layer(path: Path, kind: str, source: FileSource) -> geopandas.GeoDataFrame:
    """Read one kind of geometry; GDAL keeps most tags in one text, which is filtered here again."""
    # GDAL reads an extract once per layer; a filter keeps other features out of memory.
    where = " AND ".join(
        _condition(tag, values, _columns(path, kind)) for tag, values in source.tags.items()
    )
    frame = pyogrio.read_dataframe(path, layer=kind, where=where)
    for tag, values in source.tags.items():
        frame[tag] = [_tag(row, tag) for row in frame.to_dict("records")]
        kept = frame[tag].notna() if "*" in values else frame[tag].isin(values)
        frame = frame[kept]
    names = [c for c in ("name", "osm_id", *source.tags) if c in frame.columns]
    return frame[[*dict.fromkeys(names), "geometry"]]


def _columns(path: Path, kind: str) -> tuple[str, ...]:
    return tuple(map(str, pyogrio.read_info(path, layer=kind)["fields"]))


def _condition(tag: str, values: tuple[str, ...], columns: tuple[str, ...]) -> str:
    if tag not in columns:
        return f"other_tags LIKE '%{_quoted(tag)}%'"
    if "*" in values:
        return f'"{tag}" IS NOT NULL'
    return f'"{tag}" IN ({", ".join(repr(_quoted(v)) for v in values)})'


def _quoted(text: str) -> str:
    """Refuse what could end a literal: tags and values are plain words."""
    if any(mark in text for mark in "'\"\\%"):
        raise InputError(f"tags 中的 {text} 含引号、反斜杠或百分号 — 请写普通的标签名和取值")
    return text


def _tag(row: dict[str, object], tag: str) -> str | None:
    """Find a tag in its own column or in GDAL's text of all others: ``"a"=>"b","c"=>"d"``."""
    own = row.get(tag)
    if isinstance(own, str):
        return own
    others = row.get("other_tags")
    if not isinstance(others, str):
        return None
    before, mark, after = others.partition(f'"{tag}"=>"')
    if not mark or (before and not before.endswith(",")):
        return None
    return after.partition('"')[0]
