"""What the codes of a land-cover raster mean: known schemes, or an office's own table of classes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from geo.errors import InputError, Problem, WorkspaceError
from geo.spec.closed import Spec
from geo.spec.style import Colour
from geo.spec.tables import Row, read_rows, typed_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

#: Codes that a raster may hold; what is larger is an identifier or a measurement, not a class.
LARGEST_CODE: Final = 9000
#: A class of that name is nobody's: its cells are unknown.
UNKNOWN: Final = "-"
_MOST_CLASSES: Final = 60
_HEADINGS: Final = {"编码": "code", "代码": "code", "名称": "title", "颜色": "colour"}


@dataclass(frozen=True)
class CoverClass:
    """One class: its code, its name in Chinese, its colour."""

    code: int
    title: str
    colour: str


@dataclass(frozen=True)
class CoverScheme:
    """The classes of a product; cells with a code of ``unknown`` say nothing."""

    title: str
    classes: tuple[CoverClass, ...]
    unknown: frozenset[int] = field(default=frozenset({0}))

    @property
    def codes(self) -> frozenset[int]:
        """All codes with a class."""
        return frozenset(entry.code for entry in self.classes)


#: Colours are ours, one per kind of ground whatever the scheme, light enough for letters on top.
_COLOURS: Final = {
    "crops": "#f3e3a1", "trees": "#7fb27a", "shrubs": "#b3c98a", "grass": "#d3e3a8", "wet": "#a9d3cf",
    "water": "#8fbfe6", "built": "#dd9a8b", "bare": "#d9d0c3", "ice": "#eef5fa", "tundra": "#cfd8bf",
    "cloud": "#e6e6e6", "mangrove": "#5f9e86",
}  # fmt: skip


def _scheme(
    title: str, *classes: tuple[int, str, str], unknown: Iterable[int] = (0,)
) -> CoverScheme:
    made = tuple(CoverClass(code, name, _COLOURS[kind]) for code, name, kind in classes)
    return CoverScheme(title, made, frozenset(unknown))


#: Sources of the codes. GlobeLand30: 国家基础地理信息中心, product description of GlobeLand30 V2020. WorldCover:
#: Zanaga et al. (2021), ESA WorldCover 10 m v100, doi:10.5281/zenodo.5571936. CLCD: Yang and Huang (2021), Earth
#: Syst. Sci. Data 13, 3907–3925. Esri: 10 m annual land cover, as listed by 臧明润 et al. (2025), 自然资源遥感 37(6), 表28.
SCHEMES: Final[dict[str, CoverScheme]] = {
    "globeland30": _scheme(
        "GlobeLand30", (10, "耕地", "crops"), (20, "林地", "trees"), (30, "草地", "grass"),
        (40, "灌木地", "shrubs"), (50, "湿地", "wet"), (60, "水体", "water"), (70, "苔原", "tundra"),
        (80, "人造地表", "built"), (90, "裸地", "bare"), (100, "冰川和永久积雪", "ice"), unknown=(0, 255),
    ),
    "worldcover": _scheme(
        "ESA WorldCover", (10, "林地", "trees"), (20, "灌木地", "shrubs"), (30, "草地", "grass"),
        (40, "耕地", "crops"), (50, "建成区", "built"), (60, "裸地与稀疏植被", "bare"), (70, "冰雪", "ice"),
        (80, "永久水体", "water"), (90, "草本湿地", "wet"), (95, "红树林", "mangrove"), (100, "苔藓和地衣", "tundra"),
    ),
    "clcd": _scheme(
        "CLCD", (1, "耕地", "crops"), (2, "林地", "trees"), (3, "灌木", "shrubs"), (4, "草地", "grass"),
        (5, "水体", "water"), (6, "冰雪", "ice"), (7, "裸地", "bare"), (8, "不透水面", "built"), (9, "湿地", "wet"),
    ),
    "esri": _scheme(
        "Esri Land Cover", (1, "水体", "water"), (2, "林地", "trees"), (4, "淹没植被", "wet"), (5, "作物", "crops"),
        (7, "建成区", "built"), (8, "裸地", "bare"), (9, "冰雪", "ice"), (11, "草地灌丛", "grass"), unknown=(0, 10),
    ),
}  # fmt: skip


def fitting(codes: Collection[int]) -> tuple[str, ...]:
    """Name the schemes that know all the codes of a raster. Several may: a code does not say whose it is.

    >>> fitting({10, 20, 60, 80}), fitting({1, 2, 11}), fitting({7, 13})
    (('globeland30', 'worldcover'), ('esri',), ())
    """
    return tuple(
        name for name, scheme in SCHEMES.items() if set(codes) <= scheme.codes | scheme.unknown
    )


class CoverRow(Spec):
    """One row of an office's table of classes; the name 「-」 says that such cells are unknown."""

    code: int
    title: str
    colour: Colour = "none"


