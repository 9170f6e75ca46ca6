"""Symbols by Chinese conventions: one preset per kind of thing, changed where a style says so."""

from __future__ import annotations

from typing import Final

from geo.draw.symbols.ink import Ink, Preset, Shape
from geo.draw.symbols.palette import DOMAINS, WATER_CLASSES
from geo.errors import UsageError
from geo.spec.closed import nearest
from geo.spec.style import Label

GROUPS: Final = (
    "行政区划", "地形", "水系", "水环境", "饮用水水源", "生态空间", "管控分区", "土地与产业",
    "规划任务", "版本变化", "地名", "其他要素",
)  # fmt: skip

BLUE: Final = "#2a78b8"
WATER_TEXT: Final = "#1560a0"
_GREY: Final = "#6b6b6b"


def _border(width: float, dash: tuple[float, ...], *, band: str = "none", band_pt: float = 0.0,
            edge: str = "#4a4a4a") -> Ink:  # fmt: skip
    return Ink(edge=edge, width=width, dash=dash, casing=band, band=band_pt)


#: Boundaries by rank: the longer the pattern and the heavier the line, the higher the rank. The edge
#: of an atlas page that is no boundary is a plain line.
BORDERS: Final[dict[str, Ink]] = {
    "province": _border(1.1, (9, 2.2, 1.2, 2.2), band="#b48ac0", band_pt=6.0, edge="#2b2b2b"),
    "city": _border(0.95, (7, 2, 1.1, 2, 1.1, 2), band="#c79fc9", band_pt=5.0, edge="#2b2b2b"),
    "county": _border(0.75, (5, 1.8, 1.0, 1.8), band="#d5b3d3", band_pt=4.2, edge="#3a3a3a"),
    "township": _border(0.45, (1.2, 1.6), edge="#7d7d7d"),
    "page": _border(0.9, (), band="#c3cbd6", band_pt=4.2, edge="#3a4656"),
}


#: The borders of the neighbours: their colour, and their width beside that of one's own.
CONTEXT: Final = "#909090"
FAINT: Final = 0.7


def _area(fill: str, edge: str, *, width: float = 0.6, opacity: float = 0.45, hatch: str = "",
          dash: tuple[float, ...] = ()) -> Ink:  # fmt: skip
    return Ink(fill=fill, edge=edge, width=width, opacity=opacity, hatch=hatch, dash=dash)


def _point(
    marker: str, fill: str, *, size: float = 6.0, edge: str = "#ffffff", width: float = 0.5
) -> Ink:
    return Ink(fill=fill, edge=edge, width=width, marker=marker, size=size)


def _river(width: float) -> Ink:
    return Ink(edge=BLUE, width=width)


