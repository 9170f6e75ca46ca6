"""A footprint a planner brought, and how its place was read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from shapely import Geometry

Format = Literal[
    "boundary-txt", "shapefile", "geopackage", "filegdb", "geojson", "kml", "dxf", "excel",
    "csv", "text", "wkt", "point",
]  # fmt: skip

FORMAT_ZH: Final[dict[Format, str]] = {
    "boundary-txt": "界址点 TXT", "shapefile": "Shapefile", "geopackage": "GeoPackage",
    "filegdb": "FileGDB", "geojson": "GeoJSON", "kml": "KML/KMZ", "dxf": "DXF", "excel": "Excel",
    "csv": "CSV", "text": "坐标文本", "wkt": "WKT", "point": "坐标点",
}  # fmt: skip
"""What a planner calls each format."""


@dataclass(frozen=True)
class CrsReading:
    """Which coordinate system the numbers were read in, and why.

    Args:
        given: ``EPSG:…``, or one of the pseudo systems ``GCJ-02`` and ``BD-09``.
        how: Chinese words: how the system was found.
        suspicions: Chinese sentences a report must print beside the position.
        accuracy_m: Uncertainty of the position that comes from the reading alone, in metres.
        certain: False when no verdict may rest on the position.
    """

    given: str
    how: str
    suspicions: tuple[str, ...] = ()
    accuracy_m: float = 0.0
    certain: bool = True


@dataclass(frozen=True)
class SiteSource:
    """The file a footprint came from; ``file`` is its name as shown, never a machine's path."""

    file: str
    format: Format
    sha256: str
    encoding: str | None = None


@dataclass(frozen=True)
class Unusable:
    """A footprint of a register that cannot be used.

    Args:
        name: As the file calls it, or made from the file's name.
        why: Chinese words without a full stop; they name the line where the format has lines.
        attributes: The file's own fields, as text.
    """

    name: str
    why: str
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Site:
    """One footprint, placed.

    Args:
        name: As the file calls it, or made from the file's name.
        geometry: EPSG:4490, longitude before latitude, without heights.
        source: Where it came from.
        crs: How its coordinates were read.
        plane: The geometry in the plane the file was written in (east, north; metres), if any.
        plane_epsg: ``EPSG:…`` of that plane.
        declared_area_m2: The area the file states, in square metres; ``None`` when it states none
            or its unit cannot be told.
        declared_words: The stated area as written, with the unit and how it was found.
        accuracy_m: How far the true boundary may lie from this one, in metres, as surveyed and written;
            what the reading of the coordinate system adds stands in ``crs.accuracy_m``.
        repairs: Chinese sentences, one per thing that was not as it should be.
        attributes: The file's own fields, as text.
    """

    name: str
    geometry: Geometry
    source: SiteSource
    crs: CrsReading
    plane: Geometry | None = None
    plane_epsg: str | None = None
    declared_area_m2: float | None = None
    declared_words: str = ""
    accuracy_m: float = 0.0
    repairs: tuple[str, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)
