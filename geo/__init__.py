"""Hongxian (红线): plans' measures on the map, site checks with clause and date, reports.

The public API is :func:`open` with what it returns, and :func:`overlay`; everything else is private.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geo.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from geo.workflow.overlay import Table
    from geo.workflow.workspace import Workspace

__all__ = ["__version__", "open", "overlay"]


def open(path: str | Path = ".") -> Workspace:
    """Open the workspace that holds ``path``.

    Raises:
        WorkspaceError: No workspace there, or its files have problems; all are listed.
    """
    from geo.workflow.workspace import Workspace

    return Workspace.open(path)


def overlay(
    sites: Table,
    zones: Table,
    *,
    threads: int | None = None,
    announce: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """Find every pair of a site and a zone that meet; see :func:`geo.workflow.overlay.overlay`.

    >>> import geopandas, shapely
    >>> lots = geopandas.GeoSeries([shapely.box(0, 0, 9, 9)], ["lot"], crs=4547).translate(5e5, 4e6)
    >>> zone = lots.translate(6, 0).to_crs(4490)
    >>> overlay(lots, zone).round(1).to_dict("records")
    [{'site': 'lot', 'zone': 'lot', 'relation': 'overlaps', 'overlap_m2': 27.0, 'length_m': nan, 'share': 0.3}]
    """
    from geo.workflow.overlay import overlay as on_tables

    return on_tables(sites, zones, threads=threads, announce=announce)
