"""One test per row of the table of outcomes in contracts.md, each through a whole check."""

from __future__ import annotations

import json
from datetime import date

import pytest
import shapely
from jsonschema import Draft202012Validator

from geo.check.sites import check_sites
from geo.errors import UsageError, WorkspaceError
from geo.findings import check_schema
from geo.spec.vocabulary import Outcome

from .conftest import DAY, Town, footprint, place, square


def _finding(result, layer):
    return next(f for f in result.findings if f.layer == layer)


def test_with_every_required_kind_present_current_official_and_away_the_site_is_clear(
    full_town, plot
):
    result = full_town.check(plot)
    assert result.verdict is Outcome.CLEAR
    assert result.complete
    # Nobody recorded a plan for the place: nothing was compared, which is not "nothing there".
    assert {row.topic for row in result.topics if row.outcome is not Outcome.CLEAR} == {"规划管控"}
    assert (result.topics[-1].outcome, result.topics[-1].result) == (Outcome.NOTICE, "未比对")
    assert result.needed == ()


def test_a_verified_prohibition_on_official_data_prohibits(full_town, plot):
    full_town.layer("ecological_redline", square(60, 0, 100))
    result = full_town.check(plot)
    found = _finding(result, "ecological_redline")
    assert result.verdict is Outcome.PROHIBITED
    assert (found.relation, found.outcome, found.rules[0].clause) == (
        "overlaps", Outcome.PROHIBITED, "一、（一）",
    )  # fmt: skip
    assert found.overlap_m2 == pytest.approx(4_000, rel=1e-6)
    assert found.share == pytest.approx(0.4, rel=1e-6)


@pytest.mark.parametrize("authority", ["open", "derived", "schematic"])
def test_the_same_prohibition_on_lesser_data_is_suspected(full_town, plot, authority):
    full_town.layer("standin", square(60, 0, 100), kind="ecological_redline", authority=authority)
    result = full_town.check(plot)
    assert result.verdict is Outcome.SUSPECTED
    assert _finding(result, "standin").authority == authority


def test_an_unverified_prohibition_on_official_data_is_suspected(full_town, plot):
    full_town.layer("nature_core", square(60, 0, 100))
    result = full_town.check(plot)
    assert result.verdict is Outcome.SUSPECTED
    assert _finding(result, "nature_core").rules[0].verified is False


@pytest.mark.parametrize("authority", ["official", "schematic"])
def test_a_restriction_stands_as_it_is_and_names_its_data(full_town, plot, authority):
    full_town.layer("wetland", square(0, 0, 500), authority=authority)
    result = full_town.check(plot)
    found = _finding(result, "wetland")
    assert result.verdict is Outcome.RESTRICTED
    assert (found.relation, found.share, found.authority) == ("inside", 1.0, authority)


def test_without_an_activity_the_default_stands_and_the_branches_are_conditions(full_town, plot):
    full_town.layer("ecological_redline", square(60, 0, 100))
    rule = _finding(full_town.check(plot), "ecological_redline").rules[0]
    assert rule.outcome is Outcome.PROHIBITED
    assert len(rule.conditions) == 11  # ten kinds of limited activity, and national key projects
    linear = _finding(full_town.check(plot, activities=["linear"]), "ecological_redline").rules[0]
    assert linear.outcome is Outcome.RESTRICTED
    assert linear.conditions == ()
    assert linear.documents_needed == ("涉及新增建设用地的，省级人民政府认定意见",)


def test_a_miss_within_accuracy_of_a_prohibiting_zone_is_undetermined(full_town, plot):
    full_town.layer("ecological_redline", square(104, 0, 100), accuracy_m=5)
    result = full_town.check(plot)
    found = _finding(result, "ecological_redline")
    assert result.verdict is Outcome.UNDETERMINED
    assert (found.relation, found.within_accuracy) == ("near", True)
    assert found.distance_m == pytest.approx(4.0, abs=1e-3)
    assert "须实测核定" in found.note


def test_the_footprints_own_accuracy_counts_as_well(full_town, plot):
    full_town.layer("ecological_redline", square(104, 0, 100))
    assert full_town.check(plot).verdict is Outcome.CLEAR
    assert full_town.check(footprint(plot, accuracy_m=5.0)).verdict is Outcome.UNDETERMINED


