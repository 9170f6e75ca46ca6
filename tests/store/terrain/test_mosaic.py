from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from rasterio.transform import Affine

from geo.errors import InputError
from geo.space.crs import transform
from geo.store.raster import coverage, open_raster

EAST, NORTH = 37_500_000.0, 4_000_000.0


def source(name, *, left=0, relative="1", kind="SimpleSource"):
    return f"""<{kind}><SourceFilename relativeToVRT="{relative}">{name}</SourceFilename>
      <SourceBand>1</SourceBand><SrcRect xOff="0" yOff="0" xSize="10" ySize="10"/>
      <DstRect xOff="{left}" yOff="0" xSize="10" ySize="10"/></{kind}>"""


def vrt(sources, *, band="", head=""):
    return f"""{head}<VRTDataset rasterXSize="20" rasterYSize="10"><SRS>EPSG:4525</SRS>
    <GeoTransform>{EAST}, 10, 0, {NORTH}, 0, -10</GeoTransform>
    <VRTRasterBand dataType="Float32" band="1"{band}>{sources}</VRTRasterBand></VRTDataset>"""


@pytest.fixture
def sheets(write_dem, tmp_path):
    write_dem(np.ones((10, 10)), "sheets/a.tif")
    write_dem(np.ones((10, 10)), "sheets/b.tif", transform=Affine(10, 0, EAST + 100, 0, -10, NORTH))
    write_dem(np.ones((10, 10)), "other/c.tif")
    return tmp_path / "sheets"


def opened(sheets, text):
    path = sheets / "dem.vrt"
    path.write_text(text, encoding="utf-8")
    return open_raster(path, shown=Path("sheets/dem.vrt"))


def test_sheets_beside_the_mosaic_are_read_as_one(sheets):
    raster = opened(sheets, vrt(source("a.tif") + source("b.tif", left=10)))
    area = transform(shapely.box(EAST + 5, NORTH - 95, EAST + 195, NORTH - 5), 4525, 4490)
    assert raster.grid.columns == 20
    assert coverage(raster, area) == 1.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (vrt(source("../other/c.tif")), "不在 VRT 所在文件夹内"),
        (vrt(source("gone.tif")), "「gone.tif」不存在"),
        (vrt(source("notes.txt")), "「notes.txt」不是 TIFF"),
        (vrt(source("a.tif", relative="0")), "没有写明相对 VRT 的位置"),
        (vrt(source("/vsicurl/http://example.org/a.tif", relative="0")), "不是普通文件"),
        (vrt(source("http://example.org/a.tif")), "不是普通文件"),
        (vrt(source("")), "不是普通文件"),
        (vrt(""), "没有任何源文件"),
        (vrt(source("a.tif", kind="KernelFilteredSource")), "含有 KernelFilteredSource"),
        (
            vrt(source("a.tif"), band=' subClass="VRTDerivedRasterBand"'),
            "含有 VRTDerivedRasterBand",
        ),
        (vrt(source("a.tif"))[:-5], "VRT 无法解析"),
        (vrt(source("a.tif"), head="<?xml version='1.0'?><!DOCTYPE x []>"), "VRT 无法解析"),
    ],
)
def test_a_mosaic_that_reaches_elsewhere_or_is_odd_is_refused(sheets, text, message):
    (sheets / "notes.txt").write_text("secret", encoding="utf-8")
    with pytest.raises(InputError, match=rf"sheets/dem\.vrt: .*{message}"):
        opened(sheets, text)


def test_a_link_that_leads_out_of_the_folder_is_refused(sheets):
    (sheets / "link.tif").symlink_to(sheets.parent / "other" / "c.tif")
    with pytest.raises(InputError, match="不在 VRT 所在文件夹内"):
        opened(sheets, vrt(source("link.tif")))


def test_all_odd_sources_are_told_at_once(sheets):
    with pytest.raises(InputError) as caught:
        opened(sheets, vrt(source("gone.tif") + source("../other/c.tif")))
    assert len(str(caught.value).splitlines()) == 2


def test_a_mosaic_in_the_guise_of_a_tiff_is_still_checked(sheets):
    path = sheets / "dem.tif"
    path.write_text(vrt(source("../other/c.tif")), encoding="utf-8")
    with pytest.raises(InputError, match="不在 VRT 所在文件夹内"):
        open_raster(path, shown=Path("sheets/dem.tif"))


def test_a_huge_mosaic_is_refused_unread(sheets):
    with pytest.raises(InputError, match="超过 20 MB"):
        opened(sheets, vrt(source("a.tif")) + " " * 20_000_001)
