import re
import shutil
import subprocess
from pathlib import Path

import pytest
import shapely

from geo.draw.sheet.book import open_book
from geo.draw.sheet.paper import draw, save
from geo.draw.sheet.series import pages
from geo.errors import UsageError
from geo.spec.maps import DrawLayer, MapSpec
from geo.store.store import open_store
from tests.draw.draw_world import DAY, make_store
from tests.store.worlds import add_layer


def spec(**series):
    return MapSpec.model_validate({
        "title": "周边图", "plan": "试", "layers": ["rivers", "places", "zones"], "page": {"size": "figure"},
        "series": series or None,
    })  # fmt: skip


def test_one_page_per_feature_after_the_index(store):
    sheets = list(pages("m", spec(over="places"), store, as_at=DAY))
    assert [(s.number, s.name) for s in sheets] == [(0, "图幅索引"), (1, "东镇"), (2, "西镇")]
    assert sheets[1].scene.title == "东镇周边图"
    assert [(n.number, n.text) for n in sheets[0].scene.listed] == [(1, "东镇"), (2, "西镇")]


def test_a_section_beyond_the_border_has_a_page_and_stands_on_the_index(tmp_path):
    make_store(tmp_path)
    near = {"name": "大桥", "plan": "试", "target_class": "Ⅲ", "base_class": "Ⅳ"}
    far, other = near | {"name": "远桥"}, near | {"name": "别家桥", "plan": "别"}
    places = [
        (near, shapely.Point(2000, 0)),
        (far, shapely.Point(70000, 0)),
        (other, shapely.Point(75000, 0)),
    ]
    add_layer(tmp_path, "sections", places, extra="style: sections\n")
    store = open_store(tmp_path)
    layers = {"layers": (DrawLayer(layer="rivers"), DrawLayer(layer="sections"))}
    sheets = list(pages("m", spec(over="sections").model_copy(update=layers), store, as_at=DAY))
    assert [s.name for s in sheets] == ["图幅索引", "大桥", "远桥"]
    drawn = next(layer for layer in sheets[0].scene.layers if layer.id == "sections")
    assert drawn.names == ("大桥", "远桥")


def test_without_an_index_pages_begin_at_one(store):
    sheets = list(pages("m", spec(over="places", index="false"), store, as_at=DAY))
    assert [s.number for s in sheets] == [1, 2]


def test_a_page_over_an_area_is_about_that_area(store):
    sheet = next(
        pages("m", spec(over="zones", filter={"级": "一"}, index="false"), store, as_at=DAY)
    )
    # 3 km × 3 km, drawn in the plane near its meridian.
    assert sheet.scene.base.territory.area == pytest.approx(9e6, rel=2e-3)
    # It is a page of the county, not a county.
    assert sheet.scene.base.outline == "page"
    texts = [row.entry.text for row in sheet.scene.layout.fitted.rows]
    assert "本幅范围" in texts
    assert "县（区、市）界" not in texts


def test_a_page_over_a_district_is_about_the_district_with_its_neighbours(store):
    sheet = next(pages("m", spec(over="districts", index="false"), store, as_at=DAY))
    assert sheet.scene.base.adcodes == ("140405",)
    assert sheet.scene.base.outline == "county"
    assert sheet.scene.around.neighbours


def test_the_margin_is_shown_around_each_feature(store):
    narrow, wide = (
        next(
            pages("m", spec(over="places", index="false", margin=m), store, as_at=DAY)
        ).scene.denominator
        for m in ("500 m", "5 km")
    )
    assert wide > 5 * narrow


def written(sheets, target):
    with open_book(target, title="图集", day=DAY) as book:
        for sheet in sheets:
            book.add(draw(sheet.scene), sheet.name)
        return book.names


def test_one_pdf_has_a_bookmark_per_page_and_single_files_stand_beside_it(store, tmp_path):
    target = tmp_path / "图集.pdf"
    sheets = list(pages("m", spec(over="places"), store, as_at=DAY))
    names = written(sheets, target)
    (tmp_path / "单幅").mkdir()
    for sheet in sheets:
        save(sheet.scene, tmp_path / "单幅" / f"{sheet.file_name}.png")
    assert names == ("图幅索引", "东镇", "西镇")
    data = target.read_bytes()
    assert data.count(b"/Dest") == 3
    assert b"/Outlines" in data
    assert sorted(p.name for p in (tmp_path / "单幅").iterdir()) == [
        "m-00-图幅索引.png", "m-01-东镇.png", "m-02-西镇.png",
    ]  # fmt: skip
    root = int(re.search(rb"/Root (\d+) 0 R", data)[1])
    offset = int(re.findall(rb"(\d{10}) 00000 n", data)[root - 1])
    assert b"/Outlines" in data[offset : offset + 200]


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="no pdftotext")
def test_a_reader_opens_the_pdf_without_complaint(store, tmp_path):
    target = tmp_path / "a.pdf"
    written(pages("m", spec(over="places"), store, as_at=DAY), target)
    done = subprocess.run(["pdftotext", str(target), "-"], check=True, capture_output=True)
    assert done.stderr == b""
    assert "东镇周边图" in done.stdout.decode()


def test_the_same_series_gives_the_same_bytes(store, tmp_path):
    made = []
    for name in ("a.pdf", "b.pdf"):
        written(pages("m", spec(over="places", index="false"), store, as_at=DAY), tmp_path / name)
        made.append(Path(tmp_path / name).read_bytes())
    assert made[0] == made[1]


def test_a_series_over_tasks_has_a_page_per_task_with_a_place_of_its_own(store):
    sheets = list(pages("m", spec(over="tasks"), store, as_at=DAY))
    assert [s.name for s in sheets] == [
        "图幅索引", "湖区治理", "东镇管网", "东镇泵站", "长河整治",
    ]  # fmt: skip
    assert (sheets[1].scene.title, sheets[1].scene.subtitle) == ("周边图", "湖区治理")
    assert [n.number for n in sheets[0].scene.listed] == [1, 2, 3, 4]


def test_the_index_numbers_its_own_layer_and_keeps_the_ground_whole(store):
    index = next(pages("m", spec(over="places"), store, as_at=DAY)).scene
    assert {layer.id for layer in index.layers} == {"rivers", "places"}
    assert index.title.startswith("屯留区")
    assert index.title.endswith("图幅索引")
    assert index.skipped == ()


@pytest.mark.parametrize(
    ("series", "message"),
    [
        ({}, "没有 series"),
        ({"over": "ecological_redline"}, "没有数据"),
        ({"over": "places", "filter": {"kind": "village"}}, "没有有名称的要素"),
        ({"over": "places", "filter": {"无": "x"}}, "没有字段 无"),
        ({"over": "rivres"}, "没有名为 rivres 的图层"),
    ],
)
def test_a_series_that_cannot_be_is_refused(store, series, message):
    with pytest.raises(UsageError, match=message):
        list(pages("m", spec(**series), store, as_at=DAY))
