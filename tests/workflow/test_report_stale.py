"""A report says what of it is no longer so: a law, a layer, a style changed; a picture or a number changed by hand."""

import io
import json
import re
import shutil

import pytest
import shapely
from docx import Document
from PIL import Image, ImageDraw

import geo
from geo.documents.recount import Worked
from geo.store.store import open_store
from geo.workflow.reporting.stale import stale_of
from tests.check.conftest import Town, square
from tests.documents.bureau import repacked, saved, template, xml_of

LAW = """
title: 试验泉域条例
issuer: 试验
level: provincial
effective_from: 2022-12-01
verified: true
source: 试验
areas: ["14"]
clauses:
  - id: a
    clause: 第十条
    zones: [spring_domain]
    summary: 应当取得批准
    default: restricted
    otherwise: restricted
    documents: [批准文件]
    examples:
      - {zone: spring_domain, as_at: 2026-11-22, expect: restricted}
"""
MAP = """
title: 泉域图
page: {inset: false}
layers:
  - layer: spring_domain
    style: {fill: '#3388cc', edge: '#224466'}
"""
LINES = (
    "# 1 结果", "{{ map('springs') }}", "{{ table('rules') }}", "{{ passage('results') }}", "{{ passage('statements') }}",
    "{{ passage('conclusion') }}", "面积 {{ check.sites[0].area_ha|fixed(4) }} 公顷",
    "{%p for s in check.sites %}", "第 {{ loop.index }} 个地块占地合计 {{ s.area_m2|fixed(0) }} 平方米，见{{ ref('springs') }}。", "{%p endfor %}",
    "{%p if check.hits %}", "用地与管控区域有 {{ check.hits }} 处重叠，须办理手续。", "{%p endif %}",
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A town with a spring's domain, a parcel over its edge, and a report of it."""
    root = tmp_path_factory.mktemp("town")
    town = Town(root)
    town.layer("spring_domain", square(0, 0, 1000), title="泉域")
    town.rules["law"] = LAW
    town.store()
    (root / "maps").mkdir()
    (root / "maps" / "springs.yml").write_text(MAP, encoding="utf-8")
    shape = json.loads(shapely.to_geojson(square(900, 400, 200)))
    site = {"type": "Feature", "properties": {"name": "甲地块"}, "geometry": shape}
    (root / "site.geojson").write_text(json.dumps(site), encoding="utf-8")
    (root / "模板.docx").write_bytes(template(*LINES))
    space = geo.open(root)
    space.report(root / "模板.docx", sites=[root / "site.geojson"]).save(root / "报告.docx")
    assert stale_of(open_store(root), root / "报告.docx").stale == ()
    return root


@pytest.fixture
def root(made, tmp_path):
    """A copy of the town, to be changed."""
    return shutil.copytree(made, tmp_path / "town")


def stale(root):
    return [str(item) for item in stale_of(open_store(root), root / "报告.docx").stale]


def notes(root):
    return stale_of(open_store(root), root / "报告.docx").notes


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def retyped(root, old, new):
    path = root / "报告.docx"
    xml = xml_of(path.read_bytes())
    assert old in xml, re.findall("<w:t[^>]*>([^<]*)", xml)
    path.write_bytes(repacked(path.read_bytes(), {"word/document.xml": xml.replace(old, new, 1)}))


def swapped(root, change):
    """Put another picture in the place of the first, as 「更改图片」 does."""
    path = root / "报告.docx"
    document = Document(path)
    blip = document.element.body.find(".//{*}blip")
    part = document.part.related_parts[blip.get(blip.keys()[0])]
    with Image.open(io.BytesIO(part.blob)) as picture:
        part._blob = change(picture.convert("RGB"))
    path.write_bytes(saved(document))


def packed(picture, **kinds):
    out = io.BytesIO()
    picture.save(out, **{"format": "PNG", **kinds})
    return out.getvalue()


def test_a_changed_rule_is_named_where_its_words_stand(root):
    edit(root / "rules" / "law.yml", "应当取得批准", "应当取得省级批准")
    told = stale(root)
    assert any(line.startswith("表 1-1　") and "rules/law.yml" in line for line in told)
    assert not any("泉域图" in line for line in told)


def test_a_rule_that_changes_the_verdict_is_told_in_the_sentences(root):
    edit(root / "rules" / "law.yml", "restricted", "prohibited")
    told = stale(root)
    assert any(line.startswith("{{ passage('conclusion') }}：“综合判定：") for line in told)
    assert any("现在是“综合判定：" in line for line in told)


def test_a_layer_whose_shape_changed_is_told_in_map_text_and_loop(root):
    path = root / "data" / "spring_domain.geojson"
    held = json.loads(path.read_text(encoding="utf-8"))
    held["features"][0]["geometry"] = json.loads(shapely.to_geojson(square(0, 0, 800)))
    path.write_text(json.dumps(held), encoding="utf-8")
    told = stale(root)
    assert any("泉域图" in line and "data/spring_domain.geojson" in line for line in told)
    assert any(
        line.startswith("循环或条件 {% if check.hits %}") and "现在已没有" in line for line in told
    )
    assert any(line.startswith("{{ passage('statements') }}") for line in told)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [("maps/springs.yml", "#3388cc", "#cc3333"), ("maps/springs.yml", "泉域图", "泉域保护图")],
    ids=["style", "title"],
)
def test_a_map_whose_style_or_title_changed_is_the_only_thing_told(root, file, old, new):
    edit(root / file, old, new)
    (line,) = stale(root)
    assert line.startswith("图 1-1　泉域图：")
    assert file in line


