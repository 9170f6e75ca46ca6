"""``hongxian verify``."""

from __future__ import annotations

from pathlib import Path

import click

from geo.cli.options import (
    formats,
    jobs_option,
    quiet_option,
    targets,
    workspace_option,
    write,
)
from geo.cli.progress import progress_bar

NAMES = ("text", "json")


@click.command(
    name="verify",
    help=(
        "读取工作区的全部文件，定位每一处地点，运行每条规则自带的例子，一次列出所有问题。\n\n"
        "\b\n例：\n  hongxian verify\n  hongxian verify --strict\n  hongxian verify --maps"
    ),
)
@workspace_option
@click.option("--strict", is_flag=True, help="有警告也以 1 退出")
@click.option(
    "--maps", is_flag=True, help="逐幅试画，检查图名、图例、审图号、注记、对比度等（较慢）"
)
@jobs_option
@quiet_option
@formats(*NAMES)
def command(
    workspace: Path | None, jobs: int | None, format_: str | None, out: tuple[Path, ...], *,
    strict: bool, maps: bool, quiet: bool,
) -> None:  # fmt: skip
    """Verify a workspace."""
    from geo.workflow.verify import verify

    pairs = targets(format_, out, names=NAMES)
    with progress_bar(quiet=quiet) as show:
        report = verify(workspace or Path.cwd(), maps=maps, workers=jobs, progress=show)
    for name, path in pairs:
        write(report.as_json() if name == "json" else report.as_text(), path)
    raise click.exceptions.Exit(report.exit_code(strict=strict))
