"""The page in a real browser without a network: it asks for nothing, complains of nothing, and works."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pyproj import Geod

from geo.draw.scene import Scene
from geo.web.page import page
from tests.web.web_world import EVIL, squares, web_scene, with_layer

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
]
CGCS2000 = Geod(a=6378137.0, rf=298.257222101)


@dataclass
class Opened:
    """A page in the browser, with everything that it asked for or complained of."""

    tab: sync_api.Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def click_at(self, east_share: float, north_share: float) -> None:
        box = self.tab.locator("#map_hongxian").bounding_box()
        assert box is not None
        self.tab.mouse.click(
            box["x"] + box["width"] * east_share, box["y"] + box["height"] * north_share
        )

    def click_place(self, name: str) -> None:
        """Click on the map where a feature stands."""
        at = self.tab.evaluate(
            "name => { const f = hx.layers.flatMap(l => l.features).find(f => f.name === name);"
            " const p = hx.map.latLngToContainerPoint(f.at); const b = hx.map.getContainer().getBoundingClientRect();"
            " return [p.x + b.x, p.y + b.y]; }",
            name,
        )
        self.tab.mouse.click(*at)

    def red(self, name: str) -> int:
        """Count the red pixels of the map within 40 of a feature's place."""
        return int(self.tab.evaluate(
            "name => { hx.renderer._redraw(); const f = hx.layers.flatMap(l => l.features).find(f => f.name === name);"
            " const p = hx.map.latLngToLayerPoint(f.at).subtract(hx.renderer._bounds.min);"
            " const copy = Object.assign(document.createElement('canvas'), {width: 80, height: 80}).getContext('2d');"
            " copy.drawImage(hx.renderer._container, 40 - p.x, 40 - p.y);"
            " const d = copy.getImageData(0, 0, 80, 80).data; let n = 0;"
            " for (let i = 0; i < d.length; i += 4) { if (d[i] > 150 && d[i + 1] < 120 && d[i + 3] > 60) { n += 1; } }"
            " return n; }",
            name,
        ))  # fmt: skip


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return web_scene(tmp_path_factory.mktemp("web"))


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def open_page(browser: sync_api.Browser, folder: Path, html: str, *, wide: int = 1280) -> Opened:
    file = folder / "图.html"
    file.write_text(html, encoding="utf-8", newline="\n")
    context = browser.new_context(viewport={"width": wide, "height": 800}, offline=True)
    opened = Opened(context.new_page())
    context.route(
        "**/*",
        lambda route: route.continue_() if route.request.url == file.as_uri() else route.abort(),
    )
    opened.tab.on("request", lambda request: opened.requests.append(request.url))
    opened.tab.on("console", lambda message: opened.complaints.append(message.text))
    opened.tab.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.tab.goto(file.as_uri())
    opened.tab.locator("body[data-ready=yes]").wait_for()
    assert opened.requests == [file.as_uri()]
    return opened


@pytest.fixture
def opened(browser: sync_api.Browser, scene: Scene, tmp_path: Path) -> Iterator[Opened]:
    found = open_page(browser, tmp_path, page(scene))
    yield found
    found.tab.wait_for_timeout(50)
    assert len(found.requests) == 1, found.requests
    assert found.complaints == []
    found.tab.context.close()


def test_the_page_opens_without_a_request_or_a_complaint(opened: Opened) -> None:
    sync_api.expect(opened.tab.locator("h1")).to_have_text("试验图")
    sync_api.expect(opened.tab.get_by_text("示意数据，不作为审批依据")).to_be_visible()
    sync_api.expect(opened.tab.locator(".leaflet-control-scale-line")).to_have_text(
        re.compile(r"^\d+ k?m$")
    )
    assert opened.tab.locator(".leaflet-control-attribution").count() == 0


def test_the_page_brings_its_own_letters(opened: Opened) -> None:
    assert opened.tab.evaluate("() => document.fonts.check('14px \"Hongxian Web\"', '红线屯留')")
    loaded = (
        "() => Array.from(document.fonts).filter(f => f.status === 'loaded').map(f => f.family)"
    )
    assert any("Hongxian Web" in family for family in opened.tab.evaluate(loaded))


