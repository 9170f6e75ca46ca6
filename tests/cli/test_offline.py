"""Everything runs in an office without a network, and never tries to reach one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

#: Command line, and the exit codes that mean it did its work.
WORK = (
    (("verify",), {0}),
    (("layers",), {0}),
    (("tasks",), {0}),
    (("build",), {0}),
    (("map", "overview", "--format", "html"), {0}),
    (("check", "--at", "112.9,36.3", "--radius", "50"), {11}),
)


def test_no_command_reaches_for_the_network(run, tiny_workspace, no_network):
    root = tiny_workspace()
    for words, codes in WORK:
        assert run(*words, "--workspace", root).code in codes, words
    assert no_network.attempts == []


def _can_unplug() -> bool:
    if shutil.which("unshare") is None:
        return False
    tried = subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False)
    return tried.returncode == 0


@pytest.mark.skipif(not _can_unplug(), reason="unshare: this system makes no empty network")
def test_every_command_works_where_there_is_no_network_at_all(tiny_workspace):
    root = tiny_workspace()
    for words, codes in WORK:
        done = subprocess.run(
            ["unshare", "-rn", sys.executable, "-m", "geo.cli", *words, "--workspace", root],
            capture_output=True, check=False, encoding="utf-8", env={**os.environ, "TZ": "UTC"},
        )  # fmt: skip
        assert done.returncode in codes, (words, done.stderr)