_RIVERS: Final = {
    "1": ("干流", _river(1.9)),
    "2": ("一级支流", _river(1.35)),
    "3": ("二级支流", _river(0.95)),
    "4": ("三级及以下支流", _river(0.65)),
    "5": ("三级及以下支流", _river(0.65)),
}
_PLACES: Final = {
    "township": ("乡镇（街道）驻地", _point("ring", "#ffffff", size=4.6, edge="#222222", width=0.7)),
    "village": ("村庄", _point("circle", "#ffffff", size=2.8, edge="#333333", width=0.6)),
    "enterprise": ("企业", _point("square", "#5b5b5b", size=4.0)),
    "park": ("园区", _point("hexagon", "#8a5a9e", size=5.6)),
    "mine": ("矿山", _point("diamond", "#3a3a3a", size=5.4)),
    "mountain": ("山峰", _point("triangle", "#7a5230", size=4.6)),
    "spring": ("泉", _point("drop", BLUE, size=5.4)),
    "plant": ("环境基础设施", _point("plant", "#1f7a7a", size=6.4)),
    "bridge": ("桥", _point("bar", "#444444", size=4.6)),
    "dam": ("坝", _point("triangle_down", "#444444", size=4.4)),
    "town_area": ("城区", _point("ring", "#d7301f", size=6.2, edge="#7f0000", width=0.8)),
    "scenic": ("景区", _point("star", "#1b7837", size=6.0)),
    "forest": ("林场、森林公园", _point("pentagon", "#1b7837", size=5.2)),
    "wetland": ("湿地", _point("pentagon", "#2f8f9d", size=5.2)),
    "landfill": ("填埋场、处置场", _point("square", "#7a5c00", size=4.4)),
    "station": ("监测站点", _point("cross", "#b3005e", size=5.2)),
}  # fmt: skip
_SECTIONS: Final = {
    name: (
        f"水质目标 {name} 类",
        Ink(fill=colour, second=colour, edge="#1a1a1a", width=0.6, marker="section", size=8.0),
    )
    for name, colour in WATER_CLASSES.items()
}
_ZONES: Final[dict[str, tuple[str, Ink]]] = {
    "ecological_redline": ("生态空间", _area("#e0322c", "#c4161c", width=0.8, opacity=0.08, hatch="/")),
    "nature_core": ("生态空间", _area("#1b7837", "#0f5426", width=0.9, opacity=0.40)),
    "nature_general": ("生态空间", _area("#7fbf7b", "#1b7837", width=0.7, opacity=0.40)),
    "nature_buffer": ("生态空间", _area("#a6dba0", "#1b7837", width=0.6, opacity=0.35)),
    "nature_experimental": ("生态空间", _area("#d9f0d3", "#1b7837", width=0.6, opacity=0.45)),
    "nature_park": ("生态空间", _area("#b8e0a5", "#3d8f3a", width=0.7, opacity=0.45)),
    "wetland": ("生态空间", _area("#bfe8e3", "#2f8f9d", width=0.6, opacity=0.55, hatch="-")),
    "water_source_1": ("饮用水水源", _area("#08519c", "#08306b", width=0.9, opacity=0.45)),
    "water_source_2": ("饮用水水源", _area("#6baed6", "#08519c", width=0.8, opacity=0.40)),
    "water_source_quasi": ("饮用水水源", _area("#c6dbef", "#3182bd", width=0.7, opacity=0.45, dash=(3, 1.5))),
    "spring_domain": ("饮用水水源", _area("#d4e6f7", "#4a90c2", width=0.9, opacity=0.30, dash=(5, 2))),
    "spring_core": ("饮用水水源", _area("#8fbfe0", "#1f5f99", width=0.9, opacity=0.45)),
    "basic_farmland": ("土地与产业", _area("#f5e79e", "#b8a13a", width=0.5, opacity=0.60)),
    "river_management": ("水系", _area("#cfe6f5", BLUE, width=0.5, opacity=0.50)),
    "river_shoreline": ("水系", _area("#dcecf7", BLUE, width=0.5, opacity=0.50, dash=(3, 1.5))),
    "control_unit": ("管控分区", _area("#dddddd", "#888888", width=0.6, opacity=0.5)),
    "urban_boundary": ("土地与产业", _area("#f4b8a8", "#c0392b", width=0.8, opacity=0.30)),
    "no_coal_zone": ("管控分区", _area("#c9b7dd", "#6a51a3", width=0.8, opacity=0.30, hatch="\\")),
    "high_pollution_fuel_zone": ("管控分区", _area("#ddd0ea", "#6a51a3", width=0.7, opacity=0.35)),
    "livestock_ban_zone": ("管控分区", _area("#ecd9c0", "#8c510a", width=0.7, opacity=0.35, hatch="|")),
    "low_emission_zone": ("管控分区", _area("#e8e0f2", "#8073ac", width=0.7, opacity=0.35, dash=(4, 2))),
    "soil_risk_parcel": ("土地与产业", _area("#c98b53", "#7f3b08", width=0.8, opacity=0.55)),
    "coal_goaf": ("土地与产业", _area("#bdbdbd", "#525252", width=0.7, opacity=0.45, hatch="x")),
    "groundwater_overdraft": ("管控分区", _area("#f3d9b1", "#b35806", width=0.7, opacity=0.35, hatch=".")),
    "sound_zone": ("管控分区", _area("#fdf0c4", "#c79a00", width=0.6, opacity=0.45)),
}  # fmt: skip
_LANDFORMS: Final = {
    "平原": ("平原", _area("#cfe3b8", "#8aa86a", opacity=0.7)),
    "盆地": ("盆地", _area("#dcebcf", "#8aa86a", opacity=0.7)),
    "丘陵": ("丘陵", _area("#f2e0b4", "#b59a5a", opacity=0.7)),
    "山区": ("山区", _area("#d3ab85", "#8a5f38", opacity=0.7)),
    "山地": ("山地", _area("#d3ab85", "#8a5f38", opacity=0.7)),
}
_UNITS: Final = {
    "优先保护单元": ("优先保护单元", _area("#7fbf7b", "#3d8f3a", opacity=0.55)),
    "重点管控单元": ("重点管控单元", _area("#f4a6a0", "#c0392b", opacity=0.55)),
    "一般管控单元": ("一般管控单元", _area("#fdf3bf", "#b8a13a", opacity=0.60)),
}


def domain_ink(domain: str) -> Ink:
    """Return the symbol of a task by medium, good for points, lines and areas alike."""
    colour = DOMAINS.get(domain, DOMAINS["综合"])
    markers = {
        "气": "triangle", "水": "drop", "土": "square", "固废": "hexagon", "声": "triangle_down",
        "生态": "pentagon", "能力": "diamond", "综合": "circle",
    }  # fmt: skip
    return Ink(
        fill=colour, edge=colour, width=1.0, opacity=0.16, size=6.6,
        marker=markers.get(domain, "circle"), casing="#ffffff", casing_width=1.2,
    )  # fmt: skip


def _water(size: float, priority: int) -> Label:
    return Label(size=size, water=True, priority=priority)


