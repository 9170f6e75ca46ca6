"""Gauss–Krüger zones against PROJ's own database."""

import math

import pytest
from pyproj import CRS

from geo.errors import CrsError
from geo.space import zones
from geo.space.datum import Datum, datum_of

EPSG_DATUM = {
    Datum.CGCS2000: "China 2000",
    Datum.XIAN80: "Xian 1980",
    Datum.BEIJING54: "Beijing 1954",
}


def test_every_zone_of_every_datum_is_listed_once():
    assert len(zones.ZONE_BY_EPSG) == 3 * 2 * (21 + 11)


@pytest.mark.parametrize("zone", zones.ZONE_BY_EPSG.values(), ids=lambda zone: str(zone.epsg))
def test_a_zone_is_what_the_database_says(zone):
    crs = CRS.from_epsg(zone.epsg)
    given = {parameter.name: parameter.value for parameter in crs.coordinate_operation.params}
    assert crs.coordinate_operation.method_name == "Transverse Mercator"
    assert crs.geodetic_crs.datum.name == EPSG_DATUM[zone.datum]
    assert datum_of(crs) is zone.datum
    assert given["Longitude of natural origin"] == zone.meridian
    assert given["False easting"] == zone.false_easting_m
    assert given["Scale factor at natural origin"] == 1
    assert given["False northing"] == given["Latitude of natural origin"] == 0
    assert zones.crs_title(crs) == zone.title


@pytest.mark.parametrize(
    ("datum", "with_37", "without_37", "with_38", "without_38"),
    [
        (Datum.CGCS2000, 4525, 4546, 4526, 4547),
        (Datum.XIAN80, 2361, 2382, 2362, 2383),
        (Datum.BEIJING54, 2413, 2434, 2414, 2435),
    ],
)
def test_shanxi_lies_in_zones_37_and_38(datum, with_37, without_37, with_38, without_38):
    for lon, prefixed, bare in ((111.0, with_37, without_37), (114.0, with_38, without_38)):
        assert zones.gauss_kruger(lon, prefix=True, datum=datum) == prefixed
        assert zones.gauss_kruger(lon, datum=datum) == bare


def test_the_boundary_meridian_belongs_to_the_east():
    assert zones.zone_of(math.nextafter(112.5, 0)) == 37
    assert zones.zone_of(112.5) == 38
    assert zones.zone_of(114.0, width=6) == 20


@pytest.mark.parametrize("lon", [36.3, -112.0, 140.0, math.nan, math.inf])
def test_a_longitude_outside_china_has_no_zone(lon):
    with pytest.raises(CrsError):
        zones.zone_of(lon)


def test_widths_other_than_three_and_six_are_refused():
    with pytest.raises(CrsError, match="只有 3 度带和 6 度带"):
        zones.zone_of(112.0, width=4)
    with pytest.raises(CrsError, match="25–45"):
        zones.zone_code(19)
    with pytest.raises(CrsError, match="没有高斯"):
        zones.zone_code(38, datum=Datum.WGS84)
