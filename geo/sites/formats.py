"""Which reader a file needs, and which files are refused by name with the step that helps."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geo.sites.archive import Member, extract, opened, refuse_nested
from geo.sites.boundary_txt import is_boundary_txt, read_boundary_txt
from geo.sites.features import one_table
from geo.sites.geofile import read_filegdb, read_geojson, read_geopackage
from geo.sites.grid import split_text
from geo.sites.kml import read_kml
from geo.sites.limits import check_size, refuse
from geo.sites.shapefile import PARTS, read_shapefile
from geo.sites.sheet import read_sheets
from geo.sites.site import SiteSource
from geo.sites.text import read_text
from geo.sites.wkt import is_wkt, read_wkt

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Callable

    from geo.sites.drawing import Draft
    from geo.sites.site import Format

MAX_TEXT_BYTES: Final = 60_000_000
"""A million boundary points at 60 bytes a line."""

_TO_DXF: Final = "请在 CAD 中另存为 DXF（2007 或更高版本）后提交"
_TO_SHP: Final = "请在 GIS 软件中导出为 Shapefile 或 GeoPackage 后提交"
_TO_TABLE: Final = "请把拐点坐标录入 Excel 或界址点 TXT 后提交"
_UNZIP: Final = "请解压后提交里面的图形文件，或重新压缩为 ZIP"
_SAVE_XLSX: Final = "请用 Excel 或 WPS 另存为 .xlsx 后提交"
#: Formats that arrive and cannot be read, each with the step that makes them readable.
REFUSED: Final[dict[str, tuple[str, str]]] = {
    ".dwg": ("DWG 图纸（AutoCAD 私有格式）", _TO_DXF),
    ".dgn": ("DGN 图纸", "请在原软件中导出为 DXF 后提交"),
    ".vct": ("VCT 国土矢量交换格式", "请用国土数据转换工具转为 Shapefile 后提交"),
    ".mdb": ("MDB 个人地理数据库", _TO_SHP),
    ".accdb": ("Access 数据库", _TO_SHP),
    ".ovobj": ("奥维对象文件", "请在奥维中导出为 Shapefile 或 DXF（这两种不加偏）后提交"),
    ".ovjsn": ("奥维对象文件", "请在奥维中导出为 Shapefile 或 DXF（这两种不加偏）后提交"),
    ".mpj": ("MapGIS 工程", _TO_SHP),
    ".wp": ("MapGIS 区文件", _TO_SHP),
    ".wl": ("MapGIS 线文件", _TO_SHP),
    ".wt": ("MapGIS 点文件", _TO_SHP),
    ".mxd": ("ArcGIS 工程（不含数据）", "请提交工程里的图层数据，例如 Shapefile"),
    ".aprx": ("ArcGIS Pro 工程（不含数据）", "请提交工程里的图层数据，例如 Shapefile"),
    ".qgz": ("QGIS 工程（不含数据）", "请提交工程里的图层数据，例如 GeoPackage"),
    ".qgs": ("QGIS 工程（不含数据）", "请提交工程里的图层数据，例如 GeoPackage"),
    ".lyr": ("图层样式文件（不含数据）", "请提交图层数据，例如 Shapefile"),
    ".mpk": ("ArcGIS 地图包", _TO_SHP),
    ".tab": ("MapInfo 表", _TO_SHP),
    ".mif": ("MapInfo 交换格式", _TO_SHP),
    ".gml": ("GML", _TO_SHP),
    ".fgb": ("FlatGeobuf", _TO_SHP),
    ".parquet": ("GeoParquet", _TO_SHP),
    ".xls": ("旧版 Excel（.xls）", _SAVE_XLSX),
    ".xlsb": ("二进制 Excel（.xlsb）", _SAVE_XLSX),
    ".et": ("WPS 表格（.et）", _SAVE_XLSX),
    ".ods": ("OpenDocument 表格", _SAVE_XLSX),
    ".doc": ("Word 文档", "请把坐标表复制到 Excel 或文本文件后提交"),
    ".docx": ("Word 文档", "请把坐标表复制到 Excel 或文本文件后提交"),
    ".wps": ("WPS 文档", "请把坐标表复制到 Excel 或文本文件后提交"),
    ".pdf": ("PDF（扫描件或图纸）", _TO_TABLE),
    ".rar": ("RAR 压缩包", _UNZIP),
    ".7z": ("7z 压缩包", _UNZIP),
    ".gz": ("GZ 压缩包", _UNZIP),
    ".tar": ("TAR 压缩包", _UNZIP),
    ".ovmap": ("奥维离线地图", "请在奥维中导出为 Shapefile 或 DXF 后提交"),
} | dict.fromkeys(
    (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".heic"),
    ("图片或扫描件，不含可用坐标", _TO_TABLE),
)  # fmt: skip
#: Readers of files that hold one set of footprints, and of those that hold several layers.
_WHOLE: Final[dict[str, Callable[..., Draft]]] = {
    ".shp": read_shapefile, ".geojson": read_geojson, ".json": read_geojson,
    ".kml": read_kml, ".ovkml": read_kml,
}  # fmt: skip
_EXCEL: Final = (".xlsx", ".xlsm")
_KML: Final = (".kml", ".ovkml")
_KMZ: Final = (".kmz", ".ovkmz")
_TEXT: Final = (".txt", ".csv", ".tsv", ".wkt", ".dat")


def read_file(path: Path, *, shown: Path, table: str | None = None) -> Draft:
    """Read any file a planner has, by its suffix and content.

    Args:
        path: Where the file is.
        shown: Its name for messages and results.
        table: The layer, sheet or archive member to take when there are several.

    Raises:
        InputError: The format is not readable (with the conversion step), or the file is not
            what it should be.
    """
    suffix = path.suffix.lower()
    if not path.exists():
        raise refuse(shown, "文件不存在", "请检查文件名和路径")
    if suffix in REFUSED:
        name, step = REFUSED[suffix]
        raise refuse(shown, f"不能读取 {name}", step)
    if suffix == ".gdb":
        return read_filegdb(path, shown=shown, table=table)
    if path.is_dir():
        raise refuse(shown, "这是文件夹", "请指明其中的文件")
    if suffix in (".zip", *_KMZ):
        return _archived(path, shown, table)
    if suffix in PARTS[1:] or suffix in (".sbn", ".sbx", ".qpj"):
        raise refuse(shown, f"{suffix} 只是 Shapefile 的一部分", "请指明同名的 .shp 文件")
    return _plain(path, suffix, shown, table)


def _plain(path: Path, suffix: str, shown: Path, table: str | None) -> Draft:
    """Read a single file."""
    if reader := _WHOLE.get(suffix):
        return reader(path, shown=shown)
    if suffix == ".gpkg":
        return read_geopackage(path, shown=shown, table=table)
    if suffix == ".dxf":
        from geo.sites.dxf import read_dxf  # noqa: PLC0415 (ezdxf takes a quarter of a second)

        return read_dxf(path, shown=shown, table=table)
    if suffix in _EXCEL:
        check_size(path, shown=shown)
        source = SiteSource(shown.as_posix(), "excel", _sha256(path))
        from geo.sites.workbook import read_excel  # noqa: PLC0415 (as ezdxf: openpyxl is slow to load)

        return read_sheets(read_excel(path, shown=shown), source, shown=shown, table=table)
    if suffix in _TEXT:
        return _text(path, suffix, shown)
    known = " ".join(
        (
            ".txt",
            ".shp",
            ".zip",
            ".gpkg",
            ".gdb",
            ".geojson",
            *_KML[:1],
            ".kmz",
            ".dxf",
            ".xlsx",
            ".csv",
            ".wkt",
        )
    )
    raise refuse(shown, f"不认识的格式 {suffix or '（没有后缀）'}", f"可读取：{known}")


def _text(path: Path, suffix: str, shown: Path) -> Draft:
    """Read a text file as what it holds: 界址点, WKT, or a table of points."""
    decoded = read_text(path, shown=shown, most=MAX_TEXT_BYTES)
    digest = _sha256(path)

    def source(kind: Format) -> SiteSource:
        return SiteSource(shown.as_posix(), kind, digest, decoded.encoding)

    if is_boundary_txt(decoded.text):
        return read_boundary_txt(decoded.text, source("boundary-txt"), shown=shown)
    if is_wkt(decoded.text):
        return read_wkt(decoded.text, source("wkt"), shown=shown)
    kind: Format = "csv" if suffix in (".csv", ".tsv") else "text"
    return read_sheets({"": split_text(decoded.text, shown=shown)}, source(kind), shown=shown)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _archived(path: Path, shown: Path, table: str | None) -> Draft:
    """Read the one footprint file of an archive."""
    with opened(path, shown=shown) as (archive, members), tempfile.TemporaryDirectory() as folder:
        refuse_nested(members, shown=shown)
        main = [m for m in members if _is_main(m, members)]
        names = [str(m.name) for m in main]
        wanted = next((str(m.name) for m in main if table in (m.name.stem, m.name.name)), table)
        geodatabases = sorted(
            {str(p) for m in members for p in m.name.parents if p.suffix.lower() == ".gdb"}
        )
        if geodatabases and not main:
            return _geodatabase(archive, members, geodatabases, Path(folder), shown)
        if not names:
            raise _nothing_inside(members, shown)
        chosen = one_table(names, wanted if wanted in names else None, shown=shown, what="图形文件")
        member = main[names.index(chosen)]
        target = _unpack(archive, members, member, Path(folder), shown)
        inner = table if wanted not in names else None
        return read_file(target, shown=shown / member.name.name, table=inner)


def _is_main(member: Member, members: tuple[Member, ...]) -> bool:
    """Tell the files that are footprints themselves from their side files and papers."""
    suffix = member.name.suffix.lower()
    has_shapes = any(m.name.suffix.lower() == ".shp" for m in members)
    if any(parent.suffix.lower() == ".gdb" for parent in member.name.parents):
        return False
    if suffix in _TEXT:
        # A readme or a .cpg-like note beside a shapefile is not a second footprint.
        return not has_shapes
    return suffix in (".shp", ".gpkg", ".geojson", ".json", ".dxf", *_KML, *_EXCEL)


def _nothing_inside(members: tuple[Member, ...], shown: Path) -> Exception:
    """Say what is in an archive that has nothing to read."""
    for member in members:
        if member.name.suffix.lower() in REFUSED:
            name, step = REFUSED[member.name.suffix.lower()]
            return refuse(shown / member.name.name, f"不能读取 {name}", step)
    return refuse(shown, "压缩包里没有可读取的图形文件", "请检查压缩包内容")


def _unpack(
    archive: zipfile.ZipFile, members: tuple[Member, ...], main: Member, folder: Path, shown: Path
) -> Path:
    """Unpack a member and, for a shapefile, the parts beside it, under names of our own."""
    suffix = main.name.suffix.lower()
    target = extract(archive, main, folder / f"site{suffix}", shown=shown)
    if suffix == ".shp":
        stem = main.name.with_suffix("").as_posix().lower()
        for member in members:
            part = member.name.suffix.lower()
            if part in PARTS[1:] and member.name.with_suffix("").as_posix().lower() == stem:
                extract(archive, member, folder / f"site{part}", shown=shown)
    return target


def _geodatabase(
    archive: zipfile.ZipFile,
    members: tuple[Member, ...],
    roots: list[str],
    folder: Path,
    shown: Path,
) -> Draft:
    """Unpack the one geodatabase of an archive."""
    root = one_table(roots, None, shown=shown, what="FileGDB")
    target = folder / "site.gdb"
    target.mkdir()
    for member in members:
        if str(member.name.parent) == root and member.name.name.replace(".", "").isascii():
            extract(archive, member, target / member.name.name, shown=shown)
    return read_filegdb(target, shown=shown / Path(root).name)
