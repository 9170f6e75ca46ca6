"""Run a command as a planner would, and see its exit code, its data and its words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from geo.cli import main


@dataclass(frozen=True)
class Said:
    """What a command left: exit code, data (stdout), words (stderr)."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run ``hongxian`` in this process: ``run("layers", "--workspace", root)``."""

    def call(*arguments: str | Path) -> Said:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in arguments])
        out, err = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Said(ended.value.code, out, err)

    return call
