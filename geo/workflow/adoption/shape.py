"""A handed-in table brought to EPSG:4490: system found, geometry repaired and counted, area measured."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas
import numpy as np
import shapely

from geo.errors import GeometryError, InputError
from geo.sites.claims import Claims, override
from geo.sites.features import crs_claims
from geo.sites.forensics import read_crs
from geo.sites.magnitude import fits, strays
from geo.space.crs import WORKING, to_working
from geo.space.measure import area_m2
from geo.space.shapes import repair

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.sites.forensics import Reading
    from geo.space.datum import Helmert7
    from geo.store.read import RawTable

_MOST_NAMED: Final = 5


@dataclass(frozen=True, eq=False)
class Shaped:
    """A table in EPSG:4490 with what was found and done on the way.

    Attributes:
        frame: All rows, placed ones first and in order of place; rows without geometry last.
        crs: Words about the system it came in.
        doubts: Sentences a planner must read.
        repairs: How often each fault was repaired.
        unplaced: Rows without geometry.
        repeated: Rows whose geometry another row has as well.
        area_m2: Ellipsoidal, of all areas together; ``None`` when there are none.
    """

    frame: geopandas.GeoDataFrame
    crs: str
    doubts: tuple[str, ...]
    repairs: dict[str, int]
    unplaced: int
    repeated: int
    area_m2: float | None


def shape(
    raw: RawTable, *, shown: Path, crs: str | None = None, plausible: Geometry | None = None,
    helmert: Helmert7 | None = None,
) -> Shaped:  # fmt: skip
    """Bring a table to EPSG:4490, or refuse it.

    Args:
        raw: As read.
        shown: The file as the planner knows it.
        crs: What the planner says about its system; wins over the file's own word, and that is told.
        plausible: The workspace's territory.
        helmert: Seven parameters for 西安80 or 北京54.

    Raises:
        InputError: No row has geometry, or the system is unknown, contradictory or unreachable.
    """
    geometry = shapely.force_2d(np.asarray(raw.frame.geometry.array, dtype=object))
    placed = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    if not placed.any():
        raise InputError(f"{shown}: 没有一个要素带有图形 — 请检查文件是否完整")
    bounds = shapely.bounds(geometry[placed])
    corners = np.vstack([bounds[:, :2], bounds[:, 2:]])
    _refuse_strays(corners, np.flatnonzero(placed), shown)
    reading = read_crs(
        corners, _claims(raw, crs), shown=shown, plausible=plausible, helmert=helmert
    )
    if not reading.crs.certain:
        hint = "请用 --helmert 给出七参数文件，或请提供单位转为 CGCS2000"
        raise InputError(f"{shown}: {reading.crs.how}，不能作为核查依据 — {hint}")
    moved = _moved(geometry[placed], reading)
    fixed, repairs, lost = _repaired(moved)
    doubts = [*reading.crs.suspicions, *_overruled(raw, crs)]
    if lost:
        doubts.append(
            f"{len(lost)} 个要素的图形无法修复（第 {_listed(np.flatnonzero(placed)[lost])} 个），按没有图形保留"
        )
    keep = np.ones(len(fixed), dtype=bool)
    keep[lost] = False
    frame = _ordered(raw.frame, geometry, placed, fixed, keep)
    shapes = fixed[keep]
    return Shaped(
        frame, f"{reading.crs.given}（{reading.crs.how}）", tuple(doubts), repairs,
        int(len(geometry) - keep.sum()), _repeated(shapes), _area(shapes),
    )  # fmt: skip


def _claims(raw: RawTable, crs: str | None) -> Claims:
    if crs is not None:
        return override(crs)
    if raw.crs is None:
        return Claims(north_first=False)
    return crs_claims(raw.crs, by="数据自带的坐标系")


def _overruled(raw: RawTable, crs: str | None) -> list[str]:
    if crs is None or raw.crs is None:
        return []
    return [f"按 --crs {crs} 读取；文件自带的坐标系为 {raw.crs[:40]}，请向提供单位核实"]


def _refuse_strays(corners: NDArray[np.float64], rows: NDArray[np.int64], shown: Path) -> None:
    """Name the few features whose coordinates do not fit what all others fit."""
    if not np.isfinite(corners).all():
        bad = np.unique(np.flatnonzero(~np.isfinite(corners).all(axis=1)) % len(rows))
        raise InputError(
            f"{shown}: 第 {_listed(rows[bad])} 个要素的坐标不是有限数 — 请在原软件中改正"
        )
    if fits(corners):
        return
    apart = np.unique(np.asarray(strays(corners), dtype=int) % len(rows))
    if 0 < len(apart) < len(rows):
        hint = "请核对这些要素的坐标"
        raise InputError(
            f"{shown}: 第 {_listed(rows[apart])} 个要素的坐标与其余要素不在同一量级 — {hint}"
        )


def _listed(rows: NDArray[np.int64]) -> str:
    """List row numbers, counted from 1."""
    shown = "、".join(str(int(row) + 1) for row in rows[:_MOST_NAMED])
    return shown if len(rows) <= _MOST_NAMED else f"{shown} 等 {len(rows)}"


def _moved(geometry: NDArray[Any], reading: Reading) -> NDArray[Any]:
    candidate = reading.candidate
    ordered = shapely.transform(geometry, candidate.order)
    if candidate.via == WORKING:
        return np.asarray(ordered, dtype=object)
    return np.asarray(to_working(ordered, candidate.via, helmert=reading.helmert), dtype=object)


def _repaired(geometry: NDArray[Any]) -> tuple[NDArray[Any], dict[str, int], list[int]]:
    """Repair what is invalid: the geometry, how often each fault occurred, and what was beyond repair."""
    out = geometry.copy()
    count: Counter[str] = Counter()
    lost: list[int] = []
    for at in np.flatnonzero(~shapely.is_valid(geometry)):
        try:
            out[at], words = repair(geometry[at])
        except GeometryError:
            lost.append(int(at))
            continue
        count.update(words)
    return out, dict(count.most_common()), lost


def _ordered(
    frame: geopandas.GeoDataFrame, geometry: NDArray[Any], placed: NDArray[np.bool_],
    fixed: NDArray[Any], keep: NDArray[np.bool_],
) -> geopandas.GeoDataFrame:  # fmt: skip
    """Put neighbours beside each other, so that a reader needs few pieces of the file."""
    whole = np.full(len(geometry), None, dtype=object)
    whole[np.flatnonzero(placed)[keep]] = fixed[keep]
    attributes = frame.drop(columns=frame.geometry.name)
    out = geopandas.GeoDataFrame(attributes, geometry=whole, crs=WORKING)
    there = out[~out.geometry.isna()]
    order = there.index[np.argsort(there.geometry.hilbert_distance().to_numpy(), kind="stable")]
    return out.loc[[*order, *out.index[out.geometry.isna()]]].reset_index(drop=True)


def _repeated(geometry: NDArray[Any]) -> int:
    """Count features that only repeat another's geometry."""
    return len(geometry) - len(set(shapely.to_wkb(geometry)))


def _area(geometry: NDArray[Any]) -> float | None:
    areas = geometry[shapely.get_dimensions(geometry) == 2]  # noqa: PLR2004 (dimension)
    return float(area_m2(areas).sum()) if len(areas) else None
