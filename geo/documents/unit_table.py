"""The access list of the control units at a site, with two columns left for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geo.exhibits import Table

if TYPE_CHECKING:
    from geo.findings import SiteResult

COLUMNS: Final = ("单元编码", "单元名称", "类别", "管控维度", "管控要求", "本项目情况", "符合性")
NOT_LISTED: Final = "未取得该单元的准入清单，须由生态环境主管部门核实"


def unit_table(site: SiteResult) -> Table | None:
    """Make the table; 「本项目情况」 and 「符合性」 stay blank. ``None`` when the site lies in no known unit."""
    if not site.units:
        return None
    rows = tuple(
        (unit.code, unit.name, unit.unit_class, title, text, "", "")
        for unit in site.units
        for title, text in (unit.requirements or (("—", NOT_LISTED),))
    )
    return Table(
        id="control_units", caption="所在生态环境管控单元及准入要求", columns=COLUMNS, rows=rows,
        align="lllllll", notes=("“本项目情况”“符合性”由编制人员填写。",),
    )  # fmt: skip
