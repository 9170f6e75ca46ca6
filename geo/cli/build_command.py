"""``hongxian build``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from geo.cli.options import (
    as_at_option,
    internal_option,
    jobs_option,
    quiet_option,
    tell,
    workspace_option,
)
from geo.cli.progress import progress_bar
from geo.errors import Problem, WorkspaceError


def skipped_lines(missing: tuple[tuple[str, str, str], ...]) -> list[str]:
    """List the maps that have nothing to show, each with what is missing."""
    lines = [f"未画 {name} {title}：缺 {why}" for name, title, why in missing]
    return (
        [*lines, f"共 {len(lines)} 幅图没有数据，未画；补上所缺图层后再运行即可"] if lines else []
    )


def tell_faults(faults: tuple[Problem, ...], *, quiet: bool) -> None:
    """Tell what the linter found on the maps that were drawn.

    Raises:
        WorkspaceError: Some of it is wrong, not only unwelcome.
    """
    for fault in faults:
        if fault.severity == "warning":
            tell(f"警告 {fault}", quiet=quiet)
    if wrong := [fault for fault in faults if fault.severity == "error"]:
        raise WorkspaceError(wrong)


@click.command(
    name="build",
    help=(
        "生成所有过期的地图和报告，放入 build/；没有变化的不重画。\n\n\b\n例：\n"
        "  hongxian build\n  hongxian build --again"
    ),
)
@workspace_option
@as_at_option
@click.option("--again", is_flag=True, help="全部重画")
@internal_option
@jobs_option
@quiet_option
def command(
    workspace: Path | None, as_at: date | None, jobs: int | None, *, again: bool, internal: bool,
    quiet: bool,
) -> None:  # fmt: skip
    """Build what is out of date."""
    from geo.workflow.build import build

    with progress_bar(quiet=quiet) as show:
        done = build(
            workspace or Path.cwd(),
            as_at=as_at,
            again=again,
            internal=internal,
            workers=jobs,
            progress=show,
        )
    for name in done.made:
        tell(f"已生成 build/{name}", quiet=quiet)
    for name in done.removed:
        tell(f"已删除不再需要的 build/{name}", quiet=quiet)
    for name in done.withheld:
        tell(f"未生成 build/{name}：含内部图层，会带出坐标（确需时加 --internal）", quiet=quiet)
    for line in skipped_lines(done.missing):
        tell(line, quiet=quiet)
    if not done.made:
        tell(f"全部 {len(done.fresh)} 个文件都是最新的，无需生成", quiet=quiet)
    tell_faults(done.faults, quiet=quiet)
