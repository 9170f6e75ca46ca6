"""A register gives the verdicts of single checks, and a killed run goes on to the same bytes."""

import os
import signal
import subprocess
import sys
import time
from datetime import date

import geopandas
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
from openpyxl import load_workbook

from geo.check.sites import check_sites
from geo.errors import InputError, UsageError
from geo.sites.read import read_sites
from geo.store.store import open_store
from geo.workflow.screening import parts, sites_in
from geo.workflow.screening.screen import ScreenQuestion, screen
from tests.store.worlds import add_layer, degrees, river_world

DAY = date(2026, 11, 22)
FORMATS = ("parquet", "gpkg", "csv", "xlsx")


@pytest.fixture
def store(tmp_path):
    river_world(tmp_path)
    square = ({"name": "甲区"}, shapely.box(0, 1000, 300, 1300))
    zone = "zone: ecological_redline\ncoverage: ['140405']\n"
    add_layer(tmp_path, "redline", [square], accuracy=1, extra=zone)
    return open_store(tmp_path)


def register(path, count, crs="EPSG:4490"):
    rng = np.random.default_rng(1)
    west, south = rng.uniform([-400, 600], [700, 1700], (count, 2)).T
    shapes = [degrees(shapely.box(x, y, x + 80, y + 60)) for x, y in zip(west, south, strict=True)]
    names = [f"地块{number}" for number in range(count)]
    geopandas.GeoDataFrame({"name": names}, geometry=shapes, crs=crs).to_parquet(path)
    return path


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(sites_in, "BATCH", 5)


def test_every_site_has_the_verdict_and_overlap_of_a_single_check(store, tmp_path, small_batches):
    question = ScreenQuestion(DAY, (register(tmp_path / "名录.parquet", 12),))
    told = []
    done = screen(
        store, question, [("parquet", tmp_path / "out.parquet")], progress=lambda *d: told.append(d)
    )
    assert done.sites == 12
    assert told == [(5, 12), (10, 12), (12, 12)]
    rows = geopandas.read_parquet(tmp_path / "out.parquet")
    found = sites_in.batches(question.files, store, question.reading)
    sites = [site for rows in found for site in rows.sites]
    for row, site in zip(rows.itertuples(index=False), sites, strict=True):
        single = check_sites([site], store, as_at=DAY).sites[0]
        overlaps = [f.overlap_m2 for f in single.findings if f.layer == "redline" and f.hit]
        named = dict(zip(rows.columns, row, strict=True))
        assert named["name"] == site.name
        assert named["verdict"] == single.verdict.value
        assert named["redline.hits"] == len(overlaps)
        if overlaps:
            assert named["redline.largest_overlap_m2"] == overlaps[0]
        else:
            assert np.isnan(named["redline.largest_overlap_m2"])
    assert 0 < (rows["redline.hits"] > 0).sum() < 12


def test_a_run_that_failed_goes_on_after_its_last_part(store, tmp_path, small_batches, monkeypatch):
    question = ScreenQuestion(DAY, (register(tmp_path / "名录.parquet", 12),))
    names = [(name, f"out.{name}") for name in FORMATS]
    screen(store, question, [(name, tmp_path / "whole" / file) for name, file in names])
    broken = [(name, tmp_path / "broken" / file) for name, file in names]

    def stop(done, _):
        if done == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        screen(store, question, broken, progress=stop)
    assert not (tmp_path / "broken" / "out.parquet").exists()
    assert screen(store, question, broken).resumed == 10
    for _, file in names:
        whole, again = tmp_path / "whole" / file, tmp_path / "broken" / file
        assert whole.read_bytes() == again.read_bytes(), file
    assert not list((tmp_path / "broken").glob(".*"))


def test_other_questions_find_no_parts_of_this_one(store, tmp_path, small_batches):
    path = register(tmp_path / "名录.parquet", 6)
    out = [("csv", tmp_path / "out.csv")]

    def stop(done, _):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        screen(store, ScreenQuestion(DAY, (path,)), out, progress=stop)
    assert screen(store, ScreenQuestion(date(2026, 1, 1), (path,)), out).resumed == 0


