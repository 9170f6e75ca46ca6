"""``hongxian map``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from geo.cli.build_command import each_line, skipped_lines, tell_faults
from geo.cli.options import (
    as_at_option,
    internal_option,
    jobs_option,
    quiet_option,
    tell,
    verbose_option,
    workspace_option,
)
from geo.cli.progress import progress_bar
from geo.errors import MissingError, UsageError

NAMES = ("png", "pdf", "svg", "html")


@click.command(
    name="map",
    help=(
        "绘制 maps/ 中的专题地图，放入 build/maps/。\n\n\b\n例：\n"
        "  hongxian map tunliu_overview\n"
        "  hongxian map tunliu_overview --format html\n"
        "  hongxian map tunliu_overview --out 屯留任务分布.pdf\n"
        "  hongxian map --all"
    ),
)
@workspace_option
@click.argument("names", nargs=-1)
@click.option("--all", "every", is_flag=True, help="绘制全部地图")
@click.option("--format", "format_", multiple=True, type=click.Choice(NAMES), help="格式，可重复")
@click.option(
    "--out",
    "-o",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="写入文件，后缀决定格式",
)
@internal_option
@jobs_option
@as_at_option
@verbose_option
@quiet_option
def command(
    workspace: Path | None, names: tuple[str, ...], format_: tuple[str, ...],
    out: tuple[Path, ...], as_at: date | None, jobs: int | None, *, every: bool, internal: bool,
    verbose: bool, quiet: bool,
) -> None:  # fmt: skip
    """Draw maps."""
    if bool(names) == every:
        raise UsageError("请写地图名，或写 --all — 例如 hongxian map tunliu_overview")
    if out:
        if len(names) != 1:
            raise UsageError("--out 一次只能写一张地图 — 请只写一个地图名")
        from geo.workflow.map_files import draw_to

        with progress_bar(quiet=quiet) as show:
            faults = draw_to(
                workspace or Path.cwd(), names[0], out, as_at=as_at, internal=internal, workers=jobs,
                progress=show,
            )  # fmt: skip
        tell_faults(faults, quiet=quiet)
        return
    from geo.workflow.build import FORMATS, build

    with progress_bar(quiet=quiet) as show:
        done = build(
            workspace or Path.cwd(), names=names, formats=format_ or FORMATS, as_at=as_at,
            again=True, internal=internal, workers=jobs, progress=show,
        ) if names else build(
            workspace or Path.cwd(), formats=format_ or FORMATS, as_at=as_at, internal=internal,
            reports=False, workers=jobs, progress=show,
        )  # fmt: skip
    for name in (*done.made, *done.fresh):
        tell(f"build/{name}", quiet=quiet)
    for name in done.withheld:
        tell(f"未生成 build/{name}：含内部图层，会带出坐标（确需时加 --internal）", quiet=quiet)
    if names and done.missing:
        told = "；".join(each_line(done.missing))
        raise MissingError(f"{told} — 请在所列图层文件中写 source 后重试")
    for line in skipped_lines(done.missing, verbose=verbose):
        tell(line, quiet=quiet)
    tell_faults(done.faults, quiet=quiet)
