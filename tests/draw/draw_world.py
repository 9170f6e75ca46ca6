"""A made-up corner of 屯留区 for sheets: a river and its tributary, a lake, sections, tasks, a missing layer."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import shapely

from geo.draw.scene import Scene, compose
from geo.spec.maps import MapSpec
from geo.store.store import Store, open_store
from tests.store.worlds import ADCODE, add_layer

DAY = date(2026, 11, 22)
_MARKER = f"""
title: 试验工作区
jurisdictions: ["{ADCODE}"]
as_at: 2026-11-22
credits: {{unit: 试验局, drawn_by: 甲, checked_by: 乙, approved_by: 丙}}
"""
_DECLARED = "title: 生态保护红线\nzone: ecological_redline\n"
_TASKS = (
    ("P01", "project", "湖区治理", "{reservoir: 镜湖}"),
    ("P02", "project", "全域巡查", "everywhere"),
    ("P03", "project", "无处可寻", "{unlocated: 规划没有写地点}"),
    ("P04", "project", "东镇管网", "{place: 东镇}"),
    ("P05", "project", "东镇泵站", "{place: 东镇}"),
    ("P06", "project", "长河整治", "{river: 长河}"),
    ("P07", "project", "屯留排查", "{any: [{district: 屯留区}]}"),
    ("M01", "measure", "西镇绿化", "{place: 西镇}"),
)


def make_store(root: Path) -> Store:
    """Write a workspace; everything is in metres around (112.80, 36.30).

    长河 runs along y = 0 from (-12000, 0) to (12000, 0); 小溪 comes down x = 4000 into it; 镜湖 is the
    square (-6000..-4000, -1000..1000); 东镇 stands at (6000, 3000), 西镇 at (-6000, 5000).
    """
    _rivers(root)
    lake = shapely.box(-6000, -1000, -4000, 1000)
    add_layer(root, "reservoirs", [({"name": "镜湖"}, lake)], extra="style: reservoirs\n")
    towns = [
        ({"name": "东镇", "kind": "township"}, shapely.Point(6000, 3000)),
        ({"name": "西镇", "kind": "township"}, shapely.Point(-6000, 5000)),
    ]
    add_layer(root, "places", towns, extra="style: places\n")
    section = {"name": "大桥", "river": "长河", "base_class": "Ⅳ", "target_class": "Ⅲ"}
    add_layer(root, "sections", [(section, shapely.Point(2000, 0))], extra="style: sections\n")
    zones = [
        ({"name": "核心", "级": "一"}, shapely.box(-3000, 4000, 0, 7000)),
        ({"name": "外围", "级": "二"}, shapely.box(0, 4000, 3000, 7000)),
    ]
    kinds = "zone: {field: 级, values: {一: water_source_1, 二: water_source_2}}\n"
    add_layer(root, "zones", zones, authority="schematic", extra=kinds)
    counts = [({"name": f"{n}号", "n": n}, shapely.Point(n * 1000, -6000)) for n in range(5)]
    add_layer(root, "counts", counts, extra="sensitivity: internal\n")
    (root / "layers" / "ecological_redline.yml").write_text(_DECLARED, encoding="utf-8")
    districts = (
        "title: 县界\nsource: {boundaries: county}\nauthority: open\nprovider: 天地图\nlicence: MIT\n"
        'as_of: "2023"\naccuracy_m: 500\nstyle: districts\n'
    )
    (root / "layers" / "districts.yml").write_text(districts, encoding="utf-8")
    _plan(root)
    (root / "workspace.yml").write_text(_MARKER, encoding="utf-8")
    return open_store(root)


def _rivers(root: Path) -> None:
    main = shapely.LineString([(-12000, 0), (12000, 0)])
    brook = shapely.LineString([(4000, 9000), (4000, 0)])
    rivers = [
        ({"name": "长河", "order": 1}, main),
        ({"name": "小溪", "order": 2, "flows_into": "长河"}, brook),
    ]
    add_layer(root, "rivers", rivers, extra="style: rivers\n")


def _plan(root: Path) -> None:
    folder = root / "plans" / "试"
    folder.mkdir(parents=True)
    head = f"title: 试验规划\nadcode: '{ADCODE}'\nperiod: [2021, 2025]\nissued: 2021-06\nsource: 试验\n"
    (folder / "plan.yml").write_text(head, encoding="utf-8")
    with (folder / "tasks.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "kind", "heading", "title", "summary", "where", "investment_wan"])
        for name, kind, title, where in _TASKS:
            writer.writerow([name, kind, "第三章 水环境 > 专栏1", title, "内容", where, "12"])
    with (folder / "controls.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "heading", "title", "where", "activities", "strength"])
        writer.writerow(["C01", "第四章", "湖边禁建", "{reservoir: 镜湖}", "C2521", "禁止"])


def scene_of(store: Store, *layers: Any, **page: Any) -> Scene:
    """Compose a map of some layers; keys of ``page`` go to the page, others to the map."""
    own = {
        k: page.pop(k)
        for k in tuple(page)
        if k not in ("size", "orientation", "grid", "inset", "scale")
    }
    values: dict[str, Any] = {
        "title": "试验图",
        "plan": "试",
        "layers": list(layers),
        "page": page,
        **own,
    }
    return compose("m", MapSpec.model_validate(values), store, as_at=DAY)


#: A map whose every line a complaint can name.
LINTED = """title: 试验图
plan: 试
page:
  scale: 400000
layers:
  - districts
  - {layer: places, label: {field: name, colour: "#dddddd"}}
  - layer: sections
    label: none
  - layer: zones
    style:
      by: 级
      classes: {一: {fill: "#b05a5a"}, 二: {fill: "#8a6a58"}}
  - rivers
"""
