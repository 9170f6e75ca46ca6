"""Names set along rivers: character by character, upright enough to read (屈曲字列)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from geo.draw.label.candidates import Candidate, Piece, Request
from geo.draw.lettering import MM_PER_POINT

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
        for start in np.linspace(slack * 0.08, slack * 0.92, _PLACES):
            middle = abs(float(start) / slack - 0.5) if slack > em else 0.0
            spread = {2.2: 0.0, 1.6: 0.15, 1.25: 0.5, 1.06: 0.9}[pitch]
            for side in (1.0, -1.0):
                found = _set(request, line, float(start), pitch * em, side)
                if found is not None:
                    pieces, bend = found
                    cost = 1.2 * middle + 0.035 * bend + spread + (0.0 if side > 0 else 0.1)
                    yield Candidate(pieces, _boxes(pieces, em), cost, request.size_pt, None, count)


def _longest(geometry: Geometry) -> Geometry | None:
    parts = [p for p in shapely.get_parts(geometry) if shapely.get_dimensions(p) == 1]
    if not parts:
        return None
    merged = shapely.line_merge(shapely.union_all(parts)) if len(parts) > 1 else parts[0]
    return max(shapely.get_parts(merged), key=shapely.length)


def _set(
    request: Request, line: Geometry, start: float, pitch: float, side: float
) -> tuple[tuple[Piece, ...], float] | None:
    """Set one name from a place on; return its pieces and how much it bends, or nothing."""
    count = len(request.text)
    em = request.size_pt * MM_PER_POINT
    where = np.asarray(start + np.arange(count) * pitch, dtype=float)
    points, turns = _smooth(line, where, em)
    run = (
        points[-1] - points[0] if count > 1 else np.array([math.cos(turns[0]), math.sin(turns[0])])
    )
    steep = abs(run[1]) > 1.15 * abs(run[0])
    backwards = run[1] > 0 if steep else run[0] < 0
    if backwards:
        points, turns = points[::-1], turns[::-1] + math.pi
    normals = np.column_stack([-np.sin(turns), np.cos(turns)]) * side
    centres = points + normals * (_AWAY * em)
    degrees = np.degrees(turns) + (90.0 if steep else 0.0)
    degrees = (degrees + 180.0) % 360.0 - 180.0
    bends = np.abs((np.diff(degrees) + 180.0) % 360.0 - 180.0)
    apart = np.hypot(*np.diff(centres, axis=0).T) if count > 1 else np.array([em * 2])
    if bends.max(initial=0.0) > _BEND or apart.min() < 0.97 * em or np.abs(degrees).max() > 75.0:  # noqa: PLR2004
        return None
    pieces = tuple(
        Piece(c, float(x), float(y), float(d))
        for c, (x, y), d in zip(request.text, centres, degrees, strict=True)
    )
    return pieces, float(bends.mean()) if len(bends) else 0.0


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


def _boxes(pieces: tuple[Piece, ...], em: float) -> NDArray[np.float64]:
    """Claim an upright box around each turned character."""
    rows = []
    for piece in pieces:
        angle = math.radians(piece.turn)
        half = (abs(math.cos(angle)) + abs(math.sin(angle))) * em / 2 + 0.1
        rows.append((piece.x - half, piece.y - half, piece.x + half, piece.y + half))
    return np.array(rows)
