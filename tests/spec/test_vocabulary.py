"""The closed words: each has its Chinese, its order and its exit code."""

from __future__ import annotations

from typing import get_args

import pytest

from geo.spec import vocabulary as v
from geo.spec.vocabulary import Outcome, weakest


def test_outcomes_rise_from_clear_to_prohibited():
    words = "clear notice restricted undetermined suspected prohibited"
    assert [outcome.value for outcome in sorted(Outcome, key=lambda o: o.rank)] == words.split()


@pytest.mark.parametrize(
    ("outcome", "exit_code"),
    [
        ("clear", 0),
        ("notice", 0),
        ("restricted", 10),
        ("undetermined", 11),
        ("suspected", 12),
        ("prohibited", 13),
    ],
)
def test_outcomes_have_the_contracts_exit_codes(outcome, exit_code):
    assert Outcome(outcome).exit_code == exit_code


def test_the_words_for_an_outcome_are_those_of_the_contract():
    assert [outcome.zh for outcome in Outcome] == [
        "未发现重叠", "提示关注", "涉及限制性要求", "资料不足，暂不能判定", "疑似重叠，待核实", "重叠，涉及法规禁止情形",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "zh"),
    [(v.Authority, v.AUTHORITY_ZH), (v.State, v.STATE_ZH), (v.Relation, v.RELATION_ZH)],
)
def test_every_word_has_its_chinese(words, zh):
    assert set(get_args(words)) == set(zh)


def test_every_required_kind_is_a_zone_kind():
    assert set(v.REQUIRED_KINDS) <= set(v.ZoneKind.__members__)


@pytest.mark.parametrize(
    ("authorities", "worst"),
    [
        (("official",), "official"),
        (("official", "open"), "open"),
        (("schematic", "official"), "schematic"),
        ((), "schematic"),
    ],
)
def test_the_weakest_source_speaks_for_the_whole(authorities, worst):
    assert weakest(*authorities) == worst
