"""``hongxian verify``."""

from __future__ import annotations

from pathlib import Path

import click

from geo.cli.options import formats, targets, workspace_option, write

NAMES = ("text", "json")


@click.command(
    name="verify",
    help=(
        "读取工作区的全部文件，定位每一处地点，运行每条规则自带的例子，一次列出所有问题。\n\n"
        "\b\n例：\n  hongxian verify\n  hongxian verify --strict"
    ),
)
@workspace_option
@click.option("--strict", is_flag=True, help="有警告也以 1 退出")
@formats(*NAMES)
def command(
    workspace: Path | None, *, strict: bool, format_: str | None, out: tuple[Path, ...]
) -> None:
    """Verify a workspace."""
    from geo.workflow.verify import verify

    pairs = targets(format_, out, names=NAMES)
    report = verify(workspace or Path.cwd())
    for name, path in pairs:
        write(report.as_json() if name == "json" else report.as_text(), path)
    raise click.exceptions.Exit(report.exit_code(strict=strict))
