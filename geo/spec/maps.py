"""``maps/*.yml``: a map reads like a sentence, page first, then layers in drawing order."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from geo.spec.closed import Names, Spec, as_list
from geo.spec.style import MOST_SIZES, LabelChoice, StyleOf
from geo.spec.where import Condition, Metres, Where

#: In a map that is drawn once per plan, the plan it is drawn for.
OWN_PLAN: Final = "本规划"
#: In ``series.over``, the tasks of the plan.
TASKS: Final = "tasks"


class Page(Spec):
    """Paper, and which parts of the furniture the map wants."""

    size: Literal["A4", "A3", "16:9", "figure", "plate"] = "A4"
    """``figure`` fits a report's text, ``plate`` a page of a report, upright or on its side."""
    orientation: Literal["auto", "landscape", "portrait"] = "auto"
    grid: Literal["graticule", "kilometre", "none"] = "graticule"
    inset: bool = True
    scale: Annotated[int, Field(ge=500, le=50_000_000)] | None = None
    """Denominator; left out, the largest round one that fits."""


class DrawLayer(Spec):
    """Draw a layer, all or filtered, in its own style or another."""

    named_by = ("layer",)

    layer: str
    title: str | None = None
    filter: dict[str, Condition] = {}
    clip: bool = False
    """Cut features off at the territory's border."""
    style: StyleOf | None = None
    label: LabelChoice | None = None
    legend: bool = True
    subject: bool = False
    """What the map is about: where no subject has anything to show, the map is not drawn."""
    level: Literal["county", "city"] | None = None
    """In a map of several plans, draw it only on those of counties, or of cities."""


Kind = Literal["project", "measure", "control"]
Kinds = Annotated[tuple[Kind, ...], BeforeValidator(as_list)]


class DrawTasks(Spec):
    """Draw the located tasks of a plan, coloured by environmental medium."""

    named_by = ("tasks",)

    tasks: str
    title: str | None = None
    kind: Kinds = ("project", "measure")
    domain: Names = ()
    ids: Names = ()
    style: StyleOf | None = None
    label: LabelChoice | None = None
    legend: bool = True
    subject: bool = False
    """What the map is about: where no subject has anything to show, the map is not drawn."""
    level: Literal["county", "city"] | None = None
    """In a map of several plans, draw it only on those of counties, or of cities."""


class DrawTally(Spec):
    """Count the tasks of a plan in each area of a layer: a choropleth, or circles that grow."""

    named_by = ("tally",)

    tally: str
    title: str | None = None
    over: str = "districts"
    kind: Kinds = ("project",)
    domain: Names = ()
    value: Literal["count", "investment"] = "count"
    draw: Literal["areas", "circles"] = "areas"
    scheme: Literal["quantiles", "natural", "equal"] = "natural"
    k: Annotated[int, Field(ge=2, le=9)] = 4
    palette: str = "blues"
    legend: bool = True
    subject: bool = False
    """What the map is about: where no subject has anything to show, the map is not drawn."""
    level: Literal["county", "city"] | None = None
    """In a map of several plans, draw it only on those of counties, or of cities."""

    @model_validator(mode="after")
    def _circles_differ(self) -> DrawTally:
        if self.draw == "circles" and self.k > MOST_SIZES:
            raise ValueError(
                f"分级圆分了 {self.k} 级，大小难以区分 — 请写 k: {MOST_SIZES} 以内，或改用 draw: areas"
            )
        return self


class DrawWhere(Spec):
    """Draw one place."""

    named_by = ("where",)

    where: Where
    title: str
    style: StyleOf
    label: str | None = None
    legend: bool = True
    subject: bool = False
    """What the map is about: where no subject has anything to show, the map is not drawn."""
    level: Literal["county", "city"] | None = None
    """In a map of several plans, draw it only on those of counties, or of cities."""


class DrawTerrain(Spec):
    """Draw a raster layer: heights as tints or shade, land cover in the colours of its classes."""

    named_by = ("terrain",)

    terrain: str
    title: str | None = None
    style: Literal["tints", "shade"] = "tints"
    legend: bool = True
    subject: bool = False
    """What the map is about: where no subject has anything to show, the map is not drawn."""
    level: Literal["county", "city"] | None = None
    """In a map of several plans, draw it only on those of counties, or of cities."""


_BY_KEY: Final[dict[str, type[Spec]]] = {
    "layer": DrawLayer, "tasks": DrawTasks, "tally": DrawTally, "where": DrawWhere, "terrain": DrawTerrain,
}  # fmt: skip


def _tag(value: Any) -> Any:
    if isinstance(value, str):
        return {"layer": value}
    if isinstance(value, Spec):
        return value
    if not isinstance(value, dict) or sum(key in value for key in _BY_KEY) != 1:
        raise ValueError("一项应含 layer、tasks、tally、where、terrain 之一 — 例如 - layer: rivers")
    return value


def _pick(value: Any) -> str | None:
    if isinstance(value, dict):
        return next((key for key in _BY_KEY if key in value), None)
    return next((key for key, model in _BY_KEY.items() if isinstance(value, model)), None)


