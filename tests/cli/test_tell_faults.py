"""What the linter finds on maps: warnings are told, errors end the command with 1."""

from pathlib import Path

import pytest

from geo.cli.build_command import tell_faults
from geo.errors import Problem, WorkspaceError

FAINT = Problem(Path("maps/m.yml"), 7, 5, "文字颜色太浅", "请用更深的颜色", "warning")
BARE = Problem(Path("maps/m.yml"), 1, 1, "图上没有图名", "请填写 title")


def test_warnings_are_told_with_their_line_and_stop_nothing(capsys):
    tell_faults((FAINT,), quiet=False)
    assert capsys.readouterr().err == "警告 maps/m.yml:7:5: 文字颜色太浅 — 请用更深的颜色\n"
    tell_faults((FAINT,), quiet=True)
    assert capsys.readouterr().err == ""


def test_errors_are_raised_together_after_the_warnings(capsys):
    with pytest.raises(WorkspaceError, match=r"maps/m\.yml:1:1: 图上没有图名") as error:
        tell_faults((BARE, FAINT), quiet=False)
    assert error.value.exit_code == 1
    assert error.value.problems == (BARE,)
    assert "太浅" in capsys.readouterr().err
