"""What a planner reads: the table is always there, and some words never are."""

from __future__ import annotations

import json
from datetime import date

import pytest
import shapely

from geo.check.sites import check_sites
from geo.check.words import render
from geo.spec.vocabulary import REQUIRED_KINDS, Outcome
from geo.spec.wording import FORBIDDEN, quoted

from .conftest import DAY, Town, footprint, place, square

NASTY = "合法违法选址可行同意建设符合环评要求无环境制约因素不占用"


def _strings(value):
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, str):
        yield value


def _nasty_town(town: Town) -> Town:
    """A town whose every name, reason and title is made of words that are never printed."""
    town.marker["title"] = NASTY
    town.marker["waivers"] = [{"kind": "nature_park", "waived": NASTY}]
    for at, kind in enumerate(REQUIRED_KINDS):
        town.layer(
            kind, square(60 * at, 0, 100), title=f"{NASTY}{at}", provider=NASTY, accuracy_m=at
        )
        town.features[kind] = [(square(60 * at, 0, 100), {"name": NASTY})]
        if at % 3:
            town.layers[kind]["authority"] = "schematic"
    town.layers["wetland"] = {"title": NASTY, "zone": "wetland", "provider": NASTY}
    town.layers["sound_zone"] = {
        "title": NASTY, "zone": "sound_zone", "source": f"data/{NASTY}.geojson", "authority": "open",
        "provider": NASTY, "licence": NASTY, "as_of": "2020", "accuracy_m": 0,
    }  # fmt: skip
    header = "id,heading,title,where,activities,strength,note\n"
    rows = f"C1,{NASTY},{NASTY},everywhere,*,禁止,\nC2,{NASTY},{NASTY},{{unlocated: {NASTY}}},*,禁止,\n"
    head = f"title: {NASTY}\nadcode: '140405'\nperiod: [2021, 2035]\nsource: x\n"
    town.plans["p"] = {"plan.yml": head, "controls.csv": header + rows}
    return town


def test_the_forbidden_words_never_appear_whatever_planners_wrote(town, plot):
    store = _nasty_town(town).store()
    site = footprint(
        plot, name=NASTY, repairs=(NASTY,), declared_area_m2=9_000.0, declared_words=NASTY,
        crs={"suspicions": (NASTY,), "certain": False},
    )  # fmt: skip
    for day in (DAY, date(2024, 1, 1)):
        result = check_sites([site], store, as_at=day, industry="炼焦")
        for text in (
            render(result),
            json.dumps(result.overlaps(), ensure_ascii=False),
            *_strings(result.as_json()),
        ):
            assert not [word for word in FORBIDDEN if word in text], text


def test_what_is_left_out_is_marked():
    assert quoted("拆除违法建筑") == "拆除（略）建筑"
    assert quoted("普通的话") == "普通的话"


def test_only_official_layers_say_that_nothing_overlaps(full_town, plot):
    full_town.layer("wetland", square(8_000, 0, 100), authority="schematic", title="湿地示意")
    text = render(check_sites([footprint(plot)], full_town.store(), as_at=DAY))
    assert "项目用地与ecological_redline不重叠。" in text
    assert "与湿地示意不重叠" not in text


def test_no_metre_distance_leaves_a_schematic_layer(full_town, plot):
    far = square(2_940, 0, 100)
    full_town.layer(
        "standin", far, kind="ecological_redline", authority="schematic", accuracy_m=4_000
    )
    result = check_sites([footprint(plot)], full_town.store(), as_at=DAY)
    found = next(f for f in result.sites[0].findings if f.layer == "standin")
    assert (found.distance_m, found.bearing_deg) == (None, None)
    assert "约 3 km（示意）" in found.note
    assert "284" not in render(result)


def test_schematic_data_is_named_on_its_face(full_town, plot):
    full_town.layer("wetland", square(0, 0, 300), authority="schematic")
    text = render(check_sites([footprint(plot)], full_town.store(), as_at=DAY))
    assert "※ 含示意数据，不作为审批依据。" in text
    clean = Town(full_town.root, layers={}, features={})
    assert "※" not in render(check_sites([footprint(plot)], _full(clean).store(), as_at=DAY))


def _full(town: Town) -> Town:
    for at, kind in enumerate(REQUIRED_KINDS):
        town.layer(kind, square(8_000, 200 * at, 100))
    for name in ("wetland",):
        (town.root / "layers" / f"{name}.yml").unlink(missing_ok=True)
    return town


def test_the_table_by_topic_is_always_printed(full_town, plot, town):
    for site in (plot, square(60_000, 0, 10)):
        text = render(check_sites([footprint(site)], full_town.store(), as_at=DAY))
        for topic in ("生态保护红线", "自然保护地", "饮用水水源保护区", "永久基本农田", "规划管控"):
            assert f"  {topic}" in text
        assert text.rstrip().endswith("不替代主管部门审查意见。")


