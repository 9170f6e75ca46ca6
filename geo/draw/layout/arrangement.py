"""The arrangement that shows an area largest: paper turned or not, legend beside or beneath."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from geo.draw.layout.legend import SIZES as LEGEND_SIZES
from geo.draw.layout.legend import Entry, Legend, fit_legend
from geo.draw.layout.lettering import MM_PER_POINT
from geo.draw.layout.page import SIZES, TYPE_SCALE, UPRIGHT, Frame, Layout
from geo.draw.layout.scale import LADDER
from geo.errors import UsageError

if TYPE_CHECKING:
    from geo.draw.layout.lettering import Lettering
    from geo.spec.maps import Page

Side = Literal["right", "bottom"]
_MARGIN: Final = 6.0
_PAD: Final = 3.0
#: Ring around the map frame for coordinate labels.
_RING: Final = 4.4
#: Letters smaller than this are a last resort, points.
LEGIBLE_PT: Final = 5.9
#: What an empty legend weighs against scale: less than a step of the ladder, or the map would shrink
#: so that its margin looks full.
_EMPTY: Final = 0.2
_COLUMNS: Final = (46.0, 52.0, 58.0, 66.0, 76.0, 88.0, 102.0, 120.0)
_STRIPS: Final = (34.0, 40.0, 46.0, 52.0, 60.0, 70.0, 82.0, 96.0, 112.0)


@dataclass(frozen=True)
class Wanted:
    """What a sheet has to hold.

    Attributes:
        page: What the map asks for.
        extent: Width and height of the area to show whole, metres in the plane.
        entries: Rows of the legend and of the numbered list.
        title_lines: How many lines the titles take: plan, title, subtitle.
        credit_lines: Paragraphs at the foot.
        inset: Whether a locator is drawn, and its width over its height.
    """

    page: Page
    extent: tuple[float, float]
    entries: tuple[Entry, ...]
    has_plan: bool
    has_subtitle: bool
    credit_lines: tuple[str, ...]
    inset: float | None


@dataclass(frozen=True)
class Chosen:
    """An arrangement with the scale it allows."""

    layout: Layout
    denominator: int


def choose_layout(wanted: Wanted, fonts: Lettering) -> Chosen:
    """Return the arrangement with the largest scale, legible letters and the least empty paper.

    Raises:
        UsageError: The legend fits in no arrangement, or the extent at no scale.
    """
    best: tuple[float, Chosen] | None = None
    for draft, fill in _arrangements(wanted, fonts):
        denominator = _scale(wanted, draft)
        if denominator is None or (best and _score(denominator, draft) >= best[0] - 1e-9):
            continue
        for layout, slack in fill():
            score = _score(denominator, layout, slack)
            if best is None or score < best[0] - 1e-9:
                best = score, Chosen(layout, denominator)
    if best is None:
        raise UsageError(_does_not_fit(wanted, fonts))
    return best[1]


def _does_not_fit(wanted: Wanted, fonts: Lettering) -> str:
    """Say what finds no room, and the scale that would do where it is the scale that does not."""
    asked = f"1:{wanted.page.scale}" if wanted.page.scale else "任何比例尺"
    found = f"{wanted.page.size} 幅面放不下：{asked}的图廓和 {len(wanted.entries)} 行图例"
    if wanted.page.scale:
        free = replace(wanted, page=wanted.page.model_copy(update={"scale": None}))
        try:
            fits = choose_layout(free, fonts).denominator
        except UsageError:
            return f"{found} — 请换更大的纸、减少图层"
        return f"{found} — 请改为 scale: {fits}（能放下的最大一级），或换更大的纸"
    return f"{found} — 请换更大的纸、减少图层"


def _scale(wanted: Wanted, layout: Layout) -> int | None:
    need = max(wanted.extent[0] / layout.map.w, wanted.extent[1] / layout.map.h) * 1000.0
    if wanted.page.scale is not None:
        return wanted.page.scale if need <= wanted.page.scale else None
    return next((s for s in LADDER if s >= need * (1 - 1e-9)), None)


def _score(denominator: int, layout: Layout, slack: float = 0.0) -> float:
    """Weigh scale first, then small letters and empty paper; without a legend, the best it can be."""
    share = layout.map.w * layout.map.h / (layout.width * layout.height)
    score: float = denominator * share**-0.25
    if not layout.fitted.rows:
        return score
    letters = LEGEND_SIZES[0] * layout.type_scale / layout.fitted.size_pt
    small = 1.3 if layout.fitted.size_pt < LEGIBLE_PT * layout.type_scale else 1.0
    return float(score * small * letters**0.5 * (1.0 + _EMPTY * slack))


Fill = Callable[[], Iterator[tuple[Layout, float]]]


def _arrangements(wanted: Wanted, fonts: Lettering) -> Iterator[tuple[Layout, Fill]]:
    """Offer drafts with their map frames, and how to fill each with its legend."""
    long, short = SIZES[wanted.page.size]
    upright = UPRIGHT.get(wanted.page.size, (short, long))
    turned = {"landscape": ((long, short),), "portrait": (upright,)}
    # A slide stands upright only where that is asked for.
    either = ((long, short),) if wanted.page.size == "16:9" else ((long, short), upright)
    pages = turned.get(wanted.page.orientation, either)
    for width, height in pages:
        body = _body(wanted, fonts, width, height)
        scale = body.type_scale
        for column in (c * scale for c in _COLUMNS if c * scale <= body.panel.w * 0.5):
            draft = replace(body, map=_map_frame(body.panel, right=column))
            yield draft, partial(_beside, wanted, fonts, body, column)
        for strip in (s * scale for s in _STRIPS if s * scale <= body.panel.h * 0.5):
            draft = replace(body, map=_map_frame(body.panel, bottom=strip))
            yield draft, partial(_beneath, wanted, fonts, body, strip)


def _body(wanted: Wanted, fonts: Lettering, width: float, height: float) -> Layout:
    """Place what is the same in every arrangement; ``panel`` is all that is left over."""
    scale = TYPE_SCALE[wanted.page.size]
    margin = 2.0 if wanted.page.size in ("figure", "plate") else _MARGIN
    neat = Frame(margin, margin, width - 2 * margin, height - 2 * margin)
    tall = (3.0 + 9.5 + 4.6 * wanted.has_plan + 4.4 * wanted.has_subtitle) * scale
    title = Frame(neat.x, neat.top - tall, neat.w, tall)
    inner = neat.w - 2 * _PAD
    lines = sum(
        len(fonts.wrap(t, "sans", size_pt=6.2 * scale, width_mm=inner)) for t in wanted.credit_lines
    )
    tall = lines * 6.2 * scale * MM_PER_POINT * 1.3 + 1.8
    foot = Frame(neat.x + _PAD, neat.y + 1.0, inner, tall)
    body = Frame(neat.x + _PAD, foot.top, inner, title.y - foot.top)
    empty = Legend((), 1.0, 1, 1.0, (0.0, 0.0))
    return Layout(
        wanted.page.size, width, height, neat, title, body, body, body, empty, None, body, None,
        foot, scale,
    )  # fmt: skip


def _map_frame(body: Frame, *, right: float = 0.0, bottom: float = 0.0) -> Frame:
    return Frame(
        body.x + _RING,
        body.y + bottom + _RING,
        body.w - 2 * _RING - right,
        body.h - 2 * _RING - bottom,
    )


def _beside(
    wanted: Wanted, fonts: Lettering, body: Layout, column: float
) -> Iterator[tuple[Layout, float]]:
    """Stack locator, legend, scale and 图签 in a column at the right, top to bottom."""
    scale, area = body.type_scale, body.panel
    frame = _map_frame(area, right=column)
    panel = Frame(area.right - column, frame.y, column, frame.h)
    signs_tall, bar_tall = _fixed(wanted, scale)
    signs = Frame(panel.x, panel.y, panel.w, signs_tall) if signs_tall else None
    bar = Frame(panel.x, panel.y + signs_tall + (2.0 if signs else 0.0), panel.w, bar_tall)
    inset_tall = min(panel.w / wanted.inset, panel.h * 0.24) if wanted.inset else 0.0
    inset = Frame(panel.x, panel.top - inset_tall, panel.w, inset_tall) if inset_tall else None
    top = panel.top - inset_tall - (2.0 if inset else 0.0)
    legend = Frame(panel.x, bar.top + 1.5, panel.w, top - bar.top - 1.5)
    fitted = _fitted(wanted, fonts, legend, scale)
    if fitted is None:
        return
    slack = 1.0 - fitted.used[1] / legend.h
    yield replace(
        body, map=frame, panel=panel, legend=legend, fitted=fitted, inset=inset, scale=bar, signs=signs,
    ), slack  # fmt: skip


def _beneath(
    wanted: Wanted, fonts: Lettering, body: Layout, strip: float
) -> Iterator[tuple[Layout, float]]:
    """Put the legend at the left of a bottom strip, locator, scale and 图签 at its right."""
    scale, area = body.type_scale, body.panel
    frame = _map_frame(area, bottom=strip)
    panel = Frame(frame.x, area.y + 1.0, frame.w, strip - 2.0)
    signs_tall, bar_tall = _fixed(wanted, scale)
    if panel.h < signs_tall + bar_tall + 1.0:
        return
    right = 50.0 * scale
    x = panel.right - right
    signs = Frame(x, panel.y, right, signs_tall) if signs_tall else None
    bar = Frame(x, panel.y + signs_tall + 1.0, right, bar_tall)
    spare = panel.top - bar.top - 1.0
    inset, left = None, x
    # One pane is as high as wide: above the scale bar it wants more room than two beside each other.
    if wanted.inset and spare >= (18.0 if wanted.inset > 1.0 else 34.0) * scale:
        tall = min(spare, right / wanted.inset * 1.1)
        inset = Frame(x, panel.top - tall, right, tall)
        bar = Frame(x, (bar.y + inset.y - 1.0 - bar_tall) / 2, right, bar_tall)
    elif wanted.inset:
        wide = min(panel.h * wanted.inset, 48.0 * scale)
        inset = Frame(x - wide - 3.0, panel.y, wide, panel.h)
        left = inset.x
    legend = Frame(panel.x, panel.y, left - panel.x - 3.0, panel.h)
    fitted = _fitted(wanted, fonts, legend, scale) if legend.w > 30.0 * scale else None
    if fitted is None:
        return
    slack = 1.0 - fitted.used[0] * fitted.used[1] / (legend.w * legend.h)
    yield replace(
        body, map=frame, panel=panel, legend=legend, fitted=fitted, inset=inset, scale=bar, signs=signs,
    ), slack  # fmt: skip


def _fixed(wanted: Wanted, scale: float) -> tuple[float, float]:
    """Heights of 图签 and scale bar."""
    return (0.0 if wanted.page.size == "figure" else 15.6 * scale), 11.5 * scale


def _fitted(wanted: Wanted, fonts: Lettering, frame: Frame, scale: float) -> Legend | None:
    if frame.h <= 0.0 or frame.w <= 0.0:
        return None
    largest = LEGEND_SIZES[0] * scale
    return fit_legend(
        wanted.entries, fonts, width_mm=frame.w, height_mm=frame.h, largest_pt=largest
    )
