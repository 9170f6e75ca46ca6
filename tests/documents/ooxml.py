"""What Word refuses or mends in silence, looked for in a DOCX: ids, relations, order of elements, fields.

The sequences are those of ECMA-376 part 1 (5th edition), annex A, ``wml.xsd``: CT_PPr, CT_RPr, CT_TblPr, CT_TcPr,
CT_SectPr, CT_Style, CT_Lvl, CT_AbstractNum, CT_Font. A group of interchangeable elements stands as one tuple.
"""

import io
import posixpath
import zipfile
from collections import Counter
from collections.abc import Iterator

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
REL = "{http://schemas.openxmlformats.org/package/2006/relationships}"
TYPE = "{http://schemas.openxmlformats.org/package/2006/content-types}"
DOCPR = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"

ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
    "suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd "
    "snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment "
    "textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid "
    "vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em "
    "lang eastAsianLayout specVanish oMath",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing "
    "tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark",
    "sectPr": "headerReference|footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType "
    "pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid printerSettings",
    "style": "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden unhideWhenUsed qFormat locked "
    "personal personalCompose personalReply rsid pPr rPr tblPr trPr tcPr tblStylePr",
    "lvl": "start numFmt lvlRestart pStyle isLgl suff lvlText lvlPicBulletId legacy lvlJc pPr rPr",
    "abstractNum": "nsid multiLevelType tmpl name styleLink numStyleLink lvl",
    "numbering": "numPicBullet abstractNum num numIdMacAtCleanup",
    "font": "altName panose1 charset family notTrueType pitch sig embedRegular embedBold embedItalic embedBoldItalic",
    "tblBorders": "top left|start bottom right|end insideH insideV",
    "numPr": "ilvl numId",
    "tbl": "tblPr tblGrid tr",
}  # fmt: skip
RANKS = {
    parent: {name: at for at, group in enumerate(words.split()) for name in group.split("|")}
    for parent, words in ORDER.items()
}
#: May stand between any two children.
ANYWHERE = ("bookmarkStart", "bookmarkEnd", "proofErr", "ins", "del")


