"""What a director signs: titles where the workspace has file names, nothing folded away."""

import io
import json
import re
from datetime import date

import pytest
import shapely
from docx import Document
from openpyxl import load_workbook

from geo.store.store import open_store
from geo.workflow.site_report import SiteQuestion, ask, render
from tests.check.conftest import Town, place, square

DAY = date(2026, 11, 22)
HEADER = "id,heading,title,where,activities,strength,note\n"
#: Names of files, which a reader of a paper does not know: layers, plans, laws, activities, zone kinds.
NAMES = (
    "lyr_redline", "lyr_farm", "lyr_springs", "lyr_waters", "lyr_goaf", "lyr_valley", "lyr_roads",
    "plan_one", "plan_two", "law_own", "redline_2022", "groundwater_2021", "environmental_code_2026",
    "ecological_redline", "basic_farmland", "spring_domain", "water_source_1", "coal_mining",
    "limited_activities", "first_class", "boundary-txt", "outside_coverage", "no_data",
)  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Layers hit, near, missing, broken and outdated; two plans whose places are open in every way."""
    town = Town(tmp_path_factory.mktemp("town"))
    town.marker = {"title": "小镇", "as_at": "2026-11-22"}
    town.layer("lyr_redline", square(60, 0, 100), kind="ecological_redline", title="红线")
    town.layer(
        "lyr_springs",
        square(-900, -900, 3_000),
        kind="spring_domain",
        title="泉域图",
        authority="schematic",
    )
    town.layer(
        "lyr_waters", square(-300, 0, 100), kind="water_source_1", title="水源图", accuracy_m=400
    )
    town.layer("lyr_farm", kind="basic_farmland", title="农田")
    town.layer("lyr_goaf", kind="coal_goaf", title="采空区图")
    town.layer(
        "lyr_roads", square(0, 0, 90), title="道路", kind="no_coal_zone", valid_until="2024-01-01"
    )
    town.layers["lyr_valley"] = {"title": "河谷图"}
    for names in town.features.values():
        names[:] = [(shape, {"name": "某区"}) for shape, _ in names]
    rows = [
        "C1,章,甲控制,{layer: lyr_valley},coal_mining;C2521;C1713,禁止,",
        'C2,章,乙控制,"{layer: lyr_redline, filter: {name: 无此区}}",*,严格控制,',
        "C3,章,丙控制,everywhere,*,禁止,",
    ]
    for name, title in (("plan_one", "甲规划"), ("plan_two", "乙规划")):
        head = f"title: {title}\nadcode: '140405'\nperiod: [2021, 2035]\nsource: x\n"
        town.plans[name] = {"plan.yml": head, "controls.csv": HEADER + "\n".join(rows) + "\n"}
    town.rules["wetland_2021"] = (
        "title: 某法\nissuer: 某\nlevel: national\neffective_from: 2020-01-01\nverified: false\nsource: x\n"
        "clauses:\n  - {id: a, clause: 一, zones: [wetland], summary: 某, default: notice, otherwise: notice,"
        " examples: [{zone: wetland, as_at: 2026-01-01, expect: notice}]}\n"
    )
    return town.store()


@pytest.fixture(scope="module")
def answers(store, tmp_path_factory):
    """A parcel over the red line, one beside it, a line through it, and one in another county."""
    folder = tmp_path_factory.mktemp("sites")
    shapes = {
        "重叠": square(0, 0, 100), "毗邻": square(-45, 0, 100), "他县": square(40_000, -20_000, 100),
        "线路": place(shapely.LineString([(-500, 50), (500, 50)])),
    }  # fmt: skip
    found = []
    for name, shape in shapes.items():
        path = folder / f"{name}.geojson"
        told = {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        found.append(ask(store, SiteQuestion(as_at=DAY, files=(path,))))
    return found


def prose(value, key=""):
    """Every string of a JSON answer that is a sentence or a name for readers, not an identifier."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name in ("reasons", "needed", "topics", "note", "title", "remark", "summary", "conditions",
                        "plan_title", "law", "verdict_zh", "reason") or isinstance(item, dict | list):  # fmt: skip
                yield from prose(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from prose(item, key)
    elif isinstance(value, str) and key not in (
        "zone_kinds",
        "overridden_rules",
        "outcome",
        "relation",
    ):
        yield value


def readings(answer):
    """The words of every output, by format."""
    yield "text", render(answer, "text")
    yield (
        "html",
        re.sub(r'base64,[^"]*|<style>.*?</style>', "", render(answer, "html"), flags=re.DOTALL),
    )
    word = Document(io.BytesIO(render(answer, "docx")))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    yield "docx", "\n".join([*(p.text for p in word.paragraphs), *cells])
    book = load_workbook(io.BytesIO(render(answer, "xlsx")))
    yield (
        "xlsx",
        "\n".join(
            str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
        ),
    )
    document = json.loads(render(answer, "json"))
    sites = [{**site, "topics": [(t["topic"], t["data"], t["result"]) for t in site["topics"]]}
             for site in document["sites"]]  # fmt: skip
    for site in sites:
        del site["geometry"], site["source"]
    yield "json", "\n".join(prose(sites))


def test_no_output_prints_the_name_of_a_file_of_the_workspace(answers):
    for answer in answers:
        for name, words in readings(answer):
            assert [known for known in NAMES if known in words] == [], name


def test_no_output_of_the_reference_workspace_prints_the_id_of_a_layer_plan_or_law(tmp_path):
    from tests.test_reference_workspace import ROOT  # noqa: PLC0415

    store = open_store(ROOT)
    named = {*store.spec.layers, *store.spec.plans, *store.spec.rules}
    ids = re.compile(rf"(?<![\w.\-])(?:{'|'.join(sorted(map(re.escape, named)))})(?![\w.])")
    for site in sorted((ROOT / "data" / "sites").glob("*.geojson"))[:3]:
        answer = ask(store, SiteQuestion(as_at=DAY, files=(site,)))
        for name, words in readings(answer):
            assert ids.findall(words.replace(site.name, "")) == [], (site.name, name)


def test_ten_exceptions_of_a_clause_are_listed_once_and_none_is_dropped(answers):
    for name, words in readings(answers[0]):
        if name == "json":
            continue
        for number in range(1, 11):
            assert words.count(f"第{number}类：") == (0 if name == "xlsx" else 1), (name, number)


def test_every_layer_asked_is_named_in_the_table_by_topic(answers):
    for answer in answers:
        site = answer.result.sites[0]
        told = " ".join(row.data for row in site.topics)
        assert [asked.title for asked in site.layers if asked.title not in told] == []


def test_what_was_not_obtained_is_said_in_one_sentence_for_each_office(answers):
    reasons = [r for r in answers[0].result.sites[0].reasons if r.startswith("未取得")]
    assert reasons[0] == "未取得农田数据，本次未比对，须由自然资源主管部门核实。"
    assert sum("采空区图" in reason for reason in reasons) == 1
    assert len(reasons) == 3


def test_where_no_plan_is_recorded_the_table_says_that_nothing_was_compared(answers):
    row = answers[2].result.sites[0].topics[-1]
    assert (row.result, row.data) == ("未比对", "工作区没有录入覆盖本用地的规划")
