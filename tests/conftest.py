"""What all tests share: no network, named skips for optional programs, a three-file workspace."""

from __future__ import annotations

import importlib.util
import ipaddress
import multiprocessing
import os
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

#: Marked tests that run only when ``-m`` names them.
ON_REQUEST = ("fuzz", "network")
#: Marked tests that need a program or server: how to find it, and what to say without it.
NEEDS: dict[str, tuple[Callable[[], object], str]] = {
    "browser": (
        lambda: shutil.which("chromium") and importlib.util.find_spec("playwright"),
        "no chromium (Debian: apt-get install chromium)",
    ),
    "office": (
        lambda: shutil.which("soffice") or shutil.which("libreoffice"),
        "no LibreOffice (Debian: apt-get install libreoffice-writer)",
    ),
    "dask": (lambda: importlib.util.find_spec("distributed"), "no distributed (extra dask)"),
    "postgis": (
        lambda: os.environ.get("HONGXIAN_TEST_POSTGIS"),
        "no PostGIS server named in HONGXIAN_TEST_POSTGIS",
    ),
}
#: Markers of tests that may speak to this machine, and only to it.
LOCAL = ("browser", "dask", "postgis")

TINY_WORKSPACE = {
    "workspace.yml": 'title: 小工作区\njurisdictions: ["140405"]\nas_at: 2026-11-22\n',
    "layers/districts.yml": (
        "title: 县界\nsource: {boundaries: county}\nauthority: open\nprovider: 天地图\n"
        'licence: MIT\nas_of: "2023"\ncoverage: ["140405"]\naccuracy_m: 500\n'
    ),
    "maps/overview.yml": "title: 小地图\nlayers:\n  - layer: districts\n",
}


class _Guard:
    """Refuses every connection, by Python's own audit events, and remembers who tried."""

    def __init__(self) -> None:
        self.scope = "none"
        self.attempts: list[str] = []

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _EVENTS or self.scope == "any":
            return
        address = arguments[_EVENTS[event]]
        if self.scope == "local" and _is_local(address):
            return
        if isinstance(arguments[0], socket.socket) and _is_our_own(arguments[0], address):
            return
        self.attempts.append(f"{event} {address!r}")
        raise ConnectionRefusedInTestError(self.attempts[-1])


#: Audit event → which of its arguments is the address.
_EVENTS = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
}


class ConnectionRefusedInTestError(BaseException):
    """A test reached for the network; no ``except Exception`` may turn that into silence."""


def _is_our_own(way: socket.socket, address: object) -> bool:
    """Tell whether a socket is the file through which this process speaks to workers it started."""
    folder: object = multiprocessing.current_process()._config.get("tempdir")  # type: ignore[attr-defined]
    if sys.platform == "win32" or way.family != socket.AF_UNIX or not isinstance(folder, str):
        return False
    return Path(str(address or way.getpeername())).is_relative_to(folder)


def _is_local(address: object) -> bool:
    host = address[0] if isinstance(address, tuple) else address
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    if not isinstance(host, str) or host in {"", "localhost"} or host.startswith(("/", "\0")):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


GUARD = _Guard()
sys.addaudithook(GUARD)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what must be asked for, and skip by name what this machine cannot run."""
    asked = config.getoption("markexpr") or ""
    kept = [i for i in items if not _on_request(i, asked)]
    if left := [i for i in items if _on_request(i, asked)]:
        config.hook.pytest_deselected(items=left)
        items[:] = kept
    for marker, (found, reason) in NEEDS.items():
        marked = [item for item in items if item.get_closest_marker(marker)]
        if marked and not found():
            for item in marked:
                item.add_marker(pytest.mark.skip(reason=f"{marker}: {reason}"))


def _on_request(item: pytest.Item, asked: str) -> bool:
    return any(item.get_closest_marker(name) and name not in asked for name in ON_REQUEST)


@pytest.fixture(autouse=True)
def no_network(request: pytest.FixtureRequest) -> Iterator[_Guard]:
    """Refuse connections; ``browser``, ``dask`` and ``postgis`` may reach this machine, ``network`` all."""
    marks = {mark.name for mark in request.node.iter_markers()}
    GUARD.scope = "any" if "network" in marks else "local" if marks & set(LOCAL) else "none"
    GUARD.attempts.clear()
    yield GUARD
    GUARD.scope = "none"
    attempts, GUARD.attempts = list(GUARD.attempts), []
    assert not attempts, f"reached for the network: {attempts}"


@pytest.fixture
def soon() -> Callable[[float], AbstractContextManager[None]]:
    """Hold what hostile input may cost, in seconds of this process: ``with soon(2.0): ...``.

    Under a tracer (``--cov``) every line of Python costs many times over, which says nothing of the program.
    """

    @contextmanager
    def within(seconds: float) -> Iterator[None]:
        start = time.process_time()
        yield
        took = time.process_time() - start
        assert took < seconds * (10 if sys.gettrace() else 1), f"{took:.1f} s"

    return within


@pytest.fixture
def tiny_workspace(tmp_path: Path) -> Callable[..., Path]:
    """Make a workspace of three files (marker, one layer, one map), changed where files are given.

    ``tiny_workspace({"plans/a/plan.yml": "…"})`` adds files; ``None`` leaves one out.
    """

    def make(files: Mapping[str, str | None] | None = None, *, name: str = "小工作区") -> Path:
        root = tmp_path / name
        for path, text in {**TINY_WORKSPACE, **(files or {})}.items():
            if text is not None:
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
        return root

    return make
