"""Tables a planner writes: CSV or XLSX rows, each cell with the place it was written at."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import ValidationError

from geo.errors import Problem, WorkspaceError
from geo.spec.closed import Spec, explain, keys_of, nearest
from geo.spec.marked import Mark, Marked, Steps, read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

MAX_ROWS: Final = 200_000
MAX_COLUMNS: Final = 500
EXCEL_ROWS: Final = 1_048_576
MAX_XLSX_BYTES: Final = 50_000_000
MAX_UNZIPPED_BYTES: Final = 500_000_000

M = TypeVar("M", bound=Spec)


@dataclass(frozen=True)
class Row:
    """One row as text by column name, with the mark of each cell.

    A mark is the line the row begins at and the number of the column, both from 1, as a
    spreadsheet counts them: a cell with line breaks does not move its neighbours.
    """

    cells: dict[str, str]
    marks: dict[str, Mark]

    def marked(self, shown: Path) -> Marked:
        """View the row as a located mapping; empty cells are left out."""
        filled = {key: text for key, text in self.cells.items() if text}
        marks: dict[Steps, Mark] = {(key,): mark for key, mark in self.marks.items()}
        line = min((mark[0] for mark in self.marks.values()), default=1)
        return Marked(shown, filled, marks, {(): (line, 1), **marks})


def find_table(folder: Path, stem: str) -> Path | None:
    """Find ``stem.csv`` or ``stem.xlsx`` in a folder; CSV wins when both exist."""
    found = [folder / f"{stem}{suffix}" for suffix in (".csv", ".xlsx")]
    return next((path for path in found if path.is_file()), None)


def read_rows(
    path: Path,
    *,
    shown: Path,
    columns: Sequence[str] | None,
    required: Sequence[str] = (),
    also: re.Pattern[str] | None = None,
) -> list[Row]:
    """Read every row of a CSV or XLSX table; wholly empty rows are passed over.

    Columns are those of ``columns`` (``None``: any) and any whose whole name matches ``also``;
    those of ``required`` must be there.

    Raises:
        WorkspaceError: Missing, too large, not UTF-8, not a table, unknown or missing columns,
            or a cell that Excel has turned into a date.
    """
    read = _xlsx if path.suffix.lower() == ".xlsx" else _csv
    grid = _filled_rows(read(path, shown), shown)
    if not grid:
        problem = Problem(shown, 1, 1, "表是空的", f"首行应为：{','.join(columns or ())}")
        raise WorkspaceError([problem])
    (top, names), *body = grid
    header = [_text(cell) for cell in names]
    problems = [
        *_header_problems(header, top, shown, columns or header, also),
        *_missing_columns(header, top, shown, required),
        *_nameless_columns(header, top, body, shown),
    ]
    if problems := problems or [p for row in body for p in _cell_problems(header, *row, shown)]:
        raise WorkspaceError(problems)
    return [_row(header, line, cells) for line, cells in body]


def load_rows(
    path: Path, model: type[M], *, shown: Path
) -> tuple[list[tuple[M, Row]], list[Problem]]:
    """Read a table as models; return what is good and every problem of what is not."""
    try:
        rows = read_rows(path, shown=shown, columns=keys_of(model), required=required_of(model))
    except WorkspaceError as error:
        return [], list(error.problems)
    return typed_rows(rows, model, shown=shown)


def required_of(model: type[Spec]) -> list[str]:
    """List the columns a table of these models cannot do without."""
    fields = model.model_fields.items()
    return [info.alias or name for name, info in fields if info.is_required()]


def typed_rows(
    rows: Iterable[Row], model: type[M], *, shown: Path
) -> tuple[list[tuple[M, Row]], list[Problem]]:
    """Read rows as models; return what is good and every problem of what is not."""
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


def _filled_rows(rows: Iterable[tuple[int, list[Any]]], shown: Path) -> list[tuple[int, list[Any]]]:
    """Keep the rows that say something, with their line numbers, as long as they are few enough."""
    kept: list[tuple[int, list[Any]]] = []
    for line, cells in rows:
        if any(map(_filled, cells)):
            kept.append((line, cells))
        if len(kept) > MAX_ROWS + 1:
            raise WorkspaceError([Problem(shown, line, 1, f"超过 {MAX_ROWS} 行", "请拆分")])
    return kept


_CSV_ZH: Final = {
    "unexpected end of data": "从这一行起引号没有配对",
    "expected after": "引号之后、逗号之前还有文字",
    "field larger": "一格内容过长",
}


def _csv(path: Path, shown: Path) -> Iterator[tuple[int, list[Any]]]:
    text = read_text(path, shown=shown)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        found = next((zh for said, zh in _CSV_ZH.items() if said in str(error)), str(error))
        hint = "请检查引号是否成对，或用 Excel 重新另存为 CSV UTF-8"
        problem = Problem(shown, line, 0, f"CSV 格式错误（{found}）", hint)
        raise WorkspaceError([problem]) from error


def _xlsx(path: Path, shown: Path) -> Iterator[tuple[int, list[Any]]]:
    """Read the first sheet; whatever is wrong inside the archive shows only while reading."""
    try:
        _refuse_bomb(path, shown)
        yield from _sheet(path, shown)
    except WorkspaceError:
        raise
    except FileNotFoundError as error:
        problem = Problem(shown, 0, 0, "文件不存在", "请检查文件名，或从备份恢复")
        raise WorkspaceError([problem]) from error
    except _NOT_A_WORKBOOK as error:
        hint = "请用 Excel 或 WPS 重新另存为 .xlsx"
        problem = Problem(shown, 0, 0, "不是有效的 .xlsx 文件", hint)
        raise WorkspaceError([problem]) from error


#: What openpyxl and its parsers raise on a damaged or hostile archive; bad XML is a SyntaxError.
_NOT_A_WORKBOOK: Final = (
    zipfile.BadZipFile, zlib.error, SyntaxError, ValueError, LookupError, TypeError, AttributeError,
    OSError,
)  # fmt: skip


def _refuse_bomb(path: Path, shown: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        unzipped = sum(info.file_size for info in archive.infolist())
    if unzipped > MAX_UNZIPPED_BYTES or path.stat().st_size > MAX_XLSX_BYTES:
        raise WorkspaceError([Problem(shown, 0, 0, "工作簿过大", "请删去多余工作表和图片")])


def _sheet(path: Path, shown: Path) -> Iterator[tuple[int, list[Any]]]:
    # Most workspaces write CSV: they need not wait for openpyxl at every start.
    from openpyxl import load_workbook  # noqa: PLC0415

    # Opened here, not by openpyxl, which leaves a file it cannot read open (and locked).
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about pictures, menus and styles that are not read
        book = load_workbook(file, read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(
            values_only=True, max_row=EXCEL_ROWS, max_col=MAX_COLUMNS + 1
        )
        for line, cells in enumerate(rows, 1):
            if len(cells) > MAX_COLUMNS and _filled(cells[-1]):
                problem = Problem(shown, line, 0, f"超过 {MAX_COLUMNS} 列", "请删去多余的列")
                raise WorkspaceError([problem])
            yield line, list(cells)


def _header_problems(
    header: list[str], line: int, shown: Path, columns: Sequence[str], also: re.Pattern[str] | None
) -> Iterator[Problem]:
    for at, name in enumerate(header, 1):
        if name and name not in columns and not (also and also.fullmatch(name)):
            yield Problem(shown, line, at, f"未知的列 {name}", nearest(name, columns))
        if name and name in header[: at - 1]:
            yield Problem(shown, line, at, f"列 {name} 出现两次", "请删去其中一列")


def _missing_columns(
    header: list[str], line: int, shown: Path, required: Sequence[str]
) -> Iterator[Problem]:
    if missing := [name for name in required if name not in header]:
        hint = "请在表头补上，没有内容的列也要保留"
        yield Problem(shown, line, 0, f"缺少列 {'、'.join(missing)}", hint)


def _nameless_columns(
    header: list[str], line: int, body: list[tuple[int, list[Any]]], shown: Path
) -> Iterator[Problem]:
    """A column without a name would be dropped with all that is written in it."""
    filled = Counter(
        at
        for _, cells in body
        for at, (name, cell) in enumerate(zip(header, cells, strict=False), 1)
        if not name and _filled(cell)
    )
    for at, count in sorted(filled.items()):
        found = f"第 {at} 列没有列名，却有 {count} 行内容"
        yield Problem(shown, line, at, found, "请补上列名，或清空该列")


def _cell_problems(header: list[str], line: int, cells: list[Any], shown: Path) -> list[Problem]:
    problems = [
        Problem(
            shown, line, at, f"列 {name} 的内容被 Excel 变成了日期或时间 {_text(cell)}",
            "请把该列设为“文本”格式后重新填写（例如 1-1 会被改成日期）",
        )
        for at, (name, cell) in enumerate(zip(header, cells, strict=False), 1)
        if _is_a_date_by_accident(name, cell)
    ]  # fmt: skip
    if len(cells) > len(header) and any(map(_filled, cells[len(header) :])):
        found = f"这一行有 {len(cells)} 格，表头只有 {len(header)} 列"
        problems.append(Problem(shown, line, len(header) + 1, found, "含逗号的内容请加引号"))
    return problems


_DATE_COLUMNS: Final = ("start", "end", "as_at", "as_of", "issued", "year", "日期")
#: Columns of short codes, where Excel's own spelling of a date in a CSV is never meant.
_CODE_COLUMNS: Final = ("id", "parent", "no", "code", "task", "编号")
_EXCEL_DATE: Final = re.compile(r"\d{1,2}月\d{1,2}日|\d{1,2}-[A-Z][a-z]{2}|[A-Z][a-z]{2}-\d{1,2}")


def _is_a_date_by_accident(column: str, cell: Any) -> bool:
    if isinstance(cell, str):
        return column in _CODE_COLUMNS and bool(_EXCEL_DATE.fullmatch(cell.strip()))
    is_date = isinstance(cell, date | time | timedelta)
    return is_date and column not in _DATE_COLUMNS


def _row(header: list[str], line: int, cells: list[Any]) -> Row:
    texts = [_text(cell) for cell in cells[: len(header)]] + [""] * (len(header) - len(cells))
    pairs = [(name, text) for name, text in zip(header, texts, strict=True) if name]
    marks = {name: (line, at) for at, name in enumerate(header, 1) if name}
    return Row(dict(pairs), marks)


def _text(cell: Any) -> str:
    """Write a cell as the planner saw it: whole numbers without ``.0``, dates in ISO form."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        midnight = not isinstance(cell, datetime) or cell.time() == time()
        return f"{cell:%Y-%m-%d}" if midnight else f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
