"""A scene on paper: drawn, and saved with the same bytes every time."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import matplotlib as mpl

from geo.draw.layout.lettering import Lettering
from geo.draw.sheet import furniture
from geo.draw.sheet.adjacent import draw_adjacent
from geo.draw.sheet.arrange import Arranged, arrange
from geo.draw.sheet.body import draw_body
from geo.draw.sheet.detail import draw_edge, draw_ground, draw_zone
from geo.draw.sheet.glyph_names import known_glyph_names
from geo.draw.sheet.pen import Pen, new_pen
from geo.draw.sheet.swatch import draw_inset, draw_legend
from geo.errors import MissingError, UsageError
from geo.writing import replacing

if TYPE_CHECKING:
    from datetime import date

    from matplotlib.figure import Figure

    from geo.draw.scene import Scene

FORMATS: Final = ("png", "pdf", "svg")
DPI: Final = 300
#: How hard a PNG is squeezed, of 9; 6 takes a third longer for files 3 % smaller (an A4 sheet of tasks).
_SQUEEZE: Final = 3
#: Settings of one drawing, never of the process: TrueType in PDF, outlines in SVG, exact letters.
SETTINGS: Final[Any] = {
    "pdf.fonttype": 42,
    # matplotlib 3.11 divides a PDF's fonts by the setting for PostScript: by its default into
    # pieces of 256 characters, each cut and embedded by itself.
    "ps.fonttype": 42,
    "pdf.compression": 6,
    "svg.fonttype": "path",
    "svg.hashsalt": "hongxian",
    "text.hinting": "none",
    "text.antialiased": True,
    "path.simplify": False,
    "axes.unicode_minus": False,
    "savefig.bbox": None,
    "savefig.facecolor": "white",
}


def draw(scene: Scene) -> Figure:
    """Draw a scene.

    Raises:
        MissingError: A text has characters that its font cannot show.
        UsageError: The legend and the list fit in no layout of the page.
    """
    return draw_arranged(arrange(scene)).figure


@lru_cache(maxsize=1)
def draw_arranged(arranged: Arranged) -> Pen:
    """Draw a scene whose labels are placed, once for the linter and all formats.

    The pen tells what was written. Its figure is shared: it may be saved, but not changed.

    Raises:
        MissingError: A text has characters that its font cannot show.
    """
    scene = arranged.scene
    layout = scene.layout
    with mpl.rc_context(SETTINGS):
        pen = new_pen(layout.width, layout.height, scene.fonts, type_scale=layout.type_scale)
        draw_body(pen, arranged)
        if arranged.detail is not None:
            place = arranged.detail.place
            draw_zone(pen, place)
            draw_ground(pen, place)
            draw_body(pen, arranged.detail.arranged)
            draw_edge(pen, place)
        furniture.draw_frames(pen, scene)
        if arranged.grid is not None:
            furniture.draw_grid_labels(pen, scene, arranged.grid)
        draw_adjacent(pen, scene, arranged.grid)
        furniture.draw_titles(pen, scene)
        furniture.draw_arrow(pen, scene)
        furniture.draw_notice(pen, scene)
        draw_legend(pen, scene)
        draw_inset(pen, scene)
        furniture.draw_scale(pen, scene)
        furniture.draw_signs(pen, scene)
        furniture.draw_credits(pen, scene)
    refuse_missing(pen, scene.fonts, map_id=scene.id)
    return pen


def refuse_missing(pen: Pen, fonts: Lettering, *, map_id: str) -> None:
    """Refuse a sheet with characters that would come out as empty boxes.

    Raises:
        MissingError: Names the characters and the texts they stand in.
    """
    found: dict[str, str] = {}
    for text, face in pen.said:
        for character in fonts.missing(text, face):
            found.setdefault(character, text)
    if found:
        listed = "；".join(f"“{c}”（U+{ord(c):04X}，见“{t[:20]}”）" for c, t in found.items())
        raise MissingError(
            f"地图 {map_id} 有字体缺少的字：{listed} — 请改用其他写法，或在 workspace.yml 的 fonts 中指定含这些字的字体"
        )


def save(
    scene: Scene, target: Path | IO[bytes], *, format: str | None = None, dpi: int = DPI,  # noqa: A002
    internal: bool = False,
) -> None:  # fmt: skip
    """Draw a scene and write it; a file appears whole or not at all.

    Args:
        scene: What to draw.
        target: A path, whose suffix tells the format, or a binary stream.
        format: ``png``, ``pdf`` or ``svg``, when the target does not tell.
        dpi: Dots per inch of a PNG.
        internal: Allow vector formats although they carry the coordinates of internal layers.

    Raises:
        UsageError: An unknown format, or a vector format of internal layers that is not allowed.
        MissingError: A text has characters that its font cannot show.
    """
    kind = (format or (target.suffix if isinstance(target, Path) else "")).lower().lstrip(".")
    allow(scene, kind, internal=internal)
    figure = draw(scene)
    if isinstance(target, Path):
        with replacing(target) as path, path.open("wb") as stream:
            write(figure, stream, kind, title=scene.title, day=scene.as_at, dpi=dpi)
    else:
        write(figure, target, kind, title=scene.title, day=scene.as_at, dpi=dpi)


def allow(scene: Scene, kind: str, *, internal: bool) -> None:
    """Refuse unknown formats, and formats that would carry internal coordinates out.

    Raises:
        UsageError: One of the two.
    """
    if kind not in FORMATS:
        raise UsageError(f"地图不能写为 {kind or '没有后缀的文件'} — 请用 .png、.pdf 或 .svg")
    if kind != "png" and scene.internal and not internal:
        layers = "、".join(scene.internal)
        raise UsageError(
            f"{layers} 为内部资料，{kind} 会带出坐标 — 请改用 .png，确需矢量时加 --internal"
        )


def write(
    figure: Figure, stream: IO[bytes], kind: str, *, title: str, day: date, dpi: int = DPI
) -> None:
    """Write a figure with fixed metadata, so that the same sheet gives the same bytes."""
    told: dict[str, Any] = {"metadata": metadata(kind, title=title, day=day)}
    if kind == "png":
        told["pil_kwargs"] = {"compress_level": _SQUEEZE}
    with mpl.rc_context(SETTINGS), known_glyph_names():
        figure.savefig(stream, format=kind, dpi=dpi, **told)


def metadata(kind: str, *, title: str, day: date) -> dict[str, Any]:
    """Return what a file says of itself; its date is the map's."""
    made = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if kind == "pdf":
        return {"Title": title, "Creator": "hongxian", "Producer": "hongxian", "CreationDate": made}
    if kind == "svg":
        return {"Title": title, "Creator": "hongxian", "Date": day.isoformat()}
    return {"Title": title, "Software": "hongxian"}
