"""A result as the text a planner reads in the terminal."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from geo.check.reasons import DISCLAIMER
from geo.findings import by_consequence, said_alike, title_zh
from geo.findings.occupation import land_rows
from geo.sites.site import FORMAT_ZH
from geo.space.crs import describe
from geo.space.units import fixed, format_area, format_length
from geo.spec.vocabulary import SCHEMATIC_NOTICE, Outcome, ZoneKind
from geo.spec.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo.findings import CheckResult, Move, SiteResult, TaskHit

_DECLARED_TOLERANCE: Final = 0.001
"""A declared area is remarked on when it differs from both measured ones by more than this part: some three times
what the plane's scale error explains (domain.md §1)."""
#: Lines of plans' items in the terminal; papers list them all.
_SHOWN_TASKS: Final = 12


def render(result: CheckResult) -> str:
    """Write a whole result as text, one block per footprint."""
    ground = result.workspace
    head = [f"{result.tool} 核查结果　核查日期 {result.as_at.isoformat()}　工作区：{ground.title}"]
    for kind, why in ground.waivers:
        head.append(f"已豁免必查类别：{ZoneKind[kind].value}（{why}）")
    if ground.overridden_laws:
        head.append(f"工作区覆盖了国家法规文件：{'、'.join(map(title_zh, ground.overridden_laws))}")
    if len(result.sites) > 1:
        head.append(f"共 {len(result.sites)} 个地块，最严重结论：{result.verdict.zh}")
    blocks = ["\n".join(_site(site)) for site in result.sites]
    return "\n\n".join(["\n".join(head), *blocks, DISCLAIMER]) + "\n"


def _site(site: SiteResult) -> Iterator[str]:
    yield f"【{quoted(site.site.name)}】{site.verdict.zh}" + (
        "" if site.complete else "（资料不完整）"
    )
    yield from _facts(site)
    yield ""
    rows = [(row.topic, row.outcome.zh, row.result) for row in site.topics]
    yield from table(("专题", "结论", "比对结果"), rows)
    yield from ("", "各专题所用数据：")
    yield from (f"  {row.topic}：{row.data}" for row in site.topics)
    yield from _land(site)
    yield from _listed("理由", site.reasons)
    yield from _conditions(site)
    yield from _documents(site)
    yield from _listed("得出确定结论还需要", site.needed)
    yield from _tasks(site.tasks)
    yield from _units(site)
    if site.move is not None:
        yield from ("", _move(site.move))
    if site.schematic:
        yield from ("", f"※ 含{SCHEMATIC_NOTICE}。")


def _land(site: SiteResult) -> Iterator[str]:
    """The overlaps by land class and owner, or why they are not told apart."""
    for parts in land_rows(site).values():
        figures = zip(*(part.printed for part in parts), strict=True)
        rows = [(p.finding.feature, p.land, p.owner, *map(str, p.printed)) for p in parts]
        rows.append(("合计", "", "", *(str(sum(column)) for column in figures)))
        yield from ("", f"{parts[0].finding.title}占压面积（按地类、权属）")
        yield from table(("名称", "地类", "权属", "公顷", "亩", "m²"), rows)
    if site.land is not None and site.land.remark:
        yield f"  {site.land.remark}"


def _units(site: SiteResult) -> Iterator[str]:
    """Control units with their requirements; whether the project conforms is not for a program to say."""
    if site.units:
        yield from ("", "所在生态环境管控单元（“本项目情况”“符合性”由编制人员填写）")
    for unit in site.units:
        yield f"  {unit.code} {unit.name}（{unit.unit_class or '类别未注明'}）"
        if not unit.listed:
            yield "    未取得该单元的准入清单，须由生态环境主管部门核实"
        for title, text in unit.requirements:
            yield f"    {title}：{text or '（清单中为空）'}"


