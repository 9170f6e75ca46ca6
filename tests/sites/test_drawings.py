"""DXF, KML, WKT and GIS files: their own traps."""

from __future__ import annotations

import sys
import warnings
from contextlib import suppress
from types import SimpleNamespace

import ezdxf
import fiona
import numpy as np
import pytest

from geo.errors import InputError
from geo.sites.drawing import run_of
from geo.sites.limits import quiet
from geo.sites.nesting import assemble
from geo.sites.read import read_sites

N, E = 4_020_000.0, 38_400_000.0
SQUARE = [(E, N), (E + 100, N), (E + 100, N + 100), (E, N + 100)]


@pytest.fixture
def draw(tmp_path):
    """Make a DXF by a function of its modelspace and document, and read it."""

    def make(painter, **options):
        document = ezdxf.new("R2010")
        document.header["$INSUNITS"] = 6
        painter(document.modelspace(), document)
        path = tmp_path / "图.dxf"
        document.saveas(path)
        return read_sites(path, **options)

    return make


def test_a_circle_has_its_area(draw):
    (site,) = draw(lambda space, _: space.add_circle((E, N), 100))
    assert site.plane.area == pytest.approx(np.pi * 100**2, rel=2e-6)


def test_bulges_are_arcs(draw):
    half = [(E, N, 0, 0, 1), (E + 200, N, 0, 0, 0)]
    (site,) = draw(lambda space, _: space.add_lwpolyline(half, format="xyseb", close=True))
    assert site.plane.area == pytest.approx(np.pi * 100**2 / 2, rel=2e-6)
    assert site.plane.bounds[1] == pytest.approx(N - 100)


def test_a_mirrored_polyline_bulges_the_other_way(draw):
    half = [(-E, N, 0, 0, 1), (-E - 200, N, 0, 0, 0)]
    seen_from_below = {"extrusion": (0, 0, -1)}
    (site,) = draw(
        lambda space, _: space.add_lwpolyline(
            half, format="xyseb", close=True, dxfattribs=seen_from_below
        )
    )
    assert site.plane.bounds == pytest.approx((E, N, E + 200, N + 100), abs=1e-3)
    assert site.plane.area == pytest.approx(np.pi * 100**2 / 2, rel=2e-6)


def test_arcs_and_lines_join_to_one_ring(draw):
    def stadium(space, _):
        space.add_line((E, N), (E + 200, N))
        space.add_arc((E + 200, N + 50), 50, -90, 90)
        space.add_line((E + 200, N + 100), (E, N + 100))
        space.add_arc((E, N + 50), 50, 90, 270)

    (site,) = draw(stadium)
    assert site.plane.area == pytest.approx(200 * 100 + np.pi * 50**2, rel=1e-5)
    assert "4 段线首尾相接，已连成 1 条" in site.repairs


def test_ellipses_and_splines_are_followed(draw):
    (site,) = draw(lambda space, _: space.add_ellipse((E, N), (100, 0), 0.5))
    assert site.plane.area == pytest.approx(np.pi * 100 * 50, rel=1e-5)
    spline = [(*p, 0) for p in [*SQUARE, SQUARE[0]]]
    (site,) = draw(lambda space, _: space.add_spline(spline))
    assert 8_000 < site.plane.area < 25_000


def test_a_nearly_closed_polyline_is_closed_and_the_gap_named(draw):
    (site,) = draw(lambda space, _: space.add_lwpolyline([*SQUARE, (E, N + 0.5)]))
    assert site.geometry.geom_type == "Polygon"
    assert site.repairs == ("多段线首尾相距 0.500 m，已闭合",)


def test_an_open_polyline_is_a_line_with_a_warning(draw):
    (site,) = draw(lambda space, _: space.add_lwpolyline([*SQUARE, (E, N + 40)]))
    assert site.geometry.geom_type == "LineString"
    assert "多段线未闭合（首尾相距 40.0 m），按线处理" in site.repairs[0]
    assert site.repairs[0] in site.crs.suspicions


def test_three_sides_of_a_plot_are_not_taken_for_a_road_in_silence(draw):
    (site,) = draw(lambda space, _: space.add_lwpolyline(SQUARE))
    assert "若为用地范围，请在 CAD 中闭合" in site.crs.suspicions[-1]


def test_a_road_is_a_line_without_a_doubt(draw):
    (site,) = draw(lambda space, _: space.add_lwpolyline([(E, N), (E + 300, N + 20), (E + 600, N)]))
    assert site.repairs == ()
    assert not [words for words in site.crs.suspicions if "按线处理" in words]


