"""A raster behind a map, sampled in the sheet's plane: tints of elevation, a shaded relief, or land cover."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geo.draw.layers.classing import SymbolClass
from geo.draw.layers.cover import classed, nearest_cells
from geo.draw.layers.drawn import NOTHING_HERE, Skipped
from geo.draw.symbols.ink import Ink
from geo.draw.symbols.palette import rgb
from geo.errors import HongxianError
from geo.space.crs import WORKING, transformer
from geo.spec.layers import RasterSource
from geo.spec.vocabulary import STATE_ZH

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from rasterio.windows import Window as Cells

    from geo.draw.plane import Plane
    from geo.spec.maps import DrawTerrain
    from geo.store.raster import Raster
    from geo.store.store import Store

Floats = Any
RELIEF: Final = "地形"
#: Cells of the picture per side at most, and of the raster read for it.
_SIDE: Final = 900
_READ: Final = 1600
_STEPS_M: Final = (10, 20, 25, 50, 100, 200, 250, 500, 1000)
_CLASSES: Final = 7
#: Low green over yellow to high brown, light enough for letters on top.
_TINTS: Final = (
    "#dcebcf",
    "#eef2d2",
    "#f6efc9",
    "#f2e0b4",
    "#e8cc9f",
    "#dab98f",
    "#cba683",
    "#bd9679",
)
#: Light from the north-west, 45° high, as is usual on maps.
_AZIMUTH: Final = np.radians(315.0)
_HEIGHT: Final = np.radians(45.0)


@dataclass(frozen=True, eq=False)
class Backdrop:
    """A picture that fills the map's frame, with its legend and its source."""

    title: str
    picture: NDArray[np.uint8]
    classes: tuple[SymbolClass, ...]
    in_legend: bool
    credit: str
    as_of: str
    schematic: bool
    head: str = RELIEF
    """Under which words its classes stand in the legend."""


def backdrop(
    item: DrawTerrain, store: Store, *, plane: Plane, window: tuple[float, float, float, float]
) -> Backdrop | Skipped:
    """Sample a raster layer over a window of the plane; what cannot be read is skipped with its reason.

    Args:
        item: The entry of the map.
        store: Where the layer is declared.
        plane: The sheet's plane.
        window: West, south, east, north of the map's frame, metres.
    """
    table = store.layer(item.terrain)
    title = item.title or table.spec.title
    path = store.raster_path(item.terrain) if table.state == "ok" else None
    if path is None:
        return Skipped(title, STATE_ZH[table.state].removesuffix("数据"), table.reason)
    source = table.spec.source
    assert isinstance(source, RasterSource)  # noqa: S101 - it has a raster's path
    cover = source.measures == "land_cover"
    # rasterio takes a fifth of a second to load; most sheets have no raster.
    from geo.store.raster import open_raster  # noqa: PLC0415

    try:
        raster = open_raster(path, shown=Path(path.name), band=source.band)
        heights = _sampled(raster, plane, window, smooth=not cover)
    except HongxianError as error:
        return Skipped(title, STATE_ZH["unreadable"], str(error))
    if not np.isfinite(heights).any():
        return Skipped(title, NOTHING_HERE)
    cell_m = (window[2] - window[0]) / heights.shape[1]
    spec = table.spec
    if cover:
        picture, classes = classed(heights, spec.style)
    else:
        picture, classes = (_shaded if item.style == "shade" else _tinted)(heights, cell_m)
    return Backdrop(
        title, picture, classes, item.legend, spec.provider or "", str(spec.as_of or ""),
        spec.authority == "schematic", title if cover else RELIEF,
    )  # fmt: skip


