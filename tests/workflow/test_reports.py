"""Reports filled from a workspace: one source for every number, and an answer to what is stale."""

import hashlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
import zlib
from datetime import date

import pytest
import shapely
from click.testing import CliRunner
from docx import Document
from PIL import Image

import geo
from geo.cli.main import cli
from geo.documents.record import read_record
from geo.draw.sheet.arrange import arrange
from geo.draw.sheet.paper import draw_arranged
from geo.draw.site_map import site_scene
from geo.errors import InputError, UsageError, WorkspaceError
from geo.spec.workspace import read_workspace
from geo.store.store import open_store
from geo.workflow.build import build
from geo.workflow.reporting.redact import for_outside, without_places
from geo.workflow.reporting.reports import make_report, report_spec
from geo.workflow.reporting.stale import stale_of
from geo.workflow.reporting.templates import SHIPPED
from tests.documents.bureau import repacked, template, texts, xml_of
from tests.documents.ooxml import faults
from tests.store.worlds import add_controls, degrees, river_world
from tools.build_templates import FOLDER
from tools.build_templates import build as build_templates

MAP = """
title: 水系图
plan: 试
extent: {buffer: 2 km, of: {river: 长河}}
page: {size: A4, inset: false}
layers: [rivers, reservoirs]
"""
INDICATORS = (
    "no,category,name,unit,base_year,base,target_2025,kind\n1,水,优良比例,%,2020,80,85,约束性\n"
)


@pytest.fixture
def root(tmp_path):
    river_world(tmp_path)
    add_controls(tmp_path, [("C1", "{river: 长河}"), ("C2", "{unlocated: 未写}")])
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "water.yml").write_text(MAP, encoding="utf-8")
    (tmp_path / "plans" / "试" / "indicators.csv").write_text(INDICATORS, encoding="utf-8-sig")
    square = json.loads(shapely.to_geojson(degrees(shapely.box(3000, 100, 3200, 300))))
    site = {"type": "Feature", "properties": {"name": "甲地块"}, "geometry": square}
    (tmp_path / "site.geojson").write_text(json.dumps(site), encoding="utf-8")
    return tmp_path


def bureau(root, *lines):
    (root / "模板.docx").write_bytes(template(*lines))
    return "模板.docx"


def test_map_table_indicator_and_check_meet_in_one_file(root):
    name = bureau(
        root, "# 1 规划", "{{ map('water') }}", "{{ table('indicators', plan='试') }}",
        "目标 {{ indicator('试', 1).target_2025 }}%，管控 {{ count('试', kind='control') }} 条，已定位 "
        "{{ count('试', kind='control', standing='已定位') }} 条", "{{ check }}", "{{ check.sites[0].area_ha|fixed(4) }}",
        "见{{ ref('water') }}",
    )  # fmt: skip
    space = geo.open(root)
    made = space.report(root / name, sites=[root / "site.geojson"])
    shown = texts(made.data)
    result = space.check(root / "site.geojson", as_at=space.as_at)
    assert [e.number for e in made.embedded] == ["图 1-1", "表 1-1"]
    assert "目标 85%，管控 2 条，已定位 1 条" in shown
    assert f"综合判定：甲地块：{result.verdict.zh}。" in shown
    assert shown[-2] == f"{result.as_json()['sites'][0]['area_ha']:.4f}"
    assert shown[-1] == "见图 1-1"
    assert "水系图" in made._repr_html_()


def test_the_same_workspace_gives_the_same_bytes(root):
    name = bureau(root, "{{ map('water') }}", "{{ table('layers') }}")
    first, second = (geo.open(root).report(root / name) for _ in range(2))
    assert first.data == second.data
    assert first.rendered(".pdf") == second.rendered(".pdf")


