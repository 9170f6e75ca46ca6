"""Tables of points: Excel, CSV, and what people paste into a text file."""

from __future__ import annotations

import csv
import datetime as dt
import io

import openpyxl
import pytest

from geo.errors import InputError
from geo.sites.angles import parse_angle
from geo.sites.read import read_sites
from geo.space.measure import area_m2

N, E = 4_020_000.0, 38_400_000.0


def corners(size=100, *, at=(0, 0)):
    n, e = N + at[0], E + at[1]
    return [(n, e), (n + size, e), (n + size, e + size), (n, e + size)]


def lines(points, *, label="J", first=1, prefix="", sep=","):
    return [f"{prefix}{label}{i}{sep}{a:.3f}{sep}{b:.3f}" for i, (a, b) in enumerate(points, first)]


def area(site):
    return site.plane.area


def read(write, *rows, name="a.csv"):
    return read_sites(write(name, "\n".join(rows)))


# ---------------------------------------------------------------- angles


@pytest.mark.parametrize(
    "text",
    [
        "112°52′30.5″", "112°52'30.5\"", "112º52’30.5”", "112˚52′30.5″", "112°52′30.5′′", "112度52分30.5秒", "112d52m30.5s",
        "112-52-30.5", "112—52—30.5", "112:52:30.5", "112 52 30.5", "112° 52′ 30.5″", "E112°52′30.5″", "112°52′30.5″E",
        "东经112°52′30.5″", "东经：112°52′30.5″", "１１２°５２′３０．５″", "112°52.508333333′",
    ],
)  # fmt: skip
def test_an_angle_is_read_in_every_usual_spelling(text):
    angle = parse_angle(text)
    assert angle is not None
    assert angle.fault == ""
    assert angle.degrees == pytest.approx(112 + 52 / 60 + 30.5 / 3600, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("112°60′00″", "大于等于 60"),
        ("112-52-61", "大于等于 60"),
        ("112°52′30″W", "西经或南纬"),
        ("E112°52′30″N", "经度和纬度"),
    ],
)
def test_an_impossible_angle_is_a_fault(text, fault):
    angle = parse_angle(text)
    assert angle is not None
    assert fault in angle.fault


@pytest.mark.parametrize(
    "text",
    ["", "J1", "112,5", "112°", "abc", "1-2", "2026-11-23T00", "1" * 100, "112°52′30″36°18′20″"],
)
def test_what_is_no_angle_is_none(text):
    angle = parse_angle(text)
    assert angle is None or (text == "112°" and angle.degrees == 112)


# ---------------------------------------------------------------- layouts


@pytest.mark.parametrize(
    "text",
    [
        "J1，4020000.000，38400000.000\nJ2，4020100.000，38400000.000\nJ3，4020100.000，38400100.000",
        "1 4020000.000 38400000.000\n2 4020100.000 38400000.000\n3 4020100.000 38400100.000",
        "拐点1：X=4020000.000，Y=38400000.000；\n拐点2：X=4020100.000，Y=38400000.000；\n拐点3：X=4020100.000，Y=38400100.000。",
        "J1\t4020000.000\t38400000.000\t856.3\nJ2\t4020100.000\t38400000.000\t857.1\nJ3\t4020100.000\t38400100.000\t858.0",
        "1、4020000.000、38400000.000\n2、4020100.000、38400000.000\n3、4020100.000、38400100.000",
        "４０２００００．０００　３８４０００００．０００\n４０２０１００．０００　３８４０００００．０００\n４０２０１００．０００　３８４００１００．０００",
        "4020000.000m,38400000.000m\n4020100.000m,38400000.000m\n4020100.000m,38400100.000m",
    ],
)
def test_points_pasted_without_headings_are_found(write, text):
    (site,) = read(write, text, name="a.txt")
    assert area(site) == pytest.approx(5_000)


