"""A report leaves the office: neither its parts nor its record carry an internal layer's coordinates."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import shapely
from click.testing import CliRunner

from geo.cli import check_command, report_command
from geo.store.store import open_store
from tests.workflow.leaks import Secrets, find, unpacked
from tests.workflow.office import adopt, office, said, shapefile, square, table

_MAP = "title: 红线图\nlayers: [{layer: ecological_redline}]\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A red line, a map of it, and a parcel over the corner of it."""
    folder = tmp_path_factory.mktemp("office")
    root = office(folder)
    frame = table([square(0), square(1)], HXMC=["密点", "另一"])
    store, _ = adopt(root, said(shapefile(folder / "STBHHX.shp", frame), "ecological_redline"))
    (root / "maps" / "secret.yml").write_text(_MAP, encoding="utf-8")
    held = store.layer("ecological_redline").frame
    x, y = shapely.get_coordinates(held[held["name"] == "密点"].geometry.iloc[0])[0]
    # Its corners lie off the red line's vertices, so that they are no spelling of them.
    box = shapely.box(x - 0.0023, y - 0.0023, x + 0.0019, y + 0.0019)
    (root / "site.geojson").write_text(
        f'{{"type":"Feature","properties":{{"name":"地块"}},"geometry":{shapely.to_geojson(box)}}}',
        encoding="utf-8",
    )
    return root


def _found(root: Path, data: bytes) -> list[str]:
    """Every spelling and wrapping of the layer's vertices that the bytes hold (see leaks.py)."""
    frame = open_store(root).layer("ecological_redline").frame
    return find(Secrets.of(frame.geometry.to_numpy()), data)


def _report(root: Path, out: Path, *words: str) -> bytes:
    pytest.importorskip("docxtpl")
    if out.suffix == ".pdf":
        pytest.importorskip("typst")
    done = CliRunner().invoke(
        report_command.command, ["-w", str(root), *words, "--as-at", "2026-11-23", "-o", str(out)]
    )
    assert done.exit_code == 0, done.output or done.exception
    return out.read_bytes()


@pytest.mark.parametrize("suffix", ["docx", "pdf"])
@pytest.mark.parametrize("style", ["report", "gongwen"])
def test_no_site_report_carries_the_red_line(
    root: Path, tmp_path: Path, suffix: str, style: str
) -> None:
    words = ("site_check", "--site", str(root / "site.geojson"), "--style", style)
    data = _report(root, tmp_path / f"报告.{suffix}", *words)
    assert not _found(root, data)


def test_no_atlas_carries_the_red_line(root: Path, tmp_path: Path) -> None:
    assert not _found(root, _report(root, tmp_path / "图集.docx", "atlas", "--map", "secret"))


def test_the_record_inside_a_report_is_read_too(root: Path, tmp_path: Path) -> None:
    data = _report(root, tmp_path / "报告.docx", "site_check", "--site", str(root / "site.geojson"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert any(name.startswith("customXml/") for name in archive.namelist())
    assert b"hongxian" in b"".join(unpacked(data))


def test_this_search_finds_them_where_they_may_appear(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "结果.geojson"
    CliRunner().invoke(
        check_command.command,
        ["-w", str(root), str(root / "site.geojson"), "--internal", "--out", str(out)],
    )
    assert _found(root, out.read_bytes())
    frame = open_store(root).layer("ecological_redline").frame
    assert _found(root, frame.to_wkb()["geometry"].iloc[0])
