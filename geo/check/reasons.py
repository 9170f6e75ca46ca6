"""The Chinese sentences behind a verdict: layer, clause, figure, data date, and what is missing.

Of statements that rest on data, only the sentences of domain.md §6 are used: what was compared with whose data of
which month, what overlaps by how much, what was not obtained and who must verify it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geo.findings import title_zh
from geo.space.units import fixed, format_length
from geo.spec.dates import PartialDate
from geo.spec.vocabulary import (
    AUTHORITY_ZH,
    RELATION_ZH,
    SCHEMATIC_NOTICE,
    STATE_ZH,
    Outcome,
    ZoneKind,
)
from geo.spec.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from geo.findings import Finding, LayerAsked, Letter, RuleHit, TaskHit
    from geo.sites.site import Site

BORDER: Final = "用地靠近县界，所用县界为概略界线，所在县及其流域须核实。"
DISCLAIMER: Final = "本结论仅反映上述数据的空间关系，不替代主管部门审查意见。"

#: More branches of a clause than this are listed beside the reasons, not in them.
_SHOWN_CONDITIONS: Final = 2
_LEAST_M: Final = 0.05
#: Who answers for a kind, where domain.md §6 says so; otherwise simply the competent department.
_OFFICE: Final = {"ecological_redline": "自然资源主管部门", "basic_farmland": "自然资源主管部门"}


def reasons_of(
    site: Site,
    asked: Sequence[LayerAsked],
    findings: Sequence[Finding],
    tasks: Sequence[TaskHit],
    *,
    near_border: bool = False,
) -> tuple[str, ...]:
    """Say why the verdict is what it is, weightiest first; what was compared without a hit comes last."""
    weighed: list[tuple[int, str]] = []
    if not site.crs.certain:
        weighed.append((Outcome.UNDETERMINED.rank, f"用地坐标未能确定：{quoted(site.crs.how)}。"))
    weighed += [(Outcome.NOTICE.rank, f"坐标疑问：{quoted(text)}") for text in site.crs.suspicions]
    weighed += [
        (finding.outcome.rank, finding_sentence(finding))
        for finding in map(_outgoing, findings)
        if finding.outcome is not Outcome.CLEAR
    ]
    weighed += [
        (layer.outcome.rank, text) for layer in asked for text in _layer_sentences(layer, findings)
    ]
    weighed += [
        (rank, text)
        for rank, required in ((Outcome.UNDETERMINED.rank, True), (Outcome.NOTICE.rank, False))
        for text in _not_obtained(asked, required=required)
    ]
    weighed += [
        (task.outcome.rank, task_sentence(task))
        for task in tasks
        if task.outcome.rank > Outcome.NOTICE.rank
    ]
    if notices := [task for task in tasks if task.outcome is Outcome.NOTICE]:
        told = f"本用地另涉及规划条目 {len(notices)} 项，须逐项对照所附规划条目。"
        weighed.append((Outcome.NOTICE.rank, told))
    weighed.sort(key=lambda pair: -pair[0])
    border = (BORDER,) if near_border else ()
    return tuple(dict.fromkeys((*(text for _, text in weighed), *border)))


def _outgoing(finding: Finding) -> Finding:
    """Sentences leave the office: figures of internal layers are rounded in them."""
    return finding.coarse()


def finding_sentence(finding: Finding) -> str:
    """Say how the site lies to a feature, on what data, under which clause."""
    zone = f"{finding.title}（{finding.feature}）"
    parts = [f"{_lying(finding, zone)}，{_basis(finding)}"]
    if finding.relation != "touches" and finding.hit:
        parts += [rule_sentence(rule) for rule in finding.rules]
    if finding.note:
        parts.append(finding.note)
    return "；".join(parts) + "。"


def _lying(finding: Finding, zone: str) -> str:
    if not finding.hit:
        where = f"{finding.direction_zh}" if finding.direction_zh else ""
        if finding.distance_m and finding.authority != "schematic":
            return f"项目用地与{zone}不重叠，最近距离{_far(finding.distance_m)}（{where}）"
        return f"项目用地与{zone}{RELATION_ZH[finding.relation]}" + (
            f"（{where}）" if where else ""
        )
    if finding.hectares is not None:
        share = "" if finding.share is None else f"，占用地面积 {fixed(finding.share * 100, 2)}%"
        return f"与{zone}重叠 {fixed(finding.hectares, 4)} 公顷{share}"
    if finding.length_m is not None:
        share = "" if finding.share is None else f"，占全长 {fixed(finding.share * 100, 2)}%"
        return f"与{zone}重叠 {format_length(finding.length_m)}{share}{_chainage(finding)}"
    return f"与{zone}重叠（{RELATION_ZH[finding.relation]}）"


def _far(distance_m: float) -> str:
    """Write a distance; what is nearer than a decimetre is not nothing.

    >>> _far(812.44), _far(0.03)
    ('约 812.4 m', '不足 0.1 m')
    """
    return "不足 0.1 m" if distance_m < _LEAST_M else f"约 {format_length(distance_m)}"


def _chainage(finding: Finding) -> str:
    if not finding.chainage_m:
        return ""
    spans = "、".join(f"{_station(a)}—{_station(b)}" for a, b in finding.chainage_m)
    return f"，里程 {spans}"


def _station(metres: float) -> str:
    """Write a chainage as planners do: kilometres, plus, metres.

    >>> _station(12_345.64)
    '12+345.6'
    """
    tenths = round(metres * 10)
    return f"{tenths // 10_000}+{tenths % 10_000 / 10:05.1f}"


def _basis(finding: Finding) -> str:
    words = f"依据{AUTHORITY_ZH[finding.authority]}（数据日期 {finding.as_of or '未注明'}）"
    # The words of the notice, with what the data are said once.
    told = SCHEMATIC_NOTICE.removeprefix(AUTHORITY_ZH["schematic"])
    return f"{words}{told}" if finding.authority == "schematic" else words


def rule_sentence(rule: RuleHit) -> str:
    """Cite a clause with what it comes to.

    >>> from geo.findings import RuleHit
    >>> rule_sentence(RuleHit("a/b", "某法", "第一条", True, Outcome.RESTRICTED, summary="某规定"))
    '《某法》第一条：某规定——涉及限制性要求'
    """
    text = f"{rule.cited}：{rule.summary}——{rule.outcome.zh}"
    if len(rule.conditions) > _SHOWN_CONDITIONS:
        text += f"（条款另列 {len(rule.conditions)} 种情形，结论不同，逐项见“条款与要求”）"
    elif rule.conditions:
        text += f"（{'；'.join(rule.conditions)}）"
    return f"{text}（{rule.note}）" if rule.note else text


def task_sentence(task: TaskHit) -> str:
    """Say which item of which plan concerns the site."""
    where = RELATION_ZH[task.relation] if task.relation else "位置待定"
    note = f"；{task.note}" if task.note else ""
    return f"《{task.plan_title}》管控 {task.id}“{task.title}”：{where}，{task.outcome.zh}{note}。"


def _layer_sentences(asked: LayerAsked, findings: Iterable[Finding]) -> Iterator[str]:
    """Say what became of asking a layer, where its findings do not say it already."""
    own = [f for f in findings if f.layer == asked.layer]
    if asked.evidence is not None:
        yield letter_sentence(asked.evidence)
    if asked.evidence is not None and asked.outcome is not Outcome.UNDETERMINED:
        return
    if asked.outcome is Outcome.CLEAR and asked.authority == "official" and asked.state == "ok":
        if not any(f.hit for f in own):
            yield _compared(asked, own)
    elif asked.state == "no_data":
        return  # told together, office by office
    elif asked.state != "ok":
        yield f"{_state_sentence(asked)}，须由{office(asked)}核实。"
    elif asked.required and asked.authority != "official" and not any(f.hit for f in own):
        kind = AUTHORITY_ZH[asked.authority or "schematic"]
        yield f"{asked.title}为{kind}，不能据此判定不重叠，须由{office(asked)}核实。"


def _state_sentence(asked: LayerAsked) -> str:
    """Say what is wrong with a layer's data; advice to whoever runs the check goes into brackets."""
    found, _, advice = quoted(asked.reason).partition(" — ")
    more = f"（{advice}）" if advice else ""
    if asked.state == "outside_coverage" and found.startswith("用地"):
        return f"{found.replace('其', f'{asked.title}数据的')}{more}，本次未比对"
    return f"{asked.title}{STATE_ZH[asked.state]}" + (f"：{found}{more}" if found else "")


