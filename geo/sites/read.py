"""From a file, or a position on the command line, to footprints: the door of this room."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from geo.errors import CrsError, InputError
from geo.sites.candidates import named
from geo.sites.claims import Claims, claims_in, merged, override
from geo.sites.drawing import Draft, Drawing, run_of
from geo.sites.forensics import read_crs
from geo.sites.formats import read_file
from geo.sites.limits import refuse
from geo.sites.placing import (
    MOST_PROBLEMS,
    mark_unplaceable,
    place,
    place_each,
    points_of,
    refuse_strays,
    unusable,
)
from geo.sites.rings import without_bogus_close
from geo.sites.site import Site, SiteSource
from geo.space.datum import Datum
from geo.space.shapes import circle_m

if TYPE_CHECKING:
    from shapely import Geometry

    from geo.sites.site import Unusable
    from geo.space.datum import Helmert7


#: What 奥维 exports shifted; its Shapefile and DXF are not (domain notes, §1).
_SHIFTED: Final = ("kml", "csv", "text", "excel")


#: As many rows without coordinates are named one by one.
_MOST_TOLD: Final = 5


def read_sites(
    path: Path,
    *,
    shown: Path | None = None,
    crs: str | None = None,
    accuracy_m: float = 0.0,
    helmert: Helmert7 | None = None,
    plausible: Geometry | None = None,
    table: str | None = None,
) -> tuple[Site, ...]:
    """Read every footprint of a file a planner has.

    One footprint that cannot be used refuses the whole file; `read_register` keeps the others. A row of a table with a
    name and no coordinates may be a note: it is left out, and every footprint's ``repairs`` say so.

    Args:
        path: 界址点 TXT, Shapefile (bare or zipped), GeoPackage, FileGDB, GeoJSON, KML/KMZ, DXF,
            Excel, CSV, pasted table, or WKT.
        shown: The file's name in messages and results; its bare name when not given.
        crs: What the user says the coordinates are in: EPSG code, GCJ-02, BD-09, or a Chinese
            name. It replaces what the file says, but must fit the numbers.
        accuracy_m: The survey accuracy the user states, metres.
        helmert: Seven parameters from 西安80 or 北京54 to CGCS2000.
        plausible: The workspace's territory (EPSG:4490), which decides between zones.
        table: The layer, sheet or archive member, where there are several.

    Raises:
        InputError: Unreadable, hostile or ambiguous; all problems, each with file and line.
    """
    name = shown or Path(path.name)
    draft = _drawn(path, name, crs=crs, table=table)
    if problems := [
        d.problem for d in draft.drawings if d.problem and d.problem.severity == "error"
    ]:
        raise InputError(problems[:MOST_PROBLEMS])
    draft = _telling_what_is_left_out(draft)
    points = points_of(draft, shown=name)
    if draft.claims.crs is None:
        refuse_strays(draft, points, shown=name)
    reading = read_crs(points, draft.claims, shown=name, plausible=plausible, helmert=helmert)
    return place(draft, reading, shown=name, accuracy_m=accuracy_m)


def read_register(
    path: Path,
    *,
    crs: str | None = None,
    accuracy_m: float = 0.0,
    plausible: Geometry | None = None,
) -> tuple[Site | Unusable, ...]:
    """Read every footprint of a register; what cannot be used stands in its place and says why.

    Args:
        path: As in `read_sites`.
        crs: As in `read_sites`.
        accuracy_m: As in `read_sites`.
        plausible: As in `read_sites`.

    Raises:
        InputError: The file as a whole cannot be used, or a fault in it belongs to no one footprint.
    """
    shown = Path(path.name)
    draft = mark_unplaceable(_drawn(path, shown, crs=crs), shown=shown)
    usable = replace(draft, drawings=tuple(d for d in draft.drawings if d.problem is None))
    if draft.drawings and not usable.drawings:
        return tuple(unusable(draft, at, shown) for at in range(len(draft.drawings)))
    points = points_of(usable, shown=shown)
    reading = read_crs(points, draft.claims, shown=shown, plausible=plausible)
    return place_each(draft, reading, shown=shown, accuracy_m=accuracy_m)


def _telling_what_is_left_out(draft: Draft) -> Draft:
    """Leave out what has a name and no coordinates, which may be a note; the footprints that stay tell of it."""
    left = [d for d in draft.drawings if d.problem is not None]
    rows = "、".join(f"第 {d.line} 行「{d.name}」" for d in left[:_MOST_TOLD])
    more = f"等 {len(left)} 行" if len(left) > _MOST_TOLD else ""
    told = (f"文件{rows}{more}没有坐标，没有读入，也没有核查",) if left else ()
    kept = (d for d in draft.drawings if d.problem is None)
    return replace(draft, drawings=tuple(replace(d, repairs=(*d.repairs, *told)) for d in kept))


def _drawn(path: Path, shown: Path, *, crs: str | None, table: str | None = None) -> Draft:
    """Read a file up to the question where it lies."""
    draft = read_file(path, shown=shown, table=table)
    draft = replace(draft, claims=_said(draft, crs, shown))
    return replace(draft, drawings=tuple(map(_without_bogus_closes, draft.drawings)))


def _said(draft: Draft, crs: str | None, shown: Path) -> Claims:
    """Settle who speaks about coordinates: the user, else the file, else the file's name."""
    own = draft.claims
    if crs is None:
        name = claims_in(shown.stem, by="文件名")
        origin = (
            name.origin if draft.source.format in _SHIFTED and not (own.crs or own.cipher) else ""
        )
        return merged(replace(own, origin=own.origin or origin), name)
    user = replace(
        override(crs), north_first=own.north_first, packed=own.packed, remarks=own.remarks
    )
    if own.silent or own.origin or _agree(own, user):
        return user
    words = f"用户指定的 {crs[:40]} 与文件自己的坐标系说明（{own.by}）不同，已按用户指定读取"
    return replace(user, remarks=(*own.remarks, words))


