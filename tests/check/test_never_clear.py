"""Whatever happens to a required layer, nobody is told "clear" for want of it."""

from __future__ import annotations

import pytest
import shapely

from geo.errors import WorkspaceError
from geo.spec.vocabulary import REQUIRED_KINDS, Outcome

from .conftest import square

FAR = square(-60_000, -60_000, 100)  # well outside 屯留区


def _removed(town, kind):
    del town.layers[kind]


def _declared_only(town, kind):
    town.layer(kind)


def _emptied(town, kind):
    town.features[kind] = []


def _broken(town, kind):
    town.layers[kind]["crs"] = "EPSG:4526"  # contradicts the file's own


def _missing_file(town, kind):
    town.layers[kind]["source"] = "data/nowhere.geojson"


def _without_a_field(town, kind):
    town.layers[kind]["zone"] = {"field": "级别", "values": {"一": kind}}


def _aged(town, kind):
    town.layers[kind] |= {"as_of": "2018-01", "max_age": "5 年"}


def _expired(town, kind):
    town.layers[kind]["valid_until"] = "2025-12-31"


def _moved_away(town, kind):
    town.features[kind] = [(FAR, {"name": "远处"})]


def _covering_elsewhere(town, kind):
    town.features[kind] = [(square(30_000, -25_000, 100), {"name": "上党"})]
    town.layers[kind]["coverage"] = ["140404"]


def _covering_nothing(town, kind):
    town.layers[kind]["coverage"] = []


def _placeless_features(town, kind):
    town.features[kind] = [*town.features[kind], (shapely.Polygon(), {"name": "无坐标"})]


def _only_schematic(town, kind):
    town.layers[kind]["authority"] = "schematic"


def _only_open(town, kind):
    town.layers[kind]["authority"] = "open"


def _only_derived(town, kind):
    town.layers[kind]["authority"] = "derived"


def _half_covered(town, kind):
    _cover(town, kind, shapely.to_geojson(square(-1_000, -1_000, 1_050)))


def _coverage_cut_short(town, kind):
    _cover(town, kind, '{"type": "Polygon", "coordinates": [[')


def _coverage_missing(town, kind):
    town.layers[kind]["coverage"] = "data/nowhere.geojson"


def _cover(town, kind, geometry):
    (town.root / "data").mkdir(exist_ok=True)
    feature = '{"type": "Feature", "properties": {}, "geometry": ' + geometry + "}"
    text = '{"type": "FeatureCollection", "features": [' + feature + "]}"
    (town.root / "data" / f"cover_{kind}.geojson").write_text(text, encoding="utf-8")
    town.layers[kind]["coverage"] = f"data/cover_{kind}.geojson"


def _zone_field_null_here(town, kind):
    town.layers[kind]["zone"] = {"field": "级别", "values": {"一": kind}}
    far, here = town.features[kind][0][0], square(-50, -50, 200)
    town.features[kind] = [
        (far, {"name": "甲", "级别": "一"}),
        (here, {"name": "乙", "级别": None}),
    ]


def _bytes_cut(town, kind):
    (town.root / "data").mkdir(exist_ok=True)
    (town.root / "data" / f"{kind}.geojson").write_bytes(b'{"type": "FeatureColl')
    del town.features[kind]


DAMAGES = [
    _half_covered, _coverage_cut_short, _coverage_missing, _zone_field_null_here, _bytes_cut,
    _removed, _declared_only, _emptied, _broken, _missing_file, _without_a_field, _aged, _expired,
    _moved_away, _covering_elsewhere, _covering_nothing, _placeless_features, _only_schematic,
    _only_open, _only_derived,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda f: f.__name__)
@pytest.mark.parametrize("kind", REQUIRED_KINDS)
def test_a_required_layer_damaged_is_never_clear(full_town, plot, kind, damage):
    damage(full_town, kind)
    result = full_town.check(plot)
    assert result.verdict is Outcome.UNDETERMINED
    assert not result.complete
    assert any(
        kind in asked.zone_kinds and asked.outcome is Outcome.UNDETERMINED
        for asked in result.layers
    )
    assert result.needed


def test_a_kind_the_workspace_adds_is_required_as_well(full_town, plot):
    assert full_town.check(plot).verdict is Outcome.CLEAR
    full_town.marker["required"] = ["spring_core"]
    result = full_town.check(plot)
    asked = next(a for a in result.layers if a.layer == "spring_core")
    assert result.verdict is Outcome.UNDETERMINED
    assert (asked.state, asked.required, asked.reason) == (
        "no_data", True, "工作区没有声明这一类图层",
    )  # fmt: skip


@pytest.mark.parametrize("as_of", ["去年", "2025-13", "", None])
def test_a_date_nobody_can_read_stops_the_check(full_town, plot, as_of):
    full_town.layers["ecological_redline"]["as_of"] = as_of
    with pytest.raises(WorkspaceError, match="ecological_redline"):
        full_town.check(plot)


def test_a_site_outside_every_county_is_not_clear(full_town):
    assert (
        full_town.check(shapely.box(150.0, 20.0, 150.001, 20.001)).verdict is Outcome.UNDETERMINED
    )
