"""Office files are zip archives; ours have the same bytes whenever they say the same."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_BLOCK: Final = 1 << 20
_ZIP64: Final = 1 << 31
_STAMPS: Final = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def with_fixed_times(data: bytes, *, as_at: date) -> bytes:
    """Rewrite an archive in name order with fixed member times, dated ``as_at`` inside."""
    out = io.BytesIO()
    fix_times(io.BytesIO(data), out, as_at=as_at)
    return out.getvalue()


def fix_times(source: IO[bytes], target: IO[bytes], *, as_at: date) -> None:
    """Do as `with_fixed_times` from file to file; members may be larger than memory."""
    stamp = f"{as_at.isoformat()}T00:00:00Z".encode()
    with (
        zipfile.ZipFile(source) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for info in sorted(old.infolist(), key=_content_types_first):
            member = zipfile.ZipInfo(info.filename, _EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            if info.filename == "docProps/core.xml":
                new.writestr(member, _STAMPS.sub(rb"\g<1>" + stamp, old.read(info)))
                continue
            with (
                old.open(info) as content,
                new.open(member, "w", force_zip64=info.file_size >= _ZIP64) as copy,
            ):
                shutil.copyfileobj(content, copy, _BLOCK)


def _content_types_first(info: zipfile.ZipInfo) -> tuple[bool, str]:
    """Order members by name, the table of content types first, as the packaging rules ask."""
    return info.filename != "[Content_Types].xml", info.filename
