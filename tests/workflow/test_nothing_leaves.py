"""One workspace with an internal layer: every output of every command is searched for its vertices.

Where coordinates may stand is found by numbers, not by strings (see leaks.py), and the search itself is
tried on every spelling and every wrapping first.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import struct
import zipfile
from pathlib import Path

import geopandas
import numpy as np
import openpyxl
import pytest
import shapely
from click.testing import CliRunner, Result

import geo
from geo.cli.main import cli
from geo.errors import UsageError
from geo.store.store import open_store
from tests.workflow.leaks import SYSTEMS, Secrets, find, find_in
from tests.workflow.office import EAST, NORTH, adopt, office, said, shapefile, table

DAY = "2026-11-23"
_PLAN = 'title: 规划\nadcode: "140405"\nperiod: [2021, 2035]\nsource: a.pdf\n'
_TASKS = (
    "id,kind,heading,title,where,lead\n"
    "P1,project,甲,红线修复,{layer: ecological_redline},林业局\n"
    'P2,project,甲,红线周边,"{buffer: 50 m, of: {place: 密点}}",住建局\n'
    "P3,project,甲,全域,{district: 屯留区},住建局\n"
)  # fmt: skip
#: Odd offsets: nobody writes these numbers by chance.
_RING = [(137.418, 211.937), (1463.271, 305.164), (1389.653, 1271.846), (411.529, 1118.307)]


def _secret_shapes() -> list[shapely.Polygon]:
    first = shapely.Polygon([(EAST + x, NORTH + y) for x, y in _RING])
    return [first, shapely.affinity.translate(first, 3317.291, 1523.717)]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A red line, a plan whose tasks rest on it, maps of both, a parcel over its corner."""
    folder = tmp_path_factory.mktemp("office")
    root = office(folder)
    frame = table(_secret_shapes(), HXMC=["密点", "另一"])
    adopt(root, said(shapefile(folder / "STBHHX.shp", frame), "ecological_redline"))
    plan = root / "plans" / "p"
    plan.mkdir()
    (plan / "plan.yml").write_text(_PLAN, encoding="utf-8")
    (plan / "tasks.csv").write_text(_TASKS, encoding="utf-8-sig")
    for stem, layers in (
        ("secret", "[{layer: ecological_redline}]"), ("tasks", "[{tasks: p}]"), ("open", "[{layer: districts}]"),
    ):  # fmt: skip
        (root / "maps" / f"{stem}.yml").write_text(
            f"title: 图{stem}\nplan: p\nlayers: {layers}\n", encoding="utf-8"
        )
    (root / "maps" / "overview.yml").unlink()
    x, y = EAST + 137.418, NORTH + 211.937
    site = table([shapely.box(x - 213.0, y - 187.0, x + 171.0, y + 166.0)], name=["地块"]).to_crs(
        4490
    )
    site.to_file(root / "site.geojson", driver="GeoJSON")
    site.to_parquet(folder / "名录.parquet")
    return root


@pytest.fixture(scope="module")
def secrets(root: Path) -> Secrets:
    return Secrets.of(open_store(root).layer("ecological_redline").frame.geometry.to_numpy())


def _run(root: Path, *words: object) -> Result:
    return CliRunner().invoke(cli, [*map(str, words), "-w", str(root)])


#: Every command that writes, with the suffixes it can write; `{out}` is the file.
_PAPERS = [
    *[("check", s, ("{site}", "--as-at", DAY), 13) for s in ("json", "geojson", "xlsx", "html", "docx", "txt")],
    *[("tasks", s, (), 0) for s in ("json", "geojson", "csv", "xlsx", "gpkg")],
    *[("tasks", f"进展.{s}", ("--progress", "--plan", "p"), 0) for s in ("xlsx", "png")],
    *[("screen", s, ("{list}", "--as-at", DAY), 0) for s in ("csv", "xlsx", "gpkg", "parquet")],
    *[("map", s, ("secret", "--as-at", DAY), 0) for s in ("png", "pdf")],
    *[("map", f"任务.{s}", ("tasks", "--as-at", DAY), 0) for s in ("png", "pdf")],
    *[("report", s, ("site_check", "--site", "{site}", "--as-at", DAY), 0) for s in ("docx", "pdf")],
    *[("report", f"图集.{s}", ("atlas", "--map", "secret", "--as-at", DAY), 0) for s in ("docx", "pdf")],
    ("density", "tif", (), 0),
]  # fmt: skip


def _paper(root: Path, out: Path, command: str, words: tuple[str, ...], *more: str) -> Result:
    given = {"{site}": root / "site.geojson", "{list}": root.parent / "名录.parquet"}
    return _run(root, command, *(given.get(w, w) for w in words), *more, "--out", out)


