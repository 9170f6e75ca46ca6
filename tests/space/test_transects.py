from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.errors import GeometryError
from geo.space import transects
from geo.space.transects import evened, swept, transects_around


def widened(geometry, width=50.0, spacing=5.0):
    around = transects_around(geometry, spacing_m=spacing)
    return swept(around, geometry, np.full(len(around), width))


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Point(0, 0),
        shapely.MultiPoint([(0, 0), (300, 0)]),
        shapely.LineString([(0, 0), (200, 100)]),
        shapely.LineString([(0, 0), (200, 0), (200, 200)]),
        shapely.LineString([(0, 0), (200, 0), (0, 10)]),  # a hairpin
        shapely.LineString([(0, 0), (100, 0), (100, 0), (200, 0)]),  # a repeated vertex
        shapely.box(0, 0, 200, 100),
        shapely.box(0, 0, 200, 100).reverse(),
        shapely.Polygon([(0, 0), (300, 0), (300, 300), (150, 60), (0, 300)]),  # a notch
        shapely.LinearRing([(0, 0), (300, 0), (150, 250)]),
        shapely.GeometryCollection([shapely.Point(0, 0), shapely.box(300, 0, 400, 50)]),
    ],
)
def test_transects_of_one_length_sweep_the_buffer(shape):
    buffer = shape.buffer(50)
    assert widened(shape).symmetric_difference(buffer).area / buffer.area < 0.015


def test_holes_are_not_entered_and_stay_holes():
    ring = shapely.box(0, 0, 200, 200) - shapely.box(50, 50, 150, 150)
    area = widened(ring)
    assert not area.covers(shapely.Point(100, 100))
    assert area.covers(shapely.Point(-40, 100))


def test_origins_are_no_farther_apart_than_told_and_directions_are_unit_vectors():
    around = transects_around(shapely.box(0, 0, 100, 60), spacing_m=7)
    apart = np.hypot(*np.diff(around.origins, axis=0).T)
    assert apart.max() <= 7
    assert np.hypot(*around.directions.T) == pytest.approx(np.ones(len(around)))


def test_the_median_of_neighbours_that_look_the_same_way_counts():
    around = transects_around(shapely.LineString([(0, 0), (200, 0)]), spacing_m=10)
    south = around.directions[:, 1] < 0
    sides = np.where(south, 100.0, 20.0)  # the two sides of a line do not mix
    flat = np.abs(around.directions[:, 0]) < 0.01
    assert evened(around, sides, along_m=100)[flat] == pytest.approx(sides[flat])
    strays = sides + 500 * (np.arange(len(around)) % 5 == 0)
    assert evened(around, strays, along_m=100)[flat] == pytest.approx(sides[flat])


def test_parts_are_evened_by_themselves_and_a_piece_at_a_time(monkeypatch):
    around = transects_around(shapely.MultiPoint([(0, 0), (900, 0)]), spacing_m=10)
    lengths = around.parts * 70.0 + 10
    monkeypatch.setattr(transects, "_POINTS_AT_ONCE", 50)
    assert evened(around, lengths, along_m=400).tolist() == lengths.tolist()


def test_a_polygon_is_left_outwards_only():
    box = shapely.box(0, 0, 100, 60)
    around = transects_around(box, spacing_m=10)
    assert not shapely.contains_properly(
        box, shapely.points(around.points(np.array([1.0]))[:, 0])
    ).any()


def test_an_empty_shape_has_no_transects():
    with pytest.raises(GeometryError, match="没有可以向外量测的几何"):
        transects_around(shapely.MultiLineString(), spacing_m=10)


def test_collections_inside_collections_are_opened():
    nested = shapely.GeometryCollection([shapely.MultiPoint([(0, 0), (9, 9)]), shapely.Point(5, 5)])
    assert set(transects_around(nested, spacing_m=10).parts.tolist()) == {0, 1, 2}


def test_parts_without_coordinates_are_passed_over():
    some = shapely.GeometryCollection([shapely.LineString(), shapely.Point(0, 0)])
    assert set(transects_around(some, spacing_m=10).parts.tolist()) == {0}
