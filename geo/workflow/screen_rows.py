"""One row per site, one group of columns per layer: what a batch keeps of a site's result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.findings import SiteResult

OWN: Final = {
    "name": "地块", "verdict": "判定代码", "verdict_zh": "判定", "complete": "结论完整",
    "area_m2": "面积（m²）", "length_m": "长度（m）", "reasons": "主要理由",
}  # fmt: skip
PER_LAYER: Final = {
    "state": "数据状态", "outcome": "结果", "hits": "涉及要素数", "relation": "关系",
    "largest_overlap_m2": "最大重叠（m²）", "largest_share": "最大占比", "nearest_m": "最近（m）",
}  # fmt: skip
_NUMBERS: Final = {
    "area_m2", "length_m", "largest_overlap_m2", "largest_share", "nearest_m",
}  # fmt: skip
_ORDER: Final = ("inside", "overlaps", "touches", "near")


def row_of(site: SiteResult) -> dict[str, Any]:
    """Flatten a site's result; not measured is ``None``, never 0.

    Figures that rest on internal layers come rounded, as everywhere.
    """
    site = site.coarse()
    row: dict[str, Any] = {
        "name": site.site.name, "verdict": site.verdict.value, "verdict_zh": site.verdict.zh,
        "complete": site.complete, "area_m2": site.size.area_m2, "length_m": site.size.length_m,
        "reasons": "；".join(site.reasons[:3]),
    }  # fmt: skip
    for asked in site.layers:
        own = [finding for finding in site.findings if finding.layer == asked.layer]
        near = [
            f.distance_m for f in own if f.authority != "schematic" and f.distance_m is not None
        ]
        figures = {
            "state": asked.state, "outcome": asked.outcome.value,
            "hits": sum(finding.hit for finding in own),
            "relation": min((f.relation for f in own), key=_ORDER.index, default=None),
            "largest_overlap_m2": _largest(f.overlap_m2 for f in own),
            "largest_share": _largest(f.share for f in own),
            "nearest_m": min(near, default=None),
        }  # fmt: skip
        row |= {f"{asked.layer}.{key}": value for key, value in figures.items()}
    row["geometry"] = shapely.to_wkb(site.site.geometry)
    return row


def _largest(values: Any) -> float | None:
    """Give the largest of the values there are."""
    return max((value for value in values if value is not None), default=None)


def table_of(results: Sequence[SiteResult]) -> pa.Table:
    """Make an Arrow table of results that were asked the same layers."""
    rows = [row_of(site) for site in results]
    return pa.Table.from_pylist(rows, schema=pa.schema([(key, _type(key)) for key in rows[0]]))


def _type(column: str) -> pa.DataType:
    """Give the type of a column from its name, so that every part has the same."""
    last = column.rsplit(".", 1)[-1]
    if column == "geometry":
        return pa.binary()
    if column == "complete":
        return pa.bool_()
    if last == "hits":
        return pa.int64()
    return pa.float64() if last in _NUMBERS else pa.string()


def heading(column: str, titles: dict[str, str]) -> str:
    """Give the planner's heading of a column.

    >>> heading("redline.outcome", {"redline": "生态保护红线"})
    '生态保护红线 结果'
    """
    if column in OWN:
        return OWN[column]
    layer, _, key = column.rpartition(".")
    return f"{titles.get(layer, layer)} {PER_LAYER[key]}"
