"""Names set along rivers: character by character, upright enough to read (屈曲字列)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from geo.draw.label.candidates import Candidate, Piece, Request
from geo.draw.layout.lettering import MM_PER_POINT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely import Geometry


#: Distance between character centres, multiples of the size; wide setting comes first on long lines.
_PITCHES: Final = (2.2, 1.6, 1.25, 1.06)
#: Characters stand this far from the line, multiples of the size.
_AWAY: Final = 0.78
#: Neighbouring characters may turn by no more than this, degrees.
_BEND: Final = 32.0
_PLACES: Final = 22
_SIDES: Final = (1.0, -1.0)
#: A character lying flatter than this cannot be read, degrees.
_UPRIGHT: Final = 75.0


def along_line(request: Request) -> Iterator[Candidate]:
    """Offer places along a line on both of its sides.

    The line is smoothed over the width of a character first, so that the name flows with the
    river and not with its every bend. Where it runs rather level the name reads from left to right, where
    it is steep from top to bottom with upright characters.
    """
    line = _longest(request.geometry)
    em = request.size_pt * MM_PER_POINT
    count = len(request.text)
    for pitch in _PITCHES:
        need = (count - 1) * pitch * em
        if line is None or need + em > shapely.length(line):
            continue
        slack = shapely.length(line) - need
        starts = np.linspace(slack * 0.08, slack * 0.92, _PLACES)
        spread = {2.2: 0.0, 1.6: 0.15, 1.25: 0.5, 1.06: 0.9}[pitch]
        runs = np.asarray(starts[:, None] + np.arange(count) * (pitch * em), dtype=float)
        points, turns = _smooth(line, runs.ravel(), em)
        sides = [
            _set(points.reshape(*runs.shape, 2), turns.reshape(runs.shape), em, side)
            for side in _SIDES
        ]
        for at, start in enumerate(starts.tolist()):
            middle = abs(start / slack - 0.5) if slack > em else 0.0
            for side, row in zip(_SIDES, sides, strict=True):
                if row.fits[at]:
                    cost = (
                        1.2 * middle
                        + 0.035 * float(row.bend[at])
                        + spread
                        + (0.0 if side > 0 else 0.1)
                    )
                    yield Candidate(
                        row.pieces(request.text, at),
                        row.boxes[at],
                        cost,
                        request.size_pt,
                        None,
                        count,
                    )


def _longest(geometry: Geometry) -> Geometry | None:
    parts = [p for p in shapely.get_parts(geometry) if shapely.get_dimensions(p) == 1]
    if not parts:
        return None
    merged = shapely.line_merge(shapely.union_all(parts)) if len(parts) > 1 else parts[0]
    return max(shapely.get_parts(merged), key=shapely.length)


@dataclass(frozen=True, eq=False)
class _Row:
    """A name set on one side of a line at several places: which can be read, and where each character stands.

    Attributes:
        fits: Whether a place will do (n,).
        bend: How much a name bends on average, degrees (n,).
        centres: Of each character (n, characters, 2).
        degrees: What each is turned by (n, characters).
        boxes: Upright boxes around the turned characters (n, characters, 4).
    """

    fits: NDArray[np.bool_]
    bend: NDArray[np.float64]
    centres: NDArray[np.float64]
    degrees: NDArray[np.float64]
    boxes: NDArray[np.float64]

    def pieces(self, text: str, at: int) -> tuple[Piece, ...]:
        """Set the characters of a name at one of the places."""
        stand = zip(text, self.centres[at].tolist(), self.degrees[at].tolist(), strict=True)
        return tuple(Piece(c, x, y, turn) for c, (x, y), turn in stand)


def _set(points: NDArray[np.float64], turns: NDArray[np.float64], em: float, side: float) -> _Row:
    """Set a name at several places of a line: points (n, characters, 2), directions there (n, characters)."""
    count = points.shape[1]
    run = (
        points[:, -1] - points[:, 0]
        if count > 1
        else np.stack([np.cos(turns[:, 0]), np.sin(turns[:, 0])], axis=1)
    )
    steep = np.abs(run[:, 1]) > 1.15 * np.abs(run[:, 0])
    backwards = np.where(steep, run[:, 1] > 0, run[:, 0] < 0)[:, None]
    points = np.where(backwards[..., None], points[:, ::-1], points)
    turns = np.where(backwards, turns[:, ::-1] + math.pi, turns)
    normals = np.stack([-np.sin(turns), np.cos(turns)], axis=-1) * side
    centres = points + normals * (_AWAY * em)
    degrees = np.degrees(turns) + np.where(steep, 90.0, 0.0)[:, None]
    degrees = (degrees + 180.0) % 360.0 - 180.0
    bends = np.abs((np.diff(degrees) + 180.0) % 360.0 - 180.0)
    steps = np.diff(centres, axis=1)
    apart = (
        np.hypot(steps[..., 0], steps[..., 1]) if count > 1 else np.full((len(points), 1), em * 2)
    )
    fits = (bends.max(axis=1, initial=0.0) <= _BEND) & (apart.min(axis=1) >= 0.97 * em)
    fits &= np.abs(degrees).max(axis=1) <= _UPRIGHT
    bend = bends.mean(axis=1) if count > 1 else np.zeros(len(points))
    return _Row(fits, bend, centres, degrees, _boxes(centres, degrees, em))


def _smooth(
    line: Geometry, where: NDArray[np.float64], em: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return points along a line averaged over a window of three characters, and directions there."""
    offsets = np.linspace(-1.5, 1.5, 7) * em
    total = shapely.length(line)
    at = np.clip(where[:, None] + offsets[None, :], 0.0, total)
    ground = shapely.get_coordinates(shapely.line_interpolate_point(line, at.ravel()))
    ground = ground.reshape(len(where), len(offsets), 2)
    ends = ground[:, -3:].mean(axis=1) - ground[:, :3].mean(axis=1)
    return ground.mean(axis=1), np.arctan2(ends[:, 1], ends[:, 0])


def _boxes(
    centres: NDArray[np.float64], degrees: NDArray[np.float64], em: float
) -> NDArray[np.float64]:
    """Claim an upright box around each turned character."""
    angle = np.radians(degrees)
    half = ((np.abs(np.cos(angle)) + np.abs(np.sin(angle))) * em / 2 + 0.1)[..., None]
    return np.concatenate([centres - half, centres + half], axis=-1)