def test_killed_at_random_points_it_ends_with_the_same_bytes(store, tmp_path):
    path = register(tmp_path / "名录.parquet", 12)
    code = (
        "import sys; from datetime import date; from pathlib import Path\n"
        "from geo.store.store import open_store; from geo.workflow.screening import sites_in, screen\n"
        "sites_in.BATCH = 2\n"
        "question = screen.ScreenQuestion(date(2026, 11, 22), (Path(sys.argv[2]),))\n"
        "outputs = [(name, Path(sys.argv[3]) / f'out.{name}') for name in ('parquet', 'gpkg', 'csv', 'xlsx')]\n"
        "screen.screen(open_store(Path(sys.argv[1])), question, outputs)\n"
    )

    def run(out):
        command = [sys.executable, "-c", code, str(tmp_path), str(path), str(out)]
        return subprocess.Popen(command, stderr=subprocess.DEVNULL)

    assert run(tmp_path / "whole").wait() == 0
    out = tmp_path / "killed"
    chance = np.random.default_rng(8)
    for wanted in (
        1,
        3,
        6,
        6,
    ):  # parts there when the process is killed: the last two while it writes the outputs
        process = run(out)
        while process.poll() is None and len(list(out.glob(".*/part-*"))) < wanted:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.05))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert run(out).wait() == 0
    for name in FORMATS:
        whole, again = tmp_path / "whole" / f"out.{name}", out / f"out.{name}"
        assert whole.read_bytes() == again.read_bytes(), name


def test_a_register_in_another_system_or_with_a_broken_site_is_refused(store, tmp_path):
    out = [("csv", tmp_path / "out.csv")]
    plane = register(tmp_path / "plane.parquet", 3, crs="EPSG:4526")
    with pytest.raises(InputError, match=r"plane\.parquet: 坐标系为 4526"):
        screen(store, ScreenQuestion(DAY, (plane,)), out)
    bow = shapely.Polygon([(112, 36), (113, 37), (113, 36), (112, 37)])
    path = tmp_path / "bow.parquet"
    shapes = [shapely.box(112, 36, 112.001, 36.001), bow]
    geopandas.GeoDataFrame(geometry=shapes, crs="EPSG:4490").to_parquet(path)
    with pytest.raises(InputError, match="第 2 行等 1 个几何为空或无效"):
        screen(store, ScreenQuestion(DAY, (path,)), out)
    with pytest.raises(InputError, match="找不到文件"):
        screen(store, ScreenQuestion(DAY, (tmp_path / "none.parquet",)), out)
    with pytest.raises(UsageError, match="没有给出输出"):
        screen(store, ScreenQuestion(DAY, (path,)), [])


def test_registers_in_other_formats_and_systems_get_the_rows_of_single_checks(store, tmp_path):
    plain = geopandas.read_parquet(register(tmp_path / "名录.parquet", 10))
    files = [tmp_path / "zone38.gpkg", tmp_path / "cm111.gpkg", tmp_path / "plain.geojson"]
    for path, epsg in zip(files, (4526, 4546, 4490), strict=True):
        plain.to_crs(epsg).to_file(path)
    out = tmp_path / "out.parquet"
    assert screen(store, ScreenQuestion(DAY, tuple(files)), [("parquet", out)]).sites == 30
    rows = pq.read_table(out).to_pylist()
    sites = [site for path in files for site in read_sites(path, plausible=store.territory)]
    singles = check_sites(sites, store, as_at=DAY).sites
    for row, single in zip(rows, singles, strict=True):
        hits = [f for f in single.findings if f.layer == "redline" and f.hit]
        assert row["name"] == single.site.name
        assert (row["verdict"], row["complete"]) == (single.verdict.value, single.complete)
        assert row["redline.hits"] == len(hits)
        assert row["redline.largest_overlap_m2"] == (hits[0].overlap_m2 if hits else None)
        assert row["area_m2"] == single.size.area_m2
    own = [row["redline.largest_overlap_m2"] for row in rows]
    assert own[:10] == pytest.approx(own[20:], abs=0.01)
    assert {row["verdict"] for row in rows} == {s.verdict.value for s in singles}


def bad_register(path):
    bow = shapely.Polygon([(112, 36), (113, 37), (113, 36), (112, 37)])
    good = [shapely.box(112.8 + at, 36.35, 112.801 + at, 36.351) for at in (0.0, 0.002)]
    wide, plane = shapely.box(110, 36, 114, 37), shapely.Point(500_000, 4_000_000)
    shapes = [None, good[0], bow, shapely.Polygon(), wide, good[1], plane]
    frame = geopandas.GeoDataFrame(
        {"name": list("甲乙丙丁戊己庚")}, geometry=shapes, crs="EPSG:4490"
    )
    frame.to_parquet(path)
    return path


