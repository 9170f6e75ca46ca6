"""The same paper in HTML and Word: captions, numbers, and nothing a file could smuggle in."""

import io
import re
import zipfile
from datetime import date

import pytest
from docx import Document
from matplotlib.figure import Figure as Canvas

from geo.documents.page import as_page
from geo.documents.paper import Bullets, Heading, Paper, Paragraph, SignatureLine
from geo.documents.word import as_docx
from geo.exhibits import Figure, Table

DAY = date(2026, 11, 22)


def picture():
    out = io.BytesIO()
    Canvas(figsize=(1, 1)).savefig(out, format="png", dpi=20)
    return out.getvalue()


TABLE = Table(
    "t",
    "占压面积表",
    ("名称", "公顷"),
    (("甲", "1.0000"), ("<b>乙</b>", "0.5000")),
    "lr",
    notes=("注一",),
)
FIGURE = Figure("f", "位置图", picture(), 120.0, "地块位置", ("天地图",))
PAPER = Paper(
    "核查报告", "地块一", (Heading("一、概况"), Paragraph("正文"), Paragraph("判定", strong=True), Bullets(("一", "二")),
    TABLE, FIGURE, SignatureLine()), "hongxian",
)  # fmt: skip


def test_html_escapes_what_files_say_and_loads_nothing():
    page = as_page(PAPER)
    assert "&lt;b&gt;乙&lt;/b&gt;" in page
    assert "<b>乙" not in page
    assert "http://" not in page
    assert "https://" not in page
    assert "表 1　占压面积表" in page
    assert "图 1　位置图" in page


def test_word_captions_are_fields_with_their_number_cached():
    data = as_docx(PAPER, as_at=DAY)
    xml = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    assert "SEQ 表 \\* ARABIC" in xml
    assert "SEQ 图 \\* ARABIC" in xml
    texts = [p.text for p in Document(io.BytesIO(data)).paragraphs]
    assert "表 1　占压面积表" in texts
    assert "图 1　位置图" in texts


def test_word_tables_repeat_their_header_and_pictures_have_alt_text():
    xml = zipfile.ZipFile(io.BytesIO(as_docx(PAPER, as_at=DAY))).read("word/document.xml").decode()
    assert "w:tblHeader" in xml
    assert 'descr="地块位置"' in xml


def test_word_bytes_are_the_same_twice():
    assert as_docx(PAPER, as_at=DAY) == as_docx(PAPER, as_at=DAY)


def test_every_relationship_in_the_word_file_has_its_part():
    archive = zipfile.ZipFile(io.BytesIO(as_docx(PAPER, as_at=DAY)))
    names = set(archive.namelist())
    rels = archive.read("word/_rels/document.xml.rels").decode()
    targets = re.findall(r'Target="([^"]+)"', rels)
    assert targets
    assert all(f"word/{t}" in names or t.removeprefix("../") in names for t in targets)


def test_a_row_that_does_not_fit_its_head_is_refused():
    with pytest.raises(ValueError, match="1 cells under 2 columns"):
        Table("t", "x", ("a", "b"), (("1",),))


def test_fingerprints_change_with_what_is_shown():
    other = Table("t", "占压面积表", ("名称", "公顷"), (("甲", "1.0001"),), "lr")
    assert TABLE.fingerprint != other.fingerprint
    assert FIGURE.fingerprint.startswith("sha256:")