def test_reasons_name_layer_clause_figure_and_data_date(full_town, plot):
    full_town.layer("ecological_redline", square(60, 0, 100), title="生态保护红线")
    reason = full_town.check(plot).reasons[0]
    assert reason.startswith(
        "与生态保护红线（ecological_redline-1）重叠 0.4000 公顷，占用地面积 40.00%，"
        "依据主管部门数据（数据日期 2026-06）；《自然资源部"
    )
    assert "一、（一）" in reason


def test_every_branch_of_clauses_whose_number_nobody_knows_is_listed(full_town, plot):
    # The code's clauses are all cited alike; none may stand in another's place.
    full_town.layer("water_source_2", square(0, 0, 300))
    text = render(check_sites([footprint(plot)], full_town.store(), as_at=DAY))
    assert text.count("  《中华人民共和国生态环境法典》（条款待核实）\n") == 2
    listed = text[text.index("条款与要求（") :]
    for case in ("设置排污口的", "确认不排放污染物的", "不属于建设项目的生产生活活动"):
        assert case in listed


def test_an_unverified_clause_says_so(full_town, plot):
    full_town.layer("nature_core", square(60, 0, 100))
    result = full_town.check(plot)
    assert "（条款待核实）" in result.reasons[0]
    assert any("相关条文的核实" in need for need in result.needed)


def test_waivers_and_overridden_laws_are_printed_in_every_result(full_town, plot):
    full_town.marker["waivers"] = [{"kind": "nature_park", "waived": "全县无自然公园"}]
    national = "title: 某法\nissuer: 某\nlevel: national\neffective_from: 2020-01-01\nverified: false\nsource: x\n"
    clause = (
        "clauses:\n  - {id: a, clause: 一, zones: [wetland], summary: 某, default: notice, otherwise: notice,"
        " examples: [{zone: wetland, as_at: 2026-01-01, expect: notice}]}\n"
    )
    full_town.rules["wetland_2021"] = national + clause
    result = check_sites([footprint(plot)], full_town.store(), as_at=DAY)
    text = render(result)
    assert "已豁免必查类别：自然公园（全县无自然公园）" in text
    assert "工作区覆盖了国家法规文件：《某法》" in text
    told = result.as_json()["workspace"]
    assert told["waivers"] == [{"kind": "nature_park", "waived": "全县无自然公园"}]
    assert told["overridden_rules"] == ["wetland_2021"]


@pytest.mark.parametrize(
    ("declared", "remark"), [(10_000.0, False), (10_002.9, False), (10_500.0, True)]
)
def test_a_declared_area_is_compared_and_never_trusted(full_town, plot, declared, remark):
    site = footprint(plot, declared_area_m2=declared, declared_words="1 公顷")
    result = check_sites([site], full_town.store(), as_at=DAY)
    assert ("与量算面积不符" in render(result)) is remark
    assert result.sites[0].size.area_m2 == pytest.approx(10_000, rel=1e-6)


def test_lines_points_industries_and_moves_are_told(full_town):
    full_town.layer("ecological_redline", square(60, -500, 1_100), title="生态保护红线")
    road = footprint(place(shapely.LineString([(0, 0), (300, 0)])), name="路")
    well = footprint(place(shapely.Point(-5, 0)), name="井")
    result = check_sites([road, well], full_town.store(), as_at=DAY, industry="D4415")
    text = render(result)
    assert "共 2 个地块，最严重结论：重叠，涉及法规禁止情形" in text
    assert "长度：300.0 m（椭球面）" in text
    assert "行业：D4415（行业代码待核实）" in text
    assert "移位参考：整体向西平移约 241 m 可离开生态保护红线" in text
    assert result.sites[1].verdict is Outcome.CLEAR


def test_a_plot_in_no_county_says_so(full_town):
    text = render(
        check_sites(
            [footprint(shapely.box(150, 20, 150.001, 20.001))], full_town.store(), as_at=DAY
        )
    )
    assert "不在行政区划数据范围内" in text


def test_long_lists_of_notices_are_cut_and_counted(full_town, plot):
    header = "id,heading,title,where,activities,strength,note\n"
    where = "{{unlocated: 图上没有第{}处}}"
    rows = "".join(f"C{n:02d},章,第{n}条,{where.format(n)},mining,准入条件,\n" for n in range(15))
    head = "title: 规划\nadcode: '140405'\nperiod: [2021, 2035]\nsource: x\n"
    full_town.plans["p"] = {"plan.yml": head, "controls.csv": header + rows}
    text = render(check_sites([footprint(plot)], full_town.store(), as_at=DAY))
    assert "规划一览（提示，共 15 项）" in text
    assert "其余 3 项从略，全部列在 Word、网页报告" in text
    assert "须逐项对照" in text
