"""What stands around the map of a page: titles, notices, layers with their legend, list, credits."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from geo.draw.layers.drawn import group_rank
from geo.draw.scene import LIST_TITLE
from geo.draw.symbols.presets import BORDERS
from geo.draw.wording import BORDER_NAMES
from geo.spec.vocabulary import AUTHORITY_ZH, SCHEMATIC_NOTICE
from geo.web.data import TASK_LINE_PT
from geo.web.swatch import swatch

if TYPE_CHECKING:
    from geo.draw.layers.drawn import DrawnLayer
    from geo.draw.layers.terrain import Backdrop
    from geo.draw.scene import Scene
    from geo.web.overview import Overview

_TERRAIN: Final = "地形"
SYSTEM: Final = (
    "坐标系：数据为 CGCS2000 经纬度（EPSG:4490），按网络墨卡托投影显示，图形面积随纬度放大，"
    "长度和面积请用“量算”"
)


def face(scene: Scene, shown: Overview) -> str:
    """Write the page's body but for the map; everything that planners wrote is escaped.

    Args:
        scene: The map.
        shown: Whether the page simplifies it, and what it says about that.
    """
    return "\n".join(
        (_head(scene), _notices(scene, shown), _panel(scene), _measured(scene), _NORTH)
    )


_NORTH: Final = (
    '<div id="hx-north" aria-label="上方为真北"><svg width="26" height="40" viewBox="0 0 26 40" aria-hidden="true">'
    '<path d="M13 13L5 38L13 32L21 38Z" fill="#fff" stroke="#1c1c1c"/><path d="M13 13L5 38L13 32Z" fill="#1c1c1c"/>'
    "</svg><b>北</b></div>"
)


def _measured(scene: Scene) -> str:
    worth = "图上有示意数据，量得的数不能作为距离或面积依据。" if scene.schematic else ""
    return (
        '<section id="hx-measured" role="status" aria-live="polite" hidden><p id="hx-length"></p>'
        '<p id="hx-area"></p><p class="how">距离为 CGCS2000 椭球面大地线长；面积按 CGCS2000 等积球面计算。'
        f"屏幕取点，仅供参考。{worth}</p>"
        '<p class="act"><button type="button" id="hx-undo">撤销一点</button>'
        '<button type="button" id="hx-clear">清除</button>'
        '<button type="button" id="hx-done">结束量算</button></p></section>'
    )


def _head(scene: Scene) -> str:
    plan = f'<p class="plan">{escape(scene.plan_title)}</p>' if scene.plan_title else ""
    below = f'<p class="sub">{escape(scene.subtitle)}</p>' if scene.subtitle else ""
    return (
        f'<header id="hx-head"><div class="titles">{plan}<h1>{escape(scene.title)}</h1>{below}</div>'
        f'<p class="review{"" if scene.approval else " none"}">{escape(scene.review)}</p>'
        '<div class="tools"><div class="find"><input id="hx-search" type="search" autocomplete="off" '
        'placeholder="搜索名称、别名、任务、编号" aria-label="搜索图上要素" role="combobox" aria-expanded="false" '
        'aria-controls="hx-hits"><ul id="hx-hits" role="listbox" hidden></ul></div>'
        '<button type="button" id="hx-measure" aria-pressed="false">量算</button>'
        '<button type="button" id="hx-print">打印</button>'
        '<button type="button" id="hx-drawer" aria-expanded="false" aria-controls="hx-panel">图例</button></div></header>'
    )


def _notices(scene: Scene, shown: Overview) -> str:
    schematic = f'<p class="schematic">{SCHEMATIC_NOTICE}</p>' if scene.schematic else ""
    simple = f'<p class="overview">{escape(shown.notice)}</p>' if shown.notice else ""
    return f'<div id="hx-notices">{schematic}{simple}</div>'


def _panel(scene: Scene) -> str:
    return (
        f'<aside id="hx-panel" aria-label="图层、图例和说明"><section class="layers"><h2>图层与图例</h2>'
        f"{_border(scene)}{_groups(scene)}{_absent(scene)}</section>{_list(scene)}{_credits(scene)}</aside>"
    )


def _border(scene: Scene) -> str:
    """Return the row of the boundary that the map itself draws, when no layer tells it."""
    ink = BORDERS[scene.base.outline]
    if any(c.ink == ink for layer in scene.layers if layer.in_legend for c in layer.classes):
        return ""
    return f'<p class="row">{swatch(ink, ("line",))}<span>{BORDER_NAMES[scene.base.outline]}</span></p>'


def _groups(scene: Scene) -> str:
    """List layers by group; each has a switch, and its classes below it."""
    groups: dict[str, list[str]] = {}
    for at, picture in enumerate(scene.backdrops):
        groups.setdefault(_TERRAIN, []).append(_backdrop(picture, at))
    for at, layer in enumerate(scene.layers):
        groups.setdefault(layer.group, []).append(_layer(layer, at))
    return "".join(
        f"<fieldset><legend>{escape(group)}</legend>{''.join(groups[group])}</fieldset>"
        for group in sorted(groups, key=lambda g: (group_rank(g), g))
    )


def _backdrop(picture: Backdrop, at: int) -> str:
    classes = picture.classes if picture.in_legend else ()
    rows = "".join(
        f'<p class="row">{swatch(c.ink, ("area",))}<span>{escape(c.title)}</span></p>'
        for c in classes
    )
    mark = (
        f'<em class="schematic">{AUTHORITY_ZH["schematic"][:2]}</em>' if picture.schematic else ""
    )
    title = escape(f"{picture.credit}{f'，{picture.as_of}' if picture.as_of else ''}")
    return (
        f'<label class="layer" title="{title}"><input type="checkbox" data-backdrop="{at}" checked>'
        f"<span>{escape(picture.title)}</span>{mark}</label>{rows}"
    )


def _layer(layer: DrawnLayer, at: int) -> str:
    worth = AUTHORITY_ZH[layer.authority]
    mark = f'<em class="{layer.authority}">{worth[:2]}</em>'
    alone = len(layer.classes) == 1 and layer.classes[0].title == layer.title
    sample = _sample(layer, 0) if alone and layer.in_legend else ""
    rows = (
        ""
        if alone or not layer.in_legend
        else "".join(_class(layer, i) for i in range(len(layer.classes)))
    )
    return (
        f'<label class="layer" title="{escape(_worth(layer))}"><input type="checkbox" data-layer="{at}" checked>'
        f"{sample}<span>{escape(layer.title)}</span>{mark}</label>{rows}"
    )


def _worth(layer: DrawnLayer) -> str:
    dated = f"，{layer.as_of}" if layer.as_of else ""
    return f"{AUTHORITY_ZH[layer.authority]}；{layer.credit}{dated}；位置精度约 {layer.accuracy_m:.0f} m"


def _class(layer: DrawnLayer, at: int) -> str:
    count = layer.count(at)
    many = f"（{count}）" if count > 1 else ""
    return f'<p class="row">{_sample(layer, at)}<span>{escape(layer.classes[at].title)}{many}</span></p>'


def _sample(layer: DrawnLayer, at: int) -> str:
    width = TASK_LINE_PT if layer.kind == "tasks" else None
    return swatch(layer.classes[at].ink, layer.shapes(at), line_pt=width)


def _absent(scene: Scene) -> str:
    if not scene.skipped:
        return ""
    rows = "".join(f"<li>{escape(s.title)}（{escape(s.reason)}）</li>" for s in scene.skipped)
    return f'<div class="absent"><h3>未上图的图层</h3><ul>{rows}</ul></div>'


def _list(scene: Scene) -> str:
    """The numbered list; an item whose place is on the map leads there."""
    if not scene.listed:
        return ""
    placed = {number for layer in scene.layers for number in layer.numbers}
    rows = "".join(
        f'<li value="{n.number}"><button type="button" data-number="{n.number}">{escape(n.text)}</button></li>'
        if n.number in placed
        else f'<li value="{n.number}">{escape(n.text)}（在图幅之外）</li>'
        for n in scene.listed
    )
    return f'<details class="list" open><summary>{LIST_TITLE}（{len(scene.listed)}）</summary><ol>{rows}</ol></details>'


def _credits(scene: Scene) -> str:
    day, signs = scene.as_at, scene.signs
    made = (
        ("制图单位", scene.unit), ("制图", signs.drawn_by), ("校核", signs.checked_by), ("审核", signs.approved_by),
        ("图件日期", f"{day.year}年{day.month}月{day.day}日"),
    )  # fmt: skip
    rows = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in made if value)
    notes = "".join(f"<li>{escape(note)}</li>" for note in scene.notes)
    return (
        f'<details class="credits" open><summary>说明与资料来源</summary><ul>{notes}</ul>'
        f"<p>{escape(scene.credits[0])}</p><p>{SYSTEM}。</p><dl>{rows}</dl></details>"
    )
