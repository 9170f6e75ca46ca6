"""占压面积表 by land class and owner: cells that add up to 合计 both ways (domain.md §6)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from geo.exhibits import Table
from geo.findings.occupation import land_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo.findings import SiteResult
    from geo.findings.occupation import LandRow

_ROUNDED: Final = "各行按四舍五入后与合计一致，尾差计入最大一行。"
_TWICE: Final = "同一管控区的要素互相重叠时，合计为各要素占压面积之和。"


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
                 (32, 30, 28, 30, 18, 16, 24), ("".join((*_told(site), _ROUNDED, _TWICE)),))  # fmt: skip


def land_matrix(site: SiteResult) -> Table | None:
    """地类 × 权属 in hectares, with 合计 of rows and of columns; whichever are fewer stand side by side."""
    layers = list(land_rows(site).values())
    parts = [part for layer in layers for part in layer]
    lands, owners = ({getattr(p, name): None for p in parts} for name in ("land", "owner"))
    down, across = ("land", "owner") if len(owners) <= len(lands) else ("owner", "land")
    heads = tuple(owners if across == "owner" else lands)
    if not heads:
        return None
    rows = [row for layer in layers for row in _matrix_rows(layer, heads, down=down, across=across)]
    columns = ("管控区", "地类" if down == "land" else "权属", *heads, "合计")
    widths = (32, 30, *[22.0] * (len(heads) + 1))
    return Table("land_matrix", "占压面积汇总表（地类 × 权属，公顷）", columns, tuple(rows),
                 "ll" + "r" * (len(heads) + 1), widths, (_ROUNDED,))  # fmt: skip


def _matrix_rows(
    parts: Sequence[LandRow], heads: Sequence[str], *, down: str, across: str
) -> Iterator[tuple[str, ...]]:
    """One row for each class (or owner) of a layer, and their sums."""
    for name in (*dict.fromkeys(getattr(part, down) for part in parts), None):
        lying = [part for part in parts if name is None or getattr(part, down) == name]
        cells = [_sum([p for p in lying if getattr(p, across) == head]) for head in heads]
        yield (parts[0].finding.title, name or "合计", *cells, _sum(lying))


def _sum(parts: Sequence[LandRow]) -> str:
    """Add printed hectares up; where nothing lies there is a dash, not a zero."""
    return str(sum((part.printed[0] for part in parts), Decimal(0))) if parts else "—"


def _told(site: SiteResult) -> tuple[str, ...]:
    """Say which survey was laid under, and what it did not give."""
    if site.land is None:
        return ()
    source = f"地类、权属依据{site.land.source}。" if site.land.source else ""
    return tuple(text for text in (source, site.land.remark) if text)
