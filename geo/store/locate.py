"""From a form of ``where`` to a place on the map."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from geo.space.shapes import buffer_m
from geo.spec import where as w
from geo.store import locate_rivers, locate_terrain
from geo.store.conditions import filtered
from geo.store.located import Located, merged, missing, union
from geo.store.names import Candidate
from geo.store.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geopandas import GeoDataFrame
    from shapely import Geometry

    from geo.store.layers import LayerTable
    from geo.store.scope import Holdings

#: Width of "周边" where the workspace states none for the kind of feature, metres. A drawing
#: convention of this package, no rule: whatever rests on it is schematic.
AROUND_M: Final = 500.0
#: A tenth of a millimetre, in degrees.
_GRID_DEG: Final = 1e-9


class Locator:
    """Locates forms against one store; every answer says what it rests on."""

    def __init__(self, store: Holdings) -> None:
        self.store = store
        #: What was located before: plans name the same places again and again. The territory is
        #: kept beside the answer, so that no other can get its identity.
        self._known: dict[tuple[str, int, bool], tuple[Geometry | None, Located]] = {}
        #: Districts found before, beside the territory that they were looked for in.
        self._found_districts: dict[tuple[str, int], tuple[Geometry | None, Located]] = {}
        self._by_form: dict[type[w.Form], Callable[..., Located]] = {
            w.Everywhere: self._everywhere, w.District: self._district,
            w.Township: self._township, w.Place: self._place, w.Section: self._section,
            w.Reservoir: self._reservoir, w.WaterSource: self._water_source,
            w.LayerForm: self._layer, w.Buffer: self._buffer, w.Around: self._around,
            w.Touching: self._touching, w.All: self._all, w.Any_: self._any,
            w.Minus: self._minus, w.Unlocated: self._unlocated,
        }  # fmt: skip

    def locate(self, form: w.Form, *, territory: Geometry | None) -> Located:
        """Locate one form, clipped to ``territory`` (EPSG:4490) where where.md says so."""
        return self.within(form, Scope(territory))

    def within(self, form: w.Form, scope: Scope) -> Located:
        """Locate a form inside a scope; called again for the forms inside it."""
        here = replace(scope, beyond=scope.beyond or form.beyond)
        key = (repr(form), id(scope.territory), here.beyond)
        if key not in self._known:
            self._known[key] = (scope.territory, here.clip(self._found(form, here)))
        return self._known[key][1]

    def _found(self, form: w.Form, here: Scope) -> Located:
        """Locate a form by what it is, not yet clipped."""
        if method := self._by_form.get(type(form)):
            return method(form, here)
        for room in (locate_rivers, locate_terrain):
            if type(form) in room.FORMS:
                found: Located = room.locate(form, here, self)
                return found
        message = f"form {type(form).__name__} has no locator"
        raise AssertionError(message)

    # -- names ------------------------------------------------------------------------------

    def named(
        self, form: w.Named, names: Sequence[str], scope: Scope, *, layer: str | None = None
    ) -> tuple[list[Candidate], list[Located]]:
        """Look up names; return the features found and what was not found."""
        if layer is not None and (gap := self.unsupplied(layer)):
            return [], [gap]
        found: list[Candidate] = []
        open_: list[Located] = []
        area, complaint = self._narrowed(form.in_, scope)
        if complaint:
            return [], [missing(unresolved=complaint)]
        for name in names:
            chosen = self.store.names.choose(
                name, layers=[layer] if layer else None, kind=form.kind, area=area,
                territory=scope.territory,
            )  # fmt: skip
            found += chosen.found
            if chosen.complaint:
                open_.append(missing(unresolved=chosen.complaint))
        return found, open_

    def unsupplied(self, layer: str) -> Located | None:
        """Say that a layer is needed when it is not there to be read."""
        if layer not in self.store.spec.layers:
            return missing(needs=layer)
        table = self.store.layer(layer)
        return None if table.state == "ok" else missing(needs=layer)

    def _narrowed(self, name: str | None, scope: Scope) -> tuple[Geometry | None, str]:
        """Resolve a form's ``in:`` to the area of a district or a named feature."""
        if name is None:
            return None, ""
        areas = self._districts(name, scope)
        if len(areas) == 1:
            return areas.geometry.iloc[0], ""
        chosen = self.store.names.choose(name, territory=scope.territory)
        if chosen.complaint:
            return None, chosen.complaint
        return shapely.union_all([c.geometry for c in chosen.found]), ""

    def _named(
        self, form: w.Named, names: Sequence[str], scope: Scope, layer: str | None
    ) -> Located:
        found, open_ = self.named(form, names, scope, layer=layer)
        return union([*(c.located() for c in found), *open_])

    def _place(self, form: w.Place, scope: Scope) -> Located:
        return self._named(form, form.place, scope, None)

    def _section(self, form: w.Section, scope: Scope) -> Located:
        return self._named(form, form.section, scope, "sections")

    def _reservoir(self, form: w.Reservoir, scope: Scope) -> Located:
        return self._named(form, form.reservoir, scope, "reservoirs")

    def _township(self, form: w.Township, scope: Scope) -> Located:
        return self._named(form, form.township, scope, "townships")

    def _water_source(self, form: w.WaterSource, scope: Scope) -> Located:
        if form.zone is None:
            return self._named(form, form.water_source, scope, "water_sources")
        if gap := self.unsupplied("water_source_zones"):
            return gap
        found, open_ = self.named(form, form.water_source, scope, layer="water_source_zones")
        table = self.store.layer("water_source_zones")
        kind = {"一级": "water_source_1", "二级": "water_source_2"}.get(
            form.zone, "water_source_quasi"
        )
        wanted = [c for c in found if table.frame["zone_kind"].iloc[c.row] == kind]
        if found and not wanted:
            open_.append(missing(unresolved=f"{form.water_source[0]} 没有{form.zone}保护区的图形"))
        return union([*(c.located() for c in wanted), *open_])

    def _districts(self, name: str, scope: Scope) -> GeoDataFrame:
        """Areas of a name or adcode: those that meet the territory or the workspace come first."""
        rows = self.store.boundaries.called(name)
        for area in (scope.territory, self.store.territory):
            near = rows[rows.intersects(area)] if area is not None and len(rows) > 1 else rows
            rows = near if len(near) else rows
        return rows

    def _district(self, form: w.District, scope: Scope) -> Located:
        area, complaint = self._narrowed(form.in_, scope)
        if complaint:
            return missing(unresolved=complaint)
        return union([self._one_district(name, scope, area) for name in form.district])

    def _one_district(self, name: str, scope: Scope, area: Geometry | None) -> Located:
        """Find one district; without ``area`` each is looked up once, as lists name the same ones again and again."""
        if area is not None:
            return self._looked_up(name, scope, area)
        key = (name, id(scope.territory))
        if key not in self._found_districts:
            self._found_districts[key] = (scope.territory, self._looked_up(name, scope, None))
        return self._found_districts[key][1]

    def _looked_up(self, name: str, scope: Scope, area: Geometry | None) -> Located:
        rows = self._districts(name, scope)
        rows = rows if area is None else rows[rows.intersects(area)]
        if rows.empty:
            return missing(unresolved=f"行政区划数据中没有“{name}” — 请核对名称或改写代码")
        if len(rows) > 1:
            told = "、".join(self.store.boundaries.full_name(code) for code in rows["adcode"][:6])
            return missing(
                unresolved=f"“{name}”可指 {len(rows)} 处：{told} — 请改写 6 位代码或加 in:"
            )
        own = rows["adcode"].iloc[0] in self.store.boundaries.own
        return Located(
            rows.geometry.iloc[0], "official" if own else "open",
            accuracy_m=500.0, sources=(self.store.boundaries.credit,),
        )  # fmt: skip

    def _everywhere(self, _form: w.Everywhere, scope: Scope) -> Located:
        area = scope.territory if scope.territory is not None else self.store.territory
        return Located(area, "open", accuracy_m=500.0, sources=(self.store.boundaries.credit,))

    # -- layers and sets --------------------------------------------------------------------

    def _layer(self, form: w.LayerForm, scope: Scope) -> Located:
        if gap := self.unsupplied(form.layer):
            return gap
        table = self.store.layer(form.layer)
        if not _speaks_for(table, scope.territory):
            return missing(needs=form.layer)
        rows, complaint = filtered(table.frame, form.filter)
        if complaint:
            return missing(unresolved=f"图层 {form.layer}：{complaint}")
        if rows.empty:
            return missing(unresolved=f"图层 {form.layer} 中没有符合条件的要素")
        return Located(
            shapely.union_all(np.asarray(rows.geometry.array, dtype=object)),
            table.spec.authority or "schematic", float(rows["accuracy_m"].max()),
            (table.spec.provider or table.spec.title,), internal=table.internal,
        )  # fmt: skip

    def _buffer(self, form: w.Buffer, scope: Scope) -> Located:
        body = self.within(form.of, replace(scope, beyond=True))
        if body.geometry is None:
            return body
        widths = sorted(form.buffer)
        outer = buffer_m(body.geometry, widths[-1], outside=form.outside)
        inner = buffer_m(body.geometry, widths[0], outside=form.outside) if widths[1:] else None
        return replace(body.with_geometry(outer), inner=inner)

    def _around(self, form: w.Around, scope: Scope) -> Located:
        body = self.within(form.around, replace(scope, beyond=True))
        if body.geometry is None:
            return body
        width = self._around_width(form.around)
        area = buffer_m(body.geometry, width)
        remark = f"“周边”未写明距离，按 {width:g} m 示意"
        return body.with_geometry(area).schematic(remark, accuracy_m=width)

    def _around_width(self, form: w.Form) -> float:
        """The workspace's width for the kind of form inside, or for all."""
        widths = self.store.spec.marker.around
        return widths.get(form.named_by[0], widths.get("default", AROUND_M))

    def _touching(self, form: w.Touching, scope: Scope) -> Located:
        touching, of = self.within(form.touching, scope), self._features(form.of, scope)
        if touching.geometry is None or not of:
            return union([touching, *of])
        hits = [
            part
            for part in of
            if part.geometry is None or shapely.intersects(part.geometry, touching.geometry)
        ]
        if not any(part.geometry is not None for part in hits):
            return merged([touching, *of], lambda _: None)
        return union(hits).noting(*touching.remarks)

    def _features(self, form: w.Form, scope: Scope) -> list[Located]:
        """The single features a form stands for, so that each is judged by itself."""
        if isinstance(form, w.LayerForm) and not self._layer(form, scope).needs:
            table = self.store.layer(form.layer)
            rows, complaint = filtered(table.frame, form.filter)
            if not complaint:
                worth = (table.spec.authority or "schematic", 0.0, (table.spec.title,))
                pairs = zip(rows.geometry, rows["accuracy_m"], strict=True)
                return [
                    replace(Located(g, *worth), accuracy_m=float(a), internal=table.internal)
                    for g, a in pairs
                ]
        if isinstance(form, w.Any_):
            return [part for inner in form.any for part in self._features(inner, scope)]
        return [self.within(form, scope)]

    def _all(self, form: w.All, scope: Scope) -> Located:
        parts = [self.within(part, scope) for part in form.all]
        if any(part.geometry is None for part in parts):
            return merged(parts, lambda _: None)
        common = merged(parts, shapely.intersection_all)
        if common.geometry is None:
            return replace(common, unresolved=(*common.unresolved, "各条件没有共同的范围"))
        return common

    def _any(self, form: w.Any_, scope: Scope) -> Located:
        return union([self.within(part, scope) for part in form.any])

    def _minus(self, form: w.Minus, scope: Scope) -> Located:
        whole, taken = (self.within(part, scope) for part in form.minus)
        if whole.geometry is None or taken.geometry is None:
            return merged([whole, taken], lambda found: found[0] if whole.geometry else None)
        return merged([whole, taken], lambda found: _without(found[0], found[1]))

    def _unlocated(self, form: w.Unlocated, _scope: Scope) -> Located:
        return missing(reason=form.unlocated)


def _without(whole: Geometry, taken: Geometry) -> Geometry:
    """Subtract; a piece cut from a line lies on it only to rounding, so lines are first snapped."""
    if shapely.get_dimensions(whole) == 1 and shapely.get_dimensions(taken) == 1:
        return shapely.difference(whole, taken, grid_size=_GRID_DEG)
    return shapely.difference(whole, taken)


def _speaks_for(table: LayerTable, territory: Geometry | None) -> bool:
    """Tell whether a layer covers any of a territory; neighbours that only touch do not count."""
    if territory is None or table.coverage is None:
        return True
    common = shapely.intersection(table.coverage, territory)
    return bool(shapely.area(common) > 0.01 * shapely.area(territory))
