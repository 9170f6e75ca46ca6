"""One parcel with a hole, written in every format, encoding, zone and order that arrives.

The parcel: six corners about 1 km across near 112.88°E 36.31°N (in 3° zone 38, near zone 37), and a hole.
"""

from __future__ import annotations

import json
import math
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ezdxf
import fiona
import numpy as np
import openpyxl
from pyproj import CRS, Transformer
from shapely import Polygon

from geo.space.gcj import wgs84_to_gcj02

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

SHELL = (
    (112.875, 36.305), (112.886, 36.3045), (112.8875, 36.31), (112.8865, 36.3145), (112.8795, 36.315),
    (112.8745, 36.3115),
)  # fmt: skip
HOLE = ((112.88, 36.308), (112.8825, 36.308), (112.8825, 36.3105), (112.88, 36.3105))
TRUTH = Polygon(SHELL, [HOLE])
COUNTY = Polygon([(112.5, 36.1), (113.2, 36.1), (113.2, 36.6), (112.5, 36.6)])
"""A county around the parcel, 60 km wide."""
FULL, MILLIMETRE = 1e-9, 1e-6
Ring = list[tuple[float, float]]


def rings(epsg: int, *, digits: int | None = None) -> list[Ring]:
    """The two rings as east, north (or lon, lat) of a system on CGCS2000 or WGS 84."""
    way = Transformer.from_crs(4490, epsg, always_xy=True)
    out = []
    for ring in (SHELL, HOLE):
        x, y = way.transform(*np.array(ring).T) if epsg != 4490 else np.array(ring).T
        out.append([(float(a), float(b)) for a, b in zip(x, y, strict=True)])
    return (
        out
        if digits is None
        else [[(round(a, digits), round(b, digits)) for a, b in r] for r in out]
    )


def polygon(epsg: int) -> Polygon:
    shell, hole = rings(epsg)
    return Polygon(shell, [hole])


@dataclass(frozen=True)
class Case:
    """A file of the corpus: how to write it, what reading it must find, and how exactly."""

    write: Callable[[Path], Path]
    given: str
    tolerance: float = FULL
    plausible: bool = False
    crs: str | None = None
    table: str | None = None


# ---------------------------------------------------------------- 界址点 TXT


def txt(
    folder: Path, *, epsg: int = 4526, encoding: str = "gbk", header: dict[str, str] | None = None,
    digits: int | None = None, swapped: bool = False, closed: bool = True, label: str = "J",
    plot: str = "{n},{a},DK001,屯留一号地块,面,J49G001,工业用地,0601,@", wide: bool = False,
) -> Path:  # fmt: skip
    """Write the parcel as a 界址点 TXT."""
    head = {
        "坐标系": "2000国家大地坐标系",
        "几度分带": "3",
        "带号": "38",
        "计量单位": "米",
        "精度": "0.001",
        "转换参数": ",,,,,,",
    }
    head |= header or {}
    points = []
    for number, ring in enumerate(rings(epsg, digits=digits), 1):
        corners = [*ring, ring[0]] if closed else ring
        first = len(points) + 1
        for at, (east, north) in enumerate(corners):
            name = f"{label}{first if closed and at == len(corners) - 1 else first + at}"
            pair = (east, north) if swapped else (north, east)
            points.append(f"{name},{number},{_text(pair[0], digits)},{_text(pair[1], digits)}")
    lines = [
        "[属性描述]",
        "格式版本号=1.01版本",
        "数据产生单位=某测绘院",
        *(f"{k}={v}" for k, v in head.items()),
    ]
    lines += ["[其他]", "备注=无", "[地块坐标]", plot.format(n=len(points), a="85.1234"), *points]
    text = "\r\n".join(lines) + "\r\n"
    if wide:
        text = full_width(text)
    path = folder / "地块.txt"
    path.write_bytes(text.encode(encoding))
    return path


def full_width(text: str) -> str:
    """Type digits, commas and full stops with a Chinese keyboard."""
    return text.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789,."})


