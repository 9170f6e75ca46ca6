"""A whole synthetic office adopted by commands alone: 150 000 parcels, GBK, 带 38, some invalid."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import shapely

from tests.workflow.office import EAST, NORTH, bowtie, office, parcels, shapefile, square, table

#: The whole county takes a minute; a tenth of it shows the same by default.
COUNT = int(os.environ.get("HONGXIAN_TEST_PARCELS", "15000"))
_VOUCHED = ("--provider", "屯留区自然资源局", "--as-of", "2024-06-30", "--accuracy", "1")


def _run(root: Path, *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "geo.cli", *map(str, words), "--workspace", str(root)]
    return subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=Path(__file__).parents[2],
    )


#: Runs the command it is given as its only child, and writes that child's peak memory (KB) last.
_WEIGHED = (
    "import resource, subprocess, sys\n"
    "code = subprocess.run(sys.argv[1:], check=False).returncode\n"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)\n"
    "sys.exit(code)"
)


def _weighed(root: Path, *words: object) -> tuple[subprocess.CompletedProcess[str], int]:
    """Run a command and weigh it alone: this process has other children, LibreOffice among them."""
    command = [sys.executable, "-m", "geo.cli", *map(str, words), "--workspace", str(root)]
    done = subprocess.run(
        [sys.executable, "-c", _WEIGHED, *command],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=Path(__file__).parents[2],
    )
    return done, int(done.stderr.split()[-1])


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The empty workspace, and the files as they come."""
    folder = tmp_path_factory.mktemp("office")
    root = office(folder)
    shapefile(folder / "DLTB.shp", parcels(COUNT))
    file = folder / "三区三线.gdb"
    for name, shapes in {
        "STBHHX": [square(3), bowtie(5)], "YJJBNTBHTB": [square(0, 3), square(1, 3)],
        "CZKFBJ": [square(-3)], "STBHZYYXPJJG": [square(7)],
    }.items():  # fmt: skip
        table(shapes, MC=[name] * len(shapes)).to_file(file, layer=name, driver="OpenFileGDB")
    zones = table([square(0, -3), square(1, -3), square(2, -3)], SYDMC=["水源"] * 3,
                  BHQJB=["一级保护区", "二级保护区", "准保护区"])  # fmt: skip
    shapefile(folder / "饮用水水源保护区.shp", zones)
    reserve = table([square(-2, 3), square(-1, 3), square(-3, 3)], BHDMC=["保护地"] * 3,
                    GKFQ=["核心保护区", "一般控制区", "自然公园"])  # fmt: skip
    shapefile(folder / "自然保护地.shp", reserve)
    for at, name in enumerate(("湿地", "河道管理范围")):
        table([square(at, 5)], name=[name]).to_file(folder / f"{name}.gpkg", driver="GPKG")
    units = table(
        [square(3, 5)], HJGKDYBM=["ZH14040520001"], HJGKDYMC=["重点单元"], DYFL=["重点管控单元"]
    )
    units.to_file(folder / "环境管控单元.gpkg", driver="GPKG")
    return root, folder


def test_adopting_the_office_then_checking_a_parcel(
    handed_in: tuple[Path, Path], tmp_path: Path
) -> None:
    root, folder = handed_in
    started = time.monotonic()
    for file, kind in (
        ("DLTB.shp", "DLTB"), ("三区三线.gdb", "生态保护红线"), ("三区三线.gdb", "永久基本农田"),
        ("三区三线.gdb", "城镇开发边界"), ("饮用水水源保护区.shp", "water_source_zones"),
        ("自然保护地.shp", "protected_areas"), ("湿地.gpkg", "湿地"), ("河道管理范围.gpkg", "river_management"),
        ("环境管控单元.gpkg", "生态环境管控单元"),
    ):  # fmt: skip
        done = _run(root, "adopt", folder / file, "--as", kind, *_VOUCHED)
        assert done.returncode == 0, done.stderr
    assert time.monotonic() - started < 180

    for name, place, verdict in (
        ("压线", (EAST + 2900, NORTH + 400), "prohibited"), ("空地", (EAST + 400, NORTH - 1500), "clear"),
    ):  # fmt: skip
        x, y = place
        site = table([shapely.box(x, y, x + 200, y + 200)], name=[name])
        file = shapefile(tmp_path / f"{name}.shp", site)
        started = time.monotonic()
        done, used_kb = _weighed(root, "check", file, "--as-at", "2026-11-23", "--format", "json")
        took = time.monotonic() - started
        result = json.loads(done.stdout)["sites"][0]
        assert result["verdict"] == verdict, result["reasons"]
        assert took < 5 * _slowness()
        assert used_kb < 1_000_000


def _slowness() -> float:
    """How much slower than an idle machine this one is: other work on its cores counts."""
    return max(os.getloadavg()[0] / (os.cpu_count() or 1), 1.0) * 1.5
