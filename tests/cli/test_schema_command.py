from __future__ import annotations

import json

import pytest


@pytest.mark.parametrize(
    ("name", "const"),
    [
        ("check", "hongxian.check/1"),
        ("manifest", "hongxian.manifest/1"),
        ("tasks", "hongxian.tasks/1"),
    ],
)
def test_a_schema_is_printed_as_json(run, name, const):
    said = run("schema", name)
    assert (said.code, said.err) == (0, "")
    assert json.loads(said.out)["properties"]["schema"] == {"const": const}


def test_a_schema_is_written_to_a_file(run, tmp_path):
    path = tmp_path / "任务.json"
    assert run("schema", "tasks", "--out", path).out == ""
    assert json.loads(path.read_text(encoding="utf-8"))["required"] == ["schema", "tasks"]
