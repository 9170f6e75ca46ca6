"""The tables of a site report, each from the same findings the JSON shows."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import shapely

from geo.exhibits import Table
from geo.findings import by_consequence, said_alike
from geo.findings.occupation import Printed, occupied
from geo.space.units import format_length
from geo.spec.vocabulary import AUTHORITY_ZH, RELATION_ZH, STATE_ZH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo.findings import Finding, LayerAsked, SiteResult, TaskHit

_NOTHING: Final = "—"
_KIND_ZH: Final = {"project": "工程", "measure": "措施", "control": "管控"}
#: More corners than this are an annex of their own file, not a table in a report.
_MOST_CORNERS: Final = 400


def topic_table(site: SiteResult) -> Table:
    """One row per topic: a real restriction is never hidden behind a worse word elsewhere."""
    rows = tuple((t.topic, t.outcome.zh, t.result, t.data) for t in site.topics)
    return Table(
        "topics",
        "分项核查结果表",
        ("类别", "判定", "比对结果", "数据"),
        rows,
        "lcll",
        (22, 24, 66, 48),
    )


def data_table(site: SiteResult) -> Table:
    """Every layer asked, hit or not, with where it comes from and what state it is in.

    What was compared stands first, then what is required and was not. Of the others that were not obtained there is
    nothing to tell but that: they share the last row.
    """
    ordered = sorted(site.layers, key=_standing)
    rest = [asked.title for asked in ordered if _only_named(asked)]
    cells = [_of_data(asked) for asked in ordered if not _only_named(asked)]
    columns = ("数据", "提供单位", "数据日期", "性质", "精度（m）", "状态")
    if rest:
        told = f"{STATE_ZH['no_data']}（非必查，共 {len(rest)} 类）：{'、'.join(rest)}"
        cells.append((told, *[""] * (len(columns) - 1)))
    return Table("data", "数据来源表", columns, tuple(cells), "llccrl", (40, 32, 18, 24, 20, 36))


def _standing(asked: LayerAsked) -> tuple[bool, bool]:
    """Order layers: compared or settled by letter, required, others."""
    compared = asked.evidence is not None or asked.state in ("ok", "partial_coverage", "stale")
    return not compared, not asked.required


def _only_named(asked: LayerAsked) -> bool:
    return not asked.required and asked.state == "no_data" and asked.evidence is None


def _of_data(asked: LayerAsked) -> tuple[str, ...]:
    state = f"复函 {asked.evidence.number}" if asked.evidence else STATE_ZH[asked.state]
    return (
        asked.title,
        asked.evidence.unit if asked.evidence else asked.provider or _NOTHING,
        asked.as_of or _NOTHING,
        AUTHORITY_ZH[asked.authority] if asked.authority else _NOTHING,
        _NOTHING if asked.accuracy_m is None else f"±{asked.accuracy_m:g}",
        state + ("" if asked.required else "（非必查）"),
    )


def occupation_table(site: SiteResult) -> Table:
    """占压面积表: rounded rows that add up, the remainder to the largest (domain.md §6)."""
    hits = [f for f in site.findings if f.hit]
    rows = [
        (
            finding.title,
            finding.feature or _NOTHING,
            *map(str, figures),
            _share(finding),
            _mark(finding),
        )
        for finding, figures in occupied(site)
    ]
    rows += _totals(site)
    for finding in hits:
        if finding.overlap_m2 is None:
            inside = "点位落入" if finding.length_m is None else f"长 {finding.length_m:.1f} m"
            rows.append((finding.title, finding.feature or _NOTHING, inside, _NOTHING, _NOTHING,
                         _share(finding), _mark(finding)))  # fmt: skip
    columns = ("管控区", "名称", "公顷", "亩", "m²", "占用地比例", "性质")
    note = "不同类别的管控区可能互相重叠，各行面积不能相加为占地面积。"
    return Table(
        "occupation",
        "占压面积表",
        columns,
        tuple(rows),
        "llrrrrl",
        (32, 30, 20, 19, 26, 20, 27),
        (note,),
    )


def _totals(site: SiteResult) -> Iterator[tuple[str, ...]]:
    """A 合计 for each layer with several overlaps: the sum of its printed rows."""
    layers: dict[str, list[Printed]] = {}
    titles = {}
    for finding, figures in occupied(site):
        layers.setdefault(finding.layer, []).append(figures)
        titles[finding.layer] = finding.title
    for layer, rows in layers.items():
        if len(rows) > 1:
            sums = (str(sum(column, Decimal(0))) for column in zip(*rows, strict=True))
            yield (titles[layer], "合计", *sums, _NOTHING, _NOTHING)


def _share(finding: Finding) -> str:
    return _NOTHING if finding.share is None else f"{finding.share * 100:.2f}%"


def _mark(finding: Finding) -> str:
    words = AUTHORITY_ZH[finding.authority]
    return f"{words}，须实测核定" if finding.within_accuracy else words


def target_table(site: SiteResult) -> Table | None:
    """环境保护目标表: what lies near, with direction and distance; sketches get no metres."""
    near = [f for f in site.findings if f.relation in ("near", "touches")]
    if not near:
        return None
    rows = tuple(
        (f.feature or f.title, f.title, f.direction_zh or _NOTHING, _distance(f), _mark(f))
        for f in near
    )
    columns = ("名称", "类别", "相对方位", "距厂界距离", "性质")
    return Table("targets", "环境保护目标表", columns, rows, "llcrl", (44, 44, 22, 30, 24))


def _distance(finding: Finding) -> str:
    """Write a distance with no more precision than its data have (contracts.md)."""
    if finding.relation == "touches":
        return "边界相接"
    if finding.distance_m is None:
        rough = (part for part in finding.note.split("；") if part.endswith("（示意）"))
        return next(rough, _NOTHING)
    return format_length(finding.distance_m)


def rule_table(site: SiteResult) -> Table | None:
    """Each clause that binds on a finding, with its branches as conditions; conformity stays blank."""
    rows = []
    for finding in site.findings:
        for rule in finding.rules:
            cases = (
                f"下列情形{then}：{'；'.join(c)}" for then, c in by_consequence(rule.conditions)
            )
            text = "。".join(part for part in (rule.summary, *cases) if part)
            papers = "、".join(rule.documents_needed) or _NOTHING
            rows.append((finding.title, rule.cited, text or _NOTHING, papers, ""))
    unique = tuple(dict.fromkeys(rows))
    if not unique:
        return None
    columns = ("管控区", "依据", "要求", "需要的材料", "符合性")
    return Table("rules", "条款与要求表", columns, unique, "lllll", (26, 40, 62, 32, 16),
                 ("“符合性”由编制人员核定后填写。",))  # fmt: skip


def task_table(site: SiteResult) -> Table | None:
    """The plans' projects, measures and controls at the site, under the title of each plan.

    Items that say the same share a row, each with its number and name. That a plan's period has run out is said once,
    beside its title.
    """
    if not site.tasks:
        return None
    rows: list[tuple[str, ...]] = []
    for title in dict.fromkeys(task.plan_title for task in site.tasks):
        tasks = [task for task in site.tasks if task.plan_title == title]
        period = _period(tasks)
        told = f"《{title}》共 {len(tasks)} 项" + (
            f"；{period}，各项管控均为提示" if period else ""
        )
        rows.append((told, "", "", "", "", ""))
        rows += [_task_cells(alike, period) for alike in said_alike(tasks)]
    columns = ("类别", "项数", "编号与内容", "关系", "判定", "说明")
    return Table(
        "tasks", "规划任务与管控要求表", columns, tuple(rows), "cclccl", (13, 12, 56, 18, 18, 63)
    )


def _period(tasks: Sequence[TaskHit]) -> str:
    """What every control of a plan says of its period; nothing when they differ or it is running."""
    told = {task.note.partition("；")[0] for task in tasks if task.kind == "control"}
    only = next(iter(told)) if len(told) == 1 else ""
    return only if only.startswith("规划期") else ""


def _task_cells(alike: Sequence[TaskHit], period: str) -> tuple[str, ...]:
    task = alike[0]
    where = RELATION_ZH[task.relation] if task.relation else "未定位"
    kind = _KIND_ZH.get(task.kind, task.kind)
    told = "；".join(f"{one.id} {one.title}" for one in alike)
    note = task.note.removeprefix(period).lstrip("；")
    return kind, str(len(alike)), told, where, task.outcome.zh, note or _NOTHING


def corner_table(site: SiteResult) -> Table | None:
    """拐点坐标表: CGCS2000 longitude and latitude, and the plane coordinates as brought."""
    geometry = site.site.geometry
    rings = _rings(geometry)
    if not rings or sum(len(ring) for ring in rings) > _MOST_CORNERS:
        return None
    plane = _rings(site.site.plane) if site.site.plane is not None else []
    same = [len(r) for r in plane] == [len(r) for r in rings]
    rows = []
    for at, ring in enumerate(rings):
        for number, (lon, lat) in enumerate(ring):
            east, north = plane[at][number] if same else (0.0, 0.0)
            brought = (f"{north:.3f}", f"{east:.3f}") if same else ()
            rows.append((f"J{number + 1}", str(at + 1), f"{lon:.8f}", f"{lat:.8f}", *brought))
    columns: tuple[str, ...] = ("点号", "圈号", "经度（°）", "纬度（°）")
    # Brought in degrees, there are no plane coordinates: two columns of dashes would say nothing.
    columns += ("X 北（m）", "Y 东（m）") if same else ()
    system = (
        f"X、Y 为原文件坐标（{site.site.plane_epsg}）。" if same and site.site.plane_epsg else ""
    )
    return Table("corners", "拐点坐标表", columns, tuple(rows), "ccrrrr"[: len(columns)],
                 (16, 14, 34, 34, 36, 36)[: len(columns)], (f"经纬度为 CGCS2000。{system}",))  # fmt: skip


def _rings(geometry: shapely.Geometry) -> list[list[tuple[float, float]]]:
    """Corner lists of every ring, line or point, without the closing repeat."""
    out: list[list[tuple[float, float]]] = []
    for part in shapely.get_parts(geometry):
        if part.geom_type == "Polygon":
            out += [_corners(ring)[:-1] for ring in shapely.get_rings(part)]
        else:
            out.append(_corners(part))
    return out


def _corners(line: shapely.Geometry) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(line)]
