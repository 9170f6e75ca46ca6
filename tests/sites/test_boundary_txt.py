"""界址点 TXT: every way in which these files are not what they should be."""

from __future__ import annotations

import pytest
from shapely import box

from geo.errors import InputError
from geo.sites.read import read_sites
from geo.space.measure import area_m2

HEAD = "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n带号=38\n计量单位=米\n[地块坐标]\n"
NORTH, EAST = 4_020_000.0, 38_400_000.0


def square(size=100.0, *, at=(0.0, 0.0), ring=1, first=1, closed=True):
    """Lines of a square: north, east."""
    n, e = NORTH + at[0], EAST + at[1]
    corners = [(n, e), (n + size, e), (n + size, e + size), (n, e + size)]
    lines = [f"J{first + i},{ring},{a:.3f},{b:.3f}" for i, (a, b) in enumerate(corners)]
    return [*lines, lines[0]] if closed else lines


def plot(count, *, area="1.0", name="地块一", kind="面"):
    return f"{count},{area},DK1,{name},{kind},,工业,0601,@"


def read(write, *lines, head=HEAD):
    return read_sites(write("a.txt", head + "\n".join(lines)))


def test_a_plain_plot_has_its_name_area_and_fields(write):
    (site,) = read(write, plot(5), *square())
    assert site.name == "地块一"
    assert site.plane is not None
    assert site.plane.equals(box(EAST, NORTH, EAST + 100, NORTH + 100))
    assert (site.crs.given, site.plane_epsg) == ("EPSG:4526", "EPSG:4526")
    assert site.attributes["用途"] == "工业"
    assert site.repairs == ()
    assert site.crs.suspicions == ()
    assert float(area_m2(site.geometry)) == pytest.approx(10_000, rel=1e-3)


def test_several_plots_become_several_sites(write):
    sites = read(write, plot(5), *square(), plot(5, name="地块二"), *square(at=(500, 0)))
    assert [site.name for site in sites] == ["地块一", "地块二"]


def test_a_second_ring_inside_is_a_hole_and_that_is_said(write):
    (site,) = read(write, plot(10), *square(), *square(20, at=(40, 40), ring=2))
    assert site.plane is not None
    assert site.plane.area == pytest.approx(10_000 - 400)
    assert site.repairs == ("第 2 圈位于第 1 圈之内，按扣除（洞）处理",)


def test_a_second_ring_outside_is_a_further_part_and_that_is_said(write):
    (site,) = read(write, plot(10), *square(), *square(20, at=(400, 0), ring=2))
    assert site.geometry.geom_type == "MultiPolygon"
    assert site.plane is not None
    assert site.plane.area == pytest.approx(10_400)
    assert site.repairs == ("第 2 圈位于第 1 圈之外，按同一地块的另一部分处理",)


def test_the_first_ring_may_be_the_hole(write):
    (site,) = read(write, plot(10), *square(20, at=(40, 40)), *square(ring=2))
    assert site.plane is not None
    assert site.plane.area == pytest.approx(9_600)
    assert "第 1 圈位于第 2 圈之内" in site.repairs[0]


def test_an_island_in_a_hole_is_ground_again(write):
    inner = square(20, at=(40, 40), ring=3)
    (site,) = read(write, plot(15), *square(), *square(60, at=(20, 20), ring=2), *inner)
    assert site.plane is not None
    assert site.plane.area == pytest.approx(10_000 - 3_600 + 400)


def test_overlapping_rings_are_refused(write):
    with pytest.raises(InputError, match="第 1 圈与第 2 圈部分重叠"):
        read(write, plot(10), *square(), *square(at=(50, 50), ring=2))


def test_a_hole_that_shares_an_edge_becomes_a_notch(write):
    (site,) = read(write, plot(10), *square(), *square(20, at=(0, 40), ring=2))
    assert site.plane is not None
    assert site.plane.is_valid
    assert site.plane.area == pytest.approx(9_600)