def test_separate_outlines_are_separate_sites_and_inner_ones_holes(draw):
    def paint(space, _):
        space.add_lwpolyline(SQUARE, close=True)
        space.add_lwpolyline([(x + 500, y) for x, y in SQUARE], close=True)
        space.add_lwpolyline(
            [(E + 40, N + 40), (E + 60, N + 40), (E + 60, N + 60), (E + 40, N + 60)], close=True
        )

    first, second = draw(paint)
    assert (first.plane.area, second.plane.area) == pytest.approx((9_600, 10_000))


def test_shapes_on_two_layers_ask_which(draw):
    def paint(space, _):
        space.add_lwpolyline(SQUARE, close=True, dxfattribs={"layer": "红线"})
        space.add_lwpolyline(SQUARE, close=True, dxfattribs={"layer": "图框"})

    with pytest.raises(InputError, match="2 个含图形的图层：红线、图框 — 请用 --table 指明"):
        draw(paint)
    (site,) = draw(paint, table="红线")
    assert site.attributes == {"图层": "红线"}
    with pytest.raises(InputError, match="没有图层「蓝线」 — 可选：红线、图框"):
        draw(paint, table="蓝线")


def test_blocks_within_blocks_are_unfolded_with_scale_and_rows(draw):
    def paint(space, document):
        inner = document.blocks.new("内")
        inner.add_lwpolyline([(0, 0), (10, 0), (10, 10), (0, 10)], close=True)
        document.blocks.new("外").add_blockref("内", (0, 0), dxfattribs={"xscale": 2, "yscale": 2})
        space.add_blockref("外", (E, N), dxfattribs={"column_count": 3, "column_spacing": 100})

    sites = draw(paint)
    assert [site.plane.area for site in sites] == pytest.approx([400, 400, 400])


def test_a_hatch_of_lines_and_arcs_is_an_area(draw):
    def paint(space, _):
        path = space.add_hatch().paths.add_edge_path()
        path.add_line((E, N), (E + 100, N))
        path.add_arc((E + 50, N), 50, 0, 180)

    (site,) = draw(paint)
    assert site.plane.area == pytest.approx(np.pi * 50**2 / 2, rel=1e-5)


def test_a_line_drawn_twice_is_one_line(draw):
    (site,) = draw(lambda space, _: [space.add_line((E, N), (E + 100, N)) for _ in range(2)])
    assert site.geometry.geom_type == "LineString"
    assert site.plane.length == pytest.approx(100)


def test_points_alone_are_points(draw):
    first, second = draw(lambda space, _: [space.add_point((E, N)), space.add_point((E + 50, N))])
    assert first.geometry.geom_type == "Point"
    assert second.name == "图-2"


def test_a_drawing_in_local_coordinates_is_refused(draw):
    with pytest.raises(InputError, match="既不是中国境内的经纬度"):
        draw(lambda space, _: space.add_lwpolyline([(0, 0), (100, 0), (100, 100)], close=True))


def test_a_drawing_with_text_only_has_no_layer_with_shapes(draw):
    with pytest.raises(InputError, match="没有含图形的图层"):
        draw(lambda space, _: space.add_text("说明"))


def test_a_3d_polyline_is_read_and_a_mesh_is_not(draw):
    def paint(space, _):
        space.add_polyline3d([(*p, 5) for p in [*SQUARE, SQUARE[0]]])
        space.add_polymesh((3, 3))

    (site,) = draw(paint)
    assert site.plane.area == pytest.approx(10_000)


# ---------------------------------------------------------------- KML


def placemark(*shapes, name="甲"):
    return f"<kml><Placemark><name>{name}</name>{''.join(shapes)}</Placemark></kml>"


def test_a_multigeometry_is_one_site_per_kind(write):
    ring = "<Polygon><outerBoundaryIs><LinearRing><coordinates>{}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
    squares = [f"{x},36,0 {x + 0.01},36,0 {x + 0.01},36.01,0 {x},36,0" for x in (112.1, 112.2)]
    text = placemark(
        "<MultiGeometry>",
        *(ring.format(s) for s in squares),
        "<Point><coordinates>112.1,36.1</coordinates></Point></MultiGeometry>",
    )
    area, point = read_sites(write("a.kml", text))
    assert (area.geometry.geom_type, point.geometry.geom_type) == ("MultiPolygon", "Point")
    assert area.name == point.name == "甲"


def test_lines_tracks_and_namespaces_are_understood(write):
    text = (
        '<kml:kml xmlns:kml="k" xmlns:gx="g"><kml:Placemark><kml:LineString><kml:coordinates>112.1, 36.1, 0\n112.2, 36.1</kml:coordinates>'
        "</kml:LineString></kml:Placemark><kml:Placemark><gx:Track><gx:coord>112.1 36.1 0</gx:coord><gx:coord>112.1 36.2 0</gx:coord>"
        "</gx:Track></kml:Placemark></kml:kml>"
    )
    road, track = read_sites(write("a.kml", text))
    assert road.geometry.geom_type == track.geometry.geom_type == "LineString"


