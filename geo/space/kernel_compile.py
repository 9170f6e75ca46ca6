"""How the compiled kernel is made: once, kept in a cache folder of the user, announced the first time.

The folder's name carries a hash of all kernel sources: numba itself looks only at the file of the
function it loads, and would not notice that a function called from it has changed.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import numba

from geo import userdirs

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")

FIRST_TIME: Final = "首次使用快速叠加引擎，正在编译，约需十余秒，只此一次…"

_functions: list[Any] = []
_made_ready: list[bool] = []  # its one entry: whether compiled code was found in the cache


def compiled(function: F) -> F:
    """Mark a function of the kernel: compiled when first called, without Python's lock."""
    dispatcher = numba.njit(nogil=True)(function)
    _functions.append(dispatcher)
    return cast("F", dispatcher)


def cache_folder() -> Path:
    """Name the folder of compiled code; ``NUMBA_CACHE_DIR`` takes precedence over the user's cache."""
    given = os.environ.get("NUMBA_CACHE_DIR")
    return (Path(given) if given else userdirs.cache_folder()) / f"kernel-{_fingerprint()}"


def make_ready(announce: Callable[[str], None] | None = None) -> bool:
    """Turn the disk cache on before the first call; tell whether compiled code was there already.

    A folder that cannot be written costs a compile per process, nothing else.

    Args:
        announce: Told, in Chinese, that a compile is coming.
    """
    if _made_ready:
        return _made_ready[0]
    folder = cache_folder()
    found = any(folder.rglob("*.nbc"))
    settings: Any = numba.config
    before = settings.CACHE_DIR
    try:
        folder.mkdir(parents=True, exist_ok=True)
        settings.CACHE_DIR = str(folder)
        for function in _functions:
            function.enable_caching()
    except (OSError, RuntimeError):
        found = False
    finally:
        settings.CACHE_DIR = before
    _made_ready.append(found)
    if not found and announce is not None:
        announce(FIRST_TIME)
    return found


def _fingerprint() -> str:
    """Hash the kernel's sources."""
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(Path(__file__).parent.glob("kernel*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
