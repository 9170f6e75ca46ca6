"""A made-up corner of 屯留区 with one of everything that a page shows, and names that try to break out."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geo.draw.layers.classing import SymbolClass
from geo.draw.layers.drawn import DrawnLayer
from geo.draw.scene import Scene, compose
from geo.draw.symbols.ink import Ink
from geo.store.store import open_store
from tests.store.worlds import ADCODE, degrees

DAY = date(2026, 11, 22)
EVIL = "井<!--</script x><script>alert(1)</script>&\"'{{ 7*7 }}{% raw %}"

_MAP = """
title: 试验图
plan: 试
layers:
  - layer: redline
  - layer: rivers
  - {tasks: 试, kind: project}
  - layer: wells
"""
_LAYER = """
title: {title}
source: data/{name}.geojson
crs: EPSG:4490
authority: {authority}
provider: 试验
licence: 试验
as_of: 2026-05
accuracy_m: {accuracy}
"""


def web_scene(root: Path) -> Scene:
    """Compose a map with a hatched square, a river, two wells and a task at the first well.

    The red line is the square from (-3000, -3000) to (3000, 3000) metres; the wells stand at (0, 0) and
    (8000, 0); 长河 runs along y = 5000.
    """
    box = shapely.box(-3000, -3000, 3000, 3000)
    river = shapely.LineString([(-9000, 5000), (9000, 5000)])
    wells = [
        ({"name": "东井", "aliases": "老井;甲井"}, shapely.Point(8000, 0)),
        ({"name": EVIL}, shapely.Point(0, 0)),
    ]
    _layer(
        root,
        "redline",
        "红线",
        [({"name": "甲区"}, box)],
        "zone: ecological_redline\nstyle: ecological_redline\n",
    )
    _layer(root, "rivers", "河流", [({"name": "长河"}, river)], "style: river\n", authority="open")
    _layer(root, "wells", "水源井", wells, "style: water_sources\n", accuracy=300)
    _plan(root)
    (root / "maps").mkdir()
    (root / "maps" / "m.yml").write_text(_MAP, encoding="utf-8")
    marker = f'title: 试验工作区\njurisdictions: ["{ADCODE}"]\nas_at: 2026-11-22\ncredits: {{unit: "局<b>"}}\n'
    (root / "workspace.yml").write_text(marker, encoding="utf-8")
    store = open_store(root)
    return compose("m", store.spec.maps["m"], store, as_at=DAY)


def _layer(
    root: Path, name: str, title: str, features: list[tuple[dict[str, str], Any]], extra: str,
    *, authority: str = "schematic", accuracy: int = 50,
) -> None:  # fmt: skip
    for folder in ("data", "layers"):
        (root / folder).mkdir(exist_ok=True)
    rows = [
        {"type": "Feature", "properties": p, "geometry": shapely.geometry.mapping(degrees(g))}
        for p, g in features
    ]
    document = {"type": "FeatureCollection", "features": rows}
    (root / "data" / f"{name}.geojson").write_text(json.dumps(document), encoding="utf-8")
    text = _LAYER.format(title=title, name=name, authority=authority, accuracy=accuracy)
    (root / "layers" / f"{name}.yml").write_text(text + extra, encoding="utf-8")


def _plan(root: Path) -> None:
    folder = root / "plans" / "试"
    folder.mkdir(parents=True)
    head = f"title: 试验规划\nadcode: '{ADCODE}'\nperiod: [2021, 2025]\nsource: 试验\n"
    (folder / "plan.yml").write_text(head, encoding="utf-8")
    with (folder / "tasks.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "kind", "heading", "title", "summary", "where"])
        writer.writerow(
            ["P01", "project", "第三章 > 专栏2 治水", "东井保护工程", "设立界桩", "{place: 东井}"]
        )


def squares(count: int, *, title: str = "图斑") -> DrawnLayer:
    """Make a layer of squares of 20 m in rows of a hundred, 100 m apart, named 0, 1, 2, …"""
    corners = [(at % 100 * 100, at // 100 * 100) for at in range(count)]
    metres = np.array([shapely.box(x, y, x + 20, y + 20) for x, y in corners], dtype=object)
    return DrawnLayer(
        id="parcels", title=title, kind="layer", group="土地与产业",
        geometry=np.array(degrees(metres), dtype=object), names=tuple(str(n) for n in range(count)),
        class_of=np.zeros(count, dtype=np.int64), classes=(SymbolClass("耕地", Ink(fill="#ffee88", edge="#886600")),),
        label=None, labels=("",) * count, facts=({"类别": "耕地"},) * count, authority="open", accuracy_m=1.0,
        credit="试验",
    )  # fmt: skip


def with_layer(scene: Scene, layer: DrawnLayer) -> Scene:
    """Add a layer under the others."""
    return replace(scene, layers=(layer, *scene.layers))