def test_a_layer_switched_off_leaves_the_map_and_comes_back_in_its_place(opened: Opened) -> None:
    hatched = opened.red("甲区")
    assert hatched > 200
    box = opened.tab.get_by_label("红线")
    box.uncheck()
    assert opened.red("甲区") < hatched / 5
    box.check()
    assert opened.red("甲区") == hatched
    order = opened.tab.evaluate(
        "() => { const out = []; for (let n = hx.renderer._drawFirst; n; n = n.next) {"
        " if (n.layer.feature) { out.push(n.layer.feature.layer.title); } } return out; }"
    )
    assert order == ["红线", "河流", "重点工程", "水源井", "水源井"]


def test_search_finds_names_aliases_and_task_titles_and_opens_their_facts(opened: Opened) -> None:
    for words, name in (
        ("长河", "长河"),
        ("甲井", "东井"),
        ("保护工程", "东井保护工程"),
        ("p01", "东井保护工程"),
    ):
        opened.tab.locator("#hx-search").fill(words)
        opened.tab.locator("#hx-search").press("Enter")
        sync_api.expect(opened.tab.locator(".hx-card h3")).to_contain_text(name)


def test_search_says_when_there_is_nothing(opened: Opened) -> None:
    opened.tab.locator("#hx-search").fill("不存在的地方")
    sync_api.expect(opened.tab.locator("#hx-hits")).to_contain_text("没有找到")


def test_search_shows_a_layer_that_was_switched_off(opened: Opened) -> None:
    opened.tab.get_by_label("河流").uncheck()
    opened.tab.locator("#hx-search").fill("长河")
    opened.tab.locator("#hx-hits li").first.click()
    sync_api.expect(opened.tab.get_by_label("河流")).to_be_checked()
    sync_api.expect(opened.tab.locator(".hx-card h3")).to_have_text("长河")


def test_a_click_tells_every_feature_at_the_place_one_after_the_other(opened: Opened) -> None:
    opened.click_place(EVIL)
    card = opened.tab.locator(".hx-card")
    sync_api.expect(card.locator("h3")).to_have_text(EVIL)
    sync_api.expect(opened.tab.locator(".pager span")).to_have_text("此处共 2 个要素，第 1 个")
    opened.tab.get_by_text("下一个").click()
    sync_api.expect(card.locator("h3")).to_have_text("甲区")
    sync_api.expect(card).to_contain_text("生态保护红线")
    sync_api.expect(card).to_contain_text("约 50 m")
    sync_api.expect(card.locator(".schematic")).to_have_text("示意数据，不作为审批依据")


def test_a_task_of_the_list_leads_to_its_place(opened: Opened) -> None:
    opened.tab.locator(".list button", has_text="东井保护工程").click()
    card = opened.tab.locator(".hx-card")
    for words in ("东井保护工程", "设立界桩", "第三章 > 专栏2 治水", "示意数据", "约 300 m"):
        sync_api.expect(card).to_contain_text(words)


def test_lengths_and_areas_are_those_of_the_ellipsoid(opened: Opened) -> None:
    places = [(112.6, 36.2), (113.0, 36.25), (112.9, 36.5), (112.65, 36.45)]
    as_places = [{"lng": x, "lat": y} for x, y in places]
    measured = opened.tab.evaluate("p => [hx.distance(p[0], p[2]), hx.area(p)]", as_places)
    lons, lats = zip(*places, strict=True)
    assert measured[0] == pytest.approx(
        CGCS2000.inv(lons[0], lats[0], lons[2], lats[2])[2], abs=0.001
    )
    assert measured[1] == pytest.approx(
        abs(CGCS2000.polygon_area_perimeter(lons, lats)[0]), rel=2e-6
    )


