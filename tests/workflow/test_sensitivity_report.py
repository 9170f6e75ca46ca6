"""A report leaves the office: neither its parts nor its record carry an internal layer's coordinates."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
import shapely
from click.testing import CliRunner

from geo.cli import check_command, report_command
from geo.space.crs import transform
from geo.store.store import open_store
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


def _spellings(root: Path) -> dict[str, bytes]:
    """Every vertex of the layer, as a file might write it: degrees, metres of 带 38, DMS, binary."""
    frame = open_store(root).layer("ecological_redline").frame
    shapes = frame.geometry.to_numpy()
    out: dict[str, bytes] = {}
    for lon, lat in shapely.get_coordinates(shapes):
        for value in (float(lon), float(lat)):
            out[f"degrees {value}"] = re.match(r"\d+\.\d{4}", f"{value:.9f}")[0].encode()  # type: ignore[index]
            minutes, seconds = divmod((value % 1) * 3600, 60)
            out[f"dms {value}"] = f"{int(value)}°{int(minutes):02d}′{int(seconds):02d}".encode()
            out[f"binary {value}"] = struct.pack("<d", value)
    for shape in transform(shapes, "EPSG:4490", "EPSG:4526"):
        for value in shapely.get_coordinates(shape).ravel():
            out[f"metres {value}"] = f"{int(value)}.".encode()
    return out


def _bytes(data: bytes) -> bytes:
    """All bytes an output holds: members of zips (and zips in them), streams of a PDF inflated."""
    parts = [data]
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts += [_bytes(archive.read(name)) for name in archive.namelist()]
    if data.startswith(b"%PDF"):
        for stream in re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
            try:
                parts.append(zlib.decompressobj().decompress(stream))
            except zlib.error:
                continue
    return b"\n".join(parts)


def _found(root: Path, data: bytes) -> list[str]:
    held = _bytes(data)
    return sorted(name for name, spelling in _spellings(root).items() if spelling in held)


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
    assert "hongxian" in _bytes(data).decode("utf-8", "ignore")


def test_this_search_finds_them_where_they_may_appear(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "结果.geojson"
    CliRunner().invoke(
        check_command.command,
        ["-w", str(root), str(root / "site.geojson"), "--internal", "--out", str(out)],
    )
    assert any(name.startswith("degrees") for name in _found(root, out.read_bytes()))
    data = next((root / "local" / "ecological_redline").glob("*.parquet"))
    frame = open_store(root).layer("ecological_redline").frame
    assert any(
        name.startswith("binary") for name in _found(root, frame.to_wkb()["geometry"].iloc[0])
    )
    assert data.is_file()
