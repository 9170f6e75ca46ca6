"""``hongxian report``."""

from __future__ import annotations

import gc
from datetime import date
from pathlib import Path

import click

from geo.cli.options import (
    as_at_option,
    expand,
    jobs_option,
    quiet_option,
    tell,
    workspace_option,
    write,
)
from geo.errors import UsageError

_STALE = 1


@click.command(
    name="report",
    help=(
        "用单位自己的 Word 模板（或随附模板）生成报告：地图、表格、结论、图号表号和交叉引用。\n\n"
        "随附模板：atlas 专题图集、site_check 选址空间管控核查报告、plan_tasks 规划实施任务分布报告。\n\n"
        "\b\n例：\n"
        "  hongxian report atlas --plan tunliu --out 屯留区专题图集.docx\n"
        "  hongxian report 模板.docx --site 地块.shp --out 核查报告.docx --out 核查报告.pdf\n"
        "  hongxian report site_check --site 地块.shp --style gongwen --redact --out 对外副本.docx\n"
        "  hongxian report --check 核查报告.docx\n"
        "\n模板的写法见 docs/reports.md。--check 有过期内容时退出码为 1。"
    ),
)
@workspace_option
@click.argument("template", required=False)
@click.option("--site", "sites", multiple=True, help="用地文件，可重复、可用通配符")
@click.option("--plan", help="规划的编号，例如 tunliu")
@click.option("--map", "maps", multiple=True, help="图集所含的地图，可重复；默认为该规划的全部地图")
@click.option("--industry", help="行业：GB/T 4754 代码或名称")
@click.option("--activity", "activities", multiple=True, help="活动，可重复")
@click.option(
    "--evidence", type=click.Path(path_type=Path, dir_okay=False), help="复函 evidence.yml"
)
@click.option("--title", help="报告标题；默认用随附模板的名称")
@click.option(
    "--style", type=click.Choice(["report", "gongwen"]), default="report", help="随附模板的版式"
)
@click.option("--numbering", help="图号样式，照样写一个：图 1-1、图2.3-1、图1")
@click.option(
    "--engine", type=click.Choice(["typst", "libreoffice"]), help="PDF 用哪个程序排版，默认 typst"
)
@click.option("--redact", is_flag=True, help="对外副本：不含坐标，地图概略，不带生成记录")
@click.option("--out", "-o", multiple=True, type=click.Path(path_type=Path, dir_okay=False),
              help="写入文件（.docx、.pdf），可重复")  # fmt: skip
@click.option("--check", "checked", type=click.Path(path_type=Path, dir_okay=False, exists=True),
              help="已生成的报告：列出与工作区现状不符的图、表和数字")  # fmt: skip
@as_at_option
@jobs_option
@quiet_option
def command(
    workspace: Path | None, template: str | None, sites: tuple[str, ...], plan: str | None,
    maps: tuple[str, ...], industry: str | None, activities: tuple[str, ...], evidence: Path | None,
    title: str | None, style: str, numbering: str | None, engine: str | None, out: tuple[Path, ...],
    checked: Path | None, as_at: date | None, jobs: int | None, *, redact: bool, quiet: bool,
) -> None:  # fmt: skip
    """Fill a template, or check a filled one."""
    if (template is None) == (checked is None):
        raise UsageError("请给出模板，或用 --check 报告.docx — 二者选一")
    from geo.workflow.workspace import Workspace

    space = Workspace.open(workspace or Path.cwd())
    if checked is not None:
        _check(space, checked, tuple(expand(sites)), quiet=quiet)
        return
    if not out:
        raise UsageError("报告是二进制格式 — 请用 --out 文件名.docx 或 --out 文件名.pdf")
    if bad := [p.name for p in out if p.suffix.lower() not in (".docx", ".pdf")]:
        raise UsageError(f"{'、'.join(bad)}: 报告可写为 .docx .pdf")
    from geo.workflow.reporting.templates import SHIPPED

    chosen = template or ""
    made = space.report(
        chosen if chosen in SHIPPED else _path(chosen), sites=expand(sites), plan=plan, maps=maps,
        industry=industry, activities=activities, evidence=evidence and evidence.resolve(),
        title=title, style=style, numbering=numbering, redact=redact, as_at=as_at, workers=jobs,
    )  # fmt: skip
    # The PDF is set from the finished file: what was read and drawn need not stay in memory beside it.
    del space
    gc.collect()
    rendered = [(path, made.rendered(path.suffix.lower(), engine=engine)) for path in out]
    for path, data in rendered:
        write(data, path)
        tell(f"已生成 {path}（图表 {len(made.embedded)} 个）", quiet=quiet)


def _path(template: str) -> str | Path:
    """Take a template from where the planner stands; an unknown word goes on to get its hint."""
    path = Path(template)
    return path.resolve() if path.is_file() else template


def _check(space: object, path: Path, sites: tuple[Path, ...], *, quiet: bool) -> None:
    from geo.workflow.reporting.stale import stale_of
    from geo.workflow.workspace import Workspace

    assert isinstance(space, Workspace)  # noqa: S101 - told apart for the type checker only
    verdict = stale_of(space.store, path, sites=[site.resolve() for site in sites])
    for note in verdict.notes:
        tell(note, quiet=quiet)
    for item in verdict.stale:
        click.echo(str(item))
    if verdict.stale:
        tell(
            f"{path.name}：{verdict.checked} 项中有 {len(verdict.stale)} 项已过期，请重新生成",
            quiet=quiet,
        )
        raise click.exceptions.Exit(_STALE)
    tell(f"{path.name}：{verdict.checked} 项图、表、数字与工作区现状一致", quiet=quiet)
