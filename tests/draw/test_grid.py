import numpy as np
import pytest
import shapely

from geo.draw.plane import plane_for
from geo.draw.sheet.grid import degrees_text, graticule, kilometre_grid


def window_of(plane, west, south, east, north):
    x, y = plane.forward([west, east], [south, north])
    return float(x[0]), float(y[0]), float(x[1]), float(y[1])


def test_meridians_and_parallels_lie_where_they_say():
    plane = plane_for(shapely.box(112.6, 36.1, 113.0, 36.5))
    grid = graticule(plane, window_of(plane, 112.6, 36.1, 113.0, 36.5))
    for tick in grid.ticks:
        lon, lat = plane.inverse(tick.x, tick.y)
        told = float(lon[0]) if tick.edge in ("top", "bottom") else float(lat[0])
        degrees, minutes = tick.text[:-1].rstrip("′").split("°")
        assert int(degrees) + int(minutes) / 60 == pytest.approx(told, abs=2e-5)


def test_there_are_at_least_two_lines_each_way():
    plane = plane_for(shapely.box(112.6, 36.1, 113.4, 36.3))
    grid = graticule(plane, window_of(plane, 112.6, 36.1, 113.4, 36.3))
    for edge in ("bottom", "left"):
        assert sum(t.edge == edge for t in grid.ticks) >= 2


def test_lines_stay_inside_the_window():
    plane = plane_for(shapely.box(112.6, 36.1, 113.0, 36.5))
    window = window_of(plane, 112.6, 36.1, 113.0, 36.5)
    assert (
        shapely.box(*window)
        .buffer(0.01)
        .contains(shapely.union_all(graticule(plane, window).lines))
    )


def test_kilometre_lines_are_straight_and_whole():
    grid = kilometre_grid((500_000.0, 4_000_000.0, 530_000.0, 4_020_000.0))
    easts = [float(t.text) for t in grid.ticks if t.edge == "bottom"]
    assert np.diff(easts).tolist() == [10.0] * (len(easts) - 1)
    assert all(len(line.coords) == 2 for line in grid.lines)


def test_seconds_are_written_when_needed():
    assert degrees_text(112.0 + 90 / 3600, "E") == "112°01′30″E"
    assert degrees_text(36.0, "N") == "36°00′N"
