"""Files an office hands in, opened: a container's tables listed, one of them read as it stands."""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

import geopandas
import pyogrio

from geo.errors import InputError
from geo.sites.archive import extract, opened
from geo.spec.closed import nearest
from geo.spec.layers import FileSource
from geo.spec.tables import read_rows
from geo.store.encoding import dbf_encoding
from geo.store.osm import SUFFIX as OSM_SUFFIX
from geo.store.read import READABLE, RawTable, read_vector
from geo.store.schemas import look_alike, recognise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from geo.store.schemas import Schema

_TABLES: Final = (".csv", ".xlsx")
_RASTERS: Final = (".tif", ".tiff", ".vrt", ".img")
#: Formats nobody can read freely, with the step that turns them into one that can be read.
_CONVERT: Final = {
    ".mdb": "请在 ArcGIS 中导出为 FileGDB 或 Shapefile",
    ".vct": "请用国土资源数据转换工具转为 Shapefile 或 FileGDB",
    ".dwg": "请在 CAD 中另存为 DXF，或由 GIS 软件转为 Shapefile",
    ".rar": "请解压后重新压缩为 ZIP，或直接指向其中的文件",
    ".7z": "请解压后重新压缩为 ZIP，或直接指向其中的文件",
    ".shx": "请指向同名的 .shp", ".dbf": "请指向同名的 .shp", ".prj": "请指向同名的 .shp",
}  # fmt: skip
_X: Final = ("lon", "经度", "longitude", "x", "jd", "东经")
_Y: Final = ("lat", "纬度", "latitude", "y", "wd", "北纬")


@dataclass(frozen=True)
class TableInfo:
    """One table of a container, not read yet; ``features`` is ``None`` when unknown."""

    path: Path
    name: str
    features: int | None
    fields: tuple[str, ...]
    geometry: str | None

    @property
    def schema(self) -> Schema | None:
        """The usual schema it follows, if any."""
        return recognise(self.name, self.fields)


@dataclass(frozen=True)
class Container:
    """A file, folder or archive with its tables, and the fingerprint of all its bytes."""

    shown: Path
    sha256: str
    tables: tuple[TableInfo, ...]


@contextmanager
def container(path: Path) -> Iterator[Container]:
    """Open a GDB, GPKG, Shapefile, FlatGeobuf, GeoParquet, GeoJSON, table of points, or a ZIP of these.

    An archive is unpacked into a folder that is gone when the block ends.

    Raises:
        InputError: Missing, hostile, damaged, of a format nobody can read, or without a spatial table.
    """
    shown = Path(path.name)
    if not path.exists():
        raise InputError(f"{shown}: 文件不存在 — 请检查路径")
    suffix = path.suffix.lower()
    if suffix in _CONVERT:
        raise InputError(f"{shown}: 不能直接读取 {suffix} — {_CONVERT[suffix]}")
    if suffix == ".zip":
        with tempfile.TemporaryDirectory() as folder:
            tables = _of_files(_unpacked(path, Path(folder)), shown)
            yield Container(shown, _digest([path]), tables)
        return
    if suffix not in READABLE:
        raise InputError(
            f"{shown}: 不支持 {suffix or '没有后缀的文件'} — 可用：{' '.join(READABLE)} .zip"
        )
    yield Container(shown, _digest(_parts(path)), _of_files([path], shown))