@pytest.mark.parametrize(
    ("command", "suffix", "words", "code"), _PAPERS, ids=[f"{c}-{s}" for c, s, _, _ in _PAPERS]
)
def test_no_output_carries_the_red_line(
    root: Path, secrets: Secrets, tmp_path: Path, command: str, suffix: str, words: tuple[str, ...], code: int
) -> None:  # fmt: skip
    if command == "report":
        pytest.importorskip("docxtpl")
        pytest.importorskip("typst")
    if suffix == "txt":
        done = _run(root, command, root / "site.geojson", "--as-at", DAY)
        assert done.exit_code == code, done.exception
        assert not find(secrets, done.output.encode())
        return
    out = tmp_path / f"出件.{suffix}"
    done = _paper(root, out, command, words)
    assert done.exit_code == code, done.output or done.exception
    assert not find_in(secrets, out)
    assert not find(secrets, done.output.encode())


#: What the gate holds back: with it open these very files carry the vertices. (A check's JSON, XLSX, HTML
#: and DOCX hold figures and the parcel's own corners, never a layer's; a screen's table likewise.)
_HELD = [
    ("check", "geojson", ("{site}", "--as-at", DAY)),
    ("tasks", "geojson", ()), ("tasks", "gpkg", ()),
    ("map", "svg", ("secret", "--as-at", DAY)), ("map", "html", ("secret", "--as-at", DAY)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("command", "suffix", "words"), _HELD, ids=[f"{c}-{s}" for c, s, _ in _HELD]
)
def test_the_search_finds_it_where_the_gate_is_opened(
    root: Path, secrets: Secrets, tmp_path: Path, command: str, suffix: str, words: tuple[str, ...]
) -> None:
    out = tmp_path / f"出件.{suffix}"
    done = _paper(root, out, command, words, "--internal")
    assert done.exit_code in (0, 13), done.output or done.exception
    if (
        suffix == "svg"
    ):  # a drawing in millimetres of the page: no coordinate, but a path of the red line
        assert "<path" in out.read_text("utf-8")
    else:
        assert find_in(secrets, out)


@pytest.mark.parametrize("suffix", ["svg", "html"])
@pytest.mark.parametrize("name", ["secret", "tasks"])
def test_what_would_carry_it_is_not_written_at_all(
    root: Path, tmp_path: Path, name: str, suffix: str
) -> None:
    out = tmp_path / f"图.{suffix}"
    assert "--internal" in str(_run(root, "map", name, "--out", out).exception)
    assert not out.exists()


@pytest.mark.parametrize("name", ["secret", "tasks", "open"])
@pytest.mark.parametrize("redact", [False, True])
def test_no_piece_of_a_web_page_carries_it(
    root: Path, secrets: Secrets, name: str, *, redact: bool
) -> None:
    drawn = geo.open(root).map(name, redact=redact)
    assert not find(secrets, drawn.fragment().encode())
    assert not find(secrets, drawn._repr_html_().encode())
    if redact or name != "open":
        with pytest.raises(UsageError, match=r"坐标|--internal"):
            drawn.fragment(interactive=True)
    else:
        assert not find(secrets, drawn.fragment(interactive=True).encode())


@pytest.mark.parametrize("suffix", ["svg", "pdf", "html"])
def test_a_map_for_outside_is_a_picture_and_nothing_else(
    root: Path, tmp_path: Path, suffix: str
) -> None:
    drawn = geo.open(root).map("open", redact=True)
    with pytest.raises(UsageError, match="只能是图片"):
        drawn.save(tmp_path / f"图.{suffix}")
    assert not list(tmp_path.iterdir())
    drawn.save(tmp_path / "图.png")
    words = drawn.fragment()
    # What a map says in words holds no degrees, and its picture no grid to read them from.
    assert "°" not in words.split("<img")[0] + words.split("<figcaption")[1]
    assert drawn.scene.grid == "none"
    assert drawn.scene.review == "未经审图，不得向社会公开"


def test_a_piece_of_a_public_layer_does_carry_its_vertices(root: Path) -> None:
    """Else the search above would find nothing anywhere."""
    space = geo.open(root)
    shown = space.map("open").fragment(interactive=True)
    county = open_store(root).layer("districts").frame.geometry.to_numpy()
    assert find(Secrets.of(county), shown.encode())


def test_neither_the_build_nor_what_it_remembers_carries_it(root: Path, secrets: Secrets) -> None:
    done = _run(root, "build", "--as-at", DAY)
    assert done.exit_code == 0, done.exception
    assert not find(secrets, done.output.encode())
    assert "manifest.json" in {path.name for path in (root / "build").rglob("*")}
    leaking = {
        path.relative_to(root).as_posix(): found
        for path in root.rglob("*")
        if path.is_file() and "local" not in path.relative_to(root).parts
        if (found := find_in(secrets, path))
    }
    assert not leaking


@pytest.mark.parametrize("words", [("layers", "--format", "json"), ("layers",), ("verify",), ("tasks",), ("tasks", "--in", "密点"), ("tasks", "--at", "112.80,36.32")])  # fmt: skip
def test_nothing_on_the_screen_carries_it(
    root: Path, secrets: Secrets, words: tuple[str, ...]
) -> None:
    done = _run(root, *words)
    assert not find(secrets, done.output.encode())


def test_bringing_in_a_newer_version_tells_no_coordinates(
    root: Path, secrets: Secrets, tmp_path: Path
) -> None:
    frame = table(_secret_shapes()[:1], HXMC=["密点"])
    file = shapefile(tmp_path / "STBHHX.shp", frame)
    done = _run(root, "adopt", file, "--as", "生态保护红线", "--dry-run")
    assert done.exit_code == 0, done.exception
    assert not find(secrets, done.output.encode())


# The search itself, on a point of 112.7654321°E, 36.3456789°N.

_LON, _LAT = 112.7654321, 36.3456789
_POINT = Secrets.of(np.array([shapely.Point(_LON, _LAT)], dtype=object))
_X, _Y = _POINT.values[4526][0]


@pytest.mark.parametrize(
    "text",
    [
        "112.7654321", "36.345679", "[112.76543, 36.34568]", "112.7654,36.3456", "lon=112.7654; lat=36.3457",
        "112°45′55.56″", "112°45'55.5\" 36°20'44.4\"", "112度45分55.56秒", "112-45-55.556", "112 45 56, 36 20 44",
        "112.45555556", f"{_X:.3f}", f"{_X - 38e6:.2f}", f"{_Y:.1f}", f"{_X:.0f},{_Y:.0f}", f"{_X - 38e6:.0f} {_Y:.0f}",
        f"{_Y:,.2f}", f"{_POINT.values[3857][0][0]:.2f}", "点：112.7654321°E",
        "[2,[112000000,36000000,765432,345679]]", "[11276543,3634568]", "[1127654321, 363456789]",
    ],
)  # fmt: skip
def test_a_vertex_is_found_however_it_is_spelled(text: str) -> None:
    assert find(_POINT, f"值 {text} 。".encode())


@pytest.mark.parametrize(
    "text",
    ["112.77, 36.35", "112.7654", "112.7700,36.3400", "面积 1127654.3 m²", "2026-11-23", "112°45′"],
)
def test_what_is_too_coarse_or_something_else_is_not_taken_for_one(text: str) -> None:
    assert not find(_POINT, text.encode())


_WKB = shapely.to_wkb(shapely.Point(_LON, _LAT))


def _zip(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", data)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        _WKB, shapely.to_wkb(shapely.Point(_LON, _LAT), byte_order=0), b"x" + _WKB, _WKB.hex().encode(),
        base64.b64encode(_WKB * 4), struct.pack("<2f", _LON, _LAT), struct.pack(">2f", _LON, _LAT),
        struct.pack("<d", _X), gzip.compress(b"112.7654321"), _zip(b"<w:t>112.7654321</w:t>"), _zip(_zip(_WKB)),
        json.dumps({"c": [_LON, _LAT]}).encode("utf-16-le"),
    ],
    ids=["wkb", "wkb-big-endian", "wkb-inside", "wkb-hex", "wkb-base64", "floats", "floats-big-endian", "metres", "gzip",
         "zip", "zip-in-zip", "utf-16"],  # named: archives hold the time, and two workers must collect the same tests
)  # fmt: skip
def test_a_vertex_is_found_however_it_is_packed(data: bytes) -> None:
    assert find(_POINT, data)


@pytest.mark.parametrize("suffix", ["parquet", "gpkg", "xlsx", "fgb"])
def test_a_vertex_is_found_in_a_table(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    if suffix == "xlsx":
        book = openpyxl.Workbook()
        book.active.append([_LON, _LAT])
        book.save(path)
    else:
        frame = geopandas.GeoDataFrame(geometry=[shapely.Point(_LON, _LAT)], crs=4490)
        frame.to_parquet(path) if suffix == "parquet" else frame.to_file(path)
    assert find_in(_POINT, path)


def test_a_vertex_is_found_in_the_words_of_a_pdf(tmp_path: Path) -> None:
    typst = pytest.importorskip("typst")
    if not find(_POINT, typst.compile(b"112.7654321")):
        pytest.skip("no pdftotext (Debian: apt-get install poppler-utils)")


def test_every_system_of_the_office_is_looked_for() -> None:
    assert set(SYSTEMS) == {4490, 4525, 4526, 4546, 4547, 3857}