def test_a_hit_shallower_than_the_accuracy_keeps_its_outcome_and_asks_for_a_survey(full_town, plot):
    full_town.layer("ecological_redline", square(97, 0, 100), accuracy_m=5)
    found = _finding(full_town.check(plot), "ecological_redline")
    assert (found.outcome, found.within_accuracy) == (Outcome.PROHIBITED, True)
    deep = square(90, 0, 100)
    full_town.layer("ecological_redline", deep, accuracy_m=5)
    assert not _finding(full_town.check(plot), "ecological_redline").within_accuracy


def test_a_shallow_hit_of_a_branch_that_relieves_is_at_least_undetermined(full_town, plot):
    full_town.layer("water_source_quasi", square(97, 0, 100), accuracy_m=5)
    assert full_town.check(plot).verdict is Outcome.UNDETERMINED
    full_town.layer("water_source_quasi", square(90, 0, 100), accuracy_m=5)
    assert full_town.check(plot).verdict is Outcome.RESTRICTED


def test_touching_is_a_miss_at_no_distance_and_no_leave(full_town):
    # Corners on whole seconds of arc: the common edge has the very same coordinates in both.
    site, zone = (
        shapely.box(112.80, 36.35, 112.81, 36.36),
        shapely.box(112.81, 36.35, 112.82, 36.36),
    )
    full_town.layer("ecological_redline", zone)
    result = full_town.check(site)
    found = _finding(result, "ecological_redline")
    assert (found.relation, found.distance_m, found.overlap_m2) == ("touches", 0.0, None)
    assert result.verdict is Outcome.UNDETERMINED


def test_a_near_miss_of_a_zone_that_only_restricts_is_a_notice(full_town, plot):
    full_town.layer("wetland", square(104, 0, 100), accuracy_m=5)
    assert full_town.check(plot).verdict is Outcome.NOTICE


def test_a_near_zone_beyond_accuracy_is_told_and_changes_nothing(full_town, plot):
    full_town.layer("ecological_redline", square(1_300, 0, 100), accuracy_m=5)
    result = full_town.check(plot)
    found = _finding(result, "ecological_redline")
    assert result.verdict is Outcome.CLEAR
    assert found.distance_m == pytest.approx(1_200, abs=0.01)
    assert found.direction_zh == "东侧"
    assert any("不重叠，最近距离约 1.20 km（东侧）" in reason for reason in result.reasons)
    assert full_town.check(plot, near_m=1_100.0).findings == ()


def test_a_hit_counts_in_any_state(full_town, plot):
    full_town.layer("ecological_redline", square(60, 0, 100), valid_until="2020")
    result = full_town.check(plot)
    asked = next(a for a in result.layers if a.layer == "ecological_redline")
    assert (asked.state, asked.outcome) == ("stale", Outcome.PROHIBITED)
    assert not result.complete
    full_town.layer("ecological_redline", square(60, 0, 100), coverage=[])
    assert full_town.check(plot).verdict is Outcome.PROHIBITED


def test_a_hit_in_one_kind_does_not_answer_for_another_kind_of_the_same_layer(full_town, plot):
    zone = {"field": "级别", "values": {"一级": "water_source_1", "准": "water_source_quasi"}}
    for kind in ("water_source_1", "water_source_quasi"):
        del full_town.layers[kind]
    full_town.layer("sources", square(0, 0, 500), zone=zone, valid_until="2020")
    full_town.features["sources"] = [(square(0, 0, 500), {"name": "甲", "级别": "准"})]
    result = full_town.check(plot)
    assert _finding(result, "sources").outcome is Outcome.RESTRICTED
    assert result.verdict is Outcome.UNDETERMINED
    topic = next(row for row in result.topics if row.topic == "饮用水水源保护区")
    assert "涉及限制性要求" in topic.result  # the real restriction is not hidden


def test_a_feature_whose_kind_is_unknown_is_not_passed_over(full_town, plot):
    zone = {"field": "级别", "values": {"一级": "water_source_1"}}
    full_town.layer("water_source_1", square(0, 0, 500), zone=zone)
    full_town.features["water_source_1"] = [(square(0, 0, 500), {"name": "甲", "级别": "特级"})]
    result = full_town.check(plot)
    assert result.verdict is Outcome.UNDETERMINED
    assert "未对应到管控类别" in result.findings[0].note


