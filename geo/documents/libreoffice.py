r"""PDF through LibreOffice, when it is there; fields are made plain first.

LibreOffice ignores ``SEQ … \s 1`` and would number all figures through, so every field but the page numbers is
replaced by what it shows. Its PDF differs from run to run; for the same bytes use typst.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Final

from docx import Document
from docx.oxml.ns import qn

from geo.errors import MissingError

_KEPT: Final = ("PAGE", "NUMPAGES", "PAGEREF", "SECTIONPAGES")
_SECONDS: Final = 180


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
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "report.docx"
        source.write_bytes(flattened(data))
        # A profile of its own: an office already open on this machine must not answer.
        command = [
            program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
            "--norestore", "--convert-to", "pdf", "--outdir", str(folder), str(source),
        ]  # fmt: skip
        try:
            subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
            return (folder / "report.pdf").read_bytes()
        except (subprocess.TimeoutExpired, OSError) as error:
            raise MissingError(
                "LibreOffice 没有生成 PDF — 请关闭已打开的 LibreOffice 后再试，或改用 typst"
            ) from error


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
