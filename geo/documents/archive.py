"""Office files are zip archives; ours have the same bytes whenever they say the same."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_STAMPS: Final = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def with_fixed_times(data: bytes, *, as_at: date) -> bytes:
    """Rewrite an archive in name order with fixed member times, dated ``as_at`` inside."""
    stamp = f"{as_at.isoformat()}T00:00:00Z".encode()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for info in sorted(old.infolist(), key=_content_types_first):
            content = old.read(info)
            if info.filename == "docProps/core.xml":
                content = _STAMPS.sub(rb"\g<1>" + stamp, content)
            new.writestr(zipfile.ZipInfo(info.filename, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _content_types_first(info: zipfile.ZipInfo) -> tuple[bool, str]:
    """Order members by name, the table of content types first, as the packaging rules ask."""
    return info.filename != "[Content_Types].xml", info.filename
