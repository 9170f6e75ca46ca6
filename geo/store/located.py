"""A place found: geometry with its worth, its sources, and every name that stayed open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import shapely

from geo.spec.vocabulary import Authority, weakest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shapely import Geometry

Standing = Literal["located", "partly", "needs_layer", "unlocated", "unresolved"]


@dataclass(frozen=True, eq=False)
class Located:
    """Where a form lies, EPSG:4490; nothing that was named is dropped silently.

    Attributes:
        geometry: What was found, or ``None``.
        authority: The weakest of its sources.
        accuracy_m: The worst of its sources, metres.
        sources: Where the positions come from, in Chinese.
        unresolved: Names nobody knows, or that mean several things.
        needs: Layers that would have to be supplied.
        reasons: Why something cannot be placed, as the planner wrote it.
        remarks: What a reader must know (clipped away, schematic width …).
        inner: The narrower of two buffer widths, drawn but not judged by.
        internal: It rests on a layer marked 内部, so its coordinates do not leave the office.
    """

    geometry: Geometry | None
    authority: Authority = "schematic"
    accuracy_m: float = 0.0
    sources: tuple[str, ...] = ()
    unresolved: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    inner: Geometry | None = None
    internal: bool = False

    @property
    def complete(self) -> bool:
        """Tell whether everything named was found."""
        return self.geometry is not None and not (self.unresolved or self.needs or self.reasons)

    @property
    def standing(self) -> Standing:
        """Say in one word how far the place was found."""
        if self.geometry is not None:
            return "located" if self.complete else "partly"
        if self.unresolved:
            return "unresolved"
        return "needs_layer" if self.needs else "unlocated"

    def with_geometry(self, geometry: Geometry | None) -> Located:
        """Return the same findings about another geometry; an empty one counts as none."""
        empty = geometry is None or geometry.is_empty
        return replace(self, geometry=None if empty else geometry)

    def noting(self, *remarks: str) -> Located:
        """Return the same with more remarks."""
        return replace(self, remarks=_unique((*self.remarks, *remarks)))

    def schematic(self, remark: str, *, accuracy_m: float) -> Located:
        """Return the same, worth no more than a sketch of that accuracy."""
        worse = max(self.accuracy_m, accuracy_m)
        return replace(self, authority="schematic", accuracy_m=worse).noting(remark)


def missing(*, unresolved: str = "", needs: str = "", reason: str = "") -> Located:
    """Make a place that was not found, for one of three causes."""
    return Located(
        None,
        unresolved=(unresolved,) if unresolved else (),
        needs=(needs,) if needs else (),
        reasons=(reason,) if reason else (),
    )


def merged(
    parts: Iterable[Located], combine: Callable[[list[Geometry]], Geometry | None]
) -> Located:
    """Combine what several parts found; their open names are all carried along.

    ``combine`` gets the geometries of the parts that have one, in order.
    """
    whole = list(parts)
    found = [part for part in whole if part.geometry is not None]
    geometry = combine([part.geometry for part in found if part.geometry is not None])
    narrow = [part.inner for part in found if part.inner is not None]
    return Located(
        geometry=None if geometry is None or geometry.is_empty else geometry,
        authority=weakest(*(part.authority for part in found)),
        accuracy_m=max((part.accuracy_m for part in found), default=0.0),
        sources=_unique(s for part in whole for s in part.sources),
        unresolved=_unique(s for part in whole for s in part.unresolved),
        needs=_unique(s for part in whole for s in part.needs),
        reasons=_unique(s for part in whole for s in part.reasons),
        remarks=_unique(s for part in whole for s in part.remarks),
        inner=shapely.union_all(narrow) if narrow else None,
        internal=any(part.internal for part in whole),
    )


def union(parts: Iterable[Located]) -> Located:
    """Put several places together."""
    return merged(parts, lambda found: shapely.union_all(found) if found else None)


def _unique(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))
