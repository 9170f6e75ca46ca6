"""Where public data that is slow to parse is kept parsed, per user and outside every workspace."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """Name the folder: ``HONGXIAN_CACHE``, else the place the system keeps caches in.

    Nothing of an office's own data is ever kept here; that stays in its workspace's ``local/``.
    """
    if stated := os.environ.get("HONGXIAN_CACHE"):
        return Path(stated)
    if sys.platform == "win32":
        home = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        home = Path.home() / "Library" / "Caches"
    else:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "hongxian"