def _sampled(
    raster: Raster, plane: Plane, window: tuple[float, float, float, float], *, smooth: bool
) -> Floats:
    """Return values on a grid over the window, north first; NaN where nobody knows.

    Heights are blended, codes are not: there the commonest or the very cell is taken.
    """
    from rasterio.enums import Resampling  # noqa: PLC0415 - as in backdrop

    wide, tall = window[2] - window[0], window[3] - window[1]
    cell = max(wide, tall) / _SIDE
    xs = np.arange(window[0] + cell / 2, window[2], cell)
    ys = np.arange(window[3] - cell / 2, window[1], -cell)
    grid_x, grid_y = np.meshgrid(xs, ys)
    lon, lat = plane.inverse(grid_x.ravel(), grid_y.ravel())
    with raster.opened() as source:
        x, y = transformer(WORKING, source.crs.to_wkt())(lon, lat)
        part = _part(source, x, y)
        if part is None:
            return np.full(grid_x.shape, np.nan)
        shape = tuple(min(int(n), _READ) for n in (part.height, part.width))
        how = Resampling.nearest if smooth else Resampling.mode
        read = source.read(raster.band, window=part, out_shape=shape, masked=True, resampling=how)
        heights = np.ma.filled(read.astype(float), np.nan)
        columns, rows = _cells(source, x, y)
    rows = (rows - part.row_off) * shape[0] / part.height
    columns = (columns - part.col_off) * shape[1] / part.width
    if not smooth:
        return nearest_cells(heights, rows, columns).reshape(grid_x.shape)
    # scipy.ndimage takes a third of a second to load; most sheets have no relief.
    from scipy.ndimage import map_coordinates  # noqa: PLC0415

    at = [rows - 0.5, columns - 0.5]
    found = map_coordinates(heights, at, order=1, mode="constant", cval=np.nan)
    return np.asarray(found).reshape(grid_x.shape)


def _part(source: Any, x: Floats, y: Floats) -> Cells | None:
    """Return the cells that hold all points, as far as the raster reaches."""
    from rasterio.windows import Window as Cells  # noqa: PLC0415 - as in backdrop

    columns, rows = _cells(source, x, y)
    left, right = max(int(columns.min()), 0), min(int(columns.max()) + 2, source.width)
    top, bottom = max(int(rows.min()), 0), min(int(rows.max()) + 2, source.height)
    return Cells(left, top, right - left, bottom - top) if left < right and top < bottom else None


def _cells(source: Any, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return columns and rows of places, in cells from the upper left corner."""
    back = ~source.transform
    return back.a * x + back.b * y + back.c, back.d * x + back.e * y + back.f


def _tinted(heights: Floats, cell_m: float) -> tuple[NDArray[np.uint8], tuple[SymbolClass, ...]]:
    """Colour by classes of elevation, with a breath of shade."""
    low, high = float(np.nanmin(heights)), float(np.nanmax(heights))
    step = next((s for s in _STEPS_M if (high - low) / s <= _CLASSES), _STEPS_M[-1])
    first = int(np.floor(low / step))
    count = int(np.floor(high / step)) - first + 1
    colours = [_TINTS[round(at * (len(_TINTS) - 1) / max(count - 1, 1))] for at in range(count)]
    of = np.clip(np.floor(np.nan_to_num(heights, nan=low) / step).astype(int) - first, 0, count - 1)
    light = 0.86 + 0.2 * _light(heights, cell_m)
    body = np.array([rgb(c) for c in colours])[of] * np.clip(light, 0.7, 1.06)[..., None]
    classes = tuple(
        SymbolClass(
            f"{(first + at) * step}–{(first + at + 1) * step} m",
            Ink(fill=c, edge="#b0a58c", width=0.3),
        )
        for at, c in enumerate(colours)
    )
    return _picture(body, heights), classes


def _shaded(heights: Floats, cell_m: float) -> tuple[NDArray[np.uint8], tuple[SymbolClass, ...]]:
    """Grey by the light a slope gets; a relief needs no legend."""
    light = np.clip(0.55 + 0.5 * _light(heights, cell_m), 0.55, 1.0)
    return _picture(np.repeat(light[..., None], 3, axis=2), heights), ()


def _light(heights: Floats, cell_m: float) -> Floats:
    """Return the cosine of the light's angle on the ground (Horn 1981), heights doubled for effect."""
    known = np.nan_to_num(heights, nan=float(np.nanmean(heights)))
    down, right = np.gradient(known * 2.0, cell_m)
    slope = np.arctan(np.hypot(right, down))
    aspect = np.arctan2(-right, down)
    return np.asarray(
        np.sin(_HEIGHT) * np.cos(slope)
        + np.cos(_HEIGHT) * np.sin(slope) * np.cos(_AZIMUTH - aspect)
    )


def _picture(body: Floats, heights: Floats) -> NDArray[np.uint8]:
    """Make pixels, clear where the height is unknown."""
    alpha = np.isfinite(heights).astype(float)[..., None]
    return np.asarray(
        np.round(np.clip(np.concatenate([body, alpha], axis=2), 0.0, 1.0) * 255), dtype=np.uint8
    )
