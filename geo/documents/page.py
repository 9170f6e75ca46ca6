"""A paper as one HTML file: no script, no request, prints as it reads."""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING, Final

from geo.documents.paper import Bullets, Heading, Paper, Paragraph, SignatureLine
from geo.exhibits import Figure, Table

if TYPE_CHECKING:
    from geo.documents.paper import Block

_CSP: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STYLE: Final = """
body{font-family:"Noto Serif SC","Source Han Serif SC",SimSun,宋体,serif;max-width:210mm;margin:0 auto;
padding:12mm 14mm;line-height:1.65;color:#1b1b1b;background:#fff}
h1,h2,h3,caption,figcaption,th{font-family:"Noto Sans SC","Source Han Sans SC",SimHei,黑体,sans-serif}
h1{text-align:center;font-size:22pt;margin:.2em 0}.sub{text-align:center;color:#444;margin:0 0 1.5em}
h2{font-size:15pt;border-bottom:1px solid #888;padding-bottom:.15em;margin-top:1.4em}h3{font-size:13pt}
table{border-collapse:collapse;width:100%;margin:1em 0;font-size:9.5pt}caption{font-weight:bold;padding:.4em}
th,td{border:1px solid #666;padding:.25em .4em;vertical-align:top;overflow-wrap:anywhere}th{background:#e8eef3}
thead{display:table-header-group}tr{break-inside:avoid}td.r{text-align:right;white-space:nowrap}td.c{text-align:center}
.strong{font-weight:bold;font-size:13pt}.notice{border-left:4px solid #b3261e;background:#fdf0ef;padding:.5em .8em}
.note{font-size:9pt;color:#444;margin-top:-.6em}figure{margin:1em 0;text-align:center;break-inside:avoid}
figure img{max-width:100%;height:auto}.sign{display:flex;justify-content:space-between;margin-top:3em}
footer{margin-top:2em;border-top:1px solid #aaa;font-size:8.5pt;color:#555;overflow-wrap:anywhere}
@media print{body{padding:0}}
"""


def as_page(paper: Paper) -> str:
    """Write a paper as HTML; everything a planner or a file said is escaped."""
    counters = {"表": 0, "图": 0}
    body = "\n".join(_block(block, counters) for block in paper.blocks)
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_CSP}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(paper.title)}</title><style>{_STYLE}</style></head><body>
<h1>{escape(paper.title)}</h1><p class="sub">{escape(paper.subtitle)}</p>
{body}
<footer>{escape(paper.footer)}</footer>
</body></html>
"""


def _block(block: Block, counters: dict[str, int]) -> str:
    match block:
        case Heading(text, level):
            return f"<h{level + 1}>{escape(text)}</h{level + 1}>"
        case Paragraph():
            classes = " ".join(n for n in ("strong", "notice") if getattr(block, n))
            return f'<p class="{classes}">{escape(block.text)}</p>'
        case Bullets(items):
            return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"
        case Table():
            counters["表"] += 1
            return table_html(block, label=f"表 {counters['表']}")
        case Figure():
            counters["图"] += 1
            return figure_html(block, label=f"图 {counters['图']}")
        case SignatureLine(roles):
            return (
                '<div class="sign">'
                + "".join(f"<span>{r}：＿＿＿＿＿＿</span>" for r in roles)
                + "</div>"
            )


def table_html(table: Table, *, label: str) -> str:
    """Write a table with its caption above and its notes below."""
    align = table.align.ljust(len(table.columns), "l")
    widths = table.widths or (1.0,) * len(table.columns)
    columns = "".join(f'<col style="width:{100 * w / sum(widths):.1f}%">' for w in widths)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.columns)
    rows = "\n".join(f"<tr>{_row_html(table, row, align)}</tr>" for row in table.rows)
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in table.notes)
    caption = f"{escape(label)}　{escape(table.caption)}"
    return f"<table><caption>{caption}</caption><colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{notes}"


def _row_html(table: Table, row: tuple[str, ...], align: str) -> str:
    if table.is_band(row):
        return f'<th colspan="{len(row)}" scope="rowgroup" class="band">{escape(row[0])}</th>'
    return "".join(f'<td class="{a}">{escape(c)}</td>' for a, c in zip(align, row, strict=True))


def figure_html(figure: Figure, *, label: str) -> str:
    """Write a figure with caption, credits and fingerprint."""
    data = base64.b64encode(figure.png).decode()
    sources = "；".join(figure.sources)
    return (
        f'<figure data-fingerprint="{figure.fingerprint}"><img alt="{escape(figure.alt)}" '
        f'src="data:image/png;base64,{data}"><figcaption>{escape(label)}　{escape(figure.caption)}'
        f"{f'<br><small>{escape(sources)}</small>' if sources else ''}</figcaption></figure>"
    )
