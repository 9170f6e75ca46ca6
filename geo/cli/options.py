"""Options that many commands share, and where their data go."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from geo.errors import UsageError
from geo.writing import replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

F = TypeVar("F", bound="Callable[..., Any]")

BINARY: Final = frozenset({"xlsx", "gpkg", "docx", "tif", "png", "pdf", "parquet"})


class _Day(click.ParamType[date]):
    name = "日期"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"“{value}”不是日期，请写成 2026-11-22", param, ctx)


class LonLat(click.ParamType[tuple[float, float]]):
    """``112.98,36.28``: longitude, latitude in degrees."""

    name = "经度,纬度"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float]:
        """Read the pair; a swapped pair is told apart by China's extent."""
        if isinstance(value, tuple):
            return value
        try:
            lon, lat = (float(part) for part in value.replace("，", ",").split(","))
        except ValueError:
            self.fail(f"“{value}”不是“经度,纬度”，请写成 112.98,36.28", param, ctx)
        if not (70 <= lon <= 140 and 0 <= lat <= 60):  # noqa: PLR2004 - China, generously
            hint = "，经度纬度似乎写反了" if 70 <= lat <= 140 else ""  # noqa: PLR2004
            self.fail(f"{lon:g},{lat:g} 不在中国范围内{hint}", param, ctx)
        return lon, lat


workspace_option = click.option(
    "--workspace", "-w", type=click.Path(path_type=Path, file_okay=False), default=None,
    help="工作区文件夹；默认从当前文件夹向上查找 workspace.yml",
)  # fmt: skip
as_at_option = click.option(
    "--as-at", type=_Day(), default=None, help="按哪一天的数据和法规，例如 2026-11-22"
)
internal_option = click.option(
    "--internal", is_flag=True, help="连同内部图层的坐标和精确数字一起输出；输出文件按内部资料保管"
)
jobs_option = click.option(
    "--jobs", "-j", type=click.IntRange(min=1), default=None,
    help="同时绘制几幅，默认按处理器核数；内存不足时自动减少",
)  # fmt: skip
verbose_option = click.option("--verbose", is_flag=True, help="没有数据、未画的图逐幅列明")
quiet_option = click.option("-q", "--quiet", is_flag=True, help="不显示进度和提示")


def formats(*names: str) -> Callable[[F], F]:
    """Add ``--format`` and ``--out`` for the formats a command can write."""

    def add(command: F) -> F:
        out = click.option(
            "--out", "-o", multiple=True, type=click.Path(path_type=Path, dir_okay=False),
            help=f"写入文件，后缀决定格式（{'、'.join(names)}），可重复",
        )  # fmt: skip
        form = click.option(
            "--format", "format_", type=click.Choice(names), default=None, help="输出格式"
        )
        return out(form(command))

    return add


def targets(
    format_: str | None, out: Sequence[Path], *, names: Sequence[str]
) -> list[tuple[str, Path | None]]:
    """Pair each output with its format; without ``--out`` data go to stdout.

    Raises:
        UsageError: A suffix no format has, or a binary format without a file.
    """
    if not out:
        chosen = format_ or names[0]
        if chosen in BINARY:
            raise UsageError(f"{chosen} 是二进制格式 — 请用 --out 文件名.{chosen}")
        return [(chosen, None)]
    pairs: list[tuple[str, Path | None]] = []
    for path in out:
        suffix = path.suffix.lstrip(".").lower()
        suffix = {"txt": names[0], "tiff": "tif", "htm": "html"}.get(suffix, suffix)
        if suffix not in names:
            raise UsageError(f"{path.name}: 不支持后缀 .{suffix} — 可用：{'、'.join(names)}")
        pairs.append((suffix, path))
    return pairs


def write(data: str | bytes, path: Path | None) -> None:
    """Send text or bytes to a file, whole or not at all, or to stdout."""
    if path is None:
        if isinstance(data, bytes):
            sys.stdout.buffer.write(data)
        else:
            click.echo(data)
        return
    with replacing(path) as temporary:
        temporary.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))


def tell(text: str, *, quiet: bool = False) -> None:
    """Say something to the person at the terminal, never into the data."""
    if not quiet:
        click.echo(text, err=True)


def expand(patterns: Sequence[str]) -> list[Path]:
    """Expand wildcards ourselves: PowerShell passes them on as written.

    Raises:
        UsageError: A pattern matches nothing.
    """
    found: list[Path] = []
    for pattern in patterns:
        path = Path(pattern)
        if any(mark in pattern for mark in "*?["):
            matches = sorted(path.parent.glob(path.name))
            if not matches:
                raise UsageError(f"没有文件符合 {pattern} — 请检查文件夹和通配符")
            found += matches
        else:
            found.append(path)
    return found
