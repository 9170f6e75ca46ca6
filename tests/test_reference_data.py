"""The data of the reference workspace: readable, honest about itself, and where it says it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.draw.symbols.presets import preset
from geo.space.measure import area_m2
from geo.spec.layers import DerivedSource, FileSource
from geo.spec.vocabulary import REQUIRED_KINDS
from geo.spec.where import parse_where
from geo.spec.workspace import read_workspace
from geo.store.located import Located
from geo.store.store import Store, open_store

ROOT: Final = Path(__file__).parents[1]
DATA: Final = ROOT / "data"
KINDS_OF_PLACES: Final = {
    "township", "village", "enterprise", "park", "mine", "mountain", "spring", "plant", "bridge",
    "dam", "road", "scenic", "forest", "wetland", "landfill", "station", "town_area", "bureau",
    "other",
}  # fmt: skip
TABLES: Final = {
    "places": "name,aliases,kind,adcode,lon,lat,accuracy_m,source",
    "sections": "name,river,plan,kind,base_class,target_class,lon,lat,accuracy_m,source",
    "water_sources": "name,plan,kind,medium,status,lon,lat,accuracy_m,source",
}


@pytest.fixture(scope="module")
def store() -> Store:
    return open_store(ROOT)


@pytest.fixture(scope="module")
def places(store) -> geopandas.GeoDataFrame:
    return store.layer("places").frame


def supplied(store: Store) -> list[str]:
    return [name for name, spec in store.spec.layers.items() if spec.source is not None]


def locate(store: Store, text: str) -> Located:
    return store.locate(parse_where(text, shown=Path("test")))


def test_the_workspace_has_no_problems():
    spec, problems = read_workspace(ROOT)
    assert [str(problem) for problem in problems] == []
    assert spec is not None


# -- layers ----------------------------------------------------------------------------------------


def test_every_supplied_layer_can_be_read(store):
    states = {name: store.layer(name).state for name in supplied(store)}
    assert set(states.values()) == {"ok"}
    assert len(states) == 19


def test_every_supplied_layer_is_placed_without_remarks_of_repair(store):
    for name in supplied(store):
        assert not [r for r in store.layer(name).remarks if "修复" in r or "没有坐标" in r], name


def test_no_feature_is_less_accurate_than_its_layer_admits(store):
    for name in supplied(store):
        if isinstance(store.spec.layers[name].source, DerivedSource):
            continue
        table = store.layer(name)
        assert table.frame["accuracy_m"].max() <= table.spec.accuracy_m, name


def test_nothing_drawn_by_hand_is_called_more_than_schematic(store):
    for name in supplied(store):
        table = store.layer(name)
        assert table.spec.authority == ("open" if name == "districts" else "schematic"), name


def test_every_feature_of_our_own_files_says_how_it_was_placed(store):
    for name in supplied(store):
        if isinstance(store.spec.layers[name].source, FileSource):
            frame = store.layer(name).frame
            assert frame["source"].fillna("").str.len().min() >= 4, name
            assert frame["name"].notna().all(), name


def test_coverage_is_where_the_features_are_or_near(store):
    for name in supplied(store):
        table = store.layer(name)
        if table.coverage is None:
            assert name == "redline_standin"
            continue
        for code in table.spec.coverage:
            # A county's outlet section or its spring may stand some way beyond its border.
            area = store.boundaries.area(code)
            gap_deg = shapely.distance(np.asarray(table.frame.geometry), area).min()
            assert gap_deg < 0.3, (name, code)


def test_declared_layers_say_what_they_would_hold_and_who_has_it(store):
    for name, spec in store.spec.layers.items():
        if spec.source is None:
            assert len(spec.note) > 10, name
            assert "密级" in spec.note or "密级" in spec.title or "公开" in spec.note, name
            assert store.layer(name).state == "no_data"


def test_every_required_kind_has_a_layer_that_can_receive_it(store):
    kinds = {
        k for spec in store.spec.layers.values() if spec.zone for k in spec.zone.values.values()
    }
    assert set(store.spec.marker.required_kinds) <= kinds
    assert set(store.spec.marker.required_kinds) == {
        *REQUIRED_KINDS,
        "spring_domain",
        "spring_core",
    }


def test_every_zone_value_of_a_layer_is_known_to_it(store):
    for name in supplied(store):
        assert not [r for r in store.layer(name).remarks if "zone.values" in r], name


def test_nature_reserves_with_unpublished_zoning_count_as_core(store):
    frame = store.layer("protected_areas").frame
    reserves = frame[frame["kind"] == "自然保护区"]
    assert len(reserves) == 3
    assert set(reserves["zone_kind"]) == {"nature_core"}
    assert reserves["source"].str.contains("从严").all()


def test_every_style_names_a_preset_that_exists(store):
    for name, spec in store.spec.layers.items():
        if spec.style is not None and spec.style.preset is not None:
            assert preset(spec.style.preset), name


# -- tables and files ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TABLES)
def test_tables_have_the_contracts_columns_and_open_in_excel(name):
    raw = (DATA / f"{name}.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.decode("utf-8-sig").splitlines()[0] == TABLES[name]


def test_geojson_declares_its_crs_and_coordinates_are_no_finer_than_a_metre():
    for path in sorted((*DATA.glob("*.geojson"), *DATA.glob("sites/*.geojson"))):
        text = path.read_text(encoding="utf-8")
        assert "EPSG::4490" in text, path.name
        for feature in json.loads(text)["features"]:
            xy = shapely.get_coordinates(shapely.from_geojson(json.dumps(feature["geometry"])))
            assert np.allclose(xy, xy.round(5), rtol=0, atol=1e-12), path.name


def test_places_have_kinds_of_the_closed_list(places):
    assert set(places["kind"]) <= KINDS_OF_PLACES


def test_places_lie_in_the_county_they_claim(store, places):
    outside = [
        row["name"]
        for _, row in places.iterrows()
        if not store.boundaries.area(row["adcode"]).covers(row["geometry"])
    ]
    assert outside == []


def test_a_name_stands_once_in_a_county_for_each_kind(places):
    assert not places.duplicated(["name", "adcode", "kind"]).any()


def test_every_county_has_its_townships_and_their_cells_fill_it(store):
    cells = store.layer("townships").frame
    counties = store.layer("districts").frame["adcode"]
    assert len(counties) == 21
    for code in counties:
        mine = cells[cells["adcode"] == code]
        assert len(mine) >= 5, code
        county = store.boundaries.area(code)
        union = shapely.union_all(np.asarray(mine.geometry))
        assert shapely.area(shapely.symmetric_difference(union, county)) < 1e-6, code


def test_all_township_counts_are_those_of_the_plans(places):
    seats = places[places["kind"] == "township"].groupby("adcode").size()
    assert seats["140405"] == 13
    assert seats["141122"] == 10
    assert seats["140404"] == 10
    assert seats["140214"] == 27
    assert seats[seats.index.str.startswith("1410")].sum() == 157


def test_no_two_townships_share_a_position(places):
    seats = places[places["kind"] == "township"]
    assert not pd.Series(shapely.to_wkt(np.asarray(seats.geometry))).duplicated().any()


# -- names -----------------------------------------------------------------------------------------


def test_a_misprint_is_matched_whole(store):
    assert {c.name for c in store.names.index["干河"]} == {"甘河"}
    assert {c.name for c in store.names.index["桑干河"]} == {"桑干河"}


def test_two_townships_of_one_name_are_told_apart_by_their_county(store):
    assert "可指 2 处" in locate(store, "{place: 屯里镇, kind: township}").unresolved[0]
    for county in ("尧都区", "吉县"):
        found = locate(store, f"{{place: 屯里镇, kind: township, in: {county}}}")
        area = locate(store, f"{{district: {county}}}").geometry
        assert area.covers(found.geometry)


def test_a_river_spelled_in_several_ways_is_one_river(store):
    for spelling in ("黎水河", "黎（黑）水河", "黑（黎）水河", "黎黑水河"):
        assert {c.name for c in store.names.index[spelling]} == {"黎水河"}


def test_an_alias_is_never_the_name_of_another_feature_of_its_layer_and_county(store):
    for name in supplied(store):
        frame = store.layer(name).frame
        names = set(zip(frame["name"], frame["adcode"], strict=True))
        pairs = zip(frame["aliases"].fillna(""), frame["adcode"], strict=True)
        aliases = {(alias, code) for text, code in pairs for alias in text.split(";") if alias}
        assert not aliases & names, name


# -- rivers ----------------------------------------------------------------------------------------


def test_every_river_flows_into_a_river_of_the_layer_or_out_of_it(store):
    frame = store.layer("rivers").frame
    into = set(frame["flows_into"].dropna())
    assert into <= set(frame["name"])
    assert set(frame[frame["flows_into"].isna()]["name"]) == {"浊漳河", "黄河", "沁河", "桑干河"}


def test_a_tributary_ends_at_the_river_it_flows_into(store):
    frame = store.layer("rivers").frame.set_index("name")
    for name, row in frame[frame["flows_into"].notna()].iterrows():
        mouth = shapely.get_point(row.geometry, -1)
        gap_deg = shapely.distance(mouth, frame.geometry[row["flows_into"]])
        assert gap_deg * 111_195 < 1_000, name


def test_sections_stand_by_the_river_they_name(store):
    rivers = store.layer("rivers").frame.set_index("name").geometry
    for _, row in store.layer("sections").frame.iterrows():
        gap_m = shapely.distance(row.geometry, rivers[row["river"]]) * 111_195
        assert gap_m < row["accuracy_m"] + 3_000, row["name"]


# -- boundaries, basins, samples -------------------------------------------------------------------


def test_boundaries_have_the_areas_the_plans_print_within_half_a_percent(store):
    table = pd.read_csv(DATA / "boundaries" / "jurisdictions.csv", dtype={"adcode": str})
    assert tuple(table["adcode"]) == store.spec.marker.jurisdictions
    printed = table.dropna(subset=["plan_area_km2"])
    assert dict(zip(printed["name"], printed["plan_area_km2"], strict=True)) == {
        "上党区": 482.28,
        "云冈区": 737.81,
    }
    for code, km2 in zip(printed["adcode"], printed["plan_area_km2"], strict=True):
        ours = float(area_m2([store.boundaries.area(code)])[0]) / 1e6
        assert ours == pytest.approx(km2, rel=0.005)


def test_every_county_drains_to_a_sea_and_only_the_west_to_the_yellow_river(store):
    basins = {name: set(codes) for name, codes in store.spec.marker.basins.items()}
    counties = set(store.layer("districts").frame["adcode"])
    assert basins["海河"] | basins["黄河"] == counties
    assert basins["海河"] == {"140405", "140404", "140214"}
    assert not basins["海河"] & basins["黄河"]
    assert basins["汾河"] < basins["黄河"]
    assert "141026" not in basins["汾河"], "安泽 drains to the 沁河"


def sample(name: str) -> shapely.Geometry:
    frame = geopandas.read_file(DATA / "sites" / f"{name}.geojson")
    assert frame["name"].str.startswith("示例").all()
    assert frame["note"].str.contains("编者虚拟").all()
    return frame.geometry.iloc[0]


def test_sample_footprints_lie_where_their_names_say(store):
    rivers = store.layer("rivers").frame.set_index("name").geometry
    parks = store.layer("protected_areas").frame.set_index("name").geometry
    assert sample("pipeline_across_jianghe").crosses(rivers["绛河"])
    assert sample("parcel_wetland_park").overlaps(parks["绛河省级湿地公园"])
    assert 0 < shapely.distance(sample("parcel_ciyao_river"), rivers["磁窑河"]) < 0.01
    assert store.boundaries.area("141122").covers(sample("parcel_ciyao_river"))
    touched = store.boundaries.touching(sample("parcel_county_line"))
    assert set(touched["name"]) == {"尧都区", "洪洞县"}


def test_the_open_sample_meets_no_zone_of_any_layer(store):
    parcel = sample("parcel_open_ground")
    assert store.boundaries.area("140405").covers(parcel)
    for name in supplied(store):
        if store.spec.layers[name].zone is not None:
            frame = store.layer(name).frame
            assert not shapely.intersects(np.asarray(frame.geometry), parcel).any(), name
