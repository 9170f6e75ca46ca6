r"""PDF through LibreOffice, when it is there; fields are made plain first.

LibreOffice ignores ``SEQ … \s 1`` and would number all figures through, so every field but the page numbers is
replaced by what it shows. Its PDF differs from run to run; for the same bytes use typst.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tempfile
from importlib import resources
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from docx import Document
from docx.oxml.ns import qn

from geo.errors import MissingError

_KEPT: Final = ("PAGE", "NUMPAGES", "PAGEREF", "SECTIONPAGES")
_SECONDS: Final = 180
#: Office fonts that a machine without them replaces by the package's own, serif and sans.
_SERIF: Final = (
    "宋体",
    "SimSun",
    "仿宋",
    "仿宋_GB2312",
    "FangSong",
    "楷体",
    "楷体_GB2312",
    "KaiTi",
)
_SANS: Final = ("黑体", "SimHei", "方正小标宋简体", "小标宋", "微软雅黑")


def soffice() -> str | None:
    """Find LibreOffice."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def pdf_by_libreoffice(data: bytes) -> bytes:
    """Convert a DOCX.

    Raises:
        MissingError: LibreOffice is not installed, or gave no PDF.
    """
    program = soffice()
    if program is None:
        raise MissingError(
            "没有找到 LibreOffice — 请安装 libreoffice-writer，或改用 typst 生成 PDF"
        )
    fonts = resources.files("geo.draw") / "fonts"
    with tempfile.TemporaryDirectory() as name, resources.as_file(fonts) as font_folder:
        folder = Path(name)
        (folder / "fonts.conf").write_text(_font_settings(font_folder), encoding="utf-8")
        source = folder / "report.docx"
        source.write_bytes(flattened(data))
        # A profile of its own: an office already open on this machine must not answer.
        command = [
            program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
            "--norestore", "--convert-to", "pdf", "--outdir", str(folder), str(source),
        ]  # fmt: skip
        try:
            subprocess.run(  # noqa: S603 - a list, and a program found by its name
                command, capture_output=True, timeout=_SECONDS, check=False,
                env={**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")},
            )  # fmt: skip
            return (folder / "report.pdf").read_bytes()
        except (subprocess.TimeoutExpired, OSError) as error:
            raise MissingError(
                "LibreOffice 没有生成 PDF — 请关闭已打开的 LibreOffice 后再试，或改用 typst"
            ) from error


def _font_settings(folder: Path) -> str:
    """Let fontconfig (Linux) fall back on the package's fonts: without any, Chinese comes out as boxes."""
    families = [(name, "Hongxian Serif SC") for name in _SERIF]
    families += [(name, "Hongxian Sans SC") for name in _SANS]
    families += [("Times New Roman", own) for own in ("Liberation Serif", "Hongxian Serif SC")]
    # "same": the substitute comes before what the language of the machine would choose, and after the font itself.
    aliases = "".join(
        f'<alias binding="same"><family>{name}</family><accept><family>{own}</family></accept></alias>'
        for name, own in families
    )
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
        f"<dir>{escape(str(folder))}</dir>{aliases}</fontconfig>"
    )


def flattened(data: bytes) -> bytes:
    """Replace every field of the body by what it shows, page numbers excepted."""
    document = Document(io.BytesIO(data))
    open_fields: list[tuple[list[Any], list[str]]] = []
    for run in list(document.element.body.iter(qn("w:r"))):
        char, instruction = run.find(qn("w:fldChar")), run.find(qn("w:instrText"))
        if char is not None and char.get(qn("w:fldCharType")) == "begin":
            open_fields.append(([run], []))
        elif instruction is not None and open_fields:
            open_fields[-1][0].append(run)
            open_fields[-1][1].append(instruction.text or "")
        elif char is not None and open_fields:
            open_fields[-1][0].append(run)
            if char.get(qn("w:fldCharType")) == "end":
                _make_plain(*open_fields.pop())
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _make_plain(runs: list[Any], instruction: list[str]) -> None:
    words = "".join(instruction).split()
    if not words or words[0].upper() in _KEPT:
        return
    for run in runs:
        run.getparent().remove(run)
