"""The nearest point of a geodesic edge to a point, for whole arrays of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from pyproj import Geod

from geo.space.ellipsoid import INVERSE_FLATTENING, SEMI_MAJOR_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

GEOD: Final = Geod(a=SEMI_MAJOR_M, rf=INVERSE_FLATTENING)
_RADIUS_M: Final = 6_371_000.0
_CLOSE_M: Final = 1e-3
_STEPS: Final = 12


def feet_on(points: Floats, begin: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Give the nearest points of geodesic edges to points, and how far they are in metres.

    From a place on the edge the foot is estimated on a sphere, tan(s/R) = tan(d/R) cos A with A between edge
    and sight; from there again, until it stays within a millimetre, which leaves the distance itself right to
    its rounding, some 1e-8 m (Baselga & Martínez-Llario 2018, *Intersection and point-to-line solutions for
    geodesics on the ellipsoid*, Stud. Geophys. Geod. 62). Beyond an end the foot is the end.

    Args:
        points: (n, 2) lon/lat.
        begin: First ends of the edges.
        end: Their other ends; the same as `begin` for a point.

    >>> at = np.array([[112.5, 36.01]])
    >>> foot, gap = feet_on(at, np.array([[112.0, 36.0]]), np.array([[113.0, 36.0]]))
    >>> foot.round(4).tolist(), gap.round(3).tolist()  # the geodesic runs 115 m north of the parallel
    ([[112.5, 36.001]], [993.968])
    """
    heading, _, length = GEOD.inv(begin[:, 0], begin[:, 1], end[:, 0], end[:, 1])
    along = np.zeros(len(points))
    foot = begin.copy()
    azimuth = np.array(heading)
    moving = np.flatnonzero(length > 0)
    for _ in range(_STEPS):
        if not len(moving):
            break
        here, seen, start = foot[moving], points[moving], begin[moving]
        sight, _, distance = GEOD.inv(here[:, 0], here[:, 1], seen[:, 0], seen[:, 1])
        angle = np.radians(sight - azimuth[moving])
        arc = distance / _RADIUS_M
        step = _RADIUS_M * np.arctan2(np.sin(arc) * np.cos(angle), np.cos(arc))
        to = np.clip(along[moving] + step, 0.0, length[moving])
        moved = np.abs(to - along[moving])
        along[moving] = to
        lon, lat, back = GEOD.fwd(start[:, 0], start[:, 1], heading[moving], to)
        foot[moving] = np.column_stack([lon, lat])
        azimuth[moving] = np.asarray(back) + 180.0
        moving = moving[moved > _CLOSE_M]
    ends = along >= length
    foot[ends] = end[ends]
    still = along <= 0.0
    foot[still] = begin[still]
    gap = np.asarray(GEOD.inv(points[:, 0], points[:, 1], foot[:, 0], foot[:, 1])[2])
    return foot, gap
