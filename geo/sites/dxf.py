"""DXF drawings: closed and nearly closed polylines, arcs, circles, hatches and blocks of one layer.

A DXF has no coordinate system and often a wrong unit: ``$INSUNITS`` says millimetres by default while surveyors draw
in metres, so the size of the numbers decides and the header is only compared with it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from ezdxf.filemanagement import readfile

from geo.sites.claims import Claims
from geo.sites.drawing import Draft, Drawing, Run
from geo.sites.features import one_table
from geo.sites.limits import MAX_FEATURES, Budget, check_size, refuse, refusing
from geo.sites.magnitude import fits
from geo.sites.nesting import nested_groups
from geo.sites.site import SiteSource
from geo.sites.strokes import Stroke, joined, strokes_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from geo.sites.drawing import Floats

MAX_DXF_BYTES: Final = 30_000_000
"""ezdxf needs about ten times a file's size in memory (measured)."""
MAX_SHAPES: Final = 1_000
"""Closed shapes of one layer; each is compared with every other."""
MAX_BLOCK_DEPTH: Final = 8
_MILLIMETRES: Final = 4
#: Group code 10 alone on its line: every point has one.
_POINT: Final = re.compile(rb"\n *10\r?\n")
_REEXPORT: Final = "请在 CAD 中另存为 DXF（2007 或更高版本）后提交"
_SHAPES: Final = frozenset(
    ("LWPOLYLINE", "POLYLINE", "LINE", "ARC", "CIRCLE", "ELLIPSE", "SPLINE", "HATCH", "POINT")
)


@dataclass
class _Collector:
    """Walks entities and blocks, within bounds."""

    shown: Path
    budget: Budget
    inserts: int = 0

    def walk(self, entities: Any, layer: str | None = None, depth: int = 0) -> Iterator[Stroke]:
        """Yield the strokes of entities; what a block draws on layer 0 takes the insert's layer."""
        for entity in entities:
            kind = entity.dxftype()
            own = str(entity.dxf.get("layer", "0"))
            here = layer if layer is not None and own == "0" else own
            if kind == "INSERT":
                yield from self._insert(entity, here, depth)
            elif kind in _SHAPES:
                for stroke in strokes_of(entity, here):
                    self.budget.spend(features=1, vertices=len(stroke.points))
                    yield stroke

    def _insert(self, insert: Any, layer: str, depth: int) -> Iterator[Stroke]:
        """Unfold a block reference; a block that holds itself, or a million copies, is refused."""
        self.inserts += max(int(insert.mcount), 1)
        if depth >= MAX_BLOCK_DEPTH or self.inserts > MAX_FEATURES:
            raise refuse(
                self.shown, "图块嵌套过深或引用过多", "请在 CAD 中炸开图块，只保留项目用地范围线"
            )
        copies = insert.multi_insert() if insert.mcount > 1 else [insert]
        for copy in copies:
            yield from self.walk(copy.virtual_entities(), layer, depth + 1)


def read_dxf(path: Path, *, shown: Path, table: str | None = None) -> Draft:
    """Read the shapes of one layer of a DXF.

    Raises:
        InputError: Damaged, too large, without shapes, or shapes on several layers and none named.
    """
    check_size(path, shown=shown, most=MAX_DXF_BYTES)
    # ezdxf takes 20 µs for a vertex, and gives none before it has read them all.
    Budget(shown).spend(vertices=len(_POINT.findall(path.read_bytes())))
    with refusing(shown, _REEXPORT):
        document = readfile(path)
        units = int(document.header.get("$INSUNITS", 0))
        strokes = list(_Collector(shown, Budget(shown)).walk(document.modelspace()))
    names = list(dict.fromkeys(stroke.layer for stroke in strokes))
    layer = one_table(names, table, shown=shown, what="图层")
    chosen = _unique([stroke for stroke in strokes if stroke.layer == layer])
    scale, words = _scale(chosen, units)
    drawings = _drawings([stroke.scaled(scale) for stroke in chosen], layer, shown)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    source = SiteSource(shown.as_posix(), "dxf", digest, str(document.encoding))
    return Draft(drawings, Claims(north_first=False, remarks=words), source)


def _unique(strokes: list[Stroke]) -> list[Stroke]:
    """Drop shapes drawn twice, as a hatch and its outline are."""
    seen: dict[bytes, Stroke] = {}
    for stroke in strokes:
        seen.setdefault(stroke.key, stroke)
    return list(seen.values())


def _scale(strokes: list[Stroke], units: int) -> tuple[float, tuple[str, ...]]:
    """Tell metres from millimetres by the size of the numbers; say when the header disagrees."""
    points = np.concatenate([stroke.points for stroke in strokes])
    if fits(points) or not fits(points / 1000):
        return 1.0, ()
    stated = "" if units == _MILLIMETRES else "，而图纸单位不是毫米"
    return 0.001, (f"图纸坐标以毫米为单位，已换算为米{stated}",)


def _drawings(strokes: list[Stroke], layer: str, shown: Path) -> tuple[Drawing, ...]:
    """Close, join and group strokes into footprints: areas first, then what stays open."""
    rings: list[tuple[Run, tuple[str, ...]]] = []
    lines: list[tuple[Floats, tuple[str, ...]]] = []
    for stroke, words in joined([s for s in strokes if len(s.points) > 1]):
        (
            rings.append((Run(stroke.points), words))
            if stroke.closed
            else lines.append((stroke.points, words))
        )
    if len(rings) > MAX_SHAPES:
        found = f"图层「{layer[:40]}」有 {len(rings)} 个闭合图形"
        raise refuse(shown, found, "请把项目用地范围线放在单独的图层")
    drawings = []
    for group in nested_groups([run for run, _ in rings]):
        runs = tuple(Run(rings[i][0].points, number=n) for n, i in enumerate(group, 1))
        words = tuple(word for i in group for word in rings[i][1])
        drawings.append(Drawing("", "polygon", runs, attributes={"图层": layer}, repairs=words))
    drawings += [
        Drawing("", "line", (Run(p),), attributes={"图层": layer}, repairs=w) for p, w in lines
    ]
    if not drawings:
        points = [s.points for s in strokes if len(s.points) == 1]
        drawings = [Drawing("", "point", (Run(p),), attributes={"图层": layer}) for p in points]
    return tuple(drawings)
