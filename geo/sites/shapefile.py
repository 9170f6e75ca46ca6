"""Shapefiles: bare or from an archive, GBK or UTF-8 whatever the .cpg says, with or without a .prj.

The parts are copied to a folder of our own first: GDAL then meets no side file it could trust, writes no index next
to a planner's data, and gets a path without Chinese characters.
"""

from __future__ import annotations

import hashlib
import shutil
import struct
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import fiona

from geo.sites.claims import Claims
from geo.sites.drawing import Draft
from geo.sites.features import crs_claims, read_records
from geo.sites.limits import MAX_BYTES, Budget, check_size, refuse, refusing
from geo.sites.site import SiteSource
from geo.sites.text import decode
from geo.store.encoding import dbf_encoding

if TYPE_CHECKING:
    from geo.sites.drawing import Drawing

MAX_SHP_BYTES: Final = 10_000_000
"""The vertices allowed take 6.4 MB with heights and measures; one record is held in memory at once."""
PARTS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_MAGIC: Final = b"\x00\x00\x27\x0a"
_HEAD: Final = 100
_MAX_PRJ_BYTES: Final = 20_000
_DBF_HEAD: Final = 32
_CPG_BYTES: Final = 100
_DBF_END: Final = 0x0D
_REEXPORT: Final = "请重新导出，并把 .shp .shx .dbf .prj 一起提交"


def siblings(path: Path) -> dict[str, Path]:
    """Find the parts of a shapefile beside its .shp, whatever the case of their suffixes."""
    found: dict[str, Path] = {}
    for suffix in PARTS:
        for spelled in (suffix, suffix.upper()):
            part = path.with_suffix(spelled)
            if part.is_file():
                found.setdefault(suffix, part)
    return found


def read_shapefile(path: Path, *, shown: Path) -> Draft:
    """Read a shapefile.

    Raises:
        InputError: It is no shapefile, damaged, too large, or has records without geometry.
    """
    parts = {".shp": path, **siblings(path)}
    for suffix in (".shp", ".shx", ".dbf"):
        if suffix in parts:
            most = MAX_BYTES if suffix == ".dbf" else MAX_SHP_BYTES
            check_size(parts[suffix], shown=shown.with_suffix(suffix), most=most)
    for suffix in (".shp", ".shx"):
        if suffix in parts:
            _whole(parts[suffix], shown.with_suffix(suffix))
    with tempfile.TemporaryDirectory() as folder:
        for suffix in (".shp", ".shx"):
            if suffix in parts:
                shutil.copyfile(parts[suffix], Path(folder, f"site{suffix}"))
        encoding = _table(parts, Path(folder), shown)
        drawings = _records(Path(folder, "site.shp"), encoding or "utf-8", shown)
    source = SiteSource(shown.as_posix(), "shapefile", _digest(parts), encoding)
    return Draft(drawings, _claims(parts, shown), source)


def _whole(part: Path, shown: Path) -> None:
    """Refuse a file cut short: GDAL would read the parcels that are left and say nothing."""
    with part.open("rb") as file:
        head = file.read(_HEAD)
    if not head.startswith(_MAGIC) or len(head) < _HEAD:
        raise refuse(shown, "不是 Shapefile（文件头不符）", _REEXPORT)
    stated = 2 * int.from_bytes(head[24:28], "big")
    if stated > part.stat().st_size:
        found = f"文件不完整：应有 {stated} 字节，实有 {part.stat().st_size} 字节"
        raise refuse(shown, found, "请重新复制或重新导出")


def _records(path: Path, encoding: str, shown: Path) -> tuple[Drawing, ...]:
    """Read our copy; a missing .shx is rebuilt beside it."""
    with refusing(shown, _REEXPORT), fiona.Env(SHAPE_RESTORE_SHX="YES"):
        collection = fiona.open(path, enabled_drivers=["ESRI Shapefile"], encoding=encoding)
    with collection:
        return read_records(collection, shown=shown, budget=Budget(shown))


def _table(parts: dict[str, Path], folder: Path, shown: Path) -> str | None:
    """Copy the DBF, no more records than are allowed, and judge its encoding.

    Its header must be sane enough to be walked.
    """
    dbf = parts.get(".dbf")
    if dbf is None:
        return None
    name = shown.with_suffix(".dbf")
    with dbf.open("rb") as file:
        head = file.read(_DBF_HEAD)
        if len(head) < _DBF_HEAD:
            raise refuse(name, "属性表文件头不完整", _REEXPORT)
        records, header, record = struct.unpack("<IHH", head[4:12])
        fields = file.read(max(header - _DBF_HEAD, 0))
        widths = [fields[i + 16] for i in range(0, len(fields) - 31, 32) if fields[i] != _DBF_END]
        if header <= _DBF_HEAD or record < 1 + sum(widths):
            raise refuse(name, "属性表文件头自相矛盾", _REEXPORT)
        Budget(shown).spend(features=records)
        body = file.read(records * record + 1)
    Path(folder, "site.dbf").write_bytes(head + fields + body)
    judged = Path(folder, "judged")
    judged.mkdir()
    shutil.copyfile(folder / "site.dbf", judged / "site.dbf")
    if ".cpg" in parts:
        (judged / "site.cpg").write_bytes(parts[".cpg"].read_bytes()[:_CPG_BYTES])
    return dbf_encoding(judged / "site.dbf").name


def _claims(parts: dict[str, Path], shown: Path) -> Claims:
    """Read the .prj; most of the missing ones were lost on the way, so that is no fault."""
    prj = parts.get(".prj")
    if prj is None or prj.stat().st_size == 0:
        return Claims(north_first=False)
    if prj.stat().st_size > _MAX_PRJ_BYTES:
        raise refuse(shown.with_suffix(".prj"), "投影文件过大", "请重新导出 .prj")
    text = decode(prj.read_bytes(), shown=shown.with_suffix(".prj")).text
    return crs_claims(text, by=".prj 文件")


def _digest(parts: dict[str, Path]) -> str:
    """Fingerprint all parts that were read, in a fixed order."""
    digest = hashlib.sha256()
    for suffix in PARTS:
        if suffix in parts:
            digest.update(parts[suffix].read_bytes())
    return digest.hexdigest()
