"""Which labels a map asks for: a number at each place of a task, none for the scrap of a river."""

import numpy as np
import pytest
import shapely

from geo.draw.label.requests import _places, _scrap

BOX = shapely.box(0, 0, 100, 100)


def collected(*parts):
    return shapely.geometrycollections(np.array(parts, dtype=object))


def test_a_point_far_from_a_tasks_area_is_a_place_by_itself_and_a_near_one_is_not():
    area = shapely.box(10, 10, 30, 30)
    near, far = shapely.Point(33, 20), shapely.Point(60, 60)
    assert _places(collected(area, near)) == [area]
    assert _places(collected(area, near, far)) == [area, far]


@pytest.mark.parametrize(
    ("end", "scrap"), [((100, 10), True), ((100, 30), False), ((95, 5), False)]
)
def test_the_end_of_a_river_at_the_maps_edge_is_a_scrap_a_short_brook_inside_is_not(end, scrap):
    start = (90, 5) if end != (100, 30) else (80, 5)
    assert _scrap(shapely.LineString([start, end]), BOX) is scrap
