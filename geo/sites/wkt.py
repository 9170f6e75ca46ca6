"""WKT geometries, one a line or one over several lines, with or without ``SRID=…;`` before them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import shapely

from geo.sites.claims import Claims
from geo.sites.drawing import Draft, Drawing, Kind
from geo.sites.features import runs_of
from geo.sites.limits import Budget, refuse, refusing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shapely import Geometry

    from geo.sites.site import SiteSource

_TYPES: Final = (
    "POINT|LINESTRING|LINEARRING|POLYGON|MULTIPOINT|MULTILINESTRING|MULTIPOLYGON|GEOMETRYCOLLECTION"
)
_START: Final = re.compile(
    rf"\s*(?:SRID\s*=\s*(\d{{1,6}})\s*;\s*)?({_TYPES})\s*(?:[ZM]{{1,2}}\s*)?\(", re.IGNORECASE
)
_KINDS: Final[dict[str, Kind]] = {
    "Point": "point", "MultiPoint": "point", "LineString": "line", "LinearRing": "line",
    "MultiLineString": "line", "Polygon": "polygon", "MultiPolygon": "polygon",
}  # fmt: skip
_BETWEEN: Final = re.compile(r"[\s;,]*")
_BRACKET: Final = re.compile(r"[()]")
_MAX_DEPTH: Final = 8
_HINT: Final = "应为标准 WKT，例如 POLYGON ((112.1 36.1, 112.2 36.1, 112.2 36.2, 112.1 36.1))"


def is_wkt(text: str) -> bool:
    """Tell WKT from other text by its first word.

    >>> is_wkt("SRID=4490;POLYGON ((0 0, 1 0, 1 1, 0 0))"), is_wkt("point 1, 2")
    (True, False)
    """
    return _START.match(text) is not None


def read_wkt(text: str, source: SiteSource, *, shown: Path) -> Draft:
    """Read all geometries of a text.

    Raises:
        InputError: One is damaged, empty or nested too deeply, or SRIDs differ.
    """
    budget = Budget(shown)
    drawings: list[Drawing] = []
    srids: set[str] = set()
    for line, srid, piece in _pieces(text, shown):
        budget.spend(features=1)
        srids |= {srid} if srid else set()
        with refusing(shown, f"第 {line} 行附近：{_HINT}"):
            geometry = shapely.from_wkt(piece)
        budget.spend(vertices=int(shapely.get_num_coordinates(geometry)))
        made = list(_drawings(geometry, line))
        if not made:
            raise refuse(shown, "几何是空的", _HINT, line=line)
        drawings += made
    if len(srids) > 1:
        raise refuse(shown, f"同一文件有多个 SRID（{'、'.join(sorted(srids))}）", "请统一坐标系")
    claims = Claims(north_first=False)
    if srids and srids != {"0"}:
        claims = Claims(crs=f"EPSG:{srids.pop()}", north_first=False, by="几何前的 SRID ")
    return Draft(tuple(drawings), claims, source)


def _pieces(text: str, shown: Path) -> Iterator[tuple[int, str, str]]:
    """Cut a text into geometries by their brackets: line, SRID, WKT."""
    at, line = 0, 1
    while True:
        gap = _BETWEEN.match(text, at)
        line += text.count("\n", at, gap.end() if gap else at)
        at = gap.end() if gap else at
        if at == len(text):
            return
        start = _START.match(text, at)
        if start is None:
            raise refuse(shown, "这里不是 WKT 几何", _HINT, line=line)
        end = _end(text, start.end() - 1, shown, line)
        yield line, start[1] or "", text[start.start(2) : end]
        line += text.count("\n", at, end)
        at = end


def _end(text: str, at: int, shown: Path, line: int) -> int:
    """Find where the bracket that opens at a place closes; deep nesting would overflow GEOS."""
    depth = 0
    for bracket in _BRACKET.finditer(text, at):
        depth += 1 if bracket[0] == "(" else -1
        if depth > _MAX_DEPTH:
            raise refuse(shown, "WKT 嵌套过深", _HINT, line=line)
        if depth == 0:
            return bracket.end()
    raise refuse(shown, "WKT 的括号没有闭合", _HINT, line=line)


def _drawings(geometry: Geometry, line: int) -> Iterator[Drawing]:
    """Turn a geometry into drawings; a collection is taken apart."""
    if geometry.geom_type == "GeometryCollection":
        for part in geometry.geoms:
            yield from _drawings(part, line)
        return
    if geometry.is_empty:
        return
    kind = "LineString" if geometry.geom_type == "LinearRing" else geometry.geom_type
    coordinates = shapely.geometry.mapping(shapely.force_2d(geometry))["coordinates"]
    runs = tuple(runs_of(kind, coordinates))
    yield Drawing("", _KINDS[geometry.geom_type], runs, line=line)
