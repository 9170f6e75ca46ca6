"""A map, resolved: everything a sheet or a web page shows, frozen, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.draw.base import Base, Surroundings, base_of, focused, surroundings_of
from geo.draw.drawn import NOTHING_HERE, Batch, DrawnLayer, Numbered, Skipped, from_layer, from_tasks, from_where
from geo.draw.layout import LEGIBLE_PT, Chosen, Wanted, choose_layout
from geo.draw.legend import SIZES as LEGEND_SIZES
from geo.draw.legend import Entry, Legend, entries_of, fit_legend, items_of
from geo.draw.lettering import Lettering, lettering
from geo.draw.plane import Plane, plane_for
from geo.draw.symbols import BORDERS
from geo.errors import UsageError
from geo.spec.maps import DrawLayer, DrawTasks, DrawTerrain, DrawWhere

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from numpy.typing import NDArray
    from shapely import Geometry

    from geo.draw.page import Layout
    from geo.spec.maps import MapSpec
    from geo.spec.plans import PlanHead
    from geo.spec.workspace import Credits
    from geo.store.store import Store

#: Room left around the extent when the map gives no margin, share of its longer side.
_MARGIN: Final = 0.03
#: Features are read from this much beyond the extent, share of its longer side: the paper always
#: shows more than the extent, and how much is known only when the legend is.
_BEYOND: Final = 0.9
#: Points this far outside the territory still belong to the map, share of the extent's diagonal.
_NEAR: Final = 0.03
_WATERS: Final = "水系"
_ADMIN: Final = "行政区划"
Window = tuple[float, float, float, float]
NOT_A_BORDER: Final = "图上界线不作为划界依据"
NOT_REVIEWED: Final = "内部使用，未经审图"
LIST_TITLE: Final = "任务编号"
INDEX_TITLE: Final = "图幅编号"
UNNAMED_TITLE: Final = "图上编号"


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

    @property
    def schematic(self) -> bool:
        """Tell whether anything drawn is schematic, which the sheet must say on its face."""
        return any(layer.authority == "schematic" for layer in self.layers)

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
) -> Scene:  # fmt: skip
    """Resolve a map against a workspace's data.

    Args:
        map_id: The map's id, which names its files.
        spec: What the planner wrote.
        store: The workspace's data.
        as_at: The map's date; layers out of date on that day are said to be.
        title: Instead of the map's own title.
        focus: What a page of a series is about, instead of the map's own extent.
        number: Number the features of layers and list them, instead of writing their names.
        extra: What no map file can name (a footprint), drawn on top of everything.

    Raises:
        UsageError: The map names what does not exist, or does not fit its page.
        MissingError: A font named by the workspace is not installed.
    """
    shown = focus.extent if focus is not None else _extent(spec, store)
    plane = plane_for(shown)
    near = _around(shown, _BEYOND)
    base = base_of(store.boundaries, _adcodes(spec, store), plane=plane)
    batches = [*_batches(spec, store, as_at, near), *extra]
    layers = tuple(b.layer for b in batches if b.layer is not None)
    skipped = tuple(s for b in batches for s in b.skipped)
    listed = tuple(n for b in batches for n in b.listed)
    head = store.spec.plans[spec.plan].head if spec.plan else None
    below = _subtitle(spec.subtitle, head)
    draft = Draft(spec, store, plane, base, layers, skipped, listed, as_at,
                  INDEX_TITLE if number else LIST_TITLE)
    wanted = Wanted(
        spec.page, _size(shown, plane, spec), draft.entries(layers), head is not None,
        bool(below), draft.credits(layers),
        _inset_ratio(base) if spec.page.inset else None,
    )  # fmt: skip
    fonts = lettering(store.spec.marker.fonts)
    chosen = choose_layout(wanted, fonts)
    scene = Scene(
        id=map_id, title=title or spec.title, subtitle=below,
        plan_title=head.title if head else "", as_at=as_at, plane=plane, window=(0.0, 0.0, 1.0, 1.0),
        denominator=chosen.denominator, extent=shown, layout=chosen.layout, base=base, around=Surroundings(), layers=(),
        every=layers, skipped=skipped, listed=listed, notes=(), credits=(), wanted=wanted, draft=draft,
        signs=store.spec.marker.credits, unit=spec.unit or store.spec.marker.credits.unit,
        approval=spec.approval or "", public=spec.edition == "public", grid=_grid(spec), fonts=fonts,
    )  # fmt: skip
    return _filled(scene, chosen)


def _filled(scene: Scene, chosen: Chosen) -> Scene:
    """Give a scene its page: the window, what shows in it, and the words about that."""
    window = _window(scene.extent, scene.plane, chosen.layout, chosen.denominator)
    kept = _in_window(scene.every, scene.base, scene.plane, window)
    entries = scene.draft.entries(kept)
    layout = replace(chosen.layout, fitted=_refit(scene, entries, chosen.layout) or chosen.layout.fitted)
    near = shapely.box(*_lonlat_bounds(scene.plane, window))
    around = surroundings_of(
        scene.draft.store.boundaries, scene.base.adcodes, near=near, plane=scene.plane
    )
    return replace(
        scene, around=around, window=window, denominator=chosen.denominator, layout=layout, layers=kept,
        skipped=scene.draft.left_out(kept),
        notes=scene.draft.notes(kept), credits=scene.draft.credits(kept),
    )  # fmt: skip


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
    wanted = replace(scene.wanted, entries=(*scene.wanted.entries, *extra))
    return _filled(replace(scene, wanted=wanted), choose_layout(wanted, scene.fonts))


def _refit(scene: Scene, entries: tuple[Entry, ...], layout: Layout) -> Legend | None:
    frame, largest = layout.legend, layout.type_scale * LEGEND_SIZES[0]
    return fit_legend(entries, scene.fonts, width_mm=frame.w, height_mm=frame.h, largest_pt=largest)


def _subtitle(text: str, head: PlanHead | None) -> str:
    """Leave out a subtitle that only repeats the plan's title, which stands above already."""
    return "" if head is not None and text.strip("《》") == head.title else text