def test_a_line_that_comes_back_is_doubted(write):
    text = placemark(
        "<LineString><coordinates>112.1,36.1 112.2,36.1 112.2,36.2 112.1,36.1</coordinates></LineString>"
    )
    (site,) = read_sites(write("a.kml", text))
    assert "若为用地范围，请改画为面" in site.repairs[0]


def test_bad_coordinates_are_named_with_their_line(write):
    text = placemark("\n\n<Point><coordinates>112.1;36.1</coordinates></Point>")
    with pytest.raises(InputError, match=r"a\.kml:3: 坐标「112\.1;36\.1」无法识别"):
        read_sites(write("a.kml", text))


def test_fields_of_a_placemark_are_kept_and_links_are_mentioned(corpus, write):
    text = corpus.kml_text(extra="<NetworkLink><href>http://x</href></NetworkLink>")
    (site,) = read_sites(write("a.kml", text))
    assert site.attributes == {"行业": "炼焦"}
    assert site.repairs == ()
    assert "网络链接" in site.crs.suspicions[0]


# ---------------------------------------------------------------- WKT, GIS


def test_several_geometries_and_collections_become_several_sites(write):
    text = "POINT (112 36)\nGEOMETRYCOLLECTION (POINT (112 36.5), LINESTRING (112 36, 112.1 36))\n\nMULTIPOINT ((112 36), (112 37))"
    kinds = [site.geometry.geom_type for site in read_sites(write("a.wkt", text))]
    assert kinds == ["Point", "Point", "LineString", "MultiPoint"]


def test_two_srids_are_refused(write):
    with pytest.raises(InputError, match="多个 SRID"):
        read_sites(write("a.wkt", "SRID=4490;POINT(112 36)\nSRID=4326;POINT(112 36)"))


def test_the_line_of_a_broken_wkt_is_named(write):
    with pytest.raises(InputError, match=r"a\.wkt:3: 这里不是 WKT"):
        read_sites(write("a.wkt", "POINT (112 36)\n\nPUNKT (112 36)"))


def test_heights_are_dropped(write):
    (site,) = read_sites(
        write("a.wkt", "POLYGON Z ((112 36 5, 112.1 36 5, 112.1 36.1 5, 112 36 5))")
    )
    assert not site.geometry.has_z


def test_a_shapefile_cut_short_is_refused(corpus, tmp_path):
    path = corpus.gis(tmp_path, "ESRI Shapefile", "a.shp", epsg=4526)
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    with pytest.raises(
        InputError, match=rf"文件不完整：应有 {len(whole)} 字节，实有 {len(whole) - 20} 字节"
    ):
        read_sites(path)


def test_a_shapefile_without_its_table_is_read(corpus, tmp_path):
    path = corpus.gis(tmp_path, "ESRI Shapefile", "a.shp", epsg=4526)
    path.with_suffix(".dbf").unlink()
    (site,) = read_sites(path)
    assert (site.name, site.attributes, site.source.encoding) == ("a", {}, None)


def test_a_local_prj_is_refused_and_an_undefined_one_ignored(corpus, tmp_path):
    path = corpus.gis(tmp_path, "ESRI Shapefile", "a.shp", epsg=4526)
    path.with_suffix(".prj").write_text('LOCAL_CS["Taiyuan 1990",UNIT["m",1.0]]')
    with pytest.raises(InputError, match="「Taiyuan 1990」，无法换算到 CGCS2000"):
        read_sites(path)
    path.with_suffix(".prj").write_text('LOCAL_CS["Undefined Cartesian SRS",UNIT["m",1.0]]')
    assert read_sites(path)[0].crs.given == "EPSG:4526"
    path.with_suffix(".prj").write_text("我不是投影文件")
    with pytest.raises(InputError, match="无法识别坐标系"):
        read_sites(path)
    path.with_suffix(".prj").write_text("x" * 30_000)
    with pytest.raises(InputError, match="投影文件过大"):
        read_sites(path)


