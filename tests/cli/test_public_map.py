"""公开版: refused without 审图号 before anything is drawn; with one, drawn with it."""

from __future__ import annotations

import shutil
import subprocess

import pytest

PUBLIC = """title: 公开图
edition: public
page: {size: figure, grid: kilometre}
layers: [districts]
"""


@pytest.mark.parametrize("command", [("verify",), ("map", "public"), ("map", "--all"), ("build",)])
def test_without_an_approval_number_a_public_map_is_refused_with_its_place(
    run, tiny_workspace, command
):
    root = tiny_workspace({"maps/public.yml": PUBLIC})
    said = run(*command, "--workspace", root)
    assert said.code == 1
    told = "maps/public.yml:2:10: 公开版必须有审图号 — 请填 approval，或改为 edition: internal"
    assert told in said.out + said.err
    assert not (root / "build" / "maps").exists()


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext of poppler-utils")
def test_with_one_it_is_drawn_with_the_number_and_without_the_internal_notice(
    run, tiny_workspace, tmp_path
):
    root = tiny_workspace({"maps/public.yml": f"{PUBLIC}approval: 晋S(2026)001号\n"})
    target = tmp_path / "公开.pdf"
    assert run("map", "public", "--out", target, "--workspace", root).code == 0
    text = subprocess.run(
        ["pdftotext", str(target), "-"], capture_output=True, check=True, text=True
    ).stdout
    assert "审图号：晋S(2026)001号" in text
    assert "未经审图" not in text
    assert "方里网" not in text
