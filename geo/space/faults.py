"""Why a geometry cannot be compared with others: what reads as "meets nothing" must be told before, not found nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray


def faults_of(shapes: NDArray[np.object_]) -> dict[int, str]:
    """Tell what is wrong with geometries in CGCS2000 longitude and latitude, by position.

    >>> bow = shapely.Polygon([(112, 36), (113, 37), (113, 36), (112, 37)])
    >>> faults_of(np.array([shapely.Point(112, 36), None, bow, shapely.Point(2e5, 4e6)]))
    {1: '几何缺失', 2: '几何无效（自相交等）', 3: '坐标超出经纬度范围'}
    """
    west, south, east, north = shapely.bounds(shapes).T
    with np.errstate(invalid="ignore"):
        tests = {
            "几何缺失": shapely.is_missing(shapes),
            "几何为空": shapely.is_empty(shapes),
            "坐标不是有限数": ~np.isfinite([west, south, east, north]).all(axis=0),
            "坐标超出经纬度范围": (np.abs([west, east]).max(axis=0) > 180)  # noqa: PLR2004
            | (np.abs([south, north]).max(axis=0) > 90),  # noqa: PLR2004
            "点、线、面混合，须拆分": shapely.get_type_id(shapes) > 6,  # noqa: PLR2004
            "几何无效（自相交等）": ~shapely.is_valid(shapes),
        }
    found: dict[int, str] = {}
    for words, flags in tests.items():
        for at in np.flatnonzero(flags).tolist():
            found.setdefault(at, words)
    return dict(sorted(found.items()))
