"""占压面积 by 图层 × 地类 × 权属 (domain.md §6): overlaps laid over the office's land survey (DLTB)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.check.judge import text_of
from geo.findings.land import LandPiece, LandShare
from geo.space.measure import area_m2
from geo.space.overlay import overlay
from geo.spec.vocabulary import AUTHORITY_ZH, STATE_ZH
from geo.spec.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    import pandas as pd
    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.findings import CheckResult, SiteResult
    from geo.store.layers import LayerTable
    from geo.store.store import Store

#: The layer `hongxian adopt` makes of a DLTB.
LAYER: Final = "land_use"
#: Columns of a land survey: class by name, owner by name (TD/T 1016 and what offices write).
_LAND: Final = ("DLMC", "地类名称", "地类", "kind")
_OWNER: Final = ("QSDWMC", "权属单位名称", "权属单位", "权属")
_OWNER_CODE: Final = "QSXZ"
_AREA: Final = 2
_ABSENT: Final = "未取得土地利用现状（地类图斑）数据，占压面积未按地类、权属分列。"
#: Parts smaller than this, or than this share of the overlap, are rounding of geodesic areas, not land.
_NOTHING_M2, _NOTHING_SHARE = 0.01, 1e-6


def with_land(result: CheckResult, store: Store) -> CheckResult:
    """Return a result whose sites tell what lies under their overlaps."""
    day = result.as_at
    sites = tuple(replace(site, land=land_share(site, store, day=day)) for site in result.sites)
    return replace(result, sites=sites)


def land_share(site: SiteResult, store: Store, *, day: date) -> LandShare | None:
    """Take the overlaps of a site apart by land class and owner.

    Parts of one overlap add up to it: what no parcel covers is a part without a class. Without current survey data
    there are no parts and ``remark`` says so.

    Args:
        site: The result; its overlaps are areas in EPSG:4490.
        store: The workspace's data.
        day: The day of the check.

    Returns:
        ``None`` when no overlap has an area.
    """
    hits = [
        at for at, f in enumerate(site.findings) if f.hit and f.overlap is not None and f.overlap_m2
    ]
    if not hits:
        return None
    if LAYER not in store.spec.layers:
        return LandShare(remark=_ABSENT)
    table = store.layer(LAYER)
    state = table.state_at(day)
    source = f"{quoted(table.spec.title)}（{_worth(table)}）"
    if state != "ok":
        told = f"{quoted(table.spec.title)}{STATE_ZH[state]}，占压面积未按地类、权属分列。"
        return LandShare(source=source, remark=told)
    pieces: list[LandPiece] = []
    remark = ""
    for at in hits:
        finding = site.findings[at]
        parts = shapely.get_parts(finding.overlap)
        sums, doubled = _sums(parts[shapely.get_dimensions(parts) == _AREA], table)
        if doubled:
            remark = "部分地类图斑互相重叠，重叠处只计入排在前面的图斑。"
        pieces += _pieces(at, finding.overlap_m2 or 0.0, sums)
    return LandShare(tuple(pieces), source, remark, internal=table.internal)


def _worth(table: LayerTable) -> str:
    spec = table.spec
    return f"{AUTHORITY_ZH[spec.authority or 'schematic']}，数据日期 {spec.as_of or '未注明'}"


def _pieces(at: int, whole_m2: float, sums: dict[tuple[str, str], float]) -> Iterator[LandPiece]:
    """Yield the parts of one overlap, largest first, the uncovered rest last."""
    least = max(_NOTHING_M2, _NOTHING_SHARE * whole_m2)
    rest = whole_m2 - sum(sums.values())
    for (land, owner), area in sorted(sums.items(), key=lambda item: -item[1]):
        yield LandPiece(at, land, owner, area)
    if rest >= least or not sums:
        yield LandPiece(at, "", "", rest)


def _sums(
    areas: NDArray[np.object_], table: LayerTable
) -> tuple[dict[tuple[str, str], float], bool]:
    """Add up areas by class and owner; the second value tells whether parcels lie on each other there."""
    frame = table.frame
    rows = np.unique(frame.sindex.query(areas)[1])
    shapes = np.asarray(frame.geometry.array, dtype=object)[rows]
    pairs = overlay(areas, shapes, threads=1)
    by_row = np.zeros(len(rows))
    np.add.at(by_row, pairs.zone, np.nan_to_num(pairs.overlap_m2))
    covered = _area(shapely.intersection(shapely.union_all(areas), shapely.union_all(shapes)))
    doubled = float(by_row.sum()) - covered > max(_NOTHING_M2, _NOTHING_SHARE * covered)
    if doubled:
        by_row = _one_after_another(areas, shapes)
    sums: dict[tuple[str, str], float] = {}
    for row, area in zip(rows, by_row, strict=True):
        key = _named(frame.iloc[int(row)])
        sums[key] = sums.get(key, 0.0) + float(area)
    return {key: area for key, area in sums.items() if area > 0}, doubled


def _one_after_another(
    areas: NDArray[np.object_], shapes: NDArray[np.object_]
) -> NDArray[np.float64]:
    """Measure each parcel without what parcels before it have taken already."""
    left = shapely.union_all(areas)
    out = np.zeros(len(shapes))
    for at, shape in enumerate(shapes):
        out[at] = _area(shapely.intersection(left, shape))
        left = shapely.difference(left, shape)
    return out


def _area(shape: Geometry) -> float:
    """Measure what has an area; borders that only touch have none. m²."""
    parts = shapely.get_parts(shape)
    return float(np.sum(area_m2(parts[shapely.get_dimensions(parts) == _AREA])))


def _named(row: pd.Series[Any]) -> tuple[str, str]:
    """Give a parcel's class and owner in words; a bare code of QSXZ is said to be one."""
    owner = _first(row, _OWNER)
    if not owner and (code := text_of(row, _OWNER_CODE)):
        owner = f"权属性质 {quoted(code)}"
    return _first(row, _LAND) or "未注明地类", owner or "未注明权属"


def _first(row: pd.Series[Any], columns: tuple[str, ...]) -> str:
    """The first column that says something."""
    return next((quoted(told) for name in columns if (told := text_of(row, name))), "")