def test_a_ring_written_twice_counts_once(write):
    (site,) = read(write, plot(10), *square(), *square(ring=2))
    assert site.plane is not None
    assert site.plane.area == pytest.approx(10_000)
    assert "完全相同" in site.repairs[0]


def test_an_unclosed_ring_is_closed_and_that_is_said(write):
    (site,) = read(write, plot(4), *square(closed=False))
    assert site.plane is not None
    assert site.plane.area == pytest.approx(10_000)
    assert "未闭合" in site.repairs[0]


def test_a_closing_point_written_x_x_is_dropped(write):
    lines = [*square(closed=False), f"J1,1,{NORTH:.3f},{NORTH:.3f}"]
    (site,) = read(write, plot(5), *lines)
    assert site.plane is not None
    assert site.plane.area == pytest.approx(10_000)
    assert any("（X, X）" in words for words in site.repairs)


def test_swapped_columns_are_found_and_said(write):
    lines = [f"{a},{b},{d},{c}" for a, b, c, d in (line.split(",") for line in square())]
    (site,) = read(write, plot(5), *lines)
    assert site.plane is not None
    assert site.plane.equals(box(EAST, NORTH, EAST + 100, NORTH + 100))
    assert "对调" in site.crs.how
    assert "对调" in site.crs.suspicions[0]


def test_a_header_zone_against_the_prefix_is_refused(write):
    head = HEAD.replace("带号=38", "带号=39")
    with pytest.raises(InputError, match="带号 39，横坐标却以 38 开头"):
        read(write, plot(5), *square(), head=head)


def test_a_header_width_against_the_prefix_is_refused(write):
    head = HEAD.replace("几度分带=3", "几度分带=6").replace("带号=38", "带号=")
    with pytest.raises(InputError, match="6 度分带，横坐标却以 38 开头"):
        read(write, plot(5), *square(), head=head)


def test_two_prefixes_in_one_file_are_refused(write):
    moved = [line.replace(",38", ",37") for line in square(at=(500, 0))]
    head = HEAD.replace("带号=38", "带号=")
    with pytest.raises(InputError, match="多个带号（37、38）"):
        read(write, plot(5), *square(), plot(5), *moved, head=head)


def test_a_local_system_is_refused(write):
    head = HEAD.replace("2000国家大地坐标系", "太原市地方独立坐标系")
    with pytest.raises(InputError, match=r"地方独立坐标系.*无法换算"):
        read(write, plot(5), *square(), head=head)


def test_an_unknown_system_is_refused_with_its_line(write):
    head = HEAD.replace("2000国家大地坐标系", "月球坐标")
    with pytest.raises(InputError, match=r"a\.txt:2: 坐标系「月球坐标」无法识别"):
        read(write, plot(5), *square(), head=head)


def test_a_unit_that_is_not_metres_is_refused(write):
    with pytest.raises(InputError, match="计量单位「毫米」不是米"):
        read(write, plot(5), *square(), head=HEAD.replace("=米", "=毫米"))


def test_parameters_in_the_header_are_mentioned_but_never_shown(write):
    head = HEAD.replace("[地块坐标]", "转换参数=12.34,5,6,7,8,9,1\n[地块坐标]")
    (site,) = read(write, plot(5), *square(), head=head)
    assert "转换参数，未采用" in site.crs.suspicions[0]
    assert "12.34" not in repr(site)


def test_zeros_as_parameters_are_nothing(write):
    head = HEAD.replace("[地块坐标]", "转换参数=0,0,0,0,0,0,0\n[地块坐标]")
    (site,) = read(write, plot(5), *square(), head=head)
    assert site.crs.suspicions == ()


