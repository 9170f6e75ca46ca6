from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.draw.layers.tasks import names_intake
from geo.draw.scene import compose
from geo.draw.sheet.arrange import arrange
from geo.draw.sheet.furniture import arrow_frame, notice_frame
from geo.draw.window import in_window
from geo.errors import MissingError, UsageError
from geo.spec.maps import MapSpec
from geo.spec.where import parse_where
from geo.spec.workspace import read_workspace
from geo.store.store import open_store
from tests.draw.draw_world import DAY, make_store, scene_of
from tests.store.worlds import add_layer


def titles(scene):
    return [row.entry.text for row in scene.layout.fitted.rows]


def test_the_territory_is_shown_whole_inside_the_frame(store):
    scene = scene_of(store, "rivers")
    frame = scene.layout.map
    box = shapely.box(frame.x, frame.y, frame.right, frame.top)
    assert box.contains(scene.to_mm(scene.base.territory))


def test_a_kilometre_on_the_ground_is_as_long_on_paper_as_the_scale_says(store):
    scene = scene_of(store, "rivers")
    line = scene.to_mm(shapely.LineString([(500_000, 4_000_000), (501_000, 4_000_000)]))
    assert line.length == pytest.approx(1_000_000 / scene.denominator)


def test_layers_keep_the_maps_order_and_the_legend_its_groups(store):
    scene = scene_of(store, "places", "rivers")
    assert [layer.id for layer in scene.layers] == ["places", "rivers"]
    found = titles(scene)
    assert found.index("水系") < found.index("地名")


def test_a_layer_without_data_is_told_on_the_sheet(store):
    scene = scene_of(store, "rivers", "ecological_redline")
    assert [(s.title, s.reason) for s in scene.skipped] == [("生态保护红线", "未取得")]
    assert "生态保护红线（未取得）" in titles(scene)


def test_a_layer_with_nothing_on_the_sheet_is_told_too(store):
    layer = {"layer": "places", "filter": {"kind": "village"}}
    scene = scene_of(store, "rivers", layer)
    assert scene.skipped[0].reason == "图幅范围内没有要素"


def test_the_legend_counts_features_and_merges_equal_words(store):
    scene = scene_of(store, {"layer": "places", "title": "乡镇"})
    assert "乡镇（街道）驻地（2）" in titles(scene)


def test_a_kind_picked_by_a_filter_is_called_what_the_map_calls_it(store):
    scene = scene_of(store, {"layer": "places", "title": "乡镇", "filter": {"name": "东镇"}})
    assert "乡镇" in titles(scene)


def test_zones_are_drawn_by_what_law_knows_them_as(store):
    scene = scene_of(store, "zones")
    assert [c.title for c in scene.layers[0].classes] == [
        "饮用水水源一级保护区",
        "饮用水水源二级保护区",
    ]
    assert scene.layers[0].facts[0]["管控类别"] == "饮用水水源一级保护区"
    assert "水污染防治法" in scene.layers[0].facts[0]["管控条款"]


def test_one_schematic_layer_makes_the_sheet_schematic(store):
    assert not scene_of(store, "rivers").schematic
    assert scene_of(store, "rivers", "zones").schematic


def test_sections_show_present_and_target_class_in_words_and_halves(store):
    layer = scene_of(store, "sections").layers[0]
    assert layer.labels == ("大桥\nⅣ→Ⅲ",)
    assert layer.classes[0].ink.fill != layer.classes[0].ink.second


