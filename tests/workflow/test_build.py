"""Building makes what is out of date, and nothing else."""

import json
from datetime import date

import pytest

from geo.errors import UsageError, WorkspaceError
from geo.workflow.build import build
from geo.workflow.manifest import Manifest
from tests.store.worlds import river_world

MAP = """
title: 水系图
extent: {buffer: 2 km, of: {river: 长河}}
page: {size: figure, inset: false}
layers:
  - rivers
  - reservoirs
  - layer: no_coal_zone
"""
DAY = date(2026, 11, 22)


@pytest.fixture
def root(tmp_path):
    river_world(tmp_path)
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "water.yml").write_text(MAP, encoding="utf-8")
    return tmp_path


def test_a_second_build_makes_nothing(root):
    first = build(root, formats=["png"])
    again = build(root, formats=["png"])
    assert first.made == ("maps/water.png",)
    assert (again.made, again.fresh) == ((), ("maps/water.png",))


def test_a_changed_input_a_changed_output_and_another_day_are_made_anew(root):
    build(root, formats=["png"])
    path = root / "data" / "reservoirs.geojson"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert build(root, formats=["png"]).made == ("maps/water.png",)
    (root / "build" / "maps" / "water.png").write_bytes(b"cut")
    assert build(root, formats=["png"]).made == ("maps/water.png",)
    assert build(root, formats=["png"], as_at=date(2026, 12, 1)).made == ("maps/water.png",)


def test_the_manifest_names_every_input_with_its_fingerprint(root):
    build(root, formats=["png"])
    entry = json.loads((root / "build" / "manifest.json").read_text(encoding="utf-8"))["outputs"][
        "maps/water.png"
    ]
    assert {"workspace.yml", "maps/water.yml", "layers/rivers.yml", "data/rivers.geojson"} <= set(
        entry["inputs"]
    )
    assert entry["as_at"] == "2026-11-22"
    assert len(entry["sha256"]) == 64


def test_the_same_inputs_give_the_same_bytes(root):
    build(root, formats=["png", "pdf", "html"])
    before = {p.name: p.read_bytes() for p in (root / "build" / "maps").iterdir()}
    build(root, formats=["png", "pdf", "html"], again=True)
    assert {p.name: p.read_bytes() for p in (root / "build" / "maps").iterdir()} == before


def test_outputs_nobody_asks_for_any_more_are_removed(root):
    build(root, formats=["png"])
    (root / "maps" / "water.yml").rename(root / "maps" / "rivers.yml")
    done = build(root, formats=["png"])
    assert done.removed == ("maps/water.png",)
    assert not (root / "build" / "maps" / "water.png").exists()


def test_a_map_that_does_not_exist_is_told_with_the_nearest_name(root):
    with pytest.raises(UsageError, match="是否想写 water"):
        build(root, names=["watre"])


def test_a_faulty_workspace_builds_nothing(root):
    (root / "maps" / "bad.yml").write_text("titel: x\n", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="是否想写 title"):
        build(root)
    assert not (root / "build").exists()


def test_a_broken_manifest_means_making_all_anew(root):
    build(root, formats=["png"])
    (root / "build" / "manifest.json").write_text("{", encoding="utf-8")
    assert Manifest.read(root / "build").outputs == {}
    assert build(root, formats=["png"]).made == ("maps/water.png",)


def test_a_map_without_data_is_skipped_and_listed_until_the_data_comes(root):
    """Skipped maps are listed by a build that has nothing to do as well."""
    text = "title: 禁煤区图\nextent: {river: 长河}\nlayers:\n  - {layer: no_coal_zone, subject: true}\n"
    (root / "maps" / "coal.yml").write_text(text, encoding="utf-8")
    for _ in range(2):
        done = build(root, formats=["png"])
        [(name, title, why)] = done.missing
        assert (name, title) == ("coal", "禁煤区图")
        assert "layers/no_coal_zone.yml" in why
        assert done.withheld == ()
        assert not (root / "build" / "maps" / "coal.png").exists()


SERIES = """
title: 周边图
page: {size: figure, inset: false}
series: {over: places, margin: 2 km}
layers:
  - rivers
  - places
"""


def test_a_series_gives_a_book_an_index_and_single_pages_which_go_with_it(root):
    (root / "maps" / "water.yml").write_text(SERIES, encoding="utf-8")
    done = build(root, formats=["png", "pdf"])
    folder = root / "build" / "maps"
    names = sorted(p.name for p in (folder / "water").iterdir())
    assert done.made == ("maps/water.png", "maps/water.pdf")
    assert names[0] == "water-00-图幅索引.png"
    assert len(names) > 1
    assert (folder / "water.pdf").read_bytes().count(b"/Dest") == len(names)
    pictures = {p.name: p.read_bytes() for p in (folder / "water").iterdir()}
    build(root, formats=["png"], again=True)
    assert {p.name: p.read_bytes() for p in (folder / "water").iterdir()} == pictures
    (root / "maps" / "water.yml").write_text(MAP, encoding="utf-8")
    (root / "maps" / "water.yml").rename(root / "maps" / "other.yml")
    build(root, formats=["png", "pdf"])
    assert not (folder / "water").exists()
