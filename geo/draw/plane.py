"""The plane a sheet is drawn in: a 3° Gauss–Krüger zone where one serves, else a local meridian."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pyproj import CRS, Proj

from geo.space.crs import WORKING, Transformation, describe, gauss_kruger, transformer

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from shapely import Geometry

#: A zone serves while the extent stays this near its meridian, degrees; the scale error is then
#: below 0.06 % (cos²φ·Δλ²/2), a fifth of a millimetre over an A3 sheet.
_REACH: Final = 2.0
_ORIGIN: Final = "Longitude of natural origin"
_TEMPLATE: Final = 4545
_ONLY_OF_THE_TEMPLATE: Final = ("id", "scope", "area", "bbox", "usages")


@dataclass(frozen=True)
class Plane:
    """A transverse Mercator plane of CGCS2000, metres east and north."""

    crs: str
    words: str
    meridian: float

    @cached_property
    def _out(self) -> Transformation:
        return transformer(WORKING, self.crs)

    @cached_property
    def _back(self) -> Transformation:
        return transformer(self.crs, WORKING)

    @cached_property
    def _proj(self) -> Proj:
        return Proj(CRS.from_user_input(self.crs))

    def forward(
        self, lon: ArrayLike, lat: ArrayLike
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Turn degrees into metres east and north."""
        return self._out(lon, lat)

    def inverse(
        self, x: ArrayLike, y: ArrayLike
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Turn metres east and north into degrees."""
        return self._back(x, y)

    def geometry(self, lonlat: Any) -> Any:
        """Move a geometry, or an array of them, from EPSG:4490 to the plane."""
        return self._out.geometry(lonlat)

    def convergence_deg(self, lon: float, lat: float) -> float:
        """Angle from true north to grid north at a place, degrees clockwise.

        Positive east of the central meridian. Source: PROJ, ``proj_factors``.
        """
        return float(self._proj.get_factors(lon, lat).meridian_convergence)


def plane_for(lonlat: Geometry) -> Plane:
    """Choose the plane for an extent (EPSG:4490).

    >>> import shapely
    >>> plane_for(shapely.box(112.6, 36.1, 113.0, 36.5)).words
    'CGCS2000 3度带（中央经线114°E，无带号）'
    >>> plane_for(shapely.box(108.9, 34.5, 114.5, 40.7)).words
    'CGCS2000 横轴墨卡托（自定义中央经线111°42′E）'
    """
    west, _, east, _ = lonlat.bounds
    centre = (west + east) / 2.0
    code = gauss_kruger(centre)
    meridian = _meridian(code)
    if max(abs(west - meridian), abs(east - meridian)) <= _REACH:
        return Plane(f"EPSG:{code}", describe(code), meridian)
    own = round(centre * 10.0) / 10.0
    minutes = round(own * 60.0)
    words = f"CGCS2000 横轴墨卡托（自定义中央经线{minutes // 60}°{minutes % 60:02d}′E）"
    return Plane(_local_wkt(own), words, own)


def _meridian(code: int) -> float:
    operation = CRS.from_epsg(code).coordinate_operation
    values = {p.name: p.value for p in operation.params} if operation else {}
    return float(values[_ORIGIN])


def _local_wkt(meridian: float) -> str:
    """Describe a plane like a Gauss–Krüger zone of CGCS2000 with another central meridian."""
    definition = CRS.from_epsg(_TEMPLATE).to_json_dict()
    kept = {k: v for k, v in definition.items() if k not in _ONLY_OF_THE_TEMPLATE}
    kept["name"] = f"CGCS2000 / TM {meridian:g}E"
    kept["conversion"] = {
        "name": kept["name"],
        "method": definition["conversion"]["method"],
        "parameters": [
            {**p, "value": meridian} if p["name"] == _ORIGIN else p
            for p in definition["conversion"]["parameters"]
        ],
    }
    return str(CRS.from_json_dict(kept).to_wkt())
