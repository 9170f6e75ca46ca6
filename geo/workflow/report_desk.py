"""The names a template may use, and what each comes to: one store, one check, each exhibit made once."""

from __future__ import annotations

import inspect
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Final

from geo.documents.embed import Inset, Listing, Passage, Placed, Reference
from geo.documents.paper import Block, Bullets, Paragraph, SignatureLine
from geo.documents.sandbox import TokenError, nearest_name
from geo.documents.site_paper import LIMITS, chapters
from geo.documents.site_tables import (
    corner_table,
    data_table,
    occupation_table,
    rule_table,
    target_table,
    topic_table,
)
from geo.documents.site_tables import task_table as site_task_table
from geo.documents.statements import statements
from geo.draw.scene import compose
from geo.draw.sheet import save as save_sheet
from geo.draw.site_map import site_figure
from geo.draw.subject import missing
from geo.errors import UsageError
from geo.exhibits import Figure, Table
from geo.findings import CheckResult, SiteResult
from geo.spec.maps import MapSpec
from geo.spec.vocabulary import SCHEMATIC_NOTICE
from geo.store.store import LocatedTask, Store
from geo.version import TOOL
from geo.workflow.listing import layer_rows
from geo.workflow.report_tables import (
    KINDS,
    indicator_table,
    layer_table,
    standing_table,
    task_table,
)
from geo.workflow.report_views import (
    CheckView,
    MapView,
    PlanView,
    TaskView,
    check_view,
    indicator_view,
    plan_view,
    task_view,
)

_SITE_TABLES: Final[Mapping[str, Callable[[SiteResult], Table | None]]] = {
    "topics": topic_table, "data": data_table, "occupation": occupation_table, "targets": target_table,
    "rules": rule_table, "site_tasks": site_task_table, "corners": corner_table,
}  # fmt: skip
_PLAN_TABLES: Final = ("tasks", "indicators", "standing")
_CHAPTERS: Final = ("project", "data", "methods", "results", "requirements", "conclusion")
_FIGURE_DPI, _WIDE_DPI, _COARSE_DPI = 220, 180, 72
#: A sheet no wider than upright A4 stays on an upright page.
_UPRIGHT_MM: Final = 211.0
_NONE_FOUND: Final = {
    "occupation": "与已取得数据的各类管控区没有重叠，无占压面积。",
    "targets": "核查范围内没有需要列出距离的管控区。",
    "rules": "本次比对没有触发条款。未取得数据的类别不在此列。",
    "site_tasks": "用地处没有可落图的规划任务和管控要求。",
    "corners": "拐点过多或没有拐点，坐标见用地文件。",
}
_REDACTED: Final = "对外副本，坐标从略。"


@dataclass(frozen=True)
class Asked:
    """What a report is about, besides its template."""

    title: str
    as_at: date
    plan: str | None = None
    maps: tuple[str, ...] = ()
    result: CheckResult | None = None
    redact: bool = False


