"""Where a footprint lies: its counties with their shares, and the basins they drain to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.check.law import Place
from geo.findings import District
from geo.space.measure import area_m2, length_m
from geo.store.boundaries import ACCURACY_M

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.check.screen import Footprint
    from geo.store.boundaries import Boundaries

_AREA, _LINE = 2, 1


def districts_of(site: Geometry, boundaries: Boundaries) -> tuple[District, ...]:
    """List the counties a footprint (EPSG:4490) lies in, the largest share first.

    Shares add up to less than 1 when part of it lies in no county of the boundary data.

    >>> from geo.store.boundaries import published
    >>> districts_of(shapely.box(112.80, 36.35, 112.81, 36.36), published())
    (District(adcode='140405', name='屯留区', share=1.0),)
    >>> districts_of(shapely.Point(150.0, 20.0), published())
    ()
    """
    counties = boundaries.touching(site)
    shapes = np.asarray(counties.geometry.array, dtype=object)
    names = zip(counties["adcode"], counties["name"], strict=True)
    return districts_among(site, shapes, [(str(code), str(name)) for code, name in names])


def districts_among(
    site: Geometry, counties: NDArray[np.object_], names: Sequence[tuple[str, str]]
) -> tuple[District, ...]:
    """List how a footprint lies in the counties it meets (geometry; adcode and name), as `districts_of`."""
    dimension = int(shapely.get_dimensions(site))
    measure = {_AREA: area_m2, _LINE: length_m}.get(dimension, shapely.get_num_geometries)
    whole = float(measure(site))
    inside = shapely.intersection(counties, site)
    shares = [float(measure(part)) / whole for part in inside]
    found = [
        District(code, name, min(share, 1.0))
        for (code, name), share in zip(names, shares, strict=True)
        if share > 0
    ]
    return tuple(sorted(found, key=lambda district: (-district.share, district.adcode)))


def place_of(districts: tuple[District, ...], basins: Mapping[str, tuple[str, ...]]) -> Place:
    """Say what law asks of a place, from ``basins`` of ``workspace.yml`` (name → adcodes).

    >>> place_of((District("140405", "屯留区", 1.0),), {"海河": ("140400",), "黄河": ("141000",)})
    Place(adcodes=('140405',), basins=('海河',), basins_known=True)
    >>> place_of((District("330106", "西湖区", 1.0),), {}).basins_known
    False
    """
    codes = tuple(district.adcode for district in districts)
    found = {
        name: [c for c in codes if any(c.startswith(_stem(area)) for area in areas)]
        for name, areas in basins.items()
    }
    known = bool(codes) and all(any(code in held for held in found.values()) for code in codes)
    return Place(codes, tuple(name for name, held in found.items() if held), known)


def near_border(site: Footprint, boundaries: Boundaries) -> bool:
    """Tell whether the county a footprint lies in could be another, the published border being generalised.

    Borders an office supplied itself are taken as they are.
    """
    west, south, east, north = shapely.bounds(site.flat)
    around = shapely.box(
        west - ACCURACY_M, south - ACCURACY_M, east + ACCURACY_M, north + ACCURACY_M
    )
    beside = set(boundaries.touching(site.plane.inverse(around))["adcode"])
    return len(beside) > 1 and not beside <= boundaries.own


def _stem(adcode: str) -> str:
    """Leave off the zeros that make a county's code out of a city's or province's."""
    return adcode.removesuffix("00").removesuffix("00")