def _text(value: float, digits: int | None) -> str:
    return repr(value) if digits is None else f"{value:.{digits}f}"


# ---------------------------------------------------------------- GIS formats


def gis(
    folder: Path, driver: str, name: str, *, epsg: int = 4490, crs: bool = True, encoding: str = "utf-8",
    cpg: str | None = None, swapped: bool = False, layers: Sequence[str] = (),
) -> Path:  # fmt: skip
    """Write the parcel with GDAL."""
    path = folder / name
    shells = [[(b, a) for a, b in ring] for ring in rings(epsg)] if swapped else rings(epsg)
    closed = [[*ring, ring[0]] for ring in shells]
    schema = {
        "geometry": "Polygon",
        "properties": {"名称" if driver == "ESRI Shapefile" else "name": "str:60"},
    }
    record = {
        "type": "Feature", "geometry": {"type": "Polygon", "coordinates": closed},
        "properties": dict.fromkeys(schema["properties"], "屯留一号地块"),
    }  # fmt: skip
    for layer in layers or [None]:  # type: ignore[list-item]
        options: dict[str, Any] = {"layer": layer} if layer else {}
        system = CRS.from_epsg(epsg).to_wkt() if crs else None
        with fiona.open(
            path, "w", driver=driver, schema=schema, crs_wkt=system, encoding=encoding, **options
        ) as out:
            out.write(record)
    if driver == "ESRI Shapefile":
        path.with_suffix(".cpg").unlink(missing_ok=True)
        if cpg:
            path.with_suffix(".cpg").write_text(cpg)
        if not crs:
            path.with_suffix(".prj").unlink(missing_ok=True)
    return path


class _RawName(zipfile.ZipInfo):
    """An entry whose name is bytes in an encoding nobody declares."""

    def __init__(self, name: bytes) -> None:
        super().__init__(name.decode("cp437"))

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("cp437"), self.flag_bits


def zipped(
    folder: Path, files: Iterable[Path], *, stem: str | None = None, encoding: str = "gbk"
) -> Path:
    """Zip files the way Windows archivers do: GBK names, no flag that says so."""
    path = folder / "提交.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(files):
            name = f"{stem or file.stem}{file.suffix}"
            archive.writestr(_RawName(name.encode(encoding)), file.read_bytes())
    return path


def zipped_shape(folder: Path) -> Path:
    inner = folder / "inner"
    inner.mkdir()
    path = gis(inner, "ESRI Shapefile", "site.shp", epsg=4526, encoding="gb18030")
    return zipped(folder, path.parent.iterdir(), stem="图形/屯留地块")


def geojson(
    folder: Path,
    *,
    epsg: int = 4490,
    member: str | None = None,
    encoding: str = "utf-8",
    closed: bool = True,
) -> Path:
    """Write a feature collection."""
    coordinates = [[*ring, ring[0]] if closed else ring for ring in rings(epsg)]
    feature = {
        "type": "Feature", "properties": {"名称": "屯留一号地块"},
        "geometry": {"type": "Polygon", "coordinates": coordinates},
    }  # fmt: skip
    collection: dict[str, Any] = {"type": "FeatureCollection"}
    if member:
        collection["crs"] = {"type": "name", "properties": {"name": member}}
    collection["features"] = [feature]
    path = folder / "地块.geojson"
    path.write_bytes(json.dumps(collection, ensure_ascii=False).encode(encoding))
    return path


def wkt(folder: Path, *, epsg: int = 4490, srid: bool = False) -> Path:
    text = "POLYGON ({})".format(
        ", ".join("(" + ", ".join(f"{a!r} {b!r}" for a, b in [*r, r[0]]) + ")" for r in rings(epsg))
    )
    path = folder / "地块.wkt"
    path.write_text(f"SRID={epsg};{text}" if srid else text)
    return path


# ---------------------------------------------------------------- KML


