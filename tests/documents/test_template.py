"""A bureau's own template, filled: tokens, captions that are fields, references, sections."""

import io
import re
import sys

import pytest
from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt

from geo.documents import typst_pdf
from geo.documents.embed import Inset
from geo.documents.libreoffice import flattened, pdf_by_libreoffice
from geo.documents.record import read_record, write_record
from geo.documents.recount import Worked
from geo.documents.typst_pdf import pdf_by_typst
from geo.errors import InputError, MissingError, UsageError
from geo.exhibits import Table
from geo.workflow.reporting.views import ITEMS, MapView
from tests.documents.bureau import DAY, filled, repacked, saved, template, texts, xml_of
from tests.documents.ooxml import faults

WHOLE = ["图目录", "{{ figure_list() }}", "# 概况", "见{{ ref('river') }}和{{ ref('areas') }}。", "{{ figure() }}",
         "{{ table() }}"]  # fmt: skip


def instructions(data):
    return [t.strip() for t in re.findall(r"<w:instrText[^>]*>([^<]*)", xml_of(data))]


def refused(*lines, **more):
    with pytest.raises(UsageError) as caught:
        filled(template(*lines), **more)
    return str(caught.value)


def test_text_loops_and_conditions_are_filled():
    data = filled(template("{{ title }}", "{%p for r in rows %}", "{{ loop.index }} {{ r.name }}", "{%p endfor %}",
                           "{% if nothing %}有{% else %}{{ nothing }}{% endif %}")).data  # fmt: skip
    assert texts(data) == ["报告", "1 甲", "2 乙", "—"]


def test_a_token_split_over_runs_by_word_is_still_one_token():
    document = Document()
    paragraph = document.add_paragraph()
    for piece in ("前{", "{ ti", "tle }", "}后"):
        paragraph.add_run(piece).bold = True
    assert texts(filled(saved(document)).data) == ["前报告后"]


@pytest.mark.parametrize(
    ("numbered", "sample", "figure", "fields"),
    [
        ("decimal", "图 1-1", "图 1-1", ["STYLEREF 1 \\s", "SEQ 图 \\* ARABIC \\s 1 \\r 1"]),
        ("decimal", "图2.3-1", "图1.1-1", ["STYLEREF 2 \\s", "SEQ 图 \\* ARABIC \\s 2 \\r 1"]),
        ("chineseCounting", "图 1-1", "图 1-1", ["SEQ 章 \\c", "SEQ 图 \\* ARABIC \\s 1 \\r 1"]),
        (None, "图1", "图1", ["SEQ 图 \\* ARABIC"]),
    ],
)
def test_captions_are_fields_with_their_number_cached(numbered, sample, figure, fields):
    done = filled(template("# 概况", "## 位置", "{{ figure() }}", numbered=numbered), sample=sample)
    assert done.embedded[0].number == figure
    assert f"{figure}　水系图" in texts(done.data)
    found = instructions(done.data)
    at = found.index(fields[0])
    assert found[at : at + len(fields)] == fields


def test_chapters_typed_by_hand_give_their_own_number():
    done = filled(template("# 三、现状", "{{ figure() }}", "# 第五章 对策", "{{ table() }}"))
    assert [e.number for e in done.embedded] == ["图 3-1", "表 5-1"]
    assert "SEQ 章 \\h \\r 5" in instructions(done.data)


def test_numbers_begin_anew_in_each_chapter_and_annexes_run_through():
    done = filled(template("# 1 甲", "{{ figure() }}", "{{ figure() }}", "# 2 乙", "{{ figure() }}", "# 附图",
                           "{{ figure() }}", "{{ figure(label='附图') }}"))  # fmt: skip
    assert [e.number for e in done.embedded] == ["图 1-1", "图 1-2", "图 2-1", "附图 1", "附图 2"]


