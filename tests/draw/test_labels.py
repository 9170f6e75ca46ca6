import numpy as np
import pytest
import shapely

from geo.draw.label.along import along_line
from geo.draw.label.candidates import Request, beside_point, block, on_line, with_leader
from geo.draw.label.ground import Ground
from geo.draw.label.placer import place
from geo.draw.label.within import inside_area
from geo.draw.layout.lettering import MM_PER_POINT, shipped
from geo.draw.layout.page import Frame

FRAME = Frame(0, 0, 200, 150)
NONE = np.empty((0, 4))


def set_labels(requests, *, frame=FRAME, symbols=NONE, closed=NONE, lines=(), first=1):
    ground = Ground(frame)
    if lines:
        ground.add(lines, 1.0)
    return place(
        requests, shipped(), frame=frame, ground=ground, symbols=symbols, closed=closed,
        first_number=first,
    )  # fmt: skip


def point(text, x, y, **more):
    return Request(text, "point", shapely.Point(x, y), 8.0, gap=1.0, **more)


def boxes_of_points(requests):
    xy = np.array([(r.geometry.x, r.geometry.y) for r in requests])
    return np.hstack([xy - 1.0, xy + 1.0])


def crowd(count, *, seed, spread):
    rng = np.random.default_rng(seed)
    places = rng.uniform((100 - spread, 75 - spread), (100 + spread, 75 + spread), (count, 2))
    return [point(f"第{n}号地名", x, y, priority=int(n % 5)) for n, (x, y) in enumerate(places)]


@pytest.mark.parametrize(("count", "spread"), [(40, 60), (80, 60), (120, 65)])
def test_in_a_crowd_no_two_labels_overlap_and_none_is_lost(count, spread):
    requests = crowd(count, seed=count, spread=spread)
    found = set_labels(requests, symbols=boxes_of_points(requests))
    assert found.overlaps() == 0
    assert len(found.placed) == count
    assert {p.number for p in found.placed if p.number} == set(range(1, len(found.numbered) + 1))


def test_no_label_covers_a_symbol_but_a_number_may_stand_on_its_own():
    requests = crowd(60, seed=3, spread=40)
    symbols = boxes_of_points(requests)
    found = set_labels(requests, symbols=symbols)
    for placed in found.placed:
        text = shapely.box(*placed.candidate.boxes[0])
        x, y = placed.request.geometry.x, placed.request.geometry.y
        own = np.hypot(symbols[:, 0] + 1 - x, symbols[:, 1] + 1 - y) < 1e-6
        assert not any(text.intersection(shapely.box(*s)).area > 1e-9 for s in symbols[~own])
        # Its own symbol is round: the box of a label at a corner may enter the symbol's empty corner.
        assert placed.number or text.distance(shapely.Point(x, y)) > 0.9


def test_a_lone_label_stands_to_the_right_of_its_point():
    (placed,) = set_labels([point("甲", 100, 75)]).placed
    piece = placed.candidate.pieces[0]
    assert piece.x > 100
    assert piece.y == pytest.approx(75)
    assert placed.candidate.leader is None


def test_a_label_at_the_right_edge_goes_to_the_left():
    (placed,) = set_labels([point("很长的地名", 198, 75)]).placed
    assert placed.candidate.pieces[0].x < 198


def test_a_label_avoids_a_line_when_there_is_room_elsewhere():
    road = shapely.LineString([(100, 75), (200, 75)])
    (placed,) = set_labels([point("甲乙丙", 100, 75)], lines=[road]).placed
    assert not shapely.box(*placed.candidate.boxes[0]).intersects(road)


def test_labels_keep_off_furniture():
    closed = np.array([[101.0, 60.0, 150.0, 90.0]])
    (placed,) = set_labels([point("甲乙丙", 100, 75)], closed=closed).placed
    assert not shapely.box(*placed.candidate.boxes[0]).intersects(shapely.box(*closed[0]))


def test_the_more_important_of_two_keeps_the_better_place():
    found = set_labels([point("次要", 100, 75, priority=1), point("重要", 100.5, 75, priority=9)])
    best = {p.request.text: p.candidate.cost for p in found.placed}
    assert best["重要"] <= best["次要"]