def kml_text(*, coord_type: str = "", gcj: bool = False, extra: str = "") -> str:
    """Write the parcel as KML; 奥维 names the system in OvCoordType."""
    parts = []
    for tag, ring in zip(("outerBoundaryIs", "innerBoundaryIs"), (SHELL, HOLE), strict=True):
        x, y = np.array([*ring, ring[0]]).T
        if gcj:
            x, y = wgs84_to_gcj02(x, y)
        points = " ".join(f"{a!r},{b!r},0" for a, b in zip(x.tolist(), y.tolist(), strict=True))
        parts.append(f"<{tag}><LinearRing><coordinates>{points}</coordinates></LinearRing></{tag}>")
    ov = f"<OvCoordType>{coord_type}</OvCoordType>" if coord_type else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<name>图</name>{extra}<Placemark><name>屯留一号地块</name>{ov}"
        '<ExtendedData><Data name="行业"><value>炼焦</value></Data></ExtendedData>'
        f"<Polygon>{''.join(parts)}</Polygon></Placemark></Document></kml>"
    )


def kml(folder: Path, name: str = "地块.kml", *, encoding: str = "utf-8", **options: Any) -> Path:
    path = folder / name
    text = kml_text(**options)
    path.write_bytes(text.replace("UTF-8", encoding).encode(encoding))
    return path


def kmz(folder: Path) -> Path:
    path = folder / "地块.kmz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("doc.kml", kml_text())
        archive.writestr("files/icon.png", b"\x89PNG")
    return path


# ---------------------------------------------------------------- DXF


def dxf(
    folder: Path, how: str = "lwpolyline", *, epsg: int = 4526, scale: float = 1.0, units: int = 6
) -> Path:
    """Write the parcel as a drawing, on one layer."""
    document = ezdxf.new("R2010", setup=False)
    document.header["$INSUNITS"] = units
    space = document.modelspace()
    layer = {"layer": "用地红线"}
    shapes = [[(a * scale, b * scale) for a, b in ring] for ring in rings(epsg)]
    for number, ring in enumerate(shapes):
        if how == "lwpolyline":
            space.add_lwpolyline(ring, close=True, dxfattribs=layer)
        elif how == "polyline":
            space.add_polyline2d(ring, close=True, dxfattribs=layer)
        elif how == "lines":
            for start, end in zip(ring, [*ring[1:], ring[0]], strict=True):
                space.add_line(start, end, dxfattribs=layer)
        elif how == "repeated":
            space.add_lwpolyline([*ring, ring[0]], dxfattribs=layer)
        elif how == "nearly":
            end = (ring[0][0] + 0.0004, ring[0][1])
            space.add_lwpolyline([*ring, end], dxfattribs=layer)
        elif how == "block":
            block = document.blocks.new(f"B{number}")
            base = ring[0]
            block.add_lwpolyline([(a - base[0], b - base[1]) for a, b in ring], close=True)
            space.add_blockref(f"B{number}", base, dxfattribs=layer)
        elif how == "hatch":
            space.add_lwpolyline(ring, close=True, dxfattribs=layer)
            hatch = space.add_hatch(dxfattribs=layer)
            hatch.paths.add_polyline_path(ring, is_closed=True)
    space.add_text("说明", dxfattribs={"layer": "注记"})
    path = folder / "地块.dxf"
    document.saveas(path)
    return path


# ---------------------------------------------------------------- tables


def dms(value: float, form: str = "{d}°{m:02d}′{s}″", *, digits: int = 7) -> str:
    """Spell an angle in degrees, minutes and seconds."""
    total = round(value * 3600, digits)
    degrees, rest = divmod(total, 3600)
    minutes, seconds = divmod(rest, 60)
    width = digits + 3 if digits else 2
    return form.format(d=int(degrees), m=int(minutes), s=f"{seconds:0{width}.{digits}f}")


