"""``hongxian completion``: what a shell must be told so that Tab completes commands and options."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The variable in which a shell asks for completions; click derives it from the program's name.
VARIABLE: Final = "_HONGXIAN_COMPLETE"

#: Windows PowerShell 5.1 and PowerShell 7. Answers come one a line as type, value, help with tabs
#: between; the words typed so far go over in variables, since quoting differs between the two.
_POWERSHELL: Final = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($word, $command, $cursor)
    $text = $command.ToString().PadRight($cursor).Substring(0, $cursor)
    $env:%(complete_var)s = 'powershell_complete'
    $env:COMP_WORDS = $text
    $env:COMP_CWORD = $word
    $encoding = [Console]::OutputEncoding
    try {
        [Console]::OutputEncoding = [System.Text.Encoding]::UTF8
        %(prog_name)s | ForEach-Object {
            $kind, $value, $help = $_ -split "`t", 3
            if ($kind -eq 'plain') {
                if (-not $help) { $help = $value }
                [System.Management.Automation.CompletionResult]::new(
                    $value, $value, 'ParameterValue', $help)
            }
        }
    } finally {
        [Console]::OutputEncoding = $encoding
        $used = 'Env:%(complete_var)s', 'Env:COMP_WORDS', 'Env:COMP_CWORD'
        Remove-Item -Path $used -ErrorAction Ignore
    }
}
"""


class PowershellComplete(ShellComplete):
    """Completion for PowerShell, which click does not bring.

    Files are left to PowerShell: it completes them itself where nothing is offered.
    """

    name = "powershell"
    source_template = _POWERSHELL

    def get_completion_args(self) -> tuple[list[str], str]:
        """Split what was typed into the whole words and the word being typed."""
        words = split_arg_string(os.environ["COMP_WORDS"])[1:]
        # An empty variable does not exist on Windows.
        incomplete = os.environ.get("COMP_CWORD", "")
        return (words[:-1] if incomplete and words else words), incomplete

    def format_completion(self, item: CompletionItem) -> str:
        """Write one answer as type, value and help."""
        return f"{item.type}\t{item.value}\t{item.help or ''}"


_SHELLS: Final[Mapping[str, type[ShellComplete]]] = {
    "bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete,
    "powershell": PowershellComplete,
}  # fmt: skip


def teach() -> None:
    """Let click answer PowerShell; called before the arguments are read, when a shell asks."""
    add_completion_class(PowershellComplete)


@click.command(
    name="completion",
    help=(
        "打印命令补全脚本：装好后按 Tab 补全命令、选项和取值。\n\n"
        "\b\n例：\n"
        "  bash        echo 'eval \"$(hongxian completion bash)\"' >> ~/.bashrc\n"
        "  zsh         echo 'eval \"$(hongxian completion zsh)\"' >> ~/.zshrc\n"
        "  fish        hongxian completion fish > ~/.config/fish/completions/hongxian.fish\n"
        "  powershell  hongxian completion powershell | Out-String | Invoke-Expression\n"
        "\nPowerShell 的一行写进 $PROFILE，每次打开都有效。"
    ),
)
@click.argument("shell", type=click.Choice(list(_SHELLS)))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the script."""
    group = context.find_root().command
    maker = _SHELLS[shell](group, {}, "hongxian", VARIABLE)
    # click's own source() asks bash for its version first; a script is printed anywhere.
    click.echo(maker.source_template % maker.source_vars())
