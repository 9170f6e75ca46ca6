"""A map without data is skipped and says what is missing; a neighbour's data does not count."""

import pytest

from geo.draw.layers.subject import in_words, missing
from geo.errors import MissingError
from geo.spec.maps import MapSpec
from geo.store.store import open_store
from geo.workflow.maps import draw_map
from tests.draw.draw_world import DAY, make_store


def spec(*layers):
    return MapSpec.model_validate({"title": "图", "plan": "试", "layers": list(layers)})


def subject(layer, **more):
    return {"layer": layer, "subject": True, **more}


def test_a_map_that_names_no_subject_is_always_drawn(store):
    assert missing(spec("rivers", "ecological_redline"), store, day=DAY) == ()


def test_a_declared_layer_without_data_is_named_with_its_file(store):
    gaps = missing(spec("rivers", subject("ecological_redline")), store, day=DAY)
    assert in_words(gaps) == "生态保护红线（未取得，layers/ecological_redline.yml）"


def test_one_subject_with_features_is_enough(store):
    both = spec(subject("ecological_redline"), subject("zones"))
    assert missing(both, store, day=DAY) == ()


def test_a_filter_that_leaves_nothing_leaves_no_map(store):
    gaps = missing(spec(subject("places", filter={"kind": "plant"})), store, day=DAY)
    assert [(g.title, g.reason) for g in gaps] == [("places", "本地没有要素")]


def test_tasks_and_rasters_can_be_subjects_too(store):
    assert missing(spec({"tasks": "试", "subject": True}), store, day=DAY) == ()
    gaps = missing(spec({"tasks": "试", "domain": "声", "subject": True}), store, day=DAY)
    assert "没有可上图的条目" in gaps[0].reason
    gaps = missing(spec({"terrain": "ecological_redline", "subject": True}), store, day=DAY)
    assert gaps[0].detail == "layers/ecological_redline.yml"


def test_asking_for_such_a_map_by_name_is_an_absent_source(tmp_path):
    make_store(tmp_path)
    (tmp_path / "maps").mkdir()
    text = "title: 红线图\nplan: 试\nlayers:\n  - {layer: ecological_redline, subject: true}\n"
    (tmp_path / "maps" / "redline.yml").write_text(text, encoding="utf-8")
    with pytest.raises(
        MissingError, match=r"红线（未取得，layers/ecological_redline.yml）"
    ) as error:
        draw_map(open_store(tmp_path), "redline", as_at=DAY)
    assert error.value.exit_code == 4
