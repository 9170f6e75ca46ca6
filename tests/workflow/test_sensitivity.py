"""A workspace with an internal layer: every output is searched for the layer's coordinates."""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from pathlib import Path

import pyogrio
import pytest
import shapely
from click.testing import CliRunner, Result

from geo.cli import (
    build_command,
    check_command,
    delineate_command,
    density_command,
    layers_command,
    map_command,
    tasks_command,
)
from geo.store.store import Store, open_store
from tests.workflow.office import adopt, office, said, shapefile, square, table

_PLAN = 'title: 规划\nadcode: "140405"\nperiod: [2021, 2035]\nsource: a.pdf\n'
_TASKS = (
    "id,kind,heading,title,where\n"
    "P1,project,甲,红线修复,{layer: ecological_redline}\n"
    'P2,project,甲,红线周边,"{buffer: 50 m, of: {place: 密点}}"\n'
    "P3,project,甲,全域,{district: 屯留区}\n"
)  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A red line of two squares, a plan whose tasks rest on it, a map of both."""
    folder = tmp_path_factory.mktemp("office")
    root = office(folder)
    frame = table([square(0), square(1)], HXMC=["密点", "另一"])
    store, _ = adopt(root, said(shapefile(folder / "STBHHX.shp", frame), "ecological_redline"))
    plan = root / "plans" / "p"
    plan.mkdir()
    (plan / "plan.yml").write_text(_PLAN, encoding="utf-8")
    (plan / "tasks.csv").write_text(_TASKS, encoding="utf-8-sig")
    for stem, layers in (
        ("secret", "[{layer: ecological_redline}]"),
        ("tasks", "[{tasks: p}]"),
        ("open", "[{layer: districts}]"),
    ):
        page = f"title: 图{stem}\nplan: p\nlayers: {layers}\n"
        (root / "maps" / f"{stem}.yml").write_text(page, encoding="utf-8")
    (root / "maps" / "overview.yml").unlink()
    (root / "site.geojson").write_text(_site(store), encoding="utf-8")
    return root


def _site(store: Store) -> str:
    """A parcel over a corner of the first square; its own corners are no secret."""
    held = store.layer("ecological_redline").frame
    x, y = shapely.get_coordinates(held[held["name"] == "密点"].geometry.iloc[0])[0]
    box = shapely.box(x - 0.001, y - 0.001, x + 0.001, y + 0.001)
    return (
        f'{{"type":"Feature","properties":{{"name":"地块"}},"geometry":{shapely.to_geojson(box)}}}'
    )


def _secrets(root: Path) -> set[str]:
    """The layer's vertices to five decimals: nobody writes these by chance."""
    frame = open_store(root).layer("ecological_redline").frame
    points = shapely.get_coordinates(frame.geometry.to_numpy())
    return {re.match(r"\d+\.\d{5}", f"{value:.9f}")[0] for point in points for value in point}


def _text(path: Path) -> str:
    """All that an output says, unpacked."""
    data = path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            parts = (archive.read(name).decode("utf-8", "ignore") for name in archive.namelist())
            return html.unescape("\n".join(parts))
    if data.startswith(b"%PDF"):
        streams = re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL)
        return "\n".join(_inflated(stream) for stream in streams)
    if path.suffix == ".gpkg":
        frames = [pyogrio.read_dataframe(path, layer=name) for name, _ in pyogrio.list_layers(path)]
        return "\n".join(
            frame.to_csv()
            + (frame.geometry.to_wkt().to_csv() if hasattr(frame, "geometry") else "")
            for frame in frames
        )
    return data.decode("utf-8", "ignore")


def _inflated(stream: bytes) -> str:
    try:
        return zlib.decompress(stream).decode("latin-1")
    except zlib.error:
        return ""


def _found(root: Path, text: str) -> set[str]:
    secret = _secrets(root)
    return {number for number in re.findall(r"\d{2,3}\.\d{5}", text) if number in secret}


def _run(module: object, *words: str) -> Result:
    return CliRunner().invoke(module.command, words)  # type: ignore[attr-defined]


