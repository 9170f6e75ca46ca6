"""How the compiled kernel is made: once, kept in a cache folder of the user, announced the first time.

The folder's name carries a hash of all kernel sources: numba itself looks only at the file of the
function it loads, and would not notice that a function called from it has changed.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import importlib.util
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import numba

from geo import userdirs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

F = TypeVar("F", bound="Callable[..., Any]")

FIRST_TIME: Final = "首次使用快速叠加引擎，正在编译，约需十余秒，只此一次…"

# Divisions that raise nothing, and no way in from C: both are less to compile.
_OPTIONS: Final[dict[str, Any]] = {"error_model": "numpy", "no_cfunc_wrapper": True}
_INNER: Final[dict[str, Any]] = {"no_cpython_wrapper": True}

_functions: list[Any] = []
_kept: list[Path] = []  # the cache folder, if it can be written
_helpers: list[subprocess.Popen[bytes]] = []
_made_ready: list[bool] = []  # its one entry: whether compiled code was found in the cache
_resting: list[bool] = []  # one entry for each that wants no collector: whether it was on before
_resting_lock = threading.Lock()


def compiled(function: F) -> F:
    """Mark a function of the kernel that Python calls: compiled at first, without Python's lock, and kept."""
    dispatcher = numba.njit(nogil=True, **_OPTIONS)(function)
    _functions.append(dispatcher)
    for folder in _kept:  # a module that is imported once the others are in use, as that of lines
        _keep(dispatcher, folder)
    return cast("F", dispatcher)


def inner(function: F) -> F:
    """Mark a function that only compiled ones call: it becomes part of them, with no way in from Python."""
    return cast("F", numba.njit(**_OPTIONS, **_INNER)(function))


@contextlib.contextmanager
def collector_resting() -> Iterator[None]:
    """Keep Python from looking for garbage in cycles, in all threads, until the last one is through.

    numba builds hundreds of thousands of small objects that stay, and Python would walk them over and over,
    half a second of a compile. The kernel itself makes no cycles.
    """
    with _resting_lock:
        _resting.append(gc.isenabled() if not _resting else _resting[0])
        gc.disable()
    try:
        yield
    finally:
        with _resting_lock:
            if _resting.pop() and not _resting:
                gc.enable()


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
    _load_without_blas()
    folder = cache_folder()
    found = any(folder.rglob("*.nbc"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for function in _functions:
            _keep(function, folder)
        _kept.append(folder)
    except (OSError, RuntimeError):
        found = False
    _made_ready.append(found)
    if not found and announce is not None:
        announce(FIRST_TIME)
    return found


def _load_without_blas() -> None:
    """Load what numba loads before its first function, but not scipy's linear algebra, half of the time.

    numba imports it only to see that it is there; whoever has numba compile linear algebra gets it then.
    """
    probe, asks = "scipy.linalg.cython_blas", "numba.np.arraymath"
    if probe in sys.modules or asks in sys.modules or importlib.util.find_spec("scipy") is None:
        return
    sys.modules[probe] = ModuleType(probe)
    try:
        importlib.import_module(asks)
    finally:
        del sys.modules[probe]


def is_ready() -> bool:
    """Tell whether `make_ready` was called."""
    return bool(_made_ready)


def _keep(function: Any, folder: Path) -> None:
    """Let a function's compiled code be kept in a folder.

    Raises:
        OSError: It cannot be written; numba also says so by a RuntimeError.
    """
    settings: Any = numba.config
    before = settings.CACHE_DIR
    settings.CACHE_DIR = str(folder)
    try:
        function.enable_caching()
    finally:
        settings.CACHE_DIR = before


def start_helper() -> None:
    """Let a second process compile the judging, where nothing is compiled yet.

    numba compiles one function at a time in a process. Where Python is part of another program, has one
    processor, or cannot keep what is compiled, all is compiled here.
    """
    if _helpers or _made_ready != [False] or not _kept:
        return
    if (os.cpu_count() or 1) < 2 or not Path(sys.executable).stem.lower().startswith("python"):  # noqa: PLR2004
        return
    task = f"import sys; sys.path = {sys.path!r}; from geo.space.kernel.judge import warm; warm()"
    quiet = subprocess.DEVNULL
    with contextlib.suppress(OSError):  # nothing is lost but time
        _helpers.append(
            subprocess.Popen(  # noqa: S603 - this very Python, with our own line
                [sys.executable, "-c", task], stdin=quiet, stdout=quiet, stderr=quiet
            )
        )


def wait_for_helper() -> None:
    """Wait until the second process has left its part in the cache, or has failed."""
    for helper in _helpers:
        helper.wait()


def _fingerprint() -> str:
    """Hash the kernel's sources."""
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
