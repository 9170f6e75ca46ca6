"""Maps drawn by several workers: the same bytes, the same order, every error told, nothing half-written."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

import geo
from geo.errors import MissingError, Problem, UsageError, WorkspaceError
from geo.spec.workspace import read_workspace
from geo.workflow import crew
from geo.workflow.build import build
from geo.workflow.crew import workers_for
from tests.store.worlds import river_world

MAP = """
title: 水系图{mark}
extent: {{buffer: 2 km, of: {{river: 长河}}}}
page: {{size: figure, inset: false}}
layers:
  - rivers
  - reservoirs
"""


def write_maps(root: Path, *marks: str) -> Path:
    root.mkdir(exist_ok=True)
    river_world(root)
    (root / "maps").mkdir()
    for at, mark in enumerate(marks):
        (root / "maps" / f"m{at}.yml").write_text(MAP.format(mark=mark), encoding="utf-8")
    return root


def tree(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def test_two_workers_give_the_bytes_messages_and_record_of_one(tmp_path):
    one = write_maps(tmp_path / "one", "一", "二", "三")
    two = tmp_path / "two"
    shutil.copytree(one, two)
    told: list[tuple[int, int]] = []
    alone = build(one, as_at=date(2026, 11, 22))
    together = build(
        two,
        as_at=date(2026, 11, 22),
        workers=2,
        progress=lambda done, every, _: told.append((done, every)),
    )
    assert together == alone
    assert tree(two / "build") == tree(one / "build")
    assert len(tree(two / "build")) == 10
    assert told == [(0, 9), (3, 9), (6, 9), (9, 9)]


@pytest.mark.parametrize("workers", [1, 2])
def test_maps_that_cannot_be_drawn_do_not_stop_the_others_and_are_told_together(tmp_path, workers):
    root = write_maps(tmp_path, "𣒍一", "好", "𣒍二")
    with pytest.raises(MissingError) as found:
        build(root, formats=["png"], workers=workers)
    assert "地图 m0 有字体缺少的字" in str(found.value)
    assert "地图 m2 有字体缺少的字" in str(found.value)
    assert set(tree(root / "build")) == {"maps/m1.png", "manifest.json"}


def test_one_map_or_little_memory_is_drawn_without_workers(monkeypatch, tmp_path):
    memory = tmp_path / "meminfo"
    memory.write_text("MemTotal: 9 kB\nMemAvailable:    1500000 kB\n", encoding="ascii")
    monkeypatch.setattr(crew, "_MEMORY", memory)
    assert workers_for(1, 8) == 1
    assert workers_for(20, 8) == 2
    memory.write_text("MemAvailable:    500000 kB\n", encoding="ascii")
    assert workers_for(20, 8) == 1
    monkeypatch.setattr(crew, "_MEMORY", tmp_path / "none")
    assert workers_for(20, 8) == 8
    assert workers_for(3, 8) == 3


def test_errors_come_back_from_a_worker_whole():
    problem = Problem(Path("maps/m.yml"), 3, 4, "坏了", "请修")
    back = pickle.loads(pickle.dumps(WorkspaceError([problem])))  # noqa: S301 - our own
    assert (type(back), back.problems) == (WorkspaceError, (problem,))
    assert str(pickle.loads(pickle.dumps(UsageError("不行")))) == "不行"  # noqa: S301


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_an_interrupt_ends_all_workers_and_leaves_nothing_half_written(tmp_path):
    root = write_maps(tmp_path, *"甲乙丙丁戊己庚辛")
    command = [sys.executable, "-m", "geo.cli", "build", "--workspace", str(root), "--jobs", "2"]
    run = subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True)
    first = root / "build" / "maps" / "m0.png"
    until = time.monotonic() + 90
    while not first.exists() and time.monotonic() < until:
        time.sleep(0.05)
    os.killpg(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "已中断" in said.decode("utf-8")
    assert b"Traceback" not in said
    assert not list((root / "build").rglob(".*"))
    assert ended(run.pid)


def ended(group: int) -> bool:
    """Wait until no process of a group is left; Python's own bookkeeper needs a moment."""
    for _ in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_when_a_worker_is_killed_the_rest_is_drawn_without(tmp_path, monkeypatch):
    root = write_maps(tmp_path, "一", "二")
    monkeypatch.setattr(crew, "_start", os._exit)
    assert len(build(root, formats=["png"], workers=2).made) == 2


SERIES = """
title: 周边图
series: {over: rivers, margin: 1 km}
page: {size: figure, inset: false}
layers:
  - rivers
  - reservoirs
"""


def write_series(root: Path, text: str = SERIES) -> Path:
    write_maps(root)
    (root / "maps" / "s.yml").write_text(text, encoding="utf-8")
    return root


