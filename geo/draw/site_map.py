"""The map beside a verdict: a footprint among the controlled areas around it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import shapely

from geo.draw.layers.classing import SymbolClass
from geo.draw.layers.drawn import Batch, DrawnLayer
from geo.draw.scene import Scene, compose
from geo.draw.sheet.paper import save
from geo.draw.symbols.ink import Ink
from geo.exhibits import Figure
from geo.space.shapes import buffer_m
from geo.spec.maps import DrawLayer, MapSpec, Page
from geo.spec.style import Label

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from geo.findings import SiteResult
    from geo.store.store import Store

_INK: Final = Ink(fill="#ff7f00", edge="#b30000", width=1.6, opacity=0.55, size=7.0)
_BACKGROUND: Final = ("districts", "rivers", "reservoirs")
#: Room around a footprint: its own size, but no less than this, so that the place is known. Metres.
_LEAST_ROOM_M: Final = 1_500.0
#: In a copy that leaves the office: room around, the step positions are rounded to, dots per inch.
_REDACTED_ROOM_M: Final = 12_000.0
_REDACTED_STEP_DEG: Final = 0.02
_REDACTED_DPI: Final = 96
_DPI: Final = 180


def site_scene(site: SiteResult, store: Store, *, as_at: date, redact: bool = False) -> Scene:
    """Compose the map of one footprint: boundaries, waters, every supplied controlled area, the site.

    Redacted, it has no coordinate grid, the footprint is a mark somewhere within a wide surrounding, and the rest is
    what a public edition shows: nothing internal, no intakes.
    """
    grid: Literal["graticule", "none"] = "none" if redact else "graticule"
    spec = MapSpec(
        title="用地与管控区域位置示意图", page=Page(size="plate", orientation="portrait", inset=False, grid=grid),
        layers=tuple(DrawLayer(layer=name) for name in _layers(site, store)),
    )  # fmt: skip
    if redact:
        spec = spec.model_copy(update={"edition": "public"})
    shown = _coarse(site.site.geometry) if redact else site.site.geometry
    around = _around(shown, least_m=_REDACTED_ROOM_M if redact else _LEAST_ROOM_M)
    return compose(
        "site", spec, store, as_at=as_at, extent=around, subtitle=site.site.name,
        extra=(Batch(_drawn(site, shown)),),
    )  # fmt: skip


def site_figure(site: SiteResult, store: Store, *, as_at: date, redact: bool = False) -> Figure:
    """Draw the map of one footprint as a figure for a report: a picture, never coordinates."""
    scene = site_scene(site, store, as_at=as_at, redact=redact)
    out = io.BytesIO()
    save(scene, out, format="png", dpi=_REDACTED_DPI if redact else _DPI)
    hits = "、".join(dict.fromkeys(f.title for f in site.findings if f.hit))
    alt = f"{site.site.name}的位置" + (f"，涉及{hits}" if hits else "，图中管控区域未显示与其重叠")
    return Figure(
        id="site_map", caption=f"{site.site.name}与管控区域位置示意图", png=out.getvalue(),
        width_mm=scene.layout.width, alt=alt, sources=tuple(scene.credits[:1]), to_scale=True,
    )  # fmt: skip


def _layers(site: SiteResult, store: Store) -> Iterator[str]:
    """Background first, then each layer that was asked and is supplied, hit ones last."""
    hit = {f.layer for f in site.findings if f.hit}
    asked = [a.layer for a in site.layers if a.layer in store.spec.layers]
    for name in _BACKGROUND:
        if name in store.spec.layers and name not in asked:
            yield name
    yield from sorted(
        (name for name in asked if store.layer(name).state == "ok"), key=lambda name: name in hit
    )


def _coarse(footprint: shapely.Geometry) -> shapely.Geometry:
    """Return a point near a footprint, on a grid of about 2 km."""
    lon, lat = shapely.get_coordinates(shapely.centroid(footprint))[0]
    step = _REDACTED_STEP_DEG
    return shapely.Point(round(lon / step) * step, round(lat / step) * step)


def _around(footprint: shapely.Geometry, *, least_m: float) -> shapely.Geometry:
    west, south, east, north = footprint.bounds
    size_m = 111_000.0 * max(east - west, north - south)
    return shapely.box(*buffer_m(footprint, max(size_m * 1.2, least_m)).bounds)


def _drawn(site: SiteResult, shown: shapely.Geometry) -> DrawnLayer:
    name = site.site.name
    return DrawnLayer(
        id="site", title="项目用地", kind="where", group="其他要素",
        geometry=np.array([shown], dtype=object), names=(name,),
        class_of=np.zeros(1, dtype=np.int64), classes=(SymbolClass("项目用地", _INK),),
        label=Label(size=9.0, priority=10), labels=("项目用地",), facts=({"名称": name},),
        authority="official", accuracy_m=site.site.accuracy_m + site.site.crs.accuracy_m, credit=f"项目用地：{site.site.source.file}",
    )  # fmt: skip
