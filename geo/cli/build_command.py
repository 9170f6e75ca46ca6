"""``hongxian build``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import click

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
from geo.errors import Problem, WorkspaceError

Missing = tuple[tuple[str, str, str], ...]
#: As many maps without data are listed one by one; more are folded.
_FEW: Final = 6
_NO_FILE: Final = "没有可上图的条目"


def skipped_lines(missing: Missing, *, verbose: bool = False) -> list[str]:
    """Tell which maps have nothing to show and why: one by one, or many of them by what is missing.

    Args:
        missing: Id, title and what is missing of each.
        verbose: List them one by one however many there are.
    """
    if not missing:
        return []
    count = f"{len(missing)} 幅图没有数据，未画"
    if verbose or len(missing) <= _FEW:
        return [*each_line(missing), f"共 {count}；补上所缺图层后再运行即可"]
    return [
        f"{count}；补上所缺图层后再运行即可。逐幅列明请加 --verbose，也记在 build/manifest.json",
        *_by_reason(missing),
    ]


def each_line(missing: Missing) -> list[str]:
    """List the maps that have nothing to show, each with what is missing."""
    return [f"未画 {name} {title}：缺 {why}" for name, title, why in missing]


def _by_reason(missing: Missing) -> Iterator[str]:
    """Fold maps by the reason their layers have no data; a map may lack layers for several."""
    from geo.draw.layers.subject import gaps_in

    maps: dict[str, set[str]] = {}
    lacking: dict[str, Counter[str]] = {}
    for name, _, why in missing:
        for reason, file in gaps_in(why) or ((_NO_FILE, name),):
            maps.setdefault(reason, set()).add(name)
            lacking.setdefault(reason, Counter())[file] += 1
    for reason, files in lacking.items():
        listed = "、".join(
            f"{file}（{n} 幅）" if n > 1 else file for file, n in sorted(files.items())
        )
        yield f"  {reason}，{len(maps[reason])} 幅：{listed}"


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
@verbose_option
@quiet_option
def command(
    workspace: Path | None, as_at: date | None, jobs: int | None, *, again: bool, internal: bool,
    verbose: bool, quiet: bool,
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
    for line in skipped_lines(done.missing, verbose=verbose):
        tell(line, quiet=quiet)
    if not done.made:
        tell(f"全部 {len(done.fresh)} 个文件都是最新的，无需生成", quiet=quiet)
    tell_faults(done.faults, quiet=quiet)
