"""A report opened and saved by an office program: LibreOffice works out every number again while saving."""

import subprocess

import pytest
from docx import Document

from geo.documents.embed import Inset
from geo.documents.libreoffice import pdf_by_libreoffice, soffice
from geo.documents.record import read_record
from geo.documents.recount import Worked
from geo.documents.typst_pdf import pdf_by_typst
from geo.exhibits import Table
from tests.documents.bureau import DAY, filled, repacked, saved, template, texts, xml_of

RECORD = '{"schema": "hongxian.report/1", "a": "甲"}'


def resaved(data, folder):
    """Open and save a DOCX in LibreOffice, as a colleague without Word would."""
    (folder / "a.docx").write_bytes(data)
    profile = (folder / "profile").as_uri()
    subprocess.run(
        [soffice(), f"-env:UserInstallation={profile}", "--headless", "--convert-to", "docx:MS Word 2007 XML",
         "--outdir", str(folder / "out"), str(folder / "a.docx")],
        capture_output=True, timeout=180, check=True,
    )  # fmt: skip
    return (folder / "out" / "a.docx").read_bytes()


@pytest.mark.office
@pytest.mark.parametrize(
    ("numbered", "sample"),
    [("decimal", "图2.3-1"), ("chineseCounting", "图 1-1"), (None, "图1")],
)
def test_numbers_references_and_record_are_the_same_after_saving_in_libreoffice(
    tmp_path, numbered, sample
):
    lines = []
    for chapter in "甲乙":
        lines += [f"# {chapter}", "## 一节", "见{{ ref('river') }}", "{{ figure() }}", "{{ table() }}",
                  "## 二节", "{{ figure() }}", "{{ figure() }}"]  # fmt: skip
    data = filled(template(*lines, numbered=numbered), sample=sample, record=RECORD).data
    again = resaved(data, tmp_path)
    numbers = [[t for t in texts(d) if t[:1] in "图表见" and t[1:]] for d in (data, again)]
    assert len(numbers[0]) == 10
    assert numbers[0] == numbers[1]
    assert read_record(again, shown="a")["a"] == "甲"


@pytest.mark.office
def test_a_report_saved_in_libreoffice_has_no_wrong_numbers_until_somebody_types_one(tmp_path):
    lines = ["# 甲", "{{ figure() }}", "{{ figure() }}", "# 乙", "{{ figure() }}", "{{ table() }}"]
    done = filled(template(*lines, numbered="decimal"), record=RECORD)
    numbers = {item.bookmark: item.number for item in done.embedded}
    again = resaved(done.data, tmp_path)
    assert list(Worked(again).wrong_numbers(numbers)) == []
    table = next(item.bookmark for item in done.embedded if item.number == "表 2-1")
    assert Worked(again).cells(table)[1] == ("甲", "1.0000")
    xml = xml_of(again).replace("<w:t>2</w:t>", "<w:t>8</w:t>", 1)
    (told,) = Worked(repacked(again, {"word/document.xml": xml})).wrong_numbers(numbers)
    assert "“图 1-8　水系图”的编号是 8" in told


@pytest.mark.office
def test_no_page_begins_with_the_notes_of_a_table_alone(tmp_path):
    tables = {
        f"t{rows}": Inset(Table(f"t{rows}", "表", ("名", "数"), (("甲", "1"),) * rows, notes=("附言",)), "表")
        for rows in range(44, 52)
    }  # fmt: skip
    document = Document()
    for name in tables:
        document.add_paragraph(f"{{{{ {name} }}}}")
        document.add_page_break()
    data = filled(saved(document), **tables).data
    broken = 0
    for made in (pdf_by_libreoffice(data), pdf_by_typst(data, title="表", as_at=DAY)):
        (tmp_path / "a.pdf").write_bytes(made)
        told = subprocess.run(
            ["pdftotext", "-layout", str(tmp_path / "a.pdf"), "-"], capture_output=True, text=True, check=True
        )  # fmt: skip
        for page in told.stdout.split("\f"):
            lines = [line.split() for line in page.splitlines() if line.strip()]
            if ["注：附言。"] in lines and lines[0] == ["名", "数"]:
                broken += 1
                # At least two rows of the table come over with them, under the head again.
                assert lines[1:3] == [["甲", "1"], ["甲", "1"]]
    assert broken