def test_references_and_the_list_point_to_the_caption_s_bookmark():
    data = filled(template(*WHOLE, numbered="decimal")).data
    xml = xml_of(data)
    assert "见图 1-1和表 1-1。" in texts(data)
    marks = set(re.findall(r'w:bookmarkStart w:id="\d+" w:name="(\w+)"', xml))
    for instruction in instructions(data):
        if instruction.startswith(("REF", "PAGEREF")):
            assert instruction.split()[1] in marks
    assert 'TOC \\h \\z \\c "图"' in instructions(data)


def test_a_reference_keeps_the_look_of_its_words():
    document = Document(io.BytesIO(template("# 1 甲", "{{ figure() }}")))
    document.add_paragraph().add_run("见{{ ref('river') }}").bold = True
    data = filled(saved(document)).data
    runs = [r for r in Document(io.BytesIO(data)).paragraphs[-1].runs if r.text]
    assert [r.text for r in runs] == ["见", "图 1-1"]
    assert all(r.bold for r in runs)


def test_figures_have_alt_text_and_tables_repeat_their_head():
    xml = xml_of(filled(template(*WHOLE)).data)
    assert 'descr="长河与圆湖"' in xml
    assert xml.count("w:tblHeader") == 1
    assert "&lt;乙&gt;" in xml


def test_a_short_table_stays_on_one_page_and_a_long_one_may_break():
    def kept(rows):
        long = Table("areas", "面积表", ("名",), (("甲",),) * rows)
        data = filled(template("{{ it }}"), it=Inset(long, "表")).data
        table = Document(io.BytesIO(data)).tables[0]
        return [
            bool(row.cells[0].paragraphs[0].paragraph_format.keep_with_next) for row in table.rows
        ]

    assert kept(8) == [True] * 8 + [False]
    # The head with its first row, the last two rows with each other.
    assert kept(9) == [True, True, *[False] * 6, True, False]


def test_the_notes_of_a_table_are_its_last_row_kept_with_the_row_above():
    noted = Table(
        "areas", "面积表", ("名", "公顷"), (("甲", "1"),) * 20, notes=("面积按椭球量算。", "示意")
    )
    data = filled(template("{{ it }}"), it=Inset(noted, "表")).data
    rows = Document(io.BytesIO(data)).tables[0].rows
    assert [c.text for c in rows[-1].cells] == ["注：面积按椭球量算；示意。"] * 2
    keeps = [bool(row.cells[0].paragraphs[0].paragraph_format.keep_with_next) for row in rows]
    assert keeps[-3:] == [True, True, False]
    assert Worked(data).cells(re.findall(r'w:name="(_Ref\d+)"', xml_of(data))[0]) == (
        noted.columns,
        *noted.rows,
    )


def test_cells_are_in_a_style_of_their_own_which_a_template_may_bring():
    broken = Inset(Table("areas", "面积表", ("名",), (("甲\n乙",),)), "表")

    def cell(given):
        document = Document(io.BytesIO(filled(given, it=broken).data))
        return document.tables[0].rows[1].cells[0].paragraphs[0]

    own = cell(template("{{ it }}"))
    assert (own.style.name, own.style.font.size, own.text) == ("表格文字", Pt(9), "甲\n乙")
    bureau = Document(io.BytesIO(template("{{ it }}")))
    bureau.styles.add_style("表格文字", WD_STYLE_TYPE.PARAGRAPH).font.size = Pt(12)
    assert cell(saved(bureau)).style.font.size == Pt(12)


def test_a_template_whose_text_is_indented_by_two_characters_indents_no_cell_and_no_caption():
    bureau = Document(io.BytesIO(template("{{ figure() }}", "{{ table() }}")))
    look = bureau.styles["Normal"].element.get_or_add_pPr()
    look.append(parse_xml(f'<w:ind {nsdecls("w")} w:firstLineChars="200" w:firstLine="420"/>'))
    data = filled(saved(bureau)).data
    document = Document(io.BytesIO(data))
    held = [*document.paragraphs, document.styles["表格文字"]]
    indents = [p.paragraph_format.element.pPr.find(qn("w:ind")) for p in held if p is not None]
    assert [i.get(qn("w:firstLineChars")) for i in indents if i is not None] == ["0"] * len(held)


