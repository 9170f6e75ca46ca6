from __future__ import annotations

import shutil

import pytest

from geo.errors import UsageError, WorkspaceError
from geo.workflow.cleaning import clean


def fill(root) -> None:
    for name in ("build/maps/图.png", "build/manifest.json", "local/cache/a/b.bin"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"12345")
    (root / "local/红线.gpkg").write_bytes(b"real data")


def test_what_was_made_goes_and_what_people_wrote_stays(tiny_workspace):
    root = tiny_workspace()
    fill(root)
    written = set(root.rglob("*.yml"))
    done = clean(root)
    assert done.files == ("build/manifest.json", "build/maps/图.png", "local/cache/a/b.bin")
    assert done.size_bytes == 15
    assert list((root / "build").iterdir()) == list((root / "local/cache").iterdir()) == []
    assert (root / "local/红线.gpkg").read_bytes() == b"real data"
    assert set(root.rglob("*.yml")) == written
    assert clean(root).files == ()


def test_a_dry_run_deletes_nothing(tiny_workspace):
    root = tiny_workspace()
    fill(root)
    assert len(clean(root / "layers", dry_run=True).files) == 3
    assert (root / "build/maps/图.png").is_file()


def test_nothing_made_is_nothing_to_do(tiny_workspace):
    done = clean(tiny_workspace())
    assert (done.files, done.size_bytes) == ((), 0)


def test_what_a_link_points_to_is_not_ours(tiny_workspace, tmp_path):
    root = tiny_workspace()
    other = tmp_path / "别处"
    other.mkdir()
    (other / "重要.gpkg").write_bytes(b"x")
    (root / "build").mkdir()
    (root / "build/链接").symlink_to(other)
    assert clean(root).files == ("build/链接",)
    assert (other / "重要.gpkg").is_file()
    (root / "build").rmdir()
    (root / "build").symlink_to(other)
    with pytest.raises(UsageError, match="build 是指向别处的链接"):
        clean(root)
    assert (other / "重要.gpkg").is_file()


def test_outside_a_workspace_nothing_is_deleted(tmp_path):
    (tmp_path / "build").mkdir()
    (tmp_path / "build/a").write_bytes(b"")
    with pytest.raises(WorkspaceError):
        clean(tmp_path)
    assert (tmp_path / "build/a").is_file()


def test_a_file_another_program_holds_open_is_told(tiny_workspace, monkeypatch):
    root = tiny_workspace()
    fill(root)

    def refuse(path):
        raise PermissionError(13, "used by another process", str(path / "图.png"))

    monkeypatch.setattr(shutil, "rmtree", refuse)
    with pytest.raises(UsageError, match=r"图\.png 删不掉 — 请关闭正在打开它的程序后重试"):
        clean(root)