def test_a_change_that_leaves_the_picture_as_it_was_is_no_change(root):
    edit(root / "maps" / "springs.yml", "page:", "# 只是一句说明\npage:")
    assert stale(root) == []


def test_a_picture_swapped_by_hand_is_told(root):
    swapped(root, lambda p: packed(Image.new("RGB", p.size, "white")))
    assert stale(root) == ["图 1-1　泉域图：图片不是生成时的那一张，可能被手工替换或改画"]


def test_a_small_mark_painted_over_a_map_is_told(root):
    def painted(picture):
        at = picture.width // 2
        ImageDraw.Draw(picture).ellipse((at, at, at + 35, at + 35), fill="red")
        return packed(picture)

    swapped(root, painted)
    assert "可能被手工替换或改画" in "".join(stale(root))


def test_a_picture_that_word_packed_anew_is_only_mentioned(root):
    swapped(
        root, lambda p: packed(p.resize((p.width // 2, p.height // 2)), format="JPEG", quality=80)
    )
    assert stale(root) == []
    assert notes(root) == ("图 1-1 的图片被重新压缩过，看上去与生成时相同",)


def test_a_picture_cut_off_or_taken_away_is_told(root):
    retyped(root, "<a:stretch>", '<a:srcRect b="20000"/><a:stretch>')
    assert "图 1-1 的图片被裁剪过" in "".join(notes(root))
    retyped(root, "<w:drawing>", "<w:drawing_>".replace("_>", "><!--x-->"))
    document = Document(root / "报告.docx")
    drawing = document.element.body.find(".//{*}drawing")
    drawing.getparent().remove(drawing)
    document.save(root / "报告.docx")
    assert stale(root) == ["图 1-1　泉域图：题注上方没有图，可能被手工删去或移走"]


def test_a_number_typed_over_is_told_wherever_it_stands(root):
    worked = Worked((root / "报告.docx").read_bytes())
    assert worked.line("第 1 个地块占地合计 40000 平方米，见￼。") == "there"
    retyped(root, "占地合计 40000 平方米", "占地合计 30000 平方米")
    (line,) = stale(root)
    assert line.startswith("循环或条件 {% for s in check.sites %}：文中的数字与生成时不同")
    retyped(root, "占地合计 30000 平方米", "占地合计 40000 平方米")
    retyped(root, "：重叠 2.0000 公顷（", "：重叠 1.0000 公顷（")
    (line,) = stale(root)
    assert line.startswith("表 1-2　")
    assert "应为 spring_domain-1：重叠 2.0000 公顷" in line
    retyped(root, "：重叠 1.0000 公顷（", "：重叠 2.0000 公顷（")
    retyped(root, "占用地面积 50.00%。", "占用地面积 5.00%。")
    (line,) = stale(root)
    assert line.startswith("{{ passage('statements') }}：文中的数字与生成时不同，应为“经与")


def test_a_sentence_in_other_words_is_left_to_its_writer(root):
    retyped(root, "处重叠，须办理手续。", "处相交，请依法办理。")
    assert stale(root) == []
    assert notes(root)[-1].startswith("这一句改写过，请核对：用地与管控区域有 1 处重叠")
