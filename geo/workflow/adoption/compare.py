"""What a newer version of a layer changed: features that came and went, area in and out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.space.measure import area_m2, perimeter_m
from geo.space.units import M2_PER_HECTARE, fixed

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray
    from shapely import Geometry

#: Coordinates that differ by less are the same, degrees (about a centimetre).
_SAME_DEG: Final = 1e-7
#: A difference thinner than this on average is what rounding and straight edges leave, metres.
_SLIVER_M: Final = 0.05
#: Half of that, degrees.
_HAIR_DEG: Final = 2.5e-7


@dataclass(frozen=True, eq=False)
class Change:
    """Old against new.

    Attributes:
        kept: Features whose geometry stands in both; ``gone`` and ``come`` only in one.
        area_out_m2: Ground the old version covers and the new does not; ``area_in_m2`` the reverse.
        out: That ground, EPSG:4490; ``into`` the reverse.
    """

    kept: int
    gone: int
    come: int
    area_out_m2: float
    area_in_m2: float
    out: NDArray[Any]
    into: NDArray[Any]

    def words(self) -> str:
        """Say it in one line.

        >>> from geopandas import GeoDataFrame
        >>> old = GeoDataFrame(geometry=[shapely.box(112, 36, 112.01, 36.01)], crs=4490)
        >>> compare(old, old).words()
        '与上一版相比没有变化（1 个要素）'
        """
        if not (self.gone or self.come):
            return f"与上一版相比没有变化（{self.kept} 个要素）"
        return (
            f"与上一版相比：未变 {self.kept} 个要素，去掉 {self.gone} 个，新增 {self.come} 个（改动按去掉再新增计）；"
            f"调出 {_hectares(self.area_out_m2)} 公顷，调入 {_hectares(self.area_in_m2)} 公顷"
        )


def _hectares(square_metres: float) -> str:
    return fixed(square_metres / M2_PER_HECTARE, 4)


def compare(old: GeoDataFrame, new: GeoDataFrame) -> Change:
    """Compare two versions, both in EPSG:4490, feature by feature and ground by ground.

    Features are told apart by their geometry: numbers such as BSM are often given anew. Areas are
    exact where the features of a version do not overlap one another.
    """
    before, after = _geometry(old), _geometry(new)
    keys = [list(shapely.to_wkb(_snapped(held))) for held in (before, after)]
    left, right = set(keys[0]), set(keys[1])
    gone = before[np.array([key not in right for key in keys[0]], dtype=bool)]
    come = after[np.array([key not in left for key in keys[1]], dtype=bool)]
    out, into = _without(gone, after), _without(come, before)
    return Change(
        kept=len(after) - len(come), gone=len(gone), come=len(come),
        area_out_m2=_area(out), area_in_m2=_area(into), out=out, into=into,
    )  # fmt: skip


def _geometry(frame: GeoDataFrame) -> NDArray[Any]:
    geometry = np.asarray(frame.geometry.array, dtype=object)
    placed: NDArray[Any] = geometry[~(shapely.is_missing(geometry) | shapely.is_empty(geometry))]
    return placed


def _snapped(geometry: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(
        shapely.normalize(shapely.set_precision(geometry, _SAME_DEG, mode="pointwise"))
    )


def _without(some: NDArray[Any], others: NDArray[Any]) -> NDArray[Any]:
    """Cut from each geometry all that any of the others covers; slivers of rounding are dropped."""
    if not len(some) or not len(others):
        return some
    tree = shapely.STRtree(others)
    at, hit = tree.query(some, predicate="intersects")
    left = some.copy()
    for row in np.unique(at):
        rest = shapely.difference(some[row], shapely.union_all(others[hit[at == row]]))
        left[row] = _without_hairs(rest)
    there = ~shapely.is_empty(left)
    areas = there & (shapely.get_dimensions(some) == 2)  # noqa: PLR2004 (dimension)
    there[areas] = 2 * area_m2(left[areas]) > _SLIVER_M * perimeter_m(left[areas])
    kept: NDArray[Any] = left[there]
    return kept


def _without_hairs(rest: Geometry) -> Geometry:
    """Cut off what is thinner than a few centimetres: the same border drawn with other vertices."""
    if shapely.get_dimensions(rest) != 2:  # noqa: PLR2004 (dimension)
        return rest
    core = shapely.buffer(rest, -_HAIR_DEG, join_style="mitre")
    return shapely.intersection(shapely.buffer(core, 2 * _HAIR_DEG, join_style="mitre"), rest)


def _area(geometry: NDArray[Any]) -> float:
    areas = geometry[shapely.get_dimensions(geometry) == 2]  # noqa: PLR2004 (dimension)
    return float(area_m2(areas).sum()) if len(areas) else 0.0
