from dataclasses import replace

import numpy as np
import pytest
import shapely

from geo.draw.layers.base import Pane
from geo.draw.layout.arrangement import choose_layout
from geo.draw.layout.lettering import shipped
from geo.draw.layout.page import Frame
from geo.draw.layout.spare import LARGEST_PT, pane_frames, spread, useful_height
from geo.draw.sheet.arrange import arrange
from tests.draw.draw_world import scene_of
from tests.draw.test_layout import ENTRIES, frames, wanted

NO_PARTS = np.empty(0, dtype=object)
#: On the equator a degree is as wide as high: half as wide as high, and a square.
SLIM = Pane("省", shapely.box(0, -1, 1, 1), NO_PARTS, shapely.Point(0, 0))
SQUARE = Pane("市", shapely.box(0, -0.5, 1, 0.5), NO_PARTS, shapely.Point(0, 0))


def column(entries=ENTRIES):
    """Return a layout with a column at the right, which a square on a wide sheet brings about."""
    layout = choose_layout(
        wanted((60e3, 60e3), entries=entries, orientation="landscape"), shipped()
    )
    assert layout.layout.panel.x > layout.layout.map.right
    return layout.layout


def test_a_short_legend_gives_its_room_to_the_locator_and_to_larger_letters():
    before = column()
    after = spread(before, (SLIM, SQUARE), shipped())
    assert after.inset.h > 1.5 * before.inset.h
    assert before.fitted.size_pt < after.fitted.size_pt <= LARGEST_PT
    assert after.legend.h - after.fitted.used[1] < before.legend.h - before.fitted.used[1]
    assert after.fitted.used[1] <= after.legend.h
    assert (after.map, after.scale, after.signs) == (before.map, before.scale, before.signs)
    boxes = [shapely.box(f.x, f.y, f.right, f.top) for f in frames(after)]
    assert not any(
        a.overlaps(b) or a.contains(b) for n, a in enumerate(boxes) for b in boxes[n + 1 :]
    )


def test_a_full_column_stays_as_it_is():
    entries = (*ENTRIES, *(replace(ENTRIES[1], text=f"另一条{n}") for n in range(34)))
    before = column(entries)
    assert before.legend.h - before.fitted.used[1] < 11.0
    assert spread(before, (SLIM, SQUARE), shipped()).inset == before.inset


def test_panes_stand_beside_each_other_in_a_wide_ground_and_above_in_a_high_one():
    beside = pane_frames(Frame(0, 0, 100, 40), (SLIM, SQUARE), 1.0)
    above = pane_frames(Frame(0, 0, 40, 100), (SLIM, SQUARE), 1.0)
    assert beside == (Frame(0, 0, 50, 40), Frame(50, 0, 50, 40))
    assert above == (Frame(0, 50, 40, 50), Frame(0, 0, 40, 50))


def test_a_locator_grows_no_higher_than_its_panes_can_fill():
    # A square in a ground 33 wide: 30 of drawing, 5.6 for the name, whatever the height.
    assert useful_height(Frame(0, 0, 33, 200), (SQUARE,), 1.0) == pytest.approx(35.6)


def test_the_sheet_that_is_drawn_has_its_spare_room_used(store):
    scene = scene_of(store, "districts", orientation="portrait", size="A3")
    drawn = arrange(scene).scene
    assert drawn.layout.map == scene.layout.map
    assert drawn.denominator == scene.denominator
    assert drawn.layout.fitted.size_pt > scene.layout.fitted.size_pt