def _not_obtained(asked: Sequence[LayerAsked], *, required: bool) -> Iterator[str]:
    """Name what was not obtained, one sentence for each office."""
    missing: dict[str, dict[str, None]] = {}
    for a in asked:
        # A letter about some kinds of a layer leaves the others open.
        unanswered = a.evidence is None or a.outcome is Outcome.UNDETERMINED
        if a.state == "no_data" and a.required == required and unanswered:
            missing.setdefault(office(a), {})[a.title] = None
    for who, titles in missing.items():
        yield f"未取得{'、'.join(titles)}数据，本次未比对，须由{who}核实。"


def letter_sentence(letter: Letter) -> str:
    """Cite a letter that stands in for data."""
    zones = "、".join(ZoneKind[kind].value for kind in letter.kinds)
    when = f"{letter.date.year}年{letter.date.month}月"
    return f"依据{letter.unit}{when}复函（{letter.number}），项目用地与{zones}{letter.conclusion}。"


def _compared(asked: LayerAsked, own: Sequence[Finding]) -> str:
    """The sentence for a comparison with official data that found nothing."""
    when = month_zh(asked.as_of)
    near = min((f for f in own if f.distance_m), key=lambda f: f.distance_m or 0.0, default=None)
    shown = near.coarse() if near else None
    far = ""
    if shown is not None and shown.distance_m:
        far = f"，最近距离{_far(shown.distance_m)}（{shown.direction_zh}）"
    who = quoted(asked.provider or "")
    return f"经与{who}{when}提供的{asked.title}数据叠加比对，项目用地与{asked.title}不重叠{far}。"


