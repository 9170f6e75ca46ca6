"""A scene as a web page: one file, opened by a double click, that asks the network for nothing.

folium sets the page and the Leaflet map; our own scripts draw the layers from a block of data, so
that no text of a planner ever stands in a script.
"""

from __future__ import annotations

from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import folium
from branca.element import Figure, MacroElement
from folium.template import Template

from geo.errors import UsageError
from geo.web.data import letters, payload, script_safe
from geo.web.font import face as font_face
from geo.web.font import stack
from geo.web.inline import inlined
from geo.web.overview import overview
from geo.web.panel import face

if TYPE_CHECKING:
    from geo.draw.scene import Scene

_ID: Final = "hongxian"
_SCRIPTS: Final = ("symbols", "layers", "labels", "popup", "search", "measure", "print", "start")
_DEEPEST: Final = 18


class _Places(MacroElement):
    """Marks in folium's page for what is put in afterwards.

    folium reads what its elements render as a template once more: a planner's ``{{ }}`` would run.
    """

    _template = Template(
        "{% macro header(this, kwargs) %}<style><!--hx-style--></style>{% endmacro %}"
        "{% macro html(this, kwargs) %}<!--hx-body-->{% endmacro %}"
        "{% macro script(this, kwargs) %}<!--hx-script-->{% endmacro %}"
    )


def page(scene: Scene, *, internal: bool = False) -> str:
    """Write a map as one HTML file.

    Layers, symbols and words are those of the sheet. The same scene gives the same text.

    Args:
        scene: The map.
        internal: Let out the coordinates of layers marked 内部.

    Raises:
        UsageError: A layer is marked 内部 and ``internal`` was not given: a page carries coordinates.
    """
    if scene.internal and not internal:
        raise UsageError(
            f"{'、'.join(scene.internal)}为内部资料，网页会带出坐标 — 请输出 .png，确需网页时加 --internal"
        )
    west, south, east, north = scene.window
    shown = overview(scene.layers, plane=scene.plane, side_m=max(east - west, north - south))
    body, data = face(scene, shown), payload(scene, shown)
    scripts = "\n".join(_own(f"{name}.js") for name in _SCRIPTS)
    text = "".join((*letters(data), body, scripts, scene.title))
    families = stack(scene.fonts)
    styles = f"{font_face(text)}\n{_own('page.css').replace('var(--letters)', families)}"
    block = f'<script type="application/json" id="hx-data">{script_safe(data)}</script>'
    filled = _bare(scene)
    for mark, put in (
        ("script", f"{scripts}\nhx.start(map_{_ID});"), ("style", styles),
        ("title", escape(scene.title)), ("body", f"{body}\n{block}"),
    ):  # fmt: skip
        filled = filled.replace(f"<!--hx-{mark}-->", put, 1)
    return inlined(filled)


def _bare(scene: Scene) -> str:
    """Let folium write the page with its map, and marks for everything else."""
    figure = Figure(title="<!--hx-title-->")
    canvas = _map(scene)
    figure.add_child(canvas)
    canvas.add_child(_Places())  # type: ignore[no-untyped-call]
    return str(figure.render())


def _map(scene: Scene) -> folium.Map:
    """Set up Leaflet without tiles; it names its element and variable by a fixed id."""
    place = scene.extent.centroid
    canvas = folium.Map(
        location=[round(place.y, 6), round(place.x, 6)], tiles=None, zoom_start=10, max_zoom=_DEEPEST, min_zoom=4,
        prefer_canvas=True, zoom_control=False, attribution_control=False, zoom_snap=0.25,
        zoom_delta=0.5, fade_animation=False, world_copy_jump=False, bounce_at_zoom_limits=False,
    )  # fmt: skip
    canvas._id = _ID  # noqa: SLF001 - folium's only way to fix it; a random one changes every page
    return canvas


def _own(name: str) -> str:
    folder = resources.files("geo").joinpath("web", "parts")
    text: Any = folder.joinpath(name).read_text(encoding="utf-8")
    return str(text).strip()
