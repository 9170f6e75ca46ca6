"""``hongxian density``."""

from __future__ import annotations

from pathlib import Path

import click

from geo.cli.options import quiet_option, tell, workspace_option


@click.command(
    name="density",
    help=(
        "统计每个网格内适用的工程与措施数，写成 GeoTIFF（自带色表图例）。\n\n\b\n例：\n"
        "  hongxian density --plan tunliu --out build/density/tunliu.tif\n"
        "  hongxian density --plan linfen --cell 500"
    ),
)
@workspace_option
@click.option("--plan", help="规划编号；默认为全部规划各出一张")
@click.option(
    "--cell",
    "cell_m",
    type=click.FloatRange(min=1.0),
    default=100.0,
    show_default=True,
    help="网格边长（m）",
)
@click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="写入的 .tif；多个规划时为文件夹下各一个",
)
@quiet_option
def command(
    workspace: Path | None, plan: str | None, cell_m: float, out: Path | None, *, quiet: bool
) -> None:
    """Write density rasters."""
    from geo.errors import UsageError
    from geo.store.store import open_store
    from geo.workflow.density import density, write_tif
    from geo.writing import replacing

    store = open_store(workspace or Path.cwd())
    plans = [plan] if plan else list(store.spec.plans)
    if out is not None and len(plans) != 1:
        raise UsageError("--out 只能用于一个规划 — 请同时写 --plan")
    for name in plans:
        path = out or store.root / "build" / "density" / f"{name}.tif"
        found = density(store, name, cell_m=cell_m)
        with replacing(path) as temporary:
            write_tif(found, temporary, title=store.spec.plans[name].head.title)
        left = f"，{found.left_out} 项无法定位未计入" if found.left_out else ""
        tell(f"{path}：{found.counted} 项{left}", quiet=quiet)