def office(asked: LayerAsked) -> str:
    """Name who must verify: the provider of official data, else the competent department."""
    if asked.provider and asked.authority == "official":
        return quoted(asked.provider)
    return next((_OFFICE[k] for k in asked.zone_kinds if k in _OFFICE), "主管部门")


def month_zh(as_of: str | None) -> str:
    """Write a data date as 2024年6月, with the precision it has.

    >>> month_zh("2024-06-30"), month_zh("2024"), month_zh(None)
    ('2024年6月', '2024年', '')
    """
    if not as_of:
        return ""
    day = PartialDate.parse(as_of)
    return f"{day.year}年" + (f"{day.month}月" if day.month else "")


def needed_for(
    findings: Sequence[Finding], *, unsettled: Sequence[str], told: bool,
    site: Site,
) -> tuple[str, ...]:  # fmt: skip
    """List what is missing for a firm answer."""
    needs = [] if site.crs.certain else ["用地的 CGCS2000 坐标，或转换所需的七参数"]
    by_office: dict[str, list[str]] = {}
    for kind in unsettled:
        by_office.setdefault(_OFFICE.get(kind, "主管部门"), []).append(ZoneKind[kind].value)
    needs += [
        f"{'、'.join(kinds)}：由{who}提供覆盖用地的现行数据，或就本地块出具复函"
        for who, kinds in by_office.items()
    ]
    unnamed = dict.fromkeys(f.title for f in findings if f.hit and not f.zone_kind)
    needs += [f"{title}中与用地重叠、分区取值不明的要素的类别" for title in unnamed]
    unread = {title_zh(r.law) for f in findings for r in f.rules if not r.verified}
    needs += [f"{law}相关条文的核实" for law in sorted(unread)]
    if any(f.within_accuracy and f.outcome is not Outcome.CLEAR for f in findings):
        needs.append("用地边界与管控界线的实测核定")
    if not told and any(r.conditions for f in findings for r in f.rules):
        needs.append("项目的行业代码或活动类型")
    return tuple(dict.fromkeys(needs))
