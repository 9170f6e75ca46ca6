"""Drawings in a known coordinate system to placed footprints."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from shapely import LineString, MultiLineString, MultiPoint, Point

from geo.errors import CrsError, InputError, Problem
from geo.sites.declared import declared_area
from geo.sites.drawing import AS_A_LINE
from geo.sites.magnitude import fits, strays
from geo.sites.nesting import assemble
from geo.sites.rings import Fault, metres_per_unit
from geo.sites.site import Site, Unusable
from geo.space.crs import to_working
from geo.space.measure import area_m2
from geo.space.units import fixed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shapely import Geometry

    from geo.sites.drawing import Draft, Drawing, Floats, Run
    from geo.sites.forensics import Reading
    from geo.sites.site import CrsReading

COARSE_M: Final = 1.0
"""Coordinates written more coarsely than this add their rounding to the site's accuracy."""
MOST_PROBLEMS: Final = 50


def points_of(draft: Draft, *, shown: Path) -> Floats:
    """Collect all points of a file, in file order.

    Raises:
        InputError: There are none, or some are not finite numbers.
    """
    runs = [run for drawing in draft.drawings for run in drawing.runs]
    points = np.concatenate([run.points for run in runs]) if runs else np.empty((0, 2))
    if not len(points):
        raise InputError([Problem(shown, 0, 0, "没有找到任何坐标", "请检查文件内容是否完整")])
    if problems := [
        Problem(shown, run.line(i), 0, f"{run.label(i)}的坐标不是有限数", "请核对坐标")
        for run in runs
        for i in np.flatnonzero(~np.isfinite(run.points).all(axis=1)).tolist()[:MOST_PROBLEMS]
    ]:
        raise InputError(problems[:MOST_PROBLEMS])
    return points


def refuse_strays(draft: Draft, points: Floats, *, shown: Path) -> None:
    """Name the few points that do not fit what all others fit: usually a slip of the pen.

    Raises:
        InputError: There are such points.
    """
    problems = [problem for found in _strays(draft, points, shown).values() for problem in found]
    if problems:
        raise InputError(problems[:MOST_PROBLEMS])


def _strays(draft: Draft, points: Floats, shown: Path) -> dict[int, list[Problem]]:
    """Tell of the points that do not fit the others, by the number of their drawing."""
    if fits(points):
        return {}
    apart = set(strays(points))
    problems: dict[int, list[Problem]] = {}
    at = 0
    for number, drawing in enumerate(draft.drawings):
        for run in drawing.runs:
            for i in sorted(apart & set(range(at, at + len(run.points)))):
                a, b = run.points[i - at]
                found = f"{_title(drawing, '')}{run.label(i - at)}（{a:.10g}, {b:.10g}）与其余各点不在同一量级"
                problem = Problem(shown, run.line(i - at), 0, found, "请核对是否漏写或多写了数字")
                problems.setdefault(number, []).append(problem)
            at += len(run.points)
    return problems


def mark_unplaceable(draft: Draft, *, shown: Path) -> Draft:
    """Set drawings aside whose numbers would mislead whoever reads where the others lie."""
    drawings = list(draft.drawings)
    for at, drawing in enumerate(drawings):
        if not all(np.isfinite(run.points).all() for run in drawing.runs):
            told = Problem(
                shown, drawing.line, 0, f"{_title(drawing, '')}坐标不是有限数", "请核对坐标"
            )
            drawings[at] = replace(drawing, runs=(), problem=told)
    marked = replace(draft, drawings=tuple(drawings))
    runs = [run.points for drawing in drawings for run in drawing.runs]
    if draft.claims.crs is None and runs:
        for at, problems in _strays(marked, np.concatenate(runs), shown).items():
            drawings[at] = replace(drawings[at], runs=(), problem=problems[0])
    return replace(draft, drawings=tuple(drawings))


def place(draft: Draft, reading: Reading, *, shown: Path, accuracy_m: float) -> tuple[Site, ...]:
    """Turn every drawing into a site; one that cannot be used refuses the file.

    Raises:
        InputError: All problems of all drawings.
    """
    sites: list[Site] = []
    problems: list[Problem] = []
    for at in range(len(draft.drawings)):
        site, found = _placed(draft, at, reading, shown=shown, accuracy_m=accuracy_m)
        problems += found
        sites += [] if site is None else [site]
    if problems:
        raise InputError(problems[:MOST_PROBLEMS])
    return tuple(sites)


def place_each(
    draft: Draft, reading: Reading, *, shown: Path, accuracy_m: float
) -> tuple[Site | Unusable, ...]:
    """Turn every drawing into a site, or into what tells why it is none."""
    return tuple(
        _or_why(draft, at, reading, shown=shown, accuracy_m=accuracy_m)
        for at in range(len(draft.drawings))
    )


def _or_why(
    draft: Draft, at: int, reading: Reading, *, shown: Path, accuracy_m: float
) -> Site | Unusable:
    if draft.drawings[at].problem is not None:
        return unusable(draft, at, shown)
    site, problems = _placed(draft, at, reading, shown=shown, accuracy_m=accuracy_m)
    return site or unusable(draft, at, shown, problems)


