"""Progress: the three lists, books handed out and merged back, conflicts shown, and the map."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from geo.cli.tasks_command import command
from geo.errors import InputError, UsageError
from geo.spec.progress import STATES
from geo.store.store import Store, open_store
from geo.workflow.progress import (
    UNREPORTED,
    indicator_rows,
    progress_of,
    progress_sheets,
    progress_text,
)
from geo.workflow.progress_exchange import hand_out, take_back, write_progress
from geo.workflow.progress_map import SYMBOLS, progress_map
from tests.workflow.office import office

DAY = date(2025, 12, 31)
_TASKS = (
    "id,parent,kind,heading,title,where,investment_wan,lead\n"
    "P1,,project,专栏1,污水厂扩容,{district: 屯留区},100,住建局;水利局\n"
    "P1a,P1,project,专栏1,管网,everywhere,40,住建局\n"
    "M1,,measure,第二章,禁煤,everywhere,,\n"
)
_INDICATORS = "no,name,unit,base_year,base,target_2025\n1,PM2.5,微克/立方米,2020,45,≤40\n2,优良率,%,2020,/,完成下达任务\n"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return _store(tmp_path)


def _store(tmp_path: Path, progress: str = "", values: str = "") -> Store:
    root = office(tmp_path)
    folder = root / "plans" / "p"
    folder.mkdir(parents=True)
    (folder / "plan.yml").write_text(
        'title: 规划\nadcode: "140405"\nperiod: [2021, 2025]\nsource: a.pdf\n', encoding="utf-8"
    )
    tables = {
        "tasks": _TASKS,
        "indicators": _INDICATORS,
        "progress": progress,
        "indicator_values": values,
    }
    for stem, text in tables.items():
        if text:
            (folder / f"{stem}.csv").write_text(text, encoding="utf-8-sig")
    return open_store(root)


def _with_a_place(store: Store) -> Path:
    """Add a point of the gazetteer and a project there."""
    root = store.root
    (root / "data" / "places.csv").write_text(
        "name,lon,lat,accuracy_m,source\n东古,112.8,36.32,50,手工\n", encoding="utf-8-sig"
    )
    (root / "layers" / "places.yml").write_text(
        "title: 地名\nsource: data/places.csv\nauthority: schematic\nprovider: 局\nlicence: 内部\n"
        'as_of: "2026"\ncoverage: ["140405"]\naccuracy_m: 50\n', encoding="utf-8",
    )  # fmt: skip
    (root / "plans" / "p" / "tasks.csv").write_text(
        _TASKS + "P2,,project,专栏1,管网延伸,{place: 东古},20,水利局\n", encoding="utf-8-sig"
    )
    return root


_HEAD = "as_at,task,state,invested_wan,evidence,problem\n"


def test_the_newest_report_up_to_the_day_counts(tmp_path: Path) -> None:
    rows = "2024-12-31,P1,滞后,10,,征地\n2025-06-30,P1,达到序时进度,60,照片,\n2026-06-30,P1,已完成,100,,\n"
    store = _store(tmp_path, _HEAD + rows)
    states = {p.row.id: p.state for p in progress_of(store.spec.plans["p"], day=DAY)}
    assert states == {"P1": "达到序时进度", "P1a": UNREPORTED, "M1": UNREPORTED}


def test_rows_of_a_parent_are_not_counted_again(store: Store) -> None:
    summary = progress_sheets([store.spec.plans["p"]], day=DAY)[0]
    counts = {row["类别"]: row["合计"] for row in summary.rows}
    assert counts == {"任务": 1, "项目": 1}


def test_lagging_tasks_are_named_with_their_problem(tmp_path: Path) -> None:
    store = _store(tmp_path, _HEAD + "2024-12-31,P1,滞后,10,,征地未完\n")
    assert "滞后：p P1 污水厂扩容（征地未完）" in progress_text([store.spec.plans["p"]], day=DAY)


def test_an_indicator_tells_its_direction_only_between_numbers(tmp_path: Path) -> None:
    store = _store(
        tmp_path, values="no,year,value,source\n1,2024,41,公报\n1,2026,30,公报\n2,2024,90,公报\n"
    )
    rows = {row["序号"]: row for row in indicator_rows(store.spec.plans["p"], day=DAY)}
    assert (rows["1"]["最新年份"], rows["1"]["最新值"], rows["1"]["方向"]) == (2024, "41", "下降")
    assert rows["2"]["方向"] is None


def _fill(path: Path, **answers: tuple[str, str, object]) -> None:
    book = load_workbook(path)
    sheet = book.active
    head = {cell.value: cell.column for cell in sheet[1]}
    for line in range(2, sheet.max_row + 1):
        answer = answers.get(str(sheet.cell(line, head["编号"]).value))
        if answer is not None:
            for name, value in zip(("日期", "进展", "完成投资（万元）"), answer, strict=True):
                sheet.cell(line, head[name]).value = value
    book.save(path)


def _books(store: Store, folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in hand_out([store.spec.plans["p"]], folder, day=DAY)}


def test_each_department_gets_its_own_book(store: Store, tmp_path: Path) -> None:
    books = _books(store, tmp_path / "填报")
    assert sorted(books) == [
        "进展填报_住建局",
        "进展填报_写牵头单位".replace("写", "未写"),
        "进展填报_水利局",
    ]
    sheet = load_workbook(books["进展填报_住建局"]).active
    assert [sheet.cell(line, 2).value for line in (2, 3)] == ["P1", "P1a"]
    assert sheet.freeze_panes == "A2"
    assert '"已完成,达到序时进度,滞后,未启动,调整取消"' in [
        v.formula1 for v in sheet.data_validations.dataValidation
    ]


def test_filled_books_come_back_and_are_written_once(store: Store, tmp_path: Path) -> None:
    books = _books(store, tmp_path / "填报")
    _fill(
        books["进展填报_住建局"],
        P1=("2025-06-30", "达到序时进度", 60),
        P1a=("2025-06-30", "已完成", 40.5),
    )
    merged = take_back([store.spec.plans["p"]], list(books.values()))
    assert not merged.conflicts
    path = write_progress(store.root, store.spec.plans["p"], merged.rows["p"])
    assert path == Path("plans/p/progress.csv")
    again = open_store(store.root).spec.plans["p"]
    assert [(r.task, r.state, r.invested_wan) for r in again.progress.rows] == [
        ("P1", "达到序时进度", 60.0), ("P1a", "已完成", 40.5),
    ]  # fmt: skip
    assert take_back([again], list(books.values())).known == 2


def test_two_departments_that_disagree_are_a_conflict_and_neither_wins(
    store: Store, tmp_path: Path
) -> None:
    books = _books(store, tmp_path / "填报")
    _fill(
        books["进展填报_住建局"], P1=("2025-06-30", "已完成", 100), P1a=("2025-06-30", "已完成", 40)
    )
    _fill(books["进展填报_水利局"], P1=("2025-06-30", "滞后", 10))
    done = CliRunner().invoke(
        command, ["-w", str(store.root), "--merge", str(tmp_path / "填报" / "*.xlsx")]
    )
    assert done.exit_code == 1
    assert "p P1 在 2025-06-30 有两种填报" in done.stdout
    assert "滞后，10 万元" in done.stdout
    assert [row.task for row in open_store(store.root).spec.plans["p"].progress.rows] == ["P1a"]


def test_a_mistyped_state_refuses_the_book_with_its_cell(store: Store, tmp_path: Path) -> None:
    books = _books(store, tmp_path / "填报")
    _fill(books["进展填报_水利局"], P1=("2025-06-30", "差不多", 10))
    with pytest.raises(InputError, match=r"进展填报_水利局\.xlsx:2:10"):
        take_back([store.spec.plans["p"]], list(books.values()))


def test_progress_kept_in_excel_is_not_overwritten(store: Store) -> None:
    folder = store.root / "plans" / "p"
    (folder / "progress.xlsx").write_bytes(b"x")
    with pytest.raises(UsageError, match=r"另存为 progress\.csv"):
        write_progress(store.root, store.spec.plans["p"], [])


def test_the_command_writes_the_lists_and_the_map(tmp_path: Path) -> None:
    root = _with_a_place(_store(tmp_path, _HEAD + "2024-12-31,P1,滞后,10,,征地\n"))
    book, picture = tmp_path / "清单.xlsx", tmp_path / "图.png"
    done = CliRunner().invoke(
        command,
        ["-w", str(root), "--progress", "--plan", "p", "--as-at", "2025-12-31",
         "--out", str(book), "--out", str(picture)],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert load_workbook(book).sheetnames == ["汇总", "指标", "任务", "项目"]
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_map_leaves_county_wide_tasks_out_and_says_how_they_stand(tmp_path: Path) -> None:
    root = _with_a_place(_store(tmp_path, _HEAD + "2024-12-31,P1,滞后,10,,征地\n"))
    scene = progress_map(open_store(root), "p", day=DAY).scene
    assert [(layer.title, list(layer.names)) for layer in scene.layers] == [
        ("未填报", ["管网延伸"])
    ]
    assert "另有 3 项适用于全域，未上图（滞后 1 项、未填报 2 项）" in "".join(scene.credits)


def test_states_differ_by_shape_as_well_as_by_colour() -> None:
    assert set(SYMBOLS) == {*STATES, UNREPORTED}
    assert len({marker for _, marker in SYMBOLS.values()}) == len(SYMBOLS)


def test_a_book_has_room_for_what_is_written_into_it(store: Store, tmp_path: Path) -> None:
    path = hand_out([store.spec.plans["p"]], tmp_path, day=date(2025, 1, 1))[0]
    sheet = load_workbook(path).active
    head = {cell.value: cell.column_letter for cell in sheet[1]}
    assert sheet.column_dimensions[head["日期"]].width >= 12
    assert sheet.column_dimensions[head["问题"]].width >= 30
    assert sheet.freeze_panes == "A2"
