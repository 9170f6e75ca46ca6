from __future__ import annotations

import json
from datetime import date

import pytest
from jsonschema import Draft202012Validator, ValidationError

from geo.store.store import open_store
from geo.workflow import export
from geo.workflow.manifest import Manifest
from geo.workflow.schemas import NAMES, schema
from geo.workflow.tasks import find_tasks

PLAN = {
    "plans/p/plan.yml": 'title: 规划\nadcode: "140405"\nperiod: [2021, 2025]\nsource: a.pdf\n',
    "plans/p/tasks.csv": (
        "id,parent,kind,heading,title,summary,where,quantity,unit,investment_wan,start,end,lead,note\n"
        "P01,,project,一,甲工程,,everywhere,2,座,350.5,2021,2023-06,甲局;乙局,\n"
        "M01,,measure,二,乙措施,短,{unlocated: 未写地点},,,,,,,\n"
    ),
    "plans/p/controls.csv": (
        "id,heading,title,where,activities,strength,note\nC01,三,丙要求,everywhere,*,禁止,\n"
    ),
}


@pytest.mark.parametrize("name", NAMES)
def test_every_schema_is_itself_a_sound_schema(name):
    Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("at", [None, (112.9, 36.3)])
def test_tasks_as_json_are_what_the_schema_promises(tiny_workspace, at):
    store = open_store(tiny_workspace(PLAN))
    document = json.loads(export.as_json(find_tasks(store, at=at)))
    assert {task["id"] for task in document["tasks"]} >= {"P01", "C01"}
    Draft202012Validator(schema("tasks")).validate(document)
    promised = schema("tasks")["properties"]["tasks"]["items"]["required"]
    assert all(list(task) == promised for task in document["tasks"])


@pytest.mark.parametrize(
    ("key", "value"),
    [("kind", "wish"), ("standing", "somewhere"), ("distance_m", "近"), ("id", None)],
)
def test_a_wrong_task_is_told_from_a_right_one(tiny_workspace, key, value):
    store = open_store(tiny_workspace(PLAN))
    document = json.loads(export.as_json(find_tasks(store)))
    document["tasks"][0][key] = value
    with pytest.raises(ValidationError):
        Draft202012Validator(schema("tasks")).validate(document)


def test_the_manifest_is_what_the_schema_promises(tmp_path):
    (tmp_path / "图.png").write_bytes(b"x")
    manifest = Manifest(tmp_path)
    manifest.record("图.png", {"maps/图.yml": "0" * 64}, as_at=date(2026, 11, 22))
    document = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    validator = Draft202012Validator(
        schema("manifest"), format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    validator.validate(document)
    assert (
        list(document["outputs"]["图.png"])
        == (schema("manifest")["properties"]["outputs"]["additionalProperties"]["required"])
    )
    document["outputs"]["图.png"]["as_at"] = "昨天"
    with pytest.raises(ValidationError):
        validator.validate(document)