class Desk:
    """Answers a template's tokens; remembers how each exhibit was made, for ``report --check``."""

    def __init__(self, store: Store, asked: Asked) -> None:
        self.store = store
        self.asked = asked
        result = asked.result
        # The same rounding of internal layers as the JSON has: one figure, not two.
        self.result = result and replace(
            result, sites=tuple(site.coarse() for site in result.sites)
        )
        self.makers: dict[str, tuple[str, str, dict[str, Any]]] = {}
        self._figures: dict[tuple[str, bool], Figure] = {}

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
            "maps": tuple(MapView(n, self.store.spec.maps[n].title) for n in self.map_ids),
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
        return plan_view(self.store.spec.plans[self._plan(None)], self.store)

    @cached_property
    def check(self) -> CheckView:
        """The check the report is about."""
        return check_view(self._result(), redact=self.asked.redact)

    @property
    def schematic(self) -> bool:
        """Tell whether the report rests on any schematic data."""
        if self.result is not None:
            return any(site.schematic for site in self.result.sites)
        return any(table.spec.authority == "schematic" for table in self.store.layers())

    @property
    def map_ids(self) -> tuple[str, ...]:
        """The maps the report is about: those named, else the plan's, else all."""
        every = self.store.spec.maps
        plan = self.asked.plan
        own = (n for n, m in every.items() if plan in (None, m.plan))
        return self.asked.maps or tuple(n for n in own if self._drawable(every[n]))

    def _drawable(self, spec: MapSpec) -> bool:
        """Tell whether a map has anything to show; a report leaves out those without data."""
        return not missing(spec, self.store, day=self.asked.as_at)

    def map(self, name: str, *, wide: bool = False, label: str = "图") -> Inset:
        """Answer with a map of ``maps/`` with its caption.

        Written ``{{ map("tunliu_overview") }}``.
        """
        if name not in self.store.spec.maps:
            raise TokenError(
                name, f"没有名为 {name} 的地图 — {nearest_name(name, self.store.spec.maps)}"
            )
        if (name, wide) not in self._figures:
            self._figures[name, wide] = self._drawn(name, wide=wide)
        figure = self._figures[name, wide]
        lies = wide and figure.width_mm > _UPRIGHT_MM
        return replace(self._placed(figure, label, "map", name, wide=wide), wide=lies)

    def site_map(self, site: int = 1, *, label: str = "图") -> Inset:
        """Answer with the footprint among the controlled areas around it.

        Written ``{{ site_map() }}``.
        """
        key = (f"site:{site}", False)
        if key not in self._figures:
            found = self._site(site)
            drawn = site_figure(found, self.store, as_at=self.asked.as_at, redact=self.asked.redact)
            self._figures[key] = replace(
                # The picture carries its own credits.
                drawn, id=self._site_id("site_map", site), sources=(),
            )  # fmt: skip
        return self._placed(self._figures[key], label, "site_map", "", site=site)

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
            return Passage((Paragraph(_NONE_FOUND[name]),))
        arguments = {"site": site} if name in _SITE_TABLES else {"plan": plan, "kind": kind}
        return self._placed(made, label, "table", name, **arguments)

    def passage(self, name: str, *, site: int = 1) -> Passage:
        """Answer with a chapter of the check as paragraphs and tables.

        Written ``{{ passage("methods") }}``.
        """
        if name == "statements":
            return Passage((Bullets(statements(self._site(site))),))
        if name == "signature":
            return Passage((SignatureLine(),))
        if name not in _CHAPTERS:
            raise TokenError(
                name,
                f"没有段落 {name} — {nearest_name(name, (*_CHAPTERS, 'statements', 'signature'))}",
            )
        blocks = chapters(self._result(), self._site(site))[name]
        renamed: list[Block] = []
        for block in blocks:
            if isinstance(block, Table):
                table_name = "site_tasks" if block.id == "tasks" else block.id
                made = self._of_site(block, table_name, site)
                self.makers[made.id] = ("table", table_name, {"site": site})
                renamed.append(made)
            else:
                renamed.append(block)
        return Passage(tuple(renamed))

    def indicator(self, plan: str, no: str | int) -> Mapping[str, Any]:
        """Answer with one indicator, values as printed.

        Written ``{{ indicator("tunliu", 3).target_2025 }}``.
        """
        rows = {row.no: row for row in self.store.spec.plans[self._plan(plan)].indicators}
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
            indicator_view(row) for row in self.store.spec.plans[self._plan(plan)].indicators
        )

    def tasks(self, plan: str | None = None, *, kind: str | None = None) -> tuple[TaskView, ...]:
        """Answer with a list to loop over.

        Written ``{% for t in tasks("tunliu", kind="project") %}``.
        """
        return tuple(task_view(item) for item in self._found(self._plan(plan), kind))

    def count(
        self, plan: str | None = None, *, kind: str | None = None, standing: str | None = None
    ) -> int:
        """Answer with rows with a parent are not counted.

        Written ``{{ count("tunliu", kind="project") }}``.
        """
        found = self._found(self._plan(plan), kind)
        whole = [item for item in found if not getattr(item.task.row, "parent", "")]
        return sum(standing in (None, task_view(item).standing) for item in whole)

    def ref(self, name: str) -> Reference:
        """Answer with the number of a figure or table, as a cross-reference.

        Written ``{{ ref("tunliu_overview") }}``.
        """
        return Reference(name)

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
        """Judge a call with constant arguments before anything is drawn or counted.

        Raises:
            TokenError: Wrong arguments, or a name that is nowhere.
        """
        function = self.names.get(name)
        if not callable(function):
            raise TokenError(name, f"{name} 不是函数，去掉括号即可")
        signature = inspect.signature(function)
        for key in named:
            if key not in signature.parameters:
                raise TokenError(
                    key, f"{name} 没有参数 {key} — {nearest_name(key, signature.parameters)}"
                )
        try:
            bound = signature.bind(*arguments, **named).arguments
        except TypeError:
            listed = "、".join(signature.parameters)
            raise TokenError(name, f"{name} 的参数个数不对 — 参数：{listed or '无'}") from None
        _judge(self, name, bound)

    def remake(
        self, function: str, name: str, arguments: Mapping[str, Any]
    ) -> Figure | Table | None:
        """Make an exhibit of an older report again."""
        made: Placed
        if function == "map":
            made = self.map(name, wide=bool(arguments.get("wide")))
        elif function == "site_map":
            made = self.site_map(int(arguments.get("site", 1)))
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

    def _drawn(self, name: str, *, wide: bool) -> Figure:
        """Draw a map for the paper: on its own sheet when wide, else at the text's width."""
        spec = self.store.spec.maps[name]
        dpi = _COARSE_DPI if self.asked.redact else _WIDE_DPI if wide else _FIGURE_DPI
        try:
            scene = compose(name, self._paged(spec, wide=wide), self.store, as_at=self.asked.as_at)
        except UsageError:
            if wide:
                raise
            # A legend too long for the text's width keeps the map's own sheet, made smaller.
            scene = compose(name, self._paged(spec, wide=True), self.store, as_at=self.asked.as_at)
        out = io.BytesIO()
        save_sheet(scene, out, format="png", dpi=dpi)
        told = [layer.title for layer in scene.layers if layer.in_legend]
        alt = f"{spec.title}，图上有{'、'.join(dict.fromkeys(told)) or '行政区'}；比例尺 1∶{scene.denominator}"
        return Figure(name, spec.title, out.getvalue(), scene.layout.width, alt)

    def _paged(self, spec: MapSpec, *, wide: bool) -> MapSpec:
        change: dict[str, Any] = {} if wide else {"size": "figure"}
        if self.asked.redact:
            change["grid"] = "none"
        return spec.model_copy(update={"page": spec.page.model_copy(update=change)})

    def _table(self, name: str, *, plan: str | None, kind: str, site: int) -> Table | None:
        if name == "layers":
            return layer_table(layer_rows(self.store, day=self.asked.as_at))
        if name in _SITE_TABLES:
            made = _SITE_TABLES[name](self._site(site))
            if made is None or not made.rows:
                return None
            return self._of_site(made, name, site)
        if name not in _PLAN_TABLES:
            raise _no_table(name)
        whole = self.store.spec.plans[self._plan(plan)]
        place = self.store.boundaries.name(whole.head.adcode)
        if name == "indicators":
            return indicator_table(whole, place=place)
        if name == "standing":
            return standing_table(whole, self._found(whole.id, None), place=place)
        return task_table(whole, self._found(whole.id, kind), kind=kind, place=place)

    def _found(self, plan: str, kind: str | None) -> Sequence[LocatedTask]:
        _judge_kind(kind)
        every = (*self.store.tasks(plan), *self.store.controls(plan))
        return [item for item in every if kind in (None, item.task.kind)]

    def _plan(self, name: str | None) -> str:
        chosen = name or self.asked.plan
        if chosen is None:
            raise TokenError("plan", '报告没有指明规划 — 请在标记中写 plan="…"，或在报告中写 plan')
        if chosen not in self.store.spec.plans:
            raise TokenError(
                chosen, f"没有名为 {chosen} 的规划 — {nearest_name(chosen, self.store.spec.plans)}"
            )
        return chosen

    def _result(self) -> CheckResult:
        if self.result is None:
            raise TokenError(
                "check", "报告没有用地 — 请用 --site 给出，或在 reports/*.yml 中写 sites"
            )
        return self.result

    def _site(self, number: int) -> SiteResult:
        sites = self._result().sites
        if not isinstance(number, int) or not 1 <= number <= len(sites):
            raise TokenError("site", f"没有第 {number} 个地块 — 共 {len(sites)} 个，从 1 数起")
        return sites[number - 1]

    def _of_site(self, table: Table, name: str, number: int) -> Table:
        """Tell a table of one footprint from the same table of another."""
        single = len(self._result().sites) == 1
        caption = table.caption if single else f"{self._site(number).site.name}{table.caption}"
        return replace(table, id=self._site_id(name, number), caption=caption)

    def _site_id(self, name: str, number: int) -> str:
        return name if len(self._result().sites) == 1 else f"{name}_{number}"