def read_scheme(path: Path, *, shown: Path) -> CoverScheme:
    """Read an office's table of classes: 编码, 名称 and, if it likes, 颜色 (``#f3e3a1``).

    Raises:
        WorkspaceError: Not a table, columns missing, a code that is no number or stands twice.
        InputError: More classes than a legend can tell apart.
    """
    rows = [_ours(row) for row in read_rows(path, shown=shown, columns=None)]
    if rows and not {"code", "title"} <= set(rows[0].cells):
        raise WorkspaceError(
            [Problem(shown, 1, 0, "缺少编码列或名称列", "首行应为：编码,名称,颜色")]
        )
    good, problems = typed_rows(rows, CoverRow, shown=shown)
    seen: set[int] = set()
    for row, cells in good:
        if row.code in seen or not 0 <= row.code <= LARGEST_CODE:
            found = f"编码 {row.code} " + ("重复" if row.code in seen else "不在 0–9000 内")
            problems.append(Problem(shown, *cells.marks["code"], found, "每个编码写一行"))
        seen.add(row.code)
    if problems:
        raise WorkspaceError(problems)
    if len(good) > _MOST_CLASSES:
        raise InputError(f"{shown}: 有 {len(good)} 类，图例最多 {_MOST_CLASSES} 类 — 请先归并")
    named = [row for row, _ in good if row.title != UNKNOWN]
    unknown = frozenset(row.code for row, _ in good if row.title == UNKNOWN)
    return CoverScheme(shown.name, tuple(_coloured(named)), unknown)


def _ours(row: Row) -> Row:
    names = {heading: _HEADINGS.get(heading, heading) for heading in row.cells}
    kept = {heading: to for heading, to in names.items() if to in CoverRow.model_fields}
    return Row(
        {to: row.cells[heading] for heading, to in kept.items()},
        {to: row.marks[heading] for heading, to in kept.items()},
    )


#: By a word in a class's name: what grows or stands there. The first that fits.
_BY_WORD: Final = (
    ("灌", "shrubs"), ("湿地", "wet"), ("沼泽", "wet"), ("滩", "wet"), ("水田", "crops"), ("水浇地", "crops"),
    ("旱地", "crops"), ("耕", "crops"), ("园地", "crops"), ("林", "trees"), ("草", "grass"), ("冰", "ice"),
    ("雪", "ice"), ("水", "water"), ("河", "water"), ("湖", "water"), ("城", "built"), ("镇", "built"),
    ("村", "built"), ("居民", "built"), ("建设", "built"), ("不透水", "built"), ("人造", "built"), ("工矿", "built"),
    ("交通", "built"), ("裸", "bare"), ("沙", "bare"), ("荒", "bare"), ("未利用", "bare"),
)  # fmt: skip
_REST: Final = ("#c9b8d8", "#e8c8dc", "#b9c9d9", "#d8c7b0", "#bfb8a0")


def _coloured(rows: list[CoverRow]) -> Iterator[CoverClass]:
    """Give each class its colour; what would look like a class before is a step darker."""
    used = {row.colour for row in rows}
    for at, row in enumerate(rows):
        colour = row.colour
        if colour == "none":
            kind = next((kind for word, kind in _BY_WORD if word in row.title), None)
            colour = _COLOURS[kind] if kind is not None else _REST[at % len(_REST)]
            while colour in used:
                colour = _darker(colour)
            used.add(colour)
        yield CoverClass(row.code, row.title, colour)


def _darker(colour: str) -> str:
    """Take an eighth off each channel.

    >>> _darker("#f3e3a1"), _darker("#000000")
    ('#d5c78d', '#1a1a1a')
    """
    channels = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    if max(channels) < 48:  # noqa: PLR2004 (too dark to be told from the next)
        channels = [channel + 26 for channel in channels]
    else:
        channels = [round(channel * 7 / 8) for channel in channels]
    return "#" + "".join(f"{channel:02x}" for channel in channels)
