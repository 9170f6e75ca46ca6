import pytest

from geo.draw.symbols.markers import OUTLINES
from geo.draw.symbols.presets import BORDERS, GROUPS, PRESETS, domain_ink, preset, preset_for
from geo.errors import UsageError
from geo.spec.style import Symbol
from geo.spec.vocabulary import ZoneKind


def test_every_zone_kind_of_the_law_has_a_symbol():
    assert set(ZoneKind.__members__) <= set(PRESETS)


def test_every_marker_of_a_preset_can_be_drawn():
    inks = [p.ink for p in PRESETS.values()] + [
        i for p in PRESETS.values() for _, i in p.classes.values()
    ]
    assert {ink.marker for ink in inks} <= set(OUTLINES)


def test_every_group_of_a_preset_has_its_place_in_the_legend():
    assert {p.group for p in PRESETS.values()} <= set(GROUPS)


def test_higher_borders_are_heavier():
    widths = [BORDERS[level].width for level in ("province", "city", "county", "township")]
    assert widths == sorted(widths, reverse=True)


def test_an_unknown_preset_is_told_with_the_nearest_name():
    with pytest.raises(UsageError, match="是否想写 rivers"):
        preset("river s")


def test_a_style_changes_only_what_it_gives():
    ink = preset("rivers").ink.changed(Symbol(width=3.0))
    assert ink.width == 3.0
    assert ink.edge == preset("rivers").ink.edge


def test_a_layer_without_a_style_is_drawn_by_its_geometry():
    assert preset_for("x", shape="point").ink.marker == "circle"
    assert preset_for("x", shape="area").ink.fill != "none"


def test_media_differ_in_colour_and_marker():
    inks = [domain_ink(d) for d in ("气", "水", "土", "固废", "声", "生态", "能力", "综合")]
    assert len({i.edge for i in inks}) == len({i.marker for i in inks}) == 8
