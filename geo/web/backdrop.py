"""The picture behind a map, turned from the sheet's plane to the screen's Mercator projection."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from PIL import Image

from geo.web.shapes import lonlat

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.draw.plane import Plane

#: Pixels from west to east; with its few colours a picture stays below about half a megabyte.
_WIDE: Final = 900
_COLOURS: Final = 96


def on_screen(
    picture: NDArray[np.uint8], *, plane: Plane, window: tuple[float, float, float, float]
) -> dict[str, Any]:
    """Return a picture as a data URI with the box it fills: south, west and north, east, degrees.

    Pixels are taken from where they lie, without blending; outside the window it is clear.

    Args:
        picture: Rows from the north, columns from the west, red, green, blue and opacity.
        plane: In which it fills ``window``.
        window: West, south, east, north, metres.
    """
    frame = lonlat(shapely.segmentize(shapely.box(*window), (window[2] - window[0]) / 16), plane)
    west, south, east, north = frame.bounds
    top, bottom = np.arcsinh(np.tan(np.radians([north, south])))
    tall = max(round(_WIDE * (top - bottom) / np.radians(east - west)), 1)
    lon = west + (np.arange(_WIDE) + 0.5) * (east - west) / _WIDE
    lat = np.degrees(np.arctan(np.sinh(top + (np.arange(tall) + 0.5) * (bottom - top) / tall)))
    x, y = plane.forward(*(grid.ravel() for grid in np.meshgrid(lon, lat)))
    pixels = _taken(picture, x, y, window).reshape(tall, _WIDE, 4)
    box = [[round(south, 6), round(west, 6)], [round(north, 6), round(east, 6)]]
    return {"url": f"data:image/png;base64,{_png(pixels)}", "box": box}


def _taken(
    picture: NDArray[np.uint8], x: NDArray[np.float64], y: NDArray[np.float64],
    window: tuple[float, float, float, float],
) -> NDArray[np.uint8]:  # fmt: skip
    """Look up the pixel at each place of the plane; clear outside the window."""
    rows, columns = picture.shape[:2]
    column = np.floor((x - window[0]) / (window[2] - window[0]) * columns).astype(int)
    row = np.floor((window[3] - y) / (window[3] - window[1]) * rows).astype(int)
    inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    out = np.zeros((len(x), 4), dtype=np.uint8)
    out[inside] = picture[row[inside], column[inside]]
    return out


def _png(pixels: NDArray[np.uint8]) -> str:
    image = Image.fromarray(pixels, "RGBA").quantize(_COLOURS, method=Image.Quantize.FASTOCTREE)
    out = io.BytesIO()
    image.save(out, format="PNG", optimize=True)
    return base64.b64encode(out.getvalue()).decode("ascii")