def test_an_esri_prj_without_codes_is_recognised(corpus, tmp_path):
    path = corpus.gis(tmp_path, "ESRI Shapefile", "a.shp", epsg=4526)
    path.with_suffix(".prj").write_text(
        'PROJCS["CGCS2000_3_Degree_GK_Zone_38",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
        'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
        'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",38500000.0],'
        'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",114.0],PARAMETER["Scale_Factor",1.0],'
        'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )
    (site,) = read_sites(path)
    assert site.crs.given == "EPSG:4526"
    assert site.geometry.hausdorff_distance(corpus.TRUTH) < 1e-9


def test_a_prj_with_a_meridian_of_its_own_is_computed_as_it_says(corpus, tmp_path):
    path = corpus.gis(tmp_path, "ESRI Shapefile", "a.shp", epsg=4547)
    prj = path.with_suffix(".prj")
    prj.write_text(
        prj.read_text().replace("114.0", "113.5").replace("CGCS2000_3_Degree_GK_CM_114E", "X")
    )
    (site,) = read_sites(path)
    assert site.geometry.centroid.x == pytest.approx(corpus.TRUTH.centroid.x - 0.5, abs=1e-4)
    assert site.plane_epsg is None
    assert site.plane is None


@pytest.mark.parametrize("scale", ["1e20", "10.0"])
def test_a_prj_whose_metre_is_none_is_refused(corpus, tmp_path, scale):
    path = corpus.gis(tmp_path, "ESRI Shapefile", "a.shp", epsg=4547)
    prj = path.with_suffix(".prj")
    text = prj.read_text().replace("CGCS2000_3_Degree_GK_CM_114E", "X")
    # Northings of 4 020 km become 402 km or nothing: the other origin keeps the parcel in China.
    text = text.replace('"Latitude_Of_Origin",0.0', '"Latitude_Of_Origin",38.0')
    prj.write_text(text.replace('"Scale_Factor",1.0', f'"Scale_Factor",{scale}'))
    with pytest.raises(InputError, match="投影参数有误"):
        read_sites(path)


def test_several_features_become_several_sites_with_their_fields(tmp_path):
    path = tmp_path / "多.gpkg"
    schema = {"geometry": "Point", "properties": {"XMMC": "str", "MJ": "float", "空": "str"}}
    with fiona.open(path, "w", driver="GPKG", schema=schema, crs="EPSG:4490") as out:
        for name, x in (("甲", 112.1), ("乙", 112.2)):
            geometry = {"type": "Point", "coordinates": (x, 36.0)}
            out.write(
                {
                    "type": "Feature",
                    "geometry": geometry,
                    "properties": {"XMMC": name, "MJ": 1.5, "空": None},
                }
            )
    first, second = read_sites(path)
    assert (first.name, second.name) == ("甲", "乙")
    assert first.attributes == {"XMMC": "甲", "MJ": "1.5"}


def test_a_geodatabase_in_a_zip_is_read(corpus, tmp_path):
    path = corpus.gis(tmp_path, "OpenFileGDB", "site.gdb")
    members = {f"数据/site.gdb/{p.name}": p.read_bytes() for p in path.iterdir()}
    target = tmp_path / "a.zip"
    target.write_bytes(corpus.zip_bytes(members))
    (site,) = read_sites(target)
    assert (site.source.format, site.source.file) == ("filegdb", "a.zip/site.gdb")


def test_an_empty_or_broken_geodatabase_is_refused(corpus, tmp_path):
    empty = tmp_path / "空.gdb"
    empty.mkdir()
    with pytest.raises(InputError, match=r"没有 \.gdbtable"):
        read_sites(empty)
    (empty / "a00000001.gdbtable").write_bytes(b"\0" * 100)
    with pytest.raises(InputError):
        read_sites(empty)


def test_a_geodatabase_whose_field_lost_its_name_prints_nothing_and_is_no_traceback(
    corpus, tmp_path, capfd
):
    path = corpus.CASES["filegdb"].write(tmp_path)
    named = b"\x04" + "name".encode("utf-16-le")
    for file in path.glob("*.gdbtable"):
        file.write_bytes(file.read_bytes().replace(named, b"\x00" + named[1:]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with suppress(InputError):
            read_sites(path)
    assert capfd.readouterr() == ("", "")


def test_half_a_character_in_a_librarys_message_is_kept_off_the_screen(capfd):
    with quiet():
        sys.unraisablehook(
            SimpleNamespace(exc_value=UnicodeDecodeError("utf-8", b"\x99", 0, 1, ""))
        )
    assert capfd.readouterr() == ("", "")


def test_rings_the_format_calls_holes_but_that_lie_outside_become_parts():
    far = [(500, 500), (510, 500), (510, 510), (500, 510)]
    rings = [
        run_of([(0, 0), (100, 0), (100, 100), (0, 100)], hole=False),
        run_of(far, number=2, hole=True),
    ]
    shape = assemble(rings)
    assert shape.geometry is not None
    assert shape.geometry.area == pytest.approx(10_100)


def test_too_many_rings_are_a_fault():
    shape = assemble([run_of([(i, 0), (i + 1, 0), (i, 1)]) for i in range(501)])
    assert "501 圈" in shape.faults[0].message