@pytest.mark.parametrize(
    "text",
    [
        "1. 东经112°52′30″，北纬36°18′20″\n2. 东经112°52′40″，北纬36°18′20″\n3. 东经112°52′40″，北纬36°18′30″",
        "J1：112°52′30″E 36°18′20″N\nJ2：112°52′40″E 36°18′20″N\nJ3：112°52′40″E 36°18′30″N",
        "东经112°52′30″北纬36°18′20″\n东经112°52′40″北纬36°18′20″\n东经112°52′40″北纬36°18′30″",
        "北纬36°18′20″，东经112°52′30″\n北纬36°18′20″，东经112°52′40″\n北纬36°18′30″，东经112°52′40″",
        "1 112 52 30 36 18 20\n2 112 52 40 36 18 20\n3 112 52 40 36 18 30",
        "112 52 30 36 18 20\n112 52 40 36 18 20\n112 52 40 36 18 30",
        "112-52-30,36-18-20\n112-52-40,36-18-20\n112-52-40,36-18-30",
        "112:52:30 36:18:20\n112:52:40 36:18:20\n112:52:40 36:18:30",
    ],
)
def test_degrees_pasted_without_headings_are_found(write, text):
    (site,) = read(write, text, name="a.txt")
    west, south, east, north = site.geometry.bounds
    assert (west, east) == pytest.approx((112.875, 112.875 + 10 / 3600))
    assert (south, north) == pytest.approx((36 + 1100 / 3600, 36 + 1110 / 3600))


def test_prose_around_the_points_does_no_harm(write):
    rows = [
        "各位领导：",
        "屯留煤矿工业场地拐点坐标如下：",
        *lines(corners()),
        "以上坐标为 2000 国家大地坐标系，面积：1.0公顷",
    ]
    (site,) = read(write, *rows, name="a.txt")
    assert site.name == "屯留煤矿工业场地"
    assert site.crs.how.startswith("表头写明 CGCS2000")


def test_a_stated_area_in_the_title_is_read(write):
    (site,) = read(write, "一号地块（面积 15 亩）", *lines(corners()), name="a.txt")
    assert (site.name, site.declared_words) == ("一号地块", "15 亩")


def test_plots_by_a_column_merged_downwards(write):
    head = "地块名称,点号,X,Y,面积(公顷)"
    rows = [
        f"{'甲地块' if i == 0 else ''},{row},{'1.0' if i == 0 else ''}"
        for i, row in enumerate(lines(corners()))
    ]
    rows += [
        f"{'乙地块' if i == 0 else ''},{row}," for i, row in enumerate(lines(corners(at=(300, 0))))
    ]
    first, second = read(write, head, *rows)
    assert (first.name, second.name) == ("甲地块", "乙地块")
    assert first.declared_words.startswith("1.0 公顷")
    assert second.declared_words == ""


def test_plots_by_titles(write):
    rows = [
        "地块一拐点坐标",
        "点号,X,Y",
        *lines(corners()),
        "地块二拐点坐标",
        "点号,X,Y",
        *lines(corners(at=(300, 0))),
    ]
    assert [site.name for site in read(write, *rows)] == ["地块一", "地块二"]


def test_a_page_break_does_not_cut_a_plot_in_two(write):
    points = corners()
    rows = ["点号,X,Y", *lines(points[:2]), "", "续表", "点号,X,Y", *lines(points[2:], first=3)]
    (site,) = read(write, *rows)
    assert area(site) == pytest.approx(10_000)


def test_numbers_that_begin_again_begin_a_new_ring(write):
    rows = ["点号,X,Y", *lines(corners()), *lines(corners(20, at=(40, 40)))]
    (site,) = read(write, *rows)
    assert area(site) == pytest.approx(10_000 - 400)
    assert "按扣除（洞）处理" in site.repairs[0]


def test_a_title_that_says_it_is_cut_out_makes_a_hole(write):
    rows = ["点号,X,Y", *lines(corners()), "扣除区", *lines(corners(20, at=(40, 40)), label="K")]
    (site,) = read(write, *rows)
    assert area(site) == pytest.approx(10_000 - 400)


def test_a_closed_ring_ends_there(write):
    first, second = corners(), corners(at=(300, 0))
    rows = [f"{a},{b}" for a, b in [*first, first[0], *second, second[0]]]
    (site,) = read(write, "X,Y", *rows)
    assert site.geometry.geom_type == "MultiPolygon"
    assert area(site) == pytest.approx(20_000)


def test_columns_side_by_side_are_ordered_by_point_number(write):
    a = lines(corners())
    (site,) = read(write, "点号,X,Y,点号,X,Y", f"{a[0]},{a[2]}", f"{a[1]},{a[3]}")
    assert area(site) == pytest.approx(10_000)