def test_a_required_kind_without_a_law_is_undetermined_and_another_kind_a_notice(full_town, plot):
    full_town.layer("nature_park", square(0, 0, 500))
    assert full_town.check(plot).verdict is Outcome.UNDETERMINED
    full_town.layer("nature_park", square(8_000, 0, 500))
    full_town.layer("sound_zone", square(0, 0, 500))
    assert full_town.check(plot).verdict is Outcome.NOTICE


def test_a_control_units_requirements_are_printed_and_conformity_is_left_blank(full_town, plot):
    full_town.layer("control_unit", square(0, 0, 500))
    told = {"name": "ZH14040520001", "空间布局约束": "严控两高项目"}
    full_town.features["control_unit"] = [(square(0, 0, 500), told)]
    result = full_town.check(plot)
    note = _finding(result, "control_unit").note
    assert result.verdict is Outcome.NOTICE
    assert "空间布局约束：严控两高项目" in note
    assert "符合性：____" in note


def test_an_optional_layer_that_was_not_obtained_is_a_notice(full_town, plot):
    full_town.layer("wetland")
    result = full_town.check(plot)
    assert result.verdict is Outcome.NOTICE
    assert result.complete
    assert "未取得wetland数据，本次未比对，须由主管部门核实。" in result.reasons


def test_a_kind_held_by_two_layers_is_answered_for_by_both_together(full_town):
    seam = shapely.box(112.79, 36.34, 112.81, 36.36)
    west = shapely.box(112.0, 36.0, 112.80, 37.0)
    east = shapely.box(112.80, 36.0, 113.5, 37.0)
    for name, area in (("west", west), ("east", east)):
        far = (
            place(shapely.box(-9_000, 0, -8_900, 100)) if name == "west" else square(8_000, 0, 100)
        )
        full_town.layer(name, far, kind="ecological_redline", coverage=f"data/{name}_area.geojson")
        full_town.features[f"{name}_area"] = [(area, {})]
    del full_town.layers["ecological_redline"]
    both = full_town.check(seam)
    assert both.verdict is Outcome.CLEAR
    assert {a.state for a in both.layers if a.layer in ("west", "east")} == {"partial_coverage"}
    del full_town.layers["east"]
    (full_town.root / "layers" / "east.yml").unlink()
    assert full_town.check(seam).verdict is Outcome.UNDETERMINED


def test_uncertain_coordinates_decide_nothing(full_town, plot):
    reading = {"certain": False, "accuracy_m": 100.0}
    result = full_town.check(footprint(plot, crs=reading))
    assert (result.verdict, result.complete) == (Outcome.UNDETERMINED, False)
    suspicious = full_town.check(footprint(plot, crs={"suspicions": ("来源疑为加偏坐标",)}))
    assert suspicious.verdict is Outcome.NOTICE


def test_a_waived_kind_is_not_required_but_a_hit_in_it_still_counts(full_town, plot):
    full_town.layer("basic_farmland")
    full_town.marker["waivers"] = [{"kind": "basic_farmland", "waived": "城镇开发边界内，已函询"}]
    assert full_town.check(plot).verdict is Outcome.NOTICE
    full_town.layer("basic_farmland", square(0, 0, 500))
    assert full_town.check(plot).verdict is Outcome.PROHIBITED


def test_a_line_tells_how_long_and_from_where_to_where_it_is_inside(full_town):
    full_town.layer("ecological_redline", square(100, -50, 100))
    road = place(shapely.LineString([(0, 0), (300, 0)]))
    result = full_town.check(road)
    found = _finding(result, "ecological_redline")
    assert found.length_m == pytest.approx(100, abs=1e-3)
    assert found.share == pytest.approx(1 / 3, abs=1e-6)
    assert found.chainage_m == (pytest.approx((100, 200), abs=1e-2),)
    assert result.size.area_m2 is None
    assert any("里程 0+100.0—0+200.0" in reason for reason in result.reasons)


