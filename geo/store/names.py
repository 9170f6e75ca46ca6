"""Names to features: every name and alias of every layer, and what makes a name ambiguous."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import shapely

from geo.spec.closed import nearest
from geo.store.located import Located

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shapely import Geometry

    from geo.spec.vocabulary import Authority
    from geo.store.layers import LayerTable


@dataclass(frozen=True, eq=False)
class Candidate:
    """A feature that a name may mean."""

    name: str
    layer: str
    title: str
    row: int
    kind: str
    geometry: Geometry
    authority: Authority
    accuracy_m: float
    source: str
    by_alias: bool = False
    internal: bool = False

    def located(self) -> Located:
        """View the feature as a place."""
        source = (f"{self.name}：{self.source}",)
        return Located(
            self.geometry, self.authority, self.accuracy_m, source, internal=self.internal
        )

    def told(self) -> str:
        """Describe it so that a planner can tell it from others of its name."""
        lon, lat = shapely.point_on_surface(self.geometry).coords[0]
        what = self.kind or self.title
        return f"{self.name}（{what}，图层 {self.layer}，{lon:.2f}°E {lat:.2f}°N）"


@dataclass(frozen=True)
class Chosen:
    """The features a name means, or why it means none."""

    found: tuple[Candidate, ...] = ()
    complaint: str = ""


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """All names and aliases of a workspace's layers, matched whole, never in part."""

    index: dict[str, tuple[Candidate, ...]] = field(repr=False)

    def choose(
        self,
        name: str,
        *,
        layers: Sequence[str] | None = None,
        kind: str | None = None,
        area: Geometry | None = None,
        territory: Geometry | None = None,
    ) -> Chosen:
        """Pick what a name means.

        Args:
            name: A name or alias, matched whole (甘河 never matches 桑干河).
            layers: Only features of these layers.
            kind: Only features of this kind (a feature's kind, a layer's id or title).
            area: Only features that meet this area (EPSG:4490); the form's ``in``.
            territory: Of several, those that meet it are preferred.
        """
        known = [c for c in self.index.get(name, ()) if layers is None or c.layer in layers]
        fit = [c for c in known if kind is None or kind in (c.kind, c.layer, c.title)]
        if area is not None:
            fit = [c for c in fit if shapely.intersects(c.geometry, area)]
        fit = [c for c in fit if _meets(c, territory)] or fit
        fit = [c for c in fit if not c.by_alias] or fit
        if not fit:
            return Chosen(complaint=self._unknown(name, known, layers))
        if len({c.layer for c in fit}) > 1 or _apart(fit):
            told = "；".join(c.told() for c in fit[:6])
            return Chosen(complaint=f"“{name}”可指 {len(fit)} 处：{told} — 请加 kind: 或 in:")
        return Chosen(tuple(fit))

    def _unknown(self, name: str, known: list[Candidate], layers: Sequence[str] | None) -> str:
        if known:
            told = "；".join(c.told() for c in known[:6])
            return f"“{name}”有同名要素但不符合 kind/in 条件：{told} — 请核对"
        names = [
            n
            for n, cs in self.index.items()
            if layers is None or any(c.layer in layers for c in cs)
        ]
        hint = nearest(name, names)
        where = f"图层 {'、'.join(layers)} 中" if layers else ""
        return f"{where}没有“{name}”" + (
            f" — {hint}" if "？" in hint else " — 请在相应数据表中补充，或写 {unlocated: 理由}"
        )


def gazetteer(tables: Iterable[LayerTable]) -> Gazetteer:
    """Index the names and aliases of all readable layers."""
    index: dict[str, list[Candidate]] = defaultdict(list)
    for table in tables:
        for candidate, aliases in _candidates(table):
            index[candidate.name].append(candidate)
            for alias in aliases:
                index[alias].append(_as_alias(candidate))
    return Gazetteer({name: tuple(found) for name, found in index.items()})


def _candidates(table: LayerTable) -> Iterable[tuple[Candidate, list[str]]]:
    frame = table.frame
    geometry = frame.geometry.array
    columns = {
        name: frame[name].tolist() for name in ("name", "aliases", "kind", "accuracy_m", "source")
    }
    for row, name in enumerate(columns["name"]):
        if not isinstance(name, str) or not name:
            continue
        yield (
            Candidate(
                name=name, layer=table.id, title=table.spec.title, row=row,
                kind=_text(columns["kind"][row]), geometry=geometry[row],
                authority=table.spec.authority or "schematic",
                accuracy_m=float(columns["accuracy_m"][row]),
                source=_text(columns["source"][row]) or table.spec.provider or table.spec.title,
                internal=table.internal,
            ),
            [a.strip() for a in _text(columns["aliases"][row]).replace("；", ";").split(";") if a.strip()],
        )  # fmt: skip


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _as_alias(candidate: Candidate) -> Candidate:
    values = {**candidate.__dict__, "by_alias": True}
    return Candidate(**values)


def _meets(candidate: Candidate, territory: Geometry | None) -> bool:
    return territory is not None and bool(shapely.intersects(candidate.geometry, territory))


def _apart(found: list[Candidate]) -> bool:
    """Tell points of one name apart; lines and areas of one name are one thing's parts."""
    return len(found) > 1 and all(shapely.get_dimensions(c.geometry) == 0 for c in found)
