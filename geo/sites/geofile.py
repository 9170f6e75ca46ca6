"""GeoPackage, FileGDB and GeoJSON, each opened with its own driver and no other.

GDAL judges files by content: a ``.geojson`` that is really a VRT would make it read other files of the machine.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import fiona
import numpy as np

from geo.sites.claims import Claims
from geo.sites.drawing import Draft, Drawing
from geo.sites.features import crs_claims, one_table, read_records
from geo.sites.limits import MAX_FEATURES, Budget, check_size, quiet, refuse, refusing
from geo.sites.rings import is_closed
from geo.sites.site import SiteSource
from geo.sites.text import read_text
from geo.space.datum import Datum

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_GEOJSON_BYTES: Final = 60_000_000
"""Far more than the vertices allowed at full precision; the fields need room as well."""
MAX_GDB_BYTES: Final = 50_000_000
MAX_GDBTABLE_BYTES: Final = 4_000_000
"""Coordinates are packed: 4 MB hold the vertices allowed, and two million at the very most."""
_SQLITE: Final = b"SQLite format 3\0"
_CRS_MEMBER: Final = re.compile(
    r'"crs"\s*:\s*\{[^{}]{0,80}"properties"\s*:\s*\{\s*"name"\s*:\s*"([^"]{1,80})"'
)
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]+")
_COMPUTED: Final = re.compile(r"\bAS\s*\(|\bGENERATED\b", re.IGNORECASE)
_DEGREES: Final = 180.0
_LISTS_PER_FEATURE: Final = 4
_MOST_COMMAS: Final = 5_000_000
_MOST_OBJECTS: Final = 100_000
MAX_GEOMETRY_BYTES: Final = 10_000_000
_MOST_TABLES: Final = 200
_REEXPORT: Final = "请用 GIS 软件重新导出"


def read_geojson(path: Path, *, shown: Path) -> Draft:
    """Read a GeoJSON file (a feature, a collection, or a bare geometry).

    Degrees without a ``crs`` member are WGS 84 (RFC 7946); plane numbers without one, which the
    standard forbids and Chinese software writes, are left to forensics.

    Raises:
        InputError: Not GeoJSON, not text, damaged or too large.
    """
    decoded = read_text(path, shown=shown, most=MAX_GEOJSON_BYTES)
    text = decoded.text.lstrip("\ufeff")
    if not text.lstrip().startswith("{"):
        raise refuse(shown, "不是 GeoJSON（应以 { 开头）", _REEXPORT)
    # Every vertex is a list of its own; GDAL holds each at some 300 bytes before we can count.
    Budget(shown).spend(vertices=text.count("[") - MAX_FEATURES * _LISTS_PER_FEATURE)
    if text.count(",") > _MOST_COMMAS or text.count("{") > _MOST_OBJECTS:
        raise refuse(shown, "GeoJSON 的内容过多", "请只保留项目用地的图形和必要的字段")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "site.geojson")
        # ASCII, because GDAL cuts its messages in the middle of a character and fiona stumbles.
        copy.write_bytes(_NOT_ASCII.sub(_escaped, text).encode("ascii"))
        drawings, _ = _read(copy, "GeoJSON", None, shown)
    drawings = tuple(map(_closed, drawings))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    source = SiteSource(shown.as_posix(), "geojson", digest, decoded.encoding)
    return Draft(drawings, _geojson_claims(text, drawings), source)


def _escaped(hit: re.Match[str]) -> str:
    """Write a character as JSON may write it in ASCII."""
    return json.dumps(hit[0])[1:-1]


def _closed(drawing: Drawing) -> Drawing:
    """Say which rings were left open, against the standard."""
    if drawing.kind != "polygon" or all(map(is_closed, drawing.runs)):
        return drawing
    return replace(drawing, repairs=(*drawing.repairs, "面的首尾未闭合，按首尾相连处理"))


def _geojson_claims(text: str, drawings: Iterable[Drawing]) -> Claims:
    """Take the old ``crs`` member at its word; else the standard, where the numbers allow it."""
    if member := _CRS_MEMBER.search(text):
        return Claims(crs=member[1], north_first=False, by="GeoJSON 的 crs 成员")
    runs = [run.points for drawing in drawings for run in drawing.runs]
    if runs and np.nanmax(np.abs(np.concatenate(runs))) <= _DEGREES:
        datums = frozenset({Datum.WGS84})
        return Claims(
            datums=datums, north_first=False, degrees=True, by="GeoJSON 标准（RFC 7946）规定"
        )
    return Claims(north_first=False)


def read_geopackage(path: Path, *, shown: Path, table: str | None = None) -> Draft:
    """Read one table of a GeoPackage.

    Raises:
        InputError: Not a GeoPackage, damaged, several tables and none named, or tables that are
            computed (views, generated columns) and could run for ever.
    """
    check_size(path, shown=shown)
    with path.open("rb") as file:
        if not file.read(len(_SQLITE)).startswith(_SQLITE):
            raise refuse(shown, "不是 GeoPackage（文件头不符）", _REEXPORT)
    chosen = one_table(_tables(path, shown), table, shown=shown, what="图层")
    _refuse_giants(path, chosen, shown)
    drawings, claims = _read(path, "GPKG", chosen, shown)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Draft(drawings, claims, SiteSource(shown.as_posix(), "geopackage", digest, "utf-8"))


def _tables(path: Path, shown: Path) -> list[str]:
    """List the feature tables without letting SQLite run anything a stranger wrote."""
    with refusing(shown, _REEXPORT), closing(_connect(path)) as database:
        rows = database.execute(
            "SELECT table_name FROM gpkg_contents WHERE data_type = 'features' LIMIT ?",
            (_MOST_TABLES,),
        ).fetchall()
        masters = database.execute("SELECT name, type, sql FROM sqlite_master").fetchall()
    kinds = {str(name).lower(): (str(kind), str(sql or "")) for name, kind, sql in masters}
    names = [str(name) for (name,) in rows]
    for name in [*names, "gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"]:
        kind, sql = kinds.get(name.lower(), ("", ""))
        if kind and (kind != "table" or _COMPUTED.search(sql)):
            raise refuse(shown, f"「{name[:40]}」不是普通数据表", "请把图层导出为新的 GeoPackage")
    return names


def _refuse_giants(path: Path, table: str, shown: Path) -> None:
    """Refuse a table with a geometry larger than all that is allowed together."""
    quoted = table.replace('"', '""')
    with refusing(shown, _REEXPORT), closing(_connect(path)) as database:
        column = database.execute(
            "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (table,)
        ).fetchone()[0]
        column = str(column).replace('"', '""')
        query = f'SELECT max(length("{column}")) FROM "{quoted}"'  # noqa: S608 (quoted above)
        (largest,) = database.execute(query).fetchone()
    if int(largest or 0) > MAX_GEOMETRY_BYTES:
        raise refuse(shown, "图形过大", "请只保留项目用地的图形，或先简化")


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def read_filegdb(path: Path, *, shown: Path, table: str | None = None) -> Draft:
    """Read one feature class of a file geodatabase (a folder ``….gdb``).

    Raises:
        InputError: Not a geodatabase, damaged, too large, or several classes and none named.
    """
    files = sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else []
    if not any(file.suffix.lower() == ".gdbtable" for file in files):
        raise refuse(
            shown,
            "不是 FileGDB 文件夹（没有 .gdbtable 文件）",
            "请提交完整的 .gdb 文件夹，或导出为 Shapefile",
        )
    if sum(file.stat().st_size for file in files) > MAX_GDB_BYTES:
        raise refuse(shown, f"FileGDB 超过 {MAX_GDB_BYTES // 1_000_000} MB", "请只导出项目用地")
    tables = [file for file in files if file.suffix.lower() == ".gdbtable"]
    if max(file.stat().st_size for file in tables) > MAX_GDBTABLE_BYTES:
        found = f"FileGDB 的一个表超过 {MAX_GDBTABLE_BYTES // 1_000_000} MB"
        raise refuse(shown, found, "请只导出项目用地")
    chosen = one_table(_classes(path, shown), table, shown=shown, what="要素类")
    drawings, claims = _read(path, "OpenFileGDB", chosen, shown)
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return Draft(drawings, claims, SiteSource(shown.as_posix(), "filegdb", digest.hexdigest()))


def _classes(path: Path, shown: Path) -> list[str]:
    """List the classes that have geometry; fiona's own listing would try every driver."""
    names: list[str] = []
    for at in range(_MOST_TABLES):
        try:
            with quiet():
                collection = fiona.open(path, layer=at, enabled_drivers=["OpenFileGDB"])
        except (ValueError, IndexError, OSError, fiona.errors.FionaError) as error:
            if at == 0:
                raise refuse(shown, "FileGDB 无法打开，可能损坏", _REEXPORT) from error
            break
        with refusing(shown, _REEXPORT), collection:
            if collection.schema.get("geometry", "None") != "None":
                names.append(str(collection.name))
    return names


def _read(
    path: Path, driver: str, table: str | None, shown: Path
) -> tuple[tuple[Drawing, ...], Claims]:
    """Open with one driver; read records and the stored coordinate system."""
    chosen: dict[str, Any] = {"layer": table} if table is not None else {}
    with refusing(shown, _REEXPORT):
        collection = fiona.open(path, enabled_drivers=[driver], **chosen)
    with collection:
        drawings = read_records(collection, shown=shown, budget=Budget(shown))
        with refusing(shown, _REEXPORT):
            wkt = str(collection.crs_wkt or "")
    return drawings, crs_claims(wkt, by="文件")
