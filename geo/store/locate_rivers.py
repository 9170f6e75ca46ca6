"""Forms along rivers: lines, reaches, parts, banks, mouths, and the network up and down."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import shapely

from geo.errors import GeometryError, HongxianError
from geo.space.chainage import reach
from geo.space.lines import side_buffer
from geo.spec import where as w
from geo.store.located import Located, missing, union

if TYPE_CHECKING:
    from geo.store.names import Candidate
    from geo.store.rivers import Rivers
    from geo.store.scope import Finder, Scope

FORMS: Final = (w.River, w.Confluence, w.Upstream, w.Downstream)
#: How far a named point may lie from the river it is said to stand on, at least; metres.
SNAP_M: Final = 3_000.0
#: A bank without a stated width is drawn this wide; a drawing convention, not a rule. Metres.
BANK_M: Final = 100.0


def locate(form: w.Form, scope: Scope, locator: Finder) -> Located:
    """Locate one of :data:`FORMS`; its names are looked up without clipping."""
    rivers = locator.store.rivers
    if rivers is None:
        return missing(needs="rivers")
    try:
        if isinstance(form, w.River):
            return _river(form, scope, locator, rivers)
        if isinstance(form, w.Confluence):
            return _confluence(form, scope, locator, rivers)
        if isinstance(form, w.Upstream | w.Downstream):
            return _along(form, scope, locator, rivers)
    except HongxianError as error:
        return missing(unresolved=str(error))
    message = f"not a form along rivers: {type(form).__name__}"
    raise AssertionError(message)


def _river(form: w.River, scope: Scope, locator: Finder, rivers: Rivers) -> Located:
    found, open_ = locator.named(form, form.river, scope, layer="rivers")
    parts = [_one(form, candidate, scope, locator, rivers) for candidate in found]
    return union([*parts, *open_])


def _one(form: w.River, river: Candidate, scope: Scope, locator: Finder, rivers: Rivers) -> Located:
    """One river as the form wants it: whole, a part, a reach; then its tributaries or a bank."""
    base = _worth(river, rivers)
    network = rivers.network
    line = network.line(river.name)
    if form.part:
        base = base.with_geometry(network.part(river.name, form.part))
    elif form.from_ or form.to:
        base = _reach(form, base.with_geometry(line), river, scope, locator, rivers)
    if form.tributaries and base.geometry is not None:
        upper = [network.line(name) for name in network.tributaries(river.name)]
        base = base.with_geometry(shapely.union_all([base.geometry, *upper]))
    if form.side and base.geometry is not None:
        bank = side_buffer(base.geometry, BANK_M, side=form.side)
        remark = f"{form.side}未写明宽度，按 {BANK_M:g} m 示意"
        base = base.with_geometry(bank).schematic(remark, accuracy_m=BANK_M)
    return base


def _worth(river: Candidate, rivers: Rivers) -> Located:
    source = f"{river.name}：{river.source}"
    line = rivers.network.line(river.name)
    return Located(line, river.authority, river.accuracy_m, (source,), internal=river.internal)


def _reach(
    form: w.River, base: Located, river: Candidate, scope: Scope, locator: Finder, rivers: Rivers
) -> Located:
    """Cut the reach between two named places, or from one to the river's end."""
    ends: list[Located] = []
    points: list[shapely.Geometry | None] = []
    for name in (form.from_, form.to):
        if name is None:
            points.append(None)
            continue
        end = _point(name, scope, locator)
        if end.geometry is None:
            return replace(base, geometry=None, unresolved=(*base.unresolved, *end.unresolved))
        ends.append(end)
        points.append(end.geometry)
    snap_m = SNAP_M + base.accuracy_m + max(end.accuracy_m for end in ends)
    try:
        line = _cut(rivers.network.line(river.name), points, snap_m)
    except GeometryError as error:
        complaint = f"{river.name}从“{form.from_ or '源头'}”到“{form.to or '河口'}”：{error}"
        return replace(base, geometry=None, unresolved=(*base.unresolved, complaint))
    worst = max(base.accuracy_m, *(end.accuracy_m for end in ends))
    sources = tuple(s for end in ends for s in end.sources)
    return replace(
        base, geometry=line, accuracy_m=worst, sources=(*base.sources, *sources),
        internal=base.internal or any(end.internal for end in ends),
    )  # fmt: skip


def _cut(
    line: shapely.Geometry, ends: list[shapely.Geometry | None], snap_m: float
) -> shapely.Geometry:
    """Cut between two places, or from one place to the river's source or mouth."""
    first, last = ends
    if first is not None and last is not None:
        return reach(line, first, last, snap_m=snap_m)
    open_end = shapely.get_point(line, 0 if first is None else -1)
    return reach(line, first or open_end, last or open_end, snap_m=snap_m)


def _point(name: str, scope: Scope, locator: Finder) -> Located:
    """A named place as one point: for a line or an area, a point on it."""
    chosen = locator.store.names.choose(name, territory=scope.territory)
    if chosen.complaint:
        return missing(unresolved=chosen.complaint)
    first = chosen.found[0]
    geometry = shapely.union_all([c.geometry for c in chosen.found])
    point = geometry if geometry.geom_type == "Point" else shapely.point_on_surface(geometry)
    return Located(
        point, first.authority, first.accuracy_m, (f"{name}：{first.source}",),
        internal=any(c.internal for c in chosen.found),
    )  # fmt: skip


def _confluence(form: w.Confluence, scope: Scope, locator: Finder, rivers: Rivers) -> Located:
    named = w.Named()
    found, open_ = locator.named(named, form.confluence, scope, layer="rivers")
    if open_ or len(found) != 2:  # noqa: PLR2004 - a mouth has two rivers
        return union(open_)
    a, b = found
    worth = union([_worth(a, rivers), _worth(b, rivers)])
    return worth.with_geometry(rivers.network.mouth(a.name, b.name))


def _along(
    form: w.Upstream | w.Downstream, scope: Scope, locator: Finder, rivers: Rivers
) -> Located:
    up = isinstance(form, w.Upstream)
    name = form.upstream_of if isinstance(form, w.Upstream) else form.downstream_of
    start = _point(name, scope, locator)
    if start.geometry is None:
        return start
    walk = rivers.network.upstream_of if up else rivers.network.downstream_of
    lines = walk(
        start.geometry, within_m=form.within, river=_own_river(name, locator, rivers),
        snap_m=SNAP_M + start.accuracy_m,
    )  # fmt: skip
    accuracy = max(start.accuracy_m, rivers.worst_accuracy_m(lines))
    return Located(
        lines, "schematic", accuracy, (*start.sources, "河网：图层 rivers"),
        internal=start.internal or locator.store.layer("rivers").internal,
    )  # fmt: skip


def _own_river(name: str, locator: Finder, rivers: Rivers) -> str | None:
    """The river a section's own row names: beside a mouth, the nearest line may be another's."""
    chosen = locator.store.names.choose(name)
    for candidate in chosen.found:
        frame = locator.store.layer(candidate.layer).frame
        stated = frame["river"].iloc[candidate.row] if "river" in frame.columns else None
        if isinstance(stated, str) and stated:
            known = locator.store.names.choose(stated, layers=["rivers"])
            return next((c.name for c in known.found if c.name in rivers.accuracy), None)
    return None
