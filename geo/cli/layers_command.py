"""``hongxian layers``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from geo.cli.options import as_at_option, formats, targets, workspace_option, write

NAMES = ("table", "json")


@click.command(
    name="layers",
    help="列出图层：状态、要素数、来源性质、数据日期、精度。\n\n\b\n例：\n  hongxian layers\n  hongxian layers --format json",
)
@workspace_option
@as_at_option
@formats(*NAMES)
def command(
    workspace: Path | None, as_at: date | None, format_: str | None, out: tuple[Path, ...]
) -> None:
    """List the layers of a workspace."""
    from geo.store.store import open_store
    from geo.workflow.listing import layer_rows, layers_as_json, layers_as_text

    pairs = targets(format_, out, names=NAMES)
    store = open_store(workspace or Path.cwd())
    rows = layer_rows(store, day=as_at or store.as_at)
    for name, path in pairs:
        write(layers_as_json(rows) if name == "json" else layers_as_text(rows), path)