def test_an_ampersand_in_a_token_is_one_in_the_text():
    data = filled(template('{{ title ~ " A&B <C>" }}，{{ "&lt;" }}')).data
    assert texts(data) == ["报告 A&B <C>，&lt;"]


def test_a_wide_map_gets_a_landscape_page_and_the_text_goes_on_upright():
    data = filled(
        template("# 1 甲", "前", "{{ figure(wide=true) }}", "{{ figure(wide=true) }}", "后")
    ).data
    turned = [s.orientation for s in Document(io.BytesIO(data)).sections]
    assert turned == [0, 1, 1, 0]


@pytest.mark.parametrize("numbered", ["decimal", "chineseCounting", None])
def test_a_filled_file_is_whole_by_the_rules_word_reads_it_by(numbered):
    data = filled(template(*WHOLE, "{{ figure(wide=true) }}", numbered=numbered), record="{}").data
    assert faults(data) == []


DAMAGES = {
    "leads nowhere": ('r:embed="', 'r:embed="x'),
    "pPr is out of order": ("<w:keepNext/>", '<w:jc w:val="left"/><w:keepNext/>'),
    "fields do not end": ('<w:fldChar w:fldCharType="end"/>', ""),
    "does not end": ("<w:bookmarkEnd", "<w:proofErr"),
    "points to no bookmark": ("REF _Ref", "REF _Non"),
    "is not there": ('w:pStyle w:val="', 'w:pStyle w:val="x'),
    "picture number 1 twice": ('docPr id="2"', 'docPr id="1"'),
}


@pytest.mark.parametrize("words", DAMAGES)
def test_the_rules_find_a_damage(words):
    data = filled(template(*WHOLE, "{{ figure() }}")).data
    xml = xml_of(data)
    broken = xml.replace(*DAMAGES[words], 1)
    assert broken != xml
    assert any(words in fault for fault in faults(repacked(data, {"word/document.xml": broken})))


def test_the_same_template_and_values_give_the_same_bytes():
    data = template(*WHOLE)
    assert filled(data).data == filled(data).data


def test_all_wrong_tokens_are_told_with_paragraph_and_nearest_name():
    message = refused(
        "标题是 {{ titel }}", "{% for x in row %}{{ x.nam }}{% endfor %}", "{{ title|fixd }}"
    )
    assert (
        "段落“标题是 {{ titel }}”的标记 {{ titel }}：没有名称 titel — 是否想写 title？" in message
    )
    assert "是否想写 rows？" in message
    assert "是否想写 fixed？" in message


def test_a_wrong_field_met_while_filling_is_told_with_its_paragraph():
    message = refused("{%p for r in rows %}", "名称 {{ r.nmae }}", "{%p endfor %}")
    assert "段落“名称 {{ r.nmae }}”" in message
    assert "是否想写 name？" in message


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{{ title", "没有写完整"),
        ("title }}", "没有写完整"),
        ("{{ title title }}", "写法不对"),
        ("{%p for r in rows %}", "endfor"),
        ("{{ figure }}", "是函数"),
        ("{{ rows }}", "不是文字"),
        ("{% for c in title %}x{% endfor %}", "只能遍历列表"),
        ("图：{{ figure() }}", "独占一段"),
        ("{{ ref('lake') }}", "不在本报告中"),
        ("{{ rows[7].name }}", "没有第 7 项"),
        ("{{ rows[0].name.title }}", "不能取"),
    ],
)
def test_other_faults_are_told_in_words(line, words):
    assert words in refused(line)


def test_pictures_do_not_stand_in_headers():
    document = Document()
    document.sections[0].header.paragraphs[0].text = "{{ figure() }}"
    with pytest.raises(UsageError, match="页眉页脚"):
        filled(saved(document))


