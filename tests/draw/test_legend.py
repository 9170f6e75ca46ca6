from itertools import pairwise

import pytest
import shapely

from geo.draw.layers.drawn import Numbered, Skipped
from geo.draw.layout.legend import Entry, entries_of, fit_legend, items_of
from geo.draw.layout.lettering import shipped
from geo.draw.scene import compose
from geo.draw.symbols.ink import Ink
from geo.spec.maps import MapSpec
from tests.draw.draw_world import DAY, scene_of
from tests.store.worlds import ADCODE

INK = Ink(fill="#123456")


def entries(count, words="图例条目"):
    rows = [Entry("heading", "图　例"), Entry("group", "一组")]
    return (*rows, *(Entry("entry", f"{words}{n}", INK, ("area",)) for n in range(count)))


@pytest.mark.parametrize("count", [1, 5, 12, 30, 60])
def test_rows_stay_inside_their_frame_and_never_collide(count):
    legend = fit_legend(entries(count), shipped(), width_mm=80, height_mm=90)
    assert legend is not None
    assert len(legend.rows) == count + 2
    for row in legend.rows:
        assert row.y + row.height <= 90 + 1e-6
        assert row.x < 80
    boxes = sorted((r.x, r.y, r.y + r.height) for r in legend.rows)
    for (x, _, bottom), (next_x, top, _) in pairwise(boxes):
        assert next_x > x or top >= bottom - 1e-6


def test_every_line_fits_its_column():
    legend = fit_legend(
        entries(8, "一个说明文字相当长的图例条目名称"), shipped(), width_mm=50, height_mm=90
    )
    assert legend is not None
    room = 50 / legend.columns - legend.swatch_mm
    for row in legend.rows:
        if row.entry.kind == "entry":
            widest = max(shipped().width_mm(t, "sans", size_pt=legend.size_pt) for t in row.lines)
            assert widest <= room
            assert "".join(row.lines) == row.entry.text


def test_a_full_legend_has_smaller_letters_or_more_columns():
    few = fit_legend(entries(4), shipped(), width_mm=60, height_mm=60)
    many = fit_legend(entries(40), shipped(), width_mm=60, height_mm=60)
    assert few is not None
    assert many is not None
    assert many.size_pt < few.size_pt or many.columns > few.columns


def test_what_cannot_fit_is_told_by_none():
    assert fit_legend(entries(200), shipped(), width_mm=30, height_mm=30) is None
    assert fit_legend(entries(1), shipped(), width_mm=0.5, height_mm=30) is None


def test_a_heading_never_stands_last_in_a_column():
    rows = (
        *entries(7),
        Entry("group", "二组"),
        *(Entry("entry", f"又一条{n}", INK) for n in range(7)),
    )
    for height in range(24, 60, 3):
        legend = fit_legend(rows, shipped(), width_mm=90, height_mm=height)
        if legend is None:
            continue
        for row, after in pairwise(legend.rows):
            if row.entry.kind in ("heading", "group"):
                assert after.x == row.x


def test_missing_layers_are_shown_as_missing():
    rows = entries_of((), (), [Skipped("生态保护红线", "未取得")])
    assert rows[-1].kind == "absent"
    assert rows[-1].text == "生态保护红线（未取得）"


def test_the_list_has_a_title_and_an_empty_list_has_none():
    assert [e.text for e in items_of([Numbered(1, "甲")], "任务编号")] == ["任务编号", "甲"]
    assert items_of([], "任务编号") == ()


def test_symbols_of_a_number_are_as_large_in_the_legend_as_on_the_map_and_do_not_touch():
    sizes = (4.0, 9.0, 20.0)
    dots = [Entry("entry", f"{n} 级", Ink(fill="#123456", size=n), ("point",)) for n in sizes]
    legend = fit_legend((Entry("heading", "图　例"), *dots), shipped(), width_mm=40, height_mm=60)
    assert legend is not None
    rows = [row for row in legend.rows if row.entry.kind == "entry"]
    for row, size in zip(rows, sizes, strict=True):
        assert row.height > size * 25.4 / 72
    assert legend.swatch_mm >= 20.0 * 25.4 / 72


def test_boundaries_stand_by_rank_before_everything_else_of_their_group(store):
    scene = scene_of(store, {"layer": "districts", "style": {"preset": "townships"}}, "rivers")
    texts = [row.entry.text for row in scene.layout.fitted.rows]
    assert texts[:3] == ["图　例", "行政区划", "县（区、市）界"]
    assert texts[3].startswith("districts") or texts[3].startswith("县界")


def test_a_column_rather_begins_with_a_group_than_in_the_middle_of_one():
    rows = (
        *entries(4),
        Entry("group", "二组"),
        *(Entry("entry", f"又一条{n}", INK) for n in range(4)),
    )
    # Ten rows, five to a column: but the first column ends with its group.
    legend = fit_legend(rows, shipped(), width_mm=80, height_mm=30)
    assert legend is not None
    first_of_column = {}
    for row in legend.rows:
        first_of_column.setdefault(row.x, row.entry.text)
    assert list(first_of_column.values()) == ["图　例", "二组"]


def test_the_neighbours_border_is_explained_where_ones_own_is_not_on_the_sheet(store):
    spec = MapSpec.model_validate({"title": "试验图", "plan": "试", "layers": ["rivers"]})
    own = store.boundaries.area(ADCODE)
    # A corner of the county beside it that lies far from it, and a place in its own middle.
    corners = shapely.points(shapely.get_coordinates(store.boundaries.area("141026")))
    beyond = max(corners, key=lambda corner: shapely.distance(corner, own))
    told = []
    for place in (beyond, own.representative_point()):
        scene = compose("m", spec, store, as_at=DAY, extent=place.buffer(0.02))
        rows = scene.layout.fitted.rows
        told.append([row.entry.text for row in rows if row.entry.kind == "entry"])
    assert told == [["邻近县（区、市）界"], []]
