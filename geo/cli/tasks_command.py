"""``hongxian tasks``."""

from __future__ import annotations

from pathlib import Path

import click

from geo.cli.options import LonLat, formats, targets, workspace_option, write

NAMES = ("table", "csv", "xlsx", "json", "geojson", "gpkg")


@click.command(
    name="tasks",
    help=(
        "查询规划的工程、措施和管控要求，并给出位置。\n\n\b\n例：\n"
        "  hongxian tasks --plan tunliu --kind project\n"
        "  hongxian tasks --at 112.98,36.28\n"
        "  hongxian tasks --in 余吾镇 --text 污水 --out 任务.xlsx"
    ),
)
@workspace_option
@click.option("--plan", help="规划编号（plans/ 下的文件夹名）")
@click.option(
    "--kind", type=click.Choice(["project", "measure", "control"]), help="工程、措施或管控"
)
@click.option("--at", type=LonLat(), help="经度,纬度：该处适用什么，由近到远")
@click.option("--in", "inside", help="区县、乡镇或任一地名")
@click.option("--text", help="名称、内容、章节或备注中的文字")
@formats(*NAMES)
def command(
    workspace: Path | None, plan: str | None, kind: str | None, at: tuple[float, float] | None,
    inside: str | None, text: str | None, format_: str | None, out: tuple[Path, ...],
) -> None:  # fmt: skip
    """Find tasks and controls."""
    from geo.documents.spreadsheet import SheetTable, as_xlsx
    from geo.store.store import open_store
    from geo.workflow import export
    from geo.workflow.tasks import find_tasks
    from geo.workflow.writing import replacing

    pairs = targets(format_, out, names=NAMES)
    store = open_store(workspace or Path.cwd())
    hits = find_tasks(store, plan=plan, kind=kind, at=at, inside=inside, text=text)
    texts = {"table": export.as_text, "csv": export.as_csv, "json": export.as_json,
             "geojson": export.as_geojson}  # fmt: skip
    for name, path in pairs:
        if name == "gpkg" and path is not None:
            with replacing(path) as temporary:
                temporary.unlink()
                export.write_gpkg(hits, temporary)
        elif name == "xlsx":
            rows = [export.shown(export.record(hit)) for hit in hits]
            table = SheetTable("规划任务", tuple(export.FIELDS.values()), rows)
            write(as_xlsx([table], as_at=store.as_at), path)
        elif name == "csv" and path is None:
            write(export.as_csv(hits).decode("utf-8-sig"), None)
        else:
            write(texts[name](hits), path)
