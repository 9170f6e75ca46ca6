"""A template comes from outside: what it may be, before anything in it is read."""

from __future__ import annotations

import io
import warnings
import zipfile
from typing import TYPE_CHECKING, Any, Final

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from PIL import Image

from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Limits of a template, bytes: the file, all of it unpacked, one XML part, one picture.
MOST_FILE: Final = 60 * 2**20
MOST_UNPACKED: Final = 200 * 2**20
MOST_XML: Final = 8 * 2**20
#: libxml2 gives up at 256; tables of tables of tables in a text box reach some 60.
_MOST_DEPTH: Final = 200
MOST_PICTURE: Final = 20 * 2**20
_MOST_MEMBERS: Final = 2000
_MAIN: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TEMPLATE: Final = (
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"
)
_ACTIVE: Final = ("vbaproject", "vbadata", "activex", "embeddings/", ".bin", ".exe", ".dll", ".js")
#: Instructions of fields that fetch or run something when Word updates them.
_FIELDS: Final = (
    "INCLUDETEXT",
    "INCLUDEPICTURE",
    "DDE",
    "DDEAUTO",
    "LINK",
    "IMPORT",
    "RD",
    "DATABASE",
)
#: Parts that Word would take in or run: whole foreign texts, objects, controls, key bindings to macros.
_PARTS: Final = (
    "/aFChunk", "/subDocument", "/oleObject", "/package", "/control", "/vbaProject",
    "/keyMapCustomizations", "/attachedToolbars", "/frame",
)  # fmt: skip
_LINKS: Final = ("http://", "https://", "mailto:", "#")
_MOST_PIXELS: Final = 120_000_000
_RASTER: Final = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")
_WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_VML: Final = "{urn:schemas-microsoft-com:vml}"


