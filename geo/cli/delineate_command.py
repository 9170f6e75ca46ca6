"""``hongxian delineate``."""

from __future__ import annotations

from pathlib import Path

import click

from geo.cli.options import formats, internal_option, targets, workspace_option, write

NAMES = ("geojson", "gpkg")


@click.command(
    name="delineate",
    help=(
        "按 HJ 338-2018 的距离给出水源保护区“划分建议范围”。它不是保护区，不参与 check；"
        "有批准范围时直接给出批准范围。承压水、岩溶水和已关闭的水源不划。\n\n\b\n例：\n"
        "  hongxian delineate 席店 --aquifer 中砂 --out 席店建议范围.gpkg\n"
        "  hongxian delineate 墙框堡 --size small"
    ),
)
@workspace_option
@click.argument("source")
@click.option(
    "--size", type=click.Choice(["small", "medium", "large"]), help="水库规模：小、中、大型"
)
@click.option(
    "--aquifer",
    type=click.Choice(["细砂", "中砂", "粗砂", "砾石", "卵石"]),
    help="孔隙潜水含水层介质",
)
@internal_option
@formats(*NAMES)
def command(
    workspace: Path | None, source: str, size: str | None, aquifer: str | None,
    format_: str | None, out: tuple[Path, ...], *, internal: bool,
) -> None:  # fmt: skip
    """Suggest zones around a source."""
    from geo.store.store import open_store
    from geo.workflow.delineate import as_geojson, suggested, write_gpkg
    from geo.writing import replacing

    pairs = targets(format_, out, names=NAMES)
    store = open_store(workspace or Path.cwd())
    zones = suggested(store, source, size=size, aquifer=aquifer, internal=internal)
    for name, path in pairs:
        if name == "gpkg" and path is not None:
            with replacing(path) as temporary:
                temporary.unlink()
                write_gpkg(zones, temporary)
        else:
            write(as_geojson(zones), path)
