"""What lies under an overlap: land class and owner, as the office's land survey says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from geo.findings.parts import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.findings.parts import Finding

#: What is said instead of a division that must not leave the office.
_INTERNAL_SURVEY = "土地利用现状为内部数据，按地类、权属的分列未输出。"


@dataclass(frozen=True)
class LandPiece:
    """A part of one overlap with one land class and one owner.

    Attributes:
        finding: Position of the overlap among the site's findings, from 0.
        land: Land class; empty where no parcel of the survey lies.
        owner: Owner of the land; empty where no parcel lies.
        area_m2: Ellipsoidal area.
    """

    finding: int
    land: str
    owner: str
    area_m2: float

    def as_json(self) -> dict[str, Any]:
        """Write it as contracts.md says."""
        return {
            "finding": self.finding, "land": self.land or None, "owner": self.owner or None,
            "area_m2": number(self.area_m2, 4),
        }  # fmt: skip


@dataclass(frozen=True)
class LandShare:
    """All parts of one site's overlaps, or in words why there are none.

    Attributes:
        pieces: Parts of one overlap add up to it; the uncovered rest is a part without a class.
        source: The survey in words, with its date and authority; empty without one.
        remark: Why something is missing; empty when nothing is.
        internal: The survey itself must not leave the office.
    """

    pieces: tuple[LandPiece, ...] = ()
    source: str = ""
    remark: str = ""
    internal: bool = False

    def coarse(self, findings: Sequence[Finding]) -> LandShare:
        """Return it as it may leave the office: nothing of an internal survey, nor of an internal layer's overlap."""
        if self.internal:
            return LandShare(source=self.source, remark=_INTERNAL_SURVEY)
        kept = tuple(p for p in self.pieces if findings[p.finding].sensitivity == "public")
        if len(kept) == len(self.pieces):
            return self
        hidden = dict.fromkeys(findings[p.finding].title for p in self.pieces if p not in kept)
        told = f"{'、'.join(hidden)}为内部数据，其重叠按地类、权属的分列未输出。"
        return replace(self, pieces=kept, remark=self.remark + told)

    def as_json(self) -> dict[str, Any]:
        """Write it as contracts.md says."""
        return {
            "source": self.source, "remark": self.remark,
            "pieces": [piece.as_json() for piece in self.pieces],
        }  # fmt: skip