class TestTasks:
    def test_tasks_are_numbered_listed_and_those_without_a_place_of_their_own_are_counted(
        self, store
    ):
        scene = scene_of(store, {"tasks": "试", "kind": "project"})
        assert [(n.number, n.text) for n in scene.listed] == [
            (1, "湖区治理"), (2, "东镇管网"), (3, "东镇泵站"), (4, "长河整治"),
        ]  # fmt: skip
        notes = " ".join(scene.notes)
        assert "另有 2 项适用于全域" in notes
        assert "另有 1 项未能定位" in notes

    def test_tasks_at_one_place_share_their_badges(self, store):
        arranged = arrange(scene_of(store, {"tasks": "试", "kind": "project"}))
        groups = [p.request.badges for p in arranged.placement.placed if p.request.badges]
        assert ("2", "3") in [tuple(n for n, _ in badges) for badges in groups]

    def test_two_task_layers_are_numbered_through(self, store):
        scene = scene_of(
            store, {"tasks": "试", "kind": "project"}, {"tasks": "试", "kind": "measure"}
        )
        # Both layers are of one plan; the second begins where the first ends.
        assert [n.number for n in scene.listed] == [1, 2, 3, 4, 5]

    def test_controls_can_be_drawn(self, store):
        scene = scene_of(store, {"tasks": "试", "kind": "control"})
        assert scene.layers[0].facts[0]["强度"] == "禁止"
        assert scene.layers[0].title == "管控要求"

    def test_domain_and_ids_narrow_and_nothing_left_is_told(self, store):
        one = scene_of(store, {"tasks": "试", "ids": ["P04"]})
        assert [n.text for n in one.listed] == ["东镇管网"]
        none = scene_of(store, "rivers", {"tasks": "试", "ids": ["P03"]})
        assert "没有可上图的条目" in none.skipped[0].reason

    def test_a_label_writes_names_instead_of_numbers(self, store):
        layer = scene_of(store, {"tasks": "试", "ids": ["P04"], "label": "title"}).layers[0]
        assert layer.labels == ("东镇管网",)
        assert layer.numbers == ()

    def test_a_label_of_no_column_is_refused(self, store):
        with pytest.raises(UsageError, match="任务表没有字段 xyz"):
            scene_of(store, {"tasks": "试", "label": "xyz"})

    def test_tasks_beyond_the_sheet_are_counted_not_listed(self, store):
        near = {"buffer": "500 m", "of": {"place": "东镇"}}
        scene = scene_of(store, {"tasks": "试", "kind": "project"}, extent=near, margin="500 m")
        assert "湖区治理" not in [n.text for n in scene.listed]
        assert [n.number for n in scene.listed] == list(range(1, len(scene.listed) + 1))
        assert any("在图幅范围之外" in note for note in scene.notes)

    def test_a_whole_district_is_numbered_but_not_washed(self, store):
        layer = scene_of(store, {"tasks": "试", "ids": ["P01", "P04"]}).layers[0]
        assert layer.drawn_as_area().tolist() == [True, True]


class TestPlaces:
    def test_one_place_has_its_own_symbol_and_label(self, store):
        item = {
            "where": {"buffer": "1 km", "of": {"reservoir": "镜湖"}}, "title": "湖周 1 km",
            "style": {"preset": "water_source_2"}, "label": "湖周",
        }  # fmt: skip
        layer = scene_of(store, item).layers[0]
        assert layer.names == ("湖周 1 km",)
        assert layer.labels == ("湖周",)

    def test_a_place_nobody_knows_is_told(self, store):
        item = {"where": {"place": "子虚乡"}, "title": "子虚", "style": {}}
        assert "子虚乡" in scene_of(store, "rivers", item).skipped[0].reason

    def test_an_extent_nobody_knows_is_refused(self, store):
        with pytest.raises(UsageError, match="extent 未能定位"):
            scene_of(store, "rivers", extent={"place": "子虚乡"})


def test_a_filter_or_label_of_no_field_is_refused(store):
    with pytest.raises(UsageError, match="没有字段 无"):
        scene_of(store, {"layer": "rivers", "filter": {"无": "x"}})
    with pytest.raises(UsageError, match="没有字段 无"):
        scene_of(store, {"layer": "rivers", "label": "无"})


def test_label_none_writes_nothing(store):
    assert scene_of(store, {"layer": "rivers", "label": "none"}).layers[0].label is None


def test_a_public_map_has_no_kilometre_grid_no_intakes_and_nothing_internal(store):
    scene = scene_of(
        store, "rivers", "counts", edition="public", approval="晋S(2026)1号", grid="kilometre"
    )
    assert scene.grid == "graticule"
    assert [s.reason for s in scene.skipped] == ["内部资料，公开版不绘"]


def test_a_subtitle_that_repeats_the_plan_is_left_out(store):
    assert scene_of(store, "rivers", subtitle="试验规划").subtitle == ""
    assert scene_of(store, "rivers", subtitle="2026 年").subtitle == "2026 年"


def test_the_foot_names_sources_with_dates_the_plane_and_the_usual_words(store):
    foot = " ".join(scene_of(store, "rivers", note="仅供内部讨论").credits)
    for words in (
        "天地图",
        "rivers：试验，2026",
        "CGCS2000 3度带",
        "仅供内部讨论",
        "不作为划界依据",
    ):
        assert words in foot


def test_the_notice_hides_nothing_of_the_territory(store):
    scene = scene_of(store, "rivers", "zones")
    notice = notice_frame(scene)
    box = shapely.box(notice.x, notice.y, notice.right, notice.top)
    assert shapely.area(shapely.intersection(box, scene.to_mm(scene.base.territory))) == 0.0