def test_a_fresh_report_is_not_stale_and_a_changed_number_is_named(root):
    name = bureau(root, "{{ map('water') }}", "{{ table('standing', plan='试') }}", "{{ indicator('试', 1).target_2025 }}",
                  "{{ check.verdict }}", "{{ passage('conclusion') }}", "{{ table('topics') }}")  # fmt: skip
    out = root / "报告.docx"
    geo.open(root).report(root / name, sites=[root / "site.geojson"]).save(out)
    assert stale_of(open_store(root), out).stale == ()
    path = root / "plans" / "试" / "indicators.csv"
    path.write_text(INDICATORS.replace(",85,", ",90,"), encoding="utf-8-sig")
    (root / "maps" / "water.yml").write_text(MAP.replace("水系图", "河流图"), encoding="utf-8")
    told = [str(item) for item in stale_of(open_store(root), out).stale]
    assert "{{ indicator('试', 1).target_2025 }} = 85：现在是 90" in told
    assert any("水系图" in line and "maps/water.yml" in line for line in told)
    assert len(told) == 2


def test_a_changed_layer_is_named_by_the_map_it_touches_and_nothing_else(root):
    out = root / "报告.docx"
    name = bureau(
        root,
        "{{ map('water') }}",
        "{{ chart('试') }}",
        "{{ table('topics') }}",
        "{{ table('rules') }}",
    )
    geo.open(root).report(root / name, sites=[root / "site.geojson"]).save(out)
    layer = root / "layers" / "rivers.yml"
    before = layer.read_text(encoding="utf-8")
    layer.write_text(before.replace("title: ", "title: 新"), encoding="utf-8")
    told = [str(item) for item in stale_of(open_store(root), out).stale]
    assert any("水系图" in line and "layers/rivers.yml" in line for line in told)
    assert not any("指标" in line for line in told)
    layer.write_text(before, encoding="utf-8")
    assert stale_of(open_store(root), out).stale == ()


def typed_over(path, part, old, new):
    data = path.read_bytes()
    xml = xml_of(data, part)
    assert old in xml
    path.write_bytes(repacked(data, {part: xml.replace(old, new, 1)}))


def test_what_somebody_typed_over_in_the_file_is_named(root):
    name = bureau(root, "# 1 甲", "见{{ ref('water') }}，目标 {{ indicator('试', 1).target_2025 }}%", "{{ map('water') }}",
                  "{{ map('water', label='图') }}", "{{ table('indicators', plan='试') }}")  # fmt: skip
    out = root / "报告.docx"
    whole = geo.open(root).report(root / name)

    def told(old, new):
        whole.save(out)
        typed_over(out, "word/document.xml", old, new)
        return [str(item) for item in stale_of(open_store(root), out).stale]

    whole.save(out)
    assert stale_of(open_store(root), out).stale == ()
    # A reference, a caption's number, a value in the text and a cell of a table, one at a time.
    (line,) = told(">图 1-1<", ">图 1-7<")
    assert "交叉引用写作“图 1-7”，所指的题注是“图 1-1”" in line
    (line,) = told("<w:t>2</w:t>", "<w:t>5</w:t>")
    assert line == "图号表号：题注“图 1-5　水系图”的编号是 5，按次序应为 2"
    (line,) = told("<w:t>80（2020）</w:t>", "<w:t>70（2020）</w:t>")
    assert line.startswith("表 1-1　")
    assert "第 1 行“基准值（年）”是 70（2020），应为 80（2020）" in line
    # The 85 of the text stands in the table as well: its sentence tells.
    assert told("目标 85%", "目标 95%") == []
    assert stale_of(open_store(root), out).notes == (
        "文中“，目标 85%”处改动过，请核对 {{ indicator('试', 1).target_2025 }} 的值",
    )


def test_a_value_typed_over_that_stands_nowhere_else_is_stale(root):
    out = root / "报告.docx"
    name = bureau(root, "目标 {{ indicator('试', 1).target_2025 }}%")
    geo.open(root).report(root / name).save(out)
    typed_over(out, "word/document.xml", "目标 85%", "目标 95%")
    (line,) = map(str, stale_of(open_store(root), out).stale)
    assert line == "{{ indicator('试', 1).target_2025 }} = 85：文中已找不到这个值，可能被手工改动"


