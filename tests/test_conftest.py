"""The guard around all tests: it is part of what they prove, so it is tested too."""

from __future__ import annotations

import socket
import urllib.request

import pytest

from geo.spec.workspace import read_workspace

REFUSED = "ConnectionRefusedInTestError"


def _refused(action, guard):
    with pytest.raises(BaseException) as told:
        action()
    assert type(told.value).__name__ == REFUSED
    assert guard.attempts
    guard.attempts.clear()


def test_a_test_cannot_connect_to_a_host_or_to_this_machine(no_network):
    for address in (("192.0.2.1", 80), ("127.0.0.1", 80)):
        with socket.socket() as sock:
            _refused(lambda a=address, s=sock: s.connect(a), no_network)


def test_a_test_cannot_look_up_a_name_or_fetch_a_page(no_network):
    _refused(lambda: socket.getaddrinfo("example.invalid", 443), no_network)
    _refused(lambda: urllib.request.urlopen("http://example.invalid/"), no_network)


@pytest.mark.parametrize(
    ("address", "allowed"),
    [(("127.0.0.1", 80), True), (("::1", 80), True), ("/tmp/socket", True), ("localhost", True),  # noqa: S108
     (("192.0.2.1", 80), False), ("example.invalid", False), (("10.0.0.1", 5432), False)],
)  # fmt: skip
def test_marked_tests_may_speak_to_this_machine_only(no_network, address, allowed):
    no_network.scope = "local"
    if allowed:
        no_network("socket.connect", (None, address))
    else:
        _refused(lambda: no_network("socket.connect", (None, address)), no_network)


def test_the_tiny_workspace_has_three_files_and_is_sound(tiny_workspace):
    root = tiny_workspace()
    assert sum(path.is_file() for path in root.rglob("*")) == 3
    spec, problems = read_workspace(root)
    assert problems == []
    assert list(spec.maps) == ["overview"]