WHY = {
    "甲": "第 1 行几何缺失，未核查。", "丙": "第 3 行几何无效（自相交等），未核查。", "丁": "第 4 行几何为空，未核查。",
    "戊": "第 5 行东西跨度超过 3°，未核查。", "庚": "第 7 行坐标超出经纬度范围，未核查。",
}  # fmt: skip


def test_rows_that_cannot_be_checked_are_all_told_before_anything_is_done(store, tmp_path):
    path = bad_register(tmp_path / "bad.parquet")
    told = (
        r"第 1、3、4、5、7 行等 5 个.*第 1 行“甲”几何缺失；第 3 行“丙”几何无效.*第 7 行“庚”坐标超出"
    )
    with pytest.raises(InputError, match=told):
        screen(store, ScreenQuestion(DAY, (path,)), [("csv", tmp_path / "out" / "o.csv")])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("batch", [1, 3, 100])
def test_rows_that_cannot_be_checked_stay_in_the_result_if_wanted(
    store, tmp_path, batch, monkeypatch
):
    monkeypatch.setattr(sites_in, "BATCH", batch)
    path, out = bad_register(tmp_path / "bad.parquet"), tmp_path / "out.parquet"
    done = screen(
        store,
        ScreenQuestion(DAY, (path,), keep_bad=True),
        [("parquet", out), ("xlsx", tmp_path / "o.xlsx")],
    )
    assert (done.sites, done.bad) == (7, 5)
    rows = geopandas.read_parquet(out).set_index("name")
    assert "".join(rows.index) == "甲乙丙丁戊己庚"
    assert rows["checked"].tolist() == [name not in WHY for name in rows.index]
    for name, why in WHY.items():
        row = rows.loc[name]
        assert (row["verdict"], row["complete"], row["reasons"]) == ("undetermined", False, why)
        assert row[[c for c in rows.columns if c.startswith("redline.")]].isna().all()
    assert rows.loc["乙", "redline.state"] == "ok"
    assert rows.loc["乙", "redline.hits"] == 0


def test_tables_for_planners_are_in_words_and_programs_get_codes(store, tmp_path):
    path = bad_register(tmp_path / "bad.parquet")
    outputs = [(name, tmp_path / f"o.{name}") for name in FORMATS]
    screen(store, ScreenQuestion(DAY, (path,), keep_bad=True), outputs)
    told = pd.read_csv(tmp_path / "o.csv", encoding="utf-8-sig").set_index("地块")
    assert told.loc["乙", ["已核查", "结论完整", "redline 数据状态"]].tolist() == [
        "是",
        "否",
        "已比对",
    ]
    assert told.loc["甲", ["已核查", "判定"]].tolist() == ["否", "资料不足，暂不能判定"]
    sheet = load_workbook(tmp_path / "o.xlsx").active
    table = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert table[0] == ["地块", *told.columns]
    assert [row[0] for row in table[1:]] == list("甲乙丙丁戊己庚")
    assert (
        dict(zip(table[0], table[2], strict=True))["redline 结果"] == told.loc["乙", "redline 结果"]
    )
    assert sheet.auto_filter.ref.endswith("8")
    codes = geopandas.read_file(tmp_path / "o.gpkg")
    assert codes["redline_state"].dropna().unique().tolist() == ["ok"]


def test_what_a_worksheet_cannot_hold_is_refused_before_the_work(store, tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "_XLSX_ROWS", 5)
    path = register(tmp_path / "名录.parquet", 6)
    with pytest.raises(UsageError, match="Excel 放不下"):
        screen(store, ScreenQuestion(DAY, (path,)), [("xlsx", tmp_path / "out" / "o.xlsx")])
    assert not (tmp_path / "out").exists()


def test_the_industry_and_what_was_not_asked_stand_in_the_row(store, tmp_path):
    out = tmp_path / "out.parquet"
    path = register(tmp_path / "名录.parquet", 3)
    screen(store, ScreenQuestion(DAY, (path,), industry="C2521"), [("parquet", out)])
    rows = pq.read_table(out).to_pylist()
    assert {(row["industry_code"], row["industry"]) for row in rows} == {("C2521", "炼焦")}
    assert {row["basic_farmland.state"] for row in rows} == {"no_data"}
    assert {row["basic_farmland.hits"] for row in rows} == {None}


