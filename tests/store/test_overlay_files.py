"""Overlays of files in batches against overlays of all at once."""

import importlib.util

import geopandas
import numpy as np
import pytest
import shapely

from geo.errors import InputError
from geo.space.overlay import overlay_geos
from geo.store.overlay_files import overlay_files

ZONES = [shapely.box(112.0, 36.0, 112.1, 36.1), shapely.box(112.05, 36.05, 112.3, 36.3)]


def written(folder, name, shapes):
    path = folder / f"{name}.parquet"
    geopandas.GeoDataFrame(geometry=list(shapes), crs=4490).to_parquet(path)
    return path


def squares():
    corners = np.random.default_rng(3).uniform([111.98, 35.98], [112.32, 36.32], (50, 2))
    return [shapely.box(x, y, x + 0.02, y + 0.02) for x, y in corners]


@pytest.mark.parametrize("batch", [7, 1000])
@pytest.mark.parametrize("numba", [True, False])
def test_batches_of_a_file_give_the_pairs_of_the_whole(tmp_path, monkeypatch, batch, numba):
    if not numba:
        monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    sites, zones = squares(), ZONES
    found = overlay_files(
        written(tmp_path, "地块", sites), written(tmp_path, "红线", zones), batch=batch
    )
    expected = overlay_geos(np.array(sites), np.array(zones), workers=1)
    assert len(found) > 20
    assert found.site.tolist() == expected.site.tolist()
    assert found.zone.tolist() == expected.zone.tolist()
    assert found.relation.tolist() == expected.relation.tolist()
    assert found.overlap_m2 == pytest.approx(expected.overlap_m2, rel=1e-9)


def test_lines_and_polygons_in_one_file_are_left_to_geos(tmp_path):
    sites = [*squares(), shapely.LineString([(112, 36), (112.05, 36.05)])]
    found = overlay_files(written(tmp_path, "a", sites), written(tmp_path, "b", ZONES), batch=8)
    assert found.length_m[found.site == 50][0] > 7000


def test_a_file_without_rows_meets_nothing(tmp_path):
    none, some = written(tmp_path, "a", []), written(tmp_path, "b", ZONES)
    assert len(overlay_files(none, some)) == 0
    assert len(overlay_files(some, none)) == 0


def test_what_is_no_such_file_is_named(tmp_path):
    zones, text = written(tmp_path, "b", ZONES), tmp_path / "文本.parquet"
    text.write_text("no parquet")
    with pytest.raises(InputError, match=r"文本\.parquet.*读不出来"):
        overlay_files(text, zones)
    with pytest.raises(InputError, match=r"文本\.parquet.*读不出来"):
        overlay_files(zones, text)