def faults(data: bytes) -> list[str]:
    """List everything wrong with a DOCX, empty for a whole one."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        parts = {
            name: etree.fromstring(archive.read(name))
            for name in names
            if name.endswith((".xml", ".rels"))
        }
    found = [f"twice in the archive: {n}" for n, count in Counter(names).items() if count > 1]
    found += _types(parts["[Content_Types].xml"], names)
    found += _relations(parts, names)
    words = {n: p for n, p in parts.items() if n.startswith("word/") and not n.endswith(".rels")}
    for name, part in words.items():
        found += [f"{name}: {text}" for text in (*_order(part), *_blocks(part), *_fields(part))]
    found += _marks(words)
    found += _styles(words)
    return found


def _types(types: etree._Element, names: list[str]) -> Iterator[str]:
    suffixes = {node.get("Extension", "").lower() for node in types.iter(f"{TYPE}Default")}
    overrides = {node.get("PartName", "").lstrip("/") for node in types.iter(f"{TYPE}Override")}
    for name in names:
        known = name in overrides or name.rpartition(".")[2].lower() in suffixes
        if name != "[Content_Types].xml" and not known:
            yield f"no content type for {name}"
    yield from (f"content type for what is not there: {n}" for n in overrides - set(names))


def _relations(parts: dict[str, etree._Element], names: list[str]) -> Iterator[str]:
    reached = {"[Content_Types].xml"}
    for name, rels in ((n, p) for n, p in parts.items() if n.endswith(".rels")):
        reached.add(name)
        folder, _, file = name.rpartition("_rels/")
        source = folder + file.removesuffix(".rels")
        ids = [rel.get("Id") for rel in rels.iter(f"{REL}Relationship")]
        yield from (f"{name}: {i} twice" for i, count in Counter(ids).items() if count > 1)
        for rel in rels.iter(f"{REL}Relationship"):
            if rel.get("TargetMode") == "External":
                continue
            target = rel.get("Target", "")
            path = (
                target.lstrip("/")
                if target.startswith("/")
                else posixpath.normpath(folder + target)
            )
            reached.add(path)
            if path not in names:
                yield f"{name}: {rel.get('Id')} leads to {path}, which is not there"
        if source in parts:
            used = {v for e in parts[source].iter() for k, v in e.attrib.items() if k.startswith(R)}
            yield from (f"{source}: {i} leads nowhere" for i in used - set(ids))
    yield from (f"nothing leads to {name}" for name in set(names) - reached if name[-1] != "/")


def _order(part: etree._Element) -> Iterator[str]:
    for element in part.iter(*(f"{W}{name}" for name in ORDER)):
        parent = etree.QName(element).localname
        ranks = RANKS[parent]
        children = [etree.QName(c) for c in element if isinstance(c.tag, str)]
        local = [
            c.localname for c in children if c.namespace == W[1:-1] and c.localname not in ANYWHERE
        ]
        if strange := [name for name in local if name not in ranks]:
            yield f"{parent} holds {strange}"
            continue
        order = [ranks[name] for name in local]
        if order != sorted(order):
            yield f"{parent} is out of order: {local}"
        many = (
            "tr",
            "lvl",
            "num",
            "abstractNum",
            "tblStylePr",
            "headerReference",
            "footerReference",
        )
        twice = [n for n, count in Counter(local).items() if count > 1 and n not in many]
        if twice:
            yield f"{parent} holds {twice} twice"


def _blocks(part: etree._Element) -> Iterator[str]:
    """Properties come first; a cell ends in a paragraph; the body ends in its section."""
    for holder, first in (("p", "pPr"), ("r", "rPr"), ("tr", "trPr"), ("tc", "tcPr")):
        for element in part.iter(f"{W}{holder}"):
            local = [etree.QName(c).localname for c in element if isinstance(c.tag, str)]
            if local.count(first) > 1 or (
                first in local and local.index(first) > local.count("tblPrEx")
            ):
                yield f"{holder} does not begin with its one {first}: {local[:4]}"
    for cell in part.iter(f"{W}tc"):
        if len(cell) == 0 or cell[-1].tag != f"{W}p":
            yield "a cell does not end in a paragraph"
    for body in part.iter(f"{W}body"):
        if body[-1].tag != f"{W}sectPr":
            yield "the body does not end in its section"
    yield from _grids(part)


def _grids(part: etree._Element) -> Iterator[str]:
    """Every row of a table has as many cells as its grid."""
    for table in part.iter(f"{W}tbl"):
        columns = len(table.findall(f"{W}tblGrid/{W}gridCol"))
        for row in table.findall(f"{W}tr"):
            spans = [c.find(f"{W}tcPr/{W}gridSpan") for c in row.findall(f"{W}tc")]
            wide = sum(1 if s is None else int(s.get(f"{W}val")) for s in spans)
            if wide != columns:
                yield f"a row of {wide} cells on a grid of {columns}"


def _fields(part: etree._Element) -> Iterator[str]:
    """Fields begin, separate and end in turn; what is inside a field ends before it does."""
    depth: list[str] = []
    for char in part.iter(f"{W}fldChar"):
        kind = char.get(f"{W}fldCharType")
        if kind == "begin":
            depth.append("code")
        elif not depth:
            yield f"{kind} without begin"
        elif kind == "separate":
            if depth[-1] != "code":
                yield "a field separates twice"
            depth[-1] = "result"
        else:
            depth.pop()
    if depth:
        yield f"{len(depth)} fields do not end"
    for text in part.iter(f"{W}instrText"):
        if not (text.text or "").strip():
            yield "a field without instruction"


def _marks(words: dict[str, etree._Element]) -> Iterator[str]:
    for pattern in (DOCPR,):
        ids = [e.get("id") for p in words.values() for e in p.iter(pattern)]
        yield from (f"picture number {i} twice" for i, count in Counter(ids).items() if count > 1)
    names = [e.get(f"{W}name") for p in words.values() for e in p.iter(f"{W}bookmarkStart")]
    yield from (f"bookmark {n} twice" for n, count in Counter(names).items() if count > 1)
    yield from (f"bookmark {n} is too long" for n in names if len(n) > 40)
    for name, part in words.items():
        begun: set[str] = set()
        ended: set[str] = set()
        for mark in part.iter(f"{W}bookmarkStart", f"{W}bookmarkEnd"):
            number = mark.get(f"{W}id", "")
            if mark.tag == f"{W}bookmarkStart":
                if number in begun:
                    yield f"{name}: bookmark number {number} twice"
                begun.add(number)
            elif number not in begun or number in ended:
                yield f"{name}: bookmark {number} ends before it begins, or twice"
            else:
                ended.add(number)
        yield from (f"{name}: bookmark {n} does not end" for n in begun - ended)
        for text in part.iter(f"{W}instrText"):
            instruction = (text.text or "").split()
            if instruction[:1] in (["REF"], ["PAGEREF"]) and instruction[1] not in names:
                yield f"{name}: {' '.join(instruction)} points to no bookmark"


def _styles(words: dict[str, etree._Element]) -> Iterator[str]:
    styles = words["word/styles.xml"]
    ids = [s.get(f"{W}styleId") for s in styles.iter(f"{W}style")]
    yield from (f"style {i} twice" for i, count in Counter(ids).items() if count > 1)
    named = [s.find(f"{W}name").get(f"{W}val").lower() for s in styles.iter(f"{W}style")]
    yield from (f"style named {n} twice" for n, count in Counter(named).items() if count > 1)
    for name, part in words.items():
        kinds = (f"{W}{n}" for n in ("pStyle", "rStyle", "tblStyle", "basedOn", "next", "link"))
        used = {e.get(f"{W}val") for e in part.iter(*kinds)}
        yield from (f"{name}: style {i} is not there" for i in used - set(ids))
    if (numbering := words.get("word/numbering.xml")) is not None:
        numbers = [n.get(f"{W}numId") for n in numbering.iter(f"{W}num")]
        yield from (f"list {n} twice" for n, count in Counter(numbers).items() if count > 1)
        abstract = {a.get(f"{W}abstractNumId") for a in numbering.findall(f"{W}abstractNum")}
        for num in numbering.iter(f"{W}num"):
            if num.find(f"{W}abstractNumId").get(f"{W}val") not in abstract:
                yield f"list {num.get(f'{W}numId')} rests on nothing"
        for name, part in words.items():
            used = {e.get(f"{W}val") for e in part.iter(f"{W}numId")} - {"0"}
            yield from (f"{name}: list {n} is not there" for n in used - set(numbers))