def test_the_parquet_output_says_where_it_is(store, tmp_path):
    out = tmp_path / "out.parquet"
    screen(
        store, ScreenQuestion(DAY, (register(tmp_path / "名录.parquet", 3),)), [("parquet", out)]
    )
    assert geopandas.read_parquet(out).crs.to_epsg() == 4490
    assert "redline.outcome" in pq.read_schema(out).names


TRADES = {  # as written in a register, the code meant
    "C2521": "C2521", "2521": "C2521", "2521.0": "C2521", "炼焦": "C2521", " c2521 ": "C2521", "C26": "C26", "0610": "B0610",
    "": None, "610": None, "A2521": None, "炼丹": None, "9999": None,
}  # fmt: skip


def trade_register(path, column="行业代码"):
    square = degrees(shapely.box(100, 1100, 180, 1160))
    rows = {"name": [f"厂{at}" for at in range(len(TRADES))], column: list(TRADES)}
    geopandas.GeoDataFrame(rows, geometry=[square] * len(TRADES), crs="EPSG:4490").to_parquet(path)
    return path


def test_each_row_is_checked_with_the_industry_its_register_tells(store, tmp_path):
    path, out = trade_register(tmp_path / "名录.parquet"), tmp_path / "out.parquet"
    done = screen(store, ScreenQuestion(DAY, (path,)), [("parquet", out)])
    assert (done.sites, done.trades, done.strangers) == (12, 7, 4)
    rows = pq.read_table(out).to_pylist()
    site = next(sites_in.batches([path], store, sites_in.Reading())).sites[0]
    for row, (written, code) in zip(rows, TRADES.items(), strict=True):
        single = check_sites([site], store, as_at=DAY, industry=code).sites[0]
        assert (row["industry_code"], row["industry_written"]) == (code, written.strip() or None)
        assert (row["verdict"], row["complete"]) == (single.verdict.value, single.complete)
        doubt = f"；名录所写行业“{written}”不是 GB/T 4754 代码，按未说明行业核查"
        told = "；".join(single.reasons[:3])
        assert row["reasons"] == told + (doubt if written.strip() and code is None else "")


def test_a_column_of_industries_can_be_named_and_is_not_mixed_with_one_for_all(store, tmp_path):
    path, out = trade_register(tmp_path / "名录.parquet", "HYDM"), [("csv", tmp_path / "out.csv")]
    assert screen(store, ScreenQuestion(DAY, (path,)), out).trades == 0
    assert screen(store, ScreenQuestion(DAY, (path,), industry_column="HYDM"), out).trades == 7
    with pytest.raises(InputError, match="没有列 行业 — 已有：name、HYDM"):
        screen(store, ScreenQuestion(DAY, (path,), industry_column="行业"), out)
    with pytest.raises(UsageError, match="两者只能给一个"):
        screen(store, ScreenQuestion(DAY, (path,), industry="C26", industry_column="HYDM"), out)
    usual = trade_register(tmp_path / "usual.parquet")
    done = screen(store, ScreenQuestion(DAY, (usual,), industry="C26"), out)
    assert (done.trades, done.strangers) == (0, 0)
    assert set(pd.read_csv(tmp_path / "out.csv", encoding="utf-8-sig")["行业代码"]) == {"C26"}


