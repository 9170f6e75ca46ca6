"""``hongxian clean``."""

from __future__ import annotations

from pathlib import Path

import click

from geo.cli.options import quiet_option, tell, workspace_option


@click.command(
    name="clean",
    help=(
        "清空生成的文件（build/）和缓存（local/cache/）；人写的文件不动。\n\n"
        "\b\n例：\n"
        "  hongxian clean --dry-run\n"
        "  hongxian clean"
    ),
)
@workspace_option
@click.option("--dry-run", "-n", is_flag=True, help="只列出会删除的文件，不删除")
@quiet_option
def command(workspace: Path | None, *, dry_run: bool, quiet: bool) -> None:
    """Clean a workspace."""
    from geo.workflow.cleaning import clean

    done = clean(workspace or Path.cwd(), dry_run=dry_run)
    if dry_run:
        for name in done.files:
            click.echo(name)
    verb = "将删除" if dry_run else "已删除"
    size = done.size_bytes / 1e6
    text = f"{verb} {len(done.files)} 个文件，{size:.1f} MB" if done.files else "没有可清理的文件"
    tell(text, quiet=quiet)
