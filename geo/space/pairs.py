"""What an overlay tells: the sites and zones that meet, one row per pair."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Objects: TypeAlias = NDArray[np.object_]
    Index: TypeAlias = NDArray[np.intp]

RELATIONS = ("inside", "overlaps", "touches")
INSIDE, OVERLAPS, TOUCHES = range(3)


@dataclass(frozen=True, eq=False)
class Spans:
    """From where to where lines run inside zones, border included: any number of rows per pair, in order of chainage.

    Chainage as in `geo.space.chainage`, parts following one another; no span runs from one part into the next. A line that runs
    over itself is told every time it comes by. A pair that merely touches has none.

    Args:
        pair: Position among the pairs, ascending.
        from_m: Metres from the line's start where it enters.
        to_m: Metres where it leaves.
    """

    pair: Index
    from_m: Floats
    to_m: Floats

    @classmethod
    def of_each(cls, told: Sequence[Sequence[tuple[float, float]]]) -> Spans:
        """Put together what is told of one pair after another.

        >>> Spans.of_each([[(0.0, 10.0), (20.0, 25.0)], [], [(3.0, 4.0)]]).pair.tolist()
        [0, 0, 2]
        """
        pair = np.repeat(np.arange(len(told)), [len(spans) for spans in told]).astype(np.intp)
        ends = np.array([span for spans in told for span in spans], dtype=float).reshape(-1, 2)
        return cls(pair, ends[:, 0], ends[:, 1])

    def of(self, at: int) -> tuple[tuple[float, float], ...]:
        """Give those of one pair.

        >>> Spans.of_each([[], [(3.0, 4.0)]]).of(1)
        ((3.0, 4.0),)
        """
        rows = slice(*np.searchsorted(self.pair, [at, at + 1]))
        return tuple(zip(self.from_m[rows].tolist(), self.to_m[rows].tolist(), strict=True))

    def take(self, rows: Index) -> Spans:
        """Give those of some pairs, which are counted anew."""
        ends = np.searchsorted(self.pair, np.stack([rows, rows + 1]))
        count = ends[1] - ends[0]
        pair = np.repeat(np.arange(len(rows)), count)
        which = np.arange(len(pair)) + np.repeat(ends[0] - (np.cumsum(count) - count), count)
        return Spans(pair, self.from_m[which], self.to_m[which])


@dataclass(frozen=True, eq=False)
class Pairs:
    """The sites and zones that meet, one row per pair, ordered by site and zone.

    Args:
        site: Position of the site in the array given.
        zone: Position of the zone.
        relation: Index into `RELATIONS`: the site lies inside the zone, overlaps it, or only touches.
        overlap_m2: Ellipsoidal area in common, m²; NaN unless both are polygons.
        length_m: Geodesic length in common, m; NaN unless one is a line and the other no point. Of a line that runs
            over itself every metre walked counts.
        share: Part of the site that is in the zone, 0 to 1, by area or length; NaN for points and
            where a polygon meets a line.
        shapes: What they have in common, lon/lat; None unless asked for.
        spans: From where to where lines run inside; None unless asked for.
    """

    site: Index
    zone: Index
    relation: NDArray[np.int8]
    overlap_m2: Floats
    length_m: Floats
    share: Floats
    shapes: Objects | None = None
    spans: Spans | None = None

    def __len__(self) -> int:
        """Count the pairs."""
        return len(self.site)

    @property
    def relation_names(self) -> NDArray[np.str_]:
        """The relations in words."""
        return np.array(RELATIONS)[self.relation]

    def take(self, rows: NDArray[np.bool_] | Index) -> Pairs:
        """Give some of the pairs, by position or flag."""
        at = np.arange(len(self))[rows]
        told: dict[str, Any] = {
            field.name: column[at]
            for field in fields(self)
            if isinstance(column := getattr(self, field.name), np.ndarray)
        }
        return Pairs(**told, spans=None if self.spans is None else self.spans.take(at))

    def ordered(self) -> Pairs:
        """Give them by site and zone."""
        return self.take(np.lexsort((self.zone, self.site)))


def joined(parts: Sequence[Pairs]) -> Pairs:
    """Put pairs one behind the other; all must have been asked for the same.

    >>> none = np.zeros(0)
    >>> empty = Pairs(*(none.astype(int),) * 3, none, none, none)
    >>> len(joined([empty, empty]))
    0
    """
    told: dict[str, Any] = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(Pairs)
        if isinstance(getattr(parts[0], field.name), np.ndarray)
    }
    spans = [part.spans for part in parts if part.spans is not None]
    if len(spans) == len(parts):
        before = np.cumsum([0, *map(len, parts)])
        told["spans"] = Spans(
            np.concatenate([own.pair + by for own, by in zip(spans, before, strict=False)]),
            np.concatenate([own.from_m for own in spans]),
            np.concatenate([own.to_m for own in spans]),
        )
    return Pairs(**told)
