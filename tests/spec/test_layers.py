"""Layers: sources and their short forms, zone kinds, coverage, and paths that stay inside."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from geo.spec import layers
from geo.spec.layers import Layer, is_absolute
from geo.spec.vocabulary import ZoneKind

WORTH = {
    "title": "甲", "authority": "open", "provider": "某机构", "licence": "CC0-1.0",
    "as_of": "2026", "accuracy_m": "30",
}  # fmt: skip


def layer(**changes: object) -> Layer:
    return Layer.model_validate({**WORTH, **changes})


@pytest.mark.parametrize(
    ("source", "model"),
    [
        ("a.gpkg", layers.FileSource(path="a.gpkg")),
        (
            {"path": "a.pbf", "tags": {"natural": "wood"}},
            layers.FileSource(path="a.pbf", tags={"natural": ("wood",)}),
        ),
        ({"boundaries": "county"}, layers.BoundarySource(boundaries="county")),
        ({"derived": "townships"}, layers.DerivedSource(derived="townships", seats="places")),
        ({"postgis": "public.red"}, layers.PostgisSource(postgis="public.red", geometry="geom")),
        (
            {"raster": "dem.tif"},
            layers.RasterSource(raster="dem.tif", band=1, measures="elevation"),
        ),
        (layers.FileSource(path="a.gpkg"), layers.FileSource(path="a.gpkg")),
    ],
)
def test_every_kind_of_source_is_told_by_its_key(source, model):
    assert layer(source=source).source == model


@pytest.mark.parametrize("source", [{}, {"table": "a"}, {"path": "a", "raster": "b"}, ["a.gpkg"]])
def test_a_source_is_exactly_one_of_its_kinds(source):
    with pytest.raises(
        ValidationError, match="source 应含 path、boundaries、derived、postgis、raster 之一"
    ):
        layer(source=source)


@pytest.mark.parametrize("missing", ["authority", "provider", "licence", "as_of", "accuracy_m"])
def test_a_supplied_layer_cannot_hide_what_it_is_worth(missing):
    written = {key: value for key, value in WORTH.items() if key != missing}
    with pytest.raises(ValidationError, match=f"有 source 的图层缺少 {missing} — "):
        Layer.model_validate({**written, "source": "a.gpkg"})


def test_a_declared_layer_needs_only_its_title():
    assert Layer(title="生态保护红线").source is None


def test_zone_kinds_come_from_one_word_or_from_a_field_each_once():
    assert Layer(title="甲").zone_kinds == ()
    assert layer(zone="wetland").zone_kinds == ("wetland",)
    values = {"二级": "water_source_2", "一级": "water_source_1", "Ⅱ级": "water_source_2"}
    assert layer(zone={"field": "级别", "values": values}).zone_kinds == (
        "water_source_2",
        "water_source_1",
    )


@pytest.mark.parametrize("kind", ZoneKind.__members__)
def test_every_zone_kind_of_the_package_may_be_written(kind):
    assert layer(zone=kind).zone_kinds == (kind,)


@pytest.mark.parametrize(
    ("written", "coverage"),
    [
        ("140405", ("140405",)),
        (["140405", "140404"], ("140405", "140404")),
        ("local/范围.gpkg", "local/范围.gpkg"),
        ([], ()),
    ],
)
def test_coverage_is_adcodes_or_a_file(written, coverage):
    assert layer(coverage=written).coverage == coverage


@pytest.mark.parametrize(
    "written", ["14040", "1404055", ["140405", "屯留区"], ["１４０４０５"], "../a.gpkg"]
)
def test_coverage_is_told_once_when_it_is_neither(written):
    with pytest.raises(ValidationError) as caught:
        layer(coverage=written)
    assert caught.value.error_count() == 1


@pytest.mark.parametrize(
    "path", ["data/a.gpkg", "D:/三区三线/红线.gpkg", "/srv/a.gpkg", "local\\a.shp", "a..b.gpkg"]
)
def test_ordinary_paths_are_kept(path):
    assert layer(source=path).source.path == path


@pytest.mark.parametrize(
    "path",
    ["../a.gpkg", "data/../../a.gpkg", "data\\..\\..\\a.gpkg", "https://example.org/a.gpkg", "//server/a.gpkg",
     "/vsicurl/a", "\\\\?\\C:\\a", "", "."],
)  # fmt: skip
def test_paths_that_climb_out_or_reach_the_network_are_refused(path):
    with pytest.raises(ValidationError):
        layer(source={"path": path})


@pytest.mark.parametrize(
    ("path", "absolute"),
    [
        ("D:/a.gpkg", True),
        ("D:\\a.gpkg", True),
        ("/srv/a.gpkg", True),
        ("local/a.gpkg", False),
        ("a:b.gpkg", False),
    ],
)
def test_absolute_means_the_same_on_every_system(path, absolute):
    assert is_absolute(path) is absolute


@pytest.mark.parametrize(
    ("key", "value"), [("accuracy_m", "-1"), ("accuracy_m", "nan"), ("accuracy_m", "100001")]
)
def test_accuracy_is_a_sensible_distance(key, value):
    with pytest.raises(ValidationError):
        layer(**{key: value})