def bad_in(path):
    """Six footprints, of which the second, third and fifth cannot be used; each with its industry."""
    bow = shapely.Polygon([(112.8, 36.35), (112.81, 36.36), (112.81, 36.35), (112.8, 36.36)])
    good = [shapely.box(112.8 + at, 36.35, 112.801 + at, 36.351) for at in (0.0, 0.002, 0.004)]
    wide = shapely.box(110, 36, 114, 37)
    frame = geopandas.GeoDataFrame(
        {"名称": list("甲乙丙丁戊己"), "行业代码": ["C2521"] * 5 + ["炼丹"]},
        geometry=[good[0], None, bow, good[1], wide, good[2]], crs="EPSG:4490",
    )  # fmt: skip
    frame.to_file(path, **({"encoding": "gbk"} if path.suffix == ".shp" else {}))
    return path


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson"])
@pytest.mark.parametrize("batch", [2, 100])
def test_bad_rows_stay_in_the_result_whatever_the_format(
    store, tmp_path, suffix, batch, monkeypatch
):
    monkeypatch.setattr(sites_in, "BATCH", batch)
    path, out = bad_in(tmp_path / f"reg{suffix}"), tmp_path / "out.parquet"
    with pytest.raises(InputError, match=r"第 2、3、5 个地块等 3 个.*第 2 个地块“乙”.*没有几何"):
        screen(store, ScreenQuestion(DAY, (path,)), [("parquet", out)])
    assert not out.exists()
    done = screen(store, ScreenQuestion(DAY, (path,), keep_bad=True), [("parquet", out)])
    assert (done.sites, done.bad, done.strangers) == (6, 3, 1)
    rows = pq.read_table(out).to_pylist()
    assert "".join(row["name"] for row in rows) == "甲乙丙丁戊己"
    assert [row["checked"] for row in rows] == [True, False, False, True, False, True]
    told = {row["name"]: row["reasons"] for row in rows if not row["checked"]}
    assert told["乙"].startswith("第 2 个地块")
    assert "没有几何" in told["乙"]
    assert "相交" in told["丙"]
    assert told["戊"] == "第 5 个地块东西跨度超过 3°，未核查。"
    assert [row["industry_code"] for row in rows] == ["C2521"] * 5 + [None]
    for row in rows:
        assert row["checked"] or (row["verdict"], row["redline.hits"]) == ("undetermined", None)
    with pytest.raises(InputError):
        read_sites(path)


def test_a_table_of_enterprises_keeps_rows_whose_coordinates_cannot_be_read(store, tmp_path):
    path, out = tmp_path / "企业.csv", tmp_path / "out.csv"
    path.write_text(
        "企业名称,行业代码,经度,纬度\n甲厂,2521,112.8,36.35\n乙厂,C26,112.8x,36.35\n丙厂,C26,,\n丁厂,3011,112.81,36.36\n"
        "戊厂,C31,1128.0,36.35\n合计,5,,\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError, match=r"第 2、3、5 个地块等 3 个"):
        screen(store, ScreenQuestion(DAY, (path,)), [("csv", out)])
    done = screen(store, ScreenQuestion(DAY, (path,), keep_bad=True), [("csv", out)])
    assert (done.sites, done.bad) == (5, 3)
    rows = pd.read_csv(out, encoding="utf-8-sig").set_index("地块")
    assert rows.index.tolist() == ["甲厂", "乙厂", "丙厂", "丁厂", "戊厂"]
    assert rows["已核查"].tolist() == ["是", "否", "否", "是", "否"]
    assert rows["行业代码"].tolist() == ["C2521", "C26", "C26", "C3011", "C31"]
    assert "文件第 3 行" in rows.loc["乙厂", "主要理由"]
    assert "没有坐标" in rows.loc["丙厂", "主要理由"]
    assert "不在同一量级" in rows.loc["戊厂", "主要理由"]


def test_a_boundary_with_one_corner_that_cannot_be_read_is_not_checked_without_it(store, tmp_path):
    head, corners = (
        "地块名称,拐点,经度,纬度\n",
        "甲,J1,112.80,36.35\n甲,J2,112.81,36.35\n甲,J3,bad1,36.36\n甲,J4,112.80,36.36\n",
    )
    other = corners.replace("甲", "乙").replace("bad1", "112.81")
    path, out = tmp_path / "界址.csv", tmp_path / "out.parquet"
    path.write_text(head + corners + other, encoding="utf-8")
    done = screen(store, ScreenQuestion(DAY, (path,), keep_bad=True), [("parquet", out)])
    assert (done.sites, done.bad) == (2, 1)
    assert [(r["name"], r["checked"]) for r in pq.read_table(out).to_pylist()] == [
        ("甲", False),
        ("乙", True),
    ]
    path.write_text(
        "名称,经度,纬度\nJ1,112.80,36.35\nJ2,112.81,36.35\nJ3,bad1,36.36\nJ4,112.80,36.36\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError, match="bad1"):
        screen(store, ScreenQuestion(DAY, (path,), keep_bad=True), [("parquet", out)])