def refuse_hostile(data: bytes, *, shown: str) -> None:
    """Refuse what is not a plain Word file, or would run, fetch or swell.

    Raises:
        InputError: All that was found, one line each.
    """
    if len(data) > MOST_FILE:
        raise InputError(
            f"{shown}: 模板有 {len(data) / 2**20:.0f} MB，超过 {MOST_FILE >> 20} MB — 请压缩其中的图片"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = list(_faults(archive))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise InputError(
            f"{shown}: 不是 Word 文档（.docx）— 请用 Word 或 WPS 另存为 .docx 后再试（加密的文档请先取消密码）"
        ) from error
    if found:
        raise InputError("\n".join(f"{shown}: {text}" for text in dict.fromkeys(found)))


def _faults(archive: zipfile.ZipFile) -> Iterator[str]:
    members = archive.infolist()
    names = [member.filename for member in members]
    if "[Content_Types].xml" not in names or "word/document.xml" not in names:
        yield "不是 Word 文档（缺少 word/document.xml）— 请用 Word 或 WPS 另存为 .docx"
        return
    too_much = list(_too_much(members))
    if too_much:
        # Nothing is unpacked from an archive that would swell.
        yield from too_much
        return
    if len(set(names)) != len(names) or any(".." in n or n.startswith("/") for n in names):
        yield "压缩包内有重复或越界的文件名 — 请用 Word 另存一份"
    yield from _active(names)
    for name in names:
        if name.endswith((".xml", ".rels")):
            yield from _part_faults(name, archive.read(name))
        elif name.lower().endswith(_RASTER):
            yield from _picture_faults(name, archive.read(name))


def _too_much(members: list[zipfile.ZipInfo]) -> Iterator[str]:
    if len(members) > _MOST_MEMBERS or sum(m.file_size for m in members) > MOST_UNPACKED:
        yield f"展开后超过 {MOST_UNPACKED >> 20} MB 或 {_MOST_MEMBERS} 个文件 — 请删去不用的图片和附件"
    for member in members:
        size, name = member.file_size, member.filename
        if name.endswith((".xml", ".rels")) and size > MOST_XML:
            yield f"{name} 展开后有 {size / 2**20:.0f} MB，超过 {MOST_XML >> 20} MB — 请删减模板内容"
        elif not name.endswith((".xml", ".rels")) and size > MOST_PICTURE:
            yield f"{name} 有 {size / 2**20:.0f} MB，超过 {MOST_PICTURE >> 20} MB — 请在 Word 中压缩图片"


def _active(names: list[str]) -> Iterator[str]:
    for name in names:
        low = name.lower()
        if any(mark in low for mark in _ACTIVE) and "printersettings" not in low:
            what = "宏" if "vba" in low else "嵌入的程序或对象"
            yield f"含有{what}（{name}）— 请另存为不含宏、不含嵌入对象的 .docx"


def _picture_faults(name: str, data: bytes) -> Iterator[str]:
    """A small file may unfold to a picture larger than the machine; its head tells."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            width, height = Image.open(io.BytesIO(data)).size
    except Image.DecompressionBombError:
        yield f"{name} 的像素过多 — 请在 Word 中压缩图片"
        return
    except (OSError, ValueError, SyntaxError):
        return  # Word shows a cross in its place; nothing here reads it.
    if width * height > _MOST_PIXELS:
        yield f"{name} 的像素过多（{width}×{height}）— 请在 Word 中压缩图片"


def _part_faults(name: str, data: bytes) -> Iterator[str]:
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        yield f"{name} 不是正常的 XML — 请用 Word 打开并另存一份"
        return
    if _is_deeper(root, _MOST_DEPTH):
        yield f"{name} 的元素嵌套超过 {_MOST_DEPTH} 层 — 请用 Word 打开并另存一份"
        return
    if name == "[Content_Types].xml":
        kinds = [node.get("ContentType", "") for node in root]
        if any("macroEnabled" in kind for kind in kinds):
            yield "是启用宏的文档（.docm）— 请另存为 .docx"
        elif not any(kind in (_MAIN, _TEMPLATE) for kind in kinds):
            yield "内容类型不是 Word 文档 — 请用 Word 另存为 .docx"
    elif name.endswith(".rels"):
        for node in root:
            yield from _relation_faults(node.get("Type", ""), node.get("Target", ""),
                                        outside=node.get("TargetMode") == "External")  # fmt: skip
    elif name.startswith("word/"):
        yield from _fetching(name, root)


def _is_deeper(root: Any, depth: int) -> bool:
    """Tell whether elements stand in each other deeper than that, level by level."""
    level = [root]
    for _ in range(depth):
        level = [child for node in level for child in node]
        if not level:
            return False
    return True


def _relation_faults(kind: str, target: str, *, outside: bool) -> Iterator[str]:
    if outside and not kind.endswith("/hyperlink"):
        yield f"引用外部文件 {target[:80]} — 请改为嵌入，模板不得向外取数"
    elif outside and not target.lower().startswith(_LINKS):
        yield f"超链接指向本机或网络上的文件 {target[:80]} — 请删去，或改为网页地址"
    elif any(kind.endswith(part) for part in _PARTS):
        yield f"嵌入了别的文件或程序（{target[:80]}）— 请删去该对象，或把内容复制为普通文字"


def _fetching(name: str, root: Any) -> Iterator[str]:
    instructions = [n.get(f"{_WORD}instr", "") for n in root.iter(f"{_WORD}fldSimple")]
    for text in (*instructions, *_instructions(root)):
        words = text.split()
        if words and words[0].upper() in _FIELDS:
            yield f"{name} 含有会取外部内容的域 {words[0].upper()} — 请删去该域"
    for node in root.iter():
        if isinstance(node.tag, str) and node.tag.startswith(_VML):
            links = [v for k, v in node.attrib.items() if k.rpartition("}")[2] in ("src", "href")]
            if any("://" in link or link.startswith("\\\\") for link in links):
                yield f"{name} 的图形引用外部文件 {links[0][:80]} — 请改为嵌入的图片"


def _instructions(root: Any) -> Iterator[str]:
    """Put each field's instruction together: Word reads it over any number of runs."""
    fields: list[list[str]] = []
    loose: list[str] = []
    for node in root.iter():
        if node.tag not in (f"{_WORD}fldChar", f"{_WORD}instrText"):
            continue
        if node.tag == f"{_WORD}instrText":
            (fields[-1] if fields else loose).append(node.text or "")
        elif node.get(f"{_WORD}fldCharType") == "begin":
            fields.append([])
        elif fields:
            # What stands between separate and end is the result; a nested field there has its own begin.
            yield "".join(fields[-1])
            if node.get(f"{_WORD}fldCharType") == "end":
                fields.pop()
    yield from ("".join(held) for held in fields)
    yield from loose