PRESETS: Final[dict[str, Preset]] = {
    "version_change": Preset(_area("#9a9a9a", "#9a9a9a", opacity=0.5), "版本变化"),
    "plan_progress": Preset(
        _point("circle", "#8c8c8c"), "规划任务", label=Label(size=7, priority=6, face="sans")
    ),
    "province": Preset(BORDERS["province"], "行政区划"),
    "city": Preset(BORDERS["city"], "行政区划", label=Label(size=11, priority=9)),
    "districts": Preset(BORDERS["county"], "行政区划", label=Label(size=10, priority=9)),
    "townships": Preset(BORDERS["township"], "行政区划", label=Label(size=7.5, priority=5, colour="#333333")),
    "rivers": Preset(_river(0.95), "水系", "order", _RIVERS, _water(7.5, 6)),
    "river": Preset(_river(0.95), "水系", label=_water(7.5, 6)),
    "reservoirs": Preset(Ink(fill="#a9d3ee", edge=BLUE, width=0.5), "水系", label=_water(7, 6)),
    "sections": Preset(
        Ink(fill="#ffffff", second="#ffffff", edge="#1a1a1a", width=0.6, marker="section", size=8.0),
        "水环境", "target_class", _SECTIONS, Label(size=7.5, priority=8, face="sans"),
    ),
    "water_sources": Preset(
        _point("drop", "#0b6fb8", size=7.6), "饮用水水源", label=Label(size=7.5, priority=7, face="sans")
    ),
    "places": Preset(
        _point("circle", "#555555", size=3.0), "地名", "kind", _PLACES,
        Label(size=7, priority=4),
    ),
    "protected_areas": Preset(_ZONES["nature_park"][1], "生态空间", label=Label(size=7, priority=5, colour="#14572a")),
    "redline_standin": Preset(_ZONES["ecological_redline"][1], "生态空间"),
    "spring_domains": Preset(_ZONES["spring_domain"][1], "饮用水水源", label=_water(8, 4)),
    "industrial_parks": Preset(
        _area("#d9c3e2", "#7b4a94", width=0.8, opacity=0.55), "土地与产业", label=Label(size=7, priority=5, colour="#5a2d73")
    ),
    "landform": Preset(
        _LANDFORMS["山地"][1], "地形", "kind", _LANDFORMS, Label(size=9, priority=5, colour="#5a3d1c")
    ),
    "farmland": Preset(_area("#f7efc0", "#c8b85a", width=0.4, opacity=0.6), "土地与产业"),
    "forest": Preset(_area("#d5e8c8", "#8ab56f", width=0.4, opacity=0.6), "土地与产业"),
    "built_up": Preset(_area("#f2c9b8", "#c98468", width=0.4, opacity=0.7), "土地与产业"),
    "control_units": Preset(
        _ZONES["control_unit"][1], "管控分区", "class", _UNITS, Label(size=6.5, priority=3)
    ),
    "roads": Preset(Ink(edge="#d98c3f", width=1.0, casing="#ffffff", casing_width=0.8), "其他要素"),
    "railways": Preset(Ink(edge="#444444", width=0.9, dash=(6, 3), casing="#ffffff", casing_width=0.6), "其他要素"),
    "corridor": Preset(Ink(edge="#3d9b57", width=4.0, opacity=0.5), "生态空间"),
    "reach": Preset(Ink(edge="#2c7fb8", width=5.0, opacity=0.35), "水环境"),
    "belt": Preset(Ink(edge="#2c7fb8", width=9.0, opacity=0.35), "生态空间"),
    "screen": Preset(_area("#a8d5a2", "#a8d5a2", width=0.0, opacity=0.5), "生态空间"),
    "node": Preset(_point("circle", "#1b7837", size=11, width=1.2), "生态空间"),
    **{kind: Preset(ink, group) for kind, (group, ink) in _ZONES.items()},
    **{f"task_{name}": Preset(domain_ink(name), "规划任务") for name in DOMAINS},
}  # fmt: skip

_ALIASES: Final = {"county": "districts", "township": "townships", "forest_land": "forest",
                   "urban_built_up": "built_up", "mountain_regions": "landform", "wetlands": "wetland"}  # fmt: skip
_GENERIC: Final[dict[Shape, Ink]] = {
    "point": _point("circle", "#555555", size=5.0),
    "line": Ink(edge="#555555", width=0.9),
    "area": _area("#c9c9c9", "#777777", opacity=0.4),
}


def preset(name: str) -> Preset:
    """Return a preset by name.

    Raises:
        UsageError: There is none of that name.

    >>> preset("ecological_redline").ink.hatch
    '/'
    """
    found = PRESETS.get(_ALIASES.get(name, name))
    if found is None:
        raise UsageError(f"没有名为 {name} 的符号预设 — {nearest(name, sorted(PRESETS))}")
    return found


def preset_for(layer_id: str, *, kinds: tuple[str, ...] = (), shape: Shape = "area") -> Preset:
    """Return the preset a layer gets without a style: by its id, its zone kind, its geometry.

    >>> preset_for("rivers").group, preset_for("x", kinds=("nature_core",)).group
    ('水系', '生态空间')
    >>> preset_for("x", shape="line").ink.edge
    '#555555'
    """
    for name in (_ALIASES.get(layer_id, layer_id), *kinds[:1]):
        if name in PRESETS:
            return PRESETS[name]
    return Preset(_GENERIC[shape])