def test_a_number_counted_anew_after_an_insertion_is_right(root):
    out = root / "报告.docx"
    name = bureau(
        root, "# 1 甲", "{{ map('water') }}", "{{ map('water') }}", "见{{ ref('water') }}"
    )
    geo.open(root).report(root / name).save(out)
    # As Word does when somebody puts a figure of his own between the two and updates: 1, 2, 3.
    own = ('<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>SEQ 图</w:instrText></w:r><w:r>'
           '<w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>2</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>')  # fmt: skip
    xml = xml_of(out.read_bytes())
    second = xml.rindex("<w:p>", 0, xml.rindex("<w:drawing>"))
    xml = xml[:second] + own + xml[second:].replace("<w:t>2</w:t>", "<w:t>3</w:t>", 1)
    out.write_bytes(repacked(out.read_bytes(), {"word/document.xml": xml}))
    assert stale_of(open_store(root), out).stale == ()


def test_a_rounded_value_and_one_picked_by_position_are_asked_again(root):
    out = root / "报告.docx"
    name = bureau(root, "{{ check.sites[0].area_ha|fixed(4) }}", "{{ check.sites[0].name }}")
    geo.open(root).report(root / name, sites=[root / "site.geojson"]).save(out)
    values = read_record(out.read_bytes(), shown="a")["values"]
    assert [v["expression"] for v in values] == [
        "check.sites[0].area_ha|fixed(4)",
        "check.sites[0].name",
    ]
    assert stale_of(open_store(root), out).stale == ()
    site = json.loads((root / "site.geojson").read_text(encoding="utf-8"))
    site["properties"]["name"] = "乙地块"
    (root / "site.geojson").write_text(json.dumps(site), encoding="utf-8")
    (told,) = map(str, stale_of(open_store(root), out).stale)
    assert told == "{{ check.sites[0].name }} = 甲地块：现在是 乙地块"


def test_a_chart_of_indicators_stands_in_a_report_and_goes_stale_with_its_plan(root):
    name = bureau(root, "# 1 指标", "{{ chart('试') }}", "见{{ ref('chart_试') }}")
    out = root / "报告.docx"
    made = geo.open(root).report(root / name)
    made.save(out)
    figure = made.embedded[0].exhibit
    assert "优良比例 80 → 85" in figure.alt
    assert texts(made.data)[-1] == "见图 1-1"
    assert stale_of(open_store(root), out).stale == ()
    path = root / "plans" / "试" / "indicators.csv"
    path.write_text(INDICATORS.replace(",85,", ",90,"), encoding="utf-8-sig")
    (told,) = map(str, stale_of(open_store(root), out).stale)
    assert told.startswith("图 1-1　")
    assert "plans/试/indicators.csv" in told


def test_every_table_of_a_check_by_name_and_by_chapter_is_found_again(root):
    chapters = ["project", "data", "methods", "results", "requirements", "conclusion"]
    tables = ["topics", "data", "occupation", "targets", "rules", "units", "site_tasks", "corners"]
    for words in ([f"{{{{ passage('{n}') }}}}" for n in chapters],
                  [f"{{{{ table('{n}') }}}}" for n in tables]):  # fmt: skip
        out = root / "报告.docx"
        geo.open(root).report(bureau(root, *words), sites=[root / "site.geojson"]).save(out)
        assert stale_of(open_store(root), out).stale == ()


def test_a_report_whose_map_or_footprint_is_gone_says_so(root):
    out = root / "报告.docx"
    geo.open(root).report(bureau(root, "{{ map('water') }}"), sites=[root / "site.geojson"]).save(
        out
    )
    (root / "maps" / "water.yml").unlink()
    assert "无法重新生成" in str(stale_of(open_store(root), out).stale[0])
    (root / "site.geojson").rename(root / "moved.geojson")
    with pytest.raises(InputError, match="--site"):
        stale_of(open_store(root), out)
    assert stale_of(open_store(root), out, sites=[root / "moved.geojson"]).checked == 1


