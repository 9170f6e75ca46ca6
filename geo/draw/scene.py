"""A map, resolved: everything a sheet or a web page shows, frozen, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import shapely

from geo.draw.layers.base import Base, Surroundings, base_of, focused, surroundings_of
from geo.draw.layers.drawn import Batch, DrawnLayer, Numbered, Skipped
from geo.draw.layers.table import from_layer, from_where
from geo.draw.layers.tally import from_tally
from geo.draw.layers.tasks import from_tasks, names_intake, renumbered
from geo.draw.layers.terrain import Backdrop, backdrop
from geo.draw.layout.arrangement import LEGIBLE_PT, Chosen, Wanted, choose_layout
from geo.draw.layout.legend import SIZES as LEGEND_SIZES
from geo.draw.layout.legend import Entry, Legend, fit_legend, items_of
from geo.draw.layout.lettering import Lettering, lettering
from geo.draw.plane import Plane, plane_for
from geo.draw.window import (
    Window,
    box_around,
    enlarged_of,
    in_window,
    located,
    lonlat_bounds,
    size_of,
    window_of,
)
from geo.draw.wording import (
    INDEX_TITLE,
    LIST_TITLE,
    NOT_FOR_PUBLIC,
    NOT_REVIEWED,
    UNNAMED_TITLE,
    Draft,
    grid_kind,
)
from geo.spec.maps import DrawLayer, DrawTally, DrawTasks, DrawTerrain, DrawWhere

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from shapely import Geometry

    from geo.draw.layout.page import Layout
    from geo.spec.maps import MapSpec
    from geo.spec.plans import PlanHead
    from geo.spec.workspace import Credits
    from geo.store.store import Store

#: Features are read from this much beyond the extent, share of its longer side: the paper always
#: shows more than the extent, and how much is known only when the legend is.
_BEYOND: Final = 0.9
_INTERNAL: Final = "内部资料，公开版不绘"
_NO_INTAKE: Final = "公开版不绘取水口位置"
#: Points nearer to the frame than this are not shown, millimetres: their symbols would be cut.
_EDGE_MM: Final = 1.2
#: From this scale on the surroundings show as cities: counties would be a mesh.
_CITIES_FROM: Final = 2_000_000


@dataclass(frozen=True, eq=False)
class Scene:
    """One sheet's contents.

    Attributes:
        id: The map's id.
        window: West, south, east, north edges of the map frame in the plane, metres.
        denominator: Of the scale.
        extent: What the sheet shows whole, EPSG:4490.
        layers: In drawing order.
        skipped: Layers asked for that could not be drawn.
        listed: The numbered list in the margin.
        notes: What a reader must know.
        credits: Paragraphs at the foot of the sheet.
        every: The layers with all they read, before the paper's edges were known.
        enlarged: What is shown once more in a corner, larger: an area in the plane, and its title.
        adjacent: Pages of a series that border on this one: number, name, area in the plane.
        wanted: What the layout was chosen for; ``draft`` is what the words are made of.
    """

    id: str
    title: str
    subtitle: str
    plan_title: str
    as_at: date
    plane: Plane
    window: Window
    denominator: int
    extent: Geometry
    layout: Layout
    base: Base
    around: Surroundings
    backdrops: tuple[Backdrop, ...]
    layers: tuple[DrawnLayer, ...]
    skipped: tuple[Skipped, ...]
    listed: tuple[Numbered, ...]
    notes: tuple[str, ...]
    credits: tuple[str, ...]
    every: tuple[DrawnLayer, ...]
    wanted: Wanted
    draft: Draft
    signs: Credits
    unit: str
    approval: str
    public: bool
    grid: str
    fonts: Lettering
    enlarged: tuple[Geometry, str] | None = None
    adjacent: tuple[tuple[int, str, Geometry], ...] = ()

    @property
    def schematic(self) -> bool:
        """Tell whether anything drawn is schematic, which the sheet must say on its face."""
        layers = any(layer.authority == "schematic" for layer in self.layers)
        return layers or any(picture.schematic for picture in self.backdrops)

    @property
    def review(self) -> str:
        """The map's 审图号; without one, what may not be done with the sheet."""
        if self.approval:
            return f"审图号：{self.approval}"
        return NOT_FOR_PUBLIC if self.public else NOT_REVIEWED

    @property
    def internal(self) -> tuple[str, ...]:
        """Name the layers whose coordinates must not leave the office."""
        return tuple(layer.title for layer in self.layers if layer.internal)

    @property
    def convergence_deg(self) -> float:
        """Angle from true north to the sheet's up direction at its centre, degrees clockwise."""
        west, south, east, north = self.window
        lon, lat = self.plane.inverse((west + east) / 2, (south + north) / 2)
        return self.plane.convergence_deg(float(lon[0]), float(lat[0]))

    def to_mm(self, plane: Any) -> Any:
        """Move plane geometry, or an array of it, onto the page, millimetres from its lower left."""
        west, south = self.window[:2]
        frame, per_m = self.layout.map, 1000.0 / self.denominator
        offset = np.array([frame.x - west * per_m, frame.y - south * per_m])
        return shapely.transform(plane, lambda xy: xy * per_m + offset)


