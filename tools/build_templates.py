"""Build the Word templates that ship with the package.

They are ordinary DOCX files, so that an office can open, restyle and keep them; this script is how they came about.
Run ``python tools/build_templates.py`` after a change; a test holds that the committed files are what it makes.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from geo.documents.archive import with_fixed_times
from geo.documents.fields import add_field

FOLDER = Path(__file__).resolve().parent.parent / "geo" / "documents" / "templates"
DAY = date(2026, 11, 22)


@dataclass(frozen=True)
class Face:
    """Fonts, sizes (points) and numbering of one style of paper."""

    title: tuple[str, float]
    body: tuple[str, float]
    head1: tuple[str, float]
    head2: tuple[str, float]
    caption: tuple[str, float]
    line: float | Pt
    number: str
    levels: tuple[str, str]
    margins: tuple[float, float, float, float]


#: GB/T 9704 for 公文: 方正小标宋 二号, 黑体/楷体/仿宋 三号, 28 points a line, margins 37/35/28/26 mm.
FACES = {
    "report": Face(("黑体", 22), ("宋体", 12), ("黑体", 15), ("黑体", 13), ("黑体", 10.5), 1.5,
                   "decimal", ("%1", "%1.%2"), (25.4, 25.4, 27, 27)),
    "gongwen": Face(("方正小标宋简体", 22), ("仿宋_GB2312", 16), ("黑体", 16), ("楷体_GB2312", 16),
                    ("黑体", 12), Pt(28), "chineseCounting", ("%1、", "（%2）"), (37, 35, 28, 26)),
}  # fmt: skip
#: What a machine without the office's fonts shows instead.
FALLBACKS = {
    "方正小标宋简体": "小标宋, 宋体, SimSun, Noto Serif CJK SC", "仿宋_GB2312": "仿宋, FangSong, Noto Serif CJK SC",
    "楷体_GB2312": "楷体, KaiTi, Noto Sans CJK SC", "宋体": "SimSun, Noto Serif CJK SC", "黑体": "SimHei, Noto Sans CJK SC",
}  # fmt: skip


class Writer:
    """One template being written."""

    def __init__(self, face: Face) -> None:
        self.face = face
        self.doc: Any = Document()
        self._page()
        self._styles()
        self._numbering()
        self._fonts()
        # Without it LibreOffice takes Traditional punctuation, centred in its square.
        for lang in self.doc.styles.element.iter(qn("w:lang")):
            lang.set(qn("w:val"), "en-US")
            lang.set(qn("w:eastAsia"), "zh-CN")

    def _page(self) -> None:
        section = self.doc.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        top, bottom, left, right = self.face.margins
        section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
        section.left_margin, section.right_margin = Mm(left), Mm(right)
        section.header_distance, section.footer_distance = Mm(15), Mm(15)
        section.different_first_page_header_footer = True
        head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
        for paragraph in (head, foot):
            paragraph.alignment = ALIGN.CENTER
            paragraph.paragraph_format.first_line_indent = 0
            paragraph.paragraph_format.line_spacing = 1.0
        head.add_run("{{ title }}{% if redact %}（对外副本）{% endif %}").font.size = Pt(9)
        foot.add_run("— ").font.size = Pt(9)
        add_field(foot, "PAGE", "1").font.size = Pt(9)
        foot.add_run(" —").font.size = Pt(9)

    def _styles(self) -> None:
        face, styles = self.face, self.doc.styles
        styles.add_style("table of figures", WD_STYLE_TYPE.PARAGRAPH, builtin=True)
        for name, (font, size) in (
            ("Normal", face.body), ("Title", face.title), ("Heading 1", face.head1),
            ("Heading 2", face.head2), ("Caption", face.caption), ("table of figures", (face.body[0], 12)),
            ("Header", (face.body[0], 9)), ("Footer", (face.body[0], 9)),
        ):  # fmt: skip
            _font(styles[name], font, size)
            look = styles[name].paragraph_format
            look.space_before = look.space_after = Pt(0)
        styles["Normal"].paragraph_format.line_spacing = face.line
        styles["table of figures"].paragraph_format.line_spacing = 1.3
        for name in ("Heading 1", "Heading 2"):
            styles[name].font.bold = False
            look = styles[name].paragraph_format
            look.keep_with_next, look.space_before, look.space_after = True, Pt(12), Pt(6)
        title = styles["Title"]
        title.paragraph_format.alignment = ALIGN.CENTER
        title.paragraph_format.line_spacing = 1.4
        for border in title.element.pPr.findall(qn("w:pBdr")):
            title.element.pPr.remove(border)
        caption = styles["Caption"].paragraph_format
        caption.space_before, caption.space_after, caption.line_spacing = Pt(4), Pt(6), 1.0
        styles["Caption"].font.bold = False

    def _numbering(self) -> None:
        """Number Heading 1 and 2 by one multilevel list that both styles point to."""
        numbering = self.doc.part.numbering_part.element
        for old in list(numbering):
            numbering.remove(old)
        # The list styles of python-docx's own template point to the lists just removed.
        for properties in self.doc.styles.element.iter(qn("w:pPr")):
            for number in properties.findall(qn("w:numPr")):
                properties.remove(number)
        levels = "".join(
            f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{self.face.number}"/>'
            f'<w:pStyle w:val="Heading{at + 1}"/><w:suff w:val="{"nothing" if text[-1] in "、）" else "space"}"/>'
            f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr></w:lvl>'
            for at, text in enumerate(self.face.levels)
        )
        numbering.append(parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="1"><w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
        ))  # fmt: skip
        numbering.append(
            parse_xml(f'<w:num {nsdecls("w")} w:numId="1"><w:abstractNumId w:val="1"/></w:num>')
        )
        for at, name in enumerate(("Heading 1", "Heading 2")):
            properties = self.doc.styles[name].element.get_or_add_pPr()
            made = parse_xml(
                f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{at}"/><w:numId w:val="1"/></w:numPr>'
            )
            properties.insert_element_before(
                made, "w:pBdr", "w:spacing", "w:ind", "w:jc", "w:outlineLvl"
            )

    def _fonts(self) -> None:
        """Name substitutes in the font table, where Word and LibreOffice look for them."""
        part = next(
            p for p in self.doc.part.package.iter_parts() if p.partname == "/word/fontTable.xml"
        )
        entries = "".join(
            f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/><w:family w:val="auto"/></w:font>'
            for name, other in FALLBACKS.items()
        )
        part._blob = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {nsdecls("w")}>{entries}</w:fonts>'.encode()  # noqa: SLF001

    def cover(self, subtitle: str) -> None:
        """Write the first page."""
        for _ in range(5):
            self.plain("")
        self.doc.add_paragraph("{{ title }}", style="Title")
        self.center(subtitle, self.face.head2[1])
        for _ in range(9):
            self.plain("")
        self.tag("if unit")
        self.center("{{ unit }}", self.face.head2[1])
        self.tag("endif")
        self.center("{{ as_at }}", self.face.head2[1])
        self.doc.add_page_break()

    def lists(self, *, tables: bool = True) -> None:
        """Write the lists of figures and tables."""
        self.center("图目录", self.face.head1[1], font=self.face.head1[0])
        self.token("figure_list()")
        if tables:
            self.plain("")
            self.center("表目录", self.face.head1[1], font=self.face.head1[0])
            self.token("table_list()")
        self.doc.add_page_break()

    def notice(self) -> None:
        """Write the warning where anything is schematic."""
        self.tag("if notice")
        run = self.text("本报告含{{ notice }}。").runs[0]
        run.bold = True
        self.tag("endif")

    def head(self, text: str, level: int = 1, *, numbered: bool = True) -> None:
        """Write a heading."""
        paragraph = self.doc.add_paragraph(text, style=f"Heading {level}")
        if not numbered:
            properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001
            properties.append(parse_xml(f'<w:numPr {nsdecls("w")}><w:numId w:val="0"/></w:numPr>'))

    def text(self, text: str) -> Any:
        """Write a paragraph with an indent."""
        paragraph = self.doc.add_paragraph(text)
        paragraph.paragraph_format.first_line_indent = Pt(2 * self.face.body[1])
        return paragraph

    def plain(self, text: str) -> Any:
        """Write a paragraph as it is."""
        return self.doc.add_paragraph(text)

    def token(self, expression: str) -> None:
        """Write one token in a paragraph of its own."""
        paragraph = self.doc.add_paragraph(f"{{{{ {expression} }}}}")
        # A table that would be empty comes to a sentence, which is indented like any other.
        if not expression.endswith("_list()"):
            paragraph.paragraph_format.first_line_indent = Pt(2 * self.face.body[1])

    def tag(self, statement: str) -> None:
        """Write one statement in a paragraph of its own."""
        self.doc.add_paragraph(f"{{%p {statement} %}}")

    def center(self, text: str, size: float, *, font: str | None = None) -> None:
        """Write a centred line."""
        paragraph = self.doc.add_paragraph()
        paragraph.alignment = ALIGN.CENTER
        run = paragraph.add_run(text)
        run.font.size = Pt(size)
        if font is not None:
            run.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)

    def each_site(self, *expressions: str) -> None:
        """Write tokens for every footprint."""
        self.tag("for s in check.sites")
        self.tag("if check.count > 1")
        self.head("{{ s.name }}", 2)
        self.tag("endif")
        for expression in expressions:
            self.token(expression)
        self.tag("endfor")

    def signatures(self) -> None:
        """Write the line for those who sign."""
        self.plain("")
        self.text(
            "编制：＿＿＿＿　　校核：＿＿＿＿　　审核：＿＿＿＿"
        ).paragraph_format.first_line_indent = 0

    def gaps(self) -> None:
        """Write the annex of what was declared and not supplied."""
        self.head("附表　未取得的数据", numbered=False)
        self.token('table("missing", label="附表")')

    def bytes(self) -> bytes:
        """Return the file."""
        core = self.doc.core_properties
        core.title, core.author, core.comments = "{{ title }}", "hongxian", "{{ tool }}"
        settings = self.doc.settings.element
        for zoom in settings.findall(qn("w:zoom")):
            zoom.set(qn("w:percent"), "100")
        # A leftover of Word 2010 that no program reads.
        part = self.doc.part
        for key, relation in list(part.rels.items()):
            if relation.reltype.endswith("/stylesWithEffects"):
                del part.rels[key]
        out = io.BytesIO()
        self.doc.save(out)
        return with_fixed_times(out.getvalue(), as_at=DAY)


def _font(style: Any, face: str, size: float) -> None:
    style.font.name, style.font.size, style.font.italic = "Times New Roman", Pt(size), False
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for script, name in (
        ("eastAsia", face),
        ("ascii", "Times New Roman"),
        ("hAnsi", "Times New Roman"),
    ):
        fonts.set(qn(f"w:{script}"), name)


def atlas(w: Writer) -> None:
    """专题图集: the maps named, or all of a plan, each on a landscape page of its own."""
    w.cover("{{ subtitle }}")
    w.lists(tables=False)
    w.head("图集说明")
    w.text("本图集共收图{{ maps|length }}幅，图上内容的日期以{{ as_at }}为准，界线不作为划界依据。")
    w.text(
        '各图所用数据的提供单位、日期、性质和精度见{{ ref("layers") }}。标有“示意”的位置为手工示意，误差见精度一列。'
    )
    w.notice()
    w.head("专题地图")
    w.text("以下一图一页，图名与图目录一致。")
    w.tag("for m in maps")
    w.token("map(m.id, wide=true)")
    w.tag("endfor")
    w.head("数据来源")
    w.token('table("layers")')
    w.gaps()


def site_check(w: Writer) -> None:
    """选址空间管控核查报告: the chapters an office signs."""
    w.cover("{{ check.names }}")
    w.lists()
    w.head("项目概况")
    w.each_site('passage("project", site=s.number)')
    w.head("依据与数据来源")
    w.text("本次核查以{{ check.as_at }}为准，所用数据的提供单位、日期、性质和状态如下。")
    w.each_site('passage("data", site=s.number)')
    w.head("方法与精度")
    w.each_site('passage("methods", site=s.number)')
    w.head("分项结果")
    w.each_site('passage("statements", site=s.number)', 'table("topics", site=s.number)',
                'table("occupation", site=s.number)', 'table("targets", site=s.number)')  # fmt: skip
    w.tag("if check.hits and check.count == 1")
    w.text('占压面积见{{ ref("occupation") }}，位置见{{ ref("site_map") }}。')
    w.tag("endif")
    w.head("管控要求")
    w.each_site('passage("requirements", site=s.number)')
    w.head("结论与建议")
    w.each_site('passage("conclusion", site=s.number)')
    w.signatures()
    w.head("附表　拐点坐标", numbered=False)
    w.tag("for s in check.sites")
    w.token('table("corners", site=s.number, label="附表")')
    w.tag("endfor")
    w.head("附图", numbered=False)
    w.tag("for s in check.sites")
    w.token('site_map(s.number, label="附图")')
    w.tag("endfor")


def plan_tasks(w: Writer) -> None:
    """规划实施任务分布报告: one plan's promises, on the map and in tables."""
    w.cover("{{ plan.title }}")
    w.lists()
    w.head("规划概况")
    w.text("{{ plan.title }}{% if plan.document %}（{{ plan.document }}）{% endif %}"
           "{% if plan.issuer %}由{{ plan.issuer }}{% if plan.issued %}于 {{ plan.issued }} {% endif %}印发{% endif %}"
           "，规划期为 {{ plan.period }}{% if plan.area_km2 %}，规划范围 {{ plan.area_km2 }} km²{% endif %}。")  # fmt: skip
    w.text("规划列有重点工程 {{ plan.projects }} 项、空间措施 {{ plan.measures }} 条、管控要求 {{ plan.controls }} 条、"
           "指标 {{ plan.indicators }} 项。")  # fmt: skip
    w.notice()
    w.head("任务分布")
    w.text(
        '各要素任务的定位情况见{{ ref("standing_" ~ plan.id) }}。原文没有写明位置的任务不落图，需要补充图层的任务待数据到位后落图。'
    )
    # What fills the page: under the larger type of 公文 a map finds no room, the table does.
    table_first = w.face is FACES["gongwen"]
    if table_first:
        w.token('table("standing")')
    w.tag("for m in maps")
    w.token("map(m.id)")
    w.tag("endfor")
    if not table_first:
        w.token('table("standing")')
    w.head("重点工程")
    w.token('table("tasks", kind="project")')
    w.head("管控要求")
    w.token('table("tasks", kind="control")')
    w.head("规划指标")
    w.tag("if plan.indicators")
    w.text(
        '各项指标由基期到目标年的变化见{{ ref("chart_" ~ plan.id) }}，数值按规划文本印出的写法见{{ ref("indicators_" ~ plan.id) }}。'
    )
    w.tag("endif")
    # The table breaks over pages, the chart does not.
    w.token('table("indicators")')
    w.tag("if plan.indicators")
    w.token("chart()")
    w.tag("endif")
    w.head("数据来源")
    w.text(
        "界线、水系和各类管控区数据的状态如下；已声明而未取得的数据没有参与落图，名称见文末附表。"
    )
    w.token('table("layers")')
    w.signatures()
    w.gaps()


def build() -> dict[str, bytes]:
    """Make every template in every face: file name → bytes."""
    out = {}
    for make in (atlas, site_check, plan_tasks):
        for name, face in FACES.items():
            writer = Writer(face)
            make(writer)
            out[f"{make.__name__}_{name}.docx"] = writer.bytes()
    return out


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, data in build().items():
        (FOLDER / name).write_bytes(data)
        print(f"{name} {len(data) // 1024} kB")
