"""Finding tasks by plan, kind, place, point and words; writing them in every format."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import pyogrio
import pytest
import shapely
from openpyxl import load_workbook

from geo.documents.spreadsheet import SheetTable, as_xlsx
from geo.errors import UsageError
from geo.store.store import open_store
from geo.workflow import export
from geo.workflow.tasks import find_tasks
from tests.store.worlds import add_controls, degrees, river_world
from tests.workflow.world_points import at

ROWS = [
    ("全域", "everywhere"),
    ("河上", "{river: 长河}"),
    ("河旁", "{buffer: 100 m, of: {river: 长河}}"),
    ("村旁", "{place: 乙村}"),
    ("待图层", "{layer: no_coal_zone}"),
    ("无法定位", "{unlocated: 未写厂址}"),
]


@pytest.fixture
def store(tmp_path):
    river_world(tmp_path)
    add_controls(tmp_path, ROWS)
    return open_store(tmp_path)


def ids(hits):
    return [hit.row.id for hit in hits]


def test_without_conditions_every_row_is_listed_placed_or_not(store):
    assert ids(find_tasks(store)) == [name for name, _ in ROWS]


def test_at_a_point_the_nearest_and_most_specific_come_first_and_plan_wide_last(store):
    assert ids(find_tasks(store, at=at(5000, 50))) == ["河旁", "河上", "村旁", "全域"]


def test_what_lies_farther_than_asked_is_left_out(store):
    assert ids(find_tasks(store, at=at(5000, 3000), near_m=1000)) == ["全域"]


def test_the_reason_tells_distance_in_words_and_a_sketch_gets_no_metres(store):
    why = {hit.row.id: hit.why for hit in find_tasks(store, at=at(5000, 50))}
    assert why["河上"].startswith("距其约 50 m")
    assert "km（示意）" in why["村旁"]
    assert why["全域"] == "适用于规划全域"


def test_inside_a_named_place_only_what_meets_it(store):
    assert set(ids(find_tasks(store, inside="圆湖"))) == {"全域", "河上", "河旁"}


def test_words_are_looked_for_in_titles_and_places(store):
    assert ids(find_tasks(store, text="乙村")) == ["村旁"]


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"plan": "没有"}, "没有名为 没有 的规划"),
        ({"kind": "projct"}, "是否想写 project"),
        ({"inside": "丙地"}, "丙地"),
    ],
)
def test_a_wrong_condition_is_told_with_the_nearest_right_word(store, wish, words):
    with pytest.raises(UsageError, match=words):
        find_tasks(store, **wish)


def test_a_record_says_null_for_what_was_not_measured(store):
    records = {hit.row.id: export.record(hit) for hit in find_tasks(store)}
    assert records["待图层"]["distance_m"] is None
    assert records["待图层"]["accuracy_m"] is None
    assert records["待图层"]["open"] == "需要图层 no_coal_zone"
    assert records["无法定位"]["open"] == "未写厂址"


def test_a_metre_distance_from_a_sketch_never_leaves(store):
    records = {hit.row.id: export.record(hit) for hit in find_tasks(store, at=at(5000, 50))}
    assert records["村旁"]["distance_m"] is None
    assert records["河上"]["distance_m"] == pytest.approx(50, abs=0.2)


def test_json_csv_and_geojson_tell_the_same_rows(store):
    hits = find_tasks(store)
    rows = json.loads(export.as_json(hits))["tasks"]
    table = list(csv.DictReader(io.StringIO(export.as_csv(hits).decode("utf-8-sig"))))
    features = json.loads(export.as_geojson(hits))["features"]
    assert (
        [r["id"] for r in rows]
        == [r["编号"] for r in table]
        == [f["properties"]["id"] for f in features]
    )
    assert features[4]["geometry"] is None
    assert features[3]["properties"]["notice"] == "示意数据，不作为审批依据"


def test_csv_opens_in_excel_as_chinese_and_runs_no_formula(store):
    data = export.as_csv(find_tasks(store))
    assert data.startswith(b"\xef\xbb\xbf")
    assert export._harmless({"a": "=cmd()"})["a"] == "'=cmd()"


def test_a_geopackage_has_a_layer_per_geometry_type_and_a_table_of_what_has_no_place(
    store, tmp_path
):
    path = tmp_path / "t.gpkg"
    export.write_gpkg(find_tasks(store), path)
    layers = dict(pyogrio.list_layers(path))
    assert set(layers) == {"tasks_points", "tasks_lines", "tasks_polygons", "tasks_unlocated"}
    counts = [len(pyogrio.read_dataframe(path, layer=name)) for name in sorted(layers)]
    assert counts == [1, 1, 2, 2]


def test_the_text_table_counts_its_rows_and_says_what_is_schematic(store):
    text = export.as_text(find_tasks(store))
    assert "共 6 条" in text
    assert "示意数据，不作为审批依据" in text
    assert export.as_text([]) == "没有符合条件的任务"


def test_near_situqiao_the_reference_plans_answer_with_the_river_first():
    root = Path(__file__).parents[2]
    hits = find_tasks(open_store(root), at=(112.98, 36.28))
    assert hits[0].found.task.plan == "tunliu"
    assert any("司徒桥" in hit.row.where for hit in hits)
    distances = [hit.distance_m for hit in hits if hit.row.where != "everywhere"]
    assert distances[0] == 0.0


def test_a_workbook_of_tasks_keeps_every_column(store):
    rows = [export.shown(export.record(hit)) for hit in find_tasks(store)]
    data = as_xlsx(
        [SheetTable("规划任务", tuple(export.FIELDS.values()), rows)], as_at=date(2026, 11, 22)
    )
    sheet = load_workbook(io.BytesIO(data))["规划任务"]
    assert [cell.value for cell in sheet[1]] == list(export.FIELDS.values())
    assert sheet.max_row == 1 + len(rows)


def test_degrees_of_the_world_are_where_they_should_be():
    assert degrees(shapely.Point(0, 0)).coords[0] == pytest.approx((112.80, 36.30))
