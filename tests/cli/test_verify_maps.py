"""``verify --maps``: every map drawn for the linter, nothing written."""

from __future__ import annotations

from tests.workflow.test_drawing import tree, write_maps


def test_maps_are_linted_with_file_and_hint_and_nothing_is_written(run, tmp_path):
    root = write_maps(tmp_path / "w", "好", "𣒍")
    before = tree(root)
    assert run("verify", "--workspace", root).code == 0
    said = run("verify", "--maps", "--workspace", root)
    assert said.code == 1
    assert "maps/m1.yml" in said.out
    assert "地图 m1 有字体缺少的字" in said.out
    assert "地图 m0 有字体缺少的字" not in said.out
    assert "maps/m0.yml:2:1: 图签没有制图单位" in said.out
    assert tree(root) == before


def test_workers_say_what_one_says(run, tmp_path):
    root = write_maps(tmp_path / "w", "一", "𣒍一", "𣒍二")
    alone = run("verify", "--maps", "--jobs", "1", "--workspace", root)
    assert run("verify", "--maps", "--jobs", "2", "--workspace", root) == alone
