import io
from dataclasses import replace

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from geo.draw.layers.drawn import Skipped
from geo.draw.layers.terrain import Backdrop, backdrop
from geo.draw.plane import plane_for
from geo.draw.sheet.paper import save
from geo.spec.layers import Layer
from geo.spec.maps import DrawTerrain
from tests.draw.draw_world import scene_of


@pytest.fixture
def hilly(store, tmp_path):
    """A ramp that rises eastwards from 1000 m at 112.4°E by 500 m per 0.1°, unknown north of 36.45°."""
    size, step = 400, 0.002
    east = 112.4 + (np.arange(size) + 0.5) * step
    heights = np.repeat((1000 + (east - 112.4) * 5000)[None, :], size, axis=0).astype("float32")
    heights[:75] = -9999
    path = tmp_path / "dem.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=size, height=size, count=1, dtype="float32", crs="EPSG:4326",
        transform=Affine(step, 0.0, 112.4, 0.0, -step, 36.6), nodata=-9999,
    ) as out:  # fmt: skip
        out.write(heights, 1)
    layer = Layer.model_validate({
        "title": "高程", "source": {"raster": str(path)}, "authority": "open", "provider": "某局",
        "licence": "x", "as_of": "2020", "accuracy_m": "30",
    })  # fmt: skip
    gone = layer.model_copy(
        update={"source": layer.source.model_copy(update={"raster": str(tmp_path / "无.tif")})}
    )
    layers = {**store.spec.layers, "hills": layer, "gone": gone, "declared": Layer(title="待提供")}
    marker = store.spec.marker.model_copy(update={"data_folders": (str(tmp_path),)})
    return type(store)(replace(store.spec, layers=layers, marker=marker))


def window(plane, west, south, east, north):
    x, y = plane.forward([west, east], [south, north])
    return float(x[0]), float(y[0]), float(x[1]), float(y[1])


def sampled(hilly, style="tints", box=(112.7, 36.2, 112.9, 36.3)):
    plane = plane_for(shapely.box(*box))
    return backdrop(
        DrawTerrain(terrain="hills", style=style), hilly, plane=plane, window=window(plane, *box)
    )


def test_tints_rise_with_the_ground_and_name_their_heights(hilly):
    found = sampled(hilly)
    # 112.7° to 112.9° is 2500 m to 3500 m; the last cells are just below it.
    assert found.classes[0].title.startswith("2400") or found.classes[0].title.startswith("2500")
    assert found.classes[-1].title.endswith(("3500 m", "3600 m"))
    row = found.picture[found.picture.shape[0] // 2, :, :3].sum(axis=1)
    assert row[5] > row[-5]


def test_a_relief_has_no_legend(hilly):
    found = sampled(hilly, "shade")
    assert isinstance(found, Backdrop)
    assert found.classes == ()


def test_what_nobody_knows_is_clear(hilly):
    found = sampled(hilly, box=(112.7, 36.4, 112.9, 36.55))
    alpha = found.picture[:, found.picture.shape[1] // 2, 3]
    assert alpha[3] == 0
    assert alpha[-3] == 255


def test_ground_beyond_the_raster_is_told(hilly):
    assert sampled(hilly, box=(114.7, 36.4, 114.9, 36.5)).reason == "图幅范围内没有要素"


@pytest.mark.parametrize(("name", "reason"), [("declared", "未取得"), ("gone", "读取失败")])
def test_a_raster_that_is_not_there_is_told(hilly, name, reason):
    scene = scene_of(hilly, {"terrain": name}, "rivers", size="figure")
    assert isinstance(scene.skipped[0], Skipped)
    assert scene.skipped[0].reason.startswith(reason)


def test_terrain_is_drawn_under_the_map_and_named_in_legend_and_sources(hilly):
    scene = scene_of(hilly, {"terrain": "hills"}, "rivers", size="figure")
    texts = [row.entry.text for row in scene.layout.fitted.rows]
    assert "地形" in texts
    assert any("高程：某局，2020" in text for text in scene.credits)
    out = io.BytesIO()
    save(scene, out, format="png", dpi=40)
    assert out.getvalue()[:4] == b"\x89PNG"
