"""What says the same is said once, under its count, and nothing is left out; pictures stand at their own size."""

import io
import json
from dataclasses import replace

import pytest
import shapely
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm

import geo
from geo.check.words import render
from geo.documents.page import table_html
from geo.documents.recount import Worked
from geo.documents.site_tables import data_table, task_table
from geo.exhibits import Table
from geo.findings import LayerAsked, said_alike
from geo.spec.vocabulary import Outcome
from geo.workflow.reporting.figures import map_picture
from tests.documents.bureau import template, texts
from tests.store.worlds import add_controls, degrees, river_world

MAP = """
title: 水系图
plan: 试
extent: {buffer: 2 km, of: {river: 长河}}
page: {size: A4, inset: false}
layers: [rivers, reservoirs]
"""
#: A declared layer of a zone kind that is not supplied, one that a control waits for, and one nobody asks for.
LAYERS = {
    "redline": "title: 红线\nzone: ecological_redline\n",
    "wells": "title: 取水井\n",
    "sheds": "title: 大棚\n",
}


def on_a4(data, side_mm):
    """Give a template A4 paper with margins left and right."""
    document, out = Document(io.BytesIO(data)), io.BytesIO()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(side_mm)
    document.save(out)
    return out.getvalue()


@pytest.fixture
def root(tmp_path):
    river_world(tmp_path)
    for name, text in LAYERS.items():
        (tmp_path / "layers" / f"{name}.yml").write_text(text, encoding="utf-8")
    controls = [
        *((f"C{n}", "{buffer: 5 km, of: {river: 长河}}") for n in range(1, 4)),
        ("C4", "{layer: wells}"),
    ]
    add_controls(tmp_path, controls)
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "water.yml").write_text(MAP, encoding="utf-8")
    square = json.loads(shapely.to_geojson(degrees(shapely.box(3000, 100, 3200, 300))))
    site = {"type": "Feature", "properties": {"name": "甲地块"}, "geometry": square}
    (tmp_path / "site.geojson").write_text(json.dumps(site), encoding="utf-8")
    return tmp_path


@pytest.fixture
def result(root):
    space = geo.open(root)
    return space.check(root / "site.geojson", as_at=space.as_at)


def test_controls_that_say_the_same_share_a_row_with_their_count_and_names(result):
    site = result.sites[0]
    assert [len(group) for group in said_alike(site.tasks)] == [3, 1]
    band, first, second = task_table(site).rows
    assert band[0] == "《试验规划》共 4 项；规划期已届满（2021—2025），各项管控均为提示"
    assert first[:3] == ("管控", "3", "C1 C1；C2 C2；C3 C3")
    assert second[1:3] == ("1", "C4 C4")
    assert len(result.as_json()["sites"][0]["tasks"]) == 4


def test_the_text_of_a_check_names_every_item_on_the_line_of_those_that_say_the_same(result):
    lines = render(result).splitlines()
    assert sum("C1 C1；C2 C2；C3 C3" in line for line in lines) == 1
    assert not any("从略" in line for line in lines)


def test_items_of_two_plans_never_share_a_row(result):
    site = result.sites[0]
    other = replace(site.tasks[0], plan="另", plan_title="另一规划")
    rows = task_table(replace(site, tasks=(*site.tasks, other))).rows
    titles = [row[0].partition("；")[0] for row in rows if Table.is_band(row)]
    assert titles == ["《试验规划》共 4 项", "《另一规划》共 1 项"]


def test_layers_that_need_not_be_compared_and_were_not_share_the_last_row(result):
    def asked(name, **more):
        given = {"required": False, "state": "no_data", "outcome": Outcome.NOTICE}
        return LayerAsked(name, name, ("no_coal_zone",), **(given | more))

    layers = (
        asked("甲"),
        asked("乙", required=True),
        asked("丙", state="ok"),
        asked("丁"),
        asked("戊", state="unreadable"),
    )
    rows = data_table(replace(result.sites[0], layers=layers)).rows
    assert [row[0] for row in rows] == ["丙", "乙", "戊", "未取得数据（非必查，共 2 类）：甲、丁"]


def test_layers_without_data_are_counted_under_the_table_and_named_with_what_waits_for_them(root):
    space = geo.open(root)
    (root / "模板.docx").write_bytes(
        template("{{ table('layers') }}", "{{ table('missing', label='附表') }}")
    )
    made = space.report(root / "模板.docx", plan="试")
    held, gaps = (item.exhibit for item in made.embedded)
    assert held.notes == (
        "另有已声明但未取得数据的 4 类（管控区 1 类、规划条目须用 1 类、其他 2 类），未取得不等于没有",
    )
    assert [row[:3] for row in gaps.rows] == [
        ("管控区", "1", "红线"), ("规划条目须用", "1", "取水井（1）"), ("其他", "2", gaps.rows[2][2]),
    ]  # fmt: skip
    assert "大棚" in gaps.rows[2][2]


def test_a_title_across_a_table_is_one_cell_in_word_and_html_and_is_read_back_whole(root):
    (root / "模板.docx").write_bytes(template("{{ table('site_tasks') }}"))
    made = geo.open(root).report(root / "模板.docx", sites=[root / "site.geojson"])
    table = made.embedded[0].exhibit
    grid = Document(io.BytesIO(made.data)).tables[0]
    assert len(grid.rows[1]._tr.findall(qn("w:tc"))) == 1
    assert Worked(made.data).cells(made.embedded[0].bookmark)[1:] == table.rows
    assert f'<th colspan="6" scope="rowgroup" class="band">{table.rows[0][0]}</th>' in table_html(
        table, label="表 1"
    )


@pytest.mark.parametrize(("wide", "paper"), [(False, "figure"), (True, "plate")])
def test_a_map_is_printed_at_the_size_it_was_drawn_so_that_its_scale_holds(root, wide, paper):
    space = geo.open(root)
    figure = map_picture(space.store, "water", as_at=space.as_at, wide=wide)
    (root / "模板.docx").write_bytes(
        on_a4(template(f"{{{{ map('water', wide={str(wide).lower()}) }}}}"), 27.0)
    )
    made = space.report(root / "模板.docx")
    shape = Document(io.BytesIO(made.data)).inline_shapes[0]
    assert shape.width == pytest.approx(Mm(figure.width_mm), rel=1e-4)
    assert "缩印" not in "".join(texts(made.data))
    assert figure.width_mm in {"figure": (156.0, 116.0), "plate": (254.0, 152.0)}[paper]


def test_a_map_made_smaller_by_a_narrow_page_says_that_its_scale_does_not_hold(root):
    (root / "模板.docx").write_bytes(on_a4(template("{{ map('water') }}"), 66.0))
    made = geo.open(root).report(root / "模板.docx")
    width = made.embedded[0].exhibit.width_mm
    told = f"版心较窄，本图按 {78 / width:.0%} 缩印，比例尺以图上线段为准"
    assert texts(made.data)[-1] == told