@dataclass(frozen=True, eq=False)
class Focus:
    """What one page of a series is about, and what it shows whole (both EPSG:4490)."""

    geometry: Geometry
    extent: Geometry
    adcode: str = ""


def compose(
    map_id: str, spec: MapSpec, store: Store, *, as_at: date, extent: Geometry | None = None,
    title: str | None = None, subtitle: str | None = None, extra: Sequence[Batch] = (),
    focus: Focus | None = None, numbered: Sequence[str] = (),
) -> Scene:  # fmt: skip
    """Resolve a map against a workspace's data.

    Args:
        map_id: The map's id, which names its files.
        spec: What the planner wrote.
        store: The workspace's data.
        as_at: The map's date; layers out of date on that day are said to be.
        extent: What to show whole instead of the map's own extent, EPSG:4490.
        title: Instead of the map's own title.
        subtitle: Instead of the map's own subtitle.
        extra: What no map file can name (a footprint), drawn on top of everything.
        focus: What a page of a series is about; its extent comes before all others.
        numbered: Of the last layer, draw only the features of these names, as numbers from 1, and
            list them.

    Raises:
        UsageError: The map names what does not exist, or does not fit its page.
        MissingError: A font named by the workspace is not installed.
    """
    shown = _shown(spec, store, extent, focus)
    plane = plane_for(shown)
    near = box_around(shown, _BEYOND)
    base = base_of(store.boundaries, _adcodes(spec, store), plane=plane)
    if focus is not None:
        base = focused(base, store.boundaries, focus.geometry, focus.adcode, plane=plane)
    batches = [*_batches(spec, store, as_at, near, numbered), *extra]
    layers = tuple(b.layer for b in batches if b.layer is not None)
    skipped = tuple(s for b in batches for s in b.skipped)
    listed = tuple(n for b in batches for n in b.listed)
    head = store.spec.plans[spec.plan].head if spec.plan else None
    below = _subtitle(spec.subtitle if subtitle is None else subtitle, head)
    names = INDEX_TITLE if numbered else LIST_TITLE
    draft = Draft(spec, store, plane, base, layers, skipped, listed, names)
    wanted = Wanted(
        spec.page, size_of(shown, plane, spec), draft.entries(layers), head is not None,
        bool(below), draft.credits(layers),
        _inset_ratio(base) if spec.page.inset else None,
    )  # fmt: skip
    fonts = lettering(store.spec.marker.fonts)
    chosen = choose_layout(wanted, fonts)
    scene = Scene(
        id=map_id, title=title or _title(spec, store), subtitle=below,
        plan_title=head.title if head else "", as_at=as_at, plane=plane, window=(0.0, 0.0, 1.0, 1.0),
        denominator=chosen.denominator, extent=shown, layout=chosen.layout, base=base, around=Surroundings(), backdrops=(), layers=(),
        every=layers, skipped=skipped, listed=listed, notes=(), credits=(), wanted=wanted, draft=draft,
        signs=store.spec.marker.credits, unit=spec.unit or store.spec.marker.credits.unit,
        approval=spec.approval or "", public=spec.edition == "public", grid=grid_kind(spec), fonts=fonts,
        enlarged=enlarged_of(spec, store, plane) if focus is None and not numbered else None,
    )  # fmt: skip
    return _filled(scene, chosen)


