"""Our label placer against adjustText and textalloc: `python benchmarks/labels.py`.

Every set is one A4 sheet with the counties of a city or province, composed as any map is. Nothing
is taken from the placer's own books: texts are drawn, and the renderer is asked where they stand. adjustText
and textalloc get the same names, fonts, sizes, page and frame, and start where the largest circle inside
each county has its centre. Ours also names the neighbours, the others need not. CPU seconds, not wall.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from geo.draw.label.candidates import Piece, Request
from geo.draw.label.requests import requests_of
from geo.draw.scene import Scene, compose
from geo.draw.sheet.arrange import Arranged, arrange
from geo.draw.sheet.body import draw_body
from geo.draw.sheet.paper import SETTINGS
from geo.draw.sheet.pen import Pen
from geo.spec.maps import MapSpec
from geo.store.boundaries import published
from geo.store.store import open_store

#: 山西, 浙江, 安徽, 河南. (四川 does not fit an A4 sheet at 1:5 000 000, the coarsest scale there is.)
PROVINCES = ("140000", "330000", "340000", "410000")
HEAD = "| set | placer | labels | overlaps | lost | numbered | off frame | centre inside | area inside | leaders | CPU s |"
#: Extents meet by rounding when they share an edge; square millimetres that count.
TOUCH_MM2 = 1e-3
#: adjustText stops after a time; its default, one second, is too short for a province.
ADJUST_S = 10.0
LAYER = (
    "title: 县界\nsource: {boundaries: county}\nauthority: open\nprovider: 天地图\nlicence: MIT\n"
    'as_of: "2023"\naccuracy_m: 500\nstyle: districts\n'
)


@dataclass
class Drawn:
    """A label as it stands on paper: its lines' extents, the county it names, and how."""

    boxes: list[Any]
    owner: Any = None
    numbered: bool = False


def scene_of(adcode: str, root: Path) -> Scene:
    folder = root / adcode
    (folder / "layers").mkdir(parents=True)
    marker = f'title: 试验\njurisdictions: ["{adcode}"]\nas_at: 2026-11-22\n'
    (folder / "workspace.yml").write_text(marker, encoding="utf-8")
    (folder / "layers" / "districts.yml").write_text(LAYER, encoding="utf-8")
    spec = {
        "title": published().name(adcode),
        "layers": [{"layer": "districts"}],
        "page": {"size": "A4"},
    }
    return compose(
        "labels", MapSpec.model_validate(spec), open_store(folder), as_at=date(2026, 11, 22)
    )


def extents(pen: Pen) -> list[Any]:
    """Ask the renderer where each text stands; boxes in millimetres."""
    pen.figure.canvas.draw()
    back = pen.axes.transData.inverted()
    return [shapely.box(*back.transform(t.get_window_extent()).ravel()) for t in pen.axes.texts]


class Apart(Pen):
    """A pen that sets the pieces of a word as texts of their own, so that each can be asked where it is."""

    def word(self, pieces: Sequence[Piece], **how: Any) -> None:
        """Set each piece where the sheet has it, without the unseen whole for searching."""
        for piece in pieces:
            self.text(piece.x, piece.y, piece.text, align="center", turn=piece.turn, **how)


def blank(arranged: Arranged) -> Pen:
    layout = arranged.scene.layout
    figure = Figure(figsize=(layout.width / 25.4, layout.height / 25.4), dpi=300)
    FigureCanvasAgg(figure)
    return Apart(figure, arranged.scene.fonts, layout.type_scale)


def ours(arranged: Arranged) -> tuple[list[Drawn], int]:
    pen = blank(arranged)
    draw_body(pen, arranged)
    found, out, at = extents(pen), [], 0
    for placed in arranged.placement.placed:
        count = len(placed.candidate.pieces)
        said = [t.get_text() for t in pen.axes.texts[at : at + count]]
        assert said == [p.text for p in placed.candidate.pieces], "a text was not drawn"
        owner = None if placed.request.optional else placed.request
        out.append(Drawn(found[at : at + count], owner, placed.number > 0))
        at += count
    assert at == len(found), "a text was drawn that is no label"
    tied = sum(p.candidate.leader is not None for p in arranged.placement.placed)
    return out, tied


def start(wanted: list[Request]) -> np.ndarray:
    """Where a planner would click: the centre of the largest circle inside the largest part."""
    parts = [max(shapely.get_parts(r.geometry), key=shapely.area) for r in wanted]
    return np.array([shapely.maximum_inscribed_circle(p, tolerance=0.5).coords[0] for p in parts])


def in_frame(arranged: Arranged) -> Pen:
    """A page whose axes are the map's frame, so that the others know their bounds."""
    pen, frame = blank(arranged), arranged.scene.layout.map
    width, height = arranged.scene.layout.width, arranged.scene.layout.height
    pen.axes.set_position((frame.x / width, frame.y / height, frame.w / width, frame.h / height))
    pen.axes.set_xlim(frame.x, frame.right)
    pen.axes.set_ylim(frame.y, frame.top)
    return pen


def their_text(pen: Pen, request: Request) -> dict[str, Any]:
    return {"fontproperties": pen.fonts.properties(request.face, size_pt=request.size_pt)}


