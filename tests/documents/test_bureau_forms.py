"""Tokens where real offices put them: split runs, cells, boxes, lists, margins, content controls; the file stays whole."""

import io
import zipfile

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm

from geo.documents import typst_pdf
from geo.documents.typst_pdf import pdf_by_typst
from geo.errors import UsageError
from tests.documents.bureau import (
    DAY,
    FIGURE,
    filled,
    picture,
    repacked,
    saved,
    template,
    texts,
    xml_of,
)
from tests.documents.ooxml import faults

W = nsdecls("w")
BOX = (
    '<w:r {w} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml">'
    '<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx><w:txbxContent>{p}</w:txbxContent></wps:txbx>'
    "</w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>{p}</w:txbxContent></v:textbox></w:pict>"
    "</mc:Fallback></mc:AlternateContent></w:r>"
)


def boxed(text):
    """A text box as Word 2010 and later write it: once for itself, once for older programs."""
    return parse_xml(BOX.format(w=W, p=f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"))


def split(paragraph, *pieces):
    """Runs as Word leaves them after spell checking and editing."""
    for piece in pieces:
        paragraph.add_run(piece)
        paragraph._p.append(parse_xml(f'<w:proofErr {W} w:type="spellStart"/>'))


def form():
    """An office's form: bookmark, picture, list, tracked look, content control, box, table, header and footer."""
    document = Document(io.BytesIO(template("# 1 概况", numbered=None)))
    document.add_paragraph("已有图").add_run().add_picture(io.BytesIO(picture()))
    marked = document.add_paragraph("已有书签")
    marked._p.append(parse_xml(f'<w:bookmarkStart {W} w:id="7" w:name="_Ref123456789"/>'))
    marked._p.append(parse_xml(f'<w:bookmarkEnd {W} w:id="7"/>'))
    split(document.add_paragraph(), "单位：{", "{ ti", "tle", " }", "}")
    split(document.add_paragraph(style="List Number"), "见{{ re", "f('riv", "er') }}所示")
    document.add_paragraph("盒").runs[0]._r.addnext(boxed("{{ title }}，{{ ref('river') }}"))
    control = parse_xml(
        f"<w:sdt {W}><w:sdtPr/><w:sdtContent><w:p><w:r><w:t>{{{{ figure() }}}}</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    document.element.body.insert(len(document.element.body) - 1, control)
    tracked = document.add_paragraph("{{ figure(wide=true) }}")
    tracked._p.get_or_add_pPr().append(parse_xml(
        f'<w:pPrChange {W} w:id="3" w:author="甲" w:date="2026-01-01T00:00:00Z"><w:pPr/></w:pPrChange>'
    ))  # fmt: skip
    document.add_paragraph("{{ table() }}")
    section = document.sections[0]
    split(section.header.paragraphs[0], "{{ ti", "tle }}")
    section.footer.paragraphs[0].text = "{{ rows[0].name }}"
    return document


def test_a_form_with_everything_an_office_puts_in_is_filled_and_stays_whole():
    data = filled(saved(form()), record="{}").data
    assert faults(data) == []
    shown = texts(data)
    assert "单位：报告" in shown
    assert "见图 1-1所示" in shown
    assert xml_of(data).count("报告，") == 2
    assert "<w:t>报告</w:t>" in xml_of(data, "word/header1.xml").replace(
        ' xml:space="preserve"', ""
    )
    assert "甲" in xml_of(data, "word/footer1.xml")


def test_rows_and_columns_of_a_table_are_repeated_and_cells_hold_figures():
    document = Document()
    grid = document.add_table(4, 2)
    grid.rows[0].cells[0].text = "{%tr for r in rows %}"
    grid.rows[1].cells[0].text, grid.rows[1].cells[1].text = "{{ loop.index }}", "{{ r.name }}"
    grid.rows[2].cells[0].text = "{%tr endfor %}"
    grid.rows[3].cells[0].text, grid.rows[3].cells[1].text = "{{ figure() }}", "{{ table() }}"
    data = filled(saved(document)).data
    assert faults(data) == []
    made = Document(io.BytesIO(data)).tables[0]
    assert [[c.text for c in row.cells] for row in made.rows[:2]] == [["1", "甲"], ["2", "乙"]]
    cell = made.rows[2].cells[0]
    drawn = cell._tc.find(f".//{qn('wp:extent')}")
    # Two equal columns on 6 inches of text: 76.2 mm each, less the cell's own margins.
    assert int(drawn.get("cx")) == pytest.approx(Mm(76.2 - 4.0), abs=2)


def test_a_cell_whose_width_is_in_percent_takes_it_from_the_grid():
    document = Document()
    grid = document.add_table(1, 2)
    for cell in grid.rows[0].cells:
        width = cell._tc.tcPr.find(qn("w:tcW"))
        width.set(qn("w:type"), "pct")
        width.set(qn("w:w"), "2500")
    grid.rows[0].cells[1].text = "{{ figure() }}"
    drawn = Document(io.BytesIO(filled(saved(document)).data)).element.body.find(
        f".//{qn('wp:extent')}"
    )
    assert int(drawn.get("cx")) == pytest.approx(Mm(76.2 - 4.0), abs=Mm(0.1))


@pytest.mark.parametrize("token", ["{{ figure() }}", "{{ figure_list() }}"])
def test_what_is_numbered_does_not_stand_in_a_text_box(token):
    document = Document()
    document.add_paragraph("盒").runs[0]._r.addnext(boxed(token))
    with pytest.raises(UsageError, match="文本框中只能写文字标记"):
        filled(saved(document))


def test_a_reference_may_stand_before_its_figure_and_in_a_loop():
    done = filled(template("# 1 甲", "前见{{ ref('river') }}", "{%p for r in rows %}", "{{ r.name }}见{{ ref('river') }}",
                           "{%p endfor %}", "{{ figure() }}"))  # fmt: skip
    assert texts(done.data)[1:4] == ["前见图 1-1", "甲见图 1-1", "乙见图 1-1"]
    assert faults(done.data) == []


@pytest.mark.parametrize(
    ("sample", "shown"),
    [("图 1-1", ["图 2-1", "表 2-1", "附图 1", "附表 1"]), ("图2.3-1", ["图2.1-1", "表2.1-1", "附图1", "附表1"]),
     ("图1.1", ["图2.1", "表2.1", "附图1", "附表1"]), ("图3", ["图1", "表1", "附图1", "附表1"])],
)  # fmt: skip
def test_each_style_of_number_holds_for_figures_tables_and_annexes(sample, shown):
    lines = ["# 1 甲", "# 2 乙", "## 2.1 丙", "{{ figure() }}", "{{ table() }}", "# 附件",
             "{{ figure(label='附图') }}", "{{ table(label='附表') }}"]  # fmt: skip
    done = filled(template(*lines), sample=sample)
    assert [e.number for e in done.embedded] == shown
    assert faults(done.data) == []


def test_a_wide_map_on_a_page_that_lies_already_begins_no_section():
    document = Document()
    section = document.sections[0]
    section.orientation, section.page_width, section.page_height = (
        WD_ORIENT.LANDSCAPE,
        Mm(297),
        Mm(210),
    )
    document.add_paragraph("{{ figure(wide=true) }}")
    assert len(Document(io.BytesIO(filled(saved(document)).data)).sections) == 1


def test_a_wide_map_first_or_last_in_the_text_leaves_no_empty_page():
    data = filled(template("{{ figure(wide=true) }}", "中", "{{ figure(wide=true) }}")).data
    assert faults(data) == []
    assert [s.orientation for s in Document(io.BytesIO(data)).sections] == [1, 0, 1]


def test_a_figure_is_an_inline_picture_that_can_be_dragged_larger():
    xml = xml_of(filled(template("{{ figure() }}")).data)
    assert "<wp:inline" in xml
    assert 'noChangeAspect="1"' in xml
    assert "noResize" not in xml
    assert "noGrp" not in xml
    assert f'descr="{FIGURE.alt}"' in xml


def test_typst_sets_what_stands_in_controls_boxes_cells_headers_and_notes_once():
    document = form()
    grid = document.add_table(3, 2)
    grid.cell(0, 0).merge(grid.cell(1, 0)).text = "竖并"
    grid.cell(2, 0).merge(grid.cell(2, 1)).text = "横并"
    grid.cell(1, 1).add_paragraph("{{ table() }}")
    document.sections[0].header.paragraphs[0].add_run().add_picture(io.BytesIO(picture(3.0)))
    setter = typst_pdf._Setter(Document(io.BytesIO(filled(saved(document)).data)), "报告")
    source = setter.source()
    assert source.count('"竖并"') == 1
    assert "rowspan: 2" in source
    assert "colspan: 2" in source
    # The figure in the content control and the wide one, the table of the text and that of the cell.
    assert source.count('"　水系图"') == 2
    assert source.count('"　面积表"') == 2
    # Two copies of a text box are one text; the header is set for each section.
    assert source.count('"报告，"') == 1
    assert len(setter.pictures) == 2
    assert pdf_by_typst(saved(document), title="报告", as_at=DAY).startswith(b"%PDF")


def test_typst_leaves_a_frame_that_names_a_picture_it_cannot_show():
    document = Document()
    document.add_paragraph().add_run().add_picture(io.BytesIO(picture()))
    data = saved(document)
    rels = xml_of(data, "word/_rels/document.xml.rels").replace("image1.png", "image1.emf")
    types = xml_of(data, "[Content_Types].xml").replace('Extension="png"', 'Extension="emf"')
    data = repacked(
        data,
        {
            "word/_rels/document.xml.rels": rels,
            "[Content_Types].xml": types,
            "word/media/image1.emf": b"x",
        },
    )
    assert "此处图片为 EMF 格式" in typst_pdf._Setter(Document(io.BytesIO(data)), "报告").source()
    broken = repacked(saved(document), {"word/media/image1.png": b"no picture"})
    with pytest.raises(UsageError, match="请检查模板里的图片"):
        pdf_by_typst(broken, title="报告", as_at=DAY)


def test_properties_that_libreoffice_relates_by_another_name_are_not_written_twice():
    plain = template("{{ title }}")
    rels = xml_of(plain, "_rels/.rels")
    kind = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
    theirs = "http://schemas.openxmlformats.org/officedocument/2006/relationships/metadata/core-properties"
    assert kind in rels
    data = filled(repacked(plain, {"_rels/.rels": rels.replace(kind, theirs)})).data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist().count("docProps/core.xml") == 1
    assert faults(data) == []


def test_pictures_of_the_text_take_no_number_of_those_in_a_footer():
    document = Document()
    document.sections[0].footer.paragraphs[0].add_run().add_picture(io.BytesIO(picture()))
    document.add_paragraph("{{ figure() }}")
    document.add_paragraph("{{ figure() }}")
    data = filled(saved(document)).data
    assert faults(data) == []
    numbers = [e.get("id") for e in Document(io.BytesIO(data)).element.body.iter(qn("wp:docPr"))]
    assert len(set(numbers)) == 2
