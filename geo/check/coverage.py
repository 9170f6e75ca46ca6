"""What became of asking a layer at a site: ``没有重叠`` and ``没有数据`` are different answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import shapely

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from shapely import Geometry

    from geo.findings import Letter
    from geo.spec.vocabulary import State
    from geo.store.layers import LayerTable


@dataclass(frozen=True, eq=False)
class Standing:
    """A layer and its state at one site on one day."""

    table: LayerTable
    state: State
    reason: str = ""

    def answers_for(self, kind: str) -> bool:
        """Tell whether the layer can say "nothing here" about a kind, where it covers."""
        whole = self.state in ("ok", "partial_coverage") and not gaps(self.table)
        return (
            whole and kind in self.table.spec.zone_kinds and self.table.spec.authority == "official"
        )


#: How much of a site a layer's coverage holds.
Held = Literal["whole", "part", "none"]


_PARTLY: Final[dict[Held, tuple[State, str]]] = {
    "part": ("partial_coverage", "用地只有一部分在其覆盖范围内"),
    "none": ("outside_coverage", "用地不在其覆盖范围内"),
}


def standing(table: LayerTable, site: Geometry, *, day: date) -> Standing:
    """Find the state of a layer at a site (EPSG:4490) on a day."""
    return standing_where(table, lambda: _held(table, site), day=day)


def _held(table: LayerTable, site: Geometry) -> Held:
    if shapely.covers(table.coverage, site):
        return "whole"
    partly = shapely.intersects(table.coverage, site) and not shapely.touches(table.coverage, site)
    return "part" if partly else "none"


def standing_where(table: LayerTable, held: Callable[[], Held], *, day: date) -> Standing:
    """Find the state of a layer on a day where its coverage holds so much of a site (asked if it matters)."""
    state = table.state_at(day)
    if state == "stale":
        ended = table.spec.valid_until
        why = f"有效期至 {ended}" if ended and ended.last < day else "已超过声明的时效"
        return Standing(table, state, f"数据日期 {table.spec.as_of}，{why}")
    if state != "ok":
        return Standing(table, state, table.reason)
    if table.coverage is None:
        return Standing(table, "outside_coverage", "图层没有声明覆盖范围")
    much = held()
    if much != "whole":
        return Standing(table, *_PARTLY[much])
    if found := gaps(table):
        return Standing(table, "partial_coverage", found)
    return Standing(table, "ok")


def gaps(table: LayerTable) -> str:
    """Return the loader's remark about features without a place; they may lie anywhere."""
    return next((remark for remark in table.remarks if "没有坐标" in remark), "")


def settled(kind: str, standings: Iterable[Standing], site: Geometry) -> bool:
    """Tell whether official, current data together cover the site for one kind."""
    return bool(shapely.covers(answered_ground(kind, standings), site))


def answered_ground(kind: str, standings: Iterable[Standing]) -> Geometry:
    """Join the areas for which official, current data can say "nothing here" about a kind."""
    areas = [s.table.coverage for s in standings if s.answers_for(kind)]
    return shapely.union_all([area for area in areas if area is not None])


@dataclass(frozen=True)
class Settlement:
    """Which kinds are answered for at a site, and by which letters."""

    kinds: frozenset[str]
    letters: dict[str, Letter]


def settlement(
    kinds: Iterable[str],
    standings: Iterable[Standing],
    site: Geometry,
    *,
    letters: dict[str, Letter],
) -> Settlement:
    """Find which kinds official data or letters (by kind) answer for."""
    asked = tuple(standings)
    by_data = {kind for kind in kinds if settled(kind, asked, site)}
    return Settlement(frozenset(by_data | set(letters)), letters)
