"""The page as text: whole, shut, escaped, the same every time, and honest about what it simplifies."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from fontTools.ttLib import TTFont
from PIL import Image

from geo.draw.layers.classing import SymbolClass
from geo.draw.layers.drawn import Skipped
from geo.draw.layers.terrain import Backdrop
from geo.draw.scene import Scene
from geo.draw.symbols.ink import Ink
from geo.errors import HongxianError, UsageError
from geo.web.backdrop import on_screen
from geo.web.font import subset
from geo.web.inline import foreign, inlined
from geo.web.overview import overview
from geo.web.page import page
from geo.web.shapes import PER_DEGREE, encoded
from tests.web.web_world import EVIL, squares, web_scene, with_layer


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return web_scene(tmp_path_factory.mktemp("web"))


@pytest.fixture(scope="module")
def html(scene: Scene) -> str:
    return page(scene)


def data_of(html: str) -> dict[str, list[dict[str, object]]]:
    found = re.search(r'<script type="application/json" id="hx-data">([^<>]*)</script>', html)
    assert found
    loaded: dict[str, list[dict[str, object]]] = json.loads(found[1])
    return loaded


def test_nothing_on_the_page_is_fetched_from_elsewhere(html: str) -> None:
    assert foreign(html) == ()
    marked = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    assert not re.search(
        r"(?:src|href)\s*=\s*[\"']?+(?!data:|#)|@import|url\(\"?+(?!data:|#)", marked
    )


def test_the_policy_names_every_script_and_style_by_its_fingerprint(html: str) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    assert "unsafe" not in policy[1]
    assert policy[1].startswith("default-src 'none'; script-src 'sha256-")
    for tag in ("script", "style"):
        bodies = re.findall(rf"<{tag}>(.*?)</{tag}>", html, flags=re.DOTALL)
        assert len(bodies) >= 2
        for body in bodies:
            digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy[1]


def test_the_policy_stands_before_the_first_script(html: str) -> None:
    assert html.index("Content-Security-Policy") < html.index("<script") < html.index("hx-data")


def test_no_style_attribute_and_no_handler_attribute_is_used(html: str) -> None:
    body = html[html.index("<body>") : html.index('<script type="application/json"')]
    assert not re.search(r"<[^>]+\s(?:style|on\w+)=", body)


def test_what_planners_wrote_is_data_and_never_markup_or_script(scene: Scene, html: str) -> None:
    assert "<script>alert" not in html
    assert "局<b>" not in html
    assert "局&lt;b&gt;" in html
    names = [f["n"] for layer in data_of(html)["layers"] for f in layer["features"]]  # type: ignore[attr-defined]
    assert EVIL in names
    titled = page(replace(scene, title=EVIL, notes=(EVIL,)))
    assert "<script>alert" not in titled
    assert "{{ 7*7 }}" in titled


def test_a_template_s_own_words_in_a_name_are_not_run(html: str) -> None:
    assert "{{ 7*7 }}{% raw %}" in html
    assert "49" not in re.findall(r"井[^\"]{0,60}", html)[0]


def test_the_same_scene_gives_the_same_bytes(scene: Scene, html: str) -> None:
    assert page(scene) == html


def test_another_process_gives_the_same_bytes(tmp_path: Path) -> None:
    code = (
        "import sys, hashlib; from pathlib import Path; from tests.web.web_world import web_scene;"
        "from geo.web.page import page; print(hashlib.sha256(page(web_scene(Path(sys.argv[1]))).encode()).hexdigest())"
    )
    found = set()
    for seed in ("1", "2"):
        root = tmp_path / seed
        root.mkdir()
        environment = {
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "MPLCONFIGDIR": str(tmp_path),
        }
        ran = subprocess.run(
            [sys.executable, "-c", code, str(root)],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )
        found.add(ran.stdout)
    assert len(found) == 1


def test_titles_dates_credits_and_notices_are_on_the_page(html: str) -> None:
    for words in (
        "试验图", "试验规划", "示意数据，不作为审批依据", "内部使用，未经审图", "EPSG:4490", "2026年11月22日",
        "图上界线不作为划界依据", "资料来源", "天地图", "量算", "打印",
    ):  # fmt: skip
        assert words in html


def test_an_approved_map_prints_its_number_instead_of_the_warning(scene: Scene) -> None:
    html = page(replace(scene, approval="晋S(2026)001号"))
    assert "审图号：晋S(2026)001号" in html
    assert "未经审图" not in html


def test_a_map_without_schematic_layers_carries_no_schematic_notice(scene: Scene) -> None:
    only = replace(
        scene, layers=tuple(layer for layer in scene.layers if layer.authority == "open")
    )
    assert '<p class="schematic">' not in page(only)


def test_layers_stand_in_groups_in_the_legend_and_in_drawing_order_in_the_data(html: str) -> None:
    assert re.findall(r"<legend>(.*?)</legend>", html) == [
        "水系",
        "饮用水水源",
        "生态空间",
        "规划任务",
    ]
    assert [layer["title"] for layer in data_of(html)["layers"]] == [
        "红线",
        "河流",
        "重点工程",
        "水源井",
    ]


def test_a_layer_s_symbol_is_the_sheet_s(scene: Scene, html: str) -> None:
    ink = scene.layers[0].classes[0].ink
    area = data_of(html)["layers"][0]["classes"][0]["area"]  # type: ignore[index]
    assert (area["fillColor"], area["color"], area["hatch"]) == (ink.fill, ink.edge, ink.hatch)
    assert ink.hatch == "/"


def test_a_task_carries_its_number_heading_and_summary(html: str) -> None:
    data = data_of(html)
    task = data["layers"][2]["features"][0]  # type: ignore[index]
    facts = [data["words"][at] for at in task["f"]]
    told = dict(zip(facts[::2], facts[1::2], strict=True))  # type: ignore[call-overload]
    assert task["k"] == 1
    assert told["章节"] == "第三章 > 专栏2 治水"
    assert told["内容"] == "设立界桩"
    assert told["数据性质"] == "示意数据"
    assert told["位置精度"] == "约 300 m"


def test_what_could_not_be_drawn_is_listed_with_its_reason(scene: Scene) -> None:
    html = page(replace(scene, skipped=(Skipped("基本农田", "未取得数据"),)))
    assert "基本农田（未取得数据）" in html


def test_an_internal_layer_keeps_its_coordinates_in_the_office(scene: Scene) -> None:
    kept = replace(scene, layers=(replace(scene.layers[0], internal=True), *scene.layers[1:]))
    with pytest.raises(UsageError, match=r"红线为内部资料.*--internal"):
        page(kept)
    assert "试验图" in page(kept, internal=True)


def test_up_to_ten_thousand_features_are_shown_one_by_one(scene: Scene) -> None:
    found = overview((squares(10_000),), plane=scene.plane, side_m=40_000)
    assert found.notice == ""
    assert len(found.layers[0].geometry) == 10_000


def test_one_more_is_shown_as_an_overview_that_says_so(scene: Scene) -> None:
    html = page(with_layer(scene, squares(10_001)))
    assert (
        "本图共 10006 个要素，超过网页可逐个显示的 10000 个。图斑（10001 个）按类合并显示" in html
    )
    layers = data_of(html)["layers"]
    assert len(layers[0]["features"]) == 1  # type: ignore[arg-type]
    assert layers[0]["merged"] is True
    assert len(layers[0]["features"][0]["g"]) == 10_001  # type: ignore[index]
    assert [len(layer["features"]) for layer in layers[1:]] == [1, 1, 1, 2]  # type: ignore[arg-type]
    assert "耕地（10001）" in html


def test_an_overview_keeps_the_areas_and_says_how_far_outlines_are_off(scene: Scene) -> None:
    layer = squares(300)
    found = overview((layer,), plane=scene.plane, side_m=40_000, most_features=299)
    assert "不超过约 10 m" in found.notice
    before, after = shapely.area(layer.geometry).sum(), shapely.area(found.layers[0].geometry).sum()
    assert after == pytest.approx(before, rel=1e-6)


def test_very_many_corners_are_simplified_without_merging(scene: Scene) -> None:
    circle = shapely.Point(112.8, 36.3).buffer(0.01, quad_segs=500)
    layer = replace(squares(1), geometry=np.array([circle], dtype=object))
    found = overview((layer,), plane=scene.plane, side_m=40_000, most_vertices=1000)
    assert found.merged == frozenset()
    assert shapely.get_num_coordinates(found.layers[0].geometry[0]) < 200
    assert "顶点过多" in found.notice


def test_positions_are_kept_to_a_millionth_of_a_degree() -> None:
    line = shapely.LineString([(112.8123456, 36.3), (112.9, 36.4000004), (112.7, 36.1)])
    flat = encoded(line)[0][1]
    x = [sum(flat[0 : 2 * n + 1 : 2]) / PER_DEGREE for n in range(3)]
    y = [sum(flat[1 : 2 * n + 2 : 2]) / PER_DEGREE for n in range(3)]
    assert x == [112.812346, 112.9, 112.7]
    assert y == [36.3, 36.4, 36.1]


def test_the_page_s_font_has_the_letters_of_the_page_and_no_others() -> None:
    with TTFont(io.BytesIO(subset("屯留Ⅲ"))) as font:
        assert set(map(chr, font.getBestCmap())) == set("屯留Ⅲ")


def test_an_address_that_no_vendored_file_stands_for_is_an_error() -> None:
    with pytest.raises(HongxianError, match=r"https://cdn\.example/other\.js"):
        inlined('<html><head><script src="https://cdn.example/other.js"></script></head></html>')


def test_a_picture_from_elsewhere_is_an_error() -> None:
    with pytest.raises(HongxianError, match="外部地址"):
        inlined('<html><head></head><body><img src="https://cdn.example/x.png"></body></html>')


def test_a_picture_behind_the_map_is_turned_to_the_screen_with_west_at_the_left(
    scene: Scene,
) -> None:
    pixels = np.zeros((40, 60, 4), dtype=np.uint8)
    pixels[:, :30] = (255, 0, 0, 255)
    pixels[:, 30:] = (0, 0, 255, 255)
    found = on_screen(pixels, plane=scene.plane, window=scene.window)
    image = Image.open(io.BytesIO(base64.b64decode(found["url"].partition(",")[2]))).convert("RGBA")
    middle = image.height // 2
    assert image.getpixel((image.width // 4, middle)) == (255, 0, 0, 255)
    assert image.getpixel((image.width * 3 // 4, middle)) == (0, 0, 255, 255)
    (south, west), (north, east) = found["box"]
    assert south < scene.extent.bounds[1] < scene.extent.bounds[3] < north
    assert west < east


def test_a_picture_behind_the_map_has_a_switch_and_its_classes_in_the_legend(scene: Scene) -> None:
    low = SymbolClass("900–950 m", Ink(fill="#dcebcf"))
    clear = np.zeros((4, 4, 4), dtype=np.uint8)
    picture = Backdrop(
        "高程", clear, (low,), in_legend=True, credit="试验", as_of="2020", schematic=False
    )
    html = page(replace(scene, backdrops=(picture,)))
    assert 'data-backdrop="0"' in html
    assert "900–950 m" in html
    assert len(data_of(html)["backdrops"]) == 1


def test_areas_of_one_medium_on_one_another_are_together_as_dark_as_one(scene: Scene) -> None:
    layer = next(layer for layer in scene.layers if layer.kind == "tasks")
    areas = np.array([shapely.box(112.7, 36.2, 112.71, 36.21)] * 3, dtype=object)
    ink = replace(layer.classes[0].ink, opacity=0.4)
    three = replace(
        layer, geometry=areas, class_of=np.zeros(3, dtype=np.int64), names=("甲",) * 3,
        classes=(replace(layer.classes[0], ink=ink),), labels=("",) * 3, facts=({},) * 3,
        numbers=(1, 2, 3), washed=None,
    )  # fmt: skip
    found = data_of(page(replace(scene, layers=(three,))))["layers"][0]["features"]
    assert isinstance(found, list)
    each = [0.4 * feature["w"] for feature in found]
    assert 1.0 - np.prod([1.0 - a for a in each]) == pytest.approx(0.4, abs=1e-3)
