"""One vector file to one table, as it stands: no renaming, no reprojecting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas
import pandas as pd
import pyogrio
import shapely

from geo.errors import InputError, WorkspaceError
from geo.spec.tables import read_rows
from geo.store.encoding import dbf_encoding
from geo.store.osm import SUFFIX as OSM_SUFFIX
from geo.store.osm import read_osm

if TYPE_CHECKING:
    from pathlib import Path

    from geo.spec.layers import FileSource

#: GDAL sniffs content and a VRT in disguise reads other files, so content must fit the suffix.
_MAGIC: Final[dict[str, tuple[bytes, ...]]] = {
    ".gpkg": (b"SQLite format 3\0",),
    ".shp": (b"\x00\x00\x27\x0a",),
    ".fgb": (b"fgb",),
    ".parquet": (b"PAR1",),
    ".geojson": (b"{",),
    ".json": (b"{",),
}
_TABLES: Final = (".csv", ".xlsx")
READABLE: Final = (*_MAGIC, *_TABLES, ".gdb", OSM_SUFFIX)


@dataclass(frozen=True)
class RawTable:
    """A table as read: geometry in ``crs`` (``None`` when the file does not say), and remarks."""

    frame: geopandas.GeoDataFrame
    crs: str | None
    remarks: tuple[str, ...] = ()


def read_vector(path: Path, source: FileSource, *, shown: Path) -> RawTable:
    """Read a vector file or a table of points.

    Raises:
        InputError: Missing, not of the format its suffix says, no such table, or unreadable;
            the message says which and what to do.
    """
    suffix = path.suffix.lower()
    if not path.exists():
        raise InputError(f"{shown.as_posix()}: 文件不存在 — 请检查 source 的路径")
    if suffix not in READABLE:
        raise InputError(f"{shown.as_posix()}: 不支持 {suffix} — 可用：{' '.join(READABLE)}")
    if suffix in _TABLES:
        return _points(path, source, shown=shown)
    _refuse_disguise(path, suffix, shown)
    try:
        return _read(path, suffix, source, shown)
    except InputError:
        raise
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError) as error:
        reason = str(error).splitlines()[0][:120]
        message = f"{shown.as_posix()}: 读取失败（{reason}） — 文件可能损坏或不完整，请重新导出"
        raise InputError(message) from error
    except (ValueError, UnicodeDecodeError) as error:
        message = f"{shown.as_posix()}: 内容无法解析 — 文件可能损坏，请重新导出"
        raise InputError(message) from error


def _refuse_disguise(path: Path, suffix: str, shown: Path) -> None:
    if path.is_dir() or suffix not in _MAGIC:
        return
    with path.open("rb") as file:
        head = file.read(64)
    if suffix.endswith("json"):
        head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head.startswith(_MAGIC[suffix]):
        message = f"{shown.as_posix()}: 内容不是 {suffix} 格式 — 请用原软件重新导出，不要只改后缀"
        raise InputError(message)


def _read(path: Path, suffix: str, source: FileSource, shown: Path) -> RawTable:
    if suffix == ".parquet":
        frame = geopandas.read_parquet(path)
        return RawTable(frame, frame.crs.to_string() if frame.crs else None)
    if suffix == OSM_SUFFIX:
        return RawTable(read_osm(path, source, shown=shown), "EPSG:4326")
    remarks: tuple[str, ...] = ()
    encoding: str | None = source.encoding
    if suffix == ".shp" and encoding is None:
        found = dbf_encoding(path.with_suffix(".dbf"))
        encoding, remarks = found.name, (f"DBF 编码 {found.name}：{found.how}",)
    table = source.table or _only_table(path, shown)
    frame = pyogrio.read_dataframe(path, layer=table, encoding=encoding)
    if not isinstance(frame, geopandas.GeoDataFrame):
        raise InputError(f"{shown.as_posix()}: 表 {table} 没有几何 — 请选择空间图层")
    return RawTable(frame, frame.crs.to_string() if frame.crs else None, remarks)


def _only_table(path: Path, shown: Path) -> str:
    """Name the one table of a file; several are a question only the planner can answer."""
    names = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    if len(names) != 1:
        found = "没有空间图层" if not names else f"含有 {len(names)} 个图层"
        hint = f"请在 source 中写 table: {' 或 '.join(names[:8])}" if names else "请检查文件"
        raise InputError(f"{shown.as_posix()}: {found} — {hint}")
    return names[0]


def _points(path: Path, source: FileSource, *, shown: Path) -> RawTable:
    """Read a CSV or XLSX with coordinate columns; rows without coordinates stay, unplaced."""
    try:
        rows = read_rows(path, shown=shown, columns=None)
    except WorkspaceError as error:
        raise InputError(error.problems) from error
    frame = pd.DataFrame([row.cells for row in rows])
    for column in (source.x, source.y):
        if column not in frame.columns:
            raise InputError(f"{shown.as_posix()}: 没有坐标列 {column} — 请在 source 中写 x: 与 y:")
    x, y = (pd.to_numeric(frame[name], errors="coerce") for name in (source.x, source.y))
    if bad := [
        row.marks[source.x][0]
        for row, missing in zip(rows, x.isna() | y.isna(), strict=True)
        if missing and (row.cells[source.x] or row.cells[source.y])
    ]:
        raise InputError(f"{shown.as_posix()}:{bad[0]}: 坐标不是数字（共 {len(bad)} 行） — 请核对")
    points = shapely.points(x.to_numpy(float), y.to_numpy(float))
    points[(x.isna() | y.isna()).to_numpy()] = None
    frame = frame.drop(columns=[source.x, source.y]).replace({"": None})
    return RawTable(geopandas.GeoDataFrame(frame, geometry=points), "EPSG:4490")
