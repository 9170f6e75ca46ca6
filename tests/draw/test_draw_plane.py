import pytest
import shapely

from geo.draw.plane import plane_for


def test_a_county_lies_in_its_three_degree_zone():
    plane = plane_for(shapely.box(112.6, 36.1, 113.0, 36.5))
    assert plane.crs == "EPSG:4547"
    assert plane.meridian == 114.0


def test_a_wide_extent_gets_a_meridian_of_its_own():
    plane = plane_for(shapely.box(108.9, 34.5, 114.5, 40.7))
    assert plane.meridian == pytest.approx(111.7)
    x, y = plane.forward([111.7], [0.0])
    assert (float(x[0]), float(y[0])) == pytest.approx((500_000.0, 0.0), abs=1e-6)


def test_degrees_come_back():
    plane = plane_for(shapely.box(108.9, 34.5, 114.5, 40.7))
    lon, lat = plane.inverse(*plane.forward([113.2], [36.4]))
    assert (float(lon[0]), float(lat[0])) == pytest.approx((113.2, 36.4), abs=1e-9)


def test_convergence_is_positive_east_of_the_meridian_and_nothing_on_it():
    plane = plane_for(shapely.box(112.6, 36.1, 113.0, 36.5))
    assert plane.convergence_deg(114.0, 36.0) == pytest.approx(0.0, abs=1e-9)
    # sin φ · Δλ = sin 36° × 1° = 0.588°
    assert plane.convergence_deg(115.0, 36.0) == pytest.approx(0.588, abs=0.001)
    assert plane.convergence_deg(113.0, 36.0) < 0
