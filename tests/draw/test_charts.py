from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from geo.draw.chart_rows import Value, printed_number, tracks_of, words
from geo.draw.charts import axis_end, indicator_chart
from geo.draw.layout.lettering import MM_PER_POINT
from geo.errors import MissingError, UsageError
from geo.spec.indicators import IndicatorRow

#: The colour of the first target's mark.
BLUE = (0, 114, 178)


def row(name, base, *targets, unit="%", category="环境治理", **more):
    years = dict(zip(("2025", "2035"), targets, strict=False))
    return IndicatorRow(
        no="1", category=category, name=name, unit=unit, base_year="2020", base=base, targets=years, **more
    )  # fmt: skip


def chart(*rows, **more):
    return indicator_chart(rows, name="指标", caption="规划指标", **more)


def pixels(figure):
    return np.asarray(Image.open(BytesIO(figure.png)).convert("RGB"))


def blue_centres_mm(figure):
    """Columns of the page whose pixels have the colour of a target's mark, runs by their middle."""
    found = np.flatnonzero((pixels(figure) == BLUE).all(axis=2).any(axis=0))
    runs = np.split(found, np.flatnonzero(np.diff(found) > 1) + 1)
    return [float(run.mean() + 0.5) / 300 * 25.4 for run in runs]


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("61", "μg/m³", Value(61.0)),
        ("34 μg/m³", "μg/m³", Value(34.0)),
        ("34μg/m3", "µg/m³", Value(34.0)),
        ("<30", "μg/m³", Value(30.0, "≤")),
        ("＜1.3", "起/每万枚", Value(1.3, "≤")),
        ("≥13.44", "%", Value(13.44, "≥")),
        ("79.8％", "%", Value(79.8)),
        ("-2", "", Value(-2.0)),
    ],
)
def test_a_printed_number_is_read_with_its_bound(text, unit, value):
    assert printed_number(text, unit=unit) == value


@pytest.mark.parametrize("text", ["", "/", "—", "--", "II/III", "Ⅲ类", "完成上级下达目标", "30-35"])
def test_what_is_no_number_is_not_read_as_one(text):
    assert printed_number(text, unit="%") is None


def test_a_number_in_another_unit_is_not_drawn_on_the_axis():
    assert printed_number("6.77 吨/标煤", unit="%") is None


def test_only_indicators_with_numbers_at_both_ends_are_drawn():
    both, none, half = row("甲", "57", "60"), row("乙", "57", "持续保持"), row("丙", "/", "25")
    drawn, worded = tracks_of([both, none, half])
    assert [track.row.name for track in drawn] == ["甲"]
    assert [r.name for r in worded] == ["乙", "丙"]


def test_a_year_without_a_number_has_no_mark_but_the_others_have():
    (track,), _ = tracks_of([row("甲", "15", "完成市下达指标", "≥40")])
    assert track.targets == (("2035", Value(40.0, "≥")),)


def test_an_indicator_in_words_keeps_them_and_says_what_the_plan_does_not_give():
    told = words(row("森林覆盖率", "/", "持续保持", kind="预期性", note="前后不一"))
    assert told == "森林覆盖率（%） *，预期性：2020年 未列 → 2025年 持续保持"


@pytest.mark.parametrize(("largest", "end"), [(0, 1), (0.9, 1), (16.42, 20), (21, 25), (61, 100)])
def test_an_axis_ends_at_the_next_round_number(largest, end):
    assert axis_end(largest) == pytest.approx(end)


def test_a_target_stands_at_its_value_on_an_axis_from_zero():
    # 156 mm wide, margins of 2 mm: names take 0.36 of 152 mm, values 0.25 and 3 mm.
    start, end = 2 + 0.36 * 152, 154 - 0.25 * 152 - 3
    (_, mark) = blue_centres_mm(chart(row("甲", "10", "80")))  # the first is the key's
    assert mark == pytest.approx(start + 0.8 * (end - start), abs=0.1)


def test_units_of_one_category_have_an_axis_each():
    one = chart(row("甲", "1", "2"), row("乙", "1", "2"))
    two = chart(row("甲", "1", "2"), row("乙", "1", "2", unit="吨"))
    assert pixels(two).shape[0] > pixels(one).shape[0]


def test_the_picture_is_as_wide_as_asked_and_says_what_it_shows():
    figure = chart(row("甲", "61", "≤44", unit="μg/m3"), row("乙", "/", "25"), width_mm=120.0)
    assert pixels(figure).shape[1] == pytest.approx(120 / 25.4 * 300, abs=1)
    assert figure.width_mm == 120.0
    assert figure.alt == "规划指标。甲 61 → ≤44 μg/m3。另有 1 项指标以文字列出。"


def test_a_plan_without_numbers_is_told_in_words_alone():
    figure = chart(row("乙", "/", "不减少"))
    assert figure.alt == "规划指标。另有 1 项指标以文字列出。"
    assert not (pixels(figure) == BLUE).all(axis=2).any()


def test_nothing_touches_the_edge_of_the_picture():
    name = "县级及以上城市集中式饮用水水源地水质达到或优于三类的断面比例" * 2
    picture = pixels(
        chart(row(name, "10", "20", "完成市级考核任务" * 4), row("乙", "/", "不减少" * 60))
    )
    edge = int(MM_PER_POINT / 25.4 * 300)
    for side in (picture[:edge], picture[-edge:], picture[:, :edge], picture[:, -edge:]):
        assert (side == 255).all()


def test_the_same_rows_give_the_same_bytes():
    rows = [row("甲", "61", "≤44"), row("乙", "1", "2", "3"), row("丙", "/", "25")]
    assert chart(*rows).png == chart(*rows).png


def test_no_indicators_is_an_error():
    with pytest.raises(UsageError, match=r"没有指标可画 — 请检查规划的 indicators\.csv"):
        chart()


def test_a_character_that_no_font_has_is_an_error_that_names_it():
    with pytest.raises(MissingError, match="U\\+1F600"):
        chart(row("甲\U0001f600", "1", "2"))
