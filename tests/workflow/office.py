"""A small office made by code: the tables a county hands in, in 带 38 of CGCS2000, around a point of 屯留."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import shapely
from pyproj import Transformer

from geo.spec.dates import PartialDate
from geo.store.store import Store, open_store
from geo.workflow.adoption.adopt import Adoption, commit, examine
from geo.workflow.adoption.layer_file import Handover
from geo.workflow.starting import start_workspace

ADCODE = "140405"
_TO_PLANE = Transformer.from_crs(4490, 4526, always_xy=True)
#: A point inside 屯留区, metres in 带 38.
EAST, NORTH = _TO_PLANE.transform(112.80, 36.32)


def office(folder: Path, *, adcode: str = ADCODE) -> Path:
    """Start an empty workspace as ``hongxian init`` does."""
    return start_workspace(folder / "工作区", adcode=adcode, day=date(2026, 11, 23)).root


def square(column: int, row: int = 0, *, size: float = 1000.0) -> shapely.Geometry:
    """A square of 1 km (100 ha in the plane), so many squares east and north of the point."""
    x, y = EAST + column * size, NORTH + row * size
    return shapely.box(x, y, x + size, y + size)


def bowtie(column: int, row: int = 0) -> shapely.Geometry:
    """A square drawn with its corners in the wrong order."""
    x, y = EAST + column * 1000, NORTH + row * 1000
    return shapely.Polygon([(x, y), (x + 1000, y + 1000), (x + 1000, y), (x, y + 1000)])


def table(shapes: list[Any], *, crs: Any = 4526, **columns: list[Any]) -> geopandas.GeoDataFrame:
    """A table with those geometries and columns."""
    return geopandas.GeoDataFrame(columns, geometry=shapes, crs=crs)


def shapefile(path: Path, frame: geopandas.GeoDataFrame, *, encoding: str = "GB18030") -> Path:
    """Write a shapefile as ArcGIS in China does: GBK and no .cpg."""
    frame.to_file(path, engine="pyogrio", encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    return path


def said(file: Path, to: str, **more: Any) -> Handover:
    """What a planner says of a file, unless told otherwise."""
    known: dict[str, Any] = {
        "provider": "屯留区自然资源局", "as_of": PartialDate.parse("2024-06-30"), "accuracy_m": 1.0,
    }  # fmt: skip
    return Handover(file=file, to=to, **(known | more))


def adopt(root: Path, handover: Handover) -> tuple[Store, Adoption]:
    """Adopt a file and open the workspace anew."""
    store = open_store(root)
    adoption = examine(store, handover)
    commit(store, adoption)
    return open_store(root), adoption


def parcels(count: int) -> geopandas.GeoDataFrame:
    """地类图斑 on a grid over 20 km; one in five hundred is a bowtie."""
    side = int(np.sqrt(count))
    step = 20_000 / side
    at = np.arange(side * side)
    x, y = EAST - 10_000 + (at % side) * step, NORTH - 10_000 + (at // side) * step
    corners = np.stack([np.stack([x + dx * step, y + dy * step], axis=1)
                        for dx, dy in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))], axis=1)  # fmt: skip
    crossed = at % 500 == 7
    corners[crossed] = corners[crossed][:, [0, 2, 1, 3, 0]]
    shapes = shapely.polygons(shapely.linearrings(corners))
    names = np.array(["旱地", "水浇地", "乔木林地", "村庄", "河流水面"])[at % 5]
    return table(list(shapes), BSM=[f"{n:06d}" for n in at], TBBH=[str(n) for n in at],
                 DLBM=["0103"] * len(at), DLMC=list(names))  # fmt: skip


def snapshot(root: Path) -> dict[str, bytes]:
    """Every file of a workspace with its bytes, caches left out."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and "cache" not in path.parts
    }
