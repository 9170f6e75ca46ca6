from __future__ import annotations

import shutil
import subprocess

import pytest

SHELLS = {"bash": ["bash", "-n"], "zsh": ["zsh", "-n"], "fish": ["fish", "--no-execute"]}


@pytest.fixture
def answers(run, monkeypatch):
    """Ask for completions as a shell does."""

    def ask(shell: str, words: str, incomplete: str | int) -> list[str]:
        asked = {"_HONGXIAN_COMPLETE": f"{shell}_complete", "COMP_WORDS": words,
                 "COMP_CWORD": str(incomplete)}  # fmt: skip
        for name, value in asked.items():
            monkeypatch.delenv(name, raising=False)
            if value:  # an empty variable does not exist on Windows
                monkeypatch.setenv(name, value)
        said = run()
        assert (said.code, said.err) == (0, "")
        return said.out.splitlines()

    return ask


@pytest.mark.parametrize("shell", [*SHELLS, "powershell"])
def test_a_script_is_printed_for_every_shell(run, shell):
    said = run("completion", shell)
    assert (said.code, said.err) == (0, "")
    assert "_HONGXIAN_COMPLETE" in said.out
    assert "%(" not in said.out


@pytest.mark.parametrize("shell", [name for name in SHELLS if shutil.which(name)])
def test_the_shell_itself_finds_no_fault_in_its_script(run, shell, tmp_path):
    script = tmp_path / "script"
    script.write_text(run("completion", shell).out, encoding="utf-8")
    subprocess.run([*SHELLS[shell], script], check=True)


def test_bash_completes_commands_and_values(answers):
    assert "plain,layers" in answers("bash", "hongxian la", 1)
    assert answers("bash", "hongxian tasks --kind ", 3) == [
        "plain,project", "plain,measure", "plain,control",
    ]  # fmt: skip


def test_powershell_completes_commands_with_their_meaning(answers):
    assert answers("powershell", "hongxian cl", "cl") == [
        "plain\tclean\t清空生成的文件（build/）和缓存（local/cache/）；人写的文件不动。"
    ]


def test_powershell_completes_values_after_a_space_where_its_variable_is_empty(answers):
    assert answers("powershell", "hongxian tasks --kind ", "") == [
        "plain\tproject\t", "plain\tmeasure\t", "plain\tcontrol\t",
    ]  # fmt: skip
    assert answers("powershell", "hongxian tasks --kind pr", "pr") == ["plain\tproject\t"]
