"""How many measures apply in each cell: a GeoTIFF with its legend inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import rasterio
import shapely
from rasterio.enums import ColorInterp
from rasterio.features import rasterize
from rasterio.transform import Affine

from geo.errors import UsageError
from geo.space.crs import WORKING, gauss_kruger, transform
from geo.spec.vocabulary import SCHEMATIC_NOTICE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from geo.store.store import Store

OUTSIDE: Final = 65535
"""Value of cells outside the plan's territory: 0 means "none applies", not "unknown"."""
MAX_CELLS: Final = 100_000_000
#: Upper bounds of the legend's classes and their colours (ColorBrewer YlGnBu, colour-blind safe).
CLASSES: Final = (
    (0, (255, 255, 255)), (2, (255, 255, 217)), (5, (199, 233, 180)), (10, (127, 205, 187)),
    (20, (65, 182, 196)), (40, (34, 94, 168)), (65534, (8, 29, 88)),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Density:
    """Counts per cell (rows from north to south), with the grid they lie on."""

    counts: NDArray[np.uint16]
    transform: Any
    epsg: int
    plan: str
    counted: int
    left_out: int
    schematic: bool


def density(store: Store, plan: str, *, cell_m: float = 100.0) -> Density:
    """Count the projects and measures of a plan in each cell of a Gauss-Krüger grid.

    A cell counts a task when the task's geometry touches it: a river 10 m wide still counts in
    every cell it crosses. Tasks without a place are left out and their number is told. Sub-rows
    (with ``parent``) are left out too, as everywhere in counts.

    Args:
        store: The joined workspace.
        plan: Id of the plan.
        cell_m: Edge of a cell, metres.

    Raises:
        UsageError: Unknown plan, or a grid of more than 10⁸ cells.
    """
    tasks = [t for t in store.tasks(plan) if not getattr(t.task.row, "parent", "")]
    placed = [t for t in tasks if t.located.geometry is not None]
    area = store.plan_territory(plan)
    epsg = gauss_kruger(float(shapely.centroid(area).x))
    territory = transform(area, WORKING, f"EPSG:{epsg}")
    grid, shape = _grid(territory.bounds, cell_m)
    counts = np.zeros(shape, np.uint16)
    for task in placed:
        counts += _touched([transform(task.located.geometry, WORKING, f"EPSG:{epsg}")], grid, shape)
    inside = _touched([territory], grid, shape).astype(bool)
    counts[~inside] = OUTSIDE
    schematic = any(t.located.authority == "schematic" for t in placed)
    return Density(counts, grid, epsg, plan, len(placed), len(tasks) - len(placed), schematic)


def _grid(bounds: tuple[float, float, float, float], cell_m: float) -> tuple[Any, tuple[int, int]]:
    """Lay a grid whose lines fall on multiples of the cell, so that grids of two plans fit."""
    west, south = (np.floor(v / cell_m) * cell_m for v in bounds[:2])
    east, north = (np.ceil(v / cell_m) * cell_m for v in bounds[2:])
    shape = round((north - south) / cell_m), round((east - west) / cell_m)
    if shape[0] * shape[1] > MAX_CELLS:
        raise UsageError(
            f"网格 {cell_m:g} m 会有 {shape[0] * shape[1]:,} 个格子 — 请用更大的 --cell"
        )
    return Affine(cell_m, 0.0, west, 0.0, -cell_m, north), shape


def _touched(geometries: Sequence[Any], grid: Any, shape: tuple[int, int]) -> NDArray[np.uint16]:
    burnt = rasterize(geometries, out_shape=shape, transform=grid, all_touched=True, dtype="uint8")
    return np.asarray(burnt, dtype=np.uint16)


def write_tif(found: Density, path: Path, *, title: str) -> None:
    """Write a compressed GeoTIFF with colour table, class names and notice in its tags."""
    rows, columns = found.counts.shape
    with rasterio.open(
        path, "w", driver="GTiff", height=rows, width=columns, count=1, dtype="uint16",
        crs=f"EPSG:{found.epsg}", transform=found.transform, nodata=OUTSIDE, compress="deflate",
        tiled=True, photometric="palette",
    ) as tif:  # fmt: skip
        tif.write(found.counts, 1)
        tif.write_colormap(1, _colours())
        tif.colorinterp = [ColorInterp.palette]
        tif.set_band_description(1, f"{title}：每格适用的工程与措施数")
        tif.update_tags(
            TIFFTAG_IMAGEDESCRIPTION=f"{title}：每格适用的工程与措施数",
            LEGEND="；".join(legend()), COUNTED=str(found.counted), LEFT_OUT=str(found.left_out),
            NOTICE=SCHEMATIC_NOTICE if found.schematic else "",
        )  # fmt: skip


def _colours() -> dict[int, tuple[int, int, int]]:
    table, low = {}, 0
    for high, colour in CLASSES:
        for value in range(low, high + 1):
            table[value] = colour
        low = high + 1
    return table


def legend() -> tuple[str, ...]:
    """Name the classes.

    >>> legend()[:3]
    ('0 项', '1–2 项', '3–5 项')
    """
    names, low = [], 0
    for high, _ in CLASSES:
        top = "" if high > 1000 else f"–{high}"  # noqa: PLR2004 - the open class
        names.append(
            f"{high} 项" if low == high else f"{low}{top} 项" + ("及以上" if not top else "")
        )
        low = high + 1
    return tuple(names)