def test_the_record_tells_no_folder_of_the_office(root, tmp_path_factory):
    outside = tmp_path_factory.mktemp("张三的电脑") / "地块.geojson"
    outside.write_bytes((root / "site.geojson").read_bytes())
    made = geo.open(root).report(bureau(root, "{{ check }}"), sites=[outside])
    assert read_record(made.data, shown="a")["report"]["sites"] == ["地块.geojson"]
    assert "张三" not in json.dumps(read_record(made.data, shown="a"), ensure_ascii=False)


def test_a_redacted_copy_has_no_coordinates_and_no_record(root):
    space = geo.open(root)
    plain = space.report("site_check", sites=[root / "site.geojson"])
    copy = space.report("site_check", sites=[root / "site.geojson"], redact=True)
    corners = [
        c.text for t in Document(io.BytesIO(plain.data)).tables for r in t.rows for c in r.cells
    ]
    hidden = [
        c.text for t in Document(io.BytesIO(copy.data)).tables for r in t.rows for c in r.cells
    ]
    degrees_shown = [text for text in corners if "." in text and len(text.split(".")[1]) == 8]
    assert degrees_shown
    assert not set(degrees_shown) & set(hidden)
    assert "对外副本，坐标从略。" in texts(copy.data)
    with pytest.raises(InputError, match="对外副本"):
        read_record(copy.data, shown="a")


def test_no_part_of_a_redacted_copy_holds_a_coordinate(root):
    site = json.loads((root / "site.geojson").read_text(encoding="utf-8"))
    corners = {value for pair in site["geometry"]["coordinates"][0] for value in pair}
    lines = ["{{ site_map() }}", "{{ map('water') }}", "{{ check }}", "{{ check.sites[0].districts }}", "{{ table('corners') }}",
             *(f"{{{{ passage('{n}') }}}}" for n in ("project", "data", "methods", "results", "requirements", "conclusion"))]  # fmt: skip
    for template_name in (bureau(root, *lines), "site_check"):
        copy = geo.open(root).report(template_name, sites=[root / "site.geojson"], redact=True)
        with zipfile.ZipFile(io.BytesIO(copy.data)) as archive:
            names = archive.namelist()
            held = b"\n".join(archive.read(name) for name in names)
            pictures = [archive.read(n) for n in names if n.startswith("word/media/")]
        assert not any(f"{value:.3f}".encode() in held for value in corners)
        assert "docProps/thumbnail.jpeg" not in names
        assert b"hongxian:report" not in held
        # What a picture says of itself is a title and the program's name.
        told = [set(Image.open(io.BytesIO(p)).info) for p in pictures]
        assert all(keys <= {"dpi", "Software", "Title", "Description"} for keys in told)
        assert pictures


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{{ map('watr') }}", "是否想写 water？"),
        ("{{ table('indicator') }}", "是否想写 indicators？"),
        ("{{ indicator('试', 7).name }}", "没有序号为 7 的指标"),
        ("{{ indicator('试', 1).target_2052 }}", "是否想写 target_2025？"),
        ("{{ table('tasks', plan='没有') }}", "没有名为 没有 的规划"),
        ("{{ table('tasks', plan='试', kind='projct') }}", "是否想写 project？"),
        ("{{ map('water', wdie=true) }}", "是否想写 wide？"),
        ("{{ map() }}", "参数个数不对"),
        ("{{ title() }}", "不是函数"),
        ("{{ check }}", "没有名称 check"),
        ("{{ site_map() }}", "报告没有用地"),
        ("{{ passage('methods', site=2) }}", "报告没有用地"),
        ("{{ passage('signture') }}", "报告没有用地"),
        ("{{ table('standing') }}", "没有指明规划"),
        ("{{ chart('没有') }}", "没有名为 没有 的规划"),
        ("{{ chart() }}", "没有指明规划"),
        ("{{ table('unit') }}", "是否想写 units？"),
        ("{{ map('water', label='插图') }}", "可用：图、表、附图、附表"),
    ],
)
def test_a_wrong_token_is_told_with_its_paragraph_and_nothing_is_written(root, line, words):
    out = root / "出.docx"
    with pytest.raises(UsageError) as caught:
        geo.open(root).report(bureau(root, f"甲 {line}" if "map" not in line else line)).save(out)
    assert words in str(caught.value)
    assert "段落“" in str(caught.value)
    assert not out.exists()


