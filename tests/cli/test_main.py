from __future__ import annotations

import json
import re
import subprocess
import sys
import types

import click
import pytest

from geo.cli.main import COMMANDS

HEAVY = ("geopandas", "matplotlib", "numpy", "pandas", "pydantic", "pyproj", "rasterio", "rich",
         "shapely", "yaml")  # fmt: skip


def imported_by(*arguments: str) -> set[str]:
    """Name the modules a fresh process imports, counted rather than timed."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "geo.cli", *arguments],
        capture_output=True, check=True, encoding="utf-8",
    )  # fmt: skip
    return {line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines() if "|" in line}


def test_help_answers_at_once_because_it_imports_nothing_heavy():
    names = imported_by("--help")
    assert not {name.split(".")[0] for name in names} & set(HEAVY)
    assert len(names) < 260


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command_imports_nothing_heavy(name):
    assert not {each.split(".")[0] for each in imported_by(name, "--help")} & set(HEAVY)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_an_example_of_itself(run, name):
    said = run(name, "--help")
    assert said.code == 0
    assert "例：" in said.out
    assert re.search(rf"^ +(.*\W)?hongxian {name}\b", said.out, re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_chinese_and_says_what_every_option_is_for(run, name):
    said = run(name, "--help")
    for english in ("Usage", "Options", "Show this", "[default", "[required]"):
        assert english not in said.out
    section = said.out.split("选项：", 1)[1]
    options = re.findall(r"^  (?:-\w, )?--[\w-]+.*(?:\n {10,}.*)*", section, re.MULTILINE)
    assert options
    for option in options:
        assert re.search(r"[\u4e00-\u9fff]", option), option


def test_help_lists_every_command_with_a_line(run):
    said = run("--help")
    assert said.code == 0
    for name, line in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(line)}$", said.out, re.MULTILINE)


def test_no_command_at_all_shows_help_and_is_wrong_usage(run):
    said = run()
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("用法：hongxian")


def test_an_unknown_command_offers_the_nearest(run):
    said = run("lyaers")
    assert (said.code, said.out) == (2, "")
    assert "没有命令 lyaers — 是否想写 layers？" in said.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["tasks", "--fromat", "json"], "没有选项 --fromat — 是否想写 --format？"),
        (["layers", "--format", "jsno"], "选项 --format：不认识的取值 jsno — 是否想写 json？"),
        (["layers", "--as-at", "2026"], "选项 --as-at：“2026”不是日期，请写成 2026-11-22"),
        (["layers", "extra"], "多出参数 extra"),
        (["check", "a.txt", "--accuracy", "x"], "选项 --accuracy：“x”不是数字"),
        (["check", "--at", "36.2,112.9"], "经度纬度似乎写反了"),
        (["density", "--cell", "0"], "选项 --cell：0.0 超出范围 x>=1.0"),
        (["init"], "缺少参数 DIR"),
        (["init", "x"], "缺少选项 --adcode"),
        (["init", "x", "--adcode"], "选项 --adcode 后面缺少取值"),
        (["schema", "chekc"], "不认识的取值 chekc — 是否想写 check？"),
        (["map"], "请写地图名，或写 --all"),
        (["check"], "请给出用地文件"),
    ],
)
def test_wrong_usage_is_told_in_chinese_and_exits_2(run, arguments, words):
    said = run(*arguments)
    assert (said.code, said.out) == (2, "")
    assert words in said.err


@pytest.mark.parametrize("command", ["verify", "layers", "tasks", "build", "clean"])
def test_without_a_workspace_every_command_says_how_to_get_one(run, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    said = run(command)
    assert (said.code, said.out) == (1, "")
    assert "workspace.yml" in said.err
    assert "hongxian init" in said.err


def test_an_unknown_layer_in_a_map_is_told_with_its_place(run, tiny_workspace):
    wrong = {"maps/overview.yml": "title: 图\nlayers:\n  - layer: distrcits\n"}
    said = run("verify", "--workspace", tiny_workspace(wrong))
    assert said.code == 1
    told = "maps/overview.yml:3:12: 没有名为 distrcits 的图层 — 是否想写 districts？"
    assert told in said.out
    said = run("build", "--workspace", tiny_workspace(wrong))
    assert (said.code, said.out) == (1, "")
    assert told in said.err


def test_an_unknown_map_or_plan_is_wrong_usage(run, tiny_workspace):
    root = tiny_workspace()
    said = run("map", "overveiw", "--workspace", root)
    assert (said.code, said.out) == (2, "")
    assert "没有名为 overveiw 的地图 — 是否想写 overview？" in said.err
    said = run("tasks", "--plan", "nosuch", "--workspace", root)
    assert (said.code, said.out) == (2, "")
    assert "没有名为 nosuch 的规划" in said.err


def test_data_go_to_stdout_and_words_to_stderr(run, tiny_workspace):
    said = run("layers", "--format", "json", "--workspace", tiny_workspace())
    assert said.code == 0
    assert [row["id"] for row in json.loads(said.out)] == ["districts"]
    assert said.err == ""


def test_a_suffix_nobody_can_write_is_refused_before_any_work(run, tmp_path):
    said = run("layers", "--out", tmp_path / "图层.doc")
    assert (said.code, list(tmp_path.iterdir())) == (2, [])
    assert "不支持后缀 .doc — 可用：table、json" in said.err


def _command(monkeypatch, name: str, body) -> None:
    module = types.ModuleType(f"geo.cli.{name}_command")
    module.command = click.command(name=name)(body)
    monkeypatch.setitem(COMMANDS, name, "试验")
    monkeypatch.setitem(sys.modules, module.__name__, module)


def test_a_fault_of_ours_is_said_without_a_traceback(run, monkeypatch):
    def fail() -> None:
        raise ZeroDivisionError("零")

    _command(monkeypatch, "failing", fail)
    said = run("failing")
    assert (said.code, said.out) == (70, "")
    assert "程序内部错误（ZeroDivisionError: 零）" in said.err
    assert "Traceback" not in said.err
    monkeypatch.setenv("HONGXIAN_DEBUG", "1")
    assert "Traceback" in run("failing").err


def test_an_interrupted_command_exits_130(run, monkeypatch):
    def stop() -> None:
        raise KeyboardInterrupt

    _command(monkeypatch, "stopping", stop)
    said = run("stopping")
    assert said.code == 130
    assert "已中断" in said.err


def test_the_version_is_the_packages(run):
    said = run("--version")
    assert said.code == 0
    assert re.fullmatch(r"hongxian, version \d+\.\d+\.\d+\n", said.out)