def _grid(spec: MapSpec) -> str:
    """A public map carries no kilometre grid."""
    return "graticule" if spec.edition == "public" and spec.page.grid == "kilometre" else spec.page.grid


def _adcodes(spec: MapSpec, store: Store) -> tuple[str, ...]:
    return (store.spec.plans[spec.plan].head.adcode,) if spec.plan else store.spec.marker.jurisdictions


def _extent(spec: MapSpec, store: Store) -> Geometry:
    if spec.extent is not None:
        found = store.locate(spec.extent, plan=spec.plan)
        if found.geometry is None:
            why = "；".join((*found.unresolved, *found.needs, *found.reasons))
            raise UsageError(f"地图“{spec.title}”的 extent 未能定位（{why}）— 请修改 extent")
        return found.geometry
    return store.plan_territory(spec.plan) if spec.plan else store.territory


def _around(shown: Geometry, share: float) -> Geometry:
    """Return a box around an extent, EPSG:4490, grown by a share of its longer side."""
    west, south, east, north = shown.bounds
    grow = max(east - west, north - south, 0.02) * share
    return shapely.box(west - grow, south - grow, east + grow, north + grow)


def _size(shown: Geometry, plane: Plane, spec: MapSpec) -> tuple[float, float]:
    """Width and height of the extent with its margin, metres."""
    west, south, east, north = plane.geometry(shown).bounds
    margin = spec.margin if spec.margin is not None else max(east - west, north - south) * _MARGIN
    return max(east - west + 2 * margin, 200.0), max(north - south + 2 * margin, 200.0)


def _window(
    shown: Geometry, plane: Plane, layout: Layout, denominator: int
) -> Window:
    west, south, east, north = plane.geometry(shown).bounds
    x, y = (west + east) / 2, (south + north) / 2
    half = layout.map.w * denominator / 2000.0, layout.map.h * denominator / 2000.0
    return x - half[0], y - half[1], x + half[0], y + half[1]


def _lonlat_bounds(plane: Plane, window: Window) -> Window:
    """Return west, south, east, north degrees of all that a window shows."""
    edge = shapely.segmentize(shapely.box(*window).exterior, (window[2] - window[0]) / 8.0)
    lon, lat = plane.inverse(*shapely.get_coordinates(edge).T)
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def _batches(
    spec: MapSpec, store: Store, day: date, near: Geometry, *, number: bool
) -> Iterable[Batch]:
    first = 1
    for item in spec.layers:
        if isinstance(item, DrawLayer):
            start = first if number else None
            batch = _public(spec, from_layer(item, store, day=day, near=near, first=start))
        elif isinstance(item, DrawTasks):
            batch = from_tasks(item, store, first=first)
        elif isinstance(item, DrawWhere):
            batch = from_where(item, store, plan=spec.plan)
        else:
            assert isinstance(item, DrawTerrain)  # noqa: S101 - the last of the union
            batch = Batch(skipped=(Skipped(item.title or item.terrain, "地形底图未取得"),))
        first += len(batch.listed)
        yield batch


def _public(spec: MapSpec, batch: Batch) -> Batch:
    """A public map shows no intakes and nothing internal."""
    layer = batch.layer
    if spec.edition != "public" or layer is None:
        return batch
    if layer.internal:
        return Batch(skipped=(Skipped(layer.title, "内部资料，公开版不绘"),))
    if layer.id == "water_sources":
        return Batch(skipped=(Skipped(layer.title, "公开版不绘取水口位置"),))
    return batch


