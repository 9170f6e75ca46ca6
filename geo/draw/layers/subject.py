"""Whether there is anything to draw: a map without data is skipped and listed, never invented."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from geo.draw.layers.drawn import NOTHING_HERE, Skipped
from geo.draw.layers.table import from_layer, from_where
from geo.draw.layers.tally import from_tally
from geo.draw.layers.tasks import from_tasks
from geo.spec.maps import DrawLayer, DrawTally, DrawTasks, DrawTerrain
from geo.spec.vocabulary import STATE_ZH

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from geo.draw.layers.drawn import Batch
    from geo.spec.maps import Draw, MapSpec
    from geo.store.store import Store


def missing(spec: MapSpec, store: Store, *, day: date) -> tuple[Skipped, ...]:
    """List why none of a map's subjects can be drawn; empty when one can, or when it names none.

    Only features in the plan's (or the workspace's) territory count: a neighbour's sewage plant on
    the edge of the paper does not make a map of sewage plants.

    Args:
        spec: The map, of one plan.
        store: The workspace's data.
        day: The map's date.
    """
    found: list[Skipped] = []
    for item in spec.layers:
        if not item.subject:
            continue
        lacks = tuple(_lacks(item, spec, store, day))
        if not lacks:
            return ()
        found += lacks
    return tuple(found)


def _lacks(item: Draw, spec: MapSpec, store: Store, day: date) -> Iterator[Skipped]:
    if isinstance(item, DrawTerrain):
        table = store.layer(item.terrain)
        if table.state_at(day) not in ("ok", "stale"):
            state = STATE_ZH[table.state].removesuffix("数据")
            yield Skipped(item.title or table.spec.title, state, _layer(item.terrain))
        return
    batch = _batch(item, spec, store, day)
    if batch.layer is not None:
        return
    detail = _layer(item.layer) if isinstance(item, DrawLayer) else ""
    for gap in batch.skipped:
        reason = "本地没有要素" if gap.reason == NOTHING_HERE else gap.reason
        yield Skipped(gap.title, reason, detail)


def _batch(item: Draw, spec: MapSpec, store: Store, day: date) -> Batch:
    assert not isinstance(item, DrawTerrain)  # noqa: S101 - told by the caller
    if isinstance(item, DrawTasks):
        return from_tasks(item, store, first=1)
    if isinstance(item, DrawTally):
        return from_tally(item, store)
    if isinstance(item, DrawLayer):
        area = store.plan_territory(spec.plan) if spec.plan else store.territory
        codes = (store.spec.plans[spec.plan].head.adcode,) if spec.plan else ()
        return from_layer(item, store, day=day, near=area, adcodes=codes)
    return from_where(item, store, plan=spec.plan)


def _layer(name: str) -> str:
    return f"layers/{name}.yml"


_GAP: Final = re.compile(r"（([^（），]+)，(layers/[^）]+)）")


def gaps_in(words: str) -> tuple[tuple[str, str], ...]:
    """Read reason and layer file of each gap back out of :func:`in_words`; a gap without a file is not in it.

    >>> gaps_in("湿地（规划点名的，示意）（本地没有要素，layers/wetlands.yml）；泉域（未取得，layers/springs.yml）")
    (('本地没有要素', 'layers/wetlands.yml'), ('未取得', 'layers/springs.yml'))
    >>> gaps_in("大气环境工程与措施（没有可上图的条目）")
    ()
    """
    return tuple(_GAP.findall(words))


def in_words(gaps: tuple[Skipped, ...]) -> str:
    """Write gaps as one phrase.

    >>> in_words((Skipped("入河排污口", "无", "layers/outfalls.yml"),))
    '入河排污口（无，layers/outfalls.yml）'
    """
    return "；".join(
        f"{g.title}（{'，'.join(p for p in (g.reason, g.detail) if p)}）" for g in gaps
    )
