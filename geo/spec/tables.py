"""Tables a planner writes: CSV or XLSX rows, each cell with the place it was written at."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import ValidationError

from geo.errors import Problem, WorkspaceError
from geo.spec.closed import Spec, explain, keys_of, nearest
from geo.spec.marked import Mark, Marked, Steps, read_text

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence
    from pathlib import Path

MAX_ROWS: Final = 200_000
MAX_XLSX_BYTES: Final = 50_000_000
MAX_UNZIPPED_BYTES: Final = 500_000_000

M = TypeVar("M", bound=Spec)


@dataclass(frozen=True)
class Row:
    """One row as text by column name, with the mark of each cell (line, column number)."""

    cells: dict[str, str]
    marks: dict[str, Mark]

    def marked(self, shown: Path) -> Marked:
        """View the row as a located mapping; empty cells are left out."""
        filled = {key: text for key, text in self.cells.items() if text}
        marks: dict[Steps, Mark] = {(key,): self.marks[key] for key in filled}
        line = min((mark[0] for mark in self.marks.values()), default=1)
        return Marked(shown, filled, marks, {(): (line, 1), **marks})


def find_table(folder: Path, stem: str) -> Path | None:
    """Find ``stem.csv`` or ``stem.xlsx`` in a folder; CSV wins when both exist."""
    found = [folder / f"{stem}{suffix}" for suffix in (".csv", ".xlsx")]
    return next((path for path in found if path.is_file()), None)


def read_rows(
    path: Path, *, shown: Path, columns: Sequence[str] | None, also: re.Pattern[str] | None = None
) -> list[Row]:
    """Read every row of a CSV or XLSX table; wholly empty rows are passed over.

    Columns are those of ``columns`` (``None``: any) and any whose whole name matches ``also``.

    Raises:
        WorkspaceError: Missing, too large, not UTF-8, not a table, unknown or missing columns,
            or a cell that Excel has turned into a date.
    """
    grid = list(_xlsx(path, shown) if path.suffix.lower() == ".xlsx" else _csv(path, shown))
    if not grid:
        problem = Problem(shown, 1, 1, "表是空的", f"首行应为：{','.join(columns or ())}")
        raise WorkspaceError([problem])
    header = [str(cell).strip() for cell in grid[0][1]]
    if problems := _header_problems(header, shown, columns or header, also):
        raise WorkspaceError(problems)
    rows = [_row(header, line, cells) for line, cells in grid[1:] if any(map(_filled, cells))]
    if problems := [
        p for line, cells in grid[1:] for p in _cell_problems(header, line, cells, shown)
    ]:
        raise WorkspaceError(problems)
    return rows


def load_rows(
    path: Path, model: type[M], *, shown: Path
) -> tuple[list[tuple[M, Row]], list[Problem]]:
    """Read a table as models; return what is good and every problem of what is not."""
    try:
        rows = read_rows(path, shown=shown, columns=keys_of(model))
    except WorkspaceError as error:
        return [], list(error.problems)
    good: list[tuple[M, Row]] = []
    problems: list[Problem] = []
    for row in rows:
        source = row.marked(shown)
        try:
            good.append((model.model_validate(source.value), row))
        except ValidationError as error:
            problems += explain(error, source, model)
    return good, problems


def _filled(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""


def _csv(path: Path, shown: Path) -> Iterator[tuple[int, list[Any]]]:
    text = read_text(path, shown=shown)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for count, cells in enumerate(reader):
            if count > MAX_ROWS:
                raise WorkspaceError([Problem(shown, line, 1, f"超过 {MAX_ROWS} 行", "请拆分")])
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        found = f"CSV 格式错误（{error}）"
        problem = Problem(
            shown, line, 1, found, "请检查引号是否成对，或用 Excel 重新另存为 CSV UTF-8"
        )
        raise WorkspaceError([problem]) from error


def _xlsx(path: Path, shown: Path) -> Iterator[tuple[int, list[Any]]]:
    from openpyxl import load_workbook

    refuse = "请用 Excel 或 WPS 重新另存为 .xlsx"
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(info.file_size for info in archive.infolist())
        if size > MAX_UNZIPPED_BYTES or path.stat().st_size > MAX_XLSX_BYTES:
            raise WorkspaceError([Problem(shown, 0, 0, "工作簿过大", "请删去多余工作表和图片")])
        book = load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        problem = Problem(shown, 0, 0, "不是有效的 .xlsx 文件", refuse)
        raise WorkspaceError([problem]) from error
    try:
        sheet = book.worksheets[0]
        for line, cells in enumerate(sheet.iter_rows(values_only=True, max_row=MAX_ROWS + 1), 1):
            yield line, list(cells)
    finally:
        book.close()


def _header_problems(
    header: list[str], shown: Path, columns: Sequence[str], also: re.Pattern[str] | None
) -> list[Problem]:
    problems = [
        Problem(shown, 1, at, f"未知的列 {name}", nearest(name, columns))
        for at, name in enumerate(header, 1)
        if name and name not in columns and not (also and also.fullmatch(name))
    ]
    problems += [
        Problem(shown, 1, at, f"列 {name} 出现两次", "请删去其中一列")
        for at, name in enumerate(header, 1)
        if name and name in header[: at - 1]
    ]
    return problems


def _cell_problems(header: list[str], line: int, cells: list[Any], shown: Path) -> list[Problem]:
    problems = [
        Problem(
            shown, line, at, f"列 {header[at - 1]} 的内容被 Excel 变成了日期 {cell:%Y-%m-%d}",
            "请把该列设为“文本”格式后重新填写（例如 1-1 会被改成日期）",
        )
        for at, cell in enumerate(cells, 1)
        if isinstance(cell, datetime | date)
        and at <= len(header)
        and header[at - 1] not in _DATE_COLUMNS
    ]  # fmt: skip
    if len(cells) > len(header) and any(map(_filled, cells[len(header) :])):
        found = f"这一行有 {len(cells)} 格，表头只有 {len(header)} 列"
        problems.append(Problem(shown, line, len(header) + 1, found, "含逗号的内容请加引号"))
    return problems


_DATE_COLUMNS: Final = ("start", "end", "as_at", "as_of", "issued", "year")


def _row(header: list[str], line: int, cells: list[Any]) -> Row:
    texts = [_text(cell) for cell in cells[: len(header)]] + [""] * (len(header) - len(cells))
    pairs = [(name, text) for name, text in zip(header, texts, strict=True) if name]
    marks = {name: (line, at) for at, name in enumerate(header, 1) if name}
    return Row(dict(pairs), marks)


def _text(cell: Any) -> str:
    """Write a cell as the planner saw it: whole numbers without ``.0``, dates in ISO form."""
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return f"{cell:%Y-%m-%d}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
