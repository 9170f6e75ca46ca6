import hashlib
import io
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
import shapely
from PIL import Image

from geo.draw.layout.lettering import MM_PER_POINT
from geo.draw.layout.scale import scale_bar
from geo.draw.sheet.arrange import arrange
from geo.draw.sheet.paper import draw, draw_arranged, metadata, save
from geo.draw.symbols.presets import PRESETS
from geo.errors import MissingError, UsageError
from geo.writing import replacing
from tests.draw.draw_world import make_store, scene_of

BASELINE = Path(__file__).parent / "baseline"
#: What another machine's rounding of letters may make: this share of blocks of 6 × 6 pixels may
#: differ by more than this much in one channel, of 255. A mean over the sheet would be blind: a
#: river in another colour changes it by a tenth of a step.
SHARE, STEP = 0.004, 12.0


def three_small_sheets(store):
    """Return the sheets whose pictures are kept: a water map, a task map, and zones with a grid."""
    return {
        "waters": scene_of(store, "rivers", "reservoirs", "sections", "places", size="figure"),
        "tasks": scene_of(store, "rivers", {"tasks": "试"}, size="figure", orientation="landscape"),
        "zones": scene_of(
            store, "districts", "zones", "ecological_redline", size="figure", grid="kilometre",
            subtitle="分区", orientation="portrait",
        ),
    }  # fmt: skip


def picture(scene, dpi=50):
    out = io.BytesIO()
    save(scene, out, format="png", dpi=dpi)
    return Image.open(io.BytesIO(out.getvalue())).convert("RGB")


