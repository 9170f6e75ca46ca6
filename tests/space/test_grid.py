from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.space.grid import Grid, Tile

PLANE = Grid("EPSG:4525", 37_500_000, 4_000_000, 30, 30, rows=50, columns=40)
DEGREES = Grid("EPSG:4490", 112.0, 37.0, 0.001, 0.001, rows=50, columns=40)


@pytest.mark.parametrize("grid", [PLANE, DEGREES])
def test_positions_go_there_and_back(grid):
    lon, lat = grid.lonlat([0.0, 3.5, 40], [0.0, 7.25, 50])
    columns, rows = grid.cells_at(lon, lat)
    assert columns == pytest.approx([0, 3.5, 40], abs=1e-6)
    assert rows == pytest.approx([0, 7.25, 50], abs=1e-6)


@pytest.mark.parametrize("grid", [PLANE, DEGREES])
def test_geometries_go_there_and_back(grid):
    area = shapely.box(5, 5, 20, 30)
    placed = grid.placed(np.array([area], dtype=object))
    assert grid.in_cells(placed[0]).symmetric_difference(area).area < 1e-5
    assert grid.in_cells(shapely.Polygon()).is_empty


def test_cells_in_degrees_narrow_to_the_north():
    tall = Grid("EPSG:4490", 112.0, 60.5, 1.0, 1.0, rows=61, columns=1)
    width_m, _ = tall.cell_sizes_m()
    assert width_m[60] == pytest.approx(
        111_319.49, abs=0.1
    )  # at the equator: a degree of 6378137 m
    assert width_m[0] / width_m[60] == pytest.approx(0.5013, abs=1e-4)  # at 60°: N cos φ / a


def test_cells_of_a_gauss_kruger_plane_have_their_size():
    width_m, height_m = PLANE.cell_sizes_m()
    assert width_m == pytest.approx(np.full(50, 30.0), rel=1e-6)
    assert height_m == pytest.approx(np.full(50, 30.0), rel=1e-6)


def test_a_part_lies_where_its_tile_lies():
    part = PLANE.part(Tile(10, 20, 5, 6))
    assert (part.left, part.top, part.rows, part.columns) == (37_500_600, 3_999_700, 5, 6)


def test_tiles_cover_each_cell_once():
    seen = np.zeros((50, 40), dtype=int)
    for tile in PLANE.tiles(16):
        assert tile.cells <= 256
        seen[tile.row : tile.row + tile.rows, tile.column : tile.column + tile.columns] += 1
    assert (seen == 1).all()


def test_a_tile_beside_the_grid_keeps_no_cells():
    assert Tile(60, 0, 5, 5).clipped(PLANE).cells == 0
    assert Tile(-9, -9, 5, 5).clipped(PLANE).cells == 0