def test_measuring_adds_up_clicks_and_ends(opened: Opened) -> None:
    opened.tab.locator("#hx-measure").click()
    for at in ((0.3, 0.3), (0.5, 0.3), (0.5, 0.6)):
        opened.click_at(*at)
    told = opened.tab.locator("#hx-length").inner_text()
    sync_api.expect(opened.tab.locator("#hx-area")).to_have_text(
        re.compile(r"^首尾相连面积 [\d.]+ km²（[\d,]+ 亩）$")
    )
    sync_api.expect(opened.tab.locator("#hx-measured")).to_contain_text("CGCS2000")
    opened.tab.locator("#hx-undo").click()
    assert opened.tab.locator("#hx-length").inner_text() != told
    sync_api.expect(opened.tab.locator("#hx-area")).to_have_text("")
    assert opened.tab.locator(".leaflet-popup").count() == 0
    opened.tab.locator("#hx-done").click()
    sync_api.expect(opened.tab.locator("#hx-measured")).to_be_hidden()


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="needs pdftoppm of poppler-utils")
@pytest.mark.parametrize("prepared", [False, True])
def test_what_the_browser_prints_by_its_own_menu_or_the_button_shows_the_areas(
    opened: Opened, tmp_path: Path, prepared: bool
) -> None:
    if prepared:
        opened.tab.evaluate(
            "() => { window.print = () => { document.body.dataset.asked = 'yes'; }; }"
        )
        opened.tab.keyboard.press("Control+p")
        opened.tab.locator("body.printing[data-asked=yes]").wait_for()
    opened.tab.pdf(path=str(tmp_path / "p.pdf"), format="A4", landscape=True, print_background=True)
    render = [shutil.which("pdftoppm") or "", "-r", "50", "-f", "1", "-l", "1", "-png"]
    subprocess.run([*render, str(tmp_path / "p.pdf"), str(tmp_path / "p")], check=True)
    (page_1,) = tmp_path.glob("p-*.png")
    with Image.open(page_1) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    body = pixels[pixels.shape[0] // 5 :]
    assert ((body[..., 0] > 150) & (body[..., 1] < 140) & (body[..., 2] < 160)).sum() > 50


def test_the_print_button_prints_the_map_laid_out_for_a4(opened: Opened) -> None:
    opened.tab.evaluate(
        "() => { window.print = () => window.dispatchEvent(new Event('beforeprint')); }"
    )
    opened.tab.locator("#hx-print").click()
    sync_api.expect(opened.tab.locator("body.printing")).to_have_count(1)
    box = opened.tab.locator("#map_hongxian").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (1040, 580)
    sync_api.expect(opened.tab.locator(".tools")).to_be_hidden()
    opened.tab.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    sync_api.expect(opened.tab.locator("#hx-search")).to_be_visible()


def test_a_phone_opens_and_closes_the_legend_over_the_map(
    browser: sync_api.Browser, scene: Scene, tmp_path: Path
) -> None:
    found = open_page(browser, tmp_path, page(scene), wide=400)
    assert found.tab.evaluate("() => document.documentElement.scrollWidth") == 400
    panel = found.tab.locator("#hx-panel")
    sync_api.expect(panel).to_be_hidden()
    found.tab.locator("#hx-drawer").click()
    sync_api.expect(panel).to_be_visible()
    sync_api.expect(panel.get_by_text("任务编号")).to_be_attached()
    assert found.complaints == []
    found.tab.context.close()


def test_ten_thousand_features_can_be_dragged_and_clicked(
    browser: sync_api.Browser, scene: Scene, tmp_path: Path
) -> None:
    many = with_layer(scene, squares(9_990))
    found = open_page(browser, tmp_path, page(many))
    spent = found.tab.evaluate(
        "() => { const t = performance.now(); hx.map.panBy([60, 40], {animate: false}); hx.renderer._redraw();"
        " hx.underPointer(L.point(300, 300)); return performance.now() - t; }"
    )
    assert spent < 3000
    found.tab.locator("#hx-search").fill("4321")
    found.tab.locator("#hx-search").press("Enter")
    sync_api.expect(found.tab.locator(".hx-card h3")).to_have_text("4321")
    assert (len(found.requests), found.complaints) == (1, [])
    found.tab.context.close()
