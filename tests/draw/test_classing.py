from itertools import pairwise

import pandas as pd
import pytest

from geo.draw.layers.classing import NO_VALUE, classify
from geo.draw.symbols.palette import confusable, ramp
from geo.draw.symbols.presets import preset, preset_for
from geo.errors import UsageError
from geo.spec.style import Style

AREA = preset_for("x")


def classes(frame, style, base=AREA, title="层"):
    found = classify(pd.DataFrame(frame), Style.model_validate(style), base, title=title)
    return found.of.tolist(), [c.title for c in found.classes], [c.ink for c in found.classes]


def test_one_symbol_for_all_without_a_style():
    assert classes({"a": [1, 2]}, {})[:2] == ([0, 0], ["层"])


def test_given_classes_come_first_in_their_order_and_keep_their_words():
    style = {
        "by": "级",
        "classes": {"乙": {"fill": "#112233", "title": "二级"}, "甲": {"fill": "#445566"}},
    }
    of, titles, inks = classes({"级": ["甲", "乙", "丙", None]}, style)
    assert titles == ["二级", "甲", "丙", NO_VALUE]
    assert of == [1, 0, 2, 3]
    assert inks[0].fill == "#112233"


def test_lines_are_classed_by_the_colour_of_the_line():
    _, _, inks = classes({"k": ["a", "b"]}, {"by": "k"}, preset("river"))
    assert inks[0].edge != inks[1].edge
    assert inks[0].fill == "none"


def test_given_breaks_are_half_open_and_all_named():
    style = {"graduated": {"field": "v", "scheme": "given", "breaks": ["60", "80"], "unit": "分"}}
    of, titles, _ = classes({"v": [59, 60, 79.9, 80]}, style)
    assert of == [0, 1, 1, 2]
    assert titles == ["＜60 分", "60–80 分", "≥80 分"]


@pytest.mark.parametrize("scheme", ["quantiles", "natural", "equal"])
def test_found_breaks_hold_every_number(scheme):
    values = [1, 2, 3, 10, 11, 12, 100, None]
    of, titles, _ = classes({"v": values}, {"graduated": {"field": "v", "scheme": scheme, "k": 3}})
    assert of[:7] == sorted(of[:7])
    assert titles[-1] == NO_VALUE
    assert of[7] == len(titles) - 1


def test_numbers_that_are_all_alike_make_one_class():
    assert classes({"v": [5, 5]}, {"graduated": {"field": "v"}})[1] == ["5"]


def test_a_field_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(UsageError, match="不存在的字段 级别（现有：级"):
        classes({"级": ["甲"]}, {"by": "级别"})


def test_words_cannot_be_graduated():
    with pytest.raises(UsageError, match="没有数值"):
        classes({"v": ["甲"]}, {"graduated": {"field": "v"}})


def test_sections_are_classed_by_present_and_target_class():
    frame = {"base_class": ["Ⅳ", "Ⅳ", "", ""], "target_class": ["Ⅲ", "Ⅲ", "Ⅱ", ""]}
    of, titles, inks = classes(frame, {}, preset("sections"), "断面")
    assert titles == ["断面　—→Ⅱ", "断面　Ⅳ→Ⅲ", "断面（类别未载）"]
    assert of == [1, 1, 0, 2]
    assert inks[1].fill != inks[1].second


def test_values_a_preset_does_not_know_share_its_own_symbol():
    _, titles, _ = classes({"kind": ["township", "奇"]}, {}, preset("places"), "地名")
    assert titles == ["乡镇（街道）驻地", "其他地名"]


def test_several_zone_kinds_get_the_symbols_of_the_law():
    frame = {"zone_kind": ["water_source_2", "water_source_1", None]}
    of, titles, _ = classes(frame, {})
    assert titles == ["饮用水水源一级保护区", "饮用水水源二级保护区", "未分类"]
    assert of == [1, 0, 2]


@pytest.mark.parametrize("k", [2, 3, 4, 5, 6])
def test_sized_symbols_keep_one_colour_and_each_is_plainly_larger_than_the_last(k):
    graduated = {"field": "n", "scheme": "equal", "k": k, "sized": True}
    style = {"graduated": graduated, "fill": "#112233"}
    numbers = list(range(1, 8 * k))
    _, titles, inks = classes({"n": numbers}, style, preset_for("x", shape="point"))
    assert {ink.fill for ink in inks} == {"#112233"}
    assert len(titles) == k
    areas = [ink.size**2 for ink in inks]
    ratios = [b / a for a, b in pairwise(areas)]
    assert min(ratios) > 1.8
    assert max(ratios) == pytest.approx(min(ratios))


def test_nought_is_apart_from_a_little_and_from_no_data():
    of, titles, inks = classes({"v": [0, 1, 9, None]}, {"graduated": {"field": "v", "k": 2}})
    assert titles == ["0", "1", "9", NO_VALUE]
    assert of == [0, 1, 2, 3]
    assert inks[0].fill == "#ffffff"
    assert not inks[0].hatch
    assert inks[3].hatch
    assert confusable([ink.fill for ink in inks[:3]]) == ()


def test_below_nought_there_is_no_class_for_it():
    assert classes({"v": [-2, 0, 3]}, {"graduated": {"field": "v", "k": 3}})[1] == ["-2", "0", "3"]


def test_a_class_of_one_value_is_called_by_it_not_by_a_range():
    values = [81, 2000, 2235, 13000]
    _, titles, _ = classes({"v": values}, {"graduated": {"field": "v", "k": 5}})
    assert titles == ["81", "2000", "2235", "13000"]


@pytest.mark.parametrize("name", ["greens", "blues", "reds", "oranges", "purples", "greys"])
def test_no_two_steps_of_a_ramp_are_alike_to_the_colour_blind(name):
    assert confusable(ramp(name, 5)) == ()
