"""占压面积 as every paper prints it: hectares, 亩 and m² of overlaps and of their parts, which add up (domain.md §6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from geo.space.units import M2_PER_HECTARE, MU_PER_HECTARE, fixed, round_to_total

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo.findings.land import LandPiece
    from geo.findings.parts import Finding
    from geo.findings.result import SiteResult

UNCOVERED: Final = "（地类图斑未覆盖）"
_NO_OWNER: Final = "（未覆盖）"

#: Hectares, 亩 and m² as printed.
Printed = tuple[Decimal, Decimal, Decimal]


@dataclass(frozen=True)
class LandRow:
    """One part of one overlap with its land class and owner, as printed."""

    finding: Finding
    land: str
    owner: str
    printed: Printed


def with_hectares(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Round overlaps so that each layer's hectares add up to its rounded total, the remainder to the largest."""
    told: dict[int, float] = {}
    areas = [f for f in findings if f.hit and f.overlap_m2 is not None]
    for layer in dict.fromkeys(f.layer for f in areas):
        rows = [f for f in areas if f.layer == layer]
        exact = [(f.overlap_m2 or 0.0) / M2_PER_HECTARE for f in rows]
        told |= dict(zip(map(id, rows), round_to_total(exact, sum(exact), 4), strict=True))
    return tuple(replace(f, printed_ha=told.get(id(f))) for f in findings)


def occupied(site: SiteResult) -> list[tuple[Finding, Printed]]:
    """List overlaps that have an area, with their figures; 亩 follow from the hectares."""
    return [
        (f, _printed(f.hectares, f.overlap_m2 or 0.0))
        for f in site.findings
        if f.hit and f.hectares is not None
    ]


def _printed(hectares: float, square_metres: float) -> Printed:
    mu = fixed(hectares * MU_PER_HECTARE, 2)
    return Decimal(fixed(hectares, 4)), Decimal(mu), Decimal(fixed(square_metres, 2))


def land_rows(site: SiteResult) -> dict[str, list[LandRow]]:
    """List the parts of each layer's overlaps by layer id, in the order of the findings.

    In each unit the parts of an overlap add up to what is printed of the overlap itself.
    """
    if site.land is None:
        return {}
    printed = {id(finding): figures for finding, figures in occupied(site)}
    layers: dict[str, list[LandRow]] = {}
    for at in dict.fromkeys(piece.finding for piece in site.land.pieces):
        finding = site.findings[at]
        pieces = [piece for piece in site.land.pieces if piece.finding == at]
        layers.setdefault(finding.layer, []).extend(_rows(finding, pieces, printed[id(finding)]))
    return layers


def _rows(finding: Finding, pieces: Sequence[LandPiece], printed: Printed) -> Iterator[LandRow]:
    """Round an overlap's parts to its printed figures; the remainder goes to the largest part."""
    whole = sum(piece.area_m2 for piece in pieces)
    columns = []
    for told, decimals in zip(printed, (4, 2, 2), strict=True):
        exact = [piece.area_m2 * float(told) / whole for piece in pieces]
        rounded = round_to_total(exact, float(told), decimals)
        columns.append([Decimal(fixed(value, decimals)) for value in rounded])
    for piece, hectares, mu, metres in zip(pieces, *columns, strict=True):
        land, owner = piece.land or UNCOVERED, piece.owner or _NO_OWNER
        yield LandRow(finding, land, owner, (hectares, mu, metres))
