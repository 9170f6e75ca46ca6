"""``docs/day_one.md`` followed line by line by somebody who has nothing but that page."""

from __future__ import annotations

import hashlib
import re
import shlex
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import rasterio
import shapely
from affine import Affine
from click.testing import CliRunner

from geo.cli.main import cli
from tests.store.pbf import write_pbf
from tests.workflow.office import EAST, NORTH, parcels, shapefile, square, table

_PAGE = Path(__file__).parents[2] / "docs" / "day_one.md"


def _commands() -> list[str]:
    return [line for line in _PAGE.read_text("utf-8").splitlines() if line.startswith("hongxian ")]


def _hand_in(folder: Path) -> None:
    """Lay out the files the page speaks of, beside the workspace to be."""
    for name, shapes in {
        "STBHHX": [square(3)],
        "CZKFBJ": [square(0, 3)],
        "STBHZYYXPJJG": [square(7)],
    }.items():
        table(shapes, MC=[name]).to_file(folder / "三区三线.gdb", layer=name, driver="OpenFileGDB")
    shapefile(folder / "DLTB.shp", parcels(400))
    zones = table(
        [square(0, -3), square(1, -3)], SYDMC=["水源"] * 2, BHQJB=["一级保护区", "二级保护区"]
    )
    shapefile(folder / "饮用水水源保护区.shp", zones)
    with zipfile.ZipFile(folder / "水源保护区.zip", "w") as archive:
        for part in folder.glob("饮用水水源保护区.*"):
            archive.write(part, part.name)
    reserve = table(
        [square(-2, 3), square(-1, 3)], BHDMC=["保护地"] * 2, GKFQ=["核心保护区", "实验区"]
    )
    reserve.to_file(folder / "自然保护地.gpkg", driver="GPKG")
    x, y = EAST + 2900, NORTH + 400
    shapefile(folder / "地块.shp", table([shapely.box(x, y, x + 200, y + 200)], name=["地块"]))


def _hand_in_more(folder: Path) -> None:
    """A list in Excel, an OSM extract, two rasters."""
    book = openpyxl.Workbook()
    book.active.append(["名称", "经度", "纬度"])
    book.active.append(["甲排污口", 112.8, 36.32])
    book.save(folder / "排污口.xlsx")
    nodes = [(n, 112.80 + n / 1000, 36.32, {}) for n in range(1, 4)]
    ways = [(1, [1, 2, 3], {"waterway": "river", "name": "绛河"})]
    write_pbf(folder / "长治.osm.pbf", nodes=nodes, ways=ways)
    heights = np.tile(np.arange(900, 1800, dtype="int16"), (700, 1))
    for name, cells in (("高程", heights), ("地表覆盖", np.full((700, 900), 10, dtype="uint8"))):
        with rasterio.open(
            folder / f"{name}.tif", "w", driver="GTiff", width=900, height=700, count=1, dtype=cells.dtype,
            crs="EPSG:4490", transform=Affine(0.001, 0, 112.3, 0, -0.001, 36.7),
        ) as out:  # fmt: skip
            out.write(cells, 1)


def _letter_and_plan(root: Path) -> None:
    """Write what the page asks the planner to write."""
    scan = root / "local" / "复函.pdf"
    scan.write_bytes(b"%PDF-1.4 scan")
    text = re.search(r"```yaml\n(.*?)```", _PAGE.read_text("utf-8"), re.DOTALL)
    assert text is not None
    digest = hashlib.sha256(scan.read_bytes()).hexdigest()
    (root / "local" / "evidence.yml").write_text(
        text[1].replace("扫描件的 64 位指纹", digest), encoding="utf-8"
    )
    plan = root / "plans" / "shisiwu"
    plan.mkdir()
    (plan / "plan.yml").write_text(
        'title: 规划\nadcode: "140405"\nperiod: [2021, 2025]\nsource: a.pdf\n', encoding="utf-8"
    )
    (plan / "tasks.csv").write_text(
        "id,kind,heading,title,where,lead\nP1,project,甲,扩容,{layer: protected_areas},住建局\n",
        encoding="utf-8-sig",
    )


#: Commands whose exit code is a verdict: this parcel lies on the red line.
_VERDICT = 13


def test_every_command_of_the_page_works_in_its_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = _commands()
    assert len(commands) == 21
    _hand_in(tmp_path)
    _hand_in_more(tmp_path)
    monkeypatch.chdir(tmp_path)
    for command in commands:
        words = shlex.split(command)[1:]
        done = CliRunner().invoke(cli, words)
        expected = _VERDICT if words[0] == "check" else 0
        assert done.exit_code == expected, f"{command}\n{done.output}\n{done.exception}"
        if words[0] == "init":
            monkeypatch.chdir(tmp_path / "工作区")
            _letter_and_plan(tmp_path / "工作区")
        if "--evidence" in words:
            assert "屯自然资函〔2026〕12号" in done.output
    root = tmp_path / "工作区"
    assert (root / "结果.docx").is_file()
    assert not list((root / "build").iterdir())
    assert len(list((root / "local").glob("*/*.parquet"))) == 7
    assert len(list((root / "local").glob("*/*.tif"))) == 2
