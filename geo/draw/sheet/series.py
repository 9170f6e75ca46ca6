"""An atlas: one page per feature of a layer, each with its surroundings, in one PDF with bookmarks."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from geo.draw.layers.tasks import from_tasks
from geo.draw.scene import Focus, Scene, compose
from geo.errors import UsageError
from geo.space.shapes import buffer_m
from geo.spec.maps import TASKS, DrawLayer, DrawTasks
from geo.store.conditions import filtered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from shapely import Geometry

    from geo.spec.maps import MapSpec, Series
    from geo.store.store import Store

INDEX: Final = "图幅索引"
#: Areas whose edges come this near to each other border on each other, metres.
_BESIDE_M: Final = 100.0
#: What an index shows under the pages' own features, if the map has it.
_GROUND: Final = ("districts", "rivers")
_UNSAFE: Final = re.compile(r"[\\/:*?\"<>|\s]+")


@dataclass(frozen=True)
class Sheet:
    """One page of an atlas: its number (0 for the index), its feature, and what it shows."""

    number: int
    name: str
    scene: Scene

    @property
    def file_name(self) -> str:
        """A name for the page's own file, without suffix."""
        return f"{self.scene.id}-{self.number:02d}-{_UNSAFE.sub('_', self.name)}"


@dataclass(frozen=True, eq=False)
class Atlas:
    """A series before it is drawn: what each page is about; pages are composed by number, in any order.

    Attributes:
        features: Name and place of each page, the first of number 1.
    """

    map_id: str
    spec: MapSpec
    store: Store
    as_at: date
    features: tuple[tuple[str, Focus], ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The pages' numbers in order; the index, if wanted, is page 0."""
        assert self.spec.series is not None  # noqa: S101 - see atlas_of
        return tuple(range(0 if self.spec.series.index else 1, len(self.features) + 1))

    def sheet(self, number: int) -> Sheet:
        """Compose one page.

        Raises:
            UsageError: The page names what does not exist, or does not fit its paper.
        """
        if number == 0:
            return Sheet(
                0, INDEX, _index(self.map_id, self.spec, self.store, self.as_at, self.features)
            )
        name, focus = self.features[number - 1]
        over_tasks = self.spec.series is not None and self.spec.series.over == TASKS
        title, below = (None, name) if over_tasks else (f"{name}{self.spec.title}", None)
        scene = compose(
            self.map_id, self.spec, self.store, as_at=self.as_at, focus=focus, title=title,
            subtitle=below,
        )  # fmt: skip
        adjacent = _adjacent(self.features, number - 1, scene)
        return Sheet(number, name, replace(scene, adjacent=adjacent))

    @property
    def names(self) -> tuple[str, ...]:
        """The features that have a page, in order; the index is none."""
        return tuple(name for name, _ in self.features)

    def page(self, name: str) -> Sheet:
        """Compose the page of a feature; of several features of one name, the first's.

        Raises:
            UsageError: The series has no such page.
        """
        if name not in self.names:
            raise UsageError(f"地图 {self.map_id} 没有“{name}”这一页")
        return self.sheet(self.names.index(name) + 1)


def atlas_of(map_id: str, spec: MapSpec, store: Store, *, as_at: date) -> Atlas:
    """Look up what a series runs over.

    Raises:
        UsageError: The map has no series, or the layer it runs over has no such features.
    """
    if spec.series is None:
        raise UsageError(f"地图 {map_id} 没有 series — 请写 series: {{over: 图层编号}}")
    find = _tasks if spec.series.over == TASKS else _features
    return Atlas(map_id, spec, store, as_at, tuple(find(spec, spec.series, store)))


def pages(map_id: str, spec: MapSpec, store: Store, *, as_at: date) -> Iterator[Sheet]:
    """Compose the pages of a series one after the other; the index, if wanted, is page 0.

    Raises:
        UsageError: As :func:`atlas_of`.
    """
    atlas = atlas_of(map_id, spec, store, as_at=as_at)
    yield from (atlas.sheet(number) for number in atlas.numbers)


def index_or_first(map_id: str, spec: MapSpec, store: Store, *, as_at: date) -> Scene:
    """Compose the page that stands for a series where there is room for one only.

    Raises:
        UsageError: As :func:`pages`.
    """
    return next(pages(map_id, spec, store, as_at=as_at)).scene


def _index(
    map_id: str, spec: MapSpec, store: Store, day: date, features: Sequence[tuple[str, Focus]]
) -> Scene:
    """Compose the sheet that shows which page is where."""
    assert spec.series is not None  # noqa: S101 - told by the caller
    title = f"{_place_of(spec, store)}{spec.title}图幅索引"
    if spec.series.over == TASKS:
        over: DrawLayer | DrawTasks = DrawTasks(
            tasks=spec.plan or "", kind=spec.series.kind, domain=spec.series.domain, legend=True
        )
    else:
        over = DrawLayer(layer=spec.series.over, filter=spec.series.filter)
    ground = (i for i in spec.layers if isinstance(i, DrawLayer) and i.layer in _GROUND)
    layers = (*(i for i in ground if i.layer != spec.series.over), over)
    whole = spec.model_copy(update={"layers": layers, "series": None})
    names = () if spec.series.over == TASKS else tuple(name for name, _ in features)
    return compose(
        map_id, whole, store, as_at=day, title=title, numbered=names,
        extent=_all_of(spec, store, features),
    )  # fmt: skip


def _all_of(spec: MapSpec, store: Store, features: Sequence[tuple[str, Focus]]) -> Geometry | None:
    """Return what an index shows so that no page is missing on it: more than the map, where pages lie beyond."""
    area = store.plan_territory(spec.plan) if spec.plan else store.territory
    beyond = [focus.extent for _, focus in features if not shapely.intersects(focus.geometry, area)]
    return shapely.union_all([area, *beyond]) if beyond else None


def _place_of(spec: MapSpec, store: Store) -> str:
    """Return the name of the plan's place, unless the title says it already."""
    if spec.plan is None:
        return ""
    name = store.boundaries.name(store.spec.plans[spec.plan].head.adcode)
    return "" if name in spec.title else name


def _tasks(spec: MapSpec, series: Series, store: Store) -> list[tuple[str, Focus]]:
    """List the tasks with a place of their own, in the plan's order."""
    if spec.plan is None:
        raise UsageError("图集按任务分页，但地图没有写 plan — 请写 plan: 规划编号")
    item = DrawTasks(tasks=spec.plan, kind=series.kind, domain=series.domain)
    layer = from_tasks(item, store, first=1).layer
    if layer is None:
        raise UsageError(f"规划 {spec.plan} 没有可上图的任务 — 请检查 series 的 kind、domain")
    return [
        (name, Focus(g, buffer_m(g, series.margin), ""))
        for name, g in zip(layer.names, layer.geometry, strict=True)
    ]


def _adjacent(
    features: Sequence[tuple[str, Focus]], own: int, scene: Scene
) -> tuple[tuple[int, str, Geometry], ...]:
    """List the other pages whose areas border on this page's: number, name, place in the plane."""
    about = features[own][1].geometry
    if shapely.get_dimensions(about) < 2:  # noqa: PLR2004
        return ()
    near = scene.plane.geometry(about).buffer(_BESIDE_M)
    flat = [scene.plane.geometry(focus.geometry) for _, focus in features]
    return tuple(
        (at + 1, features[at][0], shape)
        for at, shape in enumerate(flat)
        if at != own and shapely.intersects(near, shape)
    )


def _features(spec: MapSpec, series: Series, store: Store) -> list[tuple[str, Focus]]:
    """List the features a series runs over, those of the plan's territory, in the layer's order."""
    table = store.layer(series.over)
    if table.state != "ok":
        raise UsageError(f"图集按图层 {series.over} 分页，但该图层没有数据（{table.reason}）")
    rows, complaint = filtered(table.frame, series.filter)
    if complaint:
        raise UsageError(f"图层 {series.over}：{complaint}")
    area = store.plan_territory(spec.plan) if spec.plan else store.territory
    # A neighbour shares the territory's border; what belongs to it has its middle in it.
    middles = shapely.point_on_surface(np.asarray(rows.geometry.array, dtype=object))
    ours = shapely.intersects(middles, area)
    if (
        spec.plan and "plan" in rows.columns
    ):  # a section beyond the border that the plan answers for
        ours |= (rows["plan"] == spec.plan).to_numpy(bool)
    rows = rows[ours]
    columns = zip(rows["name"], rows.geometry, rows["adcode"], strict=True)
    found = [
        (str(name), Focus(g, buffer_m(g, series.margin), str(code or "")))
        for name, g, code in columns
        if isinstance(name, str) and name
    ]
    if not found:
        raise UsageError(f"图层 {series.over} 在制图范围内没有有名称的要素 — 请检查 series")
    return found
