"""A check as a notebook shows it: each footprint's verdict with its table by topic, coarse as the JSON is."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from geo.spec.vocabulary import SCHEMATIC_NOTICE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.findings.result import CheckResult, SiteResult


def check_html(result: CheckResult) -> str:
    """Write a check as a fragment of HTML; a verdict never stands without its topics."""
    parts = [part for site in result.sites for part in _site(site.coarse())]
    told = f"核查日期 {result.as_at:%Y年%m月%d日}；{escape(result.tool)}。本结论仅反映所列数据的空间关系，不替代主管部门审查意见。"
    return f'<section class="hongxian-check">{"".join(parts)}<p><small>{told}</small></p></section>'


def _site(site: SiteResult) -> Iterator[str]:
    yield f"<p><strong>{escape(site.site.name)}：{escape(site.verdict.zh)}</strong></p>"
    if site.schematic:
        yield f"<p>本结果含{escape(SCHEMATIC_NOTICE)}。</p>"
    rows = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in (r.topic, r.outcome.zh, r.result, r.data))}</tr>"
        for r in site.topics
    )
    head = "".join(f"<th>{name}</th>" for name in ("类别", "判定", "比对结果", "数据"))
    yield f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