def _without_bogus_closes(drawing: Drawing) -> Drawing:
    """Clean the rings of a polygon before its numbers are judged."""
    if drawing.kind != "polygon":
        return drawing
    cleaned = [without_bogus_close(run) for run in drawing.runs]
    words = tuple(word for _, said in cleaned for word in said)
    runs = tuple(run for run, _ in cleaned)
    return replace(drawing, runs=runs, repairs=(*drawing.repairs, *words)) if words else drawing


def _agree(own: Claims, user: Claims) -> bool:
    """Tell whether the user repeats the datum the file names; WGS 84 and CGCS2000 are one here."""
    datums = []
    for claims in (own, user):
        try:
            datum = named(claims.crs).datum if claims.crs else claims.datum
        except CrsError:
            return True
        datums.append(Datum.CGCS2000 if datum is Datum.WGS84 else datum)
    return datums[0] == datums[1] and own.cipher == user.cipher


def point_site(
    lon: float,
    lat: float,
    *,
    radius_m: float | None = None,
    crs: str = "EPSG:4490",
    accuracy_m: float = 0.0,
    name: str = "",
) -> Site:
    """Make a site of a position, or of the circle around it.

    Args:
        lon: Degrees east (or easting, in a plane ``crs``).
        lat: Degrees north (or northing).
        radius_m: Radius of the circle in metres; a bare point when not given.
        crs: As in `read_sites`.
        accuracy_m: How well the position is known, metres.
        name: What to call it.

    Raises:
        InputError: The position is no position in China, or the system is unknown or unusable.

    >>> site = point_site(112.88, 36.31)
    >>> site.geometry.wkt, site.crs.given
    ('POINT (112.88 36.31)', 'EPSG:4490')
    """
    words = f"{lon:g},{lat:g}"
    shown = Path(words)
    drawing = Drawing(name or words, "point", (run_of([(lon, lat)]),))
    digest = hashlib.sha256(f"{lon!r},{lat!r},{radius_m!r},{crs}".encode()).hexdigest()
    source = SiteSource(words, "point", digest)
    draft = Draft((drawing,), replace(override(crs), north_first=False), source)
    points = points_of(draft, shown=shown)
    reading = read_crs(points, draft.claims, shown=shown)
    (site,) = place(draft, reading, shown=shown, accuracy_m=accuracy_m)
    if radius_m is None:
        return site
    if not (np.isfinite(radius_m) and radius_m > 0):
        raise refuse(shown, f"半径 {radius_m:g} m 不是正数", "请写正数，例如 --radius 500m")
    circle = circle_m(site.geometry.x, site.geometry.y, radius_m)
    return replace(site, geometry=circle, plane=None, plane_epsg=None)