def rows(
    epsg: int = 4526,
    *,
    digits: int | None = None,
    north_first: bool = True,
    form: str | None = None,
) -> list[list[str]]:
    """Rows 点号, 圈号, first, second."""
    out = []
    for number, ring in enumerate(rings(epsg, digits=digits), 1):
        for at, (east, north) in enumerate(ring, 1):
            pair = (north, east) if north_first else (east, north)
            texts = [dms(v, form) if form else _text(v, digits) for v in pair]
            out.append([f"J{at}", str(number), *texts])
    return out


def unringed(points: Sequence[Sequence[str]]) -> list[list[str]]:
    """Leave the ring column out: point numbers that begin again begin the hole."""
    return [[label, *pair] for label, _, *pair in points]


def table(
    folder: Path,
    name: str,
    head: Sequence[Sequence[str]],
    body: Sequence[Sequence[str]],
    *,
    sep: str = ",",
    encoding: str = "utf-8",
) -> Path:
    path = folder / name
    path.write_bytes("\r\n".join(sep.join(r) for r in [*head, *body]).encode(encoding))
    return path


def excel(
    folder: Path,
    head: Sequence[Sequence[str]],
    body: Sequence[Sequence[Any]],
    *,
    numbers: bool = True,
    merge: Sequence[str] = (),
) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [*head, *body]:
        sheet.append([_cell(c) if numbers else c for c in row])
    for span in merge:
        sheet.merge_cells(span)
    book.create_sheet("Sheet2")
    path = folder / "拐点.xlsx"
    book.save(path)
    return path


def _cell(text: Any) -> Any:
    try:
        value = float(text)
    except ValueError:
        return text
    return value if math.isfinite(value) else text


def split_dms(body: Sequence[Sequence[str]]) -> list[list[str]]:
    """Rows with degrees, minutes and seconds in three columns."""
    return [[r[0], r[1], *r[2].split("|"), *r[3].split("|")] for r in body]


XY = ["点号", "圈号", "X(m)", "Y(m)"]
LL = ["点号", "圈号", "经度", "纬度"]
_PIPES = "{d}|{m}|{s}"
_TABLE = "2000国家大地坐标系"