def _filled(scene: Scene, chosen: Chosen) -> Scene:
    """Give a scene its page: the window, what shows in it, and the words about that."""
    window = window_of(scene.extent, scene.plane, chosen.layout, chosen.denominator)
    shown = in_window(
        scene.every, scene.base, scene.plane, window, extent=scene.extent,
        edge_m=_EDGE_MM * chosen.denominator / 1000.0,
    )  # fmt: skip
    kept, listed = renumbered(shown, scene.every)
    pictures, unread = backdrops_of(scene, window)
    near = shapely.box(*lonlat_bounds(scene.plane, window))
    around = surroundings_of(
        scene.draft.store.boundaries, scene.base.adcodes, near=near, plane=scene.plane,
        level="county" if chosen.denominator < _CITIES_FROM else "city",
    )  # fmt: skip
    draft = replace(
        scene.draft, listed=listed, pictures=pictures, unread=unread,
        border=_border_in(window, scene.base, around),
    )  # fmt: skip
    entries = draft.entries(kept)
    layout = replace(
        chosen.layout, fitted=_refit(scene, entries, chosen.layout) or chosen.layout.fitted
    )
    return replace(
        scene, around=around, window=window, denominator=chosen.denominator, layout=layout, layers=kept,
        draft=draft, listed=listed, backdrops=pictures, skipped=draft.left_out(kept), notes=draft.notes(kept),
        credits=draft.credits(kept),
    )  # fmt: skip


def _border_in(window: Window, base: Base, around: Surroundings) -> Literal["own", "near", "none"]:
    """Tell whose border of the territory's rank shows in a window."""
    box = shapely.box(*window)
    if shapely.intersects(shapely.boundary(base.territory), box):
        return "own"
    others = [lines for rank, lines in around.borders.items() if rank == base.outline]
    return "near" if any(shapely.intersects(lines, box) for lines in others) else "none"


def backdrops_of(scene: Scene, window: Window) -> tuple[tuple[Backdrop, ...], tuple[Skipped, ...]]:
    """Sample the rasters that lie behind the map."""
    items = [item for item in scene.draft.spec.layers if isinstance(item, DrawTerrain)]
    store = scene.draft.store
    found = [
        Skipped(i.title or store.layer(i.terrain).spec.title, _INTERNAL)
        if scene.public and store.layer(i.terrain).internal
        else backdrop(i, store, plane=scene.plane, window=window)
        for i in items
    ]
    pictures = tuple(f for f in found if isinstance(f, Backdrop))
    return pictures, tuple(f for f in found if isinstance(f, Skipped))


def relaid(scene: Scene, unnamed: tuple[Numbered, ...], *, last: bool = False) -> Scene:
    """Add to the legend a list of names that found no room on the map.

    Where the legend's frame has no room for it either, or only with letters too small to read, the page
    is laid out anew; the scene then has another window. The ``last`` time small letters will do.

    Raises:
        UsageError: There is no layout with room for it.
    """
    extra = items_of(unnamed, UNNAMED_TITLE)
    entries = (*scene.draft.entries(scene.layers), *extra)
    fitted = _refit(scene, entries, scene.layout)
    least = min(scene.layout.fitted.size_pt, LEGIBLE_PT * scene.layout.type_scale)
    if fitted is not None and (last or fitted.size_pt >= least - 1e-9):
        return replace(scene, layout=replace(scene.layout, fitted=fitted))
    wanted = replace(scene.wanted, entries=entries)
    return _filled(replace(scene, wanted=wanted), choose_layout(wanted, scene.fonts))