@pytest.mark.parametrize("suffix", ["json", "geojson", "xlsx", "html", "docx"])
def test_no_paper_of_a_check_carries_the_red_line(root: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"结果.{suffix}"
    done = _run(check_command, "-w", str(root), str(root / "site.geojson"), "--out", str(out))
    assert done.exit_code == 13, done.output
    text = _text(out)
    assert not _found(root, text)
    assert not _found(root, done.output)


def test_internal_lets_the_overlap_out(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "结果.geojson"
    _run(
        check_command, "-w", str(root), str(root / "site.geojson"), "--internal", "--out", str(out)
    )
    assert _found(root, out.read_text("utf-8"))


def test_figures_of_the_red_line_are_rounded_in_the_terminal(root: Path) -> None:
    plain = _run(check_command, "-w", str(root), str(root / "site.geojson")).output
    # The overlap is a quarter of a parcel of 0.002° by 0.002°: about 1.0 ha, told to the nearest 0.01 ha.
    exact = _run(check_command, "-w", str(root), str(root / "site.geojson"), "--internal").output
    areas = [re.search(r"重叠 (\d+\.\d{4}) 公顷", text) for text in (plain, exact)]
    assert areas[0] is not None
    assert areas[0][1].endswith("00")
    assert areas[1] is not None


@pytest.mark.parametrize("suffix", ["table", "json", "csv", "xlsx", "geojson", "gpkg"])
def test_no_list_of_tasks_carries_the_red_line(root: Path, tmp_path: Path, suffix: str) -> None:
    if suffix == "table":
        text = _run(tasks_command, "-w", str(root)).output
    else:
        out = tmp_path / f"任务.{suffix}"
        done = _run(tasks_command, "-w", str(root), "--out", str(out))
        assert done.exit_code == 0, done.output
        text = _text(out)
    assert "红线修复" in text
    assert not _found(root, text)


def test_tasks_elsewhere_keep_their_place(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "任务.geojson"
    _run(tasks_command, "-w", str(root), "--out", str(out))
    text = out.read_text("utf-8")
    assert text.count('"geometry": null') == 2
    assert "位置取自内部图层" in text


@pytest.mark.parametrize("name", ["secret", "tasks"])
@pytest.mark.parametrize("suffix", ["svg", "html"])
def test_a_vector_map_of_it_is_refused(root: Path, tmp_path: Path, name: str, suffix: str) -> None:
    out = tmp_path / f"图.{suffix}"
    done = _run(map_command, "-w", str(root), name, "--out", str(out))
    assert "--internal" in str(done.exception)
    assert not out.exists()


def test_a_pdf_of_it_is_a_picture(root: Path, tmp_path: Path) -> None:
    paths = [tmp_path / "a.pdf", tmp_path / "b.pdf"]
    for path in paths:
        done = _run(
            map_command, "-w", str(root), "secret", "--as-at", "2026-11-23", "--out", str(path)
        )
        assert done.exit_code == 0, done.output
    data = paths[0].read_bytes()
    assert data == paths[1].read_bytes()
    assert b"/DCTDecode" in data
    assert b" l\n" not in "".join(_text(paths[0])).encode("utf-8")


def test_a_build_leaves_out_what_would_carry_it_and_says_so(root: Path) -> None:
    done = _run(build_command, "-w", str(root), "--as-at", "2026-11-23")
    assert done.exit_code == 0, done.output
    assert "未生成 build/maps/secret.html" in done.output
    made = sorted(path.name for path in (root / "build" / "maps").iterdir())
    assert made == [
        "open.html",
        "open.pdf",
        "open.png",
        "secret.pdf",
        "secret.png",
        "tasks.pdf",
        "tasks.png",
    ]
    for path in (root / "build").rglob("*"):
        if path.is_file() and path.suffix != ".png":
            assert not _found(root, _text(path)), path.name
    again = _run(build_command, "-w", str(root), "--as-at", "2026-11-23")
    assert "已生成" not in again.output


def test_what_was_made_for_inside_does_not_stay_fresh(root: Path) -> None:
    _run(build_command, "-w", str(root), "--as-at", "2026-11-23", "--internal")
    page = root / "build" / "maps" / "secret.html"
    assert page.is_file()
    _run(build_command, "-w", str(root), "--as-at", "2026-11-23")
    assert not page.exists()


def test_layers_and_density_carry_no_coordinates(root: Path, tmp_path: Path) -> None:
    listed = _run(layers_command, "-w", str(root), "--format", "json")
    assert not _found(root, listed.output)
    out = tmp_path / "密度.tif"
    done = _run(density_command, "-w", str(root), "--out", str(out))
    assert done.exit_code == 0, done.output
    assert not _found(root, out.read_bytes().decode("latin-1"))


def test_zones_around_an_internal_source_are_refused(root: Path) -> None:
    layer = root / "layers" / "water_sources.yml"
    (root / "data" / "water_sources.csv").write_text(
        "name,kind,medium,status,lon,lat,accuracy_m,source\n密井,county,地下水,在用,112.80123,36.32123,10,调查\n",
        encoding="utf-8-sig",
    )
    before = layer.read_text("utf-8")
    layer.write_text(
        "title: 水源\nsource: data/water_sources.csv\nauthority: official\nprovider: 局\nlicence: 内部\n"
        'as_of: "2024"\naccuracy_m: 10\nsensitivity: internal\n', encoding="utf-8",
    )  # fmt: skip
    try:
        done = _run(delineate_command, "-w", str(root), "密井", "--aquifer", "中砂")
        assert "--internal" in str(done.exception)
        assert "112.80123" not in done.output
        assert (
            _run(
                delineate_command, "-w", str(root), "密井", "--aquifer", "中砂", "--internal"
            ).exit_code
            == 0
        )
    finally:
        layer.write_text(before, encoding="utf-8")


def test_local_is_kept_from_git_and_caches_live_there(root: Path) -> None:
    assert "/local/*" in (root / ".gitignore").read_text("utf-8")
    assert not list((root / "local" / "cache").iterdir())
