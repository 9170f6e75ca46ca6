"""Excel in and out through the commands: lists kept in workbooks, tables written as workbooks."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import shapely
from click.testing import CliRunner, Result

from geo.cli.main import cli
from tests.workflow.office import EAST, NORTH, office, shapefile, table

_PLAN = 'title: 规划\nadcode: "140405"\nperiod: [2021, 2035]\nsource: a.pdf\n'
_PLACES = "title: 地名\nsource: data/places.{}\nauthority: schematic\nprovider: 局\nlicence: 内部\nas_of: '2026'\ncoverage: ['140405']\naccuracy_m: 50\n"
_TABLES = {
    "data/places": [["name", "aliases", "kind", "lon", "lat", "accuracy_m", "source"],
                    ["东古", "东古村;古村", "village", 112.8, 36.32, 50, "手工"]],
    "plans/p/tasks": [["id", "kind", "heading", "title", "where", "investment_wan", "start", "lead"],
                      ["1-1", "project", "第一章 水", "管网", "{place: 东古}", 3200.5, "2022-03", "住建局;水利局"],
                      ["007", "measure", "第二章 气", "禁煤", "everywhere", None, "2021", None]],
    "plans/p/indicators": [["no", "name", "unit", "base_year", "base", "target_2025"],
                           ["1", "优良率", "%", "2020", "60", "≥70"]],
}  # fmt: skip


def _csv(path: Path, rows: list[list[object]]) -> None:
    with path.with_suffix(".csv").open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows(rows)


def _xlsx(path: Path, rows: list[list[object]]) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path.with_suffix(".xlsx"))


def _office(folder: Path, suffix: str) -> Path:
    """A workspace whose lists are all of one format, and a parcel beside it."""
    root = office(folder)
    (root / "plans" / "p").mkdir(parents=True)
    (root / "plans" / "p" / "plan.yml").write_text(_PLAN, encoding="utf-8")
    (root / "data" / "places.csv").unlink()
    (root / "layers" / "places.yml").write_text(_PLACES.format(suffix), encoding="utf-8")
    for stem, rows in _TABLES.items():
        {"csv": _csv, "xlsx": _xlsx}[suffix](root / stem, rows)
    site = table([shapely.box(EAST, NORTH, EAST + 200, NORTH + 200)], name=["地块"])
    shapefile(folder / "地块.shp", site)
    return root


def _run(root: Path, *words: object) -> Result:
    return CliRunner().invoke(cli, [*map(str, words), "-w", str(root)])


def test_lists_kept_in_workbooks_say_what_their_csv_says(tmp_path: Path) -> None:
    said = {}
    for suffix in ("csv", "xlsx"):
        (tmp_path / suffix).mkdir()
        root = _office(tmp_path / suffix, suffix)
        assert _run(root, "verify").exit_code == 0, _run(root, "verify").output
        said[suffix] = _run(root, "tasks", "--format", "json").stdout
    assert said["csv"] == said["xlsx"]
    assert '"id": "007"' in said["xlsx"]
    assert '"investment_wan": 3200.5' in said["xlsx"]


@pytest.mark.parametrize("stem", ["plans/p/tasks", "plans/p/indicators"])
def test_an_id_that_excel_made_a_date_is_told_at_its_cell(tmp_path: Path, stem: str) -> None:
    root = _office(tmp_path, "xlsx")
    rows = [list(row) for row in _TABLES[stem]]
    rows[1][0] = date(2026, 1, 1)
    _xlsx(root / stem, rows)
    done = _run(root, "verify")
    assert done.exit_code == 1
    assert f"{stem}.xlsx:2:1:" in done.output
    assert "文本" in done.output
    # The csv that Excel saves from such a sheet is caught as well.
    (root / f"{stem}.xlsx").unlink()
    rows[1][0] = "1月1日"
    _csv(root / stem, rows)
    assert f"{stem}.csv:2:1:" in _run(root, "verify").output


_WRITTEN = [
    ("tasks", ()), ("tasks", ("--progress", "--plan", "p")), ("check", ("{site}", "--as-at", "2026-11-23")),
    ("screen", ("{site}", "--as-at", "2026-11-23")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("command", "words"), _WRITTEN, ids=["tasks", "progress", "check", "screen"]
)
def test_every_workbook_is_ready_to_print(
    tmp_path: Path, command: str, words: tuple[str, ...]
) -> None:
    root = _office(tmp_path, "xlsx")
    out = tmp_path / "出表.xlsx"
    given = [str(tmp_path / "地块.shp") if word == "{site}" else word for word in words]
    done = _run(root, command, *given, "--out", out)
    assert done.exit_code in (0, 11, 13), done.output or done.exception
    for sheet in openpyxl.load_workbook(out):
        assert sheet.freeze_panes == "A2", sheet.title
        for column in range(1, sheet.max_column + 1):
            letter = openpyxl.utils.get_column_letter(column)
            assert 8 <= sheet.column_dimensions[letter].width <= 48, (sheet.title, letter)
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                if isinstance(cell.value, float):
                    assert cell.number_format.startswith("0.0"), (sheet.title, cell.coordinate)
                if isinstance(cell.value, str) and cell.value in ("1-1", "007"):
                    assert cell.number_format == "@"


@pytest.mark.parametrize(("command", "words"), [_WRITTEN[0], _WRITTEN[3]], ids=["tasks", "screen"])
def test_every_csv_opens_in_excel_as_chinese(
    tmp_path: Path, command: str, words: tuple[str, ...]
) -> None:
    root = _office(tmp_path, "csv")
    out = tmp_path / "出表.csv"
    given = [str(tmp_path / "地块.shp") if word == "{site}" else word for word in words]
    done = _run(root, command, *given, "--out", out)
    assert done.exit_code == 0, done.output or done.exception
    data = out.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert not data.startswith(b"\xef\xbb\xbf\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert len({len(row) for row in rows}) == 1
    assert any("一" <= character <= "鿿" for character in rows[0][0])


def test_two_copies_of_one_list_are_not_chosen_between_in_silence(tmp_path: Path) -> None:
    root = _office(tmp_path, "csv")
    _xlsx(root / "plans" / "p" / "tasks", _TABLES["plans/p/tasks"])
    assert "tasks.xlsx" in _run(root, "verify").output