def _unpacked(path: Path, folder: Path) -> list[Path]:
    """Unpack an archive, and list what in it may be a layer. Folders named ``.gdb`` stay together."""
    found: dict[Path, None] = {}
    rasters: list[str] = []
    with opened(path, shown=Path(path.name)) as (archive, members):
        for member in members:
            parts = _safe(member.name)
            target = folder.joinpath(*parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            extract(archive, member, target, shown=Path(path.name))
            at = next((i for i, p in enumerate(parts) if p.lower().endswith(".gdb")), None)
            whole = target if at is None else folder.joinpath(*parts[: at + 1])
            if whole.suffix.lower() in READABLE and whole.suffix.lower() != ".json":
                found[whole] = None
            elif whole.suffix.lower() in _RASTERS:
                rasters.append(whole.name)
    if rasters and not found:
        raise InputError(
            f"{path.name}: 压缩包里是栅格（{'、'.join(rasters[:3])}） — 请解压后指向其中的文件"
        )
    return list(found)


def _safe(name: PurePosixPath) -> tuple[str, ...]:
    """Keep only the parts of a member's name that stay inside; the archive was judged before."""
    return tuple(part for part in name.parts if part not in ("", "/", ".", ".."))


def _of_files(paths: Sequence[Path], shown: Path) -> tuple[TableInfo, ...]:
    tables = [info for path in paths for info in _list(path, shown)]
    if not tables:
        raise InputError(f"{shown}: 没有空间图层 — 请检查文件是否完整")
    return tuple(tables)


def _list(path: Path, shown: Path) -> Iterator[TableInfo]:
    suffix = path.suffix.lower()
    if suffix == OSM_SUFFIX:
        yield TableInfo(
            path, path.name.removesuffix(suffix).removesuffix(".osm"), None, (), "Unknown"
        )
        return
    if suffix in _TABLES:
        rows = read_rows(path, shown=Path(path.name), columns=None)
        yield TableInfo(path, path.stem, len(rows), tuple(rows[0].cells) if rows else (), "Point")
        return
    if suffix == ".parquet":
        frame = geopandas.read_parquet(path)
        yield TableInfo(path, path.stem, len(frame), tuple(map(str, frame.columns)), "Unknown")
        return
    encoding = (
        dbf_encoding(path.with_suffix(".dbf")).name
        if suffix == ".shp" and path.with_suffix(".dbf").is_file()
        else None
    )
    try:
        for name, kind in pyogrio.list_layers(path):
            if kind is None:
                continue
            info = pyogrio.read_info(path, layer=name, encoding=encoding)
            yield TableInfo(
                path, str(name), int(info["features"]), tuple(map(str, info["fields"])), str(kind)
            )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        reason = str(error).splitlines()[0][:80]
        raise InputError(
            f"{shown}: 读取失败（{reason}） — 文件可能损坏或不完整，请重新导出"
        ) from error


def chosen_table(held: Container, *, name: str | None, kind: str, layer: str) -> TableInfo:
    """Choose the table to adopt: the one named, the only one, or the only one of the schema.

    Raises:
        InputError: None or several fit, and which one is a question only the planner can answer;
            or the only one there is not what it is taken for.
    """
    names = [table.name for table in held.tables]
    if name is not None:
        if name not in names:
            raise InputError(
                f"{held.shown}: 没有图层 {name} — {nearest(name, names)}，现有：{'、'.join(names)}"
            )
        return held.tables[names.index(name)]
    fitting = [t for t in held.tables if t.schema is not None and t.schema.layer == layer]
    if len(fitting) == 1:
        return fitting[0]
    if len(held.tables) == 1:
        return held.tables[0]
    doubts = [words for table in held.tables if (words := look_alike(table.name, kind))]
    told = f"（{'；'.join(doubts)}）" if doubts else ""
    why = f"有 {len(fitting)} 个图层像是所要的" if fitting else "看不出哪个图层是所要的"
    raise InputError(f"{held.shown}: {why}{told} — 请用 --table 指明：{'、'.join(names)}")


def read_table(
    table: TableInfo, *, x: str | None = None, y: str | None = None,
    tags: Mapping[str, tuple[str, ...]] | None = None,
) -> RawTable:  # fmt: skip
    """Read one table with all its fields; a table of points leaves its system open.

    Args:
        table: The table.
        x: Column of the eastings or longitudes, of a table of points.
        y: Column of the northings or latitudes.
        tags: Of an OSM extract, the features to take: tag → values (``*``: any).

    Raises:
        InputError: It cannot be read, or has no columns of coordinates; an extract without tags.
    """
    shown = Path(table.path.name)
    if table.path.suffix.lower() == OSM_SUFFIX:
        if not tags:
            hint = "请写 --tag，例如 --tag waterway=river,stream"
            raise InputError(f"{shown}: OSM 数据没有写取哪些标签 — {hint}")
        return read_vector(
            table.path, FileSource(path=table.path.name, tags=dict(tags)), shown=shown
        )
    if table.path.suffix.lower() not in _TABLES:
        several = table.path.suffix.lower() in (".gdb", ".gpkg")
        source = FileSource(path=table.path.name, table=table.name if several else None)
        return read_vector(table.path, source, shown=shown)
    columns = [_column(table, given, usual) for given, usual in ((x, _X), (y, _Y))]
    source = FileSource(path=table.path.name, x=columns[0], y=columns[1])
    raw = read_vector(table.path, source, shown=shown)
    return RawTable(raw.frame, None, raw.remarks)


def _column(table: TableInfo, given: str | None, usual: Sequence[str]) -> str:
    if given is not None:
        return given
    spelled = {name.lower(): name for name in table.fields}
    found = next((spelled[name] for name in usual if name in spelled), None)
    if found is None:
        raise InputError(
            f"{table.path.name}: 找不到坐标列 — 请用 --x 与 --y 指明，现有列：{'、'.join(table.fields)}"
        )
    return found


def _parts(path: Path) -> list[Path]:
    """List the files whose bytes make up a layer, in a fixed order."""
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.is_file())
    if path.suffix.lower() != ".shp":
        return [path]
    beside = [path.with_suffix(s) for s in (".shp", ".shx", ".dbf", ".prj", ".cpg")]
    return [part for part in beside if part.is_file()]


def _digest(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()