def test_an_area_is_named_inside_itself():
    area = shapely.box(20, 20, 80, 60)
    (placed,) = set_labels([Request("屯留区", "area", area, 10.0)]).placed
    assert area.contains(shapely.box(*placed.candidate.boxes[0]))


def test_a_narrow_area_has_its_name_on_two_lines_or_smaller():
    area = shapely.box(20, 20, 29, 60)
    (placed,) = set_labels([Request("上莲综合", "area", area, 10.0)]).placed
    assert area.contains(shapely.box(*placed.candidate.boxes[0]))
    assert len(placed.candidate.pieces) == 2 or placed.candidate.size_pt < 10.0


def test_a_tiny_area_is_named_beside_itself():
    area = shapely.box(50, 50, 52, 52)
    (placed,) = set_labels([Request("屯绛水库", "area", area, 8.0)]).placed
    assert shapely.box(*placed.candidate.boxes[0]).distance(area) < 2.0


def test_what_finds_no_room_gets_a_number_and_is_reported():
    requests = [point(f"一个很长很长的名称{n}", 10 + n * 0.6, 10) for n in range(14)]
    found = set_labels(requests, frame=Frame(0, 0, 32, 20), first=5)
    assert found.numbered
    assert {p.number for p in found.placed if p.number} == set(range(5, 5 + len(found.numbered)))
    assert len(found.placed) == 14


def test_an_optional_label_may_be_left_out():
    requests = [Request("邻县名称", "area", shapely.box(0, 0, 3, 3), 9.0, optional=True)]
    found = set_labels(requests, frame=Frame(0, 0, 5, 5))
    assert found.placed == ()
    assert [r.text for r in found.omitted] == ["邻县名称"]


def test_the_same_input_gives_the_same_places():
    requests = crowd(50, seed=9, spread=50)
    first, second = (set_labels(requests, symbols=boxes_of_points(requests)) for _ in range(2))
    assert [p.candidate.pieces for p in first.placed] == [p.candidate.pieces for p in second.placed]


def test_numbers_of_tasks_at_one_place_stand_in_rows():
    badges = tuple((str(n), "#000000") for n in range(1, 8))
    request = Request("", "point", shapely.Point(0, 0), 6.0, "bold", badges=badges)
    measured = block(request, shipped())
    assert measured.columns == 4
    xs = {round(p.x, 6) for p in measured.at(0, 0)}
    ys = {round(p.y, 6) for p in measured.at(0, 0)}
    assert (len(xs), len(ys)) == (4, 2)


def test_a_number_stands_on_the_line_it_belongs_to():
    line = shapely.LineString([(10, 10), (90, 10)])
    request = Request("", "line", line, 6.0, "bold", badges=(("1", "#000000"),))
    first = next(iter(on_line(request, shipped())))
    assert (first.pieces[0].x, first.pieces[0].y) == (50, 10)
    (placed,) = set_labels([request]).placed
    assert placed.candidate.leader is None


def test_leaders_begin_at_the_symbol_and_end_at_the_text():
    request = point("甲", 100, 75)
    for candidate in with_leader(request, shipped()):
        assert candidate.leader is not None
        start, end = (shapely.Point(p) for p in candidate.leader)
        assert start.distance(shapely.Point(100, 75)) == pytest.approx(1.2)
        assert shapely.box(*candidate.boxes[0]).distance(end) < 0.6


def test_names_along_lines_have_no_leaders_and_areas_without_area_no_places():
    line = Request("长河", "line", shapely.LineString([(0, 0), (9, 0)]), 8.0)
    assert list(with_leader(line, shipped())) == []
    empty = Request("空", "area", shapely.Polygon(), 8.0)
    assert list(with_leader(empty, shipped())) == list(inside_area(empty, shipped())) == []


def test_a_point_has_eight_places_at_two_distances():
    assert len(list(beside_point(point("甲", 0, 0), shipped()))) == 16


