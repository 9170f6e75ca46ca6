"""A local plane in metres: the transverse Mercator centred on what is being measured."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import shapely
from pyproj import Proj, Transformer

from geo.errors import GeometryError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Floats: TypeAlias = NDArray[np.float64]
    Geometries: TypeAlias = BaseGeometry | NDArray[np.object_]

WIDEST_DEG = 3.0
_GRID_DEG = 0.01


@dataclass(frozen=True)
class Plane:
    """A transverse Mercator on the CGCS2000 ellipsoid with scale 1 on its meridian.

    Lengths are too long by x²/2R²: 0.005 % at 64 km from the meridian, 0.02 % at 1.5° (133 km).

    Args:
        lon0: Central meridian, degrees east.
        lat0: Latitude of the origin, degrees north.

    >>> plane = Plane(112.5, 36.0)
    >>> round(plane.forward(shapely.Point(112.5, 37.0)).y, 1)  # one degree of meridian
    110968.3
    >>> back = plane.inverse(plane.forward(shapely.Point(113.0, 36.5)))
    >>> round(back.x, 12), round(back.y, 12)
    (113.0, 36.5)
    """

    lon0: float
    lat0: float

    @property
    def definition(self) -> str:
        """PROJ text of the plane."""
        return (
            f"+proj=tmerc +lat_0={float(self.lat0)!r} +lon_0={float(self.lon0)!r} +k=1 +x_0=0 +y_0=0"
            " +ellps=GRS80 +units=m"
        )

    def forward(self, geometry: Geometries) -> Any:
        """Carry CGCS2000 lon/lat geometry (or an array of them) to metres east and north."""
        return shapely.transform(geometry, self.to_metres)

    def inverse(self, geometry: Geometries) -> Any:
        """Carry geometry in metres back to CGCS2000 lon/lat."""
        return shapely.transform(geometry, self.to_degrees)

    def to_metres(self, points: Floats) -> Floats:
        """Carry an (n, 2) array of lon, lat to metres.

        Raises:
            GeometryError: A point is not finite or has no place in this plane.
        """
        return self._move(points, "FORWARD")

    def to_degrees(self, points: Floats) -> Floats:
        """Carry an (n, 2) array of metres to lon, lat.

        Raises:
            GeometryError: A point is not finite or has no place on the Earth.
        """
        return self._move(points, "INVERSE")

    def _move(self, points: Floats, direction: str) -> Floats:
        """Run PROJ one way and refuse points it cannot place."""
        if not len(points):
            return points
        x, y = _transformer(self.definition).transform(
            points[:, 0], points[:, 1], direction=direction
        )
        moved = np.column_stack([x, y])
        if not np.isfinite(moved).all():
            raise GeometryError("有坐标不是有限数或远离本地平面，无法换算为米 — 请检查坐标与坐标系")
        return moved

    def convergence_deg(self, lon: float, lat: float) -> float:
        """Tell by how many degrees grid north lies clockwise (east) of true north at a place.

        >>> round(Plane(111.0, 0.0).convergence_deg(112.5, 36.0), 3)
        0.882
        """
        return float(Proj(self.definition).get_factors(lon, lat).meridian_convergence)

    def scale(self, lon: float, lat: float) -> float:
        """Tell how many metres of this plane stand for one metre on the ellipsoid at a place.

        >>> round(Plane(111.0, 0.0).scale(112.5, 36.0), 6)
        1.000225
        """
        return float(Proj(self.definition).get_factors(lon, lat).meridional_scale)


@lru_cache(maxsize=4096)
def _transformer(definition: str) -> Transformer:
    """Make PROJ's transformer once; it may be shared between threads."""
    steps = "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step "
    return Transformer.from_pipeline(steps + definition)


def plane_at(lon: float, lat: float) -> Plane:
    """Make the plane of a position, its origin rounded to 1/100° so that neighbours share it.

    >>> plane_at(112.504, 36.0)
    Plane(lon0=112.5, lat0=36.0)
    """
    return Plane(*(round(round(value / _GRID_DEG) * _GRID_DEG, 2) for value in (lon, lat)))


def local_plane(geometry: Geometries) -> Plane:
    """Make the plane centred on a geometry (or an array of them).

    Anything wider than 3° of longitude is refused rather than measured badly: cut it first, as
    `geo.space.shapes.buffer_m` does by itself.

    Args:
        geometry: CGCS2000 lon/lat in degrees.

    Raises:
        GeometryError: It is empty, not finite, not in degrees, or wider than 3°.

    >>> local_plane(shapely.box(112, 36, 113, 37))
    Plane(lon0=112.5, lat0=36.5)
    """
    west, south, east, north = (float(value) for value in shapely.total_bounds(geometry))
    if not np.isfinite([west, south, east, north]).all():
        raise GeometryError("几何为空或坐标不是有限数，无法建立本地平面 — 请检查输入")
    if west < -180 or east > 180 or south < -90 or north > 90:  # noqa: PLR2004
        raise GeometryError("坐标超出经纬度范围 — 请先把平面坐标转换为 CGCS2000 经纬度")
    if east - west > WIDEST_DEG:
        raise GeometryError(
            f"几何东西跨 {east - west:.1f}°，超过单个平面可用的 {WIDEST_DEG:g}° — 请分段处理"
        )
    return plane_at((west + east) / 2, (south + north) / 2)
