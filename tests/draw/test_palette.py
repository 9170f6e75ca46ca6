import pytest

from geo.draw.symbols.palette import (
    CATEGORIES,
    DOMAINS,
    RAMPS,
    WATER_CLASSES,
    confusable,
    contrast,
    mix,
    ramp,
    rgb,
)


def test_water_classes_have_their_usual_colours_and_one_and_two_share_theirs():
    assert WATER_CLASSES["Ⅰ"] == WATER_CLASSES["Ⅱ"]
    assert len(set(WATER_CLASSES.values())) == 5


def test_red_and_green_of_equal_lightness_are_confused_by_the_colour_blind():
    kinds = {kind for _, _, kind in confusable(["#b05a5a", "#7f7f3f"], least=25)}
    assert "deutan" in kinds


def test_the_first_categories_and_every_ramp_are_safe():
    assert confusable(CATEGORIES[:8]) == ()
    for name in RAMPS:
        assert confusable(ramp(name, 5)) == ()


def test_domains_stand_out_from_paper():
    assert all(contrast(colour, "#ffffff") > 2.0 for colour in DOMAINS.values())


def test_mixing_and_ramps():
    assert mix("#000000", "#ffffff", 0.5) == "#808080"
    assert len(ramp("no such ramp", 4)) == 4
    assert ramp("blues", 1) == (mix(*RAMPS["blues"], 0.5),)
    assert rgb("#ffffff").tolist() == [1.0, 1.0, 1.0]


def test_contrast_of_a_colour_with_itself_is_one():
    assert contrast("#123456", "#123456") == pytest.approx(1.0)