Draw = Annotated[
    Annotated[
        Annotated[DrawLayer, Tag("layer")]
        | Annotated[DrawTasks, Tag("tasks")]
        | Annotated[DrawTally, Tag("tally")]
        | Annotated[DrawWhere, Tag("where")]
        | Annotated[DrawTerrain, Tag("terrain")],
        Discriminator(_pick),
    ],
    BeforeValidator(_tag),
]


def plan_of(item: Draw) -> str | None:
    """Return the plan that an entry names as the one whose tasks it shows."""
    match item:
        case DrawTasks():
            return item.tasks
        case DrawTally():
            return item.tally
    return None


def _with_plan(item: Draw, plan: str) -> Draw:
    key = "tasks" if isinstance(item, DrawTasks) else "tally"
    return item.model_copy(update={key: plan})


Lonlat = Annotated[float, Field(ge=-180.0, le=180.0)]


class Enlarge(Spec):
    """Show a crowded part of the map once more, larger, in a corner of it (局部放大图)."""

    around: Where | None = None
    """What part: the box around a place, or ``bbox``."""
    bbox: tuple[Lonlat, Lonlat, Lonlat, Lonlat] | None = None
    """West, south, east, north, degrees."""
    title: str = ""
    plans: Names = ()
    """Of a map of several plans, only those of these."""

    @model_validator(mode="after")
    def _one_part(self) -> Enlarge:
        if (self.around is None) == (self.bbox is None):
            raise ValueError("enlarge 应写 around（地点写法）或 bbox（西、南、东、北）之一")
        if self.bbox is not None and not (
            self.bbox[0] < self.bbox[2] and self.bbox[1] < self.bbox[3]
        ):
            raise ValueError("bbox 应依次写西、南、东、北，西小于东，南小于北")
        return self


class Series(Spec):
    """One page per feature: its name in the title, its surroundings on the sheet."""

    over: str
    """A layer, or ``tasks`` for the located tasks of the map's plan."""
    filter: dict[str, Condition] = {}
    kind: Kinds = ("project",)
    """Of the tasks, with ``over: tasks``; ``domain`` likewise."""
    domain: Names = ()
    margin: Metres = 2000.0
    index: bool = True


class MapSpec(Spec):
    """One thematic map, or a series of them."""

    title: str
    subtitle: str = ""
    plan: str | None = None
    plans: Names = ()
    """Draw the map once for each of these plans; its title follows the place's name."""
    extent: Where | None = None
    """What the sheet must show whole; left out, the plan's or the workspace's territory."""
    margin: Metres | None = None
    page: Page = Page()
    enlarge: Annotated[tuple[Enlarge, ...], BeforeValidator(as_list)] = ()
    """A part shown larger in a corner of the map; of several plans each may have its own."""
    layers: Annotated[tuple[Draw, ...], Field(min_length=1)]
    series: Series | None = None
    approval: str | None = None
    """审图号; a public edition is refused without it."""
    edition: Literal["internal", "public"] = "internal"
    unit: str | None = None
    note: str = ""

    @model_validator(mode="after")
    def _one_plan_or_several(self) -> MapSpec:
        if self.plan and self.plans:
            raise ValueError("plan 与 plans 不能同时写 — 一部规划写 plan，几部规划各画一张写 plans")
        if not self.plans and any(plan_of(item) == OWN_PLAN for item in self.layers):
            raise ValueError(
                "tasks: 本规划 只用在写了 plans 的地图里 — 请写规划编号，例如 tasks: tunliu"
            )
        return self

    def for_plan(self, plan: str, level: Literal["county", "city"]) -> MapSpec:
        """Return the map of one of its ``plans``, a county's or a city's."""
        own = (item for item in self.layers if item.level in (None, level))
        layers = tuple(_with_plan(i, plan) if plan_of(i) == OWN_PLAN else i for i in own)
        larger = tuple(part for part in self.enlarge if not part.plans or plan in part.plans)
        return self.model_copy(update={"plan": plan, "layers": layers, "enlarge": larger})

    @field_validator("enlarge")
    @classmethod
    def _one_part_a_sheet(
        cls, parts: tuple[Enlarge, ...], info: ValidationInfo
    ) -> tuple[Enlarge, ...]:
        for plan in info.data.get("plans") or (info.data.get("plan"),):
            if sum(not part.plans or plan in part.plans for part in parts) > 1:
                raise ValueError(
                    "一幅图只能局部放大一处 — 请只留一项 enlarge，或给各项写不同的 plans"
                )
        return parts

    @field_validator("edition")
    @classmethod
    def _a_public_map_is_approved(cls, edition: str, info: ValidationInfo) -> str:
        """Look at what was written before it; an ``approval`` with a fault of its own is told by itself."""
        if edition == "public" and "approval" in info.data and not info.data["approval"]:
            raise ValueError("公开版必须有审图号 — 请填 approval，或改为 edition: internal")
        return edition
