"""A made-up county of straight lines and squares, laid inside the real 屯留区 for its boundary."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import shapely

from geo.space.plane import Plane
from geo.store.store import Store, open_store

ADCODE = "140405"
#: Origin of the made-up world, well inside the county; x east and y north in metres from here.
PLANE = Plane(112.80, 36.30)

WORKSPACE = f"""
title: 试验工作区
jurisdictions: ["{ADCODE}"]
as_at: 2026-11-22
around: {{default: 300 m, river: 200 m}}
"""
LAYER = """
title: {title}
source: {source}
crs: EPSG:4490
authority: {authority}
provider: 试验
licence: 试验
as_of: 2026
accuracy_m: {accuracy}
"""


def degrees(geometry: shapely.Geometry) -> shapely.Geometry:
    """Carry a shape in metres of the made-up world to longitude and latitude."""
    return PLANE.inverse(geometry)


def metres(geometry: shapely.Geometry) -> shapely.Geometry:
    """Carry a shape in degrees to metres of the made-up world."""
    return PLANE.forward(geometry)


def add_layer(
    root: Path, name: str, features: list[tuple[dict[str, object], shapely.Geometry]],
    *, authority: str = "official", accuracy: float = 10, extra: str = "",
) -> None:  # fmt: skip
    """Write a GeoJSON layer of shapes given in metres, and its YAML."""
    (root / "data").mkdir(exist_ok=True)
    (root / "layers").mkdir(exist_ok=True)
    document = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": properties,
                "geometry": shapely.geometry.mapping(degrees(shape)),
            }
            for properties, shape in features
        ],
    }
    (root / "data" / f"{name}.geojson").write_text(json.dumps(document), encoding="utf-8")
    text = LAYER.format(
        title=name, source=f"data/{name}.geojson", authority=authority, accuracy=accuracy
    )
    (root / "layers" / f"{name}.yml").write_text(text + extra, encoding="utf-8")


def add_controls(root: Path, rows: list[tuple[str, str]]) -> None:
    """Write a plan whose controls have the given ids and places."""
    folder = root / "plans" / "试"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.yml").write_text(
        f"title: 试验规划\nadcode: '{ADCODE}'\nperiod: [2021, 2025]\nsource: 试验\n",
        encoding="utf-8",
    )
    with (folder / "controls.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "heading", "title", "where", "activities", "strength", "note"])
        writer.writerows((name, "第一章", name, where, "*", "禁止", "") for name, where in rows)


def river_world(root: Path) -> Store:
    """Make a world with a 10 km river, two tributaries, a lake, a section and two villages.

    长河 runs east along y = 0 from x = 0 to 10 000. 北溪 comes 2 km down from the north into x = 4 000,
    南溪 3 km up from the south into x = 8 000. The lake is a 400 m square around x = 2 000.
    """
    line = shapely.LineString
    (root / "workspace.yml").write_text(WORKSPACE, encoding="utf-8")
    rivers = [
        (
            {"name": "长河", "aliases": "常河", "flows_into": None},
            line([(0, 0), (4000, 0), (8000, 0), (10000, 0)]),
        ),
        ({"name": "北溪", "flows_into": "长河"}, line([(4000, 2000), (4000, 0)])),
        ({"name": "南溪", "flows_into": "长河"}, line([(8000, -3000), (8000, 0)])),
    ]
    add_layer(root, "rivers", rivers, accuracy=20)
    add_layer(
        root, "reservoirs", [({"name": "圆湖"}, shapely.box(1800, -200, 2200, 200))], accuracy=15
    )
    add_layer(
        root,
        "sections",
        [({"name": "下桥", "river": "长河"}, shapely.Point(6000, 30))],
        accuracy=30,
    )
    places = [
        ({"name": "甲村", "kind": "village"}, shapely.Point(1000, 50)),
        ({"name": "乙村", "kind": "village"}, shapely.Point(5000, -40)),
        ({"name": "同名", "kind": "village"}, shapely.Point(0, 500)),
        ({"name": "同名", "kind": "mine"}, shapely.Point(9000, 500)),
        ({"name": "外镇", "kind": "village"}, shapely.Point(200_000, 0)),
    ]
    add_layer(root, "places", places, authority="schematic", accuracy=100)
    farms = [
        ({"name": f"田{at}", "等级": at}, shapely.box(at * 1000, 100, at * 1000 + 500, 600))
        for at in range(1, 6)
    ]
    add_layer(root, "farmland", farms)
    (root / "layers" / "no_coal_zone.yml").write_text("title: 禁煤区\n", encoding="utf-8")
    return open_store(root)
