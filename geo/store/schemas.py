"""What the usual tables of an office are called, which fields they have, and what only looks like them.

Codes of feature classes and fields: domain.md §2 of the design notes (STBHHX, YJJBNT, CZKFBJ, DLTB, BSM, DLBM …).
A field is only ever *proposed*: the adoption prints the proposal, and the layer file can be edited.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True)
class Schema:
    """A kind of table an office holds.

    Attributes:
        layer: Id of the layer it becomes, unless the workspace declares one for its zone kinds.
        tables: Pattern of the names of its feature classes, upper case.
        fields: Standard column → the source's field names, likeliest first.
        zone: One zone kind for all features, or ``None``.
        zone_fields: Fields whose value tells the kind; ``zone_values`` says which.
        internal: Usually marked 内部; the planner may say otherwise.
        signs: Fields that tell the schema where the table's name does not.
    """

    layer: str
    title: str
    tables: str
    fields: Mapping[str, Sequence[str]]
    zone: str | None = None
    zone_fields: tuple[str, ...] = ()
    zone_values: Mapping[str, str] = field(default_factory=dict)
    internal: bool = False
    signs: frozenset[str] = frozenset()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The zone kinds its features may be."""
        return (self.zone,) if self.zone else tuple(dict.fromkeys(self.zone_values.values()))


_NAME: Final = ("NAME", "MC", "名称")
_PROTECTION: Final = {
    "一级": "water_source_1", "一级保护区": "water_source_1",
    "二级": "water_source_2", "二级保护区": "water_source_2",
    "准保护区": "water_source_quasi", "准": "water_source_quasi",
    "准级": "water_source_quasi",
}  # fmt: skip
_NATURE: Final = {
    "核心保护区": "nature_core", "一般控制区": "nature_general",
    "自然公园": "nature_park", "风景名胜区": "nature_park", "森林公园": "nature_park",
    "湿地公园": "nature_park", "地质公园": "nature_park",
}  # fmt: skip

SCHEMAS: Final[tuple[Schema, ...]] = (
    Schema(
        "ecological_redline", "生态保护红线", r"STBHHX(?!P|_?PJ)\w*|.*生态保护红线.*",
        {"name": ("HXMC", "MC", "NAME", "名称", "HXLX"), "kind": ("HXLX", "LX", "类型"),
         "adcode": ("XZQDM", "XZQHDM")},
        zone="ecological_redline", internal=True, signs=frozenset({"HXMC", "HXLX"}),
    ),
    Schema(
        "basic_farmland", "永久基本农田", r"YJJBNT(BHTB|TB|BHQ|HX)?(_\w+|\d*)?|.*永久基本农田(?!储备).*",
        {"name": ("YJJBNTTBBH", "JBNTTBBH", "TBBH", "BSM"), "kind": ("DLMC",), "adcode": ("XZQDM", "ZLDWDM")},
        zone="basic_farmland", internal=True, signs=frozenset({"YJJBNTTBBH", "YJJBNTMJ", "JBNTMJ"}),
    ),
    Schema(
        "urban_boundary", "城镇开发边界", r"CZKFBJ\w*|.*城镇开发边界.*",
        {"name": ("MC", "NAME", "名称", "GHFQMC"), "kind": ("GHFQMC", "GHFQDM"), "adcode": ("XZQDM",)},
        zone="urban_boundary", internal=True, signs=frozenset({"GHFQDM"}),
    ),
    Schema(
        "land_use", "土地利用现状（地类图斑）", r"DLTB(GX)?\w*|.*地类图斑.*",
        # No name: 150 000 parcel numbers are not places anybody looks up.
        {"kind": ("DLMC",), "adcode": ("ZLDWDM", "XZQDM")},
        internal=True, signs=frozenset({"DLBM", "DLMC"}),
    ),
    Schema(
        "water_source_zones", "饮用水水源保护区", r".*(水源(地)?保护区|水源保护|SYBHQ|YYSSY|SYD).*",
        {"name": ("SYDMC", "SYMC", "BHQMC", "水源名称", "水源地名称", "水源地", *_NAME)},
        zone_fields=("BHQJB", "JB", "级别", "保护区级别", "level", "LEVEL", "BHQLX"),
        zone_values=_PROTECTION, internal=True, signs=frozenset({"SYDMC", "BHQJB", "保护区级别"}),
    ),
    Schema(
        "protected_areas", "自然保护地", r".*(自然保护地|自然保护区|ZRBHD|ZRBHQ).*",
        {"name": ("BHDMC", "ZRBHDMC", "保护地名称", *_NAME), "kind": ("BHDLX", "LX", "类型", "保护地类型")},
        zone_fields=("GKFQ", "GNFQ", "FQ", "管控分区", "功能分区", "分区", "zone"),
        zone_values=_NATURE, internal=True, signs=frozenset({"BHDMC", "GKFQ", "管控分区"}),
    ),
    Schema(
        "control_units", "生态环境管控单元", r".*(管控单元|GKDY|SXYD).*",
        {"name": ("HJGKDYMC", "GKDYMC", "DYMC", "管控单元名称", "环境管控单元名称", "单元名称", *_NAME),
         "kind": ("GKDYFL", "DYFL", "GKDYLX", "管控单元分类", "管控单元类别", "单元分类", "class"),
         "class": ("GKDYFL", "DYFL", "GKDYLX", "管控单元分类", "管控单元类别", "单元分类", "class"),
         "code": ("HJGKDYBM", "GKDYBM", "DYBM", "管控单元编码", "环境管控单元编码", "单元编码", "code")},
        zone="control_unit", internal=False, signs=frozenset({"HJGKDYBM", "GKDYBM", "管控单元编码", "环境管控单元编码"}),
    ),
)  # fmt: skip
BY_LAYER: Final = {schema.layer: schema for schema in SCHEMAS}