@pytest.mark.parametrize("sep", ["，", "、", ". ", "\t"])
def test_corners_written_as_in_a_mining_licence_are_read(write, sep):
    rows = [f"{at}{sep}X={n:.2f} Y={e:.2f}" for at, (n, e) in enumerate(corners(), 1)]
    (site,) = read(
        write, "矿区范围拐点坐标（2000国家大地坐标系）", *rows, "标高：1200m至900m", name="a.txt"
    )
    assert area(site) == pytest.approx(10_000)


def test_two_systems_side_by_side_are_refused(write):
    a = lines(corners())
    rows = [f"{row},{row.partition(',')[2]}" for row in a]
    with pytest.raises(InputError, match="并排有多组坐标列"):
        read(write, "点号,X,Y,X,Y", *rows)


def test_each_named_row_is_a_point(write):
    rows = ["企业名称,经度,纬度", "甲焦化厂,112.8761,36.3061", "乙化工厂,112.9761,36.3161"]
    first, second = read(write, *rows)
    assert (first.name, first.geometry.geom_type) == ("甲焦化厂", "Point")
    assert second.geometry.x == pytest.approx(112.9761)


def test_a_table_of_monitoring_points_is_points(write):
    sites = read(
        write,
        "监测点位,经度,纬度",
        "G1,112.8761,36.3061",
        "G2,112.9761,36.3161",
        "G3,112.9761,36.2161",
    )
    assert [site.name for site in sites] == ["G1", "G2", "G3"]
    assert {site.geometry.geom_type for site in sites} == {"Point"}


def test_point_numbers_under_a_heading_of_names_are_still_one_boundary(write):
    (site,) = read(write, "名称,X,Y", *lines(corners()))
    assert area(site) == pytest.approx(10_000)


def test_a_centre_line_is_a_line(write):
    (site,) = read(write, "输气管线中心线坐标", "桩号,X,Y", *lines(corners(), label="K"))
    assert site.geometry.geom_type == "LineString"
    assert site.plane.length == pytest.approx(300)


def test_two_points_are_a_question(write):
    with pytest.raises(InputError, match="只有 2 个点，不知是线还是两个点"):
        read(write, "点号,X,Y", *lines(corners()[:2]))


def test_one_point_is_a_point(write):
    (site,) = read(write, "X,Y", f"{N},{E}")
    assert site.geometry.geom_type == "Point"


def test_headings_against_the_numbers_are_said(write):
    (site,) = read(
        write,
        "点号,经度(°),纬度(°)",
        "J1,36.3061,112.8761",
        "J2,36.3061,112.8861",
        "J3,36.3161,112.8861",
    )
    assert site.geometry.bounds[0] == pytest.approx(112.8761)
    assert "对调" in site.crs.suspicions[0]


def test_every_bad_cell_is_listed_with_its_line(write):
    rows = [
        "点号,X,Y",
        *lines(corners()),
        "J5,4020050,",
        "J6,北,38400000",
        "J7,112°72′00″,36°18′00″",
    ]
    with pytest.raises(InputError) as caught:
        read(write, *rows)
    assert [(p.line, p.message[:10]) for p in caught.value.problems] == [
        (6, "这一行缺少一个坐标"), (7, "坐标「北」无法识别"), (8, "坐标「112°72'"),
    ]  # fmt: skip


def test_a_numbered_row_without_coordinates_is_a_gap_unless_it_is_at_the_end(write):
    points = lines(corners())
    with pytest.raises(InputError, match=r"a\.csv:4: 点「J9」没有坐标"):
        read(write, "点号,X,Y", *points[:2], "J9,,", *points[2:])
    (site,) = read(write, "点号,X,Y", *points, "J5,,", "J6,,")
    assert area(site) == pytest.approx(10_000)


@pytest.mark.parametrize(
    "bad", ["J9,4O2O050.000,3840O050.000", "J9,4020050.000", "J9,4020050.000,东"]
)
def test_a_damaged_line_among_pasted_points_is_never_passed_over(write, bad):
    points = lines(corners())
    with pytest.raises(InputError, match=r"a\.txt:3: 「J9.*读不出两个坐标"):
        read(write, *points[:2], bad, *points[2:], name="a.txt")


