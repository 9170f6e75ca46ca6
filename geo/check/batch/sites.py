"""The sites of a batch: their shapes together, and one by one where a single check's function is asked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import shapely

from geo.check.screen import Footprint, footprint
from geo.space.ellipsoid import SEMI_MAJOR_M
from geo.space.overlay_ready import Ready
from geo.space.plane import WIDEST_DEG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.sites.site import Site

    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]
    Index: TypeAlias = NDArray[np.intp]
    Objects: TypeAlias = NDArray[np.object_]

_METRES_PER_DEGREE: Final = 112_000.0
_SLACK: Final = 1e-3
_HAIR_M: Final = 0.01


@dataclass(frozen=True, eq=False)
class Batch:
    """Sites that are checked together.

    Attributes:
        shapes: Their geometry, EPSG:4490.
        accuracy_m: How far each may lie elsewhere.
        bow_m: How far its edges may lie from where another model of an edge has them.
        footprints: The same one by one, planes made when asked for.
    """

    shapes: Objects
    accuracy_m: Floats
    bow_m: Floats
    footprints: tuple[Footprint, ...]

    def __len__(self) -> int:
        """Count the sites."""
        return len(self.shapes)

    @cached_property
    def kinds(self) -> tuple[tuple[Index, Ready], ...]:
        """Points, lines and areas apart, with their positions: ready for the overlay with one layer after another."""
        kinds = shapely.get_dimensions(self.shapes)
        rows = [np.flatnonzero(kinds == kind) for kind in np.unique(kinds)]
        return tuple((which, Ready(self.shapes[which])) for which in rows)


def batch_of(sites: Sequence[Site]) -> Batch:
    """Put sites together.

    Raises:
        GeometryError: One cannot be measured.
    """
    shapes = np.array([site.geometry for site in sites], dtype=object)
    west, south, east, north = shapely.bounds(shapes).T
    whole = np.isfinite([west, south, east, north]).all(axis=0)
    fits = (west >= -180) & (east <= 180) & (south >= -90) & (north <= 90)  # noqa: PLR2004
    for at in np.flatnonzero(~(whole & fits & (east - west <= WIDEST_DEG))):
        footprint(shapes[at], accuracy_m=0.0)  # says what is wrong
    accuracy = np.array([site.accuracy_m + site.crs.accuracy_m for site in sites])
    prints = tuple(Footprint(s, float(a)) for s, a in zip(shapes, accuracy, strict=True))
    return Batch(shapes, accuracy, bow_m(shapes), prints)


def bow_m(shapes: Objects) -> Floats:
    """Bound how far two models of an edge part, metres: the versed sine of its arc, twice over for any latitude.

    >>> bow_m(np.array([shapely.LineString([(112, 36), (112.1, 36)]), shapely.Point(112, 36)])).round(2).tolist()
    [9.84, 0.01]
    """
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    longest = np.zeros(len(shapes))
    same = owner[1:] == owner[:-1]
    np.maximum.at(longest, owner[1:][same], np.abs(np.diff(points, axis=0)).max(axis=1)[same])
    return np.asarray((longest * _METRES_PER_DEGREE) ** 2 / (2 * SEMI_MAJOR_M) + _HAIR_M)


def doubtful(distance_m: Floats, limit_m: Floats | float, bow: Floats | float) -> Flags:
    """Tell of geodesic distances whether those of a local plane may lie on the other side of a limit.

    The scale of a local plane is off by 2e-4 at most (`geo.space.plane`); edges bow.
    """
    return np.asarray(np.abs(distance_m - limit_m) <= slack_m(distance_m, bow))


def slack_m(distance_m: Floats | float, bow: Floats | float) -> Floats:
    """Bound how far a geodesic distance and one of a local plane part."""
    return np.asarray(_SLACK * distance_m + 2 * bow)