_FUNCTIONS: Final = (
    "map", "site_map", "table", "passage", "indicator", "indicators", "tasks", "count", "ref",
    "figure_list", "table_list",
)  # fmt: skip


def _judge(desk: Desk, name: str, bound: Mapping[str, Any]) -> None:
    """Judge the arguments of one call without making anything."""
    if name == "map" and bound["name"] not in desk.store.spec.maps:
        desk.map(bound["name"])
    of_plan = name == "table" and bound["name"] in _PLAN_TABLES
    if (
        of_plan
        or bound.get("plan") is not None
        or name in ("tasks", "indicators", "count", "indicator")
    ):
        desk._plan(bound.get("plan"))  # noqa: SLF001 - one module, one matter
    if name == "indicator":
        desk.indicator(**bound)
    if name == "table" and bound["name"] not in (*_SITE_TABLES, *_PLAN_TABLES, "layers"):
        raise _no_table(bound["name"])
    if "kind" in bound:
        _judge_kind(bound["kind"])
    of_site = name in ("site_map", "passage") or (name == "table" and bound["name"] in _SITE_TABLES)
    if of_site and bound.get("name") != "signature":
        desk._site(bound.get("site", 1))  # noqa: SLF001
    if name == "passage" and bound["name"] not in (*_CHAPTERS, "statements", "signature"):
        desk.passage(bound["name"])


def _judge_kind(kind: str | None) -> None:
    if kind is not None and kind not in KINDS:
        raise TokenError(str(kind), f"没有类别 {kind} — {nearest_name(str(kind), KINDS)}")


def _no_table(name: str) -> TokenError:
    return TokenError(
        name,
        f"没有名为 {name} 的表 — {nearest_name(name, (*_SITE_TABLES, *_PLAN_TABLES, 'layers'))}",
    )
