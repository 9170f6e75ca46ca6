"""Elevation models and land cover brought in: each test is a trap such files set."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import yaml
from affine import Affine
from click.testing import CliRunner
from PIL import Image

from geo.cli.main import cli
from geo.errors import HongxianError, InputError, UsageError
from geo.space.measure import area_m2
from geo.spec.dates import PartialDate
from geo.spec.where import Slope
from geo.store.land_cover import read_scheme
from geo.store.raster import open_raster
from geo.store.store import open_store
from geo.workflow.adoption.layer_file import Handover
from geo.workflow.adoption.raster import (
    RasterAdoption,
    commit_raster,
    examine_raster,
    report_raster,
)
from geo.workflow.verify import verify
from tests.workflow.office import office, said, shapefile, snapshot, square, table

#: All of 屯留区 lies between 112.4 and 113.1°E, 36.1 and 36.6°N.
WEST, NORTH, STEP, WIDE, TALL = 112.3, 36.7, 0.001, 900, 700


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return office(tmp_path)


def raster(
    path: Path, cells: Any, *, crs: Any = 4490, nodata: float | None = None, west: float = WEST,
    north: float = NORTH, step: float = STEP, driver: str = "GTiff", **more: Any,
) -> Path:  # fmt: skip
    """Write a band (or several, stacked) of cells of 0.001° around 屯留区."""
    stack = cells[None] if cells.ndim == 2 else cells
    with rasterio.open(
        path, "w", driver=driver, width=stack.shape[2], height=stack.shape[1], count=stack.shape[0],
        dtype=stack.dtype, crs=None if crs is None else f"EPSG:{crs}", nodata=nodata,
        transform=Affine(step, 0, west, 0, -step, north), **more,
    ) as out:  # fmt: skip
        out.write(stack)
    return path


def ramp(dtype: str = "int16") -> np.ndarray:
    """Heights that rise by 1 m per cell eastwards from 900 m."""
    return np.tile(900 + np.arange(WIDE), (TALL, 1)).astype(dtype)


def halves(west: int = 10, east: int = 20) -> np.ndarray:
    """Land cover: one class west of 112.75°, another east of it."""
    codes = np.full((TALL, WIDE), east, dtype="uint8")
    codes[:, :450] = west
    return codes


def adopt(root: Path, handover: Handover) -> RasterAdoption:
    store = open_store(root)
    adoption = examine_raster(store, handover)
    commit_raster(store, adoption)
    return adoption


def dem(file: Path, **more: Any) -> Handover:
    return said(file, "dem", accuracy_m=60.0, **more)


def cover(file: Path, **more: Any) -> Handover:
    return said(file, "land_cover", accuracy_m=60.0, **more)


def test_a_dem_becomes_a_cloud_optimised_geotiff_with_its_provenance(
    root: Path, tmp_path: Path
) -> None:
    file = raster(tmp_path / "高程.tif", ramp(), nodata=-9999)
    adoption = adopt(root, dem(file, received=PartialDate.parse("2024-09-01"), version="第 2 版"))
    written = yaml.safe_load((root / "layers" / "dem.yml").read_text("utf-8"))
    assert written["source"] == {"raster": adoption.data, "measures": "elevation"}
    assert (written["provider"], written["received"], written["version"], written["sensitivity"]) == (
        "屯留区自然资源局", "2024-09-01", "第 2 版", "internal",
    )  # fmt: skip
    with rasterio.open(root / adoption.data) as held:
        assert held.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert held.profile["blockxsize"] == 512
        assert held.overviews(1) == [2]
        assert (held.nodata, held.dtypes[0]) == (-32768, "int16")
        assert np.array_equal(held.read(1), ramp())


def test_what_reads_heights_reads_the_adopted_ones(root: Path, tmp_path: Path) -> None:
    folds = 1000 + 50.0 * np.abs(np.arange(WIDE) % 40 - 20)
    adopt(root, dem(raster(tmp_path / "高程.tif", np.tile(folds, (TALL, 1)).astype("float32"))))
    # 50 m per 0.001° (about 90 m) is a slope of 29°, but for one ridge and one valley in 40 cells.
    found = open_store(root).locate(
        Slope.model_validate({"slope": [25, 35], "of": {"district": "屯留区"}})
    )
    assert found.geometry is not None
    assert found.geometry.area == pytest.approx(open_store(root).territory.area * 38 / 40, rel=0.01)
    assert found.internal
    assert found.authority == "derived"


def test_fillers_nobody_declared_become_unknown(root: Path, tmp_path: Path) -> None:
    cells = ramp("float32")
    cells[:100] = -9999
    adoption = adopt(root, dem(raster(tmp_path / "高程.tif", cells)))
    with rasterio.open(root / adoption.data) as held:
        assert held.read(1, masked=True).mask[:100].all()
        assert held.read(1)[100, 0] == 900


def test_a_scale_and_an_offset_are_applied(root: Path, tmp_path: Path) -> None:
    file = raster(tmp_path / "高程.tif", (ramp() * 10).astype("int32"))
    with rasterio.open(file, "r+") as out:
        out.scales, out.offsets = (0.1,), (5.0,)
    adoption = adopt(root, dem(file))
    with rasterio.open(root / adoption.data) as held:
        assert held.dtypes[0] == "float32"
        assert held.read(1)[0, 0] == pytest.approx(905.0)


def test_the_second_band_may_be_the_heights(root: Path, tmp_path: Path) -> None:
    file = raster(tmp_path / "高程.tif", np.stack([np.zeros_like(ramp()), ramp()]))
    adoption = adopt(root, dem(file, band=2))
    with rasterio.open(root / adoption.data) as held:
        assert (held.count, held.read(1)[0, 3]) == (1, 903)


def test_a_dry_run_tells_it_all_and_writes_nothing(root: Path, tmp_path: Path) -> None:
    before = snapshot(root)
    file = raster(tmp_path / "高程.tif", ramp(), nodata=-9999)
    bare = Handover(file=file, to="dem")
    told = report_raster(examine_raster(open_store(root), bare, dry_run=True), dry_run=True)
    assert snapshot(root) == before
    for words in (
        "像元约 111.0 m",
        "无数据值：-9999",
        "还缺 --provider",
        "没有写入任何文件",
        "高程 ",
        "坡度会偏缓",
    ):
        assert words in told


def test_nobody_may_leave_the_provider_out(root: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--provider 提供单位、--as-of 数据日期、--accuracy"):
        examine_raster(
            open_store(root), Handover(file=raster(tmp_path / "a.tif", ramp()), to="dem")
        )


def test_a_county_half_without_heights_is_told(root: Path, tmp_path: Path) -> None:
    cells = ramp()
    cells[:, 400:] = -9999
    adoption = examine_raster(open_store(root), dem(raster(tmp_path / "a.tif", cells)))
    assert any(w.startswith("屯留区 只有 ") and "有数据" in w for w in adoption.warnings)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"west": 120.0}, "没有一个有值的像元"), ({"crs": None}, "没有坐标系"),
        ({"crs": 2362}, "西安80"), ({"step": 0.5}, "不在地球上"),
    ],
)  # fmt: skip
def test_a_raster_in_the_wrong_place_is_refused(
    root: Path, tmp_path: Path, more: dict[str, Any], words: str
) -> None:
    file = raster(tmp_path / "a.tif", ramp(), **more)
    with pytest.raises(HongxianError, match=words):
        examine_raster(open_store(root), dem(file))


def test_a_system_the_file_does_not_know_may_be_said_but_not_gainsaid(
    root: Path, tmp_path: Path
) -> None:
    adopt(root, dem(raster(tmp_path / "a.tif", ramp(), crs=None), crs="EPSG:4490"))
    with rasterio.open(next((root / "local" / "dem").glob("*.tif"))) as held:
        assert held.crs.to_epsg() == 4490
    with pytest.raises(InputError, match="与 EPSG:4526 不一致"):
        examine_raster(open_store(root), dem(raster(tmp_path / "b.tif", ramp()), crs="EPSG:4526"))


def test_an_accuracy_no_cell_can_show_is_doubted(root: Path, tmp_path: Path) -> None:
    file = raster(tmp_path / "a.tif", ramp())
    adoption = examine_raster(open_store(root), said(file, "dem", accuracy_m=1.0))
    assert any("精度写 1 m，而像元约 111 m" in words for words in adoption.warnings)


def _vrt(
    folder: Path, source: str, *, relative: int = 1, kind: str = "SimpleSource", more: str = ""
) -> Path:
    path = folder / "拼接.vrt"
    path.write_text(
        f'<VRTDataset rasterXSize="{WIDE}" rasterYSize="{TALL}"><SRS>EPSG:4490</SRS>'
        f"<GeoTransform>{WEST}, {STEP}, 0, {NORTH}, 0, -{STEP}</GeoTransform>"
        f'<VRTRasterBand dataType="Int16" band="1"><{kind}>'
        f'<SourceFilename relativeToVRT="{relative}">{source}</SourceFilename><SourceBand>1</SourceBand>{more}'
        f"</{kind}></VRTRasterBand></VRTDataset>",
        encoding="utf-8",
    )
    return path


def test_a_mosaic_of_sheets_beside_it_is_converted_whole(root: Path, tmp_path: Path) -> None:
    raster(tmp_path / "分幅.tif", ramp())
    adoption = adopt(root, dem(_vrt(tmp_path, "分幅.tif")))
    with rasterio.open(root / adoption.data) as held:
        assert np.array_equal(held.read(1), ramp())
    # Another sheet under the same name is another version.
    raster(tmp_path / "分幅.tif", ramp() + 1)
    assert adopt(root, dem(tmp_path / "拼接.vrt")).data != adoption.data


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("../外.tif", "不在 VRT 所在文件夹内"), ("/vsicurl/http://192.0.2.1/a.tif", "不是普通文件"),
        ("http://192.0.2.1/a.tif", "不是普通文件"), ("内.vrt", "不是 TIFF"), ("没有.tif", "不存在"),
        ("\\\\\\\\server\\\\share\\\\a.tif", "不是普通文件"), ("<![CDATA[<VRTDataset/>]]>", "不存在"),
    ],
)  # fmt: skip
def test_a_mosaic_that_reaches_elsewhere_is_refused(
    root: Path, tmp_path: Path, source: str, words: str
) -> None:
    folder = tmp_path / "来件"
    folder.mkdir()
    raster(tmp_path / "外.tif", ramp())
    (folder / "内.vrt").write_text('<VRTDataset rasterXSize="1" rasterYSize="1"/>')
    with pytest.raises(InputError, match=words):
        examine_raster(open_store(root), dem(_vrt(folder, source)))


@pytest.mark.parametrize("kind", ["KernelFilteredSource", "ArraySource", "VRTDerivedRasterBand"])
def test_a_mosaic_that_computes_is_refused(root: Path, tmp_path: Path, kind: str) -> None:
    raster(tmp_path / "分幅.tif", ramp())
    with pytest.raises(InputError, match="只接受普通拼接"):
        examine_raster(open_store(root), dem(_vrt(tmp_path, "分幅.tif", kind=kind)))


def test_a_mosaic_under_the_name_of_a_tiff_is_still_judged(root: Path, tmp_path: Path) -> None:
    path = _vrt(tmp_path, "/etc/hostname", relative=0).rename(tmp_path / "高程.tif")
    with pytest.raises(InputError, match="不在 VRT 所在文件夹内"):
        examine_raster(open_store(root), dem(path))


@pytest.mark.parametrize("suffix", [".msk", ".ovr"])
@pytest.mark.parametrize("mosaic", [False, True])
def test_a_mosaic_disguised_as_mask_or_overviews_is_refused(
    root: Path, tmp_path: Path, suffix: str, *, mosaic: bool
) -> None:
    file = raster(tmp_path / "分幅.tif", ramp())
    (tmp_path / f"分幅.tif{suffix}").write_text("<VRTDataset/>")
    with pytest.raises(InputError, match=f"分幅.tif{suffix} 不是 TIFF"):
        examine_raster(open_store(root), dem(_vrt(tmp_path, "分幅.tif") if mosaic else file))


def test_notes_beside_a_raster_that_name_other_files_are_refused(
    root: Path, tmp_path: Path
) -> None:
    file = raster(tmp_path / "a.tif", ramp())
    (tmp_path / "a.tif.aux.xml").write_text(
        '<PAMDataset><Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">/vsicurl/http://192.0.2.1/a</MDI>'
        "</Metadata></PAMDataset>"
    )
    with pytest.raises(InputError, match="指向别的文件"):
        examine_raster(open_store(root), dem(file))


def test_a_mask_that_is_a_tiff_hides_what_it_hides(root: Path, tmp_path: Path) -> None:
    file = raster(tmp_path / "a.tif", ramp())
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(file, "r+") as out:
        shown = np.full((TALL, WIDE), 255, dtype="uint8")
        shown[:100] = 0
        out.write_mask(shown)
    assert (tmp_path / "a.tif.msk").is_file()
    adoption = adopt(root, dem(file))
    with rasterio.open(root / adoption.data) as held:
        assert held.read(1, masked=True).mask[:100].all()
        assert not held.read(1, masked=True).mask[100:].any()


@pytest.mark.parametrize("name", ["高程.img", "高程.asc"])
def test_other_rasters_are_refused_with_the_step_that_helps(
    root: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(b"EHFA_HEADER_TAG")
    done = CliRunner().invoke(cli, ["adopt", str(tmp_path / name), "--as", "dem", "-w", str(root)])
    assert "请另存为 GeoTIFF" in str(done.exception)


def test_a_raster_in_an_archive_is_to_be_unpacked_first(root: Path, tmp_path: Path) -> None:
    file = raster(tmp_path / "高程.tif", ramp())
    with zipfile.ZipFile(tmp_path / "高程.zip", "w") as archive:
        archive.write(file, "DEM/高程.tif")
    done = CliRunner().invoke(
        cli, ["adopt", str(tmp_path / "高程.zip"), "--as", "places", "-w", str(root), "--dry-run"]
    )
    assert "压缩包里是栅格（高程.tif）" in str(done.exception)


def test_a_text_file_named_tif_is_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_text("no raster")
    with pytest.raises(InputError, match="不是 GeoTIFF、COG 或 VRT"):
        examine_raster(open_store(root), dem(tmp_path / "a.tif"))


def test_a_file_cut_off_is_refused_and_nothing_changes(root: Path, tmp_path: Path) -> None:
    file = raster(tmp_path / "a.tif", ramp(), tiled=True)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    before = snapshot(root)
    with pytest.raises(InputError, match=r"读取失败|转换失败"):
        adopt(root, dem(file))
    assert snapshot(root) == before


def test_one_huge_block_is_refused_before_it_is_unpacked(root: Path, tmp_path: Path) -> None:
    """12 000 × 12 000 cells in one strip: a few bytes on disk, 288 MB to unpack at once."""
    file = tmp_path / "a.tif"
    with rasterio.open(
        file, "w", driver="GTiff", width=12_000, height=12_000, count=1, dtype="int16", crs="EPSG:4490",
        blockysize=12_000, compress="deflate", SPARSE_OK=True,
        transform=Affine(STEP / 10, 0, WEST, 0, -STEP / 10, NORTH),
    ):  # fmt: skip
        pass
    with pytest.raises(InputError, match="没有分块"):
        examine_raster(open_store(root), dem(file))


def test_a_raster_far_larger_than_the_territory_is_cut_and_that_is_told(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geo.workflow.adoption.raster._MOST_CELLS", 3_500_000)
    wide = np.full((2000, 2000), 900, dtype="int16")
    adoption = adopt(root, dem(raster(tmp_path / "a.tif", wide, west=111.5, north=37.5)))
    assert any("只保留辖区四周 0.5° 以内" in words for words in adoption.said)
    west = open_store(root).territory.bounds[0]
    with rasterio.open(root / adoption.data) as held:
        assert held.width < 2000
        assert held.bounds.left == pytest.approx(west - 0.5, abs=STEP)
        assert held.bounds.right == pytest.approx(113.5)


def test_a_raster_too_large_even_cut_is_refused(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geo.workflow.adoption.raster._MOST_CELLS", 1000)
    with pytest.raises(InputError, match="最多 10 亿"):
        examine_raster(open_store(root), dem(raster(tmp_path / "a.tif", ramp())))


def test_a_red_line_cannot_be_a_raster(root: Path, tmp_path: Path) -> None:
    file = raster(tmp_path / "a.tif", ramp())
    with pytest.raises(UsageError, match="须用矢量界线核查"):
        examine_raster(open_store(root), said(file, "生态保护红线"))
    with pytest.raises(UsageError, match="可用：dem（高程）、land_cover"):
        examine_raster(open_store(root), said(file, "湖泊"))


def test_options_of_tables_do_not_fit_a_raster(root: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--zone-field 只用于矢量图层"):
        examine_raster(open_store(root), dem(raster(tmp_path / "a.tif", ramp()), zone_field="级别"))


def test_a_newer_dem_keeps_the_old_and_tells_what_changed(root: Path, tmp_path: Path) -> None:
    first = adopt(root, dem(raster(tmp_path / "a.tif", ramp())))
    later = dem(raster(tmp_path / "b.tif", ramp() + 3), as_of=PartialDate.parse("2025"))
    adoption = adopt(root, later)
    assert any("平均相差 +3.0 m，最大相差 3.0 m" in words for words in adoption.said)
    assert (root / first.data).is_file()
    kept = next((root / "local" / "dem").glob("before_2025*.yml"))
    assert yaml.safe_load(kept.read_text("utf-8"))["source"]["raster"] == first.data
    with pytest.raises(UsageError, match="已经是现行版本"):
        adopt(root, later)


def test_codes_mean_nothing_until_somebody_says_so(root: Path, tmp_path: Path) -> None:
    file = raster(tmp_path / "a.tif", halves())
    with pytest.raises(UsageError) as told:
        examine_raster(open_store(root), cover(file))
    assert "10（315000 个像元）、20（315000 个像元）" in str(told.value)
    assert "可能是 globeland30（GlobeLand30）、worldcover（ESA WorldCover）" in str(told.value)


def test_land_cover_gets_the_classes_of_its_scheme_and_their_ground(
    root: Path, tmp_path: Path
) -> None:
    adoption = adopt(root, cover(raster(tmp_path / "a.tif", halves()), scheme="globeland30"))
    classes = yaml.safe_load((root / "layers" / "land_cover.yml").read_text("utf-8"))["style"][
        "classes"
    ]
    assert (classes["10"]["title"], classes["20"]["title"]) == ("耕地", "林地")
    (words,) = [w for w in adoption.said if w.startswith("地类")]
    ground = {part.split()[0]: float(part.split()[1]) for part in words.split("：")[1].split("、")}
    # 屯留区 is 1 191 km² by the boundary data; both halves together are the county.
    territory = open_store(root).territory
    assert sum(ground.values()) == pytest.approx(float(area_m2(territory)) / 1e4, rel=1e-3)
    with rasterio.open(root / adoption.data) as held:
        assert np.array_equal(held.read(1), halves())
        assert held.nodata == 65535


def test_a_code_without_a_class_is_refused(root: Path, tmp_path: Path) -> None:
    file = raster(tmp_path / "a.tif", halves(10, 33))
    with pytest.raises(UsageError, match="GlobeLand30 没有编码 33（315000 个像元）"):
        examine_raster(open_store(root), cover(file, scheme="globeland30"))


def test_an_offices_own_classes_come_from_a_table(root: Path, tmp_path: Path) -> None:
    classes = tmp_path / "分类.csv"
    classes.write_text("编码,名称,颜色\n10,水浇地,#ffcc00\n33,-,\n", encoding="utf-8-sig")
    file = raster(tmp_path / "a.tif", halves(10, 33))
    adoption = adopt(root, cover(file, classes=classes))
    written = yaml.safe_load((root / "layers" / "land_cover.yml").read_text("utf-8"))
    assert written["style"]["classes"] == {"10": {"title": "水浇地", "fill": "#ffcc00"}}
    with rasterio.open(root / adoption.data) as held:
        assert held.read(1, masked=True).mask[:, 450:].all()


def test_classes_without_a_colour_get_one_each(tmp_path: Path) -> None:
    classes = tmp_path / "分类.csv"
    classes.write_text(
        "编码,名称\n11,水田\n12,旱地\n21,有林地\n51,城镇用地\n", encoding="utf-8-sig"
    )
    scheme = read_scheme(classes, shown=Path("分类.csv"))
    assert [entry.colour for entry in scheme.classes] == [
        "#f3e3a1",
        "#d5c78d",
        "#7fb27a",
        "#dd9a8b",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("编码,名称\n1,甲\n1,乙\n", "编码 1 重复"), ("名称\n甲\n", "缺少编码列"),
        ("编码,名称\n99999,甲\n", "不在 0–9000 内"), ("编码,名称\n甲,1\n", "“甲”不是整数"),
        ("编码,名称,颜色\n1,甲,红\n", "不是颜色"),
    ],
)  # fmt: skip
def test_a_table_of_classes_with_a_fault_is_refused_with_its_place(
    root: Path, tmp_path: Path, text: str, words: str
) -> None:
    classes = tmp_path / "分类.csv"
    classes.write_text(text, encoding="utf-8-sig")
    with pytest.raises(HongxianError, match=words):
        examine_raster(
            open_store(root), cover(raster(tmp_path / "a.tif", halves()), classes=classes)
        )


def test_a_newer_land_cover_means_what_the_old_meant_and_tells_the_change(
    root: Path, tmp_path: Path
) -> None:
    adopt(root, cover(raster(tmp_path / "a.tif", halves()), scheme="worldcover"))
    newer = halves()
    newer[:, 450:460] = 10
    adoption = adopt(
        root, cover(raster(tmp_path / "b.tif", newer), as_of=PartialDate.parse("2025"))
    )
    (words,) = [w for w in adoption.said if w.startswith("与上一版")]
    grown = float(words.split("林地 增加 ")[1].split()[0])
    lost = float(words.split("灌木地 减少 ")[1].split()[0])
    assert grown == lost > 0
    assert len(list((root / "local" / "land_cover").glob("*.tif"))) == 2


def test_heights_are_not_taken_for_land_cover(root: Path, tmp_path: Path) -> None:
    file = raster(tmp_path / "a.tif", ramp("float32") + 0.5)
    with pytest.raises(InputError, match="不是地类编码"):
        examine_raster(open_store(root), cover(file, scheme="clcd"))


def test_a_vector_file_has_no_scheme(root: Path, tmp_path: Path) -> None:
    file = shapefile(tmp_path / "STBHHX.shp", table([square(0)], HXMC=["甲"]))
    done = CliRunner().invoke(
        cli, ["adopt", str(file), "--as", "生态保护红线", "--scheme", "clcd", "-w", str(root)]
    )
    assert "只用于土地覆盖栅格" in str(done.exception)


def test_the_command_adopts_a_raster_and_the_map_draws_it(root: Path, tmp_path: Path) -> None:
    file = raster(tmp_path / "a.tif", halves())
    done = CliRunner().invoke(
        cli,
        ["adopt", str(file), "--as", "土地覆盖", "--scheme", "globeland30", "--provider", "局", "--as-of",
         "2020", "--accuracy", "60", "-w", str(root)],
    )  # fmt: skip
    assert done.exit_code == 0, done.exception
    assert "900×700 像元，已可使用" in done.stderr
    (root / "maps" / "cover.yml").write_text(
        "title: 土地覆盖图\nlayers:\n  - terrain: land_cover\n  - layer: districts\n",
        encoding="utf-8",
    )
    out = tmp_path / "图.png"
    drawn = CliRunner().invoke(cli, ["map", "cover", "--out", str(out), "-w", str(root)])
    assert drawn.exit_code == 0, drawn.exception
    pixels = np.asarray(Image.open(out).convert("RGB")).reshape(-1, 3)
    # 耕地 #f3e3a1 and 林地 #7fb27a both cover much of the sheet.
    for colour in ((0xF3, 0xE3, 0xA1), (0x7F, 0xB2, 0x7A)):
        assert (pixels == colour).all(axis=1).mean() > 0.05


def test_a_public_map_leaves_an_internal_raster_out(root: Path, tmp_path: Path) -> None:
    adopt(root, cover(raster(tmp_path / "a.tif", halves()), scheme="globeland30"))
    (root / "maps" / "cover.yml").write_text(
        "title: 图\nedition: public\napproval: 晋S(2026)001号\nlayers:\n  - terrain: land_cover\n"
        "  - layer: districts\n", encoding="utf-8",
    )  # fmt: skip
    out = tmp_path / "图.html"
    done = CliRunner().invoke(cli, ["map", "cover", "--out", str(out), "-w", str(root)])
    assert done.exit_code == 0, done.exception
    assert re.search(r'"backdrops":\s*\[\]', out.read_text("utf-8"))
    assert "公开版不绘" in out.read_text("utf-8")


def test_a_raster_named_as_a_layer_of_a_map_is_told_how_to_be_written(
    root: Path, tmp_path: Path
) -> None:
    adopt(root, dem(raster(tmp_path / "a.tif", ramp())))
    (root / "maps" / "m.yml").write_text("title: 图\nlayers: [{layer: dem}]\n", encoding="utf-8")
    done = CliRunner().invoke(cli, ["map", "m", "-w", str(root)])
    assert "请写 - terrain: dem" in str(done.exception)


def test_an_adopted_raster_opens_as_it_says(root: Path, tmp_path: Path) -> None:
    adoption = adopt(root, dem(raster(tmp_path / "a.tif", ramp())))
    held = open_raster(root / adoption.data, shown=Path(adoption.data))
    assert held.resolution_m == pytest.approx(adoption.raster.resolution_m)


def test_verify_opens_rasters_and_tells_what_is_broken(root: Path, tmp_path: Path) -> None:
    adoption = adopt(root, dem(raster(tmp_path / "a.tif", ramp())))
    assert not [w for w in verify(root).warnings if w.file.name == "dem.yml"]
    (root / adoption.data).write_bytes(b"II*\0")
    (told,) = [w for w in verify(root).warnings if w.file.name == "dem.yml"]
    assert "读取失败" in told.message
