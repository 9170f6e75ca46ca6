"""The names a template may use, and what each comes to: one store, one check, each exhibit made once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from geo.documents.embed import Inset, Listing, Passage, Placed, Reference
from geo.documents.paper import Paragraph, SignatureLine
from geo.documents.sandbox import Late, TokenError, nearest_name
from geo.documents.site_paper import LIMITS
from geo.draw.layers.subject import missing
from geo.errors import UsageError
from geo.exhibits import Figure, Table
from geo.spec.maps import MapSpec
from geo.spec.plans import Plan
from geo.spec.vocabulary import SCHEMATIC_NOTICE
from geo.store.store import LocatedTask, Store
from geo.version import TOOL
from geo.workflow.listing import LayerRow, layer_rows
from geo.workflow.reporting.figures import chart_picture, is_wide, map_id, site_picture
from geo.workflow.reporting.gaps import elsewhere, gap_table, waiting
from geo.workflow.reporting.judge import (
    SITE_TABLES,
    judge_call,
    judge_kind,
    judge_passage,
    judge_table,
)
from geo.workflow.reporting.lookups import Asked, Lookups
from geo.workflow.reporting.plates import Plate, Plates
from geo.workflow.reporting.redact import for_outside
from geo.workflow.reporting.site import (
    NONE_FOUND,
    site_exhibit_id,
    site_passage,
    site_table,
    table_name,
)
from geo.workflow.reporting.tables import (
    indicator_table,
    layer_table,
    standing_table,
    task_table,
)
from geo.workflow.reporting.views import (
    CheckView,
    MapView,
    PlanView,
    TaskView,
    check_view,
    indicator_view,
    plan_view,
    task_view,
)

_REDACTED: Final = "对外副本，坐标从略。"


class Desk(Lookups):
    """Answers a template's tokens; remembers how each exhibit was made, for ``report --check``."""

    def __init__(self, store: Store, asked: Asked, plates: Plates | None = None) -> None:
        # The same rounding of internal layers as the JSON has: one figure, not two.
        coarse = asked.result and replace(
            asked.result, sites=tuple(site.coarse() for site in asked.result.sites)
        )
        super().__init__(store, asked, for_outside(coarse) if coarse and asked.redact else coarse)
        self._plates = plates or Plates(store)
        self.makers: dict[str, tuple[str, str, dict[str, Any]]] = {}
        self.passages: dict[tuple[str, int], Passage] = {}
        self._figures: dict[str, Figure] = {}

    @cached_property
    def names(self) -> dict[str, Any]:
        """Everything a template may name; the list is closed."""
        asked, marker = self.asked, self.store.spec.marker
        out: dict[str, Any] = {
            "title": asked.title, "workspace": marker.title,
            "subtitle": marker.title if asked.plan is None else self.plan.title, "unit": marker.credits.unit,
            "drawn_by": marker.credits.drawn_by, "checked_by": marker.credits.checked_by,
            "approved_by": marker.credits.approved_by, "tool": TOOL, "limits": LIMITS,
            "as_at": f"{asked.as_at.year}年{asked.as_at.month}月{asked.as_at.day}日",
            "notice": SCHEMATIC_NOTICE if self.schematic else "", "redact": asked.redact,
            "maps": Late(lambda: self._listed),
            "plans": tuple(plan_view(p, self.store) for p in self.store.spec.plans.values()),
            **{name: getattr(self, name) for name in _FUNCTIONS},
        }  # fmt: skip
        if asked.plan is not None:
            out["plan"] = self.plan
        if self.result is not None:
            out["check"] = self.check
        return out

    @cached_property
    def plan(self) -> PlanView:
        """The plan the report is about."""
        return plan_view(self.store.spec.plans[self.plan_named(None)], self.store)

    @cached_property
    def check(self) -> CheckView:
        """The check the report is about."""
        return check_view(self.checked(), redact=self.asked.redact)

    @property
    def schematic(self) -> bool:
        """Tell whether the report rests on any schematic data."""
        if self.result is not None:
            return any(site.schematic for site in self.result.sites)
        return any(layer.authority == "schematic" for layer in self.store.spec.layers.values())

    @cached_property
    def map_ids(self) -> tuple[str, ...]:
        """The maps the report is about: those named, else the plan's, else all."""
        every = self.store.spec.maps
        plan = self.asked.plan
        own = (n for n, m in every.items() if plan in (None, m.plan))
        return self.asked.maps or tuple(n for n in own if self._drawable(every[n]))

    @cached_property
    def _listed(self) -> tuple[MapView, ...]:
        """The maps a template loops over."""
        return tuple(MapView(name, self.store.spec.maps[name].title) for name in self.map_ids)

    def _drawable(self, spec: MapSpec) -> bool:
        """Tell whether a map has anything to show; a report leaves out those without data."""
        return not missing(spec, self.store, day=self.asked.as_at)

    def map(
        self, name: str, *, wide: bool = False, label: str = "图", page: str | None = None
    ) -> Inset:
        """Answer with a map of ``maps/`` with its caption; of a series with one page, or its index.

        Written ``{{ map("tunliu_overview") }}``, ``{{ map("linfen_counties", page="尧都区") }}``.
        """
        self.map_named(name)
        if page is not None:
            self.page_named(name, page)
        plate = self._plate(name, wide=wide, page=page)
        # Not named outright but in a loop over ``maps``: the others will follow.
        looped = "_listed" in vars(self) and name in self.map_ids
        if looped and not self._plates.expects(plate):
            self._plates.expect(self._plate(other, wide=wide) for other in self.map_ids)
        figure = _drawn(name, lambda: self._plates.figure(plate))
        one = {} if page is None else {"page": page}
        placed = self._placed(figure, label, "map", name, wide=wide, **one)
        return replace(placed, wide=wide and is_wide(figure))

    def _plate(self, name: str, *, wide: bool = False, page: str | None = None) -> Plate:
        return Plate(name, self.asked.as_at, wide=wide, redact=self.asked.redact, page=page)

    def site_map(self, site: int = 1, *, label: str = "图") -> Inset:
        """Answer with the footprint among the controlled areas around it.

        Written ``{{ site_map() }}``.
        """
        figure = self._once(f"site:{site}", lambda: site_picture(
            self.store, self.site_numbered(site), name=site_exhibit_id(self.checked(), "site_map", site),
            as_at=self.asked.as_at, redact=self.asked.redact,
        ))  # fmt: skip
        return self._placed(figure, label, "site_map", "", site=site)

    def chart(self, plan: str | None = None, *, label: str = "图") -> Inset:
        """Answer with a chart of a plan's indicators from base to target.

        Written ``{{ chart("tunliu") }}``.
        """
        whole = self.store.spec.plans[self.plan_named(plan)]
        if not whole.indicators:
            raise TokenError(
                "chart", f"规划 {whole.id} 没有指标 — 请先填写 plans/{whole.id}/indicators.csv"
            )
        figure = self._once(
            f"chart:{whole.id}", lambda: chart_picture(whole, place=self._place(whole))
        )
        return self._placed(figure, label, "chart", whole.id)

    def table(
        self, name: str, *, plan: str | None = None, kind: str = "project", site: int = 1,
        label: str = "表",
    ) -> Placed:  # fmt: skip
        """Answer with a table with its caption.

        Written ``{{ table("tasks", plan="tunliu", kind="project") }}``.
        """
        if name == "corners" and self.asked.redact:
            return Passage((Paragraph(_REDACTED),))
        made = self._table(name, plan=plan, kind=kind, site=site)
        if made is None:
            return Passage((Paragraph(NONE_FOUND[name]),))
        arguments = {"site": site} if name in SITE_TABLES else {"plan": plan, "kind": kind}
        return self._placed(made, label, "table", name, **arguments)

    def passage(self, name: str, *, site: int = 1) -> Passage:
        """Answer with a chapter of the check as paragraphs and tables.

        Written ``{{ passage("methods") }}``.
        """
        judge_passage(name)
        if name == "signature":
            return Passage((SignatureLine(),))
        self.site_numbered(site)
        blocks = site_passage(self.checked(), name, site)
        for block in blocks:
            if isinstance(block, Table):
                self.makers[block.id] = ("table", table_name(block.id), {"site": site})
        self.passages[name, site] = Passage(blocks)
        return self.passages[name, site]

    def indicator(self, plan: str, no: str | int) -> Mapping[str, Any]:
        """Answer with one indicator, values as printed.

        Written ``{{ indicator("tunliu", 3).target_2025 }}``.
        """
        rows = {row.no: row for row in self.store.spec.plans[self.plan_named(plan)].indicators}
        if str(no) not in rows:
            raise TokenError(
                str(no), f"规划 {plan} 没有序号为 {no} 的指标 — {nearest_name(str(no), rows)}"
            )
        return indicator_view(rows[str(no)])

    def indicators(self, plan: str | None = None) -> tuple[Mapping[str, Any], ...]:
        """Answer with a list to loop over.

        Written ``{% for i in indicators("tunliu") %}``.
        """
        return tuple(
            indicator_view(row) for row in self.store.spec.plans[self.plan_named(plan)].indicators
        )

    def tasks(self, plan: str | None = None, *, kind: str | None = None) -> tuple[TaskView, ...]:
        """Answer with a list to loop over.

        Written ``{% for t in tasks("tunliu", kind="project") %}``.
        """
        return tuple(task_view(item) for item in self._found(self.plan_named(plan), kind))

    def count(
        self, plan: str | None = None, *, kind: str | None = None, standing: str | None = None
    ) -> int:
        """Answer with rows with a parent are not counted.

        Written ``{{ count("tunliu", kind="project") }}``.
        """
        found = self._found(self.plan_named(plan), kind)
        whole = [item for item in found if not getattr(item.task.row, "parent", "")]
        return sum(standing in (None, task_view(item).standing) for item in whole)

    def pages(self, name: str) -> tuple[str, ...]:
        """Answer with the names of a series' pages to loop over.

        Written ``{%p for p in pages("linfen_counties") %}``.
        """
        return self.page_names(self.map_named(name))

    def ref(self, name: str, *, page: str | None = None) -> Reference:
        """Answer with the number of a figure or table, as a cross-reference.

        Written ``{{ ref("tunliu_overview") }}``.
        """
        return Reference(map_id(name, page))

    def figure_list(self) -> Listing:
        """Answer with the list of figures.

        Written ``{{ figure_list() }}``.
        """
        return Listing(("图", "附图"))

    def table_list(self) -> Listing:
        """Answer with the list of tables.

        Written ``{{ table_list() }}``.
        """
        return Listing(("表", "附表"))

    def constant(self, name: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        """Judge a call with constant arguments; see :func:`geo.workflow.reporting.judge.judge_call`."""
        bound = judge_call(self, name, arguments, named)
        if name == "map":
            wide, page = bool(bound.get("wide")), bound.get("page")
            self._plates.expect([self._plate(bound["name"], wide=wide, page=page)])

    def remake(
        self, function: str, name: str, arguments: Mapping[str, Any]
    ) -> Figure | Table | None:
        """Make an exhibit of an older report again."""
        made: Placed
        if function == "map":
            made = self.map(name, wide=bool(arguments.get("wide")), page=arguments.get("page"))
        elif function == "site_map":
            made = self.site_map(int(arguments.get("site", 1)))
        elif function == "chart":
            made = self.chart(name)
        else:
            made = self.table(name, **arguments)
        return made.exhibit if isinstance(made, Inset) else None

    def _placed(
        self, exhibit: Figure | Table, label: str, function: str, name: str, **arguments: Any
    ) -> Inset:
        if not re.fullmatch("附?[图表]", label):
            raise TokenError("label", f"label 不能是 {label} — 可用：图、表、附图、附表")
        self.makers[exhibit.id] = (function, name, arguments)
        return Inset(exhibit, label, wide=bool(arguments.get("wide")))

    def _table(self, name: str, *, plan: str | None, kind: str, site: int) -> Table | None:
        if name == "layers":
            away = elsewhere(self.store, self.asked.plan)
            return layer_table(self._layers, self._waiting, away)
        if name == "missing":
            return gap_table(self._layers, self._waiting)
        if name in SITE_TABLES:
            self.site_numbered(site)
            return site_table(self.checked(), name, site)
        judge_table(name)
        whole = self.store.spec.plans[self.plan_named(plan)]
        place = self._place(whole)
        if name == "indicators":
            return indicator_table(whole, place=place)
        if name == "standing":
            return standing_table(whole, self._found(whole.id, None), place=place)
        return task_table(whole, self._found(whole.id, kind), kind=kind, place=place)

    @cached_property
    def _layers(self) -> tuple[LayerRow, ...]:
        return layer_rows(self.store, day=self.asked.as_at)

    @cached_property
    def _waiting(self) -> Counter[str]:
        """Items of the report's plan, or of all, that wait for each layer."""
        plan = self.asked.plan
        return waiting((*self.store.tasks(plan), *self.store.controls(plan)))

    def _once(self, key: str, make: Callable[[], Figure]) -> Figure:
        """Draw a picture the first time it is asked for; a report may show it twice."""
        if key not in self._figures:
            self._figures[key] = _drawn(key.split(":")[1], make)
        return self._figures[key]

    def _place(self, plan: Plan) -> str:
        return self.store.boundaries.name(plan.head.adcode)

    def _found(self, plan: str, kind: str | None) -> Sequence[LocatedTask]:
        judge_kind(kind)
        every = (*self.store.tasks(plan), *self.store.controls(plan))
        return [item for item in every if kind in (None, item.task.kind)]


def _drawn(word: str, make: Callable[[], Figure]) -> Figure:
    try:
        return make()
    except UsageError as error:
        raise TokenError(word, f"{word} 画不出来：{error}") from error


#: What puts in something else than text.
PLACING: Final = (
    "map", "site_map", "chart", "table", "passage", "ref", "figure_list", "table_list",
)  # fmt: skip
_FUNCTIONS: Final = (*PLACING, "pages", "indicator", "indicators", "tasks", "count")
