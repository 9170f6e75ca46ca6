"""Sentences an office may sign: none says more than was measured."""

from datetime import date

from geo.documents.statements import statements
from geo.findings import Finding, LayerAsked, Letter, SiteResult, Size
from geo.spec.vocabulary import Outcome

LETTER = Letter("自然资函〔2026〕8号", "县自然资源局", date(2026, 9, 1), "不涉及。", "farm", (), "")


def asked(layer, title, state="ok", authority="official", **more):
    return LayerAsked(
        layer,
        title,
        (),
        True,
        state,
        Outcome.NOTICE,
        authority,
        "2026-03",
        5.0,
        provider="某局",
        **more,
    )


def found(layer, title, relation, authority="official", **more):
    return Finding(
        layer, title, "甲", "wetland", relation, Outcome.NOTICE, authority, "2026-03", 5.0, **more
    )


def said(layers, findings=()):
    site = SiteResult(
        None,
        Size(),
        (),
        None,
        Outcome.NOTICE,
        False,
        (),
        (),
        (),
        tuple(layers),
        tuple(findings),
        (),
    )
    return statements(site)


def test_an_overlap_is_told_in_hectares_and_share_and_comes_first():
    hit = found("b", "湿地", "overlaps", overlap_m2=12_345.0, share=0.5)
    told = said([asked("a", "泉域"), asked("b", "湿地")], [hit])
    assert told == (
        "经与某局2026年3月的湿地数据叠加比对，项目用地与湿地（甲）重叠 1.2345 公顷，占用地面积 50.00%。",
        "经与某局2026年3月的泉域数据叠加比对，项目用地与其不重叠。",
    )


def test_lines_and_points_have_no_area_and_a_doubtful_hit_must_be_surveyed():
    line = found("b", "湿地", "inside", length_m=120.04, within_accuracy=True)
    assert said([asked("b", "湿地")], [line])[0].endswith(
        "重叠长度 120.0 m，用地或数据精度不足，须实测核定。"
    )
    assert said([asked("b", "湿地")], [found("b", "湿地", "inside")])[0].endswith(
        "重叠（点位落入）。"
    )


def test_a_distance_is_in_metres_from_official_data_and_in_kilometres_from_a_sketch():
    near = found("b", "湿地", "near", distance_m=812.4, direction_zh="东北侧")
    assert said([asked("b", "湿地")], [near])[0].endswith("不重叠；最近距离约 812.4 m（东北侧）。")
    sketch = found("b", "湿地", "near", "schematic", distance_m=812.4)
    told = said([asked("b", "湿地", authority="schematic")], [sketch])[0]
    assert "（示意数据）" in told
    assert "不能作为不重叠的依据" in told
    assert told.endswith("最近距离约 0.8 km（示意）。")


def test_old_data_gives_no_firm_answer():
    told = said([asked("b", "湿地", "stale")])[0]
    assert "项目用地与其不重叠" not in told
    assert "（数据过期）" in told


def test_what_was_not_compared_is_named_and_a_letter_is_cited():
    told = said([asked("r", "红线", "no_data", None), asked("n", "保护地", "no_data", None),
                 asked("farm", "永久基本农田", "no_data", None, evidence=LETTER)])  # fmt: skip
    assert told == (
        "县自然资源局以自然资函〔2026〕8号（2026年9月1日）函复：不涉及。",
        "必查的红线、保护地：未取得数据，本次未比对，须由主管部门核实。",
    )
