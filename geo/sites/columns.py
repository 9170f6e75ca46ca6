"""What the columns of a planner's table mean, by their headings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from geo.sites.text import narrow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.sites.grid import GridRow

Role = Literal["lon", "lat", "x", "y", "label", "plot", "ring", "area", "度", "分", "秒"]

#: Checked in this order; the heading is without blanks, units in brackets, and case.
_ROLES: Final[tuple[tuple[Role, str], ...]] = (
    ("lon", r".{0,6}(经度|东经).{0,4}|LON(G|GITUDE)?|LNG|POINTLON|L"),
    ("lat", r".{0,6}(纬度|北纬).{0,4}|LAT(ITUDE)?|POINTLAT|B"),
    ("x", r"(平面|大地|直角)?(纵坐标|北坐标|坐标)?[-:]?X[-:]?(坐标值?|值|轴)?|纵坐标值?|北坐标|北向|POINTX|XCOORD|N"),
    ("y", r"(平面|大地|直角)?(横坐标|东坐标|坐标)?[-:]?Y[-:]?(坐标值?|值|轴)?|横坐标值?|东坐标|东向|POINTY|YCOORD|E"),
    ("ring", r"圈号?|环号?|圈序号|RING"),
    ("area", r".{0,6}面积.{0,4}|AREA"),
    ("plot", r"(地块|图斑|宗地|区块|矿区|项目|工程|企业|单位|范围|区域|块)(名称|编号|名|号|序号)?|名称|NAME|PLOT"),
    ("label", r"(.{0,6}(点|拐|角|桩))?(点)?(位|编)?(号|名|序|序号|编号|代码)|NO\.?|ID|FID|.{0,4}(拐点|界址点|折点|顶点|点位|桩号)"),
    ("度", r"度"), ("分", r"分"), ("秒", r"秒"),
)  # fmt: skip
_BRACKETS: Final = re.compile(r"[(\[【<].*?[)\]】>]")
_LONGEST: Final = 24
_GIS: Final = re.compile(r"POINT_?[XY]|[XY]COORD|^[xy]$")
DECIMAL_WORDS: Final = re.compile(r"十进制|\(°\)|\(度\)|DD\.D|小数")
PACKED_WORDS: Final = re.compile(r"度\.分秒|度分秒\)|DD\.?MM\.?SS|D\.MS|DMS", re.IGNORECASE)
#: Headings of tables that list separate points, not corners of one boundary.
POINT_WORDS: Final = re.compile(
    r"监测点|采样点|点位|排放口|排污口|取水口|钻孔|水井|井号|断面|敏感点|保护目标"
)


@dataclass(frozen=True)
class Columns:
    """Where one group of coordinates stands in a table.

    Args:
        first: Column of the first coordinate, or the three of its degrees, minutes and seconds.
        second: The same for the second.
        label: Column of point numbers, -1 when there is none (as plot, ring, area).
        plot: Column of plot names.
        ring: Column of ring numbers.
        area: Column of stated areas.
        north_first: What the headings say about the order, ``None`` when they say nothing.
    """

    first: tuple[int, ...]
    second: tuple[int, ...]
    label: int = -1
    plot: int = -1
    ring: int = -1
    area: int = -1
    north_first: bool | None = None


def role_of(heading: str) -> Role | None:
    """Tell what a heading means.

    >>> [role_of(t) for t in ("X坐标（m）", "经度", "拐点编号", "地块名称", "圈号", "备注")]
    ['x', 'lon', 'label', 'plot', 'ring', None]
    """
    plain = re.sub(r"[\s_]", "", _BRACKETS.sub("", narrow(heading))).upper()
    if not plain or len(plain) > _LONGEST:
        return None
    return next((role for role, words in _ROLES if re.fullmatch(words, plain)), None)


def is_heading(row: GridRow) -> bool:
    """Tell a row of headings (again, after a page break) from a title or data."""
    roles = [role for role in map(role_of, row.cells) if role is not None]
    return len(roles) > 1 and bool({"lon", "lat", "x", "y", "度"} & set(roles))


def find_columns(rows: Sequence[GridRow]) -> tuple[int, tuple[Columns, ...]] | None:
    """Find the heading rows; return how many rows they end after, and the groups of columns.

    Returns:
        ``None`` when no headings name two coordinates; no groups where 度, 分, 秒 stand once only.

    >>> from geo.sites.grid import GridRow
    >>> find_columns([GridRow(1, ("点号", "X", "Y"))])[1][0]
    Columns(first=(1,), second=(2,), label=0, plot=-1, ring=-1, area=-1, north_first=True)
    """
    for at, row in enumerate(rows[:200]):
        if not is_heading(row):
            continue
        following = rows[at + 1] if at + 1 < len(rows) else None
        upper = [role_of(cell) for cell in row.cells]
        lower = [role_of(cell) for cell in following.cells] if following else []
        if {"度", "分", "秒"} <= set(lower) and ("lon" in upper or "lat" in upper):
            return at + 2, tuple(_triples(upper, lower))
        if {"度", "分", "秒"} <= set(upper) and at > 0:
            return at + 1, tuple(_triples([role_of(c) for c in rows[at - 1].cells], upper))
        above = [role_of(cell) for cell in rows[at - 1].cells] if at else []
        groups = tuple(_pairs(_filled(upper, above), row.cells))
        if groups:
            return at + 1, groups
    return None


def _filled(roles: list[Role | None], above: list[Role | None]) -> list[Role | None]:
    """Let a heading merged downwards (点号 over two rows) speak for the empty cell under it."""
    kept = [role if role in ("label", "plot", "ring", "area") else None for role in above]
    kept += [None] * (len(roles) - len(kept))
    out = [role or kept[i] for i, role in enumerate(roles)]
    return [role if role is None or role in ("lon", "lat", "x", "y") or role not in out[:i] or kept[i] is None else None
            for i, role in enumerate(out)]  # fmt: skip


def _pairs(roles: list[Role | None], headings: Sequence[str]) -> list[Columns]:
    """Pair coordinate columns in the order they stand; a label belongs to the pair right of it."""
    groups: list[Columns] = []
    partner = {"lon": "lat", "lat": "lon", "x": "y", "y": "x"}
    waiting: int | None = None
    start = 0
    for at, role in enumerate(roles):
        if role not in partner:
            continue
        if waiting is not None and roles[waiting] == partner[role]:
            groups.append(_group(roles, headings, (waiting,), (at,), start))
            waiting, start = None, at + 1
        else:
            waiting = at
    return groups


def _group(
    roles: list[Role | None],
    headings: Sequence[str],
    first: tuple[int, ...],
    second: tuple[int, ...],
    start: int,
) -> Columns:
    """Collect what belongs to one pair: labels since the pair before, plot and ring anywhere."""
    before = range(start, min(*first, *second))
    labels = [i for i in before if roles[i] == "label"]
    role = roles[first[0]]
    north = role in ("lat", "x")
    gis = any(
        _GIS.search(narrow(headings[i]).strip()) for i in (*first, *second) if i < len(headings)
    )
    return Columns(
        first, second,
        label=labels[-1] if labels else -1,
        plot=_index(roles, "plot"), ring=_index(roles, "ring"), area=_index(roles, "area"),
        north_first=None if gis else north,
    )  # fmt: skip


def _triples(upper: list[Role | None], lower: list[Role | None]) -> list[Columns]:
    """Read 度, 分, 秒 in three columns under 经度 and 纬度 merged over them."""
    triples = [
        (i, i + 1, i + 2) for i in range(len(lower) - 2) if lower[i : i + 3] == ["度", "分", "秒"]
    ]
    roles = upper + [None] * (len(lower) - len(upper))
    found = []
    for first, second in zip(triples[::2], triples[1::2], strict=False):
        group = _group(roles, (), first, second, 0)
        found.append(group)
    return found


def _index(roles: Sequence[Role | None], role: Role) -> int:
    return roles.index(role) if role in roles else -1
