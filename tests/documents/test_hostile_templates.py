"""Templates come from outside: what would run, fetch, swell or never end is refused."""

import io
import re
import struct
import zlib

import pytest
from docx import Document
from openpyxl import Workbook

from geo.documents import intake
from geo.documents.intake import refuse_hostile
from geo.errors import InputError, UsageError
from tests.documents.bureau import filled, repacked, saved, template, texts, xml_of

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
    "{{ namespace(a=1) }}",
    "{{ cycler('a') }}",
    "{{ joiner() }}",
    "{{ lipsum(n=1000000) }}",
    "{{ config }}",
    "{{ request.application }}",
    "{{ ''['__class__'] }}",
    "{{ ''|attr('__cl' ~ 'ass__') }}",
    "{{ rows|attr('__class__') }}",
    "{{ '{0.__class__}'.format(title) }}",
    "{{ '%s'|format(title) }}",
    "{{ title|safe }}",
    "{{ title|e }}",
    "{{ loop.__class__ }}",
    "{% for r in rows %}{{ loop.cycle('a') }}{% endfor %}",
    "{% for r in rows %}{{ loop.previtem }}{% endfor %}",
    "{% for r in rows %}{{ loop(rows) }}{% endfor %}",
    "{{ caller() }}",
    "{{ super() }}",
    "{{ varargs }}",
    "{{ self }}",
    "{{ (title).__doc__ }}",
    "{{ figure.__code__ }}",
    "{{ ref.__init__.__globals__ }}",
    "{{ ref('river').__class__ }}",
    "{% call figure() %}{% endcall %}",
    "{% filter upper %}x{% endfilter %}",
    "{% with a = 1 %}{% endwith %}",
    "{% block a %}{% endblock %}",
    "{% raw %}{{ title }}{% endraw %}",
    "{% from 'a' import b %}",
    "{% do 1 %}",
    "{% debug %}",
    "{% autoescape false %}{{ title }}{% endautoescape %}",
    "{{ open('/etc/passwd') }}",
    "{{ __import__('os') }}",
    "{{ 9 // 0 }}",
    "{{ title[0:1] }}",
    "{{ title in rows }}{{ (lambda: 1)() }}",
    "{{r title }}",
    "{{p title }}",
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


@pytest.mark.parametrize(
    "token",
    ["{{ 1 / 0 }}", "{{ title + 1 }}", "{{ -title }}", "{{ 1 < title }}", "{{ 3|length }}", "{{ 1|fixed(title) }}",
     "{{ " + "9 * " * 5000 + "9 }}", "{{ " + "9" * 5000 + " }}", "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
     "{{ " + "not " * 3000 + "1 }}", "{{ " + "1 + " * 3000 + "1 }}"],
    ids=range(11),
)  # fmt: skip
def test_a_calculation_that_cannot_be_done_is_told_in_words(token):
    with pytest.raises(UsageError, match=r"模板\.docx: (段落“|有标记)"):
        filled(template(token))


def test_a_calculation_that_fails_is_told_with_its_paragraph():
    with pytest.raises(UsageError, match=r"段落“面积 \{\{ nothing \* 2 \}\} 亩”"):
        filled(template("{{ title }}", "面积 {{ nothing * 2 }} 亩"))


def test_a_loop_of_figures_ends_soon(monkeypatch):
    monkeypatch.setattr("geo.documents.template.MOST_PLACED", 20)
    with pytest.raises(UsageError, match="图、表和引用超过 20 个"):
        filled(
            template("{%p for r in many %}", "{{ figure() }}", "{%p endfor %}"), many=({},) * 100
        )


def test_notes_are_judged_like_the_text_and_hold_no_figures():
    for token, words in (
        ("{{ titel }}", "是否想写 title"),
        ("{{ figure() }}", "脚注中只能写文字标记"),
    ):
        with pytest.raises(UsageError, match=words):
            filled(with_note(token))
    assert "报告" in xml_of(filled(with_note("{{ title }}")).data, "word/footnotes.xml")