def test_when_every_corner_is_taken_the_notice_stands_by_the_title(store):
    near = {"buffer": "500 m", "of": {"place": "东镇"}}
    scene = scene_of(store, "rivers", "zones", "places", extent=near)
    if scene.schematic:
        assert notice_frame(scene).y >= scene.layout.map.top
    assert arrow_frame(scene).top <= scene.layout.map.top


def test_neighbours_are_known_and_borders_are_ranked_once(store):
    scene = scene_of(store, "rivers")
    assert "长子县" in [n.name for n in scene.around.neighbours]
    county, city = (scene.around.borders[level] for level in ("county", "city"))
    assert shapely.length(shapely.intersection(county, shapely.buffer(city, 10))) < 500


def test_the_locator_shows_province_and_city(store):
    panes = scene_of(store, "rivers").base.panes
    assert [p.title for p in panes] == ["山西省", "长治市"]


def test_a_map_without_a_plan_is_about_the_workspace(store):
    spec = MapSpec.model_validate({"title": "图", "layers": ["rivers"]})
    scene = compose("x", spec, store, as_at=DAY)
    assert scene.base.adcodes == ("140405",)
    assert scene.plan_title == ""


def test_names_without_room_are_listed_in_the_legend(store):
    near = {"buffer": "200 m", "of": {"place": "东镇"}}
    scene = scene_of(store, "rivers", "places", "districts", extent=near, size="figure")
    arranged = arrange(scene)
    listed = [row.entry.text for row in arranged.scene.layout.fitted.rows]
    for request in arranged.placement.numbered:
        assert request.text.replace("\n", " ") in listed


def test_an_absent_font_is_told(store):
    fonts = store.spec.marker.fonts.model_copy(update={"sans": "无此字体"})
    marker = store.spec.marker.model_copy(update={"fonts": fonts})
    other = type(store)(replace(store.spec, marker=marker))
    with pytest.raises(MissingError, match="无此字体"):
        scene_of(other, "rivers")


def test_out_of_date_data_is_drawn_and_said_to_be(tmp_path):
    other = make_store(tmp_path)
    path = tmp_path / "layers" / "rivers.yml"
    path.write_text(path.read_text(encoding="utf-8") + "valid_until: 2026-01\n", encoding="utf-8")
    scene = scene_of(type(other)(_read(tmp_path)), "rivers")
    assert any("已过期" in note for note in scene.notes)


def _read(root):
    spec, problems = read_workspace(root)
    assert problems == []
    return spec


def test_features_outside_stay_out_but_waters_run_on(store):
    scene = scene_of(store, "rivers", "places")
    flat = scene.to_mm(np.asarray(scene.plane.geometry(scene.layers[0].geometry), dtype=object))
    assert shapely.length(flat).max() > 50


def test_a_public_map_hides_what_is_placed_by_a_drinking_water_source():
    assert names_intake(parse_where("{around: {water_source: 甲}}", shown=Path("x")))
    assert names_intake(parse_where("{any: [{river: 乙}, {water_source: 甲}]}", shown=Path("x")))
    assert not names_intake(parse_where("{river: 乙}", shown=Path("x")))


def test_a_public_map_has_no_kilometre_grid_and_says_that_borders_decide_nothing(store):
    scene = scene_of(store, "rivers", grid="kilometre", edition="public", approval="晋S(2026)1号")
    assert scene.grid == "graticule"
    assert "图上界线不作为划界依据" in scene.credits[1]


def test_a_layer_is_cut_off_at_the_border_when_asked(tmp_path):
    make_store(tmp_path)
    add_layer(tmp_path, "wide", [({"name": "大区"}, shapely.box(-60000, -60000, 60000, 60000))])
    store = open_store(tmp_path)
    whole, cut = (
        scene_of(store, {"layer": "wide", "clip": clip}).layers[0].geometry[0]
        for clip in (False, True)
    )
    territory = store.plan_territory("试")
    assert not territory.buffer(1e-6).covers(whole)
    assert territory.buffer(1e-6).covers(cut)


def test_a_point_whose_symbol_the_frame_would_cut_is_not_shown(store):
    scene = scene_of(store, "places")
    east = next(
        g
        for layer in scene.every
        for g in scene.plane.geometry(layer.geometry)
        if layer.id == "places"
    )
    window = (east.x - 50.0, east.y - 900.0, east.x + 900.0, east.y + 900.0)

    def shown(edge_m):
        found = in_window(
            scene.every, scene.base, scene.plane, window, extent=scene.extent, edge_m=edge_m
        )
        return [name for layer in found for name in layer.names]

    assert shown(49.0) == ["东镇"]
    assert shown(51.0) == []
