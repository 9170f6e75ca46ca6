"""Templates that another office program has saved: its runs are split otherwise, its styles are named otherwise."""

import io
import subprocess

import pytest
from docx import Document

from geo.documents.libreoffice import soffice
from tests.documents.bureau import filled, picture, saved, template, texts, xml_of
from tests.documents.ooxml import faults

pytestmark = pytest.mark.office


def converted(data, folder, *kinds):
    """Carry a document through formats one after another, as colleagues do with their programs."""
    kind = "docx"
    for at, wanted in enumerate(kinds):
        source = folder / str(at) / f"a.{kind}"
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_bytes(data)
        out = folder / f"{at}out"
        subprocess.run(
            [soffice(), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", wanted,
             "--outdir", str(out), str(source)],
            capture_output=True, timeout=180, check=True,
        )  # fmt: skip
        kind = wanted.split(":")[0]
        data = (out / f"a.{kind}").read_bytes()
    return data


def form():
    """A bureau's form: split runs, a table with a repeated row and one in a cell, list, header and footer."""
    document = Document(io.BytesIO(template("# 1 概况", numbered="decimal")))
    line = document.add_paragraph("单位：")
    for piece, bold in (("{{ ti", True), ("tle", False), (" }}", True)):
        line.add_run(piece).bold = bold
    document.add_paragraph("见{{ ref('river') }}和{{ ref(“areas”) }}。", style="List Number")
    grid = document.add_table(4, 2)
    grid.style = "Table Grid"
    grid.cell(0, 0).text, grid.cell(0, 1).text = "序号", "名称"
    grid.cell(1, 0).text = "{%tr for r in rows %}"
    grid.cell(2, 0).text, grid.cell(2, 1).text = "{{ loop.index }}", "{{ r.name }}"
    grid.cell(3, 0).text = "{%tr endfor %}"
    document.add_paragraph("另表：")
    outer = document.add_table(1, 2)
    outer.cell(0, 0).text = "{{ figure() }}"
    inner = outer.cell(0, 1).add_table(1, 1)
    inner.cell(0, 0).text = "{{ rows[1].name }}"
    document.add_paragraph("{%p if nothing %}")
    document.add_paragraph("不应出现")
    document.add_paragraph("{%p else %}")
    document.add_paragraph("没有数值：{{ nothing }}")
    document.add_paragraph("{%p endif %}")
    document.add_heading("2 图表", 1)
    document.add_paragraph("{{ figure(wide=true) }}")
    document.add_paragraph("{{ table() }}")
    document.add_paragraph("{{ figure_list() }}")
    document.sections[0].header.paragraphs[0].text = "{{ title }}"
    document.sections[0].footer.paragraphs[0].add_run().add_picture(io.BytesIO(picture()))
    return saved(document)


@pytest.mark.parametrize(
    "way", [("odt", "docx"), ("docx:MS Word 2007 XML",), ("doc", "docx")], ids="+".join
)
def test_a_template_saved_by_libreoffice_is_filled_as_the_one_made_in_word(tmp_path, way):
    told = [t for t in texts(filled(form()).data) if t.strip()]
    theirs = converted(form(), tmp_path, *way)
    again = filled(theirs)
    # LibreOffice's own sins against the order of elements are not ours to answer for.
    assert sorted(set(faults(again.data)) - set(faults(theirs))) == []
    assert [t for t in texts(again.data) if t.strip()] == told
    assert "单位：报告" in told
    assert "没有数值：—" in told
    document = Document(io.BytesIO(again.data))
    rows = [[c.text for c in row.cells] for row in document.tables[0].rows]
    assert rows == [["序号", "名称"], ["1", "甲"], ["2", "乙"]]
    assert document.tables[1].cell(0, 1).tables[0].cell(0, 0).text == "乙"
    assert [e.number for e in again.embedded] == ["图 1-1", "图 2-1", "表 2-1"]
    assert document.sections[0].header.paragraphs[0].text == "报告"
    assert 'orient="landscape"' in xml_of(again.data)
