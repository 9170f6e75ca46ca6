"""Grids of cells over the ground: where a cell lies, and how many metres wide it is there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely
from pyproj import Geod

from geo.space.crs import WORKING, is_projected, transformer
from geo.space.ellipsoid import INVERSE_FLATTENING, SEMI_MAJOR_M

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray
    from shapely import Geometry

    from geo.space.crs import Transformation

    Floats: TypeAlias = NDArray[np.float64]

_GEOD = Geod(a=SEMI_MAJOR_M, rf=INVERSE_FLATTENING)
#: Straight edges bend between two systems: by under 0.3 m over 0.05° of longitude at 40° N …
_STEP_DEG = 0.05
#: … and by under 1 m over 256 cells of 30 m.
_STEP_CELLS = 256.0


@dataclass(frozen=True)
class Tile:
    """A rectangle of cells, by its first row and column (which may lie outside the grid)."""

    row: int
    column: int
    rows: int
    columns: int

    @property
    def cells(self) -> int:
        """The number of cells."""
        return self.rows * self.columns

    def clipped(self, grid: Grid) -> Tile:
        """Return the part inside a grid; without any, a tile of no rows or no columns.

        >>> Tile(-1, 0, 3, 9).clipped(Grid("EPSG:4490", 112, 37, 1, 1, rows=5, columns=5))
        Tile(row=0, column=0, rows=2, columns=5)
        """
        row, column = max(self.row, 0), max(self.column, 0)
        last_row = min(self.row + self.rows, grid.rows)
        last_column = min(self.column + self.columns, grid.columns)
        return Tile(row, column, max(last_row - row, 0), max(last_column - column, 0))


@dataclass(frozen=True)
class Grid:
    """Cells in rows from north to south and columns from west to east.

    Positions inside a grid are (column, row) counted in cells from its upper left corner: the centre
    of the first cell is (0.5, 0.5).

    Args:
        crs: Coordinate system, EPSG code or WKT.
        left: Longitude or easting of the upper left corner, in units of the CRS (as ``top``).
        top: Latitude or northing of that corner.
        step_x: Width of a cell in units of the CRS, positive (as ``step_y``).
        step_y: Height of a cell.
        rows: Number of rows.
        columns: Number of columns.
    """

    crs: str
    left: float
    top: float
    step_x: float
    step_y: float
    rows: int
    columns: int

    def part(self, tile: Tile) -> Grid:
        """Return the grid of a tile."""
        left, top = self.left + tile.column * self.step_x, self.top - tile.row * self.step_y
        return replace(self, left=left, top=top, rows=tile.rows, columns=tile.columns)

    def coarser(self, factor: int) -> Grid:
        """Return the grid of blocks of ``factor`` × ``factor`` cells; broken blocks at the end count.

        >>> Grid("EPSG:4490", 112, 37, 1, 1, rows=5, columns=4).coarser(2).rows
        3
        """
        return replace(
            self, step_x=self.step_x * factor, step_y=self.step_y * factor,
            rows=-(-self.rows // factor), columns=-(-self.columns // factor),
        )  # fmt: skip

    def lonlat(self, columns: ArrayLike, rows: ArrayLike) -> tuple[Floats, Floats]:
        """Give longitude and latitude (EPSG:4490, degrees) of positions in cells.

        Raises:
            CrsError: Some have no image.

        >>> grid = Grid("EPSG:4326", 112.0, 37.0, 0.1, 0.1, rows=10, columns=10)
        >>> [value.round(9).tolist() for value in grid.lonlat([0.5], [10])]
        [[112.05], [36.0]]
        """
        x = self.left + np.asarray(columns, dtype=float) * self.step_x
        y = self.top - np.asarray(rows, dtype=float) * self.step_y
        return _way(self.crs, WORKING)(x, y)

    def cells_at(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
        """Give the position in cells (columns, rows) of longitudes and latitudes (EPSG:4490).

        Raises:
            CrsError: Some have no image.
        """
        x, y = _way(WORKING, self.crs)(lon, lat)
        return (x - self.left) / self.step_x, (self.top - y) / self.step_y

    def in_cells(self, geometry: Geometry) -> Geometry:
        """Bring a geometry from EPSG:4490 into positions of this grid.

        Raises:
            CrsError: Part of it has no image.
        """
        fine = shapely.segmentize(geometry, _STEP_DEG) if is_projected(self.crs) else geometry
        return shapely.transform(
            fine, lambda at: np.column_stack(self.cells_at(at[:, 0], at[:, 1])) if len(at) else at
        )

    def placed(self, geometries: NDArray[np.object_]) -> NDArray[np.object_]:
        """Bring geometries from positions of this grid to EPSG:4490.

        Raises:
            CrsError: Part of one has no image.
        """
        if is_projected(self.crs):
            geometries = shapely.segmentize(geometries, _STEP_CELLS)
        moved: NDArray[np.object_] = shapely.transform(
            geometries,
            lambda at: np.column_stack(self.lonlat(at[:, 0], at[:, 1])) if len(at) else at,
        )
        return moved

    def cell_sizes_m(self) -> tuple[Floats, Floats]:
        """Measure the cells of each row on the ground: width and height in metres.

        Both are geodesics on the CGCS2000 ellipsoid through the middle cell of the row, so a cell in
        degrees narrows to the north, and a cell of a Mercator or Albers plane has its true size.

        Sources:
            Karney, C. F. F. (2013): Algorithms for geodesics. J. Geodesy 87, 43–55.

        >>> grid = Grid("EPSG:4490", 112.0, 0.5, 1.0, 1.0, rows=1, columns=1)
        >>> [round(float(size[0])) for size in grid.cell_sizes_m()]  # a degree at the equator
        [111319, 110574]
        """
        middle = np.arange(self.rows) + 0.5
        column = np.full(self.rows, self.columns / 2)
        west, east = self.lonlat(column - 0.5, middle), self.lonlat(column + 0.5, middle)
        north, south = self.lonlat(column, middle - 0.5), self.lonlat(column, middle + 0.5)
        return _GEOD.inv(*west, *east)[2], _GEOD.inv(*north, *south)[2]

    def tiles(self, side: int) -> Iterator[Tile]:
        """Cut the grid into tiles of at most ``side`` × ``side`` cells, row by row.

        >>> grid = Grid("EPSG:4490", 112, 37, 1, 1, rows=3, columns=2)
        >>> [(tile.row, tile.rows) for tile in grid.tiles(2)]
        [(0, 2), (2, 1)]
        """
        for row in range(0, self.rows, side):
            for column in range(0, self.columns, side):
                yield Tile(row, column, side, side).clipped(self)


@lru_cache(maxsize=32)
def _way(source: str, target: str) -> Transformation:
    return transformer(source, target)
