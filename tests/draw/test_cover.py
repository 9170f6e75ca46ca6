"""Land cover behind a map, on codes whose pixels can be counted."""

import numpy as np

from geo.draw.layers.cover import classed
from geo.spec.style import Style

STYLE = Style.model_validate({
    "by": "code", "classes": {"20": {"title": "林地", "fill": "#00ff00"}, "10": {"title": "耕地", "fill": "#ffff00"}},
})  # fmt: skip


def test_each_code_gets_the_colour_of_its_class():
    picture, classes = classed(np.array([[10.0, 20.0, np.nan]]), STYLE)
    assert picture[0].tolist() == [[255, 255, 0, 255], [0, 255, 0, 255], [0, 0, 0, 0]]
    assert [c.title for c in classes] == ["林地", "耕地"]


def test_only_classes_that_show_stand_in_the_legend():
    assert [c.title for c in classed(np.array([[10.0]]), STYLE)[1]] == ["耕地"]


def test_a_code_nobody_named_is_listed_as_what_it_is():
    picture, classes = classed(np.array([[10.0, 33.0]]), STYLE)
    assert classes[-1].title == "编码 33"
    assert picture[0, 1, 3] == 255


def test_without_any_class_the_codes_themselves_are_shown():
    assert [c.title for c in classed(np.array([[1.0, 2.0]]), None)[1]] == ["编码 1", "编码 2"]
