"""typst run in a process of its own, bounded in time: a template is a stranger's file, and typst keeps what it took."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Final

from geo.errors import UsageError

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

#: Fifty maps and fifty long tables take ten seconds.
_MOST_S: Final = 600
#: Imports nothing of this package, so that it starts at once; its folder is its own, so that nothing else is imported.
_CHILD: Final = """
import datetime, os, sys
import typst
folder, fonts, day = sys.argv[1:]
try:
    typst.compile(
        os.path.join(folder, "main.typ"), output=os.path.join(folder, "main.pdf"), root=folder, font_paths=[fonts],
        ignore_system_fonts=True, format="pdf",
        timestamp=datetime.datetime.fromisoformat(day).replace(tzinfo=datetime.timezone.utc),
    )
except typst.TypstError as error:
    sys.stderr.buffer.write(str(error).replace("\\n", " ").encode("utf-8"))
    sys.exit(1)
"""


def compiled(folder: Path, fonts: Path, as_at: date) -> bytes:
    """Set ``main.typ`` of a folder as PDF.

    Args:
        folder: The source and its pictures; typst reads nothing outside.
        fonts: The only folder of fonts.
        as_at: The PDF's date.

    Raises:
        UsageError: typst cannot set it, or not in time.
    """
    command = [sys.executable, "-c", _CHILD, str(folder), str(fonts), as_at.isoformat()]
    try:
        done = subprocess.run(  # noqa: S603 - this interpreter, and a program of our own
            command, cwd=folder, capture_output=True, check=False, timeout=_MOST_S
        )
    except subprocess.TimeoutExpired:
        raise UsageError(
            f"typst {_MOST_S // 60} 分钟内没有排完 — 请把报告分成几份，或改用 --engine libreoffice"
        ) from None
    made = folder / "main.pdf"
    if done.returncode or not made.is_file():
        told = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UsageError(
            f"typst 不能排这份文件（{told[-1][:120] if told else done.returncode}）— 请检查模板里的图片，"
            "或改用 --engine libreoffice"
        )
    return made.read_bytes()