def changed(one, other, side=6):
    """Return the share of blocks whose mean colour differs visibly."""

    def blocks(picture):
        high, wide = (n // side for n in picture.shape[:2])
        cut = picture[: high * side, : wide * side]
        return cut.reshape(high, side, wide, side, 3).mean(axis=(1, 3))

    return float((np.abs(blocks(one) - blocks(other)).max(axis=2) > STEP).mean())


@pytest.mark.parametrize("name", ["waters", "tasks", "zones"])
def test_a_small_sheet_looks_as_it_did(store, name):
    now = np.asarray(picture(three_small_sheets(store)[name]), dtype=float)
    then = np.asarray(Image.open(BASELINE / f"{name}.png").convert("RGB"), dtype=float)
    assert now.shape == then.shape
    assert changed(now, then) < SHARE


@pytest.mark.parametrize("name", ["waters", "tasks"])
def test_rivers_in_another_colour_do_not_pass_for_the_same_picture(store, name, monkeypatch):
    then = np.asarray(Image.open(BASELINE / f"{name}.png").convert("RGB"), dtype=float)
    red = {
        k: (t, replace(ink, edge="#cc2222")) for k, (t, ink) in PRESETS["rivers"].classes.items()
    }
    monkeypatch.setitem(PRESETS, "rivers", replace(PRESETS["rivers"], classes=red))
    now = np.asarray(picture(three_small_sheets(store)[name]), dtype=float)
    assert now.shape == then.shape
    assert changed(now, then) > SHARE


@pytest.mark.parametrize("kind", ["png", "pdf", "svg"])
def test_the_same_scene_gives_the_same_bytes(store, kind):
    scene = three_small_sheets(store)["waters"]
    first, second = io.BytesIO(), io.BytesIO()
    for out in (first, second):
        arrange.cache_clear()
        save(scene, out, format=kind, dpi=60)
    assert first.getvalue() == second.getvalue()


@pytest.mark.parametrize("kind", ["png", "pdf", "svg"])
def test_what_was_drawn_for_another_format_gives_the_same_bytes(store, kind):
    scene = three_small_sheets(store)["waters"]
    alone, after = io.BytesIO(), io.BytesIO()
    arrange.cache_clear()
    save(scene, alone, format=kind, dpi=60)
    arrange.cache_clear()
    for other in ("pdf", "png", "svg"):
        save(scene, io.BytesIO(), format=other, dpi=40)
    save(scene, after, format=kind, dpi=60)
    assert alone.getvalue() == after.getvalue()


def test_another_process_with_another_hash_seed_gives_the_same_pdf(tmp_path):
    make_store(tmp_path)
    code = (
        "import sys, hashlib, io; from pathlib import Path; from geo.store.store import open_store;"
        "from tests.draw.draw_world import scene_of; from geo.draw.sheet.paper import save;"
        "out = io.BytesIO();"
        "save(scene_of(open_store(Path(sys.argv[1])), 'rivers', 'places', size='figure'), out, format='pdf');"
        "print(hashlib.sha256(out.getvalue()).hexdigest())"
    )
    sums = {
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code, str(tmp_path)], check=True, capture_output=True,
            text=True, cwd=Path(__file__).parents[2], env={"PYTHONHASHSEED": seed, "HOME": str(tmp_path)},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(sums) == 1


def test_a_pdf_carries_its_letters_as_truetype_and_its_words_as_text(store, tmp_path):
    save(scene_of(store, "rivers", "places", size="figure"), tmp_path / "m.pdf")
    data = (tmp_path / "m.pdf").read_bytes()
    assert b"/FontFile2" in data
    assert b"/Type3" not in data
    assert hashlib.sha256(data).hexdigest()


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_a_pdf_is_found_by_every_name_on_it_those_along_rivers_too(store, tmp_path):
    save(scene_of(store, "rivers", "reservoirs", "places", "sections"), tmp_path / "m.pdf")
    told = subprocess.run(
        ["pdftotext", tmp_path / "m.pdf", "-"], check=True, capture_output=True, encoding="utf-8"
    ).stdout
    for name in (
        "试验图",
        "长河",
        "小溪",
        "镜湖",
        "东镇",
        "西镇",
        "大桥",
        "图上界线不作为划界依据",
    ):
        assert name in told.replace("\n", "") if len(name) > 5 else name in told, name


def test_the_bar_drawn_is_as_long_as_the_scale_says(store):
    scene = scene_of(store, "rivers")
    bar = scale_bar(scene.denominator, longest_mm=scene.layout.scale.w * 0.74)
    boxes = [
        p for p in draw(scene).axes[0].patches
        if p.__class__.__name__ == "Rectangle" and abs(p.get_width() - bar.part_mm) < 1e-9
    ]  # fmt: skip
    assert len(boxes) == bar.parts
    total = sum(p.get_width() for p in boxes)
    assert total * scene.denominator / 1000 == pytest.approx(bar.part_m * bar.parts)


def test_what_must_be_on_a_sheet_is_on_it(store):
    scene = scene_of(store, "rivers", "zones")
    said = {text for text, _ in draw_arranged(arrange(scene)).said}
    assert {
        "试验图",
        "试验规划",
        "图　例",
        "北",
        "内部使用，未经审图",
        "示意数据，不作为审批依据",
    } <= said
    assert {"试验局", "甲", "乙", "丙", "2026年11月22日"} <= said
    assert any(text.startswith("比例尺") for text in said)


def test_an_approved_map_prints_its_number_instead_of_the_notice(store):
    said = {
        t
        for t, _ in draw_arranged(arrange(scene_of(store, "rivers", approval="晋S(2026)1号"))).said
    }
    assert "内部使用，未经审图" not in said
    assert any("晋S(2026)1号" in text for text in said)


def test_a_missing_character_is_an_error_that_says_which_and_where(store):
    scene = scene_of(store, "rivers", size="figure", title="𣒍村图")
    with pytest.raises(MissingError, match=r"“𣒍”（U\+2348D，见“𣒍村图”）"):
        save(scene, io.BytesIO(), format="png", dpi=30)


def test_internal_layers_leave_as_pictures_only(store, tmp_path):
    scene = scene_of(store, "counts", size="figure")
    with pytest.raises(UsageError, match="counts 为内部资料，pdf 会带出坐标"):
        save(scene, tmp_path / "m.pdf")
    save(scene, tmp_path / "m.png", dpi=30)
    save(scene, tmp_path / "m.svg", internal=True)
    assert {p.name for p in tmp_path.iterdir()} == {"m.png", "m.svg"}


def test_an_unknown_format_is_refused_before_anything_is_drawn(store, tmp_path):
    with pytest.raises(UsageError, match="不能写为 jpg"):
        save(scene_of(store, "rivers"), tmp_path / "m.jpg")
    with pytest.raises(UsageError, match="没有后缀的文件"):
        save(scene_of(store, "rivers"), tmp_path / "m")


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "m.png"
    path.write_bytes(b"old")

    def fail():
        with replacing(path) as whole:
            whole.write_bytes(b"new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_date_of_a_file_is_the_maps():
    assert metadata("pdf", title="图", day=date(2026, 11, 22))["CreationDate"].day == 22
    assert metadata("svg", title="图", day=date(2026, 11, 22))["Date"] == "2026-11-22"


def test_settings_of_the_process_stay_as_they_were(store):
    before = dict(mpl.rcParams)
    picture(scene_of(store, "rivers", size="figure"), dpi=30)
    assert dict(mpl.rcParams) == before


def test_every_kind_of_symbol_can_be_drawn(store):
    graduated = {"graduated": {"field": "n", "k": 3}}
    dotted = {"fill": "#ffeeaa", "edge": "#553300", "hatch": "."}
    dashed = {"edge": "#aa0000", "width": 1, "dash": [4, 2]}
    scene = scene_of(
        store, {"layer": "zones", "style": dotted}, {"layer": "rivers", "style": dashed},
        {"layer": "counts", "style": graduated}, {"tasks": "试", "kind": "control"}, size="figure", grid="none",
    )  # fmt: skip
    assert arrange(scene).grid is None
    assert np.asarray(picture(scene, dpi=40)).std() > 5


def test_hatching_stops_under_labels(store):
    style = {"fill": "#ffffff", "edge": "#ff0000", "hatch": "/", "label": "name"}
    arranged = arrange(scene_of(store, {"layer": "zones", "style": style}, size="figure"))
    boxes = shapely.union_all(shapely.box(*arranged.placement.boxes().T))
    red = [
        p for p in draw_arranged(arranged).figure.axes[0].patches
        if p.get_edgecolor()[:3] == (1.0, 0.0, 0.0) and p.get_linewidth() == 0.4
    ]  # fmt: skip
    strokes = [
        shapely.LineString(part)
        for p in red
        for part in p.get_path().to_polygons(closed_only=False)
    ]
    assert strokes
    assert not any(shapely.intersects(boxes.buffer(-0.1), stroke) for stroke in strokes)


def test_a_tasks_number_leaves_the_symbol_of_another_layer_at_its_place_in_sight(store):
    # P04 and P05 stand at 东镇, which has a symbol of its own.
    scene = scene_of(store, {"tasks": "试", "ids": ["P04", "P05"]}, "places", size="figure")
    arranged = arrange(scene)
    (numbers,) = (p for p in arranged.placement.placed if len(p.request.badges) == 2)
    towns = arranged.layers[1]
    half = towns.layer.classes[0].ink.size * MM_PER_POINT / 2
    town = towns.geometry[towns.layer.names.index("东镇")]
    assert town.distance(numbers.request.geometry) < 1e-6
    assert shapely.box(*numbers.candidate.boxes[0]).distance(town) >= half - 0.01


def test_a_task_in_two_far_places_has_its_number_at_both(store):
    scene = scene_of(store, {"tasks": "试", "ids": ["P01"]})
    (layer,) = scene.layers
    far = shapely.multipolygons(
        [shapely.box(112.6, 36.2, 112.65, 36.25), shapely.box(112.9, 36.3, 112.94, 36.34)]
    )
    layer = replace(layer, geometry=np.array([far], dtype=object))
    placed = arrange(replace(scene, layers=(layer,))).placement.placed
    numbers = [p.request for p in placed if p.request.badges]
    assert [r.badges[0][0] for r in numbers] == ["1", "1"]
    # The larger place has it for certain, the other where there is room.
    ordered = sorted(numbers, key=lambda r: -shapely.area(r.geometry))
    assert [r.optional for r in ordered] == [False, True]


def test_a_name_on_a_dark_area_is_white_and_on_a_light_one_dark(store):
    fills = {"一": {"fill": "#0b3f7d", "opacity": 1}, "二": {"fill": "#e9f2fb", "opacity": 1}}
    zones = {"layer": "zones", "style": {"by": "级", "classes": fills, "label": "name"}}
    placed = arrange(scene_of(store, zones)).placement.placed
    drawn = {p.request.text: (p.request.colour, p.request.halo) for p in placed}
    assert drawn["核心"] == ("#ffffff", "#0b3f7d")
    assert drawn["外围"][1] == "#ffffff"


def test_no_labels_overlap_on_any_small_sheet(store):
    for scene in three_small_sheets(store).values():
        assert arrange(scene).placement.overlaps() == 0


def test_a_legend_too_full_for_its_frame_makes_a_new_layout(store):
    scene = scene_of(store, "rivers", {"tasks": "试"}, size="figure")
    tight = replace(scene, layout=replace(scene.layout, legend=replace(scene.layout.legend, h=4.0)))
    assert arrange(tight).scene.layout.legend.h > 4.0


if __name__ == "__main__":
    import tempfile

    for name, scene in three_small_sheets(make_store(Path(tempfile.mkdtemp()))).items():
        picture(scene).quantize(256, dither=Image.Dither.NONE).save(
            BASELINE / f"{name}.png", optimize=True
        )
