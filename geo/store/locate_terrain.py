"""Forms that need the ground: slope, elevation, ridge lines, drainage basins.

What reads rasters is imported where a DEM is at hand: rasterio and scipy take half a second that a
workspace without one need not pay at every start.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import shapely

from geo.errors import HongxianError, InputError
from geo.space.shapes import buffer_m
from geo.spec import where as w
from geo.spec.layers import RasterSource
from geo.spec.vocabulary import weakest
from geo.store.located import Located, missing, union

if TYPE_CHECKING:
    from shapely import Geometry

    from geo.store.raster import Raster
    from geo.store.scope import Finder, Scope

FORMS: Final = (w.Slope, w.Elevation, w.RidgeOr, w.Basin)
DEM: Final = "dem"
BASINS: Final = "basins"
#: Half-width of the corridor that stands for a basin when neither a DEM nor a layer of basins is
#: supplied: a drawing convention, not hydrology. Metres.
CORRIDOR_M: Final = 3_000.0


def locate(form: w.Form, scope: Scope, locator: Finder) -> Located:
    """Locate one of :data:`FORMS`; a raster that cannot be used is a complaint, not a crash."""
    try:
        return _locate(form, scope, locator)
    except HongxianError as error:
        return missing(unresolved=f"高程数据无法使用：{error}")


def _locate(form: w.Form, scope: Scope, locator: Finder) -> Located:
    if isinstance(form, w.Basin):
        return _basin(form, scope, locator)
    assert isinstance(form, w.Slope | w.Elevation | w.RidgeOr)  # noqa: S101 - told by FORMS
    body = locator.within(form.of, scope)
    if body.geometry is None:
        return body
    dem = _dem(locator)
    if isinstance(form, w.RidgeOr):
        return _ridge(form, body, dem, locator)
    if dem is None:
        return replace(body, geometry=None, needs=(*body.needs, DEM))
    if _coverage(dem, body.geometry) == 0.0:
        found = "高程数据未覆盖该范围"
        return replace(body, geometry=None, unresolved=(*body.unresolved, found))
    return _resting(_terrain(form, body, dem), locator)


def _dem(locator: Finder) -> Raster | None:
    path = locator.store.raster_path(DEM)
    if path is None:
        return None
    from geo.store.raster import open_raster  # noqa: PLC0415 - see the module's text

    source = locator.store.spec.layers[DEM].source
    assert isinstance(source, RasterSource)  # noqa: S101 - it has a raster's path
    if source.measures != "elevation":
        raise InputError(f"图层 {DEM} 不是高程（measures: {source.measures}） — 请改正该图层")
    return open_raster(path, shown=Path(path.name), band=source.band)


def _resting(found: Located, locator: Finder) -> Located:
    """Say that a place rests on the DEM: it is worth no more, and stays inside where the DEM does."""
    spec = locator.store.spec.layers[DEM]
    worth = weakest(found.authority, spec.authority or "schematic")
    inside = found.internal or spec.sensitivity == "internal"
    return replace(found, authority=worth, internal=inside)


def _coverage(dem: Raster, area: Geometry) -> float:
    """Share of an area for which the DEM has heights."""
    from geo.store.raster import coverage  # noqa: PLC0415 - see the module's text

    return coverage(dem, area)


def _terrain(form: w.Slope | w.Elevation, body: Located, dem: Raster) -> Located:
    assert body.geometry is not None  # noqa: S101 - told by the caller
    from geo.store.terrain import elevation_area, slope_area  # noqa: PLC0415 - see the module's text

    try:
        if isinstance(form, w.Slope):
            area = slope_area(dem, body.geometry, lower_deg=form.slope[0], upper_deg=form.slope[1])
        else:
            bounds = form.elevation
            area = elevation_area(dem, body.geometry, above_m=bounds.above, below_m=bounds.below)
    except HongxianError as error:
        return replace(body, geometry=None, unresolved=(*body.unresolved, str(error)))
    if area.is_empty:
        return replace(
            body, geometry=None, unresolved=(*body.unresolved, "没有符合该地形条件的地面")
        )
    partly = _coverage(dem, body.geometry) < 1.0
    noted = body.noting("高程数据只覆盖部分范围") if partly else body
    worst = max(body.accuracy_m, dem.resolution_m)
    return replace(
        noted, geometry=area, authority=weakest(body.authority, "derived"), accuracy_m=worst
    )


def _ridge(form: w.RidgeOr, body: Located, dem: Raster | None, locator: Finder) -> Located:
    assert body.geometry is not None  # noqa: S101 - told by the caller
    if dem is not None and _coverage(dem, body.geometry) > 0.0:
        from geo.store.ridges import trace_ridges  # noqa: PLC0415 - see the module's text

        trace = trace_ridges(dem, body.geometry, distance_m=form.ridge_or)
        worst = max(body.accuracy_m, dem.resolution_m)
        found = replace(body.with_geometry(trace.geometry), accuracy_m=worst, authority="schematic")
        return _resting(found.noting(*trace.remarks), locator)
    area = buffer_m(body.geometry, form.ridge_or)
    remark = f"没有高程数据，未判读山脊线，按 {form.ridge_or:g} m 示意"
    return body.with_geometry(area).schematic(remark, accuracy_m=form.ridge_or)


def _basin(form: w.Basin, scope: Scope, locator: Finder) -> Located:
    """A supplied layer of basins first, then the DEM, then a corridor that says what it is."""
    if not locator.unsupplied(BASINS):
        found, open_ = locator.named(form, form.basin, scope, layer=BASINS)
        if found and not open_:
            return union(c.located() for c in found)
    rivers = locator.within(
        w.River(river=form.basin, tributaries=True, kind=form.kind, in_=form.in_),
        replace(scope, beyond=True),
    )
    if rivers.geometry is None:
        return rivers
    dem = _dem(locator)
    if dem is not None and _coverage(dem, rivers.geometry) > 0.0:
        drained = _drained(rivers, dem, others=_other_rivers(rivers.geometry, locator))
        return _resting(drained, locator)
    width = locator.store.spec.marker.around.get("basin", CORRIDOR_M)
    corridor = buffer_m(rivers.geometry, width)
    remark = f"没有高程或流域数据，以河道两侧 {width / 1000:g} km 走廊示意流域"
    return rivers.with_geometry(corridor).schematic(remark, accuracy_m=width)


def _other_rivers(own: Geometry, locator: Finder) -> Geometry | None:
    """Every river outside the network asked for: what drains to them does not drain to it."""
    rivers = locator.store.rivers
    if rivers is None:
        return None
    lines = [rivers.network.line(name) for name in rivers.accuracy]
    rest = [line for line in lines if not shapely.covers(own, line)]
    return shapely.difference(shapely.union_all(rest), own) if rest else None


def _drained(rivers: Located, dem: Raster, *, others: Geometry | None) -> Located:
    assert rivers.geometry is not None  # noqa: S101 - told by the caller
    from geo.store.basins import trace_basin  # noqa: PLC0415 - see the module's text

    try:
        trace = trace_basin(dem, rivers.geometry, others=others, accuracy_m=rivers.accuracy_m)
    except HongxianError as error:
        return replace(rivers, geometry=None, unresolved=(*rivers.unresolved, str(error)))
    worst = max(rivers.accuracy_m, trace.cell_m)
    authority = weakest(rivers.authority, "derived" if trace.complete else "schematic")
    found = replace(rivers.with_geometry(trace.geometry), authority=authority, accuracy_m=worst)
    return found.noting(*trace.remarks)
