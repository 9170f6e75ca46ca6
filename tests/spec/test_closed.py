"""Closed models: unknown keys, the nearest right word, and pydantic's paths made places."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field, ValidationError

from geo.spec.closed import Names, Spec, as_list, keys_of, load, nearest
from geo.spec.marked import parse_yaml


class Leaf(Spec):
    fill: str
    in_: str | None = Field(default=None, alias="in")
    size: Annotated[int, Field(ge=1)] | None = None


class Tree(Spec):
    name: str
    leaf: Leaf | None = None
    leaves: tuple[Leaf, ...] = ()
    by_name: dict[str, Leaf] = {}
    pair: tuple[str, int] | None = None
    names: Names = ()
    weight: float | None = None
    price: Decimal | None = None
    text_or_leaf: str | Leaf | None = None


def told(text: str) -> list[str]:
    value, problems = load(parse_yaml(text, shown=Path("t.yml")), Tree)
    assert value is None
    return [str(problem) for problem in problems]


def test_models_are_frozen():
    with pytest.raises(ValidationError):
        Leaf(fill="a").fill = "b"


def test_one_item_stands_for_a_list_of_one():
    assert as_list("a") == ["a"]
    assert as_list(("a", "b")) == ["a", "b"]
    assert as_list("") == as_list(None) == []


def test_keys_are_listed_as_a_planner_writes_them():
    assert keys_of(Leaf) == ["fill", "in", "size"]


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("titel", "是否想写 title？"),
        ("sorce", "是否想写 source？"),
        ("甲", "可用：title、source"),
        ("", "可用：title、source"),
    ],
)
def test_the_nearest_right_word_is_offered_else_all_of_them(word, hint):
    assert nearest(word, ["title", "source"]) == hint


def test_of_many_words_thirty_are_shown_and_of_none_nothing():
    assert nearest("x", [f"w{n}" for n in range(31)]).endswith("、w29 等")
    assert nearest("x", [f"w{n}" for n in range(30)]).endswith("、w29")
    assert nearest("x", []) == ""


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("name: a\nleaf: {fill: b, sise: 3}", "2:17"),
        ("name: a\nleaves:\n  - {fill: b}\n  - {fill: b, sise: 3}", "4:15"),
        ("name: a\nby_name:\n  fill: {fill: b, sise: 3}", "3:19"),
        ("name: a\nby_name:\n  leaf: {fill: b, sise: 3}", "3:19"),
    ],
)
def test_an_unknown_key_is_told_at_the_key_with_its_own_models_nearest_word(text, place):
    assert told(text) == [f"t.yml:{place}: 未知的键 sise — 是否想写 size？"]


def test_an_alias_is_the_word_offered():
    assert told("name: a\nleaf: {fill: b, inn: c}") == ["t.yml:2:17: 未知的键 inn — 是否想写 in？"]


def test_a_fault_under_an_alias_is_told_at_its_value():
    assert told("name: a\nleaf: {fill: b, in: [c]}") == [
        "t.yml:2:21: 这里的内容不是文字 — 请写成一个词或加引号"
    ]


def test_a_missing_key_is_told_at_the_mapping_that_lacks_it():
    assert told("name: a\nleaves:\n  - {fill: b}\n  - {size: 3}") == [
        "t.yml:4:5: 缺少键 fill — 请补上 fill: …"
    ]


def test_all_problems_of_a_file_are_told_at_once_in_the_order_of_the_file():
    text = "weight: 重\npair: [a, b]\nleaf: {size: 0}\nleaves: a\nnaem: b\nby_name: [a]\n"
    assert told(text) == [
        "t.yml:1:1: 缺少键 name — 请补上 name: …",
        "t.yml:1:9: “重”不是数字 — 请只写数字，不加单位和千分位",
        "t.yml:2:11: “b”不是整数 — 请只写数字",
        "t.yml:3:7: 缺少键 fill — 请补上 fill: …",
        "t.yml:3:14: “0”超出范围 — 请核对数值",
        "t.yml:4:9: “a”应为列表 — 请写成 [ … , … ]",
        "t.yml:5:1: 未知的键 naem — 是否想写 name？",
        "t.yml:6:10: 这里的内容应为“键: 值” — 请写成 {键: 值}",
    ]


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e999"])
def test_a_number_is_finite(number):
    assert told(f"name: a\nweight: {number}") == [
        f"t.yml:2:9: “{number}”不是有限的数 — 请改成普通数字"
    ]


@pytest.mark.parametrize("nothing", ["", "~", "null", "''"])
def test_a_key_without_content_says_so(nothing):
    assert told(f"name: a\nweight: 1\nleaf: {{fill: b, size: 1}}\npair: [a, {nothing or '~'}]") == [
        "t.yml:4:11: 这里没有填写 — 请补上内容，不需要就删去这个键"
    ]


def test_a_pair_of_three_and_of_one_are_told_apart():
    assert told("name: a\npair: [a, 1, 2]") == ["t.yml:2:7: 这里的内容项数过多 — 请删减"]
    assert told("name: a\npair: [a]") == ["t.yml:2:7: 这里的内容项数不够 — 请补全"]


def test_a_fault_in_a_list_inside_a_list_of_names():
    assert told("name: a\nnames: [a, [b]]") == [
        "t.yml:2:12: 这里的内容不是文字 — 请写成一个词或加引号"
    ]


def test_the_labels_of_a_union_without_tags_do_not_lose_the_place():
    text = "name: a\ntext_or_leaf: {fill: b, sise: 3}"
    assert "t.yml:2:25: 未知的键 sise — 是否想写 size？" in told(text)


def test_a_type_nobody_has_words_for_still_has_a_place():
    (line,) = told("name: a\nprice: 贵")
    assert line.startswith("t.yml:2:8: “贵”不符合要求（")


@pytest.mark.parametrize("text", ["[a, b]", "文字"])
def test_a_document_that_is_no_mapping_lists_the_keys(text):
    (line,) = told(text)
    assert line.startswith("t.yml:1:1: 应为“键: 值”的形式 — 可用的键：name、leaf、leaves、")


def test_an_empty_document_lacks_its_keys():
    assert told("") == ["t.yml:1:1: 缺少键 name — 请补上 name: …"]