def adjusted(arranged: Arranged, wanted: list[Request]) -> tuple[list[Drawn], int]:
    library = importlib.import_module("adjustText")
    pen, spots = in_frame(arranged), start(wanted)
    texts = [
        pen.axes.text(x, y, r.text, ha="center", va="center", **their_text(pen, r))
        for (x, y), r in zip(spots, wanted, strict=True)
    ]
    pen.figure.canvas.draw()
    _, arrows = library.adjust_text(
        texts, target_x=spots[:, 0], target_y=spots[:, 1], ax=pen.axes, avoid_self=False,
        time_lim=ADJUST_S, arrowprops={"arrowstyle": "-"},
    )  # fmt: skip
    boxes = extents(pen)
    # It adds an arrow under every text; only those that come out from under one are leaders.
    seen = sum(
        not shapely.intersects(b, shapely.Point(xy)) for b, xy in zip(boxes, spots, strict=True)
    )
    return [Drawn([b], r) for b, r in zip(boxes, wanted, strict=True)], min(seen, len(arrows))


def allocated(arranged: Arranged, wanted: list[Request]) -> tuple[list[Drawn], int]:
    library = importlib.import_module("textalloc")
    pen, spots = in_frame(arranged), start(wanted)
    _, _, texts, lines = library.allocate(
        pen.axes, spots[:, 0], spots[:, 1], [r.text for r in wanted], textsize=wanted[0].size_pt,
        linecolor="k", **their_text(pen, wanted[0]),
    )  # fmt: skip
    kept = [r for r, text in zip(wanted, texts, strict=True) if text is not None]
    drawn = [Drawn([b], r) for b, r in zip(extents(pen), kept, strict=True)]
    return drawn, sum(line is not None for line in lines)


def row(
    name: str,
    placer: str,
    result: tuple[list[Drawn], int],
    wanted: list[Request],
    arranged: Arranged,
    cpu: float,
) -> list[Any]:
    """Measure drawn labels; a county whose name went to the margin's list is not inside."""
    drawn, leaders = result
    boxes = [b for d in drawn for b in d.boxes]
    of = np.repeat(np.arange(len(drawn)), [len(d.boxes) for d in drawn])
    left, right = shapely.STRtree(boxes).query(boxes, predicate="intersects")
    pairs = {
        (int(of[i]), int(of[j])) for i, j in zip(left, right, strict=True)
        if of[i] < of[j] and shapely.area(shapely.intersection(boxes[i], boxes[j])) > TOUCH_MM2
    }  # fmt: skip
    f = arranged.scene.layout.map
    frame = shapely.box(f.x, f.y, f.right, f.top)
    off = sum(not shapely.covers(frame, shapely.union_all(d.boxes)) for d in drawn)
    own = [d for d in drawn if d.owner is not None]
    lost = len(wanted) - len(own)
    named = [d for d in own if not d.numbered]
    centre = area = 0.0
    for label in named:
        hull = shapely.union_all(label.boxes)
        centre += bool(shapely.intersects(label.owner.geometry, shapely.box(*hull.bounds).centroid))
        area += shapely.area(shapely.intersection(hull, label.owner.geometry)) / shapely.area(hull)
    count = len(wanted)
    return [name, placer, count, len(pairs), lost, len(own) - len(named), off, centre / count, area / count,
            leaders, cpu]  # fmt: skip


def shown(values: list[Any]) -> str:
    name, placer, *whole, centre, area, leaders, cpu = values
    told = [
        name,
        placer,
        *map(str, whole),
        f"{centre:.0%}",
        f"{area:.0%}",
        str(leaders),
        f"{cpu:.1f}",
    ]
    return f"| {' | '.join(told)} |"


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.process_time()
    return work(), time.process_time() - begun


OTHERS = {"adjustText": adjusted, "textalloc": allocated}


def importable(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def measured(adcode: str, root: Path) -> list[list[Any]]:
    name = published().name(adcode)
    scene = scene_of(adcode, root)
    arranged, cpu = timed(lambda: arrange(scene))
    wanted = [r for r in requests_of(arranged.scene, arranged.layers) if not r.optional]
    expected = Counter(published().counties(adcode)["name"])
    assert Counter(r.text for r in wanted) == expected, "a county was not asked for"
    rows = [row(name, "Hongxian", ours(arranged), wanted, arranged, cpu)]
    for placer, work in OTHERS.items():
        if importable(placer):
            result, cpu = timed(lambda work=work: work(arranged, wanted))
            rows.append(row(name, placer, result, wanted, arranged, cpu))
    return rows


def total(rows: list[list[Any]], placer: str) -> list[Any]:
    mine = [r for r in rows if r[1] == placer]
    count = sum(r[2] for r in mine)
    shares = [sum(r[at] * r[2] for r in mine) / count for at in (7, 8)]
    return [
        "all",
        placer,
        *(sum(r[at] for r in mine) for at in range(2, 7)),
        *shares,
        *(sum(r[at] for r in mine) for at in (9, 10)),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "adcodes", nargs="*", help="sets; default: Shanxi's cities and four provinces"
    )
    asked = parser.parse_args()
    codes = published().frame["adcode"]
    cities = sorted(c for c in codes if c.startswith("14") and c.endswith("00") and c != "140000")
    print(f"{HEAD}\n|{'---|' * (HEAD.count('|') - 1)}", flush=True)
    rows: list[list[Any]] = []
    with tempfile.TemporaryDirectory() as folder, mpl.rc_context(SETTINGS):
        for adcode in asked.adcodes or [*cities, *PROVINCES]:
            found = measured(adcode, Path(folder))
            print("\n".join(map(shown, found)), flush=True)
            rows += found
    for placer in dict.fromkeys(r[1] for r in rows):
        print(shown(total(rows, placer)))
    for placer in OTHERS:
        if not importable(placer):
            print(f"{placer}: not installed")


if __name__ == "__main__":
    main()