def _refit(scene: Scene, entries: tuple[Entry, ...], layout: Layout) -> Legend | None:
    frame, largest = layout.legend, layout.type_scale * LEGEND_SIZES[0]
    return fit_legend(entries, scene.fonts, width_mm=frame.w, height_mm=frame.h, largest_pt=largest)


def _subtitle(text: str, head: PlanHead | None) -> str:
    """Leave out a subtitle that only repeats the plan's title, which stands above already."""
    return "" if head is not None and text.strip("《》") == head.title else text


def _title(spec: MapSpec, store: Store) -> str:
    """Put the place before the title of a map that is drawn for several plans."""
    if spec.plan is None or not spec.plans:
        return spec.title
    adcode = store.spec.plans[spec.plan].head.adcode
    codes = dict.fromkeys((adcode[:4] + "00", adcode))
    names = (store.boundaries.name(code) for code in codes if code in store.boundaries)
    return "".join(dict.fromkeys(names)) + spec.title


def _adcodes(spec: MapSpec, store: Store) -> tuple[str, ...]:
    return (
        (store.spec.plans[spec.plan].head.adcode,) if spec.plan else store.spec.marker.jurisdictions
    )


def _shown(spec: MapSpec, store: Store, extent: Geometry | None, focus: Focus | None) -> Geometry:
    """Return what the sheet shows whole, EPSG:4490."""
    if focus is not None:
        return focus.extent
    return _extent(spec, store) if extent is None else extent


def _extent(spec: MapSpec, store: Store) -> Geometry:
    if spec.extent is not None:
        return located(spec.extent, "extent", spec, store)
    return store.plan_territory(spec.plan) if spec.plan else store.territory


def _batches(
    spec: MapSpec, store: Store, day: date, near: Geometry, numbered: Sequence[str]
) -> Iterable[Batch]:
    first = 1
    for at, item in enumerate(spec.layers, start=1):
        if isinstance(item, DrawLayer):
            found = from_layer(
                item, store, day=day, near=near, adcodes=_adcodes(spec, store),
                numbered=numbered if at == len(spec.layers) else (),
            )  # fmt: skip
            batch = _public(spec, found)
        elif isinstance(item, DrawTasks):
            batch = from_tasks(item, store, first=first, public=spec.edition == "public")
        elif isinstance(item, DrawTally):
            batch = from_tally(item, store)
        elif isinstance(item, DrawWhere):
            hidden = spec.edition == "public" and names_intake(item.where)
            batch = (
                Batch(skipped=(Skipped(item.title, _NO_INTAKE),))
                if hidden
                else from_where(item, store, plan=spec.plan)
            )
        else:
            continue  # a raster is sampled when the window is known
        first += len(batch.listed)
        yield batch


def _public(spec: MapSpec, batch: Batch) -> Batch:
    """A public map shows no intakes and nothing internal."""
    layer = batch.layer
    if spec.edition != "public" or layer is None:
        return batch
    if layer.internal:
        return Batch(skipped=(Skipped(layer.title, _INTERNAL),))
    if layer.id == "water_sources":
        return Batch(skipped=(Skipped(layer.title, _NO_INTAKE),))
    return batch


def _inset_ratio(base: Base) -> float | None:
    """Width over height of the locator, ``None`` when there is nothing to locate in."""
    return {0: None, 1: 1.0, 2: 1.75}[len(base.panes)]


__all__ = ["LIST_TITLE", "Focus", "Scene", "compose", "relaid"]