@pytest.mark.parametrize(
    ("area", "square_metres", "words"),
    [
        ("1.0", 10_000, "1.0 公顷（单位为推断）"),
        ("10000", 10_000, "10000 平方米（单位为推断）"),
        ("15", 10_000, "15 亩（单位为推断）"),
        ("1.0公顷", 10_000, "1.0 公顷"),
        ("10000㎡", 10_000, "10000 平方米"),
        ("0.9", 9_000, "0.9 公顷（单位为推断），与量算面积相差 10.0%"),
        ("123", None, "123（未写单位，与量算面积 0.9998 公顷对不上，无法推断）"),
        ("", None, ""),
    ],
)
def test_the_stated_area_is_compared_and_its_unit_inferred(write, area, square_metres, words):
    (site,) = read(write, plot(5, area=area), *square())
    assert site.declared_area_m2 == square_metres
    assert site.declared_words == words


def test_a_file_cut_short_is_refused(write):
    with pytest.raises(InputError, match="写明 25 个点，实际 5 个"):
        read(write, plot(25), *square())


def test_all_bad_lines_are_listed_with_their_numbers(write):
    with pytest.raises(InputError) as caught:
        read(
            write, plot(5), "J1,1,4020000", "J2,1,abc,38400000", "J3,x,4020000,38400000", *square()
        )
    assert [p.line for p in caught.value.problems] == [8, 9, 10]


def test_a_slip_of_the_pen_is_named_by_point_and_line(write):
    lines = square()
    lines[2] = lines[2].replace("38400100", "3840010")
    with pytest.raises(
        InputError, match=r"a\.txt:10: 「地块一」J3（4020100, 3840010）与其余各点不在同一量级"
    ):
        read(write, plot(5), *lines)


def test_a_bow_tie_is_refused_with_the_crossing_edges(write):
    lines = square(closed=False)
    lines[2], lines[3] = lines[3], lines[2]
    with pytest.raises(InputError, match="自相交：边「J2—J4」与「J3—J1」交于") as caught:
        read(write, plot(4), *lines)
    assert caught.value.problems[0].line == 9


def test_a_spike_changes_no_area_and_is_mended(write):
    lines = square(closed=False)
    lines.insert(1, f"K1,1,{NORTH + 50:.3f},{EAST - 30:.3f}")
    lines.insert(1, f"K0,1,{NORTH + 50:.3f},{EAST:.3f}")
    lines.insert(3, f"K2,1,{NORTH + 50:.3f},{EAST:.3f}")
    (site,) = read(write, plot(7), *lines)
    assert site.plane is not None
    assert site.plane.area == pytest.approx(10_000)
    assert "折返" in site.repairs[-1]


@pytest.mark.parametrize("kind", ["线", "点"])
def test_lines_and_points_are_what_the_plot_line_says(write, kind):
    (site,) = read(write, plot(4, kind=kind), *square(closed=False))
    assert site.geometry.geom_type == {"线": "LineString", "点": "MultiPoint"}[kind]


def test_points_in_one_place_are_no_area(write):
    with pytest.raises(InputError, match="只有 1 个不同的点"):
        read(write, plot(3), *[f"J{i},1,4020000,38400000" for i in range(3)])


def test_points_in_a_row_are_no_area(write):
    with pytest.raises(InputError, match="没有面积"):
        read(write, plot(3), *[f"J{i},1,{4020000 + i},38400000" for i in range(3)])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[地块坐标]\n", "没有地块"),
        ("[地块坐标]\n4,1,1,a,面,,,,@\n", "地块「a」没有坐标"),
        ("[地块坐标]\nJ1,1,2,3\n", "坐标行出现在地块行"),
        ("[地块坐标]\n1,1,1,a,体,,,,@\nJ1,1,4020000,38400000", "图形属性「体」"),
        ("[属性描述]\n带号=三十八\n[地块坐标]\n", "带号「三十八」无法识别"),
    ],
)
def test_files_with_nothing_usable_say_what_is_missing(write, text, found):
    with pytest.raises(InputError, match=found):
        read_sites(write("a.txt", text))