def _facts(site: SiteResult) -> Iterator[str]:
    """What was read: file, coordinates, size, counties, project."""
    source, crs = site.site.source, site.site.crs
    yield f"  文件：{quoted(source.file)}（{FORMAT_ZH[source.format]}）"
    yield f"  坐标系：{_system(crs.given)}（{quoted(crs.how)}）"
    if site.size.area_m2 is not None:
        yield f"  面积：{format_area(site.size.area_m2)}（椭球面）"
        if site.size.plane_area_m2 is not None:
            yield f"  高斯平面面积：{format_area(site.size.plane_area_m2)}"
    elif site.size.length_m is not None:
        yield f"  长度：{format_length(site.size.length_m)}（椭球面）"
    yield from _declared(site)
    if site.districts:
        shares = "、".join(f"{d.name} {fixed(d.share * 100, 2)}%" for d in site.districts)
        yield f"  所在县：{shares}"
    else:
        yield "  所在县：不在行政区划数据范围内"
    if site.industry is not None:
        code, name = site.industry
        yield f"  行业：{code} {name or ''}".rstrip() + "（行业代码待核实）"
    for text in site.site.repairs:
        yield f"  文件处理：{quoted(text)}"


def _system(given: str) -> str:
    """Name a coordinate system; GCJ-02 and BD-09 have no other name."""
    try:
        return f"{describe(given)}，{given}"
    except ValueError:
        return given


def _declared(site: SiteResult) -> Iterator[str]:
    """Hold the declared area against both measured ones; it is compared, never trusted."""
    declared, measured = site.site.declared_area_m2, (site.size.area_m2, site.size.plane_area_m2)
    if declared is None or site.size.area_m2 is None:
        return
    off = [abs(declared - m) / m for m in measured if m]
    remark = "，与量算面积不符，请核对" if off and min(off) > _DECLARED_TOLERANCE else ""
    yield f"  申报面积：{format_area(declared)}（{quoted(site.site.declared_words) or '文件所载'}）{remark}"


def _listed(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield from ("", f"{title}：")
        yield from (f"  {at}. {line}" for at, line in enumerate(lines, 1))


def _documents(site: SiteResult) -> Iterator[str]:
    found = [
        f"{document}（{rule.cited}）"
        for finding in site.findings if finding.hit
        for rule in finding.rules for document in rule.documents_needed
    ]  # fmt: skip
    yield from _listed("需要的文件", tuple(dict.fromkeys(found)))


def _conditions(site: SiteResult) -> Iterator[str]:
    """The branches of clauses that decide otherwise, each clause once."""
    rules = {rule.id: rule for finding in site.findings for rule in finding.rules}
    told = [(rule.cited, rule.conditions) for rule in rules.values() if rule.conditions]
    if told:
        yield from ("", "条款与要求（属于所列情形之一的，按该情形）：")
    for cited, conditions in told:
        yield f"  {cited}"
        yield from (
            f"    {consequence}：{'；'.join(cases)}"
            for consequence, cases in by_consequence(conditions)
        )


def _tasks(tasks: Sequence[TaskHit]) -> Iterator[str]:
    """Plans' items: the weighty ones in full under the reasons, the rest in a line for all that say the same."""
    rest = [task for task in tasks if task.outcome.rank <= Outcome.NOTICE.rank]
    if not rest:
        return
    yield from ("", f"规划一览（提示，共 {len(rest)} 项）：")
    alike = said_alike(rest)
    shown = alike[:_SHOWN_TASKS]
    for plan in dict.fromkeys(group[0].plan_title for group in shown):
        yield f"  《{plan}》"
        for group in (group for group in shown if group[0].plan_title == plan):
            note = f"（{'均' if len(group) > 1 else ''}{group[0].note}）" if group[0].note else ""
            yield f"    {'；'.join(f'{task.id} {task.title}' for task in group)}{note}"
    if left := sum(len(group) for group in alike[_SHOWN_TASKS:]):
        yield f"  其余 {left} 项从略，全部列在 Word、网页报告的“规划任务与管控要求表”（--out 报告.docx）"


def _move(move: Move) -> str:
    away = f"向{move.direction_zh.removesuffix('侧')}平移约 {fixed(move.distance_m, 0)} m "
    return f"移位参考：整体{away}可离开{'、'.join(move.layers)}（{move.note}）。"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lay rows out in columns; a Chinese character is two columns wide.

    >>> table(("专题", "结论"), [("泉域", "提示")])
    ['  专题  结论', '  泉域  提示']
    """
    whole = [header, *rows]
    widths = [max(_width(row[at]) for row in whole) for at in range(len(header))]
    lines = []
    for row in whole:
        cells = [cell + " " * (w - _width(cell)) for cell, w in zip(row, widths, strict=True)]
        lines.append(("  " + "  ".join(cells)).rstrip())
    return lines


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
