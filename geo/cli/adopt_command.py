"""``hongxian adopt``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geo.cli.options import quiet_option, tell, workspace_option
from geo.cli.progress import progress_bar
from geo.errors import UsageError

if TYPE_CHECKING:
    from geo.store.store import Store
    from geo.workflow.adoption.layer_file import Handover


def _pairs(_ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """Read ``左=右`` options."""
    pairs = [text.replace("＝", "=").partition("=") for text in given]
    if bad := [left for left, mark, right in pairs if not (left and mark and right)]:
        raise click.BadParameter(f"“{bad[0]}”应写成 左=右，例如 实验区=nature_experimental")
    return {left.strip(): right.strip() for left, _, right in pairs}


def _tags(
    ctx: click.Context, param: click.Parameter, given: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """Read ``标签=值,值``; one tag may be given several times."""
    found: dict[str, tuple[str, ...]] = {}
    for text in given:
        ((tag, values),) = _pairs(ctx, param, (text,)).items()
        found[tag] = (*found.get(tag, ()), *values.replace("，", ",").split(","))
    return found


def _partial(_ctx: click.Context, _param: click.Parameter, text: str | None) -> Any:
    from geo.spec.dates import PartialDate

    if text is None:
        return None
    try:
        return PartialDate.parse(text)
    except ValueError as error:
        raise click.BadParameter(f"“{text}”不是日期，请写成 2024、2024-06 或 2024-06-30") from error


_ASKED = (
    ("provider", "提供单位（例如 屯留区自然资源局）"), ("as_of", "数据日期（2024、2024-06 或 2024-06-30）"),
    ("accuracy_m", "位置精度（m，例如 1）"),
)  # fmt: skip


@click.command(
    name="adopt",
    help=(
        "把本单位的图层（三区三线、地类图斑、水源保护区、管控单元……）纳入工作区。\n\n"
        "可读：FileGDB、GeoPackage、Shapefile、FlatGeobuf、GeoParquet、GeoJSON、带坐标的 CSV/XLSX，以及它们的 ZIP；OSM 的 .pbf；"
        "高程与土地覆盖栅格（GeoTIFF、COG、VRT）。"
        "数据存入 local/，不进版本库；旧版本保留，并说明有哪些变化。\n\n\b\n例：\n"
        "  hongxian adopt 三区三线.gdb --as 生态保护红线 --provider 区自然资源局 \\\n"
        "    --as-of 2024-06 --accuracy 1 --dry-run\n"
        "  hongxian adopt DLTB.zip --as land_use --provider 区自然资源局 --as-of 2023 --accuracy 5\n"
        "  hongxian adopt 水源.shp --as water_source_zones --zone-field 级别 --value 一级区=water_source_1 …\n"
        "  hongxian adopt 高程.tif --as dem --provider 区自然资源局 --as-of 2022 --accuracy 5\n"
        "  hongxian adopt 地表覆盖.tif --as land_cover --scheme globeland30 --provider … --as-of 2020 --accuracy 30"
    ),
)
@workspace_option
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--as",
    "to",
    required=True,
    help="管控类别（名称或编号），或图层编号，例如 生态保护红线、land_use",
)
@click.option("--table", help="文件中有多个图层时用哪一个")
@click.option("--provider", help="提供单位")
@click.option("--as-of", callback=_partial, help="数据日期")
@click.option("--received", callback=_partial, help="移交日期")
@click.option("--version", "version", help="版本")
@click.option(
    "--sensitivity", type=click.Choice(["internal", "public"]), help="密级；不写按 internal（内部）"
)
@click.option("--accuracy", "accuracy_m", type=click.FloatRange(min=0), help="位置精度（m）")
@click.option("--authority", type=click.Choice(["official", "open", "derived", "schematic"]), default="official",
              show_default=True, help="数据性质：主管部门、公开、推算、示意")  # fmt: skip
@click.option("--licence", default="本单位内部使用", show_default=True, help="许可")
@click.option(
    "--coverage", multiple=True, help="覆盖哪些县（6 位代码），可重复；工作区只有一个县时不必写"
)
@click.option("--crs", help="坐标系；文件已写明时不必给")
@click.option(
    "--helmert", type=click.Path(path_type=Path, dir_okay=False), help="西安80/北京54 的七参数文件"
)
@click.option(
    "--field", "fields", multiple=True, callback=_pairs, help="字段对应：name=HXMC，可重复"
)
@click.option("--zone-field", help="哪个字段区分管控类别")
@click.option(
    "--value",
    "values",
    multiple=True,
    callback=_pairs,
    help="取值对应：一级=water_source_1，不属管控区写 -",
)
@click.option("--x", help="表格的横坐标（经度）列")
@click.option("--y", help="表格的纵坐标（纬度）列")
@click.option(
    "--tag", "tags", multiple=True, callback=_tags,
    help="OSM 的 .pbf 取哪些要素：waterway=river,stream，可重复；任意取值写 *",
)  # fmt: skip
@click.option("--expected-area", help="应有的总面积，带单位，例如 123.4平方公里")
@click.option(
    "--accept-lookalike", "accept_look_alike", is_flag=True, help="确认名称可疑的图层就是所要的"
)
@click.option("--scheme", type=click.Choice(["globeland30", "worldcover", "clcd", "esri"]),
              help="土地覆盖栅格的编码体系")  # fmt: skip
@click.option(
    "--classes", type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="土地覆盖栅格的分类表（编码,名称,颜色；CSV 或 XLSX）",
)  # fmt: skip
@click.option("--band", type=click.IntRange(1, 255), default=1, help="栅格的第几波段")
@click.option("--dry-run", is_flag=True, help="只看结果，不写入")
@quiet_option
def command(workspace: Path | None, file: Path, *, dry_run: bool, quiet: bool, **said: Any) -> None:
    """Adopt one layer."""
    from geo.store.store import open_store
    from geo.workflow.adoption.layer_file import Handover
    from geo.workflow.adoption.raster import is_raster

    store = open_store(workspace or Path.cwd())
    known = said if dry_run else _asked(said)
    bring = _bring_raster if is_raster(file) else _bring_features
    bring(store, Handover(file=file, **known), dry_run=dry_run, quiet=quiet)


def _bring_features(store: Store, said: Handover, *, dry_run: bool, quiet: bool) -> None:
    from geo.workflow.adoption.adopt import adopted, commit, examine, report
    from geo.workflow.adoption.change_map import draw_change

    if said.scheme or said.classes:
        raise UsageError("--scheme、--classes 只用于土地覆盖栅格 — 纳入矢量图层时请去掉")
    with progress_bar(quiet=quiet) as show:
        show(0, 2, "读取并检查")
        adoption = examine(store, said, dry_run=dry_run)
    click.echo(report(adoption, dry_run=dry_run))
    if dry_run:
        return
    with progress_bar(quiet=quiet) as show:
        show(1, 2, "写入")
        written = commit(store, adoption)
    tell("已写入：" + "、".join(path.as_posix() for path in written), quiet=quiet)
    if picture := draw_change(store, adoption):
        tell(f"变化图：{picture.as_posix()}", quiet=quiet)
    tell(adopted(store.root, adoption.layer), quiet=quiet)


def _bring_raster(store: Store, said: Handover, *, dry_run: bool, quiet: bool) -> None:
    from geo.workflow.adoption.raster import (
        adopted_raster,
        commit_raster,
        examine_raster,
        report_raster,
    )

    with progress_bar(quiet=quiet) as show:
        show(0, 1, "读取并检查")
        adoption = examine_raster(store, said, dry_run=dry_run)
    click.echo(report_raster(adoption, dry_run=dry_run))
    if dry_run:
        return
    with progress_bar(quiet=quiet) as show:
        written = commit_raster(
            store, adoption, progress=lambda done, count: show(done, count, "转换栅格")
        )
    tell("已写入：" + "、".join(path.as_posix() for path in written), quiet=quiet)
    tell(adopted_raster(store.root, adoption), quiet=quiet)


def _asked(said: dict[str, Any]) -> dict[str, Any]:
    """Ask for what was not given, where somebody sits at the terminal."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return said
    answers = dict(said)
    for key, question in _ASKED:
        if answers[key] is None:
            text = click.prompt(question, err=True)
            answers[key] = _answer(key, text)
    return answers


def _answer(key: str, text: str) -> Any:
    if key == "as_of":
        return _partial(click.get_current_context(), click.Option(["--as-of"]), text)
    if key != "accuracy_m":
        return text
    try:
        return float(text)
    except ValueError as error:
        raise UsageError(f"“{text}”不是数字 — 精度以米为单位") from error
