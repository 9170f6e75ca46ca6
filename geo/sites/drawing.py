"""What a reader took from a file before anyone knows which coordinate system it is in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from geo.errors import Problem
    from geo.sites.claims import Claims
    from geo.sites.site import SiteSource

    Floats: TypeAlias = NDArray[np.float64]

AS_A_LINE = "按线处理"
"""Words of a repair by which an outline that may be meant as an area is read as a line."""

Kind = Literal["point", "line", "polygon"]


@dataclass(frozen=True, eq=False)
class Run:
    """A run of points as written: a ring, a line or loose points.

    Args:
        points: Shape (n, 2), first and second number of each point, in the file's order and unit.
        lines: File line of each point, or empty where the format has no lines.
        labels: Point numbers as written, or empty.
        number: Ring number as written (圈号), 1 for the first.
        hole: What the format says about the ring; ``None`` where containment must decide.
        part: Which part of the footprint the ring belongs to, where the format says so.
    """

    points: Floats
    lines: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()
    number: int = 1
    hole: bool | None = None
    part: int = 0

    def line(self, index: int) -> int:
        """Tell the file line of a point, 0 when unknown."""
        return self.lines[index] if index < len(self.lines) else 0

    def label(self, index: int) -> str:
        """Name a point as the planner knows it.

        >>> run_of([(0, 0), (1, 0)], labels=("J1", "")).label(0), run_of([(0, 0)]).label(0)
        ('J1', '第 1 点')
        """
        written = self.labels[index] if index < len(self.labels) else ""
        return written or f"第 {index + 1} 点"

    def chosen(self, keep: Sequence[int]) -> Run:
        """Return the same run with some of its points."""
        return Run(
            self.points[list(keep)],
            tuple(self.lines[i] for i in keep) if self.lines else (),
            tuple(self.labels[i] for i in keep) if self.labels else (),
            self.number, self.hole, self.part,
        )  # fmt: skip

    def moved(self, points: Floats) -> Run:
        """Return the same run at other coordinates."""
        return Run(points, self.lines, self.labels, self.number, self.hole, self.part)


def run_of(
    points: Iterable[Sequence[float]], *, lines: Iterable[int] = (), labels: Iterable[str] = (),
    number: int = 1, hole: bool | None = None, part: int = 0,
) -> Run:  # fmt: skip
    """Make a run from any sequence of points; only the first two numbers of each are kept."""
    table = np.array([(p[0], p[1]) for p in points], dtype=float).reshape(-1, 2)
    return Run(table, tuple(lines), tuple(labels), number, hole, part)


@dataclass(frozen=True, eq=False)
class Drawing:
    """One footprint as drawn in a file, with everything needed to complain about it.

    Args:
        name: As the file calls it; may be empty.
        kind: What it is meant to be.
        runs: Its rings, lines or points.
        line: File line where it begins, 0 when the format has no lines.
        declared: The area as written, a bare number or one with its unit.
        attributes: The file's own fields as text.
        repairs: What the reader had to set right.
        step: One unit of the last digit written, in the file's unit; 0 when numbers are binary.
        problem: Why it cannot be used; it has no runs then. A warning where it may be no footprint at all
            (a line of a table that has a name and no coordinates).
    """

    name: str
    kind: Kind
    runs: tuple[Run, ...]
    line: int = 0
    declared: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    repairs: tuple[str, ...] = ()
    step: float = 0.0
    problem: Problem | None = None

    @property
    def vertices(self) -> int:
        """Count the points of all runs."""
        return sum(len(run.points) for run in self.runs)


@dataclass(frozen=True, eq=False)
class Draft:
    """Everything a reader found in one file."""

    drawings: tuple[Drawing, ...]
    claims: Claims
    source: SiteSource
