"""Which rows of a layer meet the conditions of a form's or a map's ``filter``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.spec import where as w

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


def filtered(
    frame: GeoDataFrame, conditions: dict[str, str | tuple[str, ...] | w.Interval]
) -> tuple[GeoDataFrame, str]:
    """Keep the rows that meet every condition; complain of a field that does not exist."""
    rows = frame
    for column, wanted in conditions.items():
        if column not in frame.columns:
            have = "、".join(str(c) for c in frame.columns if c != "geometry")
            return rows.iloc[:0], f"没有字段 {column}（现有：{have}）"
        rows = rows[_meets(rows[column], wanted)]
    return rows, ""


def _meets(column: Any, wanted: str | tuple[str, ...] | w.Interval) -> Any:
    if isinstance(wanted, w.Interval):
        numbers = pd.to_numeric(column, errors="coerce")
        low = -np.inf if wanted.min is None else wanted.min
        high = np.inf if wanted.max is None else wanted.max
        return (numbers >= low) & (numbers < high)
    values = (wanted,) if isinstance(wanted, str) else wanted
    return column.astype("string").isin(values)
