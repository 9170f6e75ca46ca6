"""Every real layer, plan, map and rule of the reference workspace loads, locates and verifies."""

from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest
import shapely

from geo.check.law import run_examples
from geo.draw.layers.subject import missing
from geo.draw.scene import compose
from geo.spec.vocabulary import SCHEMATIC_NOTICE
from geo.spec.workspace import read_workspace
from geo.store.store import Store
from geo.workflow.verify import verify

DAY = date(2026, 11, 22)
ROOT = Path(__file__).parents[1]
SPEC, PROBLEMS = read_workspace(ROOT)
assert SPEC is not None
EVERYTHING = [
    *(("layer", name) for name in SPEC.layers),
    *(("rule", name) for name in SPEC.rules),
    *(("plan", name) for name in SPEC.plans),
    *(("map", name) for name in SPEC.maps),
]


@lru_cache(maxsize=1)
def store():
    return Store(SPEC)


def check_layer(name):
    table = store().layer(name)
    assert table.state in ("ok", "no_data"), table.reason
    if table.state == "ok":
        assert table.spec.provider
        assert table.spec.licence
        assert shapely.is_valid(table.frame.geometry.to_numpy()).all()


def check_rule(name):
    assert run_examples(name, SPEC.rules[name]) == []


def check_plan(name):
    rows = [*store().tasks(name), *store().controls(name)]
    assert rows
    for row in rows:
        assert row.located.unresolved == (), row.task.row.id
        assert row.located.geometry is not None or row.located.needs or row.located.reasons


def check_map(name):
    """A map is drawn, or skipped for a layer that waits for its data."""
    gaps = missing(SPEC.maps[name], store(), day=DAY)
    if gaps:
        assert all(gap.reason for gap in gaps)
        return
    scene = compose(name, SPEC.maps[name], store(), as_at=DAY)
    assert scene.layers
    assert scene.title


CHECKS = {"layer": check_layer, "rule": check_rule, "plan": check_plan, "map": check_map}


@pytest.mark.parametrize(("kind", "name"), EVERYTHING, ids=lambda value: value)
def test_it_loads_locates_and_verifies(kind, name):
    CHECKS[kind](name)


def test_the_workspace_has_no_problem_and_says_what_waits_for_data():
    assert PROBLEMS == []
    report = verify(ROOT)
    assert report.problems == ()
    assert report.exit_code() == 0
    assert report.needed_layers
    assert "无法定位的条目" in report.as_text()


def test_the_notice_is_the_one_the_design_asks_for():
    assert SCHEMATIC_NOTICE == "示意数据，不作为审批依据"


def test_every_jurisdiction_has_where_it_lies_its_waters_and_its_projects_drawn():
    for plan in SPEC.plans:
        for kind in ("location", "admin", "water", "sewage", "projects"):
            assert missing(SPEC.maps[f"{plan}_{kind}"], store(), day=DAY) == ()


def test_maps_of_data_nobody_has_are_skipped_and_name_the_layer():
    for plan in SPEC.plans:
        for kind in ("outfalls", "source_zones", "land_use", "control_units", "sound"):
            gaps = missing(SPEC.maps[f"{plan}_{kind}"], store(), day=DAY)
            assert gaps
            assert all(gap.detail.startswith("layers/") for gap in gaps)


def test_every_monitoring_section_of_the_plans_has_a_map_of_its_own():
    named = store().layer("sections").frame["name"]
    titles = [spec.title for name, spec in SPEC.maps.items() if name.startswith("section_")]
    assert len(named) == len(titles)
    for name in named:
        wanted = name.removesuffix("断面") + "断面"
        assert sum(title.startswith(wanted) for title in titles) == 1, name
