"""Sentences an office may sign, one per layer asked (domain: the wording of bureaus' reports).

None says more than was measured: without official data there is no 「不重叠」, without data there is no comparison.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from geo.findings import Finding, LayerAsked, SiteResult
from geo.space.units import fixed, format_length
from geo.spec.vocabulary import AUTHORITY_ZH, STATE_ZH
from geo.spec.wording import quoted

_COMPARED: Final = ("ok", "partial_coverage", "stale")


def statements(site: SiteResult) -> tuple[str, ...]:
    """Write one sentence or more for each layer asked, hits first."""
    compared = [asked for asked in site.layers if _is_compared(site, asked)]
    ordered = sorted(compared, key=lambda asked: not _hits(site, asked))
    spoken = [text for asked in ordered for text in _of_layer(site, asked)]
    return tuple(dict.fromkeys(quoted(text) for text in (*spoken, *_not_compared(site))))


def _hits(site: SiteResult, asked: LayerAsked) -> list[Finding]:
    return [f for f in site.findings if f.layer == asked.layer and f.hit]


def _is_compared(site: SiteResult, asked: LayerAsked) -> bool:
    return asked.evidence is not None or asked.state in _COMPARED or bool(_hits(site, asked))


def _of_layer(site: SiteResult, asked: LayerAsked) -> Iterator[str]:
    if asked.evidence is not None:
        letter = asked.evidence
        day = f"{letter.date.year}年{letter.date.month}月{letter.date.day}日"
        yield f"{letter.unit}以{letter.number}（{day}）函复：{letter.conclusion.rstrip('。')}。"
        return
    base = f"经与{_data(asked)}叠加比对，"
    hits = _hits(site, asked)
    for finding in hits:
        yield f"{base}项目用地与{_name(finding)}{_overlap(finding)}。"
    if not hits:
        yield base + _apart(site, asked)


def _not_compared(site: SiteResult) -> Iterator[str]:
    """Name what was not compared, by cause; required kinds before others."""
    for state in STATE_ZH:
        for required in (True, False):
            titles = [a.title for a in site.layers if a.state == state and a.required == required
                      and not _is_compared(site, a)]  # fmt: skip
            if titles:
                kind = "必查的" if required else ""
                yield f"{kind}{'、'.join(titles)}：{STATE_ZH[state]}，本次未比对，须由主管部门核实。"


def _data(asked: LayerAsked) -> str:
    day = f"{_day(asked.as_of)}的" if asked.as_of else ""
    kind = "" if asked.authority in (None, "official") else f"（{AUTHORITY_ZH[asked.authority]}）"
    return f"{asked.provider or '工作区'}{day}{asked.title}数据{kind}"


def _day(as_of: str) -> str:
    """Write a date of any precision in words.

    >>> _day("2026-11"), _day("2023")
    ('2026年11月', '2023年')
    """
    marks = zip(as_of.split("-"), "年月日", strict=False)
    return "".join(f"{int(part)}{mark}" if part.isdigit() else part for part, mark in marks)


def _name(finding: Finding) -> str:
    return f"{finding.title}（{finding.feature}）" if finding.feature else finding.title


def _overlap(finding: Finding) -> str:
    caution = "，用地或数据精度不足，须实测核定" if finding.within_accuracy else ""
    if finding.hectares is not None:
        share = "" if finding.share is None else f"，占用地面积 {finding.share * 100:.2f}%"
        return f"重叠 {fixed(finding.hectares, 4)} 公顷{share}{caution}"
    if finding.length_m is not None:
        return f"重叠长度 {format_length(finding.length_m)}{caution}"
    return f"重叠（点位落入）{caution}"


def _apart(site: SiteResult, asked: LayerAsked) -> str:
    near = [f for f in site.findings if f.layer == asked.layer and f.distance_m is not None]
    closest = min(near, key=lambda f: f.distance_m or 0.0, default=None)
    official = asked.authority == "official" and asked.state == "ok"
    words = (
        "项目用地与其不重叠"
        if official
        else "未发现重叠，该数据不能作为不重叠的依据，须由主管部门核实"
    )
    if asked.state != "ok":
        words += f"（{STATE_ZH[asked.state]}）"
    if closest is None or closest.distance_m is None:
        return f"{words}。"
    side = f"（{closest.direction_zh}）" if closest.direction_zh else ""
    if closest.authority == "schematic":
        return f"{words}；最近距离约 {max(closest.distance_m / 1000, 0.1):.1f} km（示意）{side}。"
    return f"{words}；最近距离约 {format_length(closest.distance_m)}{side}。"
