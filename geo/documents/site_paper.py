"""The report of a site check: chapters and sentences an office may sign, from one result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geo.documents.land_table import land_matrix, land_table
from geo.documents.paper import Block, Bullets, Heading, Paper, Paragraph, SignatureLine
from geo.documents.site_tables import (
    corner_table,
    data_table,
    occupation_table,
    rule_table,
    target_table,
    task_table,
    topic_table,
)
from geo.documents.unit_table import unit_table
from geo.findings import title_zh
from geo.sites.site import FORMAT_ZH
from geo.space.crs import describe
from geo.space.units import fixed, format_area, format_length
from geo.spec.vocabulary import SCHEMATIC_NOTICE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo.exhibits import Figure, Table
    from geo.findings import CheckResult, SiteResult, Size

#: Sentences of domain.md §6; the last is printed in every report.
LIMITS: Final = "本结论仅反映上述数据的空间关系，不替代主管部门审查意见。"


def site_paper(
    result: CheckResult, *, figures: Sequence[Figure] = (), redact: bool = False
) -> Paper:
    """Write the report of a check.

    Args:
        result: The one result every figure is taken from.
        figures: A map per site, in the order of the sites; may be empty.
        redact: Leave out corner coordinates, for copies that leave the office.
    """
    blocks: list[Block] = []
    for at, site in enumerate(result.sites):
        if len(result.sites) > 1:
            blocks.append(Heading(f"地块 {at + 1}：{site.site.name}", 1))
        blocks += _project(site)
        blocks += _data(result, site)
        blocks += _methods(site)
        blocks += _results(site)
        blocks += _requirements(site)
        blocks += _conclusion(site)
        blocks += _annexes(site, figures[at : at + 1], redact=redact)
    blocks.append(SignatureLine())
    names = "、".join(site.site.name for site in result.sites[:3])
    more = f" 等 {len(result.sites)} 个地块" if len(result.sites) > 3 else ""  # noqa: PLR2004
    return Paper(
        title="选址空间管控核查报告",
        subtitle=f"{names}{more}　核查日期 {result.as_at:%Y年%m月%d日}",
        blocks=tuple(blocks),
        footer=f"{result.tool}　工作区：{result.workspace.title}　{result.workspace.fingerprint[:19]}",
    )


def chapters(result: CheckResult, site: SiteResult) -> dict[str, tuple[Block, ...]]:
    """Return one site's chapters by name, without their headings, for an office's own template."""
    made = {
        "project": _project(site), "data": _data(result, site), "methods": _methods(site),
        "results": _results(site), "requirements": _requirements(site),
        "conclusion": _conclusion(site),
    }  # fmt: skip
    return {
        name: tuple(block for block in blocks if not isinstance(block, Heading))
        for name, blocks in made.items()
    }


def _project(site: SiteResult) -> Iterator[Block]:
    yield Heading("一、项目概况")
    size, given = site.size, site.site
    whole = "" if site.complete else "（资料不完整，见第六章）"
    yield Paragraph(f"核查结论：{site.verdict.zh}{whole}。", strong=True)
    facts = [
        f"地块名称：{given.name}；来源文件：{given.source.file}（{FORMAT_ZH[given.source.format]}）。"
    ]
    if size.area_m2 is not None:
        plane = (
            f"；高斯投影平面面积 {fixed(size.plane_area_m2, 2)} m²" if size.plane_area_m2 else ""
        )
        facts.append(f"椭球面积 {format_area(size.area_m2)}{plane}。")
        if given.declared_area_m2 is not None:
            facts.append(_declared(given.declared_words, given.declared_area_m2, size))
    if size.length_m is not None:
        facts.append(f"线路长度 {format_length(size.length_m)}。")
    if site.districts:
        shares = "、".join(f"{d.name}（{d.share:.1%}）" for d in site.districts)
        facts.append(f"所在行政区：{shares}。")
    if site.industry:
        facts.append(f"行业类别：{' '.join(part for part in site.industry if part)}。")
    yield Bullets(tuple(facts))


def _declared(words: str, declared_m2: float, size: Size) -> str:
    """Hold the declared area against both measured ones (domain.md §1)."""
    told = []
    for name, measured in (("椭球面积", size.area_m2), ("高斯平面面积", size.plane_area_m2)):
        if measured is not None:
            gap = declared_m2 - measured
            told.append(f"比{name}{'大' if gap > 0 else '小'} {fixed(abs(gap), 2)} m²")
    return f"文件申报面积 {words}，{'，'.join(told)}。"


def _data(result: CheckResult, site: SiteResult) -> Iterator[Block]:
    yield Heading("二、依据与数据来源")
    yield data_table(site)
    for kind, reason in result.workspace.waivers:
        yield Paragraph(f"本工作区豁免必查类别“{kind}”，理由：{reason}。", notice=True)
    if result.workspace.overridden_laws:
        listed = "、".join(map(title_zh, result.workspace.overridden_laws))
        yield Paragraph(f"以下法规的条款由工作区另行录入：{listed}。", notice=True)


def _methods(site: SiteResult) -> Iterator[Block]:
    yield Heading("三、方法与精度")
    reading = site.site.crs
    try:
        system = describe(reading.given)
    except ValueError:
        system = reading.given
    lines = [
        f"坐标系：{system}；判定依据：{reading.how}。",
        "空间比对在 CGCS2000（EPSG:4490）上进行；面积为椭球面积（测地线边），距离为椭球面最短距离。",
    ]
    if accuracy := site.site.accuracy_m + reading.accuracy_m:
        lines.append(f"用地坐标精度按 ±{accuracy:.3g} m 计。")
    lines += [f"{text}。" for text in (*reading.suspicions, *site.site.repairs)]
    yield Bullets(tuple(line.replace("。。", "。") for line in lines))


def _results(site: SiteResult) -> Iterator[Block]:
    yield Heading("四、分项结果")
    yield topic_table(site)
    if any(f.hit for f in site.findings):
        yield occupation_table(site)
        yield from _land(site)
    if targets := target_table(site):
        yield targets


def _land(site: SiteResult) -> Iterator[Block]:
    """The overlaps by land class and owner, or why they are not told apart."""
    by_land = land_table(site)
    if by_land is not None:
        yield by_land
        if matrix := land_matrix(site):
            yield matrix
    elif site.land is not None and site.land.remark:
        yield Paragraph(site.land.remark)


def _requirements(site: SiteResult) -> Iterator[Block]:
    yield Heading("五、管控要求")
    rules: Table | None = rule_table(site)
    if rules is None:
        yield Paragraph("本次比对没有触发条款。未取得数据的类别见第二章，不在此列。")
    else:
        yield rules
    if units := unit_table(site):
        yield units
    if tasks := task_table(site):
        yield tasks


def _conclusion(site: SiteResult) -> Iterator[Block]:
    yield Heading("六、结论与建议")
    yield Paragraph(f"综合判定：{site.verdict.zh}。", strong=True)
    yield Bullets(site.reasons)
    if site.needed:
        yield Paragraph("作出确定结论还需要：")
        yield Bullets(tuple(f"{text.rstrip('。')}。" for text in site.needed))
    if site.move is not None:
        yield Paragraph(
            f"移位参考：整体向{site.move.direction_zh.removesuffix('侧')}平移约 {site.move.distance_m:.0f} m "
            f"可离开{'、'.join(site.move.layers)}（{site.move.note}）。"
        )
    if site.schematic:
        yield Paragraph(f"本报告含{SCHEMATIC_NOTICE}。", notice=True)
    yield Paragraph(LIMITS)


def _annexes(site: SiteResult, figures: Sequence[Figure], *, redact: bool) -> Iterator[Block]:
    corners = None if redact else corner_table(site)
    if corners is not None:
        yield Heading("附表　拐点坐标")
        yield corners
    elif redact:
        yield Heading("附表　拐点坐标")
        yield Paragraph("对外副本，坐标从略。")
    if figures:
        yield Heading("附图")
        yield from figures
