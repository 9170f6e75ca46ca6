from __future__ import annotations

import click
import pytest

from geo.cli.chinese import complaint


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (click.NoSuchOption("--x"), "没有选项 --x"),
        (click.BadParameter("something new"), "取值：something new"),
        (click.UsageError("Missing command."), "没有写命令"),
        (click.UsageError("A sentence of a later click."), "A sentence of a later click."),
        (
            click.BadParameter(
                "Directory 'D:/图' is a file.", param=click.Option(["-w", "--workspace"])
            ),
            "选项 --workspace：D:/图 是文件，这里要写文件夹",
        ),
        (
            click.BadParameter("File 'a.yml' does not exist.", param=click.Option(["--evidence"])),
            "选项 --evidence：a.yml 不存在，请检查路径",
        ),
    ],
)
def test_a_complaint_is_chinese_and_an_unknown_one_stays_as_it_is(error, words):
    assert complaint(error) == words
