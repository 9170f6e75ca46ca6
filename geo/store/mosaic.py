"""VRT files: plain mosaics of TIFFs in their own folder are fine, everything else is refused.

GDAL lets a VRT read any file or address, run code and nest other formats. None of that is needed to
lay the sheets of an elevation model side by side, so only the elements of such a mosaic are known here.
"""

from __future__ import annotations

from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Final

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

_TIFF: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_LARGEST_BYTES: Final = 20_000_000
_KNOWN: Final = frozenset(
    [
        "VRTDataset",
        "SRS",
        "GeoTransform",
        "Metadata",
        "MDI",
        "VRTRasterBand",
        "NoDataValue",
        "ColorInterp",
        "Description",
        "UnitType",
        "Offset",
        "Scale",
        "SimpleSource",
        "ComplexSource",
        "SourceFilename",
        "SourceBand",
        "SourceProperties",
        "SrcRect",
        "DstRect",
        "NODATA",
        "ScaleOffset",
        "ScaleRatio",
        "HideNoDataValue",
        "UseMaskBand",
        "MaskBand",
        "OverviewList",
    ]
)
_HINT: Final = "请用 gdal_translate 另存为 GeoTIFF"


def is_tiff(path: Path) -> bool:
    """Tell by its first bytes whether a file is a TIFF (a COG is one)."""
    return _head(path, 4) in _TIFF


def is_mosaic(path: Path) -> bool:
    """Tell by its first bytes whether a file is a VRT."""
    text = _head(path, 256).removeprefix(b"\xef\xbb\xbf").lstrip()
    return text.startswith((b"<VRTDataset", b"<?xml")) and b"<VRTDataset" in text


def _head(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        return file.read(size)


def check_mosaic(path: Path, *, name: str) -> None:
    """Make sure that a VRT is a plain mosaic of TIFFs beside or below it.

    Args:
        path: The VRT.
        name: The VRT as the planner knows it, for messages.

    Raises:
        InputError: It is too large or broken, holds an element that is not of a plain mosaic, has no
            source, or sources lie elsewhere, are missing or are no TIFFs. All problems are listed.
    """
    root = _parsed(path, name)
    found = [*_strange(root), *_misplaced(root, path)]
    if root.find(".//SourceFilename") is None:
        found.append(f"VRT 中没有任何源文件 — {_HINT}")
    if found:
        raise InputError("\n".join(f"{name}: {problem}" for problem in dict.fromkeys(found)))
    for sheet in mosaic_sources(path):
        check_companions(sheet, name=name)


def check_companions(path: Path, *, name: str) -> None:
    """Make sure that the files GDAL opens of its own accord beside a TIFF are TIFFs as well.

    A mask (``.msk``) or overviews (``.ovr``) may be any format by content, and ``.aux.xml`` may name overviews
    anywhere: a VRT in disguise would read what a VRT by name is refused for.

    Args:
        path: The TIFF.
        name: The file as the planner knows it, for messages.

    Raises:
        InputError: One of them is something else.
    """
    for suffix in (".msk", ".ovr"):
        beside = path.with_name(path.name + suffix)
        if beside.is_file() and not is_tiff(beside):
            raise InputError(f"{name}: 旁边的 {beside.name} 不是 TIFF — 请移走该文件或重新导出")
    note = path.with_name(f"{path.name}.aux.xml")
    if note.is_file() and (
        note.stat().st_size > _LARGEST_BYTES or b"OVERVIEW_FILE" in note.read_bytes()
    ):
        raise InputError(f"{name}: 旁边的 {note.name} 指向别的文件 — 请移走该文件")


def mosaic_sources(path: Path) -> tuple[Path, ...]:
    """List the sheets of a VRT that :func:`check_mosaic` has passed, each once, in a fixed order."""
    root = _parsed(path, path.name)
    home = path.resolve().parent
    found = {(home / (e.text or "").strip()).resolve() for e in root.iter("SourceFilename")}
    return tuple(sorted(found))


def _parsed(path: Path, name: str) -> Element:
    if path.stat().st_size > _LARGEST_BYTES:
        raise InputError(f"{name}: VRT 超过 {_LARGEST_BYTES // 1_000_000} MB — {_HINT}")
    try:
        root: Element = ElementTree.fromstring(path.read_bytes(), forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise InputError(f"{name}: VRT 无法解析 — 文件可能损坏，请重新生成") from error
    return root


def _strange(root: Element) -> Iterator[str]:
    """Complain about what a plain mosaic does not have: warping, pixel functions, raw files."""
    for element in root.iter():
        if element.tag not in _KNOWN or "subClass" in element.attrib:
            kind = element.attrib.get("subClass", element.tag)
            yield f"VRT 含有 {kind[:60]}，只接受普通拼接的 VRT — {_HINT}"


def _misplaced(root: Element, path: Path) -> Iterator[str]:
    """Complain about sources that are not TIFFs in the folder of the VRT."""
    home = path.resolve().parent
    for element in root.iter("SourceFilename"):
        text = (element.text or "").strip()
        relative = element.attrib.get("relativeToVRT", "0") == "1"
        if "://" in text or text.startswith(("/vsi", "\\\\")) or not text:
            yield f"VRT 的源「{text[:80]}」不是普通文件 — {_HINT}"
            continue
        if not relative and not (Path(text).is_absolute() or PureWindowsPath(text).is_absolute()):
            yield f"VRT 的源「{text[:80]}」没有写明相对 VRT 的位置 — 请在 VRT 所在文件夹重新生成"
            continue
        source = (home / text).resolve()
        if not source.is_relative_to(home):
            yield f"VRT 的源「{text[:80]}」不在 VRT 所在文件夹内 — 请把分幅文件移到 VRT 旁边再重新生成"
        elif not source.is_file():
            yield f"VRT 的源「{text[:80]}」不存在 — 请补齐分幅文件"
        elif not is_tiff(source):
            yield f"VRT 的源「{text[:80]}」不是 TIFF — {_HINT}"
