"""Small elevation models with known shapes, written as GeoTIFF."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from geo.store.raster import Raster, open_raster

Write: TypeAlias = Callable[..., Path]
Open: TypeAlias = Callable[..., Raster]

#: Upper left corner of the models in a plane: CGCS2000 3-degree zone 37 near its meridian 111°E.
EAST, NORTH = 37_500_000.0, 4_000_000.0


@pytest.fixture
def write_dem(tmp_path: Path) -> Write:
    """Write heights (rows from the north) as a GeoTIFF; 10 m cells on the plane unless told otherwise."""

    def write(heights: Any, name: str = "dem.tif", **more: Any) -> Path:
        array = np.asarray(heights)
        settings: dict[str, Any] = {
            "crs": "EPSG:4525",
            "transform": Affine(10, 0, EAST, 0, -10, NORTH),
            "dtype": "float32",
            **more,
        }
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        rows, columns = array.shape
        with rasterio.open(
            path, "w", driver="GTiff", height=rows, width=columns, count=1, **settings
        ) as file:
            file.write(array.astype(settings["dtype"]), 1)
        return path

    return write


@pytest.fixture
def dem(write_dem: Write) -> Open:
    """Write heights and open them."""

    def make(heights: Any, **more: Any) -> Raster:
        return open_raster(write_dem(heights, **more), shown=Path("dem.tif"))

    return make
