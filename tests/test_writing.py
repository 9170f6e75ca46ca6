"""A file is there whole or not at all, and a killed writer's leavings do not stay for ever."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from geo.writing import replacing

_KILLED = (
    "import os, sys, pathlib\n"
    "from geo.writing import replacing\n"
    "with replacing(pathlib.Path(sys.argv[1])) as whole:\n"
    "    whole.write_bytes(b'half')\n"
    "    os.kill(os.getpid(), 9)\n"
)


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_what_a_killed_writer_left_is_swept_by_the_next_after_an_hour(tmp_path: Path) -> None:
    path = tmp_path / "表.csv"
    path.write_bytes(b"old")
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, path], cwd=Path(__file__).parents[1], check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"
    (left,) = (other for other in tmp_path.iterdir() if other != path)
    with replacing(path) as whole:
        whole.write_bytes(b"new")
    assert left.is_file()  # it may be another process at work
    long_ago = time.time() - 2 * 3600
    os.utime(left, (long_ago, long_ago))
    with replacing(path) as whole:
        whole.write_bytes(b"newer")
    assert [other.name for other in tmp_path.iterdir()] == ["表.csv"]
    assert path.read_bytes() == b"newer"
