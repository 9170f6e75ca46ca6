import pytest
import shapely

from geo.draw.symbols.hatch import hatch_lines

SQUARE = shapely.box(0, 0, 10, 10)


@pytest.mark.parametrize("pattern", ["/", "\\", "|", "-", "+", "x"])
def test_strokes_stay_inside_and_cover_the_area_evenly(pattern):
    strokes = hatch_lines(SQUARE, pattern, spacing_mm=2)
    assert SQUARE.buffer(1e-9).contains(strokes)
    # Strokes 2 mm apart over 100 mm²: about 50 mm of stroke for each direction.
    directions = 2 if pattern in "+x" else 1
    assert strokes.length == pytest.approx(50 * directions, rel=0.25)


def test_strokes_stop_at_a_hole():
    hole = shapely.box(3, 3, 7, 7)
    strokes = hatch_lines(SQUARE.difference(hole), "/", spacing_mm=1)
    assert strokes.intersection(hole.buffer(-0.01)).is_empty


def test_neighbouring_areas_share_one_grid_of_strokes():
    left, right = shapely.box(0, 0, 5, 10), shapely.box(5, 0, 10, 10)
    parts = hatch_lines(left, "-").length + hatch_lines(right, "-").length
    assert parts == pytest.approx(hatch_lines(SQUARE, "-").length)


def test_dots_lie_inside():
    dots = hatch_lines(SQUARE, ".", spacing_mm=2)
    assert len(dots.geoms) > 15
    assert SQUARE.contains(dots)


def test_an_area_thinner_than_the_spacing_may_have_no_stroke():
    assert hatch_lines(shapely.box(0, 0.1, 10, 0.2), "-", spacing_mm=2).is_empty
