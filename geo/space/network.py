"""Rivers as a network: what lies upstream and downstream, mouths, parts.

Every river is one line digitised downstream that knows the river it flows into.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import shapely

from geo.errors import GeometryError
from geo.space.chainage import Chain, chain, cut_chain, locate_on

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shapely.geometry.base import BaseGeometry

Part = Literal["源头", "上游", "中游", "下游"]

# Shares of a river's length. The thirds and the tenth are this project's convention, for plans that
# name a part without saying where it ends; no standard defines them.
_PARTS: dict[str, tuple[float, float]] = {
    "源头": (0.0, 0.1),
    "上游": (0.0, 1 / 3),
    "中游": (1 / 3, 2 / 3),
    "下游": (2 / 3, 1.0),
}
_SNAP_M = 2000.0


@dataclass(frozen=True, eq=False)
class Network:
    """Rivers that flow into one another.

    A river whose `flows_into` is empty or not in the network ends there.

    Args:
        names: Name of each river, no two alike.
        lines: LineString of each, digitised downstream, lon/lat (a MultiLineString must join up).
        flows_into: Name of the river each flows into, or None.
        order: Rank of each, 1 for the main river; only carried along.

    Raises:
        GeometryError: Names repeat, a line is broken or no line, or rivers flow in a circle; all at once.

    >>> main = shapely.LineString([(112.0, 36.0), (113.0, 36.0)])
    >>> side = shapely.LineString([(112.5, 36.3), (112.5, 36.0)])
    >>> rivers = Network(["绛河", "岚水"], [main, side], [None, "绛河"])
    >>> rivers.mouth("绛河", "岚水").wkt
    'POINT (112.5 36)'
    >>> rivers.tributaries("绛河"), rivers.tributaries("岚水")
    (('岚水',), ())
    """

    names: Sequence[str]
    lines: Sequence[BaseGeometry]
    flows_into: Sequence[str | None]
    order: Sequence[int] | None = None
    _chains: dict[str, Chain] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Join parts, check the rivers against one another, measure them."""
        names = tuple(self.names)
        if not len(names) == len(self.lines) == len(self.flows_into):
            raise GeometryError("河名、河线与汇入河流的个数不一致 — 请检查水系表")
        lines, problems = _single_lines(names, self.lines)
        into = tuple(str(name).strip() or None if name else None for name in self.flows_into)
        problems += [
            f"河流「{name}」出现 {count} 次 — 请区分重名河流"
            for name, count in Counter(names).items()
            if count > 1
        ]
        problems += _circles(dict(zip(names, into, strict=True)))
        if problems:
            raise GeometryError("\n".join(problems))
        for name, value in (("names", names), ("lines", lines), ("flows_into", into)):
            object.__setattr__(self, name, value)
        chains = {name: chain(line) for name, line in zip(names, lines, strict=True)}
        object.__setattr__(self, "_chains", chains)

    def line(self, name: str) -> BaseGeometry:
        """Give a river's line.

        Raises:
            GeometryError: There is no such river.
        """
        self._chain(name)
        return self.lines[list(self.names).index(name)]

    def part(self, name: str, part: Part) -> BaseGeometry:
        """Cut out a part of a river: thirds of its length, or its first tenth as 源头.

        Raises:
            GeometryError: There is no such river or part.

        >>> river = shapely.LineString([(112.0, 36.0), (113.0, 36.0)])
        >>> lower = Network(["绛河"], [river], [None]).part("绛河", "下游")
        >>> [round(float(x), 4) for x in lower.xy[0]]
        [112.6667, 113.0]
        """
        if part not in get_args(Part):
            raise GeometryError(f"河流没有「{part}」这一段 — 可用 {'、'.join(get_args(Part))}")
        edges = self._chain(name)
        low, high = _PARTS[part]
        return cut_chain(edges, low * edges.length_m, high * edges.length_m)

    def tributaries(self, name: str) -> tuple[str, ...]:
        """Name all rivers that reach a river, at any remove, ordered by mouth from the source down.

        Raises:
            GeometryError: There is no such river.
        """
        self._chain(name)
        found: list[str] = []
        for _, tributary in self._mouths(name):
            found += [tributary, *self.tributaries(tributary)]
        return tuple(found)

    def with_tributaries(self, name: str) -> BaseGeometry:
        """Give a river's line together with those of all its tributaries.

        Raises:
            GeometryError: There is no such river.
        """
        return shapely.MultiLineString(
            [self.line(each) for each in (name, *self.tributaries(name))]
        )

    def mouth(self, a: str, b: str) -> BaseGeometry:
        """Give the place where one of two rivers flows into the other.

        Raises:
            GeometryError: A river is missing, or neither is recorded as flowing into the other.
        """
        self._chain(a), self._chain(b)
        for upper, lower in ((a, b), (b, a)):
            if self._into(upper) == lower:
                return shapely.get_point(self.line(upper), -1)
        raise GeometryError(f"水系表中「{a}」与「{b}」互不汇入 — 请检查 flows_into 列")

    def upstream_of(
        self,
        point: BaseGeometry,
        *,
        within_m: float | None = None,
        river: str | None = None,
        snap_m: float = _SNAP_M,
    ) -> BaseGeometry:
        """Follow the water up from a place, tributaries included.

        Args:
            point: A place beside a river, lon/lat.
            within_m: How far along the water, in metres; None for all of it. What is left of it at a
                mouth is what a tributary gets.
            river: The river meant; the nearest one unless told.
            snap_m: How far beside the river the place may lie.

        Returns:
            MultiLineString, lines digitised downstream; empty at a source.

        Raises:
            GeometryError: No river is near enough, or the named one is missing.

        >>> main = shapely.LineString([(112.0, 36.0), (113.0, 36.0)])
        >>> up = Network(["绛河"], [main], [None]).upstream_of(shapely.Point(112.5, 36), within_m=9016.0)
        >>> [round(float(x), 2) for x in up.geoms[0].xy[0]]
        [112.4, 112.5]
        """
        name, chainage = self._place(point, river, snap_m)
        budget = np.inf if within_m is None else within_m
        return _multi(self._up(name, chainage, budget))

    def downstream_of(
        self,
        point: BaseGeometry,
        *,
        within_m: float | None = None,
        river: str | None = None,
        snap_m: float = _SNAP_M,
    ) -> BaseGeometry:
        """Follow the water down from a place, on into the rivers it reaches.

        Args:
            point: A place beside a river, lon/lat.
            within_m: How far along the water, in metres; None as far as the network goes.
            river: The river meant; the nearest one unless told.
            snap_m: How far beside the river the place may lie.

        Returns:
            MultiLineString; empty at the end of the network.

        Raises:
            GeometryError: No river is near enough, or the named one is missing.
        """
        name, chainage = self._place(point, river, snap_m)
        budget = np.inf if within_m is None else within_m
        return _multi(self._down(name, chainage, budget))

    def doubts(self) -> tuple[str, ...]:
        """List what looks wrong: mouths far from the river below, lines digitised upstream.

        >>> main = shapely.LineString([(112.0, 36.0), (113.0, 36.0)])
        >>> side = shapely.LineString([(112.5, 36.0), (112.5, 36.3)])
        >>> Network(["绛河", "岚水"], [main, side], [None, "绛河"]).doubts()
        ('「岚水」的起点比终点更靠近「绛河」 — 请检查是否自下游向上游绘制',)
        """
        found = []
        for name, lower in zip(self.names, self.flows_into, strict=True):
            if lower not in self._chains:
                continue
            line, below = self.line(name), self._chains[lower]
            head, foot = (locate_on(below, shapely.get_point(line, end))[1] for end in (0, -1))
            if head < foot:
                found.append(
                    f"「{name}」的起点比终点更靠近「{lower}」 — 请检查是否自下游向上游绘制"
                )
            elif foot > _SNAP_M:
                found.append(f"「{name}」的终点距「{lower}」{foot:.0f} m — 请检查河口位置")
        return tuple(found)

    def _chain(self, name: str) -> Chain:
        """Look a river up."""
        if name not in self._chains:
            raise GeometryError(f"水系表中没有「{name}」 — 请检查河名，或在水系表中补充")
        return self._chains[name]

    def _into(self, name: str) -> str | None:
        """Name the river below, if it is in the network."""
        lower = self.flows_into[list(self.names).index(name)]
        return lower if lower in self._chains else None

    def _mouths(self, name: str) -> list[tuple[float, str]]:
        """List the direct tributaries with the chainage of their mouths, from the source down."""
        edges = self._chain(name)
        rivers = zip(self.names, self.flows_into, strict=True)
        upper = [river for river, lower in rivers if lower == name]
        ends = (shapely.get_point(self.line(river), -1) for river in upper)
        return sorted(zip((locate_on(edges, end)[0] for end in ends), upper, strict=True))

    def _place(self, point: BaseGeometry, river: str | None, snap_m: float) -> tuple[str, float]:
        """Find the river a place lies on and its chainage there."""
        names = self.names if river is None else [river]
        places = [(*locate_on(self._chain(name), point), name) for name in names]
        if not places:
            raise GeometryError("水系表中没有河流 — 请补充水系数据")
        chainage, offset, name = min(places, key=lambda place: place[1])
        if offset > snap_m:
            raise GeometryError(
                f"该点距最近的河流「{name}」{offset:.0f} m，超过允许的 {snap_m:.0f} m — 请检查点位或河名"
            )
        return name, chainage

    def _up(self, name: str, chainage_m: float, budget_m: float) -> Iterator[BaseGeometry]:
        """Walk up a river from a chainage, and up every tributary within the budget."""
        low = chainage_m - budget_m
        if chainage_m > max(low, 0.0):
            yield from _piece(self._chain(name), low, chainage_m)
        for mouth, tributary in reversed(self._mouths(name)):
            if low < mouth <= chainage_m:
                left = budget_m - (chainage_m - mouth)
                yield from self._up(tributary, self._chain(tributary).length_m, left)

    def _down(self, name: str, chainage_m: float, budget_m: float) -> Iterator[BaseGeometry]:
        """Walk down a river from a chainage and on into the river below."""
        edges = self._chain(name)
        yield from _piece(edges, chainage_m, chainage_m + budget_m)
        left = budget_m - (edges.length_m - chainage_m)
        lower = self._into(name)
        if lower is not None and left > 0:
            mouth = locate_on(self._chain(lower), shapely.Point(edges.stops[-1]))[0]
            yield from self._down(lower, mouth, left)


