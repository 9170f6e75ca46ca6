"""What a report remembers of its making, kept inside the file as a part of its own.

A custom XML part survives editing and saving in Word; WPS and LibreOffice keep it as well. Nothing in it is shown.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any, Final
from xml.sax.saxutils import escape

from defusedxml.ElementTree import fromstring
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part

from geo.documents.intake import refuse_hostile
from geo.errors import InputError

SCHEMA: Final = "hongxian.report/1"
_SPACE: Final = "urn:hongxian:report:1"
_NAME: Final = "/customXml/hongxian.xml"


def write_record(document: Any, text: str) -> None:
    """Put a record (JSON) into an open document, in place of any older one."""
    part = document.part
    for key, relation in list(part.rels.items()):
        if not relation.is_external and relation.target_part.partname == _NAME:
            del part.rels[key]
    xml = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<record xmlns="{_SPACE}">{escape(text)}</record>'
    )
    made = Part(PackURI(_NAME), "application/xml", xml.encode(), part.package)
    part.relate_to(made, RELATIONSHIP_TYPE.CUSTOM_XML)


def read_record(data: bytes, *, shown: str) -> dict[str, Any]:
    """Read the record of a report, wherever an office program has moved it.

    Raises:
        InputError: The file is hostile, or has no record.
    """
    refuse_hostile(data, shown=shown)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.startswith("customXml/") and name.endswith(".xml"):
                root = fromstring(archive.read(name), forbid_dtd=True)
                if root.tag == f"{{{_SPACE}}}record":
                    return _checked(root.text or "", shown)
    raise InputError(
        f"{shown}: 没有生成记录，无法比对 — 不是由 hongxian report 生成，或是不带记录的对外副本"
    )


def _checked(text: str, shown: str) -> dict[str, Any]:
    try:
        record = json.loads(text)
    except ValueError:
        record = None
    if not isinstance(record, dict) or record.get("schema") != SCHEMA:
        raise InputError(f"{shown}: 生成记录损坏或版本不同 — 请重新生成报告")
    return record
