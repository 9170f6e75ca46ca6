"""Files appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What a killed process left is swept after this long; a younger one may be another process at work.
_ABANDONED_S: Final = 3600.0
_MARK: Final = ".hongxian-"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Offer a temporary path beside ``path``, and rename it when all went well.

    The temporary file has the suffix of ``path``, since libraries choose formats by it. A process
    that is killed cannot take its temporary file away: the next one that writes here does, an hour later.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent, _MARK)
    handle, name = tempfile.mkstemp(suffix=path.suffix, prefix=_MARK, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def sweep(folder: Path, prefix: str) -> None:
    """Delete files in a folder whose names start so and that nobody has touched for an hour."""
    for left in folder.glob(f"{prefix}*"):
        # Another process may sweep at the same time, or hold the file open (Windows).
        with suppress(OSError):
            if left.is_file() and time.time() - left.stat().st_mtime > _ABANDONED_S:
                left.unlink()
