"""The access list of ecological control units (生态环境准入清单): four columns per unit, as issued."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geo.errors import Problem, WorkspaceError
from geo.spec.closed import Spec
from geo.spec.tables import Row, find_table, read_rows, typed_rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

STEM: Final = "control_units"
#: The four kinds of requirement, in the order of the lists (domain: 分区管控).
DIMENSIONS: Final = {
    "spatial": "空间布局约束", "pollutants": "污染物排放管控", "risks": "环境风险防控", "resources": "资源利用效率",
}  # fmt: skip
#: How the columns are headed in the lists that offices keep → our names.
_HEADINGS: Final = {
    "单元编码": "code", "管控单元编码": "code", "环境管控单元编码": "code", "编码": "code",
    "单元名称": "name", "管控单元名称": "name", "环境管控单元名称": "name", "名称": "name",
    "单元分类": "class", "管控单元分类": "class", "环境管控单元分类": "class", "类别": "class", "分类": "class",
    "资源利用效率要求": "resources", "资源开发效率要求": "resources", "环境风险管控": "risks",
    **{title: name for name, title in DIMENSIONS.items()},
}  # fmt: skip


class UnitRow(Spec):
    """One unit of the list; a requirement left empty is empty, not 「无要求」."""

    code: str
    name: str = ""
    unit_class: str = ""
    spatial: str = ""
    pollutants: str = ""
    risks: str = ""
    resources: str = ""

    @property
    def requirements(self) -> tuple[tuple[str, str], ...]:
        """Pairs of dimension and text, in the order of the lists, empty ones as well."""
        return tuple((title, str(getattr(self, name))) for name, title in DIMENSIONS.items())


def read_units(root: Path) -> tuple[dict[str, UnitRow], list[Problem]]:
    """Read ``local/control_units`` or ``data/control_units`` (CSV or XLSX) by the unit's code.

    Headings may be Chinese as issued or ours; columns of neither kind are passed over.

    Returns:
        What is good by code, and every problem. No list at all is no problem.
    """
    path = find_table(root / "local", STEM) or find_table(root / "data", STEM)
    if path is None:
        return {}, []
    shown = path.relative_to(root)
    try:
        rows = [_ours(row) for row in read_rows(path, shown=shown, columns=None)]
    except WorkspaceError as error:
        return {}, list(error.problems)
    if rows and "code" not in rows[0].cells:
        return {}, [Problem(shown, 1, 0, "缺少单元编码列", "请加一列“单元编码”，取值与图层一致")]
    good, problems = typed_rows(rows, UnitRow, shown=shown)
    problems += _twice(good, shown)
    return {row.code: row for row, _ in good}, problems


def _ours(row: Row) -> Row:
    """Rename the columns that are known, and drop the others."""
    names: dict[str, str] = {}
    for heading in row.cells:
        name = _HEADINGS.get(heading, heading)
        name = "unit_class" if name == "class" else name
        if name in UnitRow.model_fields and name not in names.values():
            names[heading] = name
    return Row(
        {to: row.cells[heading] for heading, to in names.items()},
        {to: row.marks[heading] for heading, to in names.items()},
    )


def _twice(rows: Iterable[tuple[UnitRow, Row]], shown: Path) -> list[Problem]:
    seen: dict[str, int] = {}
    problems = []
    for row, cells in rows:
        mark = cells.marks["code"]
        if row.code in seen:
            hint = f"第 {seen[row.code]} 行已有，请合并为一行"
            problems.append(Problem(shown, *mark, f"单元编码 {row.code} 重复", hint))
        seen.setdefault(row.code, mark[0])
    return problems