def test_without_docxtpl_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "docxtpl", None)
    with pytest.raises(MissingError, match=r"pip install hongxian\[report\]"):
        filled(template("{{ title }}"))


def test_without_typst_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(MissingError, match=r"pip install hongxian\[report\]"):
        pdf_by_typst(template("甲"), title="甲", as_at=DAY)


def test_without_libreoffice_the_other_way_is_named(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingError, match="改用 typst"):
        pdf_by_libreoffice(template("甲"))


def test_typst_sets_the_same_document_with_the_same_bytes():
    data = filled(
        template(
            *WHOLE, "{{ figure(wide=true) }}", '引号" \\ #let 与 [括号]', numbered="chineseCounting"
        )
    ).data
    first = pdf_by_typst(data, title="报告", as_at=DAY)
    assert first.startswith(b"%PDF")
    assert first == pdf_by_typst(data, title="报告", as_at=DAY)


@pytest.mark.parametrize("numbered", ["decimal", "chineseCounting", None])
def test_typst_sets_the_same_exhibits_with_the_same_numbers(numbered):
    lines = [*WHOLE, "# 其他", "{{ figure() }}", "{{ table(label='附表') }}"]
    done = filled(template(*lines, numbered=numbered))
    source = typst_pdf._Setter(Document(io.BytesIO(done.data)), "报告").source()
    said = "".join(re.findall(r'\), "([^"]*)"\)', source))
    at = 0
    for item in done.embedded:
        at = said.index(f"{item.number}　{item.exhibit.caption}", at)
    assert "见图 1-1和表 1-1。" in said or numbered is None


def test_flattened_fields_keep_what_they_showed_and_page_numbers_stay_fields():
    data = flattened(filled(template(*WHOLE, numbered="decimal")).data)
    assert {t.split()[0] for t in instructions(data)} == {"PAGEREF"}
    assert "图 1-1　水系图" in texts(data)
    assert "见图 1-1和表 1-1。" in texts(data)


@pytest.mark.office
def test_libreoffice_makes_a_pdf_of_it():
    pdf = pdf_by_libreoffice(filled(template(*WHOLE)).data)
    assert pdf.startswith(b"%PDF")
    # Whatever fonts the machine has, Chinese is not set in one that has none.
    assert any(name in pdf for name in (b"Hongxian", b"Sim", b"Noto", b"Song", b"Hei", b"CJK"))


def test_a_record_is_read_back_after_saving_in_an_office_program():
    document = Document(io.BytesIO(template("甲")))
    write_record(document, '{"schema": "old"}')
    write_record(document, '{"schema": "hongxian.report/1", "a": "<b>"}')
    again = saved(Document(io.BytesIO(saved(document))))
    assert read_record(again, shown="a.docx")["a"] == "<b>"


def test_a_file_without_a_record_or_with_a_broken_one_is_told():
    with pytest.raises(InputError, match="没有生成记录"):
        read_record(template("甲"), shown="a.docx")
    document = Document()
    write_record(document, "{")
    with pytest.raises(InputError, match="记录损坏"):
        read_record(saved(document), shown="a.docx")


def test_wrong_fields_and_marks_that_share_a_paragraph_are_told_with_the_rest():
    with pytest.raises(UsageError) as caught:
        filled(template("{{ it.titel }}", "{%p for m in maps %}", "{{ m.nmae }}", "{%p endfor %}", "见 {{ figure() }}",
                        "{%p if nothing %}{{ figure() }}{%p endif %}"),
               it=MapView("a", "甲"), maps=(MapView("a", "甲"),), items=ITEMS, placing=("figure", "ref"))  # fmt: skip
    assert [line.rpartition("}：")[2] for line in str(caught.value).splitlines()] == [
        "没有 .titel — 是否想写 title？",
        "没有 .nmae — 可用：id、title",
        "图、表、段落的标记应独占一段，段落中还有别的文字",
    ]