CASES: dict[str, Case] = {
    "txt gbk prefix": Case(txt, "EPSG:4526"),
    "txt gb18030": Case(lambda f: txt(f, encoding="gb18030", plot="{n},{a},1,沚村㙦地块,面,,,,@"), "EPSG:4526"),
    "txt utf-8": Case(lambda f: txt(f, encoding="utf-8"), "EPSG:4526"),
    "txt utf-8 bom": Case(lambda f: txt(f, encoding="utf-8-sig"), "EPSG:4526"),
    "txt utf-16": Case(lambda f: txt(f, encoding="utf-16"), "EPSG:4526"),
    "txt millimetres": Case(lambda f: txt(f, digits=3), "EPSG:4526", MILLIMETRE),
    "txt no prefix, zone in header": Case(lambda f: txt(f, epsg=4547), "EPSG:4547"),
    "txt no prefix, no zone": Case(lambda f: txt(f, epsg=4547, header={"带号": ""}), "EPSG:4547", plausible=True),
    "txt zone 37": Case(lambda f: txt(f, epsg=4525, header={"带号": "37"}), "EPSG:4525"),
    "txt zone 37 no prefix": Case(lambda f: txt(f, epsg=4546, header={"带号": "37"}), "EPSG:4546"),
    "txt 6° zone 19": Case(lambda f: txt(f, epsg=4497, header={"几度分带": "6", "带号": "19"}), "EPSG:4497"),
    "txt 6° zone 19 no prefix": Case(lambda f: txt(f, epsg=4508, header={"几度分带": "6", "带号": "19"}), "EPSG:4508"),
    "txt east first": Case(lambda f: txt(f, swapped=True), "EPSG:4526"),
    "txt unclosed, bare numbers": Case(lambda f: txt(f, closed=False, label=""), "EPSG:4526"),
    "txt 12 fields": Case(lambda f: txt(f, plot="{n},{a}公顷,1,屯留一号地块,面,J49,工业,0601,是,否,2026,@"), "EPSG:4526"),
    "txt 13 fields": Case(lambda f: txt(f, plot="{n},{a},1,屯留一号地块,面,J49,工业,0601,是,否,2026,某局,@"), "EPSG:4526"),
    "txt zone 37 east first": Case(lambda f: txt(f, epsg=4525, header={"带号": "37"}, swapped=True), "EPSG:4525"),
    "txt zip": Case(lambda f: zipped(f, [txt(f)]), "EPSG:4526"),
    "txt full width": Case(lambda f: txt(f, wide=True), "EPSG:4526"),
    "txt degrees": Case(lambda f: txt(f, epsg=4490, header={"几度分带": "", "带号": "", "计量单位": "度"}), "EPSG:4490"),
    "shp gbk": Case(lambda f: gis(f, "ESRI Shapefile", "地块.shp", epsg=4526, encoding="gb18030"), "EPSG:4526"),
    "shp utf-8": Case(lambda f: gis(f, "ESRI Shapefile", "地块.shp", epsg=4526), "EPSG:4526"),
    "shp lying cpg": Case(lambda f: gis(f, "ESRI Shapefile", "地块.shp", epsg=4526, encoding="gb18030", cpg="UTF-8"), "EPSG:4526"),
    "shp other lie": Case(lambda f: gis(f, "ESRI Shapefile", "地块.shp", epsg=4526, cpg="GBK"), "EPSG:4526"),
    "shp no prj, prefix": Case(lambda f: gis(f, "ESRI Shapefile", "地块.shp", epsg=4526, crs=False), "EPSG:4526"),
    "shp no prj, no prefix": Case(lambda f: gis(f, "ESRI Shapefile", "地块.shp", epsg=4547, crs=False), "EPSG:4547", plausible=True),
    "shp no prj, degrees": Case(lambda f: gis(f, "ESRI Shapefile", "地块.shp", crs=False), "EPSG:4490"),
    "shp degrees": Case(lambda f: gis(f, "ESRI Shapefile", "地块.shp"), "EPSG:4490"),
    "shp north first": Case(lambda f: gis(f, "ESRI Shapefile", "地块.shp", epsg=4526, crs=False, swapped=True), "EPSG:4526"),
    "shp UTM": Case(lambda f: gis(f, "ESRI Shapefile", "地块.shp", epsg=32649), "EPSG:32649"),
    "shp zone 37 no prefix": Case(lambda f: gis(f, "ESRI Shapefile", "地块.shp", epsg=4546), "EPSG:4546"),
    "shp 6° zone 19": Case(lambda f: gis(f, "ESRI Shapefile", "地块.shp", epsg=4497), "EPSG:4497"),
    "shp zip gbk names": Case(zipped_shape, "EPSG:4526"),
    "gpkg": Case(lambda f: gis(f, "GPKG", "地块.gpkg", epsg=4526), "EPSG:4526"),
    "gpkg degrees": Case(lambda f: gis(f, "GPKG", "地块.gpkg"), "EPSG:4490"),
    "gpkg zone 37": Case(lambda f: gis(f, "GPKG", "地块.gpkg", epsg=4525), "EPSG:4525"),
    "gpkg zip": Case(lambda f: zipped(f, [gis(f, "GPKG", "地块.gpkg", epsg=4526)]), "EPSG:4526"),
    "gpkg several layers": Case(lambda f: gis(f, "GPKG", "地块.gpkg", epsg=4547, layers=["红线", "占地"]), "EPSG:4547", table="占地"),
    # FileGDB stores coordinates as integers of 1e-9 degrees (GDAL default).
    "filegdb": Case(lambda f: gis(f, "OpenFileGDB", "地块.gdb"), "EPSG:4490", MILLIMETRE),
    "geojson": Case(geojson, "EPSG:4326"),
    "geojson gbk": Case(lambda f: geojson(f, encoding="gbk"), "EPSG:4326"),
    "geojson crs member": Case(lambda f: geojson(f, epsg=4526, member="urn:ogc:def:crs:EPSG::4526"), "EPSG:4526"),
    "geojson plane without crs": Case(lambda f: geojson(f, epsg=4526), "EPSG:4526"),
    "geojson unclosed": Case(lambda f: geojson(f, closed=False), "EPSG:4326"),
    "kml": Case(kml, "EPSG:4326"),
    "kml gbk": Case(lambda f: kml(f, encoding="gbk"), "EPSG:4326"),
    "kmz": Case(kmz, "EPSG:4326"),
    "ovkml CGCS2000": Case(lambda f: kml(f, "地块.ovkml", coord_type="CGCS2000"), "EPSG:4490"),
    "ovkml GCJ-02": Case(lambda f: kml(f, "地块.ovkml", coord_type="GCJ-02", gcj=True), "GCJ-02"),
    "kml shifted, user says so": Case(lambda f: kml(f, gcj=True), "GCJ-02", crs="GCJ-02"),
    "dxf closed": Case(dxf, "EPSG:4526"),
    "dxf polyline2d": Case(lambda f: dxf(f, "polyline"), "EPSG:4526"),
    "dxf lines": Case(lambda f: dxf(f, "lines"), "EPSG:4526"),
    "dxf first point repeated": Case(lambda f: dxf(f, "repeated"), "EPSG:4526"),
    "dxf nearly closed": Case(lambda f: dxf(f, "nearly"), "EPSG:4526", MILLIMETRE),
    "dxf block": Case(lambda f: dxf(f, "block"), "EPSG:4526"),
    "dxf hatch and outline": Case(lambda f: dxf(f, "hatch"), "EPSG:4526"),
    "dxf millimetres": Case(lambda f: dxf(f, scale=1000, units=4), "EPSG:4526"),
    "dxf metres, header says millimetres": Case(lambda f: dxf(f, units=4), "EPSG:4526"),
    "dxf no prefix": Case(lambda f: dxf(f, epsg=4547), "EPSG:4547", plausible=True),
    "dxf zone 37 no prefix": Case(lambda f: dxf(f, epsg=4546), "EPSG:4546", plausible=True),
    "dxf zip": Case(lambda f: zipped(f, [dxf(f)]), "EPSG:4526"),
    "excel X Y": Case(lambda f: excel(f, [XY], rows()), "EPSG:4526"),
    "excel Y X": Case(lambda f: excel(f, [["点号", "圈号", "横坐标Y", "纵坐标X"]], rows(north_first=False)), "EPSG:4526"),
    "excel headings the wrong way round": Case(lambda f: excel(f, [XY], rows(north_first=False)), "EPSG:4526"),
    "excel titled": Case(lambda f: excel(f, [[f"拐点坐标表（{_TABLE}，3度带，中央经线114°）"], [], XY], rows(4547)), "EPSG:4547"),
    "excel decimal degrees": Case(lambda f: excel(f, [["点号", "圈号", "经度(°)", "纬度(°)"]], rows(4490, north_first=False)), "EPSG:4490"),
    "excel DMS in three columns": Case(
        lambda f: excel(
            f,
            [["点号", "圈号", "东经", "", "", "北纬", "", ""], ["", "", "度", "分", "秒", "度", "分", "秒"]],
            split_dms(rows(4490, north_first=False, form=_PIPES)),
            merge=["C1:E1", "F1:H1", "A1:A2", "B1:B2"],
        ), "EPSG:4490", MILLIMETRE,
    ),
    "excel text cells": Case(lambda f: excel(f, [XY], rows(digits=3), numbers=False), "EPSG:4526", MILLIMETRE),
    "csv gbk": Case(lambda f: table(f, "拐点.csv", [XY], rows(), encoding="gbk"), "EPSG:4526"),
    "csv millimetres": Case(lambda f: table(f, "拐点.csv", [XY], rows(digits=3)), "EPSG:4526", MILLIMETRE),
    "csv full width": Case(lambda f: table(f, "拐点.csv", [XY], [[full_width(c) for c in r] for r in rows()]), "EPSG:4526"),
    "csv semicolons": Case(lambda f: table(f, "拐点.csv", [XY], rows(), sep=";"), "EPSG:4526"),
    "csv utf-16 tabs": Case(lambda f: table(f, "拐点.csv", [XY], rows(), sep="\t", encoding="utf-16"), "EPSG:4526"),
    "csv zone 37 in the title": Case(
        lambda f: table(f, "拐点.csv", [["2000国家大地坐标系 3度带 中央经线111°"], XY], rows(4546)), "EPSG:4546",
    ),
    "csv 6° zone 19 prefix": Case(lambda f: table(f, "拐点.csv", [XY], rows(4497)), "EPSG:4497"),
    "csv POINT_X": Case(lambda f: table(f, "拐点.csv", [["ID", "圈号", "POINT_X", "POINT_Y"]], rows(north_first=False)), "EPSG:4526"),
    "csv DMS ° ′ ″": Case(lambda f: table(f, "拐点.csv", [LL], rows(4490, north_first=False, form="{d}°{m:02d}′{s}″")), "EPSG:4490", MILLIMETRE),
    "csv DMS hyphens": Case(lambda f: table(f, "拐点.csv", [LL], rows(4490, north_first=False, form="{d}-{m:02d}-{s}")), "EPSG:4490", MILLIMETRE),
    "csv DMS blanks": Case(lambda f: table(f, "拐点.csv", [LL], rows(4490, north_first=False, form="{d} {m:02d} {s}")), "EPSG:4490", MILLIMETRE),
    "csv DMS 度分秒": Case(lambda f: table(f, "拐点.csv", [LL], rows(4490, north_first=False, form="{d}度{m:02d}分{s}秒")), "EPSG:4490", MILLIMETRE),
    "csv dd.mmss declared": Case(
        lambda f: table(f, "拐点.csv", [["点号", "圈号", "经度(度.分秒)", "纬度(度.分秒)"]], [
            [r[0], r[1], *(_packed(v) for v in r[2:])] for r in rows(4490, north_first=False, form="{d}|{m:02d}|{s}")
        ]), "EPSG:4490", MILLIMETRE,
    ),
    "pasted tabs": Case(lambda f: table(f, "拐点.txt", [["序号", "圈号", "X坐标", "Y坐标"]], rows(), sep="\t"), "EPSG:4526"),
    "pasted without headings": Case(lambda f: table(f, "拐点.txt", [], unringed(rows()), sep="  "), "EPSG:4526"),
    "pasted from a chat": Case(lambda f: table(f, "拐点.txt", [["项目用地拐点："]], unringed(rows()), sep="，"), "EPSG:4526"),
    "pasted DMS": Case(
        lambda f: table(f, "拐点.txt", [["点号", "经度", "纬度"]], unringed(rows(4490, north_first=False, form="{d}°{m:02d}′{s}″")), sep="\t"),
        "EPSG:4490", MILLIMETRE,
    ),
    "wkt": Case(wkt, "EPSG:4490"),
    "wkt srid": Case(lambda f: wkt(f, epsg=4526, srid=True), "EPSG:4526"),
    "wkt plane": Case(lambda f: wkt(f, epsg=4526), "EPSG:4526"),
    "wkt zone 37": Case(lambda f: wkt(f, epsg=4525), "EPSG:4525"),
}  # fmt: skip


def _packed(piped: str) -> str:
    """112|52|30.5000 → 112.52305000."""
    degrees, minutes, seconds = piped.split("|")
    whole, _, rest = seconds.partition(".")
    return f"{degrees}.{minutes}{whole}{rest}"


def zip_bytes(members: dict[str, bytes]) -> bytes:
    """A ZIP in memory."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()