def test_the_pages_of_a_series_come_in_order_with_the_same_bytes_whoever_drew_them(tmp_path):
    one = write_series(tmp_path / "one")
    two = tmp_path / "two"
    shutil.copytree(one, two)
    told: list[str] = []
    day, formats = date(2026, 11, 22), ("png", "pdf", "html")
    alone = build(one, formats=formats, as_at=day)
    together = build(
        two, formats=formats, as_at=day, workers=2, progress=lambda _done, _all, what: told.append(what)
    )  # fmt: skip
    assert together == alone
    assert tree(two / "build") == tree(one / "build")
    pages = sorted(p.name for p in (two / "build" / "maps" / "s").iterdir())
    assert pages[0] == "s-00-图幅索引.png"
    turned = [t for t in told if "幅" in t]
    assert turned == [f"maps/s.html 第 {n}/{len(pages)} 幅" for n in range(1, len(pages) + 1)]
    book = (two / "build" / "maps" / "s.pdf").read_bytes()
    assert book.count(b"/Type /Page ") == book.count(b"/Dest") == len(pages) > 2


def test_two_processes_with_other_hash_seeds_and_workers_write_the_same_book(tmp_path):
    root = write_series(tmp_path / "root")
    books = []
    for seed, jobs in (("1", "1"), ("2", "2")):
        target = tmp_path / f"{seed}.pdf"
        subprocess.run(
            [sys.executable, "-m", "geo.cli", "map", "s", "--workspace", str(root), "--jobs", jobs,
             "--out", str(target)],
            check=True, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True,
        )  # fmt: skip
        books.append(target.read_bytes())
    assert books[0] == books[1]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["1.pdf", "2.pdf", "root"]


def test_a_series_saved_by_a_script_is_the_one_that_the_commands_write(tmp_path):
    root = write_series(tmp_path / "root")
    day = date(2026, 11, 22)
    build(root, formats=("png", "pdf", "html"), as_at=day)
    series = geo.open(root).map("s", as_at=day)
    for suffix in ("png", "pdf", "html"):
        series.save(tmp_path / "own" / f"s.{suffix}")
    own = tree(tmp_path / "own")
    theirs = tree(root / "build" / "maps")
    assert own == {name: data for name, data in theirs.items() if name.startswith("s")}


def test_a_series_of_internal_layers_gives_a_script_pictures_only(tmp_path):
    root = write_series(tmp_path / "root")
    layer = root / "layers" / "rivers.yml"
    layer.write_text(
        layer.read_text(encoding="utf-8") + "sensitivity: internal\n", encoding="utf-8"
    )
    series = geo.open(root).map("s")
    with pytest.raises(UsageError, match="内部图层"):
        series.save(tmp_path / "own" / "s.pdf")
    series.save(tmp_path / "own" / "s.png")
    assert {name.split(".")[-1] for name in tree(tmp_path / "own")} == {"png"}


def test_a_sheet_whose_pdf_another_process_writes_has_the_same_bytes(tmp_path):
    root = write_maps(tmp_path / "root", "甲")
    day, made = date(2026, 11, 22), []
    for workers in (1, 2):
        build(root, formats=("png", "pdf", "html"), as_at=day, again=True, workers=workers)
        made.append(tree(root / "build" / "maps"))
    assert made[0] == made[1]
    assert len(made[0]) == 3


@pytest.mark.parametrize("workers", [1, 2])
def test_a_page_that_cannot_be_drawn_leaves_no_file_of_its_series(tmp_path, workers):
    root = write_series(tmp_path, SERIES.replace("周边图", "周边图𣒍"))
    with pytest.raises(MissingError, match="𣒍"):
        build(root, formats=["png", "pdf"], workers=workers)
    assert set(tree(root / "build")) <= {"manifest.json"}


def test_what_the_linter_says_of_a_page_names_the_page_in_the_order_of_the_pages(tmp_path):
    root = write_series(tmp_path)
    marker = root / "workspace.yml"
    kept = [line for line in marker.read_text(encoding="utf-8").splitlines() if "unit" not in line]
    marker.write_text("\n".join(kept) + "\n", encoding="utf-8")
    faults = build(root, formats=["pdf"]).faults
    pages = [f.message.split("：")[0] for f in faults if "制图单位" in f.message]
    assert pages[0] == "图幅索引"
    assert pages[1:] == sorted(pages[1:])
    assert pages[1].startswith("第 1 页“")
    assert {f.file.as_posix() for f in faults} == {"maps/s.yml"}


def doubled(store, part):
    """Work for a crew, found by its name in another process."""
    assert store.spec.marker.title
    return part * 2, os.getpid()


@pytest.mark.parametrize("system", ["linux", "win32", "darwin"])
def test_workers_answer_in_order_however_a_system_starts_them(tmp_path, monkeypatch, system):
    spec, _ = read_workspace(write_maps(tmp_path))
    monkeypatch.setattr(crew, "sys", SimpleNamespace(platform=system))
    parts = range(40)
    with crew.crew(spec, 2) as hands:
        answers = list(hands.each(doubled, parts))
    assert [number for number, _ in answers] == [part * 2 for part in parts]
    assert os.getpid() not in {worker for _, worker in answers}
    assert multiprocessing.active_children() == []
