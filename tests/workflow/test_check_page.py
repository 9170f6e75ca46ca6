"""``docs/check.md``: every command on the page is run, and prints what the page shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from geo.cli.main import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^```text (\S+)\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL))
RUNS = [
    (first, rest)
    for block in re.findall(r"^```console\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    for first, _, rest in (part.partition("\n") for part in block.split("$ ")[1:])
]
SKIPPED = "……"


def arguments(line: str) -> list[str]:
    """The words after ``hongxian``; files of the repository by their place there."""
    words = [str(ROOT / w) if w.startswith("data/") else w for w in line.split()[1:]]
    return [*words, "--workspace", str(ROOT)]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder with the files the page writes down."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "总平面.dwg").write_bytes(b"AC1032")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("line", "shown"), RUNS, ids=range(len(RUNS)))
@pytest.mark.usefixtures("desk")
def test_the_page_shows_what_the_command_prints(line, shown, capsys):
    with pytest.raises(SystemExit) as left:
        main(arguments(line))
    printed = "".join(capsys.readouterr())
    *wanted, code = shown.strip("\n").split("\n")
    assert code == f"退出码 {left.value.code}", printed
    at = 0
    for text in wanted:
        if text != SKIPPED:
            found = printed.find(text, at)
            assert found >= 0, f"{text!r} is not in\n{printed[at:]}"
            at = found + len(text)


def test_the_page_has_examples_of_every_kind_and_stays_short():
    codes = {shown.strip().rpartition("退出码 ")[2] for _, shown in RUNS}
    assert codes >= {"2", "3", "11", "12"}
    assert len(PAGE.splitlines()) <= 250
