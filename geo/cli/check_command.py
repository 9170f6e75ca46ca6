"""``hongxian check``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from geo.cli.options import (
    LonLat,
    as_at_option,
    expand,
    formats,
    internal_option,
    targets,
    workspace_option,
    write,
)
from geo.errors import UsageError

NAMES = ("text", "json", "geojson", "xlsx", "html", "docx")


@click.command(
    name="check",
    help=(
        "核查项目用地（面、线、点）是否落入红线、保护区等管控区域，给出条款和数据日期。\n\n"
        "可读：界址点 TXT、Shapefile（含 zip）、GeoPackage、FileGDB、GeoJSON、KML/KMZ、DXF、Excel/CSV、WKT。\n\n"
        "\b\n例：\n"
        "  hongxian check data/sites/*.geojson\n"
        "  hongxian check 界址点.txt --industry 炼焦 --out 结果.json --out 结果.xlsx\n"
        "  hongxian check --at 112.98,36.28 --radius 200\n"
        "  hongxian check 地块.shp --crs EPSG:4526 --as-at 2026-08-14\n"
        "\n退出码：0 未发现重叠或仅提示，10 限制，11 资料不足，12 疑似，13 禁止，3 文件无法采用。"
    ),
)
@workspace_option
@click.argument("sites", nargs=-1)
@click.option("--at", type=LonLat(), help="经度,纬度：以点代替文件")
@click.option(
    "--radius", "radius_m", type=click.FloatRange(min=0.1), help="与 --at 同用，圆形范围半径（m）"
)
@click.option("--industry", help="行业：GB/T 4754 代码或名称，例如 C2521 或 炼焦")
@click.option(
    "--activity", "activities", multiple=True, help="活动：data/activities.csv 的编号或名称，可重复"
)
@click.option("--existing", is_flag=True, help="已建项目（限期退出等要求按既有项目判定）")
@click.option("--crs", help="坐标系：EPSG:4526、西安80、GCJ-02、BD-09 等；文件已写明时不必给")
@click.option(
    "--accuracy",
    "accuracy_m",
    type=click.FloatRange(min=0),
    default=0.0,
    help="用地坐标的精度（m）",
)
@click.option(
    "--near",
    "near_m",
    type=click.FloatRange(min=0),
    default=5000.0,
    show_default=True,
    help="多远以内算邻近（m）",
)
@click.option(
    "--evidence", type=click.Path(path_type=Path, dir_okay=False), help="主管部门复函 evidence.yml"
)
@click.option(
    "--helmert",
    type=click.Path(path_type=Path, dir_okay=False),
    help="西安80/北京54 的七参数文件（不会被记录或打印）",
)
@click.option("--table", help="文件里有几个图层、工作表或压缩包内文件时，用哪一个")
@internal_option
@as_at_option
@formats(*NAMES)
def command(
    workspace: Path | None, sites: tuple[str, ...], at: tuple[float, float] | None,
    radius_m: float | None, industry: str | None, activities: tuple[str, ...], crs: str | None,
    accuracy_m: float, near_m: float, evidence: Path | None, helmert: Path | None, table: str | None,
    as_at: date | None, format_: str | None, out: tuple[Path, ...], *, existing: bool, internal: bool,
) -> None:  # fmt: skip
    """Check footprints."""
    if bool(sites) == (at is not None):
        raise UsageError("请给出用地文件，或用 --at 经度,纬度 — 二者选一")
    if radius_m is not None and at is None:
        raise UsageError("--radius 只能与 --at 同用")
    pairs = targets(format_, out, names=NAMES)
    from geo.store.store import open_store
    from geo.workflow.site_report import SiteQuestion, ask, render

    store = open_store(workspace or Path.cwd())
    question = SiteQuestion(
        files=tuple(expand(sites)), at=at, radius_m=radius_m, industry=industry,
        activities=activities, crs=crs, accuracy_m=accuracy_m, near_m=near_m, evidence=evidence,
        existing=existing, helmert=helmert, table=table,
        as_at=as_at or date.today(),  # noqa: DTZ011 - the planner's own day
    )  # fmt: skip
    answer = ask(store, question)
    for name, path in pairs:
        write(render(answer, name, internal=internal), path)
    raise click.exceptions.Exit(answer.result.verdict.exit_code)
