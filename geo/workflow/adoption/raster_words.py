"""What stands in a raster, and what differs from the version before, in a planner's words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.errors import HongxianError
from geo.space.units import M2_PER_HECTARE
from geo.store.codes import NO_CODE, class_areas_m2
from geo.store.heights import inside, read_heights
from geo.store.raster import open_raster, tiles_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.space.grid import Tile
    from geo.store.land_cover import CoverScheme
    from geo.store.raster import Raster
    from geo.store.store import Store

#: Points along each side of the grid on which two elevation models are compared.
_PROBES: Final = 60
#: Heights that differ by less are the same, metres.
_SAME_M: Final = 0.05
_SIDE: Final = 1024


def found_words(raster: Raster, scheme: CoverScheme | None, area: Geometry) -> list[str]:
    """Say what stands in a raster within an area (EPSG:4490): the range of heights, the ground of each class."""
    if scheme is None:
        low, high = _range_m(raster, area)
        return [f"高程 {low:.0f}–{high:.0f} m（覆盖范围内）"]
    ground = _by_class(class_areas_m2(raster, area), scheme)
    total = sum(ground.values())
    listed = "、".join(
        f"{name} {_hectares(m2)} 公顷（{m2 / total:.1%}）"
        for name, m2 in sorted(ground.items(), key=lambda item: -item[1])
    )
    return [f"地类（覆盖范围内，按像元量算）：{listed}"] if total else []


def changed_words(
    store: Store, layer: str, raster: Raster, scheme: CoverScheme | None, area: Geometry
) -> list[str]:
    """Say what differs from the version the workspace reads now; nothing when there is none."""
    path = store.raster_path(layer)
    if path is None:
        return []
    spec = store.spec.layers[layer]
    try:
        old = open_raster(path, shown=Path(path.name))
    except HongxianError as error:
        return [f"上一版无法读取，未作比较：{error}"]
    head = f"与上一版（{spec.as_of}）相比："
    if scheme is None:
        return [head + _heights_changed(old, raster, area)]
    names = {
        int(code): entry.title or code for code, entry in _classes(spec).items() if code.isdigit()
    }
    before = _titled(class_areas_m2(old, area), names)
    after = _by_class(class_areas_m2(raster, area), scheme)
    steps = {name: after.get(name, 0.0) - before.get(name, 0.0) for name in (*before, *after)}
    told = [
        f"{name} {'增加' if m2 > 0 else '减少'} {_hectares(abs(m2))} 公顷"
        for name, m2 in steps.items()
        if abs(m2) >= M2_PER_HECTARE / 100
    ]
    return [head + ("、".join(told) if told else "各类面积没有变化")]


def _classes(spec: Any) -> dict[str, Any]:
    return dict(spec.style.classes) if spec.style is not None else {}


def _by_class(areas_m2: dict[int, float], scheme: CoverScheme) -> dict[str, float]:
    """Name the classes; codes that say nothing are left out."""
    return _titled(
        {code: m2 for code, m2 in areas_m2.items() if code not in scheme.unknown},
        {entry.code: entry.title for entry in scheme.classes},
    )


def _titled(areas_m2: dict[int, float], names: dict[int, str]) -> dict[str, float]:
    ground: dict[str, float] = {}
    for code, m2 in areas_m2.items():
        if code != NO_CODE:
            title = names.get(code, str(code))
            ground[title] = ground.get(title, 0.0) + m2
    return ground


def _hectares(m2: float) -> str:
    return f"{m2 / M2_PER_HECTARE:.2f}"


def _range_m(raster: Raster, area: Geometry) -> tuple[float, float]:
    """Find the lowest and the highest known cell of an area that has some."""
    there = raster.grid.in_cells(area)
    low, high = np.inf, -np.inf
    with raster.opened() as source:
        for tile in tiles_of(raster, there):
            heights = read_heights(source, raster.band, tile, raster.grid)
            known = heights[inside(there, tile, touched=True) & ~np.isnan(heights)]
            if known.size:
                low, high = min(low, known.min()), max(high, known.max())
    return float(low), float(high)


def _heights_changed(old: Raster, new: Raster, area: Geometry) -> str:
    """Compare two elevation models on a grid of points over an area."""
    west, south, east, north = area.bounds
    lon, lat = (
        grid.ravel()
        for grid in np.meshgrid(
            np.linspace(west, east, _PROBES), np.linspace(south, north, _PROBES)
        )
    )
    keep = shapely.contains_xy(area, lon, lat)
    step = _at(new, lon[keep], lat[keep]) - _at(old, lon[keep], lat[keep])
    step = step[~np.isnan(step)]
    if not step.size:
        return "没有两版都有数据的地方可比"
    differ = np.abs(step) >= _SAME_M
    if not differ.any():
        return f"抽查 {step.size} 点，高程没有变化"
    return (
        f"抽查 {step.size} 点，{int(differ.sum())} 点高程不同，平均相差 {step.mean():+.1f} m，"
        f"最大相差 {np.abs(step).max():.1f} m"
    )


def _at(raster: Raster, lon: NDArray[Any], lat: NDArray[Any]) -> NDArray[np.float64]:
    """Take the heights of the cells in which places lie; NaN where nobody knows."""
    columns, rows = (np.floor(at).astype(int) for at in raster.grid.cells_at(lon, lat))
    answer = np.full(len(lon), np.nan)
    reached = (
        (columns >= 0) & (columns < raster.grid.columns) & (rows >= 0) & (rows < raster.grid.rows)
    )
    with raster.opened() as source:
        for tile in raster.grid.tiles(_SIDE):
            here = reached & _within(tile, columns, rows)
            if here.any():
                heights = read_heights(source, raster.band, tile, raster.grid)
                answer[here] = heights[rows[here] - tile.row, columns[here] - tile.column]
    return answer


def _within(tile: Tile, columns: NDArray[Any], rows: NDArray[Any]) -> NDArray[np.bool_]:
    across = (columns >= tile.column) & (columns < tile.column + tile.columns)
    return np.asarray(across & (rows >= tile.row) & (rows < tile.row + tile.rows))
