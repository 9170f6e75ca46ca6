"""The family of errors: one root, the built-in a Python user expects, an exit code each."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.errors import (
    CrsError,
    GeometryError,
    HongxianError,
    InputError,
    MissingError,
    Problem,
    UsageError,
    WorkspaceError,
)

A3 = Problem(Path("layers/a.yml"), 3, 1, "未知的键 titel", "是否想写 title？")
A12 = Problem(Path("layers/a.yml"), 12, 4, "缺少键 source")
B0 = Problem(Path("layers/b.yml"), 0, 0, "文件不存在", "请检查文件名")


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (A3, "layers/a.yml:3:1: 未知的键 titel — 是否想写 title？"),
        (A12, "layers/a.yml:12:4: 缺少键 source"),
        (B0, "layers/b.yml: 文件不存在 — 请检查文件名"),
        (Problem(Path("t.csv"), 5, 0, "CSV 格式错误"), "t.csv:5: CSV 格式错误"),
    ],
)
def test_a_problem_says_where_what_and_what_to_do(problem, text):
    assert str(problem) == text


def test_a_problem_is_an_error_unless_it_says_otherwise():
    assert A3.severity == "error"


@pytest.mark.parametrize("error", [WorkspaceError, InputError])
def test_problems_are_sorted_by_place_and_told_once(error):
    raised = error([B0, A12, A3, A12])
    assert raised.problems == (A3, A12, B0), "line 3 before line 12, not by text"
    assert str(raised) == f"{A3}\n{A12}\n{B0}"


def test_problems_may_come_from_a_generator():
    assert WorkspaceError(problem for problem in (A3, B0)).problems == (A3, B0)


def test_an_input_error_may_be_one_sentence():
    raised = InputError("site.txt: 坐标系不明")
    assert (raised.problems, str(raised)) == ((), "site.txt: 坐标系不明")


@pytest.mark.parametrize(
    ("error", "built_in", "exit_code"),
    [
        (WorkspaceError, ValueError, 1),
        (UsageError, ValueError, 2),
        (InputError, ValueError, 3),
        (GeometryError, ValueError, 3),
        (CrsError, ValueError, 3),
        (MissingError, LookupError, 4),
        (HongxianError, Exception, 70),
    ],
)
def test_every_error_has_the_root_a_built_in_and_the_contracts_exit_code(
    error, built_in, exit_code
):
    assert issubclass(error, HongxianError)
    assert issubclass(error, built_in)
    assert error.exit_code == exit_code
