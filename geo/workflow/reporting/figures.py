"""The pictures of a report: maps at the width of the text or on a page of their own, charts, the site map."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from geo.draw.charts import indicator_chart
from geo.draw.scene import Scene, compose
from geo.draw.sheet.arrange import arrange
from geo.draw.sheet.paper import SETTINGS, draw
from geo.draw.sheet.series import atlas_of, index_or_first
from geo.draw.site_map import site_figure
from geo.errors import UsageError
from geo.exhibits import Figure
from geo.workflow.reporting.redact import map_for_outside

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from geo.findings import SiteResult
    from geo.spec.maps import MapSpec
    from geo.spec.plans import Plan
    from geo.store.store import Store

_FIGURE_DPI, _WIDE_DPI, _COARSE_DPI = 220, 180, 72
#: A sheet no wider than upright A4 stays on an upright page.
_UPRIGHT_MM: Final = 211.0
#: Papers tried in turn; the last is the map's own sheet.
_PAPERS: Final[tuple[dict[str, Any], ...]] = (
    {"size": "figure"}, {"size": "plate", "orientation": "portrait"}, {},
)  # fmt: skip
_WIDE_PAPERS: Final[tuple[dict[str, Any], ...]] = ({"size": "plate"}, {})


def map_id(name: str, page: str | None) -> str:
    """Name a map's figure in a report; pages of a series are figures of their own.

    >>> map_id("counties", None), map_id("counties", "尧都区")
    ('counties', 'counties/尧都区')
    """
    return name if page is None else f"{name}/{page}"


def is_wide(figure: Figure) -> bool:
    """Tell whether a picture needs a page on its side."""
    return figure.width_mm > _UPRIGHT_MM


def map_picture(
    store: Store, name: str, *, as_at: date, wide: bool = False, redact: bool = False,
    page: str | None = None,
) -> Figure:  # fmt: skip
    """Draw a map at the size it stands on the paper, so that its scale holds: a plate when wide, else the text's width.

    A legend too long for that takes a plate, then the map's own sheet made smaller. Of a series it is the
    index of its pages.

    Args:
        store: Where the map and its data are.
        name: The map's id.
        as_at: Date of the map.
        wide: Draw a plate, for a page of its own.
        redact: Draw coarsely, without a grid, and only what a public edition shows.
        page: Of a series, the page of this feature instead of the index.

    Raises:
        UsageError: The map fits on no sheet.
    """
    spec = store.spec.maps[name]
    dpi = _COARSE_DPI if redact else _WIDE_DPI if wide else _FIGURE_DPI

    def drawn(paper: dict[str, Any]) -> tuple[Scene, bytes]:
        paged = _paged(spec, paper, redact=redact)
        if page is not None:
            scene = atlas_of(name, paged, store, as_at=as_at).page(page).scene
        else:
            whole = compose if spec.series is None else index_or_first
            scene = whole(name, paged, store, as_at=as_at)
        return scene, opaque_png(draw(scene), title=scene.title, dpi=dpi)

    papers = _WIDE_PAPERS if wide else _PAPERS
    for paper in papers[:-1]:
        try:
            scene, png = drawn(paper)
            break
        except UsageError:
            continue
    else:
        scene, png = drawn(papers[-1])
    # A report shows each sheet once; kept for other formats it would only hold its layers in memory.
    arrange.cache_clear()
    told = [layer.title for layer in scene.layers if layer.in_legend]
    alt = f"{scene.title}，图上有{'、'.join(dict.fromkeys(told)) or '行政区'}；比例尺 1∶{scene.denominator}"
    made = map_id(name, page)
    return Figure(made, scene.title, png, scene.layout.width, alt, to_scale=True)


def opaque_png(figure: Canvas, *, title: str, dpi: int) -> bytes:
    """Write a drawing as a PNG without transparency: smaller, and its data go into a PDF as they stand."""
    canvas: Any = FigureCanvasAgg(figure)
    with mpl.rc_context(SETTINGS):
        figure.set_dpi(dpi)
        figure.set_facecolor("white")
        canvas.draw()
    told = PngInfo()
    told.add_text("Title", title)
    told.add_text("Software", "hongxian")
    out = io.BytesIO()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    picture.save(out, "PNG", dpi=(dpi, dpi), pnginfo=told)
    return out.getvalue()


def site_picture(
    store: Store,
    site: SiteResult,
    *,
    name: str,
    as_at: date,
    redact: bool = False,
) -> Figure:
    """Draw a footprint among the controlled areas around it; the picture carries its own credits."""
    drawn = site_figure(site, store, as_at=as_at, redact=redact)
    return replace(drawn, id=name, sources=())


def chart_picture(plan: Plan, *, place: str) -> Figure:
    """Draw a plan's indicators from base to target, values as printed."""
    return indicator_chart(
        plan.indicators, name=f"chart_{plan.id}", caption=f"{place}规划指标基期值与目标值",
        sources=(f"资料来源：{plan.head.title}",),
    )  # fmt: skip


def _paged(spec: MapSpec, paper: dict[str, Any], *, redact: bool) -> MapSpec:
    paged = spec.model_copy(update={"page": spec.page.model_copy(update=paper)})
    return map_for_outside(paged) if redact else paged