def test_a_point_lies_inside_or_not_and_has_no_area(full_town):
    full_town.layer("ecological_redline", square(-50, -50, 100))
    result = full_town.check(place(shapely.Point(0, 0)))
    found = _finding(result, "ecological_redline")
    assert (found.relation, found.overlap_m2, found.share) == ("inside", None, None)
    assert result.verdict is Outcome.PROHIBITED


def test_a_zone_drawn_as_a_line_across_the_plot_is_a_hit(full_town):
    crossing = place(shapely.LineString([(-50, 50), (150, 50)]))
    full_town.layer("river_management", crossing, accuracy_m=10)
    found = _finding(full_town.check(square(0, 0, 100)), "river_management")
    assert (found.hit, found.overlap_m2, found.within_accuracy) == (True, None, True)


def test_several_footprints_take_the_worst_verdict(full_town, plot):
    full_town.layer("ecological_redline", square(60, 0, 100))
    away = footprint(square(-500, 0, 100), name="地块2")
    result = check_sites([footprint(plot), away], full_town.store(), as_at=DAY)
    assert [site.verdict for site in result.sites] == [Outcome.PROHIBITED, Outcome.CLEAR]
    assert result.verdict.exit_code == 13


def test_the_shares_of_a_plot_across_a_county_line_add_up(full_town):
    store = full_town.store()
    line = store.boundaries.area("140405").boundary
    at = shapely.line_interpolate_point(line, 0.2, normalized=True)
    site = shapely.box(at.x - 0.002, at.y - 0.002, at.x + 0.002, at.y + 0.002)
    result = full_town.check(site)
    assert len(result.districts) >= 2
    assert sum(d.share for d in result.districts) == pytest.approx(1.0, abs=1e-4)
    assert any("县界为概略界线" in reason for reason in result.reasons)
    assert not any("县界" in reason for reason in full_town.check(square(0, 0, 100)).reasons)
    assert result.verdict is Outcome.UNDETERMINED  # half of it lies outside every coverage


def test_results_fit_the_published_schema(full_town, plot):
    full_town.layer("ecological_redline", square(60, 0, 100))
    full_town.layer("wetland", square(110, 0, 100), authority="schematic", accuracy_m=1500)
    road = footprint(place(shapely.LineString([(0, 0), (300, 0)])), name="路")
    well = footprint(place(shapely.Point(0, 0)), name="井")
    result = check_sites(
        [footprint(plot), road, well], full_town.store(), as_at=date(2026, 8, 14), industry="炼焦"
    )
    Draft202012Validator.check_schema(check_schema())
    Draft202012Validator(check_schema()).validate(result.as_json())


def test_the_same_question_gives_the_same_bytes_wherever_the_workspace_stands(
    full_town, plot, tmp_path_factory
):
    other = Town(tmp_path_factory.mktemp("别处"))
    other.layers, other.features = full_town.layers, full_town.features
    texts = {
        json.dumps(
            check_sites([footprint(plot)], t.store(), as_at=DAY).as_json(), ensure_ascii=False
        )
        for t in (full_town, other)
    }
    assert len(texts) == 1
    full_town.features["wetland"] = []
    full_town.layer("wetland", square(9_000, 0, 10))
    changed = check_sites([footprint(plot)], full_town.store(), as_at=DAY)
    assert changed.workspace.fingerprint not in texts.pop()


def test_accuracy_reaches_farther_than_near_when_it_is_worse(full_town, plot):
    zone = square(2_100, 0, 100)
    full_town.layer(
        "standin", zone, kind="ecological_redline", authority="schematic", accuracy_m=4_000
    )
    result = full_town.check(plot, near_m=100.0)
    found = _finding(result, "standin")
    assert (found.within_accuracy, found.outcome) == (True, Outcome.UNDETERMINED)


def test_no_footprint_and_a_faulty_table_of_activities_are_refused(full_town, plot):
    store = full_town.store()
    with pytest.raises(UsageError, match="没有要核查的地块"):
        check_sites([], store, as_at=DAY)
    (full_town.root / "data" / "activities.csv").write_text("id,titel\n", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="未知的列 titel"):
        check_sites([footprint(plot)], store, as_at=DAY)
