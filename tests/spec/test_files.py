"""Good and bad files in pairs: each good one is read, each bad one gives exactly its message file.

A bad file's messages stand beside it, one a line, as a planner would see them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.errors import Problem, WorkspaceError
from geo.spec.closed import Spec, load
from geo.spec.layers import Layer
from geo.spec.maps import MapSpec
from geo.spec.marked import read_text, read_yaml
from geo.spec.plans import PlanHead, TaskRow
from geo.spec.rules import Law
from geo.spec.tables import load_rows
from geo.spec.where import parse_where
from geo.spec.workspace import Marker

HERE = Path(__file__).parent


def files(pattern: str, *, folder: str) -> list:
    found = sorted((HERE / folder).glob(pattern))
    assert found, f"no file {folder}/{pattern}"
    return [pytest.param(path, id=path.stem) for path in found]


def complaints_of_yaml(path: Path, model: type[Spec]) -> list[Problem]:
    try:
        value, problems = load(read_yaml(path, shown=Path(path.name)), model)
    except WorkspaceError as error:
        return list(error.problems)
    assert (value is None) == bool(problems), "either a value or complaints, never both"
    return problems


def complaints_of_where(path: Path) -> list[Problem]:
    try:
        parse_where(read_text(path, shown=Path(path.name)), shown=Path(path.name))
    except WorkspaceError as error:
        return list(error.problems)
    return []


def complaints_of_table(path: Path) -> list[Problem]:
    return load_rows(path, TaskRow, shown=Path(path.name))[1]


def expect(problems: list[Problem], path: Path) -> None:
    expected = path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    assert [str(problem) for problem in problems] == expected


@pytest.mark.parametrize("path", files("workspace_*.yml", folder="good"))
def test_a_good_workspace_file_is_read(path):
    assert complaints_of_yaml(path, Marker) == []


@pytest.mark.parametrize("path", files("workspace_*.yml", folder="bad"))
def test_a_bad_workspace_file_gives_its_messages(path):
    expect(complaints_of_yaml(path, Marker), path)


@pytest.mark.parametrize("path", files("layer_*.yml", folder="good"))
def test_a_good_layer_file_is_read(path):
    assert complaints_of_yaml(path, Layer) == []


@pytest.mark.parametrize("path", files("layer_*.yml", folder="bad"))
def test_a_bad_layer_file_gives_its_messages(path):
    expect(complaints_of_yaml(path, Layer), path)


@pytest.mark.parametrize("path", files("rule_*.yml", folder="good"))
def test_a_good_rule_file_is_read(path):
    assert complaints_of_yaml(path, Law) == []


@pytest.mark.parametrize("path", files("rule_*.yml", folder="bad"))
def test_a_bad_rule_file_gives_its_messages(path):
    expect(complaints_of_yaml(path, Law), path)


@pytest.mark.parametrize("path", files("map_*.yml", folder="good"))
def test_a_good_map_file_is_read(path):
    assert complaints_of_yaml(path, MapSpec) == []


@pytest.mark.parametrize("path", files("map_*.yml", folder="bad"))
def test_a_bad_map_file_gives_its_messages(path):
    expect(complaints_of_yaml(path, MapSpec), path)


@pytest.mark.parametrize("path", files("plan_*.yml", folder="good"))
def test_a_good_plan_file_is_read(path):
    assert complaints_of_yaml(path, PlanHead) == []


@pytest.mark.parametrize("path", files("plan_*.yml", folder="bad"))
def test_a_bad_plan_file_gives_its_messages(path):
    expect(complaints_of_yaml(path, PlanHead), path)


@pytest.mark.parametrize("path", files("where_*.yml", folder="good"))
def test_a_good_place_is_read(path):
    assert complaints_of_where(path) == []


@pytest.mark.parametrize("path", files("where_*.yml", folder="bad"))
def test_a_bad_place_gives_its_messages(path):
    expect(complaints_of_where(path), path)


@pytest.mark.parametrize("path", files("table_*.csv", folder="good"))
def test_a_good_table_is_read(path):
    assert complaints_of_table(path) == []


@pytest.mark.parametrize("path", files("table_*.csv", folder="bad"))
def test_a_bad_table_gives_its_messages(path):
    expect(complaints_of_table(path), path)


def test_no_message_file_is_without_its_bad_file():
    bad = HERE / "bad"
    stems = {path.stem for path in bad.iterdir() if path.suffix != ".txt"}
    assert {path.stem for path in bad.glob("*.txt")} == stems
