"""Dates of three precisions, and spans of time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from geo.spec.closed import Spec
from geo.spec.dates import Age, Day, Partial, PartialDate

days = st.dates(min_value=date(1, 1, 1))


class Holder(Spec):
    partial: Partial | None = None
    day: Day | None = None
    age: Age | None = None


def message(**values: object) -> str:
    with pytest.raises(ValidationError) as caught:
        Holder.model_validate(values)
    (item,) = caught.value.errors()
    return str(item["ctx"]["error"])


@given(days)
def test_a_whole_day_is_its_own_first_and_last(day):
    partial = PartialDate.parse(day.isoformat())
    assert partial.first == partial.last == day


@given(days)
def test_a_month_runs_from_its_first_to_the_day_before_the_next(day):
    month = PartialDate.parse(f"{day.year:04d}-{day.month:02d}")
    assert month.first.day == 1
    assert month.first <= day <= month.last
    assert month.last == date.max or (month.last + timedelta(days=1)).day == 1


@given(days)
def test_a_year_runs_from_new_year_to_its_eve(day):
    year = PartialDate.parse(f"{day.year:04d}")
    assert (year.first, year.last) == (date(day.year, 1, 1), date(day.year, 12, 31))


@given(days, st.sampled_from([4, 7, 10]))
def test_what_is_written_is_read_back_with_the_same_precision(day, length):
    text = day.isoformat()[:length]
    assert str(PartialDate.parse(text)) == text


partials = st.builds(
    lambda d, n: PartialDate.parse(d.isoformat()[:n]), days, st.sampled_from([4, 7, 10])
)


@given(partials, partials)
def test_dates_of_any_precision_can_be_compared(one, other):
    assert (one < other) + (one == other) + (one > other) == 1
    if one < other:
        assert one.first <= other.first


def test_a_year_and_a_month_compare_by_first_then_last_day():
    year, january, february = map(PartialDate.parse, ("2024", "2024-01", "2024-02"))
    assert january < year < february, "all of January's last day comes before the year's"


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("2024-02", "2024-02-29"),
        ("2023-2", "2023-02-28"),
        (" 2021 ", "2021-12-31"),
        ("２０２１", "2021-12-31"),
    ],
)
def test_leap_years_short_months_and_full_width_digits(text, last):
    assert PartialDate.parse(text).last.isoformat() == last


@pytest.mark.parametrize("text", ["", "21", "2021年", "2021/5/1", "2021-5-", "20210501", "十四五"])
def test_what_is_no_date_is_refused_with_the_three_forms(text):
    with pytest.raises(ValueError, match="不是日期 — 请写成 2026、2026-11 或 2026-11-22"):
        PartialDate.parse(text)


@pytest.mark.parametrize("text", ["2023-02-29", "2023-13", "2023-00", "0000"])
def test_a_day_that_does_not_exist_is_refused(text):
    with pytest.raises(ValueError, match="这一天 — 请核对年月日"):
        PartialDate.parse(text)


@given(st.text())
def test_any_text_is_a_date_or_a_value_error(text):
    try:
        parsed = PartialDate.parse(text)
    except ValueError as error:
        found, hint = str(error).split(" — ")
    else:
        found, hint = str(parsed.first), str(parsed.last)
    assert found
    assert hint


@pytest.mark.parametrize(
    ("text", "days"),
    [("2 年", 730), ("1年", 365), ("18 个月", 548), ("6月", 183), ("90 天", 90), ("1日", 1),
     ("1 year", 365), ("2 months", 61), ("1 day", 1), ("100 年", 36524)],
)  # fmt: skip
def test_a_span_is_read_as_days(text, days):
    assert Holder.model_validate({"age": text}).age == timedelta(days=days)


@given(st.integers(1, 9999), st.sampled_from([("年", 365.2425), ("个月", 30.436875), ("天", 1.0)]))
def test_a_span_is_near_its_mean_length_or_too_long(number, unit):
    word, mean = unit
    try:
        age = Holder.model_validate({"age": f"{number} {word}"}).age
    except ValidationError:
        assert number * mean > 36_525
    else:
        assert abs(age.days - number * mean) <= 0.5


@pytest.mark.parametrize("text", ["0 天", "101 年", "9999 年"])
def test_no_time_at_all_and_more_than_a_century_are_refused(text):
    assert message(age=text) == f"期限“{text}”超出范围 — 应在 1 天到 100 年之间"


@pytest.mark.parametrize("given_", ["两年", "2", "年", "-1 年", "2 周"])
def test_a_span_that_cannot_be_read_is_refused(given_):
    assert message(age=given_) == f"“{given_}”不是期限 — 请写成 2 年、18 个月 或 90 天"


def test_a_list_is_neither_a_date_nor_a_span():
    assert message(partial=["2024"]) == "这里不是日期 — 请写成 2026、2026-11 或 2026-11-22"
    assert message(age={"年": "2"}) == "这里不是期限 — 请写成 2 年、18 个月 或 90 天"


def test_typed_values_pass_through():
    typed = {"partial": PartialDate(2024, 2), "day": date(2024, 2, 1), "age": timedelta(days=3)}
    assert dict(Holder.model_validate(typed)) == typed


def test_a_law_begins_on_a_whole_day():
    assert Holder.model_validate({"day": "2026-08-15"}).day == date(2026, 8, 15)
    assert message(day="2026-08") == "“2026-08”缺少月或日 — 请写成 2026-11-22"


def test_a_partial_date_leaves_a_model_as_it_was_written():
    assert Holder.model_validate({"partial": "2024-02"}).model_dump()["partial"] == "2024-02"
