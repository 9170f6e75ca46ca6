"""Caches stand where the system keeps them, or where the user says."""

from pathlib import Path

import geopandas
import pytest

from geo import userdirs
from geo.store import boundaries


def test_the_users_own_choice_wins(monkeypatch):
    monkeypatch.setenv("HONGXIAN_CACHE", "/somewhere")
    assert userdirs.cache_folder() == Path("/somewhere")


@pytest.mark.parametrize(
    ("platform", "variable", "tail"),
    [
        ("win32", "LOCALAPPDATA", "hongxian"),
        ("linux", "XDG_CACHE_HOME", "hongxian"),
        ("darwin", "HOME", "Library/Caches/hongxian"),
    ],
)
def test_each_system_has_its_own_place(monkeypatch, tmp_path, platform, variable, tail):
    monkeypatch.delenv("HONGXIAN_CACHE", raising=False)
    monkeypatch.setattr(userdirs.sys, "platform", platform)
    monkeypatch.setenv(variable, str(tmp_path))
    assert userdirs.cache_folder() == tmp_path / tail


def test_a_broken_boundary_cache_is_passed_over_and_made_anew(monkeypatch, tmp_path):
    monkeypatch.setenv("HONGXIAN_CACHE", str(tmp_path))
    boundaries.published.cache_clear()
    first = boundaries.published()
    (kept,) = tmp_path.glob("*.parquet")
    kept.write_bytes(b"not parquet")
    boundaries.published.cache_clear()
    again = boundaries.published()
    boundaries.published.cache_clear()
    assert list(again.frame["adcode"]) == list(first.frame["adcode"])
    assert len(geopandas.read_parquet(kept)) == len(first.frame)
