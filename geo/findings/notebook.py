"""A check as a notebook shows it: each footprint's verdict with its table by topic, coarse as the JSON is."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

from geo.spec.vocabulary import SCHEMATIC_NOTICE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from geo.findings.parts import TopicRow

#: Notebooks set the cells of tables at the right.
_LEFT: Final = 'style="text-align:left"'


@dataclass(frozen=True)
class Verdict:
    """A footprint's verdict with what it rests on."""

    name: str
    verdict: str
    topics: Sequence[TopicRow]
    schematic: bool


def check_html(verdicts: Iterable[Verdict], *, as_at: date, tool: str) -> str:
    """Write verdicts as a fragment of HTML; none ever stands without its topics."""
    parts = [part for verdict in verdicts for part in _site(verdict)]
    told = f"核查日期 {as_at:%Y年%m月%d日}；{escape(tool)}。本结论仅反映所列数据的空间关系，不替代主管部门审查意见。"
    return f'<section class="hongxian-check">{"".join(parts)}<p><small>{told}</small></p></section>'


def _site(site: Verdict) -> Iterator[str]:
    yield f"<p><strong>{escape(site.name)}：{escape(site.verdict)}</strong></p>"
    if site.schematic:
        yield f"<p>本结果含{escape(SCHEMATIC_NOTICE)}。</p>"
    rows = "".join(
        f"<tr>{''.join(f'<td {_LEFT}>{escape(cell)}</td>' for cell in (r.topic, r.outcome.zh, r.result, r.data))}</tr>"
        for r in site.topics
    )
    head = "".join(f"<th {_LEFT}>{name}</th>" for name in ("类别", "判定", "比对结果", "数据"))
    yield f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
