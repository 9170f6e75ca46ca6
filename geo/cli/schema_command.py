"""``hongxian schema``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from geo.cli.options import write

#: As in :data:`geo.workflow.schemas.NAMES`, which help must not import for three words.
NAMES = ("check", "manifest", "tasks")


@click.command(
    name="schema",
    help=(
        "打印输出格式的 JSON Schema（2020-12 版），供其他程序核对。\n\n"
        "check 是 hongxian check --format json，manifest 是 build/manifest.json，"
        "tasks 是 hongxian tasks --format json。\n\n"
        "\b\n例：\n"
        "  hongxian schema check\n"
        "  hongxian schema tasks --out tasks.schema.json"
    ),
)
@click.argument("name", type=click.Choice(NAMES))
@click.option(
    "--out", "-o", type=click.Path(path_type=Path, dir_okay=False), help="写入文件；默认打印"
)
def command(name: str, out: Path | None) -> None:
    """Print a schema."""
    from geo.workflow.schemas import schema

    write(json.dumps(schema(name), ensure_ascii=False, indent=2), out)
