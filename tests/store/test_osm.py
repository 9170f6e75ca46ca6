"""OSM extracts read by tags, from a file written byte by byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.errors import InputError
from geo.spec.layers import FileSource
from geo.store.osm import read_osm
from geo.store.read import read_vector
from tests.store.pbf import write_pbf


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    """A river, a road, a wood (a closed way) and a spring."""
    nodes = [(n, 112.0 + n / 100, 36.0 + (n % 3) / 100, {}) for n in range(1, 9)]
    spring = (9, 112.5, 36.5, {"natural": "spring", "name": "辛安泉", "drinking_water": "yes"})
    ways = [
        (1, [1, 2, 3], {"waterway": "river", "name": "绛河"}),
        (2, [4, 5], {"highway": "primary"}),
        (3, [6, 7, 8, 6], {"natural": "wood", "name": "林"}),
    ]
    return write_pbf(tmp_path / "区.osm.pbf", nodes=[*nodes, spring], ways=ways)


def _read(path: Path, **source: object) -> list[tuple[str, str]]:
    frame = read_osm(path, FileSource(path=path.name, **source), shown=Path(path.name))
    return sorted(
        (str(name), shape.geom_type)
        for name, shape in zip(frame["name"], frame.geometry, strict=True)
    )


def test_rivers_are_lines_of_their_tag(extract: Path) -> None:
    assert _read(extract, tags={"waterway": ["river", "stream"]}) == [("绛河", "LineString")]


def test_one_tag_may_give_points_and_areas(extract: Path) -> None:
    assert _read(extract, tags={"natural": ["wood", "spring"]}) == [
        ("林", "MultiPolygon"),
        ("辛安泉", "Point"),
    ]
    assert _read(extract, tags={"natural": ["wood", "spring"]}, geometry="points") == [
        ("辛安泉", "Point")
    ]


def test_a_tag_gdal_keeps_among_others_is_found(extract: Path) -> None:
    assert _read(extract, tags={"drinking_water": "*"}) == [("辛安泉", "Point")]
    assert _read(extract, tags={"drinking_water": "no"}) == []


def test_every_tag_has_to_fit(extract: Path) -> None:
    assert _read(extract, tags={"natural": "spring", "drinking_water": "yes"}) == [
        ("辛安泉", "Point")
    ]
    assert _read(extract, tags={"natural": "wood", "drinking_water": "yes"}) == []


def test_without_tags_the_planner_is_asked(extract: Path) -> None:
    with pytest.raises(InputError, match="请在 source 中写 tags"):
        read_vector(extract, FileSource(path=extract.name), shown=Path(extract.name))


def test_a_quote_in_a_tag_is_refused(extract: Path) -> None:
    with pytest.raises(InputError, match="含引号"):
        _read(extract, tags={"natural": "x' OR 1=1"})


def test_a_layer_source_reads_it(extract: Path) -> None:
    raw = read_vector(
        extract, FileSource(path=extract.name, tags={"waterway": "river"}), shown=Path(extract.name)
    )
    assert raw.crs == "EPSG:4326"
    assert list(raw.frame["name"]) == ["绛河"]


def test_a_damaged_extract_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "坏.pbf"
    path.write_bytes(b"\x00\x00\x00\x0d" + b"x" * 60)
    with pytest.raises(InputError):
        read_vector(
            path, FileSource(path=path.name, tags={"waterway": "river"}), shown=Path(path.name)
        )