def unusable(draft: Draft, at: int, shown: Path, problems: Sequence[Problem] = ()) -> Unusable:
    """Tell why a drawing is no site: its own problem, or what placing it found."""
    drawing = draft.drawings[at]
    found = [drawing.problem] if drawing.problem is not None else list(problems)
    why = "；".join(f"{f'文件第 {p.line} 行' if p.line else ''}{p.message}" for p in found[:3])
    return Unusable(drawing.name or _default_name(draft, at, shown), why, drawing.attributes)


def _placed(
    draft: Draft, at: int, reading: Reading, *, shown: Path, accuracy_m: float
) -> tuple[Site | None, list[Problem]]:
    """Place one drawing; problems where that is not possible."""
    drawing = draft.drawings[at]
    name = drawing.name or _default_name(draft, at, shown)
    runs = [run.moved(reading.candidate.order(run.points)) for run in drawing.runs]
    plane, repairs, faults = _geometry(drawing, runs)
    title = _title(drawing, name)
    problems = [
        Problem(shown, runs[f.run].line(f.point) or drawing.line, 0, f"{title}{f.message}", f.hint)
        for f in faults
    ]
    if plane is None:
        return None, problems
    try:
        geometry = _working(plane, reading)
    except CrsError as error:
        found, _, hint = str(error).partition(" — ")
        return None, [*problems, Problem(shown, drawing.line, 0, f"{title}{found}", hint)]
    if problems:
        return None, problems
    return _site(draft, drawing, reading, name, (plane, geometry), repairs, accuracy_m), []


def _title(drawing: Drawing, name: str) -> str:
    shown = drawing.name or name
    return f"「{shown}」" if shown else ""


def _default_name(draft: Draft, at: int, shown: Path) -> str:
    """Name a footprint the file leaves nameless by the file, numbered when there are several."""
    return shown.stem if len(draft.drawings) == 1 else f"{shown.stem}-{at + 1}"


def _geometry(drawing: Drawing, runs: list[Run]) -> tuple[Any, tuple[str, ...], tuple[Any, ...]]:
    """Build the geometry in the file's own plane: geometry, repairs, faults."""
    if drawing.kind == "polygon":
        shape = assemble(runs)
        return shape.geometry, shape.repairs, shape.faults
    if drawing.kind == "point":
        points = np.concatenate([run.points for run in runs])
        return (Point(points[0]) if len(points) == 1 else MultiPoint(points)), (), ()
    lines: list[LineString] = []
    for at, run in enumerate(runs):
        steps = np.hypot(*np.diff(run.points, axis=0).T) * metres_per_unit(run.points)
        if not np.sum(steps) > 0:
            return None, (), (Fault(f"第 {run.number} 段线没有长度", "线至少要两个不同的点", at),)
        lines.append(LineString(run.points))
    return (lines[0] if len(lines) == 1 else MultiLineString(lines)), (), ()


def _working(plane: Geometry, reading: Reading) -> Geometry:
    """Move a geometry to EPSG:4490; rounding that breaks it is mended.

    Raises:
        CrsError: There is no way, or nothing is left of it.
    """
    candidate = reading.candidate
    moved: Any = to_working(plane, candidate.via, helmert=reading.helmert)
    if not shapely.is_valid(moved):
        moved = shapely.make_valid(moved, method="structure", keep_collapsed=False)
    if moved.is_empty:
        raise CrsError("换算为经纬度后图形没有面积 — 请核对坐标系的参数和坐标")
    return moved


def _site(
    draft: Draft,
    drawing: Drawing,
    reading: Reading,
    name: str,
    shapes: tuple[Geometry, Geometry],
    repairs: tuple[str, ...],
    accuracy_m: float,
) -> Site:
    """Put a site together: areas compared, coarse coordinates counted in."""
    plane, geometry = shapes
    area, words = declared_area(drawing.declared, float(area_m2(geometry)))
    rounding, crs = _coarse(drawing, plane, reading.crs)
    crs = _perhaps_an_area(drawing, crs)
    return Site(
        name=name,
        geometry=geometry,
        source=draft.source,
        crs=crs,
        plane=plane if reading.plane_epsg else None,
        plane_epsg=reading.plane_epsg,
        declared_area_m2=area,
        declared_words=words,
        accuracy_m=accuracy_m + rounding,
        repairs=(*drawing.repairs, *repairs),
        attributes=drawing.attributes,
    )


def _perhaps_an_area(drawing: Drawing, crs: CrsReading) -> CrsReading:
    """Raise a doubt where an outline left open was read as a line: what lies inside it is not asked about."""
    doubts = tuple(words for words in drawing.repairs if AS_A_LINE in words)
    return replace(crs, suspicions=(*crs.suspicions, *doubts)) if doubts else crs


def _coarse(drawing: Drawing, plane: Geometry, crs: CrsReading) -> tuple[float, CrsReading]:
    """Count half a unit of the last digit as uncertainty where it is coarser than a metre."""
    step_m = drawing.step * metres_per_unit(shapely.get_coordinates(plane))
    if step_m < COARSE_M:
        return 0.0, crs
    words = f"坐标末位一个单位约合 {fixed(step_m, 0)} m，位置误差按其一半计"
    return step_m / 2, replace(crs, suspicions=(*crs.suspicions, words))
