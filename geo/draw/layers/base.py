"""The ground under a map: its territory, the neighbours, borders by rank, and where it lies."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import shapely

from geo.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.draw.plane import Plane
    from geo.store.boundaries import Boundaries, Level

    Outline = Level | Literal["page"]

#: Borders of two ranks that run within this of each other are one border, drawn once, metres.
_SAME_BORDER_M: Final = 60.0
#: Detail of the locator's outlines, degrees (about a kilometre).
_LOCATOR_DETAIL: Final = 0.008


@dataclass(frozen=True, eq=False)
class Neighbour:
    """An area beside the territory, in the sheet's plane."""

    name: str
    plane: Geometry


@dataclass(frozen=True, eq=False)
class Pane:
    """One small map of the locator: an area, its parts, and the part that matters (EPSG:4490)."""

    title: str
    area: Geometry
    parts: NDArray[Any]
    chosen: Geometry


@dataclass(frozen=True, eq=False)
class Base:
    """What a map is about.

    Attributes:
        territory: The area in the sheet's plane; ``lonlat`` is the same in EPSG:4490.
        level: Its rank, or that of what it is a part of.
        outline: How its outline is drawn: as a boundary of its rank, or as the edge of a page (``page``)
            where it is none.
        home: What the map or series as a whole is about, in the plane.
        panes: The locator, from the widest area to the narrowest.
    """

    name: str
    adcodes: tuple[str, ...]
    level: Level
    lonlat: Geometry
    territory: Geometry
    panes: tuple[Pane, ...]
    credit: str
    outline: Outline
    home: Geometry


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What shows around and within the territory, in the sheet's plane.

    Attributes:
        borders: Lines by rank, each border once and with its highest rank.
    """

    neighbours: tuple[Neighbour, ...] = ()
    borders: Mapping[Level, Geometry] = field(default_factory=dict)


def base_of(boundaries: Boundaries, adcodes: tuple[str, ...], *, plane: Plane) -> Base:
    """Collect what a map is about.

    Args:
        boundaries: The administrative areas.
        adcodes: What the map is about.
        plane: The sheet's plane.

    Raises:
        UsageError: An adcode is unknown, or there is none.
    """
    if not adcodes:
        raise UsageError("制图范围没有行政区划代码 — 请在 workspace.yml 写 jurisdictions")
    lonlat = boundaries.territory(adcodes)
    level, flat = boundaries.level(adcodes[0]), plane.geometry(lonlat)
    return Base(
        name="、".join(boundaries.name(code) for code in adcodes), adcodes=adcodes, level=level,
        lonlat=lonlat, territory=flat, panes=_panes(boundaries, adcodes), credit=boundaries.credit,
        outline=level, home=flat,
    )  # fmt: skip


def focused(
    base: Base, boundaries: Boundaries, lonlat: Geometry, adcode: str, *, plane: Plane
) -> Base:
    """Return the ground of one page of a series: the page's own area is what it is about.

    A point or a line has no area; its page stays about the whole territory. An area that is no
    administrative one (a cell around a township's seat) is not outlined as if it were.
    """
    if shapely.get_dimensions(lonlat) < 2:  # noqa: PLR2004
        return base
    if adcode in boundaries and _same(boundaries.area(adcode), lonlat):
        return base_of(boundaries, (adcode,), plane=plane)
    return replace(base, lonlat=lonlat, territory=plane.geometry(lonlat), outline="page")


def _same(one: Geometry, other: Geometry) -> bool:
    """Tell whether two areas are one, give or take a hundredth."""
    shared = shapely.area(shapely.intersection(one, other))
    return bool(shared >= 0.99 * max(shapely.area(one), shapely.area(other)))


def surroundings_of(
    boundaries: Boundaries, adcodes: tuple[str, ...], *, near: Geometry, plane: Plane,
    level: Level = "county",
) -> Surroundings:  # fmt: skip
    """Collect the counties (or cities) that show in an area (EPSG:4490): neighbours and borders by rank."""
    around = boundaries.touching(near, level=level)
    codes = around["adcode"].to_numpy(str)
    flat = np.asarray(plane.geometry(np.asarray(around.geometry.array, dtype=object)), dtype=object)
    outside = ~np.array([_within(code, adcodes) for code in codes], dtype=bool)
    return Surroundings(_neighbours(around[outside], flat[outside]), _borders(codes, flat))


def _within(code: str, adcodes: tuple[str, ...]) -> bool:
    return any(code.startswith(a.removesuffix("00").removesuffix("00")) for a in adcodes)


def _neighbours(rows: GeoDataFrame, flat: NDArray[Any]) -> tuple[Neighbour, ...]:
    return tuple(Neighbour(str(n), g) for n, g in zip(rows["name"], flat, strict=True))


def _borders(codes: NDArray[Any], flat: NDArray[Any]) -> dict[Level, Geometry]:
    """Dissolve counties into cities and provinces; a border keeps its highest rank only."""
    found: dict[Level, Geometry] = {}
    higher = shapely.GeometryCollection()
    levels: tuple[tuple[Level, int], ...] = (("province", 2), ("city", 4), ("county", 6))
    for level, digits in levels:
        stems = np.array([code.removesuffix("00")[:digits] for code in codes])
        areas = [shapely.union_all(flat[stems == stem]) for stem in sorted(set(stems))]
        lines = shapely.union_all([shapely.boundary(area) for area in areas])
        own = shapely.difference(lines, shapely.buffer(higher, _SAME_BORDER_M, quad_segs=1))
        found[level] = own
        higher = shapely.geometrycollections([*shapely.get_parts(higher), *shapely.get_parts(own)])
    return found


@lru_cache(maxsize=64)
def _panes(boundaries: Boundaries, adcodes: tuple[str, ...]) -> tuple[Pane, ...]:
    """Show the city in its province, and the county in its city; once for all pages of a series."""
    chosen = boundaries.territory(adcodes)
    province, city = adcodes[0][:2] + "0000", adcodes[0][:4] + "00"
    level = boundaries.level(adcodes[0])
    if level == "province" or province not in boundaries:
        return ()
    in_city = city in boundaries and len({a[:4] for a in adcodes}) == 1
    outer = boundaries.area(city) if level == "county" and in_city else chosen
    panes = [_pane(boundaries, province, "city", outer)]
    if level == "county" and in_city:
        panes.append(_pane(boundaries, city, "county", chosen))
    return tuple(panes)


def _pane(boundaries: Boundaries, adcode: str, parts: Level, chosen: Geometry) -> Pane:
    stem = adcode.removesuffix("00").removesuffix("00")
    rows = boundaries.frame
    rows = rows[(rows["level"] == parts) & rows["adcode"].str.startswith(stem)]
    if rows.empty:
        rows = boundaries.frame[boundaries.frame["adcode"] == adcode]
    detail = _LOCATOR_DETAIL if parts == "city" else _LOCATOR_DETAIL / 3.0
    geometry = shapely.simplify(np.asarray(rows.geometry.array, dtype=object), detail)
    area = shapely.simplify(boundaries.area(adcode), detail)
    return Pane(boundaries.name(adcode), area, geometry, shapely.simplify(chosen, detail))
