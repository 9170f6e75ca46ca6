"""``hongxian init``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from geo.cli.options import quiet_option, tell


@click.command(
    name="init",
    help=(
        "为任一县、市、省新建工作区：图层声明、空数据表、总览图，以及写满说明的 workspace.yml。\n\n"
        "只写入新的或空的文件夹，不改动已有文件。\n\n"
        "\b\n例：\n"
        "  hongxian init 屯留区 --adcode 140405\n"
        "  hongxian init . --adcode 141000\n"
    ),
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--adcode", required=True, metavar="N", help="6 位行政区划代码，例如 140405")
@quiet_option
def command(folder: Path, adcode: str, *, quiet: bool) -> None:
    """Make a workspace."""
    from geo.workflow.starting import start_workspace

    made = start_workspace(folder, adcode=adcode, day=date.today())  # noqa: DTZ011
    tell(f"已新建 {made.name}（{adcode}）的工作区，共 {len(made.files)} 个文件", quiet=quiet)
    tell(f"请进入 {folder}，先运行 hongxian verify，再运行 hongxian build", quiet=quiet)
