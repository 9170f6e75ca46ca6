"""One map of the workspace: composed once, saved in any format, shown in a notebook."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image

from geo.draw.layers.subject import in_words, missing
from geo.draw.scene import Scene, compose
from geo.draw.sheet.paper import save as save_sheet
from geo.draw.sheet.series import index_or_first
from geo.errors import MissingError, UsageError
from geo.exhibits import Figure
from geo.spec.closed import nearest
from geo.workflow.binding import bind
from geo.workflow.drawing import Task, beside
from geo.workflow.fragments import interactive_fragment, static_fragment
from geo.workflow.map_files import put
from geo.workflow.pages import contents_of, draw_page
from geo.workflow.reporting.redact import map_for_outside
from geo.writing import replacing

if TYPE_CHECKING:
    from datetime import date

    from geo.store.store import Store

_FORMATS: Final = ("png", "pdf", "svg", "html")
_PICTURE_DPI: Final = 300
_SCREEN_DPI, _COARSE_DPI = 110, 72
_PICTURE_ONLY: Final = (
    "对外副本的地图只能是图片（.png，或 fragment()）：可缩放地图和矢量文件带有坐标"
)
_QUALITY: Final = 92


@dataclass(frozen=True, eq=False)
class DrawnMap:
    """A composed map; ``scene`` holds all that its pictures show.

    One that is ``redacted`` is for readers outside: it comes as a coarse picture only, which carries no coordinates.
    """

    name: str
    scene: Scene
    redacted: bool = field(default=False, kw_only=True)

    def save(self, path: Path, *, internal: bool = False) -> None:
        """Write the map; the suffix (.png .pdf .svg .html) picks the format.

        A map with layers marked 内部 gives a PDF of one picture, which carries no coordinates.

        Args:
            path: Where to.
            internal: Let out the coordinates of internal layers.

        Raises:
            UsageError: Another suffix, or SVG or HTML of internal layers that is not allowed; of a redacted map, anything
                but PNG.
            MissingError: A glyph no font has.
        """
        suffix = path.suffix.lower()
        if self.redacted:
            if suffix != ".png":
                raise UsageError(f"{path.name}: {_PICTURE_ONLY}")
            with replacing(path) as temporary:
                temporary.write_bytes(self._repr_png_())
            return
        if suffix.lstrip(".") not in _FORMATS:
            raise UsageError(f"{path.name}: 地图可写为 .png .pdf .svg .html")
        with replacing(path) as temporary:
            if suffix == ".html":
                page = _web_page(self.scene, internal=internal)
                temporary.write_text(page, encoding="utf-8", newline="\n")
            elif suffix == ".pdf" and self.scene.internal and not internal:
                temporary.write_bytes(picture_pdf(self.scene))
            else:
                save_sheet(self.scene, temporary, internal=internal)

    def fragment(self, *, interactive: bool = False, label: str = "图") -> str:
        """Return a ``<figure>`` for a web page or notebook, with caption, credits and fingerprint.

        Args:
            interactive: The map that can be moved and enlarged, in a frame; else a picture.
            label: The word before the caption, or a number such as 图 1-1.

        Raises:
            UsageError: An interactive map of layers marked 内部, or of a redacted map: it would carry coordinates.
        """
        scene = self.scene
        if interactive and self.redacted:
            raise UsageError(_PICTURE_ONLY)
        if interactive:
            page = _web_page(scene, internal=False)
            return interactive_fragment(
                page, name=self.name, caption=scene.title, sources=scene.credits[:1], label=label
            )
        told = "、".join(dict.fromkeys(layer.title for layer in scene.layers if layer.in_legend))
        figure = Figure(
            self.name, scene.title, self._repr_png_(), scene.layout.width,
            f"{scene.title}，图上有{told}", scene.credits[:1],
        )  # fmt: skip
        return static_fragment(figure, label=label)

    def _repr_html_(self) -> str:
        """Show the sheet in a notebook, with its caption and credits."""
        return self.fragment()

    def _repr_png_(self) -> bytes:
        """Show the sheet in a notebook."""
        out = io.BytesIO()
        save_sheet(self.scene, out, format="png", dpi=_COARSE_DPI if self.redacted else _SCREEN_DPI)
        return out.getvalue()


@dataclass(frozen=True, eq=False)
class DrawnSeries(DrawnMap):
    """A series; ``scene`` is its index, or its first page where it has none.

    A PDF holds all pages with a bookmark each. Beside a picture (PNG, SVG) of the index every page
    stands as a PNG of its own, in a folder of the map's name. A web page shows the whole territory.
    """

    store: Store

    def save(self, path: Path, *, internal: bool = False) -> None:
        """Write the series as the commands do, by one process; see the class.

        Raises:
            UsageError: Another suffix, or a PDF, SVG or HTML of internal layers that is not allowed.
            MissingError: A glyph no font has.
        """
        kind = path.suffix.lower().lstrip(".")
        if kind not in _FORMATS:
            raise UsageError(f"{path.name}: 地图可写为 .png .pdf .svg .html")
        day = self.scene.as_at
        if kind == "html":
            spec = self.store.spec.maps[self.name]
            whole = compose(self.name, spec, self.store, as_at=day)
            DrawnMap(self.name, whole).save(path, internal=internal)
            return
        with beside(path.parent) as folder:
            task = Task(self.name, (kind,), day, Path(folder), internal)
            numbers = contents_of(self.store, task).numbers
            drawn = (draw_page(self.store, task, number, packed=False) for number in numbers)
            put(bind(task, numbers, drawn, lambda _task, _done, _all: None), kind, path)


def _web_page(scene: Scene, *, internal: bool) -> str:
    # folium takes half a second to load, which a sheet on paper need not wait for.
    from geo.web.page import page  # noqa: PLC0415

    return page(scene, internal=internal)


def picture_pdf(scene: Scene) -> bytes:
    """Write a sheet as a PDF that holds a picture of it and nothing else; same scene, same bytes."""
    image, out = io.BytesIO(), io.BytesIO()
    save_sheet(scene, image, format="png", dpi=_PICTURE_DPI)
    day = scene.as_at.timetuple()
    with Image.open(image) as picture:
        picture.convert("RGB").save(
            out, "PDF", resolution=_PICTURE_DPI, quality=_QUALITY, title=scene.title,
            producer="hongxian", creationDate=day, modDate=day,
        )  # fmt: skip
    return out.getvalue()


def draw_map(store: Store, name: str, *, as_at: date, redact: bool = False) -> DrawnMap:
    """Compose one map of ``maps/``.

    Args:
        store: Where the map and its data are.
        name: The map's id.
        as_at: Date of the map.
        redact: For readers outside: no grid, no coordinates, nothing internal, a coarse picture; of a series the index.

    Raises:
        UsageError: No such map.
        MissingError: None of the map's subjects has anything to show.
    """
    spec = store.spec.maps.get(name)
    if spec is None:
        raise UsageError(f"没有名为 {name} 的地图 — {nearest(name, store.spec.maps)}")
    if gaps := missing(spec, store, day=as_at):
        raise MissingError(
            f"地图 {name} 没有可画的内容：{in_words(gaps)} — 请在图层文件中写 source"
        )
    if redact:
        outside = map_for_outside(spec)
        one = compose if spec.series is None else index_or_first
        return DrawnMap(name, one(name, outside, store, as_at=as_at), redacted=True)
    if spec.series is None:
        return DrawnMap(name, compose(name, spec, store, as_at=as_at))
    return DrawnSeries(name, index_or_first(name, spec, store, as_at=as_at), store)
