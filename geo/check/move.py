"""How far to move: the shortest shift that takes a footprint out of every prohibiting conflict.

**Method.** In a local plane the footprint is shifted rigidly. Zones are first widened by the accuracy of footprint and
layer, so that the place found is no near miss. Along each of 72 directions the first free distance within 2 km is found
by steps of 20 m and then halved down to a millimetre; every direction whose distance is no longer than its neighbours' (a
local minimum, and the ones beside it) is refined to 0.1°, so a straight edge is left square to it to within 1 m. A gap
narrower than a step may be stepped over: the answer is then a longer shift, never one that still conflicts. Where a
layer does not cover, nothing is known and nothing is proposed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from geo.findings import Move
from geo.space.measure import direction_zh
from geo.spec.vocabulary import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from shapely import Geometry

    from geo.check.coverage import Standing
    from geo.check.screen import Footprint
    from geo.findings import Finding

REACH_M: Final = 2_000.0
_STEP_M: Final = 20.0
_EXACT_M: Final = 0.001
_HAIR_M: Final = 0.05
"""Kept clear of a zone of perfect accuracy: to touch it would be no way out."""
_COARSE_M: Final = 10.0
"""Shifts away from internal layers are rounded up to this, so that no boundary can be read off them."""
_DIRECTIONS: Final = 72
_FINE_DEG: Final = 0.1
_METRES_PER_DEGREE: Final = 110_500.0


@dataclass(frozen=True, eq=False)
class Obstacle:
    """What the footprint must leave, and where staying is known to be free, in the local plane."""

    zones: Geometry
    known: Geometry

    def free(self, shape: Geometry) -> bool:
        """Tell whether a shifted footprint is out of every zone and still on known ground."""
        return not shapely.intersects(self.zones, shape) and bool(shapely.covers(self.known, shape))


def shortest_move(
    site: Footprint, findings: Sequence[Finding], standings: Sequence[Standing],
    *, prohibiting: Iterable[str],
) -> Move | None:  # fmt: skip
    """Find the shortest shift within 2 km, or ``None`` when there is no conflict, no such shift, or no firm ground.

    Only prohibitions that hold are moved away from: official layers, in a current state. As soon as one conflict
    rests on anything less, no shift is proposed, since nobody knows what it would clear.

    Args:
        site: The footprint.
        findings: Those of this footprint.
        standings: The layers asked, with their states here.
        prohibiting: Every kind some clause in force may prohibit in: none of them is moved into.
    """
    conflicts = [f for f in findings if f.hit and f.outcome.rank >= Outcome.SUSPECTED.rank]
    by_layer = {s.table.id: s for s in standings}
    layers = sorted({f.layer for f in conflicts})
    if not conflicts or any(f.outcome is not Outcome.PROHIBITED for f in conflicts):
        return None
    if any(name not in by_layer or by_layer[name].state != "ok" for name in layers):
        return None
    firm = [s for s in standings if s.state == "ok" and s.table.spec.authority == "official"]
    ground = [by_layer[name].table.coverage for name in layers]
    found = _search(site.flat, _obstacle(site, firm, set(prohibiting), ground))
    if found is None:
        return None
    distance, bearing = found
    internal = any(f.sensitivity == "internal" for f in conflicts)
    step = _COARSE_M if internal else 1.0
    true_bearing = _true_bearing(site, bearing)
    return Move(
        distance_m=math.ceil(distance / step - 1e-6) * step,
        bearing_deg=round(true_bearing / 10) * 10.0 if internal else true_bearing,
        direction_zh=direction_zh(true_bearing),
        margin_m=site.accuracy_m + max(f.accuracy_m for f in conflicts),
        layers=tuple(by_layer[n].table.spec.title for n in layers),
        note="仅就上述图层的禁止情形而言，移位后须重新核查",
    )  # fmt: skip


def _obstacle(
    site: Footprint, firm: Sequence[Standing], kinds: set[str], ground: Sequence[Geometry | None]
) -> Obstacle:
    """Gather every feature of the prohibiting kinds in reach, hit or not, and the ground that is known."""
    around = _surroundings(site, REACH_M + _STEP_M)
    shapes: list[Geometry] = []
    margins: list[float] = []
    for standing in firm:
        frame = standing.table.frame
        held = frame.iloc[frame.sindex.query(around, predicate="intersects")]
        held = held[held["zone_kind"].isin(kinds)]
        shapes += list(shapely.intersection(np.asarray(held.geometry.array, dtype=object), around))
        margins += list(held["accuracy_m"].astype(float) + site.accuracy_m)
    wide = shapely.buffer(
        site.plane.forward(np.asarray(shapes, dtype=object)), np.maximum(margins, _HAIR_M)
    )
    known = [shapely.intersection(area, around) for area in ground if area is not None]
    zones, floor = shapely.union_all(wide), site.plane.forward(shapely.intersection_all(known))
    shapely.prepare([zones, floor])
    return Obstacle(zones, floor)


def _surroundings(site: Footprint, reach_m: float) -> Geometry:
    west, south, east, north = shapely.bounds(site.geometry)
    dy = 1.01 * reach_m / _METRES_PER_DEGREE
    dx = dy / max(math.cos(math.radians(max(abs(south), abs(north)) + dy)), 0.01)
    return shapely.box(west - dx, south - dy, east + dx, north + dy)


def _search(shape: Geometry, obstacle: Obstacle) -> tuple[float, float] | None:
    """Find (metres, grid bearing in degrees) of the shortest free shift."""

    def along(bearing_deg: float, limit_m: float) -> float:
        return _first_free(shape, obstacle, bearing_deg, limit_m)

    width = 360.0 / _DIRECTIONS
    coarse = [along(at * width, REACH_M) for at in range(_DIRECTIONS)]
    best = min(range(_DIRECTIONS), key=coarse.__getitem__)
    if math.isinf(coarse[best]):
        return None
    found = (coarse[best], best * width)
    for at, distance in enumerate(coarse):
        beside = (coarse[at - 1], coarse[(at + 1) % _DIRECTIONS])
        if distance <= min(beside) and not math.isinf(distance):
            found = min(found, _refined(along, at * width, distance, width))
    return found


def _refined(
    along: Callable[[float, float], float], bearing_deg: float, distance_m: float, width_deg: float
) -> tuple[float, float]:
    """Halve the step of direction around a local minimum until it is fine."""
    best = (distance_m, bearing_deg)
    while width_deg > _FINE_DEG:
        width_deg /= 2
        for side in (-width_deg, width_deg):
            bearing = (best[1] + side) % 360.0
            best = min(best, (along(bearing, best[0]), bearing))
    return best


def _first_free(shape: Geometry, obstacle: Obstacle, bearing_deg: float, limit_m: float) -> float:
    """Return the first free distance in a direction, infinite when there is none within the limit."""
    angle = math.radians(bearing_deg)
    east, north = math.sin(angle), math.cos(angle)

    def free(distance: float) -> bool:
        shift = (distance * east, distance * north)
        return obstacle.free(shapely.transform(shape, lambda points: points + shift))

    blocked, at = 0.0, 0.0
    while not free(at):
        blocked = at
        if at >= limit_m:
            return math.inf
        at = min(at + _STEP_M, limit_m)
    while at - blocked > _EXACT_M:
        middle = (blocked + at) / 2
        if free(middle):
            at = middle
        else:
            blocked = middle
    return at


def _true_bearing(site: Footprint, grid_bearing_deg: float) -> float:
    centre = shapely.centroid(site.geometry)
    turn = site.plane.convergence_deg(centre.x, centre.y)
    return (grid_bearing_deg + turn) % 360.0
