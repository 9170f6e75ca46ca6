"""The table by topic that stands beside every verdict, so that no restriction hides behind another's doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geo.findings import TopicRow, worst
from geo.space.units import fixed, format_length
from geo.spec.vocabulary import AUTHORITY_ZH, STATE_ZH, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.findings import Finding, LayerAsked, TaskHit

TOPICS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("生态保护红线", ("ecological_redline",)),
    (
        "自然保护地",
        ("nature_core", "nature_general", "nature_buffer", "nature_experimental", "nature_park"),
    ),
    ("饮用水水源保护区", ("water_source_1", "water_source_2", "water_source_quasi")),
    ("永久基本农田", ("basic_farmland",)),
    ("泉域", ("spring_domain", "spring_core")),
    ("湿地", ("wetland",)),
    ("河道与岸线", ("river_management", "river_shoreline")),
    ("生态环境管控单元", ("control_unit",)),
)
OTHER: Final = "其他管控区"
PLANS: Final = "规划管控"


def topic_of(kind: str) -> str:
    """Name the topic of a zone kind.

    >>> topic_of("water_source_2"), topic_of("no_coal_zone")
    ('饮用水水源保护区', '其他管控区')
    """
    return next((name for name, kinds in TOPICS if kind in kinds), OTHER)


def topic_rows(
    asked: Sequence[LayerAsked], findings: Sequence[Finding], tasks: Sequence[TaskHit],
    *, by_kind: Mapping[str, Outcome], plans: Sequence[str] = (),
) -> tuple[TopicRow, ...]:  # fmt: skip
    """Make the table: one row per topic that was asked about, in a fixed order, plans last.

    Args:
        asked: Every layer asked.
        findings: Every finding.
        tasks: What plans say.
        by_kind: The outcome of each zone kind.
        plans: Titles of the plans whose territory the site meets.
    """
    rows = []
    for topic in (*(name for name, _ in TOPICS), OTHER):
        kinds = [kind for kind in by_kind if topic_of(kind) == topic]
        if not kinds:
            continue
        layers = [a for a in asked if any(topic_of(k) == topic for k in a.zone_kinds)]
        found = [
            f
            for f in findings
            if (topic_of(f.zone_kind) if f.zone_kind else _home(f, asked)) == topic
        ]
        outcome = worst(by_kind[kind] for kind in kinds)
        rows.append(TopicRow(topic, outcome, _data(layers), _result(layers, found)))
    rows.append(_plans_row(tasks, plans))
    return tuple(rows)


def _home(finding: Finding, asked: Sequence[LayerAsked]) -> str:
    """The topic of a feature whose own kind is unknown: its layer's."""
    kinds = next((a.zone_kinds for a in asked if a.layer == finding.layer), ())
    return topic_of(kinds[0]) if kinds else OTHER


def _data(layers: Sequence[LayerAsked]) -> str:
    """Name every layer once, under what became of it and of which day it is."""
    states: dict[str, list[str]] = {}
    for layer in layers:
        states.setdefault(_state(layer), []).append(layer.title)
    return "；".join(
        f"{state}：{'、'.join(dict.fromkeys(titles))}" for state, titles in states.items()
    )


def _state(layer: LayerAsked) -> str:
    if layer.evidence is not None:
        return "依据复函"
    if layer.authority is None or layer.state in ("no_data", "unreadable"):
        return STATE_ZH[layer.state]
    return f"{STATE_ZH[layer.state]}（{AUTHORITY_ZH[layer.authority]}，{layer.as_of}）"


def _result(layers: Sequence[LayerAsked], findings: Sequence[Finding]) -> str:
    hits = [finding.coarse() for finding in findings if finding.hit]
    if hits:
        return "；".join(_hit(finding) for finding in hits)
    if any(f.within_accuracy for f in findings):
        return "在精度范围内，须实测核定"
    if all(layer.outcome is Outcome.CLEAR for layer in layers):
        return "未发现重叠"
    compared = [a for a in layers if a.state in ("ok", "partial_coverage", "stale")]
    return "现有数据未显示重叠，不足以判定" if compared else "未比对"


def _hit(finding: Finding) -> str:
    """Say of one hit what it comes to: a restriction must not hide behind the row's own outcome."""
    mark = "，示意" if finding.authority == "schematic" else ""
    much = ""
    if finding.hectares is not None:
        much = f" {fixed(finding.hectares, 4)} 公顷"
    elif finding.length_m is not None:
        much = f" {format_length(finding.length_m)}"
    return f"{finding.feature}：重叠{much}（{finding.outcome.zh}{mark}）"


def _plans_row(tasks: Sequence[TaskHit], plans: Sequence[str]) -> TopicRow:
    """Say what plans say; without a plan for the site nothing was compared, and that is not "nothing there"."""
    titles = tuple(dict.fromkeys((*(task.plan_title for task in tasks), *plans)))
    if not titles:
        return TopicRow(PLANS, Outcome.NOTICE, "工作区没有录入覆盖本用地的规划", "未比对")
    controls = sum(task.kind == "control" for task in tasks)
    told = f"管控 {controls} 项，任务 {len(tasks) - controls} 项" if tasks else "未涉及"
    outcome = worst(task.outcome for task in tasks)
    return TopicRow(PLANS, outcome, "、".join(f"《{title}》" for title in titles), told)
