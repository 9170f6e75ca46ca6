"""Drawing in millimetres on a page: areas, lines, symbols and text, as matplotlib artists.

One axes covers the whole page and its data units are millimetres from the lower left corner, so
a length here is a length on paper.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.image import AxesImage
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D, Transform

from geo.draw.layout.lettering import MM_PER_POINT
from geo.draw.symbols.markers import OUTLINES, OVERLAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path as FontPath

    from numpy.typing import NDArray

    from geo.draw.label.candidates import Piece
    from geo.draw.layout.lettering import Face, Lettering
    from geo.draw.layout.page import Frame
    from geo.draw.symbols.ink import Ink

#: Centre of a Chinese character's body above the baseline, over the size.
MIDDLE: Final = 0.38
#: Lean of water names: left, as Chinese maps set them (左斜), run over rise.
_LEAN: Final = -0.22
_DETAIL_MM: Final = 0.02


@dataclass(eq=False)
class Pen:
    """A page to draw on; it remembers every text with its face, and the colours of letters."""

    figure: Figure
    fonts: Lettering
    type_scale: float = 1.0
    said: list[tuple[str, Face]] = field(default_factory=list)
    inks: set[tuple[str, str]] = field(default_factory=set)
    _level: float = 1.0

    def __post_init__(self) -> None:
        """Make the one axes."""
        width, height = self.figure.get_size_inches() * 25.4
        self.axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.axes.set_xlim(0.0, width)
        self.axes.set_ylim(0.0, height)
        self.axes.set_axis_off()
        self.axes.set_autoscale_on(False)

    def next_level(self) -> float:
        """Return a drawing order above everything drawn so far."""
        self._level += 1.0
        return self._level

    def clip(self, frame: Frame) -> Rectangle:
        """Return a rectangle that artists may be clipped by."""
        return Rectangle((frame.x, frame.y), frame.w, frame.h, transform=self.axes.transData)

    def _add(self, patch: PathPatch, clip: Rectangle | None) -> None:
        self.axes.add_artist(patch)
        if clip is not None:
            patch.set_clip_path(clip)

    def areas(
        self, geometry: Any, *, fill: str, opacity: float = 1.0, clip: Rectangle | None = None
    ) -> None:
        """Fill polygons as one shape, so that overlaps are not darker."""
        path = _area_path(geometry)
        if path is not None and fill != "none" and opacity > 0.0:
            self._add(PathPatch(path, facecolor=fill, edgecolor="none", linewidth=0.0, alpha=opacity,
                                zorder=self.next_level()), clip)  # fmt: skip

    def lines(
        self, geometry: Any, *, colour: str, width_pt: float, dash: tuple[float, ...] = (),
        opacity: float = 1.0, clip: Rectangle | None = None, cap: str = "round",
    ) -> None:  # fmt: skip
        """Draw lines, and the edges of polygons."""
        path = _line_path(geometry)
        if path is None or colour == "none" or width_pt <= 0.0:
            return
        style: Any = (0.0, dash) if dash else "solid"
        # Dashes are given in points; matplotlib scales them by the width.
        if dash:
            style = (0.0, tuple(d / width_pt for d in dash))
        self._add(PathPatch(path, facecolor="none", edgecolor=colour, linewidth=width_pt, linestyle=style,
                            capstyle="butt" if dash else cap, joinstyle="round", alpha=opacity,
                            zorder=self.next_level()), clip)  # fmt: skip

    def symbols(
        self, points: NDArray[np.float64], ink: Ink, *, clip: Rectangle | None = None
    ) -> None:
        """Draw a point symbol at each of some places (n, 2)."""
        size = ink.size * MM_PER_POINT
        outline = OUTLINES[ink.marker]
        self._add(PathPatch(_stamped(outline * size, points), facecolor=ink.fill, edgecolor=ink.edge,
                            linewidth=ink.width, joinstyle="round", zorder=self.next_level()), clip)  # fmt: skip
        if ink.marker in OVERLAYS:
            over = ink.second if ink.marker == "section" else ink.edge
            edge = ink.edge if ink.marker == "section" else "none"
            self._add(PathPatch(_stamped(OVERLAYS[ink.marker] * size, points), facecolor=over, edgecolor=edge,
                                linewidth=ink.width, joinstyle="round", zorder=self.next_level()), clip)  # fmt: skip

    def dots(
        self,
        points: NDArray[np.float64],
        *,
        colour: str,
        size_mm: float,
        clip: Rectangle | None = None,
    ) -> None:
        """Draw round dots."""
        if len(points):
            path = _stamped(OUTLINES["circle"] * size_mm, points)
            self._add(
                PathPatch(path, facecolor=colour, edgecolor="none", zorder=self.next_level()), clip
            )

    def image(self, pixels: NDArray[np.uint8], frame: Frame, *, clip: Rectangle) -> None:
        """Fill a frame with a picture, its first row at the top."""
        extent = (frame.x, frame.right, frame.y, frame.top)
        picture = AxesImage(self.axes, extent=extent, origin="upper", interpolation="bilinear")
        picture.set_data(pixels)
        picture.set_zorder(self.next_level())
        self.axes.add_artist(picture)
        picture.set_clip_path(clip)

    def box(
        self, frame: Frame, *, edge: str = "#000000", width_pt: float = 0.5, fill: str = "none"
    ) -> None:
        """Draw a rectangle."""
        self.axes.add_artist(Rectangle(
            (frame.x, frame.y), frame.w, frame.h, facecolor=fill, edgecolor=edge, linewidth=width_pt,
            joinstyle="miter", zorder=self.next_level(),
        ))  # fmt: skip

    def text(
        self, x: float, y: float, text: str, *, size_pt: float, face: Face = "sans", colour: str = "#000000",
        align: str = "left", turn: float = 0.0, halo: str = "", slanted: bool = False, spread: float = 1.0,
        part: bool = False,
    ) -> None:  # fmt: skip
        """Set one line of text; ``y`` is the middle of its characters, before turning.

        Text is text, so that a PDF can be searched. A slanted one is drawn as outlines with the
        same words, unseen, over it; a ``part`` of a word as outlines only, see :meth:`word`.
        """
        if not text.strip():
            return
        self.said.append((text, face))
        # White letters stand on coloured discs, not on paper.
        self.inks.add((colour, halo or "#ffffff"))
        if self.fonts.missing(text, face):
            return  # the sheet is refused when all of it is known
        wide = self.fonts.width_mm(text, face, size_pt=size_pt)
        shift = {"left": 0.0, "center": -wide / 2, "right": -wide}[align]
        em = size_pt * MM_PER_POINT
        where: Transform = self._placed(x, y, shift, -MIDDLE * em, turn)
        if slanted:
            lean = np.array([[1.0, _LEAN, -_LEAN * MIDDLE * em], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
            where = Affine2D(lean) + where
        level = self.next_level()
        if halo or slanted or part:
            shape = where.transform_path(_outline(text, self.fonts.path(face), em))
        if halo:
            self.axes.add_artist(PathPatch(shape, facecolor="none", edgecolor=halo, linewidth=0.24 * size_pt * spread,
                                          joinstyle="round", alpha=0.88, zorder=level))  # fmt: skip
        if slanted or part:
            self.axes.add_artist(
                PathPatch(shape, facecolor=colour, edgecolor="none", zorder=level + 0.2)
            )
        if not part:
            corner = self._placed(x, y, shift, -MIDDLE * em, turn).transform((0.0, 0.0))
            properties = self.fonts.properties(face, size_pt=size_pt)
            self.axes.text(
                float(corner[0]), float(corner[1]), text, fontproperties=properties, color=colour, ha="left",
                va="baseline", rotation=turn, rotation_mode="anchor", parse_math=False,
                alpha=0.0 if slanted else None, zorder=level + 0.3,
            )  # fmt: skip

    def word(
        self, pieces: Sequence[Piece], *, size_pt: float, face: Face, colour: str, halo: str, slanted: bool
    ) -> None:  # fmt: skip
        """Set a word whose pieces stand apart: along a river, one below the other.

        The whole word lies unseen over their middle, so that a PDF is searched for 浊漳南源, not for 浊.
        """
        for piece in pieces:
            self.text(
                piece.x, piece.y, piece.text, size_pt=size_pt, face=face, colour=colour, align="center",
                turn=piece.turn, halo=halo, slanted=slanted, part=True,
            )  # fmt: skip
        text = "".join(piece.text for piece in pieces)
        if self.fonts.missing(text, face):
            return  # the sheet is refused when all of it is known
        middle = pieces[len(pieces) // 2]
        self.axes.text(
            middle.x, middle.y, text, fontproperties=self.fonts.properties(face, size_pt=size_pt), ha="center",
            va="center", parse_math=False, alpha=0.0, zorder=self.next_level(),
        )  # fmt: skip

    @staticmethod
    def _placed(x: float, y: float, dx: float, dy: float, turn: float) -> Affine2D:
        """Move text from its own corner to its place, turned around the given point."""
        return Affine2D().translate(dx, dy).rotate(math.radians(turn)).translate(x, y)


@lru_cache(maxsize=4_096)
def _outline(text: str, font: FontPath, em: float) -> TextPath:
    """Return the outlines of a text from its own corner; the pages of a series share many."""
    return TextPath((0.0, 0.0), text, size=em, prop=FontProperties(fname=str(font)))


def new_pen(width_mm: float, height_mm: float, fonts: Lettering, *, type_scale: float = 1.0) -> Pen:
    """Take a blank page."""
    figure = Figure(figsize=(width_mm / 25.4, height_mm / 25.4), facecolor="white")
    FigureCanvasAgg(figure)
    return Pen(figure, fonts, type_scale)


def _area_path(geometry: Any) -> Path | None:
    """Turn polygons into one path; holes run the other way, so they stay open."""
    parts = shapely.get_parts(shapely.get_parts(np.atleast_1d(np.asarray(geometry, dtype=object))))
    parts = parts[shapely.get_dimensions(parts) == 2]  # noqa: PLR2004
    if not len(parts):
        return None
    parts = shapely.simplify(parts, _DETAIL_MM)
    parts = shapely.orient_polygons(parts[~shapely.is_empty(parts)])
    return _path(shapely.get_rings(parts), closed=True)


def _line_path(geometry: Any) -> Path | None:
    parts = shapely.get_parts(shapely.get_parts(np.atleast_1d(np.asarray(geometry, dtype=object))))
    lines = parts[shapely.get_dimensions(parts) == 1]
    rings = shapely.get_rings(parts[shapely.get_dimensions(parts) == 2])  # noqa: PLR2004
    both = [
        _path(shapely.simplify(lines, _DETAIL_MM), closed=False),
        _path(shapely.simplify(rings, _DETAIL_MM), closed=True),
    ]
    paths = [p for p in both if p is not None]
    return Path.make_compound_path(*paths) if paths else None


def _path(lines: NDArray[Any], *, closed: bool) -> Path | None:
    lines = lines[~shapely.is_empty(lines)]
    if not len(lines):
        return None
    points, of = shapely.get_coordinates(lines, return_index=True)
    codes = np.full(len(points), Path.LINETO, dtype=Path.code_type)
    first = np.r_[True, of[1:] != of[:-1]]
    codes[first] = Path.MOVETO
    if closed:
        codes[np.r_[first[1:], True]] = Path.CLOSEPOLY
    return Path(points, codes)


def _stamped(outline: NDArray[np.float64], points: NDArray[np.float64]) -> Path:
    """Repeat an outline at each of some places, as one path."""
    ring = np.vstack([outline, outline[:1]])
    vertices = (points[:, None, :] + ring[None, :, :]).reshape(-1, 2)
    codes = np.full(len(ring), Path.LINETO, dtype=Path.code_type)
    codes[0], codes[-1] = Path.MOVETO, Path.CLOSEPOLY
    return Path(vertices, np.tile(codes, len(points)))


def symbol_boxes(points: Iterable[tuple[float, float]], ink: Ink) -> NDArray[np.float64]:
    """Return the boxes that point symbols cover: west, south, east, north."""
    places = np.array(list(points)).reshape(-1, 2)
    half = ink.size * MM_PER_POINT * 0.52 + 0.1
    return np.hstack([places - half, places + half])
