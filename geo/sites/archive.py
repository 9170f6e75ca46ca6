"""ZIP archives from strangers: nothing is unpacked before names, sizes and ratios are judged."""

from __future__ import annotations

import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from geo.sites.limits import MAX_BYTES, check_size, refuse, refusing

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_MEMBERS: Final = 2_000
MAX_RATIO: Final = 50
FREE_BYTES: Final = 2_000_000
"""A member may be so large and so many times its packed size; drawings and tables pack 3 to 20 times."""
BLANK_BYTES: Final = 50_000_000
"""A DBF may be this large however well it packs: it is mostly blanks."""
_ENCRYPTED: Final = 0x1
_UTF8_NAMES: Final = 0x800
_ARCHIVES: Final = (".zip", ".kmz", ".rar", ".7z", ".gz", ".tar", ".ovkmz")
_BROKEN: Final = "请重新压缩为普通 ZIP（不加密、不分卷）"


@dataclass(frozen=True)
class Member:
    """One file of an archive: its name as its author saw it, and its entry."""

    name: PurePosixPath
    info: zipfile.ZipInfo


@contextmanager
def opened(path: Path, *, shown: Path) -> Iterator[tuple[zipfile.ZipFile, tuple[Member, ...]]]:
    """Open an archive whose listing has been judged.

    Raises:
        InputError: Not a ZIP, encrypted, nested, names that leave the folder, or a bomb.
    """
    check_size(path, shown=shown)
    with refusing(shown, _BROKEN):
        archive = zipfile.ZipFile(path)
    with archive:
        yield archive, _members(archive, shown)


def _members(archive: zipfile.ZipFile, shown: Path) -> tuple[Member, ...]:
    """List the files of an archive, or refuse it."""
    listed = archive.infolist()
    if not all(info.filename for info in listed):  # is_dir() would fall over such an entry
        raise refuse(shown, "压缩包里有文件没有文件名", _BROKEN)
    infos = [info for info in listed if not info.is_dir()]
    total = sum(info.file_size for info in infos)
    if len(infos) > MAX_MEMBERS:
        raise refuse(
            shown,
            f"压缩包里有 {len(infos)} 个文件，上限 {MAX_MEMBERS} 个",
            "请只压缩项目用地的图形",
        )
    if total > MAX_BYTES or any(map(_bloated, infos)):
        found = f"压缩包展开后达 {total / 1e6:.1f} MB，压缩率异常，疑似压缩炸弹"
        raise refuse(shown, found, "请解压后直接提交其中的图形文件")
    members = tuple(Member(_name(info), info) for info in infos)
    for member in members:
        if member.info.flag_bits & _ENCRYPTED:
            raise refuse(shown, "压缩包有密码", _BROKEN)
        if _escapes(member.name):
            raise refuse(
                shown,
                f"压缩包内的路径「{member.name}」指向包外",
                "这样的压缩包不予打开，请重新压缩",
            )
    return tuple(m for m in members if not _is_litter(m.name))


def _bloated(info: zipfile.ZipInfo) -> bool:
    """Tell a member that unpacks to absurdly more than it is packed to."""
    least = BLANK_BYTES if info.filename.lower().endswith(".dbf") else FREE_BYTES
    return info.file_size > least + MAX_RATIO * info.compress_size


def _name(info: zipfile.ZipInfo) -> PurePosixPath:
    """Decode a member's name: Windows archivers write GBK without saying so."""
    name = info.filename
    if not info.flag_bits & _UTF8_NAMES:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
            except UnicodeDecodeError:
                continue
            break
    return PurePosixPath(name.replace("\\", "/"))


def _escapes(name: PurePosixPath) -> bool:
    return name.is_absolute() or ".." in name.parts or ":" in name.parts[0] if name.parts else False


def _is_litter(name: PurePosixPath) -> bool:
    """Tell the files that macOS and Windows add by themselves."""
    return "__MACOSX" in name.parts or name.name.startswith(".") or name.name.lower() == "thumbs.db"


def refuse_nested(members: tuple[Member, ...], *, shown: Path) -> None:
    """Refuse archives within archives.

    Raises:
        InputError: There is one.
    """
    for member in members:
        if member.name.suffix.lower() in _ARCHIVES:
            raise refuse(
                shown, f"压缩包里还有压缩包「{member.name}」", "请先解压，再提交里面的文件"
            )


def read_member(archive: zipfile.ZipFile, member: Member, *, shown: Path) -> bytes:
    """Unpack one member into memory; zipfile stops at the size listed, which has been judged.

    Raises:
        InputError: It is damaged, or another size than listed.
    """
    with refusing(shown, _BROKEN):
        return archive.read(member.info)


def extract(archive: zipfile.ZipFile, member: Member, to: Path, *, shown: Path) -> Path:
    """Unpack one member to a path of our choosing; its own name is never used as a path.

    Raises:
        InputError: As `read_member`.
    """
    to.write_bytes(read_member(archive, member, shown=shown))
    return to
