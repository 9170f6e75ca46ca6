"""Records of a GIS file, as GDAL gives them, to drawings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geo.errors import Problem
from geo.sites.claims import Claims
from geo.sites.drawing import Drawing, Kind, Run, run_of
from geo.sites.limits import (
    MAX_ATTRIBUTE_CHARS,
    MAX_ATTRIBUTES,
    MAX_FEATURES,
    Budget,
    refuse,
    refusing,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

NAME_FIELDS: Final = (
    "地块名称", "项目名称", "XMMC", "DKMC", "名称", "NAME", "MC", "TITLE", "企业名称", "地块编号", "DKBH", "编号",
)  # fmt: skip
AREA_FIELDS: Final = ("地块面积", "DKMJ", "面积", "MJ", "YDMJ", "XMMJ", "AREA")
_KINDS: Final[dict[str, Kind]] = {
    "Point": "point", "MultiPoint": "point", "LineString": "line", "MultiLineString": "line",
    "Polygon": "polygon", "MultiPolygon": "polygon",
}  # fmt: skip
_REEXPORT: Final = "请用 GIS 软件修复或重新导出（不含曲线和三维面）"


def read_records(collection: Any, *, shown: Path, budget: Budget) -> tuple[Drawing, ...]:
    """Read an open fiona collection record by record; those without usable geometry say so in ``problem``.

    Raises:
        InputError: There is too much, or GDAL fails.
    """
    drawings: list[Drawing] = []
    for number, record in enumerate(_each(collection, shown), 1):
        budget.spend(features=1)
        drawings += _of_record(record, number, shown, budget)
    return tuple(drawings)


def _of_record(record: Any, number: int, shown: Path, budget: Budget) -> list[Drawing]:
    """Turn one record into drawings, or into one that tells what is wrong with it."""
    geometry, properties = record["geometry"], dict(record["properties"])
    name = _first(properties, NAME_FIELDS)
    made: list[Drawing] = []
    odd = "" if geometry is None else _odd_kind(geometry)
    if geometry is not None and not odd:
        made = list(_drawings(geometry, properties, name, budget))
    tests = (
        (geometry is None, "没有几何", "请删去该记录或补上图形"),
        (bool(odd), f"是不支持的几何类型 {odd[:40]}", _REEXPORT),
        (not made, "的几何是空的", "请删去该记录或补上图形"),
        (not _finite(made), "的坐标不是有限数", "请核对坐标"),
    )
    wrong = next(((found, hint) for failed, found, hint in tests if failed), None)
    if wrong is None:
        return made
    title = f"第 {number} 个图形{f'「{name}」' if name else ''}"
    problem = Problem(shown, 0, 0, f"{title}{wrong[0]}", wrong[1])
    return [Drawing(name, "point", (), attributes=texts(properties), problem=problem)]


def _finite(drawings: Iterable[Drawing]) -> bool:
    return all(np.isfinite(run.points).all() for drawing in drawings for run in drawing.runs)


def _odd_kind(geometry: Any) -> str:
    """Name a kind of geometry that is no footprint, empty when all is well."""
    kind = str(geometry["type"])
    if kind == "GeometryCollection":
        return next((odd for part in geometry["geometries"] if (odd := _odd_kind(part))), "")
    return "" if kind in _KINDS else kind


def _each(collection: Any, shown: Path) -> Iterator[Any]:
    """Take records one at a time; a fault inside GDAL refuses the file."""
    with refusing(shown, _REEXPORT):
        records = iter(collection)  # GDAL looks for the columns here
    for _ in range(MAX_FEATURES + 1):
        with refusing(shown, _REEXPORT):
            record = next(records, None)
        if record is None:
            return
        yield record


def _drawings(
    geometry: Any, properties: Mapping[str, Any], name: str, budget: Budget
) -> Iterator[Drawing]:
    """Turn one geometry into drawings; the kinds of a collection are taken apart."""
    kind = geometry["type"]
    if kind == "GeometryCollection":
        for part in geometry["geometries"]:
            yield from _drawings(part, properties, name, budget)
        return
    runs = tuple(run for run in runs_of(kind, geometry["coordinates"]) if len(run.points))
    budget.spend(vertices=sum(len(run.points) for run in runs))
    if runs:
        yield Drawing(
            name=name,
            kind=_KINDS[kind],
            runs=runs,
            declared=_first(properties, AREA_FIELDS) if _KINDS[kind] == "polygon" else "",
            attributes=texts(properties),
        )


def runs_of(kind: str, coordinates: Sequence[Any]) -> Iterator[Run]:
    """Take the coordinates of a GeoJSON-like geometry apart; the first ring of a part is its shell.

    >>> [run.hole for run in runs_of("Polygon", [[(0, 0), (9, 0), (9, 9)], [(1, 1), (2, 1), (2, 2)]])]
    [False, True]
    """
    if kind == "Point":
        yield run_of([coordinates] if len(coordinates) > 1 else [])
    elif kind in ("MultiPoint", "LineString"):
        yield run_of(coordinates)
    elif kind == "MultiLineString":
        for number, line in enumerate(coordinates, 1):
            yield run_of(line, number=number)
    elif kind in ("Polygon", "MultiPolygon"):
        number = 0
        for part, rings in enumerate([coordinates] if kind == "Polygon" else coordinates):
            for at, ring in enumerate(rings):
                number += 1
                yield run_of(ring, number=number, hole=at > 0, part=part)


def texts(properties: Mapping[str, Any]) -> dict[str, str]:
    """Keep a file's own fields as bounded text, empty ones left out."""
    return {
        str(key)[:MAX_ATTRIBUTE_CHARS]: str(value)[:MAX_ATTRIBUTE_CHARS]
        for key, value in list(properties.items())[:MAX_ATTRIBUTES]
        if value is not None and str(value).strip()
    }


def _first(properties: Mapping[str, Any], wanted: Iterable[str]) -> str:
    """Return the first filled field of a list of usual names, whatever their case."""
    upper = {str(key).upper(): value for key, value in properties.items()}
    found = (str(upper[key]).strip() for key in wanted if upper.get(key) is not None)
    return next((text[:MAX_ATTRIBUTE_CHARS] for text in found if text), "")


def crs_claims(wkt: str, *, by: str) -> Claims:
    """Turn a stored coordinate system into a claim; "undefined" is none, a local one is refused later."""
    text = wkt.strip()
    if not text or "undefined" in text[:200].lower() or "unknown engineering" in text[:200].lower():
        return Claims(north_first=False)
    if text.upper().startswith(("LOCAL_CS", "ENGCRS", "ENGINEERINGCRS")):
        return Claims(local=text.split('"')[1][:40] if '"' in text else "地方坐标系", by=by)
    return Claims(crs=text, north_first=False, by=by)


def one_table(names: Sequence[str], wanted: str | None, *, shown: Path, what: str) -> str:
    """Choose the one table there is, or the one asked for.

    Raises:
        InputError: There is none, several, or not the one asked for.
    """
    listed = "、".join(names[:10])
    if wanted is not None:
        if wanted in names:
            return wanted
        raise refuse(
            shown, f"没有{what}「{wanted}」", f"可选：{listed}" if names else "文件里没有图形"
        )
    if not names:
        raise refuse(shown, f"文件里没有含图形的{what}", "请检查导出是否完整")
    if len(names) > 1:
        raise refuse(
            shown,
            f"文件里有 {len(names)} 个含图形的{what}：{listed}",
            "请用 --table 指明用哪一个，或只保留项目用地",
        )
    return names[0]
