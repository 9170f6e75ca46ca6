"""The map linter: what a chief editor would send a sheet back for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geo.draw.layout.arrangement import LEGIBLE_PT
from geo.draw.sheet.arrange import Arranged, arrange
from geo.draw.sheet.crowd import crowd
from geo.draw.sheet.paper import draw_arranged
from geo.draw.symbols.palette import confusable, contrast
from geo.errors import MissingError, Problem
from geo.spec.vocabulary import SCHEMATIC_NOTICE, STATE_ZH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.draw.layers.drawn import DrawnLayer
    from geo.draw.scene import Scene
    from geo.draw.sheet.pen import Pen
    from geo.errors import Severity
    from geo.spec.marked import Marked, Steps

#: Letters need this contrast with white paper (WCAG 2.2, large text and graphics).
_CONTRAST: Final = 3.0
#: More names than this in the margin's list make a map hard to read.
_MANY: Final = 12
_UNREADABLE: Final = STATE_ZH["unreadable"]


@dataclass(frozen=True)
class Fault:
    """One complaint: what was found, and what to do; a warning does not stop the work.

    ``key`` is the entry of the map's file that it is about, or ``layer`` the layer.
    """

    message: str
    hint: str
    warning: bool = False
    key: Steps = ()
    layer: DrawnLayer | None = field(default=None, compare=False)


def lint(scene: Scene) -> tuple[Fault, ...]:
    """Draw a scene and look at it: nothing missing, nothing overlapping, everything legible."""
    try:
        arranged = arrange(scene)
        pen = draw_arranged(arranged)
    except MissingError as error:
        message, _, hint = str(error).partition(" — ")
        return (Fault(message, hint),)
    found = (
        *_furniture(arranged.scene, pen), *_layers(arranged.scene), *_labels(arranged), *_enlargement(arranged),
        *_legible(arranged, pen), *_colours(arranged.scene),
    )  # fmt: skip
    return tuple(dict.fromkeys(found))


def problems(
    scene: Scene, *, shown: Path | None = None, source: Marked | None = None
) -> tuple[Problem, ...]:
    """Return the linter's complaints as problems of the map's file.

    Args:
        scene: The map.
        shown: Its file, as complaints name it.
        source: The file as it was written, which tells the line and column of each complaint.
    """
    file = shown or Path("maps") / f"{scene.id}.yml"
    found = []
    for f in lint(scene):
        severity: Severity = "warning" if f.warning else "error"
        line, column = _mark(f, source) if source is not None else (0, 0)
        found.append(Problem(file, line, column, f.message, f.hint, severity))
    return tuple(found)


def _mark(fault: Fault, source: Marked) -> tuple[int, int]:
    """Find where in the map's file a complaint belongs: its entry, else the map's title."""
    steps = fault.key if fault.layer is None else _entry(fault.layer, source)
    where = source.problem(steps, "", on_key=len(steps) > 0 and isinstance(steps[-1], str))
    if (where.line, where.column) == source.values.get((), (1, 1)):
        where = source.problem(("title",), "", on_key=True)
    return where.line, where.column


def _entry(layer: DrawnLayer, source: Marked) -> Steps:
    """Find the entry of ``layers`` that a layer was drawn for; of several, that of its title."""
    written = source.value.get("layers", ()) if isinstance(source.value, dict) else ()
    of_id = [at for at, item in enumerate(written) if _is_for(item, layer)]
    titled = [
        at
        for at in of_id
        if isinstance(written[at], dict) and written[at].get("title") == layer.title
    ]
    return ("layers", (titled or of_id)[0]) if of_id else ("layers",)


def _is_for(item: object, layer: DrawnLayer) -> bool:
    kind, _, rest = layer.id.partition(":")
    if not isinstance(item, dict):
        return item == layer.id
    if kind == "where" and rest:
        return "where" in item and item.get("title") == rest
    return kind in item if rest else item.get("layer") == layer.id


def _furniture(scene: Scene, pen: Pen) -> Iterator[Fault]:
    said = {text for text, _ in pen.said}
    if not scene.title.strip() or scene.title not in said:
        yield Fault("图上没有图名", "请填写 title", key=("title",))
    if not scene.approval and scene.review not in said:
        yield Fault(f"图上没有“{scene.review}”", "请填写 approval，或保留该说明", key=("approval",))
    if scene.schematic and SCHEMATIC_NOTICE not in said:
        yield Fault(f"图上没有“{SCHEMATIC_NOTICE}”", "示意数据成图必须保留该说明")
    if not any(row.entry.kind == "entry" for row in scene.layout.fitted.rows):
        yield Fault("图上没有图例", "请至少保留一个图层的 legend", key=("layers",))
    if not any(text.startswith("比例尺") for text in said):
        yield Fault("图上没有比例尺", "请检查 page.scale", key=("page", "scale"))
    if not scene.unit:
        yield Fault("图签没有制图单位", "请在 workspace.yml 的 credits.unit 填写", warning=True)


def _layers(scene: Scene) -> Iterator[Fault]:
    """Look for layers without a source or a date, and those that should be there and could not be read."""
    for layer in scene.layers:
        if not layer.credit:
            yield Fault(
                f"图层“{layer.title}”没有资料来源", "请在图层文件中填写 provider", layer=layer
            )
        if not layer.as_of and layer.kind != "where":
            yield Fault(
                f"图层“{layer.title}”没有数据日期", "请填写 as_of 或规划的 issued", warning=True,
                layer=layer,
            )  # fmt: skip
    for gap in scene.skipped:
        if gap.reason == _UNREADABLE:
            yield Fault(
                f"图层“{gap.title}”读取失败，没有画上", gap.detail or "请检查图层文件的 source",
                warning=True, key=("layers",),
            )  # fmt: skip


def _enlargement(arranged: Arranged) -> Iterator[Fault]:
    """Look for an enlargement without room, and for a crowd that one would relieve."""
    if arranged.scene.enlarged is not None:
        if arranged.detail is None:
            yield Fault(
                "局部放大图没有画：图上没有不遮挡内容的空处",
                "请缩小 enlarge 的范围、换更大的纸，或写 extent 另画一幅", warning=True, key=("enlarge",),
            )  # fmt: skip
    elif (found := crowd(arranged)) is not None:
        count, box = found
        told = ", ".join(f"{v:g}" for v in box)
        yield Fault(
            f"有一处 {count} 条注记挤得拉了引线或改为编号", f"可写 enlarge: {{bbox: [{told}]}}，在图角局部放大",
            warning=True, key=("layers",),
        )  # fmt: skip


def _labels(arranged: Arranged) -> Iterator[Fault]:
    placements = [arranged.placement]
    placements += [arranged.detail.arranged.placement] if arranged.detail else []
    if pairs := sum(p.overlaps() for p in placements):
        yield Fault(f"有 {pairs} 处注记相互压盖", "请放大图幅、缩小字号或减少注记", key=("page",))
    if forced := sum(p.forced for of in placements for p in of.placed):
        yield Fault(f"有 {forced} 个编号压盖其他注记", "请放大图幅或减少注记", warning=True)
    count = sum(len(p.numbered) for p in placements)
    if count > _MANY:
        yield Fault(f"有 {count} 个名称放不下，改用编号", "请放大图幅或减少注记", warning=True)
    for item in arranged.layers:
        if item.layer.id == "sections" and not any(item.layer.labels) and not item.layer.numbers:
            yield Fault(
                "监测断面没有注名", "请给 sections 写 label: name", warning=True, layer=item.layer
            )


def _legible(arranged: Arranged, pen: Pen) -> Iterator[Fault]:
    scene = arranged.scene
    size = scene.layout.fitted.size_pt
    if size < LEGIBLE_PT * scene.layout.type_scale - 1e-9:
        yield Fault(
            f"图例字号只有 {size:.1f} 磅", "请换更大的纸或减少图例、编号条目", warning=True,
            key=("page",),
        )  # fmt: skip
    white = "#ffffff"
    faint = {
        c for c, ground in pen.inks
        if (c, ground) != (white, white) and contrast(c, ground) < _CONTRAST
    }  # fmt: skip
    for colour in sorted(faint):
        of = (x for x in scene.layers if x.label is not None and x.label.colour == colour)
        yield Fault(f"文字颜色 {colour} 太浅", "请用更深的颜色", warning=True, layer=next(of, None))


def _colours(scene: Scene) -> Iterator[Fault]:
    """Look for classes of one layer that colour-blind readers cannot tell apart."""
    for layer in scene.layers:
        if layer.kind != "layer" or layer.id == "sections":
            continue
        fills = [c.ink.fill for c in layer.classes if c.ink.fill != "none" and not c.ink.hatch]
        if layer.classes and len({c.ink.marker for c in layer.classes}) > 1:
            continue
        for one, other, _ in confusable(fills)[:1]:
            message = f"图层“{layer.title}”的 {one} 与 {other} 色盲读者难以区分"
            yield Fault(message, "请改用明暗不同的颜色，或加晕线", warning=True, layer=layer)