def test_wrong_wishes_are_told(root):
    space = geo.open(root)
    with pytest.raises(UsageError, match="是否想写 atlas"):
        space.report("atlass")
    with pytest.raises(UsageError, match="没有名为 没有 的规划"):
        space.report("atlas", plan="没有")
    with pytest.raises(UsageError, match="没有名为 没有 的地图"):
        space.report("atlas", maps=["没有"])
    with pytest.raises(UsageError, match="不是图号样式"):
        space.report("atlas", numbering="图x")
    with pytest.raises(UsageError, match="只用于用地核查"):
        space.report("atlas", industry="C2521")
    made = space.report("atlas")
    with pytest.raises(UsageError, match=r"\.docx、\.pdf"):
        made.rendered(".txt")
    with pytest.raises(UsageError, match="typst、libreoffice"):
        made.rendered(".pdf", engine="word")


@pytest.mark.parametrize("style", ["report", "gongwen"])
@pytest.mark.parametrize("name", list(SHIPPED))
def test_every_shipped_template_is_filled(root, name, style):
    spec = report_spec(title="报告", template=name, style=style, plan="试",
                       sites=["site.geojson"] if name == "site_check" else [])  # fmt: skip
    made = make_report(open_store(root), spec, as_at=date(2026, 11, 22))
    shown = "\n".join(texts(made.data))
    assert "{{" not in shown
    assert "\ue000" not in shown
    assert made.embedded
    assert faults(made.data) == []


def test_the_shipped_templates_are_what_the_script_makes():
    for name, data in build_templates().items():
        assert (FOLDER / name).read_bytes() == data, f"run tools/build_templates.py: {name}"
        assert len(data) < 200_000
        assert faults(data) == []


