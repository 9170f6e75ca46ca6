"""Lengths in, areas out."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import GeometryError, UsageError
from geo.space import units


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("50 m", 50),
        ("50米", 50),
        ("1.5 km", 1500),
        ("3公里", 3000),
        ("2 千米", 2000),
        ("５０　ｍ", 50),
        ("０．５ＫＭ", 500),
        (".5km", 500),
        ("  10 m ", 10),
    ],
)
def test_a_length_with_a_unit_is_metres(text, metres):
    assert units.parse_length(text) == metres


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("50", "没有单位"),
        ("五十米", "不是长度"),
        ("1,500 m", "千分号"),
        ("3 里", "无法识别"),
        ("3 mm", "无法识别"),
        ("-5 m", "应大于零"),
        ("0 m", "应大于零"),
        ("", "不是长度"),
        ("nan m", "不是长度"),
        ("9" * 400 + " km", "应大于零"),
    ],
)
def test_anything_else_is_refused_in_chinese(text, says):
    with pytest.raises(UsageError, match=says):
        units.parse_length(text)


def test_fifteen_mu_make_a_hectare():
    assert units.hectares(10_000) == 1
    assert units.mu(units.hectares(10_000) * 10_000) == 15
    assert units.mu(2000 / 3) == pytest.approx(1)


def test_an_area_is_written_in_three_units():
    assert units.format_area(1234.56) == "1234.56 m²（0.1235 公顷 / 1.85 亩）"
    assert units.format_area(999_999.0) == "999999.00 m²（99.9999 公顷 / 1500.00 亩）"
    assert units.format_area(1_000_000.0) == "1.00 km²（100.0000 公顷 / 1500.00 亩）"


def test_a_length_changes_to_kilometres_at_one_thousand():
    assert units.format_length(999.94) == "999.9 m"
    assert units.format_length(1000) == "1.00 km"


def test_halves_are_rounded_away_from_zero_as_printed():
    assert [units.fixed(value, 1) for value in (0.25, 0.35, -0.25)] == ["0.3", "0.4", "-0.3"]


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_was_not_measured_is_never_printed_as_a_number(value):
    with pytest.raises(GeometryError, match="未量算"):
        units.format_area(value)


def test_the_remainder_goes_to_the_largest_row():
    assert units.round_to_total([1.24, 5.24, 3.24], 9.72, 1) == (1.2, 5.3, 3.2)
    assert units.round_to_total([0.05, 0.05], 0.1, 1) == (0.0, 0.1)


def test_a_total_of_other_rows_is_refused():
    with pytest.raises(GeometryError, match=r"合计 10\.0 相差 8\.0"):
        units.round_to_total([1.0, 1.0], 10.0, 1)


@given(
    st.lists(st.floats(0, 1e6, allow_nan=False), min_size=1, max_size=40),
    st.integers(0, 4),
)
def test_rounded_rows_always_add_up_to_the_printed_total(values, decimals):
    total = math.fsum(values)
    rows = units.round_to_total(values, total, decimals)
    assert math.fsum(rows) == pytest.approx(float(units.fixed(total, decimals)), abs=1e-7)
    assert all(
        abs(row - value) <= (len(values) + 2) * 10.0**-decimals
        for row, value in zip(rows, values, strict=True)
    )
