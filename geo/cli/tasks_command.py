"""``hongxian tasks``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geo.cli.options import (
    LonLat,
    as_at_option,
    expand,
    formats,
    internal_option,
    targets,
    tell,
    workspace_option,
    write,
)
from geo.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.store.store import Store
    from geo.workflow.tasks import TaskHit

NAMES = ("table", "csv", "xlsx", "json", "geojson", "gpkg")
PROGRESS_NAMES = ("table", "xlsx", "png", "pdf")
_ALL = (*NAMES, "png", "pdf")


@click.command(
    name="tasks",
    help=(
        "查询规划的工程、措施和管控要求，并给出位置；或汇总、分发、合并实施进展。\n\n\b\n例：\n"
        "  hongxian tasks --plan tunliu --kind project\n"
        "  hongxian tasks --at 112.98,36.28\n"
        "  hongxian tasks --in 余吾镇 --text 污水 --out 任务.xlsx\n"
        "  hongxian tasks --progress --plan tunliu --out 三张清单.xlsx --out 进展图.png\n"
        "  hongxian tasks --plan tunliu --hand-out 填报表\n"
        "  hongxian tasks --merge 填报表/*.xlsx"
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
@click.option("--progress", is_flag=True, help="实施进展：指标、任务、项目三张清单，或进展图")
@click.option(
    "--hand-out", type=click.Path(path_type=Path, file_okay=False),
    help="按牵头单位各写一份 Excel 填报表到这个文件夹",
)  # fmt: skip
@click.option(
    "--merge", is_flag=True, help="把后面列出的填报表合并进 progress.csv，冲突的列出、不合并"
)
@click.argument("files", nargs=-1)
@internal_option
@as_at_option
@formats(*_ALL)
def command(workspace: Path | None, files: tuple[str, ...], **asked: Any) -> None:
    """Find tasks and controls, or deal with their progress."""
    from geo.store.store import open_store

    if asked["merge"] != bool(files):
        raise UsageError("--merge 后面写填报表的文件名；不合并时不写文件名")
    store = open_store(workspace or Path.cwd())
    day = asked["as_at"] or store.as_at
    if asked["merge"]:
        _merge(store, expand(files), asked["plan"])
    elif asked["hand_out"] is not None:
        _hand_out(store, asked["hand_out"], asked["plan"], day)
    elif asked["progress"]:
        pairs = targets(asked["format_"], asked["out"], names=PROGRESS_NAMES)
        _progress(store, pairs, asked["plan"], day, internal=asked["internal"])
    else:
        _find(store, asked)


def _find(store: Store, asked: dict[str, Any]) -> None:
    """Find tasks and write them in every format asked for."""
    from geo.workflow.tasks import find_tasks

    pairs = targets(asked["format_"], asked["out"], names=NAMES)
    keys = ("plan", "kind", "at", "inside", "text")
    hits = find_tasks(store, **{key: asked[key] for key in keys})
    for name, path in pairs:
        _write(store, hits, name, path, internal=asked["internal"])


def _write(
    store: Store, hits: Sequence[TaskHit], name: str, path: Path | None, *, internal: bool
) -> None:
    from geo.workflow import export
    from geo.writing import replacing

    if name == "gpkg" and path is not None:
        with replacing(path) as temporary:
            temporary.unlink()
            export.write_gpkg(hits, temporary, internal=internal)
    elif name == "geojson":
        write(export.as_geojson(hits, internal=internal), path)
    elif name == "xlsx":
        from geo.documents.spreadsheet import SheetTable, as_xlsx

        rows = [export.shown(export.record(hit)) for hit in hits]
        table = SheetTable("规划任务", tuple(export.FIELDS.values()), rows)
        write(as_xlsx([table], as_at=store.as_at), path)
    elif name == "csv":
        table_text = export.as_csv(hits)
        write(table_text.decode("utf-8-sig") if path is None else table_text, path)
    else:
        write(export.as_json(hits) if name == "json" else export.as_text(hits), path)


def _plans(store: Store, plan: str | None) -> list[Any]:
    """The plan asked for, or all."""
    from geo.spec.closed import nearest

    plans = store.spec.plans
    if plan is not None and plan not in plans:
        raise UsageError(f"没有名为 {plan} 的规划 — {nearest(plan, plans)}")
    return [plans[plan]] if plan is not None else list(plans.values())


def _progress(
    store: Store,
    pairs: list[tuple[str, Path | None]],
    plan: str | None,
    day: date,
    *,
    internal: bool,
) -> None:
    from geo.workflow.progress import progress_sheets, progress_text

    plans = _plans(store, plan)
    for name, path in pairs:
        if name == "xlsx":
            from geo.documents.spreadsheet import as_xlsx

            write(as_xlsx(progress_sheets(plans, day=day), as_at=day), path)
        elif path is not None and name in ("png", "pdf"):
            from geo.workflow.progress_map import progress_map

            if len(plans) != 1:
                raise UsageError("进展图一次只画一个规划 — 请加 --plan")
            progress_map(store, plans[0].id, day=day).save(path, internal=internal)
        else:
            write(progress_text(plans, day=day), path)


def _hand_out(store: Store, folder: Path, plan: str | None, day: date) -> None:
    from geo.workflow.progress_exchange import hand_out

    for path in hand_out(_plans(store, plan), folder, day=day):
        tell(path.as_posix())


def _merge(store: Store, files: list[Path], plan: str | None) -> None:
    """Take filled-in books back; conflicts are shown and end the command with 1."""
    from geo.workflow.progress_exchange import take_back, write_progress

    merged = take_back(_plans(store, plan), files)
    for name, rows in merged.rows.items():
        path = write_progress(store.root, store.spec.plans[name], rows)
        tell(f"{path.as_posix()}：新增 {len(rows)} 行")
    tell(f"原来已有 {merged.known} 行，冲突 {len(merged.conflicts)} 处")
    for conflict in merged.conflicts:
        click.echo(conflict.words())
    if merged.conflicts:
        raise click.exceptions.Exit(1)