def test_a_damaged_last_line_is_never_passed_over(write):
    with pytest.raises(InputError, match=r"a\.txt:5: 「J5\t4020000\.000」读不出两个坐标"):
        read(write, *lines(corners()), "J5,4020000.000", name="a.txt")


def test_gis_headings_promise_no_order(write):
    rows = [f"{e},{n}" for n, e in corners()]
    (site,) = read(write, "POINT_X,POINT_Y", *rows)
    assert area(site) == pytest.approx(10_000)
    assert not any("对调" in words for words in site.crs.suspicions)


def test_a_declared_packed_number_with_impossible_minutes_is_refused(write):
    with pytest.raises(InputError, match="分或秒大于等于 60"):
        read(
            write,
            "点号,经度(度.分秒),纬度(度.分秒)",
            "J1,112.7230,36.1845",
            "J2,112.5310,36.1845",
            "J3,112.5310,36.1920",
        )


# ---------------------------------------------------------------- Excel


def workbook(tmp_path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = tmp_path / "拐点.xlsx"
    book.save(path)
    return path


def test_a_cell_that_became_a_date_is_named(tmp_path):
    rows = [
        ["点号", "X", "Y"],
        *[["J1", *p] for p in corners()],
        ["J5", dt.date(2026, 1, 1), E],
    ]
    with pytest.raises(InputError, match=r"拐点\.xlsx:6: 坐标「（2026-01-01"):
        read_sites(workbook(tmp_path, {"Sheet1": rows}))


def test_point_numbers_that_became_dates_do_not_cut_the_boundary(tmp_path):
    rows = [[dt.date(2026, 1, i), *p] for i, p in enumerate(corners(), 1)]
    (site,) = read_sites(workbook(tmp_path, {"a": [["点号", "X", "Y"], *rows]}))
    assert area(site) == pytest.approx(10_000)


def test_headings_in_two_rows_with_a_merged_one_above(tmp_path):
    rows = [[f"J{i}", *p] for i, p in enumerate(corners(), 1)]
    head = [["拐点编号", "2000国家大地坐标系", None], [None, "X", "Y"]]
    (site,) = read_sites(workbook(tmp_path, {"a": [*head, *rows]}))
    assert area(site) == pytest.approx(10_000)
    assert site.crs.how.startswith("表头写明 CGCS2000")


def test_two_sheets_with_coordinates_ask_which(tmp_path):
    rows = [["点号", "X", "Y"], *[[f"J{i}", *p] for i, p in enumerate(corners(), 1)]]
    path = workbook(tmp_path, {"红线": rows, "说明": [["无"]], "占地": rows})
    with pytest.raises(InputError, match="2 个含图形的工作表：红线、占地"):
        read_sites(path)
    (site,) = read_sites(path, table="占地")
    assert area(site) == pytest.approx(10_000)


def test_text_and_numbers_mix_in_a_sheet(tmp_path):
    rows = [
        [1, "4020000.0", 38400000.0],
        [2, 4020100, "38400000"],
        [3, " 4,020,100.00 ", "３８４００１００"],
    ]
    (site,) = read_sites(
        workbook(tmp_path, {"a": [["序号", "纵坐标X（m）", "横坐标Y（m）"], *rows]})
    )
    assert area(site) == pytest.approx(5_000)


def test_a_sheet_without_headings_is_read_line_by_line(tmp_path):
    rows = [[f"J{i}", *p] for i, p in enumerate(corners(), 1)]
    (site,) = read_sites(workbook(tmp_path, {"a": [["某项目拐点坐标表"], *rows]}))
    assert (site.name, round(area(site))) == ("某项目", 10_000)


def test_a_pair_in_one_cell_is_found(tmp_path):
    rows = [
        ["拐点", "坐标"],
        [1, "东经112°52′30″，北纬36°18′20″"],
        [2, "东经112°52′40″，北纬36°18′20″"],
        [3, "东经112°52′40″，北纬36°18′30″"],
    ]
    (site,) = read_sites(workbook(tmp_path, {"a": rows}))
    assert site.geometry.bounds[0] == pytest.approx(112.875)


# ---------------------------------------------------------------- quotation marks, and many points on a line

SPELLED = {
    "signs": "{d}°{m:02d}′{s:05.2f}″", "typewriter": "{d}°{m:02d}'{s:05.2f}\"", "curly": "{d}°{m:02d}’{s:05.2f}”",
    "two primes": "{d}°{m:02d}'{s:05.2f}''", "accents": "{d}º{m:02d}´{s:05.2f}˝", "before": "东经{d}°{m:02d}′{s:05.2f}″",
    "behind": "{d}°{m:02d}′{s:05.2f}″E", "words": "{d}度{m:02d}分{s:05.2f}秒", "dashes": "{d}-{m:02d}-{s:05.2f}",
}  # fmt: skip
#: 18″ east by 14.4″ north from 112°48′, 36°19′12″.
DMS = [
    (112, 48, 0, 36, 19, 12), (112, 48, 18, 36, 19, 12), (112, 48, 18, 36, 19, 26.4), (112, 48, 0, 36, 19, 26.4),
]  # fmt: skip
DMS_M2 = 199_283.62


def spelled(form, d, m, s, *, lat=False):
    told = form.format(d=d, m=m, s=s)
    return told.replace("东经", "北纬").replace("E", "N") if lat else told


@pytest.mark.parametrize("form", SPELLED.values(), ids=SPELLED)
@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL], ids=["quoted", "bare"])
def test_angles_in_a_csv_are_read_however_excel_quotes_their_seconds(write, form, quoting):
    out = io.StringIO()
    writer = csv.writer(out, quoting=quoting)
    writer.writerow(["点号", "经度", "纬度"])
    for at, (d, m, s, e, n, t) in enumerate(DMS, 1):
        writer.writerow([f"J{at}", spelled(form, d, m, s), spelled(form, e, n, t, lat=True)])
    (site,) = read_sites(write("a.csv", out.getvalue()))
    assert area_m2(site.geometry) == pytest.approx(DMS_M2, abs=0.01)


