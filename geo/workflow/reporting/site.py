"""One footprint of a check as tables and chapters by name, as templates ask for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from geo.documents.land_table import land_matrix, land_table
from geo.documents.paper import Block, Bullets, SignatureLine
from geo.documents.site_paper import chapters
from geo.documents.site_tables import (
    corner_table,
    data_table,
    occupation_table,
    rule_table,
    target_table,
    task_table,
    topic_table,
)
from geo.documents.statements import statements
from geo.documents.unit_table import unit_table
from geo.exhibits import Table

if TYPE_CHECKING:
    from geo.findings import CheckResult, SiteResult

_MAKERS: Final[Mapping[str, Callable[[SiteResult], Table | None]]] = {
    "topics": topic_table, "data": data_table, "occupation": occupation_table, "targets": target_table,
    "land": land_table, "land_matrix": land_matrix, "rules": rule_table, "units": unit_table, "site_tasks": task_table, "corners": corner_table,
}  # fmt: skip
#: Tables of chapters whose own id is another than the name templates use.
_CALLED: Final = {"tasks": "site_tasks", "control_units": "units"}
#: What is written where a table would be empty.
NONE_FOUND: Final = {
    "occupation": "与已取得数据的各类管控区没有重叠，无占压面积。",
    "land": "没有可按地类、权属分列的占压面积（无重叠，或未取得可输出的地类图斑）。",
    "land_matrix": "没有可按地类、权属分列的占压面积（无重叠，或未取得可输出的地类图斑）。",
    "targets": "核查范围内没有需要列出距离的管控区。",
    "rules": "本次比对没有触发条款。未取得数据的类别不在此列。",
    "units": "用地处没有已取得数据的生态环境管控单元。",
    "site_tasks": "用地处没有可落图的规划任务和管控要求。",
    "missing": "已声明的数据均已取得。",
    "corners": "拐点过多或没有拐点，坐标见用地文件。",
}


def site_exhibit_id(result: CheckResult, name: str, number: int) -> str:
    """Tell an exhibit of one footprint (1-based) from the same of another."""
    return name if len(result.sites) == 1 else f"{name}_{number}"


def site_table(result: CheckResult, name: str, number: int) -> Table | None:
    """Make one table of one footprint; ``None`` when there is nothing to list."""
    made = _MAKERS[name](result.sites[number - 1])
    return None if made is None or not made.rows else _of_site(result, made, name, number)


def site_passage(result: CheckResult, name: str, number: int) -> tuple[Block, ...]:
    """Write a chapter of one footprint; its tables carry the names templates use."""
    site = result.sites[number - 1]
    if name == "statements":
        return (Bullets(statements(site)),)
    if name == "signature":
        return (SignatureLine(),)
    return tuple(
        _of_site(result, block, _CALLED.get(block.id, block.id), number)
        if isinstance(block, Table)
        else block
        for block in chapters(result, site)[name]
    )


def table_name(exhibit_id: str) -> str:
    """Return the name a template uses, without the footprint's number.

    >>> table_name("site_tasks_2"), table_name("topics")
    ('site_tasks', 'topics')
    """
    head, _, tail = exhibit_id.rpartition("_")
    return head if tail.isdecimal() else exhibit_id


def _of_site(result: CheckResult, table: Table, name: str, number: int) -> Table:
    front = "" if len(result.sites) == 1 else result.sites[number - 1].site.name
    return replace(
        table, id=site_exhibit_id(result, name, number), caption=f"{front}{table.caption}"
    )
