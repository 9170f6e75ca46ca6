from dataclasses import replace
from pathlib import Path

from geo.draw.lint import Fault, _furniture, _labels, _legible, _mark, lint, problems
from geo.draw.scene import compose
from geo.draw.sheet.arrange import arrange
from geo.draw.sheet.pen import new_pen
from geo.spec.maps import MapSpec
from geo.spec.marked import parse_yaml
from geo.store.store import open_store
from tests.draw.draw_world import DAY, LINTED, make_store, scene_of


def messages(scene):
    return [fault.message for fault in lint(scene)]


def test_a_good_sheet_has_no_faults(store):
    assert messages(scene_of(store, "districts", "rivers", "sections", "zones")) == []


def test_an_empty_title_is_told(store):
    assert "图上没有图名" in messages(replace(scene_of(store, "rivers"), title=" "))


def test_a_blank_page_lacks_everything(store):
    scene = scene_of(store, "rivers", "zones")
    bare = replace(scene.layout.fitted, rows=())
    scene = replace(scene, layout=replace(scene.layout, fitted=bare))
    page = new_pen(100, 100, scene.fonts)
    found = [fault.message for fault in _furniture(scene, page)]
    assert found == [
        "图上没有图名", "图上没有“内部使用，未经审图”", "图上没有“示意数据，不作为审批依据”", "图上没有图例", "图上没有比例尺",
    ]  # fmt: skip


def test_labels_on_each_other_and_numbers_without_room_are_told(store):
    arranged = arrange(scene_of(store, "places"))
    label = next(p for p in arranged.placement.placed if p.request.text == "东镇")
    twice = replace(
        arranged.placement,
        placed=(label, replace(label, forced=True)),
        numbered=(label.request,) * 13,
    )
    found = [fault.message for fault in _labels(replace(arranged, placement=twice))]
    assert found == [
        "有 1 处注记相互压盖",
        "有 1 个编号压盖其他注记",
        "有 13 个名称放不下，改用编号",
    ]


def test_a_layer_without_source_or_date_is_told(store):
    scene = scene_of(store, "rivers")
    layer = replace(scene.layers[0], credit="", as_of="")
    found = messages(replace(scene, layers=(layer,)))
    assert "图层“rivers”没有资料来源" in found
    assert "图层“rivers”没有数据日期" in found


def test_a_layer_that_cannot_be_read_is_told_not_only_left_out(tmp_path):
    make_store(tmp_path)
    (tmp_path / "data" / "rivers.geojson").write_text("{}", encoding="utf-8")
    scene = scene_of(open_store(tmp_path), "districts", "rivers")
    assert "图层“rivers”读取失败，没有画上" in messages(scene)


def test_a_sheet_without_an_office_is_told(store):
    assert "图签没有制图单位" in messages(replace(scene_of(store, "rivers"), unit=""))


def test_a_missing_character_is_told_instead_of_raised(store):
    (fault,) = lint(replace(scene_of(store, "rivers"), title="𣒍村"))
    assert "𣒍" in fault.message
    assert not fault.warning


def test_unnamed_sections_are_told(store):
    scene = scene_of(store, {"layer": "sections", "label": "none"})
    assert "监测断面没有注名" in messages(scene)


def test_classes_that_the_colour_blind_confuse_are_told(store):
    classes = {"一": {"fill": "#b05a5a"}, "二": {"fill": "#8a6a58"}}
    scene = scene_of(store, {"layer": "zones", "style": {"by": "级", "classes": classes}})
    assert any("色盲读者难以区分" in m for m in messages(scene))


def test_faint_letters_are_told(store):
    label = {"field": "name", "colour": "#dddddd"}
    assert any("太浅" in m for m in messages(scene_of(store, {"layer": "places", "label": label})))


def test_small_letters_are_told(store):
    arranged = arrange(scene_of(store, "rivers"))
    small = replace(arranged.scene.layout.fitted, size_pt=4.6)
    scene = replace(arranged.scene, layout=replace(arranged.scene.layout, fitted=small))
    (fault,) = _legible(replace(arranged, scene=scene), new_pen(100, 100, scene.fonts))
    assert fault.message == "图例字号只有 4.6 磅"


def marks(scene):
    """Return the line of each complaint about ``LINTED``."""
    source = parse_yaml(LINTED, shown=Path("maps/m.yml"))
    return {p.message: (p.line, p.column) for p in problems(scene, source=source)}


def test_a_complaint_names_the_line_of_the_layer_it_is_about(store):
    scene = compose(
        "m", MapSpec.model_validate(parse_yaml(LINTED, shown=Path("m")).value), store, as_at=DAY
    )
    rivers = next(layer for layer in scene.layers if layer.id == "rivers")
    bare = tuple(
        replace(layer, credit="", as_of="") if layer is rivers else layer for layer in scene.layers
    )
    found = marks(replace(scene, layers=bare))
    assert found["监测断面没有注名"] == (8, 5)
    assert found["图层“zones”的 #b05a5a 与 #8a6a58 色盲读者难以区分"] == (10, 5)
    assert found["图层“rivers”没有资料来源"] == (14, 5)
    assert found["图层“rivers”没有数据日期"] == (14, 5)


def test_a_complaint_about_the_sheet_names_the_line_of_its_key_or_of_the_title(store):
    scene = scene_of(store, "rivers")
    found = marks(replace(scene, title=" ", unit=""))
    assert found["图上没有图名"] == (1, 1)
    assert found["图签没有制图单位"] == (1, 1)
    source = parse_yaml(LINTED, shown=Path("maps/m.yml"))
    assert _mark(Fault("图上没有比例尺", "", key=("page", "scale")), source) == (4, 3)
    assert _mark(Fault("图上没有图例", "", key=("layers",)), source) == (5, 1)
    # What the file does not say is told where it begins.
    assert _mark(Fault("没有说明", "", key=("approval",)), source) == (1, 1)


def test_a_task_layer_and_a_place_are_found_in_the_file(store):
    text = "title: 图\nlayers:\n  - tasks: 本规划\n  - {where: {river: 长河}, title: 河, style: belt}\n"
    source = parse_yaml(text, shown=Path("maps/m.yml"))
    place = {"where": {"river": "长河"}, "title": "河", "style": "belt"}
    tasks, where = scene_of(store, {"tasks": "试"}, place).layers
    assert _mark(Fault("", "", layer=tasks), source) == (3, 5)
    assert _mark(Fault("", "", layer=where), source) == (4, 5)


def test_complaints_name_the_maps_file(store):
    found = problems(replace(scene_of(store, "rivers"), unit=""))
    assert [p.severity for p in found] == ["warning"]
    assert found[0].file == Path("maps/m.yml")
    assert str(found[0]).startswith("maps/m.yml: 图签没有制图单位 — ")
