"""Templates come from outside: what would run, fetch, swell or never end is refused."""

import io
import time

import pytest
from docx import Document
from openpyxl import Workbook

from geo.documents import intake
from geo.documents.intake import refuse_hostile
from geo.errors import InputError, UsageError
from tests.documents.bureau import filled, repacked, saved, template, xml_of

PLAIN = template("正文")
ESCAPES = [
    "{{ ''.__class__.__mro__ }}",
    "{{ title.__class__ }}",
    "{{ title.format }}",
    "{{ title.upper() }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ self.__init__ }}",
    "{{ figure.__globals__ }}",
    "{{ figure.__wrapped__ }}",
    "{{ title|attr('__class__') }}",
    "{{ rows['__class__'] }}",
    "{{ lipsum.__globals__ }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% extends 'a' %}",
    "{% set x = 1 %}",
    "{% macro f() %}{% endmacro %}",
    "{{ [1, 2, 3] }}",
    "{{ {'a': 1} }}",
    "{{ 'a' ** 9 }}",
    "{{ '%99999999d' % 1 }}",
    "{{ figure(*rows) }}",
    "{{ dict(a=1) }}",
    "{% for x in rows recursive %}{% endfor %}",
    "{{ rows|map('upper') }}",
    "{{ title is callable }}",
]


@pytest.mark.parametrize("token", ESCAPES)
def test_a_token_that_reaches_beyond_the_list_of_names_is_refused(token):
    with pytest.raises(UsageError, match=r"模板\.docx"):
        filled(template(token))


@pytest.mark.parametrize("token", ["{{ title * 1000000000 }}", "{{ 'a' * 1000000000 }}"])
def test_a_text_is_never_repeated(token):
    with pytest.raises(UsageError, match="两边都应是数字"):
        filled(template(token))


def test_a_giant_range_does_not_exist():
    with pytest.raises(UsageError, match="没有名称 range"):
        filled(template("{% for x in range(1000000000) %}", "x", "{% endfor %}"))


def test_nested_loops_end_at_the_budget_and_soon():
    many = tuple({"name": str(n)} for n in range(1000))
    lines = [f"{{%p for {c} in many %}}" for c in "abc"] + ["x"] + ["{%p endfor %}"] * 3
    start = time.monotonic()
    with pytest.raises(UsageError, match="循环超过"):
        filled(template(*lines), many=many)
    assert time.monotonic() - start < 10


def test_a_value_that_looks_like_a_token_or_markup_stays_text():
    data = filled(template("{{ title }}"), title="{{ 1/0 }} <w:p/> & \x00\ue0000\ue001").data
    assert "&lt;w:p/&gt; &amp; 0" in xml_of(data)
    assert "{{ 1/0 }}" in xml_of(data)


def test_the_properties_of_the_file_are_judged_too():
    document = Document()
    document.core_properties.title = "{{ title.__class__ }}"
    with pytest.raises(UsageError, match="__class__"):
        filled(saved(document))


def test_what_is_no_word_file_is_refused():
    for data in (b"", b"%PDF-1.7", b"PK\x03\x04 broken", repacked(PLAIN, {})[:200]):
        with pytest.raises(InputError, match="不是 Word 文档"):
            refuse_hostile(data, shown="模板.docx")


def test_another_kind_of_office_file_is_refused():
    out = io.BytesIO()
    Workbook().save(out)
    with pytest.raises(InputError, match=r"缺少 word/document\.xml"):
        refuse_hostile(out.getvalue(), shown="表.docx")


TYPES = xml_of(PLAIN, "[Content_Types].xml")
RELS = xml_of(PLAIN, "word/_rels/document.xml.rels")


def rel(kind, target):
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    one = f'<Relationship Id="rX" Type="{base}/{kind}" Target="{target}" TargetMode="External"/>'
    return RELS.replace("</Relationships>", f"{one}</Relationships>")


def field(instruction):
    run = f"<w:p><w:r><w:instrText>{instruction}</w:instrText></w:r></w:p><w:sectPr"
    return xml_of(PLAIN).replace("<w:sectPr", run, 1)


HOSTILE = {
    "宏": {"word/vbaProject.bin": b"x"},
    "启用宏的文档": {
        "[Content_Types].xml": TYPES.replace("document.main+xml", "document.macroEnabled.main+xml")
    },
    "内容类型不是": {"[Content_Types].xml": TYPES.replace("document.main+xml", "nothing+xml")},
    "嵌入的程序": {"word/embeddings/oleObject1.bin": b"x"},
    "引用外部文件": {"word/_rels/document.xml.rels": rel("image", "file:///c:/secret.png")},
    "引用外部文件 http": {
        "word/_rels/document.xml.rels": rel("attachedTemplate", "http://example.com/a.dotm")
    },
    "不是正常的 XML": {"word/document.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'},
    "INCLUDETEXT": {"word/document.xml": field('INCLUDETEXT "c:/secret.docx"')},
    "DDEAUTO": {"word/document.xml": field("DDEAUTO c:/windows/system32/cmd.exe")},
    "越界的文件名": {"../evil.txt": "x"},
}


@pytest.mark.parametrize("words", HOSTILE)
def test_what_would_run_or_fetch_is_refused_by_name(words):
    with pytest.raises(InputError, match=words):
        refuse_hostile(repacked(PLAIN, HOSTILE[words]), shown="模板.docx")


def test_a_link_to_a_web_page_is_harmless():
    refuse_hostile(
        repacked(PLAIN, {"word/_rels/document.xml.rels": rel("hyperlink", "http://example.com")}),
        shown="a",
    )


def test_what_swells_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(intake, "MOST_XML", 100_000)
    monkeypatch.setattr(intake, "MOST_PICTURE", 200_000)
    monkeypatch.setattr(intake, "MOST_UNPACKED", 900_000)
    bomb = {
        "word/media/a.png": b"\0" * 300_000,
        "word/document.xml": "<a>" + " " * 800_000 + "</a>",
    }
    with pytest.raises(InputError) as caught:
        refuse_hostile(repacked(PLAIN, bomb), shown="模板.docx")
    assert "压缩图片" in str(caught.value)
    assert "删减模板内容" in str(caught.value)
    assert "展开后超过" in str(caught.value)


def test_a_file_of_a_hundred_megabytes_is_refused_unread(monkeypatch):
    monkeypatch.setattr(intake, "MOST_FILE", 1000)
    with pytest.raises(InputError, match="请压缩其中的图片"):
        refuse_hostile(PLAIN, shown="模板.docx")
