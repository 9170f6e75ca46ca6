"""Distances of HJ 338-2018 as data: what the standard says, and that nobody has verified it here."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Literal

from geo.errors import WorkspaceError
from geo.spec.closed import Spec, load
from geo.spec.marked import parse_yaml

Size = Literal["small", "medium", "large"]
Aquifer = Literal["细砂", "中砂", "粗砂", "砾石", "卵石"]


class Reach(Spec):
    """A zone of a river intake: metres upstream, downstream, and from the bank."""

    up_m: float
    down_m: float
    bank_m: float


class RiverZones(Spec):
    """Both zones of a river intake; the second adds to the first."""

    first: Reach
    second: Reach


class ReservoirZones(Spec):
    """Zones of a reservoir: water within a radius (``None``: all of it), land from the shore."""

    first_water_m: float | None
    first_land_m: float
    second_water_m: float | None
    second_land_m: float


class WellZones(Spec):
    """Radii around a pore phreatic well, least and most, metres."""

    first_m: tuple[float, float]
    second_m: tuple[float, float]


class Distances(Spec):
    """The whole table."""

    title: str
    number: str
    verified: bool
    source: str
    river: RiverZones
    reservoir: dict[Size, ReservoirZones]
    well: dict[Aquifer, WellZones]


def hj338() -> Distances:
    """Read the table that ships with the package.

    >>> hj338().river.first.bank_m, hj338().verified
    (50.0, False)
    """
    file = resources.files("geo.spec").joinpath("standards").joinpath("hj338_2018.yml")
    shown = Path(file.name)
    table, problems = load(parse_yaml(file.read_text(encoding="utf-8"), shown=shown), Distances)
    if table is None:
        raise WorkspaceError(problems)
    return table