@dataclass(frozen=True)
class LookAlike:
    """A table that is not what its name suggests."""

    pattern: str
    taken_for: str
    why: str


LOOK_ALIKES: Final = (
    LookAlike(r"STBHZYYX\w*|.*生态保护重要性.*", "ecological_redline",
              "是生态保护重要性评价结果，不是法定的生态保护红线"),
    LookAlike(r"\w*(NYSCSYX|CZJSSYX|SYXPJ)\w*|.*适宜性评价.*", "urban_boundary", "是适宜性评价结果，不是划定的边界"),
    LookAlike(r"\w*YJJBNTCB\w*|.*基本农田储备.*", "basic_farmland", "是永久基本农田储备区，不是永久基本农田"),
    LookAlike(r".*(征求意见|草案|试划|初步|评估调整|过程).*", "", "看起来是过程稿，不是批准的成果"),
)  # fmt: skip


def look_alike(table: str, kind: str) -> str:
    """Say why a table is not what it is being adopted as; empty when nothing speaks against it.

    >>> look_alike("STBHZYYXPJJG", "ecological_redline")
    'STBHZYYXPJJG 是生态保护重要性评价结果，不是法定的生态保护红线'
    >>> look_alike("STBHHX", "ecological_redline")
    ''
    """
    for entry in LOOK_ALIKES:
        if entry.taken_for in ("", kind) and re.fullmatch(entry.pattern, table.upper()):
            return f"{table} {entry.why}"
    return ""


def recognise(table: str, fields: Iterable[str]) -> Schema | None:
    """Tell which schema a table follows: by its name, else by fields only that schema has.

    >>> recognise("YJJBNTBHTB", []).layer, recognise("图层1", ["DLBM", "DLMC"]).layer
    ('basic_farmland', 'land_use')
    >>> recognise("STBHZYYXPJJG", ["MC"]) is None
    True
    """
    upper = table.upper()
    if any(re.fullmatch(entry.pattern, upper) for entry in LOOK_ALIKES[:-1]):
        return None
    for schema in SCHEMAS:
        if re.fullmatch(schema.tables, upper):
            return schema
    have = {name.upper() for name in fields}
    return next((s for s in SCHEMAS if s.signs & have), None)


def mapped_fields(schema: Schema, columns: Sequence[str]) -> dict[str, str]:
    """Propose which of a table's columns serve as the standard ones, whatever their case.

    >>> mapped_fields(BY_LAYER["ecological_redline"], ["BSM", "HXMC", "HXLX"])
    {'name': 'HXMC', 'kind': 'HXLX'}
    """
    spelled = {column.upper(): column for column in columns}
    found = {}
    for standard, names in schema.fields.items():
        hit = next((spelled[name.upper()] for name in names if name.upper() in spelled), None)
        if hit is not None:
            found[standard] = hit
    return found


def zone_field(schema: Schema, columns: Sequence[str]) -> str | None:
    """Find the column whose values tell the zone kind."""
    spelled = {column.upper(): column for column in columns}
    return next((spelled[n.upper()] for n in schema.zone_fields if n.upper() in spelled), None)


def zone_of_value(value: str, schema: Schema) -> str | None:
    """Tell the zone kind a value of the zone field means; words around it are forgiven.

    >>> zone_of_value("饮用水水源一级保护区", BY_LAYER["water_source_zones"])
    'water_source_1'
    >>> zone_of_value("实验区", BY_LAYER["protected_areas"]) is None
    True
    """
    if value in schema.zone_values:
        return schema.zone_values[value]
    hits = {kind for word, kind in schema.zone_values.items() if len(word) > 1 and word in value}
    return hits.pop() if len(hits) == 1 else None