def with_note(text):
    """A document with one footnote part."""
    main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    note = f'<w:footnotes xmlns:w="{main}"><w:footnote w:id="1"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:footnote></w:footnotes>'
    rel = f'<Relationship Id="rN" Type="{base}/footnotes" Target="footnotes.xml"/></Relationships>'
    return repacked(PLAIN, {
        "word/footnotes.xml": note,
        "[Content_Types].xml": TYPES.replace("</Types>", f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/></Types>'),
        "word/_rels/document.xml.rels": RELS.replace("</Relationships>", rel),
    })  # fmt: skip


def test_nested_loops_end_at_the_budget_and_soon(soon):
    many = tuple({"name": str(n)} for n in range(1000))
    lines = [f"{{%p for {c} in many %}}" for c in "abc"] + ["x"] + ["{%p endfor %}"] * 3
    with soon(10), pytest.raises(UsageError, match="循环超过"):
        filled(template(*lines), many=many)


@pytest.mark.parametrize(
    "token",
    [
        "{% for a in many %}{{ title }}{% endfor %}",
        "{% for a in many %}{{ '" + "长" * 2000 + "' }}{% endfor %}",
        "{% for a in many %}{% if title ~ title ~ title == 1 %}{% endif %}{% endfor %}",
        "{{ many|join('" + "长" * 2000 + "') }}",
        "{{ many|join(title ~ title) }}",
    ],
    ids=["printed", "written", "strung", "joined", "joined by a value"],
)
def test_long_values_in_loops_and_lists_end_at_the_budget_and_soon(token, soon):
    with soon(5), pytest.raises(UsageError, match="输出超过"):
        filled(template(token), many=("a",) * 20_000, title="长" * 2000)


def test_a_text_is_not_joined_letter_by_letter():
    with pytest.raises(UsageError, match="join 只能用于列表"):
        filled(template("{{ title|join('--') }}"))


def test_what_is_joined_and_strung_together_is_escaped_and_what_is_unknown_a_dash():
    data = filled(
        template("{{ many|join('、') }}{{ title ~ '<' ~ nothing }}"), many=("a", "<b>")
    ).data
    assert texts(data)[0].startswith("a、<b>")
    assert texts(data)[0].endswith("<—")


def test_a_tower_of_numbers_is_not_worked_out():
    token = "{% if " + " * ".join(["9" * 300] * 40) + " > 1 %}{% endif %}"
    with pytest.raises(UsageError, match="数字过大") as caught:
        filled(template(token))
    assert len(str(caught.value)) < 400


def test_elements_in_each_other_without_end_are_refused():
    deep = "<w:sdt><w:sdtContent>" * 5000 + "</w:sdtContent></w:sdt>" * 5000
    xml = xml_of(PLAIN).replace("<w:body>", f"<w:body>{deep}", 1)
    with pytest.raises(InputError, match=r"word/document\.xml 的元素嵌套超过 200 层"):
        filled(repacked(PLAIN, {"word/document.xml": xml}))


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


def rel(kind, target, mode=' TargetMode="External"'):
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    one = f'<Relationship Id="rX" Type="{base}/{kind}" Target="{target}"{mode}/>'
    return RELS.replace("</Relationships>", f"{one}</Relationships>")


def field(instruction):
    run = f"<w:p><w:r><w:instrText>{instruction}</w:instrText></w:r></w:p><w:sectPr"
    return xml_of(PLAIN).replace("<w:sectPr", run, 1)


def pieces(*instructions):
    """One field whose instruction Word would put together from several runs."""
    runs = "".join(f"<w:r><w:instrText>{text}</w:instrText></w:r>" for text in instructions)
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    return xml_of(PLAIN).replace("<w:sectPr", f"<w:p>{begin}{runs}{end}</w:p><w:sectPr", 1)


def png(width, height):
    """A PNG of any size that holds next to nothing."""
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)), (b"IDAT", b"x"))
    packed = [
        struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


VML = '<w:p><w:r><w:pict><v:imagedata xmlns:v="urn:schemas-microsoft-com:vml" src="http://a.com/x.png"/></w:pict></w:r></w:p>'
HOSTILE = {
    "像素过多": {"word/media/a.png": png(60_000, 60_000)},
    "像素过多（12000×11000）": {"word/media/a.png": png(12_000, 11_000)},
    "嵌入了别的文件": {"word/_rels/document.xml.rels": rel("aFChunk", "a.html", "")},
    "超链接指向本机": {"word/_rels/document.xml.rels": rel("hyperlink", "file:///c:/secret.docx")},
    "引用外部文件 file:///c:/data": {
        "word/_rels/settings.xml.rels": rel("mailMergeSource", "file:///c:/data.xls")
    },
    "引用外部文件 //evil": {"word/_rels/document.xml.rels": rel("oleObject", "//evil/share/a.xls")},
    "域 INCLUDEPICTURE": {
        "word/document.xml": pieces(" INCLU", "DEPIC", "TURE http://a.com/a.png")
    },
    "图形引用外部文件": {
        "word/document.xml": xml_of(PLAIN).replace("<w:sectPr", VML + "<w:sectPr", 1)
    },
    "不是正常的 XML（声明）": {"word/settings.xml": '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'},
    "不是正常的 XML（炸弹）": {
        "word/styles.xml": '<!DOCTYPE z [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><z>&b;</z>'
    },
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
    with pytest.raises(InputError, match=re.escape(re.sub(r"（(声明|炸弹)）", "", words))):
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


def test_a_picture_of_a_hundred_megabytes_is_refused_before_it_is_unpacked():
    data = repacked(PLAIN, {"word/media/a.png": bytes(100 * 2**20)})
    assert len(data) < 200_000
    with pytest.raises(InputError, match=r"word/media/a\.png 有 100 MB，超过 20 MB"):
        refuse_hostile(data, shown="模板.docx")


def test_an_encrypted_document_is_refused_with_advice():
    with pytest.raises(InputError, match="加密的文档请先取消密码"):
        refuse_hostile(bytes.fromhex("D0CF11E0A1B11AE1") + bytes(4096), shown="模板.docx")


def test_a_file_of_a_hundred_megabytes_is_refused_unread(monkeypatch):
    monkeypatch.setattr(intake, "MOST_FILE", 1000)
    with pytest.raises(InputError, match="请压缩其中的图片"):
        refuse_hostile(PLAIN, shown="模板.docx")
