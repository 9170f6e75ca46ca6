"""How many measures apply per cell, on a river of straight lines."""

import csv

import numpy as np
import pytest
import rasterio

from geo.errors import UsageError
from geo.store.store import open_store
from geo.workflow.density import OUTSIDE, density, legend, write_tif
from tests.store.worlds import ADCODE, river_world

HEAD = ["id", "parent", "kind", "heading", "title", "summary", "where", "quantity", "unit", "investment_wan", "start",
        "end", "lead", "note"]  # fmt: skip


@pytest.fixture
def store(tmp_path):
    river_world(tmp_path)
    folder = tmp_path / "plans" / "试"
    folder.mkdir(parents=True)
    (folder / "plan.yml").write_text(
        f"title: 试\nadcode: '{ADCODE}'\nperiod: [2021, 2025]\nsource: 试\n", "utf-8"
    )
    rows = [("P01", "", "everywhere"), ("P02", "", "{reservoir: 圆湖}"), ("P02a", "P02", "{reservoir: 圆湖}"),
            ("P03", "", "{layer: no_coal_zone}")]  # fmt: skip
    with (folder / "tasks.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, HEAD)
        writer.writeheader()
        for name, parent, where in rows:
            writer.writerow(
                {
                    "id": name,
                    "parent": parent,
                    "kind": "project",
                    "heading": "一",
                    "title": name,
                    "where": where,
                }
            )
    return open_store(tmp_path)


def test_a_cell_counts_what_touches_it_and_sub_rows_are_left_out(store):
    found = density(store, "试", cell_m=200)
    inside = found.counts[found.counts != OUTSIDE]
    assert set(np.unique(inside)) == {1, 2}
    # The lake is a square of 400 m: 4 to 9 cells of 200 m touch it, however the grid falls.
    assert 4 <= int((inside == 2).sum()) <= 16
    assert (found.counted, found.left_out) == (2, 1)


def test_cells_outside_the_territory_are_nodata_and_not_zero(store, tmp_path):
    path = tmp_path / "d.tif"
    write_tif(density(store, "试", cell_m=500), path, title="试")
    with rasterio.open(path) as tif:
        assert tif.nodata == OUTSIDE
        assert tif.read(1)[0, 0] == OUTSIDE
        assert tif.crs.to_epsg() == 4547
        assert tif.colormap(1)[3] == (199, 233, 180, 255)
        assert "3–5 项" in tif.tags()["LEGEND"]


def test_a_grid_too_fine_for_the_area_is_refused(store):
    with pytest.raises(UsageError, match="更大的 --cell"):
        density(store, "试", cell_m=0.5)


def test_the_last_class_of_the_legend_is_open():
    assert legend()[-1].endswith("及以上")
