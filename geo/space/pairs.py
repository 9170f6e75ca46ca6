"""What an overlay tells: the sites and zones that meet, one row per pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Objects: TypeAlias = NDArray[np.object_]
    Index: TypeAlias = NDArray[np.intp]

RELATIONS = ("inside", "overlaps", "touches")
INSIDE, OVERLAPS, TOUCHES = range(3)


@dataclass(frozen=True, eq=False)
class Pairs:
    """The sites and zones that meet, one row per pair, ordered by site and zone.

    Args:
        site: Position of the site in the array given.
        zone: Position of the zone.
        relation: Index into `RELATIONS`: the site lies inside the zone, overlaps it, or only touches.
        overlap_m2: Ellipsoidal area in common, m²; NaN unless both are polygons.
        length_m: Geodesic length in common, m; NaN unless one is a line and the other no point.
        share: Part of the site that is in the zone, 0 to 1, by area or length; NaN for points and
            where a polygon meets a line.
        shapes: What they have in common, lon/lat; None unless asked for.
    """

    site: Index
    zone: Index
    relation: NDArray[np.int8]
    overlap_m2: Floats
    length_m: Floats
    share: Floats
    shapes: Objects | None = None

    def __len__(self) -> int:
        """Count the pairs."""
        return len(self.site)

    @property
    def relation_names(self) -> NDArray[np.str_]:
        """The relations in words."""
        return np.array(RELATIONS)[self.relation]
