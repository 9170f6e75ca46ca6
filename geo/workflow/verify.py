"""Read everything, resolve every place, run every rule's examples; list it all at once."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from geo.check.law import run_examples
from geo.documents.columns import padded
from geo.errors import HongxianError, Problem
from geo.spec.activities import read_activities
from geo.spec.layers import RasterSource
from geo.spec.vocabulary import STATE_ZH
from geo.spec.workspace import WorkspaceSpec, find_root, read_workspace
from geo.store.store import LocatedTask, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from geo.store.layers import LayerTable


@dataclass(frozen=True)
class PlanStanding:
    """How far one plan's rows could be placed."""

    plan: str
    title: str
    rows: int
    located: int
    partly: int
    needs_layer: int
    unlocated: int
    unresolved: int


@dataclass(frozen=True)
class VerifyReport:
    """All problems and warnings of a workspace, and what waits for data."""

    title: str
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    standings: tuple[PlanStanding, ...] = ()
    needed_layers: tuple[tuple[str, int], ...] = ()
    unlocated: tuple[str, ...] = ()

    def exit_code(self, *, strict: bool = False) -> int:
        """0, or 1 for problems (with ``strict``: for warnings as well)."""
        return 1 if self.problems or (strict and self.warnings) else 0

    def as_text(self) -> str:
        """Write the report for a planner."""
        parts = [f"工作区：{self.title}"]
        if self.standings:
            header = ("规划", "条目", "已定位", "部分", "待图层", "无法定位", "名称有误")
            rows = [
                (s.title, *(str(n) for n in (s.rows, s.located, s.partly, s.needs_layer, s.unlocated, s.unresolved)))
                for s in self.standings
            ]  # fmt: skip
            parts.append(padded(header, rows))
        if self.needed_layers:
            listed = "、".join(f"{name}（{count} 条）" for name, count in self.needed_layers)
            parts.append(f"提供以下图层后可定位更多条目：{listed}")
        if self.unlocated:
            parts.append("无法定位的条目：\n" + "\n".join(f"  {line}" for line in self.unlocated))
        for title, found in (("警告", self.warnings), ("问题", self.problems)):
            if found:
                parts.append(f"{title}（{len(found)}）：\n" + "\n".join(f"  {p}" for p in found))
        parts.append(
            "检查完毕，没有问题"
            if not self.problems
            else f"共 {len(self.problems)} 个问题，请修改后重试"
        )
        return "\n\n".join(parts)

    def as_json(self) -> str:
        """Write the report as JSON."""
        value = asdict(self)
        for key in ("problems", "warnings"):
            value[key] = [{**p, "file": Path(p["file"]).as_posix()} for p in value[key]]
        return json.dumps(value, ensure_ascii=False, indent=2)


def verify(
    start: Path, *, day: date | None = None, maps: bool = False, workers: int | None = 1,
    progress: Callable[[int, int, str], None] = lambda _done, _all, _what: None,
) -> VerifyReport:  # fmt: skip
    """Verify the workspace that holds a folder.

    Args:
        start: A folder in the workspace.
        day: The date of what is made; ``workspace.yml``'s, else today.
        maps: Draw every map for the linter as well (minutes, where there are many).
        workers: How many processes draw at once; None for as many as there are cores.
        progress: Called after each map with how many are done, how many there are, and which.

    Raises:
        WorkspaceError: There is no workspace there.
    """
    root = find_root(start)
    spec, problems = read_workspace(root)
    if spec is None:
        return VerifyReport(root.name, tuple(problems), ())
    problems += _rules(spec)
    store = Store(spec)
    tasks = [*store.tasks(), *store.controls()]
    problems += [p for task in tasks for p in _unresolved(task)]
    today = day or spec.marker.as_at or date.today()  # noqa: DTZ011
    needed = Counter(name for t in tasks for name in t.located.needs)
    warnings = [*_layer_warnings(store, today)]
    if maps and not problems:
        # Drawing pulls in matplotlib, which nothing else here needs.
        from geo.workflow.verify_maps import map_problems  # noqa: PLC0415

        said = [*map_problems(spec, day=today, workers=workers, progress=progress)]
        problems += [p for p in said if p.severity == "error"]
        warnings += [p for p in said if p.severity == "warning"]
    return VerifyReport(
        title=spec.marker.title,
        problems=tuple(sorted(p for p in problems if p.severity == "error")),
        warnings=tuple(sorted(warnings)),
        standings=tuple(_standing(store, plan) for plan in spec.plans),
        needed_layers=tuple(needed.most_common()),
        unlocated=tuple(_unlocated(tasks)),
    )


def _rules(spec: WorkspaceSpec) -> list[Problem]:
    """Run the examples of every law, with the workspace's own activities."""
    path = Path(spec.marker.activities)
    activities, problems = read_activities(spec.root / path, shown=path)
    for name, law in spec.rules.items():
        own = spec.sources.get(Path("rules") / f"{name}.yml") or spec.sources.get(
            Path(f"{name}.yml")
        )
        problems += run_examples(name, law, activities=activities, source=own)
    return problems


def _unresolved(found: LocatedTask) -> Iterator[Problem]:
    task = found.task
    for complaint in found.located.unresolved:
        message, _, hint = complaint.partition(" — ")
        yield Problem(task.shown, *task.mark, f"{task.row.id} 的 where：{message}", hint)


def _unlocated(tasks: list[LocatedTask]) -> Iterator[str]:
    for found in tasks:
        for reason in found.located.reasons:
            yield f"{found.task.plan} {found.task.row.id} {found.task.row.title}：{reason}"


def _layer_warnings(store: Store, day: date) -> Iterator[Problem]:
    for table in store.layers():
        shown = Path("layers") / f"{table.id}.yml"
        state = table.state_at(day)
        if state in ("unreadable", "stale"):
            reason = table.reason or f"数据日期 {table.spec.as_of}，已超过有效期"
            message, _, hint = f"{STATE_ZH[state]}：{reason}".partition(" — ")
            yield Problem(shown, 0, 0, message, hint, "warning")
        if state == "ok" and (fault := _raster_fault(table)):
            message, _, hint = fault.partition(" — ")
            yield Problem(shown, 0, 0, message, hint, "warning")
        for remark in table.remarks if table.spec.zone else ():
            yield Problem(shown, 0, 0, remark, "请核对数据", "warning")
    mapped = {kind for layer in store.spec.layers.values() for kind in layer.zone_kinds}
    for kind in store.spec.marker.required_kinds:
        if kind not in mapped:
            found = f"没有图层提供 {kind}，核查结论只能是“资料不足”"
            yield Problem(Path("workspace.yml"), 0, 0, found, "请在 layers/ 中声明", "warning")


def _raster_fault(table: LayerTable) -> str:
    """Open a raster, which nobody has done so far; say why it cannot be used."""
    source = table.spec.source
    if not isinstance(source, RasterSource) or not table.files:
        return ""
    from geo.store.raster import open_raster  # noqa: PLC0415 - half a second only rasters need

    try:
        open_raster(table.files[0], shown=Path(source.raster), band=source.band)
    except HongxianError as error:
        return f"{STATE_ZH['unreadable']}：{error}"
    return ""


def _standing(store: Store, plan: str) -> PlanStanding:
    found = [*store.tasks(plan), *store.controls(plan)]
    count = Counter(t.located.standing for t in found)
    return PlanStanding(
        plan, store.spec.plans[plan].head.title, len(found), count["located"], count["partly"],
        count["needs_layer"], count["unlocated"], count["unresolved"],
    )  # fmt: skip
