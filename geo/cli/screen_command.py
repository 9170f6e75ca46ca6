"""``hongxian screen``."""

from __future__ import annotations

import sys
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from geo.cli.options import (
    as_at_option,
    expand,
    formats,
    quiet_option,
    targets,
    tell,
    workspace_option,
)  # fmt: skip
from geo.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = ("parquet", "gpkg", "csv", "xlsx")
_EVERY_S = 5.0


@click.command(
    name="screen",
    help=(
        "批量核查：整份名录（企业、排口、矿区、地块）逐个按 check 的方法判定，一行一个地块，每个图层一组列。\n\n"
        "大文件请用 GeoParquet（EPSG:4490），按块读取，占用内存不随行数增长；中断后用同一命令接着做。\n\n"
        "\b\n例：\n"
        "  hongxian screen 名录.parquet --out 结果.parquet --out 结果.xlsx\n"
        "  hongxian screen data/sites/*.geojson --out 结果.csv --as-at 2026-11-22\n"
        "  hongxian screen 名录.parquet --out 结果.parquet --engine dask --scheduler tcp://10.0.0.5:8786\n"
        "\n退出码：做完即为 0，不随判定改变；3 文件无法采用。"
    ),
)
@workspace_option
@click.argument("sites", nargs=-1, required=True)
@click.option("--industry", help="行业：GB/T 4754 代码或名称，对全部地块")
@click.option(
    "--industry-column",
    help="名录中写行业的列（代码或名称），逐行取用；不给时认“行业代码”等常用列名",
)
@click.option("--activity", "activities", multiple=True, help="活动：编号或名称，可重复")
@click.option("--existing", is_flag=True, help="均为已建项目")
@click.option("--crs", help="坐标系；GeoParquet 自带，不必给")
@click.option(
    "--accuracy", "accuracy_m", type=click.FloatRange(min=0), default=0.0, help="坐标的精度（m）"
)
@click.option(
    "--near", "near_m", type=click.FloatRange(min=0), default=5000.0, show_default=True,
    help="多远以内算邻近（m）",
)  # fmt: skip
@click.option(
    "--bad", type=click.Choice(["refuse", "list"]), default="refuse", show_default=True,
    help="几何缺失或无效的行：refuse 开工前列出并拒绝；list 留在结果中，注明未核查",
)  # fmt: skip
@click.option(
    "--engine", type=click.Choice(["local", "dask"]), default="local", show_default=True,
    help="在本机计算，或分给 Dask 集群",
)  # fmt: skip
@click.option("--scheduler", help="Dask 调度器地址，如 tcp://10.0.0.5:8786")
@as_at_option
@quiet_option
@formats(*NAMES)
def command(
    workspace: Path | None, sites: tuple[str, ...], industry: str | None,
    industry_column: str | None, activities: tuple[str, ...], crs: str | None, accuracy_m: float, near_m: float,
    bad: str, engine: str, scheduler: str | None, as_at: date | None, format_: str | None,
    out: tuple[Path, ...], *, existing: bool, quiet: bool,
) -> None:  # fmt: skip
    """Check a register."""
    if not out:
        raise UsageError("批量核查的结果写入文件 — 请用 --out 结果.parquet（或 .gpkg .csv .xlsx）")
    if (engine == "dask") != (scheduler is not None):
        raise UsageError(
            "--engine dask 与 --scheduler 要同时给出 — 如 --scheduler tcp://10.0.0.5:8786"
        )
    pairs = [(name, path) for name, path in targets(format_, out, names=NAMES) if path is not None]
    from geo.workflow.screening.cluster import on_cluster
    from geo.workflow.screening.screen import ScreenQuestion, screen
    from geo.workflow.workspace import Workspace

    space = Workspace.open(workspace or Path.cwd())
    question = ScreenQuestion(
        files=tuple(expand(sites)), industry=industry, industry_column=industry_column, activities=activities, crs=crs,
        accuracy_m=accuracy_m, near_m=near_m, existing=existing, keep_bad=bad == "list",
        as_at=as_at or date.today(),  # noqa: DTZ011 - the planner's own day
    )  # fmt: skip
    told = screen(
        space.store, question, pairs, progress=_progress(quiet=quiet),
        announce=lambda words: tell(words, quiet=quiet),
        deal=None if scheduler is None else on_cluster(scheduler),
    )  # fmt: skip
    before = f"，其中 {told.resumed} 个在上次运行中已完成" if told.resumed else ""
    tell(f"已核查 {told.sites - told.bad} 个地块{before}", quiet=quiet)
    if told.trades or told.strangers:
        tell(f"行业按名录逐行取用：{told.trades} 行", quiet=quiet)
    if told.strangers:
        words = f"另有 {told.strangers} 行所写行业不是 GB/T 4754 代码，按未说明行业核查，见结果的“主要理由”"
        tell(words, quiet=False)
    if told.bad:
        words = f"另有 {told.bad} 行几何或坐标缺失、无效，未核查：见结果中“已核查”为否的行，判定为资料不足"
        tell(words, quiet=False)


def _progress(*, quiet: bool) -> Callable[[int, int | None], None]:
    """Tell rate and time left on a terminal, every few seconds."""
    if quiet or not sys.stderr.isatty():
        return lambda _done, _all: None
    started, first, last = time.monotonic(), -1, 0.0

    def show(done: int, everything: int | None) -> None:
        nonlocal first, last
        now = time.monotonic()
        if first < 0:
            first = done
        if now - last < _EVERY_S or done == first:
            return
        last = now
        rate = (done - first) / (now - started)
        left = (
            ""
            if everything is None
            else f" / {everything}，约剩 {_spell((everything - done) / rate)}"
        )
        tell(f"已核查 {done}{left}（每秒 {rate:.0f} 个）")

    return show


def _spell(seconds: float) -> str:
    """Say a time to wait.

    >>> _spell(42.4), _spell(3 * 3600 + 125)
    ('42 秒', '3 小时 2 分')
    """
    minutes = round(seconds / 60)
    if minutes < 2:  # noqa: PLR2004
        return f"{seconds:.0f} 秒"
    return f"{minutes // 60} 小时 {minutes % 60} 分" if minutes >= 60 else f"{minutes} 分"  # noqa: PLR2004
