"""Each test is a trap an office's data sets, with shapes whose areas can be worked out on paper."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas
import pytest
import shapely
import yaml

from geo.errors import InputError, UsageError
from geo.spec.dates import PartialDate
from geo.store.store import open_store
from geo.workflow.adoption.adopt import commit, examine, report
from geo.workflow.adoption.change_map import draw_change
from tests.workflow.office import (
    EAST,
    NORTH,
    adopt,
    bowtie,
    office,
    said,
    shapefile,
    snapshot,
    square,
    table,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return office(tmp_path)


def _redline(path: Path, shapes: list[shapely.Geometry] | None = None) -> Path:
    shapes = shapes or [square(0), square(1)]
    names = [f"红线{at}" for at in range(len(shapes))]
    return shapefile(path, table(shapes, HXMC=names, HXLX=["水源涵养"] * len(shapes)))


def test_a_gbk_shapefile_in_zone_38_becomes_an_official_layer(root: Path, tmp_path: Path) -> None:
    store, adoption = adopt(root, said(_redline(tmp_path / "STBHHX.shp"), "生态保护红线"))
    held = store.layer("ecological_redline")
    assert held.state == "ok"
    assert held.spec.authority == "official"
    assert held.spec.sensitivity == "internal"
    assert sorted(held.frame["name"]) == ["红线0", "红线1"]
    assert set(held.frame["zone_kind"]) == {"ecological_redline"}
    assert "带号 38" in adoption.shaped.crs
    assert held.spec.note.startswith("批准的生态保护红线")


def test_the_total_area_is_ellipsoidal(root: Path, tmp_path: Path) -> None:
    _, adoption = adopt(root, said(_redline(tmp_path / "STBHHX.shp"), "ecological_redline"))
    # Two squares of 1 km² in a plane whose scale at 1.2° west of its meridian is 1.00014.
    assert adoption.shaped.area_m2 == pytest.approx(2e6 / 1.00014**2, rel=2e-5)


def test_a_missing_prj_is_read_from_the_prefix_of_the_eastings(root: Path, tmp_path: Path) -> None:
    file = _redline(tmp_path / "STBHHX.shp")
    file.with_suffix(".prj").unlink()
    _, adoption = adopt(root, said(file, "ecological_redline"))
    assert adoption.shaped.crs.startswith("EPSG:4526")


def test_xian80_without_parameters_is_refused(root: Path, tmp_path: Path) -> None:
    file = _redline(tmp_path / "STBHHX.shp")
    file.with_suffix(".prj").unlink()
    with pytest.raises(InputError, match="helmert"):
        examine(open_store(root), said(file, "ecological_redline", crs="西安80"))


def test_a_cpg_that_lies_is_not_believed(root: Path, tmp_path: Path) -> None:
    file = _redline(tmp_path / "STBHHX.shp")
    file.with_suffix(".cpg").write_text("UTF-8")
    store, _ = adopt(root, said(file, "ecological_redline"))
    assert "红线0" in set(store.layer("ecological_redline").frame["name"])


def test_the_importance_assessment_is_not_the_red_line(root: Path, tmp_path: Path) -> None:
    file = shapefile(tmp_path / "STBHZYYXPJJG.shp", table([square(0)], MC=["极重要"]))
    with pytest.raises(InputError, match="不是法定的生态保护红线"):
        examine(open_store(root), said(file, "ecological_redline"))


def test_parcels_are_not_taken_for_farmland(root: Path, tmp_path: Path) -> None:
    file = shapefile(tmp_path / "DLTB.shp", table([square(0)], DLBM=["0103"], DLMC=["旱地"]))
    with pytest.raises(InputError, match="看起来是土地利用现状（地类图斑），不是永久基本农田"):
        examine(open_store(root), said(file, "basic_farmland"))


def test_a_planner_may_insist_on_a_look_alike_and_is_told(root: Path, tmp_path: Path) -> None:
    file = shapefile(tmp_path / "STBHZYYXPJJG.shp", table([square(0)], MC=["极重要"]))
    adoption = examine(open_store(root), said(file, "ecological_redline", accept_look_alike=True))
    assert any("按 --accept-lookalike 采用" in words for words in adoption.warnings)


def test_of_several_tables_the_one_with_the_usual_name_is_taken(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "三区三线.gpkg"
    for at, name in enumerate(("STBHHX", "YJJBNTBHTB", "CZKFBJ", "STBHZYYXPJJG")):
        table([square(at)], MC=[name]).to_file(file, layer=name, driver="GPKG")
    adoption = examine(open_store(root), said(file, "basic_farmland"))
    assert adoption.table.name == "YJJBNTBHTB"
    assert [held.name for held in adoption.tables] == [
        "STBHHX",
        "YJJBNTBHTB",
        "CZKFBJ",
        "STBHZYYXPJJG",
    ]


def test_tables_nobody_can_tell_apart_are_a_question(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "库.gpkg"
    for at, name in enumerate(("图层1", "图层2")):
        table([square(at)], MC=[name]).to_file(file, layer=name, driver="GPKG")
    with pytest.raises(InputError, match="请用 --table 指明：图层1、图层2"):
        examine(open_store(root), said(file, "ecological_redline"))


def test_a_file_geodatabase_is_listed_and_read(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "三区三线.gdb"
    for at, name in enumerate(("STBHHX", "CZKFBJ")):
        table([square(at)], HXMC=[name]).to_file(file, layer=name, driver="OpenFileGDB")
    store, _ = adopt(root, said(file, "ecological_redline"))
    assert list(store.layer("ecological_redline").frame["name"]) == ["STBHHX"]


def test_a_zip_with_gbk_names_is_unpacked(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "源"
    folder.mkdir()
    _redline(folder / "STBHHX.shp")
    file = tmp_path / "数据.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for part in folder.iterdir():
            name = f"红线成果/{part.name}".encode("gb18030").decode("cp437")
            archive.write(part, name)
    store, _ = adopt(root, said(file, "ecological_redline"))
    assert len(store.layer("ecological_redline").frame) == 2


def test_bowties_are_repaired_and_counted(root: Path, tmp_path: Path) -> None:
    file = _redline(tmp_path / "STBHHX.shp", [square(0), bowtie(1), bowtie(2)])
    store, adoption = adopt(root, said(file, "ecological_redline"))
    assert adoption.shaped.repairs == {"边界自相交": 2}
    # Half of a square is left of a bowtie.
    assert adoption.shaped.area_m2 == pytest.approx(2e6, rel=1e-3)
    assert store.layer("ecological_redline").frame.geometry.is_valid.all()


def test_rows_without_geometry_keep_the_layer_from_answering_no(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "STBHHX.gpkg"
    table([square(0), None], HXMC=["甲", "乙"]).to_file(file, driver="GPKG")
    store, adoption = adopt(root, said(file, "ecological_redline"))
    assert adoption.shaped.unplaced == 1
    assert any("没有坐标" in words for words in store.layer("ecological_redline").remarks)


def test_one_feature_with_a_digit_too_many_is_named(root: Path, tmp_path: Path) -> None:
    far = shapely.box(EAST * 10, NORTH, EAST * 10 + 1, NORTH + 1)
    file = _redline(tmp_path / "STBHHX.shp", [square(0), square(1), far, square(2)])
    with pytest.raises(InputError, match="第 3 个要素"):
        examine(open_store(root), said(file, "ecological_redline"))


def test_repeated_features_are_told(root: Path, tmp_path: Path) -> None:
    file = _redline(tmp_path / "STBHHX.shp", [square(0), square(0)])
    adoption = examine(open_store(root), said(file, "ecological_redline"))
    assert any("图形完全相同" in words for words in adoption.warnings)


def test_a_layer_of_another_county_is_refused(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "STBHHX.gpkg"
    table([shapely.box(113.8, 36.3, 113.81, 36.31)], crs=4490, HXMC=["甲"]).to_file(
        file, driver="GPKG"
    )
    with pytest.raises(InputError, match="没有一个要素落在声明的覆盖范围内"):
        examine(open_store(root), said(file, "ecological_redline"))


def test_what_nobody_vouches_for_is_not_adopted(root: Path, tmp_path: Path) -> None:
    file = _redline(tmp_path / "STBHHX.shp")
    bare = said(file, "ecological_redline", provider=None, as_of=None, accuracy_m=None)
    with pytest.raises(UsageError, match="--provider 提供单位、--as-of 数据日期、--accuracy 精度"):
        examine(open_store(root), bare)
    shown = report(examine(open_store(root), bare, dry_run=True), dry_run=True)
    assert "还缺 --provider" in shown
    assert "来源：（待填），数据日期 （待填），精度 （待填）" in shown
    assert "没有写入任何文件" in shown


def test_a_dry_run_writes_nothing(root: Path, tmp_path: Path) -> None:
    before = snapshot(root)
    examine(
        open_store(root),
        said(_redline(tmp_path / "STBHHX.shp"), "ecological_redline"),
        dry_run=True,
    )
    assert snapshot(root) == before


def test_water_source_zones_are_told_apart_by_their_field(root: Path, tmp_path: Path) -> None:
    frame = table([square(0), square(1), square(2)], SYDMC=["甲"] * 3,
                  BHQJB=["一级保护区", "二级保护区", "准保护区"])  # fmt: skip
    store, _ = adopt(root, said(shapefile(tmp_path / "保护区.shp", frame), "water_source_zones"))
    kinds = dict(zip(store.layer("water_source_zones").frame["BHQJB"],
                     store.layer("water_source_zones").frame["zone_kind"], strict=True))  # fmt: skip
    assert kinds == {"一级保护区": "water_source_1", "二级保护区": "water_source_2",
                     "准保护区": "water_source_quasi"}  # fmt: skip


def test_a_level_nobody_has_assigned_is_a_question(root: Path, tmp_path: Path) -> None:
    frame = table([square(0), square(1)], BHDMC=["甲"] * 2, GKFQ=["核心保护区", "实验区"])
    file = shapefile(tmp_path / "自然保护地.shp", frame)
    with pytest.raises(UsageError, match="--value 实验区=管控类别"):
        examine(open_store(root), said(file, "protected_areas"))
    store, _ = adopt(root, said(file, "protected_areas", values={"实验区": "nature_experimental"}))
    held = store.layer("protected_areas").frame
    assert set(held["zone_kind"]) == {"nature_core", "nature_experimental"}


def test_a_kind_that_is_told_apart_but_not_there_may_be_said_so(root: Path, tmp_path: Path) -> None:
    frame = table([square(0)], BHDMC=["甲"], GKFQ=["核心保护区"])
    file = shapefile(tmp_path / "自然保护地.shp", frame)
    values = {"一般控制区": "nature_general", "自然公园": "nature_park"}
    store, adoption = adopt(root, said(file, "protected_areas", values=values))
    assert set(store.layer("protected_areas").spec.zone_kinds) == {
        "nature_core", "nature_general", "nature_park",
    }  # fmt: skip
    assert sum("没有一个要素的 GKFQ 是" in words for words in adoption.warnings) == 2


def test_a_level_left_blank_is_refused(root: Path, tmp_path: Path) -> None:
    frame = table([square(0), square(1)], SYDMC=["甲"] * 2, BHQJB=["一级", None])
    with pytest.raises(UsageError, match="1 个要素的字段 BHQJB 是空的"):
        examine(
            open_store(root),
            said(shapefile(tmp_path / "水源保护区.shp", frame), "water_source_zones"),
        )


def test_a_table_of_points_is_read_in_whatever_system_it_is(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "湿地.csv"
    file.write_text(f"名称,x,y\n甲,{EAST:.1f},{NORTH:.1f}\n", encoding="utf-8-sig")
    _, adoption = adopt(root, said(file, "wetland"))
    point = adoption.shaped.frame.geometry.iloc[0]
    assert (point.x, point.y) == pytest.approx((112.80, 36.32), abs=1e-5)


def test_access_databases_are_refused_with_the_step_that_helps(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "三调.mdb"
    file.write_bytes(b"\x00\x01")
    with pytest.raises(InputError, match="导出为 FileGDB"):
        examine(open_store(root), said(file, "land_use"))


def test_the_printed_area_is_held_against_the_measured_one(root: Path, tmp_path: Path) -> None:
    file = _redline(tmp_path / "STBHHX.shp")
    same = examine(open_store(root), said(file, "ecological_redline", expected_area="2平方公里"))
    other = examine(open_store(root), said(file, "ecological_redline", expected_area="3平方公里"))
    assert "相符" in same.notes[-1]
    assert "相差 -33.4%" in other.notes[-1]


def test_the_plans_own_figure_is_found(root: Path, tmp_path: Path) -> None:
    folder = root / "plans" / "p"
    folder.mkdir()
    (folder / "plan.yml").write_text(
        'title: 规划\nadcode: "140405"\nperiod: [2021, 2025]\nsource: a.pdf\n', encoding="utf-8"
    )
    (folder / "indicators.csv").write_text(
        "no,name,unit,base,target_2025\n1,生态保护红线面积,平方公里,2.0,≥2.0\n",
        encoding="utf-8-sig",
    )
    adoption = examine(
        open_store(root), said(_redline(tmp_path / "STBHHX.shp"), "ecological_redline")
    )
    assert any("指标“生态保护红线面积”（2025）印 2.0 平方公里" in note for note in adoption.notes)


def test_a_new_version_keeps_the_old_and_tells_what_changed(root: Path, tmp_path: Path) -> None:
    adopt(
        root, said(_redline(tmp_path / "STBHHX.shp", [square(0), square(1)]), "ecological_redline")
    )
    newer = _redline(tmp_path / "新.shp", [square(0), square(2)])
    later = said(newer, "ecological_redline", as_of=PartialDate.parse("2025-06-30"))
    store = open_store(root)
    adoption = examine(store, later)
    assert adoption.change is not None
    assert (adoption.change.kept, adoption.change.gone, adoption.change.come) == (1, 1, 1)
    assert adoption.change.area_out_m2 == pytest.approx(1e6, rel=1e-3)
    assert "调出 99.9" in adoption.change.words()
    commit(store, adoption)
    kept = sorted(path.name for path in (root / "local" / "ecological_redline").iterdir())
    assert len([name for name in kept if name.endswith(".parquet")]) == 2
    old = next(name for name in kept if name.startswith("before_2025"))
    was = yaml.safe_load((root / "local" / "ecological_redline" / old).read_text("utf-8"))
    assert was["as_of"] == "2024-06-30"
    assert (root / was["source"]).is_file()
    picture = draw_change(store, adoption)
    assert picture is not None
    assert (root / picture).read_bytes().startswith(b"\x89PNG")


def test_a_boundary_moved_a_little_counts_only_the_strip(root: Path, tmp_path: Path) -> None:
    wider = shapely.box(EAST, NORTH, EAST + 1100, NORTH + 1000)
    adopt(root, said(_redline(tmp_path / "STBHHX.shp", [square(0)]), "ecological_redline"))
    adoption = examine(
        open_store(root), said(_redline(tmp_path / "新.shp", [wider]), "ecological_redline")
    )
    assert adoption.change is not None
    assert adoption.change.area_in_m2 == pytest.approx(1e5, rel=1e-3)
    assert adoption.change.area_out_m2 == pytest.approx(0, abs=1)


def test_the_same_border_with_other_vertices_is_no_change(root: Path, tmp_path: Path) -> None:
    """Half of a square goes; its other half is drawn with a vertex more, which leaves a hair of a border."""
    adopt(root, said(_redline(tmp_path / "STBHHX.shp", [square(0)]), "ecological_redline"))
    x, y = EAST, NORTH
    half = shapely.Polygon(
        [(x, y), (x + 500, y), (x + 500, y + 1000), (x + 137, y + 1000), (x, y + 1000)]
    )
    later = said(_redline(tmp_path / "新.shp", [half]), "ecological_redline")
    change = examine(open_store(root), later).change
    assert change is not None
    assert change.area_out_m2 == pytest.approx(5e5, rel=1e-3)
    assert len(change.into) == 0
    (gone,) = change.out
    # Half a square and nothing else: its own box is filled by it.
    assert gone.area / gone.envelope.area > 0.95


def test_the_same_file_twice_is_no_new_version(root: Path, tmp_path: Path) -> None:
    handover = said(_redline(tmp_path / "STBHHX.shp"), "ecological_redline")
    adopt(root, handover)
    store = open_store(root)
    with pytest.raises(UsageError, match="已经是现行版本"):
        commit(store, examine(store, handover))


def test_several_counties_have_to_be_named(tmp_path: Path) -> None:
    root = office(tmp_path, adcode="140405")
    marker = root / "workspace.yml"
    text = marker.read_text("utf-8").replace(
        'jurisdictions: ["140405"]', 'jurisdictions: ["140405", "140404"]'
    )
    marker.write_text(text, encoding="utf-8")
    file = _redline(tmp_path / "STBHHX.shp")
    with pytest.raises(UsageError, match="--coverage"):
        examine(open_store(root), said(file, "ecological_redline"))
    both = examine(
        open_store(root), said(file, "ecological_redline", coverage=("140405", "140404"))
    )
    assert any("上党区 境内没有一个要素" in words for words in both.warnings)


def test_the_layer_is_stored_in_the_order_of_place(root: Path, tmp_path: Path) -> None:
    shapes = [square(at) for at in (0, 5, 1, 4, 2, 3)]
    adopt(root, said(_redline(tmp_path / "STBHHX.shp", shapes), "ecological_redline"))
    data = next((root / "local" / "ecological_redline").glob("*.parquet"))
    west = geopandas.read_parquet(data).geometry.bounds["minx"]
    assert west.is_monotonic_increasing or west.is_monotonic_decreasing


@pytest.mark.parametrize("suffix", ["fgb", "parquet", "gpkg", "geojson"])
def test_every_vector_format_gives_the_same_layer(root: Path, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"STBHHX.{suffix}"
    frame = table([square(0), square(1)], HXMC=["甲", "乙"]).to_crs(4490)
    frame.to_parquet(file) if suffix == "parquet" else frame.to_file(file, engine="pyogrio")
    store, adoption = adopt(root, said(file, "ecological_redline"))
    assert sorted(store.layer("ecological_redline").frame["name"]) == ["乙", "甲"]
    assert adoption.shaped.area_m2 == pytest.approx(2e6 / 1.00014**2, rel=2e-5)


def test_a_layer_without_a_single_feature_is_refused(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "STBHHX.gpkg"
    table([square(0)], HXMC=["甲"]).iloc[:0].to_file(file, driver="GPKG", engine="pyogrio")
    with pytest.raises(InputError, match="没有一个要素带有图形"):
        examine(open_store(root), said(file, "ecological_redline"))
