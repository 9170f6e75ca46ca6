"""``hongxian``: finds the command, and turns every failure into a sentence and an exit code."""

from __future__ import annotations

import gc
import importlib
import os
import sys
import traceback
from typing import Any, Final

import click

from geo.cli.chinese import Context, complaint
from geo.errors import HongxianError
from geo.version import __version__

#: Command name → the line shown in ``hongxian --help``. The module is ``geo.cli.<name>_command``;
#: it is imported only when the command runs, so that help answers at once.
COMMANDS: Final[dict[str, str]] = {
    "init": "新建一个县（市、省）的工作区",
    "verify": "检查工作区的全部文件、地点和规则",
    "adopt": "把本单位的图层纳入工作区（红线、地类图斑、水源保护区……）",
    "layers": "列出图层及其状态、来源、日期、精度",
    "tasks": "查询规划任务和管控要求（按规划、地点、文字）",
    "map": "绘制专题地图",
    "check": "核查项目用地是否涉及红线、保护区等管控区域",
    "screen": "批量核查整份名录，一行一个地块",
    "report": "用 Word 模板生成报告，或检查报告是否过期",
    "delineate": "按 HJ 338 给出水源保护区划分建议范围",
    "density": "统计每个网格内适用的措施数量",
    "build": "生成所有过期的地图和表格",
    "clean": "清空生成的文件和缓存",
    "schema": "打印输出格式的 JSON Schema",
    "completion": "打印 bash、zsh、fish、PowerShell 的补全脚本",
}
_FAULT: Final = 70
_INTERRUPTED: Final = 130


class _Commands(click.Group):
    """A group that knows its commands' names without importing them."""

    context_class = Context

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"geo.cli.{cmd_name}_command")
        command: click.Command = module.command
        command.context_class = Context
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("命令"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from geo.spec.closed import nearest

            raise click.UsageError(f"没有命令 {name} — {nearest(name, COMMANDS)}")
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands,
    help=(
        "红线 Hongxian：把规划任务落到图上，核查项目选址，生成地图和报告。\n\n"
        "\b\n例：\n  hongxian build\n  hongxian check data/sites/示例地块.geojson\n"
        "\n每个命令都可加 --help 查看用法与示例。"
    ),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="hongxian")
def cli() -> None:
    """Group of all commands."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with the code of contracts.md."""
    # Loading libraries and plans makes half a million lasting objects; looking at them again and again for
    # rubbish is a fifth of a cold check's time.
    gc.set_threshold(100_000, 20, 20)
    _speak_utf8()
    if "_HONGXIAN_COMPLETE" in os.environ:
        from geo.cli.completion_command import teach

        teach()
    try:
        code = cli.main(args=arguments, prog_name="hongxian", standalone_mode=False)
    except click.exceptions.Exit as error:
        code = error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        _say(error.format_message())
        code = 2
    except click.UsageError as error:
        _say(f"用法错误：{complaint(error)}")
        _say("请用 hongxian --help 或 hongxian 命令 --help 查看用法与示例")
        code = 2
    except click.ClickException as error:
        _say(error.format_message())
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        _say("已中断，没有留下未写完的文件")
        code = _INTERRUPTED
    except HongxianError as error:
        _say(str(error))
        code = error.exit_code
    except BrokenPipeError:
        # The reader (head, more) has gone: nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:  # noqa: BLE001 - the one place where every fault ends
        code = _report_fault(error)
    sys.exit(code if isinstance(code, int) else 0)


def _report_fault(error: Exception) -> int:
    """Say that the fault is ours, without a traceback unless one is asked for."""
    if os.environ.get("HONGXIAN_DEBUG"):
        traceback.print_exception(error)
    _say(f"程序内部错误（{type(error).__name__}: {error}）")
    _say("这不是您的操作问题。请设置环境变量 HONGXIAN_DEBUG=1 后重试，并把输出发给维护者")
    return _FAULT


def _say(text: str) -> None:
    click.echo(text, err=True)


def _speak_utf8() -> None:
    """Write UTF-8 whatever the console's code page: a Windows pipe would refuse ㎡ or 沚."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
