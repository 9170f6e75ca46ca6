"""YAML with marks: exact places, and what is refused before it can do harm."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import WorkspaceError
from geo.spec import marked
from geo.spec.marked import MAX_BYTES, MAX_DEPTH, parse_yaml, read_text, read_yaml

SHOWN = Path("layers/a.yml")


def complaints(text: str, *, at: tuple[int, int] = (1, 1)) -> list[str]:
    with pytest.raises(WorkspaceError) as caught:
        parse_yaml(text, shown=SHOWN, at=at)
    return [str(problem) for problem in caught.value.problems]


def test_scalars_stay_text_and_only_null_is_none():
    text = "{adcode: 014, yes: no, date: 2026-11-22, n: 1e3, empty: , tilde: ~, quoted: ''}"
    assert parse_yaml(text, shown=SHOWN).value == {
        "adcode": "014",
        "yes": "no",
        "date": "2026-11-22",
        "n": "1e3",
        "empty": None,
        "tilde": None,
        "quoted": "",
    }


def test_every_key_and_value_knows_its_line_and_column_in_characters():
    source = parse_yaml("标题: 河流\n列表:\n  - 甲\n  - {乙: 丙}\n", shown=SHOWN)
    assert source.keys == {("标题",): (1, 1), ("列表",): (2, 1), ("列表", 1, "乙"): (4, 6)}
    assert source.values == {
        (): (1, 1),
        ("标题",): (1, 5),
        ("列表",): (3, 3),
        ("列表", 0): (3, 5),
        ("列表", 1): (4, 5),
        ("列表", 1, "乙"): (4, 9),
    }


def test_marks_inside_a_cell_count_from_where_the_cell_stands():
    source = parse_yaml("{a: 1,\n b: 2}", shown=SHOWN, at=(7, 20))
    assert source.keys == {("a",): (7, 21), ("b",): (8, 2)}


def test_a_complaint_about_what_is_not_there_points_at_the_nearest_thing_above_it():
    source = parse_yaml("style:\n  label: {size: 8}\n", shown=SHOWN)
    assert str(source.problem(("style", "label", "field"), "缺少")) == "layers/a.yml:2:10: 缺少"
    assert str(source.problem(("style", "label"), "有误", on_key=True)) == "layers/a.yml:2:3: 有误"
    assert str(source.problem(("elsewhere",), "有误", on_key=True)) == "layers/a.yml:1:1: 有误"


def test_duplicate_keys_are_all_told_at_the_second_place():
    assert complaints("a: 1\nb: {c: 1, c: 2}\na: 3\n") == [
        "layers/a.yml:2:11: 键 c 写了两次 — 请删去其中一个",
        "layers/a.yml:3:1: 键 a 写了两次 — 请删去其中一个",
    ]


@pytest.mark.parametrize(
    ("text", "place"), [("a: &x 1", "1:4"), ("a: 1\nb: *x", "2:4"), ("&x [*x]", "1:1")]
)
def test_anchors_and_aliases_are_refused_where_they_stand(text, place):
    told = "使用了 YAML 锚点或别名（& *） — 请把内容直接写出来"
    assert complaints(text) == [f"layers/a.yml:{place}: {told}"]


@pytest.mark.parametrize("text", ["!!python/object/apply:os.system [ls]", "!x a", "!!set {a, b}"])
def test_tags_are_refused(text):
    told = "使用了 YAML 标签（! 开头） — 请删去标签；以 ! 开头的文字请加引号"
    assert complaints(text) == [f"layers/a.yml:1:1: {told}"]


def test_text_that_begins_with_an_exclamation_mark_may_be_quoted():
    assert parse_yaml("'!注意'", shown=SHOWN).value == "!注意"


def test_nesting_is_allowed_to_the_limit_and_refused_one_deeper():
    assert parse_yaml("[" * MAX_DEPTH + "]" * MAX_DEPTH, shown=SHOWN)
    deeper = "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)
    assert complaints(deeper) == ["layers/a.yml:1:41: 嵌套超过 40 层 — 请简化这一段"]


def test_a_depth_bomb_is_stopped_before_it_is_composed():
    assert complaints("[" * 200_000) == ["layers/a.yml:1:41: 嵌套超过 40 层 — 请简化这一段"]


def test_depth_in_the_first_line_of_a_cell_counts_from_the_cell():
    assert complaints("[" * 60, at=(5, 10)) == ["layers/a.yml:5:50: 嵌套超过 40 层 — 请简化这一段"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: b: c", "1:5: YAML 语法错误（此处多了一个冒号）"),
        ("a: 1\nb: {c: 1\n", "2:4: YAML 语法错误（花括号没有配对，或缺少逗号）"),
        ("a: 1\nb: [c\n", "2:4: YAML 语法错误（方括号没有配对，或缺少逗号）"),
        ("{a: 1 b: 2}", "1:8: YAML 语法错误（花括号没有配对，或缺少逗号）"),
        ("a: 1\nb\n", "2:1: YAML 语法错误（缺少冒号，或冒号后缺少空格）"),
        ("a: 1\n'b: 2\nc: 3\n", "2:1: YAML 语法错误（引号没有配对）"),
        ("a: @b", "1:4: YAML 语法错误（不能以制表符、@、% 或反引号开头）"),
        ("a: - b", "1:4: YAML 语法错误（短横线的位置不对）"),
        ('a: "\\q"', "1:5: YAML 语法错误（双引号中不能有单独的反斜杠）"),
        ("a: |\n\tb", "2:1: YAML 语法错误（缩进用了制表符，应为空格）"),
        ("a: 1\n---\nb: 2", "2:1: YAML 语法错误（一个文件只能有一份内容，不能用 --- 分隔）"),
        ("{a: 1}}", "1:7: YAML 语法错误（缩进没有对齐，或有多余内容）"),
        ("}", "1:1: YAML 语法错误（缺少内容，或多了括号）"),
        ("- a\nb: 1\n", "2:1: YAML 语法错误（缩进没有对齐，或缺少短横线）"),
        ("a: 1\n  - b: 2", "2:6: YAML 语法错误（此处多了一个冒号）"),
        ("a: 1\n - b\nc", "3:1: YAML 语法错误（缺少冒号，或冒号后缺少空格）"),
    ],
)
def test_a_syntax_error_is_told_in_chinese_at_its_place(text, told):
    hint = "请检查冒号后的空格、括号是否成对、缩进是否对齐"
    assert complaints(text) == [f"layers/a.yml:{told} — {hint}"]


def test_a_syntax_error_without_chinese_words_keeps_the_parsers():
    assert "found unknown directive name" in complaints("%X\n---\na: 1")[0]


@pytest.mark.parametrize(
    ("character", "name"),
    [("\x00", "0000"), ("\x07", "0007"), ("\x85", "0085"), ("\u200b", "200B"), ("\u2028", "2028"),
     ("\u202e", "202E"), ("\ufeff", "FEFF"), ("\ud800", "D800"), ("\uffff", "FFFF")],
)  # fmt: skip
def test_an_invisible_character_is_named_at_its_place(character, name):
    assert complaints(f"a: 1\nb: 甲{character}乙") == [
        f"layers/a.yml:2:5: 含有不可见字符 U+{name} — 请删除后重试，或重新输入这一行"
    ]


def test_rare_characters_that_can_be_seen_are_kept():
    text = "a: 埇埗沚浉瀍猇硚鄠 ℃ Ⅱ ³ ○ 〔2023〕 𠮷 😀"
    assert parse_yaml(text, shown=SHOWN).value == {"a": text.removeprefix("a: ")}


def test_a_key_must_be_text():
    assert complaints("? [a]\n: b\n{c: d}: e\n") == [
        "layers/a.yml:1:3: 键必须是文字 — 请检查花括号与冒号",
        "layers/a.yml:3:1: 键必须是文字 — 请检查花括号与冒号",
    ]


def test_the_pure_python_parser_gives_the_same_places(monkeypatch):
    text = "title: 河流\nstyle: {fill: none}\n"
    fast = parse_yaml(text, shown=SHOWN)
    monkeypatch.setattr(marked, "_LOADER", yaml.SafeLoader)
    assert parse_yaml(text, shown=SHOWN) == fast
    assert complaints("a: b: c")[0].startswith(
        "layers/a.yml:1:5: YAML 语法错误（此处多了一个冒号）"
    )


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(tmp_path):
    path = tmp_path / "a.yml"
    path.write_bytes("\ufefftitle: 河流\r\nnote: 甲\r\n".encode())
    source = read_yaml(path, shown=SHOWN)
    assert source.value == {"title": "河流", "note": "甲"}
    assert source.keys[("title",)] == (1, 1)
    assert source.keys[("note",)] == (2, 1)


def refusal(path: Path) -> str:
    with pytest.raises(WorkspaceError) as caught:
        read_text(path, shown=SHOWN)
    return str(caught.value)


def test_gbk_is_refused_with_advice(tmp_path):
    path = tmp_path / "a.yml"
    path.write_bytes("title: 河流".encode("gbk"))
    assert refusal(path) == (
        "layers/a.yml: 文件不是 UTF-8 编码（可能是 GBK）"
        " — 请在 WPS/Excel/记事本中另存为 UTF-8（CSV UTF-8）"
    )


def test_ten_megabytes_are_refused_unread(tmp_path):
    path = tmp_path / "a.yml"
    path.write_bytes(b"#" * 10_000_000)
    assert refusal(path) == "layers/a.yml: 文件超过 5 MB — 请检查是否放错了文件"


def test_a_file_of_just_the_limit_is_read(tmp_path):
    path = tmp_path / "a.yml"
    path.write_bytes(b"#" * MAX_BYTES)
    assert len(read_text(path, shown=SHOWN)) == MAX_BYTES


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path):
    assert refusal(tmp_path / "a.yml").startswith("layers/a.yml: 文件不存在 — ")
    assert refusal(tmp_path).startswith("layers/a.yml: 文件无法读取（")


YAMLISH = st.text(
    alphabet=st.sampled_from("ab:{}[],- \n\t'\"&*!|>?%@#\\~：，｛｝甲\x00\ud800\u200b")
)


@given(st.text(alphabet=st.characters()) | YAMLISH)
def test_any_text_is_read_or_refused_with_places_inside_it(text):
    try:
        source = parse_yaml(text, shown=SHOWN)
    except WorkspaceError as error:
        places = [(problem.line, problem.column) for problem in error.problems]
    else:
        places = [*source.keys.values(), *source.values.values()]
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for line, column in places:
        assert 1 <= line <= len(lines) + 1
        assert 1 <= column <= max(map(len, lines)) + 1