def test_build_makes_reports_once_and_again_when_an_input_changes(root):
    (root / "reports").mkdir()
    bureau(root, "{{ map('water') }}")
    yml = root / "reports" / "water.yml"
    yml.write_text(
        "title: 水系报告\ntemplate: 模板.docx\nplan: 试\noutput: 水系报告\n", encoding="utf-8"
    )
    assert "reports/水系报告.docx" in build(root, formats=["png"]).made
    assert build(root, formats=["png"]).made == ()
    yml.write_text(
        "title: 水系报告二\ntemplate: 模板.docx\nplan: 试\noutput: 水系报告\n", encoding="utf-8"
    )
    assert build(root, formats=["png"], reports=False).made == ()
    assert build(root, formats=["png"]).made == ("reports/水系报告.docx",)
    (root / "reports" / "two.yml").write_text(yml.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(WorkspaceError, match="两份报告都写到"):
        build(root, formats=["png"])


def test_a_report_file_with_faults_is_told_at_its_line(root):
    (root / "reports").mkdir()
    text = "title: 甲\ntemplate: atlas\nplan: 无\nmaps: [watr]\nsites: [a.shp]\noutput: a/b\n"
    (root / "reports" / "a.yml").write_text(text.replace("output: a/b\n", ""), encoding="utf-8")
    (root / "reports" / "b.yml").write_text(
        "title: 乙\ntemplate: atlas\noutput: a/b\n", encoding="utf-8"
    )
    told = [str(problem) for problem in read_workspace(root)[1]]
    assert any(line.startswith("reports/a.yml:3:") and "无" in line for line in told)
    assert any("是否想写 water？" in line for line in told)
    assert any("没有用地文件 a.shp" in line for line in told)
    assert any("reports/b.yml:3" in line and "不带后缀" in line for line in told)


def test_fifty_figures_are_placed_in_time(root, soon):
    name = bureau(root, "# 1 图集", *["{{ map('water') }}", "{{ table('layers') }}"] * 50)
    space = geo.open(root)
    space.report(bureau(root, "{{ map('water') }}"))
    bureau(root, "# 1 图集", *["{{ map('water') }}", "{{ table('layers') }}"] * 50)
    # The one map is drawn once, about a second; the rest is the report's own work.
    with soon(15 + 3):
        made = space.report(root / name)
    assert made.embedded[-2].number == "图 1-50"


def test_the_command_fills_checks_and_refuses(root):
    def run(*arguments):
        return CliRunner().invoke(cli, ["report", "-w", str(root), *arguments])

    bureau(root, "{{ map('water') }}", "{{ indicator('试', 1).target_2025 }}")
    out = root / "出.docx"
    done = run(str(root / "模板.docx"), "--plan", "试", "--out", str(out))
    assert done.exit_code == 0, done.output
    assert "图表 1 个" in done.output
    assert run("--check", str(out)).exit_code == 0
    path = root / "plans" / "试" / "indicators.csv"
    path.write_text(INDICATORS.replace(",85,", ",90,"), encoding="utf-8-sig")
    stale = run("--check", str(out))
    assert stale.exit_code == 1
    assert "现在是 90" in stale.output
    for wrong, words in (
        (("atlas",), "--out"), (("atlas", "--out", "a.txt"), ".docx .pdf"), ((), "二者选一"),
        (("atlass", "--out", str(root / "a.docx")), "是否想写 atlas"),
    ):  # fmt: skip
        assert words in str(run(*wrong).exception)


def test_two_processes_write_the_same_bytes(root):
    bureau(root, "# 1 甲", "见{{ ref('water') }}", "{{ map('water') }}", "{{ map('water', wide=true) }}",
           "{{ table('standing', plan='试') }}", "{{ table('layers') }}", "{{ chart('试') }}", "{{ site_map() }}",
           "{{ passage('results') }}", "{{ figure_list() }}")  # fmt: skip
    made = []
    for seed in ("1", "2"):
        out = [root / f"{seed}.docx", root / f"{seed}.pdf"]
        done = subprocess.run(
            [sys.executable, "-m", "geo.cli", "report", "-w", str(root), str(root / "模板.docx"), "--plan", "试",
             "--site", str(root / "site.geojson"), "--out", str(out[0]), "--out", str(out[1])],
            env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        made.append([hashlib.sha256(path.read_bytes()).hexdigest() for path in out])
    assert made[0] == made[1]


def test_a_series_stands_in_a_report_as_its_index(root):
    (root / "maps" / "sheets.yml").write_text(
        MAP + "series: {over: reservoirs, margin: 1 km}\n", encoding="utf-8"
    )
    made = geo.open(root).report(bureau(root, "{{ map('sheets') }}"))
    assert made.embedded[0].exhibit.caption == "屯留区水系图图幅索引"


def test_each_page_of_a_series_is_a_figure_with_a_caption_and_a_number_of_its_own(root):
    (root / "maps" / "sheets.yml").write_text(
        MAP + "series: {over: reservoirs, margin: 1 km}\n", encoding="utf-8"
    )
    name = bureau(
        root, "# 1 图集", "{{ map('sheets') }}", "{%p for p in pages('sheets') %}", "{{ map('sheets', page=p) }}",
        "{%p endfor %}", "见{{ ref('sheets', page='圆湖') }}",
    )  # fmt: skip
    space = geo.open(root)
    made = space.report(name)
    assert [item.number for item in made.embedded] == ["图 1-1", "图 1-2"]
    captions = [item.exhibit.caption for item in made.embedded]
    assert captions == ["屯留区水系图图幅索引", "圆湖水系图"]
    assert texts(made.data)[-1] == "见图 1-2"
    made.save(root / "报告.docx")
    assert stale_of(space.store, root / "报告.docx").stale == ()


@pytest.mark.parametrize(("token", "words"), [
    ("{{ map('sheets', page='圆胡') }}", "图集 sheets 没有“圆胡”这一页，共 1 页 — .*圆湖"),
    ("{{ map('water', page='甲') }}", "地图 water 不是图集"),
    ("{%p for p in pages('sheet') %}{{ p }}{%p endfor %}", "没有名为 sheet 的地图 — 是否想写 sheets"),
])  # fmt: skip
def test_a_page_that_a_series_does_not_have_is_told_before_anything_is_drawn(root, token, words):
    (root / "maps" / "sheets.yml").write_text(
        MAP + "series: {over: reservoirs, margin: 1 km}\n", encoding="utf-8"
    )
    with pytest.raises(UsageError, match=words):
        geo.open(root).report(bureau(root, token))


def test_a_map_whose_subject_has_no_data_is_refused_by_name(root):
    (root / "maps" / "water.yml").write_text(
        MAP.replace("reservoirs]", "{layer: wetlands, subject: true}]"), encoding="utf-8"
    )
    layer = (root / "layers" / "reservoirs.yml").read_text(encoding="utf-8")
    (root / "layers" / "wetlands.yml").write_text(
        "".join(f"{line}\n" for line in layer.splitlines() if line.startswith(("title", "zone"))),
        encoding="utf-8",
    )
    with pytest.raises(UsageError, match=r"段落“\{\{ map\('water'\) \}\}”.*没有可画的内容"):
        geo.open(root).report(bureau(root, "{{ map('water') }}"))


def everything(data):
    """All text a DOCX or PDF holds: every part of the one, every stream and drawn word of the other."""
    if data.startswith(b"%PDF"):
        streams = re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL)
        held = [data, *(zlib.decompressobj().decompress(s) for s in streams if s[:1] == b"x")]
        return b"\n".join(held).decode("utf-8", "ignore")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "\n".join(
            name + archive.read(name).decode("utf-8", "ignore") for name in archive.namelist()
        )


@pytest.mark.parametrize("style", ["report", "gongwen"])
def test_a_copy_for_outside_names_no_file_and_nobody_of_the_office(root, style):
    (root / "site.geojson").rename(root / "张三的密件.geojson")
    space = geo.open(root)

    def told(*, redact):
        made = space.report("site_check", sites=[root / "张三的密件.geojson"], style=style, redact=redact)  # fmt: skip
        return everything(made.data) + everything(made.rendered(".pdf"))

    plain, copy = told(redact=False), told(redact=True)
    assert "张三的密件.geojson" in plain
    assert "张三的密件" not in copy
    assert str(root) not in copy
    assert "来源文件：文件名从略" in copy
    assert "<dc:creator/>" in copy or "<dc:creator></dc:creator>" in copy


def test_a_map_for_outside_says_that_it_is_not_for_the_public_instead_of_internal(root):
    result = geo.open(root).check(root / "site.geojson", as_at=date(2026, 11, 22))
    store = open_store(root)
    (site,) = for_outside(result).sites
    inside, outside = (
        site_scene(site, store, as_at=date(2026, 11, 22), redact=redact) for redact in (False, True)
    )
    assert inside.review == "内部使用，未经审图"
    assert outside.review == "未经审图，不得向社会公开"
    said = [text for text, _ in draw_arranged(arrange(outside)).said]
    assert "未经审图，不得向社会公开" in said
    assert not any("内部" in text or "geojson" in text for text in said)
    assert "文件名从略" in "".join(said)  # however its line is broken


def test_sentences_about_the_reading_lose_their_coordinates_and_nothing_else():
    told = "横坐标 38512345.678 以 38 开头；第 3 点 112°52′30.5″，36.3123；EPSG:4526，误差 ±12.5 m，2026 年"
    assert (
        without_places(told)
        == "横坐标 … 以 38 开头；第 3 点 …，…；EPSG:4526，误差 ±12.5 m，2026 年"
    )
