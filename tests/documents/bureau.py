"""A bureau's templates, made in code: paragraphs in, DOCX bytes out."""

import io
import zipfile
from datetime import date

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from matplotlib.figure import Figure as Canvas

from geo.documents.embed import Inset, Listing, Reference
from geo.documents.numbering import parse_numbering
from geo.documents.sandbox import TokenError
from geo.documents.template import fill
from geo.exhibits import Figure, Table

DAY = date(2026, 11, 22)


def picture(width=2.0, height=1.0):
    out = io.BytesIO()
    Canvas(figsize=(width, height)).savefig(out, format="png", dpi=20)
    return out.getvalue()


FIGURE = Figure("river", "水系图", picture(), 120.0, "长河与圆湖", ("天地图",))
TABLE = Table(
    "areas",
    "面积表",
    ("名称", "公顷"),
    (("甲", "1.0000"), ("<乙>", "0.5000")),
    "lr",
    notes=("注一",),
)


def template(*lines, numbered=None):
    """Write lines as paragraphs; ``# `` begins a chapter, ``## `` a section."""
    document = Document()
    if numbered:
        _number_headings(document, numbered)
    for line in lines:
        if line.startswith("# "):
            document.add_heading(line[2:], 1)
        elif line.startswith("## "):
            document.add_heading(line[3:], 2)
        else:
            document.add_paragraph(line)
    return saved(document)


def saved(document):
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _number_headings(document, form):
    numbering = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for at, text in enumerate(("%1", "%1.%2"))
    )
    numbering.insert(
        0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{levels}</w:abstractNum>')
    )
    numbering.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>')
    )
    for at in (0, 1):
        properties = document.styles[f"Heading {at + 1}"].element.get_or_add_pPr()
        properties.insert_element_before(
            parse_xml(
                f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{at}"/><w:numId w:val="77"/></w:numPr>'
            ),
            "w:spacing",
        )


def names(**more):
    def table(name="areas", label="表"):
        if name != "areas":
            raise TokenError(name, "没有这个表")
        return Inset(TABLE, label)

    return {
        "title": "报告", "rows": ({"name": "甲"}, {"name": "乙"}), "nothing": None,
        "figure": lambda label="图", wide=False: Inset(FIGURE, label, wide=wide), "table": table,
        "ref": Reference, "figure_list": lambda: Listing(("图", "附图")), **more,
    }  # fmt: skip


def filled(data, *, sample="图 1-1", record=None, items=None, placing=(), **more):
    return fill(
        data, names(**more), template="模板.docx", as_at=DAY, numbering=parse_numbering(sample),
        constant=lambda *_: None, record=lambda *_: record, items=items, placing=placing,
    )  # fmt: skip


def xml_of(data, part="word/document.xml"):
    return zipfile.ZipFile(io.BytesIO(data)).read(part).decode()


def texts(data):
    return [p.text for p in Document(io.BytesIO(data)).paragraphs]


def repacked(data, changes):
    """Return an archive with members added or replaced."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            new.writestr(name, content)
    return out.getvalue()