@pytest.mark.parametrize(
    "line",
    [
        "112.80000,36.32000 112.80500,36.32000 112.80500,36.32400 112.80000,36.32400",
        "112.80000,36.32000;112.80500,36.32000;112.80500,36.32400;112.80000,36.32400",
        "".join(
            f"{at}、东经{d}°{m:02d}′{s:02d}″，北纬{e}°{n}′{t}″；"
            for at, (d, m, s, e, n, t) in enumerate(DMS, 1)
        ),
    ],
)
def test_all_corners_on_one_line_of_a_chat_are_read_not_the_first_alone(write, line):
    (site,) = read_sites(write("a.txt", line))
    assert area_m2(site.geometry) == pytest.approx(DMS_M2, abs=0.01)


def test_two_systems_side_by_side_without_headings_are_refused(write):
    rows = [f"J{at} {N + at * 10:.3f} {E:.3f} 112.80{at}000 36.32{at}000" for at in range(1, 5)]
    with pytest.raises(InputError, match="一行有 4 个坐标数") as refused:
        read(write, *rows, name="a.txt")
    assert "请每行写一个点，只保留一套坐标" in str(refused.value)


def test_a_height_behind_the_coordinates_is_no_third_coordinate(write):
    rows = [f"J{at}\t{n:.3f}\t{e:.3f}\t85.25" for at, (n, e) in enumerate(corners(), 1)]
    (site,) = read(write, *rows, name="a.txt")
    assert area(site) == pytest.approx(10_000)


def test_a_plot_is_named_by_its_title_not_by_a_heading_merged_over_two_rows(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["甲项目用地界址点成果表"], ["坐标系：2000国家大地坐标系　3度带"], ["点号", "坐标（m）", None, "边长"],
                [None, "X", "Y", None]):  # fmt: skip
        sheet.append(row)
    for cells in ("A1:D1", "A2:D2", "A3:A4", "B3:C3", "D3:D4"):
        sheet.merge_cells(cells)
    for at, (n, e) in enumerate(corners(), 1):
        sheet.append([f"J{at}", n, e, None])
    book.save(tmp_path / "a.xlsx")
    (site,) = read_sites(tmp_path / "a.xlsx")
    assert site.name == "甲项目用地"


def test_a_title_about_the_coordinates_names_no_plot(write):
    (site,) = read(write, "1980西安坐标系", "点号,X,Y", *lines(corners()), name="乙地块.csv")
    assert site.name == "乙地块"
