"""占压面积表 by land class and owner: cells that add up to 合计 both ways (domain.md §6)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from geo.exhibits import Table
from geo.findings.occupation import land_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.findings import SiteResult
    from geo.findings.occupation import LandRow

#: Owners side by side on a page of a report; more go on in a further table.
_OWNERS: Final = 5
_NOTES: Final = (
    "各行按四舍五入后与合计一致，尾差计入最大一行。",
    "同一管控区的要素互相重叠时，合计为各要素占压面积之和。",
)


def land_table(site: SiteResult) -> Table | None:
    """One row per 图层 × 地类 × 权属 and a 合计 per layer, each column adding up as printed."""
    rows: list[tuple[str, ...]] = []
    for parts in land_rows(site).values():
        title = parts[0].finding.title
        rows += [(title, p.finding.feature, p.land, p.owner, *map(str, p.printed)) for p in parts]
        columns = zip(*(p.printed for p in parts), strict=True)
        rows.append((title, "合计", "", "", *(str(sum(column, Decimal(0))) for column in columns)))
    if not rows:
        return None
    heads = ("管控区", "名称", "地类", "权属", "公顷", "亩", "m²")
    return Table("land", "占压面积表（按地类、权属）", heads, tuple(rows), "llllrrr",
                 (34, 30, 26, 32, 18, 16, 20), (*_told(site), *_NOTES))  # fmt: skip


def land_matrices(site: SiteResult) -> tuple[Table, ...]:
    """地类 down, 权属 across, hectares, with 合计 of rows and of columns.

    More owners than fit on a page go on in a further table; the last one has the sum over all of them.
    """
    layers = list(land_rows(site).values())
    owners = list(dict.fromkeys(part.owner for parts in layers for part in parts))
    starts = range(0, len(owners), _OWNERS)
    return tuple(_matrix(layers, owners, start=start) for start in starts)


def _matrix(layers: Sequence[list[LandRow]], owners: Sequence[str], *, start: int) -> Table:
    """Write the columns of some owners."""
    shown, last = owners[start : start + _OWNERS], start + _OWNERS >= len(owners)
    rows = []
    for parts in layers:
        for land in (*dict.fromkeys(part.land for part in parts), "合计"):
            lying = [part for part in parts if land in (part.land, "合计")]
            cells = [_sum([part for part in lying if part.owner == owner]) for owner in shown]
            whole = [_sum(lying)] if last else []
            rows.append((parts[0].finding.title, land, *cells, *whole))
    heads = ("管控区", "地类", *shown, *(["合计"] if last else []))
    figures = len(heads) - 2
    page = start // _OWNERS
    name = "land_matrix" + (f"_{chr(ord('a') + page)}" if page else "")
    caption = f"占压面积汇总表（地类 × 权属，公顷）{'（续）' if page else ''}"
    return Table(name, caption, heads, tuple(rows), "ll" + "r" * figures,
                 (34, 28, *[22.0] * figures), _NOTES[:1])  # fmt: skip


def _sum(parts: Sequence[LandRow]) -> str:
    """Add printed hectares up; where nothing lies there is a dash, not a zero."""
    return str(sum((part.printed[0] for part in parts), Decimal(0))) if parts else "—"


def _told(site: SiteResult) -> tuple[str, ...]:
    """Say which survey was laid under, and what it did not give."""
    if site.land is None:
        return ()
    source = f"地类、权属依据{site.land.source}。" if site.land.source else ""
    return tuple(text for text in (source, site.land.remark) if text)