def _single_lines(
    names: Sequence[str], lines: Sequence[BaseGeometry]
) -> tuple[tuple[BaseGeometry, ...], list[str]]:
    """Join the parts of each river into one line; tell which do not join."""
    joined, problems = [], []
    for name, line in zip(names, lines, strict=True):
        if not isinstance(line, shapely.LineString | shapely.MultiLineString) or line.is_empty:
            problems.append(f"河流「{name}」没有线 — 请补绘")
            continue
        flat = shapely.force_2d(line)
        whole = flat if flat.geom_type == "LineString" else shapely.line_merge(flat, directed=True)
        if whole.geom_type == "LineString" and whole.length > 0:
            joined.append(whole)
        else:
            problems.append(f"河流「{name}」的线首尾不相接或长度为零 — 请自上游向下游连成一条线")
    return tuple(joined), problems


def _circles(into: dict[str, str | None]) -> list[str]:
    """Find the rivers that flow into themselves in the end."""
    problems = []
    for name, first in into.items():
        seen, lower = {name}, first
        while lower in into and lower not in seen:
            seen.add(lower)
            lower = into[lower]
        if lower == name:
            problems.append(f"河流「{name}」沿 flows_into 又流回自身 — 请改正汇入关系")
    return problems


def _piece(edges: Chain, low: float, high: float) -> Iterator[BaseGeometry]:
    """Cut a piece out, or nothing when it has no length."""
    if min(high, edges.length_m) - max(low, 0.0) > 1e-3:  # noqa: PLR2004 (a millimetre of river)
        yield cut_chain(edges, low, high)


def _multi(pieces: Iterator[BaseGeometry]) -> BaseGeometry:
    """Collect lines into one MultiLineString."""
    return shapely.MultiLineString(list(pieces))