def _inset_ratio(base: Base) -> float | None:
    """Width over height of the locator, ``None`` when there is nothing to locate in."""
    return {0: None, 1: 1.0, 2: 1.75}[len(base.panes)]


@dataclass(frozen=True, eq=False)
class Draft:
    """What the words of a sheet are made of."""

    spec: MapSpec
    store: Store
    plane: Plane
    base: Base
    layers: tuple[DrawnLayer, ...]
    skipped: tuple[Skipped, ...]
    listed: tuple[Numbered, ...]
    as_at: date
    list_title: str = LIST_TITLE

    def entries(self, layers: tuple[DrawnLayer, ...]) -> tuple[Entry, ...]:
        """Rows of the legend and of the list."""
        outline = BORDERS[self.base.level]
        names = {"county": "县（市、区）界", "city": "市界", "province": "省界"}
        told = any(c.ink == outline for layer in layers if layer.in_legend for c in layer.classes)
        entry = Entry("entry", names[self.base.level], outline, ("line",))
        borders = [] if told else [(_ADMIN, entry)]
        rows = entries_of(layers, borders, self.left_out(layers))
        return (*rows, *items_of(self.listed, self.list_title))

    def left_out(self, kept: tuple[DrawnLayer, ...]) -> tuple[Skipped, ...]:
        """List what was asked for and does not show, in the map's order."""
        shown = {layer.id for layer in kept}
        empty = (Skipped(x.title, NOTHING_HERE) for x in self.layers if x.id not in shown)
        return (*self.skipped, *empty)

    def notes(self, layers: tuple[DrawnLayer, ...]) -> tuple[str, ...]:
        """What a reader must know, each thing once."""
        own = (self.spec.note, self.store.spec.marker.credits.note)
        found = (note for layer in layers for note in layer.notes)
        return tuple(dict.fromkeys(n for n in (*own, *found, NOT_A_BORDER) if n))

    def credits(self, layers: tuple[DrawnLayer, ...]) -> tuple[str, ...]:
        """Paragraphs: sources with dates, the coordinate system, notes."""
        sources = [self.base.credit]
        grouped: dict[tuple[str, str, str], list[str]] = {}
        for layer in layers:
            worth = "示意" if layer.authority == "schematic" else ""
            grouped.setdefault((layer.credit, layer.as_of, worth), []).append(layer.title)
        for parts, titles in grouped.items():
            sources.append(f"{'、'.join(titles)}：{'，'.join(p for p in parts if p)}")
        grid = "；方里网注记为公里" if _grid(self.spec) == "kilometre" else ""
        system = f"坐标系：{self.plane.words}{grid}"
        notes = "。".join(self.notes(layers))
        return (
            f"资料来源：{'；'.join(sources)}。",
            f"{system}。　说明：{notes}。",
        )


def _in_window(
    layers: tuple[DrawnLayer, ...], base: Base, plane: Plane, window: Window
) -> tuple[DrawnLayer, ...]:
    """Keep the features that the sheet shows; of what lies far outside the territory, only waters."""
    box = shapely.box(*window)
    diagonal = float(np.hypot(window[2] - window[0], window[3] - window[1]))
    matter = shapely.buffer(base.territory, diagonal * _NEAR)
    shapely.prepare(matter)
    kept = []
    for layer in layers:
        flat = np.asarray(plane.geometry(layer.geometry), dtype=object)
        seen = shapely.intersects(flat, box)
        points = shapely.get_dimensions(flat) == 0
        seen &= shapely.intersects(flat, matter) | (~points & (layer.group == _WATERS))
        if layer.group == _ADMIN:
            seen &= _mostly_within(flat, base.territory)
        if seen.any():
            kept.append(_only(layer, seen))
    return tuple(kept)


def _mostly_within(areas: NDArray[Any], territory: Geometry) -> NDArray[np.bool_]:
    """Tell which administrative areas belong to the territory; slivers along its border do not."""
    shared = shapely.area(shapely.intersection(areas, territory))
    return np.asarray(shared >= 0.5 * shapely.area(areas))


def _only(layer: DrawnLayer, seen: NDArray[np.bool_]) -> DrawnLayer:
    """Keep some features of a layer, and the classes they need."""
    rows = np.flatnonzero(seen)
    of = layer.class_of[rows]
    used = np.unique(of)
    return replace(
        layer, geometry=layer.geometry[rows], names=_pick(layer.names, rows),
        labels=_pick(layer.labels, rows), facts=_pick(layer.facts, rows),
        numbers=_pick(layer.numbers, rows) if layer.numbers else (),
        washed=None if layer.washed is None else layer.washed[rows],
        class_of=np.searchsorted(used, of), classes=tuple(layer.classes[i] for i in used),
    )  # fmt: skip


def _pick(values: tuple[Any, ...], rows: NDArray[np.int64]) -> tuple[Any, ...]:
    return tuple(values[int(row)] for row in rows)