class TestAlongALine:
    def name(self, *coords, text="浊漳河"):
        return Request(text, "line", shapely.LineString(coords), 8.0, slanted=True)

    def test_a_level_river_is_named_from_left_to_right_whichever_way_it_runs(self):
        for coords in ([(0, 0), (90, 0)], [(90, 0), (0, 0)]):
            candidate = min(along_line(self.name(*coords)), key=lambda c: c.cost)
            xs = [p.x for p in candidate.pieces]
            assert xs == sorted(xs)
            assert all(abs(p.turn) < 1e-6 for p in candidate.pieces)
            assert "".join(p.text for p in candidate.pieces) == "浊漳河"

    def test_a_steep_river_is_named_from_top_to_bottom_with_upright_characters(self):
        candidate = min(along_line(self.name((0, 0), (3, 90))), key=lambda c: c.cost)
        ys = [p.y for p in candidate.pieces]
        assert ys == sorted(ys, reverse=True)
        assert all(abs(p.turn) < 5 for p in candidate.pieces)

    def test_characters_stand_off_the_line_and_do_not_touch_each_other(self):
        em = 8.0 * MM_PER_POINT
        line = shapely.LineString([(0, 0), (30, 8), (60, 3), (90, 10)])
        for candidate in along_line(Request("浊漳河", "line", line, 8.0)):
            points = np.array([(p.x, p.y) for p in candidate.pieces])
            assert np.hypot(*np.diff(points, axis=0).T).min() >= 0.96 * em
            assert all(line.distance(shapely.Point(p)) > 0.3 * em for p in points)

    def test_a_line_too_short_for_its_name_offers_no_place(self):
        assert list(along_line(self.name((0, 0), (3, 0)))) == []

    def test_a_river_in_pieces_is_named_along_its_longest(self):
        parts = shapely.MultiLineString([[(0, 0), (5, 0)], [(0, 50), (90, 50)]])
        (placed,) = set_labels([Request("长河", "line", parts, 8.0)]).placed
        assert all(abs(p.y - 50) < 5 for p in placed.candidate.pieces)

    def test_one_character_alone_follows_the_line(self):
        assert next(iter(along_line(self.name((0, 0), (90, 0), text="汾")))).pieces[0].text == "汾"


def test_the_ground_adds_up_the_lines_under_a_box():
    ground = Ground(FRAME)
    ground.add([shapely.LineString([(0, 50.2), (200, 50.2)])], 1.0)
    under = ground.under(np.array([[[20.0, 40, 60, 60]], [[20.0, 60, 60, 80]], [[np.nan] * 4]]))
    assert under[0, 0] == pytest.approx(40, rel=0.05)
    assert under[1, 0] == 0.0
    assert under[2, 0] == 0.0


def test_a_symbol_in_the_middle_of_an_area_leaves_room_for_its_number_beside_it():
    middle = shapely.Point(100, 75)
    number = Request(
        "治理", "area", middle.buffer(11), 6.0, "bold", "#ffffff", badges=(("4", "#08519c"),), gap=0.7
    )  # fmt: skip
    symbol = np.array([(97.5, 72.5, 102.5, 77.5)])
    (placed,) = set_labels([number], symbols=symbol).placed
    box = shapely.box(*placed.candidate.boxes[0])
    assert box.within(number.geometry)
    assert not box.intersects(shapely.box(*symbol[0]))
    assert not placed.forced


def test_numbers_beside_an_area_are_tied_to_it_by_a_line_from_inside():
    area = shapely.box(50.0, 50.0, 58.0, 56.0)
    badges = tuple((str(n), "#000000") for n in range(1, 10))
    request = Request("甲", "area", area, 6.0, "bold", "#ffffff", badges=badges)
    beside = [c for c in inside_area(request, shipped()) if c.leader is not None]
    assert beside
    for candidate in beside:
        start, end = candidate.leader
        assert area.contains(shapely.Point(start))
        assert end in {(piece.x, piece.y) for piece in candidate.pieces}
        assert not shapely.box(*candidate.boxes[0]).intersects(area)
