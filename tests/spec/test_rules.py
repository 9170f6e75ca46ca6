"""Laws and clauses: when they bind, where they reach, who has read them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from geo.spec.rules import Clause, Law, national_files

START, END = date(2018, 1, 1), date(2026, 8, 14)
DAY = timedelta(days=1)


def clause(**changes: object) -> dict[str, object]:
    example = {"zone": "wetland", "as_at": "2020-01-01", "expect": "notice"}
    return {
        "id": "a1", "clause": "第一条", "zones": ["wetland"], "summary": "摘要",
        "default": "notice", "otherwise": "notice", "examples": [example], **changes,
    }  # fmt: skip


def law(*clauses: dict[str, object], **changes: object) -> Law:
    written = {
        "title": "某法", "issuer": "某机关", "level": "national", "effective_from": "2018-01-01",
        "effective_to": "2026-08-14", "verified": True, "source": "某网站",
        "clauses": list(clauses) or [clause()], **changes,
    }  # fmt: skip
    return Law.model_validate(written)


def in_force(law_: Law, day: date) -> bool:
    return law_.in_force(law_.clauses[0], day)


@pytest.mark.parametrize(
    ("day", "binds"),
    [(START - DAY, False), (START, True), (END, True), (END + DAY, False)],
)
def test_a_law_binds_on_both_its_end_dates_and_not_beside_them(day, binds):
    assert in_force(law(), day) is binds


def test_a_law_without_an_end_still_binds():
    assert in_force(law(effective_to=None), date(9999, 12, 31))


def test_a_clause_may_begin_later_and_end_earlier_than_its_law():
    part = law(clause(effective_from="2020-01-01", effective_to="2021-12-31"))
    assert not in_force(part, date(2019, 12, 31))
    assert in_force(part, date(2020, 1, 1))
    assert in_force(part, date(2021, 12, 31))
    assert not in_force(part, date(2022, 1, 1))


@given(st.dates(min_value=date(2010, 1, 1), max_value=date(2035, 1, 1)))
def test_a_law_and_its_successor_never_bind_on_the_same_day(day):
    old, new = law(), law(effective_from="2026-08-15", effective_to=None)
    assert in_force(old, day) + in_force(new, day) == (day >= START)


@pytest.mark.parametrize(
    ("limits", "basins", "adcodes", "reaches"),
    [
        ({}, (), (), True),
        ({"basins": "黄河"}, ("黄河",), ("141000",), True),
        ({"basins": "黄河"}, ("海河",), ("140405",), False),
        ({"basins": "黄河"}, (), ("140405",), False),
        ({"areas": ["14"]}, (), ("140405",), True),
        ({"areas": ["14"]}, (), ("610000", "140405"), True),
        ({"areas": ["14"]}, (), ("411400",), False),
        ({"areas": ["14"]}, (), (), False),
        ({"basins": "黄河", "areas": ["14"]}, ("黄河",), ("610000",), False),
    ],
)
def test_a_law_reaches_its_basins_and_areas_only(limits, basins, adcodes, reaches):
    assert law(**limits).applies_in(basins=basins, adcodes=adcodes) is reaches


@pytest.mark.parametrize(
    ("of_law", "of_clause", "verified"),
    [(True, None, True), (False, None, False), (True, False, False), (False, True, True)],
)
def test_a_clause_is_as_verified_as_its_law_unless_it_says_otherwise(of_law, of_clause, verified):
    read = law(clause(verified=of_clause), verified=of_law)
    assert read.is_verified(read.clauses[0]) is verified


@pytest.mark.parametrize("outcome", ["suspected", "undetermined", "clear"])
def test_a_rule_never_speaks_the_words_that_only_data_can_make(outcome):
    with pytest.raises(ValidationError):
        Clause.model_validate(clause(default=outcome))


def test_a_clause_needs_an_example_a_zone_and_a_branch_its_activities():
    branch = {"activities": [], "outcome": "notice", "when": "甲"}
    for change in ({"examples": []}, {"zones": []}, {"branches": [branch]}):
        with pytest.raises(ValidationError):
            Clause.model_validate(clause(**change))


def test_every_law_that_ships_is_a_yaml_file_in_the_order_of_names():
    names = [item.name for item in national_files()]
    assert names == sorted(names)
    assert all(name.endswith(".yml") for name in names)
